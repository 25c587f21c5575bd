"""Days on which people are phoned, and where each person stands with one. Numbers and notes are sealed.

A day:                 add_day, day, day_by_key, days, change_day
A person and a day:    add, find(hold=), of(hold=), on_day, of_person, of_caller, change, words, keep_words, prune,
                       remove_own_days
How many one can make: set_capacity, capacities

`told` and `summary` are plain values, kept as JSON. Who comes first is never a matter of time: none is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.ids import CallDayId, CallId, PersonId, StaffId
from storage.store import Transaction
from storage.tables import call as table
from storage.tables import call_capacity, call_day

DayState = Literal["planned", "asking", "proposed", "confirmed", "over", "off"]
"""`planned`: nobody was asked yet. `asking`: people say whether they would like one. `off`: called off."""

Wanted = Literal["yes", "no", "not_known", "later"]
Who = Literal["worker", "anyone"]
Accepted = Literal["none", "proposed", "asked", "accepted", "declined"]
"""Where a caller or backup stands with one call: nobody yet, put down by the proposal, asked, and what they said."""

State = Literal["open", "no_answer", "again", "backup", "manager", "spoke", "not_reached", "stopped"]
"""What came of it. `backup` and `manager`: with whom it is now; `stopped`: they said please don't call."""


ABOUT = b"call"


class NoSuchCallDay(StorageError):
    """No day with calls of this authority has that number."""


class NoSuchCall(StorageError):
    """No call of this authority has that number."""


@dataclass(frozen=True, slots=True)
class CallDay:
    """One day; `key` such as `christmas:2026`, `one:{person}:{date}`. Times are London clock times."""

    id: CallDayId
    key: str
    name: str
    on_day: date
    state: DayState
    from_time: time
    to_time: time
    confirmed_by: StaffId | None
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One person and one day. No times: whenever it suits that day. `recorded_by`: a worker who asked in person."""

    id: CallId
    day: CallDayId
    person: PersonId
    wanted: Wanted
    recorded_by: StaffId | None
    who: Who
    from_time: time | None
    to_time: time | None
    caller: StaffId | None
    caller_state: Accepted
    backup: StaffId | None
    backup_state: Accepted
    state: State
    told: Mapping[str, Any]
    tries: int
    again_at: datetime | None
    version: int
    ended_at: datetime | None
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """What is sealed with a call: another number than the register's, a note, whether a worker tried to ask.

    `outcome` is a word for each try, in turn, such as `no_answer`.
    """

    number: str = ""
    note: str = ""
    tried: bool = False
    outcome: tuple[str, ...] = ()


# A day


async def add_day(
    tx: Transaction, *, key: str, name: str, on_day: date, from_time: time, to_time: time, state: DayState = "asking"
) -> CallDay | None:
    """A new one; None when there is one of that key, which stays as it is."""
    values = {
        "authority": tx.authority,
        "key": key,
        "name": name,
        "on_day": on_day.isoformat(),
        "state": state,
        "from_time": _hm(from_time),
        "to_time": _hm(to_time),
        "summary": "{}",
    }
    adding = _dialect(tx).insert(call_day).values(values).on_conflict_do_nothing().returning(*_DAY)
    row = (await tx.connection.execute(adding)).one_or_none()
    return None if row is None else _day(row)


async def day(tx: Transaction, which: CallDayId, *, hold: bool = False) -> CallDay:
    """The one of that number; with `hold` nobody else changes it before the transaction ends. Raises: NoSuchCallDay."""
    query = select(*_DAY).where(call_day.c.authority == tx.authority, call_day.c.id == which)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchCallDay(which)
    return _day(row)


async def day_by_key(tx: Transaction, key: str) -> CallDay | None:
    """The one of that key."""
    query = select(*_DAY).where(call_day.c.authority == tx.authority, call_day.c.key == key)
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else _day(row)


async def days(
    tx: Transaction, *, since: date | None = None, states: Collection[DayState] | None = None
) -> tuple[CallDay, ...]:
    """Those on or after that day, or all, in any of these states, or all; in the order of their dates."""
    those = {
        "of": tx.authority,
        "since": "" if since is None else since.isoformat(),
        "states": get_args(DayState) if states is None else tuple(states),
    }
    return tuple(_day(row) for row in await tx.connection.execute(_DAYS, those))


async def change_day(tx: Transaction, which: CallDayId, **values: Any) -> CallDay:
    """As it is from now on: any of name, on_day, state, from_time, to_time, confirmed_by, summary.

    Raises: NoSuchCallDay.
    """
    kept = {name: _kept(value) for name, value in values.items()}
    theirs = (call_day.c.authority == tx.authority, call_day.c.id == which)
    row = (await tx.connection.execute(update(call_day).where(*theirs).values(kept).returning(*_DAY))).one_or_none()
    if row is None:
        raise NoSuchCallDay(which)
    return _day(row)


# A person and a day


async def add(tx: Transaction, which: CallDayId, people: Iterable[PersonId], *, wanted: Wanted = "not_known") -> None:
    """Everybody of these stands with that day from now on; whoever does already is left as they are."""
    rows = [
        {
            "authority": tx.authority,
            "call_day": which,
            "person": person,
            "wanted": wanted,
            "who": "anyone",
            "sealed": _sealed(tx, Words()),
            "caller_state": "none",
            "backup_state": "none",
            "state": "open",
            "told": "{}",
            "tries": 0,
            "version": 1,
        }
        for person in people
    ]
    if rows:
        await tx.connection.execute(_dialect(tx).insert(table).on_conflict_do_nothing(), rows)


async def find(tx: Transaction, call: CallId, *, hold: bool = False) -> Call:
    """The one of that number; with `hold` nobody else changes it before the transaction ends. Raises: NoSuchCall."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority, table.c.id == call)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchCall(call)
    return _call(row)


