"""Evaluates calls: finds out what is called, and hands it to who knows it."""

from msgspec.structs import replace

from lobegen.model.actions import Log
from lobegen.model.values import Flow
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import attribute, forced
from lobegen.read.elaborate.callbacks import chosen, iterated
from lobegen.read.elaborate.collecting import put
from lobegen.read.elaborate.combinators import chained, combine, kind_of
from lobegen.read.elaborate.counting import names_limit
from lobegen.read.elaborate.dumping import dumped
from lobegen.read.elaborate.effects import configured
from lobegen.read.elaborate.expressions import dotted
from lobegen.read.elaborate.foreign import foreign_call
from lobegen.read.elaborate.functions import Given, concerns, holds_context, invoke
from lobegen.read.elaborate.instances import as_function, make, make_base
from lobegen.read.elaborate.literals import listed
from lobegen.read.elaborate.places import base_of, called_on, handed_over
from lobegen.read.elaborate.registries import call_entry, entry_by_get
from lobegen.read.elaborate.run import Run, evaluates
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.serving import decorate, python_serve, serve_python, serve_typescript
from lobegen.read.elaborate.settings import text_of
from lobegen.read.elaborate.settling import keeps_errors, kept
from lobegen.read.elaborate.steps import context_call
from lobegen.read.elaborate.triggers import is_trigger, trigger
from lobegen.read.elaborate.values import (
    Choice,
    ClassShape,
    Closure,
    ContextPart,
    External,
    Imported,
    Instance,
    ListShape,
    ObjectShape,
    PayloadShape,
    ServeDecorator,
    ServedHandler,
    Super,
    TableEntry,
    Value,
    Words,
)
from lobegen.read.syntax import Attribute, Call, Constant

#: methods of functions themselves
_OF_FUNCTIONS = {"bind", "call", "apply"}
_LIMITED = Flow(through=frozenset({"limit"}))


@evaluates(Call)
def _call(run: Run, node: Call, scope: Scope) -> Value:
    before = len(run.out)
    receiver: Value | None = None
    if isinstance(node.callee, Attribute):
        receiver = base_of(run, node.callee.object, scope)
        called_on(run, receiver, node, scope)
        if isinstance(receiver.shape, PayloadShape):
            return _payload_method(run, receiver, node.callee.name, node, scope)
        callee = attribute(run, receiver, node.callee.name, node.callee.span)
    else:
        callee = run.evaluate(node.callee, scope)
    name = dotted(node.callee)
    method = name.rsplit(".", 1)[-1]
    if isinstance(callee.shape, ContextPart):
        if receiver is not None and method in _OF_FUNCTIONS and _is_step_method(receiver, run):
            return _context_method(run, receiver, method, node, scope)
        return context_call(run, callee.shape, node, scope)
    if receiver is not None and receiver.steps and method in ("then", "catch", "finally"):
        return chained(run, receiver, method, node, scope, before)
    if (kind := kind_of(callee, method)) is not None:
        return combine(run, kind, node, scope)
    if method == "start_soon" and node.arguments and run.language == "python":  # of a task group of anyio or trio
        value = run.evaluate(replace(node, callee=node.arguments[0].value, arguments=node.arguments[1:]), scope)
        run.mark(value, "collected")
        return Value(value.flow)
    if surface.is_logger(name) or _is_debug(callee):
        return _log(run, _is_named(callee, receiver), method, node, scope)
    given = arguments(run, node, scope)
    handed_over(run, given.positional, name, node)
    named = configured(callee, scope, name)
    if isinstance(callee.shape, Imported) and named is None and _is_read(run, callee.shape, given):
        callee = forced(callee, run)
    if not isinstance(callee.shape, Closure) or named is None or concerns(callee.shape, given):
        value = _called(run, callee, receiver, given, node, scope, name)
    else:
        value = _other(run, callee, receiver, given, node, scope, name)
    if isinstance(callee.shape, External) and keeps_errors(callee.shape):
        value = kept(run, value, given, node, before)
    return value.depends(_LIMITED) if run.in_step and names_limit(node, scope) else value


def _called(
    run: Run, callee: Value, receiver: Value | None, given: Given, node: Call, scope: Scope, name: str
) -> Value:
    """Hand a call with its arguments to who knows what is called."""
    method = name.rsplit(".", 1)[-1]
    callee = callee if node.new else as_function(run, callee)
    if isinstance(callee.shape, Closure):
        value = _project_call(run, callee.shape, given, node, name)
        return dumped(receiver, method, value, given)
    if isinstance(callee.shape, Choice):
        return chosen(run, callee.shape, callee.flow, node, lambda each: _project_call(run, each, given, node, name))
    if isinstance(callee.shape, ClassShape):
        return make(run, callee.shape, given, node)
    if isinstance(callee.shape, Super):
        return make_base(run, callee.shape, given)
    if receiver is not None and isinstance(receiver.shape, Closure) and method in _OF_FUNCTIONS:
        return _function_method(run, receiver, receiver.shape, method, given, node)
    entry = callee.shape if isinstance(callee.shape, TableEntry) else None
    if entry is not None and (made := call_entry(run, entry, given, node, name)) is not None:
        return made
    value = _other(run, callee, receiver, given, node, scope, name)
    taken_out = entry_by_get(run, receiver, given) if method == "get" and value.shape is None else None
    return value if taken_out is None else replace(value, shape=taken_out)


