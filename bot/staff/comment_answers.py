"""An answer to a group of comments or to somebody who signed one: looked at before it goes, then told to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Visit, first_name, go, stay
from bot.chat.voice_answers import show_answers
from bot.staff import telling
from bot.staff.comments import (
    a_place,
    about_of,
    group_of,
    note,
    on_page,
    reads_comments,
    round_args,
    to_answer,
    to_group,
    who_signed,
)
from bot.staff.telling import Telling
from engagement import answer_groups, signing
from engagement import answering_comments as answering
from engagement.answering_comments import AnswerRefused
from engagement.audit import Action
from engagement.staff import Permission
from engagement.telling import Leaving
from engagement.telling import told as told_people
from storage import staff
from storage.ids import AnswerGroupId, SignedCommentId

# What was signed


def _signed(args: Mapping[str, Any]) -> SignedCommentId:
    """Raises: Garbled, where the card is at nothing that was signed."""
    if not isinstance(args.get("comment"), int):
        raise Garbled
    return SignedCommentId(args["comment"])


async def draw_signed(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await signing.look(visit.tx, visit.worker_on, _signed(args))
    if visit.showing.get("comment") != one.id:
        await note(visit, Action.COMMENTS_READ, signed=one.id)
    by = None if one.by is None else first_name(await staff.by_id(visit.tx, one.by))
    await visit.show(
        "staff/comments/signed",
        who=await who_signed(visit, one),
        kind=one.kind,
        text=one.text,
        state=one.state,
        due=one.due_at,
        owner=first_name(await staff.by_id(visit.tx, one.owner)),
        mine=one.owner == visit.worker_on.id,
        reads=reads_comments(visit),
        by=by,
        answer=one.answer,
    )


# An answer


async def draw_answer(visit: Visit, args: Mapping[str, Any]) -> None:
    about = about_of(args)
    await visit.show(
        "staff/comments/answer",
        everyone="group" in about,
        name=await _named(visit, about),
        max=answering.LONGEST_ANSWER,
    )


async def _named(visit: Visit, about: Mapping[str, Any]) -> str:
    """What the answer is to: a group by its name, or somebody by theirs. Raises where it is not theirs to answer."""
    if "group" in about:
        return (await answer_groups.group(visit.tx, visit.worker_on, group_of(about))).name
    return await who_signed(visit, await signing.look(visit.tx, visit.worker_on, _signed(about)))


async def on_answer_typed(visit: Visit, words: str) -> None:
    await clear_typed(visit)
    about = about_of(visit.showing)
    await _named(visit, about)
    try:
        sealed = visit.put_away(answering.fitting(words))
    except AnswerRefused as error:
        visit.above("staff/comments/too_long", max=error.max, got=error.got)
        await stay(visit)
        return
    await go(visit, "staff/comment_preview", **about, words=sealed)


def _words(visit: Visit, args: Mapping[str, Any]) -> str:
    """What was typed and looked at. Raises: Garbled."""
    if not isinstance(args.get("words"), str):
        raise Garbled
    return visit.take_out(args["words"])


async def draw_preview(visit: Visit, args: Mapping[str, Any]) -> None:
    about, words = about_of(args), _words(visit, args)
    await visit.show("staff/comments/preview", everyone="group" in about, name=await _named(visit, about), answer=words)


async def on_say(visit: Visit, _: str) -> None:
    about, words = about_of(visit.showing), _words(visit, visit.showing)
    if "group" in about:
        await answering.answer_group(visit.tx, visit.worker_on, group_of(about), words, now=visit.now)
        await note(visit, Action.COMMENTS_REPLIED, group=group_of(about))
        await go(visit, "staff/comment_group", group=group_of(about), **round_args(about))
    else:
        await answering.answer_signed(visit.tx, visit.worker_on, _signed(about), words, now=visit.now)
        await note(visit, Action.COMMENTS_REPLIED, signed=_signed(about))
        await go(visit, "staff/signed", comment=_signed(about), **round_args(about))


# Telling everybody what was answered


async def _opens(_visit: Visit, _last: int) -> Mapping[str, Any]:
    return {"screen": "voice/answers"}


async def _look(visit: Visit, last: int) -> None:
    await go(visit, "staff/answers_look", last=last)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    await show_answers(visit, args, staff=True)


async def on_look_back(visit: Visit, _: str) -> None:
    if not isinstance(visit.showing.get("last"), int):
        raise Garbled
    await go(visit, "staff/tell", kind="answered", id=visit.showing["last"])


def _occasion(last: int) -> str:
    return f"answered:{last}:told"


async def _left(visit: Visit, last: int, leaving: Leaving) -> None:
    groups = await answer_groups.note_told(visit.tx, AnswerGroupId(last), now=visit.now)
    await note(visit, Action.COMMENTS_REPLIED, told=groups, people=leaving.chosen)


async def _stopped(visit: Visit, last: int) -> None:
    await note(visit, Action.TELLING_STOPPED, answered=last)
    if not await told_people(visit.tx, _occasion(last)):
        await answer_groups.untell(visit.tx, AnswerGroupId(last), now=visit.now)


telling.TELLINGS["answered"] = Telling(
    needs=Permission.REPLY_TO_COMMENTS,
    topic="news",
    occasion=_occasion,
    opens=_opens,
    envelope="envelope/something",
    look=_look,
    left=_left,
    stopped=_stopped,
    back=lambda _: ("staff/comments", {}),
)


_SIGNED: dict[str, Handler] = {"answer": to_answer, "under": to_group}
PLACES["staff/signed"] = a_place(draw_signed, _SIGNED, fades="staff/comments", anyone=True)
PLACES["staff/comment_answer"] = a_place(draw_answer, {}, on_answer_typed, anyone=True)
PLACES["staff/comment_preview"] = a_place(draw_preview, {"say": on_say, "answer": to_answer}, anyone=True)
PLACES["staff/answers_look"] = a_place(draw_look, {"page": on_page, "back": on_look_back})
