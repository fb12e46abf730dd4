"""Joins what is known of a value that is one of several."""

from collections.abc import Iterable

from lobegen.read.elaborate.values import (
    NOTHING,
    Constant,
    ContextShape,
    Instance,
    ListShape,
    ObjectShape,
    Outcome,
    PayloadPart,
    PayloadShape,
    Shape,
    Value,
    Words,
)


def join(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of several; None among them gives way."""
    result: Value | None = None
    for value in values:
        result = value if result is None else _join(result, value)
    return result or NOTHING


def _join(first: Value, second: Value) -> Value:
    if first is second:
        return first
    shape = first.shape if first.shape == second.shape else None
    if any(side.shape is None or isinstance(side.shape, Outcome) for side in (first, second)) and shape is None:
        shape = next((s for s in (first.shape, second.shape) if isinstance(s, ContextShape | PayloadShape)), None)
    for one, other in ((first.shape, second.shape), (second.shape, first.shape)):
        if isinstance(one, Constant) and one.value is None:
            shape = other
        empty = isinstance(one, ObjectShape) and one.complete and not one.entries
        if empty and isinstance(other, PayloadShape):
            shape = other
        if isinstance(other, PayloadPart) and (empty or _is_default(one)):
            shape = other
    steps = tuple(dict.fromkeys((*first.steps, *second.steps))) if second.steps else first.steps
    foreign = first.foreign or second.foreign
    pending = first.pending or second.pending
    only = first if _is_nothing(second) else second if _is_nothing(first) else None
    cell = only.cell if only is not None else first.cell if first.cell is second.cell else None
    alike = second.raw is not None and first.shape == second.shape
    raw = only.raw if only is not None else first.raw if alike else None
    kind = only.kind if only is not None else first.kind if first.kind == second.kind else ""
    unordered = first.unordered or second.unordered
    return Value(first.flow | second.flow, shape, steps, foreign, pending, unordered, cell, raw, kind)


def list_of(value: Value) -> ListShape | None:
    """A list of what a callback or comprehension gives, where that is known."""
    known = value.kind or isinstance(value.shape, ObjectShape | Outcome | Instance)
    return ListShape((value,), exact=False) if known else None


def _is_default(shape: Shape | None) -> bool:
    """Whether a value may stand for a payload field that is not there: a literal, an empty list."""
    if isinstance(shape, Words):
        return shape.text.literal is not None
    return isinstance(shape, Constant) or (isinstance(shape, ListShape) and not shape.items)


def _is_nothing(value: Value) -> bool:
    """Whether a value is none, or an empty list or object: what stands in for a missing one."""
    match value.shape:
        case Constant():
            return value.shape.value is None
        case ObjectShape():
            return not value.shape.entries and value.shape.complete
        case ListShape():
            return not value.shape.items and value.shape.exact
        case None:  # a constant that a loop changes
            return value.raw is None and value.cell is None and not (value.flow.origins or value.steps or value.foreign)
    return False
