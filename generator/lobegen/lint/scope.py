"""What is read and what is shown: a named file is judged within its project, and only its findings are shown."""

import os
from collections.abc import Container, Sequence
from pathlib import Path

from msgspec import Struct

from lobegen.errors import LobegenError
from lobegen.read.repository import repository_root
from lobegen.read.walking import ENDINGS

#: what a package has in its folder
PACKAGE_MARKERS = ("package.json", "pyproject.toml", "requirements.txt", "setup.py")
_MARKERS = (*PACKAGE_MARKERS, "lobegen.toml", ".git")


class Scope(Struct, frozen=True):
    """The paths of one run, all absolute.

    Attributes:
        root: Where searches upwards end: the repository, else the topmost folder that is read.
        named: What the user named: only what is found there is shown.
        projects: The projects around it, read too, so that a file gives alone what it gives in its tree.
        files: The files among what was named.
        folders: The folders among what was named, each with a separator at its end.
        changed: The files to which findings are confined; None where they are not.
    """

    root: Path
    named: tuple[Path, ...]
    projects: tuple[Path, ...]
    files: frozenset[str]
    folders: tuple[str, ...]
    changed: frozenset[str] | None = None

    def names(self, path: str) -> bool:
        """Whether an absolute path is among what was named."""
        return path in self.files or path.startswith(self.folders)

    def shows(self, path: str) -> bool:
        """Whether findings at an absolute path are shown."""
        return self.names(path) and (self.changed is None or path in self.changed)


def scope_of(
    paths: Sequence[Path], *, root: Path | None = None, unsaved: Container[Path] = (), any_kind: bool = False
) -> Scope:
    """The scope of the paths that were named.

    Args:
        paths: Files and folders; none means the current folder.
        root: The project's folder where the caller knows it.
        unsaved: Files that need not exist, since their contents are given.
        any_kind: Whether files of no language that is linted are passed over, as those that pre-commit takes for Python
            by their first line.

    Raises:
        LobegenError: A path that does not exist, is neither a file nor a folder, or is of no language that is linted.
    """
    named = tuple(Path(os.path.abspath(path)) for path in paths or [Path()])
    for given, path in zip(paths or [Path()], named, strict=True):
        _check(given, path, any_kind, is_unsaved=path in unsaved)
    folders = [path for path in named if path.is_dir()]
    around = dict.fromkeys([*folders, *(path.parent for path in named if not path.is_dir())])
    projects = (root.absolute(),) if root else tuple(filter(None, dict.fromkeys(map(project_of, around))))
    return Scope(
        _root((*around, *projects)),
        named,
        projects,
        frozenset(str(path) for path in named),
        tuple(str(path).rstrip(os.sep) + os.sep for path in folders),
    )


def _check(given: Path, path: Path, any_kind: bool, *, is_unsaved: bool) -> None:
    try:
        exists, is_folder, is_file = os.path.lexists(path), path.is_dir(), path.is_file()
    except OSError as error:
        raise LobegenError(f"{given}: cannot be read: {error.strerror}.") from None
    if is_unsaved:
        return
    if not exists:
        raise LobegenError(f"{given}: there is no such file or folder.")
    if not is_folder and not is_file:
        raise LobegenError(f"{given}: is neither a file nor a folder.")
    if is_file and not path.name.endswith(ENDINGS) and not any_kind:
        raise LobegenError(f"{given}: is not a source that lobegen reads.", f"It reads {' '.join(ENDINGS)}.")


def project_of(start: Path) -> Path | None:
    """The nearest folder above (or the folder itself) that looks like a project; the home folder is none."""
    home = Path.home()
    for folder in (start, *start.parents):
        if folder != home and any((folder / marker).exists() for marker in _MARKERS):
            return folder
    return None


def _root(folders: Sequence[Path]) -> Path:
    common = os.path.commonpath(folders)
    return Path(repository_root(common) or common)
