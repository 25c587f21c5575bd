"""Days that matter: which ones, a birthday as the person gives it, and the few words that come on one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel.dates import get_month_names

from bot.chat import menu
from bot.chat.visit import PLACES, Garbled, Place, Visit, first_name, go, number, redraw
from engagement import days, greetings
from engagement.days import BIRTHDAY, LEAP_YEAR, Leap

A_PAGE: Final = 8
"""So many days fit on a small phone, two in a row."""


async def to_days(visit: Visit, _: str) -> None:
    await go(visit, "days")


async def draw_days(visit: Visit, args: Mapping[str, Any]) -> None:
    found, chosen = await days.listed(visit.tx, visit.now), await days.chosen(visit.tx, visit.who)
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(args.get("page", 0), pages - 1)
    given = await days.birthday(visit.tx, visit.who)
    await visit.show(
        "day/choose",
        worker=await visit.worker_name(),
        birthday=None if given is None else date(LEAP_YEAR, given.month, given.day),
        days=[
            {
                "key": one.day.key,
                "name": one.day.name,
                "on": one.day.key in chosen,
                "next": one.falls.on,
                "certain": one.falls.certain,
            }
            for one in found[page * A_PAGE : (page + 1) * A_PAGE]
        ],
        team=await days.team_is_fine(visit.tx, visit.who),
        more=None if pages == 1 else (page + 1) % pages,
    )


async def on_day(visit: Visit, key: str) -> None:
    await days.switch(visit.tx, visit.who, key)
    await redraw(visit)


async def on_page(visit: Visit, page: str) -> None:
    await redraw(visit, page=number(page))


async def on_team(visit: Visit, _: str) -> None:
    await days.switch_team(visit.tx, visit.who)
    await redraw(visit)


# A birthday: month, day, and for 29 February when it is kept in other years


async def to_birthday(visit: Visit, _: str) -> None:
    await go(visit, "days/birthday")


async def draw_birthday(visit: Visit, _: Mapping[str, Any]) -> None:
    """The day they gave; or the months, to give one."""
    given = await days.birthday(visit.tx, visit.who)
    if given is None:
        await go(visit, "days/month")
        return
    await visit.show(
        "day/birthday", on=date(LEAP_YEAR, given.month, given.day), leap=given.leap if _leaps(given) else None
    )


def _leaps(given: days.Birthday) -> bool:
    return (given.month, given.day) == (2, 29)


async def on_take_away(visit: Visit, _: str) -> None:
    """Nothing of the day they gave is kept."""
    await days.leave_out(visit.tx, visit.who, BIRTHDAY)
    await go(visit, "days")


async def to_month(visit: Visit, _: str) -> None:
    await go(visit, "days/month")


async def draw_month(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("day/month", months=[{"arg": n, "name": name} for n, name in _months(visit).items()])


def _months(visit: Visit) -> dict[int, str]:
    """The months as they are called by themselves in the person's language."""
    spoken = visit.screens.languages.get(visit.language) or visit.screens.languages["en"]
    return dict(get_month_names("wide", "stand-alone", spoken.babel))


async def on_month(visit: Visit, month: str) -> None:
    await go(visit, "days/day", month=_month(number(month)))


def _month(month: object) -> int:
    """A month as our buttons and places carry it. Raises: Garbled."""
    if not isinstance(month, int) or not 1 <= month <= 12:
        raise Garbled
    return month


async def draw_day_of_month(visit: Visit, args: Mapping[str, Any]) -> None:
    month = _month(args.get("month"))
    most = next(day for day in (31, 30, 29) if _is_a_day(month, day))
    await visit.show("day/day_of_month", month=_months(visit)[month], most=most)


def _is_a_day(month: int, day: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


async def on_day_of_month(visit: Visit, day: str) -> None:
    month, said = _month(visit.showing.get("month")), number(day)
    if not _is_a_day(month, said):
        raise Garbled
    if (month, said) == (2, 29):
        await go(visit, "days/leap")
        return
    await days.give_birthday(visit.tx, visit.who, month, said)
    await go(visit, "days/birthday")


async def draw_leap(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("day/leap")


async def on_leap(visit: Visit, kept: str) -> None:
    leap: Leap | None = next((one for one in ("28", "1") if one == kept), None)
    if leap is None:
        raise Garbled
    await days.give_birthday(visit.tx, visit.who, 2, 29, leap)
    await go(visit, "days/birthday")


# The words, on the day


async def draw_words(visit: Visit, args: Mapping[str, Any]) -> None:
    """What they were sent; to the menu, where there is nothing (any more)."""
    key, on = str(args.get("key")), date.fromisoformat(str(args.get("on")))
    given = await greetings.given(visit.tx, visit.who, key, on)
    if given is None:
        await go(visit, "menu")
        return
    signed = None if given.signed is None else first_name(given.signed)
    await visit.show(
        "day/words",
        birthday=given.key == BIRTHDAY,
        name=given.name,
        greet=given.greet,
        words=given.words,
        signed=signed,
    )


async def on_no_more(visit: Visit, _: str) -> None:
    """That day brings nothing from now on."""
    await days.leave_out(visit.tx, visit.who, str(visit.showing.get("key")))
    await go(visit, "day/off")


async def draw_off(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("day/off")


menu.EVERYWHERE["days"] = to_days

PLACES["days"] = Place(draw_days, {"day": on_day, "page": on_page, "team": on_team, "birthday": to_birthday})
PLACES["days/birthday"] = Place(draw_birthday, {"month": to_month, "take_away": on_take_away})
PLACES["days/month"] = Place(draw_month, {"month": on_month})
PLACES["days/day"] = Place(draw_day_of_month, {"day": on_day_of_month, "month": to_month})
PLACES["days/leap"] = Place(draw_leap, {"leap": on_leap})
PLACES["day"] = Place(draw_words, {"no_more": on_no_more})
PLACES["day/off"] = Place(draw_off, {})
