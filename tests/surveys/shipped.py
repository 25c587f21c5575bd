"""The shipped definitions and a small made-up one with every kind in it, and taps to throw at them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

import surveys
from surveys import flow
from surveys.definition import Kind, Questionnaire
from surveys.errors import SurveyError
from surveys.flow import Answers
from surveys.load import load

FOLDER = Path(surveys.__file__).parent


def text_of(name: str) -> str:
    return (FOLDER / "definitions" / f"{name}.yaml").read_text(encoding="utf-8")


def shipped(name: str) -> Questionnaire:
    return load(text_of(name), source=f"{name}.yaml")


CARE = shipped("care_leaver_survey")
PULSE = shipped("pulse")
CHECKIN = shipped("checkin")

MADE_UP_TEXT = """\
name: made_up
version: 1
purpose: survey
title: {en: Everything once, cy: Popeth unwaith}
languages: [en, cy]
minutes: 3
scales:
  often:
    - {id: always, label: {en: Always, cy: Bob amser}}
    - {id: mostly, label: Most of the time}
    - {id: sometimes, label: Sometimes}
    - {id: not_often, label: Not often}
    - {id: never, label: Never}
parts:
  - id: first
    heading: First
    line: A line.
    questions:
      - {id: hello, kind: info, text: A page to read.}
      - id: colour
        kind: single
        text: Which colour?
        options: [{id: red, label: Red}, {id: blue, label: Blue}, {id: green, label: Green}]
      - id: shade
        kind: single
        text: Which shade of red?
        ask_when: {question: colour, any_of: red}
        options: [{id: dark, label: Dark}, {id: light, label: Light}]
      - id: how_dark
        kind: scale
        text: How dark?
        sensitive: true
        bands: [0-4, 5-6, 7-8, 9-10]
        ask_when: {question: shade, any_of: [dark]}
      - id: very_dark
        kind: info
        text: That is dark.
        ask_when: {question: how_dark, any_of: 9-10}
      - {id: often, kind: single, text: How often?, options: often}
      - id: agree
        kind: agree
        text: It is fine.
        block: pair
        options: [{id: a, label: A}, {id: b, label: B}, {id: c, label: C}, {id: d, label: D}]
      - id: face
        kind: faces
        text: How is it?
        block: pair
        options:
          - {id: great, label: Great, emoji: 😀}
          - {id: good, label: Good, emoji: 🙂}
          - {id: ok, label: OK, emoji: 😐}
          - {id: poor, label: Not good, emoji: 🙁}
          - {id: bad, label: Bad, emoji: 😢}
  - id: second
    heading: Second
    questions:
      - id: picks
        kind: several
        max: 2
        text: Which of these?
        order: reversible
        options:
          - {id: one, label: One}
          - {id: two, label: Two}
          - {id: three, label: Three}
          - {id: none_of_it, label: None of it, fixed: true, clears: true}
      - id: top
        kind: rank
        max: 2
        text: What first?
        order: rotated
        ask_when: {question: picks, none_of: [none_of_it]}
        options: [{id: p, label: P}, {id: q, label: Q}, {id: r, label: R}, {id: s, label: S, fixed: true}]
      - {id: words, kind: short_text, text: In your own words?, max_chars: 20}
      - {id: more, kind: long_text, text: Anything else?, sensitive: true, ask_when: {question: top, any_of: [p, q]}}
      - id: age
        kind: single
        segment: true
        register: age
        way_out: rather_not_say
        text: How old are you?
        options: [{id: young, label: Under 18}, {id: older, label: 18 or over}]
"""
MADE_UP = load(MADE_UP_TEXT, source="made_up.yaml")

WRITTEN = st.text(min_size=0, max_size=30)
TAPS = st.lists(
    st.tuples(
        st.sampled_from(["choose", "choose", "choose", "done", "skip", "write", "quote", "seen", "start_again"]),
        st.integers(0, 40),
        st.integers(-1, 11),
        WRITTEN,
    ),
    max_size=60,
)


def tapped(survey: Questionnaire, answers: Answers, tap: tuple[str, int, int, str]) -> Answers:
    """The answers after one tap; a tap that is refused changes nothing."""
    what, at, option, text = tap
    question_id = survey.questions[at % len(survey.questions)].id
    act = {
        "choose": lambda: flow.choose(survey, answers, question_id, option),
        "done": lambda: flow.done(survey, answers, question_id),
        "skip": lambda: flow.skip(survey, answers, question_id),
        "write": lambda: flow.write(survey, answers, question_id, text),
        "quote": lambda: flow.quote(survey, answers, question_id, option % 2 == 0),
        "seen": lambda: flow.seen(survey, answers, question_id),
        "start_again": lambda: flow.start_again(survey, answers, question_id),
    }[what]
    try:
        return act()
    except SurveyError:
        return answers


def after(survey: Questionnaire, taps: list[tuple[str, int, int, str]]) -> Answers:
    answers = flow.EMPTY
    for tap in taps:
        answers = tapped(survey, answers, tap)
    return answers


def answered_straight(survey: Questionnaire, option: int = 0) -> Answers:
    """Everything answered, first question to last, with the same option each time where there is one."""
    answers = flow.EMPTY
    while (question := flow.next_question(survey, answers)) is not None:
        if question.kind is Kind.INFO:
            answers = flow.seen(survey, answers, question.id)
        elif question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
            answers = flow.quote(survey, flow.write(survey, answers, question.id, "Some words"), question.id, True)
        else:
            at = option if question.kind is Kind.SCALE else min(option, len(question.options) - 1)
            answers = flow.choose(survey, answers, question.id, at)
            if question.kind in (Kind.SEVERAL, Kind.RANK):
                answers = flow.done(survey, answers, question.id)
    return answers