def _is_step_method(value: Value, run: Run) -> bool:
    return isinstance(value.shape, ContextPart) and value.shape.path in surface.STEP_METHODS[run.language]


def _context_method(run: Run, method: Value, how: str, node: Call, scope: Scope) -> Value:
    """`context.run.bind(context)` is the method, `context.run.call(context, …)` calls it; the rest is not followed."""
    if how == "bind" and len(node.arguments) < 2:
        return method
    if how == "call" and isinstance(method.shape, ContextPart):
        return context_call(run, method.shape, replace(node, arguments=node.arguments[1:]), scope)
    given = arguments(run, node, scope)
    run.unresolved(node.span, f"`{dotted(node.callee)}` could not be followed", hides_steps=True)
    return Value(given.flow, foreign=True)


def _function_method(run: Run, value: Value, closure: Closure, how: str, given: Given, node: Call) -> Value:
    """`bind`, `call` and `apply` of a project function: the first argument is its `this`."""
    this, *rest = given.positional or (Value(),)
    if how == "apply":
        rest = list(rest[0].shape.items) if rest and isinstance(rest[0].shape, ListShape) else []
    closure = replace(closure, owner=this if this.shape is not None else closure.owner)
    if how == "bind":
        return replace(value, shape=replace(closure, bound=(*closure.bound, *rest)))
    return _project_call(run, closure, Given(tuple(rest), spread=given.spread), node, dotted(node.callee))


def matters(imported: Imported, given: Given) -> bool:
    """Whether an imported function must be read: it gets the context, a callback or the SDK, or deals with the SDK."""
    scope = imported.scope
    if any(
        holds_context(value) or isinstance(value.shape, Closure) or _holds_sdk(value, scope) for value in given.values
    ):
        return True
    last = (imported.path or (imported.name,))[-1]
    is_model = scope.source.language == "python" and last[:1].isupper()
    if is_model or surface.STARTS.match(last):
        return True
    return scope.modules.worth(scope.source, imported.specifier, imported.name)


def _is_read(run: Run, imported: Imported, given: Given) -> bool:
    """Whether an imported function is read: it matters, or is called at every invocation of a handler."""
    at_each_invocation = run.payload_cell is not None and not run.in_step and not run.summary_depth
    return at_each_invocation or matters(imported, given)


def _holds_sdk(value: Value, scope: ModuleScope) -> bool:
    """Whether a value is something of the SDK, or an object with it: what a factory of workflows is given."""
    shape = value.shape
    parts = [part for _, part in shape.entries.values()] if isinstance(shape, ObjectShape) else [value]
    return any(isinstance(part.shape, External) and scope.modules.is_sdk(part.shape.specifier) for part in parts)


def _other(run: Run, callee: Value, receiver: Value | None, given: Given, node: Call, scope: Scope, name: str) -> Value:
    method = name.rsplit(".", 1)[-1]
    if isinstance(callee.shape, External):
        if (kind := surface.served_by(callee.shape)) is not None:
            return serve_typescript(run, kind, callee.shape, node, given, scope)
        if (found := python_serve(callee)) is not None:
            return serve_python(run, *found, node, given, scope)
    if isinstance(callee.shape, ServeDecorator):
        decorate(run, callee.shape, given.positional[0] if given.positional else Value(), node.callee.span, scope)
        return given.positional[0] if given.positional else Value()
    if is_trigger(callee, receiver, method, scope):
        return trigger(run, method, receiver, given, node.span, scope)
    if name == "Array.from" and len(given.positional) > 1 and isinstance(given.positional[1].shape, Closure):
        mapped = Given(given.positional[1:])
        return iterated(run, "map", given.positional[0], given.positional[1].shape, mapped, node, name)
    if receiver is not None and method in surface.ITERATORS and given.positional:
        closure = given.positional[0].shape
        if isinstance(closure, Closure):
            return iterated(run, method, receiver, closure, given, node, name)
    if receiver is not None and (items := listed(receiver.shape, method, run)) is not None:
        return Value(receiver.flow, items)
    if receiver is not None:
        run.outcomes.name(receiver)
    adds = method in surface.ADDERS and bool(given.positional) and isinstance(node.callee, Attribute)
    if adds and isinstance(node.callee, Attribute) and put(run, node.callee.object, method, given.values, scope):
        given = given.without_steps
    value = foreign_call(run, callee, receiver, given, node, scope, name)
    return dumped(receiver, method, value, given)


