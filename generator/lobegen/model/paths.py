"""Follows the paths of a body: which facts can hold where a block ends, each branch taken, each loop run once."""

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from lobegen.model.body import Block, Expansion, If, Jump, Loop, Node, Parallel, Raise, Return, Try

Fact = TypeVar("Fact")
Visit = Callable[[Node, frozenset[Fact]], frozenset[Fact]]


class Ends(Struct, Generic[Fact], frozen=True):
    """The facts that can hold at each way a block ends; None where it cannot end so.

    Attributes:
        goes_on: Behind its last node.
        repeats: At a `continue`.
        breaks: At a `break`.
        returns: At a `return`.
    """

    goes_on: frozenset[Fact] | None = None
    repeats: frozenset[Fact] | None = None
    breaks: frozenset[Fact] | None = None
    returns: frozenset[Fact] | None = None

    def __or__(self, other: "Ends[Fact]") -> "Ends[Fact]":
        """The ends of two blocks of which either may run."""
        return Ends(
            join(self.goes_on, other.goes_on),
            join(self.repeats, other.repeats),
            join(self.breaks, other.breaks),
            join(self.returns, other.returns),
        )


#: what does anything but go on
_WAYS = frozenset({Return, Raise, Jump, If, Loop, Parallel, Expansion, Try})


def join(first: frozenset[Fact] | None, second: frozenset[Fact] | None) -> frozenset[Fact] | None:
    """What can hold where two paths meet."""
    if first is None or second is None:
        return second if first is None else first
    return first | second


def follow(block: Block, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    """Follow every path of a block.

    A throw ends its path: what a handler of a `try` starts with is what held before the guarded block and behind it.

    Args:
        block: What is followed.
        facts: What holds before it.
        visit: Called with every node, before what is inside it, and the facts there; returns those behind it.
    """
    ends: Ends[Fact] = Ends()
    now: frozenset[Fact] | None = facts
    for node in block:
        if now is None:
            break
        now = visit(node, now)
        if type(node) not in _WAYS:
            continue
        inner = _node(node, now, visit)
        ends = ends | Ends(None, inner.repeats, inner.breaks, inner.returns)
        now = inner.goes_on
    return ends | Ends(now)


def _node(node: Node, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    match node:
        case Return():
            return Ends(returns=facts)
        case Raise():
            return Ends()
        case Jump():
            return Ends(breaks=facts) if node.kind == "break" else Ends(repeats=facts)
        case If():
            return _branches(node, facts, visit)
        case Loop():
            return _loop(node, facts, visit)
        case Parallel():
            return _together(node, facts, visit)
        case Expansion():
            inner = follow(node.body, facts, visit)
            return Ends(join(inner.goes_on, inner.returns))
        case Try():
            return _guarded(node, facts, visit)
        case _:
            return Ends(facts)


def _branches(node: If, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    if node.test.kind == "constant" and node.test.value is not None:
        return follow(node.then if node.test.value else node.otherwise, facts, visit)
    return follow(node.then, facts, visit) | follow(node.otherwise, facts, visit)


def _loop(node: Loop, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    body = follow(node.body, facts, visit)
    rounds = join(body.goes_on, body.repeats)
    if node.empty_possible:
        rounds = join(rounds, facts)
    after = follow(node.otherwise, rounds, visit) if rounds is not None else Ends()
    return Ends(join(after.goes_on, body.breaks), after.repeats, after.breaks, join(body.returns, after.returns))


def _together(node: Parallel, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    for branch in node.branches:
        ends = follow(branch, facts, visit)
        facts = join(ends.goes_on, ends.returns) or facts
    return Ends(facts)


def _guarded(node: Try, facts: frozenset[Fact], visit: Visit[Fact]) -> Ends[Fact]:
    body = follow(node.body, facts, visit)
    thrown = join(join(facts, body.goes_on), body.returns) or facts
    ends = Ends(None, body.repeats, body.breaks, body.returns)
    ends = ends | (Ends(None) if body.goes_on is None else follow(node.otherwise, body.goes_on, visit))
    for handler in node.handlers:
        ends = ends | follow(handler.body, thrown, visit)
    final = follow(node.finalizer, ends.goes_on if ends.goes_on is not None else thrown, visit)
    return Ends(
        final.goes_on if ends.goes_on is not None else None,
        join(ends.repeats, final.repeats),
        join(ends.breaks, final.breaks),
        join(ends.returns, final.returns),
    )
