"""Evaluates `object.name`, and what is imported once it matters."""

from msgspec.structs import replace

from lobegen.model.source import Span
from lobegen.model.values import Flow, Origin
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.json_values import taken
from lobegen.read.elaborate.lazily import begins_empty, made_later
from lobegen.read.elaborate.members import METHOD, part_kind
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.values import (
    ClassShape,
    Closure,
    Constant,
    ContextPart,
    ContextShape,
    External,
    Imported,
    Instance,
    ModuleShape,
    ObjectShape,
    Outcome,
    PayloadPart,
    PayloadShape,
    Raw,
    ServedHandler,
    ServedWorkflow,
    Super,
    TableEntry,
    Value,
    Words,
)
from lobegen.read.syntax import Function, Index, Member, Name, Opaque, TypeRef

_PROPERTIES = {"property", "cached_property"}
#: what of a result that tells how it went is JSON of somebody else's
_CARRIES = {"body", "eventData"}
_PAYLOAD_NAMES = {"requestPayload", "request_payload"}


def attribute(run: Run, base: Value, name: str, span: Span) -> Value:
    """The value of an attribute of a value."""
    value = _attribute(run, base, name, span)
    if base.kind and (kind := part_kind(base.kind, name, run.language)):
        return replace(value, kind=kind)
    known = isinstance(base.shape, ObjectShape) and name in base.shape.entries
    return value if base.raw is None or known else taken(base, value, name)


def _attribute(run: Run, base: Value, name: str, span: Span) -> Value:
    if base.shape is None:
        return Value(base.flow, foreign=base.foreign)
    match base.shape:
        case ContextShape():
            return _of_context(run, name, span)
        case ContextPart(path=path):
            return Value(shape=ContextPart(f"{path}.{name}"))
        case PayloadShape():
            run.payload.read(name, span)
            return _of_payload(base, name)
        case Imported() as imported:
            return Value(base.flow, replace(imported, path=(*imported.path, name)))
        case ObjectShape() as known:
            return _of_object(run, known, name, base, span)
        case External() as external:
            flow = base.flow
            if surface.is_environment(external / name):
                flow = flow | Flow(frozenset({Origin.ENVIRONMENT}))
            return Value(flow, external / name)
        case ModuleShape() as module:
            return module.scope.exported(name) or Value(base.flow)
        case ClassShape() as known_class:
            member = class_member(run, known_class, name, base) or Value(base.flow)
            kind = _member_of_enum(known_class) if isinstance(member.shape, Words | Constant) else member.kind
            return replace(member, kind=kind)
        case Instance() as instance:
            return _of_instance(run, instance, name, base)
        case Super(of=of, this=this):
            return class_member(run, of, name, this, inherited=True) or _inherited(this, name)
        case Outcome() as outcome:
            run.outcomes.read(outcome, name)
            return Value(base.flow, raw=Raw(outcome.step, (name,)) if name in _CARRIES else None)
        case TableEntry() as chosen:
            return Value(base.flow, replace(chosen, path=(*chosen.path, name)))
        case Words() if name in ("value", "href"):
            return replace(base, kind="")  # of a member of an enum, of a URL
        case ServedWorkflow() | ServedHandler():
            return base
        case _:
            return Value(base.flow, foreign=base.foreign)


def _of_payload(base: Value, name: str) -> Value:
    """A field of the payload; that of a payload which was read in a step is no less."""
    origins = frozenset({Origin.PAYLOAD}) | (base.flow.origins - {Origin.STEP})
    return Value(Flow(origins, fields=frozenset({name})), PayloadPart(name))


def _of_object(run: Run, known: ObjectShape, name: str, base: Value, span: Span) -> Value:
    if name in known.entries:
        return known.entries[name][1].depends(Flow(variables=base.flow.variables))
    spread = known.base
    if spread is not None and (isinstance(spread.shape, PayloadShape) or spread.raw is not None):
        return attribute(run, spread, name, span)
    return Value(base.flow)


