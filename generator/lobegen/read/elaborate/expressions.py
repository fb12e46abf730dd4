"""Evaluates expressions other than calls."""

from collections.abc import Callable
from operator import add, mul, sub

from lobegen.model.actions import Step
from lobegen.model.body import If, Test
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Flow, Hole, Text
from lobegen.model.walk import has_step
from lobegen.read.elaborate.attributes import attribute, forced
from lobegen.read.elaborate.conditions import condition
from lobegen.read.elaborate.loops import comprehension
from lobegen.read.elaborate.ordering import changing, literal_set
from lobegen.read.elaborate.patterns import assign
from lobegen.read.elaborate.run import Run, evaluates, source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.texts import formatted, joined, text_parts
from lobegen.read.elaborate.values import (
    Closure,
    Constant,
    External,
    ListShape,
    ObjectShape,
    PayloadShape,
    Value,
    Words,
    join,
)
from lobegen.read.syntax import (
    Argument,
    Assignment,
    Attribute,
    Await,
    Binary,
    Binding,
    Call,
    Comprehension,
    Conditional,
    Expression,
    Function,
    Index,
    Name,
    Object,
    Opaque,
    Sequence,
    Spread,
    Template,
    Unary,
)
from lobegen.read.syntax import (
    Constant as Literal,
)


@evaluates(Literal)
def _literal(run: Run, node: Literal, scope: Scope) -> Value:
    if isinstance(node.value, str):
        return Value(shape=Words(Text(node.span, "text", (node.value,) if node.value else ())))
    return Value(shape=Constant(node.value))


@evaluates(Name)
def _name(run: Run, node: Name, scope: Scope) -> Value:
    value = scope.find(node.id) or Value(shape=External("", node.id))
    run.outcomes.name(value)
    return value


@evaluates(Attribute)
def _attribute(run: Run, node: Attribute, scope: Scope) -> Value:
    return attribute(run, base_of(run, node.object, scope), node.name, node.span)


def base_of(run: Run, node: Expression, scope: Scope) -> Value:
    """The object of an attribute: what is read off a variable leaves it where it is."""
    value = run.evaluate(node, scope)
    if isinstance(node, Name):
        run.outcomes.name(value, -1)
    return value


@evaluates(Index)
def _index(run: Run, node: Index, scope: Scope) -> Value:
    base = base_of(run, node.object, scope)
    index = run.evaluate(node.index, scope)
    if isinstance(index.shape, Words) and (name := index.shape.text.literal) is not None:
        return attribute(run, base, name, node.span)
    if isinstance(base.shape, ListShape) and isinstance(index.shape, Constant) and not base.unordered:
        position = index.shape.value
        if isinstance(position, int) and -len(base.shape.items) <= position < len(base.shape.items):
            return base.shape.items[position].depends(base.flow)
    slices = isinstance(node.index, Opaque)
    flow = EMPTY if slices or not base.unordered else changing(node.span)
    return Value(base.flow | index.flow | flow, steps=base.steps, unordered=base.unordered if slices else "")


@evaluates(Function)
def _function(run: Run, node: Function, scope: Scope) -> Value:
    return Value(shape=Closure(node, scope, scope.find("this")))


@evaluates(Template)
def _template(run: Run, node: Template, scope: Scope) -> Value:
    parts: list[str | Hole] = []
    flow = EMPTY
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        value = run.evaluate(part, scope)
        flow = flow | value.flow
        parts += text_parts(value, part.span, scope)
    return Value(flow, Words(Text(node.span, "text", joined(parts))))


@evaluates(Object)
def _object(run: Run, node: Object, scope: Scope) -> Value:
    entries: dict[str, tuple[Span, Value]] = {}
    complete, flow = True, EMPTY
    steps: tuple[Step, ...] = ()
    for entry in node.entries:
        key = entry.key
        if key is not None and not isinstance(key, str):
            name = forced(run.evaluate(key, scope), run)
            key = name.shape.text.literal if isinstance(name.shape, Words) else None
            flow = flow | name.flow
            if key is None:
                complete = False
                flow = flow | run.evaluate(entry.value, scope).flow
                continue
        value = run.evaluate(entry.value, scope)
        value = forced(value, run) if key is None else value
        flow, steps = flow | value.flow, steps + value.steps
        if key is not None:
            entries[key] = (entry.span, value)
        elif isinstance(value.shape, ObjectShape):
            entries |= value.shape.entries
            complete = complete and value.shape.complete
        else:
            complete = False
    return Value(flow, ObjectShape(node.span, entries, complete), steps)


@evaluates(Sequence)
def _sequence(run: Run, node: Sequence, scope: Scope) -> Value:
    items: list[Value] = []
    for item in node.items:
        value = run.evaluate(item, scope)
        items += value.shape.items if isinstance(item, Spread) and isinstance(value.shape, ListShape) else [value]
    steps = tuple(step for item in items for step in item.steps)
    known = not any(isinstance(item, Spread) for item in node.items)
    unordered = literal_set(items) if node.kind == "set" else next((item.unordered for item in items if not known), "")
    return Value(_flow(items), ListShape(tuple(items)) if known else None, steps, unordered=unordered)


