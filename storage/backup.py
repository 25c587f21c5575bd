"""A copy of the database taken while people answer, and a new database made from one.

Keys are never in a backup: `keys/keep` is kept apart from it, `keys/burn` nowhere. So what was still sealed when the
backup was made (drafts, and answers not yet opened) can be read from it until the key next turns, and never after.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import schema
from storage.errors import StorageError, WrongSchema
from storage.keys import Keys
from storage.settling import Restored, settle
from storage.store import Store, make_engine
from storage.tables import epoch, metadata

BUSY_SECONDS = 60
_SQLITE, _DUMP = b"SQLite format 3\0", b"PGDMP"
LOOK_SECONDS = 0.01
BETWEEN_REWRITES, REWRITES = 0.5, 120
"""Seconds between two rewritings of a restored database, and how many at most: a minute and more."""
_SEEN_BEFORE = text(
    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema()) "
    "AND age(relfrozenxid) >= age(CAST(CAST(CAST(:removed AS text) AS xid8) AS xid))"
)
_LOCKED = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) JOIN pg_class ON pg_class.oid = relation "
    "WHERE application_name = :session AND granted AND mode = 'AccessShareLock' AND relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace"
)
_SHARED = ("host", "port", "ssl", "sslmode")
_VERSION = ("--data-only", "--table=alembic_version")
_REVISION = re.compile(r"^(\d{4})$", re.MULTILINE)


class AlreadyThere(StorageError):
    """There is a file of that name; a backup never overwrites."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class NotEmpty(StorageError):
    """The database to restore into holds something already."""


