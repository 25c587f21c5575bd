"""A line their worker wrote to them about an open survey, and the way into it as it stands when they open it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.asked import NOT_NOW
from bot.chat.visit import PLACES, Place, Visit, first_name, go
from engagement import answering, nudges
from storage import openings, staff
from storage.ids import StaffId, SurveyId
from surveys.definition import text_in


async def draw_nudge(visit: Visit, args: Mapping[str, Any]) -> None:
    """Only while there is something to answer; else what has become of it since the line was written."""
    opening = await openings.find(visit.tx, SurveyId(args["survey"]))
    if opening.state != "open":
        await go(visit, "survey/destroyed" if opening.state == "destroyed" else "survey/closed", survey=opening.id)
        return
    one = await answering.standing(visit.tx, visit.who, opening.id)
    if one.state == "sent":
        await go(visit, "survey/already_sent", survey=opening.id)
        return
    await visit.show(
        "nudge/card",
        worker=first_name(await staff.by_id(visit.tx, StaffId(args["from"]))),
        words=nudges.words_of(visit.tx, args["words"]),
        id=opening.id,
        title=text_in(one.asked.title, visit.language),
        state=one.state,
        place=one.place,
        total=one.total,
    )


PLACES["nudge"] = Place(draw_nudge, NOT_NOW)