def _member_of_enum(owner: ClassShape) -> str:
    """What a member of a Python enum is; empty where it is a text or number as well."""
    if owner.module.source.language != "python":
        return ""
    foreign = [each.path.rsplit(".", 1)[-1] for each in externals(Value(shape=owner))]
    return f"a member of the enum `{owner.definition.name}`" if {"Enum"} == set(foreign) else ""


def _of_instance(run: Run, instance: Instance, name: str, base: Value) -> Value:
    if name in instance.fields:
        return instance.fields[name]
    if isinstance(instance.of, External):
        return Value(base.flow, External(instance.of.specifier, f"{instance.of.path}().{name}"))
    found = class_member(run, instance.of, name, base)
    if found is not None and found.cell is not None:
        found.cell.step = base.cell.step if base.cell is not None else 0
        instance.fields[name] = found  # one list or map for all who ask this object for it
    return found or _inherited(base, name)


def _inherited(base: Value, name: str) -> Value:
    """An attribute that a project class has from an SDK client, or from Python's `Serve`, that it extends."""
    known = next((each for each in externals(base) if surface.is_client(each) or surface.is_serve(each)), None)
    return Value(base.flow, External(known.specifier, f"{known.path}().{name}") if known is not None else None)


def forced(value: Value, run: Run | None = None) -> Value:
    """The value itself, where it is only known to be imported: now the other module is read."""
    if not isinstance(value.shape, Imported):
        return value
    for _ in range(8):
        if not isinstance(value.shape, Imported):
            return value
        imported = value.shape
        found = imported.scope.import_now(imported.specifier, imported.name)
        walker = run or Run(imported.scope.source.language)
        for name in imported.path:
            found = forced(found, walker)
            found = attribute(walker, found, name, _NOWHERE)
        value = found.depends(value.flow)
    return value


_NOWHERE = Span("", 1, 1, 1, 1, 0, 0)


def _of_context(run: Run, name: str, span: Span) -> Value:
    if name in _PAYLOAD_NAMES:
        run.payload.touch(span)
        flow = Flow(frozenset({Origin.PAYLOAD}), fields=frozenset({"*"}))
        raw = Raw(None, json=run.payload_raw) if run.payload_cell is not None else None
        return Value(flow, PayloadShape(), cell=run.payload_cell, raw=raw)
    if name == "headers":
        return Value(Flow(frozenset({Origin.HEADERS})))
    if name == "env":
        return Value(Flow(frozenset({Origin.ENVIRONMENT})))
    if name in surface.CONTEXT_CLIENTS:
        return Value(shape=surface.CONTEXT_CLIENTS[name])
    if name in surface.CONTEXT_VALUES:
        return Value()
    return Value(shape=ContextPart(name))


def class_member(run: Run, owner: ClassShape, name: str, this: Value, *, inherited: bool = False) -> Value | None:
    """A member of a class or of its bases: a method, an initial value, or what its annotation says.

    Args:
        inherited: Look at the bases only.
    """
    for level in lineage(owner)[inherited:]:
        for member in level.definition.members:
            if member.name == name and not (isinstance(member.value, Opaque) and member.value.kind == "setter"):
                return _member(run, level, member, this)
    return None