async def of(tx: Transaction, which: CallDayId, person: PersonId, *, hold: bool = False) -> Call | None:
    """Where this person stands with that day; None when they do not at all."""
    theirs = (table.c.authority == tx.authority, table.c.call_day == which, table.c.person == person)
    query = select(*_COLUMNS).where(*theirs)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    return None if row is None else _call(row)


async def on_day(
    tx: Transaction, which: CallDayId, *, wanted: Collection[Wanted] | None = None, hold: bool = False
) -> tuple[Call, ...]:
    """Everybody's of that day, or those who want so, in the order of the register."""
    ours = [table.c.authority == tx.authority, table.c.call_day == which]
    if wanted is not None:
        ours.append(table.c.wanted.in_(tuple(wanted)))
    query = select(*_COLUMNS).where(*ours).order_by(table.c.person)
    return tuple(_call(row) for row in await tx.connection.execute(query.with_for_update() if hold else query))


async def of_person(tx: Transaction, person: PersonId) -> tuple[Call, ...]:
    """All of this person's, the oldest day first."""
    theirs = (table.c.authority == tx.authority, table.c.person == person)
    rows = await tx.connection.execute(_WITH_DAY.where(*theirs).order_by(call_day.c.on_day, table.c.id))
    return tuple(_call(row) for row in rows)


async def of_caller(tx: Transaction, member: StaffId, *, since: date | None = None) -> tuple[Call, ...]:
    """All that this member of staff makes or is the backup for, from that day on; the oldest day first."""
    theirs = [table.c.authority == tx.authority, or_(table.c.caller == member, table.c.backup == member)]
    if since is not None:
        theirs.append(call_day.c.on_day >= since.isoformat())
    rows = await tx.connection.execute(_WITH_DAY.where(*theirs).order_by(call_day.c.on_day, table.c.id))
    return tuple(_call(row) for row in rows)


