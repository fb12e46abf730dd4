"""Follows one served handler from its first statement to its end."""

import re

from msgspec.structs import replace

from lobegen.model.body import Await, Block, Expansion, If, Loop, Node, Parallel, Return, Step, Try, Unresolved
from lobegen.model.project import Endpoint, Payload
from lobegen.model.sdk import SdkVersion
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Settings
from lobegen.model.walk import walk
from lobegen.read.elaborate.functions import Given, enter, function_of
from lobegen.read.elaborate.run import Run, Served
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.settings import flow_control_of, settings_of
from lobegen.read.elaborate.values import Cell, Closure, ContextShape, ObjectShape, ServedWorkflow, Value
from lobegen.read.routes import endpoint_name, route_of
from lobegen.read.syntax import Binding, TypeField, TypeRef

_NO_TYPES = {"any", "unknown", "object", "Any"}
_CAST = re.compile(rb"(\s*(\?\?|\|\|)\s*\{\s*\})?[\s)!]*(as|satisfies)\s+(?!any\b|unknown\b)")
_ANNOTATED = re.compile(rb"[\w}]\s*:\s*(?!any\b|unknown\b|Any\b)[\w.<>\[\]{}\"'|, ]+=\s*\(?$")
_PARSERS = ("schema", "initialPayloadParser", "initial_payload_parser")


def elaborate_endpoint(served: Served, sdk: SdkVersion | None) -> Endpoint | None:
    """The endpoint that a serving call makes; None when its handler could not be found."""
    closure = function_of(served.handler)
    if closure is None:
        return None
    language = served.scope.module.source.language
    run = Run(language)
    context = Value(shape=ContextShape())
    options = _options(served)
    settings = settings_of(options, served.span, served.scope)
    run.payload_cell = Cell(payload=True)
    run.payload_raw = settings.complete and not any(name in settings for name in _PARSERS)
    with run.block() as body:
        enter(run, closure, Given((context,)))
    run.emit(Return(_end(closure.function.span), EMPTY, {}, implicit=True))
    body = [*body, run.out[-1]]
    for step in run.kept:
        run.uses.setdefault(id(step), "stored")
    closure = _as_written(closure, run)
    block = _settled(tuple(body), run)
    route = route_of(served.span.path, served.route, served.key, served.framework)
    return Endpoint(
        name=endpoint_name(served.span.path, route, served.name or closure.function.name),
        language=language,
        served_by=served.served_by,
        framework=served.framework,
        route=route,
        span=served.span,
        handler=_head(closure.function.span, closure.scope.module),
        sdk=sdk,
        payload=_payload(run, served, closure, settings),
        options=settings,
        flow_control=flow_control_of(options, served.scope),
        body=block,
        unresolved=tuple(node for node in walk(block, callbacks=True) if isinstance(node, Unresolved)),
        invoked_only=served.served_by == "createWorkflow",
        is_async=closure.function.is_async,
    )


def _as_written(closure: Closure, run: Run) -> Closure:
    """The handler inside of a project's wrapper: a function given to the wrapper that its inner function called."""
    for _ in range(5):
        if isinstance(closure.scope, ModuleScope):
            break
        inner = [
            value.shape
            for value in closure.scope.names.values()
            if isinstance(value.shape, Closure)
            and value.shape.scope is not closure.scope
            and id(value.shape.function) in run.entered
        ]
        if len(inner) != 1:
            break
        closure = inner[0]
    return closure


def _end(span: Span) -> Span:
    """The last character of a function."""
    return Span(span.path, span.end_line, max(1, span.end_column - 1), span.end_line, span.end_column,
                max(span.start, span.end - 1), span.end)  # fmt: skip


def _head(span: Span, module: ModuleScope) -> Span:
    """The first line of a function."""
    source = module.source.source
    end = source.find(b"\n", span.start, span.end)
    if end < 0:
        return span
    width = len(source[span.start : end].decode("utf-8", "replace").rstrip())
    return Span(span.path, span.line, span.column, span.line, span.column + width, span.start, span.start + width)


def _options(served: Served) -> Value:
    """The options in force: those of the call, over those that a created workflow brought along."""
    made = served.handler.shape if isinstance(served.handler.shape, ServedWorkflow) else served.created
    if made is None or not isinstance(made.options.shape, ObjectShape) or made.options is served.options:
        return served.options
    if not isinstance(served.options.shape, ObjectShape):
        return served.options
    outer = served.options.shape
    entries = {**made.options.shape.entries, **outer.entries}
    complete = made.options.shape.complete and outer.complete
    return Value(served.options.flow, ObjectShape(made.options.shape.span, entries, complete))


