"""Evaluates expressions other than calls."""

from collections.abc import Callable
from operator import add, mul, sub

from msgspec.structs import replace

from lobegen.model.actions import Demand
from lobegen.model.body import If, Test
from lobegen.model.values import EMPTY, Flow, Text
from lobegen.model.walk import has_step
from lobegen.read.elaborate.attributes import attribute
from lobegen.read.elaborate.conditions import condition
from lobegen.read.elaborate.joining import join
from lobegen.read.elaborate.json_values import taken
from lobegen.read.elaborate.kinds import OPAQUE, summed
from lobegen.read.elaborate.literals import flow_of, merged
from lobegen.read.elaborate.loops import comprehension
from lobegen.read.elaborate.members import FUNCTION
from lobegen.read.elaborate.ordering import changing
from lobegen.read.elaborate.outcomes import one_of
from lobegen.read.elaborate.patterns import assign, write
from lobegen.read.elaborate.places import base_of, found, part_of, read_off
from lobegen.read.elaborate.registries import entry_of
from lobegen.read.elaborate.run import Run, evaluates, source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.texts import formatted, is_text, joined, text_parts
from lobegen.read.elaborate.values import (
    Choice,
    Closure,
    Constant,
    ListShape,
    ObjectShape,
    PayloadShape,
    Shape,
    Value,
    Words,
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
    Opaque,
    Place,
    Unary,
)


@evaluates(Name)
def _name(run: Run, node: Name, scope: Scope) -> Value:
    value = found(run, node, scope)
    run.outcomes.name(value)
    if run.losses.gone:
        run.losses.whole(run, value, node.span)
    return value


@evaluates(Attribute)
def _attribute(run: Run, node: Attribute, scope: Scope) -> Value:
    value = part_of(run, node, scope)
    if run.losses.gone:
        run.losses.whole(run, value, node.span)
    return value


@evaluates(Index)
def _index(run: Run, node: Index, scope: Scope) -> Value:
    base = base_of(run, node.object, scope)
    index = run.evaluate(node.index, scope)
    if isinstance(index.shape, Words) and (name := index.shape.text.literal) is not None:
        value = attribute(run, base, name, node.span)
        if run.language == "python" and isinstance(base.shape, PayloadShape) and run.payload_raw and not run.in_step:
            run.emit(Demand(node.span, name, run.chain))
        if value.shape is None and value.cell is None:
            value = replace(value, cell=base.cell)
        read_off(run, base, name, node.span)
        return _named(run, value)
    read_off(run, base, "", node.span)
    if isinstance(base.shape, ListShape) and isinstance(index.shape, Constant) and not base.unordered:
        position = index.shape.value
        if isinstance(position, int) and -len(base.shape.items) <= position < len(base.shape.items):
            return _named(run, base.shape.items[position].depends(base.flow))
    if (outcome := one_of(base)) is not None and not isinstance(node.index, Opaque):
        return _named(run, Value(base.flow | index.flow, outcome, base.steps))
    run.outcomes.name(base)
    options = choice_of(base.shape)
    if options is not None:
        return Value(base.flow | index.flow, options)
    slices = isinstance(node.index, Opaque)
    unstable = changing(node.span) if base.unordered and not slices else EMPTY
    flow = Flow(through=frozenset({"slice"})) if slices else unstable
    value = Value(base.flow | index.flow | flow, steps=base.steps, unordered=base.unordered if slices else "")
    if not slices and base.raw is None and (entry := entry_of(run, base, index.flow)) is not None:
        return replace(value, shape=entry, cell=base.cell)
    return taken(base, replace(value, cell=base.cell), "")


def _named(run: Run, item: Value) -> Value:
    """An item that is taken out of a list goes elsewhere, as a name does, unless something is read off it."""
    run.outcomes.name(item)
    return item


@evaluates(Function)
def _function(run: Run, node: Function, scope: Scope) -> Value:
    return Value(shape=Closure(node, scope, scope.find("this")), kind=FUNCTION)


@evaluates(Conditional)
def _conditional(run: Run, node: Conditional, scope: Scope) -> Value:
    test = condition(run, node.test, scope)
    before = run.losses.gone
    with run.block(conditional=True) as then:
        first = run.evaluate(node.then, scope)
    run.losses.gone, after = before, run.losses.gone
    with run.block(conditional=True) as otherwise:
        second = run.evaluate(node.otherwise, scope)
    run.losses.meet(after)
    if then or otherwise:
        run.emit(If(node.span, test, tuple(then), tuple(otherwise)))
    return join((first, second)).depends(test.flow)


