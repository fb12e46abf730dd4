"""Takes an allowance back: deletes its comment, or its rule's name where the comment allows others too."""

import re

from lobegen.model.fixes import Edit, Fix
from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.document import Document

# bytes read as Latin-1: an offset of the text is an offset in the file
_ALLOWANCE = compiled(r"lobegen:\s*allow(?:-file)?\s+(?P<names>[\w,\s-]*?)\s*\(", re.DOTALL)
_MARKER = compiled(r"(?:#|//)\s*\Z")


def withdrawal(document: Document, comment: Span, rule: str) -> Fix:
    """The fix that takes back what a comment allows for one rule."""
    text = document.source[comment.start : comment.end].decode("latin-1")
    match = _ALLOWANCE.search(text)
    names = list(re.finditer(r"[\w-]+", match["names"])) if match else []
    named = next((place for place, name in enumerate(names) if name[0] == rule), None)
    if match is None or named is None:
        return Fix("Delete the comment", obstacle="its name is not found in the comment")
    if len(names) == 1:
        return Fix("Delete the comment", edits=(_without(document, comment, match.start()),))
    begin = comment.start + match.start("names")
    start, end = names[named].span()
    if named:
        start = names[named - 1].end()
    else:
        end = names[1].start()
    return Fix(f"Delete `{rule}` from the comment", edits=(document.edit(begin + start, begin + end, ""),))


def _without(document: Document, comment: Span, at: int) -> Edit:
    """Delete a comment from where it speaks to lobegen, with its line, or the blanks before it, if nothing follows."""
    source = document.source
    head = source[comment.start : comment.start + at].decode("latin-1")
    marker = _MARKER.search(head)
    start, end = comment.start + (marker.start() if marker else 0), comment.end
    if source[start - 1 : start] == b"{" and source[end : end + 1] == b"}":  # JSX
        start, end = start - 1, end + 1
    line = document.line_start(start)
    if end != document.line_end(end):
        return document.edit(start, end + (source[end : end + 1] == b" "), "")
    if not source[line:start].strip(b" \t\f"):
        return document.edit(line, document.after_line(end), "")
    kept = source[line:start].rstrip(b" \t")
    return document.edit(line + len(kept), end, "")
