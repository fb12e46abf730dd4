"""Runs functions that are handed to what cannot be followed: at once, for each item, or whenever a library likes."""

from collections.abc import Callable

from msgspec.structs import replace

from lobegen.model.actions import Floating, Step
from lobegen.model.body import Await, Block, Expansion, If, Test
from lobegen.model.values import Flow
from lobegen.model.walk import has_step
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.functions import Given, invoke, is_async
from lobegen.read.elaborate.joining import join
from lobegen.read.elaborate.json_values import ITEMS, is_plain
from lobegen.read.elaborate.loops import repeated
from lobegen.read.elaborate.outcomes import one_of
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.values import Choice, Closure, External, ListShape, ObjectShape, Value
from lobegen.read.syntax import Call

#: what the function of `new Promise` is given
SETTLES = (External("", "resolve"), External("", "reject"))
#: methods that give what their callback gives
_MAPS = {"map", "flatMap"}
_TYPE_NAMES = {"Date", "JSON", "Number", "Math", "Object", "String", "Array", "URL", "path", "url"}


def entries_of(shape: ObjectShape) -> list[Value]:
    """The values that an object holds."""
    return [value for _, value in shape.entries.values()]


def chosen(run: Run, choice: Choice, flow: Flow, node: Call, call: Callable[[Closure], Value]) -> Value:
    """Call one of several functions: a branch for each; which one it is depends on `flow`."""
    values: list[Value] = []
    branches: list[Block] = []
    before = after = run.losses.gone
    for option in choice.options:
        run.losses.gone = before
        with run.block(conditional=True) as body:
            values.append(call(option))
        run.losses.meet(after)
        after = run.losses.gone
        branches.append(tuple(body))
    rest = branches.pop()
    for branch in reversed(branches):
        rest = (If(node.span, Test(node.span, "other", flow), branch, rest),)
    run.out.extend(rest)
    return join(values).depends(flow)


def executed(run: Run, external: External, given: Given, node: Call, name: str) -> tuple[Step, ...]:
    """The steps of `new Promise(executor)`; what other constructors do with functions is not known."""
    executor = given.positional[0].shape if given.positional else None
    if (external.specifier, external.path) == ("", "Promise") and isinstance(executor, Closure):
        before = len(run.kept)
        invoke(run, executor, Given(tuple(Value(shape=each) for each in SETTLES)), node.span, name)
        open_ = tuple(step for step in run.kept[before:] if run.uses.get(id(step), "floating") != "awaited")
        for step in open_:  # `context.run(...).then(resolve, reject)`: the promise that is made waits for it
            run.uses.pop(id(step), None)
            run.dropped.pop(id(step), None)
        return open_
    deferred(run, given, node, name)
    return ()


def iterated(run: Run, method: str, receiver: Value, closure: Closure, given: Given, node: Call, name: str) -> Value:
    """What a method of a list gives that runs a function for each item: `map`, `filter`, `reduce`."""
    reduces = method.startswith("reduce")

    outcome = one_of(receiver)
    if outcome is None or (reduces and len(given.positional) < 2):
        run.outcomes.name(receiver)

    def call(item: Value, index: Value) -> Value:
        first = (given.positional[1] if len(given.positional) > 1 else Value(),) if reduces else ()
        made = invoke(run, closure, Given((*first, item, index)), node.span, name)
        promises.append(made.pending)
        return made

    promises = [is_async(closure)]
    value = repeated(run, node.span, receiver, call)
    if method in _MAPS and closure.function.is_async:
        run.promise(value, node.span)
    through = Flow(through=frozenset({method}))
    if method == "forEach":
        run.drop(value, node.span)
        if run.in_step and any(promises):
            run.emit(Floating(node.span, name, run.chain))
        return Value()
    if method in _MAPS and run.in_step and any(promises) and not value.steps:
        value = replace(value, pending=True)
    if reduces and isinstance(value.shape, ListShape):
        value = replace(value, shape=value.shape.items[0].shape, kind=value.shape.items[0].kind)
    elif method not in _MAPS:
        value = replace(value, shape=None)
    if outcome is not None and method in ITEMS:
        value = replace(value, shape=outcome if method.startswith("find") else receiver.shape)
    unchanged = method in ITEMS and is_plain(receiver)
    raw, cell = (receiver.raw, receiver.cell) if unchanged else (value.raw, value.cell)
    return replace(value, flow=value.flow | through, raw=raw if method in _MAPS or unchanged else None, cell=cell)


def deferred(run: Run, given: Given, node: Call, name: str) -> None:
    """Say where a library is given a function that makes steps, to be called whenever it likes."""
    if run.in_step or run.served is not None or name.split(".")[0] in _TYPE_NAMES:
        return
    entries = [
        part for value in given.values if isinstance(value.shape, ObjectShape) for part in entries_of(value.shape)
    ]
    for value in (*given.values, *entries) if node.new else entries:
        if isinstance(value.shape, Closure) and value.shape.scope.function:
            with run.block() as body:
                invoke(run, value.shape, Given(), node.span, name)
            if has_step(tuple(body)):
                run.unresolved(node.span, f"`{name}` gets a function that makes steps", hides_steps=True)
                return


def called_back(run: Run, receiver: Value | None, given: Given, node: Call, name: str, flow: Flow) -> Value:
    """Run the callbacks that were handed over: for each item by a batch helper, else once."""
    closures = [value.shape for value in given.values if isinstance(value.shape, Closure)]
    rest = [value for value in given.values if not isinstance(value.shape, Closure)]
    for value in rest:
        if not run.in_step:
            run.mark(value, "collected")
    waits = not any(value.steps for value in rest)
    if not waits:
        run.handed = node
    if not closures:
        return Value(flow, foreign=waits)
    if name.endswith(".then") and not run.in_step:
        run.emit(Await(node.span))  # what the callback does comes after a wait
    results: list[Value] = []
    batch = bool(surface.BATCH_HELPER.search(name)) and bool(rest or receiver is not None)
    for closure in closures:
        if batch:
            collection = join([*rest, *([receiver] if receiver is not None else [])])
            results.append(_batched(run, closure, Value(collection.flow), node, name))
        else:
            with run.block() as body:
                results.append(invoke(run, closure, Given(), node.span, name))
            run.emit(Expansion(node.span, name, _unwrapped(tuple(body))))
    steps = tuple(step for value in results for step in value.steps)
    single = closures[0] if len(closures) == 1 and not steps else None
    return Value(flow | join(results).flow, single, steps, foreign=waits)


def _unwrapped(body: Block) -> Block:
    """A callback's own expansion is the call's: one level is enough."""
    return body[0].body if len(body) == 1 and isinstance(body[0], Expansion) else body


def _batched(run: Run, closure: Closure, collection: Value, node: Call, name: str) -> Value:
    def call(item: Value, index: Value) -> Value:
        return invoke(run, closure, Given((item, index)), node.span, name)

    return repeated(run, node.span, collection, call)
