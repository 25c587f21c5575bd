"""What people wrote, for whoever answers it: a card at a time, put into groups; and what waits with a name on it.

Names are only ever on what was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw, stay
from bot.staff import loop
from engagement import answer_groups, audit, signing
from engagement import answering_comments as answering
from engagement.answer_groups import GroupRefused, NotThere
from engagement.audit import Action
from engagement.joining import details_name
from engagement.staff import Permission, may
from storage import people
from storage.ids import AnswerGroupId, RoundId, SignedCommentId
from storage.signed_comments import SignedComment

MOST_SIGNED = 20


def _round(args: Mapping[str, Any]) -> RoundId | None:
    """The round whose comments these are; None for all that are about no round."""
    return RoundId(args["round"]) if isinstance(args.get("round"), int) else None


def round_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """What takes the next card to the same round."""
    return {"round": args["round"]} if "round" in args else {}


async def note(visit: Visit, action: Action, **about: int | str) -> None:
    """Which comment it was is not noted: nothing may lead to one from outside."""
    await audit.note(visit.tx, visit.worker_on, action, now=visit.now, **about)


# Where it begins


async def has_any(visit: Visit) -> bool:
    """Whether they read what people write, or were asked to answer some of it."""
    return reads_comments(visit) or bool(await answering.signed_for(visit.tx, visit.worker_on))


def reads_comments(visit: Visit) -> bool:
    """Whether they answer what comes without a name."""
    return may(visit.worker_on, Permission.REPLY_TO_COMMENTS)


async def to_comments(visit: Visit, about: str = "") -> None:
    """All that is about no round; with a round's number, all that is about it."""
    await go(visit, "staff/comments", **({"round": number(about)} if about else round_args(visit.showing)))


async def draw_comments(visit: Visit, args: Mapping[str, Any]) -> None:
    reads, of_round = reads_comments(visit), _round(args)
    waiting = (
        await answering.waiting(visit.tx, visit.worker_on, progress_round=of_round, now=visit.now) if reads else ()
    )
    groups = await answer_groups.groups(visit.tx, of_round) if reads else ()
    signed = await answering.signed_for(visit.tx, visit.worker_on)
    await visit.show(
        "staff/comments/home",
        reads=reads,
        waiting=len(waiting),
        groups=len(groups),
        unanswered=sum(not one.is_answered for one in groups),
        untold=len(await answer_groups.untold(visit.tx)) if reads and of_round is None else 0,
        signed=[
            {"id": one.id, "who": await who_signed(visit, one), "day": one.due_at, "time": one.due_at}
            for one in signed[:MOST_SIGNED]
        ],
        more=max(0, len(signed) - MOST_SIGNED),
        of_round=of_round is not None,
    )


async def who_signed(visit: Visit, one: SignedComment) -> str:
    """First name and last initial."""
    return details_name(await people.details(visit.tx, one.person))


async def on_signed(visit: Visit, which: str) -> None:
    await go(visit, "staff/signed", comment=number(which), **round_args(visit.showing))


async def on_tell(visit: Visit, _: str) -> None:
    untold = await answer_groups.untold(visit.tx)
    if reads_comments(visit) and untold:
        await go(visit, "staff/tell", kind="answered", id=max(one.id for one in untold))
    else:
        await redraw(visit)


# One comment without a name


async def on_read(visit: Visit, _: str) -> None:
    of_round = _round(visit.showing)
    waiting = await answering.waiting(visit.tx, visit.worker_on, progress_round=of_round, now=visit.now)
    if waiting:
        await go(visit, "staff/comment", key=waiting[0].key.hex(), **round_args(visit.showing))
    else:
        await redraw(visit)


def _key(args: Mapping[str, Any]) -> bytes:
    """Which comment the card is at. Raises: Garbled, where it is at none."""
    if not isinstance(args.get("key"), str):
        raise Garbled
    return bytes.fromhex(args["key"])


