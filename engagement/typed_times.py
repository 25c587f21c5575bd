"""A day and a time as somebody types them in passing: "Fri 12 Dec 6-8pm", "12/12 18:00", "tomorrow at 5"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from engagement.london import london, today

FARTHEST: Final = timedelta(days=366)
A_DAY: Final = timedelta(days=1)
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AFTERNOON: Final = range(1, 8)
"""Nobody means six in the morning by "at 6": of these hours the later one is taken, unless it is written as 06."""

Fault = Literal["no_day", "no_time", "no_such_day", "no_such_time", "weekday", "past", "far", "backwards"]

_MONTH = "|".join(MONTHS)
_ISO = re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b")
_SLASH = re.compile(r"\b(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>\d{2,4}))?\b")
_DAY_FIRST = re.compile(
    rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_MONTH})[a-z]*\.?(?:,?\s+(?P<y>20\d\d))?\b"
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<m>{_MONTH})[a-z]*\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]|\s*[ap]m)(?:,?\s+(?P<y>20\d\d))?\b"
)
_SOON = re.compile(r"\b(today|tonight|tomorrow)\b")
_WEEKDAY = re.compile(rf"\b({'|'.join(WEEKDAYS)})(?:s|nes|rs|ur|r)?(?:day)?\b")
_TIME = re.compile(r"\b(?P<h>\d{1,2})(?:[:.](?P<min>\d{2}))?\s*(?P<half>[ap]m)?\b")


class BadTime(Exception):
    """No moment can be made of what was typed."""

    def __init__(self, why: Fault) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Span:
    """From when, and until when where that was said."""

    starts_at: datetime
    ends_at: datetime | None


def span(typed: str, *, now: datetime) -> Span:
    """The moments that were typed, the next ones of that name. Raises: BadTime."""
    on, rest = _day(_plain(typed), today(now))
    starts, ends = _times(rest)
    span = Span(london(on, starts), None if ends is None else london(on, ends))
    if span.ends_at is not None and span.ends_at <= span.starts_at:
        raise BadTime("backwards")
    if span.starts_at <= now:
        raise BadTime("past")
    if span.starts_at - now > FARTHEST:
        raise BadTime("far")
    return span


def by(typed: str, otherwise: time, *, now: datetime) -> datetime:
    """The moment that was typed, at that time where only a day was. Raises: BadTime."""
    try:
        return span(typed, now=now).starts_at
    except BadTime as error:
        if error.why != "no_time":
            raise
    return span(f"{typed} {otherwise:%H:%M}", now=now).starts_at


def ending(typed: str, starts_at: datetime) -> datetime:
    """When what starts then ends: a time of that day, or a day and a time. Raises: BadTime."""
    try:
        ends = span(typed, now=starts_at).starts_at
    except BadTime as error:
        if error.why == "past":
            raise BadTime("backwards") from error
        if error.why != "no_day":
            raise
        starts, _ = _times(_plain(typed))
        ends = london(today(starts_at), starts)
    if ends <= starts_at:
        raise BadTime("backwards")
    return ends


def _plain(typed: str) -> str:
    return typed.casefold().replace("a.m.", "am").replace("p.m.", "pm").replace("noon", "12pm")


def _day(said: str, day: date) -> tuple[date, str]:
    """The day, and what is left of the words once it is out of them."""
    for pattern in (_ISO, _SLASH, _DAY_FIRST, _MONTH_FIRST):
        if (found := pattern.search(said)) is not None:
            on = _dated(found["d"], found["m"], found["y"], day)
            rest = f"{said[: found.start()]} {said[found.end() :]}"
            if (named := _WEEKDAY.search(rest)) is not None and WEEKDAYS.index(named[1]) != on.weekday():
                raise BadTime("weekday")
            return on, rest
    if (found := _SOON.search(said)) is not None:
        return day + A_DAY * (found[1] == "tomorrow"), said.replace(found[1], " ")
    if (found := _WEEKDAY.search(said)) is not None:
        ahead = (WEEKDAYS.index(found[1]) - day.weekday()) % 7 or 7
        return day + ahead * A_DAY, said.replace(found[0], " ")
    raise BadTime("no_day")


def _dated(day: str, month: str, year: str | None, after: date) -> date:
    """That date; without a year the next one of it."""
    number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
    try:
        if year is not None:
            return date(int(year) + 2000 * (len(year) == 2), number, int(day))
        this_year = date(after.year, number, int(day))
        return this_year if this_year >= after else date(after.year + 1, number, int(day))
    except ValueError:
        raise BadTime("no_such_day") from None


def _times(rest: str) -> tuple[time, time | None]:
    found = [one for one in _TIME.finditer(rest) if one["half"] or one["min"] or _stands_as_hour(rest, one)][:2]
    if not found:
        raise BadTime("no_time")
    if len(found) == 1:
        return _time(found[0]["h"], found[0]["min"], found[0]["half"]), None
    first, last = found
    ends = _time(last["h"], last["min"], last["half"])
    starts = _time(first["h"], first["min"], first["half"] or last["half"])
    if starts >= ends and not first["half"]:  # "11-1pm": the half that was said is the end's only
        starts = _time(first["h"], first["min"], "am")
    return starts, ends


def _stands_as_hour(rest: str, found: re.Match[str]) -> bool:
    """Whether a bare number is an hour: after "at", "from", "to" or a dash, or before one, or all that is left."""
    before, after = rest[: found.start()].rstrip(" ,"), rest[found.end() :].lstrip()
    return (
        re.search(r"(?:^|\b(?:at|from|to|until|till)|[-–])$", before) is not None
        or re.match(r"(?:to\b|until\b|till\b|[-–])", after) is not None
        or rest.strip(" ,") == found[0].strip()
    )


def _time(hour: str, minute: str | None, half: str | None) -> time:
    number = int(hour)
    if half is not None:
        if not 1 <= number <= 12:
            raise BadTime("no_such_time")
        number = number % 12 + 12 * (half == "pm")
    elif number in AFTERNOON and not hour.startswith("0"):
        number += 12
    try:
        return time(number, int(minute or 0))
    except ValueError:
        raise BadTime("no_such_time") from None
