"""A line back to somebody's check-in, in the words of whoever has looked at it: once, and nobody has to write one."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from typing import Final

from engagement import audit, checkin_looks
from engagement import checkin_plans as plans
from engagement.audit import Action
from engagement.authority import Settings
from engagement.checkin_plans import CheckinError
from engagement.checkin_records import Line
from engagement.nudges import line
from storage import outbox, people, staff
from storage.ids import CheckinId, PersonId, StaffId
from storage.outbox import Row
from storage.staff import Staff
from storage.store import Transaction

KEPT: Final = timedelta(days=7)
ABOUT: Final = b"checkin reply"


class ReplyRefused(CheckinError):
    """Nothing was sent, and nothing will be."""


class CannotReach(ReplyRefused):
    """They have left the chat, or messages do not reach them."""


class RepliedBefore(ReplyRefused):
    """Somebody has answered this one. One line is what fits a check-in; anything more is a conversation."""


async def check(tx: Transaction, settings: Settings, member: Staff, checkin: CheckinId, *, now: datetime) -> Line:
    """The check-in, when this member of staff may write a line to it. Raises: NotAllowed, ReplyRefused."""
    about = await checkin_looks.about(tx, settings, member, checkin, now=now)
    person = await people.by_id(tx, about.person)
    if person.state not in ("joined", "stopped") or not person.reachable:
        raise CannotReach
    if await replied(tx, about):
        raise RepliedBefore
    return about


async def replied(tx: Transaction, about: Line) -> bool:
    """Whether a line was written to it."""
    named = _occasion(about)
    return any(row.occasion == named for row in await outbox.of_person(tx, about.person))


async def send(
    tx: Transaction, settings: Settings, member: Staff, checkin: CheckinId, words: str, *, now: datetime
) -> Line:
    """Let this line go to them; it is what became of their check-in. Raises: NotAllowed, ReplyRefused, NotALine."""
    about = await check(tx, settings, member, checkin, now=now)
    new = await outbox.queue(
        tx,
        occasion=_occasion(about),
        person=about.person,
        lane="young",
        kind="asked",
        envelope="envelope/update",
        opens={
            "screen": "checkin/reply",
            "day": about.on.isoformat(),
            "words": _sealed(tx, line(words)),
            "from": member.id,
        },
        not_before=now,
        expires_at=now + KEPT,
    )
    if not new:
        raise RepliedBefore
    await audit.note(tx, member, Action.NUDGE_SENT, now=now, person=about.person)
    return about


async def to(tx: Transaction, person: PersonId, day: date) -> tuple[StaffId, str] | None:
    """Who wrote a line to their check-in of that day, and the line; None where nobody did."""
    named = f"{plans.occasion(person, day)}:reply"
    row = next((row for row in await outbox.of_person(tx, person) if row.occasion == named), None)
    return None if row is None else (StaffId(row.opens["from"]), _words(tx, row))


async def held(tx: Transaction, person: PersonId) -> list[dict[str, str]]:
    """The lines that were written to their check-ins, as plain data."""
    return [
        {
            "day": row.opens["day"],
            "from": (await staff.by_id(tx, StaffId(row.opens["from"]))).name,
            "words": _words(tx, row),
        }
        for row in await outbox.of_person(tx, person)
        if row.occasion.startswith("checkin:") and row.occasion.endswith(":reply")
    ]


def _words(tx: Transaction, row: Row) -> str:
    return tx.keys.register.open(base64.b64decode(row.opens["words"]), ABOUT).decode()


def _sealed(tx: Transaction, words: str) -> str:
    return base64.b64encode(tx.keys.register.seal(words.encode(), ABOUT)).decode()


def _occasion(about: Line) -> str:
    return f"{plans.occasion(about.person, about.on)}:reply"
