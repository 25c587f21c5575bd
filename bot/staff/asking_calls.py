"""Who would like a call, on staff cards: a worker asks in person and records it; a manager sees to the days.

Whatever has a name fades. A worker's list is short the moment somebody has said so themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.staff import menu
from bot.staff.paging import on_page, page_of
from engagement import calls, calls_asked, calls_recorded, telling, typed_times
from engagement.audit import Action, note
from engagement.calls import CallsError, NotANumber, NotThatDay, TheirOwnWord
from engagement.calls_asked import CHRISTMAS, Overview
from engagement.joining import details_name
from engagement.london import local, london, today
from engagement.staff import NotAllowed, Permission
from engagement.typed_times import BadTime
from storage import calls as rows
from storage import people
from storage.calls import Call, Wanted
from storage.ids import CallDayId, CallId, PersonId

A_PAGE: Final = 8


def _day(args: Mapping[str, Any]) -> CallDayId:
    """Which day the card is about. Raises: Garbled, where it is none."""
    if "day" not in args:
        raise Garbled
    return CallDayId(args["day"])


def _person(args: Mapping[str, Any]) -> PersonId:
    """Whose card it is. Raises: Garbled, where it is nobody's."""
    if "person" not in args:
        raise Garbled
    return PersonId(args["person"])


async def _name(visit: Visit, person: PersonId) -> str:
    return details_name(await people.details(visit.tx, person))


# Whom to ask


async def any_to_ask(visit: Visit) -> bool:
    """Whether there is anybody this member of staff could ask."""
    return await _first_day(visit) is not None


async def _first_day(visit: Visit) -> CallDayId | None:
    """The next day about which they have somebody to ask, once workers ask at all."""
    for day in await rows.days(visit.tx, since=today(visit.now)):
        asked = calls.is_on(day, visit.now) and day.on_day - calls_asked.WORKERS_BEFORE[0] <= today(visit.now)
        if asked and await calls_recorded.to_ask(visit.tx, visit.settings, visit.worker_on, day.id, now=visit.now):
            return day.id
    return None


async def to_first(visit: Visit, _: str) -> None:
    first = await _first_day(visit)
    if first is None:
        await go(visit, "staff/menu")
    else:
        await go(visit, "staff/call_ask", day=first)


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    await _draw_list(visit, args, quiet=False)


async def draw_quiet(visit: Visit, args: Mapping[str, Any]) -> None:
    """How many there are, without their names."""
    await _draw_list(visit, args, quiet=True)


async def _draw_list(visit: Visit, args: Mapping[str, Any], *, quiet: bool) -> None:
    day = await calls_recorded.day_of(visit.tx, _day(args), now=visit.now)
    found = await calls_recorded.to_ask(visit.tx, visit.settings, visit.worker_on, day.id, now=visit.now)
    page = page_of(found, args, A_PAGE)
    await visit.show(
        "staff/calls/ask",
        on=day.on_day,
        total=len(found),
        quiet=quiet,
        people=[] if quiet else [{"id": one.person, "name": one.name, "tried": one.tried} for one in page.rows],
        page=page.number,
        pages=page.pages,
    )


