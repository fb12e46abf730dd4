"""Allows findings of a line: puts the comment that allows their rules where one can stand, or their names into one."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from lobegen.lint.comments import commented_as
from lobegen.lint.suppression import Suppressions
from lobegen.model.fixes import Edit, Fix
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.document import CannotEditError, Document
from lobegen.rules import all_rules

_TITLE = "Allow {} in this line"
# bytes read as Latin-1: an offset of the text is an offset in the file
_NAMES = compiled(r"lobegen:\s*allow\s+[\w,\s-]*\w(?=\s*\()")
#: comments that hold for the very next line
_DIRECTIVE = compiled(
    rb"[ \t]*(?:#|//|/\*|\{/\*)[^\n]*(?:disable-next-line|@ts-ignore|@ts-expect-error|prettier-ignore|biome-ignore)"
)
#: what must stay in one of the first two lines
_HEAD = compiled(rb"#!|(?:[^\n]*\n)?[ \t\f]*#[^\n]*coding[:=]")


def allowance(document: Document, place: Span, rules: Sequence[str], reason: str) -> Fix:
    """The fix that allows rules at a place.

    Tried in turn, each on the file as it would be: the comment that allows something there already, a line above the
    place (in JSX too), the ends of its first and last line, and in TypeScript right before it.

    Args:
        place: Where a finding is.
        rules: Their names.
        reason: Why, in one line; without it nothing would be allowed.
    """
    title = _TITLE.format(", ".join(f"`{rule}`" for rule in rules))
    try:
        for edit in _forms(document, place, rules, reason):
            if _holds(document, edit, place, rules):
                return Fix(title, edits=(edit,))
    except CannotEditError:
        pass
    return Fix(title, obstacle="no comment can stand in this line or before it")


def _forms(document: Document, place: Span, rules: Sequence[str], reason: str) -> Iterator[Edit]:
    text = f"lobegen: allow {', '.join(rules)} ({reason})"
    for comment in _comments(document, place):
        yield from _joined(document, comment, rules, reason)
    above = _above(document, place)
    ends = sorted({document.line_end(place.start), document.line_end(max(place.start, place.end - 1))})
    ends = [end for end in ends if not _goes_on(document, end)]
    if commented_as(document.path) != "typescript":
        if above is not None:
            yield _line(document, above, place, f"# {text}")
        yield from (document.edit(end, end, f"  # {text}") for end in ends)
        return
    if above is not None:
        yield _line(document, above, place, f"// {text}")
        yield _line(document, above, place, f"{{/* {text} */}}")
    yield from (document.edit(end, end, f" // {text}") for end in ends)
    yield document.edit(place.start, place.start, f"/* {text} */ ")


def _comments(document: Document, place: Span) -> list[Span]:
    """The comments that allow something at a place already."""
    held = _said(document.path, document.source).allowances
    lines = {place.line, place.end_line}
    return list(dict.fromkeys(each.span for each in held if each.lines and not lines.isdisjoint(each.lines)))


def _joined(document: Document, comment: Span, rules: Sequence[str], reason: str) -> Iterator[Edit]:
    """More rules for a comment, and the reason unless it is there."""
    text = document.source[comment.start : comment.end].decode("latin-1")
    names, close = _NAMES.search(text), text.rfind(")")
    if names is not None and close > names.end():
        begin, end = comment.start + names.end(), comment.start + close
        rest = document.text(begin, end)
        more = "".join(f", {rule}" for rule in rules)
        yield document.edit(begin, end, more + rest + ("" if reason in rest else f"; {reason}"))


def _above(document: Document, place: Span) -> int | None:
    """Where a line above a place begins, before comments that are for the next line only; None where none can stand."""
    start = document.line_start(place.start)
    while (before := document.line_start(max(0, start - 1))) < start and _DIRECTIVE.match(document.source, before):
        start = before
    in_head = document.source.count(b"\n", 0, start) < 2 and _HEAD.match(document.source)
    return None if in_head or _goes_on(document, start - 1) else start


def _goes_on(document: Document, end: int) -> bool:
    """Whether a line of Python goes on in the next one by a backslash, so that no comment can end or follow it."""
    return document.path.endswith(".py") and document.source[: max(0, end)].rstrip(b"\r\n").endswith(b"\\")


def _line(document: Document, start: int, place: Span, text: str) -> Edit:
    """A comment on a line of its own, as far in as the place's line."""
    own = document.line_start(place.start)
    line = document.text(own, document.line_end(place.start))
    return document.edit(start, start, line[: len(line) - len(line.lstrip(" \t\f"))] + text + document.newline)


def _holds(document: Document, edit: Edit, place: Span, rules: Sequence[str]) -> bool:
    """Whether the rules are allowed at a place after an edit, and nothing else is said than before."""
    span, source = edit.span, document.source
    try:
        content = source[: span.start] + edit.text.encode(document.codec) + source[span.end :]
    except UnicodeEncodeError:
        return False
    inserted = edit.text.count("\n") - source.count(b"\n", span.start, span.end)
    shifted = {line + inserted * (span.start <= at) for line, at in _edges(place)}
    before, after = _said(document.path, source), _said(document.path, content)
    if len(after.faults) > len(before.faults) or len(after.allowances) < len(before.allowances) + len(set(rules)):
        return False
    held = {each.rule for each in after.allowances if each.lines and not each.lines.isdisjoint(shifted)}
    return held.issuperset(rules)


def _edges(place: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    return (place.line, place.start), (place.end_line, place.end)


@lru_cache(maxsize=4)
def _said(path: str, source: bytes) -> Suppressions:
    found = Suppressions(frozenset(rule.name for rule in all_rules()))
    found.add_file(path, source)
    return found
