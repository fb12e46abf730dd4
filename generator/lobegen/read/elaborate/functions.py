"""Follows functions: helpers that concern the workflow are expanded, others are summed up."""

from msgspec import Struct
from msgspec.structs import replace

from lobegen.model.actions import Call
from lobegen.model.body import Expansion
from lobegen.model.source import CallSite, Span
from lobegen.model.values import EMPTY, UNSTABLE, Flow, Origin
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import annotated, forced
from lobegen.read.elaborate.decorating import decorated
from lobegen.read.elaborate.joining import join
from lobegen.read.elaborate.patterns import declare
from lobegen.read.elaborate.run import MOST_DEEP, MOST_EXPANSIONS, Run, awaited_steps
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.summing import done, effect_in, from_call, pass_on, rejects_others, throws_for_payload
from lobegen.read.elaborate.values import (
    CaughtError,
    Cell,
    ClassShape,
    Closure,
    ContextPart,
    ContextShape,
    Instance,
    ListShape,
    ObjectShape,
    PayloadShape,
    ServedWorkflow,
    Super,
    Value,
    Words,
)
from lobegen.read.syntax import Name, Parameter

_MOST_SUMMARIES = 80
_SUMMARY_DEPTH = 6


class Given(Struct, frozen=True, eq=False):
    """Arguments of a call: positional and by keyword; `spread` joins what `*x`, `**x` and `...x` bring."""

    positional: tuple[Value, ...] = ()
    keywords: dict[str, Value] | None = None
    spread: Value | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """All of them."""
        if not self.keywords and self.spread is None:
            return self.positional
        rest = (self.spread,) if self.spread is not None else ()
        return (*self.positional, *(self.keywords or {}).values(), *rest)

    @property
    def whole_payload(self) -> Value | None:
        """The whole payload where a function gets it, and nothing that was found while running, to give it again."""
        given = next((value for value in self.values if isinstance(value.shape, PayloadShape)), None)
        others = (value for value in self.values if value is not given)
        found = frozenset({Origin.STEP, *UNSTABLE})
        return given if all(found.isdisjoint(value.flow.origins) for value in others) else None

    @property
    def without_steps(self) -> "Given":
        """The same for whoever need not wait for their promises."""
        if not any(value.steps for value in self.values):
            return self
        return Given(tuple(replace(value, steps=(), cell=None) if value.steps else value for value in self.values))

    @property
    def texts(self) -> tuple[str, ...]:
        """The literal texts, or how they begin, among the positional ones."""
        parts = [value.shape.text.parts for value in self.positional if isinstance(value.shape, Words)]
        return tuple(each[0] for each in parts if each and isinstance(each[0], str))

    @property
    def flow(self) -> Flow:
        """What they all depend on."""
        flow = EMPTY
        for value in self.values:
            flow = flow | value.flow
        return flow


def holds_context(value: Value, depth: int = 3) -> bool:
    """Whether a value is the context, or an object that holds it."""
    if value.shape is None:
        return False
    match value.shape:
        case ContextShape():
            return True
        case ContextPart(path=path):
            return any(path in methods for methods in surface.STEP_METHODS.values())
        case ObjectShape(entries=entries) if depth:
            return any(holds_context(part, depth - 1) for _, part in entries.values())
        case ListShape(items=items) if depth:
            return any(holds_context(part, depth - 1) for part in items)
        case Instance(fields=fields) if depth:
            return any(holds_context(part, depth - 1) for part in fields.values())
        case _:
            return False


def concerns(closure: Closure, given: Given) -> bool:
    """Whether a call may make steps or judge the abort: by what it gets, or as it was made inside the handler."""
    if closure.scope.function > 0:
        return True
    return any(
        value.steps or holds_context(value) or _holds_callback(value) or isinstance(value.shape, CaughtError)
        for value in (*given.values, *closure.bound, *((closure.owner,) if closure.owner else ()))
    )


def _holds_callback(value: Value) -> bool:
    """Whether a value is a function made inside the handler, or an instance that keeps one."""
    parts = value.shape.fields.values() if isinstance(value.shape, Instance) else (value,)
    return any(isinstance(part.shape, Closure) and part.shape.scope.function > 0 for part in parts)


