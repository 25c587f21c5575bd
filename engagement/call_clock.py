"""What happens to calls by the clock: staff asked, a rota proposed, the eve, the day, the day after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from engagement import (
    authority,
    call_capacity,
    call_changes,
    call_day,
    call_managing,
    call_planning,
    call_rows,
    call_say,
    call_times,
    calls_asked,
)
from engagement import calls as asking
from engagement.authority import Settings
from engagement.call_times import EVE, EVENING, NOON, SWEEP
from engagement.london import local, london, today
from engagement.staff import Permission
from storage import calls, due
from storage.calls import CallDay
from storage.due import Due
from storage.ids import CallDayId
from storage.store import Transaction

STEP: Final = "call_step"
LOOK_BACK, AHEAD, STALE = timedelta(days=14), timedelta(hours=1), timedelta(days=1)

FIGURES: Final = ("wanted", "covered", "made", "not_reached", "stopped", "said_no", "not_known", "never_asked")


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that the next steps of every day with calls are due. Safe to repeat."""
    live = await calls.days(tx, since=today(now) - LOOK_BACK, states=("asking", "proposed", "confirmed"))
    if not live:
        return
    settings = await authority.current(tx)
    for day in live:
        for name, at in call_times.steps(settings, day).items():
            if at <= now + AHEAD:
                await due.add(tx, STEP, f"{day.id}:{name}:{day.on_day}", at)
        if (slot := _slot(day, now)) is not None:
            await due.add(tx, SWEEP, f"{day.id}:{local(slot):%Y-%m-%dT%H:%M}", slot)


async def soonest(tx: Transaction, settings: Settings, now: datetime) -> datetime | None:
    """The next moment at which something happens by itself on or before a day with calls; None while there is none."""
    moments: list[datetime] = []
    for day in await calls.days(tx, since=today(now) - LOOK_BACK, states=("asking", "proposed", "confirmed")):
        moments += [at for at in call_times.steps(settings, day).values() if at > now]
        moments += [at for at in (_next_look(day, now),) if at is not None]
    return min(moments, default=None)


def _next_look(day: CallDay, now: datetime) -> datetime | None:
    """The next quarter of an hour, on the day and its eve, at which somebody may be told something."""
    quarter = timedelta(minutes=call_times.SLOT_MINUTES)
    at = now.replace(minute=now.minute // call_times.SLOT_MINUTES * call_times.SLOT_MINUTES, second=0, microsecond=0)
    for on in (day.on_day - timedelta(days=1), day.on_day):
        if at + quarter <= london(on, call_times.LATEST) + quarter:
            return max(at + quarter, london(on, call_times.EARLIEST))
    return None


def _slot(day: CallDay, now: datetime) -> datetime | None:
    """The moment of the newest look at this day: each quarter of an hour when it is near, else each hour."""
    near = call_times.own(day) or timedelta() <= day.on_day - today(now) <= timedelta(days=1)
    if now > london(day.on_day, call_times.LATEST) + timedelta(hours=4) or (day.state == "asking" and not near):
        return None
    minutes = call_times.SLOT_MINUTES if near else 60
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)


