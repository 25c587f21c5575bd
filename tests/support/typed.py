"""A survey with boxes to type in, and people who have typed: sent without a phone, read as the real ones are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from engagement import authority, surveys
from storage import drafts, people, pool
from storage.ids import ChatId, PersonId, SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from surveys.values import Answers

DEFINITION = """
name: own_words
version: 1
purpose: survey
title: In your own words
minutes: 2
parts:
  - id: all
    questions:
      - id: feeling
        kind: single
        text: How are things?
        options: [{id: good, label: Good}, {id: fine, label: Fine}, {id: bad, label: Bad}]
      - {id: helps, kind: long_text, text: What helps you?}
      - {id: change, kind: short_text, text: "What should {council_word} change?"}
      - {id: rare, kind: short_text, text: Anything for a few?}
"""

Said = Mapping[str, tuple[str, bool]]
"""What one person typed: for each question the words, and whether they may be quoted."""


async def open_words(tx: Transaction, *, now: datetime) -> SurveyId:
    words = await authority.current(tx)
    return (await surveys.open_survey(tx, words, DEFINITION, source="own_words", closes=None, now=now)).survey


async def sent(
    tx: Transaction, survey: SurveyId, everybody: Iterable[Said], *, names: str = "Person"
) -> list[PersonId]:
    """One new person for each, who has joined, answered and sent."""
    made = []
    for number, said in enumerate(everybody):
        known = Details(f"{names}-{number}", f"{names}{chr(97 + number % 26) * (1 + number // 26)}", "Ferreira")
        person = await people.add(tx, known)
        await people.join(tx, person.id, ChatId(500_000 + person.id))
        typed = {question: {"text": text, "quote": quote} for question, (text, quote) in said.items()}
        await drafts.start(tx, person.id, survey)
        await drafts.keep(tx, person.id, survey, Answers({"feeling": "fine", **typed}))
        await pool.send(tx, person.id, survey)
        made.append(person.id)
    return made


async def closed(store: Store, survey: SurveyId, *, now: datetime) -> None:
    async with store.transaction() as tx:
        await surveys.close_survey(tx, await authority.current(tx), survey, now=now)
