"""Statements: LibCST's nodes to the neutral tree's."""

from collections.abc import Mapping

import libcst as cst

from lobegen.read.python.annotations import lower_annotation
from lobegen.read.python.classes import lower_class
from lobegen.read.python.context import Lowering, StatementLowering
from lobegen.read.python.functions import lower_function
from lobegen.read.python.imports import lower_import, lower_import_from
from lobegen.read.python.match import lower_match
from lobegen.read.python.patterns import lower_target
from lobegen.read.python.typedefs import lower_type_alias, note_assigned_type
from lobegen.read.syntax import (
    Argument,
    Assign,
    Assignment,
    Block,
    Call,
    Evaluate,
    ExceptHandler,
    Expression,
    For,
    If,
    Jump,
    Name,
    Nested,
    Pattern,
    Raise,
    Return,
    Try,
    Unary,
    While,
    With,
)
from lobegen.read.syntax import Sequence as SequenceLiteral

_AUGMENTED: dict[type[cst.BaseAugOp], str] = {
    cst.AddAssign: "+=",
    cst.BitAndAssign: "&=",
    cst.BitOrAssign: "|=",
    cst.BitXorAssign: "^=",
    cst.DivideAssign: "/=",
    cst.FloorDivideAssign: "//=",
    cst.LeftShiftAssign: "<<=",
    cst.MatrixMultiplyAssign: "@=",
    cst.ModuloAssign: "%=",
    cst.MultiplyAssign: "*=",
    cst.PowerAssign: "**=",
    cst.RightShiftAssign: ">>=",
    cst.SubtractAssign: "-=",
}


def _expression(to: Lowering, node: cst.Expr) -> Block:
    return (Evaluate(to.span(node), to.expression(node.value)),)


def _assign(to: Lowering, node: cst.Assign) -> Block:
    """`a = b = value` assigns what `b = value` gives to `a`: the value is there once."""
    value = to.expression(node.value)
    *first, last = [target.target for target in node.targets]
    if not first:
        note_assigned_type(to, last, node.value)
        return (Assign(to.span(node), lower_target(to, last), value),)
    value = Assignment(to.spans.between(last, node), lower_target(to, last), value)
    for target in reversed(first[1:]):
        value = Assignment(to.spans.between(target, node), lower_target(to, target), value)
    return (Assign(to.span(node), lower_target(to, first[0]), value),)


def _annotated(to: Lowering, node: cst.AnnAssign) -> Block:
    target, annotation = lower_target(to, node.target), lower_annotation(to, node.annotation)
    if annotation is not None and annotation.name == "TypeAlias" and node.value is not None:
        lower_type_alias(to, node)
    if node.value is None:
        return (Assign(to.span(node), target, None, "let", annotation=annotation),)
    return (Assign(to.span(node), target, to.expression(node.value), annotation=annotation),)


def _augmented(to: Lowering, node: cst.AugAssign) -> Block:
    operator = _AUGMENTED[type(node.operator)]
    return (Assign(to.span(node), lower_target(to, node.target), to.expression(node.value), operator=operator),)


def _return(to: Lowering, node: cst.Return) -> Block:
    return (Return(to.span(node), to.optional(node.value)),)


def _raise(to: Lowering, node: cst.Raise) -> Block:
    """`raise A from b` raises A."""
    return (Raise(to.span(node), to.optional(node.exc)),)


def _assert(to: Lowering, node: cst.Assert) -> Block:
    """`assert a, b` is `if not a: raise AssertionError(b)`."""
    span = to.span(node)
    arguments = () if node.msg is None else (Argument(to.expression(node.msg)),)
    error = Raise(span, Call(span, Name(span, "AssertionError"), arguments))
    return (If(span, Unary(to.span(node.test), "not", to.expression(node.test)), (error,)),)


def _delete(to: Lowering, node: cst.Del) -> Block:
    target = to.expression(node.target)
    targets = target.items if isinstance(target, SequenceLiteral) else (target,)
    span = to.span(node)
    return tuple(Evaluate(span, Unary(span, "delete", part)) for part in targets)


