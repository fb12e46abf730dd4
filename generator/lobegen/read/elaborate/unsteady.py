"""Knows which calls give another value each time."""

from lobegen.model.actions import Reading
from lobegen.model.values import EMPTY, Flow, Origin
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.expressions import dotted
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import Constant, External
from lobegen.read.syntax import Call, Name

_MILLISECONDS = Flow(through=frozenset({"Date.now"}))


def unsteady(run: Run, external: External | None, given: Given, node: Call, scope: Scope) -> Flow:
    """Where another value at each call comes from: a clock, randomness, an iterator of the module, the environment."""
    if external is None:
        return EMPTY
    if run.language == "python" and (external.specifier, external.path) == ("", "next") and _kept(node, scope):
        return _reading(run, Origin.STATE, node)
    if run.language == "python" and external.specifier == "" and external.path in ("hash", "id"):
        number = bool(given.positional) and isinstance(given.positional[0].shape, Constant)
        return EMPTY if number else _reading(run, Origin.RANDOM, node)
    if surface.is_clock(external, len(given.values)):
        read = _reading(run, Origin.CLOCK, node)
        return read | _MILLISECONDS if external == External("", "Date.now") else read
    if surface.is_random(external):
        return _reading(run, Origin.RANDOM, node)
    if surface.is_environment(external):
        return Flow(frozenset({Origin.ENVIRONMENT}))
    return EMPTY


def _kept(node: Call, scope: Scope) -> bool:
    """Whether the first argument is an iterator that the module keeps: `next(numbers)` is another one each time."""
    first = node.arguments[0].value if node.arguments else None
    return isinstance(first, Name) and scope.function > 0 and isinstance(scope.owner(first.id), ModuleScope)


def _reading(run: Run, origin: Origin, node: Call) -> Flow:
    if run.in_step:
        return Flow(frozenset({origin}))
    run.emit(Reading(node.span, dotted(node.callee), origin, run.chain))
    return Flow(frozenset({origin}), causes=(node.span,))
