"""The line of source that a span begins on, with a marker under it, however wide its characters are."""

import unicodedata

from msgspec import Struct

from lobegen.model.source import Span

_TAB = 4
_WIDEST = 160
_BEFORE = 50
_JOINERS = "\u200c\u200d"


class Excerpt(Struct, frozen=True):
    """One line, ready to print, and the marker to print below it, in columns of a terminal."""

    text: str
    marker: str


def excerpt(source: bytes, span: Span) -> Excerpt | None:
    """The first line of a span and its marker; None when the span lies outside of the source.

    Tabs become blanks, control characters become visible, East Asian and emoji characters count as two columns,
    combining ones as none. Of a very long line, only the part around the span is shown.
    """
    if not 0 <= span.start <= len(source):
        return None
    begin = max(source.rfind(b"\n", 0, span.start), source.rfind(b"\r", 0, span.start)) + 1
    end = min(found for found in (source.find(b"\n", begin), source.find(b"\r", begin), len(source)) if found >= 0)
    before = _decoded(source[begin : span.start]).removeprefix("\ufeff")
    marked = _decoded(source[span.start : max(span.start, min(span.end, end))])
    after = _decoded(source[max(span.start, min(span.end, end)) : end])
    return _cropped(_visible(before), _visible(marked), _visible(after))


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _cropped(before: str, marked: str, after: str) -> Excerpt:
    text = before + marked + after
    if len(text) > _WIDEST:
        if len(before) > _BEFORE:
            before = "…" + before[-_BEFORE:]
        marked = marked[: _WIDEST - len(before)]
        after = after[: max(0, _WIDEST - len(before) - len(marked))]
        text = before + marked + after + "…"
    return Excerpt(text.rstrip(), " " * columns(before) + "^" * max(1, columns(marked.rstrip())))


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _visible(text: str) -> str:
    """A text without anything that a terminal would act on."""
    return printable(text.replace("\t", " " * _TAB))


def printable(text: str) -> str:
    """A text in one line whose control characters are written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in _JOINERS or unicodedata.category(each) == "Zs" else repr(each)[1:-1]
        for each in text
    )
