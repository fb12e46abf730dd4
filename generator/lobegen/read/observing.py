"""What a run asks of the file system, seen as it is asked: all that its outcome can hang on.

The functions of `os` and `open` are replaced while a run is observed, so that nothing that reads has to say so, whoever
wrote it. What another process asks (`Assistant`) is taken over with its result. A search of thousands of files for a
few words is noted as that: what the run knows of a file without them is that there is none in it.
"""

import builtins
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from stat import S_IFMT
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lobegen.read.assistant import Assistant

#: what `marshal` takes of an observation
Asked = tuple[dict[str, int], dict[str, int], dict[str, str], list[str], list[str]]
Named = str | os.PathLike[str] | int
ABSENT = 0

_STATS = ("stat", "lstat")
_LISTS = ("scandir", "listdir")
_NAMES = (*_STATS, *_LISTS, "open", "readlink")
_original: dict[str, Callable[..., Any]] = {name: getattr(os, name) for name in _NAMES}
_open: Callable[..., Any] = io.open


class Observed:
    """What was asked since the observation began.

    Attributes:
        kinds: What a path was: its type as in `st_mode`, or `ABSENT`.
        links: The same of what stands there itself, where it may be a link.
        targets: Where a link leads.
        read: Files that were opened, whether or not they were there.
        listed: Folders whose content was asked for, whether or not they were there.
        searched: Files that were searched for `words`, and read besides where they held one that mattered.
        words: Each of the searched files that was not read and has not changed since says nothing with them.
        when_searched: Called after each search with the other process that has a share in it, if there is one.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, int] = {}
        self.links: dict[str, int] = {}
        self.targets: dict[str, str] = {}
        self.read: dict[str, None] = {}
        self.listed: dict[str, None] = {}
        self.searched: dict[str, None] = {}
        self.words: dict[bytes, None] = {}
        self.when_searched: Callable[[Assistant], object] = lambda _: None

    def asked(self) -> Asked:
        """All but the searches, as plain data."""
        return self.kinds, self.links, self.targets, list(self.read), list(self.listed)

    def take_over(self, asked: Asked) -> None:
        """Add what another process has asked."""
        self.kinds |= asked[0]
        self.links |= asked[1]
        self.targets |= asked[2]
        self.read |= dict.fromkeys(asked[3])
        self.listed |= dict.fromkeys(asked[4])

    def forget(self, folder: str) -> None:
        """Forget what was asked of a folder and of what is in it."""
        asked: tuple[dict[str, Any], ...] = (
            self.kinds,
            self.links,
            self.targets,
            self.read,
            self.listed,
            self.searched,
        )
        for each in asked:
            for path in [path for path in each if path == folder or path.startswith(folder + os.sep)]:
                del each[path]


_now: Observed | None = None


@contextmanager
def observing() -> Iterator[Observed]:
    """Observe this process; one observation at a time."""
    global _now
    _now = seen = Observed()
    try:
        for name in _STATS:
            setattr(os, name, _asking(_original[name], seen.kinds if name == "stat" else seen.links))
        for name in _LISTS:
            setattr(os, name, _noting(_original[name], seen.listed))
        os.readlink = _following(seen.targets)
        os.open = _noting(_original["open"], seen.read)
        io.open = builtins.open = _noting(_open, seen.read)
        yield seen
    finally:
        _now = None
        for name, function in _original.items():
            setattr(os, name, function)
        io.open = builtins.open = _open


def _noting(function: Callable[..., Any], noted: dict[str, None]) -> Callable[..., Any]:
    """The function, which notes the path that it is given."""

    def noting(path: Named = ".", *given: object, **named: object) -> object:
        if not isinstance(path, int):
            noted[os.fspath(path)] = None
        return function(path, *given, **named)

    return noting


def _asking(function: Callable[..., Any], kinds: dict[str, int]) -> Callable[..., Any]:
    """The function, which notes what it finds at the path that it is given."""

    def asking(path: Named, **named: object) -> object:
        kind = ABSENT
        try:
            found = function(path, **named)
            kind = S_IFMT(found.st_mode)
        finally:
            if not isinstance(path, int):
                kinds[os.fspath(path)] = kind
        return found

    return asking


def _following(targets: dict[str, str]) -> Callable[..., Any]:
    """`os.readlink`, which notes where the link leads."""

    def following(path: str | os.PathLike[str], **named: object) -> str:
        target: str = _original["readlink"](path, **named)
        targets[os.fspath(path)] = target
        return target

    return following


def observed() -> Observed | None:
    """The observation that is going on."""
    return _now


def unobserved(name: str) -> Callable[..., Any]:
    """A function of `os` as it is by itself: `open`, `stat`."""
    return _original[name]


def note_search(files: Iterable[str], words: Iterable[bytes]) -> None:
    """Say that files are searched; those that say something with the words have to be read besides."""
    if _now is not None:
        _now.searched |= dict.fromkeys(files)
        _now.words |= dict.fromkeys(words)


def note_searched(assistant: "Assistant | None") -> None:
    """Say that a search has ended, and which other process has time now."""
    if _now is not None and assistant is not None:
        _now.when_searched(assistant)
