"""Ask everyone what should come first: ten cards or a list of one's own, looked at, then opened with or without a word.

What is typed for a list lies sealed on the card until it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from html import unescape
from typing import Any, Literal, cast

from bot.chat.choices import said
from bot.chat.events import Words
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.staff import loop
from engagement import answering, priorities
from engagement.london import today
from engagement.priorities import CARDS, LEAST, MOST, NAME, ListError
from engagement.staff import Permission
from storage import openings
from storage.ids import SurveyId
from storage.openings import AlreadyOpen, Opening
from surveys.definition import MAX_LABEL, text_in
from surveys.plan import TICKS

DAYS = (7, 14, 21, 28)
What = Literal["pick", "rank", "list"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A list of one's own, as far as it has been typed."""

    title: str
    question: str
    items: tuple[str, ...] = ()


def _what(args: Mapping[str, Any]) -> What:
    """What is to be asked. Raises: Garbled."""
    if args.get("what") not in (*CARDS, "list"):
        raise Garbled
    return cast("What", args["what"])


def _kept(args: Mapping[str, Any]) -> dict[str, Any]:
    """What every step carries on."""
    return {name: args[name] for name in ("what", "list", "days") if name in args}


def _draft(visit: Visit, args: Mapping[str, Any]) -> Draft:
    """What was typed so far; before anything was, the usual question and no items."""
    if "list" in args:
        found = json.loads(visit.take_out(args["list"]))
        return Draft(found["title"], found["question"], tuple(found["items"]))
    title, question = (unescape(visit.words(f"staff/priorities/usual_{what}").text) for what in ("title", "question"))
    return Draft(title, question)


def _sealed(visit: Visit, draft: Draft) -> str:
    return visit.put_away(json.dumps(asdict(draft)))


def _definition(visit: Visit, args: Mapping[str, Any]) -> tuple[str, str]:
    """The text to open, and what to call it. Raises: Garbled, ListError."""
    what = _what(args)
    if what == "list":
        draft = _draft(visit, args)
        return priorities.from_list(draft.title, draft.question, draft.items), NAME
    return priorities.ten_cards(what)


# What there is


async def to_home(visit: Visit, _: str) -> None:
    await go(visit, "staff/priorities")


async def draw_home(visit: Visit, _: Mapping[str, Any]) -> None:
    every = await priorities.every(visit.tx)
    newest = next((one for one in every if one.state == "closed"), None)
    await visit.show(
        "staff/priorities/home",
        open=[await _named(visit, one) for one in every if one.state == "open"],
        newest=None if newest is None else await _named(visit, newest),
    )


async def _named(visit: Visit, opening: Opening) -> dict[str, Any]:
    asked = await openings.questionnaire(visit.tx, opening.id)
    title = text_in(asked.title, visit.language)
    return {"id": opening.id, "title": title, "last_day": answering.last_day(opening)}


# A list of one's own


async def to_list(visit: Visit, _: str) -> None:
    await go(visit, "staff/priorities_list", **_kept(visit.showing) | {"what": "list"})


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    draft = _draft(visit, args)
    await visit.show(
        "staff/priorities/list", question=draft.question, items=draft.items, least=LEAST, most=MOST, max=MAX_LABEL
    )


async def on_items(visit: Visit, text: str) -> None:
    """Each line that was typed is one more thing on the list."""
    await clear_typed(visit)
    if not isinstance(visit.event, Words):
        return
    draft = _draft(visit, visit.showing)
    items = (*draft.items, *(line for line in (" ".join(one.split()) for one in text.splitlines()) if line))
    folded = [item.casefold() for item in items]
    if len(items) > MOST:
        visit.above("staff/priorities/not_added", why="many", most=MOST, max=MAX_LABEL, what=None)
    elif any(len(item) > MAX_LABEL for item in items):
        visit.above("staff/priorities/not_added", why="long", most=MOST, max=MAX_LABEL, what=None)
    elif len(set(folded)) < len(folded):
        visit.above("staff/priorities/not_added", why="twice", most=MOST, max=MAX_LABEL, what=None)
    else:
        draft = replace(draft, items=items)
    await redraw(visit, what="list", list=_sealed(visit, draft))


async def on_take_out(visit: Visit, _: str) -> None:
    """The last one goes again."""
    draft = _draft(visit, visit.showing)
    await redraw(visit, what="list", list=_sealed(visit, replace(draft, items=draft.items[:-1])))


async def to_question(visit: Visit, _: str) -> None:
    await go(visit, "staff/priorities_question", **_kept(visit.showing))


