"""What is due is done once, by whichever process has it, and never forgotten."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from storage import due
from storage.due import MOST_ATTEMPTS, Due, LeaseLost
from storage.store import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def add(store: Store, *keys: str, at: datetime = NOW) -> None:
    async with store.transaction() as tx:
        for key in keys:
            await due.add(tx, "reminder", key, at)


async def claim(store: Store, now: datetime = NOW, limit: int = 10) -> tuple[Due, ...]:
    async with store.transaction() as tx:
        return await due.claim(tx, now=now, limit=limit)


async def finish(store: Store, row: Due) -> None:
    async with store.transaction() as tx:
        await due.finish(tx, row)


async def fail(store: Store, row: Due, now: datetime) -> bool:
    async with store.transaction() as tx:
        return await due.fail(tx, row, now=now)


async def test_it_is_claimed_when_due_and_not_a_second_sooner(store):
    await add(store, "a")
    assert await claim(store, NOW - timedelta(seconds=1)) == ()
    (row,) = await claim(store)
    assert (row.kind, row.key, row.due_at, row.attempts) == ("reminder", "a", NOW, 1)
    assert await claim(store) == ()


async def test_adding_it_again_changes_nothing_even_when_it_is_done(store):
    async with store.transaction() as tx:
        assert await due.add(tx, "reminder", "a", NOW)
        assert not await due.add(tx, "reminder", "a", NOW + MINUTE)
        assert await due.add(tx, "other", "a", NOW + MINUTE)
    (row,) = await claim(store)
    await finish(store, row)
    await add(store, "a")
    assert [row.kind for row in await claim(store, NOW + MINUTE)] == ["other"]


async def test_the_oldest_is_claimed_first_and_no_more_than_asked_for(store):
    for minutes in (3, 1, 2):
        await add(store, str(minutes), at=NOW - minutes * MINUTE)
    assert [row.key for row in await claim(store, limit=2)] == ["3", "2"]
    assert [row.key for row in await claim(store, limit=2)] == ["1"]


async def test_when_its_process_dies_another_has_it_after_the_lease(store):
    await add(store, "a")
    (first,) = await claim(store)
    assert await claim(store, NOW + timedelta(seconds=299)) == ()
    (second,) = await claim(store, NOW + timedelta(seconds=300))
    assert second.attempts == 2
    with pytest.raises(LeaseLost):
        await finish(store, first)
    await finish(store, second)
    assert await claim(store, NOW + timedelta(days=1)) == ()


async def test_work_done_on_a_lost_lease_is_not_kept(store):
    await add(store, "a")
    (first,) = await claim(store)
    await claim(store, NOW + 10 * MINUTE)
    with pytest.raises(LeaseLost):
        async with store.transaction() as tx:
            await due.add(tx, "result", "of a", NOW)
            await due.finish(tx, first)
    async with store.transaction() as tx:
        assert await due.add(tx, "result", "of a", NOW)


async def test_what_fails_waits_longer_each_time_and_is_given_up_after_ten(store):
    await add(store, "a")
    now = NOW
    for seconds in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        (row,) = await claim(store, now)
        assert await fail(store, row, now)
        now += timedelta(seconds=seconds)
        assert await claim(store, now - timedelta(seconds=1)) == ()
    (row,) = await claim(store, now)
    assert row.attempts == MOST_ATTEMPTS
    assert not await fail(store, row, now)
    assert await claim(store, now + timedelta(days=365)) == ()


async def test_what_takes_its_process_down_every_time_is_given_up_too(store):
    await add(store, "a")
    now = NOW
    for _ in range(MOST_ATTEMPTS):
        assert len(await claim(store, now)) == 1
        now += 6 * MINUTE
    assert await claim(store, now) == ()
    async with store.transaction() as tx:
        assert await due.give_up(tx, now=now) == 1
        assert await due.give_up(tx, now=now) == 0


async def test_what_fails_after_it_was_cancelled_stays_cancelled(store):
    await add(store, "a")
    (row,) = await claim(store)
    async with store.transaction() as tx:
        await due.cancel(tx, "reminder", "a")
    assert not await fail(store, row, NOW)
    assert await claim(store, NOW + timedelta(days=1)) == ()


async def test_moved_it_is_due_at_the_new_time_and_whoever_had_it_has_it_no_more(store):
    await add(store, "a")
    (row,) = await claim(store)
    async with store.transaction() as tx:
        assert await due.move(tx, "reminder", "a", NOW + MINUTE)
        assert not await due.move(tx, "reminder", "b", NOW + MINUTE)
    with pytest.raises(LeaseLost):
        await finish(store, row)
    assert await claim(store) == ()
    assert len(await claim(store, NOW + MINUTE)) == 1


async def test_cancelled_nothing_of_it_is_left(store):
    await add(store, "1:7", "2:7", "2:17", "1:8")
    await claim(store, limit=1)
    async with store.transaction() as tx:
        await due.cancel(tx, "reminder", "1:7")
        await due.cancel_ending(tx, "reminder", ":7")
    assert [row.key for row in await claim(store)] == ["2:17", "1:8"]
    async with store.transaction() as tx:
        assert await due.add(tx, "reminder", "1:7", NOW)


async def test_what_is_over_goes_after_a_month_and_what_is_not_stays(store):
    await add(store, "over", "waiting")
    rows = {row.key: row for row in await claim(store)}
    await finish(store, rows["over"])
    async with store.transaction() as tx:
        assert await due.prune(tx, now=NOW + timedelta(days=35)) == 0
        assert await due.prune(tx, now=NOW + timedelta(days=36)) == 1
        assert len(await due.claim(tx, now=NOW + timedelta(days=36), limit=9)) == 1


async def test_three_processes_claiming_at_once_handle_each_exactly_once(store, database_url, tmp_path):
    await add(store, *map(str, range(100)))
    handled: Counter[str] = Counter()
    processes = [Store.open(database_url, tmp_path / "keys") for _ in range(3)]

    async def work(process: Store) -> None:
        while rows := await claim(process, limit=7):
            for row in rows:
                await finish(process, row)
                handled[row.key] += 1

    await asyncio.gather(*map(work, processes))
    assert handled == Counter(map(str, range(100)))
    for process in processes:
        await process.close()
