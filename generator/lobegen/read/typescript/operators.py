"""Lowering of operators and assignments inside expressions."""

from typing import TYPE_CHECKING

from lobegen.model.source import Span
from lobegen.read.syntax import (
    Assignment,
    Await,
    Binary,
    Conditional,
    Constant,
    Expression,
    Opaque,
    Pattern,
    Spread,
    Unary,
)
from lobegen.read.typescript.context import DEPTH_LIMIT, Lowering, named, unwrap
from lobegen.read.typescript.postfix import CASTS, OWNERS, leaks, regrouped
from lobegen.read.typescript.spelling import operator_of

if TYPE_CHECKING:
    from tree_sitter import Node

SUSPECT = frozenset({*OWNERS, "non_null_expression"})


def binary(low: Lowering, node: "Node") -> Expression:
    """Binary operators; the left-leaning chain is followed in a loop, for sums have thousands of terms."""
    links: list[Node] = []
    inner = node
    while inner.type == "binary_expression":
        links.append(inner)
        left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
        if left is None or right is None:
            return Opaque(low.span(node), "missing", low.parts(node))
        if (left.type in SUSPECT and leaks(left)) or (right.type in SUSPECT and leaks(right)):
            return regrouped(low, node)
        inner = unwrap(left)
    flat = low.depth + len(links) > DEPTH_LIMIT  # nesting so many would exhaust what reads the tree
    depth = 1 if flat else len(links)
    low.depth += depth
    result = low.expression(inner)
    terms = [(link, low.field(link, "right")) for link in reversed(links)]
    low.depth -= depth
    if flat:
        return Opaque(low.span(node), "chain", (result, *(term for _, term in terms)))
    for link, term in terms:
        result = Binary(low.span(link), operator_of(link), result, term)
    return result


def unary(low: Lowering, node: "Node") -> Expression:
    """`!a`, `-a`, `typeof a`, `void a`, `delete a`, `++a`, `a--`; a negative number is a constant."""
    operator, operand = operator_of(node), low.field(node, "argument")
    value = operand.value if isinstance(operand, Constant) else None
    if operator == "-" and isinstance(value, int | float) and not isinstance(value, bool):
        return Constant(low.span(node), -value)
    return Unary(_before_cast(low, node), operator, operand)


def awaited(low: Lowering, node: "Node") -> Expression:
    """`await x`."""
    return Await(_before_cast(low, node), low.only(node))


def _before_cast(low: Lowering, node: "Node") -> Span:
    """The place of a prefix operator; the grammar counts the `as T` after `await x as T` to the operand."""
    last = node
    children = named(node)
    while children and children[0].type in CASTS:
        last = next(iter(named(children[0])), last)
        children = [last]
    return low.source.between(node, last)


def spread(low: Lowering, node: "Node") -> Expression:
    """`...x` inside an array."""
    return Spread(low.span(node), low.only(node))


def conditional(low: Lowering, node: "Node") -> Expression:
    """`a ? b : c`."""
    test, then, otherwise = (low.field(node, field) for field in ("condition", "consequence", "alternative"))
    return Conditional(low.span(node), test, then, otherwise)


def assignment(low: Lowering, node: "Node") -> Expression:
    """`a = b` inside an expression."""
    return Assignment(low.span(node), target(low, node), low.field(node, "right"))


def augmented(low: Lowering, node: "Node") -> Expression:
    """`a += b` inside an expression."""
    return Assignment(low.span(node), target(low, node), low.field(node, "right"), operator_of(node))


def target(low: Lowering, node: "Node") -> Pattern:
    """What an assignment assigns to."""
    left = node.child_by_field_name("left")
    return low.pattern(left if left is not None else node)


def sequence(low: Lowering, node: "Node") -> Expression:
    """`(a, b)`; `(0, module.function)`, as compilers write a call without `this`, is the function."""
    *before, last = named(node)
    if all(child.type == "number" for child in before):
        return low.expression(last)
    return Opaque(low.span(node), "sequence", tuple(low.expression(child) for child in named(node)))


def produced(low: Lowering, node: "Node") -> Expression:
    """`yield x` and `yield* x`."""
    return Opaque(low.span(node), "yield", tuple(low.expression(child) for child in named(node)))
