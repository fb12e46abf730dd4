"""Classes: their members, and the type that their annotated fields make."""

from collections.abc import Iterable, Iterator

import libcst as cst

from lobegen.read.python.annotations import lower_annotation
from lobegen.read.python.context import Lowering
from lobegen.read.python.functions import function, lower_decorators
from lobegen.read.python.typedefs import class_type
from lobegen.read.syntax import Block, Class, Define, Expression, Member, Name, Opaque

_STATIC = {"staticmethod", "classmethod"}


def lower_class(to: Lowering, node: cst.ClassDef) -> Block:
    """A class statement; its type definition goes into `types`."""
    decorators = lower_decorators(to, node.decorators)
    bases = tuple(to.expression(base.value) for base in node.bases)
    to.define_type(class_type(to, node))
    with to.inside_class():
        members = tuple(_members(to, node.body.body))
    value = Class(to.span(node), node.name.value, bases, members, decorators)
    return (Define(value.span, value.name, value),)


def _members(to: Lowering, nodes: Iterable[cst.CSTNode]) -> Iterator[Member]:
    """Methods and fields, those under `if`, `try` and `with` too."""
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine | cst.IndentedBlock | cst.SimpleStatementSuite):
            yield from _members(to, node.body)
        elif isinstance(node, cst.FunctionDef):
            yield _method(to, node)
        elif isinstance(node, cst.Assign):
            yield from _fields(to, node)
        elif isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
            annotation = lower_annotation(to, node.annotation)
            value = to.optional(node.value)
            yield Member(node.target.value, value, node.value is not None, to.span(node), annotation)
        elif isinstance(node, cst.ClassDef):
            yield _inner_class(to, node)
        else:
            yield from _others(to, node)


def _others(to: Lowering, node: cst.CSTNode) -> Iterator[Member]:
    if isinstance(node, cst.If | cst.Try | cst.TryStar | cst.With):
        yield from _members(to, (node.body,))
    if isinstance(node, cst.Try | cst.TryStar):
        yield from _members(to, [handler.body for handler in node.handlers])
    if isinstance(node, cst.If) and node.orelse is not None:
        yield from _members(to, (node.orelse if isinstance(node.orelse, cst.If) else node.orelse.body,))
    if isinstance(node, cst.Import | cst.ImportFrom):
        to.statements((node,))


def _method(to: Lowering, node: cst.FunctionDef) -> Member:
    value = function(to, node)
    static = any(_is_static(decorator) for decorator in value.decorators)
    return Member(value.name, value, static, value.span)


def _is_static(decorator: Expression) -> bool:
    return isinstance(decorator, Name) and decorator.id in _STATIC


def _fields(to: Lowering, node: cst.Assign) -> Iterator[Member]:
    value = to.expression(node.value)
    for target in node.targets:
        if isinstance(target.target, cst.Name):
            yield Member(target.target.value, value, True, to.span(node))


def _inner_class(to: Lowering, node: cst.ClassDef) -> Member:
    lower_class(to, node)
    return Member(node.name.value, Opaque(to.span(node), "class"), True, to.span(node))
