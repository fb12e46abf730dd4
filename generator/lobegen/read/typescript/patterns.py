"""Lowering of targets: names, destructuring, and assignments to places."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import (
    Attribute,
    Binding,
    Expression,
    Index,
    ObjectPattern,
    Opaque,
    Pattern,
    Place,
    SequencePattern,
)
from lobegen.read.typescript.context import Lowering, named
from lobegen.read.typescript.objects import key_text

if TYPE_CHECKING:
    from tree_sitter import Node


def binding(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """A name."""
    return Binding(low.span(node), low.text(node), default)


def place(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """`a.b` and `a[b]` as targets; whatever else is assigned to (only after a syntax error) is opaque."""
    lowered = low.expression(node)
    if not isinstance(lowered, Attribute | Index | Opaque):
        lowered = Opaque(lowered.span, "target", (lowered,))
    return Place(lowered.span, lowered)


def with_default(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """`a = 1` and `{ a = 1 }` inside a pattern."""
    left = node.child_by_field_name("left")
    if left is None:
        return Binding(low.span(node), "", default)
    return low.pattern(left, low.field(node, "right"))


def rest(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """`...a`: what is inside; whoever holds the list marks it as the rest."""
    children = named(node)
    return low.pattern(children[0]) if children else Binding(low.span(node), "", default)


def object_pattern(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """`{ a, b: c = 1, ...rest }`."""
    items = tuple(_item(low, child) for child in named(node))
    return ObjectPattern(low.span(node), items, default)


def _item(low: Lowering, node: "Node") -> tuple[str | None, Pattern]:
    kind = node.type
    if kind in ("rest_pattern", "spread_element"):
        return None, rest(low, node, None)
    if kind in ("pair_pattern", "pair"):
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is not None and value is not None:
            return key_text(low, key), low.pattern(value)
    if kind in ("object_assignment_pattern", "assignment_pattern", "assignment_expression"):
        left = node.child_by_field_name("left")
        return low.text(left) if left is not None else "", with_default(low, node, None)
    return low.text(node), low.pattern(node)


def array_pattern(low: Lowering, node: "Node", default: Expression | None) -> Pattern:
    """`[a, , b, ...rest]`."""
    items: list[Pattern | None] = []
    remainder: int | None = None
    expected = True
    for child in node.children:
        kind = child.type
        if kind == ",":
            if expected:
                items.append(None)
            expected = True
        elif child.is_named and kind not in ("comment", "ERROR"):
            if kind in ("rest_pattern", "spread_element"):
                remainder = len(items)
            items.append(low.pattern(child))
            expected = False
    return SequencePattern(low.span(node), tuple(items), remainder, default)


HANDLERS = {
    "identifier": binding,
    "undefined": binding,
    "shorthand_property_identifier_pattern": binding,
    "shorthand_property_identifier": binding,
    "member_expression": place,
    "subscript_expression": place,
    "call_expression": place,
    "assignment_pattern": with_default,
    "assignment_expression": with_default,
    "object_assignment_pattern": with_default,
    "rest_pattern": rest,
    "spread_element": rest,
    "object_pattern": object_pattern,
    "object": object_pattern,
    "array_pattern": array_pattern,
    "array": array_pattern,
}
