"""Recognises calls and decorators that serve handlers."""

from msgspec.structs import replace

from lobegen.model.source import Span
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import forced
from lobegen.read.elaborate.functions import Given, function_of
from lobegen.read.elaborate.run import Run, Served
from lobegen.read.elaborate.scope import Scope
from lobegen.read.elaborate.values import (
    External,
    ObjectShape,
    ServeDecorator,
    ServedHandler,
    ServedWorkflow,
    Value,
    Words,
)
from lobegen.read.syntax import Call

_PYTHON_METHODS = {"post": "post", "route": "route"}


def python_serve(callee: Value) -> tuple[str, str] | None:
    """The serving method and framework of `Serve(app).post`, Flask's `Serve(app).route`, `serve`, `async_serve`."""
    if not isinstance(callee.shape, External) or not callee.shape.specifier.startswith("upstash_workflow"):
        return None
    framework = surface.framework_of(callee.shape.specifier)
    path = callee.shape.path
    if "Serve()." in path and (method := path.rsplit(".", 1)[-1]) in _PYTHON_METHODS:
        head = path.split("Serve()")[0].strip(".").split(".")[0]
        return method, framework or head
    return (path, framework) if path.rsplit(".", 1)[-1] in {"serve", "async_serve"} else None


def serve_typescript(run: Run, kind: str, callee: External, node: Call, given: Given, scope: Scope) -> Value:
    """Evaluate `serve(handler, options)`, `createWorkflow(...)`, `serveMany({...}, options)`."""
    first = given.positional[0] if given.positional else Value()
    options = given.positional[1] if len(given.positional) > 1 else Value(shape=ObjectShape(node.span))
    framework = surface.framework_of(callee.specifier)
    route = run.routes[-1][0] if run.routes else None
    head = _head(node)
    if kind == "createWorkflow":
        made = ServedWorkflow(function_of(first), options, node.types, head)
        _tell(run, Served(kind, framework, head, first, options, node.types, scope, route, created=made))
        return Value(shape=made)
    if kind == "serveMany" and isinstance(first.shape, ObjectShape):
        for key, (_, value) in first.shape.entries.items():
            _tell(run, Served(kind, framework, head, value, options, node.types, scope, route, key))
        return Value()
    _tell(run, Served(kind, framework, head, first, options, node.types, scope, route))
    return Value(shape=ServedHandler(head))


def _head(node: Call) -> Span:
    """The callee: a finding about the endpoint as a whole points at it, not at the whole body."""
    return node.callee.span


def serve_python(run: Run, kind: str, framework: str, node: Call, given: Given, scope: Scope) -> Value:
    """Evaluate `serve.post("/path", …)` to the decorator it makes, and `serve(function, …)`."""
    entries = {
        argument.keyword: (argument.value.span, (given.keywords or {})[argument.keyword])
        for argument in node.arguments
        if argument.keyword is not None and not argument.spread
    }
    for argument in node.arguments:
        if argument.keyword == "**":  # a dict whose entries are known
            spread = {name: (argument.value.span, value) for name, value in (given.keywords or {}).items()}
            entries = {**spread, **entries}
    options = ObjectShape(node.span, entries, given.spread is None)
    if kind in _PYTHON_METHODS:
        path = forced(given.positional[0] if given.positional else (given.keywords or {}).get("path", Value()))
        route = path.shape.text.literal if isinstance(path.shape, Words) else None
        return Value(shape=ServeDecorator(kind, framework, route, options, _head(node)))
    handler = given.positional[0] if given.positional else (given.keywords or {}).get("route_function", Value())
    _tell(run, Served(kind, framework, _head(node), handler, Value(shape=options), (), scope))
    return Value()


def decorate(run: Run, decorator: ServeDecorator, handler: Value, span: Span, scope: Scope) -> None:
    """A serving decorator meets its function at `span`."""
    options = Value(shape=decorator.options)
    _tell(run, Served(decorator.served_by, decorator.framework, span, handler, options, (), scope, decorator.route))


def _tell(run: Run, served: Served) -> None:
    """What a project's own wrapper serves is served where the wrapper is called, for the path that is given there."""
    if run.served is None:
        return
    served = replace(served, name=run.naming[0] if run.naming else "")
    chain = run.chain[run.routes[-1][1] :] if run.routes else run.chain
    if chain:
        site = chain[0]
        end = site.span.column + len(site.name)
        head = replace(
            site.span, end_line=site.span.line, end_column=end, end=site.span.start + len(site.name.encode())
        )
        served = replace(served, span=head)
    run.served(served)
