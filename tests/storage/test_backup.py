"""A backup is whole at any moment, and what is made from it brings nobody back and sends nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, func, insert, select, text, update
from sqlalchemy.engine import make_url

from storage import erasures, forgetting, people, schema, trail
from storage.backup import AlreadyThere, NotABackup, NotEmpty, ToolFailed, ToolMissing, backup, restore
from storage.errors import WrongSchema
from storage.ids import ChatId
from storage.keys import Keys
from storage.sealing import SLICE_BOX, TAPS_BOX, WORDS_BOX
from storage.settling import KeysDoNotFit
from storage.store import Store, Transaction, make_engine
from storage.tables import (
    Moment,
    answer,
    draft,
    due,
    metadata,
    outbox,
    participation,
    person,
    pool,
    slice_,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTLED = {"outbox", "due", "lease"}
PEOPLE = 12


@pytest.fixture(autouse=True)
def postgres_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump must be as new as the server: the server's own stand first on the path."""
    if "database" in request.fixturenames and request.getfixturevalue("database") == "postgresql":
        binaries = request.getfixturevalue("postgres").binaries
        if binaries is not None:
            monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def new_url(empty_database_url: str) -> str:
    """Where the backup is restored to."""
    return empty_database_url


def made_up(column, number: int) -> object:
    """A value that fits the column, different in every row."""
    if isinstance(column.type, Moment):
        return NOON + timedelta(minutes=number - 6)
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, LargeBinary):
        return secrets.token_bytes(column.type.length or 40)
    if isinstance(column.type, Integer | BigInteger):
        return None if column.foreign_keys else number
    return f"{number}-{column.name}"[: column.type.length]


async def fill(store: Store) -> None:
    """People with chats, and rows in every other table."""
    async with store.transaction() as tx:
        epoch, sealer = await tx.epoch()
        for number in range(1, PEOPLE + 1):
            added = await people.add(tx, people.Details(f"R{number}", first_name=f"Wilhelmina{number}", phone="07700"))
            await people.join(tx, added.id, ChatId(5_000_000 + number))
            await trail.add(tx, ChatId(5_000_000 + number), number, sent_at=NOON)
        for table in metadata.sorted_tables:
            if table.name in {"authority", "epoch", "person", "cleanup"}:
                continue
            rows = [{column.name: made_up(column, number) for column in table.columns} for number in range(1, 13)]
            for number, row in enumerate(rows, 1):
                row["authority"] = tx.authority
                if "chat_index" in row and table.name != "staff":
                    row["chat_index"] = tx.keys.look_ups.of("chat", str(5_000_000 + number))
                if "epoch" in row:
                    row["epoch"] = epoch
                    boxes = {"taps": TAPS_BOX, "words": WORDS_BOX, "box": SLICE_BOX}
                    row |= {name: sealer.seal_fixed(b"mine", b"", size=boxes[name]) for name in row if name in boxes}
                if table is outbox:
                    row["state"] = ("queued", "sending", "sent", "failed", "unknown", "cancelled")[number % 6]
                if table is due:
                    row["state"] = ("waiting", "claimed", "done", "failed")[number % 4]
            await tx.connection.execute(insert(table), rows)


async def hashes(url: str) -> dict[str, str]:
    """For each table, a hash of its rows, whatever order they lie in."""
    engine = make_engine(url)
    found = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in await connection.execute(select(table)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    await engine.dispose()
    return found


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one if one[name] != other[name]}


async def backed_up(store: Store, folder: Path) -> Path:
    path = folder / "monday.backup"
    await backup(store, path)
    return path


@asynccontextmanager
async def opened(url: str, keys: Keys) -> AsyncIterator[Store]:
    store = Store(make_engine(url), keys)
    try:
        yield store
    finally:
        await store.close()


async def test_every_row_comes_back_but_what_would_be_sent_again(store, database_url, new_url, tmp_path):
    await fill(store)
    before = await hashes(database_url)
    path = await backed_up(store, tmp_path)
    restored = await restore(new_url, path, store.keys, now=NOON - timedelta(days=1))
    assert differing(before, await hashes(new_url)) <= SETTLED
    assert (restored.people, restored.drafts, restored.waiting, restored.answers) == (PEOPLE, 12, 12, 12)
    assert (restored.erased, restored.drafts_lost, restored.waiting_lost, restored.copies_lost) == (0, 0, 0, 0)
    assert await hashes(database_url) == before