async def draw_comment(visit: Visit, args: Mapping[str, Any]) -> None:
    try:
        card = await answering.card(visit.tx, visit.worker_on, _key(args), now=visit.now)
    except NotThere:
        await go(visit, "staff/comments", **round_args(args))  # a colleague has put it somewhere
        return
    if visit.showing.get("key") != args["key"]:  # the same one drawn once more is not read once more
        await note(visit, Action.COMMENTS_READ)
    await visit.show(
        "staff/comments/card",
        kind=card.comment.kind,
        text=card.comment.text,
        place=card.place,
        total=card.total,
        to=None if card.to is None else first_name(card.to),
    )


async def on_next(visit: Visit, _: str) -> None:
    try:
        card = await answering.card(visit.tx, visit.worker_on, _key(visit.showing), now=visit.now)
    except NotThere:
        await on_read(visit, "")
        return
    await go(visit, "staff/comment", key=card.following.hex(), **round_args(visit.showing))


async def on_aside(visit: Visit, _: str) -> None:
    await answering.set_aside(visit.tx, visit.worker_on, _key(visit.showing), now=visit.now)
    await _to_next(visit)


async def on_pass(visit: Visit, _: str) -> None:
    await answering.pass_thanks_on(visit.tx, visit.worker_on, _key(visit.showing), now=visit.now)
    await _to_next(visit)


async def _to_next(visit: Visit) -> None:
    """The next that waits; after the last, where it began."""
    of_round = _round(visit.showing)
    left = await answering.waiting(visit.tx, visit.worker_on, progress_round=of_round, now=visit.now)
    if left:
        await go(visit, "staff/comment", key=left[0].key.hex(), **round_args(visit.showing))
    else:
        await go(visit, "staff/comments", **round_args(visit.showing))


async def draw_thanks(visit: Visit, args: Mapping[str, Any]) -> None:
    """Thanks without a name, for whom they thank."""
    text = await answering.thanks_for(visit.tx, visit.worker_on, _key(args), now=visit.now)
    await visit.show("staff/comments/thanks", text=text)


# Into a group, or to an answer


def about_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """What is to go into a group or to be answered, by its key or its number. Raises: Garbled."""
    found = {name: args[name] for name in ("key", "comment", "group") if name in args}
    if not found:
        raise Garbled
    return {**found, **round_args(args)}


async def to_group(visit: Visit, _: str) -> None:
    await go(visit, "staff/comment_under", **about_of(visit.showing))


async def to_answer(visit: Visit, _: str) -> None:
    await go(visit, "staff/comment_answer", **about_of(visit.showing))


async def draw_under(visit: Visit, args: Mapping[str, Any]) -> None:
    about_of(args)
    there = await answer_groups.groups(visit.tx, await _round_at(visit, args))
    await visit.show(
        "staff/comments/under",
        groups=[{"id": one.group.id, "name": one.group.name} for one in there[: answer_groups.MOST_GROUPS]],
        max=answer_groups.LONGEST_NAME,
    )


async def _round_at(visit: Visit, args: Mapping[str, Any]) -> RoundId | None:
    """The round that what the card is at is about."""
    if "comment" not in args:
        return _round(args)
    one = await signing.look(visit.tx, visit.worker_on, SignedCommentId(args["comment"]))
    return RoundId(one.about) if one.kind == "round" else None


async def on_under(visit: Visit, which: str) -> None:
    found = await answer_groups.group(visit.tx, visit.worker_on, AnswerGroupId(number(which)))
    await _put(visit, found.name)


async def on_under_typed(visit: Visit, name: str) -> None:
    """A new group, or one that is there."""
    await clear_typed(visit)
    try:
        await _put(visit, name)
    except GroupRefused:
        visit.above("staff/comments/no_group", max=answer_groups.LONGEST_NAME, most=answer_groups.MOST_GROUPS)
        await stay(visit)


async def _put(visit: Visit, name: str) -> None:
    about = about_of(visit.showing)
    if "comment" in about:
        which = SignedCommentId(about["comment"])
        found = await answering.sign_under(visit.tx, visit.worker_on, which, name, now=visit.now)
        if found.answered_on is not None:
            await note(visit, Action.COMMENTS_REPLIED, signed=which)
        await go(visit, "staff/comments", **round_args(about))
    else:
        await answering.put_under(visit.tx, visit.worker_on, _key(about), name, now=visit.now)
        await _to_next(visit)


