"""Store: bytes on disk, shared by processes, that can be lost but never wrong.

Strategy: one table in the standard library's sqlite3. A row is a key, a payload, a checksum over both, and the day it
was last used; nothing is pickled, so nothing in the file can run. Its own transactions are the only locks. A rollback
journal is used, since the write-ahead log of SQLite before 3.51.3 can be corrupted by a race between processes. What
is written is not waited for: a power cut may cost the store, but the checksum keeps it from costing a value. A damaged
row is as good as absent; a damaged file is set aside and begun anew; a store that cannot be used (full disk, read-only,
somebody else's) warns once and is left alone. No failure reaches a fit.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sqlite3
import threading
import time
import warnings
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Store"]

SCHEMA = 2  # part of the file's name: two versions of this code may use one folder at the same time
FILE = f"features-{SCHEMA}.sqlite3"
BUSY_SECONDS = 60
PAGE = 8192  # bytes: a vector of the usual length fits in one
MAX_VARIABLES = 500  # in a query: older builds of SQLite take 999
DAY = 86_400
ROW_OVERHEAD = 60  # bytes that sqlite needs beside a payload: key, checksum, day, share of a page
WAL_IS_SAFE = sqlite3.sqlite_version_info >= (3, 51, 3)

Result = TypeVar("Result")


class Store:
    """A table of payloads in a folder.

    Parameters
    ----------
    folder : str or Path
        Made if need be, readable by its owner only. It must belong to this user: what somebody else can write is not
        believed.
    max_bytes : int
        Size above which rows that were not used for the longest time are deleted, when the store is opened.
    """

    def __init__(self, folder: str | Path, max_bytes: int) -> None:
        self._local = threading.local()
        self.folder = Path(folder)
        self.max_bytes = max_bytes
        self.usable = True
        self._touched: set[bytes] = set()
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """The file that holds the table."""
        return self.folder / FILE

    def get(self, key: bytes) -> bytes | None:
        """Return the payload under a key, or None if there is none or it is damaged."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the payloads under some keys; those that are absent or damaged are left out."""
        found = {}
        for start in range(0, len(keys), MAX_VARIABLES):
            some = keys[start : start + MAX_VARIABLES]
            query = f"select key, payload, crc, used from items where key in ({', '.join('?' * len(some))})"
            for key, payload, crc, used in self._run(partial(_fetch, query=query, values=some)) or ():
                if not _is_sound(key, payload, crc):
                    continue
                found[key] = payload
                if used != _today():
                    with self._lock:
                        self._touched.add(key)
        return found

    def put_many(self, payloads: Mapping[bytes, bytes]) -> None:
        """Store payloads in one transaction."""
        rows = [(key, payload, _checksum(key, payload), _today()) for key, payload in payloads.items()]

        def write(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                connection.executemany("insert or replace into items values (?, ?, ?, ?)", rows)
                self._write_touched(connection)

        self._run(write)

    def info(self) -> dict[str, Any]:
        """Return path, number of rows, bytes of the file and the size it is kept under."""
        counted = self._run(lambda connection: connection.execute("select count(*) from items").fetchone()[0])
        size = self.path.stat().st_size if self.path.exists() else 0
        return {"path": str(self.path), "rows": counted or 0, "bytes": size, "max_bytes": self.max_bytes}

    def verify(self) -> int:
        """Delete damaged rows, and return how many there were."""

        def sweep(connection: sqlite3.Connection) -> int:
            rows = connection.execute("select key, payload, crc from items")
            damaged = [key for key, payload, crc in rows if not _is_sound(key, payload, crc)]
            _delete(connection, damaged)
            return len(damaged)

        return self._run(sweep) or 0

    def prune(self, max_bytes: int) -> int:
        """Delete what was not used for the longest time until the file is no larger; return how many rows."""
        return self._run(lambda connection: _prune(connection, max_bytes)) or 0

    def clear(self) -> None:
        """Delete every row."""
        self._run(lambda connection: _prune(connection, 0))

    def close(self) -> None:
        """Write what is left to write, and close this thread's connection."""

        def write(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                self._write_touched(connection)

        if self._touched:
            self._run(write)
        self._disconnect()

    def __del__(self) -> None:
        if getattr(self._local, "pid", None) == os.getpid():  # not where there is no connection to close
            self.close()

    def _run(self, action: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """Return what an action on this thread's connection returns; None where sqlite fails, whose errors end here."""
        if not self.usable:
            return None
        try:
            return action(self._connection())
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            if _is_damage(error):
                self._set_aside(str(error))
            else:
                self._give_up(str(error))
        return None

    def _connection(self) -> sqlite3.Connection:
        """Return the connection of this thread in this process; one must not be carried over a fork."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.connection = self._connect()
            self._local.pid = os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for place in (self.folder, self.path):
            if hasattr(os, "getuid") and place.exists() and place.stat().st_uid != os.getuid():
                raise PermissionError(f"{place} belongs to another user")
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        self._local.connection, self._local.pid = connection, os.getpid()  # to be closed, should the rest fail
        version = connection.execute("pragma user_version").fetchone()[0]
        if version not in (0, SCHEMA):
            raise sqlite3.DatabaseError(f"schema {version}, expected {SCHEMA}")
        if version == 0:  # these write, even what is so already: a store that can only be read must not be asked to
            connection.execute(f"pragma page_size = {PAGE}")
            connection.execute("pragma auto_vacuum = incremental")
        connection.execute(f"pragma journal_mode = {'wal' if WAL_IS_SAFE else 'truncate'}")
        connection.execute("pragma synchronous = off")
        if version == 0:
            with _transaction(connection):
                connection.execute(
                    "create table if not exists items "
                    "(key blob primary key, payload blob not null, crc integer not null, used integer not null) "
                    "without rowid"
                )
                connection.execute(f"pragma user_version = {SCHEMA}")
        _open_stores.add(self)
        _prune(connection, self.max_bytes)
        return connection

    def _disconnect(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None and getattr(self._local, "pid", None) == os.getpid():
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self._local.connection = self._local.pid = None

    def _write_touched(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            touched, self._touched = self._touched, set()
        connection.executemany("update items set used = ? where key = ?", [(_today(), key) for key in touched])

    def _give_up(self, reason: str) -> None:
        """Go on without the store."""
        if self.usable:
            self.usable = False
            warnings.warn(f"the feature store {self.path} is not used: {reason}", UserWarning, stacklevel=2)
        self._disconnect()

    def _set_aside(self, reason: str) -> None:
        """Move a damaged file out of the way, so that the next call begins a new one."""
        self._disconnect()
        aside = self.path.with_name(f"{FILE}.damaged-{time.time_ns()}")
        try:
            os.replace(self.path, aside)
        except OSError as error:
            self._give_up(str(error))
            return
        warnings.warn(f"the feature store is damaged ({reason}) and set aside as {aside}", UserWarning, stacklevel=2)


_open_stores: weakref.WeakSet[Store] = weakref.WeakSet()


@atexit.register
def _close_stores() -> None:
    """Close those that are still held when the process ends."""
    for store in list(_open_stores):
        store.close()


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit together, or not at all; the write lock is taken first, since two readers cannot both become writers."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("rollback")
        raise
    connection.execute("commit")


def _is_damage(error: Exception) -> bool:
    """Return whether an error tells of what is in the file; or else of a full disk, a lock, an owner."""
    if not isinstance(error, sqlite3.OperationalError):
        return not isinstance(error, OSError)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # a text that is no UTF-8 has none
    return bool(code & 0xFF == sqlite3.SQLITE_ERROR)  # a name that is not there, say


def _fetch(connection: sqlite3.Connection, query: str, values: Sequence[bytes]) -> list[Any]:
    return connection.execute(query, values).fetchall()


def _delete(connection: sqlite3.Connection, keys: Iterable[bytes]) -> None:
    with _transaction(connection):
        connection.executemany("delete from items where key = ?", [(key,) for key in keys])
    connection.executescript("pragma incremental_vacuum")  # execute() would stop after the first page


def _prune(connection: sqlite3.Connection, max_bytes: int) -> int:
    """Delete the least recently used rows until those that are left take no more than so many bytes."""
    query = "select key, coalesce(length(payload), 0) + ? from items order by used desc, key"
    kept, excess = 0, []
    if _used_bytes(connection) > max_bytes:
        for key, size in connection.execute(query, (ROW_OVERHEAD,)):
            kept += size
            if kept > max_bytes:
                excess.append(key)
        _delete(connection, excess)
    return len(excess)


def _used_bytes(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        connection.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _checksum(key: bytes, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(key))


def _is_sound(key: Any, payload: Any, crc: Any) -> bool:
    """Return whether a row is as it was written; in a damaged one anything may be of any type."""
    return isinstance(key, bytes) and isinstance(payload, bytes) and bool(crc == _checksum(key, payload))


def _today() -> int:
    return int(time.time() // DAY)
