"""One remembered run on disk: what it printed, and what it had seen; read with care, written whole or not at all."""

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from stat import S_IFMT
from typing import NamedTuple

from lobegen.cli.stamps import Stamps, stamp_of
from lobegen.read.observing import ABSENT, Observed

#: entries in one folder; when there are more, those that were written first are thrown away
_MOST = 200


class Entry(NamedTuple):
    """A run that need not be done again as long as `holds()`.

    Attributes:
        key: The command line and what else decides.
        code: Its exit code.
        output: What it printed, as Latin-1.
        kinds, links, targets: As `Observed` has them.
        read: Files that were read, with their stamp and the digest of their content.
        listed: Folders, with their stamp.
        searched: Files that hold none of `words` (as Latin-1), with their stamp.
        program: The files of the program itself, with their stamp.
    """

    key: str
    code: int
    output: str
    kinds: dict[str, int]
    links: dict[str, int]
    targets: dict[str, str]
    read: dict[str, tuple[int, str]]
    listed: dict[str, int]
    searched: dict[str, int]
    words: list[str]
    program: dict[str, int]

    def holds(self) -> bool:
        """Whether all that the run had seen is as it was."""
        return (
            _are(self.program)
            and all(_kind(path, follow=True) == kind for path, kind in self.kinds.items())
            and all(_kind(path, follow=False) == kind for path, kind in self.links.items())
            and all(_target(path) == target for path, target in self.targets.items())
            and _are(self.listed)
            and all(stamp_of(path) == stamp or _digest(path) == digest for path, (stamp, digest) in self.read.items())
            and self._hold_no_word()
        )

    def _hold_no_word(self) -> bool:
        changed = (path for path, stamp in self.searched.items() if stamp_of(path) != stamp)
        words = [word.encode("latin-1") for word in self.words]
        contents = map(_content, changed)
        return all(content is not None and not any(word in content for word in words) for content in contents)


def made(
    key: str, code: int, output: bytes, seen: Observed, stamps: Stamps, program: Iterable[str], before: float
) -> Entry | None:
    """The entry of a run; None where something has changed since, or so shortly before that nobody could tell.

    Args:
        before: The time, in seconds, after which nothing may have changed.
    """
    read = {path: (stamps.take_now(path), _digest(path)) for path in seen.read}
    listed = {path: stamps.take(path) for path in seen.listed}
    searched = {path: stamps.take(path) for path in seen.searched if path not in read}
    if stamps.latest > before:
        return None
    words = [word.decode("latin-1") for word in seen.words]
    own = {path: stamp_of(path) for path in program}
    text = output.decode("latin-1")
    return Entry(key, code, text, seen.kinds, seen.links, seen.targets, read, listed, searched, words, own)


def read_entry(folder: Path, key: str) -> Entry | None:
    """The entry of a command line; None where there is none that can be read."""
    try:
        checksum, _, written = (folder / _name(key)).read_bytes().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(written):
            return None
        entry = Entry(**json.loads(written))
    except (OSError, ValueError, TypeError):
        return None
    return entry if entry.key == key else None


def write_entry(folder: Path, entry: Entry) -> None:
    """Keep an entry in the place of an earlier one; where that is not possible, nothing happens."""
    written = json.dumps(entry._asdict()).encode()
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
    entries = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in entries[:-_MOST]:
        path.unlink(missing_ok=True)


def _name(key: str) -> str:
    written = key.encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(written):08x}{zlib.adler32(written):08x}.json"


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


def _digest(path: str) -> str:
    from hashlib import blake2b  # for what has changed, and for a new entry

    content = _content(path)
    return "" if content is None else blake2b(content, digest_size=16).hexdigest()


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
