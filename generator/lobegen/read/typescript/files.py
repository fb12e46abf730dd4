"""Which file a path without (or with another) extension means, inside the root of the run."""

import os
from pathlib import Path

from lobegen.read.folders import upwards
from lobegen.read.presence import ON_DISK, Presence

SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
# What a compiled name may have been compiled from.
SOURCES = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
BUILT = frozenset({"dist", "lib", "build", "out", "esm", "cjs"})

_INDEXES = tuple("index" + extension for extension in SUFFIXES)


def _spellings(name: str) -> list[str]:
    """The files of a folder that a name may mean: its sources, itself, with an extension."""
    stem, suffix = os.path.splitext(name)
    found = [stem + source for source in SOURCES.get(suffix, ())]
    return [*found, *([name] if suffix in SUFFIXES else ()), *(name + extension for extension in SUFFIXES)]


class Files:
    """Looks up files below a root; every directory is listed once."""

    def __init__(self, root: Path, presence: Presence = ON_DISK) -> None:
        self._presence = presence
        self.root = os.path.abspath(root)
        self._real_root = os.path.realpath(root)
        self._listed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self._real: dict[str, str] = {}

    def probe(self, path: str) -> Path | None:
        """The source file that a path means: itself, its source, with an extension, or the index of a folder."""
        path = os.path.normpath(path)
        if not self.inside(path):
            return None
        folder, name = os.path.split(path)
        for place, names in ((folder, _spellings(name)), (path, _INDEXES)):
            there = self._list(place)[0]
            found = next((each for each in names if each in there), None) if there else None
            if found is not None:
                file = os.path.join(place, found)
                return Path(file) if self._stays(file) else None
        return None

    def inside(self, path: str) -> bool:
        """Whether a path is below the root and not in node_modules."""
        below = path == self.root or path.startswith(self.root.rstrip(os.sep) + os.sep)
        return below and "node_modules" not in path[len(self.root) :].split(os.sep)

    def _stays(self, path: str) -> bool:
        folder, name = os.path.split(path)
        real = os.path.realpath(path) if os.path.islink(path) else os.path.join(self._real_folder(folder), name)
        return real.startswith(self._real_root.rstrip(os.sep) + os.sep)

    def _real_folder(self, folder: str) -> str:
        """A folder without links on the way; what is around it is looked at once."""
        known = self._real.get(folder)
        if known is None:
            above, name = os.path.split(folder)
            if folder == self.root or above == folder or os.path.islink(folder):
                known = os.path.realpath(folder)
            else:
                known = os.path.join(self._real_folder(above), name)
            self._real[folder] = known
        return known

    def is_file(self, path: str) -> bool:
        """Whether a file is there, spelled exactly so."""
        folder, name = os.path.split(path)
        return name in self._list(folder)[0]

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder, node_modules and hidden ones apart."""
        return sorted(name for name in self._list(path)[1] if name != "node_modules" and not name.startswith("."))

    def upwards(self, folder: str) -> list[str]:
        """A folder and those around it, up to the root."""
        return upwards(self.root, os.path.abspath(folder))

    def _list(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        known = self._listed.get(folder)
        if known is None:
            known = self._listed[folder] = self._presence.listed(folder)
        return known
