"""`lobegen lint --fix`, `--diff` and `lobegen migrate`: what is done with what can be fixed."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from lobegen.cli.outputs import put_bytes
from lobegen.cli.reporting import complain
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.lint import LintOptions
    from lobegen.report import Report


class Outcome(Struct, frozen=True):
    """How a run of the linter ends.

    Attributes:
        report: What is left.
        code: The exit code.
        diff: What would change; None when it is not asked for.
        said: What is printed instead of the report.
    """

    report: "Report"
    code: int
    diff: bytes | None = None
    said: str = ""


Mode = Callable[[Sequence[Path], "LintOptions"], Outcome]


def mode_of(*, fix: bool, unsafe: bool, diff: bool, stdin: bool) -> Mode:
    """What a run does with the paths and options that it is given.

    Raises:
        LobegenError: Options that do not go together.
    """
    if unsafe and not (fix or diff):
        raise LobegenError("--unsafe-fixes: fixes nothing by itself.", "Give --fix or --diff too.")
    if fix and stdin and not diff:
        raise LobegenError("--fix: standard input cannot be written to.", "Use --diff.")
    if not fix and not diff:
        return _lint
    return lambda paths, options: _fix(paths, options, unsafe=unsafe, diff=diff)


def _lint(paths: Sequence[Path], options: "LintOptions") -> Outcome:
    from lobegen.lint import lint_paths

    report = lint_paths(paths, options=options)
    return Outcome(report, report.exit_code)


def _fix(paths: Sequence[Path], options: "LintOptions", *, unsafe: bool, diff: bool) -> Outcome:
    from lobegen.lint.diff import unified_diff
    from lobegen.lint.fixing import fix_paths
    from lobegen.lint.writing import write_files

    fixed = fix_paths(paths, options=options, unsafe=unsafe)
    if not diff:
        write_files(fixed.files)
        return Outcome(fixed.report, fixed.report.exit_code)
    code = 2 if fixed.report.failures else int(bool(fixed.files))
    return Outcome(fixed.report, code, b"".join(unified_diff(fixed.files)))


def show_diff(diff: bytes, report: "Report") -> None:
    """Put a diff on standard output, and how many findings it fixes on standard error."""
    from lobegen.report.summary import would_fix

    put_bytes(diff)
    complain(report)
    for line in would_fix(report):
        print(line, file=sys.stderr)
