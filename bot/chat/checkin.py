"""A check-in: what is said before the first tap, three cards with one tap each, and what was passed on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.chat import choices, contact
from bot.chat.events import Words
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw
from engagement import checkin_plans, checkin_rules, checkins, tasks
from engagement.checkins import HasPassed
from engagement.rota import NobodyToAsk
from storage.checkins import Checkin
from storage.ids import TaskId
from surveys.definition import Question, text_in


def day_of(args: Mapping[str, Any]) -> date:
    """The day the card is about. Raises: Garbled."""
    try:
        return date.fromisoformat(str(args.get("day")))
    except ValueError as error:
        raise Garbled from error


async def draw_checkin(visit: Visit, args: Mapping[str, Any]) -> None:
    """Wherever they are with it: not begun, in the middle, done, or over."""
    day = day_of(args)
    try:
        one = await checkins.at(visit.tx, visit.who, day)
    except HasPassed:
        await visit.show("checkin/passed", next=await _next(visit))
        return
    if one.state == "asked":
        await _show_open(visit)
    elif one.state == "begun":
        await go(visit, "checkin/question", day=day.isoformat(), q=_first_left(one).id)
    elif one.state == "sent":
        await go(visit, "checkin/done", day=day.isoformat())
    else:
        await visit.show("checkin/skipped", next=await _next(visit))


async def _show_open(visit: Visit) -> None:
    offered = await checkins.offer(visit.tx, visit.settings, visit.who, now=visit.now)
    plan = await checkin_plans.of(visit.tx, visit.who)
    details = await visit.details()
    await visit.show(
        "checkin/open",
        first=details.known_as,
        worker=first_name(offered.worker),
        day=offered.due_at,
        week=offered.week_due_at,
        known=plan is not None and plan.home_not_ok,
    )


def _first_left(one: Checkin) -> Question:
    """Where they stopped; the last question, where only that it is done is missing."""
    return checkin_rules.next_after(None, one.passed) or checkin_rules.asked().questions[-1]


async def _next(visit: Visit) -> date | None:
    plan = await checkin_plans.of(visit.tx, visit.who)
    return None if plan is None else plan.next_on


async def on_ok(visit: Visit, _: str) -> None:
    await checkins.begin(visit.tx, visit.who, day_of(visit.showing), now=visit.now)
    await redraw(visit)


async def on_not_today(visit: Visit, _: str) -> None:
    await checkins.not_today(visit.tx, visit.who, day_of(visit.showing))
    await redraw(visit)


async def on_no_more(visit: Visit, _: str) -> None:
    await checkin_plans.stop(visit.tx, visit.who)
    await go(visit, "checkin/stopped")


async def draw_stopped(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("checkin/stopped")


# The three cards


async def draw_question(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await checkins.at(visit.tx, visit.who, day_of(args))
    asked = checkin_rules.question(str(args.get("q")))
    if one.state != "begun" or asked is None:
        await go(visit, "checkin", day=one.on.isoformat())
        return
    known = checkin_rules.asked().questions
    where = {"place": 1 + known.index(asked), "total": len(known)}
    if visit.anew:  # a new message stands on the lock screen; a card that changes does not
        await visit.show("checkin/ready", **where)
        return
    await visit.show(
        "checkin/question",
        **where,
        text=choices.said(visit, asked.wording(visit.language)),
        rows=[[_button(visit, asked, at, one)] for at in range(len(asked.options))],
        way_out=asked.way_out,
    )


def _button(visit: Visit, asked: Question, at: int, one: Checkin) -> dict[str, object]:
    option = asked.options[at]
    label = choices.said(visit, text_in(option.label, visit.language))
    said = f"{option.emoji} {label}" if option.emoji else label
    return {"label": said, "arg": at, "chosen": one.taps.get(asked.id) == option.id}


async def on_pick(visit: Visit, option: str) -> None:
    asked = _asked(visit)
    picked = number(option)
    if picked >= len(asked.options):
        raise Garbled
    await _tapped(visit, asked, asked.options[picked].id)


async def on_skip(visit: Visit, _: str) -> None:
    await _tapped(visit, _asked(visit), None)


async def _tapped(visit: Visit, asked: Question, option: str | None) -> None:
    day = day_of(visit.showing)
    one = await checkins.tap(visit.tx, visit.settings, visit.who, day, asked.id, option, now=visit.now)
    following = checkin_rules.next_after(asked.id, one.passed)
    if following is None:
        await go(visit, "checkin", day=day.isoformat())
    else:
        await go(visit, "checkin/question", day=day.isoformat(), q=following.id)


async def on_show(visit: Visit, _: str) -> None:
    await redraw(visit)


async def on_back(visit: Visit, _: str) -> None:
    """To the question before; from the first one to the menu, where everything is kept."""
    earlier = checkin_rules.before(_asked(visit).id)
    if earlier is None:
        await go(visit, "menu")
    else:
        await redraw(visit, q=earlier.id)


def _asked(visit: Visit) -> Question:
    """The question the card is at. Raises: Garbled."""
    asked = checkin_rules.question(str(visit.showing.get("q")))
    if asked is None:
        raise Garbled
    return asked


# What was passed on


async def draw_done(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await checkins.at(visit.tx, visit.who, day_of(args))
    if one.state != "sent":
        await go(visit, "checkin", day=one.on.isoformat())
        return
    task = await checkins.came_of(visit.tx, one)
    asked = None if task is None else await tasks.promised(visit.tx, visit.who, task.id)
    try:
        offered = await checkins.offer(visit.tx, visit.settings, visit.who, now=one.sent_at or visit.now)
    except NobodyToAsk:
        offered = None
    await visit.show(
        "checkin/done",
        said=said(visit, one),
        worker=None if offered is None else first_name(offered.worker),
        day=None if offered is None else offered.due_at,
        owner=None if asked is None else first_name(asked.owner),
        due=None if asked is None else asked.due_at,
        backup=first_name(asked.backup) if asked is not None and asked.backup is not None else None,
        again=checkins.said_again(one),
    )


def said(visit: Visit, one: Checkin) -> list[dict[str, str]]:
    """What they tapped, in their language."""
    words = checkin_rules.words(one.taps, visit.language)
    return [{"id": asked.id, "label": choices.said(visit, label)} for asked, label in words]


async def to_asked(visit: Visit, _: str) -> None:
    """Who has been asked to be in touch, to change or cancel it."""
    task = await checkins.came_of(visit.tx, await checkins.at(visit.tx, visit.who, day_of(visit.showing)))
    if task is None:
        await redraw(visit)
    else:
        await go(visit, "contact/done", task=task.id, already=True, back=dict(visit.showing))


# What is typed


async def on_typed(visit: Visit, text: str) -> None:
    """The words of a button are a tap. Anything else goes to nobody before they say so."""
    if not isinstance(visit.event, Words):
        return
    await clear_typed(visit)
    asked = checkin_rules.question(str(visit.showing.get("q")))
    option = choices.option_typed(visit, asked, text) if asked is not None else None
    if option is not None:
        await on_pick(visit, str(option))
        return
    visit.anew = True
    await contact.pass_on(visit, text)


async def cry(visit: Visit, text: str) -> None:
    """Here everything has their name on it: worker and duty hear at once, and the help card says so, truthfully."""
    try:
        task = await _passed_on(visit, text[: contact.NOTE_CHARS])
    except NobodyToAsk:
        await clear_typed(visit)
        await contact.pass_on(visit, text)
        return
    await clear_typed(visit)
    await contact.tell_duty(visit, task)
    await redraw(visit)


async def _passed_on(visit: Visit, text: str) -> TaskId:
    """The task that has their words now: the one they wait for already, or a new one. Raises: NobodyToAsk."""
    waiting = [one for one in await tasks.mine(visit.tx, visit.who) if one.reason in checkins.IN_TOUCH]
    if waiting:
        both = f"{waiting[0].note}\n{text}".strip()
        await tasks.change_note(visit.tx, visit.who, waiting[0].id, both, now=visit.now)
        return waiting[0].id
    offered = await tasks.choices(visit.tx, visit.settings, visit.who, visit.now)
    return (await tasks.ask(visit.tx, visit.settings, visit.who, offered.owner.id, text, visit.now)).task


_OPEN: dict[str, Handler] = {"ok": on_ok, "not_today": on_not_today, "no_more": on_no_more}
_CARD: dict[str, Handler] = {"pick": on_pick, "skip": on_skip, "back": on_back, "show": on_show}

PLACES["checkin"] = Place(draw_checkin, _OPEN, signed=True)
PLACES["checkin/question"] = Place(draw_question, _CARD, on_typed, signed=True)
PLACES["checkin/done"] = Place(draw_done, {"asked": to_asked}, signed=True)
PLACES["checkin/stopped"] = Place(draw_stopped, {}, signed=True)
