"""What staff say of days: on which date a moving one falls this year, and the days of the authority's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from engagement import days, own_words, staff_news
from engagement.audit import Action, note
from engagement.days import DayError, NoSuchDay, NotItsDate
from engagement.london import today
from engagement.staff import Permission, may, require
from storage import days as rows
from storage import outbox, staff
from storage.days import EVERY_YEAR, SpecialDay
from storage.ids import StaffId
from storage.staff import Staff
from storage.store import Transaction

ASKED_BEFORE: Final = timedelta(weeks=8)
ASKED_AGAIN: Final = timedelta(weeks=2)
MOST_OFF: Final = timedelta(days=3)
"""So far from where a day is expected it can fall: more is a slip of the finger, or another year."""

LONGEST_NAME: Final = 14
"""As much as a small phone shows of one of two buttons in a row."""
MOST_OWN: Final = 12
OWN: Final = "own_"


class NotANameForIt(DayError):
    """Nothing was given as its name, too much, or the name of a day there is. Carries what was given."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class TooManyDays(DayError):
    """The authority has added as many days as fit on a card."""


async def to_confirm(tx: Transaction, now: datetime) -> tuple[days.Listed, ...]:
    """The moving days that come within eight weeks and whose date nobody has confirmed, the soonest first."""
    near = today(now) + ASKED_BEFORE
    open_ones = [one for one in await days.listed(tx, now) if one.day.moves and not one.falls.certain]
    return tuple(sorted((one for one in open_ones if (one.falls.on or near) <= near), key=lambda one: one.falls))


async def confirm(tx: Transaction, member: Staff | None, key: str, on: date, *, now: datetime) -> SpecialDay:
    """From now on that date is certain, everywhere; `member` is None for the command line. Safe to repeat.

    It may be changed until it is over: an Eid is known the evening before.
    Raises: NotAllowed, NoSuchDay, NotItsDate.
    """
    if member is not None:
        require(member, Permission.CONFIRM_DAYS)
    day = await days.find(tx, key)
    expected = min(day.expected, key=lambda one: abs(one - on), default=None)
    if expected is None or on <= today(now) or abs(expected - on) > MOST_OFF:
        raise NotItsDate(on, expected)
    before = await rows.day_of(tx, key, expected.year)
    known = before.on if before else expected
    said = SpecialDay(key, expected.year, on, day.name, "confirmed", None if member is None else member.id)
    await rows.put_day(tx, said)
    if known != on:
        await rows.move_greetings(tx, key, known, on)
    for again in (False, True):
        await outbox.cancel(tx, _asks(key, expected.year, again=again))
    await note(tx, member, Action.DAY_CONFIRMED, now=now, day=key, on=on.isoformat())
    return said


async def ask_staff(tx: Transaction, now: datetime) -> None:
    """Ask everybody who confirms days about each that is near: once eight weeks before, once more two weeks before."""
    for one in await to_confirm(tx, now):
        if one.falls.on is None or one.falls.on == today(now):
            continue
        again = one.falls.on - today(now) <= ASKED_AGAIN
        for member in await staff.everyone(tx):
            if member.state == "joined" and may(member, Permission.CONFIRM_DAYS):
                await _ask(tx, member.id, one.day.key, one.falls.on, again=again, now=now)


async def _ask(tx: Transaction, member: StaffId, key: str, on: date, *, again: bool, now: datetime) -> None:
    await staff_news.tell(
        tx,
        member,
        occasion=_asks(key, on.year, again=again),
        opens={"screen": "staff/day_date", "key": key},
        now=now,
        until=now + ASKED_AGAIN,
    )


def _asks(key: str, year: int, *, again: bool) -> str:
    return f"day:{key}:{year}:{'again' if again else 'asked'}"


async def add(tx: Transaction, member: Staff | None, name: str, on: date, *, once: bool, now: datetime) -> SpecialDay:
    """A day of the authority's own: every year on that day and month, or that once. `member` None: command line.

    Raises: NotAllowed, NotANameForIt, NotItsDate, TooManyDays.
    """
    if member is not None:
        require(member, Permission.CONFIRM_DAYS)
    kept = await rows.days(tx)
    said = " ".join(own_words.clean(name).split())
    if not 0 < len(said) <= LONGEST_NAME or said.casefold() in {one.name.casefold() for one in days.offered(kept)}:
        raise NotANameForIt(name)
    if once and on <= today(now):
        raise NotItsDate(on, None)
    if sum(one.state == "own" for one in kept) >= MOST_OWN:
        raise TooManyDays
    key = next(key for key in _keys(said) if all(one.key != key for one in kept))
    made = SpecialDay(key, on.year if once else EVERY_YEAR, on, said, "own", None if member is None else member.id)
    await rows.put_day(tx, made)
    await note(tx, member, Action.DAY_CONFIRMED, now=now, day=key, on=on.isoformat())
    return made


def _keys(name: str) -> Iterator[str]:
    """Keys for a day of that name, the plainest first; short enough for a button."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isascii())
    plain = OWN + (re.sub(r"[^a-z0-9]+", "_", bare).strip("_")[:24] or "day")
    yield plain
    yield from (f"{plain}_{number}" for number in range(2, 1000))


async def take_off(tx: Transaction, member: Staff | None, key: str, *, now: datetime) -> None:
    """The authority's own day is offered no more, and matters to nobody any more. Raises: NotAllowed, NoSuchDay."""
    if member is not None:
        require(member, Permission.CONFIRM_DAYS)
    found = next((one for one in await rows.days(tx) if one.key == key and one.state == "own"), None)
    if found is None:
        raise NoSuchDay(key)
    await rows.put_day(tx, SpecialDay(key, found.year, found.on, found.name, "off", found.confirmed_by))
    for person in await days.chosen_by(tx, key):
        await days.leave_out(tx, person, key)
    await note(tx, member, Action.DAY_CONFIRMED, now=now, day=key, on="off")


async def confirmed_by(tx: Transaction, key: str, on: date) -> StaffId | None:
    """Who confirmed that date, if a member of staff did in the chat."""
    kept = await rows.days(tx)
    return next(
        (one.confirmed_by for one in kept if one.key == key and one.on == on and one.state == "confirmed"), None
    )


def likely(day: days.Day, on: date, now: datetime) -> tuple[date, ...]:
    """The dates to choose from: the one that stands, and those beside the one that was worked out."""
    near = min(day.expected, key=lambda one: abs(one - on))
    around = {on, *(near + timedelta(days=apart) for apart in (-1, 0, 1))}
    return tuple(one for one in sorted(around) if one > today(now))
