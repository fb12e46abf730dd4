"""Binds values to patterns: declarations, assignments, parameters, loop targets."""

import re
from typing import Literal

from msgspec.structs import replace

from lobegen.model.actions import Assign
from lobegen.model.source import Span
from lobegen.read.elaborate.attributes import attribute
from lobegen.read.elaborate.collecting import keep
from lobegen.read.elaborate.joining import join
from lobegen.read.elaborate.json_values import taken
from lobegen.read.elaborate.places import base_of, change
from lobegen.read.elaborate.run import Run, source_of
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import (
    ContextShape,
    Instance,
    ListShape,
    ObjectShape,
    Outcome,
    PayloadShape,
    Value,
    Words,
)
from lobegen.read.syntax import (
    Attribute,
    Binding,
    Index,
    ObjectPattern,
    Pattern,
    Place,
    SequencePattern,
)


def declare(run: Run, pattern: Pattern, value: Value, scope: Scope) -> None:
    """Bind new names of a scope."""
    match pattern:
        case Binding():
            scope.declare(pattern.name, _defaulted(run, pattern, value, scope))
        case ObjectPattern():
            _take_apart(run, pattern, value, scope)
        case SequencePattern():
            for position, item in enumerate(pattern.items):
                if item is not None:
                    declare(run, item, _item(value, position, pattern), scope)
        case Place():
            assign(run, pattern, value, scope)


def _defaulted(run: Run, pattern: Binding, value: Value, scope: Scope) -> Value:
    if pattern.default is None:
        return value
    run.payload.check(value.flow, tested=False)
    with run.block(conditional=True):
        default = run.evaluate(pattern.default, scope)
    return join((value, default))


def _take_apart(run: Run, pattern: ObjectPattern, value: Value, scope: Scope) -> None:
    for key, item in pattern.items:
        if key is None:
            declare(run, item, replace(_rest(value, pattern), cell=run.cell()), scope)
            continue
        unread = isinstance(value.shape, Outcome) and isinstance(item, Binding) and _never_named(item, scope)
        inner = Value(value.flow) if unread else attribute(run, value, key, item.span)
        if run.losses.gone and value.cell is not None:
            run.losses.read(run, value.cell, (*(value.raw.path if value.raw is not None else ()), key), item.span)
        if isinstance(value.shape, PayloadShape) and not isinstance(item, Place) and item.default is not None:
            run.payload.read(key, item.span, default=True)
        declare(run, item, inner, scope)


def _never_named(item: Binding, scope: Scope) -> bool:
    """Whether the rest of the module has no word that may be the new variable: at most keys and properties."""
    rest = scope.module.source.source[item.span.end :]
    word = re.compile(rb"(?:(?<=\.\.\.)|(?<![\w$.]))%b(?![\w$])" % re.escape(item.name.encode()))
    return all(
        rest[: each.start()].rstrip()[-1:] in (b"{", b",") and rest[each.end() :].lstrip()[:1] == b":"
        for each in word.finditer(rest)
    )


def _rest(value: Value, pattern: ObjectPattern) -> Value:
    """What `...rest` brings: the fields that were not taken out."""
    out = frozenset(name for name, _ in pattern.items if name is not None)
    shape, known = value.shape, value.shape
    if isinstance(shape, ObjectShape) and shape.base is not None:
        known = shape.base.shape
    without = PayloadShape(known.without | out) if isinstance(known, PayloadShape) else None
    if isinstance(shape, ObjectShape) and (without is not None or shape.base is None):
        entries = {name: part for name, part in shape.entries.items() if name not in out}
        base = replace(shape.base, shape=without) if shape.base is not None else None
        return replace(value, shape=ObjectShape(shape.span, entries, shape.complete, base), foreign=False)
    return replace(value, shape=shape if isinstance(shape, Outcome) else without, foreign=False)


def _item(value: Value, position: int, pattern: SequencePattern) -> Value:
    """The part of a list that goes to one place of a pattern; `...rest` takes several."""
    shape = value.shape
    items = shape.items if isinstance(shape, ListShape) else ()
    if isinstance(shape, ListShape) and not shape.exact and items:
        return value if position == pattern.rest else items[0].depends(value.flow)
    after = len(pattern.items) - position
    if pattern.rest is not None and position == pattern.rest:
        return replace(value, shape=ListShape(items[position : len(items) - after + 1]) if items else None)
    if pattern.rest is not None and position > pattern.rest:
        position = max(position, len(items) - after)
    if position < len(items):
        return items[position].depends(value.flow)
    return taken(value, Value(value.flow), "")


def write(run: Run, pattern: Pattern, value: Value, scope: Scope, operator: str) -> None:
    """Assign as an operator says: `=`, `+=`; `??=` and `||=` may leave what is there."""
    maybe = operator in ("??=", "||=", "&&=")
    run.conditional += maybe
    assign(run, pattern, value, scope, update=operator not in ("=", ":=") and not maybe)
    run.conditional -= maybe


