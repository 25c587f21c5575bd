"""Segment copies: one answer beside one segment, sealed apart from its box until the survey closes.

A box carries two segments and all its answers; a row with two of them could be matched with the register. So at
opening each answer that may be counted by segment is copied with one segment at a time, and the box is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage import rewriting, shuffle
from storage.ids import SurveyId
from storage.openings import Opening
from storage.sealing import SLICE_BOX
from storage.tables import slice_ as table
from storage.turning import Turning
from surveys import boxes, disclosure
from surveys.definition import Questionnaire
from surveys.values import Answers, Value


@dataclass(frozen=True, slots=True)
class Copy:
    """One answer, with the one part of one segment that its writer belongs to."""

    question: str
    value: Value
    segment: str
    part: str


def copies(opening: Opening, questionnaire: Questionnaire, answers: Answers) -> list[Copy]:
    """The copies to make of one person's answers: none under 120 invited, none for a part with fewer than 10."""
    allowed = {
        segment: disclosure.segment_values(parts, invited=opening.invited)
        for segment, parts in opening.segments.items()
    }
    return [
        Copy(question, value, segment, part)
        for question, value, segment, part in boxes.slices(questionnaire, answers)
        if part in allowed.get(segment, ())
    ]


async def kept(turning: Turning, survey: SurveyId) -> list[Copy]:
    """What the copies of a survey say; read only when it closes."""
    rows = await turning.tx.connection.scalars(select(table.c.box).where(rewriting.of(turning.tx, table, [survey])))
    return [Copy(*json.loads(turning.open(box, survey, "slice"))) for box in rows]


async def again(
    turning: Turning, made: Mapping[SurveyId, Iterable[Copy]], *, without: Collection[SurveyId] = ()
) -> None:
    """Seal every copy under the new key together with those just made, in random order; drop those of `without`."""
    tx = turning.tx
    stored = await tx.connection.execute(select(table.c.survey, table.c.box).where(rewriting.of(tx, table)))
    sealed = [(row.survey, turning.again(row.box, row.survey, "slice")) for row in stored if row.survey not in without]
    sealed += [(survey, _sealed(turning, survey, copy)) for survey, some in made.items() for copy in some]
    rows: list[tuple[Any, ...]] = [
        (key, tx.authority, survey, turning.new, box)
        for key, (survey, box) in zip(shuffle.fresh_keys(len(sealed)), sealed, strict=True)
    ]
    await rewriting.rewrite(tx, table, rows)


def _sealed(turning: Turning, survey: SurveyId, copy: Copy) -> bytes:
    said = json.dumps([copy.question, copy.value, copy.segment, copy.part], separators=(",", ":"))
    return turning.seal(said.encode(), survey, "slice", size=SLICE_BOX)
