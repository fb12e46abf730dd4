"""The ways that leave a handler before its first step: by a return, by a throw, past its end."""

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from lobegen.model.body import (
    Block,
    Call,
    ContextCall,
    Demand,
    Expansion,
    If,
    Jump,
    Loop,
    Node,
    Parallel,
    Raise,
    Return,
    Step,
    Test,
    Try,
    Unresolved,
)
from lobegen.model.once import once
from lobegen.model.truth import ASKS_FOR_ABORT, Truth, known
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import children, has_step, walk
from lobegen.patterns import compiled


class Exit(Struct, frozen=True):
    """A way out of the handler before any step.

    Attributes:
        node: The `Return` or `Raise` that ends it, a `Call` that is known to throw for some values, or a `Demand`.
        tests: The conditions on the way, outermost first; that of an `else` is negated.
        caught: The throws of a `try` that lead to the handler in which this way out is.
        passed: The early returns of helpers that are called on the way, and would have made steps otherwise.
    """

    node: Return | Raise | Call | Demand
    tests: tuple[Test, ...]
    caught: tuple["Exit", ...] = ()
    passed: tuple["Exit", ...] = ()

    @property
    def authenticates(self) -> bool:
        """Whether a condition on the request's headers leads to it: the vendor documents that as authentication.

        What was awaited for a header counts where a function's name says that it checks somebody.
        """
        return any(authenticated(test.flow) for test in self.tests)


def authenticated(flow: Flow) -> bool:
    """Whether a value says who sent the request: it depends on the headers, and what was awaited for it checks them."""
    return Origin.HEADERS in flow.origins and (Origin.AWAIT not in flow.origins or _checks(flow.through))


_CHECKS = compiled(
    r"auth|verif|valid|check|sign|session|token|jwt|secret|user|login|allow|permi|access|guard|compare|decode|api_?key",
    re.IGNORECASE,
)


def _checks(names: frozenset[str]) -> bool:
    return any(_CHECKS.search(name) for name in names)


class _Ways(Struct):
    """What a block can do while no step has run: go on, leave its function, leave a loop, be cancelled."""

    goes_on: bool
    returns: list[Exit]
    jumps: bool = False
    passed: tuple[Exit, ...] = ()


def exits_before_first_step(block: Block, counts: Callable[[Node], bool] | None = None) -> list[Exit]:
    """The ways that leave the handler with no step behind them.

    A loop or a mapped list that holds a step counts as having run it: that it may be empty is no early return. What
    may hide a step counts as one. `context.cancel()` ends the run properly, so what follows it is no such way. A throw
    inside a `try` that catches it goes on behind the `try`.

    Args:
        block: The handler's body.
        counts: What counts as a step besides steps, for callers that know more.

    Returns:
        Exits in source order, each with the conditions that lead to it.
    """
    return _exits(block) if counts is None else _ways(block, (), counts).returns


@once
def _exits(block: Block) -> list[Exit]:
    return _ways(block, (), lambda node: False).returns


@once
def early_returns(block: Block) -> list[Return | If]:
    """The returns that no step precedes; for the handler's end reached so, the branch that skipped the steps.

    Guards on the request's headers are left out. A handler without any step only counts where it returns under a
    condition: its end is no early one.
    """
    stepless = not has_step(block)
    found: list[Return | If] = []
    for leave in exits_before_first_step(block):
        if not isinstance(leave.node, Return) or leave.authenticates or (stepless and not leave.tests):
            continue
        at_end = leave.node.implicit or (leave.node.tail and not leave.tests)  # of a wrapper's handler too
        passed = [way.node for way in leave.passed if isinstance(way.node, Return) and not way.authenticates]
        skipping = _skipping(block) if at_end and not passed else None
        if at_end and passed:
            found += passed
        elif skipping is not None:
            found += [] if skipping.lists_cases else [skipping]
        elif not leave.node.implicit:
            found.append(leave.node)
    return found


@once
def is_stepless(block: Block) -> bool:
    """Whether a handler's body makes no step on any way, not even inside of another, and ends without cancelling."""
    if has_step(block) or any(isinstance(node, ContextCall) and node.end for node in walk(block)):
        return False
    nested = any(isinstance(node, Step) for node in walk(block, callbacks=True))
    return not nested and any(isinstance(leave.node, Return) for leave in exits_before_first_step(block))


def _skipping(block: Block) -> If | None:
    """The innermost branch around the first step that stands under a condition."""
    for node in block:
        found = next((inner for part in children(node) if (inner := _skipping(part))), None)
        if found is not None or isinstance(node, Step):
            return found
        if has_step((node,)):
            return node if isinstance(node, If) else None
    return None