def invoke(run: Run, closure: Closure, given: Given, span: Span, name: str) -> Value:
    """Call a function of the project: expanded where it may make steps, else summed up.

    In a survey what is written in the call is expanded too: the runs that it starts are told where it does.
    """
    if closure.function.decorators and any(map(holds_context, given.values)):
        closure, given = decorated(run, closure, given) or (closure, given)
    again = run.follows(closure)
    if again or len(run.active) >= MOST_DEEP or run.expansions >= MOST_EXPANSIONS:
        if any(holds_context(value) for value in given.values):
            reason = f"`{name}` calls itself with the context" if again else f"`{name}` is called too deep to follow"
            run.unresolved(span, reason, hides_steps=not again)
        return Value(given.flow)
    surveyed = run.served is not None and span.contains(closure.function.span)
    if surveyed or concerns(closure, given):
        return expand(run, closure, given, span, name)
    return _summarise(run, closure, given, span, name)


def expand(run: Run, closure: Closure, given: Given, span: Span, name: str) -> Value:
    """Put a function's body where it is called."""
    run.expansions += 1
    outer = run.chain
    # what is written in the call itself needs no explanation
    if not span.contains(closure.function.span):
        run.chain = (*run.chain, CallSite(span, name))
    with run.block() as body:
        value = enter(run, closure, given)
    value = value.depends(Flow(through=frozenset({name.rsplit(".", 1)[-1]})))
    run.chain = outer
    if not _is_handler(run, given):
        value = replace(value, flow=from_call(run, body, value.flow, span, name))
    if body:
        run.emit(Expansion(span, name, tuple(body)))
    if closure.function.is_async:
        # the rest it has left behind
        used = (each for each in awaited_steps(body) if id(each) in run.uses and id(each) not in run.promised)
        steps = tuple(dict.fromkeys((*value.steps, *used)))
        return replace(value, steps=steps, pending=not steps and is_async(closure))
    return value


def _is_handler(run: Run, given: Given) -> bool:
    """Whether a wrapper calls the handler that it was given: it gets the context alone, and is called once."""
    return len(run.active) == 1 and len(given.values) == 1 and isinstance(given.values[0].shape, ContextShape)


def is_async(closure: Closure) -> bool:
    """Whether calling a function gives a promise or coroutine: it is async, or its type says so."""
    function = closure.function
    promised = function.returns is not None and function.returns.name in ("Promise", "Coroutine", "Awaitable")
    return (function.is_async and not function.is_generator) or promised


def enter(run: Run, closure: Closure, given: Given) -> Value:
    """Run a function's body in the current block and join what it returns."""
    function = closure.function
    scope = Scope(closure.scope, function=True, outer=function.outer)
    scope.step = run.losses.current
    bind(run, closure, given, scope)
    run.active.append(closure)
    (run.summed if run.summary_depth else run.entered).add(id(function))
    run.returns.append([])
    breakables, run.breakables = run.breakables, []
    run.execute(function.body, scope)
    run.breakables = breakables
    run.active.pop()
    returned = run.returns.pop()
    value = join(returned) if returned else Value()
    known = function.is_generator or value.shape is not None
    made = None if known else annotated(function.returns, closure.scope.module)
    return value if made is None else replace(value, shape=made.shape)


