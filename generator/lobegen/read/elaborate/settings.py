"""Turns abstract values into the model's settings, texts and flow controls."""

from lobegen.model.source import Span
from lobegen.model.values import FlowControl, Hole, Origin, Setting, Settings, Text
from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.run import source_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import (
    CaughtError,
    ClassShape,
    Closure,
    Constant,
    Instance,
    ListShape,
    ObjectShape,
    Value,
    Words,
)

_DYNAMIC = frozenset({Origin.PARAMETER, Origin.UNKNOWN})


def text_of(value: Value | None, span: Span, scope: Scope) -> Text:
    """A value as a text: its parts, or why it has none."""
    if value is None:
        return Text(span, "missing")
    value = forced(value)
    match value.shape:
        case Words(text=text):
            return Text(span, "text", text.parts, text.span)
        case Constant() | Closure() | ObjectShape() | ListShape() | ClassShape() | CaughtError():
            return Text(span, "other")
        case _:
            flow = value.flow
            known = flow.variables or flow.fields or (flow.origins - _DYNAMIC)
            if not known:
                return Text(span, "dynamic")
            return Text(span, "text", (Hole(span, source_of(scope, span), flow),))


def setting_of(span: Span, value: Value, scope: Scope) -> Setting:
    """One option."""
    value = forced(value)
    match value.shape:
        case Words(text=text):
            return Setting(span, "text", text.literal, Text(span, "text", text.parts))
        case Constant(value=None):
            return Setting(span, "none")
        case Constant(value=bool() as flag):
            return Setting(span, "boolean", flag)
        case Constant(value=int() | float() as number):
            return Setting(span, "number", number, source=source_of(scope, span), through=value.flow.through)
        case ObjectShape() | Instance():
            return Setting(span, "object")
        case _:
            text = text_of(value, span, scope)
            return Setting(span, "dynamic", None, text, source_of(scope, span), value.flow.through)


def settings_of(value: Value | None, span: Span, scope: Scope) -> Settings:
    """The named options of an object; nested objects under dotted names."""
    if value is None:
        return Settings(span)
    value = forced(value)
    if not isinstance(value.shape, ObjectShape):
        nothing = isinstance(value.shape, Constant) and value.shape.value is None
        return Settings(span, complete=nothing)
    items: dict[str, Setting] = {}
    _collect(value.shape, "", items, scope)
    return Settings(value.shape.span, items, value.shape.complete)


def _collect(shape: ObjectShape, prefix: str, items: dict[str, Setting], scope: Scope) -> None:
    for name, (span, value) in shape.entries.items():
        items[prefix + name] = setting_of(span, value, scope)
        inner = forced(value).shape
        if isinstance(inner, ObjectShape) and prefix.count(".") < 2:
            _collect(inner, f"{prefix}{name}.", items, scope)


def flow_control_of(options: Value | None, scope: Scope) -> FlowControl | None:
    """The flow control among options: `flowControl: {…}`, or what a client or call was made with (Python)."""
    options = forced(options) if options is not None else None
    if options is None or not isinstance(options.shape, ObjectShape):
        return None
    for name in ("flowControl", "flow_control"):
        if name in options.shape.entries:
            return as_flow_control(*options.shape.entries[name], scope)
    for name in ("qstash_client", "client"):
        if name in options.shape.entries:
            return client_flow_control(options.shape.entries[name][1], scope)
    return None


def as_flow_control(span: Span, value: Value, scope: Scope) -> FlowControl | None:
    """A value known to be a flow control; unknown contents are an incomplete one."""
    value = forced(value)
    match value.shape:
        case Constant(value=None):
            return None
        case Instance(given=ObjectShape() as shape):
            return _from_object(shape, scope)
        case ObjectShape() as shape:
            return _from_object(shape, scope)
        case _:
            return FlowControl(span, Text(span, "dynamic"), Settings(span, complete=False))


def _from_object(shape: ObjectShape, scope: Scope) -> FlowControl:
    name = next((name for name in ("key", "arg0") if name in shape.entries), None)
    if name is None:
        text = Text(shape.span, "missing" if shape.complete else "dynamic")
    else:
        place, key = shape.entries[name]
        text = text_of(key, place, scope)
    return FlowControl(shape.span, text, settings_of(Value(shape=shape), shape.span, scope))


def client_flow_control(client: Value, scope: Scope) -> FlowControl | None:
    """The flow control that a client was made with: any argument that has a key."""
    client = forced(client)
    given = client.shape.given if isinstance(client.shape, Instance) else None
    for span, value in (given.entries if given is not None else {}).values():
        inner = forced(value).shape
        if isinstance(inner, Instance) and inner.given is not None and "key" in inner.given.entries:
            return _from_object(inner.given, scope)
        if isinstance(inner, ObjectShape) and "key" in inner.entries:
            return as_flow_control(span, value, scope)
    return None
