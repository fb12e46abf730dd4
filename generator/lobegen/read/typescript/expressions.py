"""Lowering of expressions: names, literals, access, calls, operators, JSX."""

from typing import TYPE_CHECKING

from lobegen.read.syntax import (
    Argument,
    Assignment,
    Attribute,
    Await,
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Index,
    Name,
    Opaque,
    Pattern,
    Spread,
    Template,
    TypeRef,
    Unary,
)
from lobegen.read.typescript.context import Lowering, named, unwrap
from lobegen.read.typescript.literals import number, unescape

if TYPE_CHECKING:
    from tree_sitter import Node

OPERATORS = {"&&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not"}
# Longer chains of binary operators become one opaque node: nesting them would exhaust what reads the tree.
CHAIN_LIMIT = 100


def name(low: Lowering, node: "Node") -> Expression:
    """An identifier, `this`, `super`, `import` as a callee, `#private`."""
    return Name(low.span(node), low.text(node))


def string(low: Lowering, node: "Node") -> Constant:
    """A string literal."""
    return Constant(low.span(node), string_value(low, node))


def string_value(low: Lowering, node: "Node") -> str:
    """The value of a string literal."""
    return unescape(low.text(node)[1:-1])


def numeric(low: Lowering, node: "Node") -> Expression:
    """A number or bigint."""
    return Constant(low.span(node), number(low.text(node)))


def true(low: Lowering, node: "Node") -> Expression:
    """`true`."""
    return Constant(low.span(node), True)


def false(low: Lowering, node: "Node") -> Expression:
    """`false`."""
    return Constant(low.span(node), False)


def nothing(low: Lowering, node: "Node") -> Expression:
    """`null` and `undefined`."""
    return Constant(low.span(node), None)


def template(low: Lowering, node: "Node") -> Expression:
    """A template string; without substitutions it is a constant."""
    parts: list[str | Expression] = []
    position = node.start_byte + 1
    for child in node.named_children:
        if child.type != "template_substitution":
            continue
        _text_part(low, position, child.start_byte, parts)
        parts.append(low.only(child))
        position = child.end_byte
    _text_part(low, position, node.end_byte - 1, parts)
    span = low.span(node)
    if not parts:
        return Constant(span, "")
    if len(parts) == 1 and isinstance(parts[0], str):
        return Constant(span, parts[0])
    return Template(span, tuple(parts))


def _text_part(low: Lowering, start: int, end: int, parts: list[str | Expression]) -> None:
    if end > start:
        text = low.source.source[start:end].decode("utf-8", "replace")
        parts.append(unescape(text.replace("\r\n", "\n")))


def member(low: Lowering, node: "Node") -> Expression:
    """`a.b` and `a?.b`."""
    prop = node.child_by_field_name("property")
    return Attribute(low.span(node), low.field(node, "object"), low.text(prop) if prop is not None else "")


def subscript(low: Lowering, node: "Node") -> Expression:
    """`a[b]`; with a literal text as the key it is an attribute."""
    owner, index = low.field(node, "object"), low.field(node, "index")
    if isinstance(index, Constant) and isinstance(index.value, str):
        return Attribute(low.span(node), owner, index.value)
    return Index(low.span(node), owner, index)


def call(low: Lowering, node: "Node") -> Expression:
    """A call; a tagged template is opaque with the tag and the template as its parts."""
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and arguments.type == "template_string":
        return Opaque(low.span(node), "tagged-template", (low.field(node, "function"), low.expression(arguments)))
    return Call(low.span(node), low.field(node, "function"), _arguments(low, arguments), types=_types(low, node))


def new(low: Lowering, node: "Node") -> Expression:
    """`new A(...)`."""
    arguments = _arguments(low, node.child_by_field_name("arguments"))
    return Call(low.span(node), low.field(node, "constructor"), arguments, new=True, types=_types(low, node))


def _arguments(low: Lowering, node: "Node | None") -> tuple[Argument, ...]:
    if node is None:
        return ()
    found = []
    for child in named(node):
        spread = child.type == "spread_element"
        found.append(Argument(low.only(child) if spread else low.expression(child), spread=spread))
    return tuple(found)


def _types(low: Lowering, node: "Node") -> tuple[TypeRef, ...]:
    types = node.child_by_field_name("type_arguments")
    callee = node.child_by_field_name("function")
    if types is None and callee is not None and callee.type == "instantiation_expression":
        types = callee.child_by_field_name("type_arguments")
    return tuple(low.type(child) for child in named(types)) if types is not None else ()


