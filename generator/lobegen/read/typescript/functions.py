"""Lowering of functions, methods and parameters."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import Block, Evaluate, Expression, Function, Opaque, Parameter, Return
from lobegen.read.typescript.context import Lowering, named

if TYPE_CHECKING:
    from tree_sitter import Node


def function(low: Lowering, node: "Node") -> Function:
    """A function declaration, function expression or arrow."""
    name = node.child_by_field_name("name")
    return build(low, node, low.text(name) if name is not None else "")


def function_expression(low: Lowering, node: "Node") -> Expression:
    """A function as a value."""
    return function(low, node)


def method(low: Lowering, node: "Node", decorators: tuple[Expression, ...] = ()) -> Function:
    """A method; its name is the key as written."""
    name = node.child_by_field_name("name")
    return build(low, node, low.text(name) if name is not None else "", decorators)


def accessor(node: "Node", value: Function) -> Expression:
    """A getter or setter is opaque around its function: it is run by an access, not by a call."""
    for child in node.children:
        kind = child.type
        if kind in ("get", "set"):
            return Opaque(value.span, "getter" if kind == "get" else "setter", (value,))
        if kind in ("property_identifier", "formal_parameters"):
            break
    return value


def build(low: Lowering, node: "Node", name: str, decorators: tuple[Expression, ...] = ()) -> Function:
    """Any node with parameters and a body."""
    is_async = is_generator = False
    for child in node.children:
        kind = child.type
        if kind == "async":
            is_async = True
        elif kind == "*":
            is_generator = True
        elif kind in ("formal_parameters", "statement_block", "=>"):
            break
    low.functions += 1
    parameters = _parameters(low, node)
    returns = low.annotation(node, "return_type")
    body = _body(low, node)
    low.functions -= 1
    return Function(low.span(node), name, parameters, body, is_async, is_generator, decorators, returns)


def _body(low: Lowering, node: "Node") -> Block:
    body = node.child_by_field_name("body")
    if body is None:
        return ()
    if body.type == "statement_block":
        return low.body(body)
    return (Return(low.span(body), low.expression(body)),)


def _parameters(low: Lowering, node: "Node") -> tuple[Parameter, ...]:
    single = node.child_by_field_name("parameter")
    if single is not None:
        return (Parameter(low.pattern(single)),)
    group = node.child_by_field_name("parameters")
    if group is None:
        return ()
    found = (parameter(low, child) for child in named(group))
    return tuple(each for each in found if each is not None)


def parameter(low: Lowering, node: "Node") -> Parameter | None:
    """One parameter; TypeScript's `this` parameter is none."""
    pattern = node.child_by_field_name("pattern")
    if pattern is None:
        return Parameter(low.pattern(node)) if node.type not in ("required_parameter", "optional_parameter") else None
    if pattern.type == "this":
        return None
    value = node.child_by_field_name("value")
    default = low.expression(value) if value is not None else None
    annotation = low.annotation(node)
    if pattern.type == "rest_pattern":
        return Parameter(low.pattern(named(pattern)[0]), None, annotation, "rest")
    return Parameter(low.pattern(pattern), default, annotation)


def static_block(low: Lowering, node: "Node") -> Function:
    """The `static { ... }` of a class as a function without name."""
    return Function(low.span(node), "", (), low.body(node.child_by_field_name("body")), is_async=False)


def evaluated(value: Expression) -> Evaluate:
    """An expression as a statement."""
    return Evaluate(value.span, value)
