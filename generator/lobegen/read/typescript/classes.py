"""Lowering of classes, enums and namespaces."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import (
    Assign,
    Binding,
    Class,
    Constant,
    Define,
    Expression,
    Member,
    Name,
    Nested,
    Opaque,
    Statement,
    TypeDefinition,
    TypeField,
)
from lobegen.read.typescript.context import Lowering, named, tokens
from lobegen.read.typescript.functions import accessor, method, static_block
from lobegen.read.typescript.objects import key_text
from lobegen.read.typescript.types import is_optional

if TYPE_CHECKING:
    from tree_sitter import Node

Out = list[Statement]


def class_declaration(low: Lowering, node: "Node", out: Out) -> None:
    """A class as a statement."""
    name = node.child_by_field_name("name")
    value = value_class(low, node, low.text(name) if name is not None else "")
    out.append(Define(value.span, value.name, value))


def value_class(low: Lowering, node: "Node", name: str) -> Class:
    """A class under the name it is bound to."""
    decorators = [child for child in named(node) if child.type == "decorator"]
    parent = node.parent
    if parent is not None and parent.type == "export_statement":
        decorators = [child for child in named(parent) if child.type == "decorator"] + decorators
    body = node.child_by_field_name("body")
    low.functions += 1
    nodes = named(body) if body is not None else []
    members = _members(low, nodes)
    low.functions -= 1
    result = Class(low.span(node), name, _bases(low, node), members, _expressions(low, decorators))
    labels = (child.child_by_field_name("name") for child in nodes if "?" in tokens(child))
    marked = {key_text(low, label) for label in labels if label is not None}
    _record_fields(low, result, marked)
    return result


def class_expression(low: Lowering, node: "Node") -> Expression:
    """A class as a value: what its members hold."""
    name = node.child_by_field_name("name")
    value = value_class(low, node, low.text(name) if name is not None else "")
    held = tuple(member.value for member in value.members if member.value is not None)
    return Opaque(value.span, "class", value.bases + held)


def _expressions(low: Lowering, decorators: "list[Node]") -> tuple[Expression, ...]:
    return tuple(low.only(decorator) for decorator in decorators)


def _bases(low: Lowering, node: "Node") -> tuple[Expression, ...]:
    found: list[Expression] = []
    for child in node.named_children:
        if child.type != "class_heritage":
            continue
        for clause in named(child):
            if clause.type == "extends_clause":
                found.extend(low.expression(value) for value in clause.children_by_field_name("value"))
            elif clause.type != "implements_clause":
                found.append(low.expression(clause))
    return tuple(found)


def _members(low: Lowering, nodes: "list[Node]") -> tuple[Member, ...]:
    found: list[Member] = []
    decorators: list[Node] = []
    for node in nodes:
        kind = node.type
        if kind == "decorator":
            decorators.append(node)
            continue
        if kind == "method_definition":
            found.append(_method(low, node, decorators))
            found.extend(_parameter_properties(low, node))
        elif kind in ("public_field_definition", "field_definition"):
            found.append(_field(low, node))
        elif kind == "class_static_block":
            block = static_block(low, node)
            found.append(Member("", Opaque(block.span, "static-block", (block,)), static=True, span=block.span))
        decorators = []
    return tuple(found)


def _method(low: Lowering, node: "Node", decorators: "list[Node]") -> Member:
    function = method(low, node, _expressions(low, decorators))
    name = node.child_by_field_name("name")
    label = key_text(low, name) if name is not None else ""
    return Member(label, accessor(node, function), "static" in tokens(node), function.span)


def _field(low: Lowering, node: "Node") -> Member:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    label = key_text(low, name) if name is not None else ""
    lowered = low.expression(value) if value is not None else None
    return Member(label, lowered, "static" in tokens(node), low.span(node), low.annotation(node))


def _parameter_properties(low: Lowering, node: "Node") -> list[Member]:
    """`constructor(private readonly x: T)` declares a field."""
    found = []
    parameters = node.child_by_field_name("parameters")
    for child in named(parameters) if parameters is not None else []:
        pattern = child.child_by_field_name("pattern")
        marks = {"accessibility_modifier", "readonly", "override_modifier"}
        if pattern is not None and pattern.type == "identifier" and marks & tokens(child):
            default = child.child_by_field_name("value")
            value = low.expression(default) if default is not None else None
            found.append(Member(low.text(pattern), value, False, low.span(child), low.annotation(child)))
    return found


def _record_fields(low: Lowering, value: Class, optional: set[str]) -> None:
    """The instance fields of a class make it a type like an interface."""
    if not value.name or value.name in low.types:
        return
    fields = tuple(
        TypeField(member.name, member.annotation, member.name in optional or _may_be_left_out(member))
        for member in value.members
        if not member.static and member.annotation is not None
    )
    extends = tuple(base.id for base in value.bases if isinstance(base, Name))
    low.types[value.name] = TypeDefinition(value.span, value.name, fields, extends)


def _may_be_left_out(member: Member) -> bool:
    return member.value is not None or is_optional(member.annotation)


def enum(low: Lowering, node: "Node", out: Out) -> None:
    """An enum is a class whose static members are constants; unnumbered members count on."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    members: list[Member] = []
    following: int | None = 0
    for child in named(body) if body is not None else []:
        span = low.span(child)
        value: Expression = Constant(span, following)
        label: Node | None = child
        if child.type == "enum_assignment":
            label, value = child.child_by_field_name("name"), low.field(child, "value")
        elif following is None:
            value = Opaque(span, "enum-member")
        number = value.value if isinstance(value, Constant) else None
        following = number + 1 if isinstance(number, int) else None
        members.append(Member(key_text(low, label) if label is not None else "", value, static=True, span=span))
    text = low.text(name) if name is not None else ""
    out.append(Define(low.span(node), text, Class(low.span(node), text, (), tuple(members))))


def namespace(low: Lowering, node: "Node", out: Out) -> None:
    """A namespace is a class whose static members are what it exports; the rest of its body is a block."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.type == "string":
        return
    low.functions += 1
    members: list[Member] = []
    rest: Out = []
    for child in named(body):
        declaration = child.child_by_field_name("declaration") if child.type == "export_statement" else None
        inner: Out = []
        low.statement(declaration if declaration is not None else child, inner)
        for statement in inner:
            member = _exported_member(statement) if declaration is not None else None
            members.append(member) if member is not None else rest.append(statement)
    low.functions -= 1
    span, text = low.span(node), low.text(name)
    out.append(Define(span, text, Class(span, text, (), tuple(members))))
    if rest:
        out.append(Nested(span, tuple(rest)))


def _exported_member(statement: Statement) -> Member | None:
    if isinstance(statement, Assign) and isinstance(statement.target, Binding):
        return Member(statement.target.name, statement.value, True, statement.span, statement.annotation)
    if isinstance(statement, Define) and not isinstance(statement.value, Class):
        return Member(statement.name, statement.value, static=True, span=statement.span)
    return None


def namespace_statement(low: Lowering, node: "Node", out: Out) -> None:
    """`module X { ... }` and namespaces inside other declarations."""
    namespace(low, node, out)


def ambient(low: Lowering, node: "Node", out: Out) -> None:
    """`declare ...`: names and types that exist elsewhere."""
    for child in named(node):
        if child.type == "statement_block":
            low.body(child)
        elif child.type not in ("module", "internal_module"):
            low.statement(child, out)


HANDLERS = {
    "class_declaration": class_declaration,
    "abstract_class_declaration": class_declaration,
    "enum_declaration": enum,
    "internal_module": namespace_statement,
    "module": namespace_statement,
    "ambient_declaration": ambient,
}
