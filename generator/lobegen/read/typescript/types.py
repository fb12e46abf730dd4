"""Lowering of types.

Beyond what `TypeRef` says: "&" is an intersection, "=>" a function, "typeof" and "keyof" have one argument, "[.]" is an
indexed access; literal types carry their value as the name (a text in double quotes). A field named "[]" stands for an
index signature or a mapped type: such a type has fields that are not listed.
"""

from typing import TYPE_CHECKING

from lobegen.read.syntax import TypeDefinition, TypeField, TypeRef
from lobegen.read.typescript.context import Lowering, named
from lobegen.read.typescript.literals import unescape

if TYPE_CHECKING:
    from tree_sitter import Node

    from lobegen.read.syntax import Statement

INDEX = "[]"


def plain(low: Lowering, node: "Node") -> TypeRef:
    """A name or a built-in type."""
    return TypeRef(low.span(node), low.text(node))


def last_name(low: Lowering, node: "Node") -> TypeRef:
    """`A.B` by its last name."""
    return TypeRef(low.span(node), low.text(node).rpartition(".")[2].strip())


def generic(low: Lowering, node: "Node") -> TypeRef:
    """`A<B, C>`."""
    name, arguments = node.child_by_field_name("name"), node.child_by_field_name("type_arguments")
    inner = tuple(low.type(child) for child in named(arguments)) if arguments is not None else ()
    return TypeRef(low.span(node), low.text(name).rpartition(".")[2].strip() if name is not None else "", inner)


def inner_type(low: Lowering, node: "Node") -> TypeRef:
    """What has one type inside and adds nothing: annotations, parentheses, `readonly`, optional tuple items."""
    children = named(node)
    return low.type(children[-1]) if children else TypeRef(low.span(node), "unknown")


def literal(low: Lowering, node: "Node") -> TypeRef:
    """A text, number, boolean, null or undefined as a type."""
    text = low.text(node)
    return TypeRef(low.span(node), f'"{unescape(text[1:-1])}"' if text[:1] in "\"'" else text)


def array(low: Lowering, node: "Node") -> TypeRef:
    """`T[]` and tuples."""
    return TypeRef(low.span(node), "[]", tuple(low.type(child) for child in named(node)))


def flattened(low: Lowering, node: "Node", name: str) -> TypeRef:
    """The parts of a union or intersection, which the grammar nests to the left."""
    parts: list[TypeRef] = []
    current: Node | None = node
    kind = node.type
    while current is not None:
        children = named(current)
        current = children[0] if children and children[0].type == kind else None
        parts.extend(low.type(child) for child in reversed(children[1 if current is not None else 0 :]))
    return TypeRef(low.span(node), name, tuple(reversed(parts)))


def union(low: Lowering, node: "Node") -> TypeRef:
    """`A | B`."""
    return flattened(low, node, "|")


def intersection(low: Lowering, node: "Node") -> TypeRef:
    """`A & B`."""
    return flattened(low, node, "&")


def conditional(low: Lowering, node: "Node") -> TypeRef:
    """`A extends B ? C : D` is C or D."""
    branches = (node.child_by_field_name(field) for field in ("consequence", "alternative"))
    return TypeRef(low.span(node), "|", tuple(low.type(branch) for branch in branches if branch is not None))


def function(low: Lowering, node: "Node") -> TypeRef:
    """A function or constructor type with what it returns."""
    returns = low.annotation(node, "return_type") or low.annotation(node)
    return TypeRef(low.span(node), "=>", (returns,) if returns is not None else ())


def query(low: Lowering, node: "Node") -> TypeRef:
    """`typeof a.b`: the argument is the value's last name."""
    children = named(node)
    inner = (last_name(low, children[0]),) if children else ()
    return TypeRef(low.span(node), "typeof", inner)


def key_query(low: Lowering, node: "Node") -> TypeRef:
    """`keyof T`."""
    return TypeRef(low.span(node), "keyof", (inner_type(low, node),))


def lookup(low: Lowering, node: "Node") -> TypeRef:
    """`T["a"]`."""
    return TypeRef(low.span(node), "[.]", tuple(low.type(child) for child in named(node)))


def text_type(low: Lowering, node: "Node") -> TypeRef:
    """A template literal type is some text."""
    return TypeRef(low.span(node), "string")


def predicate(low: Lowering, node: "Node") -> TypeRef:
    """`x is T` and `asserts x`."""
    return TypeRef(low.span(node), "void" if node.type.startswith("asserts") else "boolean")


