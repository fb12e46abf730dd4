"""`lobegen lint --watch`: lints again whenever a file changes that may change what is found, until Ctrl-C."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lobegen.cli.outputs import has_reader
from lobegen.cli.terminal import say
from lobegen.errors import LobegenError
from lobegen.lint.scope import scope_of
from lobegen.read.ignoring import IgnoreRules
from lobegen.read.repository import repository_root
from lobegen.read.walking import DEFAULT_EXCLUDES, ENDINGS

#: seconds between two looks, at the least; a look that takes long is followed by a longer rest
_REST = 0.3
_REST_FOR_EACH_SECOND = 9
#: a file is taken to be written when it has not changed for so many seconds
_SETTLED = 0.05
_SETTINGS = (".json", ".toml", ".yaml", ".yml", ".lock", ".txt", ".cfg")
_OTHERS = (".gitignore", ".env", "env.example", "Pipfile")
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"

#: size and time of the last change of each file
Snapshot = dict[str, tuple[int, int]]


def watch(paths: Sequence[Path], lint: Callable[[], int], more: Sequence[Path | None] = ()) -> int:
    """Lint now and after each change.

    What goes wrong with the first run ends it; later on a mistake, in the settings for instance, is said and the next
    change awaited.

    Args:
        paths: What is linted.
        lint: Lints and writes the report.
        more: Files besides those of the projects, where there are any.

    Returns:
        0, when the user ends it, or nobody reads standard output any more.

    Raises:
        LobegenError: Wrong input.
    """
    try:
        folders = _folders(paths)
        others = [each for each in more if each is not None]
        before = _settled(folders, others)
        _clear()
        lint()
        while has_reader():
            say("Watching for changes; Ctrl-C ends.")
            before = _next(folders, others, before)
            _clear()
            try:
                lint()
            except LobegenError as error:
                say(f"lobegen: error: {error}")
    except KeyboardInterrupt:
        pass
    return 0


def _clear() -> None:
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write(_CLEAR)
        sys.stdout.flush()


def _folders(paths: Sequence[Path]) -> list[str]:
    """The folders whose files may change what is found: the projects of the paths."""
    scope = scope_of(paths)
    inside = [path if path.is_dir() else path.parent for path in scope.named]
    found = sorted({str(path) for path in (*scope.projects, *inside)})
    return [each for each in found if not any(each.startswith(other + os.sep) for other in found)]


def _next(folders: list[str], more: Sequence[Path], before: Snapshot) -> Snapshot:
    """Wait until something differs, and nothing more does."""
    while True:
        began = time.monotonic()
        now = _snapshot(folders, more)
        if now != before:
            return _settled(folders, more)
        time.sleep(max(_REST, _REST_FOR_EACH_SECOND * (time.monotonic() - began)))


def _settled(folders: list[str], more: Sequence[Path]) -> Snapshot:
    now = _snapshot(folders, more)
    while True:
        time.sleep(_SETTLED)
        then, now = now, _snapshot(folders, more)
        if then == now:
            return now


def _snapshot(folders: list[str], more: Sequence[Path]) -> Snapshot:
    """The files as they are; what vanishes meanwhile is not among them."""
    excluded = IgnoreRules(DEFAULT_EXCLUDES, os.sep)
    found: Snapshot = {}
    for place in (*_states(folders), *map(str, more)):
        try:
            state = os.stat(place)
        except OSError:
            continue
        found[place] = (state.st_size, state.st_mtime_ns)
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if not excluded.verdict(entry.name, entry.path, True):
                            waiting.append(entry.path)
                    elif _matters(entry.name):
                        state = entry.stat()
                        found[entry.path] = (state.st_size, state.st_mtime_ns)
        except OSError:
            continue
    return found


def _matters(name: str) -> bool:
    return name.endswith(ENDINGS) or name.endswith(_SETTINGS) or name.startswith(_OTHERS)


def _states(folders: list[str]) -> Iterator[str]:
    """What says that something was committed or checked out: `--changed` and `--since` hang on it."""
    for folder in folders:
        root = repository_root(folder)
        if root is not None:
            yield os.path.join(root, ".git", "logs", "HEAD")
