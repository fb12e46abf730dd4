"""What tells the rounds of a TypeScript loop apart, and the edits that make it known inside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lobegen.model.fixes import Edit
from lobegen.model.source import Span
from lobegen.read.document import CannotEditError, Document
from lobegen.read.items import free_number, identifying, is_plain
from lobegen.read.typescript.names import Names, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTIONS = ("arrow_function", "function_expression")
#: methods that give their callback the item and its number
_NUMBERING = ("map", "forEach", "flatMap", "filter")


def round_of(node: "Node", loop: Span, document: Document, names: Names) -> tuple[str, list[Edit]]:
    """An expression that differs from round to round, and what must be edited for it to be known.

    Args:
        node: Something inside the loop.
        loop: Where the loop is: a statement, or a call that runs a function for each item.

    Raises:
        CannotEditError: Nothing is known to tell them apart.
    """
    callback: Node | None = None
    place: Node | None = node
    while place is not None and (place.start_byte, place.end_byte) != (loop.start, loop.end):
        callback = place if place.type in _FUNCTIONS else callback
        place = place.parent
    if place is None:
        raise CannotEditError("the loop is not around it in this file")
    if place.type == "for_in_statement":
        return _of_items(place, document, names)
    if place.type == "for_statement":
        return _counter(place, names), []
    call = next((each for each in walk(place) if callback is not None and each == _call_of(callback)), None)
    if call is None or callback is None:
        raise CannotEditError("the loop has no variable")
    return _of_callback(call, callback, document, names)


def _call_of(callback: "Node") -> "Node | None":
    arguments = callback.parent
    return arguments.parent if arguments is not None and arguments.type == "arguments" else None


def _counter(loop: "Node", names: Names) -> str:
    for node in walk(loop.child_by_field_name("initializer") or loop):
        name = node.child_by_field_name("name") if node.type == "variable_declarator" else None
        if name is not None and name.type == "identifier":
            return names.text(name)
    raise CannotEditError("the loop has no variable")


def _of_items(loop: "Node", document: Document, names: Names) -> tuple[str, list[Edit]]:
    left, right, body = (loop.child_by_field_name(field) for field in ("left", "right", "body"))
    operator = loop.child_by_field_name("operator")
    if left is None or right is None or body is None or operator is None:
        raise CannotEditError("the loop cannot be read")
    found = _expression(left, body, names) or (names.text(left) if names.text(operator) == "in" else None)
    if found:
        return found, []
    number = free_number(names.mentions)
    declared = loop.child_by_field_name("kind") is not None
    if number is None or not declared or any(each.type == "await" for each in loop.children):
        raise CannotEditError("nothing is known that tells the items apart")
    return number, [
        document.edit(left.start_byte, left.start_byte, f"[{number}, "),
        document.edit(left.end_byte, left.end_byte, "]"),
        document.edit(right.start_byte, right.start_byte, "[..."),
        document.edit(right.end_byte, right.end_byte, "].entries()"),
    ]


def _of_callback(call: "Node", callback: "Node", document: Document, names: Names) -> tuple[str, list[Edit]]:
    body = callback.child_by_field_name("body")
    single = callback.child_by_field_name("parameter")
    listed = callback.child_by_field_name("parameters")
    given = [single] if single is not None else [*(listed.named_children if listed is not None else [])]
    parameters = [each for each in given if each.type != "comment"]
    patterns = [each.child_by_field_name("pattern") or each for each in parameters]
    found = _expression(patterns[0], body, names) if body is not None and patterns else None
    if found:
        return found, []
    method = call.child_by_field_name("function")
    name = method.child_by_field_name("property") if method is not None else None
    numbers = name is not None and names.text(name) in _NUMBERING
    if not patterns:
        return _with_both(listed if numbers else None, document, names)
    if len(patterns) > 1 and patterns[1].type == "identifier" and (numbers or is_plain(names.text(patterns[1]))):
        return names.text(patterns[1]), []
    number = free_number(names.mentions)
    if number is None or not numbers or len(patterns) > 1 or patterns[0].type == "rest_pattern":
        raise CannotEditError("nothing is known that tells the items apart")
    return number, _with_parameter(parameters, number, single is not None, document)


def _with_both(listed: "Node | None", document: Document, names: Names) -> tuple[str, list[Edit]]:
    number = free_number(names.mentions)
    if listed is None or number is None or names.mentions["_"]:
        raise CannotEditError("the function of the loop takes no item")
    return number, [document.edit(listed.start_byte + 1, listed.start_byte + 1, f"_, {number}")]


def _with_parameter(parameters: "Sequence[Node]", name: str, bare: bool, document: Document) -> list[Edit]:
    last = parameters[-1]
    if not bare:
        return [document.edit(last.end_byte, last.end_byte, f", {name}")]
    return [
        document.edit(last.start_byte, last.start_byte, "("),
        document.edit(last.end_byte, last.end_byte, f", {name})"),
    ]


def _expression(pattern: "Node", body: "Node", names: Names) -> str | None:
    """What is seen to tell items apart: a plain variable, a field that the body reads, a part of a pattern."""
    if pattern.type == "object_pattern":
        parts = [each for each in walk(pattern) if each.type == "shorthand_property_identifier_pattern"]
        return identifying(names.text(each) for each in parts)
    if pattern.type == "array_pattern":
        first = pattern.named_children[0] if pattern.named_children else None
        named = first is not None and first.type == "identifier" and is_plain(names.text(first))
        return names.text(first) if named and first is not None else None
    variable = names.text(pattern)
    if pattern.type != "identifier":
        return None
    reads = {}
    for node in walk(body):
        holder, field = (node.child_by_field_name(part) for part in ("object", "property"))
        if node.type != "member_expression" or holder is None or field is None:
            continue
        if names.text(holder) == variable:
            reads[names.text(field)] = names.text(node)
    found = identifying(reads)
    if found or reads:
        return reads[found] if found else None
    return variable if is_plain(variable) else None
