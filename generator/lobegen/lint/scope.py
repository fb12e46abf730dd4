"""What is read and what is shown: a named file is judged within its project, and only its findings are shown."""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from lobegen.errors import LobegenError
from lobegen.read.repository import repository_root
from lobegen.read.walking import ENDINGS

_MARKERS = ("package.json", "pyproject.toml", "lobegen.toml", ".git", "requirements.txt", "setup.py")


class Scope(Struct, frozen=True):
    """The paths of one run, all absolute.

    Attributes:
        root: Where searches upwards end: the repository, else the topmost folder that is read.
        named: What the user named: only what is found there is shown.
        projects: The projects around it, read too, so that a file gives alone what it gives in its tree.
    """

    root: Path
    named: tuple[Path, ...]
    projects: tuple[Path, ...]

    def shows(self, path: str) -> bool:
        """Whether findings at an absolute path are shown."""
        return any(path == str(each) or path.startswith(str(each).rstrip(os.sep) + os.sep) for each in self.named)


def scope_of(paths: Sequence[Path], *, root: Path | None = None, without_file: Path | None = None) -> Scope:
    """The scope of the paths that were named.

    Args:
        paths: Files and folders; none means the current folder.
        root: The project's folder where the caller knows it.
        without_file: A file that need not exist, since its content is given.

    Raises:
        LobegenError: A path that does not exist, is neither a file nor a folder, or is of no language that is linted.
    """
    named = tuple(Path(os.path.abspath(path)) for path in paths or [Path()])
    for given, path in zip(paths or [Path()], named, strict=True):
        if path != without_file:
            _check(given, path)
    projects = (root.absolute(),) if root else tuple(filter(None, dict.fromkeys(_project_of(path) for path in named)))
    return Scope(_root(named, projects), named, projects)


def _check(given: Path, path: Path) -> None:
    try:
        exists, is_folder, is_file = os.path.lexists(path), path.is_dir(), path.is_file()
    except OSError as error:
        raise LobegenError(f"{given}: cannot be read: {error.strerror}.") from None
    if not exists:
        raise LobegenError(f"{given}: there is no such file or folder.")
    if not is_folder and not is_file:
        raise LobegenError(f"{given}: is neither a file nor a folder.")
    if is_file and not path.name.endswith(ENDINGS):
        raise LobegenError(f"{given}: is not a source that lobegen reads.", f"It reads {' '.join(ENDINGS)}.")


def _project_of(path: Path) -> Path | None:
    """The nearest folder above (or the folder itself) that looks like a project; the home folder is none."""
    start = path if path.is_dir() else path.parent
    home = Path.home()
    for folder in (start, *start.parents):
        if folder != home and any((folder / marker).exists() for marker in _MARKERS):
            return folder
    return None


def _root(named: Sequence[Path], projects: Sequence[Path]) -> Path:
    folders = [str(path if path.is_dir() else path.parent) for path in (*named, *projects)]
    common = os.path.commonpath(folders)
    return Path(repository_root(common) or common)
