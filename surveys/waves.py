"""The same question asked again, and a published figure beside ours: when a gap may be spoken of, and what is said.

Two openings are compared as two independent groups although some people answered both, because nothing may link them.
That is cautious: it rarely cries change falsely and misses some real ones (SURVEY_DESIGN 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from surveys.definition import Kind, Question, Questionnaire, Texts
from surveys.disclosure import rounded
from surveys.errors import NotAShare
from surveys.statistics import fixed_share_p, holm, same_share_p

MIN_COMPARED = 50
MAX_P = 0.05
MIN_POINTS = 5


class Verdict(StrEnum):
    """What may be said of a gap. There is no "stayed the same"."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR_CHANGE = "no_clear_change"


@dataclass(frozen=True, slots=True)
class Gap:
    """Who gave the headline answers, of whom, in two closed openings. Exact counts: never shown, only judged."""

    yes_now: int
    base_now: int
    yes_before: int
    base_before: int


@dataclass(frozen=True, slots=True)
class Against:
    """Who gave the headline answers, of whom, and the published per cent; its base `n` is None where none is given."""

    yes: int
    base: int
    percent: float
    n: int | None


def comparable(now: Question, before: Question) -> bool:
    """Whether both are one question: the same words, answers, order, rows of buttons, bands, share and people asked.

    A language that only one of them has changes nothing for those who read another.
    """
    return (
        now.kind is not Kind.INFO
        and _fixed(now) == _fixed(before)
        and _same_words(now.text, before.text)
        and _same_words(now.lead_in, before.lead_in)
        and _same_words(now.meaning, before.meaning)
        and all(_same_words(mine.label, theirs.label) for mine, theirs in zip(now.options, before.options, strict=True))
    )


def same_series(now: Questionnaire, before: Questionnaire) -> tuple[str, ...]:
    """The ids of the questions that may be compared; none where either questionnaire breaks the series."""
    if now.series_break or before.series_break:
        return ()
    earlier = {question.id: question for question in before.questions}
    return tuple(one.id for one in now.questions if one.id in earlier and comparable(one, earlier[one.id]))


def verdicts(gaps: Mapping[str, Gap]) -> Mapping[str, Verdict]:
    """The verdict on each gap, corrected for all that were tested; no entry where either base is under 50.

    gaps: of the declared headline measures only: every further one would make all of them harder to see.
    Up or down needs the corrected test and 5 points, both decided on the exact counts. Whether a base is under 50 is
    decided on what is shown of it, or a missing verdict would tell the base more exactly than it is printed.
    """
    tested = {name: gap for name, gap in gaps.items() if _enough(gap.base_now) and _enough(gap.base_before)}
    ps = holm([same_share_p(one.yes_now, one.base_now, one.yes_before, one.base_before) for one in tested.values()])
    return {name: _verdict(p, _points(gap)) for (name, gap), p in zip(tested.items(), ps, strict=True)}


def against_benchmarks(pairs: Mapping[str, Against]) -> Mapping[str, Verdict]:
    """The verdict on each published figure beside ours, by the same test and the same correction.

    No entry where our base, or the published one, is under 50. A published figure without a base counts as fixed: it
    is uncertain too, and a reader must be told so.
    """
    for one in pairs.values():
        if not 0 <= one.percent <= 100:
            raise NotAShare(one.percent, 100)
    tested = {
        name: one for name, one in pairs.items() if _enough(one.base) and (one.n is None or one.n >= MIN_COMPARED)
    }
    ps = holm([_benchmark_p(one) for one in tested.values()])
    return {
        name: _verdict(p, Fraction(100 * one.yes, one.base) - Fraction(one.percent))
        for (name, one), p in zip(tested.items(), ps, strict=True)
    }


def against_benchmark(yes: int, base: int, percent: float, n: int | None) -> Verdict | None:
    """The verdict where one published figure is all that is tested; None where a base is under 50."""
    return against_benchmarks({"": Against(yes, base, percent, n)}).get("")


def _fixed(question: Question) -> tuple[object, ...]:
    """Everything besides words that makes a question the question it is."""
    options = tuple((option.id, option.emoji, option.fixed, option.clears) for option in question.options)
    asked = (question.id, question.kind, options, question.order, question.layout, question.max, question.ask_when)
    return (*asked, question.not_in, question.bands, question.share)


def _same_words(now: Texts | None, before: Texts | None) -> bool:
    """Whether both say the same in every language that both have."""
    if now is None or before is None:
        return now is before
    return all(before[language] == text for language, text in now.items() if language in before)


def _enough(base: int) -> bool:
    return rounded(base) >= MIN_COMPARED


def _points(gap: Gap) -> Fraction:
    """By how many points the share is higher now: exact, so that 5 points are 5 points."""
    return Fraction(100 * gap.yes_now, gap.base_now) - Fraction(100 * gap.yes_before, gap.base_before)


def _benchmark_p(one: Against) -> float:
    if one.n is None:
        return fixed_share_p(one.yes, one.base, one.percent / 100)
    return same_share_p(one.yes, one.base, round(one.n * one.percent / 100), one.n)


def _verdict(p: float, points: Fraction) -> Verdict:
    if p >= MAX_P or abs(points) < MIN_POINTS:
        return Verdict.NO_CLEAR_CHANGE
    return Verdict.UP if points > 0 else Verdict.DOWN