async def _sweep(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> None:
    day = await _day(tx, fired.key.partition(":")[0])
    if day is not None:
        await sweep(tx, settings, day, now)


async def _day(tx: Transaction, which: str) -> CallDay | None:
    """The day, held; None where it is gone, as somebody's own is with them."""
    try:
        return await calls.day(tx, CallDayId(int(which)), hold=True)
    except calls.NoSuchCallDay:
        return None


async def sweep(tx: Transaction, settings: Settings, day: CallDay, now: datetime) -> None:
    """Whoever is missing is found, whoever should hear is told, and on the day whatever is due is done."""
    if day.state == "asking" and call_times.own(day) and await call_rows.wanted(tx, day):
        await call_planning.propose(tx, settings, day.id, now)
        day = await calls.day(tx, day.id)
    if today(now) <= day.on_day:
        await call_planning.fill(tx, settings, day.id, now)
    if day.state != "confirmed":
        return
    for call in await calls.on_day(tx, day.id, wanted={"yes"}, hold=True):
        told = await call_day.tell_if_sure(tx, day, call, now)
        if today(now) >= day.on_day:
            await call_day.step(tx, day, told, now)


async def _step(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> None:
    which, name, on = fired.key.split(":")
    day = await _day(tx, which)
    if day is None or day.state in ("over", "off") or day.on_day != date.fromisoformat(on):
        return
    await STEPS[name](tx, settings, day, fired.due_at, now)


async def _ask(tx: Transaction, _settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    await call_capacity.ask(tx, day, now)


async def _remind_first(tx: Transaction, _settings: Settings, day: CallDay, at: datetime, now: datetime) -> None:
    if now - at < STALE and day.state == "asking":
        await call_capacity.ask(tx, day, now, again=1)


async def _remind_last(tx: Transaction, _settings: Settings, day: CallDay, at: datetime, now: datetime) -> None:
    if now - at < STALE and day.state == "asking":
        await call_capacity.ask(tx, day, now, again=2)


async def _propose(tx: Transaction, settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    if day.state == "asking" and today(now) <= day.on_day:
        await call_planning.propose(tx, settings, day.id, now)


async def _unconfirmed(tx: Transaction, settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    """Managers are reminded of a rota nobody confirmed; callers of what they have not said yes or no to."""
    if today(now) > day.on_day:
        return
    if day.state == "proposed":
        await call_say.tell_managers(tx, day, "unconfirmed", "staff/call_rota", now=now)
    standing = await call_managing.standing(tx, settings, day.id, now=now)
    waiting = {
        call_rows.member(line.call, part)
        for line in standing.lines
        for part in call_rows.PARTS
        if call_rows.state(line.call, part) == "asked"
    }
    await call_say.tell_staff(tx, day, waiting, "unanswered", "staff/calls", now=now)


async def _eve(tx: Transaction, settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    """Callers and backups get their list; whoever it is sure for hears who plans to call."""
    if today(now) > day.on_day:
        return
    theirs = {call_rows.member(call, part) for call in await call_rows.wanted(tx, day) for part in call_rows.PARTS}
    if day.state == "confirmed":
        await call_say.tell_staff(tx, day, theirs, "tomorrow", "staff/calls", now=now)
    await sweep(tx, settings, day, now)


async def _noon(tx: Transaction, settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    """Managers hear whatever is not sure for tomorrow."""
    standing = await call_managing.standing(tx, settings, day.id, now=now)
    if standing.not_sure and today(now) <= day.on_day:
        await call_say.tell_managers(tx, day, "noon", "staff/call_rota", now=now)


async def _evening(tx: Transaction, settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    """Whoever it is not sure for hears the truth."""
    await sweep(tx, settings, day, now)
    for call in await call_rows.wanted(tx, day) if today(now) < day.on_day else ():
        await call_day.tell_truth(tx, day, call, now)


async def _after(tx: Transaction, _settings: Settings, day: CallDay, _at: datetime, now: datetime) -> None:
    """What became of it, in numbers, for those who plan the next one; of somebody's own day nothing is kept."""
    for call in await call_rows.wanted(tx, day):
        await call_day.step(tx, day, call, now)
    own = call_times.own(day)
    figures: Mapping[str, Any] = {} if own else await figures_of(tx, day)
    over = await calls.change_day(tx, day.id, state="over", summary=figures)
    if not own:
        told = [one.id for one in await call_say.those_who(tx, Permission.CONFIRM_DAYS)]
        await call_say.tell_staff(tx, over, told, "report", "staff/call_report", now=now)


async def figures_of(tx: Transaction, day: CallDay) -> dict[str, int]:
    """How many wanted a call, were covered, were phoned, were not reached, called it off; said no; were not asked."""
    everybody = await calls.on_day(tx, day.id)
    yes = [call for call in everybody if call.wanted == "yes"]
    unknown = [call for call in everybody if call.wanted in ("not_known", "later")]
    never = await calls_asked.never_asked(tx, day.id)
    off = [call for call in everybody if call.wanted == "no" and call.told.get("off")]
    return {
        "wanted": len(yes) + len(off),
        "covered": sum(call.caller_state == "accepted" for call in yes),
        "made": sum(call.state == "spoke" for call in yes),
        "not_reached": sum(call.state != "spoke" for call in yes),
        "stopped": len(off),
        "said_no": sum(call.wanted == "no" for call in everybody) - len(off),
        "not_known": len(unknown) - len(never),
        "never_asked": len(never),
    }


asking.WHEN_CHANGED.append(call_changes.heard)

Does = Callable[[Transaction, Settings, CallDay, datetime, datetime], Awaitable[None]]
STEPS: Final[Mapping[str, Does]] = {
    call_times.ASK: _ask,
    call_times.FIRST_REMINDER: _remind_first,
    call_times.LAST_REMINDER: _remind_last,
    call_times.PROPOSE: _propose,
    call_times.UNCONFIRMED: _unconfirmed,
    EVE: _eve,
    NOON: _noon,
    EVENING: _evening,
    call_times.AFTER: _after,
}
KINDS: Final[Mapping[str, Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]]] = {
    STEP: _step,
    SWEEP: _sweep,
}
