"""What became of what they signed, and what was answered to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, TOAST_CHARS, Garbled, Place, Visit, first_name, go, number, redraw
from bot.chat.voice import to_back
from engagement import answer_groups, signing
from storage import staff
from storage.ids import SignedCommentId
from storage.signed_comments import SignedComment

# What was signed


async def _one(visit: Visit, args: Mapping[str, Any]) -> SignedComment:
    """What the card is about. Raises: Garbled, where it is about nothing; signing.NotYours."""
    if not isinstance(args.get("comment"), int):
        raise Garbled
    return await signing.of_writer(visit.tx, visit.who, SignedCommentId(args["comment"]))


async def draw_signed(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _one(visit, args)
    if one.state == "answered":
        await go(visit, "voice/answer", comment=one.id)
        return
    owner = first_name(await staff.by_id(visit.tx, one.owner))
    await visit.show("voice/signed", owner=owner, due=one.due_at, thanks=one.kind == "thanks")


async def on_take_back(visit: Visit, _: str) -> None:
    one = await _one(visit, visit.showing)
    await signing.take_back(visit.tx, visit.who, one.id)
    visit.above("voice/taken_back")
    await to_back(visit, "")


async def draw_moved(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _one(visit, args)
    if one.state != "open":
        await go(visit, "voice/signed", comment=one.id)
        return
    before = first_name(await staff.by_id(visit.tx, one.asked[-2])) if one.round else None
    owner = first_name(await staff.by_id(visit.tx, one.owner))
    await visit.show("voice/moved", owner=owner, was=before, due=one.due_at)


async def draw_answer(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _one(visit, args)
    if one.state != "answered" or one.by is None:
        await go(visit, "voice/signed", comment=one.id)
        return
    by = first_name(await staff.by_id(visit.tx, one.by))
    await visit.show("voice/answer", by=by, answer=one.answer, wrote_on=one.made_at)


async def on_reread(visit: Visit, _: str) -> None:
    """Their own words, in an alert: nothing of them comes back into the chat."""
    text = (await _one(visit, visit.showing)).text
    visit.alert(text if len(text) <= TOAST_CHARS else text[: TOAST_CHARS - 1] + "…")


# What was answered to everybody


async def to_answers(visit: Visit, _: str) -> None:
    await go(visit, "voice/answers")


async def draw_answers(visit: Visit, args: Mapping[str, Any]) -> None:
    await show_answers(visit, args, staff=False)


async def show_answers(visit: Visit, args: Mapping[str, Any], *, staff: bool) -> None:
    """One answer of those to everybody; the same card for staff who want to see it as it will be seen."""
    there = await answer_groups.published(visit.tx, now=visit.now)
    place = min(max(1, int(args.get("n", 1))), max(1, len(there)))
    one = there[place - 1] if there else None
    await visit.show(
        "voice/answers",
        name=one.name if one else None,
        answer=one.answer if one else "",
        answered_on=one.answered_on if one else None,
        place=place,
        total=len(there),
        staff=staff,
    )


async def on_page(visit: Visit, place: str) -> None:
    await redraw(visit, n=number(place))


menu.EVERYWHERE["answers"] = to_answers

PLACES["voice/signed"] = Place(draw_signed, {"take_back": on_take_back})
PLACES["voice/moved"] = Place(draw_moved, {"take_back": on_take_back})
PLACES["voice/answer"] = Place(draw_answer, {"reread": on_reread})
PLACES["voice/answers"] = Place(draw_answers, {"page": on_page})
