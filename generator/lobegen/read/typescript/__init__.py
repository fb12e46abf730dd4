"""The TypeScript front end (tree-sitter): TypeScript, TSX, JavaScript and JSX to the neutral syntax tree."""

from typing import TYPE_CHECKING

from lobegen.read.typescript.resolver import TypescriptResolver
from lobegen.read.typescript.versions import sdk_version

if TYPE_CHECKING:
    from lobegen.read.syntax import Comment, Module

__all__ = ["TypescriptResolver", "comments", "lower", "needs", "sdk_version"]

NEEDLES = (b"@upstash/workflow", b"@upstash/qstash")


def needs(source: bytes) -> bool:
    """Whether a file may hold workflow code: a search in its bytes, before any parser is loaded."""
    return any(needle in source for needle in NEEDLES)


def lower(path: str, source: bytes) -> "Module":
    """Lower one file (`.ts`, `.mts`, `.cts` as TypeScript, anything else with JSX).

    Never raises on bad source: what the grammar rejects is in `Module.faults`, the rest of the file is lowered.
    """
    from lobegen.read.typescript.lowering import lower_module

    return lower_module(path, source)


def comments(path: str, source: bytes) -> "tuple[Comment, ...]":
    """The comments of a file; nothing else of it is lowered."""
    from lobegen.read.typescript.lowering import comments_of

    return comments_of(path, source)
