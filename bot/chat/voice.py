"""Saying something at any time, with a name or without one: who sees what by when is said first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import menu
from bot.chat.events import Words
from bot.chat.typed import clear_typed, leave_too_long
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, stay
from engagement import answer_groups, crisis, signing, voice
from engagement.rota import NobodyToAsk
from engagement.signing import Offer
from engagement.voice import Kind, WrongLength
from storage import staff
from storage.ids import SignedCommentId, StaffId
from storage.signed_comments import Kind as SignedKind
from storage.signed_comments import SignedComment
from storage.staff import Staff

KINDS: Mapping[str, Kind] = {"good": "good", "change": "change", "round": "round"}
"""What may be said with a name or without; thanks have a way of their own."""

SIGNED: Mapping[Kind, SignedKind] = {"good": "good", "change": "change", "round": "round"}

LATEST = 4


async def always(_: Visit) -> bool:
    return True


# The door


async def to_say(visit: Visit, _: str) -> None:
    await go(visit, "voice")


async def draw_home(visit: Visit, _: Mapping[str, Any]) -> None:
    """What can be said, what of theirs waits for an answer, and the latest answers they have got."""
    mine = [one for one in await signing.mine(visit.tx, visit.who) if one.kind != "thanks"]
    told = [await _told(visit, one) for one in reversed(mine[-LATEST:])]
    seen = [(one["owner"], one["state"]) for one in told]
    await visit.show(
        "voice/home",
        signed=[{**one, "nth": 1 + seen[:at].count(seen[at])} for at, one in enumerate(told)],
        answers=bool(await answer_groups.published(visit.tx, now=visit.now)),
    )


async def _told(visit: Visit, one: SignedComment) -> dict[str, Any]:
    """Who has it or has answered it, and by when."""
    owner = await staff.by_id(visit.tx, one.by or one.owner)
    return {"id": one.id, "owner": first_name(owner), "state": one.state, "day": one.due_at, "time": one.due_at}


async def to_signed(visit: Visit, comment: str) -> None:
    await go(visit, "voice/signed", comment=number(comment))


async def on_kind(visit: Visit, kind: str) -> None:
    if kind not in ("good", "change"):
        raise Garbled
    await go(visit, "voice/how", kind=kind)


# With a name, or without


def _carried(args: Mapping[str, Any]) -> dict[str, Any]:
    """What goes along from step to step: what is said, and where they came from."""
    return {name: args[name] for name in ("kind", "about", "staff", "back") if args.get(name)}


def _kind(args: Mapping[str, Any]) -> Kind:
    """Raises: Garbled, where the card is at nothing that could be said."""
    if args.get("kind") not in KINDS:
        raise Garbled
    return KINDS[str(args["kind"])]


async def _offer(visit: Visit) -> Offer | None:
    try:
        return await signing.offer(visit.tx, visit.settings, visit.who, visit.now)
    except NobodyToAsk:
        return None


async def _readers(visit: Visit) -> list[str]:
    return [first_name(one) for one in await voice.readers(visit.tx)]


async def draw_how(visit: Visit, args: Mapping[str, Any]) -> None:
    kind, offered = _kind(args), await _offer(visit)
    await visit.show(
        "voice/how",
        kind=kind,
        readers=await _readers(visit),
        monday=voice.monday_after(visit.now),
        **await _promise(visit, offered),
    )


async def _promise(visit: Visit, offered: Offer | None) -> dict[str, Any]:
    """Who would answer by when, and everybody who would see the name."""
    if offered is None:
        return {"owner": None, "sees": [], "due": None}
    others = [one for one in await voice.readers(visit.tx) if one.id != offered.owner.id]
    sees = [first_name(one) for one in (offered.owner, *others)]
    return {"owner": first_name(offered.owner), "sees": sees, "due": offered.due_at}


async def on_signed(visit: Visit, _: str) -> None:
    await go(visit, "voice/write", **_carried(visit.showing), signed=True)


async def on_no_name(visit: Visit, _: str) -> None:
    await go(visit, "voice/write", **_carried(visit.showing))


async def to_back(visit: Visit, _: str) -> None:
    """To where they came from; nothing was kept."""
    back = dict(visit.showing.get("back") or {"at": "voice"})
    await go(visit, back.pop("at"), **back)


# Thanks


async def to_thank(visit: Visit, _: str) -> None:
    await go(visit, "voice/thank")


async def draw_thank(visit: Visit, _: Mapping[str, Any]) -> None:
    there = await signing.could_thank(visit.tx, visit.who)
    await visit.show("voice/thank", people=[{"id": one.id, "name": one.name} for one in there])


async def on_thank(visit: Visit, whom: str) -> None:
    await go(visit, "voice/thank_how", staff=number(whom))


async def _thanked(visit: Visit, args: Mapping[str, Any]) -> Staff:
    """Whom they chose. Raises: Garbled, where it is nobody who could be thanked."""
    found = (one for one in await signing.could_thank(visit.tx, visit.who) if one.id == args.get("staff"))
    if (one := next(found, None)) is None:
        raise Garbled
    return one


async def draw_thank_how(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show(
        "voice/thank_how",
        thanked=first_name(await _thanked(visit, args)),
        readers=await _readers(visit),
        monday=voice.monday_after(visit.now),
    )


# The words


async def draw_write(visit: Visit, args: Mapping[str, Any]) -> None:
    thanked = first_name(await _thanked(visit, args)) if args.get("staff") else None
    if thanked is None:
        _kind(args)
    offered = await _offer(visit) if args.get("signed") and thanked is None else None
    if args.get("signed") and thanked is None and offered is None:
        await go(visit, "voice/how", **_carried(args))  # whoever would have answered has gone meanwhile
        return
    await visit.show(
        "voice/write",
        signed=bool(args.get("signed")),
        thanked=thanked,
        **await _promise(visit, offered),
        max=voice.LONGEST,
    )


async def on_words(visit: Visit, text: str) -> None:
    """Kept, and rubbed out of the chat; what is too long stays there, so that it can be shortened."""
    if not isinstance(visit.event, Words):
        return
    signed = None
    try:
        if visit.showing.get("signed"):
            signed = await _sign(visit, text)
        else:
            await _leave(visit, text)
    except WrongLength as error:
        await leave_too_long(visit, max=error.max, got=error.got)
        return
    await clear_typed(visit)
    if signed is None:
        await to_back(visit, "")
    else:
        await go(visit, "voice/signed", comment=signed, back=visit.showing.get("back"))


async def _leave(visit: Visit, text: str) -> None:
    """Without a name. The card goes back to what it showed before: nothing says that somebody has written."""
    at = visit.showing
    if at.get("staff"):
        mark = str((await _thanked(visit, at)).id)
        monday = await voice.leave(visit.tx, kind="thanks", text=text, mark=mark, now=visit.now)
    else:
        monday = await voice.leave(visit.tx, kind=_kind(at), about=at.get("about", 0), text=text, now=visit.now)
    visit.above("voice/kept", monday=monday)


async def _sign(visit: Visit, text: str) -> SignedCommentId:
    """With a name; which comment it is now."""
    at, whom = visit.showing, visit.showing.get("staff")
    done = await signing.sign(
        visit.tx,
        visit.settings,
        visit.who,
        kind="thanks" if whom else SIGNED[_kind(at)],
        about=at.get("about", 0),
        staff=StaffId(whom) if whom else None,
        text=text,
        now=visit.now,
    )
    if crisis.found(text):
        opens = await signing.tell_at_once(visit.tx, visit.settings, done.id, now=visit.now)
        visit.saying.more.clear()
        visit.more("help", status="signed", worker=first_name(done.owner), day=opens, joined=True)
    return done.id


menu.DOORS["say"] = always
menu.EVERYWHERE["say"] = to_say

_BACK: dict[str, Handler] = {"back": to_back}

PLACES["voice"] = Place(draw_home, {"kind": on_kind, "thank": to_thank, "signed": to_signed})
PLACES["voice/how"] = Place(draw_how, {**_BACK, "no_name": on_no_name, "sign": on_signed})
PLACES["voice/thank"] = Place(draw_thank, {**_BACK, "whom": on_thank})
PLACES["voice/thank_how"] = Place(draw_thank_how, {**_BACK, "no_name": on_no_name, "sign": on_signed})
PLACES["voice/write"] = Place(draw_write, {**_BACK, "show": stay}, on_words)
