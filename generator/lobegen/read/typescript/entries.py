"""Edits of object literals: an entry is left out, or put in, as the lines around it are written."""

from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit
from lobegen.read.document import CannotEditError, Document

if TYPE_CHECKING:
    from tree_sitter import Node

_ENTRIES = ("pair", "shorthand_property_identifier", "method_definition", "spread_element")
_BLANK = b" \t"


def without_entry(document: Document, entry: "Node") -> Edit:
    """Leave out an entry of an object, with its comma and its line.

    Raises:
        CannotEditError: It is no entry of an object.
    """
    holder = entry.parent
    if entry.type not in _ENTRIES or holder is None or holder.type != "object":
        raise CannotEditError("the option is not written there")
    if len(holder.named_children) == 1:
        return _without_object(document, holder, entry)
    after = entry.next_sibling
    if after is not None and after.type == ",":
        return document.edit(*_with_line(document, entry.start_byte, after.end_byte), "")
    before = entry.prev_sibling
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    if before is None or before.type != ",":
        return document.edit(*_with_line(document, entry.start_byte, entry.end_byte), "")
    comments = document.source[before.end_byte : entry.start_byte].strip()
    return document.edit(entry.start_byte if comments else before.start_byte, entry.end_byte, "")


def _without_object(document: Document, holder: "Node", entry: "Node") -> Edit:
    """Leave out the only entry; with it the object where it is the last of several arguments."""
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
