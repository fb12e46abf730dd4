"""Which steps come after another one has failed in the same request, which the SDK for Python refuses."""

from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.actions import Step
from lobegen.model.body import Assign, Await, Block, Handler, Jump, Loop, Raise, Return, Try
from lobegen.model.source import Span
from lobegen.model.walk import children, steps


class Fallback(Struct, frozen=True):
    """A handler of a step's own error that leads to another step.

    Attributes:
        handler: The handler.
        failed: The step whose error it takes.
        refused: The step that comes next.
    """

    handler: Span
    failed: Step
    refused: Step


def fallbacks(block: Block, loop: Block = ()) -> Iterator[Fallback]:
    """The handlers of a body that go on to another step after a step has failed.

    Args:
        block: The handler's body, or a part of it.
        loop: The body of the loop that it is in.
    """
    for position, node in enumerate(block):
        if isinstance(node, Try):
            failed = _failing(node)
            for handler in node.handlers if failed is not None else ():
                refused = _next(handler, block[position + 1 :], loop)
                if failed is not None and refused is not None:
                    yield Fallback(handler.span, failed, refused)
        inner_loop = node.body if isinstance(node, Loop) else loop
        for part in children(node):
            yield from fallbacks(part, inner_loop)


def _failing(node: Try) -> Step | None:
    """The step that alone can have thrown what the handlers take: nothing else in the body throws."""
    if node.form != "try" or not node.bare:
        return None
    if not all(isinstance(each, Step | Assign | Await | Jump | Return) for each in node.body):
        return None
    return next((each for each in node.body if isinstance(each, Step) and each.method == "run"), None)


def _next(handler: Handler, behind: Block, loop: Block) -> Step | None:
    """The step that a handler makes, or goes on to; None when it leaves before one."""
    own = next(steps(handler.body), None)
    if own is not None:
        return own
    last = handler.body[-1] if handler.body else None
    if isinstance(last, Return | Raise) or (isinstance(last, Jump) and last.kind == "break"):
        return None
    if not isinstance(last, Jump) and (after := next(_surely(behind), None)) is not None:
        return after
    return next(steps(loop), None)


def _surely(block: Block) -> Iterator[Step]:
    """The steps of a block up to where it may leave without one."""
    for node in block:
        if isinstance(node, Return | Raise | Jump):
            return
        if isinstance(node, Step):
            yield node
        elif any(children(node)):
            return
