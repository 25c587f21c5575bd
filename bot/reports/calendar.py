"""One day for a phone's own calendar. A calendar speaks on the lock screen too, so it says when, and little else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_OID, uuid5

if TYPE_CHECKING:
    from icalendar import Calendar, Event  # read in where a file is made: it costs an eighth of a second

UNLESS_SAID: Final = timedelta(hours=1)
"""How long it is put down for where nobody said when it ends."""

FILE: Final = "date.ics"
"""As neutral as everything a phone may show of a chat that is not open."""


def event(title: str, *, about: str, starts_at: datetime, ends_at: datetime | None, now: datetime) -> bytes:
    """A file with one entry; the same `about` replaces an earlier entry where calendars do that.

    Times are UTC, so that every calendar shows them right, wherever and whenever its clock changes.
    """
    return events(title, [(about, starts_at, ends_at or starts_at + UNLESS_SAID)], now=now)


def events(title: str, entries: Iterable[tuple[str, datetime, datetime]], *, now: datetime) -> bytes:
    """A file with several entries of the same title, each what it is about, when it starts and when it ends."""
    made = _empty()
    for about, starts_at, ends_at in entries:
        made.add_component(_entry(title, about, starts_at, ends_at, now))
    return bytes(made.to_ical())


def _entry(title: str, about: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Event:
    from icalendar import Event

    entry = Event()
    entry.add("uid", f"{uuid5(NAMESPACE_OID, about)}")
    entry.add("dtstamp", now)
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    entry.add("summary", title)
    entry.add("class", "PRIVATE")
    return entry


def _empty() -> Calendar:
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//calendar//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    return made
