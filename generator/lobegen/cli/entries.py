"""One remembered run on disk: what it printed, and what it had seen; read with care, written whole or not at all."""

import marshal
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_IFMT
from typing import NamedTuple

from lobegen.cli.stamps import Stamps, content_of, digest_of, stamp_of, stamps_of
from lobegen.read.observing import ABSENT, Observed

_ENDING = ".entry"
#: entries in one folder; when there are more, those that were written first are thrown away
_MOST = 200


class Entry(NamedTuple):
    """A run that need not be done again as long as `holds()`.

    Attributes:
        key: The command line and what else decides.
        code: Its exit code.
        output: What it printed.
        kinds, links, targets: As `Observed` has them.
        read: Files that were read, with their stamp and the digest of their content.
        listed: Folders, with their stamp.
        searched: Files that hold none of `words`, with their stamp.
        program: The files of the program itself, with their stamp.
    """

    key: str
    code: int
    output: bytes
    kinds: dict[str, int]
    links: dict[str, int]
    targets: dict[str, str]
    read: dict[str, tuple[int, str]]
    listed: dict[str, int]
    searched: dict[str, int]
    words: list[bytes]
    program: dict[str, int]

    def holds(self) -> bool:
        """Whether all that the run had seen is as it was."""
        return (
            _are(self.program)
            and all(_kind(path, follow=True) == kind for path, kind in self.kinds.items())
            and all(_kind(path, follow=False) == kind for path, kind in self.links.items())
            and all(_target(path) == target for path, target in self.targets.items())
            and _are(self.listed)
            and all(stamp_of(path) == stamp or digest_of(path) == digest for path, (stamp, digest) in self.read.items())
            and self._hold_no_word()
        )

    def _hold_no_word(self) -> bool:
        changed = (path for path, stamp in self.searched.items() if stamp_of(path) != stamp)
        contents = map(content_of, changed)
        return all(content is not None and not any(word in content for word in self.words) for content in contents)


def made(
    key: str, code: int, output: bytes, seen: Observed, stamps: Stamps, program: Iterable[str], before: float
) -> Entry | None:
    """The entry of a run; None where something has changed since, or so shortly before that nobody could tell.

    Args:
        before: The time, in seconds, after which nothing may have changed.
    """
    stamps.wait()
    read = {path: (stamp, stamps.digest(path)) for path, stamp in stamps.now(seen.read).items()}
    listed = stamps.of(seen.listed)
    searched = stamps.of([path for path in seen.searched if path not in read])
    if stamps.latest > before:
        return None
    _, own = stamps_of(list(program))
    return Entry(
        key, code, output, seen.kinds, seen.links, seen.targets, read, listed, searched, list(seen.words), own
    )  # fmt: skip


def read_entry(folder: Path, key: str) -> Entry | None:
    """The entry of a command line; None where there is none that can be read."""
    try:
        checksum, _, written = (folder / _name(key)).read_bytes().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(written):
            return None
        entry = Entry(*marshal.loads(written))
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return entry if entry.key == key else None


def write_entry(folder: Path, entry: Entry) -> None:
    """Keep an entry in the place of an earlier one; where that is not possible, nothing happens."""
    written = marshal.dumps(tuple(entry))
    beside = folder / f"{os.getpid()}.tmp"
    try:
        beside.write_bytes(b"%08x\n%b" % (zlib.crc32(written), written))
        os.replace(beside, folder / _name(entry.key))
        _thin_out(folder)
    except OSError:
        beside.unlink(missing_ok=True)


def prepare(folder: Path) -> bool:
    """Make the folder of the entries, which git and backups pass over; whether it can be used."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            (folder / ".gitignore").write_text("*\n")
            (folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    except OSError:
        return False
    return True


def _thin_out(folder: Path) -> None:
    entries = sorted(folder.glob(f"*{_ENDING}"), key=lambda path: path.stat().st_mtime)
    for path in entries[:-_MOST]:
        path.unlink(missing_ok=True)


def _name(key: str) -> str:
    written = key.encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(written):08x}{zlib.adler32(written):08x}{_ENDING}"


def _are(stamps: Mapping[str, int]) -> bool:
    return all(stamp_of(path) == stamp for path, stamp in stamps.items())


def _kind(path: str, *, follow: bool) -> int:
    try:
        return S_IFMT(os.stat(path, follow_symlinks=follow).st_mode)
    except OSError:
        return ABSENT


def _target(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None