def parameter(low: Lowering, node: "Node") -> TypeRef:
    """A named item of a tuple."""
    return low.annotation(node) or TypeRef(low.span(node), "unknown")


def object_type(low: Lowering, node: "Node") -> TypeRef:
    """`{ a: string }`."""
    return TypeRef(low.span(node), "", (), fields_of(low, node))


def fields_of(low: Lowering, node: "Node") -> tuple[TypeField, ...]:
    """The fields of an interface body or object type."""
    found = []
    for child in named(node):
        kind = child.type
        if kind in ("property_signature", "method_signature"):
            found.append(_field(low, child))
        elif kind == "index_signature":
            found.append(TypeField(INDEX, low.annotation(child), optional=True))
    return tuple(found)


def _field(low: Lowering, node: "Node") -> TypeField:
    name = node.child_by_field_name("name")
    text = low.text(name) if name is not None else ""
    if text[:1] in ("'", '"'):
        text = unescape(text[1:-1])
    if node.type == "property_signature":
        annotation = low.annotation(node)
    elif any(child.type == "get" for child in node.children):
        annotation = low.annotation(node, "return_type")
    else:
        annotation = function(low, node)
    marked = any(child.type == "?" for child in node.children)
    return TypeField(text, annotation, marked or is_optional(annotation))


def is_optional(annotation: TypeRef | None) -> bool:
    """Whether a type admits `undefined`."""
    if annotation is None:
        return False
    names = {part.name for part in annotation.arguments} if annotation.name == "|" else {annotation.name}
    return "undefined" in names


def interface(low: Lowering, node: "Node", out: "list[Statement]") -> None:
    """An interface; what it extends is its alias too where that has arguments (`extends Omit<A, "b">`)."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    parents: list[TypeRef] = []
    for child in named(node):
        if child.type == "extends_type_clause":
            parents.extend(low.type(parent) for parent in child.children_by_field_name("type") if parent.is_named)
    alias = TypeRef(parents[0].span, "&", tuple(parents)) if any(p.arguments for p in parents) else None
    fields = fields_of(low, body) if body is not None else ()
    extends = tuple(parent.name for parent in parents)
    text = low.text(name) if name is not None else ""
    known = low.types.get(text)
    if known is not None:
        fields, extends, alias = known.fields + fields, known.extends + extends, known.alias or alias
    low.types[text] = TypeDefinition(low.span(node), text, fields, extends, alias)


def type_alias(low: Lowering, node: "Node", out: "list[Statement]") -> None:
    """A type alias: the whole type, and as fields and extended names what is known of an object or intersection."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None:
        return
    alias = low.type(value)
    parts = alias.arguments if alias.name == "&" else (alias,)
    fields = tuple(field for part in parts for field in part.fields)
    extends = tuple(part.name for part in parts if part.name) if alias.name == "&" else ()
    text = low.text(name)
    low.types.setdefault(text, TypeDefinition(low.span(node), text, fields, extends, alias))


HANDLERS = {
    "type_identifier": plain,
    "identifier": plain,
    "predefined_type": plain,
    "this_type": plain,
    "existential_type": plain,
    "nested_type_identifier": last_name,
    "nested_identifier": last_name,
    "member_expression": last_name,
    "generic_type": generic,
    "type_annotation": inner_type,
    "opting_type_annotation": inner_type,
    "omitting_type_annotation": inner_type,
    "adding_type_annotation": inner_type,
    "parenthesized_type": inner_type,
    "readonly_type": inner_type,
    "optional_type": inner_type,
    "rest_type": inner_type,
    "flow_maybe_type": inner_type,
    "infer_type": inner_type,
    "constraint": inner_type,
    "literal_type": literal,
    "array_type": array,
    "tuple_type": array,
    "union_type": union,
    "intersection_type": intersection,
    "conditional_type": conditional,
    "function_type": function,
    "constructor_type": function,
    "type_query": query,
    "index_type_query": key_query,
    "lookup_type": lookup,
    "template_literal_type": text_type,
    "type_predicate": predicate,
    "type_predicate_annotation": predicate,
    "asserts": predicate,
    "asserts_annotation": predicate,
    "object_type": object_type,
    "required_parameter": parameter,
    "optional_parameter": parameter,
}

STATEMENTS = {"interface_declaration": interface, "type_alias_declaration": type_alias}
