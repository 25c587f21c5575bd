"""The gate: nothing we start leaves without it. Weekly cap, quiet hours, expiry, one unopened envelope at a time.

`take` is the only caller of the storage claim, and what it returns is what the sender sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from engagement import asking, budget, calls, days, greetings, opportunities, practice, sharing
from engagement.authority import Settings
from engagement.london import local, london, today
from storage import choices, outbox, people, staff
from storage.ids import ChatId, PersonId, StaffId
from storage.outbox import OutboxId, Row
from storage.people import NoSuchPerson
from storage.staff import NoSuchStaff
from storage.store import Transaction

QUIET_FROM, QUIET_UNTIL = time(20), time(9)
SPREAD_SECONDS = 7_200
STRIDE = 4_201
"""Shares no factor with the spread, so that rows queued together leave evenly over the two hours."""

MOST_LOOKED_AT = 50
IN_FLIGHT_PAUSE = timedelta(seconds=5)
NOT_JOINED_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Send:
    """Send it now, to this chat. The envelopes in `replaces` lie there unopened and go once it has arrived."""

    row: Row
    chat: ChatId
    replaces: tuple[Row, ...] = ()
    full: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Never. `why` is for counting: expired, gone, stopped, unreachable, opted_out, practice, over, over_cap."""

    why: str


async def take(tx: Transaction, settings: Settings, *, now: datetime, limit: int = 2) -> tuple[Send, ...]:
    """What to send now, at most so many; what may not leave is put off or dropped here."""
    leaving: list[Send] = []
    for _ in range(MOST_LOOKED_AT):
        rows = await outbox.claim(tx, now=now, limit=limit - len(leaving)) if len(leaving) < limit else ()
        if not rows:
            break
        for row in rows:
            match await may_send(tx, row, settings, now):
                case Send() as send:
                    leaving.append(send)
                case Wait(until):
                    await outbox.retry(tx, row.id, until)
                case Drop("practice"):
                    await outbox.only_practised(tx, row.id, on=today(now))
                case Drop():
                    await outbox.drop(tx, row.id, on=today(now))
    return tuple(leaving)


async def may_send(tx: Transaction, row: Row, settings: Settings, now: datetime) -> Send | Wait | Drop:
    """What becomes of a claimed row. On Send it counts towards the week from this moment on."""
    if row.expires_at <= now:
        return Drop("expired")
    decision: Send | Wait | Drop = Drop("gone")
    if row.person is not None:
        decision = await _to_person(tx, row, row.person, settings, now)
    elif row.staff is not None:
        decision = await _to_staff(tx, row, row.staff, now)
    if isinstance(decision, Wait) and decision.until >= row.expires_at:
        return Drop("expired")
    if isinstance(decision, Send):
        await outbox.leaving(tx, row.id, on=today(now))
        if row.person is not None:
            await asking.note_leaving(tx, row, row.person)
    return decision


def is_quiet(now: datetime) -> bool:
    """Whether it is night for our messages: from 20:00 until 09:00 in London."""
    at = local(now).time()
    return at >= QUIET_FROM or at < QUIET_UNTIL


def after_quiet(row: Row, now: datetime) -> datetime:
    """When a row that waited for the morning leaves: always the same moment between 09:00 and 11:00 for a row."""
    here = local(now)
    day = here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
    return london(day, QUIET_UNTIL) + _spread(row)


def _spread(row: Row) -> timedelta:
    return timedelta(seconds=row.id * STRIDE % SPREAD_SECONDS)


def _keeps_quiet(row: Row, now: datetime) -> bool:
    return row.kind in ("ours", "asked") and is_quiet(now)


async def _to_staff(tx: Transaction, row: Row, member: StaffId, now: datetime) -> Send | Wait | Drop:
    try:
        recipient = await staff.by_id(tx, member)
    except NoSuchStaff:
        return Drop("gone")
    if recipient.state == "left":
        return Drop("gone")
    if _keeps_quiet(row, now):
        return Wait(after_quiet(row, now))
    chat = await staff.chat_of(tx, recipient.id)
    return Wait(now + NOT_JOINED_PAUSE) if chat is None else Send(row, chat)


async def _to_person(
    tx: Transaction, row: Row, person: PersonId, settings: Settings, now: datetime
) -> Send | Wait | Drop:
    try:
        recipient = await people.by_id(tx, person)
    except NoSuchPerson:
        return Drop("gone")
    chat = await people.chat_of(tx, recipient.id)
    if chat is None or recipient.state in ("listed", "gone"):
        return Drop("gone")
    # Someone who stopped us still hears what they asked for, and what became of it.
    if recipient.state == "stopped" and row.kind == "ours":
        return Drop("stopped")
    if not recipient.reachable:
        return Drop("unreachable")
    if row.kind == "ours" and budget.topic_of(row.occasion) in await choices.not_wanted(tx, person):
        return Drop("opted_out")
    if await asking.is_over(tx, row, person) or await sharing.is_over(tx, row, person):
        return Drop("over")
    if await opportunities.is_over(tx, row, person) or await greetings.is_over(tx, row, recipient):
        return Drop("over")
    if await calls.is_over(tx, row, person):
        return Drop("over")
    if await practice.holds_back(tx, settings, person):
        return Drop("practice")
    if row.kind == "ours" and await _on_their_birthday(tx, row, person, now):
        return Wait(london(today(now) + timedelta(days=1), QUIET_UNTIL) + _spread(row))
    if _keeps_quiet(row, now):
        return Wait(after_quiet(row, now))
    # Two messages under way to one person would each take the week's last place, and neither replace the other.
    if not await outbox.try_to_hold(tx, person) or await outbox.in_flight(tx, person):
        return Wait(now + IN_FLIGHT_PAUSE)
    if row.kind == "ours" and (full := await _week_is_full(tx, row, person, settings, now)) is not None:
        return full
    return Send(row, chat, await outbox.unopened(tx, recipient.id), recipient.full_messages)


async def _on_their_birthday(tx: Transaction, row: Row, person: PersonId, now: datetime) -> bool:
    """Whether this asks questions on the day they gave as their birthday: it waits until that is over."""
    return budget.topic_of(row.occasion) == "surveys" and await days.is_birthday(tx, person, today(now))


async def _week_is_full(
    tx: Transaction, row: Row, person: PersonId, settings: Settings, now: datetime
) -> Wait | Drop | None:
    """None while the cap leaves room."""
    if (room_on := await budget.room_on(tx, person, settings, now)) is None:
        return None
    until = london(room_on, QUIET_UNTIL) + _spread(row)
    return Drop("over_cap") if until >= row.expires_at else Wait(until)


async def open_envelope(
    tx: Transaction, row: OutboxId, *, person: PersonId | None, staff_member: StaffId | None
) -> Mapping[str, Any] | None:
    """What an envelope holds, for the one it was sent to; None for anybody else, or when it is no envelope of ours."""
    found = await outbox.find(tx, row)
    if found is None or found.state in ("queued", "cancelled"):
        return None
    theirs = found.person == person if found.person is not None else found.staff == staff_member
    if not theirs or (person is None and staff_member is None):
        return None
    await outbox.opened(tx, row)
    return found.opens
