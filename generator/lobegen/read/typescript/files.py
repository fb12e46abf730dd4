"""Which file a path without (or with another) extension means, inside the root of the run."""

import os
from pathlib import Path

from lobegen.read.presence import ON_DISK, Presence

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
# What a compiled name may have been compiled from.
SOURCES = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
BUILT = frozenset({"dist", "lib", "build", "out", "esm", "cjs"})


class Files:
    """Looks up files below a root; every directory is listed once."""

    def __init__(self, root: Path, presence: Presence = ON_DISK) -> None:
        self._presence = presence
        self.root = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._listed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def probe(self, path: str) -> Path | None:
        """The source file that a path means: itself, its source, with an extension, or the index of a folder."""
        path = os.path.normpath(path)
        if not self.inside(path):
            return None
        stem, suffix = os.path.splitext(path)
        for candidate in self._candidates(path, stem, suffix):
            if self.is_file(candidate):
                return Path(candidate) if self._stays(candidate) else None
        return None

    def _candidates(self, path: str, stem: str, suffix: str) -> list[str]:
        found = [stem + source for source in SOURCES.get(suffix, ())]
        if suffix in SUFFIXES:
            found.append(path)
        found += [path + extension for extension in SUFFIXES]
        return found + [os.path.join(path, "index" + extension) for extension in SUFFIXES]

    def inside(self, path: str) -> bool:
        """Whether a path is below the root and not in node_modules."""
        below = path == self.root or path.startswith(self.root.rstrip(os.sep) + os.sep)
        return below and "node_modules" not in path[len(self.root) :].split(os.sep)

    def _stays(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real.startswith(self._real_root.rstrip(os.sep) + os.sep)

    def is_file(self, path: str) -> bool:
        """Whether a file is there, spelled exactly so."""
        folder, name = os.path.split(path)
        return name in self._list(folder)[0]

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder, node_modules and hidden ones apart."""
        return sorted(name for name in self._list(path)[1] if name != "node_modules" and not name.startswith("."))

    def upwards(self, folder: str) -> list[str]:
        """A folder and those around it, up to the root."""
        found = []
        folder = os.path.abspath(folder)
        while folder == self.root or folder.startswith(self.root.rstrip(os.sep) + os.sep):
            found.append(folder)
            if folder == self.root:
                break
            folder = os.path.dirname(folder)
        return found

    def _list(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        known = self._listed.get(folder)
        if known is None:
            known = self._listed[folder] = self._presence.listed(folder)
        return known
