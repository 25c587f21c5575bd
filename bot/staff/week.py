"""The week: how the open surveys stand, messages and tasks. In words on the card, in one picture on request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from bot.chat.visit import PLACES, Handler, Place, Visit, go, redraw
from bot.reports import drawing
from bot.reports import response as reports
from bot.staff import menu
from engagement import response
from engagement.staff import Permission, require


async def to_week(visit: Visit, _: str) -> None:
    await go(visit, "staff/week")


async def draw_week(visit: Visit, _: Mapping[str, Any]) -> None:
    week = await response.week(visit.tx, visit.now)
    words = reports.week_text(week, visit.settings)
    await visit.show("staff/week", words=Markup(words))  # noqa: S704 - escaped by whoever wrote it


async def on_picture(visit: Visit, _: str) -> None:
    """The picture, below; the card gets new buttons, so that a second tap on the old ones is an old one."""
    require(visit.worker_on, Permission.SEE_RESPONSE)
    week = await response.week(visit.tx, visit.now)
    drawn = reports.week_svg(week, visit.settings)
    visit.picture(
        "staff/week_picture",
        draw=partial(drawing.png_elsewhere, drawn),
        same=hashlib.sha256(drawn.encode()).digest(),
        instead="staff/no_week_picture",
        caption=Markup(reports.week_caption(week, visit.settings)),  # noqa: S704 - as above
    )
    await redraw(visit)


EVERYWHERE: dict[str, Handler] = {"week": to_week}

menu.DOORS["week"] = (Permission.SEE_RESPONSE,)
PLACES["staff/week"] = Place(draw_week, {"picture": on_picture}, whose="staff", needs=Permission.SEE_RESPONSE)
