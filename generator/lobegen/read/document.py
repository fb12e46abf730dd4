"""The bytes of one file as an editor of sources needs them: texts by byte offset, and edits with their places."""

import re
from bisect import bisect_right
from functools import cached_property

from lobegen.model.fixes import Edit
from lobegen.model.source import Span


class CannotEditError(Exception):
    """A change that cannot be made; its text says why, for the user."""


class Document:
    """One file that is to be changed.

    Attributes:
        path: As in `Span.path`.
        source: Its bytes.
        codec: Its encoding.
        newline: How its lines end.
    """

    def __init__(self, path: str, source: bytes) -> None:
        self.path = path
        self.source = source
        self.codec = codec_of(path, source)
        crlf = source.count(b"\r\n")
        self.newline = "\r\n" if crlf and crlf * 2 >= source.count(b"\n") else "\n"
        self._line_end = re.compile(rb"\r\n?|\n" if path.endswith(".py") else rb"\n")

    def text(self, start: int, end: int) -> str:
        """What is written between two byte offsets.

        Raises:
            CannotEditError: It is not of the file's encoding.
        """
        try:
            return self.source[start:end].decode(self.codec)
        except UnicodeDecodeError:
            raise CannotEditError(f"the bytes there are not {self.codec}") from None

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Put a text in the place of what stands between two byte offsets."""
        (line, column), (end_line, end_column) = self._position(start), self._position(end)
        return Edit(Span(self.path, line, column, end_line, end_column, start, end), text)

    def line_start(self, offset: int) -> int:
        """Where the line begins that holds a byte; after a byte-order mark."""
        begin = self.source.rfind(b"\n", 0, offset) + 1
        return begin + 3 if begin == 0 and self.source.startswith(b"\xef\xbb\xbf") else begin

    def line_end(self, offset: int) -> int:
        """Where the line ends that holds a byte: before its line break."""
        end = self.source.find(b"\n", offset)
        end = end if end >= 0 else len(self.source)
        return end - 1 if end > offset and self.source[end - 1 : end] == b"\r" else end

    def is_blank_line(self, offset: int) -> bool:
        """Whether the line that holds a byte is there and empty."""
        begin = self.source.rfind(b"\n", 0, max(offset, 0)) + 1
        end = self.source.find(b"\n", begin)
        return 0 <= begin <= offset and end >= 0 and not self.source[begin:end].strip()

    def after_line(self, offset: int) -> int:
        """Where the line after that of a byte begins."""
        return self.source.find(b"\n", offset) + 1 or len(self.source)

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        text = self.source[self._starts[line - 1] : offset].decode(self.codec, "replace").removeprefix("\ufeff")
        return line, len(text) + 1

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in self._line_end.finditer(self.source))]


def codec_of(path: str, source: bytes) -> str:
    """The encoding of a source: what a Python file says of itself, else UTF-8."""
    if path.endswith(".py"):
        from lobegen.read.python.text import codec_of as python_codec

        try:
            return python_codec(source)[0]
        except SyntaxError:
            return "utf-8"
    return "utf-8"
