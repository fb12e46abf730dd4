"""Bytes of a source as lines and characters, the way a client counts them."""

import re
from bisect import bisect_right
from functools import cached_property

from lsprotocol.types import Position, PositionEncodingKind, Range

from lobegen.model.source import Span
from lobegen.read.document import codec_of

#: what LSP takes for the end of a line, and nothing else (Python's `splitlines` takes more)
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")
_MARK = "\ufeff"
#: bytes of one unit, by encoding of positions; the text in front is encoded and measured
_UNITS = {
    PositionEncodingKind.Utf8: ("utf-8", 1),
    PositionEncodingKind.Utf16: ("utf-16-le", 2),
    PositionEncodingKind.Utf32: ("utf-32-le", 4),
}


class Text:
    """The content of one document.

    Args:
        content: Its bytes.
        path: Its path, which says what it is.
        units: What a client counts characters in.
    """

    def __init__(self, content: bytes, path: str, units: PositionEncodingKind) -> None:
        self.content = content
        self._codec = codec_of(path, content)
        self._encoding, self._width = _UNITS[units]

    def position(self, offset: int) -> Position:
        """Where a byte is."""
        line = bisect_right(self._lines, offset) - 1
        return Position(line, self._width_of(self.like(self.content[self._lines[line] : offset])))

    def range_of(self, span: Span) -> Range:
        """Where a span of this document is."""
        return Range(self.position(span.start), self.position(span.end))

    def characters(self, start: int, end: int) -> Range:
        """Where a stretch of characters is."""
        return Range(self._after(self.decoded[:start]), self._after(self.decoded[:end]))

    def like(self, content: bytes) -> str:
        """The text of bytes in this document's encoding, without a byte-order mark: editors do not show it."""
        return content.decode(self._codec, "replace").removeprefix(_MARK)

    @cached_property
    def decoded(self) -> str:
        """The text."""
        return self.like(self.content)

    def line(self, number: int) -> str:
        """A line, counted from 0, without its end; empty where there is none."""
        lines = _LINE_END.split(self.decoded)
        return lines[number] if number < len(lines) else ""

    @cached_property
    def _lines(self) -> list[int]:
        """The byte offsets at which lines begin: no encoding of sources has these bytes inside of a character."""
        return [0, *(match.end() for match in _LINE_END_BYTES.finditer(self.content))]

    def _after(self, before: str) -> Position:
        ends = [match.end() for match in _LINE_END.finditer(before)]
        return Position(len(ends), self._width_of(before[ends[-1] if ends else 0 :]))

    def _width_of(self, text: str) -> int:
        return len(text.encode(self._encoding, "surrogatepass")) // self._width

    def word(self, at: Position) -> str:
        """The word at a position, hyphens included."""
        line = self.line(at.line)
        column = len(line.encode(self._encoding)[: at.character * self._width].decode(self._encoding, "ignore"))
        return next((word[0] for word in re.finditer(r"[\w-]+", line) if word.start() <= column <= word.end()), "")


def encoded(text: str, path: str) -> bytes:
    """A text that is being edited, as it would be on disk."""
    return text.encode(codec_of(path, text.encode("utf-8", "replace")), "replace")


def holds(span: Range, at: Position) -> bool:
    """Whether a position is in a range, or at its end."""
    return _key(span.start) <= _key(at) <= _key(span.end)


def meets(one: Range, other: Range) -> bool:
    """Whether two ranges share a character, or touch."""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: Position) -> tuple[int, int]:
    return position.line, position.character
