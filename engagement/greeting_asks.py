"""Asking whoever could send a few words on somebody's day: a week before, and on the last working day before.

Whoever would be asked for a person today is asked, so whoever stands in for a worker is, in their own name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from engagement import day_dates, days, greetings, rota
from engagement.authority import Settings
from engagement.days import BIRTHDAY
from engagement.greetings import A_DAY, OVER_AT, SEND_AT, WEEK
from engagement.london import london, today
from storage import days as rows
from storage import due, outbox, people
from storage.days import Greeting
from storage.due import Due
from storage.ids import PersonId, StaffId
from storage.store import Transaction

MORNING, SENDING = "days", "greetings"
ASK_AT: Final = time(9)
KEPT: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class _Coming:
    """One day that somebody chose."""

    person: PersonId
    key: str
    on: date
    certain: bool


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that today and tomorrow are planned, today even when it began without us. Safe to repeat."""
    for day in (today(now), today(now) + A_DAY):
        await due.add(tx, MORNING, day.isoformat(), london(day, ASK_AT))
        await due.add(tx, SENDING, day.isoformat(), london(day, SEND_AT))


async def morning(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """Ask staff which date a moving day has, and for a few words on the days that come. Never on a later day."""
    day = date.fromisoformat(row.key)
    if today(now) != day:
        return
    await rows.prune(tx, before=day - KEPT)
    if next(rota.working_days(settings, day - A_DAY), None) != day:
        await _note_asked(tx, settings, day, until=day, last=day, now=now)  # nobody is written to on a day off
        return
    await day_dates.ask_staff(tx, now)
    next_day = next(rota.working_days(settings, day), day + WEEK)
    # Nobody has less than a week for it because a weekend lies between.
    waiting = await _note_asked(tx, settings, day, until=next_day - A_DAY + WEEK, last=next_day, now=now)
    for member, theirs in _by_staff(waiting):
        await _tell(tx, member, theirs, day, now)


async def _note_asked(
    tx: Transaction, settings: Settings, day: date, *, until: date, last: date, now: datetime
) -> list[Greeting]:
    """Note for every day until then who is asked; gives those for whom somebody is to be told so this morning."""
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    joined = {person.id: person for person in await people.joined(tx) if person.reachable}
    waiting: list[Greeting] = []
    for one in [one async for one in _coming(tx, day, until) if one.person in joined]:
        line = rota.in_order(settings, here, off, joined[one.person].worker)
        asked = Greeting(one.person, one.key, one.on, line[0].id if line else None, "asked")
        if await rows.add_greeting(tx, asked) or await _again(tx, asked, day, last):
            waiting.append(asked)
    return waiting


async def _coming(tx: Transaction, first: date, last: date) -> AsyncIterator[_Coming]:
    for person, given in (await days.birthdays(tx)).items():
        if (on := given.next_after(first - A_DAY)) <= last:
            yield _Coming(person, BIRTHDAY, on, True)
    for one in await days.listed_on(tx, first):
        if one.falls.on is not None and one.falls.on <= last:
            for person in await days.chosen_by(tx, one.day.key):
                yield _Coming(person, one.day.key, one.falls.on, one.falls.certain)


async def _again(tx: Transaction, asked: Greeting, day: date, last: date) -> bool:
    """Whether nobody has said yet and it is the last working day before; whoever is asked now may be somebody else."""
    known = await rows.greeting(tx, asked.person, asked.key, asked.on, hold=True)
    if known is None or known.state != "asked":
        return False
    if known.staff != asked.staff:
        await rows.change_greeting(tx, replace(known, staff=asked.staff))
        return True
    return day < asked.on <= last


def _by_staff(waiting: Iterable[Greeting]) -> Iterator[tuple[StaffId, list[Greeting]]]:
    owned = sorted((one for one in waiting if one.staff), key=lambda one: (one.staff or 0, one.on))
    for member, theirs in groupby(owned, key=lambda one: one.staff):
        if member is not None:
            yield member, list(theirs)


async def _tell(tx: Transaction, member: StaffId, theirs: list[Greeting], day: date, now: datetime) -> None:
    first = theirs[0].on
    birthdays = all(one.key == BIRTHDAY for one in theirs)
    await outbox.queue(
        tx,
        occasion=f"greetings:{day.isoformat()}",
        staff=member,
        lane="staff",
        envelope="staff/birthdays" if birthdays else "staff/special_days",
        opens={
            "screen": "staff/days",
            "count": len(theirs),
            "several": theirs[-1].on != first,
            "due": london(first, SEND_AT).isoformat(),
        },
        not_before=now,
        expires_at=london(first, OVER_AT),
    )


KINDS: Final = {MORNING: morning, SENDING: greetings.send}
