"""Things to join: a card each, and on every card who sees what before anything is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, redraw
from engagement import drop_ins, opportunities, places, tasks
from engagement.drop_ins import DROP_IN
from engagement.opportunities import Details, Opportunity
from storage import opportunities as rows
from storage import staff
from storage.ids import OpportunityId
from storage.opportunities import HEARS, HOLDS_A_PLACE, Interest

MOST = 60
"""Cards in one go; there are never so many, and what a chat remembers stays small."""


async def any_to_join(visit: Visit) -> bool:
    """Whether there is anything to look at: something open, or something they once said yes to."""
    return bool(await opportunities.to_join(visit.tx, now=visit.now)) or await has_things(visit)


async def has_things(visit: Visit) -> bool:
    """Whether they have ever said yes or maybe to anything."""
    return any(is_mine(one) for one in await rows.of_person(visit.tx, visit.who))


def is_mine(one: Interest) -> bool:
    """Whether they have said yes to it, or maybe, and not taken that back as if it was never said."""
    return one.state == "maybe" or (one.turn is not None and one.state not in ("shown", "not_for_me"))


# One card after another


async def draw_join(visit: Visit, args: Mapping[str, Any]) -> None:
    """The cards that are new to them, or those they were sent; which they are is kept while they look through them."""
    free = await _free_to_join(visit)
    deck = await _deck(visit, args, free)
    at = min(int(args.get("n", 0)), max(0, len(deck) - 1))
    visit.place = {"at": "join", "deck": [one.id for one in deck], "n": at}
    others = len(free) > len(deck)
    if not deck:
        await visit.show("opportunity/none", all=others, mine=await has_things(visit))
        return
    shown = deck[at]
    await rows.see(visit.tx, shown.id, visit.who)
    if args.get("more"):
        visit.place = {**visit.place, "more": True}
        await visit.show("opportunity/more", **await everything(visit, shown), joined=False)
        return
    left = await places_left(visit, shown)
    await visit.show(
        card_of(shown),
        said=opportunities.details(shown),
        number=opportunities.number(shown),
        place=at + 1,
        total=len(deck),
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        organiser=await organiser(visit, shown),
        left=left,
        waiting=left == 0,
        all=others,
        mine=await has_things(visit),
    )


def card_of(shown: Opportunity) -> str:
    """The card it is shown on: a drop-in has three answers."""
    return "opportunity/drop_in" if shown.kind == DROP_IN else "opportunity/card"


async def _free_to_join(visit: Visit) -> Mapping[OpportunityId, Opportunity]:
    """All they could say yes to and have not answered, the newest first."""
    answered = {one.opportunity for one in await rows.of_person(visit.tx, visit.who) if one.state in HEARS}
    every = await opportunities.to_join(visit.tx, now=visit.now)
    return {one.id: one for one in every if one.id not in answered}


async def _deck(
    visit: Visit, args: Mapping[str, Any], free: Mapping[OpportunityId, Opportunity]
) -> Sequence[Opportunity]:
    """What there is to look through, without what has closed or they have said yes to since."""
    if "deck" in args:
        return [free[one] for one in map(OpportunityId, args["deck"]) if one in free]
    only = frozenset(OpportunityId(one) for one in args["only"]) if "only" in args else None
    return (await opportunities.new_to(visit.tx, visit.who, now=visit.now, only=only))[:MOST]


async def places_left(visit: Visit, shown: Opportunity) -> int | None:
    """How many places are free, as far as nobody waits for them; None where there are as many as like."""
    if shown.places is None:
        return None
    taken = await rows.interests(visit.tx, shown.id, states=rows.LIVE)
    if any(one.state == "waiting" for one in taken):
        return 0
    return max(0, shown.places - sum(one.state in HOLDS_A_PLACE for one in taken))


async def organiser(visit: Visit, shown: Opportunity) -> str:
    """The first name of whoever runs it."""
    return first_name(await staff.by_id(visit.tx, shown.organiser))


async def everything(visit: Visit, shown: Opportunity) -> dict[str, object]:
    """All there is to say of it."""
    return {
        "drop_in": shown.kind == DROP_IN,
        "said": opportunities.details(shown),
        "number": opportunities.number(shown),
        "starts_at": shown.starts_at,
        "ends_at": shown.ends_at,
        "answer_by": shown.answer_by,
        "organiser": await organiser(visit, shown),
        "places": shown.places,
    }


def show_to_a_friend(visit: Visit, said: Details, shown: Opportunity, by: str) -> None:
    """A message of its own, which may be kept and passed on; with its picture, where it has one."""
    words: dict[str, object] = {"said": said, "starts_at": shown.starts_at, "organiser": by}
    if said.picture is None:
        visit.more("opportunity/show", **words)
    else:
        visit.photo("opportunity/show", photo=said.picture, instead="opportunity/show", **words)


def _current(visit: Visit) -> OpportunityId:
    """Which one is on the card. Raises: Garbled, where none is."""
    deck, at = visit.showing.get("deck") or (), visit.showing.get("n", 0)
    if at >= len(deck):
        raise Garbled
    return OpportunityId(deck[at])


async def to_join(visit: Visit, _: str) -> None:
    await go(visit, "join")


async def to_things(visit: Visit, _: str) -> None:
    await go(visit, "things")


async def on_all(visit: Visit, _: str) -> None:
    """All there are, what they were shown before and what they do not like among them; of what repeats the next."""
    free = opportunities.next_dates((await _free_to_join(visit)).values())
    await go(visit, "join", deck=[one.id for one in free][:MOST], n=0)


def _turned(by: int) -> Handler:
    async def on_turned(visit: Visit, _: str) -> None:
        deck = visit.showing.get("deck") or ()
        if not deck:
            raise Garbled
        await redraw(visit, n=(visit.showing.get("n", 0) + by) % len(deck), more=False)

    return on_turned


async def on_more(visit: Visit, _: str) -> None:
    _current(visit)
    await redraw(visit, more=True)


async def on_less(visit: Visit, _: str) -> None:
    await redraw(visit, more=False)


async def on_yes(visit: Visit, _: str) -> None:
    """A place, or one on the list; what it is stands on the next card."""
    which = _current(visit)
    answer = await places.say_yes(visit.tx, visit.who, which, now=visit.now)
    if answer.state == "closed":
        visit.above("opportunity/gone")
        await redraw(visit, more=False)
        return
    asks = opportunities.details(await rows.find(visit.tx, which)).asks
    await go(visit, "thing/asks" if asks else "thing", opportunity=which)


async def on_maybe(visit: Visit, _: str) -> None:
    """They may come: nobody is told, and they are reminded on the day."""
    which = _current(visit)
    if (await drop_ins.say_maybe(visit.tx, visit.who, which, now=visit.now)).state == "closed":
        visit.above("opportunity/gone")
        await redraw(visit, more=False)
    else:
        await go(visit, "thing", opportunity=which)


async def on_no(visit: Visit, _: str) -> None:
    """Not for them: it goes, and the next one comes."""
    which = _current(visit)
    await places.not_for_me(visit.tx, visit.who, which)
    await redraw(visit, deck=[one for one in visit.showing["deck"] if one != which], more=False)


async def on_show(visit: Visit, _: str) -> None:
    """Below, to keep; the card gets new buttons, so that a second tap on the old ones is an old one."""
    shown = await rows.find(visit.tx, _current(visit))
    show_to_a_friend(visit, opportunities.details(shown), shown, await organiser(visit, shown))
    await redraw(visit)


# Help to apply


async def to_help(visit: Visit, _: str) -> None:
    await go(visit, "thing/help", opportunity=_current(visit))


async def draw_help(visit: Visit, args: Mapping[str, Any]) -> None:
    """Who would be asked to help, and by when, before anybody is."""
    shown = await rows.find(visit.tx, which_of(args))
    offer = await tasks.choices(visit.tx, visit.settings, visit.who, visit.now)
    await visit.show(
        "opportunity/help",
        title=opportunities.details(shown).title,
        organiser=await organiser(visit, shown),
        owner=first_name(offer.owner),
        names=[name.split()[0] for name in offer.names],
        day=offer.due_at,
        time=offer.due_at,
    )


async def on_ask_help(visit: Visit, _: str) -> None:
    which = which_of(visit.showing)
    answer, _asked = await places.ask_for_help(visit.tx, visit.settings, visit.who, which, now=visit.now)
    if answer.state == "closed":
        visit.above("opportunity/gone")
        await go(visit, "join")
    else:
        await go(visit, "thing", opportunity=which)


async def on_no_help(visit: Visit, _: str) -> None:
    await go(visit, "join", deck=[which_of(visit.showing)], n=0)


def which_of(args: Mapping[str, Any]) -> OpportunityId:
    """Which one a card is about. Raises: Garbled, where it is about none."""
    if "opportunity" not in args:
        raise Garbled
    return OpportunityId(args["opportunity"])


menu.DOORS["join"] = any_to_join
menu.EVERYWHERE["join"] = to_join
menu.EVERYWHERE["things"] = to_things
PLACES["join"] = Place(
    draw_join,
    {
        "yes": on_yes,
        "maybe": on_maybe,
        "more": on_more,
        "less": on_less,
        "no": on_no,
        "help_me": to_help,
        "show": on_show,
        "next": _turned(1),
        "before": _turned(-1),
        "all": on_all,
    },
)
PLACES["thing/help"] = Place(draw_help, {"ask_help": on_ask_help, "no_help": on_no_help})