def _flow(values: list[Value]) -> Flow:
    flow = EMPTY
    for value in values:
        flow = flow | value.flow
    return flow


@evaluates(Spread)
def _spread(run: Run, node: Spread, scope: Scope) -> Value:
    return run.evaluate(node.value, scope)


@evaluates(Conditional)
def _conditional(run: Run, node: Conditional, scope: Scope) -> Value:
    test = condition(run, node.test, scope)
    with run.block(conditional=True) as then:
        first = run.evaluate(node.then, scope)
    with run.block(conditional=True) as otherwise:
        second = run.evaluate(node.otherwise, scope)
    if then or otherwise:
        run.emit(If(node.span, test, tuple(then), tuple(otherwise)))
    return join((first, second)).depends(test.flow)


@evaluates(Binary)
def _binary(run: Run, node: Binary, scope: Scope) -> Value:
    if node.operator in ("and", "or", "??"):
        return _logical(run, node, scope)
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    if node.operator == "+" and any(isinstance(side.shape, Words) for side in (left, right)):
        parts = text_parts(left, node.left.span, scope) + text_parts(right, node.right.span, scope)
        return Value(left.flow | right.flow, Words(Text(node.span, "text", joined(parts))))
    if (number := _computed(node.operator, left, right)) is not None:
        return Value(left.flow | right.flow, Constant(number))
    unordered = (left.unordered or right.unordered) if node.operator in ("-", "|", "&", "^") else ""
    if node.operator == "-":
        return Value(left.flow | right.flow | Flow(through=frozenset({"difference"})), unordered=unordered)
    if node.operator == "%" and isinstance(left.shape, Words):
        return formatted(left.shape, "%", left.flow | right.flow, node.span, scope)
    return Value(left.flow | right.flow, unordered=unordered)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {"+": add, "-": sub, "*": mul}


def _computed(operator: str, left: Value, right: Value) -> float | None:
    """What a sum, difference or product of two numbers is; None for anything else."""
    one, two = (side.shape.value if isinstance(side.shape, Constant) else None for side in (left, right))
    if operator not in _ARITHMETIC or not isinstance(one, int | float) or not isinstance(two, int | float):
        return None
    result = _ARITHMETIC[operator](one, two)
    return result if abs(result) < 2**63 else None


def _logical(run: Run, node: Binary, scope: Scope) -> Value:
    """`a || b`, `a ?? b`, `a or b` give a default: that checks `a`."""
    left = run.evaluate(node.left, scope)
    with run.block(conditional=True) as otherwise:
        right = run.evaluate(node.right, scope)
    if node.operator == "and" or not isinstance(left.shape, PayloadShape):
        run.payload.check(left.flow, tested=has_step(tuple(otherwise)))
    if otherwise:
        branch = Test(node.left.span, "other", left.flow, source=source_of(scope, node.left.span))
        then = tuple(otherwise) if node.operator == "and" else ()
        run.emit(If(node.span, branch, then, () if node.operator == "and" else tuple(otherwise)))
    return join((right, left) if node.operator == "and" else (left, right)).depends(left.flow)


@evaluates(Unary)
def _unary(run: Run, node: Unary, scope: Scope) -> Value:
    value = run.evaluate(node.operand, scope)
    if node.operator == "void":
        run.mark(value, "void")
        return Value()
    if node.operator == "-" and isinstance(value.shape, Constant) and isinstance(value.shape.value, int | float):
        return Value(shape=Constant(-value.shape.value))
    if node.operator in ("++", "--") and isinstance(node.operand, Name):
        assign(run, Binding(node.span, node.operand.id), Value(value.flow), scope)
    return Value(value.flow)


@evaluates(Assignment)
def _assignment(run: Run, node: Assignment, scope: Scope) -> Value:
    value = run.evaluate(node.value, scope)
    assign(run, node.target, value, scope, update=node.operator not in ("=", ":="))
    return value


@evaluates(Comprehension)
def _comprehension(run: Run, node: Comprehension, scope: Scope) -> Value:
    return comprehension(run, node, scope)


@evaluates(Opaque)
def _opaque(run: Run, node: Opaque, scope: Scope) -> Value:
    if node.kind == "tagged-template" and dotted(node.parts[0]).endswith(("sql", "Raw")):  # a call with one text
        return run.evaluate(Call(node.span, node.parts[0], (Argument(node.parts[1]),)), scope)
    values = [run.evaluate(part, scope) for part in node.parts]
    if node.kind == "yield":  # whoever goes over the generator awaits what it yields
        for value in values:
            run.mark(value, "collected")
        return Value(_flow(values))
    return Value(_flow(values), None, tuple(step for value in values for step in value.steps))


def dotted(expression: Expression) -> str:
    """An expression as a dotted name for messages: `a.b.c`; calls and the like are "()"."""
    match expression:
        case Name():
            return expression.id
        case Attribute():
            return f"{dotted(expression.object)}.{expression.name}"
        case Index():
            return f"{dotted(expression.object)}[]"
        case Call():
            return f"{dotted(expression.callee)}()"
        case Await():
            return dotted(expression.value)
        case _:
            return "()"
