"""Days that matter: which there are, when each falls next, and who chose it.

Nobody is assumed to keep any. A date that moves is "around" until staff have confirmed it for that year.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ruamel.yaml import YAML

from engagement.london import today
from storage import days as rows
from storage.days import EVERY_YEAR, SpecialDay
from storage.ids import PersonId
from storage.store import Transaction

TABLE: Final = Path(__file__).with_name("data") / "days.yaml"
BIRTHDAY: Final = "birthday"
TEAM_TOO: Final = "team"
"""Kept like a day that was chosen: on any of theirs, words from the team are fine too."""

ENDS_SOON: Final = timedelta(days=366)
LEAP_YEAR: Final = 2024

Leap = Literal["28", "1"]
"""When a birthday on 29 February is kept in other years: on the 28th, or on 1 March."""


class DayError(Exception):
    """Nothing was changed."""


class NoSuchDay(DayError):
    """No such day is in the table, and the authority has not added one."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NotItsDate(DayError):
    """The date cannot be the one: it is over, or far from where the day is expected. Carries that date, if any."""

    def __init__(self, on: date, expected: date | None) -> None:
        super().__init__(on)
        self.on, self.expected = on, expected


class Falls(NamedTuple):
    """When a day is next. `on` is None for one that never comes again; not `certain` is said as "around"."""

    on: date | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day people can choose. `expected` are the dates worked out beforehand of one that moves."""

    key: str
    name: str
    greet: str = ""
    month_day: tuple[int, int] | None = None
    expected: tuple[date, ...] = ()
    once: date | None = None
    source: str = ""
    looked_up: int | None = None

    @property
    def moves(self) -> bool:
        return bool(self.expected)


@dataclass(frozen=True, slots=True)
class Birthday:
    """The day somebody gave; never the recorded one, and without a year. `leap` is asked of 29 February only."""

    month: int
    day: int
    leap: Leap = "28"

    def in_year(self, year: int) -> date:
        """The date on which it is kept that year."""
        if (self.month, self.day) != (2, 29) or isleap(year):
            return date(year, self.month, self.day)
        return date(year, 2, 28) if self.leap == "28" else date(year, 3, 1)

    def next_after(self, after: date) -> date:
        """The next time after that date."""
        return next(on for year in (after.year, after.year + 1) if (on := self.in_year(year)) > after)


@dataclass(frozen=True, slots=True)
class Listed:
    """A day as it is listed: when it is next, and whether staff are to confirm that."""

    day: Day
    falls: Falls


# What days there are


@cache
def table() -> tuple[Day, ...]:
    """The days everybody can choose from, as the table has them."""
    return tuple(_read(one) for one in YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8"))["days"])


def _read(one: dict[str, Any]) -> Day:
    month, _, day = str(one.get("every", "")).partition("-")
    return Day(
        one["key"],
        one["name"],
        one["greet"],
        (int(month), int(day)) if month else None,
        tuple(one.get("expected", ())),
        source=one.get("source", ""),
        looked_up=one.get("looked_up"),
    )


async def every(tx: Transaction) -> tuple[Day, ...]:
    """All days people can choose here, by name: those of the table and the authority's own."""
    return offered(await rows.days(tx))


def offered(kept: Iterable[SpecialDay]) -> tuple[Day, ...]:
    """The same, from what is kept of the authority."""
    own = [
        Day(one.key, one.name, once=one.on)
        if one.year != EVERY_YEAR
        else Day(one.key, one.name, month_day=(one.on.month, one.on.day))
        for one in kept
        if one.state == "own"
    ]
    return tuple(sorted((*table(), *own), key=lambda day: day.name.casefold()))


async def find(tx: Transaction, key: str) -> Day:
    """The day of that key. Raises: NoSuchDay."""
    found = next((one for one in await every(tx) if one.key == key), None)
    if found is None:
        raise NoSuchDay(key)
    return found


async def listed(tx: Transaction, now: datetime) -> tuple[Listed, ...]:
    """All days people can choose, each with when it is next; today counts. What never comes again is left out."""
    return await listed_on(tx, today(now))


async def listed_on(tx: Transaction, on: date) -> tuple[Listed, ...]:
    """The same, as seen on that date."""
    kept = await rows.days(tx)
    found = [Listed(one, falls_after(one, kept, on - timedelta(days=1))) for one in offered(kept)]
    return tuple(one for one in found if one.falls.on is not None)


