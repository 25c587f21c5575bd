"""How many calls a member of staff can make on a day, and between which hours: two taps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number
from engagement import call_capacity, call_times
from engagement.london import london
from engagement.staff import Permission
from storage import calls
from storage.calls import CallDay
from storage.ids import CallDayId


def which(args: Mapping[str, Any]) -> CallDayId:
    """The day the card is about. Raises: Garbled, where it is about none."""
    if "day" not in args:
        raise Garbled
    return CallDayId(args["day"])


async def the_day(visit: Visit, args: Mapping[str, Any]) -> CallDay:
    """The same, as it stands. Raises: Garbled."""
    try:
        return await calls.day(visit.tx, which(args))
    except calls.NoSuchCallDay as error:
        raise Garbled from error


async def to_capacity(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_capacity", day=which(visit.showing))


async def draw_capacity(visit: Visit, args: Mapping[str, Any]) -> None:
    day = await the_day(visit, args)
    first, last = call_times.hours(day, visit.worker_on.id)
    await visit.show(
        "staff/call/capacity",
        on=day.on_day,
        numbers=list(range(call_capacity.MOST_EACH + 1)),
        most=(await calls.capacities(visit.tx, day.id)).get(visit.worker_on.id),
        first=london(day.on_day, first),
        last=london(day.on_day, last),
    )


async def on_most(visit: Visit, most: str) -> None:
    await call_capacity.can_make(visit.tx, visit.worker_on, which(visit.showing), number(most))
    place = "staff/call_when" if number(most) else "staff/call_capacity"
    await go(visit, place, day=which(visit.showing))


async def draw_hours(visit: Visit, args: Mapping[str, Any]) -> None:
    """From when; and once that is known, until when."""
    day = await the_day(visit, args)
    first = args.get("from")
    hours = [hour for hour in range(day.from_time.hour, day.to_time.hour + 1) if first is None or hour > first]
    await visit.show(
        "staff/call/hours",
        first=None if first is None else london(day.on_day, time(first)),
        hours=[{"at": london(day.on_day, time(hour)), "arg": hour} for hour in (hours if first else hours[:-1])],
    )


async def on_hour(visit: Visit, said: str) -> None:
    """The first tap is from when, the second until when."""
    hour, first = number(said), visit.showing.get("from")
    if not 0 < hour < 24:
        raise Garbled
    if first is None:
        await go(visit, "staff/call_when", day=which(visit.showing), **{"from": hour})
        return
    await call_capacity.can_phone(visit.tx, visit.worker_on, which(visit.showing), time(first), time(hour))
    await to_capacity(visit, "")


async def on_any(visit: Visit, _: str) -> None:
    """All day."""
    day = await the_day(visit, visit.showing)
    await call_capacity.can_phone(visit.tx, visit.worker_on, day.id, day.from_time, day.to_time)
    await to_capacity(visit, "")


EVERYWHERE: dict[str, Handler] = {"call_capacity": to_capacity}


def _place(draw: Any, taps: Mapping[str, Handler]) -> Place:
    return Place(draw, taps, whose="staff", needs=Permission.MAKE_CALLS)


PLACES["staff/call_capacity"] = _place(draw_capacity, {"most": on_most})
PLACES["staff/call_when"] = _place(draw_hours, {"hour": on_hour, "any": on_any, "capacity": to_capacity})
