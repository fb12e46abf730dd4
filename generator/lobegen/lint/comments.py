"""The comments of a file that speak to lobegen, found by its language's own rules, so never inside strings."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from lobegen.model.source import Language, Span

if TYPE_CHECKING:
    from tokenize import TokenInfo

#: a comment can only be meant for us when its file holds this
NEEDLE = b"lobegen:"
_DIRECTIVE = re.compile(r"""\s*(['"])use \w+\1\s*;?""")


class Note(Struct, frozen=True):
    """One comment.

    Attributes:
        text: Without its marker.
        alone: Whether no code stands on its lines.
        at_top: Whether no code stands before it in the file.
        next_code: The line of the first code after it, where it stands alone.
    """

    span: Span
    text: str
    alone: bool
    at_top: bool
    next_code: int


def notes(path: str, source: bytes, language: Language) -> list[Note]:
    """The comments of a file in which the needle occurs; those before a place that cannot be read, if there is one."""
    if NEEDLE not in source:
        return []
    found = _python(path, source) if language == "python" else _typescript(path, source)
    return [note for note in found if "lobegen:" in note.text]


def _python(path: str, source: bytes) -> Iterator[Note]:
    import tokenize  # few runs meet such a comment

    before_code = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.STRING, tokenize.ENCODING)
    lines = source.splitlines(keepends=True)
    place = _Offsets(lines)
    at_top = True
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.ENCODING:
                place.encoding = token.string
            at_top = at_top and token.type in before_code
            if token.type == tokenize.COMMENT:
                span = place.span(path, token)
                alone = not token.line[: token.start[1]].strip()
                yield Note(span, token.string.lstrip("#").strip(), alone, at_top, _next_code(lines, span.line, b"#"))
    except (tokenize.TokenError, SyntaxError, UnicodeError):
        return


class _Offsets:
    """Byte offsets of tokens, which know lines and characters only."""

    def __init__(self, lines: list[bytes]) -> None:
        self.encoding = "utf-8"
        self._bom = len(codecs.BOM_UTF8) if lines[0].startswith(codecs.BOM_UTF8) else 0
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, path: str, token: "TokenInfo") -> Span:
        line, column = token.start
        start = self._starts[line - 1] + self._length(token.line[:column]) + (self._bom if line == 1 else 0)
        end = start + self._length(token.string)
        return Span(path, line, column + 1, line, column + 1 + len(token.string), start, end)

    def _length(self, text: str) -> int:
        return len(text.encode(self.encoding, "replace"))


def _typescript(path: str, source: bytes) -> Iterator[Note]:
    from lobegen.read.typescript import comments

    if not _may_be_commented(source):
        return
    lines = source.splitlines(keepends=True)
    code_before = ""
    last = 0
    for comment in comments(path, source):
        code_before += source[last : comment.span.start].decode("utf-8", "replace")
        last = comment.span.end
        at_top = not _DIRECTIVE.sub("", code_before.removeprefix("\ufeff")).strip()
        if not at_top:
            code_before = "code"
        next_code = _next_code(lines, comment.span.end_line, b"//", b"/*", b"{/*", b"*")
        yield Note(comment.span, comment.text, comment.alone, at_top, next_code)


def _may_be_commented(source: bytes) -> bool:
    """Whether a comment may hold the needle; most files that have it hold it in a text, and need not be parsed."""
    place = source.find(NEEDLE)
    while place >= 0:
        opened = source.rfind(b"/*", 0, place)
        if source.find(b"//", source.rfind(b"\n", 0, place) + 1, place) >= 0:
            return True
        if opened >= 0 and source.find(b"*/", opened + 2, place) < 0:
            return True
        place = source.find(NEEDLE, place + 1)
    return False


def _next_code(lines: list[bytes], line: int, *markers: bytes) -> int:
    """The first line after a line that is neither blank nor a comment."""
    for number, text in enumerate(lines[line:], start=line + 1):
        stripped = text.strip()
        if stripped and not stripped.startswith(markers):
            return number
    return line + 1
