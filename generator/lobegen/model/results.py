"""What a handler returns: its own returns, and those that it hands on from helpers and wrappers."""

from lobegen.model.body import Await, Block, ContextCall, Expansion, Node, Parallel, Return, Step
from lobegen.model.walk import children


def own_returns(block: Block) -> list[Return]:
    """The returns whose value is the run's result, in source order; not those behind `context.cancel()`.

    `return helper(context)` stands for the returns of the helper where that could be followed.
    """
    found: list[Return] = []
    before: Node | None = None
    for node in block:
        if isinstance(node, Return):
            found += _handed_on(node, before)
        elif not isinstance(node, Expansion | Parallel | Step):
            for inner in children(node):
                found += own_returns(inner)
        before = before if isinstance(node, Await) else node
    return found


def _handed_on(node: Return, before: Node | None) -> list[Return]:
    """A return, or what the helper before it returned that it hands on."""
    if isinstance(before, ContextCall) and before.end:
        return []
    if node.tail and isinstance(before, Expansion):
        return own_returns(before.body) or [node]
    return [node]
