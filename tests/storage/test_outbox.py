"""The rows of everything we start: once each, never lost, and silent about what they were when they are over."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from storage import occasions, outbox
from storage.ids import PersonId, StaffId
from storage.outbox import LEASE_SECONDS, Row
from storage.store import Store, Transaction
from storage.tables import outbox as table

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
TODAY = date(2026, 11, 23)
JO, SAM, MARCUS = PersonId(1), PersonId(2), StaffId(1)
LEASE = timedelta(seconds=LEASE_SECONDS)


async def queue(store: Store, occasion: str = "survey:1:opened", **more) -> bool:
    said = {"person": JO, "lane": "young", "envelope": "envelope/update", "opens": {"screen": "menu"}}
    if "staff" in more:
        said |= {"person": None, "lane": "staff"}
    said |= {"not_before": NOW, "expires_at": NOW + timedelta(days=7), "occasion": occasion} | more
    async with store.transaction() as tx:
        return await outbox.queue(tx, **said)


async def claim(store: Store, now: datetime = NOW, limit: int = 2) -> tuple[Row, ...]:
    async with store.transaction() as tx:
        return await outbox.claim(tx, now=now, limit=limit)


async def state(store: Store, row: Row) -> Row:
    async with store.transaction() as tx:
        found = await outbox.find(tx, row.id)
        assert found is not None
        return found


async def crash(store: Store, now: datetime) -> int:
    async with store.transaction() as tx:
        return await outbox.after_crash(tx, on=TODAY, now=now)


async def in_week(tx: Transaction, today: date) -> int:
    """How many messages of our own idea count for Jo today."""
    return len(await outbox.counted_on(tx, JO, since=today - timedelta(days=7)))


async def test_one_occasion_is_put_to_one_person_once(store):
    assert await queue(store)
    assert not await queue(store)
    assert await queue(store, person=SAM)
    assert await queue(store, staff=MARCUS)
    assert await queue(store, occasion="survey:2:opened")
    assert len(await claim(store, limit=9)) == 4


async def test_a_sent_occasion_is_not_put_again(store):
    await queue(store)
    (row,) = await claim(store)
    async with store.transaction() as tx:
        await outbox.sent(tx, row.id, 77, on=TODAY)
    assert not await queue(store)
    assert await claim(store, NOW + timedelta(days=1)) == ()


async def test_many_are_queued_in_one_go_and_those_who_have_it_keep_theirs(store):
    await queue(store, person=SAM, opens={"screen": "other"})
    async with store.transaction() as tx:
        await outbox.queue_for(
            tx,
            map(PersonId, range(1, 901)),
            occasion="survey:1:opened",
            envelope="envelope/update",
            opens={"screen": "survey"},
            not_before=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        await outbox.queue_for(
            tx, [], occasion="none", envelope="envelope/update", opens={}, not_before=NOW, expires_at=NOW
        )
    rows = await claim(store, limit=1000)
    assert len(rows) == 900
    assert {row.person: row.opens["screen"] for row in rows}[SAM] == "other"


async def test_two_leave_at_a_time_help_first_then_the_longest_waiting(store):
    for minutes in (1, 2, 3):
        await queue(store, str(minutes), not_before=NOW - timedelta(minutes=minutes))
    await queue(store, "help", kind="help")
    await queue(store, "later", not_before=NOW + timedelta(seconds=1))
    assert [row.occasion for row in await claim(store)] == ["help", "3"]
    assert [row.occasion for row in await claim(store)] == ["2", "1"]
    assert await claim(store) == ()


async def test_once_over_a_row_keeps_a_date_and_no_moment(store):
    for number, occasion in enumerate(("sent", "failed", "dropped", "unknown")):
        await queue(store, occasion, person=PersonId(number + 1))
    rows = {row.occasion: row for row in await claim(store, limit=9)}
    async with store.transaction() as tx:
        await outbox.sent(tx, rows["sent"].id, 77, on=TODAY)
        await outbox.failed(tx, rows["failed"].id, on=TODAY)
        await outbox.drop(tx, rows["dropped"].id, on=TODAY)
        await outbox.unknown(tx, rows["unknown"].id, on=TODAY, now=NOW)
    found = {row.occasion: row for row in [await state(store, row) for row in rows.values()]}
    assert {name: row.state for name, row in found.items()} == {
        "sent": "sent",
        "failed": "failed",
        "dropped": "cancelled",
        "unknown": "unknown",
    }
    assert found["sent"].message == 77
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert {(row.not_before, row.expires_at) for row in found.values()} == {(midnight, midnight)}
    async with store.transaction() as tx:
        kept = (await tx.connection.execute(select(table))).mappings().all()
    moments = {value for row in kept for value in row.values() if isinstance(value, datetime)}
    assert moments == {midnight}


async def test_what_did_not_leave_waits_and_does_not_count_as_an_attempt(store):
    await queue(store)
    (row,) = await claim(store)
    async with store.transaction() as tx:
        await outbox.leaving(tx, row.id, on=TODAY)
        await outbox.retry(tx, row.id, NOW + timedelta(seconds=7))
        assert await in_week(tx, TODAY) == 0
    assert await claim(store) == ()
    (again,) = await claim(store, NOW + timedelta(seconds=7))
    assert again.attempts == 1


async def test_after_a_crash_a_young_person_is_not_written_to_again(store):
    await queue(store)
    (row,) = await claim(store)
    assert await crash(store, NOW + LEASE - timedelta(seconds=1)) == 0, "a living process is sending it"
    assert await crash(store, NOW + LEASE) == 1
    found = await state(store, row)
    assert (found.state, found.sent_on, found.message) == ("unknown", TODAY, None)
    assert await claim(store, NOW + timedelta(days=1)) == ()


async def test_after_a_crash_staff_are_written_to_again_but_three_times_at_most(store):
    await queue(store, staff=MARCUS)
    now = NOW
    for attempt in (1, 2, 3):
        (row,) = await claim(store, now)
        assert row.attempts == attempt
        now += LEASE
        assert await crash(store, now) == 1
    assert (await state(store, row)).state == "unknown"
    assert await claim(store, now + timedelta(days=1)) == ()


async def test_an_unknown_outcome_is_the_end_for_a_young_person_and_not_for_staff(store):
    await queue(store)
    await queue(store, staff=MARCUS)
    for attempt in (1, 2, 3):
        rows = await claim(store)
        assert [row.staff for row in rows] == ([None, MARCUS] if attempt == 1 else [MARCUS])
        async with store.transaction() as tx:
            for row in rows:
                await outbox.unknown(tx, row.id, on=TODAY, now=NOW)
    assert await claim(store, NOW + timedelta(days=1)) == ()


async def test_an_answer_that_comes_late_changes_nothing_that_is_over(store):
    await queue(store)
    (row,) = await claim(store)
    await crash(store, NOW + LEASE)
    async with store.transaction() as tx:
        await outbox.retry(tx, row.id, NOW)
    assert (await state(store, row)).state == "unknown"


async def test_the_unopened_are_those_sent_and_neither_opened_nor_replaced(store):
    for occasion in ("a", "b", "c"):
        await queue(store, occasion)
    rows = await claim(store, limit=9)
    async with store.transaction() as tx:
        for row in rows[:2]:
            await outbox.sent(tx, row.id, 70 + row.id, on=TODAY)
        assert [row.occasion for row in await outbox.unopened(tx, JO)] == ["a", "b"]
        await outbox.opened(tx, rows[0].id)
        assert [row.occasion for row in await outbox.unopened(tx, JO)] == ["b"]
        assert await outbox.unopened(tx, SAM) == ()


@pytest.mark.parametrize(("days", "counted"), [(0, 1), (7, 1), (8, 0)])
async def test_a_week_is_today_and_the_seven_days_before(store, days, counted):
    await queue(store)
    (row,) = await claim(store)
    async with store.transaction() as tx:
        await outbox.sent(tx, row.id, 77, on=TODAY)
        assert await in_week(tx, TODAY + timedelta(days=days)) == counted


async def test_only_our_own_idea_counts_and_only_if_it_may_have_arrived(store):
    for kind in ("ours", "asked", "chosen", "help"):
        await queue(store, kind, kind=kind)
    await queue(store, "failed")
    await queue(store, "leaving")
    rows = {row.occasion: row for row in await claim(store, limit=9)}
    async with store.transaction() as tx:
        await outbox.failed(tx, rows["failed"].id, on=TODAY)
        await outbox.leaving(tx, rows["leaving"].id, on=TODAY)
        for kind in ("ours", "asked", "chosen", "help"):
            await outbox.sent(tx, rows[kind].id, 77, on=TODAY)
        assert await in_week(tx, TODAY) == 2


async def test_someone_who_stops_gets_nothing_that_waited_except_what_they_asked_for(store):
    for kind in ("ours", "asked", "help"):
        await queue(store, kind, kind=kind)
    await queue(store, "of another", person=SAM)
    async with store.transaction() as tx:
        assert await outbox.cancel_for(tx, JO, kinds=("ours",)) == 1
    async with store.transaction() as tx:
        assert await outbox.cancel(tx, "asked") == 1
    assert [row.occasion for row in await claim(store, limit=9)] == ["help", "of another"]


async def test_an_occasion_that_is_unsaid_still_counts_and_says_nothing_else(store):
    await queue(store, "survey:1:finished")
    (row,) = await claim(store)
    await queue(store, "survey:1:opened")
    async with store.transaction() as tx:
        await outbox.sent(tx, row.id, 77, on=TODAY)
        await occasions.forget_reasons(tx, JO, "survey:1:")
        assert await in_week(tx, TODAY) == 1
        assert [row.message for row in await outbox.unopened(tx, JO)] == [77]
    async with store.transaction() as tx:
        kept = (await tx.connection.execute(text("SELECT * FROM outbox"))).all()
    assert len(kept) == 1
    assert "survey" not in repr(kept)


async def test_three_processes_claiming_at_once_send_each_exactly_once(store, database_url, tmp_path):
    for number in range(40):
        await queue(store, str(number))
    handled: Counter[str] = Counter()
    processes = [Store.open(database_url, tmp_path / "keys") for _ in range(3)]

    async def work(process: Store) -> None:
        while rows := await claim(process):
            handled.update(row.occasion for row in rows)

    await asyncio.gather(*map(work, processes))
    assert handled == Counter(map(str, range(40)))
    for process in processes:
        await process.close()
