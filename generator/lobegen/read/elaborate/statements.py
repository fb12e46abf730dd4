"""Executes statements: declarations, returns, branches; loops are in `loops`, `try` and `with` in `guards`."""

from msgspec.structs import replace

from lobegen.model import body as model
from lobegen.model.values import Flow, Setting, Settings
from lobegen.model.walk import has_step
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import annotated, externals, forced
from lobegen.read.elaborate.conditions import condition
from lobegen.read.elaborate.decorating import bare
from lobegen.read.elaborate.expressions import dotted
from lobegen.read.elaborate.functions import Given, invoke, is_async
from lobegen.read.elaborate.kinds import odd_parts, of_type
from lobegen.read.elaborate.members import CLASS, FUNCTION
from lobegen.read.elaborate.patterns import declare, write
from lobegen.read.elaborate.places import aliased
from lobegen.read.elaborate.run import Run, executes
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.serving import decorate
from lobegen.read.elaborate.settings import setting_of, settings_of
from lobegen.read.elaborate.values import (
    CaughtError,
    ClassShape,
    Closure,
    Imported,
    Instance,
    ListShape,
    ObjectShape,
    ServeDecorator,
    Value,
)
from lobegen.read.syntax import (
    Assign,
    Attribute,
    Await,
    Binary,
    Binding,
    Block,
    Call,
    Case,
    Class,
    Define,
    Evaluate,
    Expression,
    If,
    Index,
    Jump,
    Name,
    Nested,
    Object,
    Raise,
    Return,
    Sequence,
    Switch,
)

#: methods that change a collection and give it again, or its length; or that leave a promise where it is
_IN_PLACE = surface.ADDERS | {"sort", "reverse", "fill", "splice", "then", "catch", "finally"}


@executes(Define)
def _define(run: Run, node: Define, scope: Scope) -> None:
    if isinstance(node.value, Class):
        scope.declare(node.name, Value(shape=ClassShape(node.value, scope.module), kind=CLASS))
        return
    kind = "" if node.value.decorators else FUNCTION
    function = Value(shape=Closure(node.value, scope, scope.find("this")), kind=kind)
    scope.declare(node.name, function)
    decorators = [(each, run.evaluate(each, scope)) for each in node.value.decorators]
    if not scope.function and not any(isinstance(value.shape, ServeDecorator) for _, value in decorators):
        return
    for decorator, value in reversed(decorators):
        value = forced(value, run)
        head = decorator.callee if isinstance(decorator, Call) else decorator
        if isinstance(value.shape, ServeDecorator):
            decorate(run, value.shape, function, head.span, scope)
        elif isinstance(value.shape, Closure):
            inner = function.shape
            if isinstance(inner, Closure) and inner.function is node.value:
                function = replace(function, shape=replace(bare(inner), owner=inner.owner))
            made = invoke(run, value.shape, Given((function,)), decorator.span, dotted(head))
            function = made if isinstance(made.shape, Closure) else function


@executes(Assign)
def _assign(run: Run, node: Assign, scope: Scope) -> None:
    if node.value is None:
        value = annotated(node.annotation, scope.module) or Value()
    else:
        run.naming.append(node.target.name if isinstance(node.target, Binding) else "")
        alias = isinstance(node.value, Name | Attribute | Index)
        value = aliased(run, node.value, scope) if alias else run.evaluate(node.value, scope)
        run.naming.pop()
    run.outcomes.hold(value)
    if node.kind == "plain":
        write(run, node.target, value, scope, node.operator)
    else:
        declare(run, node.target, value, scope)


@executes(Evaluate)
def _evaluate(run: Run, node: Evaluate, scope: Scope) -> None:
    run.statement_value = node.value
    value = run.evaluate(node.value, scope)
    last = run.out[-1] if run.out else None
    if isinstance(last, model.ContextCall) and last.end and last.span == node.value.span:
        run.out[-1] = replace(last, floating=True)
    run.outcomes.hold(value)
    if value.raw is not None and value.raw.step is not None and not value.raw.path:
        run.ignored.add(id(value.raw.step))
    run.drop(_not_held(node.value, value, scope), node.value.span)
    if run.in_step and not value.steps and (value.pending or _is_async_call(run, node.value, value, scope)):
        dropped = node.value.callee if isinstance(node.value, Call) else node.value
        run.emit(model.Floating(node.span, dotted(dropped), run.chain))


