"""Not now: "remind me", on a day the person picks, and "no more about this one". Both are theirs to change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, get_args

from engagement import asking
from engagement.london import local, london, today
from storage import choices, occasions, openings, outbox
from storage.errors import SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.store import Transaction

When = Literal["tonight", "tomorrow", "weekend"]
WHEN: Final[tuple[When, ...]] = get_args(When)

TONIGHT, TONIGHT_ASKED_BEFORE, BY_DAY = time(18, 30), time(18), time(11)
SATURDAY = 5


class NotOffered(Exception):
    """That moment is over, or the survey will have closed by then."""


async def offered(tx: Transaction, survey: SurveyId, *, now: datetime) -> Mapping[When, datetime]:
    """The moments that can be picked now. Raises: SurveyClosed."""
    opening = await openings.find(tx, survey)
    if opening.state != "open":
        raise SurveyClosed(survey)
    here, day = local(now), today(now)
    saturday = day + timedelta(days=(SATURDAY - day.weekday()) % 7 or 7)
    found: dict[When, datetime] = {
        "tomorrow": london(day + timedelta(days=1), BY_DAY),
        "weekend": london(saturday, BY_DAY),
    }
    if here.time() < TONIGHT_ASKED_BEFORE:
        found = {"tonight": london(day, TONIGHT), **found}
    if found["weekend"] == found["tomorrow"]:
        del found["weekend"]
    return {when: at for when, at in found.items() if at < opening.closes_at}


async def remind(tx: Transaction, person: PersonId, survey: SurveyId, when: When, *, now: datetime) -> datetime:
    """When they will be reminded, as they asked; it takes the place of an earlier wish.

    Raises: NotOffered, SurveyClosed.
    """
    moments = await offered(tx, survey, now=now)
    if when not in moments:
        raise NotOffered
    at = moments[when]
    await choices.unmute(tx, person, survey)
    await occasions.take_back(tx, person, asking.about(survey))
    await outbox.queue(
        tx,
        occasion=asking.occasion(survey, f"again:{at:%Y-%m-%dT%H}"),
        person=person,
        lane="young",
        kind="asked",
        envelope="envelope/as_asked",
        opens={"screen": "survey/reminder", "survey": survey},
        not_before=at,
        expires_at=(await openings.find(tx, survey)).closes_at,
    )
    return at


async def no_more(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Nothing about this survey is started to them again; what waits is gone, and it stays in the menu.

    Raises: SurveyClosed.
    """
    if (await openings.find(tx, survey)).state != "open":
        raise SurveyClosed(survey)
    await choices.mute(tx, survey, person, why="asked")
    await occasions.take_back(tx, person, asking.about(survey))


async def wanted(tx: Transaction, person: PersonId, survey: SurveyId) -> date | None:
    """The day on which they asked to be reminded of it, while that is to come."""
    waiting = await occasions.history(tx, asking.occasion(survey, "again:"), person=person)
    return next((today(row.not_before) for rows in waiting.values() for row in rows if row.state == "queued"), None)
