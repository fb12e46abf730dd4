"""What a replay depends on: which branches and loops decide about steps, and what else uses a value that changes."""

from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.body import Block, Expansion, If, Jump, Loop, Parallel, Return, Step
from lobegen.model.once import once
from lobegen.model.source import Span
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import children, steps

#: what makes a value another one at the next invocation, in words, the plainest first
CHANGES = {
    Origin.CLOCK: "the time of day",
    Origin.RANDOM: "a random value",
    Origin.ORDER: "the order of a set, which changes",
    Origin.STATE: "a variable kept outside the handler, which changes",
    Origin.AWAIT: "something read outside a step, which may change",
}


def change_in(flow: Flow) -> Origin | None:
    """Why a value may be another one at the next invocation; None when it may not."""
    return next((origin for origin in CHANGES if origin in flow.origins), None)


class Decision(Struct, frozen=True):
    """A branch or loop that decides whether, or how often, a step runs.

    Attributes:
        node: The branch or loop.
        span: The condition or the collection.
        flow: What it depends on.
        step: The first step that it decides about.
    """

    node: If | Loop
    span: Span
    flow: Flow
    step: Step


@once
def decisions(block: Block) -> tuple[Decision, ...]:
    """Every branch and loop that decides about a step, in source order."""
    return tuple(_decisions(block, None, None))


def _decisions(block: Block, later: Step | None, in_round: Step | None) -> Iterator[Decision]:
    """Those of a block.

    Args:
        later: The step that follows the block in its function.
        in_round: The step that a `break` or `continue` would skip.
    """
    for node, following in zip(block, _following(block), strict=True):
        if isinstance(node, If) and node.test.kind in ("and", "or", "not", "other"):
            step = _decided(node, following or later, following or in_round)
            if step is not None:
                yield Decision(node, node.test.span, node.test.flow, step)
        if isinstance(node, Loop):
            own = next(steps(node.body), None)
            if own is not None:
                yield Decision(node, node.over or node.span, node.iterable, own)
            yield from _decisions(node.body, own or following or later, own)
            yield from _decisions(node.otherwise, following or later, following or in_round)
            continue
        if isinstance(node, Expansion | Parallel):
            after, next_in_round = None, None
        else:
            after, next_in_round = following or later, following or in_round
        for inner in children(node):
            yield from _decisions(inner, after, next_in_round)


def _following(block: Block) -> list[Step | None]:
    """The first step behind each node of a block."""
    found: list[Step | None] = []
    following: Step | None = None
    for node in reversed(block):
        found.append(following)
        following = next(steps((node,)), None) or following
    return found[::-1]


def _decided(node: If, later: Step | None, in_round: Step | None) -> Step | None:
    """The first step that runs on one side of a branch only, or that one side leaves behind."""
    then, otherwise = list(steps(node.then)), list(steps(node.otherwise))
    if [_known(step) for step in then] != [_known(step) for step in otherwise]:
        return (then or otherwise)[0]
    ends = [_way_out(node.then), _way_out(node.otherwise)]
    if ends[0] is ends[1] or then:
        return None
    return later if Return in ends else in_round


def _known(step: Step) -> tuple[str, str]:
    return step.method, step.name.pattern


def _way_out(block: Block) -> type[Return] | type[Jump] | None:
    """How a block leaves what is around it: by a `return`, by a jump, or not."""
    last = block[-1] if block else None
    if isinstance(last, Return | Jump):
        return type(last)
    return None


@once
def followed(block: Block) -> set[int]:
    """Ids of the nodes behind which a step may come: what they do is done again at a later invocation."""
    found: set[int] = set()
    _followed(block, False, False, found)
    return found


def _followed(block: Block, after: bool, returned: bool, found: set[int]) -> bool:
    """Mark the nodes of a block that a step may follow.

    Args:
        after: Whether a step may follow the block.
        returned: Whether one may follow a `return` in it: behind the helper it is in.

    Returns:
        Whether a step may follow the place before the block.
    """
    for node in reversed(block):
        if after:
            found.add(id(node))
        if isinstance(node, Return):
            after = returned
        elif isinstance(node, Step):
            after = True
        else:
            again = after or (isinstance(node, Loop) and next(steps(node.body), None) is not None)
            within = again if isinstance(node, Expansion) else returned
            inner = [_followed(part, again, within, found) for part in children(node)]
            after = after or any(inner)
    return after
