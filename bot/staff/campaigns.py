"""Surveys and their campaigns, for whoever runs them: plan, see what people get, start, watch, pause, close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.screens import Screen
from bot.staff import menu
from engagement import answering, audit, campaign_plan, campaigns, surveys
from engagement.audit import Action
from engagement.campaign_plan import OPENERS, Step
from engagement.campaign_reach import LEFT_OUT
from engagement.campaign_steps import Scheduled
from engagement.campaigns import NotRunning, Preview, Watched
from engagement.staff import Permission
from engagement.surveys import TooSoonAfter
from storage import drafts, openings
from storage.campaigns import LIVE
from storage.openings import Opening
from surveys.definition import Questionnaire, text_in
from surveys.load import load

DEFINITIONS = files("surveys") / "definitions"


def _shipped() -> dict[str, str]:
    """The definitions that can be put to people, by name."""
    texts = {one.name.removesuffix(".yaml"): one.read_text("utf-8") for one in DEFINITIONS.iterdir()}
    return {name: text for name, text in sorted(texts.items()) if load(text, source=name).purpose != "checkin"}


async def _definition(visit: Visit, name: str) -> tuple[str, Questionnaire, Opening | None]:
    """The survey's text and what it asks; of one that is open, as it was opened. Raises: Garbled."""
    for opening in await openings.open_surveys(visit.tx):
        if opening.name == name:
            text = await openings.definition(visit.tx, opening.id)
            return text, await openings.questionnaire(visit.tx, opening.id), opening
    text = _shipped().get(name, "")
    if not text:
        raise Garbled
    return text, load(text, source=name), None


def _name(visit: Visit) -> str:
    """The survey the card is at. Raises: Garbled."""
    return str(_at(visit.showing, "name"))


def _at(args: Mapping[str, Any], what: str) -> Any:
    """What the card is at. Raises: Garbled, where it is at none."""
    if what not in args:
        raise Garbled
    return args[what]


# All surveys


async def to_all(visit: Visit, _: str) -> None:
    await go(visit, "staff/campaigns")


async def draw_all(visit: Visit, _: Mapping[str, Any]) -> None:
    opened = {one.name: one for one in await openings.open_surveys(visit.tx)}
    shown = []
    for name in sorted({*_shipped(), *opened}, key=lambda one: (one not in opened, one)):
        __, asked, opening = await _definition(visit, name)
        watched = await _watched(visit, name)
        shown.append(
            {
                "name": name,
                "title": text_in(asked.title, visit.language),
                "open": answering.last_day(opening) if opening else None,
                "campaign": watched.campaign.state if watched else None,
            }
        )
    await visit.show("staff/campaigns", surveys=shown, practice=visit.settings.practice)


async def _watched(visit: Visit, name: str) -> Watched | None:
    """The campaign under way for that survey; None when there is none."""
    try:
        found = await campaigns.watch(visit.tx, name)
    except NotRunning:
        return None
    return found if found.campaign.state in LIVE else None


# One campaign


async def to_campaign(visit: Visit, name: str) -> None:
    await _definition(visit, name)
    await go(visit, "staff/campaign", name=name)


async def draw_campaign(visit: Visit, args: Mapping[str, Any]) -> None:
    _, asked, opening = await _definition(visit, _at(args, "name"))
    watched = await _watched(visit, _at(args, "name"))
    steps, left, register = (_as_watched(watched), {}, 0) if watched else await _as_planned(visit, _at(args, "name"))
    await visit.show(
        "staff/campaign",
        title=text_in(asked.title, visit.language),
        open=answering.last_day(opening) if opening else None,
        practice=visit.settings.practice,
        state=watched.campaign.state if watched else None,
        plan=watched is None and bool(steps),
        steps=steps,
        left_out=[{"why": why, "count": left[why]} for why in LEFT_OUT if why in left],
        register=register,
        too_soon=None if opening or watched else await _too_soon(visit, asked),
    )


async def _too_soon(visit: Visit, asked: Questionnaire) -> date | None:
    """The first day on which it may open, where a big one has only now been put to people."""
    try:
        await surveys.check_may_open(visit.tx, asked, visit.now)
    except TooSoonAfter as refused:
        return refused.until
    return None


