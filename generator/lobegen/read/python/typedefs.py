"""Type definitions: TypedDict, dataclass, pydantic model, NamedTuple and aliases, by their fields."""

from collections.abc import Iterator

import libcst as cst

from lobegen.read.python.annotations import type_reference
from lobegen.read.python.context import Lowering
from lobegen.read.syntax import TypeDefinition, TypeField, TypeRef

_MARKERS = {"NotRequired", "Required", "ReadOnly"}
_FIELD_MAKERS = {"field", "Field", "attrib", "ib"}
_DEFAULTS = {"default", "default_factory", "factory"}


def class_type(to: Lowering, node: cst.ClassDef) -> TypeDefinition:
    """The annotated fields of a class; those of a TypedDict with `total=False` are optional."""
    partial = any(
        argument.keyword is not None and argument.keyword.value == "total" and _is_name(argument.value, "False")
        for argument in node.keywords
    )
    fields = tuple(_class_fields(to, node.body, partial))
    bases = [_last_name(base.value) for base in node.bases if base.star == ""]
    return TypeDefinition(to.span(node), node.name.value, fields, tuple(base for base in bases if base))


def _class_fields(to: Lowering, body: cst.BaseSuite, partial: bool) -> Iterator[TypeField]:
    for line in body.body:
        for node in line.body if isinstance(line, cst.SimpleStatementLine) else (line,):
            if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name):
                annotation = node.annotation.annotation
                type_ = type_reference(to, annotation)
                if type_.name not in ("ClassVar", "InitVar"):
                    default = node.value is not None and _is_default(node.value)
                    yield _field(node.target.value, type_, partial or default or _default_inside(annotation))


def _field(name: str, type_: TypeRef, optional: bool) -> TypeField:
    """`NotRequired[X]` is an optional X; `Required[X]` is a required one whatever the class says."""
    while type_.name in _MARKERS and type_.arguments:
        optional = {"NotRequired": True, "Required": False}.get(type_.name, optional)
        type_ = type_.arguments[0]
    nullable = type_.name == "|" and any(part.name == "None" for part in type_.arguments)
    return TypeField(name, type_, optional or nullable)


def _is_default(value: cst.BaseExpression) -> bool:
    """Whether a class attribute's value is a default: `field(...)` is one only when it is given one."""
    if not isinstance(value, cst.Call) or _last_name(value.func) not in _FIELD_MAKERS:
        return not isinstance(value, cst.Ellipsis)
    for argument in value.args:
        if argument.keyword is None:
            return not isinstance(argument.value, cst.Ellipsis)
        if argument.keyword.value in _DEFAULTS:
            return not isinstance(argument.value, cst.Ellipsis)
    return False


def _default_inside(annotation: cst.BaseExpression) -> bool:
    """Whether `Annotated[X, Field(default=…)]` carries a default."""
    if not isinstance(annotation, cst.Subscript) or _last_name(annotation.value) != "Annotated":
        return False
    parts = [element.slice.value for element in annotation.slice[1:] if isinstance(element.slice, cst.Index)]
    return any(isinstance(part, cst.Call) and _is_default(part) and _has_default_keyword(part) for part in parts)


def _has_default_keyword(call: cst.Call) -> bool:
    return any(argument.keyword is not None and argument.keyword.value in _DEFAULTS for argument in call.args)


def lower_type_alias(to: Lowering, node: cst.TypeAlias | cst.AnnAssign) -> tuple[()]:
    """`type X = …` and `X: TypeAlias = …`; the former leaves no statement."""
    name = node.name if isinstance(node, cst.TypeAlias) else node.target
    if isinstance(name, cst.Name) and node.value is not None:
        to.define_type(TypeDefinition(to.span(node), name.value, (), alias=type_reference(to, node.value)))
    return ()


def note_assigned_type(to: Lowering, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
    """`X = TypedDict("X", {…})` defines a type; so does no other call."""
    if not isinstance(target, cst.Name) or not isinstance(value, cst.Call) or len(value.args) < 2:
        return
    fields = value.args[1].value
    if _last_name(value.func) == "TypedDict" and isinstance(fields, cst.Dict):
        partial = any(a.keyword is not None and a.keyword.value == "total" for a in value.args)
        found = tuple(_dict_fields(to, fields, partial))
        to.define_type(TypeDefinition(to.span(value), target.value, found, ("TypedDict",)))


def _dict_fields(to: Lowering, node: cst.Dict, partial: bool) -> Iterator[TypeField]:
    for element in node.elements:
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            yield _field(element.key.raw_value, type_reference(to, element.value), partial)


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _last_name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Subscript):
        node = node.value
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
