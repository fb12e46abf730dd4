"""Writes fixed files: all of them or none, each whole at any moment."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.lint.fixing import FixedFile

_NOTHING = "Nothing was changed."


def write_files(files: Sequence[FixedFile]) -> None:
    """Put the fixed files in the place of the old ones, with their permissions.

    Raises:
        LobegenError: A file that is a link, is read-only, has changed meanwhile, or cannot be written; nothing was.
    """
    for file in files:
        _check(file)
    beside = [file.path.with_name(f".{file.path.name}.{os.getpid()}.lobegen") for file in files]
    try:
        for file, aside in zip(files, beside, strict=True):
            _write_aside(file, aside)
        for file, aside in zip(files, beside, strict=True):
            os.replace(aside, file.path)
    finally:
        for aside in beside:
            aside.unlink(missing_ok=True)


def _write_aside(file: FixedFile, aside: Path) -> None:
    try:
        aside.write_bytes(file.after)
        aside.chmod(stat.S_IMODE(file.path.stat().st_mode))
    except OSError as error:
        raise LobegenError(f"{file.display}: cannot be written: {error.strerror}.", _NOTHING) from None


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
