"""When somebody wants to be asked how they are: chosen, changed, skipped and stopped by them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import checkin_rules as rules
from engagement.london import today
from storage import checkins as kept
from storage import due, outbox
from storage.checkins import Plan, Rhythm
from storage.ids import PersonId
from storage.store import Transaction

ASK: Final = "checkin"
"""The kind of what is due: asking one person, on one day."""


class CheckinError(Exception):
    """Nothing was changed."""


class NotAChoice(CheckinError):
    """It is no rhythm, weekday or time that is offered, or no question or answer of a check-in."""


class NoPlan(CheckinError):
    """They have never chosen when to be asked."""


async def of(tx: Transaction, person: PersonId) -> Plan | None:
    """What they have chosen; None where they never have."""
    return await kept.plan_of(tx, person)


async def choose(tx: Transaction, person: PersonId, rhythm: Rhythm, weekday: int, at: time, *, now: datetime) -> Plan:
    """Ask them like this from now on. Raises: NotAChoice."""
    if rhythm not in rules.RHYTHMS or weekday not in range(rules.WEEKDAYS) or at not in rules.TIMES:
        raise NotAChoice
    await outbox.hold_person(tx, person)
    was = await kept.plan_of(tx, person)
    plan = (
        Plan(person, rhythm, weekday, at, "on") if was is None else replace(was, rhythm=rhythm, weekday=weekday, at=at)
    )
    same = was is not None and was.state == "on" and (was.rhythm, was.weekday) == (rhythm, weekday)
    if same and plan.next_on is not None and rules.moment(plan, plan.next_on) > now:
        return await _put(tx, was, plan)
    return await _put(tx, was, await _from_now(tx, plan, now))


async def resume(tx: Transaction, person: PersonId, *, now: datetime) -> Plan:
    """Ask them again as they chose before. Raises: NoPlan."""
    was = await _held(tx, person)
    return was if was.state == "on" else await _put(tx, was, await _from_now(tx, was, now))


async def skip_next(tx: Transaction, person: PersonId, *, now: datetime) -> Plan:
    """The next one does not come; the one after it does. Raises: NoPlan."""
    was = await _held(tx, person)
    if was.state != "on" or was.next_on is None:
        return was
    after = rules.following(was.rhythm, was.weekday, max(was.next_on, today(now)))
    return await _put(tx, was, replace(was, next_on=after, unanswered=0))


async def stop(tx: Transaction, person: PersonId) -> None:
    """Nobody asks them any more, and what is on its way does not arrive. Safe to repeat."""
    await outbox.hold_person(tx, person)
    was = await kept.plan_of(tx, person)
    if was is not None:
        await _put(tx, was, replace(was, state="off", next_on=None, unanswered=0))
    for one in await kept.of_person(tx, person):
        if one.state == "asked":
            await outbox.cancel(tx, occasion(person, one.on))
            await kept.keep(tx, replace(one, state="skipped"))


async def paused(tx: Transaction, plan: Plan) -> Plan:
    """It rests until they start it again."""
    return await _put(tx, None, replace(plan, state="paused", next_on=None, unanswered=0))


async def left(tx: Transaction, plan: Plan) -> Plan:
    """They are not here any more; should they come back, it is off, and as if they joined for the first time."""
    return await _put(tx, None, replace(plan, state="off", next_on=None, unanswered=0, home_not_ok=False))


async def move_on(tx: Transaction, plan: Plan, day: date, *, now: datetime) -> Plan:
    """The plan after the day it was asked on, or would have been: the next day that has not gone by."""
    while day < today(now) or day == plan.next_on:
        day = rules.following(plan.rhythm, plan.weekday, day)
    return await _put(tx, None, replace(plan, next_on=day))


async def catch_up(tx: Transaction, *, now: datetime) -> None:
    """Whoever should have been asked and was not, because something failed, is asked on their next day."""
    for plan in await kept.behind(tx, before=today(now)):
        if plan.next_on is not None:
            await move_on(tx, plan, plan.next_on, now=now)


async def forget_due(tx: Transaction, person: PersonId) -> None:
    """Nothing of them is due any more."""
    plan = await kept.plan_of(tx, person)
    if plan is not None and plan.next_on is not None:
        await due.cancel(tx, ASK, key(person, plan.next_on))


def key(person: PersonId, day: date) -> str:
    """What something due is called."""
    return f"{person}:{day}"


def of_key(named: str) -> tuple[PersonId, date]:
    """Whom and which day such a name means."""
    person, _, day = named.partition(":")
    return PersonId(int(person)), date.fromisoformat(day)


def occasion(person: PersonId, day: date) -> str:
    """What the outbox calls the envelope of that day."""
    return f"checkin:{person}:{day}"


async def _held(tx: Transaction, person: PersonId) -> Plan:
    await outbox.hold_person(tx, person)
    plan = await kept.plan_of(tx, person)
    if plan is None:
        raise NoPlan
    return plan


async def _from_now(tx: Transaction, plan: Plan, now: datetime) -> Plan:
    """On, from the first such day whose hour is still to come; a day on which they were asked is not one."""
    here = today(now)
    asked = any(one.on >= here for one in await kept.of_person(tx, plan.person))
    day = rules.first_day(plan.rhythm, plan.weekday, since=here + timedelta(days=asked))
    if rules.moment(plan, day) <= now:
        day = rules.first_day(plan.rhythm, plan.weekday, since=day + timedelta(days=1))
    return replace(plan, state="on", next_on=day, unanswered=0)


async def _put(tx: Transaction, was: Plan | None, plan: Plan) -> Plan:
    """The plan kept, and what is due of it put right; `was` is left out where that is just being done."""
    if was is not None and was.next_on is not None and was.next_on != plan.next_on:
        await due.cancel(tx, ASK, key(plan.person, was.next_on))
    if plan.next_on is not None:
        at = rules.moment(plan, plan.next_on)
        named = key(plan.person, plan.next_on)
        if not await due.move(tx, ASK, named, at):
            await due.cancel(tx, ASK, named)  # what was done that day without asking them does not stand in the way
            await due.add(tx, ASK, named, at)
    return await kept.put_plan(tx, plan)
