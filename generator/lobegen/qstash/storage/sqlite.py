"""The state of a local QStash in an SQLite file: what was committed survives `kill -9`."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from lobegen.errors import LobegenError
from lobegen.qstash.storage.sqlite_tables import Part, SqliteJournal, Table
from lobegen.qstash.storage.store import Journal, Key, Record, Value, same

#: Counts the changes of records that make older files unreadable; a new field with a default is none of them
VERSION = 1
#: Marks the file as ours: `lobe` in ASCII
_APPLICATION = 0x6C6F6265
#: Pages of 4 KB that are written before SQLite moves them to their place and waits for the disk: 16 MB
_CHECKPOINT = 4_000


class SqliteStore:
    """A store in a file that one process at a time may open.

    It is written ahead (WAL), and no commit waits for the disk: a killed process loses nothing; a machine that loses
    its power may lose the last commits, never the file's consistency.

    Args:
        path: The file; made when it is missing.

    Raises:
        LobegenError: It is no store, of another version, in use, or cannot be read and written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[Part] = []
        self._connection = self._opened()
        with self._reading("clock"):
            ((self.moment,),) = self._connection.execute("SELECT value FROM clock").fetchall()

    def table(self, name: str, key: type[Key], value: type[Value]) -> dict[Key, Value]:
        """See `Store`."""
        table: Table[Key, Value, Value] = Table(name, value, same, same)
        return self._filled(name, table)

    def shaped_table(
        self, name: str, record: type[Record], pack: Callable[[Value], object], unpack: Callable[[Record], Value]
    ) -> dict[str, Value]:
        """See `Store`."""
        table: Table[str, Value, Record] = Table(name, record, pack, unpack)
        return self._filled(name, table)

    def journal(self, name: str, record: type[Record], limit: int | None = None) -> Journal[Record]:
        """See `Store`."""
        self._create(name, "value BLOB NOT NULL")
        ((last,),) = self._connection.execute(f"SELECT coalesce(max(number), 0) FROM {name}")
        journal: SqliteJournal[Record] = SqliteJournal(name, record, limit, last, lambda: self._contents(name))
        self._parts.append(journal)
        return journal

    @property
    def has_changes(self) -> bool:
        """See `Store`."""
        return any(part.has_changes() for part in self._parts)

    def commit(self, now: int) -> None:
        """See `Store`."""
        if self.has_changes:
            self._write(now)

    def close(self, now: int) -> None:
        """See `Store`."""
        try:
            self._write(now)
        finally:
            self._connection.close()

    def _write(self, now: int) -> None:
        connection, changed = self._connection, [part for part in self._parts if part.has_changes()]
        try:
            connection.execute("BEGIN IMMEDIATE")
            for part in changed:
                part.write(connection)
            connection.execute("UPDATE clock SET value = ?", (now,))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise LobegenError(f"cannot write the store {self._path}: {error}.") from None
        for part in changed:
            part.forget_changes()

    # ---- reading -----------------------------------------------------------------------------------------------

    def _create(self, name: str, columns: str) -> None:
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {name} (number INTEGER PRIMARY KEY, {columns})")

    def _filled(self, name: str, table: Table[Key, Value, Record]) -> Table[Key, Value, Record]:
        self._create(name, "key NOT NULL, value BLOB NOT NULL")
        with self._reading(name):
            table.fill(self._connection.execute(f"SELECT number, key, value FROM {name} ORDER BY number"))
        self._parts.append(table)
        return table

    def _contents(self, name: str) -> Iterator[bytes]:
        with self._reading(name):
            for (content,) in self._connection.execute(f"SELECT value FROM {name} ORDER BY number"):
                yield content

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        except msgspec.MsgspecError as error:
            raise self._foreign(f"{name}: {error}") from None

    # ---- the file ----------------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        """The connection, locked for this process; the file is marked as ours."""
        try:
            # the server's thread is not always the one that opens
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        # before the first access: the lock is held until the end, and WAL needs no shared memory
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        application, version, tables = (
            connection.execute(query).fetchone()[0]
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
        )
        if application != _APPLICATION and (application or tables):
            raise LobegenError(f"{self._path} is an SQLite file of another program.", "Name another file.")
        if application and version != VERSION:
            raise self._foreign(f"version {version}, this is version {VERSION}")
        for setting in ("journal_mode = WAL", "synchronous = NORMAL", f"wal_autocheckpoint = {_CHECKPOINT}"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN IMMEDIATE")
        if not application:
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("CREATE TABLE clock AS SELECT 0 AS value")
        connection.execute("COMMIT")

    def _unusable(self, error: sqlite3.Error) -> LobegenError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LobegenError(f"the store {self._path} is in use by another process.", "Name another file.")
        if code == sqlite3.SQLITE_NOTADB:
            return LobegenError(f"{self._path} is no store of lobegen.", "Name another file.")
        return LobegenError(f"cannot open the store {self._path}: {error}.")

    def _foreign(self, what: str) -> LobegenError:
        return LobegenError(
            f"the store {self._path} was written by another version of lobegen ({what}).",
            "Use that version, or name another file.",
        )
