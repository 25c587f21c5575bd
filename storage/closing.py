"""Closing a survey: the last boxes come out, what may be counted by segment is counted, and the rest is destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
from surveys import disclosure
from surveys.definition import SCALE_TOP, Kind, Question, Questionnaire
from surveys.values import Value


@dataclass(frozen=True, slots=True)
class Closed:
    """How many people had sent; `published` is false when they were under 10 and everything was destroyed unread."""

    published: bool
    sent: int


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
    if published := sent >= disclosure.MIN_BASE:
        questionnaire = await openings.questionnaire(tx, survey)
        loose, copies = await splitting.taken_apart(under_way, survey, last)
        rows = known + loose
        rows += segment_rows(opening, questionnaire, rows, await slices.kept(under_way, survey) + copies, sent=sent)
    else:
        rows = []
    await turning.pool_again(under_way, [row for staying in boxes.values() for row in staying])
    await slices.again(under_way, {}, without=[survey])
    await answers.replace(tx, {survey: rows})
    await rewriting.rewrite_participation(tx, [one.id for one in await openings.open_surveys(tx)])
    await openings.end(tx, survey, "closed" if published else "destroyed", closes_at=min(now, opening.closes_at))
    await turning.finish(under_way)
    return Closed(published, sent)


async def _must_be_open(tx: Transaction, survey: SurveyId) -> Opening:
    openings.forget_cached(tx)
    opening = await openings.find(tx, survey)
    if opening.state != "open":
        raise SurveyClosed(survey)
    return opening


def segment_rows(
    opening: Opening,
    questionnaire: Questionnaire,
    rows: Iterable[answers.Loose],
    copies: Iterable[Copy],
    *,
    sent: int,
) -> list[answers.Loose]:
    """A row for each copy that may be counted; `rows` are the totals beside which they will be published."""
    totals = Counter((question, value) for question, value, _ in rows)
    counts = Counter((copy.question, copy.segment, copy.part, answers.encoded(copy.value)) for copy in copies)
    made: list[answers.Loose] = []
    for segment in questionnaire.segment_questions:
        sent_by_part = {part: totals[segment.id, answers.encoded(part)] for part in segment.option_ids}
        parts = [part for part, people in sent_by_part.items() if people]
        for question in questionnaire.questions:
            values = [answers.encoded(value) for value in _positions(question)]
            cells = {part: [counts[question.id, segment.id, part, value] for value in values] for part in parts}
            if not any(map(any, cells.values())):
                continue
            shown = disclosure.segment_cells(
                cells,
                [totals[question.id, value] for value in values],
                sent=sent_by_part,
                everyone=sent,
                invited=opening.invited,
                sensitive=question.sensitive,
            )
            for part, at in sorted(shown):
                row = (question.id, values[at], answers.encoded({segment.id: part}))
                made += [row] * cells[part][at]
    return made


def _positions(question: Question) -> Sequence[Value]:
    """A question's answers in the order that is the same for everyone."""
    return range(SCALE_TOP + 1) if question.kind is Kind.SCALE else question.option_ids
