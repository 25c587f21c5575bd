"""What staff did, row by row: tampering is seen whatever it was, and two processes never fork the chain."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from support.town import TUESDAY

from storage import audit
from storage.audit import Broken, NotForAudit
from storage.ids import StaffId
from storage.store import Store, Transaction
from storage.tables import audit as table

ROWS = 12
PRIYA = StaffId(3)
Tamper = Callable[[Transaction, random.Random], Awaitable[object]]


async def write(store: Store, rows: int = ROWS) -> None:
    """A morning's doings, some of them in one transaction."""
    for number in range(rows // 2):
        async with store.transaction() as tx:
            for minute in (0, 1):
                at = TUESDAY + timedelta(minutes=2 * number + minute)
                await audit.note(tx, PRIYA if minute else None, "task_seen", now=at, task=number, how="spoke")


async def broken(store: Store) -> Broken | None:
    async with store.transaction() as tx:
        return await audit.check(tx)


# What is written


async def test_what_was_done_is_there_in_its_order_and_holds(store: Store) -> None:
    assert await broken(store) is None
    await write(store, 4)
    async with store.transaction() as tx:
        found = await audit.entries(tx)
        later = await audit.entries(tx, since=TUESDAY + timedelta(minutes=3))
        assert await audit.check(tx) is None
        end = await audit.digest(tx)
    assert [(one.staff, one.action, dict(one.about)) for one in found] == [
        (who, "task_seen", {"how": "spoke", "task": task}) for task in (0, 1) for who in (None, PRIYA)
    ]
    assert [one.at for one in found] == [TUESDAY + timedelta(minutes=minute) for minute in range(4)]
    assert later == found[3:]
    assert (end.count, end.last_id) == (4, found[-1].id)


async def test_what_is_rolled_back_was_never_noted(store: Store) -> None:
    await write(store, 2)
    with pytest.raises(RuntimeError):
        async with store.transaction() as tx:
            await audit.note(tx, PRIYA, "task_done", now=TUESDAY)
            raise RuntimeError
    await write(store, 2)
    async with store.transaction() as tx:
        assert {one.action for one in await audit.entries(tx)} == {"task_seen"}
    assert await broken(store) is None


@pytest.mark.parametrize(
    "about",
    [
        {"name": "Jo Smythe"},
        {"name": "Zoë"},
        {"note": "rang twice, no answer"},
        {"chat": 512_345_678_901},
        {"phone": "01632 960001"},
        {"when": TUESDAY},
        {"who": None},
        {"share": 0.5},
        {"yes": True},
        {"people": [1, 2]},
        {"long": "x" * 41},
        {"empty": ""},
        {"Task": 1},
    ],
)
async def test_names_texts_and_chats_are_refused_and_not_dropped(sqlite_store: Store, about: dict[str, Any]) -> None:
    with pytest.raises(NotForAudit):
        async with sqlite_store.transaction() as tx:
            await audit.note(tx, PRIYA, "task_seen", now=TUESDAY, **about)
    async with sqlite_store.transaction() as tx:
        assert await audit.entries(tx) == ()


# Two at once, two authorities


async def test_two_processes_that_note_at_once_make_one_chain(store: Store, tmp_path: Path) -> None:
    other = Store.open(store.engine.url.render_as_string(hide_password=False), tmp_path / "keys")
    try:
        await asyncio.gather(*(write(one, 8) for one in (store, other, store, other)))
        assert await broken(store) is None
        async with other.transaction() as tx:
            assert (await audit.digest(tx)).count == 32
    finally:
        await other.close()


async def test_what_waits_for_the_end_of_a_transaction_is_written_before_the_chain_is_held(
    sqlite_store: Store,
) -> None:
    done: list[str] = []

    async def last_lock_but_one() -> None:
        done.append("cards")
        assert await tx.connection.scalar(select(func.count()).select_from(table)) == 0

    async with sqlite_store.transaction() as tx:
        await audit.note(tx, PRIYA, "task_seen", now=TUESDAY)
        tx.before_commit["cards"] = last_lock_but_one
    assert done == ["cards"]
    async with sqlite_store.transaction() as tx:
        assert (await audit.digest(tx)).count == 1


async def test_two_authorities_have_a_chain_each(sqlite_store: Store) -> None:
    store = sqlite_store
    southfield = await store.add_authority("Southfield", "{}")
    for of in (None, southfield, None, southfield):
        async with store.transaction(of) as tx:
            await audit.note(tx, PRIYA, "task_seen", now=TUESDAY)
    for of in (None, southfield):
        async with store.transaction(of) as tx:
            assert await audit.check(tx) is None
            assert (await audit.digest(tx)).count == 2


# Tampering


async def pick(tx: Transaction, chance: random.Random, among: slice = slice(None)) -> Any:
    return chance.choice((await tx.connection.execute(select(table).order_by(table.c.id))).all()[among])


async def set_(tx: Transaction, row: int, **values: Any) -> None:
    await tx.connection.execute(update(table).where(table.c.id == row).values(**values))


async def change_a_field(tx: Transaction, chance: random.Random) -> None:
    row = await pick(tx, chance)
    changed = {
        "at": row.at + timedelta(seconds=chance.choice((-1, 1, 3600))),
        "staff": row.staff + 1,
        "action": "task_done",
        "about": row.about.replace("spoke", "met"),
        "link": row.link[::-1],
    }
    name = chance.choice(sorted(changed))
    await set_(tx, row.id, **{name: changed[name]})


async def delete_one_in_the_middle(tx: Transaction, chance: random.Random) -> None:
    row = await pick(tx, chance, slice(0, -1))
    await tx.connection.execute(delete(table).where(table.c.id == row.id))


async def delete_and_close_the_gap(tx: Transaction, chance: random.Random) -> None:
    row = await pick(tx, chance, slice(0, -1))
    await tx.connection.execute(delete(table).where(table.c.id == row.id))
    later = (await tx.connection.scalars(select(table.c.id).where(table.c.id > row.id).order_by(table.c.id))).all()
    for number in later:
        await set_(tx, number, id=number - 1)


async def swap_two(tx: Transaction, chance: random.Random) -> None:
    one, other = sorted(chance.sample(range(1, ROWS + 1), 2))
    for was, now in ((one, 99), (other, one), (99, other)):
        await set_(tx, was, id=now)


async def insert_one(tx: Transaction, chance: random.Random) -> None:
    """Anywhere, and with a link that is really one of the chain's."""
    copied, after = await pick(tx, chance), chance.randint(0, ROWS)
    for number in range(ROWS, after, -1):
        await set_(tx, number, id=number + 1)
    row = dict(copied._mapping) | {"id": after + 1, "staff": 7}
    await tx.connection.execute(insert(table).values(row))


TAMPERS: dict[Tamper, set[str]] = {
    change_a_field: {"changed"},
    delete_one_in_the_middle: {"missing"},
    delete_and_close_the_gap: {"changed"},
    swap_two: {"reordered"},
    insert_one: {"changed", "reordered"},
}


class Undo(Exception):
    """Leave nothing of what was just tried."""


async def test_a_hundred_tampers_of_a_hundred_are_found_and_told_apart(sqlite_store: Store) -> None:
    store = sqlite_store
    await write(store)
    found = 0
    for seed in range(100):
        chance = random.Random(seed)
        tamper = list(TAMPERS)[seed % len(TAMPERS)]
        try:
            async with store.transaction() as tx:
                await tamper(tx, chance)
                seen = await audit.check(tx)
                assert seen is not None, (seed, tamper.__name__)
                assert seen.kind in TAMPERS[tamper], (seed, tamper.__name__, seen)
                found += 1
                raise Undo
        except Undo:
            pass
    assert found == 100
    assert await broken(store) is None


async def test_an_end_cut_off_is_not_seen_by_the_chain_but_by_the_link_that_was_written_down(store: Store) -> None:
    await write(store, 6)
    async with store.transaction() as tx:
        tonight = await audit.digest(tx)
        assert await audit.holds(tx, tonight.link)
    async with store.transaction() as tx:
        await tx.connection.execute(delete(table).where(table.c.id == tonight.last_id))
    async with store.transaction() as tx:
        assert await audit.check(tx) is None
        assert not await audit.holds(tx, tonight.link)
        assert not await audit.holds(tx, "no link at all")


async def test_who_has_the_database_but_not_the_keys_cannot_write_the_chain_anew(
    sqlite_store: Store, tmp_path: Path
) -> None:
    await write(sqlite_store, 4)
    stranger = Store.open(sqlite_store.engine.url.render_as_string(hide_password=False), tmp_path / "other keys")
    try:
        async with stranger.transaction() as tx:
            await audit.note(tx, PRIYA, "task_seen", now=TUESDAY)
    finally:
        await stranger.close()
    seen = await broken(sqlite_store)
    assert seen is not None
    assert seen.kind == "changed"


def test_nothing_in_the_program_changes_or_removes_a_row_once_it_is_written() -> None:
    sources = [path for package in ("bot", "engagement", "storage") for path in Path(package).rglob("*.py")]
    users = {str(path) for path in sources if "tables import audit" in path.read_text("utf-8")}
    assert users == {"storage/audit.py"}
    own = Path("storage/audit.py").read_text("utf-8")
    assert "update(" not in own
    assert "delete(" not in own
