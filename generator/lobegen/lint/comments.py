"""The comments of a file that speak to lobegen, found by its language's own rules, so never inside strings."""

import codecs
import io
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from lobegen.model.source import Language, Span
from lobegen.patterns import compiled
from lobegen.read.beside import EXAMPLES
from lobegen.read.walking import ENDINGS

if TYPE_CHECKING:
    from tokenize import TokenInfo

#: a comment can only be meant for us when its file holds this
NEEDLE = b"lobegen:"
_NO_CODE = compiled(r"""(?:\s|;|(['"])use \w+\1)*""")


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


def commented_as(path: str) -> Language | None:
    """The language of a file's comments; None for a file of environment variables."""
    if path.endswith(".py"):
        return "python"
    return None if os.path.basename(path) in EXAMPLES else "typescript"


def is_commented(path: str) -> bool:
    """Whether a file can hold comments that are read."""
    return path.endswith(ENDINGS) or commented_as(path) is None


def notes(path: str, source: bytes) -> list[Note]:
    """The comments of a file in which the needle occurs; those before a place that cannot be read, if there is one."""
    if NEEDLE not in source:
        return []
    found = _PARSERS[commented_as(path)](path, source)
    return [note for note in found if "lobegen:" in note.text]


def _python(path: str, source: bytes) -> Iterator[Note]:
    import tokenize  # few runs meet such a comment

    before_code = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.STRING, tokenize.ENCODING)
    lines = source.splitlines(keepends=True)
    place = _Offsets(lines)
    next_code = _next_code(lines, b"#")
    at_top = True
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.ENCODING:
                place.encoding = token.string
            at_top = at_top and token.type in before_code
            if token.type == tokenize.COMMENT:
                span = place.span(path, token)
                alone = not token.line[: token.start[1]].strip()
                yield Note(span, token.string.lstrip("#").strip(), alone, at_top, next_code[span.line])
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
    next_code = _next_code(source.splitlines(), b"//", b"/*", b"{/*", b"*")
    at_top = True
    last = len(codecs.BOM_UTF8) if source.startswith(codecs.BOM_UTF8) else 0
    for comment in comments(path, source):
        span = comment.span
        at_top = at_top and bool(_NO_CODE.fullmatch(source[last : span.start].decode("utf-8", "replace")))
        last = span.end
        yield Note(span, comment.text, comment.alone, at_top, next_code[span.end_line])


def _variables(path: str, source: bytes) -> Iterator[Note]:
    """Lines that begin with `#`; the line that comes next may be a variable that is commented out."""
    place, at_top = 0, True
    for number, line in enumerate(source.splitlines(keepends=True), start=1):
        text = line.decode("utf-8", "replace").strip()
        at_top = at_top and (not text or text.startswith("#"))
        if text.startswith("#"):
            start = place + line.index(b"#")
            column = len(line[: start - place].decode("utf-8", "replace")) + 1
            span = Span(path, number, column, number, column + len(text), start, place + len(line.rstrip()))
            yield Note(span, text.lstrip("#").strip(), True, at_top, number + 1)
        place += len(line)


_PARSERS = {"python": _python, "typescript": _typescript, None: _variables}


def _may_be_commented(source: bytes) -> bool:
    """Whether a comment may hold the needle; most files that have it hold it in a text, and need not be parsed."""
    before, place = 0, source.find(NEEDLE)
    while place >= 0:  # what stands before the last one opens no comment: it need not be searched again
        if source.find(b"//", max(before, source.rfind(b"\n", before, place)), place) >= 0:
            return True
        opened = source.rfind(b"/*", before, place)
        if opened >= 0 and source.find(b"*/", opened + 2, place) < 0:
            return True
        before, place = place, source.find(NEEDLE, place + 1)
    return False


def _next_code(lines: list[bytes], *markers: bytes) -> list[int]:
    """By line, counted from 1: the first one after it that is neither blank nor a comment, or just the next one."""
    found = list(range(1, len(lines) + 2))
    code = 0
    for number in range(len(lines), 0, -1):
        found[number] = code or number + 1
        text = lines[number - 1].strip()
        if text and not text.startswith(markers):
            code = number
    return found
