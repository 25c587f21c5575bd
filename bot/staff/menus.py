"""One message for all that is new to join: which go in, to whom, a look at each, and on to where people are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.visit import PLACES, Garbled, Visit, go, number, redraw
from bot.staff import telling
from bot.staff.broadcast import AUDIENCES
from bot.staff.opportunities import LIST, a_place
from bot.staff.organiser import STANDING
from bot.staff.paging import page_of
from bot.staff.seen import as_seen
from bot.staff.telling import Telling
from engagement import broadcasts, menus
from engagement.broadcasts import MayNotLeave
from engagement.menus import NothingToShare
from engagement.opportunities import details
from engagement.staff import Permission
from engagement.telling import Leaving
from storage.people import Person

A_PAGE = 8
ENVELOPE = "envelope/something"


# Which go in


async def to_choose(visit: Visit, _: str) -> None:
    await go(visit, "staff/menu_choose")


async def _ticked(visit: Visit, args: Mapping[str, Any]) -> list[int]:
    """What is ticked; before the first tap what is new, or what is in the menu they come back from."""
    if "ticked" in args:
        return list(args["ticked"])
    if "menu" in args:
        return list((await menus.of(visit.tx, visit.worker_on, args["menu"])).words.menu)
    new = [one.opportunity.id for one in await menus.choices(visit.tx, visit.worker_on, now=visit.now) if one.new]
    return list(new[: menus.MOST])


async def draw_choose(visit: Visit, args: Mapping[str, Any]) -> None:
    member = visit.worker_on
    choices, ticked = await menus.choices(visit.tx, member, now=visit.now), await _ticked(visit, args)
    page = page_of(choices, args, A_PAGE)
    await visit.show(
        "staff/thing/choose",
        things=[
            {
                "id": one.opportunity.id,
                "title": details(one.opportunity).title,
                "new": one.new,
                "ticked": one.opportunity.id in ticked,
            }
            for one in page.rows
        ],
        audiences=await broadcasts.audiences(visit.tx, member),
        enough=await menus.enough_today(visit.tx, member, now=visit.now),
        page=page.number,
        pages=page.pages,
    )


async def on_tick(visit: Visit, one: str) -> None:
    """In, or out again; no more than people tap through."""
    ticked, this = await _ticked(visit, visit.showing), number(one)
    if this in ticked:
        ticked.remove(this)
    elif len(ticked) < menus.MOST:
        ticked.append(this)
    await redraw(visit, ticked=ticked)


async def on_page(visit: Visit, page: str) -> None:
    await redraw(visit, page=number(page), ticked=await _ticked(visit, visit.showing))


async def on_to(visit: Visit, audience: str) -> None:
    """On to how many it reaches, and whom not."""
    if audience not in AUDIENCES:
        raise Garbled
    ticked, meant = await _ticked(visit, visit.showing), AUDIENCES[audience]
    try:
        menu = await menus.put_together(visit.tx, visit.worker_on, ticked, meant, now=visit.now)
    except NothingToShare:
        visit.above("staff/thing/none_ticked")
        await redraw(visit, ticked=[])
    except MayNotLeave:
        await redraw(visit)
    else:
        await go(visit, "staff/tell", kind=menus.MENU, id=menu)


# A look at each


async def look(visit: Visit, menu: int) -> None:
    """The first card of it, as they will see it."""
    await go(visit, "staff/menu_look", menu=menu, card=0)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    if "menu" not in args:
        raise Garbled
    cards = await menus.contents(visit.tx, visit.worker_on, args["menu"], now=visit.now)
    if not cards:
        raise NothingToShare
    at = int(args.get("card", 0)) % len(cards)
    card, _ = await as_seen(visit, cards[at], place=at + 1, total=len(cards))
    await visit.show("staff/thing/look", card=card, place=at + 1, total=len(cards))


async def on_next(visit: Visit, _: str) -> None:
    await redraw(visit, card=int(visit.showing.get("card", 0)) + 1)


async def to_back(visit: Visit, _: str) -> None:
    if "menu" not in visit.showing:
        raise Garbled
    await go(visit, "staff/tell", kind=menus.MENU, id=visit.showing["menu"])


# What the room of telling asks


async def _opens(visit: Visit, menu: int) -> Mapping[str, Any]:
    only = await menus.only(visit.tx, visit.worker_on, menu, now=visit.now)
    return {"screen": "join", "only": list(only)}


async def _among(visit: Visit, menu: int) -> list[Person]:
    return await menus.among(visit.tx, visit.worker_on, menu)


async def _left(visit: Visit, menu: int, leaving: Leaving) -> None:
    await menus.left(visit.tx, visit.worker_on, menu, leaving, now=visit.now)


async def _stopped(visit: Visit, menu: int) -> None:
    await menus.stopped(visit.tx, visit.worker_on, menu, now=visit.now)


telling.TELLINGS[menus.MENU] = Telling(
    needs=Permission.MAKE_OPPORTUNITY,
    topic="sharing",
    occasion=menus.menu_occasion,
    opens=_opens,
    envelope=ENVELOPE,
    look=look,
    left=_left,
    stopped=_stopped,
    back=lambda menu: ("staff/menu_choose", {"menu": menu}),
    among=_among,
)

PLACES["staff/menu_choose"] = a_place(draw_choose, {"tick": on_tick, "to": on_to, "page": on_page})
PLACES["staff/menu_look"] = a_place(draw_look, {"next": on_next, "menu_back": to_back})
LIST["tell"] = STANDING["tell"] = to_choose
