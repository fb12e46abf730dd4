"""Import specifiers to the files of the project."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from lobegen.read.presence import ON_DISK, Presence

_PROJECT_FILES = {"pyproject.toml", "setup.py", "setup.cfg"}
_NOT_WALKED = {"node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist", "tests", "docs"}
_DEEPEST_PROJECT = 4


class PythonResolver:
    """Finds the file behind an import, inside one root.

    Python's search path is not in the sources. Taken for it, nearest first: the folder that holds the importing file's
    top-level package and all folders above it up to the root, each with its `src`; then the folders of the package
    itself (programs that are started inside it); then the other projects under the root.
    """

    def __init__(self, root: Path, presence: Presence = ON_DISK) -> None:
        """Resolve only to files under `root`, whatever symbolic links say."""
        self._presence = presence
        self._root = Path(os.path.abspath(root))
        self._real_root = os.path.realpath(root)
        self._found: dict[tuple[Path, str], Path | None] = {}
        self._other_roots: list[Path] | None = None

    def resolve(self, from_file: Path, specifier: str) -> Path | None:
        """The module or package file that a specifier names.

        Args:
            from_file: The importing file.
            specifier: As in `Import.specifier`: "a.b", ".b", "..".

        Returns:
            The absolute path of `a/b.py` or `a/b/__init__.py`; None outside the project, where nothing is found, and
            for a namespace package (a folder without `__init__.py`), which has members only.
        """
        path = Path(os.path.abspath(from_file))
        key = (path, specifier)
        if key not in self._found:
            self._found[key] = self._search(path, specifier)
        return self._found[key]

    def resolve_member(self, from_file: Path, specifier: str, name: str) -> Path | None:
        """The file of the submodule `name`, for `from specifier import name` and `specifier.name`; None if none is."""
        separator = "" if specifier.endswith(".") else "."
        return self.resolve(from_file, f"{specifier}{separator}{name}")

    def _search(self, path: Path, specifier: str) -> Path | None:
        names = specifier.lstrip(".")
        dots = len(specifier) - len(names)
        parts = names.split(".") if names else []
        if not all(part.isidentifier() for part in parts):
            return None
        if dots:
            return self._module(path.parents[dots - 1], parts) if dots <= len(path.parents) else None
        if not parts or parts[0] in sys.stdlib_module_names:
            return None
        found = (self._module(root, parts) for root in self._import_roots(path))
        return next((file for file in found if file is not None and file != path), None)

    def _module(self, folder: Path, parts: list[str]) -> Path | None:
        target = folder.joinpath(*parts)
        candidates = (
            (target / "__init__.py", target.with_name(f"{target.name}.py")) if parts else (target / "__init__.py",)
        )
        return next((file for file in candidates if self._is_inside(file)), None)

    def _is_inside(self, file: Path) -> bool:
        """Whether this is a file under the root, links resolved."""
        if not file.is_relative_to(self._root) or not self._presence.is_file(file):
            return False
        return Path(os.path.realpath(file)).is_relative_to(self._real_root)

    def _import_roots(self, path: Path) -> Iterator[Path]:
        inside, outside = self._parents(path.parent)
        for folder in outside:
            yield folder
            yield folder / "src"
        yield from inside
        if self._other_roots is None:
            self._other_roots = list(_project_roots(self._root))
        yield from self._other_roots

    def _parents(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The folders up to the root: those of the regular package around a file, and those above it."""
        parents = [parent for parent in (folder, *folder.parents) if parent.is_relative_to(self._root)]
        inside = 0
        while inside < len(parents) and self._presence.is_file(parents[inside] / "__init__.py"):
            inside += 1
        return parents[:inside], parents[inside:]


def _project_roots(root: Path) -> Iterator[Path]:
    """The folders under the root that hold a Python project, and their `src`."""
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= _DEEPEST_PROJECT
        folders[:] = [] if deep else sorted(n for n in folders if n[0] != "." and n not in _NOT_WALKED)
        if not _PROJECT_FILES.isdisjoint(files):
            yield here / "src"
            yield here
