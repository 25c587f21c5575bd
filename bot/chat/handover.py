"""Somebody's worker has changed: who it is now, and what is open, as it stands when they look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import having_us
from bot.chat.visit import PLACES, Place, Visit, first_name, go
from engagement import handover, profiles, tasks
from engagement.rota import NobodyToAsk
from storage import staff
from storage.handovers import HandoverId
from storage.ids import StaffId


async def draw_handover(visit: Visit, args: Mapping[str, Any]) -> None:
    worker = None if visit.person is None else visit.person.worker
    member = None if worker is None else await staff.by_id(visit.tx, worker)
    if member is None or member.state == "left":
        await go(visit, "menu")
        return
    which = args.get("handover")
    before = await handover.before(visit.tx, visit.who, None if which is None else HandoverId(which))
    waiting = await tasks.mine(visit.tx, visit.who)
    asked = await tasks.promised(visit.tx, visit.who, waiting[0].id) if waiting else None
    await visit.show(
        "handover",
        worker=first_name(member),
        before=first_name(before) if before else None,
        asked=None if asked is None else {"owner": first_name(asked.owner), "day": asked.due_at, "time": asked.due_at},
        ask=await _would_be_asked(visit, member.id),
        about=await profiles.shows_something(visit.tx, member.id),
    )


async def _would_be_asked(visit: Visit, worker: StaffId) -> bool:
    """Whether it is their worker who would be asked: not while somebody stands in."""
    try:
        return (await tasks.choices(visit.tx, visit.settings, visit.who, visit.now)).owner.id == worker
    except NobodyToAsk:
        return False


PLACES["handover"] = Place(draw_handover, {"having_us": having_us.to_having_us})
