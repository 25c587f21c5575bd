"""Before launch: what could be shown of a survey, if so many people of the register answer it.

Nothing is drawn by chance. Where a published figure stands beside a question its share is taken to be that, and
everything else is spread evenly. That is kind to small numbers: in the end more may be hidden, seldom less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from surveys import disclosure, levels
from surveys.benchmarks import Benchmark
from surveys.definition import Condition, Kind, Member, Question, Questionnaire
from surveys.levels import row_of, size_of
from surveys.plan import ONE, TICKS
from surveys.publication import Level, Size
from surveys.tally import Tally, positions

TYPICAL_TICKS = 2
NO_BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType({})


class Reason(StrEnum):
    """Why less than everything is likely to be shown."""

    TOO_FEW_ANSWERS = "too_few_answers"
    """Under 10 answer the question, or under 50 where it is about a breakdown."""
    SMALL_COUNTS = "small_counts"
    """Spread over all its answers, some would have counts that may not be shown."""
    UNDER_50 = "under_50"
    """So few answers are shown as two-way splits only."""
    UNDER_300 = "under_300"
    """So few answers are shown by bands."""
    ANSWERS_AS_BANDS = "answers_as_bands"
    """A 0-10 scale is never shown number by number."""
    FEW_INVITED = "few_invited"
    """A breakdown needs 120 people in the register."""
    SMALL_PARTS = "small_parts"
    """Some part, or everybody outside it, would have under 10 people."""


@dataclass(frozen=True, slots=True)
class Likely:
    """One question: how fine it can be shown, of how many answers (rounded), and why no finer."""

    id: str
    kind: str
    level: Level
    size: Size
    base: int | None
    hidden: int
    """How many of its counts would be hidden."""
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class LikelyParts:
    """One segment: the parts that could be shown if the register were split evenly, and why not all of them."""

    id: str
    parts: tuple[str, ...]
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What could be shown. `answers` is how many people are taken to send."""

    people: int
    response: float
    answers: int
    questions: tuple[Likely, ...]
    segments: tuple[LikelyParts, ...]

    def count(self, *levels: Level) -> int:
        """How many questions are likely to be shown at one of these levels."""
        return sum(question.level in levels for question in self.questions)

    @property
    def in_full(self) -> int:
        return self.count(Level.DETAIL)

    @property
    def in_bands(self) -> int:
        return self.count(Level.BANDS)

    @property
    def as_one_share(self) -> int:
        return self.count(Level.SHARE)

    @property
    def written(self) -> int:
        return self.count(Level.WRITTEN)

    @property
    def not_at_all(self) -> int:
        return self.count(Level.NOTHING)


def forecast(
    asked: Questionnaire,
    *,
    people: int,
    response: float,
    benchmarks: Mapping[str, Benchmark] = NO_BENCHMARKS,
) -> Forecast:
    """What could be shown if `response` per cent of so many `people` answer."""
    answers = round(people * response / 100)
    tallies: dict[str, Tally] = {}
    for question in asked.questions:
        if question.kind is not Kind.INFO:
            tallies[question.id] = _typical(question, _asked(question, tallies, answers), answers, benchmarks)
    return Forecast(
        people,
        response,
        answers,
        tuple(map(_likely, tallies.values())),
        tuple(_parts(segment, people=people, answers=answers) for segment in asked.segment_questions),
    )


def _likely(tally: Tally) -> Likely:
    row = row_of(tally)
    return Likely(
        tally.question.id, tally.question.kind.value, row.level, row.size, row.base, len(row.away), _reason(row)
    )


def _reason(row: levels.Row) -> Reason | None:
    question = row.question
    if row.base is None:
        return Reason.TOO_FEW_ANSWERS
    if row.level in (Level.DETAIL, Level.WRITTEN) and not row.away:
        return None
    if row.away or row.level is Level.NOTHING:
        return Reason.SMALL_COUNTS
    if question.kind is Kind.SCALE and row.level is Level.BANDS:
        return Reason.ANSWERS_AS_BANDS
    if row.size is Size.WORDS:
        return Reason.UNDER_50
    return Reason.UNDER_300 if row.size is Size.BANDS and row.level is Level.BANDS else Reason.SMALL_COUNTS


