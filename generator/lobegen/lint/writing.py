"""Writes fixed files: all of them or none, each whole at any moment."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.lint.fixing import FixedFile

_NOTHING = "Nothing was fixed."


def write_files(files: Sequence[FixedFile]) -> None:
    """Put the fixed files in the place of the old ones, with their permissions.

    Raises:
        LobegenError: A file that is a link, is read-only, has changed meanwhile, or cannot be written; nothing was.
    """
    for file in files:
        _check(file)
    written: list[tuple[Path, Path]] = []
    try:
        for file in files:
            aside = file.path.with_name(f".{file.path.name}.{os.getpid()}.lobegen")
            written.append((aside, file.path))
            aside.write_bytes(file.after)
            aside.chmod(stat.S_IMODE(file.path.stat().st_mode))
        for aside, path in written:
            os.replace(aside, path)
    except OSError as error:
        raise LobegenError(f"{error.filename}: cannot be written: {error.strerror}.", _NOTHING) from None
    finally:
        for aside, _ in written:
            aside.unlink(missing_ok=True)


def _check(file: FixedFile) -> None:
    problem = ""
    try:
        if file.path.is_symlink():
            problem = "is a symbolic link; name the file that it leads to"
        elif not os.access(file.path, os.W_OK) or not file.path.stat().st_mode & 0o222:
            problem = "is read-only"
        elif file.path.read_bytes() != file.before:
            problem = "has changed while it was linted"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    if problem:
        raise LobegenError(f"{file.display}: {problem}.", _NOTHING)
