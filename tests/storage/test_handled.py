"""An update taken twice changes nothing the second time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import handled

NOW = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)


async def test_what_was_noted_is_known_and_nothing_else(store):
    async with store.transaction() as tx:
        await handled.note(tx, [5, 900_000_000_001], now=NOW)
    async with store.transaction() as tx:
        assert await handled.already(tx, [4, 5, 6, 900_000_000_001]) == {5, 900_000_000_001}
        assert await handled.already(tx, []) == frozenset()


async def test_what_is_rolled_back_is_not_known(store):
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await handled.note(tx, [5], now=NOW)
            raise ZeroDivisionError
    async with store.transaction() as tx:
        assert await handled.already(tx, [5]) == frozenset()


async def test_an_update_can_be_done_once_only(store):
    async with store.transaction() as tx:
        await handled.note(tx, [5], now=NOW)
    with pytest.raises(IntegrityError):
        async with store.transaction() as tx:
            await handled.note(tx, [4, 5], now=NOW)
    async with store.transaction() as tx:
        assert await handled.already(tx, [4, 5]) == {5}


@pytest.mark.parametrize(
    ("later", "kept"),
    [(timedelta(0), True), (timedelta(hours=24), True), (timedelta(hours=24, minutes=1), False)],
)
async def test_a_mark_is_kept_for_as_long_as_telegram_can_repeat_the_update(store, later, kept):
    async with store.transaction() as tx:
        await handled.note(tx, [5], now=NOW)
        await handled.prune(tx, now=NOW + later)
        assert (await handled.already(tx, [5]) == {5}) is kept
