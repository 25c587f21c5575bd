"""How many calls each can make on a day, and between which hours: asked, reminded twice, and none where nobody says."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from engagement import audit, call_rows, call_say, call_times, rota
from engagement.audit import Action
from engagement.authority import Settings
from engagement.call_rota import Hand
from engagement.call_rows import NotAble
from engagement.rota import NobodyToAsk
from engagement.staff import Permission, require
from storage import absences, calls
from storage.calls import Call, CallDay
from storage.ids import CallDayId
from storage.staff import Staff
from storage.store import Transaction

MOST_EACH: Final = 8


async def ask(tx: Transaction, day: CallDay, now: datetime, *, again: int = 0) -> None:
    """Everybody who could phone that day and has not said how many is asked; `again`: for which time once more."""
    not_said = [one.id for one in await unanswered(tx, day)]
    what = "capacity" if not again else f"capacity:{again}"
    await call_say.tell_staff(tx, day, not_said, what, "staff/call_capacity", now=now)
    await audit.note(tx, None, Action.CALLS_ASKED, now=now, day=day.id, staff=len(not_said))


async def can_make(tx: Transaction, member: Staff, which: CallDayId, most: int) -> None:
    """So many calls they can make that day. Raises: NotAllowed, NotAble, DayOver."""
    require(member, Permission.MAKE_CALLS)
    if not 0 <= most <= MOST_EACH:
        raise NotAble
    await call_rows.live(tx, which)
    await calls.set_capacity(tx, which, member.id, most)


async def can_phone(tx: Transaction, member: Staff, which: CallDayId, from_time: time, to_time: time) -> None:
    """Between these hours. Raises: NotAllowed, NotAble, DayOver."""
    require(member, Permission.MAKE_CALLS)
    day = await call_rows.live(tx, which)
    if from_time >= to_time:
        raise NotAble
    said = [from_time.strftime("%H:%M"), to_time.strftime("%H:%M")]
    await call_rows.remember(tx, day, "hours", str(member.id), said)


async def unanswered(tx: Transaction, day: CallDay) -> list[Staff]:
    """Who was asked and has not said, so that no calls are theirs; whoever is off that day is not asked."""
    said, off = await calls.capacities(tx, day.id), await absences.off(tx, on=day.on_day)
    able = await call_say.those_who(tx, Permission.MAKE_CALLS)
    return [one for one in able if one.id not in said and one.id not in off]


async def hands(tx: Transaction, settings: Settings, day: CallDay, now: datetime) -> list[Hand]:
    """Who can make how many: what they said; for somebody's own day whoever is in line for them, one each."""
    off = await absences.off(tx, on=day.on_day)
    able = {one.id for one in await call_say.those_who(tx, Permission.MAKE_CALLS)}
    most = await calls.capacities(tx, day.id)
    if call_times.own(day):
        wanting = await calls.on_day(tx, day.id, wanted={"yes"})
        most = {one.id: 1 for call in wanting for one in await _in_line(tx, settings, call, now)} | dict(most)
    return [
        Hand(member, count, *call_times.hours(day, member))
        for member, count in most.items()
        if member in able and member not in off
    ]


async def _in_line(tx: Transaction, settings: Settings, call: Call, now: datetime) -> tuple[Staff, ...]:
    """Whoever could be asked for this person; nobody, where nobody is there."""
    try:
        return await rota.line(tx, settings, call.person, now=now)
    except NobodyToAsk:
        return ()
