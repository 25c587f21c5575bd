"""How many have answered so far, by what the register knows of people: to see whom an invitation has not reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from engagement.london import today
from engagement.surveys import fits
from storage import drafts, openings, people
from storage.openings import Opening
from storage.people import Details
from storage.store import Transaction
from surveys import disclosure
from surveys.definition import Question
from surveys.disclosure import MIN_BASE, MIN_INVITED_FOR_BREAKDOWN, MIN_SEGMENT, rounded


@dataclass(frozen=True, slots=True)
class Group:
    """People with one thing in common. Both numbers are rounded; `sent` is None where it would say too much."""

    segment: str
    part: str
    people: int
    sent: int | None


async def by_group(tx: Transaction, opening: Opening) -> list[Group]:
    """The groups of ten people or more, for each declared segment; none before ten people have sent in all.

    What anybody has answered is not looked at: a group is what the register says, as of the day the survey opened.
    """
    sent = await drafts.done_many(tx, opening.id)
    register = await people.register(tx)
    if sum(person.id in sent for person, _ in register) < MIN_BASE:
        return []
    asked = await openings.questionnaire(tx, opening.id)
    known = [(details, person.id in sent) for person, details in register]
    return [
        group
        for question in asked.segment_questions
        if question.register is not None
        for group in _groups(question, known, today(opening.opened_at))
    ]


def _groups(question: Question, known: Iterable[tuple[Details, bool]], day: date) -> list[Group]:
    counts: Counter[tuple[str | None, bool]] = Counter()
    for details, has_sent in known:
        counts[_part(question, details, day), has_sent] += 1
    rows = {part: [counts[part, True], counts[part, False]] for part in question.option_ids}
    kept = _shown(rows, [counts[None, True], counts[None, False]])
    return [
        Group(question.id, part, rounded(sum(row)), rounded(row[0]) if (part, 0) in kept else None)
        for part, row in rows.items()
        if sum(row) >= MIN_SEGMENT
    ]


def _shown(rows: Mapping[str, list[int]], rest: list[int]) -> frozenset[tuple[str, int]]:
    """The (part, place) cells that point at nobody, of everyone who has sent and has not; `rest` fits no part."""
    totals = [sum(column) for column in zip(*rows.values(), rest, strict=True)]
    return disclosure.segment_cells(
        rows,
        totals,
        sent={part: sum(row) for part, row in rows.items()},
        everyone=sum(totals),
        # That somebody has sent is no answer of theirs, and staff may know it: no breakdown is made here.
        invited=max(sum(totals), MIN_INVITED_FOR_BREAKDOWN),
        sensitive=False,
    )


def _part(question: Question, details: Details, day: date) -> str | None:
    """The answer that the register would give for this person; None where it does not know."""
    fact = _fact(question, details, day)
    if not fact:
        return None
    return next((option_id for option_id in question.option_ids if fits(question, option_id, fact)), None)


def _fact(question: Question, details: Details, day: date) -> str:
    if question.register != "age":
        return details.home
    return "" if details.birth_date is None else str(people.age_on(details.birth_date, day))
