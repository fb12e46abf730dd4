"""Which paths something other than a workflow may serve: ordinary routes by their files or in code."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from lobegen.model.routing import UNKNOWN, Router
from lobegen.model.source import Span
from lobegen.model.values import Text
from lobegen.read.discovery import SourceTree
from lobegen.read.routes import flat_route, may_be_route, nitro_route, route_of

#: the segments of a path
Path = tuple[str, ...]
_NOWHERE = Span("", 1, 1, 1, 1, 0, 0)
#: how frameworks register a route: `app.post("/x")`, `path("x/")`, `Route("/x")`, a key of several served together
_METHODS = rb"get|post|put|patch|all|use|route|mount|on|options|api_route|add_api_route|add_url_rule"
_REGISTERED = (
    rb"(?:\.(?:"
    + _METHODS
    + rb")|\b(?:re_)?path|\bRoute|\bMount|prefix\s*=|\bPOST|\bGET|@(?:Post|All))\s*\(?\s*(?:<[^>\n]*>\s*\()?"
    rb"[\"'`][^\"'`\n]*\b%b/?[\"'`]|[\"'`]%b[\"'`]\s*:"
)


class Elsewhere:
    """Tells what is served by something other than a workflow.

    Args:
        tree: The project's files.
    """

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._known_routes: dict[str, list[str]] = {}

    def expect(self, paths: Iterable[Path], workflows: frozenset[str]) -> None:
        """Begin to look for what `served` will probably be asked for."""
        wanted = _known(paths)
        self._tree.search_ahead(*_ends(wanted - self._by_files(wanted, workflows)))

    def served(self, paths: Iterable[Path], workflows: frozenset[str]) -> frozenset[str]:
        """Those of the paths, joined by slashes, that a route other than those of workflows serves or may serve.

        Args:
            paths: Segments of paths.
            workflows: The files of workflows, as shown, whose routes are known.
        """
        wanted = _known(paths)
        found = self._by_files(wanted, workflows)
        found |= _in_code(wanted - found, self._tree, workflows)
        return frozenset("/".join(path) for path in found)

    def _by_files(self, wanted: frozenset[Path], workflows: frozenset[str]) -> set[Path]:
        """The paths that the place of a file says it serves."""
        if not wanted:
            return set()
        telling = dict.fromkeys(self._open)
        for word in {path[-1] for path in wanted}:
            telling.update(dict.fromkeys(_with(word, self._listed)))
        shown = [file for each in telling if (file := self._tree.display(each)) not in workflows]
        router = Router([(route, file, True) for file in shown for route in self._routes(file)])
        return {path for path in wanted if router.find(_text(path), _NOWHERE)}

    @cached_property
    def _listed(self) -> str:
        """The paths of all files, with what no path holds around each."""
        return "\0".join(["", *self._tree.files(), ""])

    @cached_property
    def _open(self) -> list[str]:
        """The files that may serve any path."""
        return [path for path in self._tree.files() if ("[" in path or "$" in path) and may_be_route(path)]

    def _routes(self, file: str) -> list[str]:
        if file not in self._known_routes:
            routes = (route_of(file, None, None), flat_route(file), nitro_route(file))
            self._known_routes[file] = list(filter(None, routes))
        return self._known_routes[file]


def _with(word: str, listed: str) -> Iterator[str]:
    """Those of many listed paths that hold a word, found in a tenth of the time that it takes to ask each."""
    place = listed.find(word)
    while place >= 0:
        end = listed.index("\0", place)
        yield listed[listed.rindex("\0", 0, place) + 1 : end]
        place = listed.find(word, end)


def _known(paths: Iterable[Path]) -> frozenset[Path]:
    return frozenset(path for path in paths if path and UNKNOWN not in path)


def _ends(paths: Iterable[Path]) -> set[bytes]:
    return {path[-1].encode() for path in paths}


def _in_code(left: frozenset[Path], tree: SourceTree, workflows: frozenset[str]) -> set[Path]:
    """The paths that code may register as routes."""
    found: set[Path] = set()
    ends = _ends(left)
    patterns = {end: re.compile(_REGISTERED % (re.escape(end), re.escape(end))) for end in ends}
    for file in tree.containing(*ends) if ends else ():
        if file.display in workflows:
            continue
        found |= {
            path for path in left if (end := path[-1].encode()) in file.content and patterns[end].search(file.content)
        }
    return found


def _text(path: tuple[str, ...]) -> Text:
    return Text(_NOWHERE, "text", ("/" + "/".join(path),))
