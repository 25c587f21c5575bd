"""Things to join, for staff: the list of them, how one begins, and a look at it before it opens.

What is typed, forwarded or sent as a picture goes out of the chat once it is kept. The steps between the beginning and
the look have a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.events import Thing, Words
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw, stay
from bot.staff import broadcast
from bot.staff.menu import DOORS
from bot.staff.paging import on_page, page_of
from bot.staff.seen import as_seen
from engagement import broadcasts, crisis, drop_ins, making, organising
from engagement.making import NotAStep, NotYet, Step
from engagement.opportunities import Opportunity, details
from engagement.staff import Permission, may
from storage.ids import OpportunityId

A_PAGE = 8


def about(args: Mapping[str, Any]) -> OpportunityId:
    """Which one the card is about. Raises: Garbled, where it is about none."""
    if "opportunity" not in args:
        raise Garbled
    return OpportunityId(args["opportunity"])


def a_place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, *, fades: str = "") -> Place:
    """A place in this room, for whoever may make something to join."""
    return Place(draw, taps, words, whose="staff", needs=Permission.MAKE_OPPORTUNITY, fades=fades)


# The list


async def to_list(visit: Visit, _: str) -> None:
    await go(visit, "staff/things")


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    member = visit.worker_on
    everything = (*await making.drafts(visit.tx, member), *await organising.listed(visit.tx, member))
    page = page_of(everything, args, A_PAGE)
    await visit.show(
        "staff/thing/list",
        things=[await _listed(visit, one) for one in page.rows],
        open=any(one.state == "open" for one in everything),
        take_up=may(member, Permission.SEE_RESPONSE),
        page=page.number,
        pages=page.pages,
    )


async def _listed(visit: Visit, one: Opportunity) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": details(one).title,
        "state": one.state,
        "confirmed": (await organising.counted(visit.tx, one.id, now=visit.now)).confirmed,
        "places": one.places,
        "on": one.starts_at if details(one).series else None,
    }


async def on_one(visit: Visit, one: str) -> None:
    """A draft goes on where it can be looked at; any other shows how it stands."""
    drafts = await making.drafts(visit.tx, visit.worker_on)
    there = any(draft.id == number(one) for draft in drafts)
    await go(visit, "staff/thing_preview" if there else "staff/thing", opportunity=number(one))


# Making one


async def to_new(visit: Visit, _: str) -> None:
    await go(visit, "staff/thing_new")


async def draw_new(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("staff/thing/new")


async def on_new(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    if crisis.found(text):  # the help card has come, and such words would stand on young people's phones
        await stay(visit)
        return
    await _begin(visit, text, None)


async def on_sent(visit: Visit, event: Words | Thing) -> None:
    """What was forwarded, or a picture with or without words: the start of a new one, or the flyer of this one."""
    await visit.clear(event.message, sent_at=event.sent_at)
    picture = event.photo if isinstance(event, Thing) else None
    if event.text.strip() and visit.showing.get("at") == "staff/thing_new":
        await _begin(visit, event.text, picture)
    elif picture is not None and "opportunity" in visit.showing:
        await making.put_picture(visit.tx, visit.worker_on, about(visit.showing), picture)
        visit.above("staff/thing/has_picture")
        await redraw(visit)
    else:
        visit.above("staff/thing/words_first")
        await redraw(visit)


async def on_forwarded(visit: Visit, _: str) -> None:
    """What was begun as something to send becomes something to join."""
    words = (await broadcast.draft(visit)).words
    await broadcasts.throw_away(visit.tx, visit.worker_on)
    await _begin(visit, words.text, words.picture)


async def _begin(visit: Visit, text: str, picture: str | None) -> None:
    try:
        begun = await making.begin(visit.tx, visit.worker_on, text, picture=picture)
    except NotAStep:
        await redraw(visit)
        return
    if making.is_cut(text):
        visit.above("staff/thing/cut", max=making.LONGEST_WORDS)
    only_title = "\n" not in text.strip()
    await go(visit, "staff/thing_step", opportunity=begun.id, step="do" if only_title else "kind", then="next")


def the_step(args: Mapping[str, Any]) -> Step:
    """Which step the card is at. Raises: Garbled, where it is at none."""
    for step in making.STEPS:
        if step == args.get("step"):
            return step
    raise Garbled


async def subject(visit: Visit, args: Mapping[str, Any]) -> Opportunity:
    """What is being made or changed: a draft of theirs, or one that is open and theirs to change."""
    if args.get("then") == "open":
        return await organising.find(visit.tx, visit.worker_on, about(args))
    return await making.draft(visit.tx, visit.worker_on, about(args))


# A look at it


async def draw_preview(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await making.draft(visit.tx, visit.worker_on, about(args))
    card, more = await as_seen(visit, found)
    await visit.show(
        "staff/thing/preview",
        card=more if args.get("more") else card,
        more=bool(args.get("more")),
        picture=details(found).picture is not None,
        interests=list(details(found).interests),
        unready=making.unready(found, now=visit.now),
        weeks=details(found).weeks,
        last_on=drop_ins.last_date(found),
    )


async def on_more(visit: Visit, _: str) -> None:
    """What stands behind the card, or the card again."""
    await redraw(visit, more=not visit.showing.get("more"))


async def on_change(visit: Visit, _: str) -> None:
    at = visit.showing.get("at")
    await go(visit, "staff/thing_change", opportunity=about(visit.showing), open=at == "staff/thing")


async def draw_change(visit: Visit, args: Mapping[str, Any]) -> None:
    is_open = bool(args.get("open"))
    found = await subject(visit, {**args, "then": "open"} if is_open else args)
    may_be = making.asked(found.kind) & (making.CHANGED_LATER if is_open else set(making.STEPS))
    await visit.show("staff/thing/change", steps=[step for step in making.STEPS if step in may_be], open=is_open)


async def on_step(visit: Visit, step: str) -> None:
    then = "open" if visit.showing.get("open") else "preview"
    await go(visit, "staff/thing_step", opportunity=about(visit.showing), step=the_step({"step": step}), then=then)


async def to_back(visit: Visit, _: str) -> None:
    """From a step or the list of them, to what is being changed; nothing is lost."""
    is_open = visit.showing.get("open") or visit.showing.get("then") == "open"
    await go(visit, "staff/thing" if is_open else "staff/thing_preview", opportunity=about(visit.showing))


async def on_picture(visit: Visit, _: str) -> None:
    found = await making.draft(visit.tx, visit.worker_on, about(visit.showing))
    if photo := details(found).picture:
        visit.photo("broadcast/picture", photo=photo, instead="broadcast/no_picture")
    await redraw(visit)


async def on_no_picture(visit: Visit, _: str) -> None:
    await making.put_picture(visit.tx, visit.worker_on, about(visit.showing), None)
    await redraw(visit)


async def on_throw(visit: Visit, _: str) -> None:
    await making.throw_away(visit.tx, visit.worker_on, about(visit.showing))
    visit.above("staff/thing/thrown")
    await go(visit, "staff/things")


async def on_open(visit: Visit, _: str) -> None:
    """It opens as it was looked at; whoever would be told of it is told by another tap."""
    try:
        opened = await making.open_it(visit.tx, visit.worker_on, about(visit.showing), now=visit.now)
    except NotYet as error:
        await go(visit, "staff/thing_step", opportunity=about(visit.showing), step=error.step, then="preview")
        return
    visit.above("staff/thing/opened", dates=len(opened))
    await go(visit, "staff/thing", opportunity=opened[0].id)


DOORS["opportunities"] = (Permission.MAKE_OPPORTUNITY,)
EVERYWHERE: dict[str, Handler] = {"opportunities": to_list}
broadcast.WHOM["thing"] = on_forwarded
for _place in ("staff/thing_new", "staff/thing_preview"):
    broadcast.TAKES[_place] = on_sent

LIST: dict[str, Handler] = {"new": to_new, "one": on_one, "page": on_page}
"""What the list leads to; the rooms beside this one add theirs."""

PLACES["staff/things"] = a_place(draw_list, LIST)
PLACES["staff/thing_new"] = a_place(draw_new, {}, on_new)
PLACES["staff/thing_change"] = a_place(draw_change, {"step": on_step, "back": to_back})
PLACES["staff/thing_preview"] = a_place(
    draw_preview,
    {
        "open": on_open,
        "more": on_more,
        "change": on_change,
        "picture": on_picture,
        "no_picture": on_no_picture,
        "throw": on_throw,
    },
)