async def change(tx: Transaction, call: CallId, **values: Any) -> Call:
    """As it is from now on, its version one higher: any of wanted, recorded_by, who, from_time, to_time, caller,
    caller_state, backup, backup_state, state, told, tries, again_at, ended_at.

    Raises: NoSuchCall.
    """
    kept = {name: _kept(value) for name, value in values.items()} | {"version": table.c.version + 1}
    theirs = (table.c.authority == tx.authority, table.c.id == call)
    row = (await tx.connection.execute(update(table).where(*theirs).values(kept).returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise NoSuchCall(call)
    return _call(row)


def words(tx: Transaction, call: Call) -> Words:
    """What is sealed with it."""
    said = json.loads(tx.keys.register.open(call.box, ABOUT))
    return Words(**(said | {"outcome": tuple(said["outcome"])}))


async def keep_words(tx: Transaction, call: Call, **values: Any) -> Call:
    """With other sealed words from now on: any of number, note, tried, outcome. Raises: NoSuchCall."""
    return await change(tx, call.id, sealed=_sealed(tx, replace(words(tx, call), **values)))


async def prune(tx: Transaction, *, before: date) -> None:
    """Whose calls they were on days before that is gone; the days stay, with their summaries."""
    old = (call_day.c.authority == tx.authority, call_day.c.on_day < before.isoformat())
    of_old = table.c.call_day.in_(select(call_day.c.id).where(*old))
    await tx.connection.execute(delete(table).where(table.c.authority == tx.authority, of_old))
    theirs = (
        call_capacity.c.authority == tx.authority,
        call_capacity.c.call_day.in_(select(call_day.c.id).where(*old)),
    )
    await tx.connection.execute(delete(call_capacity).where(*theirs))
    # The key of somebody's own day names them by number, so that day goes with its call.
    await tx.connection.execute(delete(call_day).where(*old, call_day.c.key.startswith("one:")))


async def remove_own_days(tx: Transaction, person: PersonId) -> None:
    """The days that were only this person's, whose key names them."""
    theirs = (call_day.c.authority == tx.authority, call_day.c.key.startswith(f"one:{person}:", autoescape=True))
    await tx.connection.execute(delete(call_day).where(*theirs))


# How many one can make


async def set_capacity(tx: Transaction, which: CallDayId, member: StaffId, most: int) -> None:
    """So many calls this member of staff can make that day; 0 is leave."""
    values = {"authority": tx.authority, "call_day": which, "staff": member, "most": most}
    keys = [call_capacity.c.authority, call_capacity.c.call_day, call_capacity.c.staff]
    adding = _dialect(tx).insert(call_capacity).values(values)
    await tx.connection.execute(adding.on_conflict_do_update(index_elements=keys, set_={"most": most}))


async def capacities(tx: Transaction, which: CallDayId) -> Mapping[StaffId, int]:
    """How many each can make that day, of those who have said."""
    theirs = (call_capacity.c.authority == tx.authority, call_capacity.c.call_day == which)
    query = select(call_capacity.c.staff, call_capacity.c.most).where(*theirs).order_by(call_capacity.c.staff)
    return {StaffId(row.staff): row.most for row in await tx.connection.execute(query)}


_DAY: tuple[Any, ...] = tuple(column for column in call_day.c if column.name != "authority")
_DAYS = (
    select(*_DAY)
    .where(
        call_day.c.authority == bindparam("of"),
        call_day.c.on_day >= bindparam("since"),
        call_day.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(call_day.c.on_day, call_day.c.id)
)
_COLUMNS: tuple[Any, ...] = tuple(column for column in table.c if column.name not in ("authority", "sealed"))
_COLUMNS += (table.c.sealed,)
_WITH_DAY = select(*_COLUMNS).join(call_day, call_day.c.id == table.c.call_day)


def _day(row: Any) -> CallDay:
    number, key, name, on, state, from_time, to_time, by, summary = row
    return CallDay(
        number,
        key,
        name,
        date.fromisoformat(on),
        state,
        time.fromisoformat(from_time),
        time.fromisoformat(to_time),
        by,
        json.loads(summary),
    )


def _call(row: Any) -> Call:
    said = dict(row._mapping)
    box = said.pop("sealed")
    said |= {"day": said.pop("call_day"), "told": json.loads(said["told"])}
    said |= {name: said[name] and time.fromisoformat(said[name]) for name in ("from_time", "to_time")}
    return Call(**said, box=box)


def _kept(value: Any) -> Any:
    """How a value is kept: clock times and dates as text, plain values as JSON."""
    if isinstance(value, time):
        return _hm(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else value


def _hm(at: time) -> str:
    return at.strftime("%H:%M")


def _sealed(tx: Transaction, said: Words) -> bytes:
    kept = {"number": said.number, "note": said.note, "tried": said.tried, "outcome": list(said.outcome)}
    return tx.keys.register.seal(json.dumps(kept, ensure_ascii=False).encode(), ABOUT)


def _dialect(tx: Transaction) -> Any:
    return postgresql if tx.on_postgres else sqlite