async def test_a_restored_database_can_be_worked_with(store, new_url, tmp_path):
    await fill(store)
    await restore(new_url, await backed_up(store, tmp_path), store.keys, now=NOON)
    async with opened(new_url, store.keys) as again:
        await schema.check(again.engine)
        async with again.transaction() as tx:
            found = await people.by_reference(tx, "R3")
            assert (await people.details(tx, found.id)).first_name == "Wilhelmina3"
            assert (await people.add(tx, people.Details("new"))).id == PEOPLE + 1
            row = (await tx.connection.execute(select(draft).where(draft.c.person == 3))).one()
            assert (await tx.epoch())[1].open_fixed(row.taps, b"") == b"mine"


async def test_when_the_key_has_turned_what_it_sealed_is_dropped_and_counted(store, new_url, tmp_path):
    await fill(store)
    path = await backed_up(store, tmp_path)
    store.keys.burn_all_but("1-none")
    restored = await restore(new_url, path, store.keys, now=NOON)
    assert (restored.drafts_lost, restored.waiting_lost, restored.copies_lost) == (12, 12, 12)
    assert (restored.drafts, restored.waiting, restored.sent, restored.answers) == (12, 12, 6, 12)
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        await tx.epoch()
        for table in (draft, pool, slice_):
            assert await count(tx, table) == 0
        assert await count(tx, participation) == 12


async def count(tx: Transaction, table) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table))


async def test_nothing_is_sent_twice(store, new_url, tmp_path):
    await fill(store)
    async with store.transaction() as tx:
        before = dict((await tx.connection.execute(select(outbox.c.id, outbox.c.state))).all())
    restored = await restore(new_url, await backed_up(store, tmp_path), store.keys, now=NOON)
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        rows = (await tx.connection.execute(select(outbox))).all()
    becomes = {"queued": "cancelled", "sending": "unknown"}
    assert {row.id: row.state for row in rows} == {key: becomes.get(state, state) for key, state in before.items()}
    assert (restored.cancelled, restored.unknown) == (2, 2)
    left = [row for row in rows if before[row.id] == "sending"]
    assert {(row.sent_on, row.not_before.hour, row.lease_until) for row in left} == {("2026-11-23", 0, None)}


async def test_what_was_due_meanwhile_is_over_but_for_the_kinds_that_must_still_be_done(store, new_url, tmp_path):
    await fill(store)
    async with store.transaction() as tx:
        await tx.connection.execute(update(due).where(due.c.id == 4).values(kind="close"))
    path = await backed_up(store, tmp_path)
    restored = await restore(new_url, path, store.keys, now=NOON, still_due={"close"})
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        rows = {row.id: row for row in (await tx.connection.execute(select(due))).all()}
    assert rows[4].state == "waiting"
    late = [row for row in rows.values() if row.due_at <= NOON and row.id != 4]
    assert {row.state for row in late} == {"done", "failed"}
    assert {row.state for row in rows.values() if row.due_at > NOON} == {"waiting", "done", "failed"}
    assert restored.overdue == 2


async def test_who_was_forgotten_after_the_backup_stays_forgotten(store, database, new_url, tmp_path):
    await fill(store)
    async with store.transaction() as tx:
        row = (await tx.connection.execute(select(person).where(person.c.id == 5))).one()
    path = await backed_up(store, tmp_path)
    async with store.transaction() as tx:
        await forgetting.forget(tx, row.id)
    assert erasures.noted(store.keys) == {row.reference_index}
    restored = await restore(new_url, path, store.keys, now=NOON)
    assert (restored.erased, restored.people) == (1, PEOPLE - 1)
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        assert await people.by_reference(tx, "R5") is None
        assert await people.by_chat(tx, ChatId(5_000_005)) is None
        for table in forgetting.BY_PERSON:
            theirs = select(func.count()).select_from(table).where(table.c.person == row.id)
            assert await tx.connection.scalar(theirs) == 0, table.name
        for table in forgetting.BY_CHAT:
            theirs = select(func.count()).select_from(table).where(table.c.chat_index == row.chat_index)
            assert await tx.connection.scalar(theirs) == 0, table.name
        assert 5_000_005 not in {mess.chat for mess in await trail.waiting(tx, now=NOON)}
        assert len(await trail.waiting(tx, now=NOON)) == PEOPLE - 1
        # The flag stays, so that one person still counts once.
        assert await count(tx, participation) == 12
    if database == "sqlite":
        file = Path(make_url(new_url).database).read_bytes()
        others = b"Wilhelmina5", row.sealed, row.reference_index, row.chat_index, row.sealed_chat, b"5000005"
        assert not [each for each in others if each in file]