async def to_list(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_ask", day=_day(visit.showing), page=visit.showing.get("page", 1))


async def on_person(visit: Visit, person: str) -> None:
    await go(visit, "staff/call_person", day=_day(visit.showing), person=number(person))


async def draw_person(visit: Visit, args: Mapping[str, Any]) -> None:
    """The question, or what was recorded; whoever has said so themselves meanwhile is said to have."""
    person = _person(args)
    await calls_recorded.may_record(visit.tx, visit.settings, visit.worker_on, person, now=visit.now)
    day = await calls_recorded.day_of(visit.tx, _day(args), now=visit.now)
    call = await rows.of(visit.tx, day.id, person)
    if call is None:
        raise NotThatDay
    digits = calls.last_digits(await calls.number_of(visit.tx, call))
    chosen = call.from_time is not None and call.to_time is not None
    await visit.show(
        "staff/calls/person",
        name=await _name(visit, person),
        on=day.on_day,
        wanted=call.wanted,
        own=calls_recorded.is_own_word(call),
        who=call.who,
        starts=_at(day.on_day, call.from_time if chosen else day.from_time),
        ends=_at(day.on_day, call.to_time if chosen else day.to_time),
        any_time=not chosen,
        digits=digits,
        parts=list(calls.parts(day)),
        wrong=bool(args.get("wrong")),
    )


def _at(on: date, at: time | None) -> datetime:
    return london(on, at or time())


async def _record(visit: Visit, **said: Any) -> Call:
    at = visit.showing
    return await calls_recorded.record(
        visit.tx, visit.settings, visit.worker_on, _person(at), _day(at), now=visit.now, **said
    )


def _answer(wanted: Wanted, *, newer: bool = False) -> Handler:
    async def on_answer(visit: Visit, _: str) -> None:
        try:
            await _record(visit, wanted=wanted, newer=newer)
        except TheirOwnWord:
            await redraw(visit)
            return
        if wanted == "yes":
            await redraw(visit)
        else:
            await to_list(visit, "")

    return on_answer


async def on_not_reached(visit: Visit, _: str) -> None:
    at = visit.showing
    await calls_recorded.not_reached(visit.tx, visit.settings, visit.worker_on, _person(at), _day(at), now=visit.now)
    await to_list(visit, "")


async def on_who(visit: Visit, who: str) -> None:
    if who not in ("worker", "anyone"):
        raise Garbled
    await _record(visit, who=who)
    await redraw(visit)


async def on_when(visit: Visit, part: str) -> None:
    day = await calls_recorded.day_of(visit.tx, _day(visit.showing), now=visit.now)
    spans = {str(name): span for name, span in calls.parts(day).items()}
    if part != "any" and part not in spans:
        raise Garbled
    starts, ends = spans.get(part, (None, None))
    await _record(visit, from_time=starts, to_time=ends)
    await redraw(visit)


async def on_number(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    try:
        await _record(visit, number=text)
    except NotANumber:
        await redraw(visit, wrong=True)
        return
    await redraw(visit, wrong=False)


# A note that cannot wait


async def draw_note(visit: Visit, args: Mapping[str, Any]) -> None:
    """What somebody wrote for whoever calls, for those whom they were told of."""
    try:
        call = await rows.find(visit.tx, CallId(args.get("call", 0)))
    except rows.NoSuchCall:
        raise NotThatDay from None
    if not await calls.may_see_note(visit.tx, visit.settings, visit.worker_on, call, now=visit.now):
        raise NotAllowed(Permission.MAKE_CALLS)
    day = await rows.day(visit.tx, call.day)
    await visit.show(
        "staff/calls/note",
        name=await _name(visit, call.person),
        on=day.on_day,
        note=rows.words(visit.tx, call).note or None,
    )


# The days


async def to_days(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_days")


async def draw_days(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await calls_asked.overview(visit.tx, visit.worker_on, now=visit.now)
    await visit.show("staff/calls/days", days=[_said(one) for one in found], wrong=bool(args.get("wrong")))


def _said(one: Overview) -> dict[str, Any]:
    day = one.day
    return {
        "id": day.id,
        "on": day.on_day,
        "name": day.name,
        "state": day.state,
        "starts": _at(day.on_day, day.from_time),
        "ends": _at(day.on_day, day.to_time),
        "yes": one.wanted.get("yes", 0),
        "no": one.wanted.get("no", 0),
        "not_said": one.wanted.get("not_known", 0) + one.wanted.get("later", 0),
    }


async def on_day(visit: Visit, day: str) -> None:
    await go(visit, "staff/call_hours", day=number(day))


async def on_new(visit: Visit, text: str) -> None:
    """A day and hours: who would be asked is shown first."""
    await clear_typed(visit)
    try:
        span = typed_times.span(text, now=visit.now)
    except BadTime:
        await redraw(visit, wrong=True)
        return
    ends = None if span.ends_at is None else local(span.ends_at).time()
    starts = local(span.starts_at).time()
    await go(
        visit,
        "staff/call_sure",
        on=today(span.starts_at).isoformat(),
        starts=starts.isoformat("minutes"),
        ends=(ends or calls.CLOSES).isoformat("minutes"),
    )


async def draw_sure(visit: Visit, args: Mapping[str, Any]) -> None:
    on, starts, ends = _planned(args)
    reached = await telling.preview(visit.tx, visit.settings, "check_ins", now=visit.now)
    await visit.show(
        "staff/calls/sure",
        on=on,
        starts=_at(on, starts),
        ends=_at(on, ends),
        people=len(reached.people),
        total=reached.total,
        asks=calls_asked.asks_on(visit.settings, today(visit.now)),
        wrong=bool(args.get("wrong")),
    )


def _planned(args: Mapping[str, Any]) -> tuple[date, time, time]:
    if "on" not in args:
        raise Garbled
    return date.fromisoformat(args["on"]), time.fromisoformat(args["starts"]), time.fromisoformat(args["ends"])


async def on_sure(visit: Visit, _: str) -> None:
    on, starts, ends = _planned(visit.showing)
    try:
        made = await calls_asked.make(
            visit.tx, visit.settings, visit.worker_on, on, now=visit.now, from_time=starts, to_time=ends
        )
    except CallsError:
        await redraw(visit, wrong=True)
        return
    await note(visit.tx, visit.worker_on, Action.CALLS_ASKED, now=visit.now, day=made.id)
    await go(visit, "staff/call_days")


async def draw_hours(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await calls_asked.overview(visit.tx, visit.worker_on, now=visit.now)
    one = next((one for one in found if one.day.id == _day(args)), None)
    if one is None:
        raise NotThatDay
    christmas = one.day.key.startswith(CHRISTMAS)
    await visit.show("staff/calls/hours", **_said(one), christmas=christmas, wrong=bool(args.get("wrong")))


async def on_hours(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    day = _day(visit.showing)
    on = (await rows.day(visit.tx, day)).on_day
    try:
        span = typed_times.span(f"{on.isoformat()} {text}", now=visit.now)
        if span.ends_at is None:
            raise BadTime("no_time")
        starts, ends = local(span.starts_at).time(), local(span.ends_at).time()
        await calls_asked.change_hours(visit.tx, visit.worker_on, day, starts, ends, now=visit.now)
    except (BadTime, NotThatDay):
        await redraw(visit, wrong=True)
        return
    await go(visit, "staff/call_days")


async def on_call_off(visit: Visit, _: str) -> None:
    await calls_asked.call_off(visit.tx, visit.worker_on, _day(visit.showing), now=visit.now)
    await go(visit, "staff/call_days")


EVERYWHERE: dict[str, Handler] = {"call_ask": to_first, "call_days": to_days}

menu.DOORS["call_ask"] = (Permission.MAKE_CALLS,)
menu.WHEN["call_ask"] = any_to_ask
menu.DOORS["call_days"] = (Permission.PLAN_CALLS,)

_ANSWERS: dict[str, Handler] = {
    "list": to_list,
    "yes": _answer("yes"),
    "no": _answer("no"),
    "yes_now": _answer("yes", newer=True),
    "no_now": _answer("no", newer=True),
    "unreached": on_not_reached,
    "who": on_who,
    "when": on_when,
}


def _asking(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, *, fades: str = "") -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.MAKE_CALLS, fades=fades)


def _planning(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.PLAN_CALLS)


PLACES["staff/call_ask"] = _asking(draw_list, {"page": on_page, "person": on_person}, fades="staff/call_ask_quiet")
PLACES["staff/call_ask_quiet"] = _asking(draw_quiet, {"list": to_list})
PLACES["staff/call_person"] = _asking(draw_person, _ANSWERS, on_number, fades="staff/call_ask_quiet")
PLACES["staff/call_note"] = Place(draw_note, {}, whose="staff", fades="staff/menu")
PLACES["staff/call_days"] = _planning(draw_days, {"day": on_day}, on_new)
PLACES["staff/call_hours"] = _planning(draw_hours, {"off": on_call_off}, on_hours)
PLACES["staff/call_sure"] = _planning(draw_sure, {"sure": on_sure})
