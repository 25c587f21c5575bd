"""Joining in the chat: the link, the second check, what this is, and a free choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Place, Visit, first_name, go, number, stay
from bot.mouth import CardOut, Saying
from engagement import answering, audit, crisis, joining, staff_lock
from engagement.joining import Failed, Joined
from storage import cards, chats, invites, people, staff
from storage.ids import ChatId, StaffId
from storage.invites import DeadLink
from storage.staff import Staff
from surveys.definition import text_in


async def open_link(visit: Visit, code: str) -> None:
    """/start with a code from an invite."""
    chat = visit.saying.chat
    if visit.person or visit.staff:
        await _already_somebody(visit, code)
        return
    try:
        await joining.open_link(visit.tx, chat, code, now=visit.now)
    except DeadLink as dead:
        await dead_link(visit, dead)
        return
    visit.anew = True
    await go(visit, "join/check")


async def dead_link(visit: Visit, dead: DeadLink) -> None:
    """Say that the link opens nothing, and whom to ask for another."""
    visit.place, visit.anew = {"at": "stranger"}, True
    await visit.show("join/dead", reason=dead.reason, who=await _name(visit, dead.who))


async def _already_somebody(visit: Visit, code: str) -> None:
    """Their own link again is harmless; anybody else's changes nothing, for them or for its owner."""
    try:
        found = await invites.find(visit.tx, code, now=visit.now)
    except DeadLink:
        found = None
    if found is not None:
        own = found.person == visit.who if visit.person else found.staff == visit.worker_on.id
        if not own:
            visit.more("join/taken")
            return
        await invites.use(visit.tx, found.id)
        if visit.staff:
            visit.staff = await staff_lock.new_link(visit.tx, visit.staff, now=visit.now)
    visit.anew = True
    await go(visit, "menu" if visit.person else "staff/menu")


async def draw_check(visit: Visit, _: Mapping[str, Any]) -> None:
    at = await joining.at(visit.tx, visit.saying.chat)
    asked = await joining.asks(visit.tx, at)
    await visit.show(
        "join/check",
        words=at.words,
        asks=await joining.asks_after(visit.tx, at) or "nothing",
        initials_typed=asked != "initials",
        tries_left=at.tries_left,
    )


async def on_words(visit: Visit, text: str) -> None:
    """Initials, or the agreed word; rubbed out of the chat either way."""
    await clear_typed(visit)
    if crisis.found(text):
        await stay(visit)  # a cry for help is no try
        return
    chat = visit.saying.chat
    at = await joining.at(visit.tx, chat)
    asked = await joining.asks(visit.tx, at)
    if asked == "word":
        await _settle(visit, await joining.check(visit.tx, chat, text, now=visit.now))
    elif asked == "day":
        typed = "".join(filter(str.isdigit, text)).lstrip("0")
        if typed and len(typed) <= 2:
            await _settle(visit, await joining.check(visit.tx, chat, typed, now=visit.now))
        else:
            await joining.give_initials(visit.tx, chat, text, now=visit.now)  # a changed mind: the last ones count
            await go(visit, "join/check")
    else:
        await _settle(visit, await joining.give_initials(visit.tx, chat, text, now=visit.now))


async def on_day(visit: Visit, day: str) -> None:
    await _settle(visit, await joining.check(visit.tx, visit.saying.chat, day, now=visit.now))


async def on_not_me(visit: Visit, _: str) -> None:
    await joining.not_me(visit.tx, visit.saying.chat)
    visit.place = {"at": "stranger"}
    await visit.show("unknown")


async def _settle(visit: Visit, outcome: Joined | Staff | Failed | None) -> None:
    if isinstance(outcome, Failed) and not outcome.left:
        visit.place = {"at": "stranger"}
        await visit.show("join/failed", who=await _name(visit, outcome.who))
    elif isinstance(outcome, Failed) or outcome is None:
        await go(visit, "join/check")
    elif isinstance(outcome, Staff):
        visit.staff = await staff_lock.seen(visit.tx, outcome, now=visit.now)
        await audit.note(visit.tx, outcome, audit.Action.LOGGED_IN, now=visit.now)
        await visit.card_was_sent(visit.now)
        await go(visit, "staff/welcome")
    else:
        visit.person = outcome.person
        if outcome.starts_afresh:
            visit.above("join/afresh")
        if outcome.moved_from is not None:
            visit.saying.elsewhere = await _left_behind(visit, outcome.moved_from)
        await go(visit, "join/welcome")


async def _left_behind(visit: Visit, chat: ChatId) -> Saying:
    """What the chat that was theirs until now shows from here on: whoever holds it hears that it has moved."""
    index = chats.index_of(visit.tx.keys, chat)
    card = await cards.of(visit.tx, index)
    await cards.drop(visit.tx, index)
    moved = visit.words("join/moved")
    if card is None or card.message is None:
        return Saying(chat, more=[moved])
    return Saying(chat, card=CardOut(index, moved, cards.new_version(), card.message), more=[visit.words("join/look")])


async def _name(visit: Visit, who: StaffId | None) -> str | None:
    return None if who is None else first_name(await staff.by_id(visit.tx, who))


async def draw_welcome(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("join/welcome", worker=await visit.worker_name())


async def on_yes(visit: Visit, _: str) -> None:
    """They want to see what there is: a survey that is open is offered first."""
    visit.above("checkin/offered")
    waiting = [one for one in await answering.offered(visit.tx, visit.who) if one.state != "sent"]
    if waiting:
        await go(visit, "start_offer", survey=waiting[0].opening.id)
    else:
        await go(visit, "menu")


async def draw_offer(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await answering.standing(visit.tx, visit.who, args["survey"])
    await visit.show(
        "start_offer",
        id=one.opening.id,
        title=text_in(one.asked.title, visit.language),
        minutes=one.asked.minutes,
    )


async def on_no(visit: Visit, _: str) -> None:
    """Not for me: the chat is let go of at once, and a new link can bring them back."""
    await people.unlink(visit.tx, visit.who)
    visit.person = None
    visit.place = {"at": "stranger"}
    await visit.show("join/declined")


async def on_survey(visit: Visit, survey: str) -> None:
    await go(visit, "survey", survey=number(survey))


async def on_menu(visit: Visit, _: str) -> None:
    await go(visit, "menu")


async def on_privacy(visit: Visit, _: str) -> None:
    await go(visit, "privacy", back=dict(visit.card.showing) if visit.card else {"at": "menu"})


async def draw_stranger(visit: Visit, _: Mapping[str, Any]) -> None:
    """A chat that is nobody's: there is no card to show, only what a link is needed for."""
    visit.more("unknown")


PLACES["stranger"] = Place(draw_stranger, {}, whose="anyone")
PLACES["join/check"] = Place(draw_check, {"day": on_day, "not_me": on_not_me}, on_words, whose="anyone")
PLACES["join/welcome"] = Place(draw_welcome, {"yes": on_yes, "no": on_no, "privacy": on_privacy})
PLACES["start_offer"] = Place(draw_offer, {"survey": on_survey, "menu": on_menu})
