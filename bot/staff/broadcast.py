"""Send something to my people, or to everyone: to whom, the words, a picture, and the line a locked phone shows.

The words lie in the draft and never in the chat: what is typed or forwarded here is taken out of it once it is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from html import unescape
from typing import Any

from bot.chat.events import Thing, Words
from bot.chat.typed import clear_typed as clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.staff.menu import DOORS
from engagement import broadcasts, own_words
from engagement.broadcasts import NothingToSend
from engagement.own_words import BadLine, BadText
from engagement.staff import Permission, may
from storage.broadcasts import Audience, Broadcast

OPENERS = 4

AUDIENCES: Mapping[str, Audience] = {"own": "own", "everyone": "everyone"}


async def draft(visit: Visit) -> Broadcast:
    """What they have begun. Raises: NotAllowed, NothingToSend."""
    return await broadcasts.draft(visit.tx, visit.worker_on)


# To whom


async def to_send(visit: Visit, _: str) -> None:
    """To whom; straight to the words where there is nothing to choose."""
    member = visit.worker_on
    offered = await broadcasts.audiences(visit.tx, member)
    begun = await _begun(visit) or await broadcasts.under_way(visit.tx, member, now=visit.now)
    if len(offered) > 1 or begun:
        await go(visit, "staff/send")
    else:
        await go(visit, "staff/send_write", audience=offered[0])


async def _begun(visit: Visit) -> bool:
    """Whether they have a draft that could be looked at."""
    try:
        return bool((await draft(visit)).words.text)
    except NothingToSend:
        return False


async def draw_whom(visit: Visit, args: Mapping[str, Any]) -> None:
    member = visit.worker_on
    last = await broadcasts.under_way(visit.tx, member, now=visit.now)
    begun = await _begun(visit)
    await visit.show(
        "staff/send/whom",
        audiences=await broadcasts.audiences(visit.tx, member),
        filled=begun and bool(args.get("filled")),
        draft=begun and not args.get("filled"),
        under_way=None if last is None else last.id,
        joins=begun and bool(args.get("filled")) and _could_be_joined(visit),
    )


async def on_whom(visit: Visit, whom: str) -> None:
    """For a draft that came with its words, to the opener; else to the words."""
    if whom not in await broadcasts.audiences(visit.tx, visit.worker_on):
        raise Garbled
    audience = AUDIENCES[whom]
    if visit.showing.get("filled") and await _begun(visit):
        await broadcasts.send_to(visit.tx, visit.worker_on, audience)
        await onward(visit)
    else:
        await go(visit, "staff/send_write", audience=audience)


async def onward(visit: Visit) -> None:
    """What is still missing, and when nothing is, a look at it."""
    words = (await draft(visit)).words
    if not words.text:
        await go(visit, "staff/send_write", draft=True)
    else:
        await go(visit, "staff/send_preview" if words.line else "staff/send_opener")


# The words


async def to_write(visit: Visit, _: str) -> None:
    await draft(visit)
    await go(visit, "staff/send_write", draft=True)


async def draw_write(visit: Visit, args: Mapping[str, Any]) -> None:
    begun = await draft(visit) if args.get("draft") else None
    await broadcasts.audiences(visit.tx, visit.worker_on)
    await visit.show(
        "staff/send/write",
        audience=args.get("audience"),
        text=begun.words.text if begun else "",
        picture=bool(begun and begun.words.picture),
        max=own_words.LONGEST_TEXT,
    )


async def on_write(visit: Visit, text: str) -> None:
    """Keep what was typed: as new words of the draft, or as a new draft."""
    if not isinstance(visit.event, Words):
        return
    member, at = visit.worker_on, visit.showing
    try:
        if at.get("draft"):
            await broadcasts.say(visit.tx, member, text)
        else:
            await broadcasts.begin(visit.tx, member, text, audience=AUDIENCES.get(at.get("audience", "")))
    except BadText as error:
        await _too_long(visit, visit.event, error.length)
        return
    await _kept(visit, visit.event)
    await _ask_whom(visit) if at.get("ask") else await onward(visit)


async def _too_long(visit: Visit, event: Words | Thing, got: int) -> None:
    """Nothing is lost: what was too long stays in the chat until a shorter one is kept."""
    if got:
        visit.above("staff/send/too_long", max=own_words.LONGEST_TEXT, got=got)
    at = {name: value for name, value in visit.showing.items() if name in ("audience", "draft", "ask", "long")}
    visit.anew = True
    await go(visit, "staff/send_write", **{**at, "long": [*at.get("long", []), event.message]})


async def _kept(visit: Visit, event: Words | Thing) -> None:
    """It is in the draft now, and goes out of the chat, with any that were too long before it."""
    for earlier in visit.showing.get("long", []):
        await visit.clear(earlier)
    await visit.clear(event.message, sent_at=event.sent_at)


def _could_be_joined(visit: Visit) -> bool:
    """Whether what came with its words could become something to join instead."""
    return "thing" in WHOM and may(visit.worker_on, Permission.MAKE_OPPORTUNITY)


async def _ask_whom(visit: Visit) -> None:
    if len(await broadcasts.audiences(visit.tx, visit.worker_on)) > 1 or _could_be_joined(visit):
        await go(visit, "staff/send", filled=True)
    else:
        await onward(visit)


# What was forwarded, and pictures


def may_begin(visit: Visit) -> bool:
    """Whether what this chat forwards, or a picture from it, begins something to send."""
    return visit.staff is not None and any(may(visit.staff, one) for one in broadcasts.NEEDS)


TAKES: dict[str, Callable[[Visit, Words | Thing], Awaitable[None]]] = {}
"""Places at which what is forwarded, or a picture, is meant for the place itself, and begins nothing to send."""


def _taken_there(visit: Visit) -> Callable[[Visit, Words | Thing], Awaitable[None]] | None:
    return TAKES.get(str(visit.showing.get("at")))


async def on_forwarded(visit: Visit, event: Words) -> None:
    """A forwarded text is the words of a new draft."""
    if (taken := _taken_there(visit)) is not None:
        await taken(visit, event)
    else:
        await _begin(visit, event, None)


async def on_photo(visit: Visit, event: Thing) -> None:
    """A picture with words begins a new draft; one without goes with what is begun, or waits for its words."""
    if (taken := _taken_there(visit)) is not None:
        await taken(visit, event)
    elif not event.text.strip() and str(visit.showing.get("at")).startswith("staff/send"):
        try:
            await _add_picture(visit, event, await draft(visit))
        except NothingToSend:
            await _begin(visit, event, event.photo)
    else:
        await _begin(visit, event, event.photo)


async def _add_picture(visit: Visit, event: Thing, begun: Broadcast) -> None:
    """The rest of an album comes one by one: the first picture stays."""
    await visit.clear(event.message, sent_at=event.sent_at)
    if begun.words.picture is None:
        await broadcasts.put_picture(visit.tx, visit.worker_on, event.photo)
    else:
        visit.above("staff/send/one_picture")
    await redraw(visit)


async def _begin(visit: Visit, event: Words | Thing, picture: str | None) -> None:
    visit.anew = True
    try:
        await broadcasts.begin(visit.tx, visit.worker_on, event.text, picture=picture)
    except BadText as error:
        if picture is not None:  # the picture is kept all the same, and waits for shorter words
            await broadcasts.begin(visit.tx, visit.worker_on, "", picture=picture)
        if error.length:
            visit.above("staff/send/too_long", max=own_words.LONGEST_TEXT, got=error.length)
        await go(visit, "staff/send_write", draft=picture is not None, ask=True, long=[event.message])
        return
    await _kept(visit, event)
    if event.text.strip():
        await _ask_whom(visit)
    else:
        await go(visit, "staff/send_write", draft=True, ask=True)


# The opener


async def to_opener(visit: Visit, _: str) -> None:
    await go(visit, "staff/send_opener")


async def draw_opener(visit: Visit, _: Mapping[str, Any]) -> None:
    begun = await draft(visit)
    lines = [_shipped(visit, place) for place in range(1, OPENERS + 1)]
    await visit.show("staff/send/opener", lines=lines, line=begun.words.line)


def _shipped(visit: Visit, place: int) -> str:
    return unescape(visit.screens.render(f"opener/{place}", visit.language, now=visit.now, s=visit.settings).text)


async def on_line(visit: Visit, place: str) -> None:
    if not 1 <= number(place) <= OPENERS:
        raise Garbled
    await _open_with(visit, _shipped(visit, number(place)))


async def to_own_line(visit: Visit, _: str) -> None:
    await go(visit, "staff/send_own_line")


async def draw_own_line(visit: Visit, _: Mapping[str, Any]) -> None:
    await draft(visit)
    await visit.show("staff/send/own_line", max=own_words.LONGEST_LINE)


async def on_own_line(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    await _open_with(visit, text)


async def _open_with(visit: Visit, line: str) -> None:
    """Keep the line if a lock screen may show it; else say which words of it may not stand there."""
    try:
        await broadcasts.open_with(visit.tx, visit.settings, visit.worker_on, line)
    except BadLine as error:
        visit.above("staff/send/bad_line", why=error.why, words=error.words, max=own_words.LONGEST_LINE)
        await redraw(visit)
        return
    await onward(visit)


async def to_preview(visit: Visit, _: str) -> None:
    await onward(visit)


async def to_progress(visit: Visit, broadcast: str) -> None:
    await go(visit, "staff/send_progress", broadcast=number(broadcast))


DOORS["send"] = broadcasts.NEEDS
EVERYWHERE: dict[str, Handler] = {"send": to_send}


def a_place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    """Either right opens this door, so each step asks for itself."""
    return Place(draw, taps, words, whose="staff")


LOOK: dict[str, Handler] = {"preview": to_preview}

WHOM: dict[str, Handler] = {**LOOK, "whom": on_whom, "look": to_progress}
"""What can be done with words that came by themselves; another room may have a use of its own for them."""

PLACES["staff/send"] = a_place(draw_whom, WHOM)
PLACES["staff/send_write"] = a_place(draw_write, LOOK, on_write)
PLACES["staff/send_opener"] = a_place(draw_opener, {**LOOK, "line": on_line, "own": to_own_line})
PLACES["staff/send_own_line"] = a_place(draw_own_line, {"opener": to_opener}, on_own_line)