def _ways(block: Block, tests: tuple[Test, ...], counts: Callable[[Node], bool]) -> _Ways:
    found: list[Exit] = []
    jumps = False
    inner_returns: list[Exit] = []
    uncertain: set[str] = set()
    passed: tuple[Exit, ...] = ()
    for node in block:
        ended = _ended(node, tests, inner_returns, passed)
        if ended is not None or counts(node) or _asks(node, uncertain):
            return _Ways(False, found + (ended or []), jumps or isinstance(node, Jump), passed)
        if isinstance(node, Demand) or (isinstance(node, Call) and node.raises):
            found.append(Exit(node, tests))
        inner = _inside(node, tests, counts)
        inner_returns = []
        if isinstance(node, Expansion):
            inner_returns = [way for way in inner.returns if isinstance(way.node, Return)]
            if inner_returns and has_step(node.body):
                uncertain.add(node.name.rsplit(".", 1)[-1])
                passed += tuple(way for way in inner_returns if way.tests[len(tests) :])
        found += [way for way in inner.returns if not (isinstance(node, Expansion) and isinstance(way.node, Return))]
        jumps = jumps or inner.jumps
        passed += inner.passed
        if not inner.goes_on and not inner_returns:
            return _Ways(False, found, jumps, passed)
    return _Ways(True, found, jumps, passed)


def _ended(
    node: Node, tests: tuple[Test, ...], inner_returns: list[Exit], passed: tuple[Exit, ...]
) -> list[Exit] | None:
    """The exits of a node that ends a path without a step: by leaving, or by being a step; None when it goes on."""
    match node:
        case Return():
            return inner_returns if node.tail and inner_returns else [Exit(node, tests, passed=passed)]
        case Raise():
            return [Exit(node, tests)]
        case Step() | Jump():
            return []
        case Unresolved() if node.hides_steps:
            return []
        case ContextCall():
            return []  # a cancelled run ends well; an unknown method ends it badly, which another rule says
        case _:
            return None


def _asks(node: Node, helpers: set[str]) -> bool:
    """Whether a branch asks a helper that returns early or makes steps: which of them it did cannot be told."""
    if not isinstance(node, If):
        return False
    return any(name in node.test.flow.through or f"{name}(" in node.test.source for name in helpers)


def _inside(node: Node, tests: tuple[Test, ...], counts: Callable[[Node], bool]) -> _Ways:
    match node:
        case If():
            return _inside_if(node, tests, counts)
        case Loop():
            body = _ways(node.body, tests, counts)
            held = has_step(node.body)
            after = _Ways(True, []) if held else _ways(node.otherwise, tests, counts)
            return _Ways(not held and (body.goes_on or body.jumps or node.empty_possible), body.returns + after.returns)
        case Parallel():
            branches = [_ways(branch, tests, counts) for branch in node.branches]
            throws = [way for branch in branches for way in branch.returns if not isinstance(way.node, Return)]
            return _Ways(all(branch.goes_on or branch.returns for branch in branches), throws)
        case Try():
            return _inside_try(node, tests, counts)
        case Expansion():
            return _ways(node.body, tests, counts)
        case _:
            return _Ways(True, [])


def _inside_if(node: If, tests: tuple[Test, ...], counts: Callable[[Node], bool]) -> _Ways:
    ways = [(node.then, True), (node.otherwise, False)]
    holds = known(node.test, _before_steps)
    if holds is not None:
        ways = [(block, taken) for block, taken in ways if taken is holds]
    negated = Test(node.test.span, "not", node.test.flow, (node.test,), source=node.test.source)
    inner = [_ways(block, (*tests, node.test if taken else negated), counts) for block, taken in ways]
    return _Ways(
        any(way.goes_on for way in inner),
        [exit for way in inner for exit in way.returns],
        any(way.jumps for way in inner),
        tuple(each for way in inner for each in way.passed),
    )


def _before_steps(test: Test) -> Truth:
    """How a plain condition turns out while no step has run, so that what was caught is no abort."""
    if test.kind in ASKS_FOR_ABORT:
        return "no"
    return "unlikely" if "abort" in test.source.lower() else "open"  # it may ask by the message


def _inside_try(node: Try, tests: tuple[Test, ...], counts: Callable[[Node], bool]) -> _Ways:
    body = _ways(node.body, tests, counts)
    caught = [way for way in body.returns if not isinstance(way.node, Return)] if node.handlers else []
    found = [way for way in body.returns if isinstance(way.node, Return) or not node.handlers]
    goes_on = body.goes_on
    jumps = body.jumps
    if body.goes_on and node.otherwise:
        after = _ways(node.otherwise, tests, counts)
        goes_on, found, jumps = after.goes_on, found + after.returns, jumps or after.jumps
    if caught:
        for handler in node.handlers:
            way = _ways(handler.body, tests, counts)
            let_go = any(_lets_go(exit) for exit in way.returns)
            left = [replace(exit, caught=exit.caught or tuple(caught)) for exit in way.returns if not _lets_go(exit)]
            left += caught if let_go else []
            goes_on, jumps = goes_on or way.goes_on, jumps or way.jumps
            found = found + [exit for exit in left if exit not in found]
    if not (goes_on or found or jumps):
        return _Ways(False, [], passed=body.passed)  # the `finally` runs behind a step only
    final = _ways(node.finalizer, tests, counts)
    return _Ways(goes_on and final.goes_on, found + final.returns, jumps or final.jumps, body.passed)


def _lets_go(exit: Exit) -> bool:
    """Whether a handler lets what it caught go: the place that threw it says more."""
    return isinstance(exit.node, Raise) and exit.node.rethrows
