"""Groups of the register: who has what in common, by the segments of a survey and by the register's own columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from engagement.surveys import fits
from storage import people
from storage.people import Details, Person
from surveys import disclosure
from surveys.definition import Question, Questionnaire
from surveys.disclosure import MIN_INVITED_FOR_BREAKDOWN, MIN_SEGMENT

MOST_PARTS = 6
"""A column with more values than this is no grouping: a town, a team of three, a word somebody typed."""

Register = Sequence[tuple[Person, Details]]


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to part the register. `of` says which part each person of it is in, in the register's order, or None."""

    segment: str
    parts: tuple[str, ...]
    of: tuple[str | None, ...]

    def sizes(self) -> Mapping[str, int]:
        """How many people each part has."""
        return Counter(part for part in self.of if part is not None)

    def members(self, part: str) -> int:
        """Who is in this part, as bits: the first person of the register is the lowest."""
        return sum(1 << at for at, one in enumerate(self.of) if one == part)


def declared(asked: Questionnaire, register: Register, day: date) -> list[Grouping]:
    """The segments of a survey that the register knows, as of that day."""
    return [
        Grouping(question.id, question.option_ids, tuple(_part(question, known, day) for _, known in register))
        for question in asked.segment_questions
        if question.register is not None
    ]


def columns(register: Register, *, without: Iterable[str]) -> list[Grouping]:
    """Gender and the further columns of the register, where every value is shared by ten people or more."""
    names = {"gender", *(name for _, known in register for name in known.groups)} - set(without)
    found = (_column(name, register) for name in sorted(names, key=lambda name: (name != "gender", name)))
    return [one for one in found if 2 <= len(one.parts) <= MOST_PARTS and min(one.sizes().values()) >= MIN_SEGMENT]


def _column(name: str, register: Register) -> Grouping:
    """The column as a grouping; however a value is spaced or capitalised, it is said as most rows say it."""
    said = [" ".join(_value(name, known).split()) for _, known in register]
    ways: dict[str, Counter[str]] = {}
    for one in filter(None, said):
        ways.setdefault(one.casefold(), Counter())[one] += 1
    label = {key: min(counts, key=lambda way: (-counts[way], way)) for key, counts in ways.items()}
    return Grouping(
        name,
        tuple(sorted(label.values(), key=str.casefold)),
        tuple(label[one.casefold()] if one else None for one in said),
    )


def _value(name: str, known: Details) -> str:
    return known.gender if name == "gender" else known.groups.get(name, "")


def shown(grouping: Grouping, sent: Sequence[bool]) -> frozenset[str]:
    """The parts whose number of people who have sent points at nobody, beside the total and beside one another."""
    counts = Counter(zip(grouping.of, sent, strict=True))
    rows = {part: [counts[part, True], counts[part, False]] for part in grouping.parts}
    totals = [sum(column) for column in zip(*rows.values(), [counts[None, True], counts[None, False]], strict=True)]
    kept = disclosure.segment_cells(
        rows,
        totals,
        sent={part: sum(row) for part, row in rows.items()},
        everyone=sum(totals),
        # That somebody has sent is no answer of theirs, and staff may know it: no breakdown is made here.
        invited=max(sum(totals), MIN_INVITED_FOR_BREAKDOWN),
        # None and all are hidden like few: else one look before and one after a Send would tell that it was the first.
        sensitive=True,
    )
    return frozenset(part for part, place in kept if place == 0)


def apart(parts: Iterable[int], others: Iterable[int], everyone: int) -> bool:
    """Whether no difference of two sums, one of each grouping's shown parts, comes down to a few people.

    Staff know who is in each part. Were "women" and "team North" the same but for two people, two numbers rounded by
    themselves could say of those two that one has sent.
    """
    theirs = list(_sums(others))
    return not any(
        0 < min((d := (one ^ other).bit_count()), everyone - d) < MIN_SEGMENT
        for one in _sums(parts)
        for other in theirs
    )


def _sums(parts: Iterable[int]) -> Iterator[int]:
    """Everybody in some of these parts, for every choice of them."""
    known = list(parts)
    for many in range(1, len(known) + 1):
        for some in combinations(known, many):
            yield sum(some)


def choose(
    found: Sequence[Grouping], more: Iterable[Grouping], sent: Sequence[bool]
) -> list[tuple[Grouping, frozenset[str]]]:
    """The groupings that may stand beside one another, each with the parts whose number may be shown.

    What a survey declares always stands; a column of the register only where it is apart from all before it.
    """
    chosen = [(one, shown(one, sent)) for one in found]
    for one in more:
        parts = shown(one, sent)
        masks = [one.members(part) for part in parts]
        if all(apart(masks, [other.members(part) for part in kept], len(sent)) for other, kept in chosen):
            chosen.append((one, parts))
    return chosen


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