def _payload(run: Run, served: Served, closure: Closure, settings: Settings) -> Payload:
    made = served.handler.shape if isinstance(served.handler.shape, ServedWorkflow) else None
    types = served.types or (made.types if made is not None else ())
    ref = types[0] if types else _annotated(closure)
    head = _head(closure.function.span, closure.scope.module)
    validated = any(name in settings for name in _PARSERS)
    declared = fields_of(ref, closure.scope.module) if ref is not None else None
    payload = run.payload.result(head, ref.name if ref is not None else "", declared, validated=validated)
    typed = ref is not None and ref.name not in _NO_TYPES
    return replace(payload, typed=typed or _typed_where_read(payload.span, closure))


def _typed_where_read(span: Span, closure: Closure) -> bool:
    """Whether a type is written where the payload is read first: `… as Payload`, `const p: Payload = …`, `ctx as …`."""
    if span.path != closure.function.span.path:
        return True
    source = closure.scope.module.source.source
    context = next((each.target.name for each in closure.function.parameters if isinstance(each.target, Binding)), "")
    if re.search(rb"\b" + context.encode() + rb"\s+as\s", source[closure.function.span.start : span.end]):
        return True
    before = source[source.rfind(b"\n", 0, span.start) + 1 : span.start]
    return bool(_CAST.match(source, span.end)) or bool(_ANNOTATED.search(before))


def _annotated(closure: Closure) -> TypeRef | None:
    """The payload type in the context's annotation: `WorkflowContext<Payload>`."""
    for parameter in closure.function.parameters[:1]:
        if parameter.annotation is not None and parameter.annotation.arguments:
            return parameter.annotation.arguments[0]
    return None


def fields_of(ref: TypeRef, module: ModuleScope, depth: int = 6) -> dict[str, TypeField] | None:
    """The fields of a type by name, through aliases, bases and imports; None when it was not found."""
    if ref.fields:
        return {each.name: each for each in ref.fields}
    if depth == 0:
        return None
    if ref.name in ("Partial", "Readonly", "Required", "Omit", "Pick", "&", "|", "NonNullable"):
        return _composed(ref, module, depth)
    definition = module.source.types.get(ref.name)
    if definition is None:
        imported = module.source.imports.get(ref.name)
        target = module.modules.resolve(module.source, imported.specifier) if imported is not None else None
        if target is None or imported is None:
            return None
        return fields_of(replace(ref, name=imported.name), target, depth - 1)
    if definition.alias is not None and not definition.fields:
        return fields_of(definition.alias, module, depth - 1)
    fields: dict[str, TypeField] = {}
    for base in definition.extends:
        fields |= fields_of(replace(ref, name=base), module, depth - 1) or {}
    return fields | {each.name: each for each in definition.fields}


def _composed(ref: TypeRef, module: ModuleScope, depth: int) -> dict[str, TypeField] | None:
    parts = ref.arguments if ref.name in ("&", "|") else ref.arguments[:1]
    fields: dict[str, TypeField] = {}
    for part in parts:
        fields |= fields_of(part, module, depth - 1) or {}
    if ref.name in ("Partial", "|"):
        fields = {name: replace(each, optional=True) for name, each in fields.items()}
    return fields or None


def _settled(block: Block, run: Run) -> Block:
    """The same block with what became of each step."""
    return tuple(_settle(node, run) for node in block)


def _settle(node: Node, run: Run) -> Node:
    match node:
        case Step():
            callback = _settled(node.callback, run) if node.callback is not None else None
            use, reads = run.uses.get(id(node), "stored"), run.outcomes.reads(node)
            losses = run.losses.of(run.numbers.get(id(node), 0))
            ignored = id(node) in run.ignored
            dropped = run.dropped.get(id(node))
            settled = replace(
                node, use=use, callback=callback, reads=reads, losses=losses, ignored=ignored, dropped=dropped
            )
            run.settled[id(node)] = settled
            return settled
        case If():
            return replace(node, then=_settled(node.then, run), otherwise=_settled(node.otherwise, run))
        case Loop():
            return replace(node, body=_settled(node.body, run), otherwise=_settled(node.otherwise, run))
        case Parallel():
            branches = tuple(_settled(branch, run) for branch in node.branches)
            return replace(node, branches=branches, stored=_known(node.stored, run))
        case Await():
            return replace(node, stored=_known(node.stored, run))
        case Try():
            return replace(
                node,
                body=_settled(node.body, run),
                handlers=tuple(replace(each, body=_settled(each.body, run)) for each in node.handlers),
                otherwise=_settled(node.otherwise, run),
                finalizer=_settled(node.finalizer, run),
            )
        case Expansion():
            return replace(node, body=_settled(node.body, run))
        case _:
            return node


def _known(stored: tuple[Step, ...], run: Run) -> tuple[Step, ...]:
    """Stored steps as they are in the finished body."""
    return tuple(run.settled[id(step)] for step in stored if id(step) in run.settled)