def _as_watched(found: Watched) -> list[dict[str, Any]]:
    shown = []
    for one in found.steps:
        states = found.delivery.get(one.number, {})
        reach = one.ran.shown(sent_shown=found.sent_shown, group=one.step.group is not None)[0] if one.ran else None
        shown.append(_step(one, reach, states))
    return shown


async def _as_planned(visit: Visit, name: str) -> tuple[list[dict[str, Any]], Mapping[str, int], int]:
    """The usual plan, with whom each step would reach today and who is left out of the first."""
    try:
        found = await _preview(visit, name)
    except campaigns.CampaignError:
        return [], {}, 0
    told = [one.ran.shown(sent_shown=False) if one.ran else ("0", {}) for one in found.steps]
    shown = [_step(one, reach, {}) | {"done": False} for one, (reach, _) in zip(found.steps, told, strict=True)]
    return shown, told[0][1], found.register


async def _preview(visit: Visit, name: str) -> Preview:
    text, _, _ = await _definition(visit, name)
    plan = campaign_plan.default()
    return await campaigns.preview(visit.tx, visit.settings, text, source=name, plan=plan, starts=None, now=visit.now)


def _step(one: Scheduled, reach: str | None, states: Mapping[str, int]) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.step.step,
        "group": one.step.group,
        "on": one.on,
        "done": one.ran is not None,
        "reach": reach,
        "waiting": states.get("queued", 0) + states.get("held", 0),
        "failed": states.get("failed", 0),
        "practised": states.get("practised", 0),
    }


# What people get


async def to_step(visit: Visit, which: str) -> None:
    await go(visit, "staff/campaign_step", name=_name(visit), step=number(which))


async def draw_step(visit: Visit, args: Mapping[str, Any]) -> None:
    _, asked, opening = await _definition(visit, _at(args, "name"))
    watched = await _watched(visit, _at(args, "name"))
    steps = watched.steps if watched else (await _preview(visit, _at(args, "name"))).steps
    one = next((step for step in steps if step.number == _at(args, "step")), None)
    if one is None:
        raise Garbled
    closes = answering.last_day(opening) if opening else campaign_plan.last_day(campaign_plan.default(), steps[0].on)
    opens = next((step.on for step in steps if step.step.step == "invitation"), None)
    card = _card(visit, asked, one.step, closes=closes, opens=opens)
    await visit.show(
        "staff/campaign_step",
        on=one.on,
        opener=_opener(visit, one.step),
        card=Markup(card.text),  # noqa: S704 - rendered and escaped by its own template
        buttons=[button.label for row in card.rows for button in row],
    )


def _opener(visit: Visit, step: Step) -> str:
    if step.line:
        return text_in(step.line, visit.language)
    return visit.words(OPENERS[step.opener or "still_here"]).text


def _card(visit: Visit, asked: Questionnaire, step: Step, *, closes: date, opens: date | None) -> Screen:
    about: dict[str, Any] = {"title": text_in(asked.title, visit.language), "minutes": asked.minutes}
    if step.step == "warm_up":
        return visit.words("survey/warm_up", day=opens, **about)
    if step.step == "invitation":
        return visit.words("survey/start", worker=visit.settings.worker_word, practice=visit.settings.practice, **about)
    return visit.words(
        "survey/reminder",
        id=0,
        state="new",
        place=0,
        total=0,
        closes=closes,
        card=step.card or "own",
        words=text_in(step.words, visit.language) if step.words else None,
        last=step.step == "last_reminder",
        **about,
    )


# Changing


async def on_back(visit: Visit, _: str) -> None:
    await go(visit, "staff/campaign", name=_name(visit))


async def to_start(visit: Visit, _: str) -> None:
    await go(visit, "staff/campaign_sure", name=_name(visit))


