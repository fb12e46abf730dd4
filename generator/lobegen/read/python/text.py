"""A Python file's bytes as text, with the way back from characters to lines, columns and bytes of the file."""

import codecs
import re
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.syntax import SyntaxFault

_LINE_END = compiled(r"\r\n?|\n")
_SAME_WIDTH = {"ascii", "iso8859-1"}


class SourceText:
    """The decoded text of one file.

    Attributes:
        path: As in `Span.path`.
        source: The bytes on disk.
        text: Their characters, without a byte-order mark; newlines as they are in the file.
    """

    __slots__ = ("_byte", "_lines", "path", "source", "text")

    def __init__(self, path: str, source: bytes, text: str, codec: str, mark: int = 0) -> None:
        """Prepare the mapping of `text`, which is `source` without its first `mark` bytes, decoded by `codec`."""
        self.path = path
        self.source = source
        self.text = text
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._byte = _byte_offsets(source, text, self._lines, codec, mark)

    def span(self, start: int, end: int) -> Span:
        """The span between two character offsets."""
        lines, byte = self._lines, self._byte
        line, end_line = bisect_right(lines, start), bisect_right(lines, end)
        return Span(
            self.path,
            line,
            start - lines[line - 1] + 1,
            end_line,
            end - lines[end_line - 1] + 1,
            byte(start),
            byte(end),
        )

    def line_span(self, line: int, column: int = 0) -> Span:
        """An empty span at a 1-based line (clamped to the file) and a 0-based column (clamped to the line)."""
        line = min(max(line, 1), len(self._lines))
        start = self._lines[line - 1]
        end = self._lines[line] if line < len(self._lines) else len(self.text)
        offset = min(start + max(column, 0), start + len(self.text[start:end].rstrip("\r\n")))
        return self.span(offset, offset)

    def stands_alone(self, start: int) -> bool:
        """Whether nothing but white space comes before a character on its line."""
        return not self.text[self._lines[bisect_right(self._lines, start) - 1] : start].strip()


def _byte_offsets(source: bytes, text: str, lines: Sequence[int], codec: str, mark: int) -> Callable[[int], int]:
    if text.isascii() or codec in _SAME_WIDTH:
        if len(text) + mark == len(source):
            return lambda offset: offset + mark
    elif codec == "utf-8":
        return _utf8_offsets(text, lines, mark)
    table = _decoded_offsets(source[mark:], codec)
    return lambda offset: table[offset] + mark


def _utf8_offsets(text: str, lines: Sequence[int], mark: int) -> Callable[[int], int]:
    """Offsets in UTF-8: the bytes of the lines before, and those of the line's own characters."""
    ends = [*lines[1:], len(text)]
    widths = (len(text[start:end].encode()) for start, end in zip(lines, ends, strict=True))
    line_bytes = list(accumulate(widths, initial=mark))

    def byte(offset: int) -> int:
        line = bisect_right(lines, offset) - 1
        return line_bytes[line] + len(text[lines[line] : offset].encode())

    return byte


def _decoded_offsets(body: bytes, codec: str) -> list[int]:
    """The byte at which each character begins, and the end, for any codec: found by decoding byte by byte."""
    decoder = codecs.getincrementaldecoder(codec)()
    offsets: list[int] = []
    start = 0
    for index in range(len(body)):
        decoded = decoder.decode(body[index : index + 1])
        if decoded:
            offsets.extend([start] * len(decoded))
            start = index + 1
    offsets.extend([start] * len(decoder.decode(b"", True)))
    offsets.append(len(body))
    return offsets


def decode(path: str, source: bytes) -> SourceText | SyntaxFault:
    """Decode a file as Python does: byte-order mark, coding cookie, else UTF-8; a fault where that is impossible."""
    if b"\0" in source:
        return _fault(path, source, source.index(b"\0"), "the file contains a null byte")
    try:
        codec, mark = codec_of(source)
    except SyntaxError as error:
        return _fault(path, source, 0, f"unreadable encoding: {error.msg}")
    try:
        return SourceText(path, source, source[mark:].decode(codec), codec, mark)
    except UnicodeDecodeError as error:
        return _fault(path, source, mark + error.start, f"the bytes of this line are not {codec}")
    except (LookupError, ValueError, TypeError):
        return _fault(path, source, 0, f"the encoding {codec} cannot be read", certain=False)


def codec_of(source: bytes) -> tuple[str, int]:
    """The codec's canonical name and the length of the byte-order mark.

    Raises:
        SyntaxError: A coding cookie that names no codec.
    """
    lines = iter(re.split(rb"(?<=\n)|(?<=\r)(?!\n)", source, maxsplit=2)[:2])
    name, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    return codecs.lookup(name.removesuffix("-sig")).name, 3 if name.endswith("-sig") else 0


def _fault(path: str, source: bytes, at: int, message: str, certain: bool = True) -> SyntaxFault:
    """A fault of the whole line around a byte: its columns cannot be counted."""
    begin = source.rfind(b"\n", 0, at) + 1
    line = source.count(b"\n", 0, begin) + 1
    return SyntaxFault(Span(path, line, 1, line, 1, begin, begin), message, certain)
