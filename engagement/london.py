"""The one place that knows Europe/London. Everywhere else a moment is UTC, and a date is a London date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london(day: date, at: time) -> datetime:
    """The UTC moment when London clocks show `at` on `day`.

    Of an hour that comes twice it is the first; of one that never comes, the moment an hour of clock time later.
    """
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def local(now: datetime) -> datetime:
    """The same moment, as London clocks and calendars show it."""
    return now.astimezone(LONDON)


def today(now: datetime) -> date:
    """The date in London."""
    return local(now).date()
