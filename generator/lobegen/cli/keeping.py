"""`lobegen lint --write-baseline`: what is found is written down instead of shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.cli.fixing import Mode, Outcome
from lobegen.cli.reporting import complain
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.lint import LintOptions


def baseline_writer(file: Path, others: dict[str, object]) -> Mode:
    """What a run with `--write-baseline FILE` does.

    Args:
        file: Where the baseline goes.
        others: Options that do not go with it, by name, with their values.

    Raises:
        LobegenError: One of them is given, or the file cannot be written.
    """
    given = next((name for name, value in others.items() if value), None)
    if given is not None:
        raise LobegenError(f"--write-baseline: cannot be given with {given}.")
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise LobegenError(
            f"--write-baseline: {file}: {'is a folder' if file.is_dir() else 'its folder does not exist'}."
        )
    return lambda paths, options: _write(paths, options, file)


def _write(paths: Sequence[Path], options: "LintOptions", file: Path) -> Outcome:
    from lobegen.lint.agreed import write_baseline
    from lobegen.report.summary import counted

    done = write_baseline(paths, options, file)
    complain(done.report)
    if done.report.failures:
        return Outcome(done.report, 2, said="No baseline was written.")
    said = f"Wrote {counted(done.held, 'finding')} to {file} ({done.added:,} added, {done.gone:,} gone)."
    return Outcome(done.report, 0, said=said)
