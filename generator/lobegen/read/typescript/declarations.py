"""Lowering of variable and function declarations and of expressions that stand as statements."""

from typing import TYPE_CHECKING, Literal

from lobegen.model.source import Span
from lobegen.read.syntax import Assign, Define, Evaluate, Expression, Statement
from lobegen.read.typescript.classes import namespace, value_class
from lobegen.read.typescript.context import Lowering, named, tokens, unwrap
from lobegen.read.typescript.functions import function
from lobegen.read.typescript.operators import target
from lobegen.read.typescript.requires import bind_module
from lobegen.read.typescript.spelling import operator_of

if TYPE_CHECKING:
    from tree_sitter import Node

Out = list[Statement]


def expression_statement(low: Lowering, node: "Node", out: Out) -> None:
    """An expression as a statement."""
    children = named(node)
    if children:
        expression_as_statement(low, children[0], low.span(node), out)


def expression_as_statement(low: Lowering, node: "Node", span: Span, out: Out) -> None:
    """Assignments become `Assign`, `a(), b()` two statements, namespaces classes; the rest is evaluated."""
    inner = unwrap(node)
    kind = inner.type
    if kind == "assignment_expression":
        _assign(low, inner, span, out)
    elif kind == "augmented_assignment_expression":
        out.append(Assign(span, target(low, inner), low.field(inner, "right"), operator=operator_of(inner)))
    elif kind == "sequence_expression":
        for child in named(inner):
            expression_as_statement(low, child, low.span(child), out)
    elif kind == "internal_module":
        namespace(low, inner, out)
    elif kind == "await_expression" and _is_using(child := unwrap(named(inner)[0] if named(inner) else inner)):
        _assign(low, child, span, out)
    else:
        out.append(Evaluate(span, low.expression(inner)))


def _is_using(node: "Node") -> bool:
    return node.type == "assignment_expression" and "using" in tokens(node)


def _assign(low: Lowering, node: "Node", span: Span, out: Out) -> None:
    """`a = b`, and the `using a = b` that the grammar takes for an assignment."""
    kind: Literal["const", "plain"] = "const" if _is_using(node) else "plain"
    out.append(Assign(span, target(low, node), low.field(node, "right"), kind))


def variables(low: Lowering, node: "Node", out: Out) -> None:
    """`const`, `let` and `var`: one statement for each name or pattern."""
    keyword = node.child_by_field_name("kind")
    kind: Literal["const", "let"] = "const" if keyword is not None and keyword.type == "const" else "let"
    declarators = [child for child in node.named_children if child.type == "variable_declarator"]
    for declarator in declarators:
        span = low.span(node if len(declarators) == 1 else declarator)
        _declare(low, declarator, span, kind, out)


def _declare(low: Lowering, node: "Node", span: Span, kind: Literal["const", "let"], out: Out) -> None:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None:
        return
    if value is not None and (inner := unwrap(value)).type == "class" and name.type == "identifier":
        label = low.text(name)
        out.append(Define(span, label, value_class(low, inner, label)))
        return
    pattern = low.pattern(name)
    lowered: Expression | None = low.expression(value) if value is not None else None
    if lowered is not None and bind_module(low, pattern, lowered, span, out):
        return
    out.append(Assign(span, pattern, lowered, kind, annotation=low.annotation(node)))


def function_declaration(low: Lowering, node: "Node", out: Out) -> None:
    """A named function."""
    value = function(low, node)
    out.append(Define(value.span, value.name, value))


def nothing(low: Lowering, node: "Node", out: Out) -> None:
    """A declaration without a run-time trace: overload signatures."""


HANDLERS = {
    "expression_statement": expression_statement,
    "lexical_declaration": variables,
    "variable_declaration": variables,
    "function_declaration": function_declaration,
    "generator_function_declaration": function_declaration,
    "function_signature": nothing,
}
