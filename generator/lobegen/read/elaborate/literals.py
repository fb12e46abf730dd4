"""Evaluates literals: constants, templates, objects and lists."""

from lobegen.model.actions import Step
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Hole, Text
from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.ordering import literal_set
from lobegen.read.elaborate.run import Run, evaluates
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.texts import joined, text_parts
from lobegen.read.elaborate.values import (
    Closure,
    Constant,
    Imported,
    ListShape,
    ObjectShape,
    PayloadShape,
    Shape,
    Value,
    Words,
)
from lobegen.read.syntax import Constant as Literal
from lobegen.read.syntax import Object, Sequence, Spread, Template


@evaluates(Literal)
def _literal(run: Run, node: Literal, scope: Scope) -> Value:
    if isinstance(node.value, str):
        return Value(shape=Words(Text(node.span, "text", (node.value,) if node.value else ())))
    return Value(shape=Constant(node.value))


@evaluates(Template)
def _template(run: Run, node: Template, scope: Scope) -> Value:
    parts: list[str | Hole] = []
    flow = EMPTY
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        value = run.evaluate(part, scope)
        flow = flow | value.flow
        parts += text_parts(value, part.span, scope)
    return Value(flow, Words(Text(node.span, "text", joined(parts))))


@evaluates(Object)
def _object(run: Run, node: Object, scope: Scope) -> Value:
    entries: dict[str, tuple[Span, Value]] = {}
    complete, flow = True, EMPTY
    base: Value | None = None
    steps: tuple[Step, ...] = ()
    for entry in node.entries:
        key = entry.key
        if key is not None and not isinstance(key, str):
            name = forced(run.evaluate(key, scope), run)
            key = name.shape.text.literal if isinstance(name.shape, Words) else None
            flow = flow | name.flow
            if key is None:
                complete = False
                flow = flow | run.evaluate(entry.value, scope).flow
                continue
        value = run.evaluate(entry.value, scope)
        value = forced(value, run) if key is None else value
        flow, steps = flow | value.flow, steps + value.steps
        if key is not None:
            entries[key] = (entry.span, value)
        elif isinstance(value.shape, ObjectShape):
            entries |= value.shape.entries
            complete = complete and value.shape.complete
            base = base or value.shape.base
        else:
            base = value if complete else Value(flow)
            complete = False
    return Value(flow, ObjectShape(node.span, entries, complete, base), steps, cell=run.cell())


def listed(shape: Shape | None, method: str, run: Run) -> ListShape | None:
    """What `items` and `values` of a dict of functions go over (Python)."""
    if run.language != "python" or method not in ("items", "values"):
        return None
    if isinstance(shape, Imported):
        shape = _function(Value(shape=shape), run).shape
    if not isinstance(shape, ObjectShape) or not shape.complete:
        return None
    values = [(span, name, _function(value, run)) for name, (span, value) in shape.entries.items()]
    if not values or not all(isinstance(value.shape, Closure) for _, _, value in values):
        return None
    if method == "values":
        return ListShape(tuple(value for _, _, value in values))
    pairs = [(Value(shape=Words(Text(span, "text", (name,)))), value) for span, name, value in values]
    return ListShape(tuple(Value(shape=ListShape(pair)) for pair in pairs))


def _function(value: Value, run: Run) -> Value:
    shape = value.shape
    worth = isinstance(shape, Imported) and shape.scope.modules.worth(shape.scope.source, shape.specifier, shape.name)
    return forced(value, run) if worth else value


def taken_out(shape: Shape | None) -> frozenset[str]:
    """What was taken out of a rest of the payload; nothing for anything else."""
    if isinstance(shape, ObjectShape) and shape.base is not None:
        return taken_out(shape.base.shape)
    return shape.without if isinstance(shape, PayloadShape) else frozenset()


def merged(left: Shape | None, right: Shape | None) -> ObjectShape | None:
    """What `payload | {"cursor": next}` is (Python)."""
    if not isinstance(right, ObjectShape):
        return None
    if isinstance(left, PayloadShape):
        return ObjectShape(right.span, right.entries, False, Value(shape=left))
    if isinstance(left, ObjectShape):
        return ObjectShape(right.span, left.entries | right.entries, left.complete and right.complete, left.base)
    return None


@evaluates(Sequence)
def _sequence(run: Run, node: Sequence, scope: Scope) -> Value:
    items: list[Value] = []
    for item in node.items:
        value = run.evaluate(item, scope)
        items += value.shape.items if isinstance(item, Spread) and isinstance(value.shape, ListShape) else [value]
    steps = tuple(step for item in items for step in item.steps)
    known = not any(isinstance(item, Spread) for item in node.items)
    unordered = literal_set(items) if node.kind == "set" else next((item.unordered for item in items if not known), "")
    kind = "a set" if node.kind == "set" else ""
    shape = ListShape(tuple(items)) if known else None
    return Value(flow_of(items), shape, steps, unordered=unordered, cell=run.cell(), kind=kind)


def flow_of(values: list[Value]) -> Flow:
    """What several values depend on."""
    flow = EMPTY
    for value in values:
        flow = flow | value.flow
    return flow


@evaluates(Spread)
def _spread(run: Run, node: Spread, scope: Scope) -> Value:
    return run.evaluate(node.value, scope)
