"""Writing to people about a survey: the occasions for it, and when asking one person is over."""

from __future__ import annotations

from typing import Final

from storage import choices, drafts, openings
from storage.ids import PersonId, SurveyId
from storage.outbox import Row
from storage.store import Transaction

ASKS: Final = frozenset({"opened", "reminder", "again", "finished", "last", "closing"})
"""What asks somebody to answer. What became of a survey is told to everybody alike, and is none of these."""


def about(survey: SurveyId) -> str:
    """How every occasion to write to people about that survey begins."""
    return f"survey:{survey}:"


def occasion(survey: SurveyId, what: str) -> str:
    """The name of one reason to write to people about a survey; each reaches a person at most once."""
    return about(survey) + what


def nudge(survey: SurveyId) -> str:
    """The occasion of a worker's own line about that survey: once for each person, whoever writes it.

    It is none of `about`: unsaid at Send, it could be written again, and that would tell the worker who has sent.
    """
    return f"nudge:{survey}"


def what(row: Row) -> str:
    """Which of the reasons to write about a survey this message had, such as `reminder`; empty for any other."""
    said, _, rest = row.occasion.partition(":")
    return rest.split(":")[1] if said == "survey" else ""


async def is_over(tx: Transaction, row: Row, person: PersonId) -> bool:
    """Whether this asks the person about a survey they have sent, want no more of, or cannot answer any more."""
    said, _, rest = row.occasion.partition(":")
    if said != "nudge" and what(row) not in ASKS:
        return False
    survey = SurveyId(int(rest.partition(":")[0]))
    try:
        # Read without holding the epoch: whoever closes a survey holds it, and then waits for this message.
        opening = await openings.find(tx, survey)
    except openings.NoSuchSurvey:  # practice, of which nothing is left
        return True
    if opening.state != "open" or await drafts.done(tx, person, survey):
        return True
    why = await choices.why_muted(tx, person, survey)
    return why == "asked" or (why == "promised" and not row.opens.get("last"))


async def note_leaving(tx: Transaction, row: Row, person: PersonId) -> None:
    """The last reminder leaves, which says that nobody asks again; whoever has begun is still warned of the close."""
    if row.opens.get("last"):
        survey = SurveyId(int(row.occasion.split(":")[1]))
        if not await drafts.has_begun(tx, person, survey):
            await choices.mute(tx, survey, person, why="promised")
