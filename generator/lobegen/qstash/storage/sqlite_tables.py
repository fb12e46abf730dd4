"""Collections that remember what has changed in them, and write it to an SQLite table."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NoReturn, Protocol

import msgspec

from lobegen.qstash.storage.store import Key, Record, Value

_encoder = msgspec.msgpack.Encoder()


def encode(record: object) -> bytes:
    """A record as it is written; what JSON can say and MessagePack cannot is kept as near as it can be."""
    try:
        return _encoder.encode(record)
    except (UnicodeEncodeError, OverflowError):
        return _encoder.encode(_sayable(msgspec.to_builtins(record, builtin_types=(bytes,))))


def _sayable(value: object) -> object:
    """Without half surrogates and integers of more than 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value) if abs(value) < 1e308 else None
    if isinstance(value, dict):
        return {_sayable(name): _sayable(content) for name, content in value.items()}
    return [_sayable(content) for content in value] if isinstance(value, list) else value


class Part(Protocol):
    """What a store writes at a commit."""

    def has_changes(self) -> bool:
        """Whether there is something to write."""

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the changes inside of a transaction."""

    def forget_changes(self) -> None:
        """They are committed."""


class Table(dict[Key, Value], Generic[Key, Value, Record]):
    """A dict of which every set and removed key is written at the next commit; rows are in the order of setting.

    Args:
        name: The SQL table's.
        record: The shape of a row.
        pack: From a value to its row, or to a dict of the row's fields.
        unpack: From a row to its value.
    """

    def __init__(
        self, name: str, record: type[Record], pack: Callable[[Value], object], unpack: Callable[[Record], Value]
    ) -> None:
        super().__init__()
        self._name, self._pack, self._unpack = name, pack, unpack
        self._decode = msgspec.msgpack.Decoder(record).decode
        self._numbers: dict[Key, int] = {}
        self._last = 0
        self._changed: dict[Key, None] = {}
        self._removed: list[int] = []

    def fill(self, rows: Iterable[tuple[int, Key, bytes]]) -> None:
        """Take what was kept.

        Raises:
            msgspec.MsgspecError: A row cannot be read.
        """
        for number, key, content in rows:
            super().__setitem__(key, self._unpack(self._decode(content)))
            self._numbers[key] = self._last = number

    def __setitem__(self, key: Key, value: Value) -> None:
        if key not in self._numbers:
            self._last += 1
            self._numbers[key] = self._last
        self._changed[key] = None
        super().__setitem__(key, value)

    def __delitem__(self, key: Key) -> None:
        super().__delitem__(key)
        self._removed.append(self._numbers.pop(key))
        self._changed.pop(key, None)

    def pop(self, key: Key, *default: Value) -> Value:  # type: ignore[override]  # dict's is overloaded
        """Remove a key and return its value, or the default."""
        if key not in self and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def _unnoticed(self, *given: object, **named: object) -> NoReturn:
        raise TypeError("only setting, deleting and popping a key are noticed by the store")

    clear = popitem = setdefault = update = __ior__ = _unnoticed

    def has_changes(self) -> bool:
        """Whether there is something to write."""
        return bool(self._changed or self._removed)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the changes inside of a transaction."""
        if self._removed:
            connection.executemany(
                f"DELETE FROM {self._name} WHERE number = ?", [(number,) for number in self._removed]
            )
        rows = [(self._numbers[key], key, encode(self._pack(self[key]))) for key in self._changed]
        connection.executemany(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?, ?)", rows)

    def forget_changes(self) -> None:
        """They are committed."""
        self._changed.clear()
        self._removed.clear()


class SqliteJournal(Generic[Record]):
    """Records that are only ever added; they are not kept in memory.

    Args:
        name: The SQL table's.
        record: The shape of a row.
        limit: How many of the newest are kept at least; None for all.
        last: The number of the newest row.
        rows: Reads what was kept, oldest first.
    """

    def __init__(
        self, name: str, record: type[Record], limit: int | None, last: int, rows: Callable[[], Iterable[bytes]]
    ) -> None:
        self._name, self._limit, self._last, self._rows = name, limit, last, rows
        self._decode = msgspec.msgpack.Decoder(record).decode
        self._new: list[Record] = []
        self._trim_at = last

    def append(self, record: Record, /) -> None:
        """Add a record; it is written at the next commit."""
        self._new.append(record)

    def replay(self) -> Iterator[Record]:
        """What was there when the store was opened, oldest first.

        Raises:
            msgspec.MsgspecError: A row cannot be read.
        """
        for content in self._rows():
            yield self._decode(content)

    def has_changes(self) -> bool:
        """Whether there is something to write."""
        return bool(self._new)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write the changes inside of a transaction."""
        rows = [(number, encode(record)) for number, record in enumerate(self._new, self._last + 1)]
        connection.executemany(f"INSERT INTO {self._name} VALUES (?, ?)", rows)
        if self._limit is not None and self._last >= self._trim_at:
            connection.execute(f"DELETE FROM {self._name} WHERE number <= ?", (self._last - self._limit,))

    def forget_changes(self) -> None:
        """They are committed."""
        if self._limit is not None and self._last >= self._trim_at:
            self._trim_at = self._last + self._limit
        self._last += len(self._new)
        self._new.clear()
