"""What is kept of check-ins: for whoever tapped it, to look back at and delete; for their data, and for a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from engagement import checkin_plans as plans
from engagement import checkin_rules as rules
from engagement import rota
from engagement.checkins import LEFT
from engagement.london import today
from storage import checkins as kept
from storage import due, outbox
from storage.checkins import Checkin
from storage.ids import CheckinId, PersonId, TaskId
from storage.store import Transaction
from surveys.definition import ENGLISH, text_in


async def mine(tx: Transaction, person: PersonId) -> tuple[Checkin, ...]:
    """What they have tapped, the newest day first."""
    return tuple(one for one in reversed(await kept.of_person(tx, person)) if one.taps)


async def delete(tx: Transaction, person: PersonId, day: date | None = None, *, now: datetime) -> None:
    """What they tapped on that day, or on every day, is gone, also for their worker. What they asked for stands."""
    await outbox.hold_person(tx, person)
    for one in await kept.of_person(tx, person):
        if not one.taps or (day is not None and one.on != day):
            continue
        await due.cancel(tx, LEFT, plans.key(person, one.on))
        if one.on < today(now):
            await kept.remove(tx, person, one.on)
        else:
            # That they were asked today is still known, so that they are not asked again.
            await kept.keep(tx, Checkin(one.id, person, one.on, "skipped", {}))
    await _as_known(tx, person)


async def _as_known(tx: Transaction, person: PersonId) -> None:
    """What is known of home comes from what is left, and from nothing that was deleted."""
    plan = await kept.plan_of(tx, person)
    if plan is None:
        return
    home = False
    for one in await kept.of_person(tx, person):
        home = rules.home_not_ok(one.taps, was_not_ok=home)
    await kept.put_plan(tx, replace(plan, home_not_ok=home))


async def forget_due(tx: Transaction, person: PersonId) -> None:
    """Nothing of them is due any more."""
    await plans.forget_due(tx, person)
    for one in await kept.of_person(tx, person):
        await due.cancel(tx, LEFT, plans.key(person, one.on))


async def held(tx: Transaction, person: PersonId) -> Mapping[str, object]:
    """What is kept of their check-ins, as plain data; nothing where they never chose any."""
    plan = await kept.plan_of(tx, person)
    if plan is None:
        return {}
    return {
        "how_often": plan.rhythm,
        "weekday": rota.DAYS[plan.weekday],
        "time": f"{plan.at:%H:%M}",
        "state": plan.state,
        "next": None if plan.next_on is None else plan.next_on.isoformat(),
        "without_answer": plan.unanswered,
        "home_not_ok_since_last_ok": plan.home_not_ok,
        "days": [{"day": row.on.isoformat(), **row.said} for row in await export(tx, person)],
    }


# For whoever gets the answers


@dataclass(frozen=True, slots=True)
class Line:
    """One day's check-in as it goes into a file or before a worker: what was asked and the words that were tapped."""

    checkin: CheckinId
    person: PersonId
    on: date
    said: Mapping[str, str]
    task: TaskId | None
    sent_at: datetime | None
    seen_at: datetime | None


async def export(tx: Transaction, person: PersonId) -> tuple[Line, ...]:
    """What this person tapped, day by day, the oldest first."""
    return tuple(line_of(one) for one in await kept.of_person(tx, person) if one.taps)


def line_of(one: Checkin) -> Line:
    """A check-in in the words that were tapped."""
    return Line(one.id, one.person, one.on, _said(one), one.task, one.sent_at, one.seen_at)


def _said(one: Checkin) -> Mapping[str, str]:
    return {text_in(asked.text, ENGLISH): label for asked, label in rules.words(one.taps)}
