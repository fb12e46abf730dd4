"""What tsconfig.json and jsconfig.json say of modules, through `extends` and `references`."""

import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from lobegen.read.typescript.documents import mapping, read_json, texts
from lobegen.read.typescript.files import Files

NAMES = ("tsconfig.json", "jsconfig.json")
MAX_EXTENDS = 16


class Aliases(Struct, frozen=True):
    """What a configuration says of specifiers: patterns with their absolute targets, and the base folder.

    Attributes:
        module: The module system that is compiled to, in small letters; empty where it does not say.
    """

    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()
    base: str | None = None
    module: str = ""

    def candidates(self, specifier: str) -> list[str]:
        """The absolute paths that a specifier may mean, in the order in which TypeScript tries them."""
        best: tuple[int, str, tuple[str, ...]] | None = None
        for pattern, targets in self.paths:
            prefix, star, suffix = pattern.partition("*")
            if not star:
                if specifier == pattern:
                    best = (len(pattern) + 1_000_000, "", targets)
                continue
            fits = specifier.startswith(prefix) and specifier.endswith(suffix)
            if fits and len(specifier) >= len(prefix) + len(suffix) and (best is None or len(prefix) > best[0]):
                best = (len(prefix), specifier[len(prefix) : len(specifier) - len(suffix)], targets)
        found = [target.replace("*", best[1], 1) for target in best[2]] if best is not None else []
        return found + ([os.path.join(self.base, specifier)] if self.base is not None else [])


class Configurations:
    """Finds and reads configurations; each file once."""

    def __init__(self, files: Files, package_folder: Callable[[str, str], str | None]) -> None:
        """`package_folder(folder, name)` is the workspace package of a name, for `extends` by package."""
        self._files = files
        self._package_folder = package_folder
        self._read: dict[str, Aliases] = {}
        self._near: dict[str, list[Aliases]] = {}

    def near(self, folder: str) -> list[Aliases]:
        """The configurations that may apply in a folder, nearest first."""
        known = self._near.get(folder)
        if known is None:
            found: list[Aliases] = []
            for place in self._files.upwards(folder):
                for name in NAMES:
                    if self._files.is_file(os.path.join(place, name)):
                        found.extend(self._with_references(os.path.join(place, name)))
                        break
            known = self._near[folder] = found
        return known

    def _with_references(self, path: str) -> list[Aliases]:
        """A configuration and those it refers to (Vite's tsconfig.json is only a list of references)."""
        found = [self._aliases(path)]
        references = read_json(Path(path)).get("references")
        for reference in references if isinstance(references, list) else []:
            target = mapping(reference).get("path")
            if isinstance(target, str):
                place = os.path.normpath(os.path.join(os.path.dirname(path), target))
                place = place if place.endswith(".json") else os.path.join(place, NAMES[0])
                if os.path.dirname(place) == os.path.dirname(path):
                    found.append(self._aliases(place))
        return found

    def _aliases(self, path: str) -> Aliases:
        known = self._read.get(path)
        if known is None:
            known = self._read[path] = self._load(path, os.path.dirname(path), 0)
        return known

    def _load(self, path: str, project: str, depth: int) -> Aliases:
        """One file over what it extends; `${configDir}` is the folder of the file that was asked for."""
        document = read_json(Path(path))
        folder = os.path.dirname(path)
        inherited = Aliases()
        for parent in texts(document.get("extends")):
            place = self._parent(folder, parent)
            if place is not None and depth < MAX_EXTENDS:
                above = self._load(place, project, depth + 1)
                module = above.module or inherited.module
                inherited = Aliases(above.paths or inherited.paths, above.base or inherited.base, module)
        options = mapping(document.get("compilerOptions"))

        def absolute(start: str, target: str) -> str:
            return os.path.normpath(os.path.join(start, target.replace("${configDir}", project)))

        written = options.get("baseUrl")
        base = absolute(folder, written) if isinstance(written, str) else inherited.base
        paths = inherited.paths
        if isinstance(options.get("paths"), dict):
            pairs = mapping(options["paths"]).items()
            paths = tuple((key, tuple(absolute(base or folder, t) for t in texts(value))) for key, value in pairs)
        named = options.get("module")
        return Aliases(paths, base, named.lower() if isinstance(named, str) else inherited.module)

    def _parent(self, folder: str, target: str) -> str | None:
        if target.startswith((".", "/")):
            path = os.path.normpath(os.path.join(folder, target))
        else:
            parts = target.split("/")
            split = 2 if target.startswith("@") else 1
            package = self._package_folder(folder, "/".join(parts[:split]))
            if package is None:
                return None
            path = os.path.join(package, *(parts[split:] or [NAMES[0]]))
        for candidate in (path, path + ".json", os.path.join(path, NAMES[0])):
            if self._files.inside(candidate) and self._files.is_file(candidate):
                return candidate
        return None
