"""How long check-ins and tasks are kept: a year, unless the authority says otherwise. Then nothing of them is left."""

from __future__ import annotations

from datetime import date, datetime, time

from engagement.authority import Settings
from engagement.london import london, today
from storage import checkins, occasions, retention
from storage.store import Transaction


async def prune(tx: Transaction, settings: Settings, *, now: datetime) -> int:
    """How many check-ins and tasks were older than that, and are gone. A task that is still to be done stays."""
    first = kept_from(settings, now)
    gone = await checkins.prune(tx, before=first)
    gone += await retention.prune_tasks(tx, before=london(first, time()))
    await occasions.prune(tx, "checkin:", before=london(first, time()))
    return gone


def kept_from(settings: Settings, now: datetime) -> date:
    """The first day of which anything is still kept. In a shorter month it is that month's last day."""
    here = today(now)
    months = here.year * 12 + here.month - 1 - settings.keep_signed_months
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first.replace(day=min(here.day, (following - first).days))
