"""Where the state of a local QStash is kept: in memory, or behind a port that also writes it down."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

Key = TypeVar("Key", bound=str | int)
Value = TypeVar("Value")
Record = TypeVar("Record")


def same(value: Value) -> Value:
    """A value is its own record."""
    return value


class Journal(Protocol[Record]):
    """Records that are only ever added; not kept in memory."""

    def append(self, record: Record, /) -> None:
        """Add a record; it is written at the next commit."""

    def replay(self) -> Iterator[Record]:
        """What was there when the store was opened, oldest first."""


class Store(Protocol):
    """Gives the engine its collections, filled with what was kept, and keeps what is changed in them.

    A value that is changed in place must be set again (`table[key] = value`), or the change is not noticed.
    """

    @property
    def moment(self) -> int:
        """The engine's time at the last commit in milliseconds; 0 when there was none."""

    def table(self, name: str, key: type[Key], value: type[Value]) -> dict[Key, Value]:
        """A dict of frozen records, in the order of their setting."""

    def shaped_table(
        self, name: str, record: type[Record], pack: Callable[[Value], object], unpack: Callable[[Record], Value]
    ) -> dict[str, Value]:
        """A dict of objects that are kept in another shape.

        Args:
            name: The table's.
            record: The shape that is read.
            pack: Makes that shape at a commit, or a dict of its fields.
            unpack: Undoes it when the store is opened.
        """

    def journal(self, name: str, record: type[Record], limit: int | None = None) -> Journal[Record]:
        """A journal.

        Args:
            name: The journal's.
            record: What is added to it.
            limit: How many of the newest are kept at least; None for all.
        """

    @property
    def has_changes(self) -> bool:
        """Whether there is something to commit."""

    def commit(self, now: int) -> None:
        """Keep all changes since the last commit: all of them, or none.

        Args:
            now: The engine's time in milliseconds.

        Raises:
            LobegenError: They could not be written; they are tried again at the next commit.
        """

    def close(self, now: int) -> None:
        """Commit, and let go of what is held."""


class NoJournal(Generic[Record]):
    """A journal that forgets."""

    def append(self, record: Record, /) -> None:
        """Nothing."""

    def replay(self) -> Iterator[Record]:
        """Nothing."""
        return iter(())


class Memory:
    """A store that keeps nothing beyond the end of the process."""

    moment = 0
    has_changes = False

    def table(self, name: str, key: type[Key], value: type[Value]) -> dict[Key, Value]:
        """An empty dict."""
        return {}

    def shaped_table(
        self, name: str, record: type[Record], pack: Callable[[Value], object], unpack: Callable[[Record], Value]
    ) -> dict[str, Value]:
        """An empty dict."""
        return {}

    def journal(self, name: str, record: type[Record], limit: int | None = None) -> Journal[Record]:
        """One that forgets."""
        return NoJournal()

    def commit(self, now: int) -> None:
        """Nothing."""

    def close(self, now: int) -> None:
        """Nothing."""
