"""A survey from its start card to Send: what stands around its questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.chat import asked
from bot.chat.question import FOOT, survey_at, to_step
from bot.chat.visit import PLACES, Place, Visit, go
from engagement import answering, vouchers
from storage import openings, trail
from storage.ids import SurveyId
from surveys import flow
from surveys.definition import text_in

# Into the survey


async def draw_survey(visit: Visit, args: Mapping[str, Any]) -> None:
    """Wherever this person is with it: the start, the next question, Send, or that it is done."""
    survey = SurveyId(args["survey"])
    standing = await answering.standing(visit.tx, visit.who, survey)
    if standing.state == "sent":
        await go(visit, "survey/already_sent", survey=survey)
    elif standing.state == "new":
        await go(visit, "survey/start", survey=survey)
    else:
        await to_step(visit, await answering.begin(visit.tx, visit.who, survey))


async def draw_start(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = await openings.questionnaire(visit.tx, SurveyId(args["survey"]))
    await visit.show(
        "survey/start",
        practice=(await openings.find(visit.tx, SurveyId(args["survey"]))).practice is not None,
        title=text_in(survey.title, visit.language),
        minutes=survey.minutes,
        worker=await visit.worker_name(),
    )


async def on_start(visit: Visit, _: str) -> None:
    await to_step(visit, await answering.begin(visit.tx, visit.who, survey_at(visit)))


# The end


async def draw_ready(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = SurveyId(args["survey"])
    step = await answering.at(visit.tx, visit.who, survey, None)
    if step.question is None:
        await answering.nearly_done(visit.tx, visit.who, survey, now=visit.now)
    answered, skipped, left = flow.summary(step.asked, step.answers)
    await visit.show("survey/ready", answered=answered, skipped=skipped, left=left)


async def on_send(visit: Visit, _: str) -> None:
    survey = survey_at(visit)
    opening = await openings.find(visit.tx, survey)
    thanks = await vouchers.promised(visit.tx, survey)
    await answering.send(visit.tx, visit.who, survey)
    for earlier in visit.showing.get("long", []):
        await visit.clear(earlier)
    await go(
        visit,
        "survey/sent",
        survey=survey,
        left_over=await trail.left_over(visit.tx, visit.saying.chat, now=visit.now),
        results_by=answering.results_by(visit.settings, opening).isoformat(),
        thanks=thanks,
    )


async def draw_sent(visit: Visit, args: Mapping[str, Any]) -> None:
    day = args.get("results_by")
    await visit.show(
        "survey/sent",
        left_over=args.get("left_over", 0),
        results_by=date.fromisoformat(day) if day else None,
        thanks=args.get("thanks", False),
    )


async def draw_kept(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await answering.standing(visit.tx, visit.who, SurveyId(args["survey"]))
    await visit.show(
        "survey/kept", id=one.opening.id, place=one.place, total=one.total, closes=answering.last_day(one.opening)
    )


async def draw_again(visit: Visit, args: Mapping[str, Any]) -> None:
    step = await answering.at(visit.tx, visit.who, SurveyId(args["survey"]), args.get("q"))
    if step.question is None:
        await go(visit, "survey/ready", survey=step.survey)
        return
    place, total = flow.progress(step.asked, step.answers, step.question.id)
    await visit.show("survey/again", place=place, total=total)


async def on_show(visit: Visit, _: str) -> None:
    await go(visit, "question", survey=survey_at(visit), q=visit.showing.get("q"))


async def draw_closed(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = await openings.questionnaire(visit.tx, SurveyId(args["survey"]))
    await visit.show(str(visit.place["at"]), title=text_in(survey.title, visit.language))


# What became of it


async def draw_closing(visit: Visit, args: Mapping[str, Any]) -> None:
    """It closes tomorrow and their draft is not sent; whatever has changed since this was written, as it is now."""
    opening = await openings.find(visit.tx, SurveyId(args["survey"]))
    if opening.state != "open":
        await go(visit, "survey/destroyed" if opening.state == "destroyed" else "survey/closed", survey=opening.id)
        return
    one = await answering.standing(visit.tx, visit.who, opening.id)
    if one.state in ("new", "sent"):
        await go(visit, "survey", survey=opening.id)
        return
    await visit.show(
        "survey/closing",
        id=opening.id,
        title=text_in(one.asked.title, visit.language),
        ready=one.state == "ready",
        place=one.place,
        total=one.total,
        closes=answering.last_day(opening),
    )


PLACES["survey"] = Place(draw_survey, {})
PLACES["survey/start"] = Place(draw_start, {"start": on_start, **asked.NOT_NOW})
PLACES["survey/ready"] = Place(draw_ready, {**FOOT, "send": on_send})
PLACES["survey/sent"] = Place(draw_sent, {})
PLACES["survey/kept"] = Place(draw_kept, asked.NOT_NOW)
PLACES["survey/again"] = Place(draw_again, {"show": on_show})
PLACES["survey/closed"] = Place(draw_closed, {})
PLACES["survey/already_sent"] = Place(draw_closed, {})
PLACES["survey/closing"] = Place(draw_closing, {})
PLACES["survey/destroyed"] = Place(draw_closed, {})
PLACES["staff/no_figures"] = Place(draw_closed, {}, whose="staff")
