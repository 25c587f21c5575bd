"""What happens when something is due: one function for each kind, and the kinds that plan themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta

from engagement import (
    answering,
    asking,
    audit,
    budget,
    call_clock,
    calls_asked,
    calls_recorded,
    campaigns,
    checkin_clock,
    checkin_digest,
    checkin_plans,
    friday,
    greeting_asks,
    place_clock,
    reading,
    round_told,
    rounds,
    signed_kept,
    signing,
    staff_cards,
    surveys,
    talks,
    tasks,
    voice,
    vouchers,
)
from engagement.authority import Settings
from engagement.london import local, london, today
from storage import broadcasts, calls, drafts, due, handled, occasions, openings, opportunities, outbox, pool, trail
from storage.due import Due
from storage.ids import PersonId, SurveyId
from storage.store import Transaction

NIGHT_FROM, NIGHT_MINUTES = time(2), 180
PRUNE_AT = time(5, 30)
BROADCASTS_KEPT = timedelta(days=60)
THINGS_KEPT = timedelta(days=365)
"""How long it is kept who joined what, or was called, after it took place."""
FORGOTTEN_COUNT = timedelta(days=budget.WEEK_DAYS + 1)
"""How long the day of a message still counts for the weekly cap, when nothing else is known of it."""

Work = Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]


class UnknownKind(Exception):
    """Something is due that this version does not know how to do."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


async def work(tx: Transaction, settings: Settings, row: Due, now: datetime) -> object:
    """Do what is due and mark it done, both in this transaction or neither; gives what there is to say of it.

    Raises: UnknownKind; and LeaseLost when another process has it, so that nothing done here is kept.
    """
    doing = KINDS.get(row.kind)
    if doing is None:
        raise UnknownKind(row.kind)
    if row.kind in REMOVES_ITSELF:
        await due.finish(tx, row)
        return await doing(tx, settings, row, now)
    # Last, so that whoever cancels it meanwhile waits for the task or draft and not for this row.
    said = await doing(tx, settings, row, now)
    await due.finish(tx, row)
    return said


async def plan(tx: Transaction, now: datetime, *, chance: Callable[[int], int]) -> None:
    """See to it that the coming night has its job; `chance(n)` gives a number from 0 to n-1. Safe to repeat."""
    # Every beat plans the same few rows once more: reading them is one query, trying to add each would be a dozen.
    await due.know(tx, PLANNED, since=now - timedelta(days=2))
    here = local(now)
    night = here.date() if here.time() < NIGHT_FROM else here.date() + timedelta(days=1)
    # Wall clock time, so that the night the clocks change is planned like any other.
    minutes = NIGHT_FROM.hour * 60 + chance(NIGHT_MINUTES)
    await due.add(tx, "nightly", night.isoformat(), london(night, time(*divmod(minutes, 60))))
    await due.add(tx, "prune", night.isoformat(), london(night, PRUNE_AT))
    await vouchers.plan(tx, now, chance=chance)
    await voice.plan(tx, now)
    await friday.plan(tx, now)
    await rounds.plan(tx, now)
    await calls_asked.plan(tx, now)
    await call_clock.plan(tx, now)
    await greeting_asks.plan(tx, now)


async def _task_reminder(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    await tasks.remind(tx, row, now)


async def _finished_draft(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """Their draft only needs Send; said after a day and on the last day, and only while it is true."""
    of, _, about = row.key.partition(":")
    person, survey = PersonId(int(of)), SurveyId(int(about))
    if not await openings.is_open(tx, survey) or not await drafts.has_draft(tx, person, survey):
        return
    await outbox.queue(
        tx,
        occasion=asking.occasion(survey, "last" if row.kind == answering.FINISHED_LAST else "finished"),
        person=person,
        lane="young",
        envelope="envelope/finished",
        opens={"screen": "survey/ready", "survey": survey},
        not_before=now,
        expires_at=(await openings.find(tx, survey)).closes_at,
    )


async def _closing(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """Tomorrow is the last day: whoever has a draft hears what becomes of it. Said only while it is true."""
    survey = SurveyId(int(row.key))
    if await openings.is_open(tx, survey):
        await answering.tell_closing(tx, survey, now=now)


async def _nightly(tx: Transaction, _settings: Settings, _row: Due, _now: datetime) -> None:
    await pool.turn(tx)


async def _survey_close(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    await surveys.close_on_time(tx, settings, SurveyId(int(row.key)), now=now)


async def _vouchers(tx: Transaction, _settings: Settings, _row: Due, now: datetime) -> None:
    # How many were given is not said: every line of the log has a moment.
    await vouchers.evening(tx, now=now)


async def _prune(tx: Transaction, settings: Settings, _row: Due, now: datetime) -> audit.Digest:
    """What is old goes; the end of the audit goes into the log, where nobody can cut it off."""
    await handled.prune(tx, now=now)
    await trail.prune(tx, now=now)
    await vouchers.prune(tx, now=now)
    await opportunities.prune(tx, before=now - THINGS_KEPT)
    await broadcasts.prune(tx, left_before=now - BROADCASTS_KEPT)
    await calls.prune(tx, before=today(now) - THINGS_KEPT)
    await occasions.blur_forgotten(tx, before=today(now) - FORGOTTEN_COUNT)
    await due.give_up(tx, now=now)
    await due.prune(tx, now=now)
    # Last: whoever writes takes these tables last as well.
    await voice.prune(tx, now=now)
    await signed_kept.prune(tx, settings, now=now)
    await checkin_plans.catch_up(tx, now=now)
    await talks.shuffle_again(tx)
    return await audit.digest(tx)


KINDS: Mapping[str, Work] = {
    tasks.REMINDER: _task_reminder,
    tasks.DEADLINE: tasks.escalate,
    answering.FINISHED: _finished_draft,
    answering.FINISHED_LAST: _finished_draft,
    "nightly": _nightly,
    surveys.CLOSING: _closing,
    campaigns.STEP: campaigns.run_step,
    surveys.CLOSE: _survey_close,
    reading.REMINDER: reading.remind,
    reading.DEADLINE: reading.overdue,
    vouchers.EVENING: _vouchers,
    talks.HALFWAY: talks.remind,
    talks.END: talks.end,
    "prune": _prune,
    staff_cards.FADE: staff_cards.fade,
    staff_cards.OLD_CARD: staff_cards.remove_old_card,
    staff_cards.OLD_ENVELOPE: staff_cards.remove_old_envelope,
    friday.FRIDAY: friday.tell,
    voice.MONDAY: voice.open_monday,
    signing.REMINDER: signing.remind,
    signing.DEADLINE: signing.escalate,
    **place_clock.KINDS,
    **checkin_clock.KINDS,
    **checkin_digest.KINDS,
    **greeting_asks.KINDS,
    rounds.BEGIN: rounds.begin_on_time,
    rounds.REMIND: rounds.remind,
    rounds.OVERDUE: rounds.overdue,
    round_told.OPENS: round_told.open_survey,
    round_told.COMMENTS_OVER: round_told.comments_over,
    **calls_asked.KINDS,
    **calls_recorded.KINDS,
    **call_clock.KINDS,
}

PLANNED = (
    "nightly",
    "prune",
    vouchers.EVENING,
    voice.MONDAY,
    friday.FRIDAY,
    rounds.BEGIN,
    calls_asked.BEGIN,
    calls_asked.LOOK,
    call_clock.STEP,
    greeting_asks.MORNING,
    greeting_asks.SENDING,
)
"""The kinds that plan themselves."""

REMOVES_ITSELF = frozenset({surveys.CLOSE})
"""Their work cancels their own row, which could not be marked done after it."""
