"""The database and its transactions. Everything in storage/ takes a `Transaction`; nothing else opens one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import sqlite
from storage.errors import NotSetUp
from storage.ids import AuthorityId
from storage.keys import Keys
from storage.sealing import Sealer
from storage.tables import authority as authority_table
from storage.tables import epoch as epoch_table

PRAGMAS = (
    # Three seconds: longer than any job holds the file, shorter than a tap waits for the truth.
    # TRUNCATE, because the command line is a second writer and WAL in SQLite before 3.51.3 can corrupt; FULL and
    # secure_delete, because an acknowledged answer must survive a power cut and a deleted draft must not.
    "PRAGMA busy_timeout = 3000",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
)


class Transaction:
    """One unit of work: all of it is kept, or none.

    `before_commit` and `after_commit` take work by name, so that ten Sends in one batch shuffle a pool once.
    `cache` holds rows read or written earlier in the same transaction; it ends with it.
    """

    def __init__(self, connection: AsyncConnection, keys: Keys, authority: AuthorityId) -> None:
        self.connection = connection
        self.keys = keys
        self.authority = authority
        self.on_postgres = connection.dialect.name == "postgresql"
        self.cache: dict[Hashable, Any] = {}
        self.before_commit: dict[Hashable, Callable[[], Awaitable[None]]] = {}
        self.after_commit: dict[Hashable, Callable[[], None]] = {}
        self._epoch: tuple[str, Sealer] | None = None

    async def epoch(self) -> tuple[str, Sealer]:
        """The current epoch's name and key, held against the nightly job until this transaction ends."""
        if self._epoch is None:
            query = select(epoch_table.c.name).where(epoch_table.c.authority == self.authority)
            name = await self.connection.scalar(query.with_for_update(read=True) if self.on_postgres else query)
            if name is None:
                raise NotSetUp
            self._epoch = (name, self.keys.epoch(name))
        return self._epoch

    def forget_epoch(self) -> None:
        """Read the epoch row again next time: the nightly job has turned it inside this transaction."""
        self._epoch = None

    async def finish(self) -> None:
        """Do what waits for the end of the transaction; called once, before the commit."""
        while self.before_commit:
            waiting, self.before_commit = self.before_commit, {}
            for work in waiting.values():
                await work()


class Store:
    """An open database with its keys."""

    def __init__(self, engine: AsyncEngine, keys: Keys) -> None:
        self.engine = engine
        self.keys = keys
        self._authority: AuthorityId | None = None
        # SQLite has one writer: waiting here is fair and prompt, waiting in its busy handler sleeps and starves.
        self._one_writer = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def open(cls, url: str, keys: Path) -> Store:
        """A store for a database URL of SQLAlchemy's form. Nothing is read or written yet."""
        return cls(make_engine(url), Keys(keys))

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, authority: AuthorityId | None = None) -> AsyncIterator[Transaction]:
        """A transaction that commits when the block ends and leaves nothing behind when it raises."""
        if self._one_writer is None:
            async with self._transaction(authority) as tx:
                yield tx
        else:
            async with self._one_writer, self._transaction(authority) as tx:
                yield tx

    @asynccontextmanager
    async def _transaction(self, authority: AuthorityId | None) -> AsyncIterator[Transaction]:
        async with self.engine.connect() as connection:
            async with connection.begin():
                tx = Transaction(connection, self.keys, authority or await self._only_authority(connection))
                yield tx
                await tx.finish()
            for work in tx.after_commit.values():
                work()

    async def _only_authority(self, connection: AsyncConnection) -> AuthorityId:
        if self._authority is None:
            found = await connection.scalar(select(authority_table.c.id).order_by(authority_table.c.id).limit(1))
            if found is None:
                raise NotSetUp
            self._authority = AuthorityId(found)
        return self._authority

    async def add_authority(self, name: str, settings: str) -> AuthorityId:
        """A new authority with its first epoch key; `settings` is JSON text already checked."""
        async with self.engine.begin() as connection:
            adding = insert(authority_table).values(name=name, settings=settings).returning(authority_table.c.id)
            identity = AuthorityId((await connection.execute(adding)).scalar_one())
            await connection.execute(insert(epoch_table).values(authority=identity, name=self.keys.new_epoch(identity)))
        return identity


def make_engine(url: str) -> AsyncEngine:
    """An engine that loses no updates.

    On SQLite the driver's own transactions are turned off and every one begins IMMEDIATE: with the default, thirty
    concurrent increments left a counter at 2 and raised nothing.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"async_creator_fn": sqlite.connect})

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
