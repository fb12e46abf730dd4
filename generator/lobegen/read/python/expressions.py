"""Expressions: LibCST's nodes to the neutral tree's."""

from collections.abc import Mapping, Sequence

import libcst as cst

from lobegen.read.python.context import ExpressionLowering, Lowering
from lobegen.read.python.functions import lower_lambda
from lobegen.read.python.patterns import lower_target
from lobegen.read.python.strings import lower_string, lower_template
from lobegen.read.syntax import (
    Argument,
    Assignment,
    Attribute,
    Await,
    Binary,
    Call,
    Clause,
    Comprehension,
    Conditional,
    Constant,
    Entry,
    Expression,
    Index,
    Name,
    Object,
    Opaque,
    Spread,
    Unary,
)
from lobegen.read.syntax import Sequence as SequenceLiteral

_LONGEST_CHAIN = 100
_CONSTANTS: dict[str, bool | None] = {"True": True, "False": False, "None": None}
_UNARY: dict[type[cst.BaseUnaryOp], str] = {cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}
_BINARY: dict[type[cst.BaseBinaryOp] | type[cst.BaseBooleanOp], str] = {
    cst.Add: "+",
    cst.And: "and",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.LeftShift: "<<",
    cst.MatrixMultiply: "@",
    cst.Modulo: "%",
    cst.Multiply: "*",
    cst.Or: "or",
    cst.Power: "**",
    cst.RightShift: ">>",
    cst.Subtract: "-",
}
_COMPARISON: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.Is: "==",
    cst.IsNot: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.NotEqual: "!=",
    cst.NotIn: "not in",
}


def _name(to: Lowering, node: cst.Name) -> Expression:
    if node.value in _CONSTANTS:
        return Constant(to.span(node), _CONSTANTS[node.value])
    return Name(to.span(node), node.value)


def _number(to: Lowering, node: cst.Integer | cst.Float) -> Expression:
    try:
        text = node.value.replace("_", "")
        return Constant(to.span(node), int(text, 0) if isinstance(node, cst.Integer) else float(text))
    except ValueError:  # more digits than Python converts
        return Opaque(to.span(node), "number")


def _opaque_leaf(to: Lowering, node: cst.Ellipsis | cst.Imaginary) -> Expression:
    return Opaque(to.span(node), "ellipsis" if isinstance(node, cst.Ellipsis) else "complex")


def _attribute(to: Lowering, node: cst.Attribute) -> Expression:
    return Attribute(to.span(node), to.expression(node.value), node.attr.value)


def _subscript(to: Lowering, node: cst.Subscript) -> Expression:
    return Index(to.span(node), to.expression(node.value), _index(to, node.slice))


def _index(to: Lowering, elements: Sequence[cst.SubscriptElement]) -> Expression:
    items = tuple(_slice(to, element) for element in elements)
    if len(items) == 1 and not isinstance(elements[0].comma, cst.Comma):
        return items[0]
    return SequenceLiteral(to.spans.between(elements[0], elements[-1]), items, "tuple")


def _slice(to: Lowering, element: cst.SubscriptElement) -> Expression:
    inside = element.slice
    if isinstance(inside, cst.Index):
        value = to.expression(inside.value)
        return Spread(to.span(element), value) if inside.star else value
    assert isinstance(inside, cst.Slice)
    bounds = (inside.lower, inside.upper, inside.step)
    return Opaque(to.span(element), "slice", tuple(to.expression(bound) for bound in bounds if bound))


def _call(to: Lowering, node: cst.Call) -> Expression:
    arguments = tuple(_argument(to, argument) for argument in node.args)
    if isinstance(node.func, cst.Name) and node.func.value == "isinstance" and len(arguments) == 2:
        return Binary(to.span(node), "instanceof", arguments[0].value, arguments[1].value)
    if len(arguments) == 2 and _is_cast(to, node.func):
        return arguments[1].value
    return Call(to.span(node), to.expression(node.func), arguments)


def _argument(to: Lowering, node: cst.Arg) -> Argument:
    keyword = "**" if node.star == "**" else node.keyword.value if node.keyword else None
    return Argument(to.expression(node.value), keyword, spread=bool(node.star))


def _is_cast(to: Lowering, callee: cst.BaseExpression) -> bool:
    """Whether this is `typing.cast`, under whatever name it was imported before."""
    name, member = callee, "*"
    if isinstance(callee, cst.Attribute) and callee.attr.value == "cast":
        name, member = callee.value, "cast"
    if not isinstance(name, cst.Name):
        return False
    wanted = (name.value, "*" if member == "cast" else "cast")
    bound = [*to.imports, *to.inner_imports]
    return any((i.local, i.name) == wanted and i.specifier in ("typing", "typing_extensions") for i in bound)


def _await(to: Lowering, node: cst.Await) -> Expression:
    return Await(to.span(node), to.expression(node.expression))


def _conditional(to: Lowering, node: cst.IfExp) -> Expression:
    return Conditional(to.span(node), to.expression(node.test), to.expression(node.body), to.expression(node.orelse))


def _binary(to: Lowering, node: cst.BinaryOperation | cst.BooleanOperation) -> Expression:
    """A chain of operators leans to the left; a very long one is opaque, with all its terms."""
    operations = [node]
    while isinstance(node.left, cst.BinaryOperation | cst.BooleanOperation):
        node = node.left
        operations.append(node)
    result = to.expression(node.left)
    operands = [to.expression(operation.right) for operation in reversed(operations)]
    if len(operations) > _LONGEST_CHAIN:
        return Opaque(to.span(operations[0]), "chain", (result, *operands))
    for operation, operand in zip(reversed(operations), operands, strict=True):
        result = Binary(to.span(operation), _BINARY[type(operation.operator)], result, operand)
    return result


