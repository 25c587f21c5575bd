"""One question on the card: drawn, answered by a tap or in words, and left by its foot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import choices
from bot.chat.events import Words
from bot.chat.visit import PLACES, TOAST_CHARS, Handler, Place, Visit, go, number, redraw, stay
from engagement import answering
from engagement.answering import CAN_SEND_FROM, Change, Step
from storage.ids import SurveyId
from surveys import flow
from surveys.definition import Kind, Question, text_in
from surveys.errors import TooLong
from surveys.plan import TICKS, TYPED
from surveys.values import is_typed


async def to_step(visit: Visit, step: Step) -> None:
    """Show the question a step leads to, or that only Send is left."""
    if step.question is None:
        await go(visit, "survey/ready", survey=step.survey)
    else:
        await draw_step(visit, step, step.question)


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
        "text": choices.said(visit, question.wording(visit.language)),
        "can_send": place >= CAN_SEND_FROM,
    }
    if (part := step.asked.opens_part(question.id)) is not None:
        context["heading"] = choices.said(visit, text_in(part.heading, visit.language)) if part.heading else None
        context["note"] = choices.said(visit, text_in(part.line, visit.language)) if part.line else None
    if question.kind is Kind.INFO:
        await visit.show("survey/info", **context)
    elif question.kind in TYPED:
        await _show_typed(visit, step, question, context)
    else:
        await _show_choices(visit, step, question, context)


async def _show_choices(visit: Visit, step: Step, question: Question, context: dict[str, object]) -> None:
    lettered, rows = choices.rows(visit, step, question)
    await visit.show(
        "survey/question",
        **context,
        lettered=lettered,
        rows=rows,
        many=question.kind in TICKS,
        ranked=question.kind is Kind.RANK,
        way_out=question.way_out,
    )


async def on_pick(visit: Visit, option: str) -> None:
    picked = number(option)
    await _changed(visit, lambda asked, answers: flow.choose(asked, answers, question_at(visit), picked))


async def on_done(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.done(asked, answers, question_at(visit)))


async def on_again(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.start_again(asked, answers, question_at(visit)))


async def on_skip(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.skip(asked, answers, question_at(visit)))


async def on_next(visit: Visit, _: str) -> None:
    await _changed(visit, lambda asked, answers: flow.seen(asked, answers, question_at(visit)))


async def _changed(visit: Visit, change: Change) -> None:
    step = await answering.change(visit.tx, visit.who, survey_at(visit), question_at(visit), change)
    await to_step(visit, step)


async def on_back(visit: Visit, _: str) -> None:
    if visit.showing.get("at") == "survey/ready" and visit.showing.get("q"):
        # They looked at Send early: back is the question they came from.
        await go(visit, "question", survey=survey_at(visit), q=question_at(visit))
        return
    step = await answering.back(visit.tx, visit.who, survey_at(visit), visit.showing.get("q"))
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
    step = await answering.at(visit.tx, visit.who, survey_at(visit), question_at(visit))
    question = step.question
    message = visit.event
    if not isinstance(message, Words) or question is None:
        return
    if question.kind not in TYPED:
        await visit.clear(message.message, sent_at=message.sent_at)
        option = choices.option_typed(visit, question, text)
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


async def on_quote(visit: Visit, answer: str) -> None:
    await _changed(visit, lambda asked, answers: flow.quote(asked, answers, question_at(visit), answer == "yes"))


async def on_rewrite(visit: Visit, _: str) -> None:
    """They want to change their words: the ones they wrote are kept until new ones arrive."""
    await redraw(visit, rewrite=True)


async def on_reread(visit: Visit, _: str) -> None:
    """Their own words, in an alert: nothing of them comes back into the chat."""
    step = await answering.at(visit.tx, visit.who, survey_at(visit), question_at(visit))
    value = step.answers.values.get(question_at(visit))
    if isinstance(value, dict) and is_typed(value):
        written = str(value["text"])
        visit.alert(written if len(written) <= TOAST_CHARS else written[: TOAST_CHARS - 1] + "…")


async def on_keep(visit: Visit, _: str) -> None:
    """Keep what is written and go on."""
    await to_step(visit, await answering.begin(visit.tx, visit.who, survey_at(visit)))


# The foot


async def on_ready(visit: Visit, _: str) -> None:
    await go(visit, "survey/ready", survey=survey_at(visit), q=visit.showing.get("q"))


async def on_stop(visit: Visit, _: str) -> None:
    await go(visit, "survey/kept", survey=survey_at(visit))


def survey_at(visit: Visit) -> SurveyId:
    """The survey the card is at."""
    return SurveyId(visit.showing["survey"])


def question_at(visit: Visit) -> str:
    """The question the card is at."""
    return str(visit.showing["q"])


FOOT: dict[str, Handler] = {"back": on_back, "stop": on_stop, "ready": on_ready}

PLACES["question"] = Place(
    draw_question,
    {
        **FOOT,
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
