"""Answers as boxes of bytes and as rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import CARE, CHECKIN, MADE_UP, PULSE, TAPS, after, answered_straight

from surveys import boxes, flow
from surveys.definition import Kind
from surveys.errors import WrongBox
from surveys.flow import EMPTY, Answers

SURVEYS = st.sampled_from([MADE_UP, CARE, PULSE, CHECKIN])


@given(SURVEYS, TAPS)
def test_whatever_is_packed_comes_out_again(survey, taps):
    answers = after(survey, taps)
    packed = boxes.pack(survey, answers)
    assert boxes.unpack(survey, *packed) == answers
    assert boxes.pack(survey, boxes.unpack(survey, *packed)) == packed


def test_an_empty_box_is_an_empty_draft():
    assert boxes.unpack(CARE, *boxes.pack(CARE, EMPTY)) == EMPTY
    assert boxes.unpack(CARE, b"", b"") == EMPTY


def test_boxes_hold_positions_and_no_words_but_those_typed():
    answers = flow.quote(CARE, flow.write(CARE, answered_straight(CARE), "advice", "Ask “twice”"), "advice", True)
    taps, words = boxes.pack(CARE, answers)
    assert not any(character.isalpha() for character in taps.decode().replace("null", ""))
    assert [CARE.plan.position["advice"], "Ask “twice”", True] in json.loads(words)


def test_whoever_writes_as_much_as_they_can_still_fits():
    answers = EMPTY
    for question in CARE.questions:
        if question.kind is Kind.RANK or question.kind is Kind.SEVERAL:
            for option in question.option_ids[-(question.max or 99) :]:
                if not question.option(option).clears:
                    answers = flow.choose(CARE, answers, question.id, option)
        elif question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
            answers = flow.write(CARE, answers, question.id, "😢" * question.max_chars)
        else:
            answers = flow.choose(CARE, answers, question.id, 10 if question.kind is Kind.SCALE else 0)
    taps, words = boxes.pack(CARE, answers)
    most = boxes.worst_case(CARE.questions)
    assert len(taps) <= most[0] <= boxes.TAPS_BYTES
    assert len(words) <= most[1] <= boxes.WORDS_BYTES


@given(SURVEYS, TAPS)
def test_no_answers_are_longer_than_the_worst_case(survey, taps):
    packed = boxes.pack(survey, after(survey, taps))
    assert tuple(map(len, packed)) <= boxes.worst_case(survey.questions)
    assert all(size <= most for size, most in zip(map(len, packed), boxes.worst_case(survey.questions), strict=True))


@pytest.mark.parametrize(
    ("taps", "words"),
    [
        (b"{}", b"[]"),
        (b"[]", b"[]"),
        (b"not json", b"[]"),
        (b"[0,[],[]]", b"[]"),
        (b"\xff\xfe", b"[]"),
        (b"[" * 5000, b"[]"),
        (b"FP[99],[]]", b"[]"),
        (b"FP[-9],[]]", b"[]"),
        (b'FP["x"],[]]', b"[]"),
        (b"FP[[99]],[]]", b"[]"),
        (b"FP[],[99]]", b"[]"),
        (b"FP[],[]]", b"[[99,1,2]]"),
        (b"FP[],[]]", b"[1]"),
    ],
)
def test_a_damaged_box_is_refused_and_names_its_survey(taps, words):
    start = f"[{CARE.plan.fingerprint},".encode()
    with pytest.raises(WrongBox) as refused:
        boxes.unpack(CARE, taps.replace(b"FP", start), words)
    assert refused.value.survey == "care_leaver_survey"


def test_a_box_of_another_questionnaire_is_refused():
    with pytest.raises(WrongBox):
        boxes.unpack(PULSE, *boxes.pack(CARE, answered_straight(CARE)))


def test_the_fingerprint_changes_with_any_option():
    other = CARE.question("pet").model_copy(update={"options": CARE.question("pet").options[::-1]})
    questions = (other, *CARE.questions[1:])
    changed = CARE.model_copy(update={"questions": questions})
    assert changed.plan.fingerprint != CARE.plan.fingerprint


# Rows


@given(SURVEYS, TAPS)
def test_every_box_gives_exactly_one_row_to_every_question(survey, taps):
    answers = after(survey, taps)
    given_rows = boxes.rows(survey, answers)
    expected = list(
        dict.fromkeys(question.block or question.id for question in survey.questions if question.kind is not Kind.INFO)
    )
    assert [question_id for question_id, _ in given_rows] == expected
    asked = {question.id for question in flow.path(survey, answers)}
    for question_id, value in given_rows:
        if question_id not in survey.plan.position:
            assert set(value) == {question.id for question in survey.questions if question.block == question_id}
            continue
        assert (value == {"code": "not_asked"}) == (question_id not in asked)
        json.dumps(value)


@pytest.mark.parametrize(
    ("answers", "question_id", "value"),
    [
        (EMPTY, "pet", {"code": "skipped"}),
        (flow.choose(CARE, EMPTY, "pet", 0), "pet", "has_one"),
        (flow.choose(CARE, EMPTY, "life_satisfaction", 0), "life_satisfaction", 0),
        (flow.skip(CARE, EMPTY, "lonely"), "lonely", {"code": "rather_not_say"}),
        (flow.choose(CARE, EMPTY, "doing_now", 1), "doing_now", ["work"]),
        (flow.choose(CARE, EMPTY, "prepared", "not_yet"), "advice", {"code": "not_asked"}),
        (flow.write(CARE, EMPTY, "advice", "Ask."), "advice", {"text": "Ask.", "quote": False}),
        (
            flow.quote(CARE, flow.write(CARE, EMPTY, "advice", "Ask."), "advice", True),
            "advice",
            {"text": "Ask.", "quote": True},
        ),
        (Answers({"doing_now": []}, frozenset({"doing_now"})), "doing_now", {"code": "skipped"}),
    ],
)
def test_a_row_holds_the_answer_or_why_there_is_none(answers, question_id, value):
    assert dict(boxes.rows(CARE, answers))[question_id] == value


def test_ranks_go_in_order():
    answers = EMPTY
    for pick in ("money", "homes", "workers"):
        answers = flow.choose(CARE, answers, "change_first", pick)
    assert dict(boxes.rows(CARE, answers))["change_first"] == ["money", "homes", "workers"]


def test_a_declared_block_gives_one_row_instead_of_its_questions():
    answers = flow.choose(MADE_UP, EMPTY, "face", "ok")
    given_rows = dict(boxes.rows(MADE_UP, answers))
    assert given_rows["pair"] == {"agree": {"code": "skipped"}, "face": "ok"}
    assert "agree" not in given_rows
    assert "face" not in given_rows


def test_shipped_surveys_give_one_row_a_question():
    assert len(boxes.rows(CARE, EMPTY)) == 31
    assert len(boxes.rows(PULSE, EMPTY)) == 6


# Segments


def test_segments_are_the_answers_that_travel_and_never_a_way_out():
    answers = flow.choose(CARE, EMPTY, "age_band", "from_21")
    assert boxes.segments(CARE, answers) == {"age_band": "from_21"}
    answers = flow.skip(CARE, answers, "home_kind")
    assert boxes.segments(CARE, answers) == {"age_band": "from_21"}
    assert boxes.segments(CARE, flow.skip(CARE, answers, "age_band")) == {}
    assert boxes.segments(PULSE, answered_straight(PULSE)) == {}


def test_slices_hold_one_tapped_answer_and_one_segment_each():
    answers = answered_straight(CARE)
    slices = boxes.slices(CARE, answers)
    one_answer = {
        question.id
        for question in CARE.questions
        if question.kind in (Kind.SINGLE, Kind.SCALE) and not question.segment
    }
    assert {(question, segment) for question, _, segment, _ in slices} == {
        (question, segment) for question in one_answer for segment in ("age_band", "home_kind")
    }
    assert boxes.slices(CARE, flow.skip(CARE, flow.skip(CARE, answers, "age_band"), "home_kind")) == ()
    assert not any(question in ("agree", "face") for question, *_ in boxes.slices(MADE_UP, answered_straight(MADE_UP)))


@given(TAPS)
def test_slices_never_hold_text_ticks_codes_or_two_segments(taps):
    for question_id, value, segment, _ in boxes.slices(CARE, after(CARE, taps)):
        assert isinstance(value, str | int)
        assert question_id not in ("age_band", "home_kind")
        assert segment in ("age_band", "home_kind")
