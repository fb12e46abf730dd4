"""Comments that allow findings: `lobegen: allow RULE, RULE (reason)`, and `allow-file` at the top of a file."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from lobegen.config import nearest
from lobegen.lint.comments import Note, notes
from lobegen.lint.withdrawal import withdrawal
from lobegen.model.findings import Finding, Severity
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.document import Document
from lobegen.report import Suppressed

RULE = "unused-suppression"
#: at the beginning of a comment, or after another marker in it (as after `type: ignore`)
_ADDRESSED = compiled(r"(?:\A[*\s]*|(?:#|//)\s*)lobegen:\s*((?:allow|ignore|disable|suppress|noqa)\b.*)\Z", re.DOTALL)
_ALLOWANCE = compiled(r"(allow-file|allow)\s+([\w,\s-]*?)\s*(?:\((.*)\))?\s*\Z", re.DOTALL)
_FORM = "Write `lobegen: allow RULE (reason)`."


class Allowance(Struct):
    """One rule that one comment allows.

    Attributes:
        lines: The lines that it holds for; None for the whole file.
        used: Whether it allowed anything.
    """

    rule: str
    reason: str
    span: Span
    lines: frozenset[int] | None
    used: bool = False


class Suppressions(Struct):
    """All that the comments of a run say.

    Attributes:
        allowances: What may be allowed.
        faults: Findings about comments that cannot be understood.
        documents: The files with allowances, by path as shown.
    """

    rules: frozenset[str]
    allowances: list[Allowance] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    _by_place: dict[tuple[str, str, int | None], list[Allowance]] = field(default_factory=dict)

    def add_file(self, path: str, source: bytes) -> None:
        """Read the comments of one file."""
        found = [(note, match) for note in notes(path, source) if (match := _ADDRESSED.search(note.text))]
        if found:
            self.documents[path] = Document(path, source)
        for note, match in found:
            self._add(note, match[1].strip())

    def _add(self, note: Note, text: str) -> None:
        match = _ALLOWANCE.match(text)
        rules = re.split(r"[,\s]+", match[2].strip(", \n\t")) if match else []
        if match is None or not all(rules):
            self._fault(note, f'the comment "lobegen: {_cut(text)}" allows nothing.', _FORM)
        elif not (match[3] or "").strip():
            self._fault(
                note, "the reason is missing, so nothing is allowed.", f"Write `{match[1]} {match[2]} (reason)`."
            )
        elif match[1] == "allow-file" and not note.at_top:
            self._fault(note, "allow-file stands below code, so nothing is allowed.", "Move it to the top of the file.")
        else:
            lines = None if match[1] == "allow-file" else _lines(note)
            for rule in dict.fromkeys(rules):
                self._allow(rule, " ".join(match[3].split()), note, lines)

    def _allow(self, rule: str, reason: str, note: Note, lines: frozenset[int] | None) -> None:
        if rule in self.rules:
            allowance = Allowance(rule, reason, note.span, lines)
            self.allowances.append(allowance)
            for line in (None,) if lines is None else lines:
                self._by_place.setdefault((note.span.path, rule, line), []).append(allowance)
        else:
            self._fault(note, f'"{_cut(rule)}" is no rule.', nearest(rule, sorted(self.rules)))

    def _fault(self, note: Note, message: str, help_text: str) -> None:
        self.faults.append(Finding(RULE, note.span, message, Severity.WARNING, help=help_text))

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """The findings that no comment allows, and those that one does."""
        kept: list[Finding] = []
        allowed: list[Suppressed] = []
        for finding in findings:
            allowance = next(self._for(finding), None)
            if allowance is None:
                kept.append(finding)
            else:
                allowed.append(Suppressed(finding, allowance.reason, allowance.span))
        return kept, allowed

    def mark_used(self, findings: Iterable[Finding]) -> None:
        """Take note of which allowances hold for something, whether or not it would be shown."""
        for finding in findings:
            for allowance in self._for(finding):
                allowance.used = True

    def _for(self, finding: Finding) -> Iterator[Allowance]:
        """What allows a finding: for its file, its first or its last line."""
        span = finding.span
        for line in (None, span.line, span.end_line):
            yield from self._by_place.get((span.path, finding.rule, line), ())

    def unused(self, judged: frozenset[str], unread: frozenset[str]) -> list[Finding]:
        """Findings about comments that are of no use: those that cannot be understood, and those that allow nothing.

        Args:
            judged: The rules that ran; of others it is not known whether they would have found something.
            unread: The files, as shown, that have a syntax error, of which it is not known either.
        """
        idle = (each for each in self.allowances if not each.used and each.rule in judged and each.rule != RULE)
        return [*self.faults, *(self._idle(each) for each in idle if each.span.path not in unread)]

    def _idle(self, allowance: Allowance) -> Finding:
        message = f"nothing to allow: {allowance.rule} finds nothing {_where(allowance)}."
        fix = withdrawal(self.documents[allowance.span.path], allowance.span, allowance.rule)
        return Finding(RULE, allowance.span, message, Severity.WARNING, fix=fix)


def _lines(note: Note) -> frozenset[int]:
    return frozenset({note.next_code} if note.alone else {note.span.line, note.span.end_line})


def _where(allowance: Allowance) -> str:
    return "in this file" if allowance.lines is None else f"in line {min(allowance.lines)}"


def _cut(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= 60 else first[:59] + "…"
