"""Valid code that tree-sitter-typescript 0.23 rejects, blanked out so that the rest of the file is read well.

Every replacement has the length of what it replaces: positions stay true, and texts are read from the original bytes.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lobegen.patterns import compiled

if TYPE_CHECKING:
    from tree_sitter import Node

JSX = frozenset({"jsx_element", "jsx_attribute", "string"})
_KEYWORDS = (
    compiled(rb"\bexport\s+(type)\s*\*"),  # export type * from
    compiled(rb"\bimport\s+(defer|source)\s+[*\w$]"),  # import defer * as
    compiled(rb"[<,]\s*(in\s+out|in|out)\s+[A-Za-z_$]"),  # variance
    compiled(rb"[:<|&=,(]\s*(?:\w+\s+extends\s+)?(import\(\s*['\"][^'\"\n]*['\"]\s*\)\s*\.)\s*[\w$.]+\s*<"),
)
_TYPE_QUERY = compiled(rb"\btypeof +import\( *(['\"])[^'\"\n]*\1 *,? *\)")

# Bounded, for markup in long templates looks like an endless list of type arguments.
_INSIDE = rb"[^<>`;(){}]{0,200}"
_TAG_TYPES = compiled(rb"(?<=[\w$])<%b(?:<%b>%b){0,8}>(?=`)" % (_INSIDE, _INSIDE, _INSIDE))


def prepared(source: bytes) -> bytes:
    """The source without what the grammar silently takes for comparisons.

    These are the type arguments of tagged templates, and `f<typeof import("x")>(...)`.
    """
    if b">`" in source:
        source = _TAG_TYPES.sub(lambda match: _blank(match.group()), source)
    if b"typeof import(" in source:
        source = _TYPE_QUERY.sub(lambda match: b"_" * len(match.group()), source)
    return source


def repaired(source: bytes, root: "Node") -> bytes | None:
    """The source with what the grammar cannot read replaced; None where nothing of it occurs."""
    buffer = bytearray(source)
    for pattern in _KEYWORDS:
        for match in pattern.finditer(source):
            buffer[match.start(1) : match.end(1)] = _blank(match.group(1))
    for position in _ampersands(source, root):
        buffer[position] = ord("+")
    return bytes(buffer) if buffer != source else None


def _blank(text: bytes) -> bytes:
    return re.sub(rb"[^\r\n]", b" ", text)


def _ampersands(source: bytes, root: "Node") -> Iterator[int]:
    """The bare `&` of JSX text and attributes, which the grammar takes for broken character references."""
    lines: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            lines.update((node.start_point.row, node.end_point.row))
            if node.parent is not None and node.parent.type in JSX:
                yield from _positions(rb"&", source, node.start_byte, node.end_byte)
        elif node.has_error:
            pending.extend(node.children)
    start = 0
    for row, line in enumerate(source.split(b"\n")):
        if row in lines:
            yield from _positions(rb"(?<!&)&(?![&=])", source, start, start + len(line))
        start += len(line) + 1


def _positions(pattern: bytes, source: bytes, start: int, end: int) -> Iterator[int]:
    return (match.start() for match in re.compile(pattern).finditer(source, start, end))