def _scope(to: Lowering, node: cst.Global | cst.Nonlocal) -> Block:
    """Leaves no statement: the names are the function's `outer`."""
    to.function.outer += tuple(item.name.value for item in node.names)
    return ()


def _pass(to: Lowering, node: cst.Pass) -> Block:
    return (Nested(to.span(node), ()),)


def _jump(to: Lowering, node: cst.Break | cst.Continue) -> Block:
    return (Jump(to.span(node), "break" if isinstance(node, cst.Break) else "continue"),)


def _if(to: Lowering, node: cst.If) -> Block:
    test = to.expression(node.test)
    around = to.type_only
    to.type_only = around or _is_type_checking(node.test)
    then = to.block(node.body)
    to.type_only = around
    otherwise = to.statements((node.orelse,)) if isinstance(node.orelse, cst.If) else _else(to, node.orelse)
    return (If(to.span(node), test, then, otherwise),)


def _is_type_checking(test: cst.BaseExpression) -> bool:
    name = test.attr if isinstance(test, cst.Attribute) else test
    return isinstance(name, cst.Name) and name.value == "TYPE_CHECKING"


def _else(to: Lowering, node: cst.Else | None) -> Block:
    return () if node is None else to.block(node.body)


def _for(to: Lowering, node: cst.For) -> Block:
    target, iterable = lower_target(to, node.target), to.expression(node.iter)
    body, otherwise = to.block(node.body), _else(to, node.orelse)
    return (For(to.span(node), target, iterable, body, otherwise, is_async=node.asynchronous is not None),)


def _while(to: Lowering, node: cst.While) -> Block:
    return (While(to.span(node), to.expression(node.test), to.block(node.body), _else(to, node.orelse)),)


def _try(to: Lowering, node: cst.Try | cst.TryStar) -> Block:
    body = to.block(node.body)
    handlers = tuple(_handler(to, handler) for handler in node.handlers)
    otherwise = _else(to, node.orelse)
    last = node.finalbody
    if last is None:
        return (Try(to.span(node), body, handlers, otherwise),)
    return (Try(to.span(node), body, handlers, otherwise, to.block(last.body), to.span(last)),)


def _handler(to: Lowering, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ExceptHandler:
    types: tuple[Expression, ...] = ()
    if node.type is not None:
        caught = to.expression(node.type)
        types = caught.items if isinstance(caught, SequenceLiteral) else (caught,)
    return ExceptHandler(to.span(node), types, _as_name(to, node.name), to.block(node.body))


def _as_name(to: Lowering, node: cst.AsName | None) -> Pattern | None:
    return None if node is None else lower_target(to, node.name)


def _with(to: Lowering, node: cst.With) -> Block:
    items = tuple((to.expression(item.item), _as_name(to, item.asname)) for item in node.items)
    return (With(to.span(node), items, to.block(node.body), is_async=node.asynchronous is not None),)


STATEMENTS: Mapping[type[cst.CSTNode], StatementLowering] = {
    cst.AnnAssign: _annotated,
    cst.Assert: _assert,
    cst.Assign: _assign,
    cst.AugAssign: _augmented,
    cst.Break: _jump,
    cst.ClassDef: lower_class,
    cst.Continue: _jump,
    cst.Del: _delete,
    cst.Expr: _expression,
    cst.For: _for,
    cst.FunctionDef: lower_function,
    cst.Global: _scope,
    cst.If: _if,
    cst.Import: lower_import,
    cst.ImportFrom: lower_import_from,
    cst.Match: lower_match,
    cst.Nonlocal: _scope,
    cst.Pass: _pass,
    cst.Raise: _raise,
    cst.Return: _return,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.TypeAlias: lower_type_alias,
    cst.While: _while,
    cst.With: _with,
}
if hasattr(cst, "LazyImport"):  # Python 3.15, in newer versions of LibCST
    STATEMENTS = {**STATEMENTS, cst.LazyImport: lower_import, cst.LazyImportFrom: lower_import_from}
