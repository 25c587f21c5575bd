"""What closed surveys found, for those of the staff who may see figures: in words on the card, a picture on request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from markupsafe import Markup

from bot.chat.choices import said
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.reports import charts, drawing
from bot.staff.paging import in_rows, on_page, page_of
from engagement import answering, results
from engagement.authority import Settings
from engagement.results import Results
from engagement.staff import Permission, may, require
from storage import openings
from storage.ids import SurveyId
from storage.openings import Opening
from surveys.definition import Question, text_in
from surveys.publication import Figure, Level

A_PAGE, IN_A_ROW = 6, 3

IN_WORDS_ONLY = (Level.WRITTEN, Level.NOTHING)
"""There is nothing to draw."""


async def _results(visit: Visit, survey: int) -> Results:
    """What this survey found. Raises: NotAllowed, NoSuchSurvey, NotPublished."""
    require(visit.worker_on, Permission.SEE_FIGURES)
    return await results.of_opening(visit.tx, await openings.find(visit.tx, SurveyId(survey)))


def _figure(found: Results, place: int) -> Figure:
    """The figure at that place, counted from 1. Raises: Garbled."""
    if not 1 <= place <= len(found.inside.figures):
        raise Garbled
    return found.inside.figures[place - 1]


def _question(found: Results, place: int) -> Question:
    return found.asked.question(_figure(found, place).id)


def _survey(args: Mapping[str, Any]) -> int:
    """The survey the card is at. Raises: Garbled, where it is at none."""
    if "survey" not in args:
        raise Garbled
    return int(args["survey"])


def _n(args: Mapping[str, Any]) -> int:
    """The place of the question the card is at. Raises: Garbled, where it is at none."""
    if "n" not in args:
        raise Garbled
    return int(args["n"])


async def offered(visit: Visit) -> tuple[bool, SurveyId | None]:
    """Whether a menu leads to results, and the survey whose one picture a manager finds on it."""
    member = visit.worker_on
    sees = may(member, Permission.SEE_FIGURES)
    if not sees or member.role != "manager":
        return sees, None
    published = await results.published(visit.tx)
    return True, published[0].id if published else None


# All surveys


async def draw_all(visit: Visit, args: Mapping[str, Any]) -> None:
    published = await results.published(visit.tx)
    page = page_of(published, args, A_PAGE)
    here = enumerate(page.rows, start=page.first)
    await visit.show(
        "results/all",
        surveys=[{"place": place, **await _named(visit, one)} for place, one in here],
        open=[await _named(visit, one) for one in await openings.open_surveys(visit.tx)],
        page=page.number,
        pages=page.pages,
    )


async def _named(visit: Visit, opening: Opening) -> dict[str, Any]:
    asked = await openings.questionnaire(visit.tx, opening.id)
    title = text_in(asked.title, visit.language)
    return {"id": opening.id, "title": title, "last_day": answering.last_day(opening)}


async def to_all(visit: Visit, _: str) -> None:
    await go(visit, "results/all")


# One survey


async def to_survey(visit: Visit, survey: str) -> None:
    await go(visit, "results", survey=number(survey) if survey else _survey(visit.showing))


async def draw_survey(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _results(visit, _survey(args))
    figures = found.inside.figures
    page = page_of(figures, args, A_PAGE)
    places = range(page.first, page.first + len(page.rows))
    await visit.show(
        "results/survey",
        id=found.opening.id,
        title=text_in(found.asked.title, visit.language),
        last_day=found.last_days[found.opening.id],
        sent=found.inside.sent,
        invited=found.inside.invited,
        questions=[
            {"place": at, "text": _text(visit, found, at), "heading": _heading(visit, found, at, at == page.first)}
            for at in places
        ],
        rows=in_rows([(at, at) for at in places], IN_A_ROW),
        page=page.number,
        pages=page.pages,
        typed=may(visit.worker_on, Permission.READ_COMMENTS) and any(one.level is Level.WRITTEN for one in figures),
    )


def _text(visit: Visit, found: Results, place: int) -> str:
    return said(visit, text_in(_question(found, place).text, visit.language))


def _heading(visit: Visit, found: Results, place: int, opens_page: bool) -> str | None:
    """The heading of the question's part, above the first of its questions and again on a new page."""
    here = _question(found, place).part
    if not here or not (opens_page or here != _question(found, place - 1).part):
        return None
    heading = found.asked.part(here).heading
    return None if heading is None else said(visit, text_in(heading, visit.language))


