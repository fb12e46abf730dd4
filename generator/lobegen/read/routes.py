"""From a file's place to the URL path that it serves."""

import re

from lobegen.patterns import compiled

_ROUTE_FILES = {"route", "+server", "index"}
#: frameworks whose files in `routes/` are routes by their names, dots standing for slashes
_FLAT = {"react-router", "remix", "tanstack", "solidjs"}
_NITRO = compiled(r"(?:^|/)server/(?P<folder>api|routes)/(?P<inside>.+)$")
_METHOD = compiled(r"\.(get|post|put|patch|delete|head|options|connect|trace)(\.(dev|prod|prerender))?$")
#: what the path of a file holds that is a route by its place
_PLACED = compiled(r"(?:^|/)(?:pages|routes|api)/|/(?:route|\+server|index)\.\w+$")
_ENDING = compiled(r"\.(tsx?|jsx?|mts|cts|mjs|cjs|py)$")


def route_of(path: str, given: str | None, key: str | None, framework: str = "") -> str | None:
    """The URL path of an endpoint.

    Args:
        path: The file that serves it.
        given: A path given in code (`app.post("/process", …)`, `@serve.post("/process")`): it wins.
        key: Its name among several served together; it replaces a catch-all or dynamic segment.

    Returns:
        A path with a leading slash and no trailing one, or None when neither code nor place tells.
    """
    route = given if given is not None else _by_framework(path, framework)
    if route is None:
        return f"/{key}" if key else None
    if key:
        route = re.sub(r"/(\[\[?\.\.\.[^/]*\]|\[[^./\]]+\]|:\w+\*?|\*\w*)$", "", route) + f"/{key}"
    return route.rstrip("/") or "/"


def may_be_route(path: str) -> bool:
    """Whether a file can serve a path by its place; most cannot."""
    return _PLACED.search(path) is not None


def _by_framework(path: str, framework: str) -> str | None:
    placed = nitro_route(path) if framework == "h3" else None
    return placed or _from_file(path) or (flat_route(path) if framework in _FLAT else None)


def _from_file(path: str) -> str | None:
    parts = _ENDING.sub("", path).split("/")
    for marker, router in (("app", True), ("pages", False), ("routes", True), ("api", False)):
        if marker in parts[:-1]:
            at = len(parts) - 1 - parts[::-1].index(marker) if marker == "api" else parts.index(marker)
            inside = parts[at + (0 if marker == "api" else 1) :]
            if router and inside[-1] not in _ROUTE_FILES:
                continue
            if inside[-1] in _ROUTE_FILES:
                inside = inside[:-1]
            segments = [part for part in inside if not (part.startswith("@") or (part[:1] + part[-1:]) == "()")]
            return "/" + "/".join(segments)
    return None


def flat_route(path: str) -> str | None:
    """The path of `routes/api.v1.jobs.$.ts`; a leading underscore marks what gives no segment."""
    if "routes/" not in path:
        return None
    parts = _ENDING.sub("", path).split("/")
    if "routes" not in parts[:-1]:
        return None
    inside = ".".join(parts[len(parts) - parts[::-1].index("routes") :]).split(".")
    segments = [part.rstrip("_") for part in inside if not re.fullmatch(r"_.*|\(.*\)|index|route|action", part)]
    return "/" + "/".join("*" if part == "$" else part.replace("$", ":") for part in segments)


def nitro_route(path: str) -> str | None:
    """The path of `server/api/jobs/[id].post.ts` and of `server/routes/jobs.ts` (Nuxt, Nitro)."""
    match = _NITRO.search(path) if "server/" in path else None
    if match is None:
        return None
    parts = _METHOD.sub("", _ENDING.sub("", match["inside"])).split("/")
    prefix = ["api"] if match["folder"] == "api" else []
    return "/" + "/".join([*prefix, *(part for part in parts if not re.fullmatch(r"index|\(.*\)", part))])


def endpoint_name(path: str, route: str | None, function: str) -> str:
    """What an endpoint is called: the last part of its route, else its variable or function, else its file."""
    if route is not None and route != "/":
        return route.rsplit("/", 1)[-1]
    if function and function != "default":
        return function
    parts = _ENDING.sub("", path).split("/")
    return parts[-2] if parts[-1] in _ROUTE_FILES and len(parts) > 1 else parts[-1]


def module_name(path: str) -> str:
    """The name that imports of a file end in: its own, or its folder's for an index file or a package's source."""
    parts = _ENDING.sub("", path).split("/")
    telling = [part for part in parts if part not in ("index", "__init__", "src", "lib")]
    return (telling or parts)[-1]


def workflow_folder(path: str) -> str:
    """The folder that holds all endpoints of a workflow: the parent of `process-users/route.ts` or of a module."""
    parts = path.split("/")
    up = 2 if _ENDING.sub("", parts[-1]) in _ROUTE_FILES and len(parts) > 2 else 1
    inside = parts[:-up]
    while inside and re.fullmatch(r"\[.*\]|\(.*\)", inside[-1]):
        inside = inside[:-1]
    return "/".join(inside)
