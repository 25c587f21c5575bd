"""Check-ins: how often somebody wants to be asked, and what they tapped. What they tapped lies here only sealed.

Nothing here counts, adds up or compares: of one person there are single days, and nothing that is made from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final, Literal

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.ids import CheckinId, PersonId, TaskId
from storage.store import Transaction
from storage.tables import checkin as table
from storage.tables import checkin_plan as plan_table

Rhythm = Literal["weekly", "fortnightly", "monthly"]
PlanState = Literal["on", "paused", "off"]
State = Literal["asked", "begun", "sent", "skipped"]
"""Asked and not answered; some of it tapped; passed on to a worker; or "not today", or nothing but skipped."""

ABOUT: Final = b"checkin"


class NoSuchCheckin(StorageError):
    """There is no check-in of that number, or of that person on that day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When somebody wants to be asked: `weekday` from 0, Monday, and a time on London clocks. `next_on` only while on.

    `unanswered` is how many in a row were met with silence; `home_not_ok` until they say that it is OK again.
    """

    person: PersonId
    rhythm: Rhythm
    weekday: int
    at: time
    state: PlanState
    next_on: date | None = None
    unanswered: int = 0
    home_not_ok: bool = False


@dataclass(frozen=True, slots=True)
class Checkin:
    """One day on which somebody was asked. `taps` are option ids by question id; what they skipped is not in it.

    `passed` are the questions they have been led past, tapped or not. `was_not_ok` is what was known before of home.
    `task` is what came of it, also where it was asked for before; `made` the one that this check-in made itself.
    """

    id: CheckinId
    person: PersonId
    on: date
    state: State
    taps: Mapping[str, str]
    passed: tuple[str, ...] = ()
    was_not_ok: bool = False
    made: TaskId | None = None
    task: TaskId | None = None
    sent_at: datetime | None = None
    seen_at: datetime | None = None


_PLAN = select(plan_table).where(plan_table.c.authority == bindparam("of"), plan_table.c.person == bindparam("whom"))
_PLAN_HELD = _PLAN.with_for_update()
_OF_PERSON = (
    select(table)
    .where(table.c.authority == bindparam("of"), table.c.person == bindparam("whom"))
    .order_by(table.c.on_day)
)
_ON_DAY = _OF_PERSON.where(table.c.on_day == bindparam("day"))


# The plan


async def plan_of(tx: Transaction, person: PersonId, *, hold: bool = False) -> Plan | None:
    """What this person chose; with `hold` nobody else changes it before the transaction ends."""
    theirs = {"of": tx.authority, "whom": person}
    row = (await tx.connection.execute(_PLAN_HELD if hold else _PLAN, theirs)).one_or_none()
    return None if row is None else _plan(row)


async def put_plan(tx: Transaction, plan: Plan) -> Plan:
    """From now on this is their plan."""
    key = {"authority": tx.authority, "person": plan.person}
    values: dict[str, Any] = {
        "rhythm": plan.rhythm,
        "weekday": plan.weekday,
        "at": f"{plan.at:%H:%M}",
        "state": plan.state,
        "next_on": None if plan.next_on is None else plan.next_on.isoformat(),
        "unanswered": plan.unanswered,
        "home_not_ok": plan.home_not_ok,
    }
    adding = (postgresql if tx.on_postgres else sqlite).insert(plan_table).values(key | values)
    await tx.connection.execute(adding.on_conflict_do_update(index_elements=list(key), set_=values))
    return plan


async def behind(tx: Transaction, *, before: date) -> tuple[Plan, ...]:
    """The plans that are on and whose next day has gone by: whatever should have asked has failed."""
    ours = (plan_table.c.authority == tx.authority, plan_table.c.state == "on")
    query = select(plan_table).where(*ours, plan_table.c.next_on < before.isoformat()).order_by(plan_table.c.person)
    return tuple(_plan(row) for row in await tx.connection.execute(query))


# The days


async def ask(tx: Transaction, person: PersonId, on: date, *, was_not_ok: bool) -> bool:
    """Whether they are asked on that day now: once, whatever fires twice."""
    box = _seal(tx, Checkin(CheckinId(0), person, on, "asked", {}, was_not_ok=was_not_ok))
    row = {"authority": tx.authority, "person": person, "on_day": on.isoformat(), "state": "asked", "sealed": box}
    adding = (postgresql if tx.on_postgres else sqlite).insert(table).values(row).on_conflict_do_nothing()
    return (await tx.connection.execute(adding.returning(table.c.id))).first() is not None


async def find(tx: Transaction, person: PersonId, on: date) -> Checkin:
    """The check-in of this person on that day. Raises: NoSuchCheckin."""
    named = {"of": tx.authority, "whom": person, "day": on.isoformat()}
    row = (await tx.connection.execute(_ON_DAY, named)).one_or_none()
    if row is None:
        raise NoSuchCheckin
    return _checkin(tx, row)


async def by_id(tx: Transaction, checkin: CheckinId) -> Checkin:
    """The check-in of that number. Raises: NoSuchCheckin."""
    query = select(table).where(table.c.authority == tx.authority, table.c.id == checkin)
    row = (await tx.connection.execute(query)).one_or_none()
    if row is None:
        raise NoSuchCheckin
    return _checkin(tx, row)


async def of_person(tx: Transaction, person: PersonId) -> tuple[Checkin, ...]:
    """Every check-in of this person, the oldest first."""
    rows = await tx.connection.execute(_OF_PERSON, {"of": tx.authority, "whom": person})
    return tuple(_checkin(tx, row) for row in rows)


async def of_task(tx: Transaction, person: PersonId, task: TaskId) -> tuple[Checkin, ...]:
    """The check-ins of this person that ask for what that task is about, the oldest first."""
    theirs = {"of": tx.authority, "whom": person}
    rows = await tx.connection.execute(_OF_PERSON.where(table.c.task == task), theirs)
    return tuple(_checkin(tx, row) for row in rows)


async def unseen(tx: Transaction) -> tuple[Checkin, ...]:
    """What was passed on and nobody has looked at, the oldest first."""
    waiting = (table.c.sent_at.is_not(None), table.c.seen_at.is_(None))
    query = select(table).where(table.c.authority == tx.authority, *waiting).order_by(table.c.sent_at, table.c.id)
    return tuple(_checkin(tx, row) for row in await tx.connection.execute(query))


async def passed_on(tx: Transaction, *, since: datetime) -> tuple[Checkin, ...]:
    """What was passed on since then, or nobody has looked at, the oldest first."""
    lately = (table.c.sent_at.is_not(None), or_(table.c.seen_at.is_(None), table.c.sent_at >= since))
    query = select(table).where(table.c.authority == tx.authority, *lately).order_by(table.c.sent_at, table.c.id)
    return tuple(_checkin(tx, row) for row in await tx.connection.execute(query))


async def keep(tx: Transaction, checkin: Checkin) -> Checkin:
    """The check-in as it is now."""
    values = {
        "state": checkin.state,
        "sealed": _seal(tx, checkin),
        "task": checkin.task,
        "sent_at": checkin.sent_at,
        "seen_at": checkin.seen_at,
    }
    await tx.connection.execute(
        update(table).where(table.c.authority == tx.authority, table.c.id == checkin.id).values(values)
    )
    return checkin


async def seen(tx: Transaction, checkin: Checkin, *, now: datetime) -> Checkin:
    """Somebody for whom it is has looked at it."""
    return checkin if checkin.seen_at is not None else await keep(tx, replace(checkin, seen_at=now))


async def remove(tx: Transaction, person: PersonId, on: date | None = None) -> int:
    """How many are gone: what this person tapped on that day, or on every day."""
    theirs = [table.c.authority == tx.authority, table.c.person == person]
    if on is not None:
        theirs.append(table.c.on_day == on.isoformat())
    return int((await tx.connection.execute(delete(table).where(*theirs))).rowcount)


async def clear_untapped(tx: Transaction, person: PersonId, *, before: date) -> None:
    """Of days gone by on which nothing was tapped nothing is kept."""
    theirs = (table.c.authority == tx.authority, table.c.person == person, table.c.on_day < before.isoformat())
    await tx.connection.execute(delete(table).where(*theirs, table.c.state.in_(("asked", "skipped"))))


async def prune(tx: Transaction, *, before: date) -> int:
    """How many were older than that day, and are gone."""
    old = (table.c.authority == tx.authority, table.c.on_day < before.isoformat())
    return int((await tx.connection.execute(delete(table).where(*old))).rowcount)


def _plan(row: Any) -> Plan:
    return Plan(
        person=PersonId(row.person),
        rhythm=row.rhythm,
        weekday=row.weekday,
        at=time.fromisoformat(row.at),
        state=row.state,
        next_on=None if row.next_on is None else date.fromisoformat(row.next_on),
        unanswered=row.unanswered,
        home_not_ok=row.home_not_ok,
    )


def _seal(tx: Transaction, one: Checkin) -> bytes:
    words = {"taps": dict(one.taps), "passed": list(one.passed), "was_not_ok": one.was_not_ok, "made": one.made}
    return tx.keys.register.seal(json.dumps(words).encode(), ABOUT)


def _checkin(tx: Transaction, row: Any) -> Checkin:
    words = json.loads(tx.keys.register.open(row.sealed, ABOUT))
    return Checkin(
        id=CheckinId(row.id),
        person=PersonId(row.person),
        on=date.fromisoformat(row.on_day),
        state=row.state,
        taps=words["taps"],
        passed=tuple(words["passed"]),
        was_not_ok=words["was_not_ok"],
        made=None if words["made"] is None else TaskId(words["made"]),
        task=None if row.task is None else TaskId(row.task),
        sent_at=row.sent_at,
        seen_at=row.seen_at,
    )
