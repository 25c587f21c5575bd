"""Days and weeks in moments: everything between now and then happens, once and in its time, as fast as it can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from bot.run import Bot
from bot.sandbox.clock import Clock
from engagement import beats, rota
from engagement.authority import Settings
from engagement.london import london, today
from storage import staff
from storage.store import Transaction

CHRISTMAS: Final = (12, 25)
BEFORE_IT_BEGINS: Final = (11, 18)
WHEN_OVER: Final = (12, 31)
"""A play that began between these two days could not begin Christmas any more."""


class Stop(NamedTuple):
    """A moment the clock can be taken to; `note` says what there is to see then."""

    label: str
    month: int
    day: int
    at: time
    note: str


STOPS: Final = (
    Stop("Go to 24 November", 11, 24, time(11, 15), "Everybody is asked whether they would like a call"),
    Stop("Go to 8 December", 12, 8, time(9, 45), "Staff ask in person, and say how many calls they can make"),
    Stop("Go to 18 December", 12, 18, time(9, 15), "A rota is proposed, and a manager confirms it"),
    Stop("Go to 24 December, 10am", 12, 24, time(10, 15), "Who plans to call is said once both have said yes"),
    Stop("Go to Christmas morning", 12, 25, time(10, 15), "Cards to those who call"),
    Stop("Go to Christmas, 3pm", 12, 25, time(15, 5), "A manager has heard of everybody nobody reached"),
)


def moment(stop: Stop, now: datetime) -> datetime:
    """The next time it is that."""
    years = (today(now).year, today(now).year + 1)
    return next(at for year in years if (at := london(date(year, stop.month, stop.day), stop.at)) > now)


def after_christmas(words: Settings, now: datetime) -> datetime:
    """The next first working day after Christmas, when it is said what became of the calls."""
    years = (today(now).year - 1, today(now).year, today(now).year + 1)
    firsts = (next(rota.working_days(words, date(year, *CHRISTMAS))) for year in years)
    return next(at for first in firsts if (at := london(first, time(10, 15))) > now)


def begins(words: Settings, now: datetime) -> datetime:
    """The next working day; while a Christmas is under way the last one before it began, so that it can be played."""
    first = rota.next_open(words, london(today(now) + timedelta(days=1), time()))
    early, over = (date(today(first).year, *day) for day in (BEFORE_IT_BEGINS, WHEN_OVER))
    return rota.next_open(words, london(early, time())) if early <= today(first) <= over else first


async def leap(bot: Bot, clock: Clock, to: datetime, *, passing: Callable[[datetime], None] = lambda _: None) -> int:
    """How many heartbeats it took; `passing` hears where the clock is. Nobody on the staff is locked out by it."""
    await settle(bot)  # what the coming hours need is planned
    beaten = 1
    while (now := clock.now()) < to:
        async with bot.store.transaction() as tx:
            at = await beats.soonest(tx, bot.words(), now, latest=to)
        clock.move((at - now).total_seconds())
        passing(at)
        await settle(bot)
        beaten += 1
    async with bot.store.transaction() as tx:
        await _all_are_here(tx, clock.now())
    return beaten


async def settle(bot: Bot) -> None:
    """One heartbeat; and everything that may leave now has left, and is known to have."""
    await bot.heartbeat.tick()
    while await bot.sender.once():
        await bot.outcomes.flush()
    await bot.mouth.quiet()
    await bot.outcomes.flush()


async def _all_are_here(tx: Transaction, now: datetime) -> None:
    """Whoever has their chat open still has, as if they had been there all along."""
    for member in await staff.everyone(tx):
        if member.state == "joined" and member.seen_at is not None:
            await staff.seen(tx, member.id, now=now)
