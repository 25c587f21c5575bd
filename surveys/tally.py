"""What each question heard, counted exactly. Nothing here is shown to anybody: `publication` decides what may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveys.definition import SCALE_TOP, Kind, Member, Question, Questionnaire
from surveys.plan import ONE, TICKS
from surveys.values import NOT_ASKED, Value, code_of, coded, is_typed

WRITTEN = coded("written")
"""Stands for any typed answer: what was typed is not needed to count it."""

Counted = tuple[str, Value | Mapping[str, Value], int]
"""(question or block id, value, how many boxes said so)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One question's counts. Every count is of people.

    counts:   people for each of `positions`; of a ranking those who put it among their top picks.
    base:     who gave a real answer.
    blank:    who were asked and gave none: skipped, or rather not say.
    rankings: a ranking's answers, best first, and how many gave each.
    ticks:    the combinations of a question with several answers, and how many gave each.
    """

    question: Question
    counts: tuple[int, ...]
    base: int
    blank: int
    not_asked: int
    rankings: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    ticks: Mapping[frozenset[str], int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        return self.base + self.blank

    def people(self, members: Iterable[Member]) -> int:
        """Who gave one of these answers. Of ticks, each person once."""
        wanted = frozenset(members)
        if self.question.kind is Kind.SEVERAL:
            return sum(people for ticked, people in self.ticks.items() if not wanted.isdisjoint(ticked))
        return sum(count for at, count in zip(positions(self.question), self.counts, strict=True) if at in wanted)


def positions(question: Question) -> tuple[Member, ...]:
    """A question's answers in the order that is the same for everyone: option ids, or 0 to 10."""
    return tuple(range(SCALE_TOP + 1)) if question.kind is Kind.SCALE else question.option_ids


def tallied(asked: Questionnaire, counted: Iterable[Counted]) -> dict[str, Tally]:
    """The tally of every question, in the order they are asked; memory grows with the questionnaire, not the people."""
    questions = {question.id: question for question in asked.questions if question.kind is not Kind.INFO}
    heard: dict[str, list[tuple[Value, int]]] = {question_id: [] for question_id in questions}
    for question_id, value, people in counted:
        if question_id in heard:
            heard[question_id].append((value, people))  # type: ignore[arg-type]
        elif isinstance(value, Mapping):
            for member, said in value.items():
                if member in heard:
                    heard[member].append((said, people))  # type: ignore[arg-type]
    return {question_id: _tally(questions[question_id], said) for question_id, said in heard.items()}


def _tally(question: Question, heard: Iterable[tuple[Value, int]]) -> Tally:
    counts: Counter[Member] = Counter()
    rankings: Counter[tuple[str, ...]] = Counter()
    ticks: Counter[frozenset[str]] = Counter()
    base = blank = not_asked = 0
    for value, people in heard:
        code = code_of(value)
        if code == NOT_ASKED:
            not_asked += people
        elif code is not None and value != WRITTEN:
            blank += people
        else:
            base += people
            if question.kind.value in ONE and isinstance(value, str | int):
                counts[value] += people
            elif question.kind.value in TICKS and isinstance(value, list):
                counts.update(dict.fromkeys(value, people))
                if question.kind is Kind.RANK:
                    rankings[tuple(value)] += people
                else:
                    ticks[frozenset(value)] += people
            elif not (value == WRITTEN or is_typed(value)):
                raise TypeError(question.id)
    return Tally(
        question, tuple(counts[at] for at in positions(question)), base, blank, not_asked, dict(rankings), dict(ticks)
    )