async def draw_summary(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _results(visit, _survey(args))
    words = charts.summary_caption(found, visit.settings)
    await visit.show("results/summary", words=Markup(words), survey=found.opening.id)  # noqa: S704 - escaped by whoever wrote it


# One question


async def on_figure(visit: Visit, place: str) -> None:
    await go(visit, "results/question", survey=_survey(visit.showing), n=number(place))


async def on_back(visit: Visit, _: str) -> None:
    """To the page of the list on which the question stands."""
    await go(visit, "results", survey=_survey(visit.showing), page=-(-_n(visit.showing) // A_PAGE))


async def draw_question(visit: Visit, args: Mapping[str, Any]) -> None:
    found, place = await _results(visit, _survey(args)), _n(args)
    figure = _figure(found, place)
    await visit.show(
        "results/question",
        words=Markup(charts.as_text(found, figure.id, visit.settings)),  # noqa: S704 - as above
        survey=found.opening.id,
        place=place,
        total=len(found.inside.figures),
        picture=figure.level not in IN_WORDS_ONLY,
        typed=figure.level is Level.WRITTEN and may(visit.worker_on, Permission.READ_COMMENTS),
    )


# Pictures


async def on_picture(visit: Visit, _: str) -> None:
    """The question's picture, below; the card gets new buttons, so that a second tap on the old ones is an old one."""
    found, place = await _results(visit, _survey(visit.showing)), _n(visit.showing)
    _send(visit, found, place, _figure(found, place))
    await redraw(visit)


async def on_next_picture(visit: Visit, where: str) -> None:
    """From a picture to the next one; the card above goes along."""
    survey, place = _where(where)
    found = await _results(visit, survey)
    _send(visit, found, place, _figure(found, place))
    visit.anew = False
    await go(visit, "results/question", survey=survey, n=place)


async def on_as_text(visit: Visit, where: str) -> None:
    """What a picture says, below it."""
    survey, place = _where(where)
    if place:
        await go(visit, "results/question", survey=survey, n=place)
    else:
        await go(visit, "results/summary", survey=survey)


async def on_summary(visit: Visit, survey: str) -> None:
    """Everything in one picture."""
    _send(visit, await _results(visit, number(survey) if survey else _survey(visit.showing)))
    await redraw(visit)


def _where(where: str) -> tuple[int, int]:
    """Survey and place that a picture's button names; the summary is at place 0. Raises: Garbled."""
    survey, _, place = where.partition(".")
    return number(survey), number(place)


def _send(visit: Visit, found: Results, place: int = 0, figure: Figure | None = None) -> None:
    """The picture of this question, or of everything. It is drawn once all is kept. Raises: Garbled."""
    if figure is not None and figure.level in IN_WORDS_ONLY:
        raise Garbled
    question = None if figure is None else figure.id
    visit.picture(
        "results/picture",
        draw=partial(_drawn, found, question, visit.settings),
        same=(found.opening.id, place, visit.language),
        instead="results/no_picture",
        caption=Markup(_caption(found, question, visit.settings)),  # noqa: S704 - as above
        here=f"{found.opening.id}.{place}",
        next=_next(found, place),
    )


def _next(found: Results, place: int) -> str | None:
    """Where the next question is that can be drawn."""
    after = range(place + 1, len(found.inside.figures) + 1)
    drawn = (at for at in after if _figure(found, at).level not in IN_WORDS_ONLY)
    return next((f"{found.opening.id}.{at}" for at in drawn), None)


def _caption(found: Results, question: str | None, settings: Settings) -> str:
    return charts.summary_caption(found, settings) if question is None else charts.caption(found, question, settings)


async def _drawn(found: Results, question: str | None, settings: Settings) -> bytes:
    svg = charts.summary_svg(found, settings) if question is None else charts.svg(found, question, settings)
    return await drawing.png_elsewhere(svg)


EVERYWHERE: dict[str, Handler] = {
    "results": to_all,
    "figures": to_survey,
    "summary": on_summary,
    "as_text": on_as_text,
    "next_picture": on_next_picture,
}

STATIC_ACTIONS = frozenset({"as_text", "next_picture"})
"""What the buttons under a picture do; they carry where it belongs."""


def _place(draw: Any, taps: Mapping[str, Handler]) -> Place:
    return Place(draw, taps, whose="staff", needs=Permission.SEE_FIGURES)


PLACES["results/all"] = _place(draw_all, {"page": on_page})
PLACES["results"] = _place(draw_survey, {"page": on_page, "figure": on_figure})
PLACES["results/summary"] = _place(draw_summary, {})
PLACES["results/question"] = _place(draw_question, {"figure": on_figure, "back": on_back, "picture": on_picture})
