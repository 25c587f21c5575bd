"""What is put to callers, managers and the young person about a call; what each reads is drawn when they look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from engagement import call_times
from engagement.london import local, london, today
from engagement.staff import Permission, may
from storage import calls, outbox, people, staff
from storage.calls import Call, CallDay
from storage.ids import PersonId, StaffId
from storage.staff import Staff
from storage.store import Transaction

NEWS, NOW = "staff/update", "staff/call/now"
KEPT_WAITING = timedelta(days=14)


async def those_who(tx: Transaction, permission: Permission) -> list[Staff]:
    """The staff who have joined and may do this."""
    return [one for one in await staff.everyone(tx) if one.state == "joined" and may(one, permission)]


async def reads_here(tx: Transaction, person: PersonId) -> bool:
    """Whether messages reach this young person; somebody else tells them where they do not."""
    found = await people.by_id(tx, person)
    return found.reachable and await people.chat_of(tx, person) is not None


async def tell_staff(
    tx: Transaction,
    day: CallDay,
    members: Iterable[StaffId | None],
    what: str,
    screen: str,
    *,
    now: datetime,
    call: int = 0,
) -> None:
    """Have them look, once for each `what`: on the day itself at once from 08:00 to 20:00, before it not at night."""
    on_the_day = today(now) == day.on_day
    expires_at = call_times.closes_at(day) if on_the_day else now + KEPT_WAITING
    not_before = max(now, london(day.on_day, call_times.EARLIEST)) if on_the_day else now
    if not_before >= expires_at:
        return
    for member in {one for one in members if one is not None}:
        await outbox.queue(
            tx,
            occasion=f"call:{day.id}:{what}",
            staff=member,
            lane="staff",
            envelope=NOW if on_the_day else NEWS,
            opens={"screen": screen, "day": day.id, **({"call": call} if call else {})},
            not_before=not_before,
            expires_at=expires_at,
            kind="help" if on_the_day else "ours",
        )


async def tell_managers(tx: Transaction, day: CallDay, what: str, screen: str, *, now: datetime, call: int = 0) -> None:
    """The same for everybody who plans calls."""
    managers = [one.id for one in await those_who(tx, Permission.PLAN_CALLS)]
    await tell_staff(tx, day, managers, what, screen, now=now, call=call)


async def tell_person(tx: Transaction, day: CallDay, call: Call, *, now: datetime) -> Call:
    """The young person has something to look at about their call; what waits from earlier is not sent any more."""
    before = int(call.told.get("n", 0))
    if before:
        await outbox.cancel(tx, occasion(day, call, before))
    told = await calls.change(tx, call.id, told={**call.told, "n": before + 1})
    await outbox.queue(
        tx,
        occasion=occasion(day, call, before + 1),
        person=call.person,
        lane="young",
        envelope="envelope/as_asked",
        opens={"screen": "call/told", "call": call.id},
        not_before=_at_a_fair_hour(day, now),
        expires_at=call_times.closes_at(day),
        kind="asked",
    )
    return told


async def untell(tx: Transaction, day: CallDay, call: Call) -> None:
    """What waits to be sent to the young person about it is not sent."""
    await outbox.cancel(tx, occasion(day, call, int(call.told.get("n", 0))))


def occasion(day: CallDay, call: Call, time_told: int) -> str:
    """Each thing one person is told about one call is an occasion of its own."""
    return f"call:{day.id}:told:{call.id}:{time_told}"


def _at_a_fair_hour(day: CallDay, now: datetime) -> datetime:
    """Now; on the eve from ten to seven, and what is later than that on the morning of the day."""
    here = local(now)
    if today(now) >= day.on_day or today(now) < day.on_day - timedelta(days=1):
        return now
    if here.time() >= call_times.TELL_UNTIL:
        return london(day.on_day, call_times.MORNING)
    return max(now, london(here.date(), call_times.TELL_FROM))


def stamp(now: datetime) -> int:
    """What makes one change different from the next."""
    return int(now.timestamp())