def _parts(segment: Question, *, people: int, answers: int) -> LikelyParts:
    if people < disclosure.MIN_INVITED_FOR_BREAKDOWN:
        return LikelyParts(segment.id, (), Reason.FEW_INVITED)
    if size_of(answers) is Size.WORDS:
        return LikelyParts(segment.id, (), Reason.TOO_FEW_ANSWERS)
    parts = segment.option_ids
    invited, sent = _dealt(people, [1.0] * len(parts)), _dealt(answers, [1.0] * len(parts))
    passing = tuple(
        part
        for part, register, mine in zip(parts, invited, sent, strict=True)
        if min(register, mine, answers - mine) >= disclosure.MIN_SEGMENT
    )
    return LikelyParts(segment.id, passing, None if len(passing) == len(parts) else Reason.SMALL_PARTS)


# Typical answers


def _asked(question: Question, tallies: Mapping[str, Tally], answers: int) -> int:
    """How many are asked: each condition leaves as many as answer so."""
    people = float(answers)
    for when in question.ask_when:
        source = tallies.get(when.question)
        if source is not None and answers:
            people *= _passing(when, source, answers)
    return round(people)


def _passing(when: Condition, source: Tally, answers: int) -> float:
    share = 1.0
    if when.any_of is not None:
        share *= source.people(when.any_of) / answers
    if when.none_of is not None:
        share *= 1 - source.people(when.none_of) / answers
    return share


def _typical(question: Question, asked: int, answers: int, benchmarks: Mapping[str, Benchmark]) -> Tally:
    members = positions(question)
    if question.kind in TICKS:
        count = len(members)
        many = min(question.max or TYPICAL_TICKS, count)
        # Everybody picks the answer whose turn it is and those after it.
        turns = _dealt(asked, [1.0] * count)
        picks = {tuple(members[(at + step) % count] for step in range(many)): turns[at] for at in range(count)}
        counts = [sum(people for picked, people in picks.items() if member in picked) for member in members]
        if question.kind is Kind.RANK:
            rankings = {tuple(map(str, picked)): people for picked, people in picks.items() if people}
            return Tally(question, tuple(counts), asked, 0, answers - asked, rankings=rankings)
        ticks = {frozenset(map(str, picked)): people for picked, people in picks.items() if people}
        return Tally(question, tuple(counts), asked, 0, answers - asked, ticks=ticks)
    if question.kind not in ONE:
        return Tally(question, (), asked, 0, answers - asked)
    return Tally(question, tuple(_dealt(asked, _weights(question, members, benchmarks))), asked, 0, answers - asked)


def _weights(question: Question, members: Sequence[Member], benchmarks: Mapping[str, Benchmark]) -> list[float]:
    """Even, but for a share that a published figure of the same or a similar question names."""
    share = set(question.share or ())
    found = next(
        (
            benchmarks[one.key].percent
            for one in question.benchmarks
            if one.grade != "C" and one.key in benchmarks and benchmarks[one.key].percent is not None
        ),
        None,
    )
    if found is None or not share or len(share) == len(members):
        return [1.0] * len(members)
    rest = len(members) - len(share)
    return [found / len(share) if member in share else (100 - found) / rest for member in members]


def _dealt(people: int, weights: Sequence[float]) -> list[int]:
    """So many whole people by weight, what is left over to the largest remainders."""
    total = sum(weights)
    exact = [people * weight / total for weight in weights]
    dealt = [int(one) for one in exact]
    for at in sorted(range(len(exact)), key=lambda at: (dealt[at] - exact[at], at))[: people - sum(dealt)]:
        dealt[at] += 1
    return dealt
