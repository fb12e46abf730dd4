"""What the lowering functions share: the dispatch, the spans, and what is gathered on the way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import libcst as cst
from msgspec import Struct

from lobegen.model.source import Span
from lobegen.read.python.spans import Spans
from lobegen.read.syntax import Block, Evaluate, Expression, Import, Opaque, Statement, TypeDefinition

# as deep as the trees of the TypeScript front end
MAX_TREE_DEPTH = 200

ExpressionLowering = Callable[["Lowering", Any], Expression]
StatementLowering = Callable[["Lowering", Any], Block]


class FunctionScope(Struct):
    """What the statements of a function say about it: whether it yields, and its `global` and `nonlocal` names."""

    yields: bool = False
    outer: tuple[str, ...] = ()


class Lowering:
    """One file on its way to the neutral tree.

    Attributes:
        spans: Where the nodes stand.
        imports: Names bound by imports at module level, in order of appearance.
        inner_imports: Those bound inside functions and classes.
        star_imports: Specifiers of `from x import *`.
        types: Type definitions at module level.
        inner_types: Those inside functions and classes.
        function: The function around the current node (one for the module, too).
        type_only: Whether the current node stands under `if TYPE_CHECKING`.
        too_deep: Where expressions or blocks were cut off because of their depth.
    """

    def __init__(
        self,
        spans: Spans,
        expressions: Mapping[type[cst.CSTNode], ExpressionLowering],
        statements: Mapping[type[cst.CSTNode], StatementLowering],
    ) -> None:
        self.spans = spans
        self.imports: list[Import] = []
        self.inner_imports: list[Import] = []
        self.star_imports: list[str] = []
        self.types: dict[str, TypeDefinition] = {}
        self.inner_types: dict[str, TypeDefinition] = {}
        self.function = FunctionScope()
        self.type_only = False
        self.too_deep: list[Span] = []
        self._depth = 0
        self._scopes = 0
        self._expressions = expressions
        self._statements = statements

    def span(self, node: cst.CSTNode) -> Span:
        """The span of a node, without the parentheses around it."""
        return self.spans.of(node)

    def expression(self, node: cst.BaseExpression) -> Expression:
        """Lower an expression; a kind that is not known becomes `Opaque`."""
        lower = self._expressions.get(type(node))
        if lower is None:
            return Opaque(self.span(node), type(node).__name__, self._parts(node))
        if self._depth >= MAX_TREE_DEPTH:
            self.too_deep.append(self.span(node))
            return Opaque(self.span(node), "too-deep")
        self._depth += 1
        lowered = lower(self, node)
        self._depth -= 1
        return lowered

    def optional(self, node: cst.BaseExpression | None) -> Expression | None:
        """Lower an expression that may be missing."""
        return None if node is None else self.expression(node)

    def block(self, suite: cst.BaseSuite) -> Block:
        """Lower the statements of an indented block, or those after the colon."""
        return self.statements(suite.body)

    def statements(self, nodes: Sequence[cst.CSTNode]) -> Block:
        """Lower statements; one line of source may hold several, and an import leaves none."""
        found: list[Statement] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                found.extend(self.statements(node.body))
            else:
                found.extend(self._statement(node))
        return tuple(found)

    def _statement(self, node: cst.CSTNode) -> Block:
        lower = self._statements.get(type(node))
        if lower is not None and self._depth < MAX_TREE_DEPTH:
            self._depth += 1
            lowered = lower(self, node)
            self._depth -= 1
            return lowered
        span = self.span(node)
        if lower is not None:
            self.too_deep.append(span)
            return (Evaluate(span, Opaque(span, "too-deep")),)
        return (Evaluate(span, Opaque(span, type(node).__name__, self._parts(node))),)

    def _parts(self, node: cst.CSTNode) -> tuple[Expression, ...]:
        """The expressions in a node of an unknown kind."""
        return tuple(self.expression(child) for child in node.children if isinstance(child, cst.BaseExpression))

    @contextmanager
    def inside_function(self) -> Iterator[FunctionScope]:
        """Lower the body of a function; gives what its statements say about it."""
        around, self.function = self.function, FunctionScope()
        self._scopes += 1
        yield self.function
        self._scopes -= 1
        self.function = around

    @contextmanager
    def inside_class(self) -> Iterator[None]:
        """Lower the body of a class."""
        self._scopes += 1
        yield
        self._scopes -= 1

    def bind_import(self, bound: Import) -> None:
        """Note an imported name, at module level or inside a function."""
        (self.inner_imports if self._scopes else self.imports).append(bound)

    def define_type(self, definition: TypeDefinition) -> None:
        """Note a type; the last definition of a name at module level counts, inner ones only where there is none."""
        if self._scopes:
            self.inner_types.setdefault(definition.name, definition)
        else:
            self.types[definition.name] = definition
