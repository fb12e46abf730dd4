"""What comes next in a handler where the SDK's abort is kept."""

from typing import Literal

from lobegen.model.actions import Step
from lobegen.model.body import Block, Expansion, If, Jump, Loop, Node, Parallel, Raise, Return, Try
from lobegen.model.source import Span
from lobegen.model.walk import children, walk

#: what surely comes next: a step, the end of a function, of the way or what may be either, or nothing in a block
_Next = Literal["step", "return", "end", "goes on"]


def comes_next(block: Block, place: Span, *, returns: bool, jumps: bool) -> bool:
    """Whether a step surely comes next where an abort is kept.

    Args:
        block: The handler's body.
        place: The handler, the combinator or the jump that keeps it.
        returns: Whether it leaves its function there.
        jumps: Whether it leaves a loop, or its turn.
    """
    return _behind(block, place, returns, jumps) == "step"


def _behind(block: Block, place: Span, returns: bool, jumps: bool) -> _Next | None:
    """What comes behind the place; None where it is not in the block."""
    for position, node in enumerate(block):
        here = _keeps(node, place)
        found: _Next | None = ("return" if returns else "goes on") if here else None
        for part in () if here else children(node):
            found = _behind(part, place, returns, jumps) or found
        if found is None:
            continue
        if found == "return" and isinstance(node, Expansion):
            found = "goes on"  # of a helper, to its caller
        if found == "goes on" and isinstance(node, Loop) and not jumps and _sure_step(node.body):
            found = "step"
        return _first_of(block[position + 1 :]) if found == "goes on" else found
    return None


def _keeps(node: Node, place: Span) -> bool:
    if isinstance(node, Try):
        return any(handler.span == place for handler in node.handlers) or place in _jumps(node)
    return isinstance(node, Parallel) and node.span == place


def _jumps(node: Try) -> list[Span]:
    jump = leaving_jump(node.finalizer)
    return [] if jump is None else [jump.span]


def _first_of(block: Block) -> _Next:
    """What a block surely comes to first."""
    for node in block:
        match node:
            case Step():
                return "step"
            case Return():
                return "return"
            case Raise() | Jump():
                return "end"
        parts = children(node)
        if not isinstance(node, If | Loop) and any(map(_sure_step, parts)):
            return "step"
        leaving = (Step, Raise) if isinstance(node, Expansion) else (Step, Raise, Return, Jump)
        if any(isinstance(each, leaving) for part in parts for each in walk(part)):
            return "end"
    return "goes on"


def _sure_step(block: Block) -> bool:
    return _first_of(block) == "step"


def leaving_jump(finalizer: Block) -> Return | Jump | None:
    """The first `return`, `break` or `continue` that leaves a `finally`."""
    inside: Return | Jump | None
    for node in finalizer:
        match node:
            case Return() | Jump():
                return node
            case Loop():
                inside = next((each for each in walk(node.body) if isinstance(each, Return)), None)
            case Expansion():
                inside = None
            case _:
                inside = next((jump for part in children(node) if (jump := leaving_jump(part))), None)
        if inside:
            return inside
    return None
