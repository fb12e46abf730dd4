"""Lowering of control flow."""

from typing import TYPE_CHECKING, Literal

from lobegen.read.syntax import (
    Block,
    Case,
    Evaluate,
    ExceptHandler,
    Expression,
    For,
    If,
    Jump,
    Nested,
    Opaque,
    Raise,
    Return,
    Statement,
    Switch,
    Try,
    While,
)
from lobegen.read.typescript.context import Lowering, named

if TYPE_CHECKING:
    from tree_sitter import Node

Out = list[Statement]


def block(low: Lowering, node: "Node", out: Out) -> None:
    """A bare `{ ... }`."""
    out.append(Nested(low.span(node), low.body(node)))


def empty(low: Lowering, node: "Node", out: Out) -> None:
    """A lone `;`."""


def if_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`if`, with `else if` as an `If` alone in the other branch."""
    test = low.field(node, "condition")
    then = low.body(node.child_by_field_name("consequence"))
    alternative = node.child_by_field_name("alternative")
    otherwise: Block = ()
    if alternative is not None:
        children = named(alternative)
        otherwise = low.body(children[0]) if children else ()
    out.append(If(low.span(node), test, then, otherwise))


def switch(low: Lowering, node: "Node", out: Out) -> None:
    """`switch`; labels that share a body (`case 1: case 2:`) are one case."""
    subject = low.field(node, "value")
    body = node.child_by_field_name("body")
    cases: list[Case] = []
    labels: list[Expression] = []
    children = named(body) if body is not None else []
    for position, child in enumerate(children):
        is_default = child.type == "switch_default"
        content = low.block(child.children_by_field_name("body"))
        last = position == len(children) - 1
        if not is_default:
            labels.append(low.field(child, "value"))
            if not content and not last and children[position + 1].type == "switch_case":
                continue
        elif labels:
            cases.append(Case(tuple(labels), (), falls_through=True))
            labels = []
        cases.append(Case(tuple(labels), content, falls_through=not last and not _leaves(content)))
        labels = []
    out.append(Switch(low.span(node), subject, tuple(cases)))


def _leaves(body: Block) -> bool:
    """Whether the end of a block is never reached."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, Nested):
        return _leaves(last.body)
    if isinstance(last, If):
        return _leaves(last.then) and _leaves(last.otherwise)
    if isinstance(last, Try):
        tried = _leaves(last.body) and all(_leaves(handler.body) for handler in last.handlers)
        return tried or _leaves(last.finalizer)
    return isinstance(last, Return | Raise | Jump)


def for_in(low: Lowering, node: "Node", out: Out) -> None:
    """`for ... of`, `for ... in`, `for await`."""
    left = node.child_by_field_name("left")
    operator = node.child_by_field_name("operator")
    out.append(
        For(
            low.span(node),
            low.pattern(left if left is not None else node),
            low.field(node, "right"),
            low.body(node.child_by_field_name("body")),
            is_async=any(child.type == "await" for child in node.children[:3]),
            keys=operator is not None and operator.type == "in",
        )
    )


def for_counter(low: Lowering, node: "Node", out: Out) -> None:
    """The C-style `for`."""
    tests = [child for child in node.children_by_field_name("condition") if child.is_named]
    test = _condition(low, tests[0]) if tests else None
    initial = [part for c in node.children_by_field_name("initializer") if c.is_named for part in _initial(low, c)]
    update = node.child_by_field_name("increment")
    out.append(
        While(
            low.span(node),
            test,
            low.body(node.child_by_field_name("body")),
            initial=tuple(initial),
            update=_evaluation(low, update) if update is not None else (),
            counter=True,
        )
    )


def _initial(low: Lowering, node: "Node") -> Block:
    return low.block([node]) if node.type.endswith(("_declaration", "_statement")) else _evaluation(low, node)


def _condition(low: Lowering, node: "Node") -> Expression | None:
    if node.type == "empty_statement":
        return None
    return low.only(node) if node.type == "expression_statement" else low.expression(node)


def _evaluation(low: Lowering, node: "Node") -> Block:
    """An expression in the place of a statement: assignments become `Assign` as they do anywhere."""
    from lobegen.read.typescript.declarations import expression_as_statement

    out: Out = []
    expression_as_statement(low, node, low.span(node), out)
    return tuple(out)


def while_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`while`."""
    out.append(While(low.span(node), low.field(node, "condition"), low.body(node.child_by_field_name("body"))))


def do_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`do ... while`."""
    body = low.body(node.child_by_field_name("body"))
    out.append(While(low.span(node), low.field(node, "condition"), body, test_last=True))


def try_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`try`, `catch`, `finally`."""
    handler, finalizer = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    final = finalizer.child_by_field_name("body") if finalizer is not None else None
    out.append(
        Try(
            low.span(node),
            low.body(node.child_by_field_name("body")),
            (_catch(low, handler),) if handler is not None else (),
            finalizer=low.body(final),
            finalizer_span=low.span(final) if final is not None else None,
        )
    )


def _catch(low: Lowering, node: "Node") -> ExceptHandler:
    parameter = node.child_by_field_name("parameter")
    target = low.pattern(parameter) if parameter is not None else None
    return ExceptHandler(low.span(node), (), target, low.body(node.child_by_field_name("body")))


def returned(low: Lowering, node: "Node", out: Out) -> None:
    """`return`."""
    values = named(node)
    out.append(Return(low.span(node), low.expression(values[0]) if values else None))


def thrown(low: Lowering, node: "Node", out: Out) -> None:
    """`throw`."""
    out.append(Raise(low.span(node), low.only(node)))


def jump(low: Lowering, node: "Node", out: Out) -> None:
    """`break` and `continue`."""
    kind: Literal["break", "continue"] = "break" if node.type == "break_statement" else "continue"
    out.append(Jump(low.span(node), kind))


def labelled(low: Lowering, node: "Node", out: Out) -> None:
    """`label: statement`."""
    out.append(Nested(low.span(node), low.body(node.child_by_field_name("body"))))


def with_statement(low: Lowering, node: "Node", out: Out) -> None:
    """The `with` of sloppy scripts: its object, then its body."""
    subject = Opaque(low.span(node), "with", (low.field(node, "object"),))
    out.append(Evaluate(subject.span, subject))
    out.append(Nested(low.span(node), low.body(node.child_by_field_name("body"))))


def debugger(low: Lowering, node: "Node", out: Out) -> None:
    """`debugger`."""
    span = low.span(node)
    out.append(Evaluate(span, Opaque(span, "debugger")))


HANDLERS = {
    "statement_block": block,
    "empty_statement": empty,
    "if_statement": if_statement,
    "switch_statement": switch,
    "for_in_statement": for_in,
    "for_statement": for_counter,
    "while_statement": while_statement,
    "do_statement": do_statement,
    "try_statement": try_statement,
    "return_statement": returned,
    "throw_statement": thrown,
    "break_statement": jump,
    "continue_statement": jump,
    "labeled_statement": labelled,
    "with_statement": with_statement,
    "debugger_statement": debugger,
}
