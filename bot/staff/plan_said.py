"""Where a promise comes from, tapped from what was published: a finding, a priority, or an approved quote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.chat.visit import PLACES, Garbled, Handler, Visit, go, number, redraw
from bot.reports import plan_words
from bot.staff.paging import in_rows, on_page, page_of
from bot.staff.plan import IN_A_ROW, a_place, theme_of
from bot.staff.plan_edit import change, promise_of
from engagement import results
from engagement.promise_sources import Sources
from engagement.promise_words import NOT_SAID, Said
from storage import openings
from storage.ids import SurveyId
from surveys.definition import text_in

A_PAGE: Final = 5
SURVEYS: Final = 6


def _about(args: Mapping[str, Any]) -> dict[str, Any]:
    """The promise whose source is chosen, or the theme under which a new one goes."""
    return {name: args[name] for name in ("promise", "theme") if name in args}


async def draw_surveys(visit: Visit, args: Mapping[str, Any]) -> None:
    """The newest surveys that have figures."""
    found = (await results.published(visit.tx))[:SURVEYS]
    surveys = []
    for opening in found:
        asked = await openings.questionnaire(visit.tx, opening.id)
        surveys.append({"id": opening.id, "title": text_in(asked.title, visit.language)})
    await visit.show("staff/plan/said", surveys=surveys, new="promise" not in args, **_back(args))


def _back(args: Mapping[str, Any]) -> dict[str, Any]:
    """Where the card came from: the promise, or the theme."""
    return {"promise": args.get("promise"), "theme": args.get("theme")}


async def on_survey(visit: Visit, survey: str) -> None:
    await go(visit, "staff/plan_source", survey=number(survey), **_about(visit.showing))


async def on_quotes(visit: Visit, _: str) -> None:
    await redraw(visit, quotes=not visit.showing.get("quotes"), page=1)


async def _offered(visit: Visit, args: Mapping[str, Any]) -> list[tuple[Said, str]]:
    """Everything of the survey a promise can stand on, with its sentence. Raises: Garbled."""
    if "survey" not in args:
        raise Garbled
    sources, survey = Sources(visit.tx), SurveyId(args["survey"])
    if args.get("quotes"):
        return [(one.said, plan_words.quoted(one.words)) for one in await sources.quotes(survey)]
    found = [await sources.find(one) for one in await sources.figures(survey)]
    return [(one.said, plan_words.said(one, visit.settings)) for one in found if one is not None]


async def draw_source(visit: Visit, args: Mapping[str, Any]) -> None:
    offered = await _offered(visit, args)
    page = page_of(offered, args, A_PAGE)
    here = list(enumerate(page.rows, start=page.first))
    await visit.show(
        "staff/plan/source",
        lines=[{"place": place, "text": text} for place, (_, text) in here],
        rows=in_rows([(place, place) for place, _ in here], IN_A_ROW),
        quotes=bool(args.get("quotes")),
        page=page.number,
        pages=page.pages,
        **_back(args),
    )


async def on_take(visit: Visit, place: str) -> None:
    offered, at = await _offered(visit, visit.showing), number(place)
    if not 1 <= at <= len(offered):
        raise Garbled
    await _take(visit, offered[at - 1][0])


async def on_none(visit: Visit, _: str) -> None:
    """It is not from young people, and marked so."""
    await _take(visit, NOT_SAID)


async def _take(visit: Visit, said: Said) -> None:
    if "promise" not in visit.showing:
        await go(visit, "staff/plan_write", theme=theme_of(visit.showing), said=str(said), field="we_will")
    elif not await change(visit, promise_of(visit.showing), {"said": said}):
        await redraw(visit)


async def to_back(visit: Visit, _: str) -> None:
    if "promise" in visit.showing:
        await go(visit, "staff/plan_promise", promise=promise_of(visit.showing))
    else:
        await go(visit, "staff/plan_theme", theme=theme_of(visit.showing))


BACK: dict[str, Handler] = {"back": to_back, "none": on_none}

PLACES["staff/plan_said"] = a_place(draw_surveys, {**BACK, "survey": on_survey})
PLACES["staff/plan_source"] = a_place(draw_source, {**BACK, "take": on_take, "quotes": on_quotes, "turn": on_page})
