"""Evaluates calls of one of several functions that an object, a dict or a map holds under names that are not known."""

from lobegen.model.source import Span
from lobegen.model.values import Flow
from lobegen.read.elaborate.attributes import attribute, forced
from lobegen.read.elaborate.callbacks import chosen
from lobegen.read.elaborate.functions import Given, holds_context, invoke
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.values import (
    Choice,
    ClassShape,
    Closure,
    External,
    Imported,
    Instance,
    ListShape,
    ObjectShape,
    TableEntry,
    Value,
)
from lobegen.read.syntax import Call, Function

_MOST = 12


def entry_of(run: Run, held: Value, flow: Flow) -> TableEntry | None:
    """The value that something holds under a name that is not known; None for what cannot hold functions."""
    shape = held.shape
    if run.server is None or run.in_step:
        return None
    if isinstance(shape, ObjectShape):
        parts = [part.shape for _, part in shape.entries.values()]
        known = any(isinstance(part, Closure | ObjectShape | Instance | Imported) for part in parts)
    else:
        known = isinstance(shape, Imported) or (isinstance(shape, Instance) and holds_context(held))
    return TableEntry(held, flow) if known else None


def entry_by_get(run: Run, receiver: Value | None, given: Given) -> TableEntry | None:
    """What `get` of a dict or a map gives."""
    if receiver is None or not given.positional:
        return None
    if isinstance(receiver.shape, Instance) and _is_map(receiver.shape) and run.server is not None and not run.in_step:
        return TableEntry(receiver, given.flow)
    is_dict = isinstance(receiver.shape, ObjectShape) and run.language == "python"
    return entry_of(run, receiver, given.flow) if is_dict else None


def call_entry(run: Run, entry: TableEntry, given: Given, node: Call, name: str) -> Value | None:
    """Call each function that may be meant, as branches; None where the context does not come there."""
    if not any(holds_context(value) for value in (*given.values, entry.held)):
        return None
    functions = _functions(run, entry, node.span)
    if not functions or len(functions) > _MOST:
        run.unresolved(node.span, f"`{name}` gets the context and could not be followed", hides_steps=True)
        return Value(given.flow, foreign=True)
    choice = Choice(tuple(functions))
    return chosen(run, choice, entry.flow, node, lambda each: invoke(run, each, given, node.span, name))


def _functions(run: Run, entry: TableEntry, span: Span) -> list[Closure]:
    """The functions that may be meant; none where one of the values is something else."""
    found: list[Closure] = []
    for held in _values(run, forced(entry.held, run), span):
        value = held
        for name in entry.path:
            value = attribute(run, forced(value, run), name, span)
        value = forced(value, run)
        if not isinstance(value.shape, Closure):
            return []
        found.append(value.shape)
    return found


def _values(run: Run, held: Value, span: Span) -> list[Value]:
    """All that an object, a literal map, or an object of a class holds."""
    shape = held.shape
    if isinstance(shape, ObjectShape):
        return [value for _, value in shape.entries.values()] if shape.complete else []
    if isinstance(shape, Instance) and isinstance(shape.of, ClassShape):
        members = [each.name for each in shape.of.definition.members if isinstance(each.value, Function)]
        return [attribute(run, held, name, span) for name in members if name not in ("constructor", "__init__")]
    if isinstance(shape, Instance) and _is_map(shape) and shape.given is not None:
        pairs = shape.given.entries["arg0"][1].shape if "arg0" in shape.given.entries else None
        items = [item.shape for item in pairs.items] if isinstance(pairs, ListShape) and pairs.exact else []
        known = [item.items[1] for item in items if isinstance(item, ListShape) and len(item.items) == 2]
        return known if len(known) == len(items) else []
    return []


def _is_map(shape: Instance) -> bool:
    return shape.of == External("", "Map")
