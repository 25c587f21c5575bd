"""The path through a questionnaire."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import CARE, MADE_UP, PULSE, TAPS, after, answered_straight, tapped

from surveys import flow
from surveys.definition import Kind
from surveys.errors import NoSuchOption, NothingWritten, NotOnPath, TooLong, TooMany, WrongKind
from surveys.flow import EMPTY, Answers

SURVEYS = st.sampled_from([MADE_UP, CARE])


def ids(questions):
    return [question.id for question in questions]


def at(survey, question_id):
    return survey.plan.position[question_id]


# The path


@pytest.mark.parametrize(
    ("values", "on", "off"),
    [
        ({}, {"colour", "picks", "top"}, {"shade", "how_dark", "very_dark", "more"}),
        ({"colour": "red"}, {"shade"}, {"how_dark"}),
        ({"colour": "blue"}, set(), {"shade", "how_dark"}),
        ({"colour": {"code": "skipped"}}, set(), {"shade"}),
        ({"colour": "red", "shade": "dark"}, {"how_dark"}, {"very_dark"}),
        ({"colour": "blue", "shade": "dark", "how_dark": 10}, set(), {"shade", "how_dark", "very_dark"}),
        ({"colour": "red", "shade": "dark", "how_dark": 8}, set(), {"very_dark"}),
        ({"colour": "red", "shade": "dark", "how_dark": 9}, {"very_dark"}, set()),
        ({"picks": ["none_of_it"]}, set(), {"top", "more"}),
        ({"picks": ["one"], "top": ["s", "q"]}, {"top", "more"}, set()),
        ({"picks": ["one"], "top": ["r"]}, {"top"}, {"more"}),
        ({"picks": {"code": "skipped"}}, {"top"}, {"more"}),
    ],
)
def test_the_path_follows_the_answers(values, on, off):
    asked = set(ids(flow.path(MADE_UP, Answers(values))))
    assert on <= asked
    assert not off & asked


def test_given_no_worker_now_then_trust_in_one_is_not_asked():
    answers = flow.choose(CARE, EMPTY, "worker_contact", "no_worker")
    assert "worker_trust" not in ids(flow.path(CARE, answers))
    assert "worker_same" in ids(flow.path(CARE, answers))
    skipped = flow.skip(CARE, EMPTY, "worker_contact")
    assert "worker_trust" in ids(flow.path(CARE, skipped))


def test_given_someone_who_never_lived_alone_then_questions_21_to_26_are_not_asked():
    answers = flow.choose(CARE, EMPTY, "prepared", "not_yet")
    left_out = set(ids(CARE.questions)) - set(ids(flow.path(CARE, answers)))
    assert left_out == {"best_picks", "best_words", "worst_picks", "worst_words", "would_have_helped", "advice"}
    assert set(ids(CARE.questions[20:26])) == left_out


def test_given_a_changed_mind_then_answers_off_the_path_go_and_next_leads_on():
    answers = answered_straight(CARE)
    assert flow.next_question(CARE, answers) is None
    answers = flow.choose(CARE, answers, "worker_contact", "no_worker")
    assert "worker_trust" not in answers.values
    assert flow.next_question(CARE, answers) is None
    answers = flow.choose(CARE, answers, "worker_contact", "always")
    assert flow.next_question(CARE, answers).id == "worker_trust"


def test_given_an_open_answer_off_the_path_then_it_is_no_longer_open():
    answers = flow.choose(CARE, EMPTY, "best_picks", "own_space")
    answers = flow.choose(CARE, answers, "prepared", "not_yet")
    assert answers == Answers({"prepared": "not_yet"}, frozenset())


def test_chains_of_conditions_fall_together():
    answers = flow.choose(MADE_UP, EMPTY, "colour", "red")
    answers = flow.choose(MADE_UP, answers, "shade", "dark")
    answers = flow.choose(MADE_UP, answers, "how_dark", 10)
    answers = flow.seen(MADE_UP, answers, "very_dark")
    assert set(flow.choose(MADE_UP, answers, "colour", "green").values) == {"colour"}


def test_next_is_the_first_question_without_a_finished_answer():
    answers = flow.choose(PULSE, EMPTY, "home_safe", 0)
    assert flow.next_question(PULSE, answers).id == "life_satisfaction"
    answers = flow.choose(PULSE, answers, "life_satisfaction", 7)
    assert flow.next_question(PULSE, answers).id == "worker_contact"


def test_a_page_to_read_is_next_until_it_is_passed():
    assert flow.next_question(MADE_UP, EMPTY).id == "hello"
    answers = flow.seen(MADE_UP, EMPTY, "hello")
    assert answers.values == {"hello": {"code": "seen"}}
    assert flow.next_question(MADE_UP, answers).id == "colour"


def test_back_goes_one_question_back_along_the_path():
    answers = flow.choose(MADE_UP, EMPTY, "colour", "blue")
    assert flow.previous_question(MADE_UP, answers, "often").id == "colour"
    assert flow.previous_question(MADE_UP, answers, "colour").id == "hello"
    assert flow.previous_question(MADE_UP, answers, "hello") is None
    assert flow.previous_question(MADE_UP, answers, None).id == "age"
    with pytest.raises(NotOnPath):
        flow.previous_question(MADE_UP, answers, "shade")


def test_progress_counts_questions_and_not_pages():
    assert flow.progress(CARE, EMPTY, "pet") == (1, 31)
    assert flow.progress(CARE, EMPTY, "good_now") == (31, 31)
    assert flow.progress(CARE, flow.choose(CARE, EMPTY, "prepared", "not_yet"), "change_first") == (21, 25)
    assert flow.progress(MADE_UP, EMPTY, "hello") == (0, 8)
    assert flow.progress(MADE_UP, EMPTY, "colour") == (1, 8)
    with pytest.raises(NotOnPath):
        flow.progress(MADE_UP, EMPTY, "shade")
    with pytest.raises(NotOnPath):
        flow.progress(MADE_UP, EMPTY, "nothing_like_it")


def test_the_summary_counts_answered_skipped_and_left():
    answers = flow.choose(CARE, EMPTY, "pet", 0)
    answers = flow.skip(CARE, answers, "doing_now")
    answers = flow.skip(CARE, answers, "lonely")
    answers = flow.choose(CARE, answers, "best_picks", 0)
    assert flow.summary(CARE, answers) == (2, 2, 27)
    assert flow.summary(CARE, answered_straight(CARE)) == (31, 0, 0)


# Answering


@pytest.mark.parametrize(
    ("question_id", "option", "value"),
    [
        ("pet", 0, "has_one"),
        ("pet", "would_like", "would_like"),
        ("life_satisfaction", 0, 0),
        ("life_satisfaction", 10, 10),
        ("worker_contact", 5, "no_worker"),
    ],
)
def test_one_tap_answers_and_closes(question_id, option, value):
    assert flow.choose(CARE, EMPTY, question_id, option) == Answers({question_id: value}, frozenset())


@pytest.mark.parametrize(
    ("question_id", "option"),
    [("pet", 4), ("pet", -1), ("pet", "cat"), ("life_satisfaction", 11), ("life_satisfaction", -1),
     ("life_satisfaction", "7"), ("doing_now", 8), ("doing_now", "nothing")],
)  # fmt: skip
def test_an_option_that_does_not_exist_is_refused(question_id, option):
    with pytest.raises(NoSuchOption) as refused:
        flow.choose(CARE, EMPTY, question_id, option)
    assert (refused.value.question_id, refused.value.option) == (question_id, option)


def test_ticks_go_on_and_off_and_stay_open_until_done():
    answers = flow.choose(MADE_UP, EMPTY, "picks", "two")
    answers = flow.choose(MADE_UP, answers, "picks", "one")
    assert answers == Answers({"picks": ["one", "two"]}, frozenset({"picks"}))
    answers = flow.choose(MADE_UP, answers, "picks", "two")
    assert answers.values == {"picks": ["one"]}
    finished = flow.done(MADE_UP, answers, "picks")
    assert finished == Answers({"picks": ["one"]}, frozenset())
    assert flow.choose(MADE_UP, finished, "picks", "one") == EMPTY
    assert flow.choose(MADE_UP, finished, "picks", "two").open == {"picks"}


def test_one_tick_too_many_is_refused_with_the_limit():
    answers = EMPTY
    for tick in ("one", "two"):
        answers = flow.choose(MADE_UP, answers, "picks", tick)
    with pytest.raises(TooMany) as refused:
        flow.choose(MADE_UP, answers, "picks", "three")
    assert refused.value.max == 2


def test_an_option_that_clears_stands_alone():
    answers = EMPTY
    for tick in ("one", "two", "none_of_it"):
        answers = flow.choose(MADE_UP, answers, "picks", tick)
    assert answers.values["picks"] == ["none_of_it"]
    assert flow.choose(MADE_UP, answers, "picks", "two").values["picks"] == ["two"]


def test_ranks_keep_the_order_of_tapping():
    answers = EMPTY
    for tick in ("s", "p"):
        answers = flow.choose(MADE_UP, answers, "top", tick)
    assert answers.values["top"] == ["s", "p"]
    with pytest.raises(TooMany):
        flow.choose(MADE_UP, answers, "top", "q")
    answers = flow.choose(MADE_UP, answers, "top", "s")
    assert flow.choose(MADE_UP, answers, "top", "q").values["top"] == ["p", "q"]
    assert flow.start_again(MADE_UP, answers, "top") == EMPTY


def test_done_with_nothing_ticked_is_skipping():
    assert flow.done(MADE_UP, EMPTY, "picks").values == {"picks": {"code": "skipped"}}
    assert flow.done(CARE, EMPTY, "worst_picks").values == {"worst_picks": {"code": "rather_not_say"}}
    skipped = flow.skip(MADE_UP, EMPTY, "picks")
    assert flow.done(MADE_UP, skipped, "picks") == skipped


@pytest.mark.parametrize(
    ("question_id", "code"),
    [("pet", "skipped"), ("lonely", "rather_not_say"), ("age_band", "rather_not_say"), ("worst_words", "skipped"),
     ("change_words", "skipped"), ("change_first", "skipped")],
)  # fmt: skip
def test_every_question_has_a_way_out(question_id, code):
    assert flow.skip(CARE, EMPTY, question_id).values == {question_id: {"code": code}}


def test_after_a_way_out_an_answer_can_still_be_given():
    skipped = flow.skip(CARE, EMPTY, "doing_now")
    assert flow.choose(CARE, skipped, "doing_now", 1).values == {"doing_now": ["work"]}


def test_text_is_open_until_they_say_whether_it_may_be_quoted():
    answers = flow.write(CARE, EMPTY, "advice", "  Ask early.\r\nAsk twice. ")
    assert answers == Answers({"advice": {"text": "Ask early.\nAsk twice.", "quote": None}}, frozenset({"advice"}))
    answers = flow.quote(CARE, answers, "advice", False)
    assert answers == Answers({"advice": {"text": "Ask early.\nAsk twice.", "quote": False}}, frozenset())
    again = flow.write(CARE, answers, "advice", "Both.")
    assert again.values["advice"] == {"text": "Both.", "quote": None}
    assert again.open == {"advice"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("one\ttwo", "one two"),
        ("one\rtwo", "one\ntwo"),
        ("\u202eabc\u2066", "abc"),
        ("half \ud83d emoji", "half  emoji"),
        ("👩‍👧 family", "👩‍👧 family"),
        ("😀", "😀"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_text_is_kept_without_what_nobody_can_see(typed, kept):
    assert flow.write(CARE, EMPTY, "advice", typed).values["advice"]["text"] == kept


def test_text_over_the_limit_says_how_long_it_was():
    with pytest.raises(TooLong) as refused:
        flow.write(CARE, EMPTY, "best_words", "x" * 301)
    assert (refused.value.max, refused.value.got) == (300, 301)
    assert flow.write(CARE, EMPTY, "best_words", "  " + "x" * 300).open == {"best_words"}
    with pytest.raises(TooLong):
        flow.write(CARE, EMPTY, "advice", "x" * 1001)


@pytest.mark.parametrize("typed", ["", "  \n ", "\x00\x1f"])
def test_nothing_written_is_refused(typed):
    with pytest.raises(NothingWritten):
        flow.write(CARE, EMPTY, "advice", typed)


def test_the_choice_to_be_quoted_needs_text():
    with pytest.raises(NothingWritten):
        flow.quote(CARE, EMPTY, "advice", True)
    with pytest.raises(NothingWritten):
        flow.quote(CARE, flow.skip(CARE, EMPTY, "advice"), "advice", True)


@pytest.mark.parametrize(
    "act",
    [
        lambda answers: flow.choose(MADE_UP, answers, "words", 0),
        lambda answers: flow.choose(MADE_UP, answers, "hello", 0),
        lambda answers: flow.done(MADE_UP, answers, "colour"),
        lambda answers: flow.start_again(MADE_UP, answers, "colour"),
        lambda answers: flow.skip(MADE_UP, answers, "hello"),
        lambda answers: flow.write(MADE_UP, answers, "colour", "blue"),
        lambda answers: flow.quote(MADE_UP, answers, "colour", True),
        lambda answers: flow.seen(MADE_UP, answers, "colour"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused(act):
    with pytest.raises(WrongKind):
        act(EMPTY)


@pytest.mark.parametrize("question_id", ["worker_trust", "no_such_question", ""])
def test_a_question_off_the_path_takes_nothing(question_id):
    answers = flow.choose(CARE, EMPTY, "worker_contact", "no_worker")
    for act in (
        lambda: flow.choose(CARE, answers, question_id, 0),
        lambda: flow.skip(CARE, answers, question_id),
        lambda: flow.done(CARE, answers, question_id),
        lambda: flow.write(CARE, answers, question_id, "x"),
        lambda: flow.quote(CARE, answers, question_id, True),
        lambda: flow.seen(CARE, answers, question_id),
        lambda: flow.start_again(CARE, answers, question_id),
    ):
        with pytest.raises(NotOnPath):
            act()


# What is shown


def test_fixed_order_is_the_order_of_the_definition():
    question = CARE.question("home_safe")
    assert all(flow.shown_options(question, seed) == question.options for seed in range(20))


def test_reversible_lists_run_both_ways_with_the_fixed_ones_last():
    question = CARE.question("best_picks")
    orders = {tuple(ids(flow.shown_options(question, seed))) for seed in range(10)}
    assert len(orders) == 2
    forward, backward = sorted(orders, key=lambda order: order[0] != "own_space")
    assert forward[-2:] == backward[-2:] == ("other", "nothing_yet")
    assert forward[:-2] == backward[:-2][::-1]


def test_rotated_lists_give_every_option_the_first_place():
    for name in ("would_have_helped", "change_first"):
        question = CARE.question(name)
        movable = [option for option in question.options if not option.fixed]
        orders = [flow.shown_options(question, seed) for seed in range(len(movable))]
        assert {order[0].id for order in orders} == {option.id for option in movable}
        assert all(sorted(ids(order)) == sorted(question.option_ids) for order in orders)
    assert {flow.shown_options(CARE.question("would_have_helped"), seed)[-1].id for seed in range(9)} == {"got_it"}


@given(st.sampled_from(CARE.questions), st.integers(-(2**70), 2**70))
def test_the_same_seed_shows_the_same_order_and_loses_nothing(question, seed):
    order = flow.shown_options(question, seed)
    assert order == flow.shown_options(question, seed)
    assert sorted(ids(order)) == sorted(question.option_ids)


# Whatever is tapped


@given(SURVEYS, TAPS)
def test_whatever_is_tapped_in_whatever_order_no_answer_stays_off_the_path(survey, taps):
    answers = after(survey, taps)
    on_path = set(ids(flow.path(survey, answers)))
    assert set(answers.values) <= on_path
    assert answers.open <= set(answers.values)


@given(SURVEYS, TAPS)
def test_whatever_is_tapped_values_keep_their_shapes(survey, taps):
    answers = after(survey, taps)
    for question_id, value in answers.values.items():
        question = survey.question(question_id)
        if isinstance(value, dict) and "code" in value:
            assert value["code"] in ("skipped", "rather_not_say", "seen")
            assert question_id not in answers.open
        elif question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
            assert value["text"].strip() == value["text"] != ""
            assert len(value["text"]) <= question.max_chars
            assert (value["quote"] is None) == (question_id in answers.open)
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            assert 1 <= len(value) <= (question.max or len(question.options))
            assert len(set(value)) == len(value)
            assert set(value) <= set(question.option_ids)
            assert len(value) == 1 or not any(question.option(tick).clears for tick in value)
        elif question.kind is Kind.SCALE:
            assert value in range(11)
        else:
            assert value in question.option_ids


@given(SURVEYS, TAPS)
def test_the_summary_always_adds_up_to_the_path(survey, taps):
    answers = after(survey, taps)
    asked = [question for question in flow.path(survey, answers) if question.kind is not Kind.INFO]
    assert sum(flow.summary(survey, answers)) == len(asked)
    if asked:
        assert flow.progress(survey, answers, asked[-1].id) == (len(asked), len(asked))


@given(SURVEYS, TAPS)
def test_progress_rises_by_one_along_the_path_and_back_undoes_next(survey, taps):
    answers = after(survey, taps)
    asked = flow.path(survey, answers)
    places = [flow.progress(survey, answers, question.id)[0] for question in asked]
    steps = [later - earlier for earlier, later in zip([0, *places], places, strict=False)]
    assert steps == [int(question.kind is not Kind.INFO) for question in asked]
    back = [flow.previous_question(survey, answers, question.id) for question in (*asked,)]
    assert back == [None, *asked[:-1]]


@given(SURVEYS, TAPS, TAPS)
def test_nothing_is_changed_in_place(survey, taps, more):
    answers = after(survey, taps)
    before = (dict(answers.values), repr(answers.values), answers.open)
    for tap in more:
        tapped(survey, answers, tap)
    assert (dict(answers.values), repr(answers.values), answers.open) == before


@given(SURVEYS, TAPS, st.integers(0, 10))
@settings(max_examples=60)
def test_from_anywhere_answering_what_is_next_reaches_send(survey, taps, option):
    answers = after(survey, taps)
    for _ in range(3 * len(survey.questions)):
        question = flow.next_question(survey, answers)
        if question is None:
            break
        if question.kind is Kind.INFO:
            answers = flow.seen(survey, answers, question.id)
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            answers = flow.done(survey, answers, question.id)
        elif question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
            answers = flow.skip(survey, answers, question.id)
        else:
            at_ = option if question.kind is Kind.SCALE else option % len(question.options)
            answers = flow.choose(survey, answers, question.id, at_)
    assert flow.next_question(survey, answers) is None
    assert flow.summary(survey, answers)[2] == 0
