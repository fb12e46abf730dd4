"""Evaluates `await`: what becomes of steps, and what else is waited for."""

from lobegen.model.actions import Step
from lobegen.model.body import Await as AwaitNode
from lobegen.model.body import Node, Parallel
from lobegen.model.source import Span
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import walk
from lobegen.read.elaborate.run import Run, evaluates
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import Value
from lobegen.read.syntax import Await


@evaluates(Await)
def _await(run: Run, node: Await, scope: Scope) -> Value:
    before = len(run.out)
    value = run.evaluate(node.value, scope)
    run.mark(value, "awaited")
    if not run.in_step:
        _wait(run, node.span, value, before)
    flow = value.flow
    if value.foreign and not value.steps and not run.in_step:
        flow = flow | Flow(frozenset({Origin.AWAIT}), causes=(node.span,))
    return Value(flow, value.shape)


def _wait(run: Run, span: Span, value: Value, before: int) -> None:
    """Note a wait for something other than the steps that were just made or joined."""
    made = {id(step) for node in walk(tuple(run.out[before:])) for step in _held(node)}
    stored = tuple(step for step in value.steps if id(step) not in made)
    if stored or not value.steps:
        run.emit(AwaitNode(span, stored))


def _held(node: Node) -> tuple[Step, ...]:
    match node:
        case Step():
            return (node,)
        case Parallel() | AwaitNode():
            return node.stored
        case _:
            return ()