async def next_on(tx: Transaction, key: str, after: date) -> Falls:
    """When that day is next after this date: (date or None, certain). Raises: NoSuchDay. Not for birthdays."""
    kept = await rows.days(tx)
    found = next((one for one in offered(kept) if one.key == key), None)
    if found is None:
        raise NoSuchDay(key)
    return falls_after(found, kept, after)


def falls_after(day: Day, kept: Iterable[SpecialDay], after: date) -> Falls:
    """When this day is next after that date, by the table and by what staff confirmed."""
    if day.once is not None:
        return Falls(day.once if day.once > after else None, True)
    if day.month_day is not None:
        return Falls(Birthday(*day.month_day).next_after(after), True)
    confirmed = {one.year: one.on for one in kept if one.key == day.key and one.state == "confirmed"}
    dates = {on.year: Falls(on, False) for on in day.expected} | {
        year: Falls(on, True) for year, on in confirmed.items()
    }
    return min((falls for falls in dates.values() if falls.on and falls.on > after), default=Falls(None, False))


def runs_out(on: date) -> tuple[Day, ...]:
    """The moving days of which the table knows no date beyond twelve months from then: look them up and add them."""
    return tuple(one for one in table() if one.moves and max(one.expected) < on + ENDS_SOON)


# What a person chose


async def chosen_by(tx: Transaction, key: str) -> tuple[PersonId, ...]:
    """Everybody to whom that day matters, by their own choice; those who stopped messages too."""
    return tuple(await rows.chosen_by(tx, key))


async def chosen(tx: Transaction, person: PersonId) -> frozenset[str]:
    """The keys of the days that matter to this person; their birthday is among them once they gave it."""
    return frozenset(await rows.choices_of(tx, person)) - {TEAM_TOO}


async def switch(tx: Transaction, person: PersonId, key: str) -> bool:
    """Whether that day matters to them now: it did not before. Raises: NoSuchDay."""
    if await rows.choice(tx, person, key) is not None:
        await leave_out(tx, person, key)
        return False
    await find(tx, key)
    await rows.choose(tx, person, key)
    return True


async def leave_out(tx: Transaction, person: PersonId, key: str) -> None:
    """That day brings nothing any more: no words that wait for it leave, and none are kept."""
    await rows.unchoose(tx, person, key)
    await rows.remove_greetings(tx, person, key)


async def birthday(tx: Transaction, person: PersonId) -> Birthday | None:
    """The day they gave; None when they gave none."""
    given = await rows.choice(tx, person, BIRTHDAY)
    return None if given is None else Birthday(**given)


async def birthdays(tx: Transaction) -> dict[PersonId, Birthday]:
    """The day of everybody who gave one."""
    return {person: Birthday(**given) for person, given in (await rows.chosen_by(tx, BIRTHDAY)).items()}


async def give_birthday(tx: Transaction, person: PersonId, month: int, day: int, leap: Leap = "28") -> None:
    """From now on this is their birthday here. Raises: NotItsDate."""
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        raise NotItsDate(date.min, None) from None
    await leave_out(tx, person, BIRTHDAY)
    await rows.choose(tx, person, BIRTHDAY, {"month": month, "day": day, "leap": leap})


async def is_birthday(tx: Transaction, person: PersonId, on: date) -> bool:
    """Whether that date is this person's birthday, by the day they gave."""
    given = await birthday(tx, person)
    return given is not None and given.in_year(on.year) == on


async def team_is_fine(tx: Transaction, person: PersonId) -> bool:
    """Whether they said that words from the team are fine too, where nobody sends any of their own."""
    return await rows.choice(tx, person, TEAM_TOO) is not None


async def switch_team(tx: Transaction, person: PersonId) -> None:
    """From now on the other way round."""
    await (rows.unchoose if await team_is_fine(tx, person) else rows.choose)(tx, person, TEAM_TOO)


async def held(tx: Transaction, person: PersonId) -> list[dict[str, Any]]:
    """What is kept of this person's days, as plain data."""
    names = {one.key: one.name for one in await every(tx)}
    kept = await rows.choices_of(tx, person)
    return [{"name": names.get(key, key), **more} for key, more in kept.items() if key != TEAM_TOO]
