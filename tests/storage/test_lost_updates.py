"""Nothing that was committed is lost: not to another writer, and not to a power cut."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from storage.store import PRAGMAS, Store
from storage.tables import authority

WRITERS = 30


async def add_one(store: Store) -> None:
    async with store.transaction() as tx:
        reading = select(authority.c.settings)
        count = await tx.connection.scalar(reading.with_for_update() if tx.on_postgres else reading)
        await asyncio.sleep(0)
        await tx.connection.execute(update(authority).values(settings=str(int(count) + 1)))


async def count(store: Store) -> int:
    async with store.transaction() as tx:
        return int(await tx.connection.scalar(select(authority.c.settings)))


@pytest.fixture
def authority_settings() -> str:
    return "0"


async def test_thirty_who_read_then_write_at_once_are_all_counted(store):
    await asyncio.gather(*(add_one(store) for _ in range(WRITERS)))
    assert await count(store) == WRITERS


async def test_thirty_through_two_stores_as_from_two_processes_are_all_counted(store, database_url, tmp_path):
    other = Store.open(database_url, tmp_path / "keys")
    await asyncio.gather(*(add_one(each) for each in (store, other) * (WRITERS // 2)))
    assert await count(store) == WRITERS
    await other.close()


async def test_the_drivers_own_way_would_have_lost_some(sqlite_store, sqlite_database_url):
    """The control: without BEGIN IMMEDIATE the same thirty end too low, so the tests above can fail."""
    engine = create_async_engine(sqlite_database_url)

    async def add_one_carelessly() -> None:
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT settings FROM authority"))
            await asyncio.sleep(0)
            await connection.execute(text("UPDATE authority SET settings = :new"), {"new": str(int(found) + 1)})
            await connection.commit()

    await asyncio.gather(*(add_one_carelessly() for _ in range(WRITERS)), return_exceptions=True)
    await engine.dispose()
    assert await count(sqlite_store) < WRITERS


async def test_a_transaction_that_raises_keeps_nothing(store):
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await tx.connection.execute(update(authority).values(settings="7"))
            raise ZeroDivisionError
    assert await count(store) == 0


async def test_sqlite_is_set_as_the_store_says(sqlite_store):
    wanted = {"IMMEDIATE": None, "TRUNCATE": "truncate", "FULL": 2, "ON": 1, "MEMORY": 2, "3000": 3000}
    async with sqlite_store.transaction() as tx:
        for pragma in PRAGMAS:
            name, said = re.fullmatch(r"PRAGMA (\w+) = (\w+)", pragma).groups()
            assert await tx.connection.scalar(text(f"PRAGMA {name}")) == wanted[said], name
    names = {pragma.split()[1] for pragma in PRAGMAS}
    assert names == {"busy_timeout", "journal_mode", "synchronous", "secure_delete", "temp_store", "foreign_keys"}


async def test_postgresql_waits_for_the_disk_and_keeps_no_times_of_commits(store):
    async with store.transaction() as tx:
        if not tx.on_postgres:
            return
        assert await tx.connection.scalar(text("SHOW synchronous_commit")) == "on"
        assert await tx.connection.scalar(text("SHOW track_commit_timestamp")) == "off"


COMMITS = 5
WRITE = f"""
import asyncio, os, sys
from pathlib import Path
from sqlalchemy import update
from storage.store import Store
from storage.tables import authority

async def main() -> None:
    store = Store.open(sys.argv[1], Path(sys.argv[2]))
    for number in range(1, {COMMITS} + 1):
        async with store.transaction() as tx:
            await tx.connection.execute(update(authority).values(settings=str(number)))
        os.write(1, b"committed %d\\n" % number)
    await store.close()

asyncio.run(main())
"""


def traced(tmp_path: Path, url: str) -> list[str]:
    """The writes to standard output and the syncs of a process that commits five times, in order."""
    log = tmp_path / "strace"
    command = ["strace", "-f", "-qq", "-e", "trace=write,fsync,fdatasync", "-o", str(log)]
    command += [sys.executable, "-c", WRITE, url, str(tmp_path / "keys")]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2], env=os.environ)
    kept = re.compile(r'(fsync|fdatasync)\(|write\(1, "committed')
    return [found[1] or "committed" for line in log.read_text().splitlines() if (found := kept.search(line))]


async def test_every_commit_is_on_the_disk_before_it_is_said(sqlite_store, sqlite_database_url, tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: nobody counted the syncs behind a commit")
    await sqlite_store.engine.dispose()
    try:
        calls = await asyncio.to_thread(traced, tmp_path, sqlite_database_url)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"strace may not trace here ({error.stderr!r:.80}): nobody counted the syncs behind a commit")
    between = "".join("." if call == "committed" else "s" for call in calls).split(".")[:COMMITS]
    assert len(between) == COMMITS
    # At least the journal, its folder or header, and the database itself.
    assert all(len(syncs) >= 2 for syncs in between), between
