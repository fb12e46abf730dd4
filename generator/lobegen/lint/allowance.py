"""Allows findings of a line: puts the comment there that allows their rules, alone before the line or at its end."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lobegen.lint.comments import notes
from lobegen.model.fixes import Edit, Fix
from lobegen.read.document import Document
from lobegen.read.modules import language_of

_TITLE = "Allow {} in this line"


def allowance(document: Document, offset: int, rules: Sequence[str], reason: str) -> Fix:
    """The fix that allows rules in the line of a byte: that where a finding begins.

    Args:
        rules: Their names.
        reason: Why, in one line; without it nothing would be allowed.
    """
    title = _TITLE.format(", ".join(f"`{rule}`" for rule in rules))
    text = f"lobegen: allow {', '.join(rules)} ({reason})"
    for edit in _places(document, offset, text):
        if _is_read(document, edit, text):
            return Fix(title, edits=(edit,))
    return Fix(title, obstacle="no comment can stand in this line or before it")


def _places(document: Document, offset: int, text: str) -> Iterator[Edit]:
    marker = "#" if document.path.endswith(".py") else "//"
    start, end = document.line_start(offset), document.line_end(offset)
    line = document.text(start, end)
    indent = line[: len(line) - len(line.lstrip())]
    if not document.source[:start].rstrip(b"\r\n").endswith(b"\\"):  # Python's line would go on in the comment
        yield document.edit(start, start, f"{indent}{marker} {text}{document.newline}")
    yield document.edit(end, end, f"{'  ' if marker == '#' else ' '}{marker} {text}")


def _is_read(document: Document, edit: Edit, text: str) -> bool:
    """Whether the comment is one there: not text inside of a string that goes over several lines."""
    source, at = document.source, edit.span.start
    changed = source[:at] + edit.text.encode(document.codec, "replace") + source[at:]
    language = language_of(Path(document.path))
    place = at + edit.text.encode(document.codec, "replace").index(b"lobegen:")
    return any(note.span.start <= place < note.span.end for note in notes(document.path, changed, language))
