"""You said, we will: the room from which whatever closes the loop is reached, each door by its own permission."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.chat.visit import PLACES, Handler, Place, Visit, go
from bot.staff import menu
from engagement.staff import Permission, may

DOORS: dict[str, tuple[Permission, ...]] = {}
"""What the room leads to, and which permissions (any of them) open it; the template has the buttons in order.

A door's name is the action of its button, which the module that has the door also puts into its `EVERYWHERE`.
"""

WHEN: dict[str, Callable[[Visit], Awaitable[bool]]] = {}
"""Doors that are there only at times: what says whether one is, at this moment, for this member of staff."""

NEEDS = (Permission.TELL_FINDINGS, Permission.WRITE_PLAN, Permission.UPDATE_PROMISE, Permission.REPLY_TO_COMMENTS)


async def draw_loop(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("staff/loop", doors=[door for door in DOORS if await _opens(visit, door)])


async def _opens(visit: Visit, door: str) -> bool:
    allowed = any(may(visit.worker_on, one) for one in DOORS[door])
    return allowed and (door not in WHEN or await WHEN[door](visit))


async def to_loop(visit: Visit, _: str) -> None:
    await go(visit, "staff/loop")


menu.DOORS["loop"] = NEEDS
EVERYWHERE: dict[str, Handler] = {"loop": to_loop}
PLACES["staff/loop"] = Place(draw_loop, {}, whose="staff", needs=Permission.UPDATE_PROMISE)
