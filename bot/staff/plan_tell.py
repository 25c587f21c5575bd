"""The plan as young people see it, and telling everybody of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.chat import plan as young
from bot.chat.visit import PLACES, Visit, go, number, redraw
from bot.staff import telling
from bot.staff.plan import a_place
from engagement import audit, promises
from engagement.audit import Action
from engagement.staff import Permission
from engagement.telling import Leaving

# As young people see it


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    rows = await promises.every(visit.tx)
    if "theme" in args:
        await young.draw_promise(visit, rows, args, looking=True)
    else:
        await young.draw_themes(visit, rows, looking=True)


async def on_look_theme(visit: Visit, theme: str) -> None:
    await redraw(visit, theme=number(theme), n=1)


async def on_look_turn(visit: Visit, place: str) -> None:
    await redraw(visit, n=number(place))


async def on_look_back(visit: Visit, _: str) -> None:
    """From a promise to the parts, from there to where it was looked at from."""
    at = dict(visit.showing)
    if "theme" in at:
        await go(visit, "staff/plan_look", **{name: at[name] for name in ("tell",) if name in at})
    elif "tell" in at:
        await go(visit, "staff/tell", kind="plan", id=at["tell"])
    else:
        await go(visit, "staff/plan")


# Telling everyone


def _occasion(day: int) -> str:
    return promises.plan_occasion(datetime.strptime(str(day), "%Y%m%d").date())


async def _opens(visit: Visit, _: int) -> Mapping[str, Any]:
    return {"screen": "plan"}


async def _look(visit: Visit, day: int) -> None:
    await go(visit, "staff/plan_look", tell=day)


async def _left(visit: Visit, day: int, leaving: Leaving) -> None:
    await promises.note_told(visit.tx, _occasion(day))
    await audit.note(visit.tx, visit.worker_on, Action.PLAN_TOLD, now=visit.now, people=leaving.chosen)


async def _stopped(visit: Visit, day: int) -> None:
    await promises.take_back_told(visit.tx, _occasion(day))
    await audit.note(visit.tx, visit.worker_on, Action.TELLING_STOPPED, now=visit.now, plan=day)


telling.TELLINGS["plan"] = telling.Telling(
    needs=Permission.WRITE_PLAN,
    topic="news",
    occasion=_occasion,
    opens=_opens,
    envelope="envelope/something",
    look=_look,
    left=_left,
    stopped=_stopped,
    back=lambda _: ("staff/plan", {}),
)

PLACES["staff/plan_look"] = a_place(draw_look, {"theme": on_look_theme, "turn": on_look_turn, "back": on_look_back})
