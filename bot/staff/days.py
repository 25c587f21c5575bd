"""Days of one's people that come up: a few words by [Send mine], [Write] or [Skip]; and which date a moving day has.

What stands on the cards is somebody's name and that a day matters to them, so they fade like every card with details.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot.chat.events import Words
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw, stay
from bot.staff.menu import DOORS, WHEN
from engagement import crisis, day_dates, days, greetings
from engagement.days import NoSuchDay, NotItsDate
from engagement.greetings import Asked, NotTheseWords
from engagement.joining import details_name
from engagement.london import today
from engagement.staff import Permission
from storage import people, staff
from storage.ids import PersonId

A_PAGE: Final = 12


# Whose day it is


async def to_days(visit: Visit, _: str) -> None:
    await go(visit, "staff/days")


async def draw_days(visit: Visit, _: Mapping[str, Any]) -> None:
    found = await greetings.asked_of(visit.tx, visit.worker_on, now=visit.now)
    await visit.show(
        "staff/day/list",
        open=sum(one.greeting.state == "asked" for one in found),
        days=[
            {"at": at, "on": one.greeting.on, "who": await _who(visit, one), "state": one.greeting.state}
            for at, one in enumerate(found[:A_PAGE])
        ],
        beyond=max(0, len(found) - A_PAGE),
    )


async def draw_quiet(visit: Visit, _: Mapping[str, Any]) -> None:
    """The same without a name, until it is asked for again."""
    found = await greetings.asked_of(visit.tx, visit.worker_on, now=visit.now)
    await visit.show("staff/day/quiet", open=sum(one.greeting.state == "asked" for one in found))


async def _who(visit: Visit, one: Asked) -> str:
    return details_name(await people.details(visit.tx, one.greeting.person))


async def to_one(visit: Visit, at: str) -> None:
    """The day at that place of the list, as the list is now."""
    found = await greetings.asked_of(visit.tx, visit.worker_on, now=visit.now)
    if number(at) >= len(found):
        raise Garbled
    await _to(visit, found[number(at)], "staff/day")


async def _to(visit: Visit, one: Asked, place: str, **more: Any) -> None:
    of = one.greeting
    await go(visit, place, person=of.person, key=of.key, on=of.on.isoformat(), **more)


async def _asked(visit: Visit, args: Mapping[str, Any]) -> Asked:
    """What the card is about. Raises: NotAsked, and Garbled where it is about nothing."""
    return await greetings.asked(visit.tx, visit.worker_on, *_about(args), now=visit.now)


def _about(args: Mapping[str, Any]) -> tuple[PersonId, str, date]:
    try:
        return PersonId(int(args["person"])), str(args["key"]), date.fromisoformat(str(args["on"]))
    except (KeyError, ValueError):
        raise Garbled from None


async def draw_day(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _asked(visit, args)
    await visit.show(
        "staff/day/card",
        who=await _who(visit, one),
        name=one.name,
        on=one.greeting.on,
        certain=one.certain,
        state=one.greeting.state,
        words=one.greeting.words,
        signed=first_name(visit.worker_on),
        team=one.team_too,
        own=bool(await greetings.mine(visit.tx, visit.worker_on)),
    )


# What is sent


async def to_mine(visit: Visit, _: str) -> None:
    """Their own few words, or the usual ones, to look at before they are sent."""
    await _to(visit, await _asked(visit, visit.showing), "staff/day_look")


async def to_write(visit: Visit, _: str) -> None:
    await _to(visit, await _asked(visit, visit.showing), "staff/day_write")


async def draw_write(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _asked(visit, args)
    await visit.show("staff/day/write", max=greetings.LONGEST, signed=first_name(visit.worker_on), name=one.name)


async def on_written(visit: Visit, text: str) -> None:
    """What was typed, to look at before it is sent; it goes out of this chat."""
    if not isinstance(visit.event, Words):
        return
    if crisis.found(text):  # the help card has come, and such words would stand on a young person's phone
        await clear_typed(visit)
        await stay(visit)
        return
    try:
        words = greetings.fitting(text)
    except NotTheseWords as error:
        visit.above("say/too_long", max=greetings.LONGEST, got=error.length)
        visit.anew = True
        await redraw(visit, long=[*visit.showing.get("long", ()), visit.event.message])
        return
    await clear_typed(visit)
    visit.anew = True
    await _to(visit, await _asked(visit, visit.showing), "staff/day_look", words=visit.put_away(words))


async def _words(visit: Visit, args: Mapping[str, Any]) -> str:
    """What would be sent from here: what was written, or else their own; empty for the usual words."""
    return visit.take_out(str(args["words"])) if args.get("words") else await greetings.mine(visit.tx, visit.worker_on)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    """Exactly what the young person will read, and when."""
    one, words = await _asked(visit, args), await _words(visit, args)
    seen = visit.words(
        "day/words",
        birthday=one.greeting.key == days.BIRTHDAY,
        name=one.name,
        greet="",
        words=words,
        signed=first_name(visit.worker_on),
    )
    await visit.show("staff/day/look", seen=seen.text, on=one.greeting.on, written=bool(args.get("words")))


async def on_send(visit: Visit, _: str) -> None:
    about, words = _about(visit.showing), await _words(visit, visit.showing)
    await greetings.press(visit.tx, visit.worker_on, *about, words, now=visit.now)
    await _next(visit)


async def on_send_and_keep(visit: Visit, _: str) -> None:
    """Sent, and from now on these are their own few words."""
    await greetings.keep_mine(visit.tx, visit.worker_on, await _words(visit, visit.showing))
    await on_send(visit, "")


async def on_skip(visit: Visit, _: str) -> None:
    await greetings.skip(visit.tx, visit.worker_on, *_about(visit.showing), now=visit.now)
    await _next(visit)


async def _next(visit: Visit) -> None:
    """On to the next day they have not looked at; back to the list after the last."""
    found = await greetings.asked_of(visit.tx, visit.worker_on, now=visit.now)
    left = [one for one in found if one.greeting.state == "asked"]
    if left:
        await _to(visit, left[0], "staff/day")
    else:
        await go(visit, "staff/days")


# On which date a moving day falls


async def to_dates(visit: Visit, _: str) -> None:
    await go(visit, "staff/day_dates")


async def draw_dates(visit: Visit, _: Mapping[str, Any]) -> None:
    found = await day_dates.to_confirm(visit.tx, visit.now)
    await visit.show("staff/day/dates", days=[{"key": one.day.key, "name": one.day.name} for one in found])


async def to_date(visit: Visit, key: str) -> None:
    await go(visit, "staff/day_date", key=key)


async def draw_date(visit: Visit, args: Mapping[str, Any]) -> None:
    """Where the date of one day stands, and the dates around it to choose from."""
    day = await days.find(visit.tx, str(args.get("key")))
    falls = await days.next_on(visit.tx, day.key, today(visit.now))
    if falls.on is None or not day.moves:
        raise NoSuchDay(day.key)
    by = await day_dates.confirmed_by(visit.tx, day.key, falls.on)
    await visit.show(
        "staff/day/date",
        name=day.name,
        on=falls.on,
        certain=falls.certain,
        by=None if by is None else first_name(await staff.by_id(visit.tx, by)),
        source=day.source,
        dates=[{"arg": one.isoformat(), "day": one} for one in day_dates.likely(day, falls.on, visit.now)],
    )


async def on_date(visit: Visit, said: str) -> None:
    try:
        on = date.fromisoformat(said)
    except ValueError:
        raise Garbled from None
    try:
        await day_dates.confirm(visit.tx, visit.worker_on, str(visit.showing.get("key")), on, now=visit.now)
    except NotItsDate:
        raise Garbled from None
    await redraw(visit)


async def _any_asked(visit: Visit) -> bool:
    return await greetings.is_asked(visit.tx, visit.worker_on, now=visit.now)


async def _any_date(visit: Visit) -> bool:
    return bool(await day_dates.to_confirm(visit.tx, visit.now))


_NEEDS = Permission.TAKE_TASKS
"""Whoever stands in the line for a young person can be asked for a few words to them."""

DOORS["greetings"], WHEN["greetings"] = (_NEEDS,), _any_asked
DOORS["day_dates"], WHEN["day_dates"] = (Permission.CONFIRM_DAYS,), _any_date

EVERYWHERE: dict[str, Handler] = {"greetings": to_days, "day_dates": to_dates}


def a_place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, *, fades: bool = True) -> Place:
    return Place(draw, taps, words, whose="staff", needs=_NEEDS, fades="staff/days_quiet" if fades else "")


PLACES["staff/days"] = a_place(draw_days, {"one": to_one})
PLACES["staff/days_quiet"] = a_place(draw_quiet, {}, fades=False)
PLACES["staff/day"] = a_place(draw_day, {"mine": to_mine, "write": to_write, "skip": on_skip})
PLACES["staff/day_write"] = a_place(draw_write, {"mine": to_mine}, on_written, fades=False)
PLACES["staff/day_look"] = a_place(
    draw_look, {"send_words": on_send, "send_keep": on_send_and_keep, "write": to_write}, fades=False
)
PLACES["staff/day_dates"] = Place(draw_dates, {"date": to_date}, whose="staff", needs=Permission.CONFIRM_DAYS)
PLACES["staff/day_date"] = Place(draw_date, {"on": on_date}, whose="staff", needs=Permission.CONFIRM_DAYS)
