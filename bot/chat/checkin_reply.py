"""A line that somebody wrote back to their check-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.checkin import day_of
from bot.chat.visit import PLACES, Place, Visit, first_name, go
from engagement import checkin_replies
from storage import staff


async def draw_reply(visit: Visit, args: Mapping[str, Any]) -> None:
    """The line and who wrote it; the check-in itself, where there is none (any more)."""
    day = day_of(args)
    line = await checkin_replies.to(visit.tx, visit.who, day)
    if line is None:
        await go(visit, "checkin", day=day.isoformat())
        return
    by, words = line
    await visit.show("checkin/reply", worker=first_name(await staff.by_id(visit.tx, by)), words=words)


PLACES["checkin/reply"] = Place(draw_reply, {}, signed=True)
