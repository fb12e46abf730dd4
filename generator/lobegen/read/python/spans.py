"""Where each LibCST node stands in the file.

LibCST keeps no positions; it finds them by writing the tree out again. Its own providers do that at twice the cost for
more than is needed here, and count bytes in UTF-8 whatever the file's encoding is. This recorder counts characters.
"""

from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

from lobegen.model.source import Span
from lobegen.read.python.text import SourceText

_WHITE_SPACE = " \t\f\r\n\\"
_PARENTHESES = (cst.LeftParen, cst.RightParen)


class _Recording:
    """Notes the range of one node when its tokens have been written."""

    __slots__ = ("_end_node", "_node", "_start", "_start_node", "_state")

    def __init__(
        self, state: "_Recorder", node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self._state = state
        self._node = node
        self._start_node = start_node
        self._end_node = end_node

    def __enter__(self) -> None:
        self._start = self._state.position

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        ranges = self._state.ranges
        here = (self._start, self._state.position)  # for nodes that LibCST does not record, `*` of an import among them
        start = here if self._start_node is None else ranges.get(self._start_node, here)
        end = here if self._end_node is None else ranges.get(self._end_node, here)
        ranges[self._node] = (start[0], end[1])


class _Recorder(CodegenState):
    __slots__ = ("position", "ranges")

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.position = 0
        self.ranges: dict[cst.CSTNode, tuple[int, int]] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.position += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        if node.__class__ in _PARENTHESES:
            self.ranges[node] = (self.position, self.position)

    def after_codegen(self, node: cst.CSTNode) -> None:
        if node.__class__ in _PARENTHESES:
            self.ranges[node] = (self.ranges[node][0], self.position)

    def record_syntactic_position(  # type: ignore[override]  # a plain context manager is cheaper than a generator
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class Spans:
    """The spans of a module's nodes."""

    __slots__ = ("_ranges", "text")

    def __init__(self, module: cst.Module, text: SourceText) -> None:
        """Record the ranges.

        Raises:
            UnfaithfulError: LibCST wrote out something else than it had read.
        """
        recorder = _Recorder(module)
        module._codegen(recorder)
        self.text = text
        self._ranges = recorder.ranges
        written = "".join(recorder.tokens)
        if written != text.text:
            places = _align(text.text, written)
            self._ranges = {node: (places[start], places[end]) for node, (start, end) in recorder.ranges.items()}

    def range(self, node: cst.CSTNode) -> tuple[int, int]:
        """The character range of a node; statements and expressions have one, their white space does not count."""
        return self._ranges[node]

    def of(self, node: cst.CSTNode) -> Span:
        """The span of a statement or expression, without the parentheses around it."""
        return self.text.span(*self._ranges[node])

    def between(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        """From the start of one node to the end of another."""
        return self.text.span(self._ranges[first][0], self._ranges[last][1])

    def parenthesized(self, node: cst.BaseExpression) -> Span:
        """The span of an expression to which its innermost parentheses belong (tuples, generators)."""
        if not node.lpar:
            return self.of(node)
        return self.between(node.lpar[-1], node.rpar[0])


class UnfaithfulError(Exception):
    """LibCST's text cannot be laid over the file's."""


def _align(text: str, written: str) -> list[int]:
    """For each character written, and the end, its place in `text`: LibCST loses white space here and there.

    Raises:
        UnfaithfulError: The two differ in more than white space.
    """
    places: list[int] = []
    at = 0
    for character in written:
        while at < len(text) and text[at] != character and text[at] in _WHITE_SPACE:
            at += 1
        if at < len(text) and text[at] == character:
            places.append(at)
            at += 1
        elif character in _WHITE_SPACE:
            places.append(at)
        else:
            raise UnfaithfulError
    places.append(at)
    return places
