"""Knows what a value that came as JSON can be asked for, and says where it is asked for more."""

from functools import cache

from msgspec.structs import replace

from lobegen.model.actions import Missing, Step
from lobegen.model.source import Language
from lobegen.read.elaborate.run import Run, source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Cell, ListShape, ObjectShape, Outcome, PayloadPart, Raw, Value
from lobegen.read.syntax import Attribute, Expression

_TYPESCRIPT = frozenset(
    """
    constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf at charAt charCodeAt
    codePointAt concat endsWith includes indexOf isWellFormed lastIndexOf localeCompare match matchAll normalize padEnd
    padStart repeat replace replaceAll search slice split startsWith substr substring toLocaleLowerCase toLowerCase
    toLocaleUpperCase toUpperCase toWellFormed trim trimEnd trimStart trimLeft trimRight anchor big blink bold fixed
    fontcolor fontsize italics link small strike sub sup toExponential toFixed toPrecision copyWithin entries every
    fill filter find findIndex findLast findLastIndex flat flatMap forEach join keys map pop push reduce reduceRight
    reverse shift some sort splice toReversed toSorted toSpliced unshift values with call apply bind
    """.split()  # noqa: SIM905
)
#: methods of arrays that a map or a set has too, and the `{}` that is left of it has not
_COLLECTION = {"forEach", "entries", "keys", "values"}
#: methods that give items of a list as they are
ITEMS = {"filter", "find", "findLast", "slice", "at", "pop", "shift", "reverse", "sort", "toSorted", "toReversed",
         "concat", "flat", "get", "copy", "values", "items", "splice", "toSpliced"}  # fmt: skip
#: what the result of a call has
_RESPONSE = {"status", "body", "header"}


@cache
def known_names(language: Language) -> frozenset[str]:
    """The names that a text, number, truth value, list or object has."""
    if language == "typescript":
        return _TYPESCRIPT
    kinds = (dict, list, str, int, float, bool, type(None))
    return frozenset(name for kind in kinds for name in dir(kind))


def ask(run: Run, base: Value, value: Value, node: Attribute, scope: Scope, *, called: bool) -> Value:
    """An attribute is asked of a value: noted, where no JSON value has one of that name.

    Returns:
        The attribute's value, not judged any more where it is missing.
    """
    if base.steps:
        return value
    raw = base.raw
    if isinstance(base.shape, Outcome) and base.shape.step.method in ("call", "api"):
        if node.name in _RESPONSE or not (called or run.language == "python"):
            return value
        step: Step | None = base.shape.step
        was = "a response"
    elif raw is not None and raw.json and _lacks(run, raw, node.name):
        step, was = raw.step, raw.was.kind if raw.was is not None else ""
    else:
        return value
    run.emit(Missing(node.span, node.name, source_of(scope, node.object.span), step, was, called, run.chain))
    return replace(value, raw=None)


def ask_items(run: Run, collection: Value, node: Expression, scope: Scope) -> None:
    """A loop goes over a value: noted, where it was a map or a set, and what is left of it has no items."""
    raw = collection.raw
    if raw is None or not raw.json or raw.was is None or raw.was.kind not in ("a Map", "a Set"):
        return
    written = source_of(scope, node.span)
    run.emit(Missing(node.span, "Symbol.iterator", written, raw.step, raw.was.kind, True, run.chain))


def _lacks(run: Run, raw: Raw, name: str) -> bool:
    if name in known_names(run.language):
        was = raw.was.kind if raw.was is not None else ""
        return run.language == "typescript" and was in ("a Map", "a Set") and name in _COLLECTION
    return not (name.startswith("__") and name.endswith("__"))


def is_plain(value: Value) -> bool:
    """Whether nothing was made of a value since it came: no list of new objects."""
    return value.shape is None or isinstance(value.shape, PayloadPart)


def came_back(step: Step, value: Value, result: Value) -> Value:
    """What awaiting a step gives: its result as JSON, which is a new object at each invocation."""
    return replace(value, cell=Cell(), raw=Raw(step, (), result))


def taken(base: Value, value: Value, name: str) -> Value:
    """An attribute's value, known to be a part of what came as JSON; `name` is empty for an item of a list."""
    raw = base.raw
    if raw is None or base.steps or value.raw is not None:
        return value
    renewed = base.cell is not None and not base.cell.renewed.isdisjoint({name, "*"})
    path = (*raw.path, name) if name else raw.path
    return replace(value, cell=base.cell, raw=Raw(raw.step, path, _inside(raw.was, name), raw.json and not renewed))


def _inside(was: Value | None, name: str) -> Value | None:
    """What is known of a part of a value."""
    shape = was.shape if was is not None else None
    if isinstance(shape, ObjectShape) and name in shape.entries:
        return shape.entries[name][1]
    if isinstance(shape, ListShape) and not name and len(shape.items) == 1:
        return shape.items[0]
    return None
