"""From an import specifier to the file it means."""

import os
from pathlib import Path

from lobegen.read.presence import ON_DISK, Presence
from lobegen.read.typescript.files import Files
from lobegen.read.typescript.module_kinds import ModuleKind, module_kind
from lobegen.read.typescript.tsconfig import Configurations
from lobegen.read.typescript.workspaces import Workspaces, match_exports


class TypescriptResolver:
    """Resolves relative specifiers, `paths` and `baseUrl`, `#imports` and workspace packages below a root.

    Never leaves the root, never enters node_modules; what it read is remembered for its lifetime.
    """

    def __init__(self, root: Path, presence: Presence = ON_DISK) -> None:
        self._files = Files(root, presence)
        self._workspaces = Workspaces(self._files)
        self._configurations = Configurations(self._files, self._workspaces.folder)
        self._known: dict[tuple[str, str], Path | None] = {}

    def resolve(self, from_file: Path, specifier: str) -> Path | None:
        """The file that a specifier means in a file; None when it is outside the project or not found."""
        folder = os.path.dirname(os.path.abspath(from_file))
        key = (folder, specifier)
        if key not in self._known:
            self._known[key] = self._find(folder, specifier)
        return self._known[key]

    def kind(self, file: Path) -> ModuleKind | None:
        """How a file is loaded, where that is known."""
        return module_kind(os.path.abspath(file), self._files, self._workspaces, self._configurations)

    def _find(self, folder: str, specifier: str) -> Path | None:
        if not specifier or "\0" in specifier or specifier.startswith("/") or ":" in specifier:
            return None
        if specifier.startswith("./") or specifier.startswith("../") or specifier in (".", ".."):
            return self._files.probe(os.path.join(folder, specifier))
        ways = (self._aliased, self._own_import, self._package, self._rooted)
        return next((found for way in ways if (found := way(folder, specifier)) is not None), None)

    def _aliased(self, folder: str, specifier: str) -> Path | None:
        for aliases in self._configurations.near(folder):
            for candidate in aliases.candidates(specifier):
                found = self._files.probe(candidate)
                if found is not None:
                    return found
        return None

    def _own_import(self, folder: str, specifier: str) -> Path | None:
        """A `#name` of the nearest package's `imports`."""
        package = self._workspaces.nearest(folder) if specifier.startswith("#") else None
        if package is None:
            return None
        for target in match_exports(self._workspaces.package(package).get("imports"), specifier):
            if target.startswith("."):
                found = self._files.probe(os.path.join(package, target))
            else:
                found = self._package(folder, target)
            if found is not None:
                return found
        return None

    def _package(self, folder: str, specifier: str) -> Path | None:
        parts = specifier.split("/")
        split = 2 if specifier.startswith("@") else 1
        package = self._workspaces.folder(folder, "/".join(parts[:split]))
        return self._workspaces.entry(package, "/".join(parts[split:])) if package is not None else None

    def _rooted(self, folder: str, specifier: str) -> Path | None:
        """A path from a package's own root (`lobehub/src/...` into a submodule), as bundlers are told to allow."""
        if "/" not in specifier or specifier.startswith(("@", "#")):
            return None
        first = specifier.partition("/")[0]
        for place in self._files.upwards(folder):
            if first in self._files.folders(place) and self._files.is_file(os.path.join(place, "package.json")):
                found = self._files.probe(os.path.join(place, specifier))
                if found is not None:
                    return found
        return None
