"""Evaluates what joins promises and coroutines: Promise.all and friends, asyncio, then/catch/finally."""

from collections.abc import Iterable

from msgspec.structs import replace

from lobegen.model.actions import Call as CallNode
from lobegen.model.body import Block, Handler, Parallel, Try
from lobegen.model.source import Span
from lobegen.model.walk import has_step
from lobegen.model.walk import steps as steps_of
from lobegen.read.elaborate.callbacks import SETTLES
from lobegen.read.elaborate.functions import Given, function_of, invoke
from lobegen.read.elaborate.joining import join
from lobegen.read.elaborate.outcomes import one_of
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import CaughtError, Constant, External, ListShape, Outcome, Shape, Value
from lobegen.read.elaborate.waits import taken_up
from lobegen.read.syntax import Argument, Call, Expression, Name, Sequence, Spread

_KINDS = {
    ("", "Promise.all"): "all",
    ("", "Promise.race"): "race",
    ("", "Promise.any"): "any",
    ("", "Promise.allSettled"): "settled",
    ("asyncio", "gather"): "gather",
    ("asyncio", "wait"): "wait",
    ("asyncio", "as_completed"): "as_completed",
    ("asyncio", "create_task"): "task",
    ("asyncio", "ensure_future"): "task",
}
_FIRST = (External("asyncio", "FIRST_COMPLETED"), External("asyncio", "tasks.FIRST_COMPLETED"))
_TRANSPARENT = {("", "Promise.resolve"), ("asyncio", "wait_for"), ("asyncio", "shield")}


def kind_of(callee: Value, name: str) -> str | None:
    """Which combinator a callee is, "through" for one that passes its argument on."""
    if not isinstance(callee.shape, External):
        return None
    key = (callee.shape.specifier, callee.shape.path)
    if key in _TRANSPARENT:
        return "through"
    if name == "create_task" and callee.shape.path.endswith("TaskGroup().create_task"):
        return "task_group_task"
    return _KINDS.get(key)


def combine(run: Run, kind: str, node: Call, scope: Scope) -> Value:
    """Evaluate a combinator: each argument, or item of its list, is a branch."""
    if kind == "through":
        return run.evaluate(node.arguments[0].value, scope) if node.arguments else Value()
    branches: list[Block] = []
    values: list[Value] = []
    for item in _items(node.arguments, kind):
        with run.block() as block:
            values.append(run.evaluate(item, scope))
        if isinstance(item, Name):
            run.outcomes.awaited(values[-1])
        branches.append(tuple(block))
    for argument in node.arguments:
        if argument.keyword == "return_exceptions":
            value = run.evaluate(argument.value, scope)
            kind = "gather_settled" if not isinstance(value.shape, Constant) or value.shape.value else kind
        if argument.keyword == "return_when":
            first = run.evaluate(argument.value, scope).shape in _FIRST
            kind = "wait_first" if kind == "wait" and first else kind
    steps = tuple(step for value in values for step in value.steps)
    if kind != "task_group_task" and (steps or any(has_step(branch) for branch in branches)):
        own = {id(step) for branch in branches for step in steps_of(branch)}
        stored = tuple(dict.fromkeys(step for step in steps if id(step) not in own))
        run.emit(Parallel(node.span, kind, tuple(branches), run.chain, stored))
    else:
        for branch in branches:
            run.out.extend(branch)
    joined = join(values) if values else Value()
    pending = kind in ("all", "race", "any", "settled", "gather") and not steps
    unordered = "`asyncio.as_completed`" if kind == "as_completed" else ""
    shape, raw = None, joined.raw
    if kind in ("all", "gather") and _listed(node.arguments):
        shape, raw = ListShape(_settled(values)), None
    elif kind == "all" and isinstance(joined.shape, ListShape) and not joined.shape.exact:
        shape = ListShape(_settled(joined.shape.items), exact=False)
    elif kind in ("all", "gather") and len(values) > 1 and (outcome := one_of(_flat(values))) is not None:
        shape, raw = ListShape((Value(joined.flow, outcome),), exact=False), None
    value = Value(joined.flow, shape, steps, joined.foreign and not steps, pending, unordered, joined.cell, raw)
    if kind != "task":
        run.mark(value, "collected")
    return value


