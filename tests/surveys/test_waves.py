"""When two openings, or a published figure and ours, may be compared, and what may be said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import CARE, CHECKIN, MADE_UP, PULSE

from surveys import publication
from surveys.definition import Condition, Kind, Option
from surveys.disclosure import rounded
from surveys.errors import NotAShare
from surveys.waves import (
    Against,
    Gap,
    Verdict,
    against_benchmark,
    against_benchmarks,
    comparable,
    same_series,
    verdicts,
)

UP, DOWN, NO_CLEAR_CHANGE = Verdict


def of(yes_now, base_now, yes_before, base_before):
    return verdicts({"one": Gap(yes_now, base_now, yes_before, base_before)}).get("one")


# The same question


@pytest.mark.parametrize("survey", [CARE, PULSE, CHECKIN, MADE_UP], ids=lambda survey: survey.name)
def test_a_questionnaire_goes_on_with_all_its_questions_but_not_its_pages(survey):
    asked = tuple(question.id for question in survey.questions if question.kind is not Kind.INFO)
    assert same_series(survey, survey) == asked


def test_one_series_runs_through_pulse_and_yearly_questions():
    both = ("life_satisfaction", "home_safe", "worker_contact", "money_coping", "lonely")
    assert same_series(PULSE, CARE) == both
    assert set(same_series(CARE, PULSE)) == set(both)


def changed_option(question, **change):
    first, *rest = question.options
    return {"options": (first.model_copy(update=change), *rest)}


@pytest.mark.parametrize(
    ("question_id", "change"),
    [
        ("home_safe", {"id": "home_safety"}),
        ("home_safe", {"kind": Kind.AGREE}),
        ("home_safe", {"text": {"en": "Do you feel safe in the place where you live?"}}),
        ("home_safe", {"lead_in": {"en": "Think of last week."}}),
        ("home_safe", {"share": ("always", "mostly")}),
        ("home_safe", {"bands": (("always",), ("mostly", "sometimes", "not_often", "never"))}),
        ("home_safe", {"order": "reversible"}),
        ("home_safe", changed_option(CARE.question("home_safe"), id="all_the_time")),
        ("home_safe", changed_option(CARE.question("home_safe"), label={"en": "All the time"})),
        ("home_safe", {"options": CARE.question("home_safe").options[:4]}),
        ("home_safe", {"options": (*CARE.question("home_safe").options, Option(id="no_home", label="No home"))}),
        ("home_safe", {"options": CARE.question("home_safe").options[::-1]}),
        ("home_safe", {"ask_when": (Condition(question="pet", any_of="has_one"),)}),
        ("life_satisfaction", {"meaning": {"en": "0 means not at all. 10 means fully."}}),
        ("life_satisfaction", {"meaning": None}),
        ("life_satisfaction", {"layout": None}),
        ("life_satisfaction", {"bands": (tuple(range(5)), tuple(range(5, 11)))}),
        ("change_first", {"max": 2}),
    ],
)
def test_a_changed_question_starts_a_new_series(question_id, change):
    before = CARE.question(question_id)
    now = before.model_copy(update=change)
    assert comparable(before, before)
    assert not comparable(now, before)
    assert not comparable(before, now)
    revised = CARE.model_copy(update={"questions": tuple(now if one is before else one for one in CARE.questions)})
    assert question_id not in same_series(revised, CARE)
    assert set(same_series(revised, CARE)) == set(same_series(CARE, CARE)) - {question_id}


@pytest.mark.parametrize(
    "change",
    [
        {"part": "elsewhere"},
        {"heavy": False},
        {"sensitive": False},
        {"benchmarks": ()},
        {"plan_tag": "safety"},
        {
            "text": {
                **CARE.question("home_safe").text,
                "cy": "Pa mor aml ydych chi'n teimlo'n ddiogel gartref?",
            }
        },
    ],
    ids=["part", "heavy", "sensitive", "benchmarks", "plan_tag", "one more language"],
)
def test_what_nobody_is_asked_differently_by_changes_nothing(change):
    before = CARE.question("home_safe")
    assert comparable(before.model_copy(update=change), before)


def test_a_questionnaire_that_breaks_the_series_is_compared_with_nothing():
    swapped = CARE.model_copy(update={"series_break": True})
    assert same_series(swapped, CARE) == ()
    assert same_series(CARE, swapped) == ()


# Up, down, or no clear change


def test_there_is_no_fourth_thing_to_say():
    assert [verdict.value for verdict in Verdict] == ["up", "down", "no_clear_change"]
    assert publication.Verdict is Verdict


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ((60, 100), (40, 100), UP),
        ((40, 100), (60, 100), DOWN),
        ((50, 100), (50, 100), NO_CLEAR_CHANGE),
        ((55, 100), (45, 100), NO_CLEAR_CHANGE),  # ten points, but it may well be chance
        ((9_400, 20_000), (9_000, 20_000), NO_CLEAR_CHANGE),  # no chance, but two points
        ((9_999, 20_000), (9_000, 20_000), NO_CLEAR_CHANGE),  # a hair under five
        ((10_000, 20_000), (9_000, 20_000), UP),  # five points
        ((0, 60), (6, 60), DOWN),  # so few that they are counted: p = 0.027
        ((0, 60), (5, 60), NO_CLEAR_CHANGE),  # p = 0.057
    ],
)
def test_up_and_down_need_the_test_and_five_points(now, before, said):
    assert of(*now, *before) is said


@pytest.mark.parametrize(("base_now", "base_before"), [(47, 900), (900, 47), (20, 20), (10, 900), (0, 0), (3, 900)])
def test_under_fifty_answers_on_either_side_there_is_no_verdict(base_now, base_before):
    assert of(base_now, base_now, 0, base_before) is None


@given(st.integers(10, 120), st.integers(10, 120))
def test_a_missing_verdict_tells_no_more_of_a_base_than_is_printed(base_now, base_before):
    assert (of(5, base_now, 5, base_before) is None) == (min(rounded(base_now), rounded(base_before)) < 50)


@pytest.mark.parametrize(("base", "alone", "first_of_twelve"), [(100, 14, 20), (450, 7, 10), (900, 5, 7)])
def test_the_smallest_clear_change_is_about_the_designs(base, alone, first_of_twelve):
    steady = {str(number): Gap(base // 2, base, base // 2, base) for number in range(11)}

    def smallest(others):
        """In points, both waves equally far from one half."""
        for gap in range(base):
            low = (base - gap) // 2
            if verdicts({**others, "one": Gap(low + gap, base, low, base)})["one"] is UP:
                return 100 * gap / base

    assert smallest({}) == pytest.approx(alone, abs=1)
    assert smallest(steady) == pytest.approx(first_of_twelve, abs=2)


def test_what_is_clear_alone_is_not_clear_among_twelve():
    gap = Gap(60, 100, 44, 100)
    assert verdicts({"one": gap})["one"] is UP
    others = {str(number): Gap(50, 100, 50, 100) for number in range(11)}
    assert set(verdicts({"one": gap, **others}).values()) == {NO_CLEAR_CHANGE}


def test_what_is_too_small_to_test_does_not_make_the_others_harder():
    gap = Gap(60, 100, 44, 100)
    too_small = {str(number): Gap(5, 20, 5, 900) for number in range(11)}
    assert verdicts({"one": gap, **too_small}) == {"one": UP}


GAPS = st.builds(
    lambda now, before: Gap(*now, *before),
    *[st.integers(50, 900).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))] * 2,
)
MIRRORED = {UP: DOWN, DOWN: UP, NO_CLEAR_CHANGE: NO_CLEAR_CHANGE}


@given(st.lists(GAPS, max_size=12))
@settings(max_examples=50, deadline=None)
def test_looking_from_the_other_side_turns_up_into_down_and_a_verdict_follows_its_shares(listed):
    gaps = dict(enumerate(listed))
    said = verdicts(gaps)
    assert set(said) == set(gaps)
    back = {name: Gap(one.yes_before, one.base_before, one.yes_now, one.base_now) for name, one in gaps.items()}
    assert verdicts(back) == {name: MIRRORED[verdict] for name, verdict in said.items()}
    for name, one in gaps.items():
        points = 100 * one.yes_now / one.base_now - 100 * one.yes_before / one.base_before
        if said[name] is not NO_CLEAR_CHANGE:
            assert abs(points) > 4.99
            assert (said[name] is UP) == (points > 0)


@given(st.lists(GAPS, min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_more_measures_never_make_a_change_clearer(gaps):
    alone = [of(one.yes_now, one.base_now, one.yes_before, one.base_before) for one in gaps]
    together = verdicts(dict(enumerate(gaps)))
    assert all(together[at] in (said, NO_CLEAR_CHANGE) for at, said in enumerate(alone))


# A published figure


@pytest.mark.parametrize(
    ("yes", "base", "percent", "n", "said"),
    [
        (40, 100, 26, 1258, UP),
        (10, 100, 26, 1258, DOWN),
        (26, 100, 26, 1258, NO_CLEAR_CHANGE),
        (35, 100, 26, 1258, NO_CLEAR_CHANGE),
        (40, 100, 26, 60, NO_CLEAR_CHANGE),  # of so few the published figure is uncertain too
        (40, 100, 26, None, UP),
        (36, 100, 26, None, UP),  # a fixed figure is the easier one to differ from: the reader must be told
        (36, 100, 26, 100, NO_CLEAR_CHANGE),
        (270, 900, 26, None, NO_CLEAR_CHANGE),  # no chance, but four points
        (0, 60, 7, None, DOWN),  # so few expected that they are counted: p = 0.021
        (0, 50, 5, None, NO_CLEAR_CHANGE),  # p = 0.18
        (47, 47, 26, 1258, None),
        (47, 47, 26, None, None),
        (100, 100, 26, 49, None),
    ],
)
def test_a_published_figure_is_compared_by_the_same_rule(yes, base, percent, n, said):
    assert against_benchmark(yes, base, percent, n) is said


def test_a_published_figure_with_a_base_is_judged_as_one_more_group():
    assert against_benchmark(36, 100, 26, 1258) is of(36, 100, 327, 1258)
    assert against_benchmark(37, 100, 26, 1258) is of(37, 100, 327, 1258)


def test_published_figures_are_corrected_together_too():
    one = Against(38, 100, 26, 1258)
    assert against_benchmarks({"one": one}) == {"one": UP}
    others = {str(number): Against(26, 100, 26, 1258) for number in range(11)}
    assert set(against_benchmarks({"one": one, **others}).values()) == {NO_CLEAR_CHANGE}


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_a_published_figure_is_between_nothing_and_a_hundred_per_cent(percent):
    with pytest.raises(NotAShare):
        against_benchmark(50, 100, percent, None)
