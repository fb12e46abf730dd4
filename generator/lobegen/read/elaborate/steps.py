"""Evaluates calls of the workflow's context: steps, and what is none."""

from msgspec.structs import replace

from lobegen.model.actions import ContextCall, Step
from lobegen.model.body import Block, Odd, Return
from lobegen.model.source import CallSite, Span
from lobegen.model.values import EMPTY, Flow, Origin, Setting, Settings, Text
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import externals, forced
from lobegen.read.elaborate.expressions import dotted
from lobegen.read.elaborate.functions import Given, enter, function_of
from lobegen.read.elaborate.instances import as_function
from lobegen.read.elaborate.json_values import came_back
from lobegen.read.elaborate.kinds import kind_of
from lobegen.read.elaborate.outcomes import TELLING
from lobegen.read.elaborate.run import Run, awaited_steps
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.settings import setting_of, settings_of, text_of
from lobegen.read.elaborate.values import (
    ContextPart,
    External,
    Instance,
    ObjectShape,
    PayloadShape,
    Shape,
    Value,
)
from lobegen.read.syntax import Await, Call, Expression
from lobegen.read.syntax import Constant as Literal

_NAMES = ("step_name", "name")
_UNJUDGED = frozenset({Origin.PARAMETER, Origin.UNKNOWN})
_WAITS = ("sleep", "sleep_until")
_CALLBACKS = ("step_function", "function", "func")


def context_call(run: Run, part: ContextPart, node: Call, scope: Scope) -> Value:
    """Evaluate `context.<method>(...)`."""
    method = surface.STEP_METHODS[run.language].get(part.path)
    if method is None and part.path.startswith("api.") and run.language == "typescript":
        return _step(run, "api", node, scope, part.path)
    if part.path.startswith("agents.") and run.language == "typescript":
        given = [run.evaluate(argument.value, scope) for argument in node.arguments]
        reason = f"what `context.{part.path}` makes takes steps of its own"
        run.unresolved(node.span, reason, hides_steps=True, part=part.path)
        return Value(foreign=True)
    if method is None:
        given = [run.evaluate(argument.value, scope) for argument in node.arguments]
        for value in given:
            run.payload.use(value.flow)
        ends = part.path == "cancel" and run.language == "typescript"
        run.emit(ContextCall(node.span, part.path, ends, run.chain))
        return Value(Flow(frozenset({Origin.UNKNOWN})))
    return _step(run, method, node, scope)


def _step(run: Run, method: str, node: Call, scope: Scope, written: str = "") -> Value:
    positional = [argument for argument in node.arguments if argument.keyword is None and not argument.spread]
    keywords = {argument.keyword: argument.value for argument in node.arguments if argument.keyword}
    spread = any(argument.spread for argument in node.arguments)
    name_node = positional[0].value if positional else next((keywords[n] for n in _NAMES if n in keywords), None)
    name_value = run.evaluate(name_node, scope) if name_node is not None else None
    span = name_node.span if name_node is not None else node.span
    name = Text(span, "dynamic") if spread and name_node is None else text_of(name_value, span, scope)
    if len(node.arguments) == 1 and not spread and method in _WAITS and _has_no_words(name):
        name = Text(span, "other")  # `sleep(delay)`: how long stands where the name belongs
    rest = (
        positional[1].value if len(positional) > 1 else next((keywords[n] for n in _CALLBACKS if n in keywords), None)
    )
    flow = name_value.flow if name_value is not None else EMPTY
    callback: Block | None = ()
    passes, settings, result, number = True, None, Value(), 0
    amount: Setting | None = None
    if method == "run":
        if rest is not None:
            callback, passes, result, number = _callback(run, rest, node, scope)
    else:
        settings, amount, result = _options(run, rest, keywords, node, scope)
    step = Step(
        node.span, method, name, "stored", callback, passes, settings, amount, run.chain,
        flow | result.flow, result.flow, rest.span if rest is not None else None, written=written,
    )  # fmt: skip
    run.step(step)
    run.numbers[id(step)] = number
    if run.language == "python" and run.active and not run.active[0].function.is_async:
        run.uses[id(step)] = "awaited"  # the synchronous SDK (Flask) runs a step where it is called
        return replace(_remembered(run, step, flow, result), steps=())
    return _remembered(run, step, flow, result)


def _has_no_words(name: Text) -> bool:
    """Whether a name is a value alone, which nothing says to be a text."""
    return name.kind in ("dynamic", "text") and not any(isinstance(part, str) for part in name.parts)


