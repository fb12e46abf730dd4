"""Which endpoint a trigger's URL leads to: its path is matched with the routes that endpoints serve."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from lobegen.model.source import Span
from lobegen.model.values import Text
from lobegen.patterns import compiled

Served = TypeVar("Served")

_PACKAGES = {"apps", "packages", "examples"}
#: stands for a part of a path that is not known
UNKNOWN = "*"
#: stands in a route for any number of segments: of several served together the last segment chooses
ANY_NUMBER = "**"
_ANY_SEGMENT = compiled(r"\[[^.\]]+\]|[:$]\w+\??|\{\w+(:\w+)?\}|<[\w:]+>")
_ANY_REST = compiled(r"\[?\[\.\.\.[^\]]*\]\]?|:\w+\*|\*\w*|\$|\{\w+:path\}|<path:\w+>")


def path_of(url: Text) -> tuple[str, ...]:
    """The segments of a URL's path, `UNKNOWN` for what is not; empty when nothing is known of it.

    What stands before the first slash is the base: an address, a variable or a call that gives one.
    """
    written = "".join(part if isinstance(part, str) else "\0" for part in url.parts)
    written = written.partition("?")[0].partition("#")[0]
    base, scheme, rest = written.partition("://")
    path = rest.partition("/")[2] if scheme else (base if base.startswith("/") else _without_base(base))
    return tuple(UNKNOWN if "\0" in part else part for part in segments(path))


def _without_base(written: str) -> str:
    """The path behind a leading variable; `${base}api` is taken for a base that ends in a slash."""
    if not written.startswith("\0"):
        return written.partition("/")[2]
    return written[1:] if len(written) > 1 and written[1] not in "/\0" else written.partition("/")[2]


def segments(route: str) -> tuple[str, ...]:
    """The segments of a route, or of a path."""
    return tuple(part for part in route.split("/") if part)


def base_of(url: Text) -> str:
    """What stands before the path: an address, or an expression as written."""
    first = url.parts[0] if url.parts else ""
    return "/".join(first.split("/")[:3]) if isinstance(first, str) else first.source


def same_package(one: str, other: str) -> bool:
    """Whether two files part elsewhere than at, or just below, a folder of packages."""
    mine, theirs = one.split("/"), other.split("/")
    shared = next((i for i, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), 0)
    below = shared > 0 and mine[shared - 1] in _PACKAGES
    return not (below or {mine[shared], theirs[shared]} <= _PACKAGES)


class Router(Generic[Served]):
    """Finds what serves a path.

    Args:
        served: What is served, with its route and the file that serves it.
    """

    def __init__(self, served: Sequence[tuple[str, str, Served]]) -> None:
        self._exact: dict[str, list[tuple[str, Served]]] = {}
        self._open: list[tuple[tuple[str, ...], str, Served]] = []
        #: by identity, which the text itself, kept beside, keeps from being given to another one
        self._found: dict[tuple[int, str], tuple[Text, Served | None]] = {}
        for route, file, each in served:
            parts = segments(route)
            if any(map(_open, parts)):
                self._open.append((parts, file, each))
            elif parts:
                self._exact.setdefault("/".join(parts), []).append((file, each))

    def find(self, url: Text, near: Span) -> Served | None:
        """What serves a URL: the longest route that its path ends in, of several the nearest to a place."""
        key = (id(url), near.path)
        if key not in self._found:
            self._found[key] = (url, self._search(url, near))
        return self._found[key][1]

    def _search(self, url: Text, near: Span) -> Served | None:
        path = path_of(url)
        for start in range(len(path)):
            end = path[start:]
            if UNKNOWN not in end and (held := self._exact.get("/".join(end))):
                return _nearest(held, near)
            whole = start == 0
            matching = [(file, each) for route, file, each in self._open if _matches(route, end, whole=whole)]
            if matching:
                return _nearest(matching, near)
        return None


def _nearest(held: Sequence[tuple[str, Served]], near: Span) -> Served:
    return max(held, key=lambda each: _shared(each[0], near.path))[1] if len(held) > 1 else held[0][1]


def _shared(one: str, other: str) -> int:
    """How many leading folders two files share."""
    count = 0
    for mine, theirs in zip(one.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _open(segment: str) -> bool:
    return segment == ANY_NUMBER or bool(_ANY_SEGMENT.fullmatch(segment) or _ANY_REST.fullmatch(segment))


def _matches(route: Sequence[str], path: Sequence[str], *, whole: bool) -> bool:
    """Whether a route with open segments serves this very path; the end of a longer one only where it begins alike."""
    if not whole and _open(route[0]):
        return False
    if ANY_NUMBER in route:
        head, tail = list(route[: route.index(ANY_NUMBER)]), list(route[route.index(ANY_NUMBER) + 1 :])
        longer = len(path) >= len(head) + len(tail)
        return longer and list(path[: len(head)]) == head and list(path[-len(tail) :]) == tail
    for position, segment in enumerate(route):
        if _ANY_REST.fullmatch(segment):
            return position < len(path) or segment.startswith("[[")
        if position >= len(path) or not (_ANY_SEGMENT.fullmatch(segment) or segment == path[position]):
            return False
    return len(route) == len(path)