def _not_held(node: Expression, value: Value, scope: Scope) -> Value:
    """What a statement drops: what a variable holds (`tasks` of `tasks.push(...)`) stays there."""
    method = node.callee if isinstance(node, Call) and isinstance(node.callee, Attribute) else None
    if not value.steps or method is None or method.name not in _IN_PLACE or not isinstance(method.object, Name):
        return value
    held = scope.find(method.object.id) or value
    kept = set(map(id, held.steps))
    return replace(value, steps=tuple(step for step in value.steps if id(step) not in kept))


def _is_async_call(run: Run, node: Expression, value: Value, scope: Scope) -> bool:
    """Whether a call of an imported function, which is not read as long as nobody asks, gives a promise."""
    if not (isinstance(node, Call) and value.foreign):
        return False
    with run.block():
        callee = run.evaluate(node.callee, scope)
    closure = forced(callee, run).shape if isinstance(callee.shape, Imported) else None
    return isinstance(closure, Closure) and is_async(closure)


@executes(Nested)
def _nested(run: Run, node: Nested, scope: Scope) -> None:
    run.execute(node.body, Scope(scope))


@executes(Return)
def _return(run: Run, node: Return, scope: Scope) -> None:
    value = run.evaluate(node.value, scope) if node.value is not None else Value()
    if value.shape is None and not value.kind and run.active and not run.active[-1].function.is_generator:
        value = replace(value, kind=of_type(run.active[-1].function.returns, scope.module))
    inner = node.value.value if isinstance(node.value, Await) else node.value
    tail = isinstance(inner, Call) and isinstance(_last(run), model.Expansion | model.Try)
    if run.promised and run.in_handler and not isinstance(node.value, Object | Sequence):
        run.fulfil(value)
    if run.in_handler and not isinstance(value.shape, ObjectShape | ListShape):
        run.mark(value, "returned")  # inside an object nothing would await a promise
    if run.returns:
        run.returns[-1].append(value)
    fields: dict[str, Flow] = {}
    if isinstance(value.shape, ObjectShape):
        fields = {name: part.flow for name, (_, part) in value.shape.entries.items()}
    given, result = _result(run, node, value, scope)
    odd: tuple[model.Odd, ...] = ()
    if node.value is not None and run.in_step and run.step_level == len(run.returns):
        odd = tuple(odd_parts(value, node.value.span))
    chain = run.chain
    run.emit(model.Return(node.span, value.flow, fields, tail, chain=chain, odd=odd, value=given, result=result))


def _last(run: Run) -> model.Node | None:
    """What was done last, awaiting apart."""
    return next((each for each in reversed(run.out) if not isinstance(each, model.Await)), None)


def _result(run: Run, node: Return, value: Value, scope: Scope) -> tuple[Setting | None, Settings | None]:
    """What is returned outside of steps, and the fields of an object; functions that are summed up are not asked."""
    if node.value is None or run.in_step or run.summary_depth:
        return None, None
    if isinstance(value.shape, ListShape):
        return setting_of(node.value.span, value, scope), Settings(node.value.span)
    fields = settings_of(value, node.value.span, scope) if isinstance(value.shape, ObjectShape) else None
    return setting_of(node.value.span, value, scope), fields


@executes(Raise)
def _raise(run: Run, node: Raise, scope: Scope) -> None:
    if node.value is None:
        run.emit(model.Raise(node.span, "", bool(run.caught), False, run.chain))
        return
    value = run.evaluate(node.value, scope)
    run.mark(value, "floating")
    rethrows = isinstance(value.shape, CaughtError)
    kinds = externals(value)
    final = any(map(surface.is_non_retryable, kinds))
    aborts = any(map(surface.is_abort, kinds)) and not rethrows and not _cancels(node.value)
    run.emit(model.Raise(node.span, _error_name(node.value, value), rethrows, final, run.chain, aborts))


def _cancels(error: Expression) -> bool:
    """Whether an abort is made with the flag that cancels the run, its third argument."""
    return isinstance(error, Call) and (len(error.arguments) > 2 or any(each.keyword for each in error.arguments))


