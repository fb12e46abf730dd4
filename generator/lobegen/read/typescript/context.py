"""What every part of the lowering shares: the source, the dispatch tables, and what was collected on the way."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from lobegen.read.syntax import (
    Binding,
    Block,
    Evaluate,
    Export,
    Expression,
    Import,
    Opaque,
    Pattern,
    Statement,
    SyntaxFault,
    TypeDefinition,
    TypeRef,
)
from lobegen.read.typescript.source import SourceText

if TYPE_CHECKING:
    from tree_sitter import Node

# Hand-written code stays below 50; a level costs up to five frames here, and some in what reads the tree.
DEPTH_LIMIT = 100
SKIPPED = frozenset({"comment", "html_comment", "ERROR"})
# What leaves no trace in the neutral tree: the kinds whose first child is what they stand for.
WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "instantiation_expression",
    }
)


class Tables(Struct, frozen=True):
    """Handlers by node kind."""

    expressions: "Mapping[str, Callable[[Lowering, Node], Expression]]"
    statements: "Mapping[str, Callable[[Lowering, Node, list[Statement]], None]]"
    patterns: "Mapping[str, Callable[[Lowering, Node, Expression | None], Pattern]]"
    types: "Mapping[str, Callable[[Lowering, Node], TypeRef]]"


def named(node: "Node") -> "list[Node]":
    """The named children that mean something."""
    return [child for child in node.named_children if child.type not in SKIPPED]


def tokens(node: "Node") -> set[str]:
    """The kinds of all children: for keywords such as `async`, `static`, `default`."""
    return {child.type for child in node.children}


def unwrap(node: "Node") -> "Node":
    """What is inside parentheses, casts and `!`, without recursion: files with thousands of parentheses exist."""
    while True:
        kind = node.type
        if kind in WRAPPERS:
            inner = named(node)[:1]
        elif kind == "type_assertion":
            inner = named(node)[-1:]
        else:
            return node
        if not inner:
            return node
        node = inner[0]


class Lowering:
    """One file being lowered."""

    def __init__(self, source: SourceText, tables: Tables) -> None:
        self.source = source
        self.span = source.span
        self.text = source.text
        self.imports: dict[str, Import] = {}
        self.exports: dict[str, Export] = {}
        self.star_exports: list[str] = []
        self.types: dict[str, TypeDefinition] = {}
        self.faults: list[SyntaxFault] = []
        self.requires = {"require"}
        self.functions = 0
        self._tables = tables
        self._expressions = tables.expressions
        self.depth = 0
        self._overflown = False

    def expression(self, node: "Node") -> Expression:
        """Lower an expression."""
        handler = self._expressions.get(node.type)
        if handler is None:  # what is wrapped has none
            node = unwrap(node)
            handler = self._expressions.get(node.type)
        if handler is None:
            return Opaque(self.span(node), node.type, self.parts(node))
        if self.depth >= DEPTH_LIMIT:
            return self.overflow(node)
        self.depth += 1
        result = handler(self, node)
        self.depth -= 1
        return result

    def field(self, node: "Node", name: str) -> Expression:
        """Lower the expression in a field; a missing one (after a syntax error) is opaque."""
        child = node.child_by_field_name(name)
        return self.expression(child) if child is not None else Opaque(self.span(node), "missing")

    def only(self, node: "Node") -> Expression:
        """Lower the one child of a node whose child has no field name."""
        children = named(node)
        return self.expression(children[0]) if children else Opaque(self.span(node), "missing")

    def parts(self, node: "Node") -> tuple[Expression, ...]:
        """The outermost expressions inside a node of a kind that has no handler."""
        found: list[Expression] = []
        pending = list(reversed(node.named_children))
        while pending:
            child = pending.pop()
            if child.type in self._tables.expressions or child.type in WRAPPERS:
                found.append(self.expression(child))
            elif child.type in self._tables.statements:
                block = self.block([child])
                found.extend(s.value for s in block if isinstance(s, Evaluate))
            elif child.type != "comment":
                pending.extend(reversed(child.named_children))
        return tuple(found)

    def block(self, nodes: "Iterable[Node]") -> Block:
        """Lower statements."""
        out: list[Statement] = []
        for node in nodes:
            self.statement(node, out)
        return tuple(out)

    def body(self, node: "Node | None") -> Block:
        """Lower a statement in the place of a body: the statements of a block, or the one that stands alone."""
        if node is None:
            return ()
        if node.type == "statement_block":
            return self.block(node.named_children)
        return self.block([node])

    def statement(self, node: "Node", out: list[Statement]) -> None:
        """Lower one statement; declarations of several names become several statements, types none."""
        kind = node.type
        handler = self._tables.statements.get(kind)
        if kind == "comment":
            return
        if handler is None:
            self._stray(node, out)
            return
        if self.depth >= DEPTH_LIMIT:
            out.append(Evaluate(self.span(node), self.overflow(node)))
            return
        self.depth += 1
        handler(self, node, out)
        self.depth -= 1

    def pattern(self, node: "Node", default: Expression | None = None) -> Pattern:
        """Lower a target of a declaration, parameter or assignment."""
        node = unwrap(node)
        handler = self._tables.patterns.get(node.type)
        if handler is None or self.depth >= DEPTH_LIMIT:
            if handler is not None:
                self.overflow(node)
            return Binding(self.span(node), self.text(node) if node.child_count == 0 else "", default)
        self.depth += 1
        result = handler(self, node, default)
        self.depth -= 1
        return result

    def type(self, node: "Node") -> TypeRef:
        """Lower a type; kinds without counterpart keep only their place and name."""
        handler = self._tables.types.get(node.type)
        if handler is None or self.depth >= DEPTH_LIMIT:
            return TypeRef(self.span(node), "unknown")
        self.depth += 1
        result = handler(self, node)
        self.depth -= 1
        return result

    def annotation(self, node: "Node", field: str = "type") -> TypeRef | None:
        """Lower the `: T` in a field of a node."""
        child = node.child_by_field_name(field)
        return self.type(child) if child is not None else None

    def overflow(self, node: "Node") -> Opaque:
        """What stands for a node that is nested too deeply; said once per file."""
        span = self.span(node)
        if not self._overflown:
            self._overflown = True
            message = f"nested more than {DEPTH_LIMIT} levels deep: not read below this point"
            self.faults.append(SyntaxFault(span, message, certain=False))
        return Opaque(span, "too-deep")

    def _stray(self, node: "Node", out: list[Statement]) -> None:
        """What stands where a statement should: after a syntax error, whole statements and loose expressions."""
        if node.type in self._tables.expressions:
            out.append(Evaluate(self.span(node), Opaque(self.span(node), "error", (self.expression(node),))))
            return
        inner: list[Statement] = []
        pending = list(reversed(node.named_children))
        while pending:
            child = pending.pop()
            if child.type in self._tables.statements:
                self.statement(child, inner)
            elif child.type in self._tables.expressions:
                part = Opaque(self.span(child), "error", (self.expression(child),))
                inner.append(Evaluate(part.span, part))
            else:
                pending.extend(reversed(child.named_children))
        out.extend(inner)