def _member(run: Run, owner: ClassShape, member: Member, this: Value) -> Value:
    if isinstance(member.value, Opaque) and member.value.kind == "getter":
        (getter,) = member.value.parts
        return _property(run, owner, getter, this) if isinstance(getter, Function) else Value()
    if isinstance(member.value, Function):
        if _is_property(member.value):
            return _property(run, owner, member.value, this)
        kind = "" if member.value.decorators else METHOD
        return Value(
            shape=Closure(member.value, owner.module, None if _is_static(member) else this, home=owner), kind=kind
        )
    if member.annotation is not None and (kind := _declared(member.annotation, owner)):
        return Value(kind=kind)
    made = annotated(member.annotation, owner.module)
    lazy = member.static and begins_empty(member)
    if made is not None and (lazy or not (member.static and member.value is not None)):
        return made
    if lazy and (later := made_later(run, owner, member.name)) is not None:
        return later
    if isinstance(member.value, Name) and (other := _sibling(owner, member)) is not None:
        return _member(run, owner, other, this)
    if member.value is not None:
        scope = Scope(owner.module)
        scope.declare("this", this)
        with run.block():
            return run.evaluate(member.value, scope)
    return Value()


def _declared(annotation: TypeRef, owner: ClassShape) -> str:
    from lobegen.read.elaborate.kinds import declared

    return declared(annotation, owner)


def _sibling(owner: ClassShape, member: Member) -> Member | None:
    """The member of a Python class that another one is set to: `RELOAD = LOAD`."""
    if owner.module.source.language != "python" or not isinstance(member.value, Name):
        return None
    earlier = owner.definition.members[: owner.definition.members.index(member)]
    return next((each for each in reversed(earlier) if each.name == member.value.id), None)


def _is_property(function: Function) -> bool:
    return any(getattr(each, "id", getattr(each, "name", "")) in _PROPERTIES for each in function.decorators)


def _property(run: Run, owner: ClassShape, function: Function, this: Value) -> Value:
    """A property is called where it is read."""
    from lobegen.read.elaborate.functions import Given, enter

    closure = Closure(function, owner.module, this, home=owner)
    if run.follows(closure) or len(run.active) > 10:
        return Value()
    with run.block():
        return enter(run, closure, Given())


def _is_static(member: Member) -> bool:
    """Python's `@staticmethod`: TypeScript's static methods have the class as `this`."""
    decorators = member.value.decorators if isinstance(member.value, Function) else ()
    return any(getattr(decorator, "id", "") == "staticmethod" for decorator in decorators)


def annotated(annotation: TypeRef | None, module: ModuleScope) -> Value | None:
    """What a type annotation says of a value: an instance of a known class."""
    if annotation is None:
        return None
    if annotation.name == "|":
        return next((made for part in annotation.arguments if (made := annotated(part, module))), None)
    head, *rest = annotation.name.split(".")
    found = module.find(head) if head else None
    if found is not None and isinstance(found.shape, Imported):
        imported = found.shape
        if not module.modules.worth(module.source, imported.specifier, imported.name):
            return None
        found = forced(found)
    for name in rest:
        if found is None or not isinstance(found.shape, External):
            return None
        found = Value(shape=found.shape / name)
    if found is not None and isinstance(found.shape, ClassShape | External):
        return Value(shape=Instance(found.shape))
    return None


def lineage(start: ClassShape) -> list[ClassShape]:
    """A class and its bases that belong to the project, nearest first."""
    found: list[ClassShape] = []
    waiting = [start]
    while waiting and len(found) < 20:
        level = waiting.pop(0)
        if any(level.definition is known.definition for known in found):
            continue
        found.append(level)
        waiting += [base.shape for base in bases(level) if isinstance(base.shape, ClassShape)]
    return found


def bases(level: ClassShape) -> list[Value]:
    """What a class extends, without the arguments of a generic class."""
    run = Run(level.module.source.language)
    written = (base.object if isinstance(base, Index) else base for base in level.definition.bases)
    return [forced(run.evaluate(base, level.module), run) for base in written]


def externals(value: Value) -> list[External]:
    """The foreign classes that a class, or an instance's class, is or extends."""
    value = forced(value)
    shape = value.shape.of if isinstance(value.shape, Instance) else value.shape
    if isinstance(shape, External):
        return [shape]
    if isinstance(shape, ClassShape):
        return [base.shape for level in lineage(shape) for base in bases(level) if isinstance(base.shape, External)]
    return []
