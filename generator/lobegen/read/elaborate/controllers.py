"""Routes of controllers (NestJS): the paths in decorators of a class and of its methods."""

from collections.abc import Iterator

from lobegen.model.source import Span
from lobegen.read.elaborate.attributes import class_member, forced
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import (
    ClassShape,
    Closure,
    External,
    ListShape,
    ObjectShape,
    ServedHandler,
    Value,
    Words,
)
from lobegen.read.syntax import Attribute, Call, Class, Define, Expression, Function, Name
from lobegen.read.written import nodes

_PACKAGE = "@nestjs/common"
#: decorators of methods that QStash's messages, which are posted, reach
_METHODS = {"Post", "All"}


def controlled(scope: ModuleScope) -> Iterator[tuple[Closure, str]]:
    """The methods of a module's controllers that answer posts, each with its path."""
    if _PACKAGE.encode() not in scope.source.source:
        return
    for statement in scope.source.body:
        if not isinstance(statement, Define) or not isinstance(statement.value, Class):
            continue
        prefix = _path(statement.value.decorators, {"Controller"}, scope)
        owner = Value(shape=ClassShape(statement.value, scope))
        for member in statement.value.members if prefix is not None else ():
            method = member.value if isinstance(member.value, Function) else None
            path = _path(method.decorators, _METHODS, scope) if method is not None else None
            if method is not None and path is not None:
                parts = (part for part in f"{prefix}/{path}".split("/") if part)
                yield Closure(method, scope, owner), "/" + "/".join(parts)


def handlers_in(closure: Closure, scope: ModuleScope) -> Iterator[Span]:
    """Where the handlers are served that a method hands its request on to."""
    for node in nodes(closure.function.body):
        if isinstance(node, Call):
            value = forced(_callee(node.callee, closure, scope))
            if isinstance(value.shape, ServedHandler):
                yield value.shape.span


def _callee(node: Expression, closure: Closure, scope: ModuleScope) -> Value:
    match node:
        case Name(id=name):
            return scope.find(name) or Value()
        case Attribute(object=Name(id="this"), name=name) if closure.owner is not None:
            owner = closure.owner.shape
            made = (
                class_member(Run("typescript"), owner, name, closure.owner) if isinstance(owner, ClassShape) else None
            )
            return made or Value()
    return Value()


def _path(decorators: tuple[Expression, ...], names: set[str], scope: ModuleScope) -> str | None:
    """The path that one of some decorators is given; None without such a decorator, or where it is not known."""
    for each in decorators:
        if not isinstance(each, Call) or not isinstance(each.callee, Name):
            continue
        made = (scope.find(each.callee.id) or Value()).shape
        if isinstance(made, External) and made.specifier == _PACKAGE and made.path in names:
            given = each.arguments[0].value if each.arguments else None
            return _text(Run("typescript").evaluate(given, scope)) if given is not None else ""
    return None


def _text(value: Value) -> str | None:
    """A path, the first of several, or that among options."""
    value = forced(value)
    match value.shape:
        case Words(text=text):
            return text.literal
        case ListShape(items=(first, *_)):
            return _text(first)
        case ObjectShape(entries=entries):
            return _text(entries["path"][1]) if "path" in entries else ""
    return None
