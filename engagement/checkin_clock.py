"""Check-ins by the clock alone: who is asked today, who is left in peace, and what was left lying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from engagement import checkin_plans as plans
from engagement import checkin_rules as rules
from engagement import checkins, rota
from engagement.authority import Settings
from engagement.rota import NobodyToAsk
from storage import checkins as kept
from storage import outbox, people
from storage.checkins import Plan
from storage.due import Due
from storage.ids import PersonId
from storage.people import NoSuchPerson
from storage.store import Transaction

PAUSE_KEPT: Final = timedelta(days=14)


async def ask_on_time(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether they are asked: on the day they chose, once, and only where somebody would get the answers."""
    person, day = plans.of_key(fired.key)
    await outbox.hold_person(tx, person)
    plan = await kept.plan_of(tx, person)
    if plan is None or plan.state != "on" or plan.next_on != day:
        return False
    try:
        who = await people.by_id(tx, person)
    except NoSuchPerson:
        return False
    if who.state != "joined":
        await plans.left(tx, plan)
        return False
    silent = plan.unanswered + await _met_with_silence(tx, person, day)
    await kept.clear_untapped(tx, person, before=day)
    if silent >= rules.SILENT_BEFORE_A_PAUSE:
        await _tell_paused(tx, await plans.paused(tx, plan), day, now)
        return False
    plan = await plans.move_on(tx, replace(plan, unanswered=silent), day, now=now)
    if not who.reachable or now >= rules.too_late(plan, day) or not await _anybody(tx, settings, person, now):
        return False
    return await _ask(tx, plan, day, now)


async def pass_on_left(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether anything is passed on that somebody tapped and then left lying."""
    person, day = plans.of_key(fired.key)
    return await checkins.pass_on_left(tx, settings, person, day, now=now)


async def _ask(tx: Transaction, plan: Plan, day: date, now: datetime) -> bool:
    if not await kept.ask(tx, plan.person, day, was_not_ok=plan.home_not_ok):
        return False
    return await outbox.queue(
        tx,
        occasion=plans.occasion(plan.person, day),
        person=plan.person,
        lane="young",
        kind="chosen",
        envelope="envelope/three_taps",
        opens={"screen": "checkin", "day": day.isoformat()},
        not_before=now,
        expires_at=rules.too_late(plan, day),
    )


async def _met_with_silence(tx: Transaction, person: PersonId, day: date) -> bool:
    """Whether the one before arrived and nothing was tapped. What did not arrive is nobody's silence."""
    earlier = [one for one in await kept.of_person(tx, person) if one.on < day]
    if not earlier or earlier[-1].state != "asked":
        return False
    named = plans.occasion(person, earlier[-1].on)
    return any(row.occasion == named and row.state in ("sent", "unknown") for row in await outbox.of_person(tx, person))


async def _anybody(tx: Transaction, settings: Settings, person: PersonId, now: datetime) -> bool:
    try:
        await rota.line(tx, settings, person, now=now)
    except NobodyToAsk:
        return False
    return True


async def _tell_paused(tx: Transaction, plan: Plan, day: date, now: datetime) -> None:
    """Only they hear it, once, and how to start it again."""
    await outbox.queue(
        tx,
        occasion=f"{plans.occasion(plan.person, day)}:paused",
        person=plan.person,
        lane="young",
        kind="asked",
        envelope="envelope/update",
        opens={"screen": "check_ins"},
        not_before=now,
        expires_at=now + PAUSE_KEPT,
    )


KINDS: Final[Mapping[str, Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]]] = {
    plans.ASK: ask_on_time,
    checkins.LEFT: pass_on_left,
}
