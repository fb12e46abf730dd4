"""Which files deal with workflows through the project's own modules and hold no name of an SDK themselves."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from lobegen.model.source import Span
from lobegen.patterns import compiled
from lobegen.read.discovery import SourceFile, SourceTree
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.attributes import externals
from lobegen.read.elaborate.run import Served
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import Closure, ServedHandler, Value
from lobegen.read.routes import module_name, route_of
from lobegen.read.searching import Where

#: what a file must hold to start runs with a client that it imports
_STARTS = (b".trigger(", b".trigger<")
_PUBLISHES = (b"publishJSON", b"publish_json", b"batchJSON", b"batch_json", b"enqueueJSON", b"enqueue_json")
_PYTHON_SERVES = {"Serve", "serve", "async_serve"}
_USES = compiled(rb"\b(Serve|(async_)?serve)\s*\(|@\w+\.(post|route)\b")
_CLIENT = compiled(r"client|qstash|upstash", re.IGNORECASE)


class Offers(Struct):
    """Last names of the modules that export something for others to use.

    Attributes:
        serving: `serve`, an object that serves, or a handler that waits for a router to mount it.
        clients: A client that starts runs, or a function that gives one.
    """

    serving: set[str] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)


def offers(modules: Iterable[ModuleScope], served: Iterable[Served]) -> Offers:
    """What modules export for others to use."""
    homeless = {each.span for each in served if _route(each) is None}
    found = Offers()
    for scope in modules:
        name = module_name(scope.source.path)
        values = dict(_exported(scope))
        star = any(scope.modules.is_sdk(each) for each in scope.source.star_exports)
        if star or any(_serves(value, homeless) for value in values.values()) or _hands_on(scope):
            found.serving.add(name)
        if any(_is_client(exported, value) for exported, value in values.items()):
            found.clients.add(name)
    return found


def _exported(scope: ModuleScope) -> Iterator[tuple[str, Value]]:
    names = [*scope.source.exports] or [name for name, value in scope.names.items() if value.shape is not None]
    for name in names:
        value = scope.exported(name)
        if value is not None:
            yield name, value


def _serves(value: Value, homeless: set[Span]) -> bool:
    if isinstance(value.shape, ServedHandler):
        return value.shape.span in homeless
    return surface.serves(value.shape)


def _hands_on(scope: ModuleScope) -> bool:
    """Whether a module of Python imports what serves from the SDK and leaves its use to others."""
    if scope.source.language != "python" or _USES.search(scope.source.source):
        return False
    imported = scope.source.imports.values()
    return any(each.name in _PYTHON_SERVES and scope.modules.is_sdk(each.specifier) for each in imported)


def _is_client(name: str, value: Value) -> bool:
    if isinstance(value.shape, Closure):
        return bool(_CLIENT.search(name)) and not value.shape.function.parameters
    return any(surface.is_client(each) for each in externals(value))


def _route(served: Served) -> str | None:
    return route_of(served.span.path, served.route, served.key, served.framework)


def importing(names: Iterable[str], tree: SourceTree, using: Iterable[str] = ()) -> Iterator[SourceFile]:
    """The files that import a module of one of the names, and use something of one of others, where any are given."""
    words = [name.encode() for name in names]
    groups = (tuple(name.encode() for name in using),) if using else ()
    if words:
        yield from tree.containing(*words, where=Where(groups, _imports(words)))


def starting(names: Iterable[str], served: Iterable[Served], tree: SourceTree) -> Iterator[SourceFile]:
    """The files that start runs with a client that they import from a module of one of the names.

    Most messages are published to ordinary routes: a file that publishes must name what some workflow's route ends in,
    or stand beside one.
    """
    words = [name.encode() for name in names]
    if not words:
        return
    ends = sorted({part for each in served if (route := _route(each)) for part in _telling(route)})
    groups = ((*_STARTS, *_PUBLISHES), (*_STARTS, *ends))
    yield from tree.containing(*words, where=Where(groups, _imports(words)))


def _telling(route: str) -> Iterator[bytes]:
    """What a file holds that leads to a route or beside it: its last segment, or the one before with a slash."""
    *_, parent, end = ["", *route.split("/")]
    yield end.encode()
    if parent not in ("", "api"):
        yield f"{parent}/".encode()


def _imports(words: Iterable[bytes]) -> bytes:
    """What matches the import of a module of one of the names."""
    return b"|".join(rb"(?:import|from|require)\b[^\n]{0,500}\b" + re.escape(word) for word in words)
