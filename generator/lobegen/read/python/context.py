"""What the lowering functions share: the dispatch, the spans, and what is gathered on the way."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import libcst as cst

from lobegen.model.source import Span
from lobegen.read.python.spans import Spans
from lobegen.read.syntax import Block, Evaluate, Expression, Import, Opaque, Statement, TypeDefinition

ExpressionLowering = Callable[["Lowering", Any], Expression]
StatementLowering = Callable[["Lowering", Any], Block]


class Lowering:
    """One file on its way to the neutral tree.

    Attributes:
        spans: Where the nodes stand.
        imports: Names bound by imports at module level, in order of appearance.
        inner_imports: Those bound inside functions and classes.
        star_imports: Specifiers of `from x import *`.
        types: Type definitions at module level.
        inner_types: Those inside functions and classes.
        depth: How many functions and classes enclose the current node.
        type_only: Whether the current node stands under `if TYPE_CHECKING`.
        yields: Whether the current function was seen to yield.
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
        self.depth = 0
        self.type_only = False
        self.yields = False
        self._expressions = expressions
        self._statements = statements

    def span(self, node: cst.CSTNode) -> Span:
        """The span of a node, without the parentheses around it."""
        return self.spans.of(node)

    def expression(self, node: cst.BaseExpression) -> Expression:
        """Lower an expression; a kind that is not known becomes `Opaque`."""
        lower = self._expressions.get(type(node))
        return lower(self, node) if lower else Opaque(self.span(node), type(node).__name__)

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
        if lower is not None:
            return lower(self, node)
        span = self.span(node)
        return (Evaluate(span, Opaque(span, type(node).__name__)),)

    def bind_import(self, bound: Import) -> None:
        """Note an imported name, at module level or inside a function."""
        (self.inner_imports if self.depth else self.imports).append(bound)

    def define_type(self, definition: TypeDefinition) -> None:
        """Note a type; the last definition of a name at module level counts, inner ones only where there is none."""
        if self.depth:
            self.inner_types.setdefault(definition.name, definition)
        else:
            self.types[definition.name] = definition
