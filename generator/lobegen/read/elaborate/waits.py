"""Which steps a block waits for, and the waits for those that were started before it."""

from lobegen.model.actions import Step
from lobegen.model.body import Await, Block, Node, Parallel
from lobegen.model.source import Span
from lobegen.model.walk import walk


def started_before(steps: tuple[Step, ...], block: Block) -> tuple[Step, ...]:
    """Those of the steps that the block neither makes nor waits for."""
    made = {id(step) for node in walk(block) for step in _held(node)}
    return tuple(step for step in steps if id(step) not in made)


def taken_up(steps: tuple[Step, ...], block: Block, span: Span) -> Block:
    """The block, and then the wait for those of the steps that were started before it."""
    stored = started_before(steps, block)
    return (*block, Await(span, stored)) if stored else block


def _held(node: Node) -> tuple[Step, ...]:
    match node:
        case Step():
            return (node,)
        case Parallel() | Await():
            return node.stored
        case _:
            return ()
