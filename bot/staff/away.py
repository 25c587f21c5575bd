"""'I'm away': the first day back, who is asked meanwhile, and what is open handed to them. It ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number
from bot.staff import menu
from engagement import absence
from engagement.london import today
from engagement.staff import Permission
from storage import staff
from storage.ids import StaffId
from storage.staff import NoSuchStaff

MOST_COVERS = 12


async def to_away(visit: Visit, _: str) -> None:
    await go(visit, "staff/away")


async def draw_away(visit: Visit, args: Mapping[str, Any]) -> None:
    """Their absence as it stands, or the days they may come back on."""
    off = await absence.current(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    if off is None:
        await visit.show("staff/away", days=_days(visit, absence.likely_days(visit.settings, visit.now)))
        return
    await visit.show(
        "staff/away_now",
        back_on=off.back_on,
        cover=None if off.cover is None else first_name(off.cover),
        tasks=len(off.tasks),
        handed={name: args.get(name, 0) for name in ("to_cover", "to_others", "stay")},
    )


def _days(visit: Visit, days: Iterable[date]) -> list[dict[str, Any]]:
    here = today(visit.now)
    return [{"day": day, "arg": day.isoformat(), "tomorrow": (day - here).days == 1} for day in days]


async def to_more_days(visit: Visit, page: str) -> None:
    await go(visit, "staff/away_days", page=min(number(page), absence.PAGES - 1) if page else 0)


async def draw_days(visit: Visit, args: Mapping[str, Any]) -> None:
    page = args.get("page", 0)
    days = _days(visit, absence.more_days(visit.settings, visit.now, page))
    await visit.show("staff/away_days", days=days, later=page + 1 if page + 1 < absence.PAGES else None)


async def on_day(visit: Visit, day: str) -> None:
    """The first day back is chosen; nothing is set before it is known who is asked meanwhile."""
    await go(visit, "staff/away_cover", back_on=_day(day).isoformat())


def _day(said: object) -> date:
    """A day as our buttons and places carry it. Raises: Garbled."""
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        raise Garbled from None


async def draw_cover(visit: Visit, args: Mapping[str, Any]) -> None:
    day = _day(args.get("back_on"))
    if not absence.may_come_back(day, visit.now):
        await go(visit, "staff/away")
        return
    could = await absence.covers(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    await visit.show(
        "staff/away_cover",
        back_on=day,
        people=[{"id": one.id, "name": one.name} for one in could[:MOST_COVERS]],
    )


async def on_cover(visit: Visit, cover: str) -> None:
    """Off from now on, with this colleague standing in, or whoever is next in line."""
    chosen = StaffId(number(cover)) if cover else None
    day = _day(visit.showing.get("back_on"))
    member = visit.worker_on
    await absence.go_off(visit.tx, visit.settings, member, day, chosen, now=visit.now, by=member)
    await go(visit, "staff/away")


async def on_back(visit: Visit, _: str) -> None:
    await absence.come_back(visit.tx, visit.settings, visit.worker_on, now=visit.now, by=visit.worker_on)
    await go(visit, "staff/menu")


async def on_hand(visit: Visit, _: str) -> None:
    """What is open goes to whoever stands in, in one tap."""
    handed = await absence.hand_tasks(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    said = {"to_cover": handed.to_cover, "to_others": handed.to_others, "stay": handed.stay}
    await go(visit, "staff/away", **said)


async def draw_covering(visit: Visit, args: Mapping[str, Any]) -> None:
    """For whom they stand in, if they still do."""
    try:
        absent = await staff.by_id(visit.tx, StaffId(args.get("of", 0)))
    except NoSuchStaff:
        raise Garbled from None
    off = await absence.current(visit.tx, visit.settings, absent, now=visit.now)
    mine = off is not None and off.cover is not None and off.cover.id == visit.worker_on.id
    await visit.show("staff/covering", who=absent.name, back_on=off.back_on if off and mine else None)


menu.DOORS["away"] = (Permission.TAKE_TASKS,)

EVERYWHERE: dict[str, Handler] = {"away": to_away}

_NEEDS = Permission.TAKE_TASKS
PLACES["staff/away"] = Place(
    draw_away,
    {"back_on": on_day, "days": to_more_days, "im_back": on_back, "hand_tasks": on_hand},
    whose="staff",
    needs=_NEEDS,
)
PLACES["staff/away_days"] = Place(draw_days, {"back_on": on_day, "days": to_more_days}, whose="staff", needs=_NEEDS)
PLACES["staff/away_cover"] = Place(draw_cover, {"cover": on_cover}, whose="staff", needs=_NEEDS)
PLACES["staff/covering"] = Place(draw_covering, {}, whose="staff", needs=_NEEDS)