def _payload_method(run: Run, payload: Value, method: str, node: Call, scope: Scope) -> Value:
    """A method of the payload: `get` reads a field, any other (`model_dump`, `copy`) gives the whole again."""
    given = arguments(run, node, scope)
    first = given.positional[0].shape if given.positional else None
    if method in surface.ITERATORS and isinstance(first, Closure):
        return iterated(run, method, replace(payload, shape=None), first, given, node, dotted(node.callee))
    if method == "get" and isinstance(first, Words) and (name := first.text.literal) is not None:
        run.payload.read(name, node.span, default=len(given.positional) > 1)
        return attribute(run, payload, name, node.span)
    changed = (given.keywords or {}).get("update")
    if changed is not None:  # of `model_copy(update={...})`
        entries = changed.shape.entries if isinstance(changed.shape, ObjectShape) else {}
        base = payload if isinstance(changed.shape, ObjectShape) else Value()
        return Value(payload.flow | given.flow, ObjectShape(node.span, entries, False, base))
    return payload.depends(given.flow)


def arguments(run: Run, node: Call, scope: Scope) -> Given:
    """Evaluate the arguments; a literal first path is remembered as the route of what is served among them."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    spread: Value | None = None
    routed = False
    for argument in node.arguments:
        value = run.evaluate(argument.value, scope)
        if argument.spread and isinstance(value.shape, ListShape) and value.shape.exact:
            positional += value.shape.items
        elif argument.keyword == "**" and isinstance(value.shape, ObjectShape) and value.shape.complete:
            keywords |= {name: part for name, (_, part) in value.shape.entries.items()}
        elif argument.spread:
            spread = value if spread is None else Value(spread.flow | value.flow)
        elif argument.keyword is not None:
            keywords[argument.keyword] = value
        else:
            positional.append(value)
        if not routed and isinstance(value.shape, Words) and (value.shape.text.literal or "").startswith("/"):
            own = isinstance(argument.value, Constant)
            run.routes.append((value.shape.text.literal or "", len(run.chain) if own else 0))
            routed = True
    if routed:
        path, _ = run.routes.pop()
        _mount(run, path, positional)
    return Given(tuple(positional), keywords, spread)


def _mount(run: Run, path: str, given: list[Value]) -> None:
    """`router.post("/path", handler)` gives a path to a handler that is served elsewhere."""
    for value in given if run.served is not None else ():
        shape = value.shape
        if isinstance(shape, Imported) and shape.scope.modules.worth(shape.scope.source, shape.specifier, shape.name):
            shape = forced(value, run).shape
        if isinstance(shape, ServedHandler):
            run.mounts.setdefault(shape.span, path)


def _project_call(run: Run, closure: Closure, given: Given, node: Call, name: str) -> Value:
    whole = [value for value in given.values if isinstance(value.shape, PayloadShape)]
    value = invoke(run, closure, given, node.span, name)
    if closure.function.is_async and value.steps and not closure.function.decorators:
        run.promise(value, node.span)
    if surface.VALIDATOR.match(name.rsplit(".", 1)[-1]):
        run.payload.check(given.flow, tested=False)
    if whole and not any(holds_context(each) for each in given.values):
        run.payload.validated = True
        again = given.whole_payload
        if again is not None and (value.shape is None or isinstance(value.shape, ObjectShape)):
            return replace(value, shape=again.shape)
    run.payload.use(given.flow)
    return value


def _is_debug(callee: Value) -> bool:
    """A logger of the `debug` package, or of a wrapper of that name."""
    return (
        isinstance(callee.shape, External)
        and callee.shape.path.endswith("default()")
        and (callee.shape.specifier == "debug")
    )


def _is_named(callee: Value, receiver: Value | None) -> bool:
    """Whether a logger says by itself whose lines they are: by a name that it was made with, or bound fields."""
    if receiver is None:
        return _is_debug(callee)
    made = receiver.shape.given if isinstance(receiver.shape, Instance) else None
    texts = made is not None and any(isinstance(value.shape, Words) for _, value in made.entries.values())
    return texts or not surface.BINDERS.isdisjoint(receiver.flow.through)


def _log(run: Run, named: bool, method: str, node: Call, scope: Scope) -> Value:
    values = [run.evaluate(argument.value, scope) for argument in node.arguments]
    at = int(len(values) > 1 and isinstance(values[0].shape, ObjectShape) and isinstance(values[1].shape, Words))
    span = node.arguments[at].value.span if node.arguments else node.span
    text = text_of(values[at] if values else None, span, scope)
    run.emit(Log(node.span, method, text, max(0, len(values) - 1), run.chain, named))
    return Value()
