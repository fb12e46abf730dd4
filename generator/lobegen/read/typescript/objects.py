"""Lowering of array and object literals."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import Constant, Entry, Expression, Name, Object, Sequence
from lobegen.read.typescript.context import Lowering, named
from lobegen.read.typescript.expressions import string_value
from lobegen.read.typescript.functions import accessor, method
from lobegen.read.typescript.literals import number

if TYPE_CHECKING:
    from tree_sitter import Node


def array(low: Lowering, node: "Node") -> Expression:
    """An array literal; its holes are `undefined`."""
    items: list[Expression] = []
    expected = True
    for child in node.children:
        kind = child.type
        if kind == ",":
            if expected:
                items.append(Constant(low.span(child), None))
            expected = True
        elif child.is_named and kind not in ("comment", "ERROR"):
            items.append(low.expression(child))
            expected = False
    return Sequence(low.span(node), tuple(items))


def object_literal(low: Lowering, node: "Node") -> Expression:
    """An object literal."""
    return Object(low.span(node), tuple(_entry(low, child) for child in named(node)))


def _entry(low: Lowering, node: "Node") -> Entry:
    kind, span = node.type, low.span(node)
    if kind == "pair":
        key = node.child_by_field_name("key")
        return Entry(key_of(low, key) if key is not None else "", low.field(node, "value"), span)
    if kind == "method_definition":
        key = node.child_by_field_name("name")
        return Entry(key_of(low, key) if key is not None else "", accessor(node, method(low, node)), span)
    if kind == "spread_element":
        return Entry(None, low.only(node), span)
    if kind == "shorthand_property_identifier":
        text = low.text(node)
        return Entry(text, Name(span, text) if text != "undefined" else Constant(span, None), span)
    return Entry("", low.expression(node), span)


def key_of(low: Lowering, node: "Node") -> str | Expression:
    """A property's key: its text, or the expression in `[...]` unless that is a literal text."""
    kind = node.type
    if kind == "string":
        return string_value(low, node)
    if kind == "number":
        return str(number(low.text(node)))
    if kind == "computed_property_name":
        inner = low.only(node)
        return inner.value if isinstance(inner, Constant) and isinstance(inner.value, str) else inner
    return low.text(node)


def key_text(low: Lowering, node: "Node") -> str:
    """A key as text; a computed one is its source in brackets, which no plain key can be."""
    key = key_of(low, node)
    return key if isinstance(key, str) else low.text(node)
