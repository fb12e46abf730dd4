"""Evaluates what makes objects: classes of the project, their constructors, `super`."""

from collections.abc import Iterator

from msgspec.structs import replace

from lobegen.model.actions import Call as CallNode
from lobegen.read.elaborate.attributes import class_member, externals, forced, lineage
from lobegen.read.elaborate.functions import Given, bind, enter, holds_context
from lobegen.read.elaborate.run import MOST_DEEP, Run
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.summing import from_call
from lobegen.read.elaborate.values import ClassShape, Closure, External, Instance, ObjectShape, Super, Value
from lobegen.read.syntax import Assign, Attribute, Binding, Call, Expression, Name, Place

#: modules whose classes make no steps
_KNOWN = {"", "abc", "typing", "typing_extensions", "enum", "pydantic", "collections", "collections.abc", "contextlib"}


def make(run: Run, shape: ClassShape, given: Given, node: Call) -> Value:
    """Make an instance of a project class; its constructor is followed when it gets the context."""
    arguments = made_with(given, node)
    instance = Instance(shape, node.span, given=arguments)
    made = Value(given.flow, instance, cell=run.cell())
    run.payload.use(given.flow)
    if any("*" in value.flow.fields for value in given.values):
        run.payload.validated = True
        foreign = externals(made)
        strict = any(each.specifier == "pydantic" for each in foreign)
        rejects = strict and needs_fields(shape)
        if not foreign and _takes_fields(run, shape, given):  # a dataclass refuses more fields, and less
            strict = rejects = True
        name, chain = shape.definition.name, run.chain
        run.emit(CallNode(node.span, name, None, False, given.flow, raises=strict, chain=chain, rejects=rejects))
    if any(map(holds_context, given.values)) and any(each.specifier not in _KNOWN for each in externals(made)):
        reason = f"`{shape.definition.name}` gets the context and extends a class that could not be followed"
        run.unresolved(node.span, reason, hides_steps=True)
    constructor = class_member(run, shape, "constructor", made) or class_member(run, shape, "__init__", made)
    if constructor is not None and isinstance(constructor.shape, Closure):
        _construct(run, constructor.shape, instance, given)
    else:
        fields = _fields(shape, arguments)
        instance.fields.update(_made_fields(run, shape, fields, node) | fields)
    return made


def _takes_fields(run: Run, shape: ClassShape, given: Given) -> bool:
    """Whether a class that is made with `**payload` has fields and nothing of its own that takes them."""
    spread = given.spread is not None and "*" in given.spread.flow.fields
    written = class_member(run, shape, "__init__", Value(shape=shape)) is not None
    return run.language == "python" and spread and not written and bool(declared_fields(shape))


def as_function(run: Run, value: Value) -> Value:
    """An object whose class has `__call__`, as that method; anything else as it is."""
    shape = value.shape
    if not isinstance(shape, Instance) or not isinstance(shape.of, ClassShape):
        return value
    return class_member(run, shape.of, "__call__", value) or value


def needs_fields(shape: ClassShape) -> bool:
    """Whether a model has a field without a default."""
    members = (member for level in lineage(shape) for member in level.definition.members)
    return any(member.annotation is not None and member.value is None for member in members)


def make_base(run: Run, shape: Super, given: Given) -> Value:
    """`super(…)`: TypeScript's call runs the constructor of the base class, Python's names the base class."""
    if run.language == "python":
        return Value(shape=shape)
    constructor = class_member(run, shape.of, "constructor", shape.this, inherited=True)
    if constructor is not None and isinstance(constructor.shape, Closure) and isinstance(shape.this.shape, Instance):
        _construct(run, constructor.shape, shape.this.shape, given)
    return Value()


def _construct(run: Run, constructor: Closure, instance: Instance, given: Given) -> None:
    """Set the attributes named as the parameters, and run a constructor that gets the context."""
    names = [each.target.name for each in constructor.function.parameters if isinstance(each.target, Binding)]
    if run.language == "python":
        names = names[1:]
    instance.fields.update(zip(names, given.positional, strict=False))
    instance.fields.update(given.keywords or {})
    if any(holds_context(value) for value in given.values) and len(run.active) < 10:
        enter(run, constructor, given)
    elif run.language == "python":
        keep_attributes(run, constructor, instance, given)


def keep_attributes(run: Run, constructor: Closure, instance: Instance, given: Given) -> None:
    """What Python's `__init__` keeps: `self._users = users`, `self.http = AsyncClient()`; constants may change."""
    if run.follows(constructor) or len(run.active) >= MOST_DEEP:
        return
    scope = Scope(constructor.scope, function=True, outer=constructor.function.outer)
    run.active.append(constructor)
    with run.block():
        bind(run, constructor, given, scope)
        for name, written in _attributes_set(constructor):
            value = forced(run.evaluate(written, scope), run)
            if isinstance(value.shape, Instance | External | Closure | ClassShape):
                instance.fields[name] = value
    run.active.pop()


def _attributes_set(constructor: Closure) -> Iterator[tuple[str, Expression]]:
    """The attributes that a constructor sets on its way, with what they are set to."""
    first = constructor.function.parameters[:1]
    this = first[0].target.name if first and isinstance(first[0].target, Binding) else ""
    for statement in constructor.function.body:
        if not isinstance(statement, Assign) or statement.value is None or not isinstance(statement.target, Place):
            continue
        place = statement.target.target
        if isinstance(place, Attribute) and isinstance(place.object, Name) and place.object.id == this:
            yield place.name, statement.value


def declared_fields(shape: ClassShape) -> list[str]:
    """The fields of a dataclass or model, those of its bases first."""
    levels = reversed(lineage(shape))
    return [each.name for level in levels for each in level.definition.members if each.annotation is not None]


def _fields(shape: ClassShape, given: ObjectShape) -> dict[str, Value]:
    """The attributes of a dataclass or model: its arguments by name, positional ones in the order of its fields."""
    declared = declared_fields(shape)
    values = {name: value for name, (_, value) in given.entries.items()}
    return values | {name: values[f"arg{i}"] for i, name in enumerate(declared) if f"arg{i}" in values}


def _made_fields(run: Run, shape: ClassShape, given: dict[str, Value], node: Call) -> dict[str, Value]:
    """What the factories make of fields that are not given: `id: str = field(default_factory=new_id)`."""
    made: dict[str, Value] = {}
    members = [member for level in lineage(shape) for member in level.definition.members]
    for member in members if run.language == "python" else ():
        arguments = member.value.arguments if isinstance(member.value, Call) else ()
        factory = next((each.value for each in arguments if each.keyword in ("default_factory", "factory")), None)
        if factory is not None and member.name not in given:
            with run.block() as body:
                value = run.evaluate(Call(factory.span, factory, ()), shape.module)
            flow = from_call(run, body, value.flow, node.span, shape.definition.name)
            made[member.name] = replace(value, flow=flow)
    return made


def made_with(given: Given, node: Call) -> ObjectShape:
    """The arguments of a constructor as one object: keywords, a first object's entries, and "arg0", "arg1" by place."""
    entries = {f"arg{i}": (node.span, value) for i, value in enumerate(given.positional)}
    complete = given.spread is None
    for value in given.positional[:1]:
        if isinstance(value.shape, ObjectShape):
            entries |= value.shape.entries
            complete = complete and value.shape.complete
    for argument in node.arguments:
        if argument.keyword is not None and not argument.spread:
            entries[argument.keyword] = (argument.value.span, (given.keywords or {})[argument.keyword])
    return ObjectShape(node.span, entries, complete, given.spread)
