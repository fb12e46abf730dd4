"""Allows all that a run finds, by comments with a reason; in memory, no file is written."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from lobegen.lint.allowance import allowance
from lobegen.lint.changes import applied, overlap
from lobegen.lint.comments import is_commented
from lobegen.lint.engine import Reading, check_words, read_paths, report_of
from lobegen.lint.fixing import MAX_ROUNDS, FixedFile
from lobegen.lint.options import DEFAULTS, LintOptions
from lobegen.model.findings import Finding
from lobegen.model.fixes import Edit
from lobegen.read.document import Document
from lobegen.report import Report


class Allowed(Struct, frozen=True):
    """The outcome of allowing.

    Attributes:
        report: What is left; its problems say why.
        files: What is to be written, by path.
        count: How many findings are allowed.
    """

    report: Report
    files: tuple[FixedFile, ...]
    count: int


def allow_paths(paths: Sequence[Path], reason: str, *, options: LintOptions = DEFAULTS) -> Allowed:
    """Lint files and folders, and allow what is found.

    Args:
        paths: As for `lint_paths`.
        reason: Stands in each comment; one line.
        options: As for `lint_paths`.

    Raises:
        LobegenError: As for `lint_paths`.
    """
    check_words(options)
    return _Allowing(paths, options, reason).run()


class _Allowing:
    def __init__(self, paths: Sequence[Path], options: LintOptions, reason: str) -> None:
        self._paths = paths
        self._options = options
        self._reason = reason
        self._spoilt: set[str] = set()

    def run(self) -> Allowed:
        first = reading, report = self._lint({})
        contents: dict[str, bytes] = {}
        for _ in range(MAX_ROUNDS):
            edits, allowed, problems = self._edits(reading, report)
            if not edits:
                break
            changed = contents | {path: _content(reading, path, each) for path, each in edits.items()}
            again = self._lint(changed)
            expected = _counted(report.findings)
            expected.subtract(_counted(allowed))
            spoilt = {
                path for (path, rule), count in _counted(again[1].findings).items() if count > expected[path, rule]
            }
            self._spoilt |= spoilt & edits.keys()
            if not spoilt & edits.keys():
                (reading, report), contents = again, changed
        files = [_file(first[0], path, content) for path, content in sorted(contents.items())]
        count = len(first[1].findings) - len(report.findings)
        return Allowed(replace(report, problems=(*report.problems, *problems)), tuple(files), count)

    def _lint(self, contents: dict[str, bytes]) -> tuple[Reading, Report]:
        overlay = {Path(os.path.abspath(path)): content for path, content in contents.items()}
        options = replace(self._options, overlay=dict(self._options.overlay) | overlay)
        reading = read_paths(self._paths, options=options)
        return reading, report_of(reading, options)

    def _edits(self, reading: Reading, report: Report) -> tuple[dict[str, list[Edit]], list[Finding], list[str]]:
        """The edits by file, as shown, what they allow, and a line for each place where none is possible."""
        edits: dict[str, list[Edit]] = {}
        allowed: list[Finding] = []
        problems: list[str] = []
        for found in _by_line(report):
            span = found[0].span
            edit = None if span.path in self._spoilt else _edit(reading, found, self._reason)
            if edit is None:
                names = ", ".join(sorted({each.rule for each in found}))
                problems.append(f"{span.path}:{span.line}: no comment can stand there that allows {names}")
            elif not any(overlap(edit, other) for other in edits.get(span.path, ())):
                edits.setdefault(span.path, []).append(edit)
                allowed += found
        return edits, allowed, problems


def _counted(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.span.path, each.rule) for each in findings)


def _by_line(report: Report) -> Iterator[list[Finding]]:
    lines: dict[tuple[str, int], list[Finding]] = {}
    for finding in report.findings:
        lines.setdefault((finding.span.path, finding.span.line), []).append(finding)
    yield from lines.values()


def _edit(reading: Reading, found: list[Finding], reason: str) -> Edit | None:
    first = found[0].span
    path = reading.path_of(first.path)
    source = reading.tree.read(Path(path))
    if source is None or not reading.scope.names(path) or not is_commented(path):
        return None
    if any(each.span.end_line != first.end_line for each in found):
        first = replace(first, end_line=first.line, end=first.start)
    rules = sorted({each.rule for each in found})
    return next(iter(allowance(Document(first.path, source), first, rules, reason).edits), None)


def _content(reading: Reading, path: str, edits: list[Edit]) -> bytes:
    source = reading.tree.read(Path(reading.path_of(path))) or b""
    return applied(source, edits, Document(path, source).codec)


def _file(reading: Reading, path: str, content: bytes) -> FixedFile:
    place = Path(reading.path_of(path))
    return FixedFile(place, path, reading.tree.read(place) or b"", content)