@evaluates(Binary)
def _binary(run: Run, node: Binary, scope: Scope) -> Value:
    if node.operator in ("and", "or", "??"):
        return _logical(run, node, scope)
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    if node.operator == "+" and any(isinstance(side.shape, Words) or is_text(side) for side in (left, right)):
        parts = text_parts(left, node.left.span, scope) + text_parts(right, node.right.span, scope)
        return Value(left.flow | right.flow, Words(Text(node.span, "text", joined(parts))))
    if node.operator == "|" and (both := merged(left.shape, right.shape)) is not None:
        return Value(left.flow | right.flow, both)
    if (number := _computed(node.operator, left, right)) is not None:
        return Value(left.flow | right.flow | _scaled(node.operator, left, right), Constant(number))
    unordered = (left.unordered or right.unordered) if node.operator in ("-", "|", "&", "^") else ""
    if node.operator == "-":
        flow = left.flow | right.flow | Flow(through=frozenset({"difference"}))
        return Value(flow, unordered=unordered, kind=summed("-", left, right))
    if node.operator == "%" and isinstance(left.shape, Words):
        return formatted(left.shape, "%", left.flow | right.flow, node.span, scope)
    flow = left.flow | right.flow | _scaled(node.operator, left, right)
    return Value(flow, unordered=unordered, kind=summed(node.operator, left, right))


def _scaled(operator: str, left: Value, right: Value) -> Flow:
    """That a number was multiplied by a thousand, divided, or cut down: what unit it counts in."""
    if operator == "*" and any(isinstance(side.shape, Constant) and side.shape.value == 1000 for side in (left, right)):
        return Flow(through=frozenset({"* 1000"}))
    return Flow(through=frozenset({operator[0]})) if operator in ("/", "//", "%") else EMPTY


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
    run.losses.testing += 1
    left = run.evaluate(node.left, scope)
    run.losses.testing -= 1
    with run.block(conditional=True) as otherwise:
        right = run.evaluate(node.right, scope)
    if node.operator == "and" or not isinstance(left.shape, PayloadShape):
        run.payload.check(left.flow, tested=has_step(tuple(otherwise)))
    if node.operator != "and" and isinstance(node.left, Name | Attribute):
        run.payload.default(left.flow)
    if otherwise:
        branch = Test(node.left.span, "other", left.flow, source=source_of(scope, node.left.span))
        then = tuple(otherwise) if node.operator == "and" else ()
        run.emit(If(node.span, branch, then, () if node.operator == "and" else tuple(otherwise)))
    return join((right, left) if node.operator == "and" else (left, right)).depends(left.flow)


@evaluates(Unary)
def _unary(run: Run, node: Unary, scope: Scope) -> Value:
    if node.operator in ("++", "--", "delete"):
        return _changed(run, node, scope)
    value = run.evaluate(node.operand, scope)
    if node.operator == "void":
        run.drop(value, node.span, "void")
        return Value()
    if node.operator == "-" and isinstance(value.shape, Constant) and isinstance(value.shape.value, int | float):
        return Value(shape=Constant(-value.shape.value))
    return Value(value.flow)


def _changed(run: Run, node: Unary, scope: Scope) -> Value:
    """`a++`, `a.b--`, `delete a.b`: a write, and no read that matters."""
    value = base_of(run, node.operand, scope)
    if isinstance(node.operand, Name) and node.operator != "delete":
        assign(run, Binding(node.span, node.operand.id), Value(value.flow), scope, update=True)
    elif isinstance(node.operand, Attribute | Index):
        update = node.operator != "delete"
        assign(run, Place(node.span, node.operand), Value(value.flow), scope, update=update)
    return Value(value.flow)


@evaluates(Assignment)
def _assignment(run: Run, node: Assignment, scope: Scope) -> Value:
    value = run.evaluate(node.value, scope)
    write(run, node.target, value, scope, node.operator)
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
        if run.returns and run.active and manages(run.active[-1]):
            run.returns[-1] += values  # what `with` binds
        return Value(flow_of(values))
    kind = OPAQUE.get(node.kind, "")
    return Value(flow_of(values), None, tuple(step for value in values for step in value.steps), kind=kind)


def choice_of(shape: Shape | None) -> Choice | None:
    """What is taken out of an object whose entries are functions, by a key that is not known."""
    if not isinstance(shape, ObjectShape) or not shape.entries or not shape.complete:
        return None
    options = [value.shape for _, value in shape.entries.values()]
    known = tuple(each for each in options if isinstance(each, Closure))
    return Choice(known) if len(known) == len(options) else None


def manages(made: Closure) -> bool:
    """Whether a function is a context manager by `contextlib.contextmanager`: what it yields is what `with` gives."""
    return any(dotted(each).endswith("contextmanager") for each in made.function.decorators)


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
