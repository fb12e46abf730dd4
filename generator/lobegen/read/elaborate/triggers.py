"""Recognises calls that start runs: the SDK's trigger, publishing to a URL, QStash's batch."""

from collections.abc import Mapping

from lobegen.model.actions import Call, Effect, Sent, Trigger
from lobegen.model.source import Span
from lobegen.model.values import Flow, FlowControl, Settings, Text
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.functions import Given
from lobegen.read.elaborate.instances import declared_fields
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.settings import flow_control_of, settings_of, text_of
from lobegen.read.elaborate.values import (
    ClassShape,
    External,
    Instance,
    ListShape,
    ObjectShape,
    PayloadPart,
    PayloadShape,
    Value,
    Words,
)

_METHOD = compiled(r"^(trigger|publish\w*|batch\w*|enqueue\w*)$")
_CLIENT = compiled(r"^(.*\.)?(Client|QStash|AsyncQStash)\(\)\.(.*\.)?(?P<method>\w+)$")
_URLS = ("url", "destination", "destinationUrl")
_BASES = ("baseUrl", "base_url")
#: what a message goes to that is no route: a provider's interface, a group of addresses
_ELSEWHERE = {"api", "urlGroup", "url_group", "topic"}


def is_trigger(callee: Value, receiver: Value | None, name: str, scope: Scope) -> bool:
    """Whether a call starts runs: a method of an SDK client, or `trigger` on something unknown beside the SDK."""
    if isinstance(callee.shape, External):
        if not (surface.is_sdk(callee.shape) or callee.shape.specifier.split(".")[0] == "qstash"):
            return False
        match = _CLIENT.match(callee.shape.path)
        return match is not None and (bool(_METHOD.match(match["method"])) or match["method"] == "request")
    unknown = receiver is not None and callee.shape is None and not isinstance(receiver.shape, Instance)
    return unknown and name == "trigger" and _near_sdk(scope)


def _near_sdk(scope: Scope) -> bool:
    return any(each.specifier.startswith("@upstash/") for each in scope.module.source.imports.values())


def is_direct(found: Trigger) -> bool:
    """Whether a trigger is the SDK's own call, not a helper that makes it."""
    return not found.helped


def trigger(run: Run, name: str, receiver: Value | None, given: Given, span: Span, scope: Scope) -> Value:
    """Evaluate such a call."""
    options = _options(name, given, span)
    run.payload.use(given.flow)
    if options is None:
        return Value(given.flow, foreign=True)
    entries = options.shape.entries if isinstance(options.shape, ObjectShape) else {}
    if not _ELSEWHERE.isdisjoint(entries):
        effect = Effect("message", reads=False)
        run.emit(Call(span, name, None, False, given.flow, chain=run.chain, effect=effect))
        return Value(given.flow, foreign=True)
    url = next((entries[key] for key in _URLS if key in entries), None)
    text = text_of(url[1], url[0], scope) if url is not None else Text(span, "dynamic")
    body = entries["body"][1] if "body" in entries else Value(given.flow if not entries else Flow())
    sent = _sent(body, "body" in entries or not entries)
    settings = settings_of(options, span, scope)
    control = flow_control_of(options, scope) or _header_flow_control(options, scope)
    batch = bool(given.positional) and not isinstance(given.positional[0].shape, ObjectShape)
    base = _base(receiver, span, scope)
    run.emit(Trigger(span, name, text, body.flow, *sent, control, settings, batch, run.chain, name, base))
    return Value(given.flow, foreign=True)


def _base(client: Value | None, span: Span, scope: Scope) -> Text | None:
    """The address of QStash that a client was made with."""
    made = client.shape.given if client is not None and isinstance(client.shape, Instance) else None
    if made is None:
        return None
    return next((text_of(made.entries[key][1], span, scope) for key in _BASES if key in made.entries), None)


def _sent(body: Value, given: bool) -> tuple[dict[str, Flow], Sent]:
    """The fields of a payload, and how they are sent."""
    model = body.shape if isinstance(body.shape, Instance) else None
    whole = model.given if model is not None else body.shape
    if isinstance(whole, PayloadShape):
        return {}, Sent(listed=False, complete=False, hands_on=True, left_out=whole.without)
    if not isinstance(whole, ObjectShape):
        return {}, Sent(listed=not given, complete=not given)
    entries = {key: part for key, (_, part) in whole.entries.items() if model is None or not key.startswith("arg")}
    unchanged = frozenset(key for key, part in entries.items() if part.shape == PayloadPart(key))
    base = whole.base.shape if whole.base is not None else None
    left_out = base.without if isinstance(base, PayloadShape) else frozenset()
    complete = whole.complete and (model is None or _all_given(model, entries))
    return {key: part.flow for key, part in entries.items()}, Sent(
        whole.complete, complete, isinstance(base, PayloadShape), unchanged, left_out, model is not None
    )


def _all_given(model: Instance, entries: Mapping[str, Value]) -> bool:
    """Whether a model is made with all of its fields, so that no default is sent unseen."""
    return isinstance(model.of, ClassShape) and set(declared_fields(model.of)) <= set(entries)


def _options(name: str, given: Given, span: Span) -> Value | None:
    """The options of the (first) run that is started; None when the call starts none."""
    if name == "request":
        path = (given.keywords or {}).get("path")
        literal = path.shape.text.parts if path is not None and isinstance(path.shape, Words) else ()
        if not literal or not isinstance(literal[0], str) or not literal[0].startswith(("/v2/batch", "/v2/trigger")):
            return None
        return _first((given.keywords or {}).get("body", Value()))
    if given.keywords and not given.positional:
        entries = {key: (span, value) for key, value in given.keywords.items()}
        return Value(given.flow, ObjectShape(span, entries, given.spread is None))
    return _first(given.positional[0]) if given.positional else Value()


def _first(value: Value) -> Value:
    return value.shape.items[0] if isinstance(value.shape, ListShape) and value.shape.items else value


def _header_flow_control(options: Value, scope: Scope) -> FlowControl | None:
    """The flow control in the headers of a start message (`Upstash-Flow-Control-Key`); facts: wire protocol 4.4."""
    if not isinstance(options.shape, ObjectShape) or "headers" not in options.shape.entries:
        return None
    span, headers = options.shape.entries["headers"]
    if not isinstance(headers.shape, ObjectShape):
        return None
    for key, (place, value) in headers.shape.entries.items():
        if key.lower() == "upstash-flow-control-key":
            return FlowControl(place, text_of(value, place, scope), Settings(place, complete=False))
    if not headers.shape.complete:
        return FlowControl(span, Text(span, "dynamic"), Settings(span, complete=False))
    return None
