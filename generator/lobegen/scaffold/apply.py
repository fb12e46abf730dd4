"""Writing many files as one: everything is prepared beside its place, then renamed; any failure undoes all of it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lobegen.errors import LobegenError


@dataclass(frozen=True, slots=True)
class Change:
    """One file to write or to remove.

    Attributes:
        path: Relative to the project, with `/`.
        before: The content that the change was planned for; None when there was no file.
        after: The new content; None removes the file.
        mode: Permission bits of the new file.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int = 0o644


def apply(root: Path, changes: Sequence[Change], then: Callable[[], object] | None = None) -> None:
    """Make all `changes` in the project `root`, or none; `then` belongs to them: when it fails, they are undone.

    An interruption (Ctrl-C, SIGTERM) while files are prepared undoes everything; one that comes while they are
    renamed waits until that is done.

    Raises:
        LobegenError: A file changed since the plan was made, or the disk refused; nothing is changed then.
    """
    work = _Work(root)
    with _signals_held() as interrupted:
        try:
            for change in changes:
                work.prepare(change)
                if interrupted:
                    raise KeyboardInterrupt
            for change in changes:
                work.commit(change)
            if then is not None:
                then()
        except BaseException as error:
            work.undo()
            if isinstance(error, OSError):
                place = error.filename2 or error.filename or root
                raise LobegenError(f"{place}: {error.strerror}.", "Nothing was changed.") from error
            raise
        work.finish()


@dataclass(slots=True)
class _Work:
    """What was done so far, so that it can be undone."""

    root: Path
    prepared: dict[str, Path] = field(default_factory=dict)
    aside: list[tuple[Path, Path]] = field(default_factory=list)
    created: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def prepare(self, change: Change) -> None:
        """Write the new content to a hidden file beside its place."""
        if change.after is None:
            return
        target = self.root / change.path
        self._make_folder(target.parent)
        sibling = _sibling(target, "new")
        self.prepared[change.path] = sibling
        sibling.write_bytes(change.after)
        sibling.chmod(change.mode)

    def commit(self, change: Change) -> None:
        """Move what is there aside and the new file to its place."""
        target = self.root / change.path
        if _content(target) != change.before:
            raise LobegenError(f"{target} was changed meanwhile.", "Nothing was written; run the command again.")
        if change.before is not None:
            aside = _sibling(target, "old")
            os.replace(target, aside)
            self.aside.append((aside, target))
        if change.after is not None:
            self.created.append(target)
            os.replace(self.prepared[change.path], target)
            del self.prepared[change.path]

    def undo(self) -> None:
        """Bring back what was there; goes on when one step fails."""
        for path in [*self.prepared.values(), *self.created]:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        for aside, target in self.aside:
            with suppress(OSError):
                os.replace(aside, target)
        self._remove_empty(self.folders)

    def finish(self) -> None:
        """Remove what was moved aside, and folders that removals left empty."""
        for aside, target in self.aside:
            with suppress(OSError):
                aside.unlink()
            if not target.exists():
                parents = list(target.relative_to(self.root).parents)[:-1]
                self._remove_empty([self.root / parent for parent in reversed(parents)])

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir()
            self.folders.append(path)

    @staticmethod
    def _remove_empty(folders: Sequence[Path]) -> None:
        for folder in reversed(folders):
            with suppress(OSError):
                folder.rmdir()


def _sibling(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name[:80]}.lobegen-{os.getpid()}-{kind}")


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def _signals_held() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM in the list given; deliver the last of them again at the end."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def hold(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, hold) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[-1])
