"""Which version of the tables a database has, and bringing it to the newest.

Migrations are numbered files in `migrations/versions`; a file's number is its revision. Alembic itself is imported
only when something is to be changed: it costs a third of a second, and a process that merely starts needs none of it.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.errors import WrongSchema

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY = "base"
"""The revision below the first: no tables at all."""

_NUMBERED = re.compile(r"(\d{4})_\w+\.py")
# Any number will do, so long as nothing else in the database locks it: two processes may be told to migrate at once.
_LOCK = 7_164_205_311


def head(folder: Path = MIGRATIONS) -> str:
    """The newest revision there is. Raises ValueError when two migrations carry the same number."""
    numbers = sorted(found[1] for path in (folder / "versions").iterdir() if (found := _NUMBERED.fullmatch(path.name)))
    if len(numbers) != len(set(numbers)):
        raise ValueError(f"two migrations with one number: {numbers}")
    return numbers[-1]


async def found(engine: AsyncEngine) -> str | None:
    """The revision this database is at; None when it was never migrated."""
    async with engine.connect() as connection:
        return await connection.run_sync(_found)


async def check(engine: AsyncEngine) -> None:
    """Return quietly when the database is at the newest revision. Raises WrongSchema, with both revisions."""
    revision, wanted = await found(engine), head()
    if revision != wanted:
        raise WrongSchema(revision, wanted)


async def migrate(engine: AsyncEngine, to: str = "head") -> None:
    """Bring the database up to a revision, in one transaction. Safe to repeat and to run twice at once."""
    async with engine.begin() as connection:
        await migrate_within(connection, to)


async def migrate_within(connection: AsyncConnection, to: str = "head") -> None:
    """The same inside a transaction that does more."""
    await connection.run_sync(_move, "upgrade", to)


async def take_back(engine: AsyncEngine, to: str) -> None:
    """Take the database down to an earlier revision, in one transaction; what the later tables held is lost."""
    async with engine.begin() as connection:
        await connection.run_sync(_move, "downgrade", to)


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _move(connection: Connection, direction: str, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    getattr(command, direction)(config, to)
