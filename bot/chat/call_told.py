"""Tomorrow's call, as somebody was told of it: who plans to phone and when, another time, or no call at all.

The card says what is true when it is opened, whatever was true when it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from bot.chat.visit import PLACES, Garbled, Place, Visit, first_name, go, number
from engagement import call_rows, call_times, calls
from engagement.london import local, london, today
from storage import calls as rows
from storage import staff
from storage.calls import Call, CallDay
from storage.ids import CallId, StaffId


async def _mine(visit: Visit, args: Mapping[str, Any]) -> tuple[CallDay, Call]:
    """The call, for the one whose it is. Raises: Garbled."""
    try:
        call = await rows.find(visit.tx, CallId(args.get("call", 0)))
    except rows.NoSuchCall as error:
        raise Garbled from error
    if call.person != visit.who:
        raise Garbled
    return await rows.day(visit.tx, call.day), call


async def draw_told(visit: Visit, args: Mapping[str, Any]) -> None:
    try:
        day, call = await _mine(visit, args)
    except Garbled:
        await go(visit, "menu")
        return
    stands = _stands(visit, day, call)
    if stands == "none":
        await visit.show("call_told/none", on=day.on_day)
    elif stands == "over":
        await visit.show("call_told/over")
    else:
        first, last = call_times.planned(day, call)
        await visit.show(
            f"call_told/{stands}",
            on=day.on_day,
            tomorrow=(day.on_day - today(visit.now)).days == 1,
            caller=await _name(visit, call.caller),
            backup=await _name(visit, call.backup),
            first=london(day.on_day, first),
            last=london(day.on_day, last),
            again=call.again_at if call.state in ("no_answer", "again") else None,
            promised="promised" in call.told,
            can_move=any(True for _ in call_times.hours_left(day, visit.now)),
        )


def _stands(visit: Visit, day: CallDay, call: Call) -> str:
    """Which of its cards says what is true."""
    if call.wanted != "yes" or call.state == "stopped":
        return "none"
    if call.state in ("spoke", "not_reached") or not calls.is_on(day, visit.now):
        return "over"
    if call.state in ("backup", "manager"):
        return call.state
    if call.state in ("no_answer", "again") and call.again_at is not None:
        return "missed"
    if call_rows.sure(call):
        return "plan"
    return "asking" if "moved" in call.told and call.caller_state == "asked" else "unsure"


async def _name(visit: Visit, member: StaffId | None) -> str:
    return "" if member is None else first_name(await staff.by_id(visit.tx, member))


async def on_fine(visit: Visit, _: str) -> None:
    visit.toast("toast/saved")
    await go(visit, "menu")


async def to_time(visit: Visit, _: str) -> None:
    await go(visit, "call/told_time", call=visit.showing.get("call", 0))


async def draw_time(visit: Visit, args: Mapping[str, Any]) -> None:
    """The hours of the day that have not begun."""
    day, call = await _mine(visit, args)
    if _stands(visit, day, call) in ("none", "over"):
        await go(visit, "call/told", call=call.id)
        return
    hours = [
        {"first": london(day.on_day, first), "last": london(day.on_day, last), "arg": first.hour}
        for first, last in call_times.hours_left(day, visit.now)
    ]
    await visit.show("call_told/time", on=day.on_day, hours=hours)


async def on_hour(visit: Visit, said: str) -> None:
    """Their caller and backup hear at once; who plans to call is said again when both have said yes."""
    day, call = await _mine(visit, visit.showing)
    chosen = next((both for both in call_times.hours_left(day, visit.now) if both[0].hour == number(said)), None)
    if chosen is None:
        raise Garbled
    await _say(visit, call, from_time=chosen[0], to_time=chosen[1])
    await go(visit, "call/told", call=call.id)


async def on_any(visit: Visit, _: str) -> None:
    """Any time that day, or what is left of it."""
    day, call = await _mine(visit, visit.showing)
    begun = today(visit.now) >= day.on_day and local(visit.now).time() > day.from_time
    await _say(visit, call, from_time=_now(visit) if begun else None, to_time=day.to_time if begun else None)
    await go(visit, "call/told", call=call.id)


def _now(visit: Visit) -> time:
    return local(visit.now).time().replace(second=0, microsecond=0)


async def _say(visit: Visit, call: Call, **said: Any) -> None:
    await calls.say(visit.tx, visit.settings, visit.who, call.day, now=visit.now, by=None, **said)


async def on_stop(visit: Visit, _: str) -> None:
    """Please don't call: everything stops."""
    _day, call = await _mine(visit, visit.showing)
    await calls.answer(visit.tx, visit.settings, visit.who, call.day, "no", now=visit.now)
    await go(visit, "call/told", call=call.id)


async def on_yes(visit: Visit, _: str) -> None:
    """Yes please, after all."""
    _day, call = await _mine(visit, visit.showing)
    await calls.answer(visit.tx, visit.settings, visit.who, call.day, "yes", now=visit.now)
    await go(visit, "call/told", call=call.id)


PLACES["call/told"] = Place(draw_told, {"fine": on_fine, "time": to_time, "dont": on_stop, "yes": on_yes}, signed=True)
PLACES["call/told_time"] = Place(draw_time, {"hour": on_hour, "any": on_any, "dont": on_stop}, signed=True)
