"""Answering a survey: begin, keep one answer, go back, send. What comes next is worked out from the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from engagement.asking import about, occasion
from engagement.authority import Settings
from engagement.london import local, london
from storage import choices, drafts, due, occasions, openings, outbox, pool
from storage.errors import SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.openings import Opening
from storage.store import Transaction
from surveys import flow
from surveys.definition import Question, Questionnaire
from surveys.disclosure import MIN_BASE, rounded
from surveys.plan import TICKS
from surveys.values import Answers

FINISHED, FINISHED_LAST = "finished_draft", "finished_draft_last"
FINISHED_AFTER = timedelta(hours=24)
LAST_DAY_AT = time(10)
"""When a draft that only needs Send is mentioned: after a day, and on the morning of the last day."""

CAN_SEND_FROM = 10
"""From this question on, a part answer may be sent: it is a gift, not a failure."""

Change = Callable[[Questionnaire, Answers], Answers]


@dataclass(frozen=True, slots=True)
class Step:
    """Where someone is: the question to show, or None when only Send is left."""

    survey: SurveyId
    asked: Questionnaire
    answers: Answers
    question: Question | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A survey as it stands for one person."""

    opening: Opening
    asked: Questionnaire
    state: Literal["new", "draft", "ready", "sent"]
    place: int
    total: int


async def begin(tx: Transaction, person: PersonId, survey: SurveyId) -> Step:
    """Their draft, made now if there is none. Raises: SurveyClosed, AlreadySent.

    Whoever comes back by themselves after the last reminder is warned again before a draft is destroyed.
    """
    await _must_be_for(tx, person, survey)
    await choices.unmute(tx, person, survey, why="promised")
    answers = await drafts.start(tx, person, survey)
    asked = await openings.questionnaire(tx, survey)
    return Step(survey, asked, answers, flow.next_question(asked, answers))


async def at(tx: Transaction, person: PersonId, survey: SurveyId, question: str | None) -> Step:
    """Their draft, looking at one question; the next one when that is no longer asked. Raises: NothingOpen."""
    step = await _step(tx, person, survey)
    if question is not None and any(one.id == question for one in flow.path(step.asked, step.answers)):
        return Step(survey, step.asked, step.answers, step.asked.question(question))
    return step


async def change(tx: Transaction, person: PersonId, survey: SurveyId, question: str, make: Change) -> Step:
    """Keep one changed answer; the same question again while it is unfinished, otherwise the next.

    Raises: NothingOpen, SurveyClosed, and what the change itself raises.
    """
    before = await _step(tx, person, survey)
    answers = make(before.asked, before.answers)
    if answers != before.answers:
        await drafts.keep(tx, person, survey, answers)
    here = before.asked.question(question)
    unfinished = question in answers.open or (here.kind in TICKS and question not in answers.values)
    following = here if unfinished else flow.next_question(before.asked, answers)
    return Step(survey, before.asked, answers, following)


async def back(tx: Transaction, person: PersonId, survey: SurveyId, question: str | None) -> Step | None:
    """The question before this one; None before the first. Raises: NothingOpen."""
    step = await _step(tx, person, survey)
    before = flow.previous_question(step.asked, step.answers, question)
    return None if before is None else Step(survey, step.asked, step.answers, before)


async def nearly_done(tx: Transaction, person: PersonId, survey: SurveyId, *, now: datetime) -> None:
    """Only Send is left: if it is not pressed, say so after a day and on the last day. The rows belong to the draft."""
    last_morning = london(last_day(await openings.find(tx, survey)), LAST_DAY_AT)
    if now + FINISHED_AFTER < last_morning:
        await due.add(tx, FINISHED, draft_key(person, survey), now + FINISHED_AFTER)
    if now < last_morning:
        await due.add(tx, FINISHED_LAST, draft_key(person, survey), last_morning)


def about_many(drafts: int) -> int | None:
    """How many unsent drafts may be told of: rounded, and none under ten. One more or less would be somebody's tap."""
    return rounded(drafts) if drafts >= MIN_BASE else None


async def forget_due(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Nothing is due for this draft any more, and no moment of it is kept."""
    await due.cancel_kinds(tx, (FINISHED, FINISHED_LAST), draft_key(person, survey))


async def tell_closing(tx: Transaction, survey: SurveyId, *, now: datetime) -> int:
    """How many people have a draft, and hear that the survey closes and what becomes of what is not sent."""
    begun = sorted(await drafts.begun_by(tx, survey))
    await outbox.queue_for(
        tx,
        begun,
        occasion=occasion(survey, "closing"),
        envelope="envelope/reminder",
        opens={"screen": "survey/closing", "survey": survey},
        not_before=now,
        expires_at=(await openings.find(tx, survey)).closes_at,
    )
    return len(begun)


async def send(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Take their name off and put their answers with the others. Nothing about when is kept.

    Raises: NothingOpen, AlreadySent, SurveyClosed.
    """
    await pool.send(tx, person, survey)
    await forget_due(tx, person, survey)
    await choices.unmute(tx, person, survey)
    await occasions.forget_reasons(tx, person, about(survey))


async def offered(tx: Transaction, person: PersonId) -> list[Offered]:
    """The open surveys as they stand for this person: those still to do first."""
    found = []
    for opening in await openings.open_surveys(tx):
        if not opening.is_for(person):
            continue
        asked = await openings.questionnaire(tx, opening.id)
        total = len(asked.questions)
        if await drafts.done(tx, person, opening.id):
            found.append(Offered(opening, asked, "sent", total, total))
        elif not await drafts.has_draft(tx, person, opening.id):
            found.append(Offered(opening, asked, "new", 0, total))
        else:
            answers = await drafts.read(tx, person, opening.id)
            following = flow.next_question(asked, answers)
            place, total = flow.progress(asked, answers, (following or asked.questions[-1]).id)
            found.append(Offered(opening, asked, "draft" if following else "ready", place, total))
    return sorted(found, key=lambda one: one.state == "sent")


async def standing(tx: Transaction, person: PersonId, survey: SurveyId) -> Offered:
    """One survey as it stands for this person. Raises: SurveyClosed."""
    for one in await offered(tx, person):
        if one.opening.id == survey:
            return one
    raise SurveyClosed(survey)


def results_by(settings: Settings, opening: Opening) -> date:
    """The day by which people are told what everyone said."""
    return last_day(opening) + timedelta(days=settings.results_days)


def last_day(opening: Opening) -> date:
    """The last London day on which it can be answered; it closes when that day ends."""
    return local(opening.closes_at - timedelta(seconds=1)).date()


def draft_key(person: PersonId, survey: SurveyId) -> str:
    """The key of what is due for one draft."""
    return f"{person}:{survey}"


def order_seed(tx: Transaction, person: PersonId, survey: SurveyId, question: str) -> int:
    """The same shown order for the same person each time, worked out rather than stored."""
    return int.from_bytes(tx.keys.look_ups.of("order", f"{person}:{survey}:{question}")[:4], "big")


async def _must_be_for(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Raises SurveyClosed for a copy that others practise with."""
    if any(one.id == survey and not one.is_for(person) for one in await openings.open_surveys(tx)):
        raise SurveyClosed(survey)


async def _step(tx: Transaction, person: PersonId, survey: SurveyId) -> Step:
    if not await openings.is_open(tx, survey):
        raise SurveyClosed(survey)
    answers = await drafts.read(tx, person, survey)
    asked = await openings.questionnaire(tx, survey)
    return Step(survey, asked, answers, flow.next_question(asked, answers))