async def draw_sure(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _preview(visit, _at(args, "name"))
    first = found.steps[0]
    await visit.show(
        "staff/campaign_sure",
        title=text_in(found.title, visit.language),
        on=first.on,
        reach=first.ran.shown(sent_shown=False)[0] if first.ran else "0",
        register=found.register,
        codes_short=found.codes_short,
    )


async def on_start(visit: Visit, _: str) -> None:
    """It is under way; a second tap finds it so. Where it has become too soon, its card says from when it may be."""
    name = _name(visit)
    text, *__ = await _definition(visit, name)
    plan = campaign_plan.default()
    try:
        made = await campaigns.start(visit.tx, visit.settings, text, source=name, plan=plan, starts=None, now=visit.now)
    except TooSoonAfter:
        await go(visit, "staff/campaign", name=name)
        return
    await _note(visit, Action.CAMPAIGN_STARTED, campaign=made.id)
    await go(visit, "staff/campaign", name=name)


async def on_pause(visit: Visit, _: str) -> None:
    await campaigns.pause(visit.tx, _name(visit), now=visit.now)
    await _note(visit, Action.CAMPAIGN_PAUSED)
    await go(visit, "staff/campaign", name=_name(visit))


async def on_resume(visit: Visit, _: str) -> None:
    steps = await campaigns.resume(visit.tx, _name(visit), now=visit.now)
    await _note(visit, Action.CAMPAIGN_RESUMED, steps=len(steps))
    await go(visit, "staff/campaign", name=_name(visit))


async def on_stop(visit: Visit, _: str) -> None:
    await campaigns.stop(visit.tx, _name(visit))
    await _note(visit, Action.CAMPAIGN_STOPPED)
    await go(visit, "staff/campaign", name=_name(visit))


async def on_look(visit: Visit, _: str) -> None:
    await redraw(visit)


async def to_close(visit: Visit, _: str) -> None:
    await go(visit, "staff/campaign_close", name=_name(visit))


async def draw_close(visit: Visit, args: Mapping[str, Any]) -> None:
    opening = await surveys.named(visit.tx, _at(args, "name"))
    asked = await openings.questionnaire(visit.tx, opening.id)
    await visit.show(
        "staff/campaign_close",
        title=text_in(asked.title, visit.language),
        drafts=answering.about_many(len(await drafts.begun_by(visit.tx, opening.id))),
        last_day=answering.last_day(opening),
        tomorrow=surveys.could_close_tomorrow(opening, now=visit.now),
    )


async def on_close_tomorrow(visit: Visit, _: str) -> None:
    opening = await surveys.named(visit.tx, _name(visit))
    await surveys.close_tomorrow(visit.tx, opening.id, now=visit.now)
    await _note(visit, Action.SURVEY_END_MOVED, survey=opening.id)
    await go(visit, "staff/campaign", name=_name(visit))


async def on_close_now(visit: Visit, _: str) -> None:
    opening = await surveys.named(visit.tx, _name(visit))
    asked = await openings.questionnaire(visit.tx, opening.id)
    closed = await surveys.close_survey(visit.tx, visit.settings, opening.id, now=visit.now)
    await _note(visit, Action.SURVEY_CLOSED, survey=opening.id)
    title = text_in(asked.title, visit.language)
    await go(visit, "staff/campaign_closed", title=title, published=closed.published)


async def draw_closed(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("staff/campaign_closed", title=_at(args, "title"), published=_at(args, "published"))


async def _note(visit: Visit, action: Action, **about: int) -> None:
    await audit.note(visit.tx, visit.worker_on, action, now=visit.now, **about)


EVERYWHERE: dict[str, Handler] = {"campaigns": to_all, "campaign": to_campaign}
menu.DOORS["campaigns"] = (Permission.RUN_SURVEYS,)


def _place(draw: Any, taps: Mapping[str, Handler]) -> Place:
    return Place(draw, {"campaign_back": on_back, **taps}, whose="staff", needs=Permission.RUN_SURVEYS)


PLACES["staff/campaigns"] = _place(draw_all, {})
PLACES["staff/campaign"] = _place(
    draw_campaign,
    {
        "campaign_step": to_step,
        "campaign_start": to_start,
        "campaign_pause": on_pause,
        "campaign_resume": on_resume,
        "campaign_stop": on_stop,
        "campaign_look": on_look,
        "campaign_close": to_close,
    },
)
PLACES["staff/campaign_step"] = _place(draw_step, {})
PLACES["staff/campaign_sure"] = _place(draw_sure, {"campaign_yes": on_start})
PLACES["staff/campaign_close"] = _place(draw_close, {"close_tomorrow": on_close_tomorrow, "close_now": on_close_now})
PLACES["staff/campaign_closed"] = _place(draw_closed, {})