def bind(run: Run, closure: Closure, given: Given, scope: Scope) -> None:
    """Bind parameters to arguments; what was not given gets its default, or is dynamic."""
    parameters = list(closure.function.parameters)
    owner = _kept(run, closure.owner, given) if closure.owner is not None else None
    if owner is not None and scope.module.source.language == "python" and parameters:
        declare(run, parameters.pop(0).target, owner, scope)
    elif owner is not None:
        scope.declare("this", owner)
    if owner is not None and closure.home is not None:
        scope.declare("super", Value(shape=Super(closure.home, owner)))
    keywords = {**closure.bound_keywords, **(given.keywords or {})}
    positional = (*closure.bound, *given.positional)
    position = 0
    for parameter in parameters:
        if parameter.kind == "rest":
            rest, position = positional[position:], len(positional)
            known = ListShape(rest, exact=given.spread is None)
            steps = tuple(step for value in rest for step in value.steps)
            declare(run, parameter.target, Value(Given(rest, spread=given.spread).flow, known, steps), scope)
        elif parameter.kind == "keywords":
            entries = {name: (closure.function.span, value) for name, value in keywords.items()}
            known_keywords = ObjectShape(closure.function.span, entries, given.spread is None)
            declare(run, parameter.target, Value(Given(keywords=keywords).flow, known_keywords), scope)
        else:
            name = getattr(parameter.target, "name", "")
            if name in keywords:
                value = keywords.pop(name)
            elif position < len(positional):
                value, position = positional[position], position + 1
            else:
                value = _missing(run, parameter, given, scope)
            declare(run, parameter.target, value, scope)


def _kept(run: Run, owner: Value, given: Given) -> Value:
    """The object of a method that gets the context, if made outside: what a step changes in it is lost."""
    made = isinstance(owner.shape, Instance) and isinstance(owner.shape.of, ClassShape)
    if owner.cell is not None or run.payload_cell is None or not made or not any(map(holds_context, given.values)):
        return owner
    return replace(owner, cell=run.owners.setdefault(id(owner.shape), Cell()))


def _missing(run: Run, parameter: Parameter, given: Given, scope: Scope) -> Value:
    if parameter.default is not None:
        if run.language == "typescript" and given.spread is None:
            return run.evaluate(parameter.default, scope)  # at every call, unlike Python's
        with run.block(conditional=True):
            default = run.evaluate(parameter.default, scope)
        if isinstance(parameter.default, Name):  # `lambda answer=answer: …`: what is done with it is done in there
            run.outcomes.name(default, -1)
        return default
    if given.spread is not None:
        return Value(given.spread.flow)
    made = annotated(parameter.annotation, scope.module)
    return (made or Value()).depends(Flow(frozenset({Origin.PARAMETER})))


def _summarise(run: Run, closure: Closure, given: Given, span: Span, name: str) -> Value:
    """Sum up a function that cannot make steps: its triggers, whether it throws for the payload, what it returns."""
    flow = given.flow | Flow(through=frozenset({name.rsplit(".", 1)[-1]}))
    raises = rejects = False
    if run.summaries < _MOST_SUMMARIES and run.summary_depth < _SUMMARY_DEPTH:
        run.summaries += 1
        run.summary_depth += 1
        outer, run.chain = run.chain, (*run.chain, CallSite(span, name))
        with run.block() as body:
            value = enter(run, closure, given)
        run.chain = outer
        run.summary_depth -= 1
        did = done(body)
        pass_on(run, did, span, name)
        raises = throws_for_payload(did)
        rejects = raises and rejects_others(did, run.language)
        effect = effect_in(did)
        result = from_call(run, body, value.flow, span, name)
        inner = [cause for cause in result.causes if cause not in given.flow.causes]
        flow = flow | replace(result, causes=(span,) if inner else ())
        if effect is not None and not run.in_step:
            flow = flow | Flow(frozenset({Origin.AWAIT}), causes=(span,))
    else:
        value, effect = Value(), None
    run.emit(
        Call(
            span, name, _target(closure), False, given.flow,
            raises=raises, chain=run.chain, effect=effect, rejects=rejects,
        )
    )  # fmt: skip
    return replace(value, flow=flow, pending=is_async(closure))


def _target(closure: Closure) -> str:
    return f"{closure.scope.module.source.path}:{closure.function.name}"


def function_of(value: Value) -> Closure | None:
    """The function that a value is, also that of a created workflow."""
    value = forced(value)
    if isinstance(value.shape, Closure):
        return value.shape
    return value.shape.handler if isinstance(value.shape, ServedWorkflow) else None


def created_of(value: Value) -> ServedWorkflow | None:
    """What `createWorkflow` made, here or in another module."""
    shape = forced(value).shape
    return shape if isinstance(shape, ServedWorkflow) else None