def assign(run: Run, pattern: Pattern, value: Value, scope: Scope, *, update: bool = False) -> None:
    """Write to names that exist, or to a place; in a branch or loop the old value stays possible."""
    match pattern:
        case Binding():
            _write(run, pattern, value, scope, update)
        case ObjectPattern():
            for key, item in pattern.items:
                inner = value if key is None else attribute(run, value, key, item.span)
                assign(run, item, inner, scope)
        case SequencePattern():
            for position, part_or_hole in enumerate(pattern.items):
                if part_or_hole is not None:
                    assign(run, part_or_hole, _item(value, position, pattern), scope)
        case Place():
            _write_place(run, pattern, value, scope, update)


def _write(run: Run, pattern: Binding, value: Value, scope: Scope, update: bool) -> None:
    owner = _owner(pattern.name, scope)
    if owner is None:
        function_scope(scope).declare(pattern.name, value)
        return
    old = owner.own(pattern.name) or Value()
    _note_write(run, owner, pattern, update)
    if update:
        value = Value(old.flow | value.flow, steps=old.steps + value.steps)
    elif run.losses.again and _same_outcome(old, value):
        value = old  # the same result, followed a second time
    elif run.conditional or owner.function != scope.function:
        for several in (old, value):  # results that share a variable are not followed
            run.outcomes.name(several)
        value = join((value, old))
    if isinstance(owner, ModuleScope) and run.in_handler and isinstance(value.shape, ContextShape):
        run.unresolved(pattern.span, f"the context is kept in `{pattern.name}`, outside the handler", hides_steps=True)
    run.emit(Assign(pattern.span, pattern.name, value.flow, _place_of(owner, scope)))
    owner.declare(pattern.name, value)


def _same_outcome(old: Value, value: Value) -> bool:
    one, other = old.shape, value.shape
    return isinstance(one, Outcome) and isinstance(other, Outcome) and one.step.span == other.step.span


def _note_write(run: Run, owner: Scope, pattern: Binding, update: bool) -> None:
    """A step writes a variable from outside; what module functions keep for themselves is their matter."""
    step = run.losses.current
    in_module = isinstance(owner, ModuleScope) and not (run.active and run.active[-1].scope.function)
    if not step or (owner.step != step and not in_module):
        run.losses.write(run, owner, (pattern.name,), pattern.span, pattern.name, grows=update)


def _owner(name: str, scope: Scope) -> Scope | None:
    """The scope that a plain assignment writes to; Python's is the function's own unless it says otherwise."""
    owner = scope.owner(name)
    if owner is None or scope.module.source.language == "typescript" or owner.function == scope.function:
        return owner
    return owner if name in outer_names(scope) else None


def outer_names(scope: Scope) -> frozenset[str]:
    """Names that the function around declares `global` or `nonlocal`."""
    level: Scope | None = scope
    while level is not None:
        if level.outer is not None:
            return level.outer
        level = level.parent
    return frozenset()


def function_scope(scope: Scope) -> Scope:
    """The scope of the function around."""
    while scope.parent is not None and scope.parent.function == scope.function and not isinstance(scope, ModuleScope):
        scope = scope.parent
    return scope


def _place_of(owner: Scope, scope: Scope) -> Literal["local", "outer", "module"]:
    if isinstance(owner, ModuleScope):
        return "module" if scope.function else "local"
    return "local" if owner.function == scope.function else "outer"


def _write_place(run: Run, pattern: Place, value: Value, scope: Scope, update: bool) -> None:
    target = pattern.target
    if not isinstance(target, Attribute | Index):
        run.evaluate(target, scope)
        return
    base = base_of(run, target.object, scope)
    name = target.name if isinstance(target, Attribute) else _key(run, target, scope)
    change(run, base, name or "", pattern.span, source_of(scope, target.span), value.flow, grows=update)
    if name is None:
        if value.steps:
            keep(run, target.object, value, scope)
        return
    if base.cell is None or not base.cell.payload:
        run.emit(Assign(pattern.span, name, value.flow, "local"))
    if not isinstance(base.shape, Instance | ObjectShape):
        run.mark(value, "collected")  # who reads it there is not known
    if isinstance(base.shape, Instance):
        base.shape.fields[name] = value
    if isinstance(base.shape, ObjectShape):
        base.shape.entries[name] = (pattern.span, value)


def _key(run: Run, target: Index, scope: Scope) -> str | None:
    """The key of `target["key"]`, where it is known."""
    index = run.evaluate(target.index, scope)
    return index.shape.text.literal if isinstance(index.shape, Words) else None


def span_id(span: Span, name: str = "") -> str:
    """An id for a variable: its place and name."""
    return f"{span.path}:{span.start}:{name}"
