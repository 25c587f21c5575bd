"""SQLite behind asyncio, one errand to its thread for each statement.

The driver as it comes goes four times: for a cursor, to execute, to fetch, to close. On a small file the ways there and
back cost several times what SQLite does at the other end, so here all four are one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Self

import aiosqlite

KEPT_ROWS = 64


class Cursor:
    """A statement's result: all its rows were fetched while it was carried out, and nothing is left open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: deque[Any] = deque()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, given: Any = ()) -> Self:
        await self._connection.errand(lambda: self._carry_out(lambda cursor: cursor.execute(statement, given)))
        return self

    async def executemany(self, statement: str, given: Iterable[Any]) -> Self:
        await self._connection.errand(lambda: self._carry_out(lambda cursor: cursor.executemany(statement, given)))
        return self

    def _carry_out(self, work: Callable[[sqlite3.Cursor], object]) -> None:
        cursor = self._connection.opened.cursor()
        try:
            work(cursor)
            self.description = cursor.description
            self._rows = deque(cursor.fetchall() if cursor.description else ())
            # Known only now where rows were changed and returned.
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows

    async def close(self) -> None:
        self._rows.clear()


class Connection(aiosqlite.Connection):
    """A connection whose cursors make one errand of a statement, and which stops once however often it is told to."""

    _stopping: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """End the connection's thread; what comes back is done when it has ended.

        A thread that has ended answers nobody. Told twice to stop, as happens when a transaction is cancelled twice,
        the driver as it comes would wait for the second answer for ever.
        """
        if self._stopping is None:
            self._stopping = super().stop()
        return self._stopping

    async def errand(self, work: Callable[[], object]) -> None:
        """Carry this out in the connection's own thread."""
        await self._execute(work)  # type: ignore[no-untyped-call]

    @property
    def opened(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)


def connect(file: str, **options: Any) -> Connection:
    """A connection that opens when it is awaited; it does not keep the process from ending."""
    connection = Connection(lambda: sqlite3.connect(file, **options), KEPT_ROWS)
    connection._thread.daemon = True
    return connection
