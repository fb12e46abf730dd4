"""Texts as they are written: strings, templates and other expressions, with something before or after."""

from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit
from lobegen.patterns import compiled
from lobegen.read.document import CannotEditError, Document

if TYPE_CHECKING:
    from tree_sitter import Node

_NO_TEXTS = ("spread_element", "object", "array", "arrow_function", "function_expression", "number")
_SPECIAL = compiled(rb"`|\$\{")


def in_template(text: str) -> str:
    """How a text is written between backticks."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("$", "\\$")


def prefixed(document: Document, node: "Node", prefix: str) -> list[Edit]:
    """Let a text begin with a prefix.

    Raises:
        CannotEditError: It is no text.
    """
    start = node.start_byte
    if node.type == "string":
        quote = document.text(start, start + 1)
        text = prefix.replace("\\", "\\\\").replace(quote, "\\" + quote)
        return [document.edit(start + 1, start + 1, text)]
    if node.type == "template_string":
        return [document.edit(start + 1, start + 1, in_template(prefix))]
    first = node.child_by_field_name("left") if _begins_with_text(node) else None
    if first is not None:
        return prefixed(document, first, prefix)
    return _around(document, node, f"`{in_template(prefix)}${{", "}`")


def _begins_with_text(node: "Node") -> bool:
    """Whether it is a text, or what is added to one: `"a" + b`, `"a" + b + c`."""
    while node.type == "binary_expression" and node.child_by_field_name("left") is not None:
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        if operator is None or operator.type != "+" or left is None:
            return False
        node = left
    return node.type in ("string", "template_string")


def followed(document: Document, node: "Node", expression: str) -> list[Edit]:
    """Let a text end in a colon and the value of an expression.

    Raises:
        CannotEditError: It is no text.
    """
    end, hole = node.end_byte, f":${{{expression}}}"
    if node.type == "template_string":
        return [document.edit(end - 1, end - 1, hole)]
    if node.type != "string":
        return _around(document, node, "`${", f"}}{hole}`")
    begin = node.start_byte
    text = document.source[begin + 1 : end - 1]
    special = [begin + 1 + match.start() for match in _SPECIAL.finditer(text) if not _is_escaped(text, match.start())]
    return [
        document.edit(begin, begin + 1, "`"),
        *(document.edit(at, at, "\\") for at in special),
        document.edit(end - 1, end, f"{hole}`"),
    ]


def _is_escaped(text: bytes, at: int) -> bool:
    before = text[:at]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


def _around(document: Document, node: "Node", before: str, after: str) -> list[Edit]:
    if node.type in _NO_TEXTS:
        raise CannotEditError("it is no text there")
    return [
        document.edit(node.start_byte, node.start_byte, before),
        document.edit(node.end_byte, node.end_byte, after),
    ]
