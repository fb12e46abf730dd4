"""The text of one file and the spans of its nodes: bytes to lines and character columns."""

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from lobegen.model.source import Span

if TYPE_CHECKING:
    from tree_sitter import Node

BOM = b"\xef\xbb\xbf"
LONG = 10_000


class SourceText:
    """The bytes of one file; tree-sitter counts columns in bytes, a `Span` in characters (a BOM is none)."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self._plain = source.isascii()
        self._followers: dict[int, list[int]] = {}

    def span(self, node: "Node") -> Span:
        """The place of a node."""
        if not self._plain:
            return self.between(node, node)
        row, column = node.start_point
        end_row, end_column = node.end_point
        return Span(self.path, row + 1, column + 1, end_row + 1, end_column + 1, node.start_byte, node.end_byte)

    def between(self, first: "Node", last: "Node") -> Span:
        """From the start of one node to the end of another."""
        row, column = first.start_point
        end_row, end_column = last.end_point
        if not self._plain:
            column = self._characters(row, column)
            end_column = self._characters(end_row, end_column)
        return Span(self.path, row + 1, column + 1, end_row + 1, end_column + 1, first.start_byte, last.end_byte)

    def at(self, start: int, end: int) -> Span:
        """From one byte offset to another, for what is no node."""
        row, column = self._position(start)
        end_row, end_column = self._position(end)
        return Span(self.path, row + 1, column + 1, end_row + 1, end_column + 1, start, end)

    def text(self, node: "Node") -> str:
        """The source of a node."""
        if self._plain:
            return self._text[node.start_byte : node.end_byte]
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def alone(self, start: int, end: int, allowed: bytes = b"") -> bool:
        """Whether nothing but blanks (and `allowed` bytes) shares the lines of these offsets."""
        first = self.source.rfind(b"\n", 0, start) + 1
        last = self.source.find(b"\n", end)
        last = last if last >= 0 else len(self.source)
        if start - first > LONG or last - end > LONG:
            return False
        before = self.source[first:start].removeprefix(BOM if first == 0 else b"")
        after = self.source[end:last]
        return not before.strip(b" \t\r\f\v" + allowed) and not after.strip(b" \t\r\f\v" + allowed)

    @cached_property
    def _text(self) -> str:
        return self.source.decode("ascii")

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.source.split(b"\n")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def _position(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset) - 1
        return row, self._characters(row, offset - self._starts[row])

    def _characters(self, row: int, column: int) -> int:
        """A column in bytes as one in characters."""
        followers = self._followers.get(row)
        if followers is None:
            followers = self._followers[row] = _follower_bytes(self._lines[row] if row < len(self._lines) else b"")
        mark = 1 if row == 0 and column >= len(BOM) and self.source.startswith(BOM) else 0
        return column - bisect_left(followers, column) - mark


def _follower_bytes(line: bytes) -> list[int]:
    """Where the second and later bytes of characters are; none in what is not UTF-8, whose bytes are characters."""
    if line.isascii():
        return []
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return []
    return [place for place, byte in enumerate(line) if byte & 0xC0 == 0x80]
