"""Helpers for the tests of the Python front end: lower a text, show and walk the neutral tree."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

from msgspec import Struct

from lobegen.read.python import lower
from lobegen.read.syntax import Evaluate, Expression, Module, Statement


def module_of(source: str | bytes) -> Module:
    """Lower a source that has no fault."""
    module = lower("app.py", source if isinstance(source, bytes) else dedent(source).encode())
    assert module.faults == ()
    return module


def statement_of(source: str) -> Statement:
    (statement,) = module_of(source).body
    return statement


def expression_of(source: str) -> Expression:
    statement = statement_of(source)
    assert isinstance(statement, Evaluate)
    return statement.value


def read_trees(name: str) -> list[tuple[str, str]]:
    """The pairs of source and tree in `trees/<name>.txt`: "=> " stands before a tree, an empty line behind it."""
    text = (Path(__file__).parent / "trees" / f"{name}.txt").read_text(encoding="utf-8")
    pairs = [block.split("\n=> ") for block in text.strip().split("\n\n")]
    return [(source, tree) for source, tree in pairs]


def text_of(module: Module, node: object) -> str:
    """What stands in the file where a node says that it is."""
    return module.source[node.span.start : node.span.end].decode()  # type: ignore[attr-defined]


def walk(root: object) -> Iterator[object]:
    """All nodes under a node or block, each once."""
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        if isinstance(node, tuple | list):
            pending.extend(node)
        elif isinstance(node, Struct) and id(node) not in seen:
            seen.add(id(node))
            yield node
            pending.extend(getattr(node, name) for name in node.__struct_fields__ if name != "span")


def show(node: object) -> str:
    """A node without spans and defaults: `Call(Name('f'), (Argument(Name('x'), spread=True),))`."""
    if isinstance(node, tuple):
        return f"({', '.join(map(show, node))}{',' if len(node) == 1 else ''})"
    if not isinstance(node, Struct):
        return repr(node)
    names, defaults = node.__struct_fields__, node.__struct_defaults__
    required = len(names) - len(defaults)
    parts = [show(getattr(node, name)) for name in names[:required] if not name.endswith("span")]
    for name, default in zip(names[required:], defaults, strict=True):
        value = getattr(node, name)
        if value != default and not name.endswith("span"):
            parts.append(f"{name}={show(value)}")
    return f"{type(node).__name__}({', '.join(parts)})"
