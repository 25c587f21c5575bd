"""What a check-in asks, on which days it comes, and what makes a task: rules with nothing to look up.

Three taps, one at a time. A tap means what its words say and nothing more: no two of them, and no two days, are put
together into anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final, get_args

import surveys as package
from engagement import rota
from engagement.authority import Settings
from engagement.london import london, today
from storage.checkins import Plan, Rhythm
from surveys.definition import ENGLISH, Question, Questionnaire, text_in
from surveys.load import load

DEFINITION: Final = Path(package.__file__).with_name("definitions") / "checkin.yaml"

MOOD, HOME, CONTACT = "ci_mood", "ci_safe", "ci_contact"
HOME_OK, HOME_NOT_OK = "ok", "not_ok"
NEXT_WEEK, SOON = "next_week", "soon"

RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)
TIMES: Final = tuple(time(hour) for hour in range(9, 21))
"""What can be chosen, on London clocks."""

DAY_ENDS = time(20)
GRACE = timedelta(minutes=15)
"""How late one may come that was wanted for the end of the day."""

WEEKDAYS: Final = 7
WEEK_WORKING_DAYS: Final = 5
SILENT_BEFORE_A_PAUSE: Final = 3


@cache
def asked() -> Questionnaire:
    """The three questions."""
    return load(DEFINITION.read_text("utf-8"), source=DEFINITION.name)


def question(name: str) -> Question | None:
    """One of the three, by its id."""
    return next((one for one in asked().questions if one.id == name), None)


def next_after(name: str | None, passed: Iterable[str]) -> Question | None:
    """The question that follows on this one, else the first that was not come to; None when nothing is left."""
    known = [one.id for one in asked().questions]
    following = known[known.index(name) + 1 :] if name in known else []
    left = following or [one for one in known if one not in passed]
    return question(left[0]) if left else None


def before(name: str) -> Question | None:
    """The question before this one; None before the first."""
    known = [one.id for one in asked().questions]
    at = known.index(name) if name in known else 0
    return question(known[at - 1]) if at else None


def words(taps: Mapping[str, str], language: str = ENGLISH) -> tuple[tuple[Question, str], ...]:
    """What was asked and the words that were tapped, one by one; what was skipped is not in it."""
    return tuple(
        (one, text_in(option.label, language))
        for one in asked().questions
        for option in one.options
        if taps.get(one.id) == option.id
    )


# What makes a task


def home_makes_task(taps: Mapping[str, str], *, was_not_ok: bool) -> bool:
    """Whether home is not OK for the first time since joining, or since it was last OK."""
    return taps.get(HOME) == HOME_NOT_OK and not was_not_ok


def home_not_ok(taps: Mapping[str, str], *, was_not_ok: bool) -> bool:
    """What is known of home from now on: "Yes" and "No" change it, anything else leaves it as it was."""
    return {HOME_OK: False, HOME_NOT_OK: True}.get(taps.get(HOME, ""), was_not_ok)


def week_hours(settings: Settings, now: datetime) -> float:
    """How many working hours the next five working days have."""
    hours = [settings.working_hours[rota.DAYS[day.weekday()]] for day in _next_working_days(settings, now)]
    minutes = sum((end.hour - begin.hour) * 60 + end.minute - begin.minute for begin, end in hours)
    return minutes / 60


def _next_working_days(settings: Settings, now: datetime) -> Iterable[date]:
    return islice(rota.working_days(settings, today(now)), WEEK_WORKING_DAYS)


# The days


def following(rhythm: Rhythm, weekday: int, day: date) -> date:
    """The day that comes after this one. Once a month is on the first such weekday, whatever a month's length is."""
    if rhythm != "monthly":
        return day + timedelta(days=WEEKDAYS * (1 if rhythm == "weekly" else 2))
    return _first_of_month((day.replace(day=1) + timedelta(days=32)).replace(day=1), weekday)


def first_day(rhythm: Rhythm, weekday: int, *, since: date) -> date:
    """The first such day, from this one on."""
    if rhythm != "monthly":
        return since + timedelta(days=(weekday - since.weekday()) % WEEKDAYS)
    this = _first_of_month(since.replace(day=1), weekday)
    return this if this >= since else following(rhythm, weekday, since)


def moment(plan: Plan, day: date) -> datetime:
    """When they are asked on that day."""
    return london(day, plan.at)


def too_late(plan: Plan, day: date) -> datetime:
    """From when on it does not come any more that day: never in the evening, unless that is what was chosen."""
    return max(london(day, DAY_ENDS), moment(plan, day) + GRACE)


def _first_of_month(first: date, weekday: int) -> date:
    return first + timedelta(days=(weekday - first.weekday()) % WEEKDAYS)
