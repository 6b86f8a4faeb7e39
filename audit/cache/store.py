"""Bytes by key in one SQLite file that several processes may use at once.

Nothing here is ever an error: what cannot be read is not there, what cannot be written is left out, and a damaged
file is removed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Store", "Value"]

Value = tuple[bytes, bytes | None]
"""A short value that is always there and a long one that may not be."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, used INTEGER NOT NULL, short BLOB NOT NULL, long BLOB);
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used);
"""
_KEYS_A_QUERY = 500
_WAIT_SECONDS = 5.0
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Store:
    """The file at ``path``, which grows to about ``limit`` bytes before what was not used for longest is dropped.

    A connection lasts for one call: threads and forked processes share none.
    """

    path: Path
    limit: int

    def read(self, keys: Sequence[bytes], *, long: bool) -> dict[bytes, Value]:
        """Return what is kept of ``keys``; the long values only where asked for."""
        found: dict[bytes, Value] = {}
        columns = "key, used, short, long" if long else "key, used, short, NULL"

        def work(connection: sqlite3.Connection) -> None:
            now = int(time.time())
            stale: list[tuple[int, bytes]] = []
            for begin in range(0, len(keys), _KEYS_A_QUERY):
                part = keys[begin : begin + _KEYS_A_QUERY]
                query = f"SELECT {columns} FROM entries WHERE key IN ({','.join('?' * len(part))})"
                for key, used, short, rest in connection.execute(query, part):
                    found[key] = short, rest
                    if now - used > _DAY:
                        stale.append((now, key))
            if stale:
                connection.executemany("UPDATE entries SET used = ? WHERE key = ?", stale)

        if self.path.exists():
            self._do(work)
        return found

    def write(self, values: Mapping[bytes, Value]) -> None:
        """Keep ``values``, or as many of them as half of the limit holds."""
        now = int(time.time())
        rows = []
        room = self.limit // 2
        for key, (short, long) in values.items():
            room -= len(key) + len(short) + len(long or b"")
            if room < 0:
                break
            rows.append((key, now, short, long))

        def work(connection: sqlite3.Connection) -> None:
            connection.executescript(_SCHEMA)
            connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)
            self._evict(connection)

        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._do(work)

    def count(self) -> int:
        """Return how many entries there are."""
        counts: list[int] = []

        def work(connection: sqlite3.Connection) -> None:
            counts.extend(connection.execute("SELECT count(*) FROM entries").fetchone())

        if self.path.exists():
            self._do(work)
        return sum(counts)

    def remove(self) -> None:
        """Remove the file and what SQLite put beside it."""
        for suffix in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _evict(self, connection: sqlite3.Connection) -> None:
        while self._size(connection) > self.limit:
            connection.execute(
                "DELETE FROM entries WHERE rowid IN"
                " (SELECT rowid FROM entries ORDER BY used, rowid LIMIT (SELECT count(*) / 4 + 1 FROM entries))"
            )

    @staticmethod
    def _size(connection: sqlite3.Connection) -> int:
        pages, free, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size if connection.execute("SELECT 1 FROM entries LIMIT 1").fetchone() else 0

    def _do(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do ``work`` as a whole, or not at all where the file is locked, full or damaged."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS)) as connection, connection:
                # A lost entry is computed again, so no write has to reach the disk before the next.
                connection.execute("PRAGMA synchronous = OFF")
                work(connection)
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError:
            self.remove()
