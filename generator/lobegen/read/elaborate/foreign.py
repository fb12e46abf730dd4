"""Evaluates calls of what is not of this project: clocks, parsers, helpers that run callbacks, everything else."""

from collections.abc import Iterator

from msgspec.structs import replace

from lobegen.model.actions import Call as CallNode
from lobegen.model.actions import Effect
from lobegen.model.refusals import LENIENT
from lobegen.model.values import EMPTY, Flow, Hole, Origin, Text
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import attribute, forced
from lobegen.read.elaborate.callbacks import called_back, deferred, entries_of, executed
from lobegen.read.elaborate.catalogue import answers_at_once, package_kind
from lobegen.read.elaborate.effects import client_of, effect_of, left_out
from lobegen.read.elaborate.functions import Given, holds_context
from lobegen.read.elaborate.instances import declared_fields, made_with
from lobegen.read.elaborate.json_values import ITEMS, is_plain, taken
from lobegen.read.elaborate.kinds import is_container, kind_of
from lobegen.read.elaborate.literals import taken_out
from lobegen.read.elaborate.members import given_kind
from lobegen.read.elaborate.ordering import disorder, picked
from lobegen.read.elaborate.run import Run
from lobegen.read.elaborate.schemas import catches, rejects, schema_of
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.texts import formatted, joined, text_parts
from lobegen.read.elaborate.unsteady import unsteady
from lobegen.read.elaborate.values import (
    ClassShape,
    Closure,
    Constant,
    External,
    Instance,
    ListShape,
    ObjectShape,
    PayloadPart,
    PayloadShape,
    Value,
    Words,
)
from lobegen.read.syntax import Call

#: functions that give back what they got, in another form
_SAME = {
    ("", "JSON.stringify"), ("json", "dumps"), ("", "structuredClone"), ("", "list"), ("", "tuple"), ("", "sorted"),
    ("", "dict"), ("", "Array.from"), ("", "Object.freeze"), ("copy", "deepcopy"), ("", "Object"),
}  # fmt: skip
_TEXT_METHODS = {"toString", "trim", "strip", "toLowerCase", "lower", "toUpperCase", "upper", "href"}
#: functions that look at a whole payload without checking it
_LOOKS = {
    "stringify", "dumps", "keys", "entries", "values", "items", "log", "String", "Boolean", "get", "assign",
    "dict",
}  # fmt: skip
#: keys of queries that leave rows out
_EXCLUDES = {"NOT", "not", "notIn", "none", "isNot", "$nin", "$ne", "$not", "$nor"}
#: functions that look at an object and call nothing of it that matters
_INSPECTS = {
    "hasattr", "getattr", "isinstance", "type", "id", "repr", "str", "bool", "callable", "vars", "dir", "len", "print",
}  # fmt: skip
_ASYNC = compiled(
    r"\bAsync[A-Z]|^(aiohttp|asyncpg|motor|aiosqlite|aiofiles|aiosmtplib|redis\.asyncio)\b|\basync_session"
)
_COROUTINES = {("asyncio", "sleep"), ("asyncio", "to_thread"), ("anyio", "sleep")}
_SYNC = {"better-sqlite3", "fs", "child_process"}
#: what makes a flag of anything, of nothing too
_TO_TRUTH = {"bool", "Boolean"}
_LENIENT = Flow(through=frozenset({LENIENT}))
_TO_TEXT = {("", "String"), ("", "str")}
#: functions that make a flag, number or text of a field, which says what it said
_CASTS = {("", name) for name in ("bool", "Boolean", "int", "float", "Number", "str", "String")}
_TYPE_NAMES = {"Date", "JSON", "Number", "Math", "Object", "String", "Array", "URL", "path", "url"}


def foreign_call(
    run: Run, callee: Value, receiver: Value | None, given: Given, node: Call, scope: Scope, name: str
) -> Value:
    """Evaluate a call that cannot be followed into."""
    value = _foreign(run, callee, receiver, given, node, scope, name)
    if value is receiver:
        return value
    external = callee.shape if isinstance(callee.shape, External) else None
    if value.shape is None and run.language == "typescript":
        value = replace(value, shape=schema_of(external, receiver, given.positional, name.rsplit(".", 1)[-1]))
    kind = kind_of(run.language, external, new=node.new) or given_kind(receiver, name.rsplit(".", 1)[-1])
    cell = run.cell() if is_container(external) or value.raw is not None else None
    if kind or value.kind or cell is not None or value.cell is not None:
        value = replace(value, kind=kind, cell=cell)
    if receiver is None or receiver.raw is None or not is_plain(receiver) or name.rsplit(".", 1)[-1] not in ITEMS:
        return value
    return taken(receiver, replace(value, cell=None, raw=None), "")


