"""The week in one picture, on Friday afternoons: when it is planned, and whom it is put to."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import response, rota, staff_news
from engagement.authority import Settings
from engagement.london import local, london, today
from engagement.staff import Permission, may
from storage import due, staff
from storage.due import Due
from storage.staff import Staff
from storage.store import Transaction

FRIDAY: Final = "friday"
ON, AT = 4, time(14)
KEPT: Final = timedelta(days=4)
"""Monday and Tuesday are still early enough to look at it."""


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that the coming Friday is planned. Safe to repeat."""
    day = coming(now)
    await due.add(tx, FRIDAY, day.isoformat(), london(day, AT))


def coming(now: datetime) -> date:
    """Today, if it is Friday and not yet 14:00 in London; else the next Friday."""
    here = local(now)
    day = here.date() + timedelta(days=(ON - here.weekday()) % 7)
    return day if now < london(day, AT) else day + timedelta(days=7)


async def tell(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """One neutral line to managers. Not on a bank holiday, not on a later day, nor when there is nothing to see."""
    day = date.fromisoformat(row.key)
    if today(now) != day or rota.is_bank_holiday(day) or (await response.week(tx, now)).quiet:
        return
    for member in await staff.everyone(tx):
        if _looks_at_it(member):
            await staff_news.tell(
                tx, member.id, occasion=f"{FRIDAY}:{row.key}", opens={"screen": "staff/week"}, now=now, until=now + KEPT
            )


def _looks_at_it(member: Staff) -> bool:
    """Whether they answer for how the week went: who runs the surveys finds the same behind a button."""
    return member.state == "joined" and may(member, Permission.SEE_RESPONSE) and may(member, Permission.SEE_OVERDUE)