def spread(low: Lowering, node: "Node") -> Expression:
    """`...x` inside an array."""
    return Spread(low.span(node), low.only(node))


def awaited(low: Lowering, node: "Node") -> Expression:
    """`await x`."""
    return Await(low.span(node), low.only(node))


def conditional(low: Lowering, node: "Node") -> Expression:
    """`a ? b : c`."""
    test, then, otherwise = (low.field(node, field) for field in ("condition", "consequence", "alternative"))
    return Conditional(low.span(node), test, then, otherwise)


def binary(low: Lowering, node: "Node") -> Expression:
    """Binary operators; the left-leaning chain is followed in a loop, for sums have thousands of terms."""
    chain: list[Node] = []
    inner = node
    while inner.type == "binary_expression":
        chain.append(inner)
        left = inner.child_by_field_name("left")
        if left is None:
            return Opaque(low.span(node), "missing", low.parts(node))
        inner = unwrap(left)
    result = low.expression(inner)
    if len(chain) > CHAIN_LIMIT:
        return Opaque(low.span(node), "chain", (result, *(low.field(link, "right") for link in reversed(chain))))
    for link in reversed(chain):
        result = Binary(low.span(link), operator_of(link), result, low.field(link, "right"))
    return result


def operator_of(node: "Node") -> str:
    """The operator of a node, as the neutral tree spells it."""
    operator = node.child_by_field_name("operator")
    kind = operator.type if operator is not None else ""
    return OPERATORS.get(kind, kind)


def unary(low: Lowering, node: "Node") -> Expression:
    """`!a`, `-a`, `typeof a`, `void a`, `delete a`, `++a`, `a--`; a negative number is a constant."""
    operator, operand = operator_of(node), low.field(node, "argument")
    if operator == "-" and isinstance(operand, Constant) and isinstance(operand.value, int | float):
        return Constant(low.span(node), -operand.value)
    return Unary(low.span(node), operator, operand)


def assignment(low: Lowering, node: "Node") -> Expression:
    """`a = b` inside an expression."""
    return Assignment(low.span(node), target(low, node), low.field(node, "right"))


def augmented(low: Lowering, node: "Node") -> Expression:
    """`a += b` inside an expression."""
    return Assignment(low.span(node), target(low, node), low.field(node, "right"), operator_of(node))


def target(low: Lowering, node: "Node") -> Pattern:
    """What an assignment assigns to."""
    left = node.child_by_field_name("left")
    return low.pattern(left if left is not None else node)


def sequence(low: Lowering, node: "Node") -> Expression:
    """`(a, b)`."""
    return Opaque(low.span(node), "sequence", tuple(low.expression(child) for child in named(node)))


def produced(low: Lowering, node: "Node") -> Expression:
    """`yield x` and `yield* x`."""
    return Opaque(low.span(node), "yield", tuple(low.expression(child) for child in named(node)))


def regex(low: Lowering, node: "Node") -> Expression:
    """A regular expression."""
    return Opaque(low.span(node), "regex")


def meta(low: Lowering, node: "Node") -> Expression:
    """`import.meta` and `new.target`."""
    return Opaque(low.span(node), "meta-property")


def jsx(low: Lowering, node: "Node") -> Expression:
    """A JSX element: the values of its attributes and the expressions and elements in it."""
    parts: list[Expression] = []
    for child in node.named_children:
        if child.type == "jsx_opening_element":
            parts.extend(_attributes(low, child))
        elif child.type in ("jsx_attribute", "jsx_expression", "jsx_element", "jsx_self_closing_element"):
            parts.extend(_jsx_value(low, child))
    return Opaque(low.span(node), "jsx", tuple(parts))


def jsx_alone(low: Lowering, node: "Node") -> Expression:
    """A JSX element without content."""
    return Opaque(low.span(node), "jsx", tuple(_attributes(low, node)))


def _attributes(low: Lowering, node: "Node") -> list[Expression]:
    found: list[Expression] = []
    for child in node.named_children:
        if child.type in ("jsx_attribute", "jsx_expression"):
            found.extend(_jsx_value(low, child))
    return found


def _jsx_value(low: Lowering, node: "Node") -> list[Expression]:
    if node.type == "jsx_attribute":
        values = [child for child in named(node)[1:] if child.type != "jsx_namespace_name"]
        return [part for child in values for part in _jsx_value(low, child)]
    if node.type == "jsx_expression":
        inner = named(node)
        return [low.only(child) if child.type == "spread_element" else low.expression(child) for child in inner]
    return [low.expression(node)]
