"""What people typed, on the card of whoever may read it: one text at a time, what goes black, what may be quoted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.chat.choices import said
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, stay
from engagement import audit, reading, redaction
from engagement.audit import Action
from engagement.reading import Card, ThemeRefused
from engagement.redaction import Kind, Span
from engagement.staff import Permission
from storage.ids import SurveyId
from storage.staff import Staff
from storage.store import Transaction
from surveys.definition import text_in

MOST_BUTTONS = 40

Change = Callable[[Transaction, Staff, SurveyId, int], Awaitable[object]]


def _survey(visit: Visit) -> SurveyId:
    """The survey whose list the card is at. Raises: Garbled, where it is at none."""
    if "survey" not in visit.showing:
        raise Garbled
    return SurveyId(visit.showing["survey"])


def _where(visit: Visit) -> tuple[SurveyId, int]:
    """The list and the place on it. Raises: Garbled."""
    return _named(visit.showing)


def _named(args: Mapping[str, Any]) -> tuple[SurveyId, int]:
    if "survey" not in args or "n" not in args:
        raise Garbled
    return SurveyId(args["survey"]), int(args["n"])


def _at(showing: Mapping[str, Any]) -> tuple[SurveyId, int] | None:
    """The text the card is at, if it is at one."""
    return _named(showing) if "survey" in showing and "n" in showing else None


async def _note(visit: Visit, action: Action, survey: SurveyId, **about: int | str) -> None:
    """Which text it was is not noted: nothing may lead to one from outside."""
    await audit.note(visit.tx, visit.worker_on, action, now=visit.now, survey=survey, **about)


# The list


async def to_list(visit: Visit, survey: str) -> None:
    await go(visit, "reading", survey=number(survey) if survey else _survey(visit))


async def draw_list(visit: Visit, args: Mapping[str, Any]) -> None:
    """The authority's instruction, each time before anything is read."""
    found = await reading.look(visit.tx, visit.settings, visit.worker_on, SurveyId(args["survey"]))
    await visit.show(
        "reading/start",
        title=text_in(found.asked.title, visit.language),
        total=found.total,
        read=found.read,
        due=found.due_at,
        following=found.following or 1,
    )


async def on_card(visit: Visit, place: str) -> None:
    await go(visit, "reading/card", survey=_survey(visit), n=number(place) if place else _where(visit)[1])


# One text


async def _card(visit: Visit, args: Mapping[str, Any]) -> Card:
    survey, place = _named(args)
    return await reading.card(visit.tx, visit.settings, visit.worker_on, survey, place)


async def draw_card(visit: Visit, args: Mapping[str, Any]) -> None:
    card = await _card(visit, args)
    if _at(visit.showing) != _named(args):  # the same text drawn once more is not read once more
        await _note(visit, Action.TYPED_READ, _named(args)[0])
    await visit.show(
        "reading/card",
        place=card.place,
        total=card.progress.total,
        read=card.progress.read,
        question=said(visit, card.question.wording(visit.language)),
        parts=parts(card.text, card.marks),
        marks=len(card.marks),
        ok_to_quote=card.ok_to_quote,
        state=card.state,
        words=card.words,
        themes=len(card.themes),
    )


def parts(text: str, marks: Sequence[Span]) -> list[dict[str, str | None]]:
    """The text in pieces, each with what stands in its place where it is blacked out."""
    found: list[dict[str, str | None]] = []
    at = 0
    for mark in marks:
        found += [
            {"text": text[at : mark.start], "instead": None},
            {"text": text[mark.start : mark.end], "instead": str(mark.kind)},
        ]
        at = mark.end
    return [piece for piece in (*found, {"text": text[at:], "instead": None}) if piece["text"]]


