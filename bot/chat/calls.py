"""A call on a day, on a young person's phone: would they like one, from whom, when, on which number; all in a tap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.chat import menu
from bot.chat.events import Words
from bot.chat.typed import clear_typed, leave_too_long
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw, stay
from engagement import calls, crisis, opportunities, typed_times
from engagement.calls import NotANumber, NoteTooLong, NotThatDay, Standing
from engagement.calls_asked import CHRISTMAS
from engagement.london import london, today
from engagement.typed_times import BadTime
from storage import people, staff
from storage.calls import Wanted
from storage.ids import CallDayId, OpportunityId

DAYS_TO_PICK: Final = 7
STEPS: Final = ("call/who", "call/when", "call/number")
"""After a yes each of these once, in this order; later each by itself."""


async def to_calls(visit: Visit, _: str) -> None:
    """To the one day there is; to all of them where there are more, and to choosing one where there is none."""
    coming = await calls.of_person(visit.tx, visit.who, now=visit.now)
    if len(coming) == 1:
        await go(visit, "call", day=coming[0].day.id)
    else:
        await go(visit, "calls" if coming else "call/pick")


async def draw_list(visit: Visit, _: Mapping[str, Any]) -> None:
    coming = await calls.of_person(visit.tx, visit.who, now=visit.now)
    await visit.show(
        "call/list", calls=[{"id": one.day.id, "on": one.day.on_day, "wanted": one.wanted} for one in coming]
    )


async def on_day(visit: Visit, day: str) -> None:
    await go(visit, "call", day=number(day))


def _day(args: Mapping[str, Any]) -> CallDayId:
    """Which day the card is about. Raises: Garbled, where it is none."""
    if "day" not in args:
        raise Garbled
    return CallDayId(args["day"])


async def _standing(visit: Visit, args: Mapping[str, Any]) -> Standing:
    return await calls.standing(visit.tx, visit.who, _day(args), now=visit.now)


# The question, and what they said


async def draw_call(visit: Visit, args: Mapping[str, Any]) -> None:
    try:
        one = await _standing(visit, args)
    except NotThatDay:
        await visit.show("call/over")
        return
    if one.wanted in ("yes", "no"):
        await _draw_said(visit, one, other=bool(args.get("other")))
        return
    day = one.day
    await visit.show(
        "call/asked",
        kind=day.key.partition(":")[0],
        name=day.name,
        on=day.on_day,
        worker=await visit.worker_name(),
        later=calls.again_on(day, visit.now),
        december=day.key.startswith(CHRISTMAS),
        said_later=one.wanted == "later",
    )


async def _draw_said(visit: Visit, one: Standing, *, other: bool) -> None:
    call, day = one.call, one.day
    noted = None if call is None or call.recorded_by is None else await staff.by_id(visit.tx, call.recorded_by)
    chosen = call is not None and call.from_time is not None and call.to_time is not None
    starts = call.from_time if call is not None and chosen else day.from_time
    ends = call.to_time if call is not None and chosen else day.to_time
    await visit.show(
        "call/said",
        wanted=one.wanted,
        other=other,
        on=day.on_day,
        who="anyone" if call is None else call.who,
        worker=await visit.worker_name(),
        starts=_at(day.on_day, starts),
        ends=_at(day.on_day, ends),
        any_time=not chosen,
        digits=calls.last_digits(await _number(visit, one)),
        note=bool(one.words.note),
        noted_by=None if noted is None else first_name(noted),
        around=bool(await _around(visit, day.on_day)),
    )


def _at(on: date, at: time | None) -> datetime:
    return london(on, at or time())


async def _number(visit: Visit, one: Standing) -> str:
    return one.words.number or (await people.details(visit.tx, visit.who)).phone


async def _around(visit: Visit, on: date) -> list[OpportunityId]:
    """What they could join that belongs to that day, or is on that day or shortly before it."""
    return list(await opportunities.of_day(visit.tx, on, now=visit.now))


async def to_around(visit: Visit, _: str) -> None:
    one = await _standing(visit, visit.showing)
    await go(visit, "join", deck=await _around(visit, one.day.on_day), n=0)


def _answer(wanted: Wanted, **then: Any) -> Handler:
    async def on_answer(visit: Visit, _: str) -> None:
        day = _day(visit.showing)
        await calls.answer(visit.tx, visit.settings, visit.who, day, wanted, now=visit.now)
        if wanted == "yes":
            await go(visit, STEPS[0], day=day, first=True)
        else:
            await go(visit, "call", day=day, **then)

    return on_answer


async def to_days(visit: Visit, _: str) -> None:
    """To the days that matter to them, as they have chosen them."""
    await go(visit, "days")


# Who, when, and which number


async def _next(visit: Visit) -> None:
    """On to the next step after a yes; else back to what they said."""
    day, at = _day(visit.showing), str(visit.showing.get("at"))
    later = STEPS[STEPS.index(at) + 1 :] if at in STEPS else ()
    if visit.showing.get("first") and later:
        await go(visit, later[0], day=day, first=True)
    else:
        await go(visit, "call", day=day)


def _to(place: str) -> Handler:
    async def to_step(visit: Visit, _: str) -> None:
        await go(visit, place, day=_day(visit.showing))

    return to_step


async def _say(visit: Visit, **said: Any) -> None:
    day = _day(visit.showing)
    await calls.say(visit.tx, visit.settings, visit.who, day, now=visit.now, by=None, **said)


async def draw_who(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _standing(visit, args)
    await visit.show("call/who", on=one.day.on_day, worker=await visit.worker_name())


async def on_who(visit: Visit, who: str) -> None:
    if who not in ("worker", "anyone"):
        raise Garbled
    await _say(visit, who=who)
    await _next(visit)


async def draw_when(visit: Visit, args: Mapping[str, Any]) -> None:
    day = (await _standing(visit, args)).day
    await visit.show(
        "call/when",
        on=day.on_day,
        starts=_at(day.on_day, day.from_time),
        ends=_at(day.on_day, day.to_time),
        parts=[
            {"part": part, "starts": _at(day.on_day, starts), "ends": _at(day.on_day, ends)}
            for part, (starts, ends) in calls.parts(day).items()
        ],
    )


async def on_when(visit: Visit, part: str) -> None:
    spans = dict(calls.parts((await _standing(visit, visit.showing)).day))
    if part != "any" and part not in spans:
        raise Garbled
    starts, ends = next((span for name, span in spans.items() if name == part), (None, None))
    await _say(visit, from_time=starts, to_time=ends)
    await _next(visit)


async def draw_number(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _standing(visit, args)
    ours = (await people.details(visit.tx, visit.who)).phone
    await visit.show(
        "call/number",
        on=one.day.on_day,
        ours=calls.last_digits(ours),
        theirs=calls.last_digits(one.words.number),
        wrong=bool(args.get("wrong")),
    )


async def on_ours(visit: Visit, _: str) -> None:
    await _say(visit, number="")
    await _next(visit)


async def on_skip(visit: Visit, _: str) -> None:
    await _next(visit)


async def on_number(visit: Visit, text: str) -> None:
    """A number is kept, sealed; words that bring the help card are no number, and go to whom a note goes."""
    if not isinstance(visit.event, Words):
        return
    if crisis.found(text):
        await on_note(visit, text)
        return
    await clear_typed(visit)
    try:
        await _say(visit, number=text)
    except NotANumber:
        await redraw(visit, wrong=True)
        return
    await _next(visit)


async def draw_note(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _standing(visit, args)
    await visit.show(
        "call/note",
        on=one.day.on_day,
        worker=await visit.worker_name(),
        max=calls.LONGEST_NOTE,
        kept=bool(one.words.note),
    )


async def on_note(visit: Visit, text: str) -> None:
    """Kept, sealed, and rubbed out of the chat; with crisis words their worker and duty hear at once."""
    if not isinstance(visit.event, Words):
        return
    day = _day(visit.showing)
    try:
        call = await calls.say(visit.tx, visit.settings, visit.who, day, now=visit.now, by=None, note=text)
    except NoteTooLong as error:
        await leave_too_long(visit, max=error.max, got=error.got)
        return
    await clear_typed(visit)
    if crisis.found(text):
        first, opens = await calls.tell_at_once(visit.tx, visit.settings, call, now=visit.now)
        visit.saying.more.clear()
        visit.more("help", status="signed", worker=first_name(first), day=opens, joined=True)
    await go(visit, "call", day=day)


async def on_no_note(visit: Visit, _: str) -> None:
    await _say(visit, note="")
    await go(visit, "call", day=_day(visit.showing))


# A day of their own


async def to_pick(visit: Visit, _: str) -> None:
    await go(visit, "call/pick")


async def draw_pick(visit: Visit, args: Mapping[str, Any]) -> None:
    here = today(visit.now)
    await visit.show(
        "call/pick",
        worker=await visit.worker_name(),
        days=[{"ahead": n, "on": here + timedelta(days=n)} for n in range(1, DAYS_TO_PICK + 1)],
        last=here + calls.FARTHEST,
        wrong=bool(args.get("wrong")),
    )


async def on_pick(visit: Visit, ahead: str) -> None:
    await _ask_on(visit, today(visit.now) + timedelta(days=number(ahead)))


async def on_typed_day(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    try:
        await _ask_on(visit, today(typed_times.by(text, time(12), now=visit.now)))
    except (BadTime, NotThatDay):
        await redraw(visit, wrong=True)


async def _ask_on(visit: Visit, on: date) -> None:
    call = await calls.on_a_day(visit.tx, visit.settings, visit.who, on, now=visit.now)
    await go(visit, STEPS[0], day=call.day, first=True)


menu.EVERYWHERE["calls"] = to_calls

_BACK: dict[str, Handler] = {"back": _to("call"), "show": stay}

PLACES["calls"] = Place(draw_list, {"day": on_day, "pick": to_pick}, signed=True)
PLACES["call"] = Place(
    draw_call,
    {
        "yes": _answer("yes"),
        "no": _answer("no"),
        "later_on": _answer("later"),
        "other": _answer("no", other=True),
        "who_calls": _to("call/who"),
        "when": _to("call/when"),
        "number": _to("call/number"),
        "note": _to("call/note"),
        "around": to_around,
        "days_matter": to_days,
        "pick": to_pick,
    },
    signed=True,
)
PLACES["call/who"] = Place(draw_who, {**_BACK, "by": on_who}, signed=True)
PLACES["call/when"] = Place(draw_when, {**_BACK, "part": on_when}, signed=True)
PLACES["call/number"] = Place(draw_number, {**_BACK, "ours": on_ours, "skip": on_skip}, on_number)
PLACES["call/note"] = Place(draw_note, {**_BACK, "no_note": on_no_note}, on_note)
PLACES["call/pick"] = Place(draw_pick, {"ahead": on_pick}, on_typed_day, signed=True)