def _flat(values: list[Value]) -> Value:
    """The list that items and spread lists make."""
    parts = (value.shape.items if isinstance(value.shape, ListShape) else (value,) for value in values)
    return Value(shape=ListShape(tuple(item for part in parts for item in part)))


def _settled(values: Iterable[Value]) -> tuple[Value, ...]:
    """What promises give."""
    return tuple(replace(each, steps=(), foreign=False, pending=False) for each in values)


def _listed(arguments: tuple[Argument, ...]) -> bool:
    """Whether each result is known by its place: `Promise.all([a, b])`, `gather(a, b)`."""
    if len(arguments) == 1 and isinstance(arguments[0].value, Sequence):
        return not any(isinstance(item, Spread) for item in arguments[0].value.items)
    return len(arguments) > 1 and not any(argument.spread for argument in arguments)


def _items(arguments: tuple[Argument, ...], kind: str) -> list[Expression]:
    found: list[Expression] = []
    for argument in arguments:
        if argument.keyword is not None:
            continue
        value = argument.value
        if isinstance(value, Sequence) and (argument.spread or kind not in ("task",)):
            found += [item.value if isinstance(item, Spread) else item for item in value.items]
        else:
            found.append(value)
    return found


def chained(run: Run, receiver: Value, method: str, node: Call, scope: Scope, before: int) -> Value:
    """Evaluate `.then`, `.catch` and `.finally` of a promise that holds steps.

    Args:
        before: How long the block was before the promise was evaluated: what came since is what is guarded.
    """
    arguments = [run.evaluate(argument.value, scope) for argument in node.arguments]
    then = arguments[0] if method == "then" and arguments else None
    rejected = arguments[1] if method == "then" and len(arguments) > 1 else None
    if method == "catch" and arguments:
        rejected = arguments[0]
    result = receiver
    if rejected is not None and not _passes_on(rejected):
        guarded, run.out[before:] = tuple(run.out[before:]), []
        if node is not run.statement_value:  # there the promise itself may be awaited elsewhere
            guarded = taken_up(receiver.steps, guarded, node.span)
        span = node.span if method == "catch" else node.arguments[1].value.span
        handler, value = _rejection(run, rejected, span, method)
        run.emit(Try(node.span, "promise", guarded, (handler,)))
        result = join((receiver, value))
    if then is not None:
        settled = Value(receiver.flow, _outcome(receiver))
        run.outcomes.hold(settled)
        value = _callback(run, then, (settled,), node.span, method)
        result = Value(receiver.flow | value.flow, value.shape, tuple({*receiver.steps, *value.steps}))
    if method == "finally" and arguments:
        guarded, run.out[before:] = tuple(run.out[before:]), []
        with run.block() as finalizer:
            _callback(run, arguments[0], (), node.span, method)
        run.emit(Try(node.span, "promise", guarded, (), (), tuple(finalizer)))
    return result


def _passes_on(handler: Value) -> bool:
    """Whether a rejection goes on: there is no handler, or it rejects the promise that is made around it."""
    return handler.shape == SETTLES[1] or (isinstance(handler.shape, Constant) and handler.shape.value is None)


def _outcome(promise: Value) -> Shape | None:
    """What a promise of results gives."""
    return promise.shape if isinstance(promise.shape, Outcome) or one_of(promise) is not None else None


def _rejection(run: Run, handler: Value, span: Span, method: str) -> tuple[Handler, Value]:
    run.caught.append(span.start)
    with run.block(conditional=True) as body:
        value = _callback(run, handler, (Value(shape=CaughtError(span.start)),), span, method)
    run.caught.pop()
    return Handler(span, True, tuple(body)), value


def _callback(run: Run, callback: Value, given: tuple[Value, ...], span: Span, name: str) -> Value:
    closure = function_of(callback)
    if closure is not None:
        return invoke(run, closure, Given(given), span, name)
    for value in given:
        run.outcomes.name(value)
    called = callback.shape.path if isinstance(callback.shape, External) else name
    run.emit(CallNode(span, called, None, False, Given(given).flow, chain=run.chain))
    return Value(callback.flow)
