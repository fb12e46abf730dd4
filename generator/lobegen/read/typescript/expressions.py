"""Lowering of names, literals, templates and JSX."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import Attribute, Constant, Expression, Name, Opaque, Template
from lobegen.read.typescript.context import Lowering, named
from lobegen.read.typescript.literals import number, unescape

if TYPE_CHECKING:
    from tree_sitter import Node


def name(low: Lowering, node: "Node") -> Expression:
    """An identifier, `this`, `super`, `import` as a callee, `#private`."""
    return Name(low.span(node), low.text(node))


def dotted(low: Lowering, node: "Node") -> Expression:
    """`A.B` where only names can stand."""
    parts: list[Node] = []
    while node.type in ("nested_identifier", "member_expression") and len(children := named(node)) == 2:
        parts.append(node)
        node = children[0]
    value: Expression = name(low, node)
    for part in reversed(parts):
        value = Attribute(low.span(part), value, low.text(named(part)[1]))
    return value


def string(low: Lowering, node: "Node") -> Constant:
    """A string literal."""
    return Constant(low.span(node), string_value(low, node))


def string_value(low: Lowering, node: "Node") -> str:
    """The value of a string literal."""
    return unescape(low.text(node)[1:-1])


def numeric(low: Lowering, node: "Node") -> Expression:
    """A number; a bigint is none that JSON knows."""
    if low.text(node).endswith("n"):
        return Opaque(low.span(node), "bigint")
    return Constant(low.span(node), number(low.text(node)))


def true(low: Lowering, node: "Node") -> Expression:
    """`true`."""
    return Constant(low.span(node), True)


def false(low: Lowering, node: "Node") -> Expression:
    """`false`."""
    return Constant(low.span(node), False)


def nothing(low: Lowering, node: "Node") -> Expression:
    """`null` and `undefined`."""
    return Constant(low.span(node), None)


def template(low: Lowering, node: "Node") -> Expression:
    """A template string; without substitutions it is a constant."""
    parts: list[str | Expression] = []
    position = node.start_byte + 1
    for child in node.named_children:
        if child.type != "template_substitution":
            continue
        _text_part(low, position, child.start_byte, parts)
        parts.append(low.only(child))
        position = child.end_byte
    _text_part(low, position, node.end_byte - 1, parts)
    span = low.span(node)
    if not parts:
        return Constant(span, "")
    if len(parts) == 1 and isinstance(parts[0], str):
        return Constant(span, parts[0])
    return Template(span, tuple(parts))


def _text_part(low: Lowering, start: int, end: int, parts: list[str | Expression]) -> None:
    if end > start:
        text = low.source.source[start:end].decode("utf-8", "replace")
        parts.append(unescape(text.replace("\r\n", "\n")))


def regex(low: Lowering, node: "Node") -> Expression:
    """A regular expression."""
    return Opaque(low.span(node), "regex")


def meta(low: Lowering, node: "Node") -> Expression:
    """`import.meta` and `new.target`."""
    return Opaque(low.span(node), "meta-property")


def jsx(low: Lowering, node: "Node") -> Expression:
    """A JSX element: the values of its attributes and the expressions and elements in it."""
    parts: list[Expression] = []
    for child in node.named_children:
        if child.type == "jsx_opening_element":
            parts.extend(_attributes(low, child))
        elif child.type in ("jsx_attribute", "jsx_expression", "jsx_element", "jsx_self_closing_element"):
            parts.extend(_jsx_value(low, child))
    return Opaque(low.span(node), "jsx", tuple(parts))


def jsx_alone(low: Lowering, node: "Node") -> Expression:
    """A JSX element without content."""
    return Opaque(low.span(node), "jsx", tuple(_attributes(low, node)))


def _attributes(low: Lowering, node: "Node") -> list[Expression]:
    found: list[Expression] = []
    for child in node.named_children:
        if child.type in ("jsx_attribute", "jsx_expression"):
            found.extend(_jsx_value(low, child))
    return found


def _jsx_value(low: Lowering, node: "Node") -> list[Expression]:
    if node.type == "jsx_attribute":
        values = [child for child in named(node)[1:] if child.type != "jsx_namespace_name"]
        return [part for child in values for part in _jsx_value(low, child)]
    if node.type == "jsx_expression":
        inner = named(node)
        return [low.only(child) if child.type == "spread_element" else low.expression(child) for child in inner]
    return [low.expression(node)]
