"""The calls of a member of staff: how many they can make, which are asked of them, and on the day a card a call.

Every card with a name fades; a number stands there only after a tap.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw
from bot.reports import calendar
from bot.staff import menu
from engagement import audit, call_day, call_planning, call_rows, call_times
from engagement import calls as asking
from engagement.audit import Action
from engagement.call_rows import PARTS
from engagement.joining import details_name
from engagement.london import london, today
from engagement.staff import Permission, may
from storage import calls, people, staff
from storage.calls import Call, CallDay
from storage.ids import CallDayId, CallId, StaffId

LIVE: Final[tuple[calls.DayState, ...]] = ("asking", "proposed", "confirmed")
SOON: Final = timedelta(days=40)


# My calls


async def to_calls(visit: Visit, _: str) -> None:
    await go(visit, "staff/calls", **{name: visit.showing[name] for name in ("day",) if name in visit.showing})


async def draw_calls(visit: Visit, args: Mapping[str, Any]) -> None:
    day = await _day(visit, args)
    if day is None:
        await visit.show("staff/call/none")
        return
    visit.place = {"at": "staff/calls", "day": day.id}
    mine = await _mine(visit, day)
    tell = await call_day.to_tell(visit.tx, visit.worker_on, day)
    await visit.show(
        "staff/call/list",
        on=day.on_day,
        calls=[await _row(visit, day, call) for call in mine],
        tell=[{"id": call.id, "name": await name_of(visit, call)} for call in tell],
        asked=sum(_stands(visit, call) == "asked" for call in mine),
        most=(await calls.capacities(visit.tx, day.id)).get(visit.worker_on.id),
        own=call_times.own(day),
        plans=may(visit.worker_on, Permission.PLAN_CALLS),
    )


async def _day(visit: Visit, args: Mapping[str, Any]) -> CallDay | None:
    """The day the card is about; else the next one with something of theirs, else the next for everybody."""
    if "day" in args:
        try:
            return await calls.day(visit.tx, CallDayId(args["day"]))
        except calls.NoSuchCallDay:
            return None
    coming = await calls.days(visit.tx, since=today(visit.now), states=LIVE)
    mine = {call.day for call in await calls.of_caller(visit.tx, visit.worker_on.id, since=today(visit.now))}
    theirs = [day for day in coming if day.id in mine]
    return next(iter(theirs or [day for day in coming if not call_times.own(day)]), None)


async def _mine(visit: Visit, day: CallDay) -> list[Call]:
    """What is asked of them that day, and what they have said yes to, in the order of the hours."""
    found = [
        call
        for call in await calls.of_caller(visit.tx, visit.worker_on.id, since=day.on_day)
        if call.day == day.id and (_stands(visit, call) in ("asked", "accepted") or call.state == "stopped")
    ]
    return sorted(found, key=lambda call: (call_times.planned(day, call), call.id))


def _part(visit: Visit, call: Call) -> str:
    """As what they see it: caller, backup, or a manager."""
    return next((part for part in PARTS if call_rows.member(call, part) == visit.worker_on.id), "manager")


def _stands(visit: Visit, call: Call) -> str:
    return next(
        (call_rows.state(call, part) for part in PARTS if call_rows.member(call, part) == visit.worker_on.id), "none"
    )


async def _row(visit: Visit, day: CallDay, call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "name": await name_of(visit, call),
        "from": _at(day, call_times.planned(day, call)[0]),
        "part": _part(visit, call),
        "stands": _stands(visit, call),
        "state": call.state,
    }


def _at(day: CallDay, at: Any) -> datetime:
    return london(day.on_day, at)


async def name_of(visit: Visit, call: Call) -> str:
    """First name and initial."""
    return details_name(await people.details(visit.tx, call.person))


async def draw_quiet(visit: Visit, args: Mapping[str, Any]) -> None:
    """Where a card with names goes after five minutes."""
    visit.place = {"at": "staff/calls_quiet", **{name: args[name] for name in ("day", "call") if name in args}}
    await visit.show("staff/call/quiet")


async def on_all(visit: Visit, _: str) -> None:
    """Yes to all that is asked of them that day."""
    day = await _day(visit, visit.showing)
    if day is None:
        raise Garbled
    for call in await _mine(visit, day):
        if _stands(visit, call) == "asked":
            await call_planning.accept(visit.tx, visit.worker_on, call.id, now=visit.now)
    await redraw(visit)


async def on_calendar(visit: Visit, _: str) -> None:
    """One file with every call they make that day; it says when, and nothing else."""
    day = await _day(visit, visit.showing)
    if day is None:
        raise Garbled
    title = visit.words("call_told/calendar").text
    mine = [call for call in await _mine(visit, day) if _part(visit, call) == "caller" and call.state != "stopped"]
    entries = [(f"call {call.id}", call_times.starts_at(day, call), call_times.ends_at(day, call)) for call in mine]
    visit.file(calendar.FILE, calendar.events(title, entries, now=visit.now), "files/calendar_caption")
    await redraw(visit)


# One call


async def to_call(visit: Visit, call: str) -> None:
    await go(visit, "staff/call", call=number(call) if call else _call(visit.showing))


def _call(args: Mapping[str, Any]) -> CallId:
    """The call the card is at. Raises: Garbled, where it is at none."""
    if "call" not in args:
        raise Garbled
    return CallId(args["call"])


async def draw_call(visit: Visit, args: Mapping[str, Any]) -> None:
    day, call = await call_day.look(visit.tx, visit.worker_on, _call(args))
    words = calls.words(visit.tx, call)
    sees_note = await asking.may_see_note(visit.tx, visit.settings, visit.worker_on, call, now=visit.now)
    first, last = call_times.planned(day, call)
    phone = await asking.number_of(visit.tx, call)
    await visit.show(
        "staff/call/card",
        who=await name_of(visit, call),
        on=day.on_day,
        first=_at(day, first),
        last=_at(day, last),
        part=_part(visit, call),
        stands=_stands(visit, call),
        state=call.state,
        caller=await _first_name(visit, call.caller),
        backup=await _first_name(visit, call.backup),
        number=phone if args.get("number") else None,
        has_number=bool(phone),
        note=(words.note or None) if sees_note else None,
        tried=words.outcome.count("no_answer"),
        again=call.again_at if call.state in ("no_answer", "again") else None,
        on_the_day=today(visit.now) == day.on_day,
    )


async def _first_name(visit: Visit, member: StaffId | None) -> str | None:
    return None if member is None else first_name(await staff.by_id(visit.tx, member))


async def on_number(visit: Visit, _: str) -> None:
    """The number, once they ask for it."""
    _day, call = await call_day.look(visit.tx, visit.worker_on, _call(visit.showing))
    await audit.note(visit.tx, visit.worker_on, Action.DETAILS_SHOWN, now=visit.now, person=call.person)
    await redraw(visit, number=True)


async def on_accept(visit: Visit, _: str) -> None:
    await call_planning.accept(visit.tx, visit.worker_on, _call(visit.showing), now=visit.now)
    await redraw(visit)


async def on_cannot(visit: Visit, _: str) -> None:
    await call_planning.cannot(visit.tx, visit.settings, visit.worker_on, _call(visit.showing), now=visit.now)
    visit.above("staff/call/passed")
    await _to_list(visit)


async def _to_list(visit: Visit) -> None:
    call = await calls.find(visit.tx, _call(visit.showing))
    await go(visit, "staff/calls", day=call.day)


async def on_spoke(visit: Visit, _: str) -> None:
    await call_day.spoke(visit.tx, visit.worker_on, _call(visit.showing), now=visit.now)
    visit.above("staff/call/spoke")
    await _to_list(visit)


async def on_no_answer(visit: Visit, _: str) -> None:
    await call_day.no_answer(visit.tx, visit.worker_on, _call(visit.showing), now=visit.now)
    await redraw(visit, number=False)


async def to_again(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_again", call=_call(visit.showing))


async def draw_again(visit: Visit, args: Mapping[str, Any]) -> None:
    day, _ = await call_day.look(visit.tx, visit.worker_on, _call(args))
    await visit.show(
        "staff/call/again",
        times=[{"at": at, "arg": int(at.timestamp())} for at in call_times.tries_left(day, visit.now)][:12],
    )


async def on_at(visit: Visit, at: str) -> None:
    if not (at.isascii() and at.isdigit() and len(at) == len(str(int(visit.now.timestamp())))):
        raise Garbled
    moment = datetime.fromtimestamp(int(at), tz=visit.now.tzinfo)
    await call_day.try_again(visit.tx, visit.worker_on, _call(visit.showing), moment, now=visit.now)
    await to_call(visit, "")


async def to_worried(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_worried", call=_call(visit.showing))


async def draw_worried(visit: Visit, args: Mapping[str, Any]) -> None:
    """What the authority says to do: words and a number, and nothing to fill in."""
    await call_day.look(visit.tx, visit.worker_on, _call(args))
    contact = visit.settings.safeguarding
    await visit.show("staff/call/worried", contact=contact, number=contact.number if contact else None)


# Whom messages do not reach


async def to_tell(visit: Visit, call: str) -> None:
    await go(visit, "staff/call_tell", call=number(call))


async def draw_tell(visit: Visit, args: Mapping[str, Any]) -> None:
    """Who plans to call one of their own people, for them to pass on."""
    call = await calls.find(visit.tx, _call(args))
    day = await calls.day(visit.tx, call.day)
    if call.id not in {one.id for one in await call_day.to_tell(visit.tx, visit.worker_on, day)}:
        await go(visit, "staff/calls", day=day.id)
        return
    caller, backup, first, last = call.told["plan"]
    at = (datetime.fromisoformat(f"{date.min}T{one}").time() for one in (first, last))
    await visit.show(
        "staff/call/tell",
        who=await name_of(visit, call),
        on=day.on_day,
        caller=await _first_name(visit, StaffId(caller)),
        backup=await _first_name(visit, StaffId(backup)),
        **dict(zip(("first", "last"), (_at(day, one) for one in at), strict=True)),
    )


async def on_told(visit: Visit, _: str) -> None:
    await call_day.told_them(visit.tx, visit.worker_on, _call(visit.showing))
    await _to_list(visit)


async def _is_near(visit: Visit) -> bool:
    """Whether there is a day with calls that a member of staff has to do with."""
    coming = await calls.days(visit.tx, since=today(visit.now), states=LIVE)
    if any(not call_times.own(day) and day.on_day <= today(visit.now) + SOON for day in coming):
        return True
    return bool(coming and await calls.of_caller(visit.tx, visit.worker_on.id, since=today(visit.now)))


menu.DOORS["calls"] = (Permission.MAKE_CALLS,)
menu.WHEN["calls"] = _is_near
EVERYWHERE: dict[str, Handler] = {"calls": to_calls}

_CALL: dict[str, Handler] = {
    "number": on_number,
    "accept": on_accept,
    "cannot": on_cannot,
    "spoke": on_spoke,
    "no_answer": on_no_answer,
    "again": to_again,
    "worried": to_worried,
    "call": to_call,
}


def _place(draw: Any, taps: Mapping[str, Handler], fades: str = "") -> Place:
    return Place(draw, taps, whose="staff", needs=Permission.MAKE_CALLS, fades=fades)


PLACES["staff/calls"] = _place(
    draw_calls, {"call": to_call, "tell": to_tell, "all": on_all, "calendar": on_calendar}, "staff/calls_quiet"
)
PLACES["staff/calls_quiet"] = _place(draw_quiet, {})
PLACES["staff/call"] = _place(draw_call, _CALL, "staff/calls_quiet")
PLACES["staff/call_again"] = _place(draw_again, {"at": on_at, "call": to_call})
PLACES["staff/call_worried"] = _place(draw_worried, {"call": to_call})
PLACES["staff/call_tell"] = _place(draw_tell, {"told": on_told}, "staff/calls_quiet")
