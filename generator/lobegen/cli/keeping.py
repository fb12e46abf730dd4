"""`lobegen lint --write-baseline` and `--add-suppressions`: what is found is written down instead of shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.cli.fixing import Mode, Outcome
from lobegen.cli.reporting import complain
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.lint import LintOptions


def baseline_writer(file: Path, others: Mapping[str, object]) -> Mode:
    """What a run with `--write-baseline FILE` does.

    Args:
        file: Where the baseline goes.
        others: Options that do not go with it, by name, with their values.

    Raises:
        LobegenError: One of them is given, or the file cannot be written.
    """
    _alone("--write-baseline", others)
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise LobegenError(
            f"--write-baseline: {file}: {'is a folder' if file.is_dir() else 'its folder does not exist'}."
        )
    return lambda paths, options: _write(paths, options, file)


def allower(reason: str | None, others: Mapping[str, object]) -> Mode:
    """What a run with `--add-suppressions --reason TEXT` does.

    Args:
        reason: The text; None where none was given.
        others: As for `baseline_writer`.

    Raises:
        LobegenError: Another option is given, or the reason is missing or cannot stand in a comment.
    """
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
