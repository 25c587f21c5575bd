"""Closing a survey: the last boxes come out, what may be counted by segment is counted, and the rest is destroyed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from storage import answers, openings, rewriting, slices, splitting, turning
from storage.errors import SurveyClosed
from storage.ids import SurveyId
from storage.openings import Opening
from storage.slices import Copy
from storage.store import Transaction
from storage.tables import draft
from surveys import disclosure, levels, tally
from surveys.definition import Questionnaire
from surveys.publication import Breakdown


@dataclass(frozen=True, slots=True)
class Closed:
    """How many people had sent; when they were under 10, or only practised, nothing is published and all is destroyed.

    cells: what may be shown by segment, exact; for `publishing.publish`, in the same transaction.
    """

    published: bool
    sent: int
    cells: Breakdown = ()


async def close(tx: Transaction, survey: SurveyId, *, now: datetime) -> Closed:
    """Turn the key and close the survey for good. Runs in a transaction of its own.

    Drafts are destroyed unopened, who took part is kept. Raises: SurveyClosed when it is not open.
    """
    await _must_be_open(tx, survey)
    under_way = await turning.begin(tx)
    opening = await _must_be_open(tx, survey)
    await tx.connection.execute(delete(draft).where(rewriting.of(tx, draft, [survey])))
    await turning.drafts_again(under_way)
    boxes = await turning.waiting(under_way)
    last = boxes.pop(survey, [])
    known = await answers.loose(tx, survey)
    sent = len(last) + answers.boxes_opened(known)
    if published := sent >= disclosure.MIN_BASE and opening.practice is None:
        questionnaire = await openings.questionnaire(tx, survey)
        loose, copies = await splitting.taken_apart(under_way, survey, last)
        rows = known + loose
        copies += await slices.kept(under_way, survey)
        cells = by_segment(opening, questionnaire, rows, copies, sent=sent)
        rows += segment_rows(cells)
    else:
        rows, cells = [], ()
    await turning.pool_again(under_way, [row for staying in boxes.values() for row in staying])
    await slices.again(under_way, {}, without=[survey])
    await answers.replace(tx, {survey: rows})
    await rewriting.rewrite_participation(tx, [one.id for one in await openings.open_surveys(tx)])
    await openings.end(tx, survey, "closed" if published else "destroyed", closes_at=min(now, opening.closes_at))
    await turning.finish(under_way)
    return Closed(published, sent, cells)


async def _must_be_open(tx: Transaction, survey: SurveyId) -> Opening:
    openings.forget_cached(tx)
    opening = await openings.find(tx, survey)
    if opening.state != "open":
        raise SurveyClosed(survey)
    return opening


def by_segment(
    opening: Opening,
    questionnaire: Questionnaire,
    rows: Iterable[answers.Loose],
    copies: Iterable[Copy],
    *,
    sent: int,
) -> Breakdown:
    """The copies that may be counted; `rows` are the totals beside which they will be published."""
    totals = Counter((question, value) for question, value, segments in rows if segments == answers.NO_SEGMENT)
    position = questionnaire.plan.position
    heard = (
        (
            question,
            tally.WRITTEN if question in position and value.startswith(answers.TYPED_BEGINS) else json.loads(value),
            people,
        )
        for (question, value), people in totals.items()
    )
    tallies = tally.tallied(questionnaire, heard)
    counted = Counter(
        (copy.question, copy.segment, copy.part, copy.value) for copy in copies if isinstance(copy.value, str | int)
    )
    return levels.breakdown(questionnaire, tallies, counted, sent=sent, invited=opening.invited)


def segment_rows(cells: Breakdown) -> list[answers.Loose]:
    """A row for each person in these cells. The value of a band is the list of its answers."""
    return [
        row
        for part in cells
        for members, people in part.cells
        for row in [
            (
                part.question,
                answers.encoded(members[0] if len(members) == 1 else list(members)),
                answers.encoded({part.segment: part.option}),
            )
        ]
        * people
    ]
