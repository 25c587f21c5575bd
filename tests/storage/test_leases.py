"""One process at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from storage import leases
from storage.store import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def take(store: Store, holder: str, after: int = 0) -> bool:
    async with store.transaction() as tx:
        return await leases.take(tx, "poller", holder, now=NOW + timedelta(seconds=after), seconds=60)


async def test_of_two_processes_one_has_the_lease_until_it_is_over(store):
    assert await take(store, "one")
    assert not await take(store, "two", after=59)
    assert await take(store, "two", after=60)
    assert not await take(store, "one", after=61)


async def test_its_own_holder_renews_it(store):
    assert await take(store, "one")
    assert await take(store, "one", after=50)
    assert not await take(store, "two", after=100)


async def test_given_back_it_is_free_at_once_but_only_by_its_holder(store):
    assert await take(store, "one")
    async with store.transaction() as tx:
        await leases.give_back(tx, "poller", "two")
    assert not await take(store, "two")
    async with store.transaction() as tx:
        await leases.give_back(tx, "poller", "one")
    assert await take(store, "two")


async def test_two_names_are_two_leases(store):
    assert await take(store, "one")
    async with store.transaction() as tx:
        assert await leases.take(tx, "outbox", "two", now=NOW, seconds=60)


async def test_of_five_who_reach_for_it_at_once_exactly_one_has_it(store, database_url, tmp_path):
    others = [Store.open(database_url, tmp_path / "keys") for _ in range(5)]
    assert sum(await asyncio.gather(*(take(other, str(n)) for n, other in enumerate(others)))) == 1
    for other in others:
        await other.close()
