"""What Northfield has made of last year's answers: a plan to read, things to join, a worker's profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engagement import opportunity_file, plan_themes, profiles, promises
from engagement.london import today
from engagement.promise_sources import Sources
from engagement.promise_words import Said
from storage import staff
from storage.ids import SurveyId
from storage.staff import Staff
from storage.store import Transaction

THINGS_TO_JOIN: Final = Path(__file__).with_name("things_to_join.yaml")
HALF_A_YEAR: Final = timedelta(days=182)

PLAN: Final[tuple[tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]], ...]] = (
    (
        {"name": "People you can reach", "icon": "☏", "goes_well": True},
        (
            {
                "said": "worker_contact",
                "we_will": "Answer every text by the end of the next working day.",
                "who": "Team manager",
                "owner": "Marcus Bell",
                "state": "doing",
                "steps": 3,
                "steps_done": 2,
                "update": "Two of three teams do it now.",
                "see": "A reply by the next evening, even if it only says when.",
                "difference": "You don't have to ask twice.",
                "made_with": True,
            },
            {
                "said": "count_on",
                "we_will": "Weekend calls for anyone who wants one.",
                "who": "Team manager",
                "owner": "Marcus Bell",
                "state": "planned",
                "steps": 2,
                "see": "A number that somebody answers on Sundays.",
                "difference": "Weekends with somebody to ring.",
            },
        ),
    ),
    (
        {"name": "Your home", "icon": "⌂"},
        (
            {
                "said": "area_safe",
                "we_will": "A video doorbell for anyone who asks.",
                "who": "Housing lead",
                "owner": "Priya Shah",
                "state": "done",
                "steps": 2,
                "steps_done": 2,
                "update": "Nine are on doors.",
                "see": "A doorbell that shows who is there.",
                "difference": "You can see before you open.",
                "made_with": True,
            },
            {
                "said": "internet",
                "we_will": "Free wifi at home for your first year.",
                "who": "Housing lead",
                "owner": "Priya Shah",
                "state": "doing",
                "steps": 4,
                "steps_done": 1,
                "see": "Wifi on the day you move in.",
                "difference": "Forms and calls from home.",
            },
        ),
    ),
)
"""Themes with their promises; `said` is the question of last year's survey that a promise stands on."""

PROFILE: Final = {
    "where": "the Next Steps office on Mill Lane",
    "likes": "Long walks, bad films, a good curry.",
    "why": "Somebody did it for me once.",
}


async def fill(tx: Transaction, last_year: SurveyId, *, now: datetime) -> None:
    """Write the plan and show it to everybody, open the things to join, and let Priya say who she is."""
    marcus, priya = await _member(tx, "Marcus Bell"), await _member(tx, "Priya Shah")
    await _plan(tx, last_year, marcus, now)
    entries = opportunity_file.read(THINGS_TO_JOIN.read_bytes(), source=THINGS_TO_JOIN.name, now=now)
    planned = await opportunity_file.plan(tx, entries, organiser="Asha Green")
    await opportunity_file.make(tx, planned, now=now)
    for part, words in PROFILE.items():
        await profiles.say(tx, priya, part, words, now=now)


async def _plan(tx: Transaction, last_year: SurveyId, marcus: Staff, now: datetime) -> None:
    for about, promised in PLAN:
        theme = await plan_themes.add(tx, marcus, now=now, **about)
        for one in promised:
            owner = await _member(tx, one["owner"])
            by_when = today(now + HALF_A_YEAR)
            said = await _said(tx, last_year, one["said"])
            await promises.add(
                tx, marcus, theme.id, {**one, "owner": owner.id, "by_when": by_when, "said": said}, now=now
            )
    await promises.show_to_all(tx, marcus, now=now)


async def _said(tx: Transaction, survey: SurveyId, question: str) -> Said:
    """The finding of that question, where it was published."""
    offered = await Sources(tx).figures(survey)
    return next((said for said in offered if said.key == question), Said())


async def _member(tx: Transaction, name: str) -> Staff:
    found = await staff.by_name_or_reference(tx, name)
    if found is None:
        raise LookupError(name)
    return found
