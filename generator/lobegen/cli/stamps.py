"""Stamps of files and folders, such as git's index has: where a stamp is the same, so is the content."""

import os
from collections.abc import Collection
from functools import partial

from lobegen.read.meanwhile import Meanwhile
from lobegen.read.observing import ABSENT, unobserved

#: up to here a second process costs more than it saves
_FEW = 256


class Stamps:
    """Takes stamps and remembers when the youngest thing was changed.

    Attributes:
        latest: That time in seconds.
    """

    def __init__(self) -> None:
        self.latest = 0.0
        self._begun: Meanwhile[tuple[float, dict[str, int]]] | None = None
        self._taken: dict[str, int] = {}

    def begin(self, paths: Collection[str]) -> None:
        """Begin to take many stamps, once, while this process has something else to do.

        They may be older than what the run has read: what is changed in between has another stamp, and is looked at.
        """
        if self._begun is None and len(paths) > _FEW:
            self._begun = Meanwhile(partial(_stamps, paths))

    def take(self, path: str) -> int:
        """The stamp of a path since many were begun to be taken; `ABSENT` where there is nothing."""
        if self._begun is not None and not self._taken:
            latest, self._taken = self._begun.result()
            self.latest = max(self.latest, latest)
        stamp = self._taken.get(path)
        return self.take_now(path) if stamp is None else stamp

    def take_now(self, path: str) -> int:
        """The stamp of a path as it is now."""
        latest, taken = _stamps((path,))
        self.latest = max(self.latest, latest)
        return taken[path]


def stamp_of(path: str) -> int:
    """What changes with a file or folder: times, size, inode; `ABSENT` where there is none."""
    try:
        return _of(os.stat(path))
    except OSError:
        return ABSENT


def _stamps(paths: Collection[str]) -> tuple[float, dict[str, int]]:
    """When the youngest of them was changed, and the stamp of each."""
    latest, taken, stat = 0.0, {}, unobserved("stat")
    for path in paths:
        try:
            found = stat(path)
        except OSError:
            taken[path] = ABSENT
            continue
        latest = max(latest, found.st_mtime, found.st_ctime)
        taken[path] = _of(found)
    return latest, taken


def _of(found: os.stat_result) -> int:
    # whole numbers hash alike in all processes
    return hash((found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev))
