"""Check-ins: three taps with a name on them, by choice. What makes a task is said before the first and after the last.

Home "not OK" makes one the first time since joining or since it was last OK; so does asking for contact. How somebody
says they are makes none, skipping means nothing, and silence is written to nobody.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import checkin_morning, rota, tasks
from engagement import checkin_plans as plans
from engagement import checkin_rules as rules
from engagement.authority import Settings
from engagement.checkin_plans import CheckinError, NotAChoice
from engagement.london import london, today
from engagement.rota import NobodyToAsk
from storage import checkins as kept
from storage import due, outbox
from storage.checkins import Checkin, NoSuchCheckin
from storage.ids import PersonId
from storage.staff import Staff
from storage.store import Transaction
from storage.tasks import Task

HOME: Final = "home"
IN_TOUCH: Final = frozenset({HOME, tasks.CONTACT})
"""Reasons for which somebody is asked to be in touch: one such task at a time is enough."""

LEFT: Final = "checkin_left"
"""The kind of what is due: passing on what was tapped and then left lying."""

MORNING = time(9)


class HasPassed(CheckinError):
    """There is no check-in of that day any more, or it is over."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said before the first tap: who gets the answers and by when, and by when where it can wait a week."""

    worker: Staff
    due_at: datetime
    week_due_at: datetime


async def offer(tx: Transaction, settings: Settings, person: PersonId, *, now: datetime) -> Offer:
    """What would be promised now. Raises: NobodyToAsk."""
    usual = await tasks.choices(tx, settings, person, now)
    week = rota.deadline(settings, now, rules.week_hours(settings, now))
    return Offer(usual.owner, usual.due_at, week)


async def at(tx: Transaction, person: PersonId, day: date) -> Checkin:
    """Their check-in of that day. Raises: HasPassed."""
    try:
        return await kept.find(tx, person, day)
    except NoSuchCheckin as error:
        raise HasPassed from error


# Answering


async def begin(tx: Transaction, person: PersonId, day: date, *, now: datetime) -> Checkin:
    """It is under way; what they tap and then leave is passed on when the day ends. Raises: HasPassed."""
    one = await _open(tx, person, day)
    if one.state == "begun":
        return one
    await due.add(tx, LEFT, plans.key(person, day), _day_ends(now))
    await _answered(tx, person)
    plan = await kept.plan_of(tx, person)
    was_not_ok = plan is not None and plan.home_not_ok
    return await kept.keep(tx, replace(one, state="begun", was_not_ok=was_not_ok))


async def not_today(tx: Transaction, person: PersonId, day: date) -> None:
    """An answer like any other, and nobody hears of it. Raises: HasPassed."""
    one = await _open(tx, person, day)
    await _answered(tx, person)
    await kept.keep(tx, replace(one, state="skipped"))


async def tap(
    tx: Transaction,
    settings: Settings,
    person: PersonId,
    day: date,
    question: str,
    option: str | None,
    *,
    now: datetime,
) -> Checkin:
    """Keep one answer, or that they would rather not say; what makes a task makes it at once.

    Raises: HasPassed, NotAChoice; and NobodyToAsk, where a task would be promised and nobody is there: the tap is kept.
    """
    asked = rules.question(question)
    if asked is None or (option is not None and option not in asked.option_ids):
        raise NotAChoice
    one = await begin(tx, person, day, now=now)
    taps = {name: value for name, value in one.taps.items() if name != question}
    taps |= {} if option is None else {question: option}
    passed = tuple(dict.fromkeys((*one.passed, question)))
    one = await kept.keep(tx, replace(one, taps=taps, passed=passed))
    one = await _see_to(tx, settings, one, now)
    if rules.next_after(question, passed) is None:
        return await _pass_on(tx, settings, one, now)
    return one


async def pass_on_left(tx: Transaction, settings: Settings, person: PersonId, day: date, *, now: datetime) -> bool:
    """Whether anything is passed on that they tapped and then left lying."""
    await outbox.hold_person(tx, person)
    try:
        one = await kept.find(tx, person, day)
    except NoSuchCheckin:
        return False
    if one.state != "begun":
        return False
    with suppress(NobodyToAsk):  # whoever comes first finds it among what nobody has seen
        one = await _see_to(tx, settings, one, now)
    return (await _pass_on(tx, settings, one, now, tidy=False)).state == "sent"


async def _open(tx: Transaction, person: PersonId, day: date) -> Checkin:
    await outbox.hold_person(tx, person)
    one = await at(tx, person, day)
    if one.state not in ("asked", "begun"):
        raise HasPassed
    return one


