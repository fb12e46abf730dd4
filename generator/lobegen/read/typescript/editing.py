"""Edits of TypeScript sources: each change that a rule can want, in TypeScript's syntax."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lobegen.model.fixes import Change, Edit, MakeFunction, PrefixText, RemoveOption, RenameOption
from lobegen.model.source import Span
from lobegen.read.document import CannotEditError, Document
from lobegen.read.typescript.entries import without_entry
from lobegen.read.typescript.lowering import parse

if TYPE_CHECKING:
    from tree_sitter import Node

_CASTS = ("as_expression", "satisfies_expression", "non_null_expression", "type_assertion", "parenthesized_expression")
#: what does no work where it is written: a function around it would move nothing
_IDLE = ("identifier", "member_expression", "subscript_expression", "undefined")
_FUNCTIONS = ("arrow_function", "function_expression", "function_declaration", "method_definition")


class TypescriptEditor:
    """Edits one TypeScript file."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._root = parse(document.path, document.source)

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
            case RemoveOption(span=span):
                return [without_entry(self._document, self._node(span))]
            case PrefixText(span=span, prefix=prefix):
                return self._prefix_text(self._node(span), prefix)
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

    def _rename_option(self, node: "Node", new: str) -> Edit:
        if node.type == "shorthand_property_identifier":
            return self._document.edit(node.start_byte, node.start_byte, f"{new}: ")
        key = node.child_by_field_name("key") if node.type == "pair" else None
        if key is None or key.type == "computed_property_name":
            raise CannotEditError("the option is not written there")
        return self._document.edit(key.start_byte, key.end_byte, new)

    def _prefix_text(self, node: "Node", prefix: str) -> list[Edit]:
        document, start = self._document, node.start_byte
        if node.type == "string":
            quote = document.text(start, start + 1)
            text = prefix.replace("\\", "\\\\").replace(quote, "\\" + quote)
            return [document.edit(start + 1, start + 1, text)]
        if node.type == "template_string":
            return [document.edit(start + 1, start + 1, in_template(prefix))]
        if node.type in ("spread_element", "object", "array", "arrow_function", "function_expression"):
            raise CannotEditError("it is no text there")
        return [
            document.edit(start, start, f"`{in_template(prefix)}${{"),
            document.edit(node.end_byte, node.end_byte, "}`"),
        ]


def in_template(text: str) -> str:
    """How a text is written between backticks."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _evaluated(node: "Node") -> "Iterator[Node]":
    """A node and what is evaluated with it: not what stands in functions."""
    yield node
    for child in node.named_children:
        if child.type not in _FUNCTIONS:
            yield from _evaluated(child)
