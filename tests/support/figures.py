"""A survey that has closed: made-up people answered it, and what they sent went through the real pool."""

from __future__ import annotations

import random
from datetime import date, datetime

from support.town import DEFINITIONS

from engagement import authority, surveys
from storage import drafts, people, pool
from storage.ids import ChatId, SurveyId
from storage.people import Details
from storage.store import Store
from surveys import flow
from surveys.definition import SCALE_TOP, Kind, Question, Questionnaire
from surveys.load import load
from surveys.plan import TICKS, TYPED
from surveys.values import Answers

SKIPPING = 0.05
LEANING = 0.9
"""Answers lean to the first options, so that there is something to see."""


def shipped(name: str = "care_leaver_survey") -> str:
    return (DEFINITIONS / f"{name}.yaml").read_text("utf-8")


async def opened(store: Store, definition: str, *, invited: int, now: datetime) -> SurveyId:
    """So many new people are in the register and have joined; then the survey opens."""
    async with store.transaction() as tx:
        there = len(await people.everyone(tx))
        for number in range(there, there + invited):
            born = date(2004 + number % 5, 3, 14)
            person = await people.add(tx, Details(f"F-{number}", f"Any{number}", "Lee", birth_date=born))
            await people.join(tx, person.id, ChatId(700_000 + number))
        words = await authority.current(tx)
        return (await surveys.open_survey(tx, words, definition, source="any", closes=None, now=now)).survey


async def answered(store: Store, survey: SurveyId, definition: str, size: int, *, seed: int = 1) -> None:
    """The last of the register, so many, answer and send."""
    asked, chance = load(definition, source="any"), random.Random(seed)
    async with store.transaction() as tx:
        for person in (await people.everyone(tx))[-size:]:
            answers = await drafts.start(tx, person.id, survey)
            while (question := flow.next_question(asked, answers)) is not None:
                answers = _answered(asked, answers, question, chance)
            await drafts.keep(tx, person.id, survey, answers)
            await pool.send(tx, person.id, survey)


def _answered(asked: Questionnaire, answers: Answers, question: Question, chance: random.Random) -> Answers:
    if question.kind is Kind.INFO:
        return flow.seen(asked, answers, question.id)
    if chance.random() < SKIPPING:
        return flow.skip(asked, answers, question.id)
    if question.kind in TYPED:
        answers = flow.write(asked, answers, question.id, f"Words about {question.id}")
        return flow.quote(asked, answers, question.id, True)
    if question.kind in TICKS:
        open_to_them = flow.offered(asked, answers, question).options
        free = [at for at, one in enumerate(question.options) if one in open_to_them and not one.clears]
        for at in chance.sample(free, min(chance.randint(1, 3), len(free))):
            answers = flow.choose(asked, answers, question.id, at)
        return flow.done(asked, answers, question.id)
    if question.kind is Kind.SCALE:
        return flow.choose(asked, answers, question.id, min(SCALE_TOP, max(0, round(chance.gauss(6.2, 2.4)))))
    at = min(len(question.options) - 1, int(chance.expovariate(LEANING)))
    return flow.choose(asked, answers, question.id, at)


async def closed(store: Store, survey: SurveyId, *, now: datetime) -> None:
    async with store.transaction() as tx:
        await surveys.close_survey(tx, await authority.current(tx), survey, now=now)


async def published(
    store: Store, definition: str, size: int, *, invited: int, now: datetime, seed: int = 1
) -> SurveyId:
    """A survey that so many of the invited answered, closed with its figures."""
    survey = await opened(store, definition, invited=invited, now=now)
    await answered(store, survey, definition, size, seed=seed)
    await closed(store, survey, now=now)
    return survey
