"""What names mean in a file: which are imported, declared at its top, bound somewhere inside, or global."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from lobegen.read.document import CannotEditError, Document

if TYPE_CHECKING:
    from tree_sitter import Node

_DECLARATIONS = ("function_declaration", "class_declaration", "enum_declaration", "abstract_class_declaration")
_MENTIONS = ("identifier", "shorthand_property_identifier", "type_identifier", "shorthand_property_identifier_pattern")


class Imported(Struct, frozen=True):
    """One name that is imported with braces.

    Attributes:
        node: The specifier, `a as b`.
        local: Its name in the file.
        name: Its name where it comes from.
        specifier: Where from, as written.
        statement: The import.
    """

    node: "Node"
    local: str
    name: str
    specifier: str
    statement: "Node"


class Names:
    """The names of one file."""

    def __init__(self, document: Document, root: "Node") -> None:
        self._document = document
        self._root = root

    def text(self, node: "Node") -> str:
        """What is written at a node."""
        return self._document.text(node.start_byte, node.end_byte)

    @cached_property
    def imports(self) -> dict[str, Imported]:
        """What is imported with braces, by local name."""
        found = (each for statement in self._root.named_children for each in self._imported(statement))
        return {each.local: each for each in found}

    def _imported(self, statement: "Node") -> Iterator[Imported]:
        source = statement.child_by_field_name("source") if statement.type == "import_statement" else None
        if source is None:
            return
        for node in walk(statement):
            name = node.child_by_field_name("name") if node.type == "import_specifier" else None
            if name is not None:
                alias = node.child_by_field_name("alias") or name
                yield Imported(node, self.text(alias), self.text(name), self.text(source)[1:-1], statement)

    @cached_property
    def top(self) -> frozenset[str]:
        """What is declared at the top of the file, imports apart."""
        return frozenset(self._declared(self._root.named_children))

    def _declared(self, statements: "list[Node]") -> Iterator[str]:
        for statement in statements:
            inner = statement.child_by_field_name("declaration") if statement.type == "export_statement" else statement
            name = inner.child_by_field_name("name") if inner is not None and inner.type in _DECLARATIONS else None
            if name is not None:
                yield self.text(name)
            if inner is not None and inner.type in ("lexical_declaration", "variable_declaration"):
                targets = (each.child_by_field_name("name") for each in inner.named_children)
                yield from (self.text(each) for each in targets if each is not None)

    @cached_property
    def bound(self) -> Counter[str]:
        """How often each name is given a meaning anywhere in the file."""
        return Counter(self.text(node) for node in walk(self._root) if node.type in _MENTIONS and _binds(node))

    @cached_property
    def mentions(self) -> Counter[str]:
        """How often each name is written in the file."""
        return mentions_in(self._root, self)


def mentions_in(node: "Node", names: Names) -> Counter[str]:
    """How often each name is written in a part of a file; names of properties are none."""
    return Counter(names.text(each) for each in walk(node) if each.type in _MENTIONS)


def walk(node: "Node") -> "Iterator[Node]":
    """A node and all named ones below it."""
    pending = [node]
    while pending:
        each = pending.pop()
        yield each
        pending += reversed(each.named_children)


def _binds(node: "Node") -> bool:
    """Whether a name is written where it is declared: a variable, a parameter, an import, part of a pattern."""
    parent = node.parent
    while parent is not None and parent.type in ("object_pattern", "array_pattern", "pair_pattern", "rest_pattern"):
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("import_specifier", "import_clause", "namespace_import", "catch_clause"):
        return True
    if parent.type in ("variable_declarator", *_DECLARATIONS, "function_expression"):
        return parent.child_by_field_name("name") == node
    if parent.type in ("required_parameter", "optional_parameter"):
        return parent.child_by_field_name("pattern") == node
    return parent.type == "arrow_function" and parent.child_by_field_name("parameter") == node


def require_own(holder: "Node", names: Names) -> None:
    """See that an object is given to one place: written there, or a variable that is used once and not exported.

    Raises:
        CannotEditError: What changes in it would change elsewhere too.
    """
    place = holder
    while place.parent is not None and place.parent.type not in ("arguments", "program"):
        if place.parent.type == "variable_declarator":
            name, declaration = place.parent.child_by_field_name("name"), place.parent.parent
            statement = declaration.parent if declaration is not None else None
            exported = statement is not None and statement.type == "export_statement"
            if name is None or exported or names.mentions[names.text(name)] > 2:
                raise CannotEditError(f"the object in line {holder.start_point.row + 1} may be used elsewhere too")
            return
        place = place.parent
