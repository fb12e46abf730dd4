"""`lobegen lint --write-baseline` and `--add-suppressions`: what is found is written down instead of shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.cli.fixing import Mode, Outcome
from lobegen.cli.outputs import check_file
from lobegen.cli.reporting import complain
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.lint import LintOptions


def kept_instead(
    mode: Mode,
    others: Mapping[str, object],
    baseline: Path | None,
    write_baseline: Path | None,
    add_suppressions: bool,
    reason: str | None,
    watch: bool,
) -> Mode:
    """What a run does: with `--write-baseline` or `--add-suppressions` that, else what it does anyway.

    Args:
        mode: What it does anyway.
        others: Options that go with none of these, by name, with their values.
        watch: Whether `--watch` is given, which goes with neither.

    Raises:
        LobegenError: Options that do not go together, a reason that is missing, a file that cannot be written.
    """
    if watch:
        _alone("--watch", {**others, "--write-baseline": write_baseline, "--add-suppressions": add_suppressions})
    if add_suppressions:
        return _allower(reason, {**others, "--write-baseline": write_baseline})
    if reason is not None:
        raise LobegenError("--reason: goes with --add-suppressions only.")
    if write_baseline is not None:
        return _baseline_writer(write_baseline, {**others, "--baseline": baseline})
    return mode


def _baseline_writer(file: Path, others: Mapping[str, object]) -> Mode:
    _alone("--write-baseline", others)
    check_file("--write-baseline", file)
    return lambda paths, options: _write(paths, options, file)


def _allower(reason: str | None, others: Mapping[str, object]) -> Mode:
    _alone("--add-suppressions", others)
    if reason is None or not reason.strip():
        raise LobegenError("--add-suppressions: needs a reason.", "Give it with --reason TEXT.")
    if not reason.isprintable() or "*/" in reason:
        raise LobegenError("--reason: must be one line without `*/`.")
    text = " ".join(reason.split())
    return lambda paths, options: _allow(paths, options, text)


def _alone(option: str, others: Mapping[str, object]) -> None:
    given = next((name for name, value in others.items() if value), None)
    if given is not None:
        raise LobegenError(f"{option}: cannot be given with {given}.")


def _allow(paths: Sequence[Path], options: "LintOptions", reason: str) -> Outcome:
    from lobegen.lint.allowing import allow_paths
    from lobegen.lint.writing import write_files
    from lobegen.report.summary import counted

    done = allow_paths(paths, reason, options=options)
    write_files(done.files)
    complain(done.report)
    said = f"Allowed {counted(done.count, 'finding')} in {counted(len(done.files), 'file')}."
    return Outcome(done.report, done.report.exit_code, said=said)


def _write(paths: Sequence[Path], options: "LintOptions", file: Path) -> Outcome:
    from lobegen.lint.agreed import write_baseline
    from lobegen.report.summary import counted

    done = write_baseline(paths, options, file)
    complain(done.report)
    if done.report.failures:
        return Outcome(done.report, 2, said="No baseline was written.")
    said = f"Wrote {counted(done.held, 'finding')} to {file} ({done.added:,} added, {done.gone:,} gone)."
    return Outcome(done.report, 0, said=said)
