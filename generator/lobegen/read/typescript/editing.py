"""Edits of TypeScript sources: each change that a rule can want, in TypeScript's syntax."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lobegen.model.fixes import (
    AddOption,
    AddRound,
    Change,
    Edit,
    MakeFunction,
    MoveImports,
    PrefixText,
    RemoveOption,
    RenameOption,
    WrapOption,
)
from lobegen.model.source import Span
from lobegen.read.document import CannotEditError, Document
from lobegen.read.typescript.copying import Resolve, copied, literal
from lobegen.read.typescript.entries import indented, with_entry, without_import, without_option
from lobegen.read.typescript.importing import ImportMove
from lobegen.read.typescript.lowering import parse
from lobegen.read.typescript.names import Names, mentions_in, require_own
from lobegen.read.typescript.rounds import round_of
from lobegen.read.typescript.texts import followed, prefixed

if TYPE_CHECKING:
    from tree_sitter import Node

_CASTS = ("as_expression", "satisfies_expression", "non_null_expression", "type_assertion", "parenthesized_expression")
#: what does no work where it is written: a function around it would move nothing
_IDLE = ("identifier", "member_expression", "subscript_expression", "undefined")
_FUNCTIONS = ("arrow_function", "function_expression", "function_declaration", "method_definition")


class TypescriptEditor:
    """Edits one TypeScript file."""

    def __init__(self, document: Document, other: "Callable[[str], TypescriptEditor]", resolve: Resolve) -> None:
        self._document = document
        self._root = parse(document.path, document.source)
        self._names = Names(document, self._root)
        self._other = other
        self._resolve = resolve

    def edits(self, change: Change) -> list[Edit]:
        """The edits that make a change.

        Raises:
            CannotEditError: It cannot be made here.
        """
        match change:
            case MakeFunction(span=span):
                return self._make_function(self._node(span))
            case RenameOption(span=span, new=new):
                return [self._rename_option(self._node(span), new)]
            case RemoveOption(span=span, own=own):
                node = self._node(span)
                if own and node.parent is not None:
                    require_own(node.parent, self._names)
                return self._remove_option(node)
            case AddOption():
                return self._add_option(change)
            case WrapOption(span=span, function=function):
                return self._wrap_option(self._node(span), function)
            case MoveImports():
                return ImportMove(self._document, self._root, self._names).edits(change)
            case PrefixText(span=span, prefix=prefix):
                return prefixed(self._document, self._node(span), prefix)
            case AddRound(span=span, loop=loop):
                return self._add_round(self._node(span), loop)
        raise CannotEditError("there is no such change in TypeScript")

    def _node(self, span: Span) -> "Node":
        """The syntax at a place."""
        node = self._root.descendant_for_byte_range(span.start, span.end)
        if node is None or (node.start_byte, node.end_byte) != (span.start, span.end):
            raise CannotEditError("the code there cannot be read")
        return node

    def _make_function(self, node: "Node") -> list[Edit]:
        if node.type in (*_IDLE, *_FUNCTIONS):
            raise CannotEditError("what is passed there is made elsewhere")
        whole = node
        while whole.parent is not None and whole.parent.type in _CASTS:
            whole = whole.parent
        if whole.parent is None or whole.parent.type != "arguments":
            raise CannotEditError("it is no argument there")
        kinds = [inner.type for inner in _evaluated(whole)]
        if "yield_expression" in kinds:
            raise CannotEditError("an arrow function cannot yield")
        start = whole.start_byte
        if whole.type == "await_expression" and kinds.count("await_expression") == 1:
            return [self._document.edit(start, whole.named_children[0].start_byte, "() => ")]
        head = "async () => " if "await_expression" in kinds else "() => "
        if not self._document.source[start:].startswith(b"{"):
            return [self._document.edit(start, start, head)]
        return [
            self._document.edit(start, start, f"{head}("),
            self._document.edit(whole.end_byte, whole.end_byte, ")"),
        ]

    def _add_round(self, node: "Node", loop: Span) -> list[Edit]:
        if loop.path != self._document.path:
            raise CannotEditError("the loop is not around it in this file")
        expression, edits = round_of(node, loop, self._document, self._names)
        return [*followed(self._document, node, expression), *edits]

    def _rename_option(self, node: "Node", new: str) -> Edit:
        if node.type == "shorthand_property_identifier":
            return self._document.edit(node.start_byte, node.start_byte, f"{new}: ")
        key = node.child_by_field_name("key") if node.type == "pair" else None
        if key is None or key.type == "computed_property_name":
            raise CannotEditError("the option is not written there")
        return self._document.edit(key.start_byte, key.end_byte, new)

    def _wrap_option(self, node: "Node", function: str) -> list[Edit]:
        if node.type == "shorthand_property_identifier":
            name = self._names.text(node)
            return [self._document.edit(node.end_byte, node.end_byte, f": {function}({name})")]
        value = node.child_by_field_name("value") if node.type == "pair" else None
        if value is None:
            raise CannotEditError("the option is not written there")
        if self._names.text(value).startswith(f"{function}("):
            raise CannotEditError(f"`{function}` makes it already")
        start, end = value.start_byte, value.end_byte
        return [self._document.edit(start, start, f"{function}("), self._document.edit(end, end, ")")]

    def _remove_option(self, node: "Node") -> list[Edit]:
        """Leave out an option, and the imports that nothing else uses."""
        written = mentions_in(node, self._names)
        held = {name: each for name, each in self._names.imports.items() if name in written}
        unused = [each for name, each in held.items() if self._names.mentions[name] == written[name] + 1]
        gone = [without_import(self._document, each.node, each.statement) for each in unused]
        return [*without_option(self._document, node), *(edit for edits in gone for edit in edits)]

    def _add_option(self, change: AddOption) -> list[Edit]:
        """Put in the option as it is written elsewhere, or what it comes to, or the value that it surely has."""
        holder = self._node(change.span)
        require_own(holder, self._names)
        obstacles: list[CannotEditError] = []
        for span in filter(None, (change.copied, change.meant)):
            try:
                return self._copy(change.name, holder, span)
            except CannotEditError as obstacle:
                obstacles.append(obstacle)
        if change.literal is None:
            raise obstacles[0]
        value = literal(change.literal, self._document)
        return with_entry(self._document, holder, f"{change.name}: {value}")

    def _copy(self, name: str, holder: "Node", span: Span) -> list[Edit]:
        other = self._other(span.path)
        node = other._node(span)
        value = node.child_by_field_name("value") if node.type == "pair" else node
        if value is None or value.type in ("method_definition", "spread_element"):
            raise CannotEditError("the value is not written there")
        imports = copied(value, other._document, other._names, self._document, self._names, self._resolve)
        text = other._document.text(value.start_byte, value.end_byte)
        text = indented(other._document, text, value.start_byte, self._document, holder)
        return [*with_entry(self._document, holder, name if text == name else f"{name}: {text}"), *imports]


def _evaluated(node: "Node") -> "Iterator[Node]":
    """A node and what is evaluated with it: not what stands in functions."""
    yield node
    for child in node.named_children:
        if child.type not in _FUNCTIONS:
            yield from _evaluated(child)
