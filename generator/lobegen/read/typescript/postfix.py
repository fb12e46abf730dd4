"""Lowering of chains of calls and accesses.

A chain is followed in a loop, so that a long one costs no stack. And the grammar reads `await f<T>(x).y` (`!f<T>()` and
`a + f<T>()` too) as if the operator belonged to the callee: `(await f)<T>(x).y`. What stands unparenthesised below
a call can never be an operator, so it is put back around the whole chain.
"""

from typing import TYPE_CHECKING

from lobegen.model.source import Span
from lobegen.read.syntax import (
    Argument,
    Attribute,
    Await,
    Binary,
    Call,
    Constant,
    Expression,
    Index,
    Opaque,
    TypeRef,
    Unary,
)
from lobegen.read.typescript.context import DEPTH_LIMIT, Lowering, named
from lobegen.read.typescript.spelling import PRECEDENCE, SPELLINGS, operator_of

if TYPE_CHECKING:
    from tree_sitter import Node

OWNERS = {"call_expression": "function", "member_expression": "object", "subscript_expression": "object"}
CASTS = frozenset({"as_expression", "satisfies_expression"})
OPERANDS = {
    "await_expression": "",
    "unary_expression": "argument",
    "update_expression": "argument",
    "binary_expression": "right",
}


def chain(low: Lowering, node: "Node") -> Expression:
    """A call, tagged template, `a.b` or `a[b]` with all that it is applied to."""
    links: list[Node] = []
    inner: Node | None = node
    while inner is not None and inner.type in OWNERS:
        links.append(inner)
        inner = _owner(inner)
    operators: list[Node] = []
    while inner is not None and inner.type in OPERANDS:
        operators.append(inner)
        inner = _operand(inner)
    if inner is None:
        return Opaque(low.span(node), "missing", low.parts(node))
    if inner.type in CASTS:  # the grammar ends the type of `x as A.B.C` too early: all that follows belongs to it
        return low.expression(inner)
    if low.depth + len(links) > DEPTH_LIMIT:
        return low.overflow(node)
    value = _applied(low, inner, links, bool(operators))
    for operator in reversed(operators):
        value = _operate(low, operator, value, low.source.between(operator, node))
    return value


def _applied(low: Lowering, inner: "Node", links: "list[Node]", regrouped: bool) -> Expression:
    """An expression with the accesses and calls that follow it, outermost first."""
    low.depth += len(links)
    value = low.expression(inner)
    for link in reversed(links):
        value = _apply(low, link, value, low.source.between(inner, link) if regrouped else low.span(link))
    low.depth -= len(links)
    return value


def leaks(node: "Node") -> bool:
    """Whether the grammar hung a chain or `!` on to a binary expression: the left of `a && b!.c !== 0`."""
    inner: Node | None = node
    while inner is not None and (inner.type in OWNERS or inner.type == "non_null_expression"):
        inner = _owner(inner) if inner.type in OWNERS else next(iter(named(inner)), None)
    return inner is not None and inner is not node and inner.type == "binary_expression"


def regrouped(low: Lowering, node: "Node") -> Expression:
    """A binary expression whose operands leak, built anew by precedence."""
    operands: list[tuple[Expression, Node, Node]] = []
    operators: list[Node] = []
    _flatten(low, node, [], operands, operators)
    if len(operands) != len(operators) + 1 or low.depth + len(operators) > DEPTH_LIMIT:
        return Opaque(low.span(node), "chain", tuple(operand for operand, _, _ in operands))
    while operators:
        powers = [PRECEDENCE.get(operator.type, 0) for operator in operators]
        best = max(powers)
        place = len(powers) - 1 - powers[::-1].index(best) if best == PRECEDENCE["**"] else powers.index(best)
        (left, first, _), (right, _, last) = operands[place : place + 2]
        kind = operators.pop(place).type
        value = Binary(low.source.between(first, last), SPELLINGS.get(kind, kind), left, right)
        operands[place : place + 2] = [(value, first, last)]
    return operands[0][0]


def _flatten(
    low: Lowering,
    node: "Node",
    links: "list[Node]",
    operands: "list[tuple[Expression, Node, Node]]",
    operators: "list[Node]",
) -> None:
    """The operands (with what follows them) and operators of an expression in source order."""
    inner: Node | None = node
    links = list(links)
    while inner is not None and (inner.type in OWNERS or inner.type == "non_null_expression"):
        if inner.type in OWNERS:
            links.append(inner)
            inner = inner.child_by_field_name(OWNERS[inner.type])
        else:
            inner = next(iter(named(inner)), None)
    operator = inner.child_by_field_name("operator") if inner is not None else None
    if inner is None or inner.type != "binary_expression" or operator is None:
        whole = links[0] if links else node
        value = _applied(low, inner, links, True) if inner is not None else Opaque(low.span(node), "missing")
        operands.append((value, inner or node, whole))
        return
    left, right = inner.child_by_field_name("left"), inner.child_by_field_name("right")
    if left is not None and right is not None:
        _flatten(low, left, [], operands, operators)
        operators.append(operator)
        _flatten(low, right, links, operands, operators)


def _owner(node: "Node") -> "Node | None":
    owner = node.child_by_field_name(OWNERS[node.type])
    while owner is not None and owner.type == "non_null_expression":
        owner = next(iter(named(owner)), None)
    return owner


def _operand(node: "Node") -> "Node | None":
    field = OPERANDS[node.type]
    return node.child_by_field_name(field) if field else next(iter(named(node)), None)


def _operate(low: Lowering, node: "Node", value: Expression, span: Span) -> Expression:
    if node.type == "await_expression":
        return Await(span, value)
    if node.type == "binary_expression":
        return Binary(span, operator_of(node), low.field(node, "left"), value)
    return Unary(span, operator_of(node), value)


def _apply(low: Lowering, node: "Node", owner: Expression, span: Span) -> Expression:
    kind = node.type
    if kind == "member_expression":
        name = node.child_by_field_name("property")
        return Attribute(span, owner, low.text(name) if name is not None else "")
    if kind == "subscript_expression":
        index = low.field(node, "index")
        if isinstance(index, Constant) and isinstance(index.value, str):
            return Attribute(span, owner, index.value)
        return Index(span, owner, index)
    given = node.child_by_field_name("arguments")
    if given is not None and given.type == "template_string":
        return Opaque(span, "tagged-template", (owner, low.expression(given)))
    return Call(span, owner, arguments(low, given), types=type_arguments(low, node))


def new(low: Lowering, node: "Node") -> Expression:
    """`new A(...)`."""
    given = arguments(low, node.child_by_field_name("arguments"))
    return Call(low.span(node), low.field(node, "constructor"), given, new=True, types=type_arguments(low, node))


def arguments(low: Lowering, node: "Node | None") -> tuple[Argument, ...]:
    """What is in the parentheses of a call."""
    if node is None:
        return ()
    found = []
    for child in named(node):
        spread = child.type == "spread_element"
        found.append(Argument(low.only(child) if spread else low.expression(child), spread=spread))
    return tuple(found)


def type_arguments(low: Lowering, node: "Node") -> tuple[TypeRef, ...]:
    """The `<T>` of a call."""
    types = node.child_by_field_name("type_arguments")
    return tuple(low.type(child) for child in named(types)) if types is not None else ()