def _remembered(run: Run, step: Step, name: Flow, result: Value) -> Value:
    """The value that awaiting a step gives: remembered, whatever its callback read."""
    flow = Flow(
        frozenset({Origin.STEP}),
        name.variables | result.flow.variables,
        result.flow.fields,
        result.flow.through,
    )
    shape: Shape | None = result.shape if isinstance(result.shape, PayloadShape) else None
    if step.method in TELLING:
        shape = run.outcomes.of(step)
    value = Value(flow, shape, (step,))
    return came_back(step, value, result) if step.method == "run" else value


def _callback(run: Run, rest: Expression, node: Call, scope: Scope) -> tuple[Block | None, bool, Value, int]:
    """What a step's function does, whether it surely is one, what it gives, and its number."""
    with run.block() as before:
        given = as_function(run, run.evaluate(rest, scope))
    closure = function_of(given)
    if closure is None:
        run.out.extend(before)
        called = given.pending or isinstance(rest, Await) or (isinstance(rest, Call) and not _makes_function(given))
        passes = not (called or (isinstance(rest, Literal)))
        kind = kind_of(run.language, given.shape, new=False) if isinstance(given.shape, External) and passes else ""
        if kind:  # `context.run("id", uuid4)`
            made = Return(rest.span, given.flow, {}, odd=(Odd(rest.span, "", kind),))
            return (made,), True, Value(given.flow, kind=kind), 0
        return None, passes, Value(given.flow | Flow(through=frozenset({dotted(rest).rsplit(".", 1)[-1]}))), 0
    outer = run.chain
    # what is written in the call itself needs no explanation
    if not node.span.contains(closure.function.span):
        run.chain = (*run.chain, CallSite(node.span, closure.function.name or "step"))
    run.in_step += 1
    outer_step, level = run.losses.current, run.step_level
    number = run.losses.enter(len(run.active))
    run.step_level = len(run.returns) + 1
    with run.block() as body:
        value = enter(run, closure, Given())
    run.losses.leave(number, outer_step)
    run.step_level = level
    run.in_step -= 1
    run.chain = outer
    own = awaited_steps(body)  # a step that was started outside is not awaited by being used here
    run.mark(Value(steps=tuple(step for step in value.steps if step in own)), "returned")
    return tuple(body), True, value.depends(Flow(through=frozenset({closure.function.name}))), number


def _makes_function(value: Value) -> bool:
    """Whether a call may have returned a function: nothing is known of what foreign functions return."""
    unknown = value.foreign or not _UNJUDGED.isdisjoint(value.flow.origins)
    if isinstance(value.shape, Instance) and externals(value) and not value.kind:
        return True  # its class, or one that this extends, may be called
    return (unknown and isinstance(value.shape, PayloadShape | None)) or isinstance(value.shape, External)


def _options(
    run: Run, rest: Expression | None, keywords: dict[str, Expression], node: Call, scope: Scope
) -> tuple[Settings, Setting | None, Value]:
    """The options of a step that is not `run`, an object or keyword arguments; its amount; what these depend on."""
    value = run.evaluate(rest, scope) if rest is not None else None
    extra = [run.evaluate(each.value, scope) for each in node.arguments[2:] if each.keyword is None]
    named = _named(run, keywords, node, scope)
    entries = named.entries
    flow = value.flow if value is not None else EMPTY
    for each in (*extra, *(part for _, part in entries.values())):
        flow = flow | each.flow
    run.payload.use(flow)
    given = (rest.span, value) if rest is not None and value is not None else next(iter(entries.values()), None)
    amount = setting_of(*given, scope) if given is not None else None
    if entries or value is None:
        value = Value(flow, named)
    elif extra and not isinstance(value.shape, ObjectShape):  # of `waitForEvent(name, event, options)`
        value = extra[0]
    return settings_of(value, node.span, scope), amount, Value(flow)


def _named(run: Run, keywords: dict[str, Expression], node: Call, scope: Scope) -> ObjectShape:
    """Options given by keyword, those of `**options` included."""
    entries: dict[str, tuple[Span, Value]] = {}
    complete = True
    for name, expression in keywords.items():
        if name in _NAMES:
            continue
        value = run.evaluate(expression, scope)
        if name != "**":
            entries[name] = (expression.span, value)
            continue
        known = forced(value, run).shape
        entries |= known.entries if isinstance(known, ObjectShape) else {}
        complete = complete and isinstance(known, ObjectShape) and known.complete
    return ObjectShape(node.span, entries, complete)
