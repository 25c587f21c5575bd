"""When a heartbeat next has anything to do: for whoever moves the clock and may leave out what lies between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from engagement import call_clock
from engagement.authority import Settings
from storage import due, outbox
from storage.store import Transaction

LONGEST: Final = timedelta(hours=12)
"""Whatever is planned from day to day is planned at least so long before it is due."""

SHORTEST: Final = timedelta(seconds=30)


async def soonest(tx: Transaction, settings: Settings, now: datetime, *, latest: datetime) -> datetime:
    """The next moment at which anything is due, may leave, or is to be looked at; at the latest that one."""
    known = (await due.soonest(tx), await outbox.soonest(tx), await call_clock.soonest(tx, settings, now))
    first = min((one for one in known if one is not None), default=latest)
    return min(latest, now + LONGEST, max(first, now + SHORTEST))
