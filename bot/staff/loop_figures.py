"""Whether the loop closes, in counts and days: for whoever tells people, and whoever answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.visit import PLACES, Place, Visit
from engagement import loop_figures
from engagement.staff import Permission
from storage import openings
from surveys.definition import text_in

MOST_FINDINGS = 5


async def draw_figures(visit: Visit, _: Mapping[str, Any]) -> None:
    found = await loop_figures.figures(visit.tx, now=visit.now)
    titles = [
        text_in((await openings.questionnaire(visit.tx, one.survey)).title, visit.language)
        for one in found.findings[-MOST_FINDINGS:]
    ]
    days = [one.days for one in found.findings[-MOST_FINDINGS:]]
    await visit.show(
        "staff/round/figures",
        findings=[{"title": title, "days": count} for title, count in zip(titles, days, strict=True)],
        findings_share=found.findings_share,
        round_share=found.round_share,
        asked=found.updates_asked,
        in_time=found.updates_in_time,
        comments=found.comments,
        answered=found.comments_answered,
        promises=dict(found.promises),
        total=sum(found.promises.values()),
        kept=found.kept,
    )


PLACES["staff/loop_figures"] = Place(draw_figures, {}, whose="staff", needs=Permission.SEE_RESPONSE)
