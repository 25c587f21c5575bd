"""Every thirty seconds: what is due is done once, whoever else ticks, and nothing that fails keeps the rest waiting."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from support.line import Line
from support.town import NORTHFIELD, TUESDAY, Town

from bot.heartbeat import AT_A_TIME, POOL_FULL, Heartbeat, beat
from bot.sandbox.phones import Phone
from engagement import authority
from storage import due, outbox, people, pool, trail
from storage.ids import ChatId, SurveyId
from storage.people import Details
from storage.store import Store
from storage.tables import due as due_table
from storage.tables import pool as pool_table

WORDS = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")


async def states(store: Store, kind: str) -> dict[str, str]:
    """What became of every row of one kind."""
    async with store.transaction() as tx:
        found = await tx.connection.execute(select(due_table.c.key, due_table.c.state).where(due_table.c.kind == kind))
        return {row.key: row.state for row in found}


async def add(store: Store, kind: str, *keys: str) -> None:
    async with store.transaction() as tx:
        for key in keys:
            await due.add(tx, kind, key, TUESDAY)


async def wait_in_pool(connection: AsyncConnection, of: int, epoch: str, count: int) -> None:
    """Boxes nobody can open, only to be counted."""
    rows: list[dict[str, Any]] = [
        {"key": bytes([number]) * 16, "authority": of, "survey": 1, "epoch": epoch, "taps": b"", "words": b""}
        for number in range(count)
    ]
    await connection.execute(insert(pool_table), rows)


# Once


async def todays_own(store: Store) -> None:
    """What every day begins with is done: only what a test adds is left."""
    await beat(store, WORDS, lambda: TUESDAY)


async def test_two_heartbeats_at_once_do_everything_once(store: Store, tmp_path: Path) -> None:
    keys = [str(number) for number in range(AT_A_TIME + 7)]
    await todays_own(store)
    await add(store, "prune", *keys)
    other = Store.open(store.engine.url.render_as_string(hide_password=False), tmp_path / "keys")
    try:
        did = await asyncio.gather(
            beat(store, WORDS, lambda: TUESDAY),
            beat(other, WORDS, lambda: TUESDAY),
            beat(store, WORDS, lambda: TUESDAY),
        )
    finally:
        await other.close()
    assert sum(did) == len(keys)
    assert [await states(store, "prune")] == [dict.fromkeys(keys, "done") | {"2026-11-25": "waiting"}]


async def test_nothing_that_is_done_is_done_again(sqlite_store: Store) -> None:
    await todays_own(sqlite_store)
    await add(sqlite_store, "prune", "one")
    assert await beat(sqlite_store, WORDS, lambda: TUESDAY) == 1
    assert await beat(sqlite_store, WORDS, lambda: TUESDAY) == 0


async def test_a_row_that_fails_is_tried_later_and_stops_no_other(store: Store) -> None:
    await todays_own(store)
    await add(store, "nobody_knows_this", "one")
    await add(store, "finished_draft", "not:a number")
    await add(store, "prune", "one")
    assert await beat(store, WORDS, lambda: TUESDAY) == 1
    assert (await states(store, "prune"))["one"] == "done"
    assert await states(store, "nobody_knows_this") == {"one": "claimed"}
    assert await states(store, "finished_draft") == {"not:a number": "claimed"}
    async with store.transaction() as tx:
        again = await due.claim(tx, now=TUESDAY + timedelta(minutes=1), limit=9)
    assert {row.kind for row in again} == {"nobody_knows_this", "finished_draft"}


async def test_more_than_one_handful_is_caught_up_in_one_beat(sqlite_store: Store) -> None:
    await todays_own(sqlite_store)
    await add(sqlite_store, "prune", *(str(number) for number in range(2 * AT_A_TIME)))
    assert await beat(sqlite_store, WORDS, lambda: TUESDAY) == 2 * AT_A_TIME


# What the night needs


async def test_the_night_has_its_job_at_a_minute_of_its_own(sqlite_store: Store) -> None:
    await beat(sqlite_store, WORDS, lambda: TUESDAY)
    await beat(sqlite_store, WORDS, lambda: TUESDAY)
    assert await states(sqlite_store, "nightly") == {"2026-11-25": "waiting"}
    async with sqlite_store.transaction() as tx:
        planned = await tx.connection.scalar(select(due_table.c.due_at).where(due_table.c.kind == "nightly"))
    assert TUESDAY.replace(day=25, hour=2) <= planned < TUESDAY.replace(day=25, hour=5)


async def test_a_full_pool_is_turned_by_day_and_at_most_once_an_hour(sqlite_store: Store) -> None:
    store = sqlite_store
    async with store.transaction() as tx:
        epoch, _ = await tx.epoch()
        await wait_in_pool(tx.connection, tx.authority, epoch, POOL_FULL)
        assert await pool.waiting(tx) == {SurveyId(1): POOL_FULL}
    for minutes in (0, 1, 29, 59):
        await beat(store, WORDS, lambda: TUESDAY + timedelta(minutes=minutes))  # noqa: B023 (used at once)
    assert [key for key in await states(store, "nightly") if "T" in key] == ["2026-11-24T10"]
    await beat(store, WORDS, lambda: TUESDAY + timedelta(hours=1))
    assert [key for key in await states(store, "nightly") if "T" in key] == ["2026-11-24T10", "2026-11-24T11"]


async def test_a_pool_that_is_not_full_waits_for_the_night(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        epoch, _ = await tx.epoch()
        await wait_in_pool(tx.connection, tx.authority, epoch, POOL_FULL - 1)
    await beat(sqlite_store, WORDS, lambda: TUESDAY)
    assert list(await states(sqlite_store, "nightly")) == ["2026-11-25"]


# What was left behind


async def test_a_message_a_dead_process_left_leaving_is_given_its_end(sqlite_store: Store) -> None:
    store = sqlite_store
    async with store.transaction() as tx:
        person = (await people.add(tx, Details("A-1", "Ash", "Lee"))).id
        later = {"not_before": TUESDAY, "expires_at": TUESDAY + timedelta(days=1)}
        await outbox.queue(
            tx, occasion="o", person=person, lane="young", envelope="envelope/something", opens={}, **later
        )
        await outbox.claim(tx, now=TUESDAY)
    await beat(store, WORDS, lambda: TUESDAY + timedelta(minutes=5))
    async with store.transaction() as tx:
        assert [row.state for row in await outbox.of_person(tx, person)] == ["unknown"]


def heartbeat(line: Line, learnt: list[authority.Settings]) -> Heartbeat:
    return Heartbeat(line.store, line.mouth, line.telegram.clock.now, settings=lambda: WORDS, on_settings=learnt.append)


async def leave_trail(line: Line, phone: Phone) -> None:
    """A typed message that could not be deleted when it should have been."""
    await phone.type("my own words")
    async with line.store.transaction() as tx:
        await trail.add(tx, ChatId(phone.id), phone.mine[-1].id, sent_at=line.telegram.clock.now())


async def test_a_message_that_could_not_be_cleared_is_tried_again_at_each_tick(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await leave_trail(line, ash)
    line.telegram.faults.add("502", method="deleteMessage", times=1)
    ticking = heartbeat(line, [])
    await ticking.tick()
    await line.said()
    assert "my own words" in [one.text for one in ash.mine]
    await ticking.tick()
    await line.said()
    assert "my own words" not in [one.text for one in ash.mine]
    deletions = len(line.calls("deleteMessage"))
    await ticking.tick()
    await line.said()
    assert len(line.calls("deleteMessage")) == deletions


async def test_settings_changed_by_command_are_heard_of_at_the_next_tick(northfield: Town) -> None:
    changed = WORDS.model_copy(update={"cap": 1})
    async with northfield.store.transaction() as tx:
        await authority.change(tx, changed)
    assert northfield.bot is not None
    assert northfield.bot.words().cap != 1
    await northfield.bot.heartbeat.tick()
    assert northfield.bot.words().cap == 1


async def test_the_running_bot_ticks_as_soon_as_it_starts(northfield: Town) -> None:
    while not await states(northfield.store, "nightly"):
        await northfield.telegram.settled()
    assert list(await states(northfield.store, "nightly")) == ["2026-11-25"]


async def test_a_tick_without_a_database_is_survived_and_the_next_one_works(telegram_line: Line) -> None:
    line = telegram_line
    learnt: list[authority.Settings] = []
    ticking = heartbeat(line, learnt)
    async with line.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE due RENAME TO due_away")
    await ticking.tick()
    assert learnt == []
    async with line.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE due_away RENAME TO due")
    await ticking.tick()
    assert [words.name for words in learnt] == ["Northfield"]
