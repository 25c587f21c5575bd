"""Check-ins, for whoever gets them: who has answered, the tapped words on a tap, and one line back for who wants to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, stay
from bot.staff import menu
from bot.staff.paging import on_page, page_of
from engagement import checkin_digest, checkin_looks, checkin_replies, nudges, tasks
from engagement.checkin_records import Line
from engagement.checkin_replies import CannotReach, RepliedBefore, ReplyRefused
from engagement.joining import details_name
from engagement.nudges import NotALine
from engagement.staff import Permission
from engagement.tasks import TaskError
from storage import people
from storage.ids import CheckinId, PersonId

A_PAGE = 8
WHY: Mapping[type[ReplyRefused], str] = {CannotReach: "unreachable", RepliedBefore: "before"}


def _checkin(args: Mapping[str, Any]) -> CheckinId:
    """The check-in the card is at. Raises: Garbled, where it is at none."""
    if "checkin" not in args:
        raise Garbled
    return CheckinId(args["checkin"])


async def _name(visit: Visit, person: PersonId) -> str:
    return details_name(await people.details(visit.tx, person))


async def _about(visit: Visit, args: Mapping[str, Any]) -> Line:
    """Whose it is and of which day; nobody reads the words here."""
    return await checkin_looks.about(visit.tx, visit.settings, visit.worker_on, _checkin(args), now=visit.now)


# The list


async def to_list(visit: Visit, _: str) -> None:
    await go(visit, "staff/check_ins")


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    listed = await checkin_digest.listed(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    page = page_of(listed, args, A_PAGE)
    await visit.show(
        "staff/check_in/list",
        new=any(one.new for one in listed),
        rows=[
            {"id": one.line.checkin, "name": await _name(visit, one.line.person), "day": one.line.on, "new": one.new}
            for one in page.rows
        ],
        page=page.number,
        pages=page.pages,
    )


async def _something_is_there(visit: Visit) -> bool:
    return bool(await checkin_digest.listed(visit.tx, visit.settings, visit.worker_on, now=visit.now))


# One of them


async def on_look(visit: Visit, checkin: str) -> None:
    at = number(checkin) if checkin else _checkin(visit.showing)
    await go(visit, "staff/check_in", checkin=at)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    """What they tapped, in their words. That somebody looked is noted."""
    line = await checkin_looks.look(visit.tx, visit.settings, visit.worker_on, _checkin(args), now=visit.now)
    await visit.show(
        "staff/check_in/card",
        who=await _name(visit, line.person),
        day=line.on,
        said=[{"asked": asked, "words": words} for asked, words in line.said.items()],
        task=await _task_of(visit, line),
        replied=await checkin_replies.replied(visit.tx, line),
    )


async def _task_of(visit: Visit, line: Line) -> int | None:
    """The task it asks for, where this one may see it and it is still to be done."""
    if line.task is None:
        return None
    try:
        found = await tasks.look(visit.tx, visit.settings, visit.worker_on.id, line.task, now=visit.now)
    except TaskError:
        return None
    return found.id if found.live else None


async def draw_quiet(visit: Visit, args: Mapping[str, Any]) -> None:
    """The same without the words, until they are asked for again."""
    line = await _about(visit, args)
    await visit.show("staff/check_in/quiet", who=await _name(visit, line.person), day=line.on)


# A line back


async def to_reply(visit: Visit, _: str) -> None:
    await go(visit, "staff/check_in_reply", checkin=_checkin(visit.showing))


async def _may_reply(visit: Visit, args: Mapping[str, Any]) -> Line | None:
    """The check-in; None where no line can be written to it, and the card says why."""
    checkin = _checkin(args)
    try:
        return await checkin_replies.check(visit.tx, visit.settings, visit.worker_on, checkin, now=visit.now)
    except ReplyRefused as refused:
        line = await _about(visit, args)
        await visit.show("staff/check_in/no_reply", who=await _name(visit, line.person), why=WHY[type(refused)])
        return None


async def draw_reply(visit: Visit, args: Mapping[str, Any]) -> None:
    line = await _may_reply(visit, args)
    if line is not None:
        await visit.show("staff/check_in/reply", who=await _name(visit, line.person), max=nudges.MOST_CHARS)


async def on_line(visit: Visit, typed: str) -> None:
    """Keep it, sealed, until they have seen how it will look."""
    await clear_typed(visit)
    checkin = _checkin(visit.showing)
    try:
        words = nudges.line(typed)
    except NotALine as refused:
        visit.above("people/not_a_line", max=nudges.MOST_CHARS, got=refused.got)
        await stay(visit)
        return
    await go(visit, "staff/check_in_preview", checkin=checkin, words=visit.put_away(words))


def _typed(visit: Visit, args: Mapping[str, Any]) -> str:
    if "words" not in args:
        raise Garbled
    return visit.take_out(args["words"])


async def draw_preview(visit: Visit, args: Mapping[str, Any]) -> None:
    words, line = _typed(visit, args), await _may_reply(visit, args)
    if line is None:
        return
    language = (await people.by_id(visit.tx, line.person)).language
    spoken = visit.settings.spoken(language)
    render = visit.screens.render
    envelope = render("envelope/update", language, now=visit.now, s=spoken)
    card = render("checkin/reply", language, now=visit.now, s=spoken, worker=first_name(visit.worker_on), words=words)
    await visit.show(
        "staff/check_in/preview",
        envelope=Markup(envelope.text),  # noqa: S704 - escaped by its template
        card=Markup(card.text),  # noqa: S704 - as above
    )


async def on_send(visit: Visit, _: str) -> None:
    checkin, words = _checkin(visit.showing), _typed(visit, visit.showing)
    try:
        await checkin_replies.send(visit.tx, visit.settings, visit.worker_on, checkin, words, now=visit.now)
    except ReplyRefused:
        await go(visit, "staff/check_in_reply", checkin=checkin)  # which says why
        return
    await go(visit, "staff/check_in_replied", checkin=checkin)


async def draw_replied(visit: Visit, args: Mapping[str, Any]) -> None:
    line = await _about(visit, args)
    await visit.show("staff/check_in/replied", who=await _name(visit, line.person))


EVERYWHERE: dict[str, Handler] = {"check_ins_seen": to_list}

menu.DOORS["check_ins_seen"] = (Permission.TAKE_TASKS,)
menu.WHEN["check_ins_seen"] = _something_is_there

_ONE: dict[str, Handler] = {"look": on_look, "reply": to_reply}

PLACES["staff/check_ins"] = Place(
    draw_list, {"look": on_look, "page": on_page}, whose="staff", needs=Permission.TAKE_TASKS
)
PLACES["staff/check_in"] = Place(draw_look, _ONE, whose="staff", fades="staff/check_in_quiet")
PLACES["staff/check_in_quiet"] = Place(draw_quiet, _ONE, whose="staff")
PLACES["staff/check_in_reply"] = Place(draw_reply, _ONE, on_line, whose="staff")
PLACES["staff/check_in_preview"] = Place(
    draw_preview, {"send": on_send, "reply": to_reply, "look": on_look}, whose="staff", fades="staff/check_in_quiet"
)
PLACES["staff/check_in_replied"] = Place(draw_replied, {"look": on_look}, whose="staff")
