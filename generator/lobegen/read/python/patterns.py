"""What assignments, loops and `with` bind: names, places, and tuples of them."""

import libcst as cst

from lobegen.read.python.context import Lowering
from lobegen.read.syntax import Attribute, Binding, Index, Opaque, Pattern, Place, SequencePattern


def lower_target(to: Lowering, node: cst.BaseExpression) -> Pattern:
    """Lower the left side of an assignment; what cannot be assigned to in Python is an opaque place."""
    if isinstance(node, cst.Name):
        return Binding(to.span(node), node.value)
    if isinstance(node, cst.Tuple | cst.List):
        return _sequence(to, node)
    value = to.expression(node)
    if not isinstance(value, Attribute | Index):
        value = Opaque(to.span(node), "target", (value,))
    return Place(to.span(node), value)


def _sequence(to: Lowering, node: cst.Tuple | cst.List) -> Pattern:
    rest = next((i for i, e in enumerate(node.elements) if isinstance(e, cst.StarredElement)), None)
    items = tuple(lower_target(to, element.value) for element in node.elements)
    return SequencePattern(to.spans.parenthesized(node) if isinstance(node, cst.Tuple) else to.span(node), items, rest)
