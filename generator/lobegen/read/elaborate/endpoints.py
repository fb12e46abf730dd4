"""Follows one served handler from its first statement to its end."""

from msgspec.structs import replace

from lobegen.model.body import Await, Block, Expansion, If, Loop, Node, Parallel, Return, Step, Try, Unresolved
from lobegen.model.project import Endpoint
from lobegen.model.routing import UNKNOWN, path_of
from lobegen.model.sdk import SdkVersion
from lobegen.model.source import Span
from lobegen.model.values import EMPTY, Settings, Text
from lobegen.model.walk import steps, walk
from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.functions import Given, created_of, enter, function_of
from lobegen.read.elaborate.payload_types import PARSERS, head_of, payload_of
from lobegen.read.elaborate.run import Run, Served, source_of
from lobegen.read.elaborate.scope import ModuleScope, Scope
from lobegen.read.elaborate.settings import flow_control_of, settings_of
from lobegen.read.elaborate.values import Cell, Closure, ContextShape, ObjectShape, Value, Words
from lobegen.read.routes import endpoint_name, route_of
from lobegen.read.syntax import Assign, Attribute, Binding, Call, Define, Function, Name
from lobegen.read.written import nodes

_ADDRESSES = ("url", "baseUrl", "base_url")
_CLIENTS = {"qstashClient", "qstash_client"}
#: an option, or its value alone, that is written as a text
_IS_TEXT = compiled(r"""(["']?\w+["']?\s*:\s*)?f?["'`]""")


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
    run.server = served
    run.payload_raw = settings.complete and not any(name in settings for name in PARSERS)
    with run.block() as body:
        enter(run, closure, Given((context,)))
    body += [] if any(steps(tuple(body))) else _left_out(_as_written(closure, run), run)
    run.emit(Return(_end(closure.function.span), EMPTY, {}, implicit=True))
    body = [*body, run.out[-1]]
    run.end()
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
        handler=head_of(closure.function.span, closure.scope.module),
        sdk=sdk,
        payload=payload_of(run, served, closure, settings, options),
        options=settings,
        flow_control=flow_control_of(options, served.scope),
        body=block,
        unresolved=tuple(node for node in walk(block, callbacks=True) if isinstance(node, Unresolved)),
        invoked_only=served.served_by == "createWorkflow",
        is_async=closure.function.is_async,
        url_path=_url_path(settings, served),
        address=_address(options, served.scope),
    )


def _url_path(settings: Settings, served: Served) -> str | None:
    """The path of the URL that QStash is told to call; of several handlers served together each has another one."""
    url = settings.get("url") if served.served_by != "serveMany" else None
    path = path_of(url.text) if url is not None and url.text is not None else ()
    return f"/{'/'.join(path)}" if path and UNKNOWN not in path else None


def _address(options: Value, scope: Scope) -> Text | None:
    """The URL that QStash is told to call, or its base, where it is a text on the spot: no condition chose it."""
    entries = options.shape.entries if isinstance(options.shape, ObjectShape) else {}
    if not _CLIENTS.isdisjoint(entries):
        return None  # it may be that of a local QStash
    given = (entries[name] for name in _ADDRESSES if name in entries)
    texts = (each.shape.text for span, each in given if isinstance(each.shape, Words) and _is_text(span, scope))
    return next(texts, None)


def _is_text(span: Span, scope: Scope) -> bool:
    return _IS_TEXT.match(source_of(scope, span)) is not None


def _left_out(closure: Closure, run: Run) -> list[Node]:
    """Functions of a handler without steps that would make some, and are kept where nobody saw them called."""
    first = closure.function.parameters[0].target if closure.function.parameters else None
    written = list(nodes(closure.function.body))
    named = {id(each.value) for each in written if isinstance(each, Assign | Define)}
    unseen = [
        each for each in written if isinstance(each, Function) and id(each) not in run.entered and id(each) not in named
    ]
    methods = surface.STEP_METHODS[run.language]
    hidden = [
        function
        for function in unseen
        for each in nodes(function.body)
        if isinstance(each, Call) and isinstance(each.callee, Attribute) and each.callee.name in methods
        if isinstance(each.callee.object, Name) and isinstance(first, Binding) and each.callee.object.id == first.name
    ]
    reason = "it is not known who calls this function, which makes steps"
    return [Unresolved(each.span, reason, True) for each in hidden[:1]]


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


def _options(served: Served) -> Value:
    """The options in force: those of the call, over those that a created workflow brought along."""
    made = created_of(served.handler) or served.created
    if made is None or not isinstance(made.options.shape, ObjectShape) or made.options is served.options:
        return served.options
    if not isinstance(served.options.shape, ObjectShape):
        return served.options
    outer = served.options.shape
    entries = {**made.options.shape.entries, **outer.entries}
    complete = made.options.shape.complete and outer.complete
    return Value(served.options.flow, ObjectShape(made.options.shape.span, entries, complete))


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
