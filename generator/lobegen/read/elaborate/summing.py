"""Sums up what a function does that cannot make steps."""

from msgspec import Struct
from msgspec.structs import replace

from lobegen.model.actions import Assign, Call, Effect, Floating, Missing, Reading, Step, Trigger
from lobegen.model.asked import asked_in_vain
from lobegen.model.body import Block, Node, Raise, Test
from lobegen.model.exits import Exit, exits_before_first_step
from lobegen.model.refusals import refusals
from lobegen.model.source import Language, Span
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import walk
from lobegen.read.elaborate.run import Run


class Done(Struct, frozen=True):
    """What a function does.

    Attributes:
        nodes: All of its body's.
        kinds: What they are: most functions do little, and need not be looked through again and again.
    """

    body: Block
    nodes: tuple[Node, ...]
    kinds: frozenset[type]


def done(body: list[Node]) -> Done:
    """What a body does."""
    block = tuple(body)
    nodes = tuple(walk(block))
    return Done(block, nodes, frozenset(map(type, nodes)))


#: what a call tells of what a function does
_TOLD = {Trigger, Floating, Assign}


def pass_on(run: Run, done: Done, span: Span, name: str) -> None:
    """Tell at the call what matters to the handler: triggers, dropped promises, what JSON values are asked in vain."""
    for node in done.nodes if not _TOLD.isdisjoint(done.kinds) else ():
        if isinstance(node, Trigger):
            run.emit(replace(node, span=span, method=name.rsplit(".", 1)[-1], helped=True))
        elif isinstance(node, Floating) or (isinstance(node, Assign) and node.scope == "payload"):
            run.emit(node)
    for asked in asked_in_vain(done.body) if Missing in done.kinds or Step in done.kinds else ():
        run.emit(asked)


def from_call(run: Run, body: list[Node], flow: Flow, span: Span, name: str) -> Flow:
    """What a function gives, its reads of clock and randomness taken for reads by the call: each call reads anew."""
    if not flow.causes:
        return flow
    reads = {node.span: node for node in walk(tuple(body)) if isinstance(node, Reading)}
    given = [reads[cause] for cause in flow.causes if cause in reads]
    if not given:
        return flow
    run.emit(Reading(span, name, given[0].origin, run.chain, given[0].inside or given[0].span))
    return replace(flow, causes=(*(cause for cause in flow.causes if cause not in reads), span))


def effect_in(done: Done) -> Effect | None:
    """What a function does outside of the program: what it writes counts before what it reads."""
    calls = [node for node in done.nodes if isinstance(node, Call) and node.effect] if Call in done.kinds else []
    for node in sorted(calls, key=lambda each: each.effect is not None and each.effect.reads):
        if node.effect is not None and node.effect.kind != "metric":
            inner = node.effect
            return replace(inner, callee=inner.callee or node.callee, span=inner.span or node.span)
    return None


def throws_for_payload(done: Done) -> bool:
    """Whether it always throws, or some way through it does depending on the payload.

    A non-retryable error is a proper end.
    """
    last = done.body[-1] if done.body else None
    if isinstance(last, Raise) and not last.non_retryable:
        return True
    throws = Raise in done.kinds or (Call in done.kinds and any(_raises(node) for node in done.nodes))
    if not throws:
        return False
    writes = any(isinstance(node, Call) and node.effect is not None and not node.effect.reads for node in done.nodes)
    return any(_throws_for_payload(way, writes=writes) for way in exits_before_first_step(done.body))


def _raises(node: Node) -> bool:
    return isinstance(node, Call) and node.raises


def _throws_for_payload(way: Exit, *, writes: bool) -> bool:
    if isinstance(way.node, Call):
        return True
    if not isinstance(way.node, Raise) or way.node.non_retryable:
        return False
    return any(_asks_payload(test, decides=not writes and test is way.tests[-1]) for test in way.tests)


def _asks_payload(test: Test, *, decides: bool) -> bool:
    """Whether a condition is about the payload; of what was awaited for it, that it is not there, but no error.

    Args:
        decides: Whether it stands right before the throw, in a function that only reads.
    """
    if Origin.PAYLOAD not in test.flow.origins:
        return False
    if Origin.AWAIT not in test.flow.origins:
        return True
    if test.kind == "not":
        inner = test.parts[0]
        return decides and (inner.kind != "not" or _asks_payload(inner.parts[0], decides=True))
    return any(_asks_payload(part, decides=decides) for part in test.parts)


def rejects_others(done: Done, language: Language) -> bool:
    """Whether it throws where the payload is something else; always, or as its checks turn out then."""
    if isinstance(done.body[-1], Raise):
        return True
    return any(isinstance(each, Raise | Call) for each in refusals(done.body, language))
