"""Where the parser gave up, and whether the file is surely wrong there."""

import re
from typing import TYPE_CHECKING

from lobegen.patterns import compiled
from lobegen.read.syntax import SyntaxFault
from lobegen.read.typescript.brackets import problem_in
from lobegen.read.typescript.source import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node

_CONFLICT = compiled(rb"^<{7}(?: [^\n]*)?\r?\n.*?^={7}\r?\n.*?^>{7}(?= |\r?$)", re.MULTILINE | re.DOTALL)
_TEXTUAL = frozenset({"comment", "string_fragment", "template_string", "jsx_text"})


def syntax_faults(text: SourceText, root: "Node") -> list[SyntaxFault]:
    """The faults of a file that the grammar rejects: what is surely wrong, else the places it stumbled at."""
    certain = _certain(text, root)
    if certain is not None:
        return [certain]
    return [SyntaxFault(text.span(node), _message(node), certain=False) for node in error_nodes(root)]


def error_nodes(root: "Node") -> "list[Node]":
    """The outermost ERROR and MISSING nodes, in order."""
    found: list[Node] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            pending.extend(reversed(node.children))
    return found


def _message(node: "Node") -> str:
    return f"`{node.type}` was expected here" if node.is_missing else "this could not be parsed"


def _certain(text: SourceText, root: "Node") -> SyntaxFault | None:
    for match in _CONFLICT.finditer(text.source):
        place = root.descendant_for_byte_range(match.start(), match.start() + 7)
        if place is None or place.type not in _TEXTUAL:
            span = text.at(match.start(), match.start() + 7)
            return SyntaxFault(span, "a merge conflict is not resolved", certain=True)
    if b"</" in text.source or b"/>" in text.source:  # every JSX element has one of the two
        return None
    problem = problem_in(text.source)
    if problem is None:
        return None
    return SyntaxFault(text.at(problem.start, problem.end), problem.message, certain=True)
