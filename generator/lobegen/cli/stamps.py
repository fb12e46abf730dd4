"""Stamps of files and folders, such as git's index has: where a stamp is the same, so is the content."""

import os
from collections.abc import Collection

from lobegen.read.assistant import Assistant, Job
from lobegen.read.content import read_whole
from lobegen.read.observing import ABSENT, unobserved


class Stamps:
    """Takes stamps and digests, and remembers when the youngest thing was changed.

    Another process takes most of them, while this one has something else to do. They may be older, or younger, than
    what the run has read: what is changed in between has another stamp, and is looked at.

    Attributes:
        latest: That time in seconds.
    """

    def __init__(self) -> None:
        self.latest = 0.0
        self._stamping: Job[tuple[float, dict[str, int]]] | None = None
        self._digesting: Job[dict[str, str]] | None = None
        self._stamps: dict[str, int] = {}
        self._digests: dict[str, str] = {}

    def expect(self, stamped: Collection[str], read: Collection[str], assistant: Assistant) -> None:
        """Have another process take what will be asked for: first the stamps, and digests when more has been read."""
        if self._stamping is None:
            self._stamping = assistant.ask(stamps_of, list(stamped))
        elif self._digesting is None:
            self._digesting = assistant.ask(digests_of, list(read))

    def wait(self) -> None:
        """Wait for what was expected."""
        if self._stamping is not None:
            latest, self._stamps = self._stamping.result()
            self.latest = max(self.latest, latest)
        if self._digesting is not None:
            self._digests = self._digesting.result()
        self._stamping = self._digesting = None

    def of(self, paths: Collection[str]) -> dict[str, int]:
        """The stamps of paths: those that were expected, and others as they are now."""
        known = self._stamps
        others = self.now([path for path in paths if path not in known]) if known else self.now(paths)
        return {path: known[path] for path in paths if path in known} | others

    def now(self, paths: Collection[str]) -> dict[str, int]:
        """The stamps of paths as they are now; `ABSENT` where there is nothing."""
        latest, taken = stamps_of(paths)
        self.latest = max(self.latest, latest)
        return taken

    def digest(self, path: str) -> str:
        """The digest of a file's content."""
        digest = self._digests.get(path)
        return digest_of(path) if digest is None else digest


def stamps_of(paths: Collection[str]) -> tuple[float, dict[str, int]]:
    """When the youngest of some paths was changed, in seconds, and the stamp of each."""
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


def stamp_of(path: str) -> int:
    """What changes with a file or folder: times, size, inode; `ABSENT` where there is none."""
    try:
        return _of(os.stat(path))
    except OSError:
        return ABSENT


def _of(found: os.stat_result) -> int:
    # whole numbers hash alike in all processes
    return hash((found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev))


def digests_of(paths: Collection[str]) -> dict[str, str]:
    """The digests of files."""
    return {path: digest_of(path) for path in paths}


def digest_of(path: str) -> str:
    """What changes with the content of a file; nothing where there is none."""
    from hashlib import blake2b  # for what has changed, and for a new entry

    content = content_of(path)
    return "" if content is None else blake2b(content, digest_size=16).hexdigest()


def content_of(path: str) -> bytes | None:
    """The content of a file, if it can be read; nobody notes that it was."""
    try:
        return read_whole(path, unobserved("open"))
    except OSError:
        return None
