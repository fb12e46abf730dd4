"""String literals: escapes, implicit concatenation, f-strings."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import libcst as cst

from lobegen.patterns import compiled
from lobegen.read.python.context import Lowering
from lobegen.read.syntax import Constant, Expression, Opaque, Template

_ESCAPE = compiled(r"\\(\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r": "", "\r\n": ""}
_SINGLE |= {character: character for character in "\\'\""}

_Text = cst.FormattedStringText | cst.TemplatedStringText
_Hole = cst.FormattedStringExpression | cst.TemplatedStringExpression
_Piece = cst.BaseFormattedStringContent | cst.BaseTemplatedStringContent


def lower_string(to: Lowering, node: cst.SimpleString) -> Expression:
    """A literal without holes; bytes are no text and stay opaque."""
    if "b" in node.prefix:
        return Opaque(to.span(node), "bytes")
    return Constant(to.span(node), _text(node))


def lower_template(
    to: Lowering, node: cst.FormattedString | cst.TemplatedString | cst.ConcatenatedString
) -> Expression:
    """An f-string or strings side by side: a constant when there is no hole in them."""
    literals = list(_literals(node))
    if any("b" in literal.prefix for literal in literals):
        return Opaque(to.span(node), "bytes")
    parts: list[str | Expression] = []
    for literal in literals:
        if isinstance(literal, cst.SimpleString):
            _append(parts, _text(literal))
        else:
            _append_pieces(to, parts, literal.parts, raw="r" in literal.prefix)
    if all(isinstance(part, str) for part in parts):
        return Constant(to.span(node), "".join(part for part in parts if isinstance(part, str)))
    return Template(to.span(node), tuple(parts))


def _literals(node: cst.BaseExpression) -> Iterator[cst.SimpleString | cst.FormattedString | cst.TemplatedString]:
    while isinstance(node, cst.ConcatenatedString):
        yield node.left
        node = node.right
    assert isinstance(node, cst.SimpleString | cst.FormattedString | cst.TemplatedString)
    yield node


def _append(parts: list[str | Expression], text: str) -> None:
    if parts and isinstance(last := parts[-1], str):
        parts[-1] = last + text
    elif text:
        parts.append(text)


def _append_pieces(to: Lowering, parts: list[str | Expression], pieces: Sequence[_Piece], raw: bool) -> None:
    for piece in pieces:
        if isinstance(piece, _Text):
            text = piece.value.replace("{{", "{").replace("}}", "}")
            _append(parts, _newlines(text) if raw else unescape(text))
        elif isinstance(piece, _Hole):
            _append_hole(to, parts, piece)


def _append_hole(to: Lowering, parts: list[str | Expression], hole: _Hole) -> None:
    """The expression, and those inside its format; the format's own text says nothing of the value."""
    if hole.equal is not None:
        start, end = to.spans.range(hole.expression)
        _append(parts, f"{to.spans.text.text[start:end]}=")
    parts.append(to.expression(hole.expression))
    for piece in hole.format_spec or ():
        if isinstance(piece, _Hole):
            _append_hole(to, parts, piece)


def _text(node: cst.SimpleString) -> str:
    raw = node.raw_value
    return _newlines(raw) if "r" in node.prefix else unescape(raw)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def unescape(text: str) -> str:
    """The value of a literal's inside; an escape that Python does not know is kept, as Python does."""
    if "\\" not in text:
        return _newlines(text)
    return _ESCAPE.sub(_escaped, _newlines(text))


def _escaped(match: re.Match[str]) -> str:
    code = match[1]
    if code in _SINGLE:
        return _SINGLE[code]
    if code[0] in "01234567":
        return chr(int(code, 8))
    if code.startswith("N{"):
        try:
            return unicodedata.lookup(code[2:-1])
        except KeyError:
            return match[0]
    if len(code) == 1:
        return match[0]
    number = int(code[1:], 16)
    # a lone surrogate could not be written to any report
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= number < 0xE000 or number > 0x10FFFF else chr(number)