async def _answered(tx: Transaction, person: PersonId) -> None:
    plan = await kept.plan_of(tx, person)
    if plan is not None and plan.unanswered:
        await kept.put_plan(tx, replace(plan, unanswered=0))


async def _pass_on(tx: Transaction, settings: Settings, one: Checkin, now: datetime, *, tidy: bool = True) -> Checkin:
    """It is done: what was tapped is the worker's to see. Where all was skipped there is nothing to see."""
    if tidy:
        await due.cancel(tx, LEFT, plans.key(one.person, one.on))
    if not one.taps:
        return await kept.keep(tx, replace(one, state="skipped"))
    await checkin_morning.plan(tx, settings, now=now)
    return await kept.keep(tx, replace(one, state="sent", sent_at=now))


def _day_ends(now: datetime) -> datetime:
    """This evening, or in the morning when it is evening already."""
    evening = london(today(now), rules.DAY_ENDS)
    return evening if now < evening else london(today(now) + timedelta(days=1), MORNING)


# What comes of it


async def _see_to(tx: Transaction, settings: Settings, one: Checkin, now: datetime) -> Checkin:
    """The check-in with the task it asks for; one it made, and does not ask for any more, is cancelled."""
    plan = await kept.plan_of(tx, one.person)
    if plan is not None:
        home = rules.home_not_ok(one.taps, was_not_ok=one.was_not_ok)
        makes = rules.home_makes_task(one.taps, was_not_ok=one.was_not_ok)
    else:
        home = makes = False
    wanted = one.taps.get(rules.CONTACT)
    if makes:
        one = await _ask(tx, settings, one, HOME, settings.contact_within_hours, now)
    elif one.made is not None and wanted not in (rules.SOON, rules.NEXT_WEEK):
        one = await _not_needed(tx, one, now)
    if wanted in (rules.SOON, rules.NEXT_WEEK) and not makes:
        hours = settings.contact_within_hours if wanted == rules.SOON else rules.week_hours(settings, now)
        one = await _ask(tx, settings, one, tasks.CONTACT, hours, now)
    if plan is not None and plan.home_not_ok != home:
        await kept.put_plan(tx, replace(plan, home_not_ok=home))
    return one


async def _ask(tx: Transaction, settings: Settings, one: Checkin, reason: str, hours: float, now: datetime) -> Checkin:
    """Ask whoever is first in line, unless somebody has been asked already and has no more time than that."""
    within = settings.model_copy(update={"contact_within_hours": hours})
    promised = await tasks.choices(tx, within, one.person, now)
    waiting = [task for task in await tasks.mine(tx, one.person) if task.reason in IN_TOUCH]
    for task in waiting:
        if task.id in (one.task, one.made) or task.round or task.due_at <= promised.due_at:
            return await kept.keep(tx, replace(one, task=task.id))
    later = waiting[0] if waiting else None
    if later is not None:
        await tasks.cancel(tx, one.person, later.id, now=now)
    said = (later.note, later.wanted) if later is not None else ("", "")
    made = await tasks.ask(tx, within, one.person, promised.owner.id, said[0], now, wanted=said[1], reason=reason)
    return await kept.keep(tx, replace(one, task=made.task, made=made.task))


async def _not_needed(tx: Transaction, one: Checkin, now: datetime) -> Checkin:
    """They went back and said otherwise, before it was passed on: the task they had made is cancelled."""
    if one.made is not None and any(task.id == one.made for task in await tasks.mine(tx, one.person)):
        await tasks.cancel(tx, one.person, one.made, now=now)
    return await kept.keep(tx, replace(one, task=None, made=None))


async def came_of(tx: Transaction, one: Checkin) -> Task | None:
    """Who has been asked because of it, and is still to be in touch."""
    waiting = [task for task in await tasks.mine(tx, one.person) if task.reason in IN_TOUCH]
    return next((task for task in waiting if task.id == one.task or said_again(one)), None)


def said_again(one: Checkin) -> bool:
    """Whether home was not OK before either, so that saying so made no task by itself."""
    return one.taps.get(rules.HOME) == rules.HOME_NOT_OK and one.was_not_ok


async def waiting(tx: Transaction, person: PersonId) -> Checkin | None:
    """The newest one they can still answer, or go on with."""
    open_ones = [one for one in await kept.of_person(tx, person) if one.state in ("asked", "begun")]
    return open_ones[-1] if open_ones else None
