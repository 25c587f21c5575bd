"""What a young person said yes or maybe to: a place, a turn on the list, an offer, and how it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast, get_args

from bot.chat.opportunities import everything, is_mine, organiser, places_left, show_to_a_friend, which_of
from bot.chat.typed import clear_typed, leave_too_long
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw, stay
from bot.reports import calendar
from engagement import drop_ins, opportunities, place_answers, place_queue, place_times, places, tasks
from engagement.drop_ins import DROP_IN
from engagement.london import today
from engagement.opportunities import Opportunity
from engagement.places import Felt, NotOnOffer
from storage import opportunities as rows
from storage import staff
from storage.ids import OpportunityId
from storage.opportunities import HEARS, Interest

MOST: Final = 12
"""How many are listed; what is older has been."""


async def draw_things(visit: Visit, _: Mapping[str, Any]) -> None:
    answered = [one for one in await rows.of_person(visit.tx, visit.who) if is_mine(one)]
    known = [(await rows.find(visit.tx, one.opportunity), one) for one in answered]
    newest = sorted(known, key=lambda both: (not _is_on(*both), -both[0].id))[:MOST]
    await visit.show(
        "opportunity/mine",
        things=[
            {
                "id": row.id,
                "title": opportunities.details(row).title,
                "state": _state(visit, row, one),
                "starts_at": row.starts_at,
            }
            for row, one in newest
        ],
    )


STATES: Final = frozenset(get_args(rows.Stand)) - {"shown", "not_for_me"}


def _is_on(row: Opportunity, theirs: Interest) -> bool:
    return theirs.state in HEARS and row.state in ("open", "closed")


def _state(visit: Visit, row: Opportunity, theirs: Interest) -> str:
    """What there is to say of it now."""
    if theirs.state in HEARS and row.state == "cancelled":
        return "off"
    if places.was_there(row, theirs, visit.now):
        return "been"
    if theirs.state == "maybe" and (row.state == "over" or (row.starts_at and row.starts_at <= visit.now)):
        return "gone_by"
    return theirs.state


async def draw_thing(visit: Visit, args: Mapping[str, Any]) -> None:
    row, theirs = await _theirs(visit, args)
    said = opportunities.details(row)
    if args.get("more"):
        await visit.show("opportunity/more", **await everything(visit, row), joined=True)
        return
    drop_in, answers = row.kind == DROP_IN, opportunities.takes_answers(row, visit.now)
    declined = await places.declined(visit.tx, theirs)
    answer = await places.standing(visit.tx, visit.who, row.id)
    await visit.show(
        "opportunity/thing",
        title=said.title,
        state=_state(visit, row, theirs),
        position=answer.position if answer else None,
        accept_by=theirs.accept_by,
        starts_at=row.starts_at,
        where=said.where,
        organiser=await organiser(visit, row),
        undo=places.can_undo(theirs, visit.now),
        reminds=place_times.will_remind(row, visit.now),
        again=not theirs.live and theirs.state != "declined" and answers,
        drop_in=drop_in,
        open=drop_in and row.places is None,
        full=drop_in and await places_left(visit, row) == 0,
        maybe=drop_in and answers,
        on_today=row.starts_at is not None and today(row.starts_at) == today(visit.now),
        next_step=declined.next_step if declined else None,
        decided_by=first_name(await staff.by_id(visit.tx, declined.by)) if declined else None,
        because=said.cancelled_because,
        helper=await _helper(visit, row.id),
        felt=theirs.felt,
        asks=said.asks,
        answered=bool(theirs.answer),
    )


async def _helper(visit: Visit, which: OpportunityId) -> str | None:
    """Who has been asked to help them with it."""
    asked = await tasks.mine(visit.tx, visit.who)
    owners = [one.owner for one in asked if one.reason == place_queue.help_reason(which) and one.owner is not None]
    return first_name(await staff.by_id(visit.tx, owners[0])) if owners else None


async def _theirs(visit: Visit, args: Mapping[str, Any]) -> tuple[Opportunity, Interest]:
    """The opportunity and where they stand, for one who has said yes to it. Raises: Garbled, NotOnOffer."""
    theirs = await rows.interest_of(visit.tx, which_of(args), visit.who)
    if theirs is None or theirs.state not in STATES:
        raise NotOnOffer
    return await rows.find(visit.tx, theirs.opportunity), theirs


async def to_thing(visit: Visit, which: str) -> None:
    await go(visit, "thing", opportunity=number(which))


async def on_undo(visit: Visit, _: str) -> None:
    """As if it was never said; the card it was said on comes back."""
    which = which_of(visit.showing)
    await places.undo(visit.tx, visit.who, which, now=visit.now)
    visit.toast("toast/undone")
    await go(visit, "join", deck=[which], n=0)


# What the organiser asks


async def to_asks(visit: Visit, _: str) -> None:
    await go(visit, "thing/asks", opportunity=which_of(visit.showing))


async def draw_asks(visit: Visit, args: Mapping[str, Any]) -> None:
    row, theirs = await _theirs(visit, args)
    await visit.show(
        "opportunity/asks",
        asks=opportunities.details(row).asks or "",
        organiser=await organiser(visit, row),
        answer=place_answers.read(visit.tx, theirs),
        max=place_answers.LONGEST,
    )


async def on_answer(visit: Visit, text: str) -> None:
    """Kept, sealed, and rubbed out of the chat."""
    which = which_of(visit.showing)
    try:
        await place_answers.keep(visit.tx, visit.who, which, text, now=visit.now)
    except place_answers.AnswerTooLong as error:
        await leave_too_long(visit, max=error.max, got=error.got)
        return
    await clear_typed(visit)
    await go(visit, "thing", opportunity=which)


async def on_no_answer(visit: Visit, _: str) -> None:
    """Nothing to say, or no longer."""
    which = which_of(visit.showing)
    await place_answers.keep(visit.tx, visit.who, which, "", now=visit.now)
    await go(visit, "thing", opportunity=which)


async def to_back(visit: Visit, _: str) -> None:
    await go(visit, "thing", opportunity=which_of(visit.showing))


async def on_withdraw(visit: Visit, _: str) -> None:
    await drop_ins.say_no(visit.tx, visit.who, which_of(visit.showing), now=visit.now)
    await redraw(visit, more=False)


async def on_maybe(visit: Visit, _: str) -> None:
    """Not sure (any more): whoever waits is asked, and they are reminded on the day."""
    row, _mine = await _theirs(visit, visit.showing)
    if (await drop_ins.say_maybe(visit.tx, visit.who, row.id, now=visit.now)).state == "closed":
        visit.above("opportunity/gone")
    await redraw(visit, more=False)


async def on_accept(visit: Visit, _: str) -> None:
    await places.accept(visit.tx, visit.who, which_of(visit.showing), now=visit.now)
    await redraw(visit, more=False)


async def on_pass_up(visit: Visit, _: str) -> None:
    await places.decline_offer(visit.tx, visit.who, which_of(visit.showing), now=visit.now)
    await redraw(visit, more=False)


async def on_yes(visit: Visit, _: str) -> None:
    """Yes (again), from the end of the list."""
    row, _theirs_before = await _theirs(visit, visit.showing)
    if (await places.say_yes(visit.tx, visit.who, row.id, now=visit.now)).state == "closed":
        visit.above("opportunity/gone")
    await redraw(visit, more=False)


async def on_calendar(visit: Visit, _: str) -> None:
    """A file that says the time and nothing else; the card gets new buttons."""
    row, mine = await _theirs(visit, visit.showing)
    if row.starts_at is None:
        raise Garbled
    title = visit.words("opportunity/calendar", maybe=mine.state == "maybe").text
    file = calendar.event(
        title, about=f"opportunity {row.id}", starts_at=row.starts_at, ends_at=row.ends_at, now=visit.now
    )
    visit.file(calendar.FILE, file, "files/calendar_caption")
    await redraw(visit)


async def on_felt(visit: Visit, felt: str) -> None:
    if felt not in get_args(Felt):
        raise Garbled
    await places.say_how_it_was(visit.tx, visit.who, which_of(visit.showing), cast("Felt", felt), now=visit.now)
    await redraw(visit)


async def on_show(visit: Visit, _: str) -> None:
    row, _mine = await _theirs(visit, visit.showing)
    show_to_a_friend(visit, opportunities.details(row), row, await organiser(visit, row))
    await redraw(visit)


def _more(shown: bool) -> Handler:
    async def on_more(visit: Visit, _: str) -> None:
        await redraw(visit, more=shown)

    return on_more


PLACES["things"] = Place(draw_things, {"thing": to_thing})
PLACES["thing"] = Place(
    draw_thing,
    {
        "undo": on_undo,
        "withdraw": on_withdraw,
        "asks": to_asks,
        "maybe": on_maybe,
        "accept": on_accept,
        "pass_up": on_pass_up,
        "yes": on_yes,
        "calendar": on_calendar,
        "felt": on_felt,
        "show": on_show,
        "more": _more(True),
        "less": _more(False),
    },
)
PLACES["thing/asks"] = Place(
    draw_asks, {"nothing": on_no_answer, "back": to_back, "show": stay}, on_answer, signed=True
)