def _foreign(
    run: Run, callee: Value, receiver: Value | None, given: Given, node: Call, scope: Scope, name: str
) -> Value:
    method = name.rsplit(".", 1)[-1]
    external = callee.shape if isinstance(callee.shape, External) else None
    if external is not None and (function := _partial(external, given)) is not None:
        return function
    if any(map(holds_context, given.values)) and not (external and (surface.is_sdk(external) or _looks(external))):
        run.unresolved(node.span, f"`{name}` gets the context and could not be followed", hides_steps=True)
    flow = _depends(run, callee, receiver, given, node, scope, method)
    unordered = disorder(run.language, external, receiver, given, method)
    if external is not None and (known := _known(run, external, given, node, scope, flow)) is not None:
        _open(run, external, known, given, node, name)
        if node.new:
            return replace(known, steps=executed(run, external, given, node, name))
        return replace(known, unordered=unordered)
    if receiver is not None and isinstance(receiver.shape, Words) and method in _TEXT_METHODS:
        return receiver
    if receiver is not None and isinstance(receiver.shape, Words) and method == "format" and run.language == "python":
        return formatted(receiver.shape, "{", flow, node.span, scope)
    parsed = _payload(run, given, method)
    raises = _raises(external, receiver, given, method)
    target = f"{external.specifier}:{external.path}" if external is not None else None
    before = receiver.flow if receiver is not None else EMPTY
    effect = None if _is_collection(receiver) else effect_of(callee, given, node, scope, name)
    if effect is not None and not run.in_step:
        flow = flow | Flow(frozenset({Origin.AWAIT}), causes=(node.span,))
    throws = raises and rejects(receiver, given.positional)
    literals = _literals(given)
    run.emit(CallNode(node.span, name, target, False, given.flow, before, literals, raises, run.chain, effect, throws))
    deferred(run, given, node, name)
    looks = external is not None and _looks(external)
    value = called_back(run, receiver, given.without_steps if looks else given, node, name, flow)
    if receiver is not None and receiver.steps:
        value = replace(value, steps=(*receiver.steps, *value.steps))  # `context.run(...).withSettings(...)`
    if parsed and value.shape is None and effect is None:
        return _parsed(value if rejects(receiver, given.positional) else value.depends(_LENIENT), method, node)
    chained = receiver is not None and receiver.pending and method in ("then", "finally")
    takes_callback = bool(given.positional) and isinstance(given.positional[-1].shape, Closure)
    chained = chained or (external is not None and (external.specifier, external.path) in _COROUTINES)
    pending = chained or (effect is not None and not takes_callback and _is_async(run, external, effect, name))
    shape = value.shape or _cast(external, given) or (client_of(callee, node) if effect is None else None)
    return replace(value, shape=shape, pending=pending, unordered=unordered)


def _depends(
    run: Run, callee: Value, receiver: Value | None, given: Given, node: Call, scope: Scope, method: str
) -> Flow:
    external = callee.shape if isinstance(callee.shape, External) else None
    flow = given.flow | callee.flow | (receiver.flow if receiver is not None else EMPTY)
    flow = flow | Flow(through=frozenset({method})) | unsteady(run, external, given, node, scope)
    return flow | picked(receiver, given, method, node.span) | left_out(given)


def _is_collection(receiver: Value | None) -> bool:
    """Whether a method is called on a list or dict of the program, whatever its variable is called."""
    return receiver is not None and receiver.cell is not None and isinstance(receiver.shape, ObjectShape | ListShape)


def _looks(external: External) -> bool:
    """Whether a function of the language only looks at what it is given."""
    return external.specifier == "" and external.path in _INSPECTS


def _cast(external: External | None, given: Given) -> PayloadPart | None:
    """The payload field that a call gives in another form."""
    first = given.positional[0].shape if given.positional else None
    known = external is not None and (external.specifier, external.path) in _CASTS
    return first if known and isinstance(first, PayloadPart) else None


def _open(run: Run, external: External, made: Value, given: Given, node: Call, name: str) -> None:
    """Tell that a client of a database is made; what else is made from a class does nothing."""
    if isinstance(made.shape, Instance) and package_kind(external.specifier) == "database":
        target = f"{external.specifier}:{external.path}"
        run.emit(CallNode(node.span, name, target, False, given.flow, literals=_literals(given), chain=run.chain))


def _is_async(run: Run, external: External | None, effect: Effect, name: str) -> bool:
    """Whether a call with an effect surely gives a promise or coroutine."""
    if effect.kind in ("other", "metric"):
        return False
    if run.language == "python":
        if external is None or answers_at_once(external.specifier, external.path):
            return False
        return bool(_ASYNC.search(f"{external.specifier}.{external.path}"))
    sync = name.endswith("Sync") or (external is not None and external.specifier.removeprefix("node:") in _SYNC)
    return not sync and (effect.kind != "file" or (external is not None and "promises" in external.specifier))


