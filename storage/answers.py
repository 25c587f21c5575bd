"""The `answer` table: what has left the pool, one row for each question of each box, nobody's and in no order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage import rewriting, shuffle
from storage.ids import SurveyId
from storage.store import Transaction
from storage.tables import answer as table
from surveys import boxes
from surveys.definition import Questionnaire
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


async def of(tx: Transaction, survey: SurveyId) -> tuple[Row, ...]:
    """Every answer of a survey, in no order.

    On PostgreSQL the table's lock is let go at once: held on, it could keep the nightly job and its reader waiting for
    each other.
    """
    savepoint = await tx.connection.begin_nested()
    rows = await loose(tx, survey)
    await savepoint.rollback()
    return tuple(Row(question, json.loads(value), json.loads(segments)) for question, value, segments in rows)


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
