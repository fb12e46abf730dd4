"""Merging what a template changed between two versions into the files of a project, in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.errors import LobegenError
from lobegen.git import merge_file
from lobegen.scaffold.apply import Change

#: rendered files by path, relative to the project
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Sides:
    """The three sides of a file in conflict, None where one has no such file: git's stages 1, 2 and 3."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


@dataclass(slots=True)
class Merge:
    """A project in the middle of an update: reads its files, collects what becomes of them, writes nothing."""

    root: Path
    _now: dict[str, bytes | None] = field(default_factory=dict)
    unmerged: dict[str, Sides] = field(default_factory=dict)

    def bring(self, old: Files, new: Files, is_yours: Callable[[str], bool]) -> None:
        """Merge the difference between two renderings of one workflow.

        Files that belong to the user and exist stay as they are. So does what an earlier workflow left in conflict:
        the markers in a shared file are no content to merge with.
        """
        for path in sorted({*old, *new}):
            if path in self.unmerged or (is_yours(path) and self.content(path) is not None):
                continue
            self._bring_one(path, old.get(path), new.get(path))

    def replace(self, path: str, content: bytes) -> None:
        """Take `content` as it is, whatever was there."""
        self._now[path] = content

    def content(self, path: str) -> bytes | None:
        """The file as the merge has left it so far."""
        return self._now[path] if path in self._now else _read(self.root / path)

    def changes(self) -> list[Change]:
        """What differs from the project's files, sorted by path; permission bits of existing files are kept."""
        changes = []
        for path, after in sorted(self._now.items()):
            file = self.root / path
            before = _read(file)
            if before != after:
                mode = file.stat().st_mode & 0o777 if before is not None else 0o644
                changes.append(Change(path, before, after, mode))
        return changes

    def _bring_one(self, path: str, base: bytes | None, theirs: bytes | None) -> None:
        ours = self.content(path)
        if base == theirs or ours == theirs:
            return
        if ours is None:
            if base is None:
                self._now[path] = theirs
            return  # the user deleted it: it stays deleted
        if ours == base:
            self._now[path] = theirs
        elif theirs is None:
            self.unmerged[path] = Sides(base, ours, theirs)
        else:
            self._merge_lines(path, base, ours, theirs)

    def _merge_lines(self, path: str, base: bytes | None, ours: bytes, theirs: bytes) -> None:
        # with core.autocrlf the project's lines end in CRLF, rendered ones never do
        windows = b"\r\n" in ours and b"\r\n" not in theirs
        merged, clean = merge_lines(ours.replace(b"\r\n", b"\n") if windows else ours, base or b"", theirs)
        if not clean:
            self.unmerged[path] = Sides(base, ours, theirs)
        self._now[path] = merged.replace(b"\n", b"\r\n") if windows else merged


def merge_lines(ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """The three-way merge of a text and whether it is free of conflict markers; of binary files, `ours` is left."""
    if b"\0" in ours + base + theirs:
        return ours, False
    with TemporaryDirectory(prefix="lobegen-merge-") as name:
        folder = Path(name)
        for side, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (folder / side).write_bytes(content)
        return merge_file(folder, ("before updating", "last update", "after updating"))


def _read(file: Path) -> bytes | None:
    """A file's content, None when it does not exist.

    Raises:
        LobegenError: Something other than a plain file is there.
    """
    if file.is_symlink():
        raise LobegenError(f"{file} is a symbolic link: an update cannot merge it.")
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LobegenError(f"{file} cannot be read: {error.strerror}.") from None
