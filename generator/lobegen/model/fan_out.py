"""How many steps a body can make, and where it makes one for each item of a list without a bound."""

import re
from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.body import Block, If, Jump, Loop, Node, Raise, Return, Step
from lobegen.model.values import Flow, Origin
from lobegen.model.walk import children, steps
from lobegen.patterns import compiled

_LEAVING = (Return, Raise, Jump)
#: words of functions that give parts, or so many, of a list
_BOUND = compiled(
    r"chunk|batch|slice|splice|page|limit|take|top|head|first|sample|range|island|window|group|partition|split|shard|part",
    re.IGNORECASE,
)


class Repeated(Struct, frozen=True):
    """A loop that makes steps.

    Attributes:
        loop: The innermost loop with a literal number of rounds.
        step: The first step that it makes.
        rounds: How many steps it can make, the loops around it counted.
        alone: Whether these are its own, and not those of the whole run.
    """

    loop: Loop
    step: Step
    rounds: int
    alone: bool = True


def most_repeated(block: Block, most: int) -> Repeated | None:
    """The first loop of literal size that can make more steps than a number, or the greatest of several that do."""
    greatest = None
    for loop, times in _literal_loops(block, 1):
        made = times * _made(loop.body)
        step = next(steps(loop.body), None)
        if step is not None and made > most:
            return Repeated(loop, step, made)
        if step is not None and (greatest is None or made > greatest.rounds):
            greatest = Repeated(loop, step, made)
    if greatest is not None and (all_of_them := _made(block)) > most:
        return Repeated(greatest.loop, greatest.step, all_of_them, alone=False)
    return None


def _literal_loops(block: Block, times: int) -> Iterator[tuple[Loop, int]]:
    for node in block:
        inside = times
        if isinstance(node, Loop) and node.at_most:
            inside = times * node.at_most
            yield node, inside
        for inner in children(node):
            yield from _literal_loops(inner, inside)


def _made(block: Block) -> int:
    """How many steps one round makes at least, where every branch is the longer one and unknown loops run once."""
    rest = 0
    for node in reversed(block):
        if isinstance(node, _LEAVING):
            rest = 0
        elif isinstance(node, If):
            rest = max(_made(each) + (0 if _leaves(each) else rest) for each in (node.then, node.otherwise))
        else:
            rest += _made_by(node)
    return rest


def _leaves(block: Block) -> bool:
    return any(isinstance(node, _LEAVING) for node in block)


def _made_by(node: Node) -> int:
    if isinstance(node, Step):
        return 1
    times = node.at_most if isinstance(node, Loop) and node.at_most is not None else 1
    return times * sum(map(_made, children(node)))


def unbounded(block: Block) -> Iterator[tuple[Loop, Step]]:
    """The outermost loops that make a step for each item that an earlier step, or a read, found without a limit."""
    for node in block:
        if isinstance(node, Loop) and node.kind == "collection" and node.at_most is None and _found(node.iterable):
            step = next(steps(node.body), None)
            if step is not None:
                yield node, step
                continue
        for inner in children(node):
            yield from unbounded(inner)


def _found(flow: Flow) -> bool:
    """Whether a list was found by a step, and nothing on its way names a bound."""
    return Origin.STEP in flow.origins and not flow.variables and not any(map(_BOUND.search, flow.through))
