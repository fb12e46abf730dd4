"""Fixes what can be fixed, round after round until nothing is left; in memory, no file is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from lobegen.lint.changes import choose
from lobegen.lint.engine import Reading, check_words, read_paths, report_of
from lobegen.lint.options import DEFAULTS, LintOptions
from lobegen.model.findings import Finding
from lobegen.model.fixes import Edit
from lobegen.read.rendering import FixRenderer
from lobegen.report import Report

#: fixing one thing may show or allow another; more rounds than this are a mistake of ours
MAX_ROUNDS = 10
#: finds, in what was read, what no rule finds
More = Callable[[Reading], Iterable[Finding]]


class FixedFile(Struct, frozen=True):
    """One file that fixes change: its absolute path, how it is shown, and its bytes before and after."""

    path: Path
    display: str
    before: bytes
    after: bytes


class Fixed(Struct, frozen=True):
    """The outcome of fixing.

    Attributes:
        report: What is left; `Report.fixed` has what is gone.
        files: What is to be written, by path.
    """

    report: Report
    files: tuple[FixedFile, ...]


def fix_paths(
    paths: Sequence[Path],
    *,
    root: Path | None = None,
    options: LintOptions = DEFAULTS,
    unsafe: bool = False,
    more: More = lambda reading: (),
) -> Fixed:
    """Lint files and folders, and fix what is found.

    Only files in scope are changed: those that were named, or are linted in what was named. A fix that would leave a
    file that cannot be read, or does not make its finding go away, is left out and named in `Report.problems`.

    Args:
        paths: As for `lint_paths`.
        root: Likewise.
        options: Likewise.
        unsafe: Whether fixes are applied too that may change what the program does.
        more: Findings besides those of the rules, fixed and reported like them.

    Raises:
        LobegenError: As for `lint_paths`.
    """
    check_words(options)
    kinds = ("safe", "unsafe") if unsafe else ("safe",)
    return _Fixing(kinds, lambda changed: _lint(paths, root, changed, options, more)).run()


def _lint(
    paths: Sequence[Path], root: Path | None, contents: dict[str, bytes], options: LintOptions, more: More
) -> tuple[Reading, Report]:
    overlay = {Path(path): content for path, content in contents.items()}
    options = replace(options, overlay=dict(options.overlay) | overlay)
    reading = read_paths(paths, root=root, options=options)
    report = report_of(reading, options)
    renderer = FixRenderer(reading.tree, reading.project.faults)
    further = (replace(each, fix=renderer.rendered(each.fix)) if each.fix else each for each in more(reading))
    return reading, replace(report, findings=(*report.findings, *further))


class _Fixing:
    """Rounds of linting and fixing.

    Args:
        kinds: The kinds of fixes that are applied.
        lint: Lints once, with contents that stand in for files.
    """

    def __init__(self, kinds: tuple[str, ...], lint: Callable[[dict[str, bytes]], tuple[Reading, Report]]) -> None:
        self._kinds = kinds
        self._lint = lint
        self._left_out: dict[tuple[str, ...], str] = {}

    def run(self) -> Fixed:
        first = self._lint({})
        (reading, report), contents = first, dict[str, bytes]()
        fixed: list[Finding] = []
        for _ in range(MAX_ROUNDS):
            wanted = [each for each in report.findings if self._is_wanted(each, reading)]
            changes, applied, spoiling = choose(reading, wanted)
            self._leave_out(spoiling, "would leave a file that cannot be read")
            if not applied:
                if not spoiling:
                    break
                continue
            changed = contents | changes.contents()
            again = self._lint(changed)
            idle = _still_there(applied, report, again[1])
            if idle:
                self._leave_out(idle, "does not make it go away")
                continue
            fixed += applied
            (reading, report), contents = again, changed
        else:
            self._left_out[()] = f"fixing did not come to an end in {MAX_ROUNDS} rounds"
        return self._outcome(first[0], replace(report, fixed=tuple(fixed)), contents)

    def _is_wanted(self, finding: Finding, reading: Reading) -> bool:
        if finding.fix is None or finding.fix.kind not in self._kinds or _key(finding) in self._left_out:
            return False
        files = {edit.span.path for edit in finding.fix.edits}
        outside = sorted(path for path in files if not reading.may_change(path))
        if outside:
            self._leave_out([finding], f"changes {' and '.join(outside)}, not among what is to be linted")
        return not outside

    def _leave_out(self, findings: Iterable[Finding], reason: str) -> None:
        for each in findings:
            place = f"{each.span.path}:{each.span.line}"
            self._left_out[_key(each)] = f"{place}: the fix of {each.rule} is left out: it {reason}"

    def _outcome(self, first: Reading, report: Report, contents: dict[str, bytes]) -> Fixed:
        report = replace(report, problems=(*report.problems, *self._left_out.values()))
        files = [
            FixedFile(Path(path), first.tree.display(path), first.tree.read(Path(path)) or b"", content)
            for path, content in sorted(contents.items())
        ]
        return Fixed(report, tuple(each for each in files if each.before != each.after))


def _key(finding: Finding) -> tuple[str, ...]:
    """What a finding is known by from round to round."""
    return finding.rule, finding.span.path, finding.message


def _still_there(applied: Iterable[Finding], before: Report, after: Report) -> list[Finding]:
    """The findings among those that were to go that did not.

    They are of a rule of which there are not fewer in their file: those in whose line one still is, or all of them
    where that is not to be told.
    """
    applied = list(applied)
    gone = Counter((each.rule, each.span.path) for each in applied)
    had, has = (Counter((each.rule, each.span.path) for each in report.findings) for report in (before, after))
    idle = [each for each in applied if has[key := (each.rule, each.span.path)] > had[key] - gone[key]]
    left = {(each.rule, each.span.path, each.span.line) for each in after.findings}
    edits = {edit for each in applied if each.fix for edit in each.fix.edits}
    return [each for each in idle if (each.rule, each.span.path, _line_after(each, edits)) in left] or idle


def _line_after(finding: Finding, edits: Iterable[Edit]) -> int:
    """The line of a finding when edits were made."""
    above = (edit for edit in edits if edit.span.path == finding.span.path and edit.span.end <= finding.span.start)
    return finding.span.line + sum(edit.text.count("\n") - edit.span.end_line + edit.span.line for edit in above)