# Groups


async def to_groups(visit: Visit, _: str) -> None:
    await go(visit, "staff/comment_groups", **round_args(visit.showing))


async def draw_groups(visit: Visit, args: Mapping[str, Any]) -> None:
    there = await answer_groups.groups(visit.tx, _round(args))
    await visit.show(
        "staff/comments/groups",
        groups=[
            {"id": one.group.id, "name": one.group.name, "size": one.size, "answered": one.is_answered}
            for one in there[: answer_groups.MOST_GROUPS]
        ],
    )


async def on_group(visit: Visit, which: str) -> None:
    await go(visit, "staff/comment_group", group=number(which), **round_args(visit.showing))


def group_of(args: Mapping[str, Any]) -> AnswerGroupId:
    """Raises: Garbled, where the card is at no group."""
    if not isinstance(args.get("group"), int):
        raise Garbled
    return AnswerGroupId(args["group"])


async def draw_group(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await answer_groups.group(visit.tx, visit.worker_on, group_of(args))
    texts = await answering.texts(visit.tx, visit.worker_on, found.id, now=visit.now)
    place = min(max(1, int(args.get("n", 1))), max(1, len(texts)))
    await visit.show(
        "staff/comments/group",
        name=found.name,
        text=texts[place - 1] if texts else None,
        place=place,
        total=len(texts),
        answer=found.answer if found.answered_on else None,
    )


async def on_page(visit: Visit, place: str) -> None:
    await redraw(visit, n=number(place))


async def on_undo(visit: Visit, _: str) -> None:
    """The group is gone, and what was in it waits to be read again."""
    await answer_groups.undo_group(visit.tx, visit.worker_on, group_of(visit.showing))
    await go(visit, "staff/comments", **round_args(visit.showing))


# How it has been when a worker changed


async def to_having_us(visit: Visit, _: str) -> None:
    await go(visit, "staff/having_us")


async def draw_having_us(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await answering.having_us(visit.tx, visit.worker_on, now=visit.now)
    place = min(max(0, int(args.get("n", 0))), len(found.words))
    await visit.show(
        "staff/comments/having_us",
        felt=found.felt,
        told=found.told,
        text=found.words[place - 1] if place else None,
        place=place,
        total=len(found.words),
    )


loop.DOORS["comments"] = (Permission.REPLY_TO_COMMENTS, Permission.TAKE_TASKS)
loop.WHEN["comments"] = has_any

EVERYWHERE: dict[str, Handler] = {"comments": to_comments}


def a_place(
    draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, *, fades: str = "", anyone: bool = False
) -> Place:
    """`anyone` of the staff: whose it is, is asked for each comment."""
    needs = None if anyone else Permission.REPLY_TO_COMMENTS
    return Place(draw, taps, words, whose="staff", needs=needs, fades=fades)


_HOME: dict[str, Handler] = {
    "read": on_read,
    "groups": to_groups,
    "signed": on_signed,
    "tell": on_tell,
    "having_us": to_having_us,
}
PLACES["staff/comments"] = a_place(draw_comments, _HOME, anyone=True)
_CARD: dict[str, Handler] = {"next": on_next, "under": to_group, "aside": on_aside, "pass": on_pass}
PLACES["staff/comment"] = a_place(draw_comment, _CARD)
PLACES["staff/comment_under"] = a_place(draw_under, {"in": on_under}, on_under_typed)
PLACES["staff/comment_groups"] = a_place(draw_groups, {"group": on_group})
_GROUP: dict[str, Handler] = {"page": on_page, "answer": to_answer, "undo": on_undo, "groups": to_groups}
PLACES["staff/comment_group"] = a_place(draw_group, _GROUP)
PLACES["staff/thanks"] = a_place(draw_thanks, {}, anyone=True)
PLACES["staff/having_us"] = a_place(draw_having_us, {"page": on_page})
