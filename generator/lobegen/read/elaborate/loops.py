"""Evaluates repetition: loops, comprehensions and methods that run a callback for each item."""

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from lobegen.model.body import Loop, Node
from lobegen.model.source import Span
from lobegen.model.values import Flow
from lobegen.read.elaborate.conditions import condition
from lobegen.read.elaborate.counting import counted, measures_collection, range_size
from lobegen.read.elaborate.joining import join, list_of
from lobegen.read.elaborate.json_values import ask_items, taken
from lobegen.read.elaborate.outcomes import one_of
from lobegen.read.elaborate.patterns import declare, span_id
from lobegen.read.elaborate.run import Run, executes
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import ClassShape, Closure, Constant, Instance, ListShape, ObjectShape, Shape, Value
from lobegen.read.syntax import Block, Call, Comprehension, Expression, For, Name, While
from lobegen.read.syntax import Constant as SyntaxConstant
from lobegen.read.written import assigned_names, taken_from

_MOST_FUNCTIONS = 30
_MADE = {"set": "a set", "generator": "a generator"}


def item_of(collection: Value, variable: str) -> Value:
    """One item of a collection, known to change with the loop."""
    flow = Flow(collection.flow.origins, collection.flow.variables | {variable}, collection.flow.fields,
                collection.flow.through, collection.flow.causes)  # fmt: skip
    shape: Shape | None = None
    kind = ""
    if isinstance(collection.shape, ListShape) and len(collection.shape.items) == 1:
        only = collection.shape.items[0].shape
        shape = only if isinstance(only, Closure | Instance | ObjectShape) else None
        kind = collection.shape.items[0].kind
    shape = shape or one_of(collection)
    return taken(collection, Value(flow, shape, collection.steps, cell=collection.cell, kind=kind), "")


def rounds_of(collection: Value, variable: str) -> list[tuple[Value, int | None]]:
    """What to follow a loop's body with, and how often: functions, or what holds some, one by one, else once."""
    shape = collection.shape
    items = shape.items if isinstance(shape, ListShape) and shape.exact else ()
    pair = len(items) == 1 and isinstance(items[0].shape, ListShape)
    if (pair or 1 < len(items) <= _MOST_FUNCTIONS) and all(_runs(item) for item in items):
        return [(item, 1) for item in items]
    return [(item_of(collection, variable), size_of(collection))]


def _runs(item: Value) -> bool:
    """Whether an item is a function or an object of a project class, or a pair or an object with one."""
    parts: tuple[Value, ...] = (item,)
    if isinstance(item.shape, ListShape):
        parts = item.shape.items
    elif isinstance(item.shape, ObjectShape):
        parts = tuple(part for _, part in item.shape.entries.values())
    return any(isinstance(part.shape, Closure) or _is_made(part) for part in parts)


def _is_made(value: Value) -> bool:
    return isinstance(value.shape, Instance) and isinstance(value.shape.of, ClassShape)


def size_of(collection: Value) -> int | None:
    """How many items a collection has, where it is a literal; `Array.from({ length: 5 })` has 5."""
    if isinstance(collection.shape, ObjectShape) and "length" in collection.shape.entries:
        length = collection.shape.entries["length"][1].shape
        return length.value if isinstance(length, Constant) and isinstance(length.value, int) else None
    if not isinstance(collection.shape, ListShape):
        return None
    return len(collection.shape.items) if collection.shape.exact else collection.shape.length


@executes(For)
def _for(run: Run, node: For, scope: Scope) -> None:
    collection = _collection(run, node.iterable, scope)
    if run.language == "typescript":
        ask_items(run, collection, node.iterable, scope)
    variable = span_id(node.span)
    inner = Scope(scope)
    variables = _carried(run, node.body, scope, variable)
    for item, size in rounds_of(collection, variable):

        def follow(item: Value = item) -> None:
            declare_in = inner if scope.module.source.language == "typescript" else scope
            declare(run, node.target, item, declare_in)
            run.breakables.append("loop")
            run.execute(node.body, inner)
            run.breakables.pop()

        body = _rounds(run, follow)
        over, unordered = node.iterable.span, collection.unordered
        kind = _kind(node)
        size = range_size(run, node.iterable, inner) if kind == "counter" else size
        run.emit(Loop(node.span, kind, variables, collection.flow, tuple(body), (), size, not size, over, unordered))
    with run.block(conditional=True) as otherwise:
        run.execute(node.otherwise, inner)
    if otherwise:
        last = run.out[-1]
        assert isinstance(last, Loop)
        run.out[-1] = replace(last, otherwise=tuple(otherwise))


def _collection(run: Run, node: Expression, scope: Scope) -> Value:
    """What a loop goes over; of results, what is done with each tells whether they are asked."""
    value = run.evaluate(node, scope)
    run.mark(value, "collected")
    if one_of(value) is not None:
        run.outcomes.hold(value)
        run.outcomes.name(value, -1 if isinstance(node, Name) else 0)
    return value


def _kind(node: For) -> Literal["collection", "counter"]:
    """`for i in range(n)` counts; `range(len(items))` goes over a collection."""
    call = node.iterable
    counts = isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.id == "range"
    return "counter" if counts and not measures_collection(call) else "collection"


