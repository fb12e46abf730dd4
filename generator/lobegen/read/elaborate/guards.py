"""Executes `try` and `with`: who sees the SDK's abort."""

from lobegen.model.body import Handler, Parallel
from lobegen.model.body import Try as TryNode
from lobegen.model.walk import has_step
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import class_member, externals, forced
from lobegen.read.elaborate.expressions import dotted, manages
from lobegen.read.elaborate.patterns import declare
from lobegen.read.elaborate.run import Run, executes
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import CaughtError, ClassShape, Closure, External, Instance, Value
from lobegen.read.syntax import (
    Assign,
    Await,
    Binding,
    Call,
    Constant,
    Evaluate,
    ExceptHandler,
    Expression,
    Jump,
    Opaque,
    Return,
    Sequence,
    Statement,
    Try,
    With,
)
from lobegen.read.written import nodes

_BROAD = {(module, name) for module in ("", "builtins") for name in ("Exception", "BaseException")}


def catches_abort(run: Run, types: tuple[Expression, ...], scope: Scope) -> bool:
    """Whether a handler of these types sees the abort; no types is every error. Unknown types are not judged."""
    flat = [part for each in types for part in (each.items if isinstance(each, Sequence) else (each,))]
    for each in flat:
        with run.block():
            value = forced(run.evaluate(each, scope), run)
        if isinstance(value.shape, External) and (value.shape.specifier, value.shape.path) in _BROAD:
            return True
        if any(surface.is_abort(external) for external in externals(value)):
            return True
    return not types


@executes(Try)
def _try(run: Run, node: Try, scope: Scope) -> None:
    with run.block() as body:
        run.execute(node.body, Scope(scope))
    handlers: list[Handler] = []
    seen = False
    for handler in node.handlers:
        catches = not seen and catches_abort(run, handler.types, scope)
        handlers.append(_handler(run, handler, catches, scope))
        seen = seen or catches
    with run.block(conditional=True) as otherwise:
        run.execute(node.otherwise, Scope(scope))
    with run.block() as finalizer:
        run.execute(node.finalizer, Scope(scope))
    bare = all(map(_is_call, node.body))
    run.emit(TryNode(node.span, "try", tuple(body), tuple(handlers), tuple(otherwise), tuple(finalizer), bare))


def _is_call(statement: Statement) -> bool:
    """Whether a statement is a call, its result bound to a name or returned, or leaves a loop."""
    if isinstance(statement, Jump):
        return True
    if not isinstance(statement, Evaluate | Assign | Return):
        return False
    value = statement.value.value if isinstance(statement.value, Await) else statement.value
    return isinstance(value, Call) and not (isinstance(statement, Assign) and not isinstance(statement.target, Binding))


def _handler(run: Run, node: ExceptHandler, catches: bool, scope: Scope) -> Handler:
    inner = Scope(scope)
    if node.target is not None:
        declare(run, node.target, Value(shape=CaughtError(node.span.start)), inner)
    run.caught.append(node.span.start)
    with run.block(conditional=True) as body:
        run.execute(node.body, inner)
    run.caught.pop()
    return Handler(node.span, catches, tuple(body))


_EXITS = ("__aexit__", "__exit__")
#: what starts tasks side by side: of asyncio, anyio, trio
_GROUPS = ("TaskGroup", "create_task_group", "open_nursery")


@executes(With)
def _with(run: Run, node: With, scope: Scope) -> None:
    suppressed: list[Handler] = []
    kept: list[Handler] = []
    group = False
    for manager, target in node.items:
        if _is_suppress(run, manager, scope):
            suppressed.append(Handler(manager.span, _suppresses(run, manager, scope), ()))
            continue
        value = run.evaluate(manager, scope)
        run.mark(value, "awaited")
        kept += _kept(run, manager, value, scope)
        made = value.shape.of if isinstance(value.shape, Instance) else value.shape
        name = made.path if isinstance(made, External) else dotted(manager) if value.foreign else ""
        group = group or name.removesuffix("()").endswith(_GROUPS)
        if target is not None:
            declare(run, target, value, scope)
    with run.block(conditional=bool(suppressed)) as body:
        run.execute(node.body, scope)
    if kept:
        body = [TryNode(node.span, "try", tuple(body), tuple(kept))]
    if suppressed:
        run.emit(TryNode(node.span, "suppress", tuple(body), tuple(suppressed)))
    elif group and has_step(tuple(body)):
        run.emit(Parallel(node.span, "task_group", (tuple(body),), chain=run.chain))
    else:
        run.out.extend(body)


def _kept(run: Run, manager: Expression, value: Value, scope: Scope) -> list[Handler]:
    """What a project's context manager does with an error: an `__exit__` that is always true, `except` at `yield`."""
    if isinstance(value.shape, Instance) and isinstance(value.shape.of, ClassShape):
        leave = next((found for name in _EXITS if (found := class_member(run, value.shape.of, name, value))), Value())
        body = leave.shape.function.body if isinstance(leave.shape, Closure) else ()
        ends = (each for each in body if isinstance(each, Return) and isinstance(each.value, Constant))
        return [Handler(each.span, True, ()) for each in ends if isinstance(each.value, Constant) and each.value.value]
    if not isinstance(manager, Call):
        return []
    with run.block():
        made = forced(run.evaluate(manager.callee, scope), run).shape
    if not isinstance(made, Closure) or not manages(made):
        return []
    inner = Scope(made.scope, function=True)
    around = (each for each in made.function.body if isinstance(each, Try) and _yields(each))
    handlers = [handler for each in around for handler in each.handlers]
    return [_handler(run, each, catches_abort(run, each.types, inner), inner) for each in handlers]


def _yields(node: Try) -> bool:
    return any(isinstance(each, Opaque) and each.kind == "yield" for each in nodes(node.body))


def _is_suppress(run: Run, manager: Expression, scope: Scope) -> bool:
    if not isinstance(manager, Call):
        return False
    with run.block():
        callee = run.evaluate(manager.callee, scope)
    return callee.shape == External("contextlib", "suppress")


def _suppresses(run: Run, manager: Expression, scope: Scope) -> bool:
    types = tuple(argument.value for argument in getattr(manager, "arguments", ()))
    return bool(types) and catches_abort(run, types, scope)
