"""How long a questionnaire takes."""

from __future__ import annotations

from shipped import CARE, CHECKIN, MADE_UP, PULSE

from surveys import timing
from surveys.load import load
from surveys.timing import Estimate, Notice


def test_the_yearly_survey_takes_what_the_design_says():
    assert timing.estimate(CARE) == Estimate(nothing_typed=356, all_typed=432, slow=477, quick=296)
    assert timing.warnings(CARE) == ()


def test_the_small_ones_are_short():
    assert 55 <= timing.estimate(PULSE).nothing_typed <= 85
    assert 15 <= timing.estimate(CHECKIN).nothing_typed <= 25
    assert timing.warnings(PULSE) == timing.warnings(CHECKIN) == ()


def test_reading_speed_changes_reading_only():
    slow, usual = timing.estimate(CARE, words_per_minute=120), timing.estimate(CARE)
    assert slow.nothing_typed == usual.slow
    assert slow.all_typed - slow.nothing_typed == usual.all_typed - usual.nothing_typed == 76


def test_labels_of_a_scale_and_the_ends_of_a_0_10_are_read_once():
    again = CARE.question("home_safe").model_copy(update={"id": "again"})
    longer = CARE.model_copy(update={"questions": (*CARE.questions, again)})
    assert timing.words_read(longer) - timing.words_read(CARE) == len(again.text["en"].split())
    another = CARE.question("life_satisfaction").model_copy(update={"id": "another"})
    longer = CARE.model_copy(update={"questions": (*CARE.questions, another)})
    assert timing.words_read(longer) - timing.words_read(CARE) == len(another.text["en"].split())


def test_each_language_is_read_in_its_own_words():
    assert timing.words_read(MADE_UP, "cy") == timing.words_read(MADE_UP) + 1


def long_one() -> str:
    asked = "\n".join(
        f"      - {{id: q{at}, kind: single, options: often, sensitive: true, text: How often do you do this thing?}}"
        for at in range(120)
    )
    return f"""\
name: long
version: 1
purpose: survey
title: Long
minutes: 5
scales: {{often: [{{id: a, label: Often}}, {{id: b, label: Never}}]}}
parts:
  - id: all
    questions:
      - {{id: s1, kind: single, segment: true, text: One?, options: often}}
      - {{id: s2, kind: single, segment: true, text: Two?, options: often}}
      - {{id: s3, kind: single, segment: true, text: Three?, options: often}}
{asked}
      - {{id: last, kind: info, text: Done., ask_when: {{question: q1, any_of: a}}}}
"""


def test_what_deserves_another_look_is_named():
    found = timing.warnings(load(long_one(), source="long.yaml"))
    assert {notice for notice, _ in found} == set(Notice)
    assert (Notice.BRANCHES_ON_SENSITIVE, "last") in found
    assert (Notice.MORE_THAN_TWO_SEGMENTS, "s3") in found
    assert (Notice.LONG_RUN_OF_ONE_SCALE, "q1") in found