def _unary(to: Lowering, node: cst.UnaryOperation) -> Expression:
    """`-1` is a constant."""
    operator, operand = _UNARY[type(node.operator)], to.expression(node.expression)
    if operator == "-" and isinstance(operand, Constant) and type(operand.value) in (int, float):
        assert isinstance(operand.value, int | float)
        return Constant(to.span(node), -operand.value)
    return Unary(to.span(node), operator, operand)


def _comparison(to: Lowering, node: cst.Comparison) -> Expression:
    """`a < b < c` is `a < b and b < c`, with the one node for `b` in both."""
    result: Expression | None = None
    left_node, left = node.left, to.expression(node.left)
    for target in node.comparisons:
        right = to.expression(target.comparator)
        span = to.spans.between(left_node, target.comparator) if len(node.comparisons) > 1 else to.span(node)
        part = Binary(span, _COMPARISON[type(target.operator)], left, right)
        result = part if result is None else Binary(to.spans.between(node.left, target.comparator), "and", result, part)
        left_node, left = target.comparator, right
    assert result is not None
    return result


def _walrus(to: Lowering, node: cst.NamedExpr) -> Expression:
    return Assignment(to.span(node), lower_target(to, node.target), to.expression(node.value))


def _display(to: Lowering, node: cst.List | cst.Set) -> Expression:
    items = tuple(_element(to, element) for element in node.elements)
    return SequenceLiteral(to.span(node), items, "list" if isinstance(node, cst.List) else "set")


def _tuple(to: Lowering, node: cst.Tuple) -> Expression:
    items = tuple(_element(to, element) for element in node.elements)
    return SequenceLiteral(to.spans.parenthesized(node), items, "tuple")


def _element(to: Lowering, node: cst.BaseElement) -> Expression:
    value = to.expression(node.value)
    return Spread(to.span(node), value) if isinstance(node, cst.StarredElement) else value


def _dict(to: Lowering, node: cst.Dict) -> Expression:
    return Object(to.span(node), tuple(_entry(to, element) for element in node.elements))


def _entry(to: Lowering, node: cst.BaseDictElement) -> Entry:
    value = to.expression(node.value)
    if not isinstance(node, cst.DictElement):
        return Entry(None, value, to.span(node))
    key = to.expression(node.key)
    text = key.value if isinstance(key, Constant) and isinstance(key.value, str) else None
    return Entry(key if text is None else text, value, to.spans.between(node.key, node.value))


def _comprehension(to: Lowering, node: cst.ListComp | cst.SetComp) -> Expression:
    element, clauses = to.expression(node.elt), _clauses(to, node.for_in)
    return Comprehension(to.span(node), element, clauses, "list" if isinstance(node, cst.ListComp) else "set")


def _generator(to: Lowering, node: cst.GeneratorExp) -> Expression:
    return Comprehension(to.spans.parenthesized(node), to.expression(node.elt), _clauses(to, node.for_in), "generator")


def _dict_comprehension(to: Lowering, node: cst.DictComp) -> Expression:
    pair = (to.expression(node.key), to.expression(node.value))
    element = SequenceLiteral(to.spans.between(node.key, node.value), pair, "tuple")
    return Comprehension(to.span(node), element, _clauses(to, node.for_in), "dict")


def _clauses(to: Lowering, node: cst.CompFor) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    following: cst.CompFor | None = node
    while following is not None:
        target, iterable = lower_target(to, following.target), to.expression(following.iter)
        tests = tuple(to.expression(test.test) for test in following.ifs)
        clauses.append(Clause(target, iterable, tests, following.asynchronous is not None))
        following = following.inner_for_in
    return tuple(clauses)


def _yield(to: Lowering, node: cst.Yield) -> Expression:
    to.function.yields = True
    value = node.value.item if isinstance(node.value, cst.From) else node.value
    return Opaque(to.span(node), "yield", () if value is None else (to.expression(value),))


EXPRESSIONS: Mapping[type[cst.CSTNode], ExpressionLowering] = {
    cst.Attribute: _attribute,
    cst.Await: _await,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _binary,
    cst.Call: _call,
    cst.Comparison: _comparison,
    cst.ConcatenatedString: lower_template,
    cst.Dict: _dict,
    cst.DictComp: _dict_comprehension,
    cst.Ellipsis: _opaque_leaf,
    cst.Float: _number,
    cst.FormattedString: lower_template,
    cst.GeneratorExp: _generator,
    cst.IfExp: _conditional,
    cst.Imaginary: _opaque_leaf,
    cst.Integer: _number,
    cst.Lambda: lower_lambda,
    cst.List: _display,
    cst.ListComp: _comprehension,
    cst.Name: _name,
    cst.NamedExpr: _walrus,
    cst.Set: _display,
    cst.SetComp: _comprehension,
    cst.SimpleString: lower_string,
    cst.StarredElement: _element,
    cst.Subscript: _subscript,
    cst.Tuple: _tuple,
    cst.UnaryOperation: _unary,
    cst.Yield: _yield,
}
if hasattr(cst, "TemplatedString"):
    EXPRESSIONS = {**EXPRESSIONS, cst.TemplatedString: lower_template}
