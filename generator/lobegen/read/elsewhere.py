"""Which paths something other than a workflow may serve: ordinary routes by their files or in code."""

import re
from collections.abc import Iterable

from lobegen.model.routing import UNKNOWN, Router
from lobegen.model.source import Span
from lobegen.model.values import Text
from lobegen.read.discovery import SourceTree
from lobegen.read.routes import flat_route, route_of

_NOWHERE = Span("", 1, 1, 1, 1, 0, 0)
#: how frameworks register a route: `app.post("/x")`, `path("x/")`, `Route("/x")`, a key of several served together
_METHODS = rb"get|post|put|patch|all|use|route|mount|on|options|api_route|add_api_route|add_url_rule"
_REGISTERED = (
    rb"(?:\.(?:" + _METHODS + rb")|\b(?:re_)?path|\bRoute|\bMount|prefix\s*=|\bPOST|\bGET)\s*\(?\s*(?:<[^>\n]*>\s*\()?"
    rb"[\"'`][^\"'`\n]*\b%b/?[\"'`]|[\"'`]%b[\"'`]\s*:"
)


def served_elsewhere(paths: Iterable[tuple[str, ...]], tree: SourceTree, workflows: frozenset[str]) -> frozenset[str]:
    """Those of the paths, joined by slashes, that a route other than those of workflows serves or may serve.

    Args:
        paths: Segments of paths, none of them unknown.
        workflows: The files of workflows, as shown, whose routes are known.
    """
    wanted = [path for path in paths if path and UNKNOWN not in path]
    if not wanted:
        return frozenset()
    telling = re.compile("|".join([r"\[", r"\$", *(re.escape(path[-1]) for path in wanted)]))
    files = [shown for each in tree.files() if telling.search(each) and (shown := tree.display(each)) not in workflows]
    routes = ((route, shown) for shown in files for route in (route_of(shown, None, None), flat_route(shown)))
    router = Router([(route, shown, True) for route, shown in routes if route])
    found = {path for path in wanted if router.find(_text(path), _NOWHERE)}
    left = {path for path in wanted if path not in found}
    ends = {path[-1].encode() for path in left}
    patterns = {end: re.compile(_REGISTERED % (re.escape(end), re.escape(end))) for end in ends}
    for file in tree.containing(*ends) if ends else ():
        if file.display in workflows:
            continue
        found |= {
            path for path in left if (end := path[-1].encode()) in file.content and patterns[end].search(file.content)
        }
    return frozenset("/".join(path) for path in found)


def _text(path: tuple[str, ...]) -> Text:
    return Text(_NOWHERE, "text", ("/" + "/".join(path),))
