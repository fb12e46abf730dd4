"""Where the parser gave up, and whether the file is surely wrong there."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import SyntaxFault
from lobegen.read.typescript.source import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node


def syntax_faults(text: SourceText, root: "Node") -> list[SyntaxFault]:
    """The places that the grammar rejects."""
    found: list[SyntaxFault] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_missing:
            found.append(SyntaxFault(text.span(node), f"expected {node.type}", certain=False))
        elif node.is_error:
            found.append(SyntaxFault(text.span(node), "this could not be parsed", certain=False))
        elif node.has_error:
            pending.extend(reversed(node.children))
    return found
