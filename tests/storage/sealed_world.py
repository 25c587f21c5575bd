"""A small questionnaire, people who answer it, and ways to look into the tables as somebody with the key could."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, text

from storage import drafts, openings, pool
from storage.ids import PersonId, SurveyId
from storage.store import Store, Transaction
from storage.tables import draft, epoch, metadata
from storage.tables import pool as pool_table
from surveys import boxes
from surveys.values import Answers

Result = TypeVar("Result")

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
CLOSES = NOW + timedelta(days=28)

HOMES = ("own_place", "with_people")
AGES = ("younger", "older")
FEELINGS = ("good", "fine", "bad")

DEFINITION = """
name: short_one
version: 1
purpose: survey
title: A short one
minutes: 1
parts:
  - id: first
    questions:
      - id: feeling
        kind: single
        text: How are things?
        options: [{id: good, label: Good}, {id: fine, label: Fine}, {id: bad, label: Bad}]
      - id: what_is_bad
        kind: single
        text: What is hardest?
        ask_when: {question: feeling, any_of: [bad]}
        options: [{id: money, label: Money}, {id: home, label: Home}]
      - id: picks
        kind: several
        text: What do you like?
        options: [{id: music, label: Music}, {id: sport, label: Sport}, {id: games, label: Games}]
      - id: sleep
        kind: single
        block: body
        text: Do you sleep well?
        options: [{id: "well", label: Well}, {id: badly, label: Badly}]
      - id: food
        kind: single
        block: body
        text: Do you eat well?
        options: [{id: "well", label: Well}, {id: badly, label: Badly}]
      - id: more
        kind: short_text
        text: Anything else?
  - id: last
    questions:
      - id: age
        kind: single
        segment: true
        text: How old are you?
        options: [{id: younger, label: Under 21}, {id: older, label: 21 or over}]
      - id: home
        kind: single
        segment: true
        text: Where do you live?
        options: [{id: own_place, label: On my own}, {id: with_people, label: With people}]
"""
ROWS = ("feeling", "what_is_bad", "picks", "body", "more", "age", "home")
"""What every box gives exactly one row to."""

SEGMENTS = {"age": {"younger": 100, "older": 100}, "home": {"own_place": 150, "with_people": 50}}


def people(*numbers: int) -> tuple[PersonId, ...]:
    return tuple(PersonId(number) for number in numbers)


def mark(person: int) -> str:
    """Words that only this person writes."""
    return f"these are the words of number {person}"


def answered(person: int) -> Answers:
    """What this person answers, the same each time."""
    return Answers(
        {
            "feeling": FEELINGS[person % 3],
            "picks": ["music", "games"],
            "sleep": "well",
            "more": {"text": mark(person), "quote": False},
            "age": AGES[person % 2],
            "home": HOMES[person // 2 % 2],
        }
    )


async def opened(
    store: Store,
    *,
    name: str = "short_one",
    invited: int = 200,
    segments: Mapping[str, Mapping[str, int]] = SEGMENTS,
    definition: str = DEFINITION,
) -> SurveyId:
    async with store.transaction() as tx:
        return await openings.open_survey(
            tx, name=name, definition=definition, closes_at=CLOSES, invited=invited, segments=segments, now=NOW
        )


async def begin(tx: Transaction, person: PersonId, survey: SurveyId, answers: Answers | None = None) -> None:
    await drafts.start(tx, person, survey)
    await drafts.keep(tx, person, survey, answered(person) if answers is None else answers)


async def begun(store: Store, survey: SurveyId, persons: Iterable[PersonId]) -> None:
    async with store.transaction() as tx:
        for person in persons:
            await begin(tx, person, survey)


async def sent(store: Store, survey: SurveyId, persons: Iterable[PersonId]) -> None:
    """All of them answer and send, in one transaction: for tests that are about what comes after."""
    async with store.transaction() as tx:
        for person in persons:
            await begin(tx, person, survey)
            await pool.send(tx, person, survey)


async def turned(store: Store) -> pool.Turned:
    async with store.transaction() as tx:
        return await pool.turn(tx)


async def closed(store: Store, survey: SurveyId) -> pool.Closed:
    async with store.transaction() as tx:
        return await pool.close(tx, survey, now=NOW)


async def together(*work: Coroutine[Any, Any, Result]) -> list[Result]:
    """What all of these give, done at once; when one fails the others are stopped, and not left to run on."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
    return [task.result() for task in tasks]


async def rows(store: Store, table: str) -> list[Any]:
    async with store.transaction() as tx:
        return list((await tx.connection.execute(select(metadata.tables[table]))).all())


async def words_in_pool(tx: Transaction, survey: SurveyId) -> list[str]:
    """What whoever has the live key can read in the pool."""
    return await _words(tx, survey, pool_table)


async def words_in_drafts(tx: Transaction, survey: SurveyId) -> list[str]:
    return await _words(tx, survey, draft)


async def _words(tx: Transaction, survey: SurveyId, table: Any) -> list[str]:
    name, sealer = await tx.epoch()
    questionnaire = await openings.questionnaire(tx, survey)
    found = []
    for row in await tx.connection.execute(select(table).where(table.c.survey == survey)):
        assert row.epoch == name
        taps = sealer.open_fixed(row.taps, drafts.about(tx, survey, name, "taps"))
        words = sealer.open_fixed(row.words, drafts.about(tx, survey, name, "words"))
        found.append(boxes.unpack(questionnaire, taps, words).values["more"]["text"])
    return found


async def key_files(store: Store) -> tuple[set[str], str]:
    """The names of the epoch keys on disk, and of the current one."""
    async with store.transaction() as tx:
        current = await tx.connection.scalar(select(epoch.c.name))
    return {path.stem for path in Path(store.keys.burn).glob("*.key")}, current


async def execute(store: Store, statement: str, **values: object) -> None:
    async with store.transaction() as tx:
        await tx.connection.execute(text(statement), values)