async def draw_question(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("staff/priorities/question", question=_draft(visit, args).question)


async def on_question(visit: Visit, text: str) -> None:
    """What was typed is what people are asked."""
    await clear_typed(visit)
    draft, question = _draft(visit, visit.showing), " ".join(text.split())
    if question:
        draft = replace(draft, question=question)
    await go(visit, "staff/priorities_list", **_kept(visit.showing) | {"what": "list", "list": _sealed(visit, draft)})


# Looking


async def on_cards(visit: Visit, mode: str) -> None:
    if mode not in CARDS:
        raise Garbled
    await go(visit, "staff/priorities_look", what=mode)


async def to_look(visit: Visit, _: str) -> None:
    await go(visit, "staff/priorities_look", **_kept(visit.showing) | {"what": _what(visit.showing)})


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    try:
        definition, source = _definition(visit, args)
    except ListError as error:
        what = error.mistakes[0] if error.mistakes else None
        visit.above("staff/priorities/not_added", why=error.why, most=MOST, max=MAX_LABEL, what=what and what.what)
        await go(visit, "staff/priorities_list", **_kept(args))
        return
    closes = _closes(visit, args)
    found = await priorities.preview(visit.tx, visit.settings, definition, source=source, closes=closes, now=visit.now)
    first = next(question for question in found.asked.questions if question.kind.value in TICKS)
    await visit.show(
        "staff/priorities/look",
        what=_what(args),
        title=said(visit, text_in(found.asked.title, visit.language)),
        question=said(visit, text_in(first.text, visit.language)),
        items=[said(visit, text_in(option.label, visit.language)) for option in first.options],
        minutes=found.asked.minutes,
        last_day=found.last_day,
        days=[{"arg": days, "on": found.last_day == _day(visit, days)} for days in DAYS],
        register=found.register,
        joined=found.joined,
        reach=len(found.reach.people),
        open_until=found.open_until,
        practice=visit.settings.practice,
    )


def _closes(visit: Visit, args: Mapping[str, Any]) -> date | None:
    days = args.get("days")
    return None if days not in DAYS else _day(visit, int(days))


def _day(visit: Visit, days: int) -> date:
    return today(visit.now) + timedelta(days=days)


async def on_days(visit: Visit, days: str) -> None:
    if number(days) not in DAYS:
        raise Garbled
    await redraw(visit, days=number(days))


# Opening


async def on_open(visit: Visit, how: str) -> None:
    if how not in ("tell", "quietly"):
        raise Garbled
    await go(visit, "staff/priorities_sure", **_kept(visit.showing), how=how)


async def draw_sure(visit: Visit, args: Mapping[str, Any]) -> None:
    definition, source = _definition(visit, args)
    found = await priorities.preview(
        visit.tx, visit.settings, definition, source=source, closes=_closes(visit, args), now=visit.now
    )
    await visit.show(
        "staff/priorities/sure",
        title=said(visit, text_in(found.asked.title, visit.language)),
        quietly=args.get("how") == "quietly",
        reach=len(found.reach.people),
        joined=found.joined,
        last_day=found.last_day,
    )


async def on_yes(visit: Visit, _: str) -> None:
    """It opens now, once, whoever else taps."""
    args = visit.showing
    if args.get("how") not in ("tell", "quietly"):
        raise Garbled
    definition, source = _definition(visit, args)
    try:
        opened = await priorities.open_them(
            visit.tx,
            visit.settings,
            visit.worker_on,
            definition,
            source=source,
            closes=_closes(visit, args),
            quietly=args["how"] == "quietly",
            now=visit.now,
        )
    except AlreadyOpen:
        await go(visit, "staff/priorities_look", **_kept(args))
        return
    await go(visit, "staff/priorities_opened", survey=opened.survey, how=args["how"])


async def draw_opened(visit: Visit, args: Mapping[str, Any]) -> None:
    if "survey" not in args:
        raise Garbled
    named = await _named(visit, await openings.find(visit.tx, SurveyId(args["survey"])))
    await visit.show(
        "staff/priorities/opened",
        title=said(visit, named["title"]),
        last_day=named["last_day"],
        quietly=args.get("how") == "quietly",
    )


def _place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.RUN_SURVEYS)


loop.DOORS["priorities"] = (Permission.RUN_SURVEYS,)
EVERYWHERE: dict[str, Handler] = {"priorities": to_home}
_LIST: dict[str, Handler] = {"own_list": to_list, "look": to_look}
PLACES["staff/priorities"] = _place(draw_home, {"cards": on_cards, **_LIST})
PLACES["staff/priorities_list"] = _place(
    draw_list, {"take_out": on_take_out, "question": to_question, **_LIST}, on_items
)
PLACES["staff/priorities_question"] = _place(draw_question, _LIST, on_question)
PLACES["staff/priorities_look"] = _place(draw_look, {"days": on_days, "open_it": on_open, **_LIST})
PLACES["staff/priorities_sure"] = _place(draw_sure, {"open_yes": on_yes, **_LIST})
PLACES["staff/priorities_opened"] = _place(draw_opened, {})
