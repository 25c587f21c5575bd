"""When whoever gets check-ins is told that some wait: as their working day begins, in time for what was promised."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engagement import rota
from engagement.authority import Settings
from engagement.london import local, london, today
from storage import due
from storage.store import Transaction

KIND: Final = "checkins_waiting"
"""The kind of what is due. Its key is a moment and nobody's number."""


async def plan(tx: Transaction, settings: Settings, *, now: datetime) -> None:
    """See to it that what was passed on at this moment is told of, once for all that came before the same morning."""
    at = next_morning(settings, now)
    # Where an answer was promised sooner than that, a morning would come too late.
    if rota.deadline(settings, now, settings.contact_within_hours) <= at:
        at = now
    await due.add(tx, KIND, key(at), at)


async def plan_again(tx: Transaction, settings: Settings, *, now: datetime) -> None:
    """See to it that what nobody has looked at is told of on the next working day too."""
    at = next_morning(settings, now)
    await due.add(tx, KIND, key(at), at)


def next_morning(settings: Settings, now: datetime) -> datetime:
    """When the next working day begins that has not begun. Raises: NeverOpen."""
    opens = rota.next_open(settings, now)
    if opens > now:
        return opens
    for day in rota.working_days(settings, today(now)):
        return london(day, settings.working_hours[rota.DAYS[day.weekday()]][0])
    raise rota.NeverOpen


def key(at: datetime) -> str:
    """What it is called: the local date and time."""
    return f"{local(at):%Y-%m-%d %H:%M}"
