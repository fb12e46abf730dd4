"""Evaluates what is read off an object, or changed in it."""

import re
from functools import lru_cache

from msgspec.structs import replace

from lobegen.model.actions import Assign
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Origin
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import attribute
from lobegen.read.elaborate.json_values import ask
from lobegen.read.elaborate.kinds import is_container
from lobegen.read.elaborate.run import Run, source_of
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import Cell, External, Instance, ListShape, ObjectShape, Outcome, Shape, Value
from lobegen.read.syntax import Attribute, Await, Call, Expression, Index, Name

#: methods that put something into a collection or take something out, and leave the rest as it is
_GROW = surface.ADDERS - {"set", "add"} | {"appendleft", "pop", "shift", "splice", "popleft", "popitem", "fill"}
#: those that put something in the place of something else
_CHANGE = {"set", "add", "delete", "clear", "update", "setdefault", "remove", "discard"}
#: functions that may put dates and objects back into what they are given
_RENEWS = compiled(r"assign|reviv|hydrat|deseriali|restore|prototype|convert|transform|normali|coerce|decode", re.I)


def found(run: Run, node: Name, scope: Scope) -> Value:
    """The value of a name; a write in a step that is gone here is noted."""
    value = scope.find(node.id)
    if run.losses.gone and value is not None and (owner := scope.owner(node.id)) is not None:
        run.losses.read(run, owner, (node.id,), node.span)
    if value is None:
        return Value(shape=External("", node.id))
    if value.cell is not None:
        held = value.cell.steps
        return replace(value, steps=tuple(dict.fromkeys((*value.steps, *held)))) if held else value
    holds = run.payload_cell is not None and isinstance(value.shape, ObjectShape | ListShape | Instance)
    return _of_module(run, value, node, scope) if holds else value


def _of_module(run: Run, value: Value, node: Name, scope: Scope) -> Value:
    """A list, map or object of the module that the handler itself uses: what a step changes in it is lost.

    What functions of the module keep in it for themselves is their matter.
    """
    own = bool(run.active) and (len(run.active) == 1 or run.active[-1].scope.function)
    if not own or not isinstance(scope.owner(node.id), ModuleScope) or not _is_plain(value.shape):
        return value
    cell = run.owners.setdefault(id(value.shape), Cell(place="module"))
    if cell.place == "state":
        return Value(value.flow | Flow(frozenset({Origin.STATE})), cell=cell)
    return replace(value, cell=cell)


def _is_plain(shape: Shape | None) -> bool:
    """Whether something is a list, a dict or an object of the language."""
    made = shape.of if isinstance(shape, Instance) else None
    return isinstance(shape, ObjectShape | ListShape) or (isinstance(made, External) and is_container(made))


def base_of(run: Run, node: Expression, scope: Scope) -> Value:
    """The object of an attribute: what is read off a variable leaves it where it is, and is not all of it."""
    match node:
        case Name():
            return found(run, node, scope)
        case Attribute():
            return part_of(run, node, scope)
        case _:
            value = run.evaluate(node, scope)
            if isinstance(node, Index):
                run.outcomes.name(value, -1)
            elif isinstance(node, Await) and isinstance(node.value, Call):
                run.outcomes.hold(value)  # no variable holds it: it is taken apart here
            return value


def aliased(run: Run, node: Expression, scope: Scope) -> Value:
    """The value that another name is given to: what is done under that name tells whether it is read."""
    value = base_of(run, node, scope)
    if isinstance(node, Name):
        run.outcomes.name(value)
    return value


def part_of(run: Run, node: Attribute, scope: Scope) -> Value:
    """The value of an attribute."""
    base = base_of(run, node.object, scope)
    value = attribute(run, base, node.name, node.span)
    read_off(run, base, node.name, node.span)
    if run.language == "python" and (base.raw is not None or base.shape is not None):
        return ask(run, base, value, node, scope, called=False)
    return value


def read_off(run: Run, base: Value, name: str, span: Span) -> None:
    """An attribute, or with an empty name some item, is read off a value."""
    if run.losses.gone and base.cell is not None:
        run.losses.read(run, base.cell, _path(base, name), span)


def _path(base: Value, name: str) -> tuple[str, ...]:
    path = base.raw.path if base.raw is not None else ()
    return (*path, name) if name else path


def change(run: Run, base: Value, name: str, span: Span, text: str, flow: Flow = EMPTY, *, grows: bool) -> None:
    """Something is written into an object.

    Args:
        name: The attribute; empty where it is not known, or all of it is meant.
        text: What is written, as written.
        grows: Whether what is there is changed and not replaced.
    """
    cell = base.cell
    if cell is None:
        return
    cell.renewed.add(name or "*")
    if grows and cell.place == "module" and not run.in_step:
        cell.place = "state"  # it grows with each invocation
    if cell.payload:
        run.emit(Assign(span, text, flow, "payload"))
    if cell.step != run.losses.current or not cell.step:
        run.losses.write(run, cell, _path(base, name), span, text, grows=grows)


def called_on(run: Run, receiver: Value, node: Call, scope: Scope) -> None:
    """A method of an object is called: it changes the object, or reads it."""
    if not isinstance(node.callee, Attribute) or receiver.steps:
        return
    method = node.callee.name
    if method == "sort" and receiver.unordered and isinstance(node.callee.object, Name):
        owner = scope.owner(node.callee.object.id)
        if owner is not None:
            owner.names[node.callee.object.id] = replace(receiver, unordered="")
    if receiver.cell is not None and (method in _GROW or method in _CHANGE):
        text = f"{source_of(scope, node.callee.span)}()"
        change(run, receiver, "", node.span, text, grows=method in _GROW)
    else:
        run.losses.whole(run, receiver, node.span)
    judged = receiver.raw is not None or isinstance(receiver.shape, Outcome)
    if judged and not scope.module.source.source.startswith(b"?.", node.callee.span.end):
        ask(run, receiver, Value(), node.callee, scope, called=True)


def handed_over(run: Run, values: tuple[Value, ...], name: str, node: Call) -> None:
    """A function gets objects: it may change them in place, as its name says."""
    if values and values[0].cell is not None and name == "Object.assign":
        change(run, values[0], "", node.span, "Object.assign()", grows=True)
    for value in values:
        if value.cell is not None and _renews(name):
            value.cell.renewed.add("*")


@lru_cache(maxsize=4096)
def _renews(name: str) -> bool:
    """Whether a function may put something else into what it is given."""
    return _RENEWS.search(name) is not None
