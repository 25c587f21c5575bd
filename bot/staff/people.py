"""A worker's own people: who can be reached, a new link in one tap, and one line to one of them about a survey.

Before ten people have sent a survey nothing here differs between those who have sent it and those who have not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw, stay
from bot.screens import Screen
from bot.staff import menu
from bot.staff.paging import on_page, page_of
from engagement import audit, nudges, own_people
from engagement.audit import Action
from engagement.joining import details_name
from engagement.nudges import HasSent, NotALine, NotNow, NudgedBefore, NudgeRefused, Seen, WeekIsFull
from engagement.own_people import CannotJoin, Own
from engagement.staff import Permission
from storage import invites, staff
from storage.ids import PersonId, StaffId, SurveyId
from storage.invites import DeadLink
from surveys.definition import text_in

A_PAGE = 8
WHY: Mapping[type[NudgeRefused], str] = {NotNow: "not_now", NudgedBefore: "before", HasSent: "sent", WeekIsFull: "full"}
ONLY = ("everyone", "not_joined", "not_reached")
"""Whom the list can be cut down to."""


def _person(args: Mapping[str, Any]) -> PersonId:
    """Whose card it is. Raises: Garbled, where it is nobody's."""
    if "person" not in args:
        raise Garbled
    return PersonId(args["person"])


def _survey(args: Mapping[str, Any]) -> SurveyId:
    """What the line is to be about. Raises: Garbled, where the card is at nothing of the kind."""
    if "survey" not in args or "person" not in args:
        raise Garbled
    return SurveyId(args["survey"])


def _list(args: Mapping[str, Any]) -> dict[str, Any]:
    """Where on the list they were, to come back to it."""
    return {name: args[name] for name in ("only", "page") if name in args}


async def _own(visit: Visit, args: Mapping[str, Any]) -> Own:
    return await own_people.one(visit.tx, visit.worker_on, _person(args))


async def _note(visit: Visit, action: Action, person: PersonId, **about: int) -> None:
    await audit.note(visit.tx, visit.worker_on, action, now=visit.now, person=person, **about)


# The list


async def to_list(visit: Visit, _: str) -> None:
    await go(visit, "staff/people", **_list(visit.showing))


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    everyone = await own_people.of(visit.tx, visit.worker_on)
    only = args.get("only", "everyone")
    chosen = [own for own in everyone if only in ("everyone", own.state)]
    page = page_of(chosen, args, A_PAGE)
    await visit.show(
        "people/list",
        total=len(everyone),
        joined=sum(own.person.chat_index is not None for own in everyone),
        only=only,
        people=[{"id": own.person.id, "name": details_name(own.known), "state": own.state} for own in page.rows],
        page=page.number,
        pages=page.pages,
    )


async def on_only(visit: Visit, only: str) -> None:
    if only not in ONLY:
        raise Garbled
    await redraw(visit, only=only, page=1)


async def on_person(visit: Visit, person: str) -> None:
    own = await own_people.one(visit.tx, visit.worker_on, PersonId(number(person)))
    await _seen(visit, own)


async def _seen(visit: Visit, own: Own) -> None:
    await _note(visit, Action.PERSON_SEEN, own.person.id)
    await go(visit, "staff/person", person=own.person.id, **_list(visit.showing))


# Anybody, by reference


async def to_find(visit: Visit, _: str) -> None:
    await go(visit, "staff/find_person")


