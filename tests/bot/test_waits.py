"""Told by Telegram to wait, the bot waits: this process, the next one, and every other that sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.outcomes import Outcomes
from bot.waits import LONGEST_HEARD, Waits
from storage.store import Store

NOW = datetime(2026, 11, 24, 10, 0, 0, 600_000, tzinfo=UTC)
TOKEN = "4242:" + "a" * 35


class Process:
    """One that sends, with a clock of its own."""

    def __init__(self, store: Store, after: float = 0, token: str = TOKEN) -> None:
        self.store = store
        self.outcomes = Outcomes(store)
        self.waits = Waits(token, self.outcomes, lambda: NOW + timedelta(seconds=after))

    async def asked(self, seconds: float) -> None:
        self.waits.ask(seconds)
        await self.outcomes.flush()

    async def hears(self) -> float:
        """Seconds it now waits because of what it has heard; 0 when that is nothing."""
        async with self.store.transaction() as tx:
            return max(0.0, self.waits.left) if await self.waits.hear(tx) else 0.0


async def test_whoever_is_asked_waits_at_once_and_hears_nothing_new_of_it(store: Store) -> None:
    process = Process(store)
    process.waits.ask(5)
    assert 4.5 < process.waits.left <= 5
    await process.outcomes.flush()
    assert await process.hears() == 0
    assert process.waits.left <= 5


async def test_another_process_and_a_later_one_wait_no_shorter_than_was_asked(store: Store) -> None:
    await Process(store).asked(5)
    assert 4.5 < await Process(store).hears() <= 6
    assert 2.5 < await Process(store, after=2).hears() <= 4
    assert await Process(store, after=7).hears() == 0


async def test_a_wait_is_heard_of_once_and_the_next_one_again(store: Store) -> None:
    first, second = Process(store), Process(store)
    await first.asked(1)
    assert await second.hears()
    assert await second.hears() == 0
    await first.asked(60)
    assert await second.hears() > 50


async def test_of_two_waits_the_longer_is_kept_by_whoever_was_asked(store: Store) -> None:
    process = Process(store)
    await process.asked(30)
    await process.asked(1)
    assert process.waits.left > 29


async def test_a_clock_that_jumped_back_holds_nobody_up_for_hours(store: Store) -> None:
    await Process(store).asked(5)
    behind = Process(store, after=-7_200)
    assert await behind.hears() <= LONGEST_HEARD
    assert await behind.hears() == 0, "kept once, whatever the clock says"


async def test_another_bot_in_the_same_database_does_not_wait(store: Store) -> None:
    await Process(store).asked(5)
    assert await Process(store, token="77:" + "b" * 35).hears() == 0


async def test_what_one_process_holds_back_for_itself_is_nobody_elses_wait(store: Store) -> None:
    process = Process(store)
    process.waits.hold(5)
    await process.outcomes.flush()
    assert process.waits.left > 4
    assert await Process(store).hears() == 0
