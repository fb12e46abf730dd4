"""Imports names from elsewhere: the import, the names' other uses in the file, and what their calls give."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit, MovedName, MoveImports
from lobegen.read.document import CannotEditError, Document
from lobegen.read.typescript.entries import without_entries
from lobegen.read.typescript.names import Imported, Names, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = ("identifier", "type_identifier", "shorthand_property_identifier")


class ImportMove:
    """Moves imports of one file."""

    def __init__(self, document: Document, root: "Node", names: Names) -> None:
        self._document = document
        self._root = root
        self._names = names

    def edits(self, change: MoveImports) -> list[Edit]:
        """The edits that make the change.

        Raises:
            CannotEditError: A namespace or default import, a name that would mean two things, a use that is no call.
        """
        moved = [(self._imported(each), each) for each in change.names]
        edits = self._statement(moved, change.specifier)
        for imported, each in moved:
            if imported.local == imported.name != each.name:
                edits += self._renamed(imported, each.name)
            if each.result:
                edits += self._calls(imported, each.result)
        return edits

    def _imported(self, moved: MovedName) -> Imported:
        for each in self._names.imports.values():
            if each.node.start_byte <= moved.span.start and moved.span.end <= each.node.end_byte:
                return each
        raise CannotEditError("it is not imported by name")

    def _statement(self, moved: list[tuple[Imported, MovedName]], specifier: str) -> list[Edit]:
        """Change the import; or take the names out of it and import them in another one after it."""
        statement = moved[0][0].statement
        source = statement.child_by_field_name("source")
        others = [each for each in self._names.imports.values() if each.statement == statement]
        clause = statement.named_children[0]
        if source is None or len({each.statement.id for each, _ in moved}) > 1:
            raise CannotEditError("the names come from several imports")
        quote = self._names.text(source)[0]
        if len(others) == len(moved) and len(clause.named_children) == 1:
            at = self._document.edit(source.start_byte + 1, source.end_byte - 1, specifier)
            renamed = (self._specifier(each, new.name) for each, new in moved)
            return [at, *(edit for edit in renamed if edit is not None)]
        if len(others) == len(moved):
            raise CannotEditError("a default import stands beside it")
        texts = ", ".join(self._written(each, new.name) for each, new in moved)
        head = "import type" if self._names.text(statement).startswith("import type") else "import"
        end = ";" if self._names.text(statement).endswith(";") else ""
        line = f"{self._document.newline}{head} {{ {texts} }} from {quote}{specifier}{quote}{end}"
        added = self._document.edit(statement.end_byte, statement.end_byte, line)
        gone = sorted((each.node for each, _ in moved), key=lambda node: node.start_byte)
        return [*without_entries(self._document, gone), added]

    def _specifier(self, imported: Imported, name: str) -> Edit | None:
        node = imported.node.child_by_field_name("name")
        if node is None or imported.name == name:
            return None
        return self._document.edit(node.start_byte, node.end_byte, name)

    def _written(self, imported: Imported, name: str) -> str:
        text = self._names.text(imported.node)
        return text if imported.name == name else text.replace(imported.name, name, 1)

    def _uses(self, imported: Imported) -> "Iterator[Node]":
        inside = range(imported.node.start_byte, imported.node.end_byte)
        for node in walk(self._root):
            if node.type in _NAMES and node.start_byte not in inside and self._names.text(node) == imported.local:
                yield node

    def _renamed(self, imported: Imported, name: str) -> list[Edit]:
        if self._names.bound[name] or self._names.bound[imported.local] > 1:
            raise CannotEditError(f"`{name}` is something else in this file")
        edits = []
        for node in self._uses(imported):
            shorthand = node.type == "shorthand_property_identifier"
            text = f"{imported.local}: {name}" if shorthand else name
            edits.append(self._document.edit(node.start_byte, node.end_byte, text))
        return edits

    def _calls(self, imported: Imported, result: str) -> list[Edit]:
        """Take the part that is meant out of what every call gives."""
        edits = []
        for node in self._uses(imported):
            call = node.parent
            if call is None or call.type != "call_expression" or call.child_by_field_name("function") != node:
                raise CannotEditError(f"`{imported.local}` is used otherwise than called")
            edits += self._taken(call, result)
        return edits

    def _taken(self, call: "Node", result: str) -> list[Edit]:
        holder = call.parent
        name = (
            holder.child_by_field_name("name") if holder is not None and holder.type == "variable_declarator" else None
        )
        if name is None or holder is None or holder.child_by_field_name("type") is not None:
            return [self._document.edit(call.end_byte, call.end_byte, f".{result}")]
        if name.type == "object_pattern":
            return []
        written = self._names.text(name)
        text = f"{{ {result} }}" if written == result else f"{{ {result}: {written} }}"
        return [self._document.edit(name.start_byte, name.end_byte, text)]
