"""Before launch: what could be shown of so many answers."""

from __future__ import annotations

import pytest
from published import figures
from shipped import CARE, PULSE

from surveys.forecast import Reason, forecast
from surveys.publication import Level, Size


def test_the_smaller_the_register_the_less_is_shown() -> None:
    small, middling, large = (forecast(CARE, people=people, response=50) for people in (60, 200, 900))
    assert (small.answers, middling.answers, large.answers) == (30, 100, 450)
    assert small.in_full < middling.in_full < large.in_full or small.in_bands < middling.in_bands
    assert small.as_one_share > middling.as_one_share >= large.as_one_share
    assert large.not_at_all == 0


@pytest.mark.parametrize("people", [12, 60, 200, 900])
def test_every_question_is_counted_once(people: int) -> None:
    found = forecast(CARE, people=people, response=45, benchmarks=figures())
    assert len(found.questions) == len(CARE.questions)
    parts = (found.in_full, found.in_bands, found.as_one_share, found.written, found.not_at_all)
    assert sum(parts) == len(found.questions)


def test_under_ten_answers_show_nothing_and_say_why() -> None:
    found = forecast(CARE, people=20, response=45)
    assert found.answers == 9
    assert {question.level for question in found.questions} == {Level.NOTHING}
    assert {question.reason for question in found.questions} == {Reason.TOO_FEW_ANSWERS}
    assert {question.base for question in found.questions} == {None}


def test_each_question_says_how_fine_and_why_no_finer() -> None:
    found = {question.id: question for question in forecast(CARE, people=60, response=45).questions}
    assert (found["home_safe"].level, found["home_safe"].size) == (Level.SHARE, Size.WORDS)
    assert found["home_safe"].reason is Reason.UNDER_50
    assert found["best_picks"].level is Level.DETAIL
    assert found["advice"].level is Level.WRITTEN
    assert found["would_have_helped"].level is Level.NOTHING
    assert found["would_have_helped"].reason is Reason.SMALL_COUNTS
    found = {question.id: question for question in forecast(CARE, people=200, response=60).questions}
    assert (found["home_safe"].level, found["home_safe"].reason) == (Level.BANDS, Reason.UNDER_300)
    assert found["life_satisfaction"].reason is Reason.ANSWERS_AS_BANDS
    assert found["pet"].reason is None


def test_a_published_figure_makes_a_share_as_small_as_it_is() -> None:
    even = forecast(PULSE, people=50, response=50)
    like_others = forecast(PULSE, people=50, response=50, benchmarks=figures())
    assert {question.id: question.level for question in even.questions}["lonely"] is Level.SHARE
    # 18% of 25 people are four or five
    assert {question.id: question.base for question in like_others.questions}["lonely"] == 25
    assert even != like_others


@pytest.mark.parametrize(
    ("people", "response", "parts", "reason"),
    [
        (119, 100, 0, Reason.FEW_INVITED),
        (120, 35, 0, Reason.TOO_FEW_ANSWERS),
        (120, 50, 3, None),
        (200, 60, 3, None),
    ],
)
def test_a_segment_says_which_parts_could_be_shown(people: int, response: int, parts: int, reason: Reason) -> None:
    found = forecast(CARE, people=people, response=response)
    assert found.segments[0].id == "age_band"
    assert (len(found.segments[0].parts), found.segments[0].reason) == (parts, reason)


def test_a_segment_of_many_parts_has_parts_too_small() -> None:
    (question,) = [one for one in CARE.questions if one.id == "age_band"]
    options = tuple(question.options[0].model_copy(update={"id": f"age_{at}"}) for at in range(8))
    wide = CARE.model_copy(update={"questions": (question.model_copy(update={"options": options}),)})
    assert forecast(wide, people=140, response=50).segments[0].reason is Reason.SMALL_PARTS


def test_it_says_the_same_every_time() -> None:
    assert forecast(CARE, people=77, response=43.5) == forecast(CARE, people=77, response=43.5)
