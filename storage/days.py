"""Days that matter: when they fall, who chose them, and the few words somebody is sent on one. Words are sealed.

When a day falls:   put_day, day_of, days
Who chose a day:    choose, unchoose, choice, choices_of, chosen_by
Words on a day:     add_greeting, greeting(hold=), change_greeting, greetings_on, greetings_between, greetings_of,
                    move_greetings, remove_greetings, prune
A worker's own:     keep_mine, mine
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import PersonId, StaffId
from storage.outbox import NOBODY
from storage.store import Transaction
from storage.tables import day_choice, special_day
from storage.tables import greeting as table

EVERY_YEAR: Final = 0
"""The year of a day that comes back: its date is that of the first time."""

DayState = Literal["confirmed", "own", "off"]
"""`confirmed`: staff said on which date a moving day falls. `own`: the authority's own; `off`: no more."""

GreetingState = Literal["asked", "pressed", "skipped", "team", "sent"]
"""`asked`: whoever could send a few words has not said. `pressed`, `skipped`: they have; the first leaves on the day.
`team`: nobody pressed, and the person had said that words from the team are fine too. `sent`: handed to the outbox."""

CHOICE_BOX: Final = 96
WORDS_ABOUT: Final = b"greeting"
CHOICE_ABOUT: Final = b"day choice"
MINE: Final = "mine:"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date that staff confirmed, or a day of the authority's own; `year` is 0 for one that comes every year."""

    key: str
    year: int
    on: date
    name: str
    state: DayState
    confirmed_by: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Greeting:
    """A few words for one person on one of their days: `staff` is who is asked, or who pressed; 0 is the team."""

    person: PersonId
    key: str
    on: date
    staff: StaffId | None
    state: GreetingState
    words: str = field(default="", repr=False)


# When a day falls


async def put_day(tx: Transaction, day: SpecialDay) -> None:
    """From now on this holds for that key and year."""
    values = {"on_day": day.on.isoformat(), "name": day.name, "confirmed_by": day.confirmed_by, "state": day.state}
    key = {"authority": tx.authority, "key": day.key, "year": day.year}
    adding = (postgresql if tx.on_postgres else sqlite).insert(special_day).values(key | values)
    await tx.connection.execute(adding.on_conflict_do_update(index_elements=list(key), set_=values))


async def day_of(tx: Transaction, key: str, year: int) -> SpecialDay | None:
    """What was said of that day in that year; None when nothing was."""
    named = (special_day.c.authority == tx.authority, special_day.c.key == key, special_day.c.year == year)
    row = (await tx.connection.execute(select(special_day).where(*named))).one_or_none()
    return None if row is None else _day(row)


async def days(tx: Transaction) -> tuple[SpecialDay, ...]:
    """All that was confirmed and all days of the authority's own, by name; what is off too."""
    query = select(special_day).where(special_day.c.authority == tx.authority)
    found = [_day(row) for row in await tx.connection.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.key, one.year)))


def _day(row: Row[*tuple[Any, ...]]) -> SpecialDay:
    return SpecialDay(row.key, row.year, date.fromisoformat(row.on_day), row.name, row.state, row.confirmed_by)


# Who chose a day


async def choose(tx: Transaction, person: PersonId, key: str, more: Mapping[str, Any] | None = None) -> None:
    """This day matters to them; `more` is what goes with it, such as the day and month they gave. All sealed alike."""
    sealed = tx.keys.register.seal_fixed(json.dumps(dict(more or {})).encode(), CHOICE_ABOUT, size=CHOICE_BOX)
    named = {"authority": tx.authority, "person": person, "key": key}
    adding = (postgresql if tx.on_postgres else sqlite).insert(day_choice).values(named | {"sealed": sealed})
    await tx.connection.execute(adding.on_conflict_do_update(index_elements=list(named), set_={"sealed": sealed}))


async def unchoose(tx: Transaction, person: PersonId, key: str) -> None:
    """It does not matter to them any more, and nothing of it is kept."""
    theirs = (day_choice.c.authority == tx.authority, day_choice.c.person == person, day_choice.c.key == key)
    await tx.connection.execute(delete(day_choice).where(*theirs))


async def choice(tx: Transaction, person: PersonId, key: str) -> Mapping[str, Any] | None:
    """What goes with a day they chose; None when they have not chosen it."""
    theirs = (day_choice.c.authority == tx.authority, day_choice.c.person == person, day_choice.c.key == key)
    sealed = await tx.connection.scalar(select(day_choice.c.sealed).where(*theirs))
    return None if sealed is None else _more(tx, sealed)


async def choices_of(tx: Transaction, person: PersonId) -> Mapping[str, Mapping[str, Any]]:
    """Every day this person chose, with what goes with it."""
    theirs = (day_choice.c.authority == tx.authority, day_choice.c.person == person)
    query = select(day_choice.c.key, day_choice.c.sealed).where(*theirs).order_by(day_choice.c.key)
    return {row.key: _more(tx, row.sealed) for row in await tx.connection.execute(query)}


async def chosen_by(tx: Transaction, key: str) -> Mapping[PersonId, Mapping[str, Any]]:
    """Everybody who chose that day, with what goes with it."""
    those = (day_choice.c.authority == tx.authority, day_choice.c.key == key)
    query = select(day_choice.c.person, day_choice.c.sealed).where(*those).order_by(day_choice.c.person)
    return {PersonId(row.person): _more(tx, row.sealed) for row in await tx.connection.execute(query)}