def _known(run: Run, external: External, given: Given, node: Call, scope: Scope, flow: Flow) -> Value | None:
    """Calls whose result is known: instances, URLs, copies, texts."""
    key = (external.specifier, external.path)
    if key == ("", "URL") or key == ("urllib.parse", "urljoin"):
        return _url(given, node, scope, flow, python=key[0] != "")
    first = given.positional[0].shape if given.positional else None
    if key == ("", "Object.values") and isinstance(first, ObjectShape) and first.complete:
        return Value(flow, ListShape(tuple(entries_of(first))), given.positional[0].steps)
    if key == ("", "dict") and given.keywords and not given.positional and given.spread is None:
        return Value(flow, ObjectShape(node.span, {name: (node.span, part) for name, part in given.keywords.items()}))
    if key == ("dataclasses", "asdict") and isinstance(first, Instance):
        return given.positional[0].depends(flow) if isinstance(first.of, External) else _fields(first, node, flow)
    if key == ("", "getattr") and len(given.positional) > 1 and (name := given.texts[:1]):
        taken_off = attribute(run, given.positional[0], name[0], node.span)
        return taken_off if len(given.positional) == 2 else replace(taken_off, shape=None, foreign=True)
    if key in _SAME and given.positional:
        return given.positional[0].depends(flow)
    if key == ("typing", "cast") and len(given.positional) > 1:
        return given.positional[1]
    if key in _TO_TEXT and given.positional and isinstance(given.positional[0].shape, Words):
        return given.positional[0]
    if external.specifier == "debug" and external.path == "default":
        return Value(shape=External("debug", "default()"))
    last = external.path.rsplit(".", 1)[-1]
    if node.new or (last[:1].isupper() and external.specifier):
        return Value(flow, Instance(external, node.span, given=made_with(given, node)))
    return None


def _fields(made: Instance, node: Call, flow: Flow) -> Value:
    """The fields of a dataclass as a dict."""
    names = declared_fields(made.of) if isinstance(made.of, ClassShape) else []
    return Value(flow, ObjectShape(node.span, {name: (node.span, made.fields.get(name, Value())) for name in names}))


def _partial(external: External, given: Given) -> Value | None:
    """What `functools.partial` makes of a project function: the same with arguments given ahead."""
    if (external.specifier, external.path) != ("functools", "partial") or not given.positional:
        return None
    function = forced(given.positional[0])
    if not isinstance(function.shape, Closure):
        return None
    shape = function.shape
    ahead = {**shape.bound_keywords, **(given.keywords or {})}
    bound = (*shape.bound, *given.positional[1:])
    return replace(function, shape=replace(shape, bound=bound, bound_keywords=ahead))


def _url(given: Given, node: Call, scope: Scope, flow: Flow, *, python: bool) -> Value:
    values = list(given.positional)
    if python:
        values.reverse()
    spans = [argument.value.span for argument in node.arguments if argument.keyword is None]
    spans = spans[::-1] if python else spans
    if not values:
        return Value(flow)
    parts: list[str | Hole] = []
    if len(values) > 1:
        parts += text_parts(values[1], spans[1], scope)
    parts += text_parts(values[0], spans[0], scope)
    return Value(flow, Words(Text(node.span, "text", joined(parts))))


def _parsed(value: Value, method: str, node: Call) -> Value:
    """The payload as a parser gives it; `safeParse` wraps it: `result.data`."""
    payload = replace(value, shape=PayloadShape())
    if not method.startswith("safeParse"):
        return payload
    return replace(value, shape=ObjectShape(node.span, {"data": (node.span, payload)}, False))


def _payload(run: Run, given: Given, method: str) -> bool:
    """A whole payload handed to a parser or normaliser is checked by it; fields too where the name says so.

    Returns:
        Whether the result is the payload again, parsed.
    """
    whole = any(isinstance(value.shape, PayloadShape) or "*" in value.flow.fields for value in given.values)
    parsed = whole and method not in _LOOKS
    if parsed:
        run.payload.validated = True
    if surface.VALIDATOR.match(method) or method in _TO_TRUTH:
        run.payload.check(given.flow, tested=False)
    run.payload.use(given.flow)
    if method not in _LOOKS and not surface.STARTS.match(method):
        run.payload.rests.update(out for value in given.values if (out := taken_out(value.shape)))
    return parsed and given.whole_payload is not None


def _raises(external: External | None, receiver: Value | None, given: Given, method: str) -> bool:
    if Origin.PAYLOAD not in given.flow.origins:
        return False
    if external is not None and surface.is_assertion(external):
        return True
    if method not in surface.THROWING_VALIDATORS:
        return False
    if external is not None and external.path.split(".")[0] in _TYPE_NAMES:
        return False
    return receiver is not None and not catches((receiver, *given.positional))


def _literals(given: Given) -> tuple[str, ...]:
    return tuple(text for value in given.positional for text in _texts(value, 4))


def _texts(value: Value, depth: int) -> Iterator[str]:
    """The literal text that an argument is; of a query that is an object, how SQL would say what it leaves out."""
    if isinstance(value.shape, Words) and depth == 4 and value.shape.text.literal is not None:
        yield value.shape.text.literal
    if isinstance(value.shape, ObjectShape) and depth:
        for name, (_, part) in value.shape.entries.items():
            if isinstance(part.shape, Constant) and part.shape.value is None:
                yield "is null"
            elif name in _EXCLUDES:
                yield "not in"
            yield from _texts(part, depth - 1)
