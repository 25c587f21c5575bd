"""When what happens before, on and after a day of calls: all of it worked out from the day itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from engagement import call_rota, rota
from engagement.authority import Settings
from engagement.london import london
from storage.calls import Call, CallDay
from storage.ids import StaffId

SWEEP: Final = "call_sweep"
"""A look at everything about a day that may be due."""

ASK, FIRST_REMINDER, LAST_REMINDER, PROPOSE = "ask", "first_reminder", "last_reminder", "propose"
UNCONFIRMED, EVE, NOON, EVENING, AFTER = "unconfirmed", "eve", "noon", "evening", "after"

CHRISTMAS_ASK, CHRISTMAS_PROPOSE = (12, 8), (12, 18)
ASK_DAYS, PROPOSE_DAYS = 14, 7
"""Before any other day: when staff are asked how many calls they can make, and when a rota is proposed."""

ASK_AT, MORNING = time(9, 30), time(9)
TELL_FROM, LOOK_AT, TRUTH_AT, TELL_UNTIL = time(10), time(12), time(18), time(19)
"""The eve: people hear from ten, managers at noon whatever is not sure, and whoever has heard nothing at six."""

EARLIEST, LATEST = time(8), time(20)
"""Between these hours of the day itself staff are told at once whatever they must know."""

MANAGER_AT = time(15)
LATE = timedelta(minutes=75)
"""Hours that begin so shortly before a manager hears, or after it, are waited for to their end."""

SILENT, AGAIN, TURN = timedelta(minutes=30), timedelta(minutes=75), timedelta(minutes=45)
"""How long before the end of the hours a caller who says nothing is not waited for; when to try a second time; how
long a backup has."""

SLOT_MINUTES = 15


def own(day: CallDay) -> bool:
    """Whether it is one person's own day, and not one that many have in common."""
    return day.key.startswith("one:")


def steps(settings: Settings, day: CallDay) -> Mapping[str, datetime]:
    """The moment of each step of this day, by name."""
    found = {**steps_of_eve(day), AFTER: london(next(rota.working_days(settings, day.on_day)), TELL_FROM)}
    if own(day):
        return found
    eve = day.on_day - timedelta(days=1)
    asked = list(islice(rota.working_days(settings, _eve_of_asking(day)), 5))
    proposed = _working_day_by(settings, _proposed_on(day))
    later = next(rota.working_days(settings, proposed), eve)
    return found | {
        ASK: london(asked[0], ASK_AT),
        FIRST_REMINDER: london(asked[2], ASK_AT),
        LAST_REMINDER: london(asked[4], ASK_AT),
        PROPOSE: london(proposed, MORNING),
        UNCONFIRMED: london(min(later, eve), MORNING),
    }


def steps_of_eve(day: CallDay) -> dict[str, datetime]:
    """The moments of the day before, working day or not."""
    eve = day.on_day - timedelta(days=1)
    return {EVE: london(eve, TELL_FROM), NOON: london(eve, LOOK_AT), EVENING: london(eve, TRUTH_AT)}


def _eve_of_asking(day: CallDay) -> date:
    first = date(day.on_day.year, *CHRISTMAS_ASK) if _christmas(day) else day.on_day - timedelta(days=ASK_DAYS)
    return first - timedelta(days=1)


def _proposed_on(day: CallDay) -> date:
    return date(day.on_day.year, *CHRISTMAS_PROPOSE) if _christmas(day) else day.on_day - timedelta(days=PROPOSE_DAYS)


def _christmas(day: CallDay) -> bool:
    return day.key.partition(":")[0] == "christmas"


def _working_day_by(settings: Settings, last: date) -> date:
    """The last working day up to that one."""
    week = [one for one in rota.working_days(settings, last - timedelta(days=14)) if one <= last]
    return week[-1] if week else last


# One call's hours


def wished(day: CallDay, call: Call) -> tuple[time, time]:
    """Between which hours they would like to be phoned."""
    return call.from_time or day.from_time, call.to_time or day.to_time


def hours(day: CallDay, member: StaffId) -> tuple[time, time]:
    """Between which hours this member of staff can phone: all day, where they said nothing else."""
    said = day.summary.get("hours", {}).get(str(member))
    return (time.fromisoformat(said[0]), time.fromisoformat(said[1])) if said else (day.from_time, day.to_time)


def planned(day: CallDay, call: Call) -> tuple[time, time]:
    """Between which hours the caller plans to phone: what both have in common, else what was wished."""
    asked = wished(day, call)
    return asked if call.caller is None else call_rota.meet(*asked, *hours(day, call.caller)) or asked


def starts_at(day: CallDay, call: Call) -> datetime:
    """When the first try is due."""
    return london(day.on_day, planned(day, call)[0])


def ends_at(day: CallDay, call: Call) -> datetime:
    """When they are not waiting for it any more."""
    return london(day.on_day, planned(day, call)[1])


def manager_at(day: CallDay, call: Call) -> datetime:
    """By when a manager hears that nobody has reached them: 15:00; the end of the hours, where they begin late."""
    at = london(day.on_day, MANAGER_AT)
    return at if starts_at(day, call) + LATE <= at else max(at, ends_at(day, call))


def closes_at(day: CallDay) -> datetime:
    """When nobody is phoned any more that day."""
    return london(day.on_day, LATEST)


def hours_left(day: CallDay, now: datetime) -> Iterator[tuple[time, time]]:
    """The hours of the day that have not begun, one by one, as times to choose from."""
    for hour in range(day.from_time.hour, day.to_time.hour):
        first, last = time(hour, day.from_time.minute), time(hour + 1, day.from_time.minute)
        if last <= day.to_time and london(day.on_day, first) > now:
            yield first, last


def tries_left(day: CallDay, now: datetime) -> Iterator[datetime]:
    """The half hours at which one could try again, before nobody is phoned any more."""
    later = now + timedelta(minutes=15)
    at = later.replace(minute=0, second=0, microsecond=0)
    while at < closes_at(day):
        if at >= later:
            yield at
        at += timedelta(minutes=30)
