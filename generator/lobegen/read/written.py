"""Which names a block of code writes: by assignment, update, or a method that changes a list or map."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from lobegen.model.source import Span
from lobegen.read.syntax import (
    Assign,
    Assignment,
    Attribute,
    Binding,
    Block,
    Call,
    Class,
    Define,
    Evaluate,
    Expression,
    For,
    Function,
    Name,
    ObjectPattern,
    Raise,
    Return,
    SequencePattern,
    Unary,
)


def bound_names(pattern: object) -> list[str]:
    """The names that a pattern binds."""
    match pattern:
        case Binding():
            return [pattern.name]
        case ObjectPattern():
            return [name for _, item in pattern.items for name in bound_names(item)]
        case SequencePattern():
            return [name for item in pattern.items if item is not None for name in bound_names(item)]
        case _:
            return []


def nodes(tree: object, worth: Callable[[Span], bool] | None = None) -> Iterator[object]:
    """Every node below a node or block of the neutral syntax tree, itself included, in source order.

    Args:
        worth: Asked of statements and functions: whether it is worth going into one at such a place.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if type(node) is tuple:
            waiting.extend(reversed(node))
            continue
        names = _parts_of(type(node))
        if names is None:
            continue
        if worth is not None and isinstance(node, _WHOLE) and not _decorators(node) and not worth(node.span):
            continue
        yield node
        for name in names:
            value = getattr(node, name)
            if value is not None and type(value) not in _LEAVES:
                waiting.append(value)


#: what holds all that is in it at its place
_WHOLE = (Assign, Define, Evaluate, Function, Return, Raise)
#: methods that take an item out of a collection
_TAKERS = {"shift", "pop", "popleft", "popitem", "splice", "get_nowait", "next"}
_LEAVES = (str, int, float, bool, Span)
_PARTS: dict[type, tuple[str, ...] | None] = {}


def _decorators(node: object) -> tuple[Expression, ...]:
    """What stands before a definition, and outside of its place."""
    definition = node.value if isinstance(node, Define) else node
    return definition.decorators if isinstance(definition, Function | Class) else ()


def _parts_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a node that hold nodes, last first; None for what is no node."""
    if kind not in _PARTS:
        fields = kind.__struct_fields__ if issubclass(kind, Struct) else None
        declared = {
            name: type_ for each in kind.__mro__ for name, type_ in getattr(each, "__annotations__", {}).items()
        }
        parts = (name for name in reversed(fields or ()) if declared.get(name) not in _LEAVES)
        _PARTS[kind] = None if fields is None else tuple(parts)
    return _PARTS[kind]


def taken_from(block: Block) -> frozenset[str]:
    """Names of collections that a block takes items out of: `queue.shift()`, `queue.pop(0)`."""
    return frozenset(
        node.callee.object.id
        for node in nodes(block)
        if isinstance(node, Call) and isinstance(node.callee, Attribute) and isinstance(node.callee.object, Name)
        if node.callee.name in _TAKERS
    )


def assigned_names(block: Block) -> frozenset[str]:
    """Names that a block assigns again (`x = …`, `x += …`, `x++`), nested functions included; not those it declares."""
    found: set[str] = set()
    for node in nodes(block):
        match node:
            case Assign() if node.kind == "plain":
                found.update(bound_names(node.target))
            case Assignment():
                found.update(bound_names(node.target))
            case Unary(operator="++" | "--", operand=Name() as name):
                found.add(name.id)
    return frozenset(found)


def written_names(block: Block, *, declared: bool) -> frozenset[str]:
    """Names of a module's top level that its functions and methods assign and do not declare themselves.

    Args:
        declared: Whether a write needs a declaration (`global`), as in Python.
    """
    found: set[str] = set()
    for function in nodes(block):
        if isinstance(function, Function) and declared:
            found.update(function.outer)
        elif isinstance(function, Function):
            own = {name for parameter in function.parameters for name in bound_names(parameter.target)}
            for node in nodes(function.body):
                match node:
                    case Assign() if node.kind != "plain":
                        own.update(bound_names(node.target))
                    case For():
                        own.update(bound_names(node.target))
                    case Define(value=Function() | Class()):
                        own.add(node.name)
            found |= assigned_names(function.body) - own
    return frozenset(found)
