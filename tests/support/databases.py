"""Making databases for tests: SQLite files, and databases of their own on a running PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage import schema
from storage.store import make_engine

ROOM = 2 * 1024**3
"""Bytes that must be free in memory before a server's files are kept there."""
IN_USE = "is being accessed by other users"
PATIENCE_SECONDS = 60.0

# A server that is thrown away need not survive a power cut. What a thief could read of it is left as it is shipped.
SETTINGS = """
fsync = off
autovacuum = off
checkpoint_timeout = 1h
max_connections = 400
"""


class Postgres:
    """A running server in which this worker makes and drops databases of its own."""

    def __init__(self, url: str, worker: str, *, binaries: Path | None = None, data: Path | None = None) -> None:
        self.url = make_url(url).set(drivername="postgresql+asyncpg")
        self.binaries = binaries
        """Where its pg_dump is; None when the path must do."""
        self.data = data
        """Its data folder; None when it runs where its files cannot be read."""
        self._prefix = f"yousaid_{os.getpid()}_{worker}"
        self._made = 0
        self._template: str | None = None

    def statement(self, *statements: str) -> None:
        """Run statements that want no transaction around them, such as CREATE DATABASE."""

        async def run() -> None:
            engine = create_async_engine(self.url, isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
            await engine.dispose()

        run_apart(run())

    def create(self, *, template: str = "template0") -> str:
        """The URL of a new database."""
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        # On a server of our own, whose version we know: copied as files, not row by row through its log.
        how = " STRATEGY FILE_COPY" if self.data else ""
        self._when_nobody_is_in(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}')
        return self.url_of(name)

    def _when_nobody_is_in(self, statement: str) -> None:
        """Run it once whoever has left the template is really gone: a busy server may take its time over that."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.statement(statement)
            except DBAPIError as error:
                if IN_USE not in str(error) or time.monotonic() > give_up:
                    raise

    def create_migrated(self) -> str:
        """The URL of a new database with all tables; the migrations run once, and are then copied."""
        if self._template is None:
            url = self.create()
            migrate(url)
            self._template = make_url(url).database
        assert self._template is not None
        return self.create(template=self._template)

    def drop(self, url: str) -> None:
        self.statement(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def drop_template(self) -> None:
        if self._template is not None:
            self.drop(self.url_of(self._template))

    def url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def own_server(pgserver: ModuleType, name: str, lock: Path) -> Iterator[Any]:
    """A server started from the wheel, shared by all workers that give the same name, stopped after the last of them.

    One worker at a time comes in or goes out: else the last one out would take away the files under the next one in.
    """
    # Not below pytest's own folder: that one is closed to the system user under which root's server must run.
    folder = _roomy() / name
    with _alone(lock):
        server = pgserver.get_server(folder, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        settings = folder / "postgresql.conf"
        if SETTINGS not in (said := settings.read_text()):
            settings.write_text(said + SETTINGS)
        _started(server)
    yield server
    with _alone(lock):
        server.cleanup()
        if not (folder / "postmaster.pid").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _started(server: Any) -> None:
    """Start it; the wheel gives up after ten seconds, which a busy machine may need."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return server.start()
        except subprocess.SubprocessError:
            if time.monotonic() > give_up:
                raise


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """No other process is in such a block with the same file."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _roomy() -> Path:
    """Where files are made and dropped most cheaply: in memory, if there is room, or on the disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > ROOM:
        return memory
    return Path(tempfile.gettempdir())


def run_apart(work: object) -> None:
    """Run a coroutine in a loop of its own, leaving the tests' loop alone."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(work)  # type: ignore[arg-type]


def migrate(url: str) -> None:
    async def run() -> None:
        engine = make_engine(url)
        await schema.migrate(engine)
        await engine.dispose()

    run_apart(run())


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"
