"""Baselines: the findings that a project has agreed to live with, in a file, so that only new ones are shown."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from lobegen.errors import LobegenError
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Span

_SCHEMA = 1
_LONGEST = 120
_ANEW = "Delete it and write it anew, with --write-baseline FILE."


class Entry(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """What identifies a finding wherever lines have moved it, and however the code around it was changed.

    Attributes:
        path: The file, from the folder of the baseline.
        rule: The rule.
        endpoint: The route (or name) of the endpoint that it stands in; empty where that is none.
        text: The first line of its place, without blanks around and twice.
    """

    path: str
    rule: str
    endpoint: str
    text: str


class _Line(Struct, forbid_unknown_fields=True):
    path: str
    rule: str
    endpoint: str
    text: str
    count: int = 1


class _File(Struct):
    schema: int
    findings: list[_Line]


class Baseline(Struct, frozen=True):
    """The entries of one file, each as often as it was found."""

    file: Path
    entries: Counter[Entry]

    def entry(self, finding: Finding, path: str, project: Project, source: bytes | None) -> Entry:
        """The entry that a finding has.

        Args:
            finding: The finding.
            path: The absolute path of its file.
            project: Where it was found.
            source: The content of its file.
        """
        relative = os.path.relpath(path, self.file.parent).replace(os.sep, "/")
        return Entry(relative, finding.rule, _endpoint(finding.span, project), _text(finding.span, source or b""))

    def path_of(self, entry: Entry) -> str:
        """The absolute path of the file of an entry."""
        return os.path.normpath(self.file.parent / entry.path)

    def written(self) -> bytes:
        """The file: an entry in a line, sorted, so that two branches can be merged."""
        rows = [
            json.dumps(msgspec.structs.asdict(entry) | {"count": count}, ensure_ascii=False)
            for entry, count in sorted(self.entries.items())
        ]
        body = "".join(f"\n    {row}{',' if number < len(rows) else ''}" for number, row in enumerate(rows, start=1))
        findings = f"[{body}\n  ]" if rows else "[]"
        return f'{{\n  "schema": {_SCHEMA},\n  "findings": {findings}\n}}\n'.encode("utf-8", "surrogatepass")


class Compared(Struct, frozen=True):
    """What a baseline makes of the findings of a run.

    Attributes:
        new: Those that are not in it.
        known: How many are.
        gone: The entries whose findings are no longer there, as far as this run can tell.
    """

    new: list[Finding]
    known: int
    gone: Counter[Entry]


def read_baseline(file: Path, shown: str) -> Baseline:
    """The baseline in a file.

    Args:
        file: Absolute.
        shown: What stands before the error: the option or the key, and the file.

    Raises:
        LobegenError: It cannot be read, or is none.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise LobegenError(f"{shown}: there is no such file.", "--write-baseline FILE makes one.") from None
    except OSError as error:
        raise LobegenError(f"{shown}: cannot be read: {error.strerror}.") from None
    try:
        read = msgspec.json.decode(content, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LobegenError(f"{shown}: is no baseline: {error}.", _ANEW) from None
    if read.schema != _SCHEMA:
        raise LobegenError(f"{shown}: has the schema {read.schema}; this version reads {_SCHEMA}.", _ANEW)
    entries: Counter[Entry] = Counter()
    for line in read.findings:
        if line.count < 1:
            raise LobegenError(f"{shown}: is no baseline: the count of {line.rule} in {line.path} is {line.count}.")
        entries[Entry(line.path, line.rule, line.endpoint, line.text)] += line.count
    return Baseline(file, entries)


def compare(
    baseline: Baseline, findings: Iterable[tuple[Finding, Entry]], is_judged: Callable[[Entry], bool]
) -> Compared:
    """Split findings, in order, into those that a baseline knows and those that it does not.

    Args:
        baseline: What was agreed on.
        findings: Each with its entry.
        is_judged: Whether the run would have found what an entry says, if it were there.
    """
    left = baseline.entries.copy()
    new: list[Finding] = []
    known = 0
    for finding, entry in findings:
        if left[entry] > 0:
            left[entry] -= 1
            known += 1
        else:
            new.append(finding)
    return Compared(new, known, Counter({each: count for each, count in left.items() if count > 0 and is_judged(each)}))


def _endpoint(span: Span, project: Project) -> str:
    """The route, or name, of the endpoint that begins last before a place of its file."""
    starts = [(_start(each, span), each) for each in project.endpoints if each.path == span.path]
    before = [(start, each) for start, each in starts if start <= span.start]
    nearest = max(before, key=lambda each: each[0], default=None)
    return (nearest[1].route or nearest[1].name) if nearest is not None else ""


def _start(endpoint: Endpoint, span: Span) -> int:
    return min(place.start for place in (endpoint.span, endpoint.handler) if place.path == span.path)


def _text(span: Span, source: bytes) -> str:
    line = source[span.start : span.end].decode("utf-8", "replace").strip().split("\n", 1)[0]
    return " ".join(line.split())[:_LONGEST]
