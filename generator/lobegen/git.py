"""Calls of git: plain functions over the command, blind to a hook's environment, with one-line errors."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lobegen.errors import LobegenError

#: set by git for its hooks; they would point every call at the hook's own repository
_HOOK_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


class GitError(LobegenError):
    """A git command failed; the message is what it calls fatal, or the last line that it printed."""


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    """What `git ARGUMENTS` prints on standard output when run in `folder`.

    Raises:
        GitError: git ended with another code than 0.
        LobegenError: git is not installed.
    """
    done = _run(folder, arguments, stdin)
    if done.returncode != 0:
        raise _error(arguments[0], done)
    return done.stdout


def text(folder: Path, *arguments: str) -> str:
    """As `git`, decoded and without the last line end."""
    return git(folder, *arguments).decode(errors="surrogateescape").rstrip("\n")


def paths(folder: Path, *arguments: str) -> list[str]:
    """As `git`, for commands that print paths with `-z`."""
    return [os.fsdecode(path) for path in git(folder, *arguments).split(b"\0") if path]


def merge_file(folder: Path, labels: tuple[str, str, str]) -> tuple[bytes, bool]:
    """The merge of the files `ours`, `base` and `theirs` in `folder`, and whether it has no conflict.

    Args:
        folder: Where the three files are.
        labels: What conflict markers call them.
    """
    named = [word for label in labels for word in ("-L", label)]
    done = _run(folder, ("merge-file", "-p", *named, "ours", "base", "theirs"))
    if done.returncode > 127:
        raise _error("merge-file", done)
    return done.stdout, done.returncode == 0


def _run(folder: Path, arguments: tuple[str, ...], stdin: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    environment = {key: value for key, value in os.environ.items() if key not in _HOOK_VARIABLES} | _QUIET
    try:
        return subprocess.run(
            ["git", *arguments], cwd=folder, env=environment, input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise LobegenError("git was not found.", "It is needed for this.") from None


def _error(command: str, done: "subprocess.CompletedProcess[bytes]") -> GitError:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    fatal = [line.removeprefix("fatal: ") for line in said if line.startswith("fatal: ")]
    told = next(iter(fatal or reversed(said)), f"exit code {done.returncode}")
    return GitError(f"git {command} failed: {told}")


@contextmanager
def hook_variables_hidden() -> Iterator[None]:
    """Run the block (Copier calls git itself) without the variables that git sets for its hooks."""
    kept = {key: os.environ.pop(key) for key in _HOOK_VARIABLES if key in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
