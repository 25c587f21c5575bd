"""Making databases for tests: SQLite files, and databases of their own on a running PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage import schema
from storage.store import make_engine


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
        self.statement(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

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
