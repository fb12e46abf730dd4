"""Edits of object literals: an entry is left out, or put in, as the lines around it are written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit
from lobegen.read.document import CannotEditError, Document

if TYPE_CHECKING:
    from tree_sitter import Node

_ENTRIES = ("import_specifier", "pair", "shorthand_property_identifier", "method_definition", "spread_element")
_HOLDERS = ("object", "named_imports")
_BLANK = b" \t"


def without_entries(document: Document, entries: "Sequence[Node]") -> list[Edit]:
    """Leave out entries of one object, or names of one import, with their commas and lines.

    Args:
        entries: Some of its entries in their order; where they are all, the object stays, empty.

    Raises:
        CannotEditError: They are no entries, or a comment stands where it cannot stay.
    """
    holder = entries[0].parent
    if holder is None or holder.type not in _HOLDERS or any(each.type not in _ENTRIES for each in entries):
        raise CannotEditError("the option is not written there")
    gone = {each.id for each in entries}
    kept = [each for each in holder.named_children if each.type in _ENTRIES and each.id not in gone]
    end = kept[-1].end_byte if kept else holder.start_byte
    last = [each for each in entries if each.start_byte >= end and _comma(entries[-1]) is None]
    edits = []
    for entry in entries[: len(entries) - len(last)]:
        comma = _comma(entry)
        edits.append(document.edit(*_with_line(document, entry.start_byte, (comma or entry).end_byte), ""))
    if last and kept:
        if any(each.type == "comment" and end <= each.start_byte < last[-1].end_byte for each in holder.named_children):
            raise CannotEditError("a comment stands before it")
        edits.append(document.edit(end, last[-1].end_byte, ""))
    elif last:
        edits.append(document.edit(*_with_line(document, last[0].start_byte, last[-1].end_byte), ""))
    return edits


def _comma(entry: "Node") -> "Node | None":
    after = entry.next_sibling
    return after if after is not None and after.type == "," else None


def without_option(document: Document, entry: "Node") -> list[Edit]:
    """Leave out an entry of an object; with the only one also the object where it is the last of several arguments.

    Raises:
        CannotEditError: As for `without_entries`.
    """
    holder = entry.parent
    if holder is not None and holder.type == "object" and len(holder.named_children) == 1:
        return [_without_object(document, holder)]
    return without_entries(document, [entry])


def without_import(document: Document, specifier: "Node", statement: "Node") -> list[Edit]:
    """Leave out an imported name; with the last one the import."""
    holder = specifier.parent
    if holder is not None and len(holder.named_children) > 1:
        return without_entries(document, [specifier])
    clause = statement.named_children[0]
    if len(clause.named_children) > 1:
        raise CannotEditError("a default import stands beside it")
    start, end = _with_line(document, statement.start_byte, statement.end_byte)
    if document.is_blank_line(start - 1) and document.is_blank_line(end):
        end = document.after_line(end)
    return [document.edit(start, end, "")]


def _without_object(document: Document, holder: "Node") -> Edit:
    arguments = holder.parent
    before = holder.prev_sibling
    if arguments is None or arguments.type != "arguments" or before is None or before.type != ",":
        return document.edit(holder.start_byte, holder.end_byte, "{}")
    after = holder.next_sibling
    if after is not None and after.type == ",":
        after = after.next_sibling
    if after is None or after.type != ")":
        return document.edit(holder.start_byte, holder.end_byte, "{}")
    return document.edit(before.start_byte, holder.end_byte, "")


def _with_line(document: Document, start: int, end: int) -> tuple[int, int]:
    """A stretch with the blanks behind it, or with its whole line where nothing else stands there."""
    source = document.source
    begin = document.line_start(start)
    while source[end : end + 1] in (b" ", b"\t"):
        end += 1
    if source[begin:start].strip(_BLANK) or end != document.line_end(end):
        return start, end
    return begin, document.after_line(end)


def with_entry(document: Document, holder: "Node", text: str) -> list[Edit]:
    """Put in one more entry, as the last, on a line of its own where the others have one.

    Raises:
        CannotEditError: It is no object.
    """
    if holder.type != "object":
        raise CannotEditError("the options are not written there")
    entries = [each for each in holder.named_children if each.type in _ENTRIES]
    if not entries:
        if holder.named_children:
            raise CannotEditError("the options there hold comments only")
        return [document.edit(holder.start_byte, holder.end_byte, f"{{ {text} }}")]
    last = entries[-1]
    comma = last.next_sibling if last.next_sibling is not None and last.next_sibling.type == "," else None
    end = (comma or last).end_byte
    if last.start_point.row == holder.start_point.row:
        return [document.edit(end, end, f" {text}" if comma else f", {text}")]
    line = f"{document.newline}{_indent(document, last.start_byte)}{text}{',' if comma else ''}"
    rest = document.source[end : document.line_end(end)].strip()
    if not rest.startswith((b"//", b"/*")) or holder.end_point.row == last.end_point.row:
        return [document.edit(end, end, line if comma else f",{line}")]
    after = document.line_end(end)
    return [*([] if comma else [document.edit(end, end, ",")]), document.edit(after, after, line)]


def indented(document: Document, text: str, start: int, there: Document, holder: "Node") -> str:
    """A text of several lines that stands at an offset, as it is written below an entry of another object."""
    lines = text.splitlines()
    old = _indent(document, start)
    entry = next((each for each in holder.named_children if each.type in _ENTRIES), holder)
    new = _indent(there, entry.start_byte)
    return there.newline.join([lines[0], *(new + line.removeprefix(old) for line in lines[1:])])


def _indent(document: Document, offset: int) -> str:
    line = document.text(document.line_start(offset), offset)
    return line[: len(line) - len(line.lstrip())]
