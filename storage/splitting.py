"""What comes out of boxes when they are opened: loose rows, and segment copies still to be sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage import answers, openings, slices
from storage.ids import SurveyId
from storage.turning import Turning
from surveys import boxes


async def taken_apart(
    turning: Turning, survey: SurveyId, rows: Iterable[Any]
) -> tuple[list[answers.Loose], list[slices.Copy]]:
    """The rows and the copies of all these boxes of one survey; nothing says which came out of the same box."""
    opening = await openings.find(turning.tx, survey)
    questionnaire = await openings.questionnaire(turning.tx, survey)
    opened = [
        boxes.unpack(questionnaire, turning.open(row.taps, survey, "taps"), turning.open(row.words, survey, "words"))
        for row in rows
    ]
    copies = [copy for each in opened for copy in slices.copies(opening, questionnaire, each)]
    return answers.split(questionnaire, opened), copies