class NotABackup(StorageError):
    """The file is missing, damaged, or a backup of the other kind of database."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class ToolMissing(StorageError):
    """PostgreSQL's own program, which does this work, is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ToolFailed(StorageError):
    """PostgreSQL's own program refused; `said` is its explanation."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name, self.said = name, said


async def backup(store: Store, path: Path) -> None:
    """Write the whole database, as it is at one moment, to a new file that only its owner may read.

    Others go on writing meanwhile; a Send may wait the second or two this takes.
    Raises: AlreadyThere; ToolMissing and ToolFailed (PostgreSQL only).
    """
    _refuse_taken(path)
    url = store.engine.url
    # Beside its place and given its name only when whole: nobody must find half a backup under a good name.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        unfinished = Path(folder) / path.name
        if url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_copy_sqlite, _file(url), unfinished)
        else:
            await _dump(store, unfinished)
        _put(unfinished, path)


async def restore(url: str, path: Path, keys: Keys, *, now: datetime, still_due: Collection[str] = ()) -> Restored:
    """Make the empty database at `url` what the backup was, less what must not come back; says what that is.

    The other processes must be stopped. No key is burnt, so that a rehearsal beside the living database is harmless.
    `still_due` names the kinds of due rows that are to be done although their time is past.
    Raises: NotEmpty, NotABackup, WrongSchema (the backup is of a newer version), KeysDoNotFit, ToolMissing, ToolFailed.
    """
    restoring = _restored_sqlite if make_url(url).get_backend_name() == "sqlite" else _restored_postgres
    async with restoring(make_url(url), path) as (engine, version), engine.begin() as connection:
        if version is not None:
            await connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
        await schema.migrate_within(connection)
        return await settle(connection, keys, now=now, still_due=still_due)


def _refuse_taken(path: Path) -> None:
    if path.exists():
        raise AlreadyThere(path)


def _put(unfinished: Path, path: Path) -> None:
    """Give a whole file its name, unless somebody else has taken it meanwhile."""
    os.chmod(unfinished, 0o600)
    _sync(unfinished)
    try:
        path.touch(exist_ok=False)
    except FileExistsError as error:
        raise AlreadyThere(path) from error
    os.replace(unfinished, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# SQLite


def _file(url: URL) -> Path:
    return Path(url.database or "")


def _copy_sqlite(source: Path, target: Path) -> None:
    """VACUUM INTO reads in one transaction and carries no freed page over, so nothing deleted is in the copy."""
    with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=BUSY_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


@asynccontextmanager
async def _restored_sqlite(url: URL, path: Path) -> AsyncIterator[tuple[AsyncEngine, str | None]]:
    """The backup in a file beside the wanted place; it moves there when the block ends well."""
    place = _file(url)
    # A journal left beside the place would be rolled back into the restored file.
    if any(each.exists() and each.stat().st_size for each in (place, *_companions(place))):
        raise NotEmpty
    _refuse_other_kinds(path, _SQLITE)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=place.parent) as folder:
        unfinished = Path(folder) / place.name
        shutil.copyfile(path, unfinished)
        os.chmod(unfinished, 0o600)
        revision = await asyncio.to_thread(_checked, unfinished, path)
        _refuse_newer(revision)
        engine = make_engine(url.set(database=str(unfinished)).render_as_string(hide_password=False))
        try:
            yield engine, None
        finally:
            await engine.dispose()
        _sync(unfinished)
        os.replace(unfinished, place)
        _sync(place.parent)


def _companions(place: Path) -> tuple[Path, ...]:
    return tuple(place.with_name(place.name + ending) for ending in ("-journal", "-wal"))


def _checked(copy: Path, path: Path) -> str:
    """The revision of a copy that is whole. Raises NotABackup."""
    try:
        with closing(sqlite3.connect(copy)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise NotABackup(path)
            revision: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            return revision
    except (sqlite3.DatabaseError, TypeError) as error:
        raise NotABackup(path) from error


def _refuse_other_kinds(path: Path, start: bytes) -> None:
    try:
        with path.open("rb") as file:
            if file.read(len(start)) == start:
                return
    except OSError as error:
        raise NotABackup(path) from error
    raise NotABackup(path)


def _refuse_newer(revision: str) -> None:
    if revision > schema.head():
        raise WrongSchema(revision, schema.head())


# PostgreSQL


async def _dump(store: Store, target: Path) -> None:
    """Dump at one moment, begun while no shuffle is under way.

    TRUNCATE, with which pool and answers are shuffled, shows through older snapshots as an empty table. pg_dump takes
    its snapshot before its locks, so a shuffle between the two would leave a backup without a single answer. Every
    shuffle holds the epoch row: this does too, until pg_dump has its locks. (Locking the tables here instead would
    deadlock with a Send that queues between us and pg_dump.)
    """
    session = f"yousaid backup {secrets.token_hex(8)}"
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    async with store.engine.connect() as connection:
        await connection.execute(select(epoch.c.authority).order_by(epoch.c.authority).with_for_update())
        dumping = asyncio.create_task(_run("pg_dump", store.engine.url, *options, session=session))
        try:
            while await connection.scalar(_LOCKED, {"session": session}) < len(metadata.tables):
                if (await asyncio.wait({dumping}, timeout=LOOK_SECONDS))[0]:
                    break
            await connection.rollback()
            await dumping
        finally:
            dumping.cancel()
            await asyncio.wait({dumping})


@asynccontextmanager
async def _restored_postgres(url: URL, path: Path) -> AsyncIterator[tuple[AsyncEngine, str | None]]:
    """The backup in the wanted database, all but its version: that the block is to write with the rest.

    Until then no process starts on it, so a restore that is killed half-way sends nothing to anybody.
    """
    engine = make_engine(url.render_as_string(hide_password=False))
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(lambda inner: inspect(inner).get_table_names()):
                raise NotEmpty
        _refuse_other_kinds(path, _DUMP)
        found = _REVISION.search(await _run("pg_restore", None, *_VERSION, "--file=-", str(path)))
        if found is None:
            raise NotABackup(path)
        _refuse_newer(found[1])
        await _fill(url, path)
        yield engine, found[1]
        # What was just removed lies in the tables' files until they are written anew.
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await _write_anew(connection)
    finally:
        await engine.dispose()


async def _write_anew(connection: AsyncConnection) -> None:
    """Rewrite every table until no row that was removed before is left in a file.

    Whoever still sees the rows as they were keeps dead ones alive, be it an analysis the server began by itself. How
    far back anybody saw when a table was rewritten, the server notes as its `relfrozenxid`.
    """
    removed = await connection.scalar(text("SELECT CAST(pg_current_xact_id() AS text)"))
    for _ in range(REWRITES):
        await connection.execute(text("VACUUM FULL"))
        if not await connection.scalar(_SEEN_BEFORE, {"removed": removed}):
            return
        await asyncio.sleep(BETWEEN_REWRITES)


async def _fill(url: URL, path: Path) -> None:
    contents = await _run("pg_restore", None, "--list", str(path))
    kept = [line for line in contents.splitlines() if " TABLE DATA public alembic_version " not in line]
    with tempfile.NamedTemporaryFile("w", prefix="yousaid-restore-", suffix=".list") as chosen:
        chosen.write("\n".join(kept))
        chosen.flush()
        options = ("--single-transaction", "--exit-on-error", "--no-owner", f"--use-list={chosen.name}")
        await _run("pg_restore", url, *options, str(path))


async def _run(name: str, url: URL | None, *options: str, session: str = "yousaid") -> str:
    """What one of PostgreSQL's programs says. The password goes by environment: a process list shows arguments."""
    program = shutil.which(name)
    if program is None:
        raise ToolMissing(name)
    environment = {**os.environ, "PGAPPNAME": session}
    if url is not None:
        options = (f"--dbname={_libpq(url)}", *options)
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, *options, stdout=pipe, stderr=pipe, env=environment)
    try:
        said, complained = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise ToolFailed(name, complained.decode(errors="replace").strip())
    return said.decode()


def _libpq(url: URL) -> str:
    """The same address in the words PostgreSQL's own programs use."""
    query = {"sslmode" if name == "ssl" else name: value for name, value in url.query.items() if name in _SHARED}
    return url.set(drivername="postgresql", password=None, query=query).render_as_string(hide_password=False)