def _more(tx: Transaction, sealed: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(tx.keys.register.open_fixed(sealed, CHOICE_ABOUT))
    return found


# A few words on a day


async def add_greeting(tx: Transaction, greeting: Greeting) -> bool:
    """Whether it is new: somebody has one greeting for one day, whoever asks and however often."""
    adding = (postgresql if tx.on_postgres else sqlite).insert(table).values(_values(tx, greeting))
    made = adding.on_conflict_do_nothing().returning(table.c.person)
    return (await tx.connection.execute(made)).first() is not None


async def greeting(tx: Transaction, person: PersonId, key: str, on: date, *, hold: bool = False) -> Greeting | None:
    """Where it stands; None when there is none. With `hold` nobody else changes it until the transaction ends."""
    query = select(table).where(*_named(tx, person, key, on))
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    return None if row is None else _greeting(tx, row)


async def change_greeting(tx: Transaction, greeting: Greeting) -> None:
    """From now on it stands like this."""
    values = _values(tx, greeting)
    changing = update(table).where(*_named(tx, greeting.person, greeting.key, greeting.on))
    await tx.connection.execute(changing.values({name: values[name] for name in ("staff", "state", "sealed")}))


async def greetings_on(tx: Transaction, on: date) -> tuple[Greeting, ...]:
    """Every one for that date."""
    return await greetings_between(tx, on, on)


async def greetings_between(tx: Transaction, first: date, last: date) -> tuple[Greeting, ...]:
    """Every one for these dates, the soonest first."""
    those = (table.c.authority == tx.authority, table.c.on_day.between(first.isoformat(), last.isoformat()))
    query = select(table).where(*those, table.c.person != NOBODY).order_by(table.c.on_day, table.c.key, table.c.person)
    return tuple(_greeting(tx, row) for row in await tx.connection.execute(query))


async def greetings_of(tx: Transaction, person: PersonId) -> tuple[Greeting, ...]:
    """Every one for this person that is still kept."""
    query = select(table).where(table.c.authority == tx.authority, table.c.person == person).order_by(table.c.on_day)
    return tuple(_greeting(tx, row) for row in await tx.connection.execute(query))


async def move_greetings(tx: Transaction, key: str, before: date, after: date) -> None:
    """The day falls on another date: what waits for it waits for that one."""
    waiting = (table.c.authority == tx.authority, table.c.key == key, table.c.on_day == before.isoformat())
    moving = update(table).where(*waiting, table.c.person != NOBODY, table.c.state != "sent")
    await tx.connection.execute(moving.values(on_day=after.isoformat()))


async def remove_greetings(tx: Transaction, person: PersonId, key: str) -> None:
    """They no longer want any: what waits is not sent, and what was sent is not kept."""
    theirs = (table.c.authority == tx.authority, table.c.person == person, table.c.key == key)
    await tx.connection.execute(delete(table).where(*theirs))


async def prune(tx: Transaction, *, before: date) -> None:
    """What was for an earlier date is not kept."""
    old = (table.c.authority == tx.authority, table.c.person != NOBODY, table.c.on_day < before.isoformat())
    await tx.connection.execute(delete(table).where(*old))


# A worker's own few words. They are for nobody yet, so they lie in the same table under no person.


async def keep_mine(tx: Transaction, member: StaffId, words: str) -> None:
    """From now on these are the few words this member of staff sends with one tap."""
    values = _values(tx, Greeting(PersonId(NOBODY), f"{MINE}{member}", date.min, member, "skipped", words))
    adding = (postgresql if tx.on_postgres else sqlite).insert(table).values(values)
    key = ["authority", "person", "key", "on_day"]
    saying = adding.on_conflict_do_update(index_elements=key, set_={"sealed": values["sealed"]})
    await tx.connection.execute(saying)


async def mine(tx: Transaction, member: StaffId) -> str:
    """The few words this member of staff keeps for such days; empty when they keep none."""
    found = await greeting(tx, PersonId(NOBODY), f"{MINE}{member}", date.min)
    return "" if found is None else found.words


def _named(tx: Transaction, person: PersonId, key: str, on: date) -> tuple[Any, ...]:
    at = (table.c.person == person, table.c.key == key, table.c.on_day == on.isoformat())
    return (table.c.authority == tx.authority, *at)


def _values(tx: Transaction, greeting: Greeting) -> dict[str, Any]:
    said = asdict(greeting)
    sealed = tx.keys.register.seal(greeting.words.encode(), WORDS_ABOUT)
    on = {"on_day": said.pop("on").isoformat(), "sealed": sealed, "staff": said.pop("staff") or NOBODY}
    return {"authority": tx.authority, "person": said["person"], "key": said["key"], "state": said["state"], **on}


def _greeting(tx: Transaction, row: Row[*tuple[Any, ...]]) -> Greeting:
    words = tx.keys.register.open(row.sealed, WORDS_ABOUT).decode()
    of = StaffId(row.staff) if row.staff else None
    return Greeting(PersonId(row.person), row.key, date.fromisoformat(row.on_day), of, row.state, words)
