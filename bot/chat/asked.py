"""Being asked about a survey: the word beforehand, the reminders, and every way to say not now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from bot.chat.visit import PLACES, Garbled, Place, Visit, go, home
from engagement import answering, campaigns, later
from engagement.later import When
from storage import openings
from storage.ids import CampaignId, SurveyId
from surveys.definition import text_in
from surveys.load import load


async def draw_warm_up(visit: Visit, args: Mapping[str, Any]) -> None:
    """What is coming; once it has come, that itself."""
    if not {"campaign", "step"} <= args.keys():
        raise Garbled
    campaign, _ = await campaigns.step_of(visit.tx, CampaignId(args["campaign"]), args["step"])
    if campaign.survey is not None and await openings.is_open(visit.tx, campaign.survey):
        await go(visit, "survey", survey=campaign.survey)
    elif campaign.survey is not None or campaign.state not in ("running", "paused"):
        await go(visit, home(visit))
    else:
        asked = load(campaign.definition, source=campaign.name)
        await visit.show(
            "survey/warm_up",
            title=text_in(asked.title, visit.language),
            minutes=asked.minutes,
            day=campaigns.opens_on(campaign),
        )


async def draw_reminder(visit: Visit, args: Mapping[str, Any]) -> None:
    """The survey as it stands for them, in the words of this reminder."""
    survey, card, words = args.get("survey"), "short", None
    last = False
    if "campaign" in args:
        campaign, step = await campaigns.step_of(visit.tx, CampaignId(args["campaign"]), args["step"])
        survey, card, last = campaign.survey, step.card or "own", step.step == "last_reminder"
        words = None if step.words is None else text_in(step.words, visit.language)
    if survey is None:
        raise Garbled
    one = await answering.standing(visit.tx, visit.who, SurveyId(survey))
    if one.state == "sent":
        await go(visit, "survey/already_sent", survey=survey)
        return
    await visit.show(
        "survey/reminder",
        id=survey,
        title=text_in(one.asked.title, visit.language),
        minutes=one.asked.minutes,
        state=one.state,
        place=one.place,
        total=one.total,
        closes=answering.last_day(one.opening),
        card=card,
        words=words,
        last=last,
    )


async def to_later(visit: Visit, _: str) -> None:
    await go(visit, "survey/later", survey=_survey(visit))


async def draw_later(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = SurveyId(args["survey"])
    moments = await later.offered(visit.tx, survey, now=visit.now)
    await visit.show(
        "survey/later",
        when=tuple(moments),
        weekend=moments.get("weekend"),
        chosen=await later.wanted(visit.tx, visit.who, survey),
        closes=answering.last_day(await openings.find(visit.tx, survey)),
    )


async def on_remind(visit: Visit, when: str) -> None:
    """They are reminded then, and the screen says so."""
    if when not in get_args(When):
        raise Garbled
    at = await later.remind(visit.tx, visit.who, _survey(visit), when, now=visit.now)  # type: ignore[arg-type]
    await go(visit, "survey/reminding", survey=_survey(visit), moment=at.isoformat())


async def draw_reminding(visit: Visit, args: Mapping[str, Any]) -> None:
    at = datetime.fromisoformat(args["moment"])
    await visit.show("survey/reminding", day=at, time=at)


async def on_no_more(visit: Visit, _: str) -> None:
    await later.no_more(visit.tx, visit.who, _survey(visit))
    await go(visit, "survey/no_more", survey=_survey(visit))


async def draw_no_more(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("survey/no_more", id=args["survey"])


def _survey(visit: Visit) -> SurveyId:
    """The survey the card is at. Raises: Garbled, where it is at none."""
    showing = visit.showing
    if "survey" in showing:
        return SurveyId(showing["survey"])
    raise Garbled


NOT_NOW = {"later": to_later, "no_more": on_no_more}
"""What somebody may say instead of answering, wherever a survey is put to them."""

PLACES["survey/warm_up"] = Place(draw_warm_up, {})
PLACES["survey/reminder"] = Place(draw_reminder, NOT_NOW)
PLACES["survey/later"] = Place(draw_later, {"remind": on_remind, "no_more": on_no_more})
PLACES["survey/reminding"] = Place(draw_reminding, NOT_NOW)
PLACES["survey/no_more"] = Place(draw_no_more, {"later": to_later})
