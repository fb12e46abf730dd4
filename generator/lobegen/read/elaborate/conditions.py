"""Evaluates conditions: what they depend on, and whether they ask for the SDK's abort."""

from typing import Literal

from msgspec.structs import replace

from lobegen.model.body import Test
from lobegen.model.source import Span
from lobegen.model.truth import ASKS_FOR_ABORT, leaves
from lobegen.model.values import EMPTY, Flow
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import externals, forced
from lobegen.read.elaborate.copies import another_copy
from lobegen.read.elaborate.run import Run, source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import CaughtError, Closure, Constant, ContextShape, Value, Words
from lobegen.read.syntax import Attribute, Binary, Call, Expression, Name, Return, Sequence, Unary


def condition(run: Run, node: Expression, scope: Scope) -> Test:
    """The test that an expression makes; payload fields it depends on count as checked."""
    run.losses.testing += 1
    test = _test(run, node, scope)
    run.losses.testing -= 1
    run.payload.check(test.flow, tested=not run.in_step)
    return replace(test, source=source_of(scope, node.span))


def _test(run: Run, node: Expression, scope: Scope) -> Test:
    match node:
        case Binary(operator="and" | "or" as operator):
            return _joined(node.span, operator, _part(run, node.left, scope), _part(run, node.right, scope))
        case Unary(operator="not"):
            inner = _part(run, node.operand, scope)
            return Test(node.span, "not", inner.flow, (inner,))
        case Binary(operator="instanceof"):
            return _instance(run, node, scope)
        case Binary(operator="==" | "!=" as operator):
            return _comparison(run, node, operator, scope)
        case Call():
            return _predicate(run, node, scope)
        case _:
            return _plain(run, node, scope)


def _joined(span: Span, operator: Literal["and", "or"], left: Test, right: Test) -> Test:
    """Two conditions in one; a constant says nothing, or all."""
    for one, other in ((left, right), (right, left)):
        if one.kind == "constant":
            return replace(other if one.value is (operator == "and") else one, span=span)
    return Test(span, operator, left.flow | right.flow, (left, right))


def _part(run: Run, node: Expression, scope: Scope) -> Test:
    return replace(_test(run, node, scope), source=source_of(scope, node.span))


def _plain(run: Run, node: Expression, scope: Scope) -> Test:
    value = run.evaluate(node, scope)
    if not isinstance(node, Name | Attribute):  # a promise that a variable holds may still be awaited
        run.drop(value, node.span)
    if isinstance(value.shape, Constant) and value.flow is EMPTY:
        return Test(node.span, "constant", EMPTY, value=bool(value.shape.value))
    if isinstance(value.shape, Words) and value.flow is EMPTY and value.shape.text.literal is not None:
        return Test(node.span, "constant", EMPTY, value=bool(value.shape.text.literal))
    if isinstance(value.shape, ContextShape):  # a helper that works with and without it was given it
        return Test(node.span, "constant", EMPTY, value=True)
    return Test(node.span, "other", value.flow)


def _instance(run: Run, node: Binary, scope: Scope) -> Test:
    left = run.evaluate(node.left, scope)
    classes = node.right.items if isinstance(node.right, Sequence) else (node.right,)
    rights = [(each, run.evaluate(each, scope)) for each in classes]
    if not isinstance(left.shape, CaughtError):
        return Test(node.span, "other", left.flow)
    aborts = [each for each, right in rights if any(map(surface.is_abort, externals(right)))]
    if aborts and run.server is not None and run.language == "typescript":
        lost = all(another_copy(each, scope, run.server) for each in aborts)
        return Test(node.span, "other_abort" if lost else "is_abort", left.flow)
    return Test(node.span, "is_abort" if aborts else "other", left.flow)


def _comparison(run: Run, node: Binary, operator: str, scope: Scope) -> Test:
    flow: Flow = EMPTY
    for side, other in ((node.left, node.right), (node.right, node.left)):
        value = run.evaluate(side, scope)
        flow = flow | value.flow
        literal = value.shape.text.literal or "" if isinstance(value.shape, Words) else ""
        if literal.endswith(("WorkflowAbort", "WorkflowAuthError")):
            named = isinstance(other, Attribute) and other.name in ("name", "__name__")
            if named and isinstance(_error_of(run, other, scope).shape, CaughtError):
                test = Test(node.span, "abort_name" if literal.endswith("WorkflowAbort") else "is_abort", flow)
                return test if operator == "==" else Test(node.span, "not", flow, (test,))
    return Test(node.span, "other", flow)


def _error_of(run: Run, node: Expression, scope: Scope) -> Value:
    """The object at the root of `error.name`, `error.constructor.name`, `type(error).__name__`."""
    while isinstance(node, Attribute):
        node = node.object
    if isinstance(node, Call) and len(node.arguments) == 1:
        node = node.arguments[0].value
    with run.block():
        return run.evaluate(node, scope)


def _predicate(run: Run, node: Call, scope: Scope) -> Test:
    """A helper of one `return` that asks for the abort (`isAbort(error)`) asks for it here."""
    with run.block():
        callee = forced(run.evaluate(node.callee, scope), run) if _mentions_error(run, node, scope) else Value()
    if isinstance(callee.shape, Closure):
        body = callee.shape.function.body
        if len(body) == 1 and isinstance(body[0], Return) and body[0].value is not None:
            inner = Scope(callee.shape.scope, function=True)
            for parameter, argument in zip(callee.shape.function.parameters, node.arguments, strict=False):
                name = getattr(parameter.target, "name", "")
                with run.block():
                    inner.declare(name, run.evaluate(argument.value, scope))
            with run.block():
                test = _test(run, body[0].value, inner) if len(run.active) < 10 else None
            if test is not None and any(leaf.kind in ASKS_FOR_ABORT for leaf in leaves(test)):
                return replace(test, span=node.span)
    return _plain(run, node, scope)


def _mentions_error(run: Run, node: Call, scope: Scope) -> bool:
    if not run.caught:
        return False
    with run.block():
        values = [run.evaluate(argument.value, scope) for argument in node.arguments]
    return any(isinstance(value.shape, CaughtError) for value in values)
