"""Index files (TypeScript) that hand on what serves: who imports from a folder names none of the files in it."""

from collections.abc import Iterable
from pathlib import Path

from lobegen.patterns import compiled
from lobegen.read.elaborate import surface
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import Closure, External
from lobegen.read.routes import module_name
from lobegen.read.syntax import Export

_INDEX = compiled(r"(?:^|/)index\.\w+$")
#: folders of packages that imports of the package do not name
_INSIDE = {"src", "lib"}

#: what serves, by the files that export it
Serving = dict[Path, set[str]]


def serving_exports(modules: Iterable[ModuleScope], wrappers: set[str]) -> Serving:
    """The exports of TypeScript modules that serve what they are given.

    Args:
        wrappers: Last names of the modules that have functions of their own for that.
    """
    found: Serving = {}
    for scope in modules:
        if scope.source.language != "typescript":
            continue
        wraps = module_name(scope.source.path) in wrappers
        names = set(surface.SERVE_NAMES) if any(map(scope.modules.is_sdk, scope.source.star_exports)) else set()
        names |= {each.name for each in scope.source.exports.values() if _serves(scope, each, wraps=wraps)}
        if names:
            found[scope.modules.path_of(scope.source)] = names
    return found


def _serves(scope: ModuleScope, export: Export, *, wraps: bool) -> bool:
    """Whether an export is a function of the SDK that serves, or one of the project's own around it."""
    if export.specifier is not None:
        return surface.serves(External(export.specifier, export.local))
    imported = scope.source.imports.get(export.local)
    if imported is not None:
        return surface.serves(External(imported.specifier, imported.name))
    value = scope.exported(export.name) if wraps else None
    return value is not None and isinstance(value.shape, Closure)


def handed_on(modules: Iterable[ModuleScope], serving: Serving) -> tuple[set[str], Serving]:
    """What index files hand on of what serves.

    Returns:
        The names of their folders, and what they export of it.
    """
    folders: set[str] = set()
    found: Serving = {}
    for scope in modules:
        path = scope.modules.path_of(scope.source)
        if scope.source.language != "typescript" or not _INDEX.search(scope.source.path) or path in serving:
            continue
        names: set[str] = set()
        for specifier in scope.source.star_exports:
            names |= serving.get(scope.modules.behind(scope.source, specifier) or path, set())
        for each in scope.source.exports.values():
            passed = scope.modules.behind(scope.source, each.specifier) if each.specifier else None
            if passed is not None and each.local in serving.get(passed, ()):
                names.add(each.name)
        if names:
            inner = path.parent
            folders |= {inner.name, inner.parent.name} - {""} if inner.name in _INSIDE else {inner.name}
            found[path] = names
    return folders, found