async def draw_find(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("people/find")


async def on_reference(visit: Visit, typed: str) -> None:
    await clear_typed(visit)
    person = await own_people.by_reference(visit.tx, visit.worker_on, typed)
    if person is None:
        visit.above("people/not_found")
        await stay(visit)
    else:
        await _seen(visit, await own_people.one(visit.tx, visit.worker_on, person))


# One person


async def to_person(visit: Visit, _: str) -> None:
    await go(visit, "staff/person", person=_person(visit.showing), **_list(visit.showing))


async def draw_person(visit: Visit, args: Mapping[str, Any]) -> None:
    own = await _own(visit, args)
    seen = await nudges.surveys(visit.tx, visit.worker_on, own.person.id)
    await visit.show(
        "people/card",
        who=details_name(own.known),
        state=own.state,
        surveys=[{"title": _title(visit, one), "sent": one.sent} for one in seen if one.sent is not None],
        unsaid=any(one.sent is None for one in seen),
        nudge=bool(seen) and own.state == "joined",
        own=own.person.worker == visit.worker_on.id,
    )


def _title(visit: Visit, seen: Seen) -> str:
    return text_in(seen.asked.title, visit.language)


async def on_details(visit: Visit, _: str) -> None:
    person = _person(visit.showing)
    await _own(visit, visit.showing)
    await _note(visit, Action.DETAILS_SHOWN, person)
    await go(visit, "staff/person_details", person=person, **_list(visit.showing))


async def draw_details(visit: Visit, args: Mapping[str, Any]) -> None:
    own = await _own(visit, args)
    spoken = visit.screens.languages.get(own.person.language)
    await visit.show(
        "people/details",
        who=details_name(own.known),
        preferred=own.known.preferred_name or None,
        phone=own.known.phone or None,
        email=own.known.email or None,
        language=spoken.name if spoken else own.person.language,
    )


# A new link


async def on_link(visit: Visit, _: str) -> None:
    """One tap: the link is made and shown. It lies sealed in the card while that shows it, and nowhere else."""
    person = _person(visit.showing)
    back = _list(visit.showing)
    try:
        new = await own_people.new_link(visit.tx, visit.worker_on, person, bot_name=visit.bot_name, now=visit.now)
    except CannotJoin:
        await go(visit, "staff/no_link", person=person, **back)
        return
    await _note(visit, Action.INVITE_MADE, person)
    await go(
        visit,
        "staff/new_link",
        person=person,
        start=visit.put_away(new.invited.start),
        words=visit.put_away(new.invited.words),
        link=visit.put_away(new.invited.link or ""),
        until=new.last_day.isoformat(),
        asks=new.asks,
        **back,
    )


async def draw_link(visit: Visit, args: Mapping[str, Any]) -> None:
    """The link while it works; the person's card once it has let them in, or a newer one was made."""
    own = await _own(visit, args)
    start = visit.take_out(args["start"]) if "start" in args else ""
    try:
        found = await invites.find(visit.tx, start, now=visit.now)
    except DeadLink:
        await go(visit, "staff/person", person=own.person.id, **_list(args))
        return
    await visit.show(
        "people/new_link",
        who=details_name(own.known),
        words=found.words,
        start=start,
        link=visit.take_out(args["link"]) or None,
        expires=found.expires_at,
        asks=args["asks"],
        joined=own.person.chat_index is not None,
    )


async def draw_no_link(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("people/no_link", who=details_name((await _own(visit, args)).known))


# A line of their own


async def to_nudge(visit: Visit, survey: str) -> None:
    """To write about the one survey that is open, or first which of them."""
    person, back = _person(visit.showing), _list(visit.showing)
    about = await nudges.surveys(visit.tx, visit.worker_on, person)
    if survey or len(about) == 1:
        chosen = number(survey) if survey else about[0].opening.id
        await go(visit, "staff/nudge", person=person, survey=chosen, **back)
    else:
        await go(visit, "staff/nudge_about", person=person, **back)


async def draw_about(visit: Visit, args: Mapping[str, Any]) -> None:
    about = await nudges.surveys(visit.tx, visit.worker_on, _person(args))
    await visit.show(
        "people/nudge_about", surveys=[{"id": one.opening.id, "title": _title(visit, one)} for one in about]
    )


async def _may_nudge(visit: Visit, args: Mapping[str, Any]) -> Seen | None:
    """What the line is about; None where it may not be written, and the card says why."""
    survey, own = _survey(args), await _own(visit, args)
    try:
        return await nudges.check(visit.tx, visit.settings, visit.worker_on, own.person.id, survey, now=visit.now)
    except NudgeRefused as refused:
        await _refused(visit, own, refused)
        return None


async def _refused(visit: Visit, own: Own, refused: NudgeRefused) -> None:
    by = refused.by if isinstance(refused, NudgedBefore) else None
    await visit.show(
        "people/no_nudge",
        who=details_name(own.known),
        why=WHY[type(refused)],
        by=None if by in (None, visit.worker_on.id) else first_name(await staff.by_id(visit.tx, StaffId(by or 0))),
        room_on=refused.room_on if isinstance(refused, WeekIsFull) else None,
    )


async def draw_nudge(visit: Visit, args: Mapping[str, Any]) -> None:
    seen = await _may_nudge(visit, args)
    if seen is not None:
        await visit.show("people/nudge", title=_title(visit, seen), max=nudges.MOST_CHARS)


async def on_line(visit: Visit, typed: str) -> None:
    """Keep it, sealed, until they have seen how it will look."""
    await clear_typed(visit)
    person, survey = _person(visit.showing), _survey(visit.showing)
    try:
        words = nudges.line(typed)
    except NotALine as refused:
        visit.above("people/not_a_line", max=nudges.MOST_CHARS, got=refused.got)
        await stay(visit)
        return
    await go(
        visit, "staff/nudge_preview", person=person, survey=survey, words=visit.put_away(words), **_list(visit.showing)
    )


def _typed(visit: Visit, args: Mapping[str, Any]) -> str:
    if "words" not in args:
        raise Garbled
    return visit.take_out(args["words"])


async def draw_preview(visit: Visit, args: Mapping[str, Any]) -> None:
    """The lock screen and the card as the young person sees them; whether they have begun is not said."""
    words, seen = _typed(visit, args), await _may_nudge(visit, args)
    if seen is None:
        return
    own = await _own(visit, args)
    language = own.person.language
    about = {
        "id": seen.opening.id,
        "title": text_in(seen.asked.title, language),
        "state": "new",
        "place": 0,
        "total": 0,
    }
    card = _as_seen(visit, language, "nudge/card", worker=first_name(visit.worker_on), words=words, **about)
    await visit.show(
        "people/nudge_preview",
        envelope=Markup(_as_seen(visit, language, "envelope/reminder").text),  # noqa: S704 - escaped by its template
        card=Markup(card.text),  # noqa: S704 - as above
        buttons=[button.label for row in card.rows for button in row],
    )


def _as_seen(visit: Visit, language: str, name: str, **context: object) -> Screen:
    return visit.screens.render(name, language, now=visit.now, s=visit.settings.spoken(language), **context)


async def on_send(visit: Visit, _: str) -> None:
    person, survey, words = _person(visit.showing), _survey(visit.showing), _typed(visit, visit.showing)
    back = _list(visit.showing)
    try:
        until = await nudges.send(visit.tx, visit.settings, visit.worker_on, person, survey, words, now=visit.now)
    except NudgeRefused:
        await go(visit, "staff/nudge", person=person, survey=survey, **back)  # which says why
        return
    await _note(visit, Action.NUDGE_SENT, person, survey=survey)
    await go(visit, "staff/nudge_sent", person=person, until=until.isoformat(), **back)


async def draw_sent(visit: Visit, args: Mapping[str, Any]) -> None:
    own = await _own(visit, args)
    until = datetime.fromisoformat(args["until"]) if "until" in args else None
    await visit.show("people/nudge_sent", who=details_name(own.known), until=until)


async def to_write(visit: Visit, _: str) -> None:
    await go(visit, "staff/nudge", person=_person(visit.showing), survey=_survey(visit.showing), **_list(visit.showing))


EVERYWHERE: dict[str, Handler] = {"people": to_list, "find_person": to_find}

menu.DOORS["people"] = (Permission.SEE_OWN_PEOPLE,)
menu.DOORS["find_person"] = (Permission.SEE_ANY_PERSON,)


def _place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, *, fades: str = "") -> Place:
    """Whose card it may be is asked of each person anew, whenever it is drawn."""
    return Place(draw, {**taps, "person": to_person}, words, whose="staff", fades=fades)


PLACES["staff/people"] = Place(
    draw_list,
    {"page": on_page, "only": on_only, "person": on_person},
    whose="staff",
    needs=Permission.SEE_OWN_PEOPLE,
)
PLACES["staff/find_person"] = Place(draw_find, {}, on_reference, whose="staff", needs=Permission.SEE_ANY_PERSON)
PLACES["staff/person"] = _place(draw_person, {"details": on_details, "link": on_link, "nudge": to_nudge})
PLACES["staff/person_details"] = replace(_place(draw_details, {}), fades="staff/person")
PLACES["staff/new_link"] = _place(draw_link, {}, fades="staff/person")
PLACES["staff/no_link"] = _place(draw_no_link, {})
PLACES["staff/nudge_about"] = _place(draw_about, {"nudge": to_nudge})
PLACES["staff/nudge"] = _place(draw_nudge, {}, on_line)
PLACES["staff/nudge_preview"] = _place(draw_preview, {"send": on_send, "change": to_write})
PLACES["staff/nudge_sent"] = _place(draw_sent, {})
