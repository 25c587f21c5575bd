"""The survey on one card: start, each question, the words someone types, and Send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from bot.chat.events import Words
from bot.chat.visit import PLACES, TOAST_CHARS, Handler, Place, Visit, go, number, redraw, stay
from engagement import answering
from engagement.answering import CAN_SEND_FROM, Change, Step
from storage import openings, trail
from storage.ids import SurveyId
from surveys import flow
from surveys.definition import SCALE_TOP, Kind, Question, text_in
from surveys.errors import TooLong
from surveys.plan import TICKS, TYPED
from surveys.values import is_typed

SCALE_ROWS: Final = (range(4), range(4, 8), range(8, 11))
"""0-10 as 4 + 4 + 3: part of the definition, since row breaks nudge answers."""

BUTTON_CHARS: Final = 28
"""What a 360 px phone shows of one button a row; longer labels are listed in the text and the buttons carry letters."""

LETTERS_IN_ROW: Final = 4


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
    asked = await openings.questionnaire(visit.tx, SurveyId(args["survey"]))
    await visit.show(
        "survey/start",
        title=text_in(asked.title, visit.language),
        minutes=asked.minutes,
        worker=await visit.worker_name(),
    )


async def on_start(visit: Visit, _: str) -> None:
    await to_step(visit, await answering.begin(visit.tx, visit.who, _survey(visit)))


async def to_step(visit: Visit, step: Step) -> None:
    """Show the question a step leads to, or that only Send is left."""
    if step.question is None:
        await go(visit, "survey/ready", survey=step.survey)
    else:
        await draw_step(visit, step, step.question)


# One question


async def draw_question(visit: Visit, args: Mapping[str, Any]) -> None:
    step = await answering.at(visit.tx, visit.who, SurveyId(args["survey"]), args.get("q"))
    if step.question is None:
        await go(visit, "survey/ready", survey=step.survey)
    else:
        carried = {name: args[name] for name in ("long", "rewrite") if name in args}
        await draw_step(visit, step, step.question, carried)


async def draw_step(visit: Visit, step: Step, question: Question, carried: Mapping[str, Any] | None = None) -> None:
    """Show one question. `carried` is what its place must remember beside which question it is."""
    visit.place = {"at": "question", "survey": step.survey, "q": question.id, **(carried or {})}
    place, total = flow.progress(step.asked, step.answers, question.id)
    if visit.card_is_old():
        visit.place, visit.anew = {"at": "survey/again", "survey": step.survey, "q": question.id}, True
        await visit.show("survey/again", place=place, total=total)
        return
    context: dict[str, object] = {
        "place": place,
        "total": total,
        "heading": None,
        "note": None,
        "text": _said(visit, question.wording(visit.language)),
        "can_send": place >= CAN_SEND_FROM,
    }
    if (part := step.asked.opens_part(question.id)) is not None:
        context["heading"] = _said(visit, text_in(part.heading, visit.language)) if part.heading else None
        context["note"] = _said(visit, text_in(part.line, visit.language)) if part.line else None
    if question.kind is Kind.INFO:
        await visit.show("survey/info", **context)
    elif question.kind in TYPED:
        await _show_typed(visit, step, question, context)
    else:
        await _show_choices(visit, step, question, context)


async def _show_choices(visit: Visit, step: Step, question: Question, context: dict[str, object]) -> None:
    lettered, rows = _rows(visit, step, question)
    await visit.show(
        "survey/question",
        **context,
        lettered=lettered,
        rows=rows,
        many=question.kind in TICKS,
        ranked=question.kind is Kind.RANK,
        way_out=question.way_out,
    )


def _rows(visit: Visit, step: Step, question: Question) -> tuple[list[dict[str, str]], list[list[dict[str, object]]]]:
    """The lettered list to print above the buttons (mostly empty), and the buttons."""
    value = step.answers.values.get(question.id)
    if question.kind is Kind.SCALE:
        return [], [[{"label": str(n), "arg": n, "chosen": value == n} for n in row] for row in SCALE_ROWS]
    order = (
        question.options
        if question.order == "fixed"
        else flow.shown_options(question, answering.order_seed(visit.tx, visit.who, step.survey, question.id))
    )
    picked: list[Any] = value if isinstance(value, list) else [value]
    labels = {
        option.id: _label(text_in(option.label, visit.language), option.emoji, *_words(visit)) for option in order
    }
    position = {option_id: at for at, option_id in enumerate(question.option_ids)}
    if max(map(len, labels.values())) <= BUTTON_CHARS:
        return [], [[_button(question, labels[one.id], position[one.id], picked)] for one in order]
    letters = {option.id: chr(ord("A") + at) for at, option in enumerate(order)}
    buttons = [_button(question, letters[one.id], position[one.id], picked) for one in order]
    rows = [buttons[at : at + LETTERS_IN_ROW] for at in range(0, len(buttons), LETTERS_IN_ROW)]
    return [{"letter": letters[one.id], "label": labels[one.id]} for one in order], rows


def _button(question: Question, label: str, at: int, picked: list[Any]) -> dict[str, object]:
    option = question.option_ids[at]
    chosen = option in picked
    if chosen and question.kind is Kind.RANK:
        return {"label": label, "arg": at, "chosen": picked.index(option) + 1}
    return {"label": label, "arg": at, "chosen": chosen}


@lru_cache(maxsize=4096)
def _label(label: str, emoji: str | None, worker_word: str, council_word: str) -> str:
    said = label.replace("{worker_word}", worker_word).replace("{council_word}", council_word)
    return f"{emoji} {said}" if emoji else said


def _words(visit: Visit) -> tuple[str, str]:
    return visit.settings.worker_word, visit.settings.council


def _said(visit: Visit, text: str) -> str:
    return _label(text, None, *_words(visit))


async def on_pick(visit: Visit, option: str) -> None:
    picked = number(option)
    await _changed(visit, lambda asked, answers: flow.choose(asked, answers, _question(visit), picked))


async def on_done(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.done(asked, answers, _question(visit)))


async def on_again(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.start_again(asked, answers, _question(visit)))


async def on_skip(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.skip(asked, answers, _question(visit)))


async def on_next(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.seen(asked, answers, _question(visit)))


async def _changed(visit: Visit, change: Change) -> None:
    step = await answering.change(visit.tx, visit.who, _survey(visit), _question(visit), change)
    await to_step(visit, step)


async def on_back(visit: Visit, _: str) -> None:
    if visit.showing.get("at") == "survey/ready" and visit.showing.get("q"):
        # They looked at Send early: back is the question they came from.
        await go(visit, "question", survey=_survey(visit), q=_question(visit))
        return
    step = await answering.back(visit.tx, visit.who, _survey(visit), visit.showing.get("q"))
    if step is None or step.question is None:
        await go(visit, "menu")
    else:
        await draw_step(visit, step, step.question)


# Their own words


async def _show_typed(visit: Visit, step: Step, question: Question, context: dict[str, object]) -> None:
    value = step.answers.values.get(question.id)
    place, total = context["place"], context["total"]
    if question.id in step.answers.open and "rewrite" not in visit.place:
        await visit.show("survey/quote", place=place, total=total)
        return
    await visit.show(
        "survey/write",
        **context,
        why=None,
        max_chars=question.max_chars,
        written=is_typed(value),
        way_out=question.way_out,
    )


async def on_words(visit: Visit, text: str) -> None:
    """Typed words: an answer where one is asked for, otherwise a kind pointer to the buttons."""
    step = await answering.at(visit.tx, visit.who, _survey(visit), _question(visit))
    question = step.question
    message = visit.event
    if not isinstance(message, Words) or question is None:
        return
    if question.kind not in TYPED:
        await visit.clear(message.message, sent_at=message.sent_at)
        option = _option_typed(visit, question, text)
        if option is None:
            visit.above("say/button_please")
            await stay(visit)
        else:
            await on_pick(visit, str(option))
        return
    too_long: list[int] = visit.showing.get("long", [])
    try:
        changed = await answering.change(
            visit.tx,
            visit.who,
            step.survey,
            question.id,
            lambda asked, answers: flow.write(asked, answers, question.id, text),
        )
    except TooLong as error:
        # Their words stay in the chat, so that they can be shortened; they are cleared with the ones that fit.
        # The card stands in below them and says so; the next words, or a tap, turn it back into the question.
        visit.place, visit.anew = {**visit.showing, "long": [*too_long, message.message]}, True
        await visit.show("say/too_long", max=error.max, got=error.got)
        return
    for earlier in too_long:
        await visit.clear(earlier)
    await visit.clear(message.message, sent_at=message.sent_at)
    await to_step(visit, changed)


def _option_typed(visit: Visit, question: Question, text: str) -> int | None:
    """The option somebody typed out instead of tapping: its number on a scale, or its words."""
    typed = text.strip().casefold()
    if question.kind is Kind.SCALE:
        return int(typed) if typed.isascii() and typed.isdigit() and int(typed) <= SCALE_TOP else None
    for at, option in enumerate(question.options):
        if _said(visit, text_in(option.label, visit.language)).casefold() == typed:
            return at
    return None


async def on_quote(visit: Visit, answer: str) -> None:
    await _changed(visit, lambda asked, answers: flow.quote(asked, answers, _question(visit), answer == "yes"))


async def on_rewrite(visit: Visit, _: str) -> None:
    """They want to change their words: the ones they wrote are kept until new ones arrive."""
    await redraw(visit, rewrite=True)


async def on_reread(visit: Visit, _: str) -> None:
    """Their own words, in an alert: nothing of them comes back into the chat."""
    step = await answering.at(visit.tx, visit.who, _survey(visit), _question(visit))
    value = step.answers.values.get(_question(visit))
    if isinstance(value, dict) and is_typed(value):
        written = str(value["text"])
        visit.alert(written if len(written) <= TOAST_CHARS else written[: TOAST_CHARS - 1] + "…")


async def on_keep(visit: Visit, _: str) -> None:
    """Keep what is written and go on."""
    await to_step(visit, await answering.begin(visit.tx, visit.who, _survey(visit)))


# The end


async def draw_ready(visit: Visit, args: Mapping[str, Any]) -> None:
    survey = SurveyId(args["survey"])
    step = await answering.at(visit.tx, visit.who, survey, None)
    if step.question is None:
        await answering.nearly_done(visit.tx, visit.who, survey, now=visit.now)
    answered, skipped, left = flow.summary(step.asked, step.answers)
    await visit.show("survey/ready", answered=answered, skipped=skipped, left=left)


async def on_ready(visit: Visit, _: str) -> None:
    await go(visit, "survey/ready", survey=_survey(visit), q=visit.showing.get("q"))


async def on_send(visit: Visit, _: str) -> None:
    survey = _survey(visit)
    opening = await openings.find(visit.tx, survey)
    await answering.send(visit.tx, visit.who, survey)
    for earlier in visit.showing.get("long", []):
        await visit.clear(earlier)
    await go(
        visit,
        "survey/sent",
        survey=survey,
        left_over=await trail.left_over(visit.tx, visit.saying.chat, now=visit.now),
        results_by=answering.results_by(visit.settings, opening).isoformat(),
    )


async def draw_sent(visit: Visit, args: Mapping[str, Any]) -> None:
    day = args.get("results_by")
    await visit.show(
        "survey/sent", left_over=args.get("left_over", 0), results_by=date.fromisoformat(day) if day else None
    )


async def on_stop(visit: Visit, _: str) -> None:
    await go(visit, "survey/kept", survey=_survey(visit))


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
    await go(visit, "question", survey=_survey(visit), q=visit.showing.get("q"))


async def draw_closed(visit: Visit, args: Mapping[str, Any]) -> None:
    asked = await openings.questionnaire(visit.tx, SurveyId(args["survey"]))
    await visit.show(str(visit.place["at"]), title=text_in(asked.title, visit.language))


def _survey(visit: Visit) -> SurveyId:
    """The survey the card is at."""
    return SurveyId(visit.showing["survey"])


def _question(visit: Visit) -> str:
    """The question the card is at."""
    return str(visit.showing["q"])


_FOOT: dict[str, Handler] = {"back": on_back, "stop": on_stop, "ready": on_ready}

PLACES["survey"] = Place(draw_survey, {})
PLACES["survey/start"] = Place(draw_start, {"start": on_start})
PLACES["question"] = Place(
    draw_question,
    {
        **_FOOT,
        "pick": on_pick,
        "done": on_done,
        "again": on_again,
        "rewrite": on_rewrite,
        "skip": on_skip,
        "next": on_next,
        "quote": on_quote,
        "reread": on_reread,
        "keep": on_keep,
        "show": stay,
    },
    on_words,
)
PLACES["survey/ready"] = Place(draw_ready, {**_FOOT, "send": on_send})
PLACES["survey/sent"] = Place(draw_sent, {})
PLACES["survey/kept"] = Place(draw_kept, {})
PLACES["survey/again"] = Place(draw_again, {"show": on_show})
PLACES["survey/closed"] = Place(draw_closed, {})
PLACES["survey/already_sent"] = Place(draw_closed, {})
