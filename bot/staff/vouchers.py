"""Codes are running out: what whoever runs surveys is told, in numbers and never in names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.visit import PLACES, Place, Visit
from engagement import vouchers
from engagement.staff import Permission
from storage import openings
from storage.ids import SurveyId
from surveys.definition import text_in


async def draw_vouchers(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await vouchers.supply(visit.tx, SurveyId(args["survey"]))
    asked = await openings.questionnaire(visit.tx, found.opening.id)
    await visit.show(
        "staff/vouchers",
        title=text_in(asked.title, visit.language),
        name=found.opening.name,
        left=found.stock.left if found.stock else None,
        total=found.stock.total if found.stock else None,
        waiting=found.waiting,
    )


PLACES["staff/vouchers"] = Place(draw_vouchers, {}, whose="staff", needs=Permission.RUN_SURVEYS)
