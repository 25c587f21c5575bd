"""How something to join stands, and for whoever organises it: who said yes, who came, no to somebody, calling it off.

The list has names, so it fades like every card with details. It is for the organiser alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Visit, go, number, redraw
from bot.staff.opportunities import LIST, a_place, about, on_change
from bot.staff.paging import on_page, page_of
from engagement import opportunities, organising, takeup
from engagement.making import NotAStep, TooLong
from engagement.organising import LONGEST_REASON, Guest
from storage.ids import PersonId

A_PAGE = 8


def _person(args: Mapping[str, Any]) -> PersonId:
    """Whose card it is. Raises: Garbled, where it is nobody's."""
    if "person" not in args:
        raise Garbled
    return PersonId(args["person"])


# How it stands


async def draw_standing(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await organising.standing(visit.tx, visit.worker_on, about(args), now=visit.now)
    await visit.show(
        "staff/thing/standing",
        number=opportunities.number(found.opportunity),
        title=found.details.title,
        state=found.opportunity.state,
        starts_at=found.opportunity.starts_at,
        places=found.opportunity.places,
        organiser=found.organiser,
        confirmed=found.counted.confirmed,
        asked=found.counted.asked,
        waiting=found.counted.waiting,
        maybe=found.counted.maybe,
        came=found.counted.came,
        felt=found.counted.felt,
        names=found.sees_names,
        changes=found.changes,
        begun=found.begun,
        tell=opportunities.takes_answers(found.opportunity, visit.now),
    )


async def to_standing(visit: Visit, _: str) -> None:
    await go(visit, "staff/thing", opportunity=about(visit.showing))


async def on_close(visit: Visit, _: str) -> None:
    await organising.close(visit.tx, visit.worker_on, about(visit.showing), now=visit.now)
    await redraw(visit)


async def on_reopen(visit: Visit, _: str) -> None:
    await organising.reopen(visit.tx, visit.worker_on, about(visit.showing), now=visit.now)
    await redraw(visit)


# Who said yes, and who came


async def to_people(visit: Visit, _: str) -> None:
    await go(visit, "staff/organiser", opportunity=about(visit.showing), page=visit.showing.get("page", 1))


async def draw_people(visit: Visit, args: Mapping[str, Any]) -> None:
    member, one = visit.worker_on, about(args)
    guests = await organising.guests(visit.tx, member, one, now=visit.now)
    found = await organising.standing(visit.tx, member, one, now=visit.now)
    page = page_of(guests, args, A_PAGE)
    await visit.show(
        "staff/thing/people",
        title=found.details.title,
        guests=[_said(guest) for guest in page.rows],
        marks=found.begun or found.opportunity.starts_at is None,
        came=sum(guest.came is True for guest in guests),
        page=page.number,
        pages=page.pages,
    )


def _said(guest: Guest) -> dict[str, Any]:
    return {
        "id": guest.person,
        "name": guest.name,
        "state": guest.state,
        "position": guest.position,
        "wants_help": guest.wants_help,
        "came": guest.came,
        "answer": guest.answer,
    }


async def on_came(visit: Visit, person: str) -> None:
    """Came, did not come, not said: one tap after another."""
    await organising.mark(visit.tx, visit.worker_on, about(visit.showing), PersonId(number(person)), now=visit.now)
    await redraw(visit)


async def on_marked(visit: Visit, _: str) -> None:
    came = await organising.marked(visit.tx, visit.worker_on, about(visit.showing), now=visit.now)
    visit.above("staff/thing/marked", people=came)
    await to_standing(visit, "")


async def on_guest(visit: Visit, person: str) -> None:
    page = visit.showing.get("page", 1)
    await go(visit, "staff/thing_guest", opportunity=about(visit.showing), person=number(person), page=page)


async def draw_guest(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await organising.guest(visit.tx, visit.worker_on, about(args), _person(args), now=visit.now)
    await visit.show(
        "staff/thing/guest",
        who=one.name,
        state=one.state,
        position=one.position,
        wants_help=one.wants_help,
        answer=one.answer,
    )


# No to somebody


async def to_no(visit: Visit, _: str) -> None:
    await go(visit, "staff/thing_no", opportunity=about(visit.showing), person=_person(visit.showing))


async def draw_no(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await organising.guest(visit.tx, visit.worker_on, about(args), _person(args), now=visit.now)
    await visit.show("staff/thing/no", who=one.name, max=LONGEST_REASON)


async def on_next_step(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    await _decline(visit, text)


async def on_other(visit: Visit, _: str) -> None:
    await _decline(visit, unescape(visit.words("staff/thing/next_step").text))


async def _decline(visit: Visit, next_step: str) -> None:
    at = visit.showing
    try:
        await organising.decline(visit.tx, visit.worker_on, about(at), _person(at), next_step, now=visit.now)
    except (TooLong, NotAStep) as error:
        _say_why(visit, error)
        await redraw(visit)
        return
    visit.above("staff/thing/told_no")
    await to_people(visit, "")


def _say_why(visit: Visit, error: TooLong | NotAStep) -> None:
    if isinstance(error, TooLong):
        visit.above("staff/thing/too_long", max=error.most, got=error.got)
    else:
        visit.above("staff/thing/not_that", step="what")


# Calling it off


async def to_cancel(visit: Visit, _: str) -> None:
    await go(visit, "staff/thing_cancel", opportunity=about(visit.showing))


async def draw_cancel(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await organising.standing(visit.tx, visit.worker_on, about(args), now=visit.now)
    await visit.show(
        "staff/thing/cancel",
        title=found.details.title,
        confirmed=found.counted.confirmed,
        asked=found.counted.asked,
        waiting=found.counted.waiting,
        maybe=found.counted.maybe,
        max=LONGEST_REASON,
    )


async def on_reason(visit: Visit, text: str) -> None:
    """The reason, to be read once more before anybody is told."""
    await clear_typed(visit)
    try:
        because = organising.reason(text)
    except (TooLong, NotAStep) as error:
        _say_why(visit, error)
        await redraw(visit)
    else:
        await go(visit, "staff/thing_sure", opportunity=about(visit.showing), because=visit.put_away(because))


async def draw_sure(visit: Visit, args: Mapping[str, Any]) -> None:
    if "because" not in args:
        raise Garbled
    found = await organising.standing(visit.tx, visit.worker_on, about(args), now=visit.now)
    people = found.counted.confirmed + found.counted.asked + found.counted.waiting + found.counted.maybe
    await visit.show(
        "staff/thing/sure", title=found.details.title, because=visit.take_out(args["because"]), people=people
    )


async def on_off(visit: Visit, _: str) -> None:
    at = visit.showing
    if "because" not in at:
        raise Garbled
    because = visit.take_out(at["because"])
    told = await organising.cancel(visit.tx, visit.worker_on, about(at), because, now=visit.now)
    visit.above("staff/thing/off", people=told)
    await to_standing(visit, "")


# Who joins in


async def to_take_up(visit: Visit, _: str) -> None:
    await go(visit, "staff/things_takeup")


async def draw_take_up(visit: Visit, _: Mapping[str, Any]) -> None:
    found = await takeup.take_up(visit.tx, visit.worker_on, now=visit.now)
    await visit.show(
        "staff/thing/takeup", people=found.people, share=found.share, or_more=found.or_more, groups=list(found.groups)
    )


LIST["takeup"] = to_take_up
_BACK: dict[str, Handler] = {"thing_back": to_standing}

STANDING: dict[str, Handler] = {
    "people": to_people,
    "change": on_change,
    "close": on_close,
    "reopen": on_reopen,
    "cancel": to_cancel,
}
"""What can be done from where one stands; the room of menus adds its way."""

PLACES["staff/thing"] = a_place(draw_standing, STANDING)
PLACES["staff/organiser"] = a_place(
    draw_people,
    {**_BACK, "came": on_came, "guest": on_guest, "marked": on_marked, "page": on_page},
    fades="staff/thing",
)
PLACES["staff/thing_guest"] = a_place(draw_guest, {"people": to_people, "no": to_no}, fades="staff/thing")
PLACES["staff/thing_no"] = a_place(draw_no, {"people": to_people, "other": on_other}, on_next_step, fades="staff/thing")
PLACES["staff/thing_cancel"] = a_place(draw_cancel, _BACK, on_reason)
PLACES["staff/thing_sure"] = a_place(draw_sure, {**_BACK, "off": on_off})
PLACES["staff/things_takeup"] = a_place(draw_take_up, {})