async def test_postgresql_keeps_no_dead_row_of_who_was_forgotten(store, database, new_url, tmp_path):
    if database == "sqlite":
        return
    await fill(store)
    path = await backed_up(store, tmp_path)
    async with store.transaction() as tx:
        row = (await tx.connection.execute(select(person).where(person.c.id == 5))).one()
        kept = await tx.connection.scalar(select(person.c.sealed).where(person.c.id == 6))
        await forgetting.forget(tx, 5)
    await restore(new_url, path, store.keys, now=NOON)
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        await tx.connection.execute(text("CHECKPOINT"))
        file = await tx.connection.scalar(text("SELECT pg_read_binary_file(pg_relation_filepath('person'))"))
        assert kept in file
        assert row.sealed not in file
        assert row.sealed_chat not in file


async def test_while_somebody_still_sees_old_rows_a_restored_database_is_written_anew_again(
    store, database, new_url, tmp_path, monkeypatch
):
    if database == "sqlite":
        return
    await fill(store)
    path = await backed_up(store, tmp_path)
    async with store.transaction() as tx:
        sealed = await tx.connection.scalar(select(person.c.sealed).where(person.c.id == 5))
        await forgetting.forget(tx, 5)
    engine = make_engine(new_url)
    async with engine.connect() as onlooker:
        await onlooker.execution_options(isolation_level="REPEATABLE READ")
        await onlooker.scalar(text("SELECT txid_current()"))
        waited = []

        async def look_away(seconds: float) -> None:
            waited.append(seconds)
            await onlooker.rollback()

        monkeypatch.setattr("storage.backup.asyncio.sleep", look_away)
        await restore(new_url, path, store.keys, now=NOON)
    await engine.dispose()
    assert waited == [0.5], "once in vain, and then for good"
    async with opened(new_url, store.keys) as again, again.transaction() as tx:
        await tx.connection.execute(text("CHECKPOINT"))
        file = await tx.connection.scalar(text("SELECT pg_read_binary_file(pg_relation_filepath('person'))"))
        assert sealed not in file


async def test_a_backup_made_while_people_write_is_one_moment(store, new_url, tmp_path):
    """Each writer moves one row from draft to pool, so at every moment the two together hold as many."""
    await fill(store)
    stop = asyncio.Event()
    moved = 0

    async def move(number: int) -> None:
        nonlocal moved
        async with store.transaction() as tx:
            await tx.epoch()
            if tx.on_postgres:
                await tx.connection.execute(text("LOCK TABLE pool IN ACCESS EXCLUSIVE MODE"))
            rows = [row._asdict() for row in await tx.connection.execute(select(pool))]
            await tx.connection.execute(text("TRUNCATE pool" if tx.on_postgres else "DELETE FROM pool"))
            taken = (await tx.connection.execute(select(draft).where(draft.c.person == number))).one()
            await tx.connection.execute(draft.delete().where(draft.c.person == number))
            box = {"key": secrets.token_bytes(16), **taken._asdict()}
            box.pop("person")
            await tx.connection.execute(insert(pool), [*rows, box])
        moved += 1

    async def write() -> None:
        for number in range(1, 13):
            await move(number)
            if stop.is_set():
                return

    writing = asyncio.create_task(write())
    path = await backed_up(store, tmp_path)
    stop.set()
    await writing
    restored = await restore(new_url, path, store.keys, now=NOON)
    assert moved
    assert restored.drafts + restored.waiting == 24


async def test_a_shuffle_under_way_does_not_empty_the_backup(store, new_url, tmp_path):
    """TRUNCATE shows through older snapshots: the backup must take its own only once the shuffle is over."""
    await fill(store)
    async with store.transaction() as tx:
        await tx.epoch()
        rows = [row._asdict() for row in await tx.connection.execute(select(answer))]
        await tx.connection.execute(text("TRUNCATE answer" if tx.on_postgres else "DELETE FROM answer"))
        making = asyncio.create_task(backed_up(store, tmp_path))
        if tx.on_postgres:
            await until_somebody_waits(store)
        await tx.connection.execute(insert(answer), rows)
    restored = await restore(new_url, await making, store.keys, now=NOON)
    assert restored.answers == 12


