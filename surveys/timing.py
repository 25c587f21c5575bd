"""How long a questionnaire takes on a phone, estimated from its words; never measured on real people.

The model: 1.5 s to redraw and look at each screen, reading at 180 words a minute, a decision, and for what is typed
12 words at 36 a minute. Labels of a scale are read in full only the first time, the words that name the ends of
0 to 10 among them. Two readings of ours, inferred from the four figures the design gives (356, 432, 296 and 477 s),
which then come out to the second: the line that says how many to tap is part of the longer decision, and passing a
typed question by takes one second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from surveys.definition import ENGLISH, Kind, Question, Questionnaire, text_in
from surveys.plan import TICKS, TYPED

READING = 180
SLOW_READING = 120
QUICK_READING = 240
"""Words a minute; adults reading silently manage about 238."""

SCREEN_SECONDS = 1.5
DECISION_SECONDS = {Kind.SCALE: 2.5, Kind.SEVERAL: 5.0, Kind.RANK: 7.0, Kind.SHORT_TEXT: 1.0, Kind.LONG_TEXT: 1.0}
ONE_TAP_SECONDS = 1.5
TYPING_SECONDS = 12 / 36 * 60
LIMIT_SECONDS = 7 * 60

_SENTENCES = re.compile(r"(?<=[.?!])\s+")
_END = re.compile(r"(?:0|10)\b")
_PLACEHOLDER_WORDS = {"{worker_word}": "x", "{council_word}": "x x"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Whole seconds to answer everything: `slow` and `quick` are readers who type nothing."""

    nothing_typed: int
    all_typed: int
    slow: int
    quick: int


class Notice(StrEnum):
    """What is allowed, and worth another look."""

    OVER_SEVEN_MINUTES = "over_seven_minutes"
    LONGER_THAN_PROMISED = "longer_than_promised"
    BRANCHES_ON_SENSITIVE = "branches_on_sensitive"
    LONG_RUN_OF_ONE_SCALE = "long_run_of_one_scale"
    MORE_THAN_TWO_SEGMENTS = "more_than_two_segments"
    SEGMENTS_BEFORE_THE_END = "segments_before_the_end"


def estimate(survey: Questionnaire, language: str = ENGLISH, words_per_minute: int = READING) -> Estimate:
    """The seconds everything takes for someone who is asked every question.

    Source: SURVEY_DESIGN 6. Phones take about 1.4 times as long as computers, so never compare with a desk test.
    """
    words = words_read(survey, language)
    steady = sum(SCREEN_SECONDS + DECISION_SECONDS.get(one.kind, ONE_TAP_SECONDS) for one in survey.questions)
    typed = sum(
        TYPING_SECONDS - DECISION_SECONDS[question.kind] for question in survey.questions if question.kind in TYPED
    )
    nothing_typed = steady + words * 60 / words_per_minute
    return Estimate(
        nothing_typed=int(nothing_typed),
        all_typed=int(nothing_typed + typed),
        slow=int(steady + words * 60 / SLOW_READING),
        quick=int(steady + words * 60 / QUICK_READING),
    )


def words_read(survey: Questionnaire, language: str = ENGLISH) -> int:
    """The words someone reads: labels of a shared scale, and the ends of 0 to 10, only the first time."""
    met: set[tuple[str, str]] = set()
    words = ends_read = 0
    for question in survey.questions:
        said, ends = _said(question, language)
        words += said
        if ends and not ends_read:
            words += ends
            ends_read = ends
        for option in question.options:
            if question.scale is None or (question.scale, option.id) not in met:
                words += _words(text_in(option.label, language))
            if question.scale is not None:
                met.add((question.scale, option.id))
    return words


def warnings(survey: Questionnaire, language: str = ENGLISH) -> tuple[tuple[Notice, str], ...]:
    """What deserves another look, each with what it is about: seconds, or the id of a question."""
    found: list[tuple[Notice, str]] = []
    seconds = estimate(survey, language).nothing_typed
    if seconds > LIMIT_SECONDS:
        found.append((Notice.OVER_SEVEN_MINUTES, str(seconds)))
    if seconds > survey.minutes * 60:
        found.append((Notice.LONGER_THAN_PROMISED, str(seconds)))
    for question in survey.questions:
        if any(survey.question(when.question).sensitive for when in question.ask_when):
            found.append((Notice.BRANCHES_ON_SENSITIVE, question.id))
    found.extend(_order(survey))
    return tuple(found)


def _order(survey: Questionnaire) -> list[tuple[Notice, str]]:
    """Runs of one scale (people stop reading), and segments asked too soon or too often."""
    found = []
    run, before = 0, None
    for question in survey.questions:
        run = run + 1 if question.scale is not None and question.scale == before else 1
        before = question.scale
        if run == 5:
            found.append((Notice.LONG_RUN_OF_ONE_SCALE, question.id))
    asked = survey.segment_questions
    if len(asked) > 2:
        found.append((Notice.MORE_THAN_TWO_SEGMENTS, asked[2].id))
    half = len(survey.questions) // 2
    found += [
        (Notice.SEGMENTS_BEFORE_THE_END, question.id) for question in asked if survey.plan.position[question.id] < half
    ]
    return found


def _said(question: Question, language: str) -> tuple[int, int]:
    """The words of a question, and apart from them those that name the ends of a 0-10 scale."""
    texts = [question.lead_in, question.text] + ([] if question.kind in TICKS else [question.meaning])
    said = ends = 0
    for text in (text_in(texts_, language) for texts_ in texts if texts_ is not None):
        for sentence in _SENTENCES.split(text):
            if question.kind is Kind.SCALE and _END.match(sentence):
                ends += _words(sentence)
            else:
                said += _words(sentence)
    return said, ends


def _words(text: str) -> int:
    for placeholder, stand_in in _PLACEHOLDER_WORDS.items():
        text = text.replace(placeholder, stand_in)
    return len(text.split())
