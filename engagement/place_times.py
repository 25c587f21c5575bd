"""When things happen to a place: how long it is kept for somebody, and when the day itself is spoken of."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from engagement.london import local, london, today
from engagement.outbox import QUIET_FROM, is_quiet
from storage.opportunities import Interest, Opportunity

UNDO_FOR: Final = timedelta(minutes=10)
"""How long a yes can be taken back as if it was never said; until then the organiser does not hear of it."""

TIME_TO_ACCEPT: Final = timedelta(hours=24)
MORNING: Final = time(11)
"""By when whatever waited for the night to end has left: nobody's time to accept ends before that."""
BEFORE_THE_START: Final = timedelta(minutes=30)
LEAST_TIME: Final = timedelta(minutes=30)
"""An offer ends half an hour before the start, and is not made where it would be open for less than half an hour."""

REMIND_AT, EVENING_BEFORE, EARLY = time(9), time(18), time(10)
ASK_AFTER_AT: Final = time(10)


def known_to_organiser(theirs: Interest, now: datetime) -> bool:
    """Whether the organiser may see their yes: not while it can still be taken back."""
    return theirs.said_at is not None and now - theirs.said_at >= UNDO_FOR


def time_to_accept(row: Opportunity, now: datetime) -> datetime | None:
    """Until when a place offered now is kept; None where there is no time left to ask anybody."""
    arrives = _morning_after(now) if is_quiet(now) else now
    until = now + TIME_TO_ACCEPT
    if local(until).time() < MORNING or local(until).time() >= QUIET_FROM:
        until = _morning_after(until)
    if (last := ends_before(row)) is not None:
        until = min(until, last)
    return until if until - arrives >= LEAST_TIME else None


def ends_before(row: Opportunity) -> datetime | None:
    """The last moment at which a place may still be taken up; None where there is no start."""
    return None if row.starts_at is None else row.starts_at - BEFORE_THE_START


def remind_at(starts_at: datetime) -> datetime:
    """The same morning; the evening before, where it begins too early for that."""
    here = local(starts_at)
    if here.time() >= EARLY:
        return london(here.date(), REMIND_AT)
    return london(here.date() - timedelta(days=1), EVENING_BEFORE)


def will_remind(row: Opportunity, now: datetime) -> bool:
    """Whether whoever has a place is still to be reminded of it."""
    return row.starts_at is not None and remind_at(row.starts_at) > now


def ask_at(row: Opportunity) -> datetime:
    """The morning after it, when people are asked how it was."""
    ends_at = row.ends_at or row.starts_at
    if ends_at is None:
        raise ValueError("it has no day")
    return london(today(ends_at) + timedelta(days=1), ASK_AFTER_AT)


def _morning_after(moment: datetime) -> datetime:
    """The next eleven o'clock."""
    here = local(moment)
    return london(here.date() if here.time() < MORNING else here.date() + timedelta(days=1), MORNING)
