"""Walks over an endpoint's body: every node, every step, the first steps."""

from collections.abc import Callable, Iterator
from typing import Any

from lobegen.model.body import (
    Block,
    Expansion,
    If,
    Jump,
    Loop,
    Node,
    Parallel,
    Raise,
    Return,
    Step,
    Try,
    Unresolved,
)
from lobegen.model.once import once

#: by kind, the blocks inside a node; most nodes have none, and rules ask a million times
_BLOCKS: dict[type, Callable[[Any], tuple[Block, ...]]] = {
    If: lambda node: (node.then, node.otherwise),
    Loop: lambda node: (node.body, node.otherwise),
    Parallel: lambda node: node.branches,
    Try: lambda node: (node.body, *(handler.body for handler in node.handlers), node.otherwise, node.finalizer),
    Expansion: lambda node: (node.body,),
}


def children(node: Node) -> tuple[Block, ...]:
    """The blocks inside a node, a step's callback excepted."""
    blocks = _BLOCKS.get(type(node))
    return blocks(node) if blocks is not None else ()


def walk(block: Block, *, callbacks: bool = False) -> Iterator[Node]:
    """Every node in order; what runs inside steps only with `callbacks`."""
    return iter(_with_callbacks(block) if callbacks else _nodes(block)) if block else iter(())


@once
def _nodes(block: Block) -> list[Node]:
    found: list[Node] = []
    _collect(block, False, found)
    return found


@once
def _with_callbacks(block: Block) -> list[Node]:
    found: list[Node] = []
    _collect(block, True, found)
    return found


def _collect(block: Block, callbacks: bool, found: list[Node]) -> None:
    for node in block:
        found.append(node)
        blocks = _BLOCKS.get(type(node))
        if blocks is not None:
            for inner in blocks(node):
                if inner:
                    _collect(inner, callbacks, found)
        elif callbacks and type(node) is Step and node.callback:
            _collect(node.callback, True, found)


def steps(block: Block) -> Iterator[Step]:
    """Every step of the body, nested ones (a step inside a step's callback) not."""
    return iter(_steps(block)) if block else iter(())


@once
def _steps(block: Block) -> list[Step]:
    return [node for node in walk(block) if isinstance(node, Step)]


@once
def has_step(block: Block) -> bool:
    """Whether a step, or something that may hide one, is in the block."""
    return any(isinstance(node, Step) or (isinstance(node, Unresolved) and node.hides_steps) for node in walk(block))


@once
def first_steps(block: Block) -> tuple[Step, ...]:
    """The steps that may be the first of a run: no other surely precedes them. A loop is taken to run."""
    found: list[Step] = []
    _first(block, found)
    return tuple(found)


def _first(block: Block, found: list[Step]) -> bool:
    """Whether every way through the block has made a step, or has left, at its end."""
    for node in block:
        match node:
            case Step():
                found.append(node)
                return True
            case Return() | Raise() | Jump():
                return True
            case Try():
                beside = (handler.body for handler in node.handlers)
                ways = [_first(node.body, found)]
                ways += [] if ways[0] else [_first(inner, found) for inner in (*beside, node.otherwise, node.finalizer)]
            case _:
                ways = [_first(inner, found) for inner in children(node)]
        if all(ways) if isinstance(node, If) else any(ways):
            return True
    return False