async def on_next(visit: Visit, _: str) -> None:
    """It is read now; the next one, and after the last the beginning."""
    survey, place = _where(visit)
    await reading.read(visit.tx, visit.worker_on, survey, place)
    total = (await reading.look(visit.tx, visit.settings, visit.worker_on, survey)).total
    if place < total:
        await go(visit, "reading/card", survey=survey, n=place + 1)
    else:
        await go(visit, "reading", survey=survey)


async def on_back(visit: Visit, _: str) -> None:
    survey, place = _where(visit)
    await go(visit, "reading/card", survey=survey, n=max(1, place - 1))


def _then_card(change: Change, decided: str) -> Handler:
    async def on_change(visit: Visit, _: str) -> None:
        survey, place = _where(visit)
        await change(visit.tx, visit.worker_on, survey, place)
        await _note(visit, Action.QUOTE_DECIDED, survey, decided=decided)
        await go(visit, "reading/card", survey=survey, n=place)

    return on_change


def _to(place: str) -> Handler:
    async def to_place(visit: Visit, _: str) -> None:
        survey, n = _where(visit)
        await go(visit, place, survey=survey, n=n)

    return to_place


# What goes black


async def draw_word(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("reading/word")


async def on_word(visit: Visit, text: str) -> None:
    """The words to black out; they do not stay in the chat."""
    await clear_typed(visit)
    survey, place = _where(visit)
    if await reading.black_out(visit.tx, visit.worker_on, survey, place, text):
        await go(visit, "reading/card", survey=survey, n=place)
    else:
        visit.above("reading/not_there")
        await stay(visit)


async def draw_marks(visit: Visit, args: Mapping[str, Any]) -> None:
    card = await _card(visit, args)
    marks = [{"start": mark.start, "words": card.text[mark.start : mark.end]} for mark in card.marks[:MOST_BUTTONS]]
    await visit.show("reading/marks", marks=marks)


async def on_unmark(visit: Visit, start: str) -> None:
    survey, place = _where(visit)
    await reading.undo_mark(visit.tx, visit.worker_on, survey, place, number(start))
    await go(visit, "reading/card", survey=survey, n=place)


# What may be quoted


async def to_confirm(visit: Visit, _: str) -> None:
    """What is shown there is what will stand, whoever else changes the marks meanwhile."""
    survey, place = _where(visit)
    card = await _card(visit, {"survey": survey, "n": place})
    if not card.ok_to_quote:
        raise reading.ReadingError
    marks = [[mark.start, mark.end, str(mark.kind)] for mark in card.marks]
    await go(visit, "reading/confirm", survey=survey, n=place, marks=marks)


def _marks(args: Mapping[str, Any]) -> list[Span]:
    if "marks" not in args:
        raise Garbled
    return [Span(start, end, Kind(kind)) for start, end, kind in args["marks"]]


async def draw_confirm(visit: Visit, args: Mapping[str, Any]) -> None:
    card = await _card(visit, args)
    await visit.show("reading/confirm", words=redaction.redacted(card.text, _marks(args)))


async def on_stand(visit: Visit, _: str) -> None:
    survey, place = _where(visit)
    await reading.approve(visit.tx, visit.worker_on, survey, place, _marks(visit.showing))
    await _note(visit, Action.QUOTE_DECIDED, survey, decided="yes")
    await go(visit, "reading/card", survey=survey, n=place)


# Themes


async def draw_theme(visit: Visit, args: Mapping[str, Any]) -> None:
    card = await _card(visit, args)
    known = await reading.themes(visit.tx, SurveyId(args["survey"]))
    named = sorted(known, key=lambda one: one.id)
    await visit.show(
        "reading/theme",
        themes=[{"id": one.id, "name": one.name, "chosen": one.id in card.themes} for one in named],
    )


async def on_theme(visit: Visit, theme: str) -> None:
    survey, place = _where(visit)
    await reading.put_under_or_not(visit.tx, visit.worker_on, survey, place, number(theme))
    await go(visit, "reading/theme", survey=survey, n=place)


async def on_theme_typed(visit: Visit, text: str) -> None:
    """A new theme, or one that is there: this text is under it."""
    await clear_typed(visit)
    survey, place = _where(visit)
    try:
        await reading.put_under(visit.tx, visit.worker_on, survey, place, text)
    except ThemeRefused:
        visit.above("reading/no_theme", max=reading.MAX_THEME_CHARS, most=reading.MOST_THEMES)
    await go(visit, "reading/theme", survey=survey, n=place)


async def to_themes(visit: Visit, _: str) -> None:
    await go(visit, "reading/themes", survey=_survey(visit))


async def draw_themes(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = SurveyId(args["survey"])
    found = await reading.look(visit.tx, visit.settings, visit.worker_on, survey)
    themes = await reading.themes(visit.tx, survey)
    await visit.show(
        "reading/themes",
        title=text_in(found.asked.title, visit.language),
        themes=[{"name": one.name, "count": one.count} for one in themes],
    )


# The help numbers, to everyone


async def to_everyone(visit: Visit, _: str) -> None:
    await go(visit, "reading/everyone", survey=_survey(visit))


async def draw_everyone(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("reading/everyone", people=await reading.reached(visit.tx, visit.worker_on))


async def on_everyone(visit: Visit, _: str) -> None:
    people = await reading.numbers_to_everyone(visit.tx, visit.worker_on, now=visit.now)
    await _note(visit, Action.HELP_SENT_TO_EVERYONE, _survey(visit), people=people)
    await go(visit, "reading/everyone_done", survey=_survey(visit), people=people)


async def draw_everyone_done(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("reading/everyone_done", people=args.get("people", 0))


async def draw_numbers(visit: Visit, args: Mapping[str, Any]) -> None:
    """A young person opened it: the help card comes as it always does, a message of its own, and once."""
    visit.place = {"at": "numbers"}
    if args.get("opened"):
        visit.more("help", status="pressed", worker=None, day=None, joined=True)
    await visit.show("reading/numbers")


# Not read in time


async def draw_late(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = SurveyId(args["survey"])
    found, readers = await reading.late(visit.tx, visit.settings, visit.worker_on, survey)
    await visit.show(
        "reading/late",
        title=text_in(found.asked.title, visit.language),
        due=found.due_at,
        done=found.following is None,
        readers=readers,
    )


EVERYWHERE: dict[str, Handler] = {"reading": to_list}


def _place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.READ_COMMENTS)


_START: dict[str, Handler] = {"list": to_list}
_CARD: dict[str, Handler] = {**_START, "card": on_card}

PLACES["reading"] = _place(draw_list, {"card": on_card, "themes": to_themes, "everyone": to_everyone})
PLACES["reading/card"] = _place(
    draw_card,
    {
        **_START,
        "next": on_next,
        "back": on_back,
        "word": _to("reading/word"),
        "marks": _to("reading/marks"),
        "quote": to_confirm,
        "do_not_use": _then_card(reading.do_not_use, "no"),
        "undecide": _then_card(reading.undecide, "open"),
        "under": _to("reading/theme"),
    },
)
PLACES["reading/word"] = _place(draw_word, _CARD, on_word)
PLACES["reading/marks"] = _place(draw_marks, {**_CARD, "unmark": on_unmark})
PLACES["reading/confirm"] = _place(draw_confirm, {**_CARD, "stand": on_stand})
PLACES["reading/theme"] = _place(draw_theme, {**_CARD, "theme": on_theme}, on_theme_typed)
PLACES["reading/themes"] = _place(draw_themes, _START)
PLACES["reading/everyone"] = _place(draw_everyone, {**_START, "everyone_yes": on_everyone})
PLACES["reading/everyone_done"] = _place(draw_everyone_done, _START)
PLACES["reading/late"] = Place(draw_late, {}, whose="staff", needs=Permission.SEE_OVERDUE)
PLACES["numbers"] = Place(draw_numbers, {})
