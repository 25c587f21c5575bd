"""Where a member of staff begins: their tasks, and the doors their role opens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.chat.visit import PLACES, Handler, Place, Visit, first_name, go
from bot.staff import results
from engagement import audit, tasks
from engagement.joining import details_name
from engagement.staff import Permission, may
from storage import people, staff

DOORS: dict[str, tuple[Permission, ...]] = {}
"""What the menu leads to besides tasks, and which permissions (any of them) open it; the template has the buttons."""


WHEN: dict[str, Callable[[Visit], Awaitable[bool]]] = {}
"""Doors that are there only at times: what says whether one is, at this moment, for this member of staff."""


async def draw_menu(visit: Visit, _: Mapping[str, Any]) -> None:
    member = visit.worker_on
    sees_results, newest = await results.offered(visit)
    await visit.show(
        "staff/menu",
        name=first_name(member),
        role=member.role,
        doors=[door for door in DOORS if await _opens(visit, door)],
        results=sees_results,
        summary=newest,
        tasks=[
            {
                "id": task.id,
                "due_day": task.due_at,
                "due_time": task.due_at,
                "label": details_name(await people.details(visit.tx, task.person)),
            }
            for task in await tasks.open_for(visit.tx, member.id)
        ],
    )


async def _opens(visit: Visit, door: str) -> bool:
    allowed = any(may(visit.worker_on, one) for one in DOORS[door])
    return allowed and (door not in WHEN or await WHEN[door](visit))


async def draw_welcome(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("staff/welcome", name=first_name(visit.worker_on), role=visit.worker_on.role)


async def draw_plain(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show(str(visit.place["at"]))


async def to_menu(visit: Visit, _: str) -> None:
    await go(visit, "staff/menu")


async def to_help(visit: Visit, _: str) -> None:
    await go(visit, "staff/help")


async def to_pin(visit: Visit, _: str) -> None:
    """To choose a PIN, once; a new link is needed to choose another."""
    await go(visit, "staff/pin_new", then={"at": "staff/menu"})


async def draw_help(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("staff/help", pin=not visit.worker_on.has_pin)


async def to_log_out(visit: Visit, _: str) -> None:
    """One tap must not cost a tired worker their tasks: say what it means first."""
    await go(visit, "staff/log_out")


async def on_log_out(visit: Visit, _: str) -> None:
    """Let go of this phone; a new link is needed to come back."""
    await staff.log_out(visit.tx, visit.worker_on.id)
    await audit.note(visit.tx, visit.worker_on, audit.Action.LOGGED_OUT, now=visit.now)
    await visit.show_last("staff/logged_out")


EVERYWHERE: dict[str, Handler] = {"staff_menu": to_menu, "menu": to_menu, "staff_help": to_help, "pin": to_pin}

PLACES["staff/menu"] = Place(draw_menu, {"logout": to_log_out}, whose="staff")
PLACES["staff/log_out"] = Place(draw_plain, {"logout_yes": on_log_out}, whose="staff")
PLACES["staff/welcome"] = Place(draw_welcome, {}, whose="staff")
PLACES["staff/help"] = Place(draw_help, {}, whose="staff")