async def until_somebody_waits(store: Store) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with store.engine.connect() as connection:
        while not await connection.scalar(waiting):
            await connection.rollback()


async def test_a_backup_overwrites_nothing_and_leaves_no_half(store, tmp_path):
    path = await backed_up(store, tmp_path)
    before = path.read_bytes()
    with pytest.raises(AlreadyThere):
        await backup(store, path)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".backup-*"))
    assert path.stat().st_mode & 0o777 == 0o600


async def test_no_key_is_in_a_backup(store, tmp_path):
    await fill(store)
    whole = (await backed_up(store, tmp_path)).read_bytes()
    keys = [path.read_bytes() for path in (tmp_path / "keys").rglob("*.key")]
    assert len(keys) >= 4
    assert not [key for key in keys if key in whole or key.hex().encode() in whole]


async def test_a_database_that_holds_something_is_not_restored_over(store, database_url, tmp_path):
    path = await backed_up(store, tmp_path)
    before = await hashes(database_url)
    with pytest.raises(NotEmpty):
        await restore(database_url, path, store.keys, now=NOON)
    assert await hashes(database_url) == before


async def test_what_is_no_backup_is_refused_and_nothing_is_left(store, new_url, tmp_path):
    path = await backed_up(store, tmp_path)
    cut = tmp_path / "cut.backup"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    nonsense = tmp_path / "nonsense.backup"
    nonsense.write_bytes(b"hello")
    for wrong in (cut, nonsense, tmp_path / "missing.backup"):
        with pytest.raises((NotABackup, ToolFailed)):
            await restore(new_url, wrong, store.keys, now=NOON)
    await restore(new_url, path, store.keys, now=NOON)


async def test_a_backup_of_a_newer_version_is_refused(store, new_url, tmp_path):
    async with store.transaction() as tx:
        await tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongSchema):
        await restore(new_url, await backed_up(store, tmp_path), store.keys, now=NOON)


async def test_with_other_keys_nothing_is_restored(store, new_url, tmp_path):
    await fill(store)
    path = await backed_up(store, tmp_path)
    with pytest.raises(KeysDoNotFit):
        await restore(new_url, path, Keys(tmp_path / "others"), now=NOON)
    engine = make_engine(new_url)
    with pytest.raises(WrongSchema):
        await schema.check(engine)
    await engine.dispose()


async def test_an_sqlite_journal_beside_the_new_place_is_seen(sqlite_store, tmp_path):
    path = await backed_up(sqlite_store, tmp_path)
    (tmp_path / "new.db-journal").write_bytes(b"left over")
    with pytest.raises(NotEmpty):
        await restore(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", path, sqlite_store.keys, now=NOON)


async def test_a_row_deleted_before_the_backup_is_not_in_it(sqlite_store, tmp_path):
    await fill(sqlite_store)
    async with sqlite_store.transaction() as tx:
        box = await tx.connection.scalar(select(draft.c.taps).where(draft.c.person == 2))
        await tx.connection.execute(draft.delete().where(draft.c.person == 2))
    path = await backed_up(sqlite_store, tmp_path)
    assert box[:200] not in path.read_bytes()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    connection.close()


async def test_without_pg_dump_the_refusal_says_so(store, database, tmp_path, monkeypatch):
    if database == "sqlite":
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as refused:
        await backup(store, tmp_path / "monday.backup")
    assert refused.value.name == "pg_dump"
    assert not (tmp_path / "monday.backup").exists()


def test_a_line_that_a_kill_cut_short_hides_nobody_else(tmp_path):
    keys = Keys(tmp_path / "keys")
    one, other = secrets.token_bytes(32), secrets.token_bytes(32)
    erasures.note(keys, one)
    with (keys.keep / erasures.FILE).open("a") as file:
        file.write("ab12")
    erasures.note(keys, other)
    assert erasures.noted(keys) == {one, other}
    erasures.take_back(keys, one)
    assert erasures.noted(keys) == {other}
    assert (keys.keep / erasures.FILE).stat().st_mode & 0o777 == 0o600