@executes(While)
def _while(run: Run, node: While, scope: Scope) -> None:
    inner = Scope(scope)
    run.execute(node.initial, inner)
    rounds = counted(run, node, inner)
    variables = _carried(run, (*node.body, *node.update), inner, span_id(node.span))
    flow = Flow()

    def follow() -> None:
        nonlocal flow
        if node.test is not None and not node.test_last:
            flow = condition(run, node.test, inner).flow
        run.breakables.append("loop")
        run.execute(node.body, inner)
        run.breakables.pop()
        run.execute(node.update, inner)
        if node.test is not None and node.test_last:
            flow = condition(run, node.test, inner).flow

    body = _rounds(run, follow)
    with run.block(conditional=True) as otherwise:
        run.execute(node.otherwise, inner)
    kind: Literal["collection", "counter", "while"] = "counter" if node.counter else "while"
    if node.counter and node.test is not None and measures_collection(node.test):
        kind = "collection"
    endless = node.test is None or _is_true(node)
    run.emit(
        Loop(
            node.span, kind, variables, flow, tuple(body), tuple(otherwise), rounds,
            empty_possible=not (node.test_last or endless), endless=endless,
        )
    )  # fmt: skip


def _rounds(run: Run, follow: Callable[[], None]) -> list[Node]:
    """Follow a loop's body: what it does. Once more where a later round may read what a step wrote earlier."""
    before = run.losses.gone
    with run.block(conditional=True) as body:
        follow()
    if run.losses.gone is not before and not run.losses.again:
        run.losses.again = True
        with run.block(conditional=True):
            follow()
        run.losses.again = False
    for owner, name, flow in run.left:
        owner.declare(name, (owner.own(name) or Value()).depends(flow))
    run.left.clear()
    return body


def _is_true(node: While) -> bool:
    return isinstance(node.test, SyntaxConstant) and bool(node.test.value)


def _carried(run: Run, body: Block, scope: Scope, variable: str) -> frozenset[str]:
    """Names that the body assigns or takes items from change with the loop: mark them; the ids of its variables."""
    for name in assigned_names(body) | taken_from(body):
        owner = scope.owner(name)
        if owner is not None and not isinstance(owner, ModuleScope):
            old = owner.own(name) or Value()
            keep = old.shape if isinstance(old.shape, Closure | ObjectShape | ListShape) else None
            if isinstance(old.shape, Constant) and old.shape.value is None:
                keep = None
            run.outcomes.name(old)  # a later round may hold another result
            owner.declare(name, replace(old.depends(Flow(variables=frozenset({variable}))), shape=keep))
    return frozenset({variable})


def comprehension(run: Run, node: Comprehension, scope: Scope) -> Value:
    """A comprehension: nested loops around its element."""
    inner = Scope(scope)
    return _clauses(run, node, 0, inner)


def _clauses(run: Run, node: Comprehension, position: int, scope: Scope) -> Value:
    if position == len(node.clauses):
        return run.evaluate(node.element, scope)
    clause = node.clauses[position]
    collection = _collection(run, clause.iterable, scope)
    variable = span_id(node.span, str(position))
    with run.block(conditional=True) as body:
        declare(run, clause.target, item_of(collection, variable), scope)
        tests = [condition(run, test, scope).flow for test in clause.tests]
        value = _clauses(run, node, position + 1, scope)
    if body:
        size = size_of(collection)
        over, unordered, variables = clause.iterable.span, collection.unordered, frozenset({variable})
        kind: Literal["collection"] = "collection"
        run.emit(Loop(node.span, kind, variables, collection.flow, tuple(body), (), size, not size, over, unordered))
    flow = Flow(collection.flow.origins, collection.flow.variables, collection.flow.fields, collection.flow.through)
    for test in tests:
        flow = flow | test
    outside = value.flow.variables - {variable}
    kept = Flow(value.flow.origins, outside, value.flow.fields, value.flow.through, value.flow.causes)
    through = Flow(through=frozenset({"filter"})) if clause.tests else Flow()
    mapped = list_of(value) if node.kind != "dict" else None
    made = _MADE.get(node.kind, "")
    unordered = made if made == "a set" else collection.unordered
    pending = value.pending and not value.steps
    return Value(flow | kept | through, mapped, value.steps, False, pending, unordered, run.cell(), kind=made)


def repeated(run: Run, span: Span, collection: Value, call: Callable[[Value, Value], Value]) -> Value:
    """Run a callback once for each item of a collection: `map`, `forEach`, batch helpers.

    Args:
        call: Runs the callback with the item and index it is given, and returns its result.
    """
    variable = span_id(span)
    index = Value(Flow(variables=frozenset({variable})))
    values: list[Value] = []
    for item, size in rounds_of(collection, variable):

        def follow(item: Value = item) -> None:
            values.append(call(item, index))

        body = _rounds(run, follow)
        if body:
            run.emit(Loop(span, "collection", frozenset({variable}), collection.flow, tuple(body), (), size, not size))
    value = join(values)
    flow = Flow(value.flow.origins, value.flow.variables - {variable}, value.flow.fields, value.flow.through)
    length = size_of(collection)
    mapped = list_of(value) if length is None else ListShape((value,), exact=False, length=length)
    return Value(flow | collection.flow, mapped, value.steps, cell=run.cell(), raw=value.raw)
