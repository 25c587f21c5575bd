"""What each question heard is counted as it was said, however the answers come apart."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import CARE, MADE_UP, TAPS, after

from surveys import boxes
from surveys.definition import Kind
from surveys.flow import Answers
from surveys.plan import ONE, TICKS
from surveys.tally import WRITTEN, Tally, positions, tallied
from surveys.values import coded


def counted(survey: Any, people: list[Answers]) -> list[tuple[str, Any, int]]:
    """Their rows as the database counts them."""
    found = Counter((question, json.dumps(value)) for each in people for question, value in boxes.rows(survey, each))
    return [(question, json.loads(value), many) for (question, value), many in found.items()]


def heard(question_id: str, *said: tuple[Any, int]) -> Tally:
    return tallied(CARE, [(question_id, value, people) for value, people in said])[question_id]


def test_only_real_answers_are_in_the_base() -> None:
    tally = heard(
        "home_safe",
        ("always", 20),
        ("never", 3),
        (coded("rather_not_say"), 4),
        (coded("skipped"), 2),
        (coded("not_asked"), 7),
    )
    assert tally.counts == (20, 0, 0, 0, 3)
    assert (tally.base, tally.blank, tally.asked, tally.not_asked) == (23, 6, 29, 7)
    assert tally.people(["always", "never"]) == 23


def test_a_scale_has_eleven_places() -> None:
    tally = heard("life_satisfaction", (0, 3), (10, 5))
    assert positions(tally.question) == tuple(range(11))
    assert (tally.counts[0], tally.counts[10], tally.base) == (3, 5, 8)
    assert tally.people(range(5)) == 3


def test_of_ticks_each_person_is_counted_once_in_a_share() -> None:
    tally = heard("doing_now", (["learning", "work"], 6), (["work"], 4), (["caring"], 5))
    assert tally.people(["learning", "work"]) == 10
    assert tally.counts[:4] == (6, 10, 0, 5)
    assert tally.base == 15


def test_a_ranking_keeps_its_order() -> None:
    tally = heard("change_first", (["homes", "money"], 3), (["money", "homes"], 2))
    assert tally.rankings == {("homes", "money"): 3, ("money", "homes"): 2}
    assert tally.people(["homes"]) == 5


def test_what_was_typed_is_counted_and_not_kept() -> None:
    tally = heard("advice", ({"text": "Keep going", "quote": True}, 1), (WRITTEN, 4), (coded("skipped"), 2))
    assert (tally.base, tally.blank) == (5, 2)
    assert "Keep going" not in repr(tally)


def test_an_answer_of_another_shape_is_refused() -> None:
    with pytest.raises(TypeError):
        heard("home_safe", (["always"], 1))


@settings(max_examples=25, deadline=None)
@given(st.lists(TAPS, max_size=12))
def test_every_box_is_counted_once_in_every_question(tapped: list[list[Any]]) -> None:
    people = [after(MADE_UP, taps) for taps in tapped]
    for question_id, tally in tallied(MADE_UP, counted(MADE_UP, people)).items():
        assert tally.base + tally.blank + tally.not_asked == len(people)
        question = MADE_UP.question(question_id)
        if question.kind in ONE:
            assert sum(tally.counts) == tally.base
        elif question.kind in TICKS:
            assert tally.people(question.option_ids) == tally.base or question.kind is Kind.RANK
            assert sum(tally.counts) >= tally.base
