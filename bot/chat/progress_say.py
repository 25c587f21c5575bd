"""Saying something about what moved: without a name or with it, as the person chooses, and what becomes of it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import progress
from bot.chat.events import Words
from bot.chat.typed import clear_typed, leave_too_long
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go
from bot.languages import clip
from engagement import crisis, round_told, signing, voice
from engagement.rota import NobodyToAsk
from engagement.signing import Offer
from storage.ids import RoundId

LONGEST = 800
"""What was promised stands before the words, so that whoever reads them knows what they are about."""

LONGEST_TITLE = 80


async def _about(visit: Visit, args: Mapping[str, Any]) -> tuple[RoundId, str]:
    """The round it is about, and what was promised; nothing for all of it. Raises: Garbled, NotTold, RoundOver."""
    found = await progress.told(visit, args)
    await round_told.takes_comments(visit.tx, found.of.id, now=visit.now)
    if not isinstance(args.get("promise"), int):
        raise Garbled
    if args["promise"] == 0:
        return found.of.id, ""
    one = next((one for one in found.moved if one.promise == args["promise"]), None)
    if one is None:
        raise Garbled
    return found.of.id, one.we_will


async def _offer(visit: Visit) -> Offer | None:
    """Who would answer, and by when; None where nobody could."""
    try:
        return await signing.offer(visit.tx, visit.settings, visit.who, visit.now)
    except NobodyToAsk:
        return None


def _who(offer: Offer | None) -> dict[str, Any]:
    return {"owner": first_name(offer.owner) if offer else None, "day": offer.due_at if offer else None}


def _at(visit: Visit) -> dict[str, Any]:
    return {name: visit.showing[name] for name in ("round", "promise", "n") if name in visit.showing}


async def draw_say(visit: Visit, args: Mapping[str, Any]) -> None:
    _, we_will = await _about(visit, args)
    await visit.show("round/say", we_will=we_will, **_who(await _offer(visit)))


def _to_write(*, signed: bool) -> Handler:
    async def to_write(visit: Visit, _: str) -> None:
        await go(visit, "round/write", **_at(visit), signed=signed)

    return to_write


async def draw_write(visit: Visit, args: Mapping[str, Any]) -> None:
    await _about(visit, args)
    offer = await _offer(visit) if args.get("signed") else None
    if args.get("signed") and offer is None:
        raise NobodyToAsk
    await visit.show("round/write", max=LONGEST, **_who(offer))


async def on_words(visit: Visit, text: str) -> None:
    """Keep what was typed, in the way that was chosen; it goes out of the chat once it is kept."""
    if not isinstance(visit.event, Words):
        return
    of, we_will = await _about(visit, visit.showing)
    if len(said := text.strip()) > LONGEST:
        await leave_too_long(visit, max=LONGEST, got=len(said))
        return
    whole = f"[{clip(we_will, LONGEST_TITLE)}] {said}" if we_will else said
    await (_sign if visit.showing.get("signed") else _leave)(visit, of, whole)
    await clear_typed(visit)
    await on_back(visit, "")


async def _leave(visit: Visit, of: RoundId, text: str) -> None:
    """Without a name. What becomes of it is a line above the card they came from: the card must not know they wrote."""
    monday = await voice.leave(visit.tx, kind="round", about=of, text=text, now=visit.now)
    visit.above("round/left", monday=monday)


async def _sign(visit: Visit, of: RoundId, text: str) -> None:
    signed = await signing.sign(visit.tx, visit.settings, visit.who, kind="round", about=of, text=text, now=visit.now)
    if crisis.found(text):
        opens = await signing.tell_at_once(visit.tx, visit.settings, signed.id, now=visit.now)
        visit.saying.more.clear()
        visit.more("help", status="signed", worker=first_name(signed.owner), day=opens, joined=True)
    visit.above("round/signed", owner=first_name(signed.owner), day=signed.due_at)


async def on_back(visit: Visit, _: str) -> None:
    """Back to the card it is about."""
    at = {name: value for name, value in _at(visit).items() if name != "promise"}
    await go(visit, "round", **at)


async def on_back_to_say(visit: Visit, _: str) -> None:
    await go(visit, "round/say", **_at(visit))


PLACES["round/say"] = Place(
    draw_say, {"without": _to_write(signed=False), "with": _to_write(signed=True), "back": on_back}
)
PLACES["round/write"] = Place(draw_write, {"back": on_back_to_say}, on_words)
