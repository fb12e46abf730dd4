"""Annotations: what is written behind the colon or the arrow, as a `TypeRef`."""

import libcst as cst

from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.python.context import Lowering
from lobegen.read.syntax import TypeRef

_ARRAYS = {"list", "List"}
_QUOTED = compiled(r"[^()]{1,300}")
_MOST_BRACKETS = 20


def lower_annotation(to: Lowering, node: cst.Annotation | None) -> TypeRef | None:
    """The type of a parameter, variable or result, if there is one."""
    return None if node is None else type_reference(to, node.annotation)


def type_reference(to: Lowering, node: cst.BaseExpression) -> TypeRef:
    """A type as written. `Optional` and `Union` are unions like `|`; `Annotated[X, …]` is `X`; lists are "[]"."""
    return _reference(node, to.span(node), to)


def _reference(node: cst.BaseExpression, span: Span, to: Lowering | None) -> TypeRef:
    """`to` is None inside a quoted annotation, where every part has the span of the whole."""

    def inner(part: cst.BaseExpression) -> TypeRef:
        return _reference(part, to.span(part) if to else span, to)

    if isinstance(node, cst.Name):
        return TypeRef(span, "[]" if node.value in _ARRAYS else node.value)
    if isinstance(node, cst.Attribute):
        return TypeRef(span, "[]" if node.attr.value in _ARRAYS else node.attr.value)
    if isinstance(node, cst.SimpleString):
        return _quoted(node, span)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return _union(span, (inner(node.left), inner(node.right)))
    if isinstance(node, cst.Subscript):
        return _generic(node, span, to)
    if isinstance(node, cst.List | cst.Tuple):
        return TypeRef(span, "", tuple(inner(element.value) for element in node.elements))
    return TypeRef(span, "")


def _generic(node: cst.Subscript, span: Span, to: Lowering | None) -> TypeRef:
    base = _reference(node.value, span, to).name
    parts = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
    if base == "Literal":
        return TypeRef(span, base)
    if base == "Annotated":
        parts = parts[:1]
    arguments = tuple(_reference(part, to.span(part) if to else span, to) for part in parts)
    if base == "Annotated" and arguments:
        return arguments[0]
    if base == "Optional":
        return _union(span, (*arguments, TypeRef(span, "None")))
    return _union(span, arguments) if base == "Union" else TypeRef(span, base, arguments)


def _union(span: Span, parts: tuple[TypeRef, ...]) -> TypeRef:
    """A union; unions inside it are flattened, one part alone is itself."""
    flat: list[TypeRef] = []
    for part in parts:
        flat.extend(part.arguments if part.name == "|" else (part,))
    return flat[0] if len(flat) == 1 else TypeRef(span, "|", tuple(flat))


def _quoted(node: cst.SimpleString, span: Span) -> TypeRef:
    text = node.raw_value
    if not _QUOTED.fullmatch(text) or text.count("[") > _MOST_BRACKETS:  # prose, or too deep to parse
        return TypeRef(span, "")
    try:
        return _reference(cst.parse_expression(text.strip()), span, None)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return TypeRef(span, "")