def _error_name(node: Expression, value: Value) -> str:
    if isinstance(value.shape, Instance) and isinstance(value.shape.of, ClassShape):
        return value.shape.of.definition.name
    return dotted(node.callee if isinstance(node, Call) else node).rsplit(".", 1)[-1]


@executes(If)
def _if(run: Run, node: If, scope: Scope) -> None:
    test = condition(run, node.test, scope)
    before, filled = run.losses.gone, len(run.put)
    with run.block(conditional=True) as then:
        run.execute(node.then, Scope(scope))
    _emptied(run, then, filled)
    run.losses.gone, after = before, before if _leaves(then) else run.losses.gone
    filled = len(run.put)
    with run.block(conditional=True) as otherwise:
        run.execute(node.otherwise, Scope(scope))
    _emptied(run, otherwise, filled)
    if _leaves(otherwise):
        run.losses.gone = before
    run.losses.meet(after)
    run.emit(model.If(node.span, test, tuple(then), tuple(otherwise)))


def _emptied(run: Run, block: list[model.Node], filled: int) -> None:
    """What a branch that leaves puts into a list is not in it for what stands behind, its steps apart, which still run.

    Behind the loop that a `break` leaves it is in the list again.
    """
    breaks = bool(block) and isinstance(block[-1], model.Jump) and block[-1].kind == "break"
    if not breaks and not _leaves(block):
        return
    for owner, name, old in reversed(run.put[filled:]):
        now = owner.own(name) or Value()
        owner.declare(name, replace(now, flow=old.flow))
        if breaks:
            run.left.append((owner, name, now.flow))
    del run.put[filled:]


def _leaves(block: list[model.Node]) -> bool:
    """Whether nothing goes on behind a block: it ends in a `return` or a `throw`."""
    return bool(block) and isinstance(block[-1], model.Return | model.Raise)


@executes(Switch)
def _switch(run: Run, node: Switch, scope: Scope) -> None:
    """A switch is a chain of branches; a case that falls through goes on with the next one's body."""
    subject = run.evaluate(node.subject, scope)
    run.payload.check(subject.flow, tested=not run.in_step)
    run.breakables.append("switch")
    tail: tuple[model.Node, ...] = ()
    following: Block = ()
    branches: list[tuple[model.Test | None, tuple[model.Node, ...]]] = []
    before = after = run.losses.gone
    for case in reversed(node.cases):
        body = case.body + following if case.falls_through else case.body
        following = body
        asked = _case(run, node, case, subject.flow, scope)
        run.losses.gone = before
        with run.block(conditional=True) as block:
            run.execute(body, Scope(scope))
        run.losses.meet(after)
        after = run.losses.gone
        branches.append((asked, tuple(block)))
    run.breakables.pop()
    for test_or_none, nodes in branches:
        if test_or_none is None:
            tail = nodes
    lists = all(test_or_none is not None and has_step(nodes) for test_or_none, nodes in branches)
    for test_or_none, nodes in branches:
        if test_or_none is not None:
            tail = (model.If(node.span, test_or_none, nodes, tail, lists_cases=lists),)
    run.out.extend(tail)


def _case(run: Run, node: Switch, case: Case, flow: Flow, scope: Scope) -> model.Test | None:
    """What a case asks, None for the default; in a handler, `switch (error.name)` may ask for the abort."""
    for test in case.tests:
        flow = flow | run.evaluate(test, scope).flow
    if run.caught and len(case.tests) == 1:
        (test,) = case.tests
        is_class = isinstance(test, Binary) and test.operator == "instanceof"  # Python's `case WorkflowAbort():`
        with run.block():
            asked = condition(run, test if is_class else Binary(test.span, "==", node.subject, test), scope)
        if asked.kind in ("abort_name", "is_abort"):
            return asked
    return model.Test(node.span, "other", flow) if case.tests else None


@executes(Jump)
def _jump(run: Run, node: Jump, scope: Scope) -> None:
    if node.kind == "break" and run.breakables and run.breakables[-1] == "switch":
        return
    run.emit(model.Jump(node.span, node.kind))
