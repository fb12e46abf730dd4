"""Writes a value of one file into another, where its text means the same there; with the imports that this needs."""

import json
import os.path
from collections.abc import Callable
from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit
from lobegen.read.document import CannotEditError, Document
from lobegen.read.typescript.names import Names, mentions_in, walk

if TYPE_CHECKING:
    from tree_sitter import Node

#: from a file (as in `Span.path`) and an import's specifier to a file
Resolve = Callable[[str, str], str | None]
_OF_ITS_PLACE = ("this", "await_expression", "yield_expression", "arrow_function", "function_expression", "super")


def copied(
    node: "Node", own: Document, names: Names, there: Document, names_there: Names, resolve: Resolve
) -> list[Edit]:
    """The imports that a file needs so that the text of a node of another file means the same in it.

    Raises:
        CannotEditError: It cannot mean the same there.
    """
    if any(each.type in _OF_ITS_PLACE for each in walk(node)):
        raise CannotEditError("the value can only be made where it is")
    edits: list[Edit] = []
    for name in mentions_in(node, names):
        if own.path == there.path:
            if names.bound[name] > 1 or (names.bound[name] and name not in names.top and name not in names.imports):
                raise CannotEditError(f"`{name}` may be something else at the trigger")
        elif names.bound[name]:
            edits += _imported(name, own, names, there, names_there, resolve)
        elif names_there.bound[name]:
            raise CannotEditError(f"`{name}` is something else in {there.path}")
    return edits


def _imported(
    name: str, own: Document, names: Names, there: Document, names_there: Names, resolve: Resolve
) -> list[Edit]:
    """The import by which a name gets its meaning in another file; none where it has that already."""
    given = names.imports.get(name)
    if given is None or names.bound[name] > 1:
        raise CannotEditError(f"`{name}` is not known in {there.path}")
    home = resolve(own.path, given.specifier)
    known = names_there.imports.get(name)
    if home == there.path:
        if name != given.name or name not in names_there.top or names_there.bound[name] > 1:
            raise CannotEditError(f"`{name}` is not known in {there.path}")
        return []
    if known is not None and known.name == given.name and names_there.bound[name] == 1:
        same = known.specifier == given.specifier and not given.specifier.startswith(".")
        if same or (home is not None and resolve(there.path, known.specifier) == home):
            return []
    if names_there.bound[name]:
        raise CannotEditError(f"`{name}` is something else in {there.path}")
    specifier = given.specifier
    if specifier.startswith("."):
        specifier = _relative(own.path, specifier, there.path)
    wanted = name if name == given.name else f"{given.name} as {name}"
    return [_new_import(there, names_there, wanted, specifier)]


def _relative(source: str, specifier: str, target: str) -> str:
    """A relative specifier, seen from another file."""
    module = os.path.normpath(os.path.join(os.path.dirname(source), specifier))
    seen = os.path.relpath(module, os.path.dirname(target) or ".").replace(os.sep, "/")
    return seen if seen.startswith(".") else f"./{seen}"


def _new_import(document: Document, names: Names, wanted: str, specifier: str) -> Edit:
    """One more import, after the others."""
    statements = [each.statement for each in names.imports.values()]
    if not statements:
        raise CannotEditError(f"{document.path} has no imports to put one more after")
    last = max(statements, key=lambda each: each.end_byte)
    text = document.text(last.start_byte, last.end_byte)
    quote = "'" if "'" in text else '"'
    end = ";" if text.endswith(";") else ""
    line = f"{document.newline}import {{ {wanted} }} from {quote}{specifier}{quote}{end}"
    return document.edit(last.end_byte, last.end_byte, line)


def literal(text: str, document: Document) -> str:
    """A value in JSON as it is written in a file: with its quotes."""
    if document.source.count(b"'") <= document.source.count(b'"'):
        return text
    if text.startswith('"'):
        value = json.loads(text)
        return text if "'" in value or "\\" in text else f"'{value}'"
    return text.replace('"', "'") if "\\" not in text and "'" not in text else text
