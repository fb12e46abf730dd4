"""Knows what comes out when a model is written out as an object: `payload.model_dump()`, `payload.body()`."""

from msgspec.structs import replace

from lobegen.model.source import Span
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import lineage
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.kinds import declared
from lobegen.read.elaborate.values import ClassShape, Instance, ObjectShape, Value, Words

#: methods that keep dates and the like as they are
_KEEPS = {"model_dump", "dict"}


def dumped(receiver: Value | None, method: str, value: Value, given: Given) -> Value:
    """What a call gives where it writes out a model: the fields that it was made with, or that its class declares."""
    model = receiver.shape if receiver is not None else None
    if value.shape is not None or not isinstance(model, Instance) or method not in surface.DUMPS:
        return value
    if "by_alias" in (given.keywords or {}):
        return value  # the fields have other names
    if not isinstance(model.of, ClassShape) or model.of.module.source.language != "python":
        return replace(value, shape=model.given)
    mode = (given.keywords or {}).get("mode")
    if mode is not None and isinstance(mode.shape, Words) and mode.shape.text.literal == "json":
        return replace(value, shape=_plain(model.given))
    odd = _odd(model.of, model.span) if method in _KEEPS and model.span and not given.keywords else {}
    if not odd:
        return replace(value, shape=model.given if method in _KEEPS else _plain(model.given))
    made = model.given or ObjectShape(next(iter(odd.values()))[0], complete=False)
    return replace(value, shape=replace(made, entries=made.entries | odd))


def _odd(owner: ClassShape, span: Span) -> dict[str, tuple[Span, Value]]:
    """The fields that a model writes out as something that JSON has nothing for."""
    members = [member for level in lineage(owner) for member in level.definition.members]
    kinds = {member.name: declared(member.annotation, owner) for member in members}
    return {name: (span, Value(kind=kind)) for name, kind in kinds.items() if kind}


def _plain(made: ObjectShape | None) -> ObjectShape | None:
    """The same fields, as JSON."""
    if made is None:
        return None
    entries = {name: (span, _text(value)) for name, (span, value) in made.entries.items()}
    return replace(made, entries=entries)


def _text(value: Value) -> Value:
    return replace(value, kind="", shape=None) if value.kind or isinstance(value.shape, Instance) else value
