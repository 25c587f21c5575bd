"""The `answer` table: what has left the pool, one row for each question of each box, nobody's and in no order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from storage import openings, rewriting, shuffle
from storage.ids import SurveyId
from storage.store import Transaction
from storage.tables import answer as table
from surveys import boxes
from surveys.definition import Questionnaire
from surveys.tally import WRITTEN, Counted
from surveys.values import Answers

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `segments` is empty, or names one part of one segment; totals come from the empty ones only."""

    question: str
    value: Any
    segments: Mapping[str, str]


Loose = tuple[str, str, str]
"""(question, value, segments), the last two as the JSON text that is stored."""

NO_SEGMENT = _encode({})

TYPED_BEGINS = '{"quote":'
"""How a typed answer is stored, and nothing else: its names are sorted."""

COUNTED_AT_ONCE = 40_000
"""Rows that are grouped together: SQLite sorts them in memory, so that more would make the memory grow with people."""


class Typed(NamedTuple):
    """One typed answer. `key` is its row's random one; `quote` is whether its writer said OK to quote."""

    key: bytes
    question: str
    text: str
    quote: bool


async def of(tx: Transaction, survey: SurveyId) -> tuple[Row, ...]:
    """Every answer of a survey, in no order."""
    async with _a_look(tx):
        rows = await loose(tx, survey)
    return tuple(Row(question, json.loads(value), json.loads(segments)) for question, value, segments in rows)


async def counted(tx: Transaction, survey: SurveyId, *, at_once: int = COUNTED_AT_ONCE) -> list[Counted]:
    """How many boxes gave each value to each question. What was typed is not read.

    The random keys part the table into shares, each counted by the database: none needs more memory than its rows.
    """
    asked = await openings.questionnaire(tx, survey)
    blocks = {question.block for question in asked.questions if question.block is not None}
    found: Counter[tuple[str, str]] = Counter()
    async with _a_look(tx):
        for share in _shares(await _size(tx, survey), at_once):
            for question, value, people in await tx.connection.execute(_grouped(tx, survey, blocks, share)):
                found[question, value] += people
    return [(question, json.loads(value), people) for (question, value), people in found.items()]


async def typed(tx: Transaction, survey: SurveyId) -> list[Typed]:
    """Every typed answer of a survey, in the order of their random keys."""
    asked = await openings.questionnaire(tx, survey)
    blocks = {question.block for question in asked.questions if question.block is not None}
    query = select(table.c.key, table.c.question, table.c.value).where(_of(tx, survey), _is_typed(blocks))
    async with _a_look(tx):
        rows = (await tx.connection.execute(query.order_by(table.c.key))).all()
    said = ((key, question, json.loads(value)) for key, question, value in rows)
    return [Typed(key, question, value["text"], value["quote"] is True) for key, question, value in said]


async def loose(tx: Transaction, survey: SurveyId) -> list[Loose]:
    """The same as stored."""
    columns = (table.c.question, table.c.value, table.c.segments)
    found = await tx.connection.execute(select(*columns).where(rewriting.of(tx, table, [survey])))
    return [(row.question, row.value, row.segments) for row in found]


async def replace(tx: Transaction, by_survey: Mapping[SurveyId, Sequence[Loose]]) -> None:
    """Put these in place of all rows of these surveys: fresh keys, random order."""
    if not by_survey:
        return
    rows: list[tuple[Any, ...]] = []
    for survey, some in by_survey.items():
        keys = shuffle.fresh_keys(len(some))
        rows += [(key, tx.authority, survey, *row) for key, row in zip(keys, some, strict=True)]
    await rewriting.rewrite(tx, table, rows, surveys=list(by_survey))


def split(questionnaire: Questionnaire, opened: Iterable[Answers]) -> list[Loose]:
    """The rows of these boxes, none of which says which other it came with."""
    return [
        (question, encoded(value), NO_SEGMENT)
        for answers in opened
        for question, value in boxes.rows(questionnaire, answers)
    ]


def encoded(value: object) -> str:
    """A value as it is stored, the same text for the same value."""
    return _encode(value)


def boxes_opened(rows: Iterable[Loose]) -> int:
    """How many boxes these rows came out of: each gave one row to every question."""
    return max(Counter(question for question, _, segments in rows if segments == NO_SEGMENT).values(), default=0)


@asynccontextmanager
async def _a_look(tx: Transaction) -> AsyncIterator[None]:
    """Reading, after which PostgreSQL lets go of the table at once.

    Held on, its lock could keep the nightly job and the reader waiting for each other.
    """
    savepoint = await tx.connection.begin_nested()
    try:
        yield
    finally:
        await savepoint.rollback()


def _of(tx: Transaction, survey: SurveyId) -> ColumnElement[bool]:
    return rewriting.of(tx, table, [survey])


def _is_typed(blocks: Iterable[str]) -> ColumnElement[bool]:
    """A row of one question that holds what somebody typed; a block's value may begin in the same way."""
    begins = func.substr(table.c.value, 1, len(TYPED_BEGINS)) == TYPED_BEGINS
    return and_(begins, table.c.question.not_in(sorted(blocks))) if blocks else begins


async def _size(tx: Transaction, survey: SurveyId) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table).where(_of(tx, survey))) or 0


def _shares(rows: int, at_once: int) -> Iterator[ColumnElement[bool]]:
    """Conditions that part so many rows into shares of about `at_once`, by their random keys."""
    shares = min(rows // at_once + 1, 1 << 16)
    begins = [((at << 16) // shares).to_bytes(2, "big") for at in range(shares)]
    for at, first in enumerate(begins):
        upwards = table.c.key >= first
        yield upwards if at + 1 == shares else and_(upwards, table.c.key < begins[at + 1])


def _grouped(tx: Transaction, survey: SurveyId, blocks: Iterable[str], share: ColumnElement[bool]) -> Any:
    value = case((_is_typed(blocks), literal(_encode(WRITTEN))), else_=table.c.value).label("said")
    query = select(table.c.question, value, func.count())
    return query.where(_of(tx, survey), table.c.segments == NO_SEGMENT, share).group_by(table.c.question, value)
