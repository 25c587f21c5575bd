"""The three shipped definitions, word for word as the survey design has them."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML
from shipped import CARE, CHECKIN, FOLDER, PULSE, answered_straight

from surveys import boxes
from surveys.definition import Kind

F5 = "Always · Most of the time · Sometimes · Not often · Never"

# id, kind, asked as, answers, S: the table of the design, "PA" and "the council" filled in
DESIGN = [
    ("pet", "single", "Do you have a pet, or an animal you help look after?",
     "Yes · No, but I would like one · No, it is not allowed where I live · No, and that is fine by me", ""),
    ("doing_now", "several", "What are you doing at the moment? Tap all that fit.",
     "School, college or uni · Paid work · Apprenticeship or training · Looking after my child or family · Volunteering"
     " · Looking for work or a course · Not well enough to work or study · Something else", ""),
    ("life_satisfaction", "scale", "Thinking about your whole life these days, how satisfied are you with it?"
     " 0 means not at all. 10 means completely.", "", "S"),
    ("worthwhile", "scale", "How worthwhile are the things you do? Worthwhile means they matter. 0 means not at all."
     " 10 means completely.", "", "S"),
    ("happy_yesterday", "scale", "How happy were you yesterday, taking the day as a whole? 0 means not at all happy."
     " 10 means completely happy.", "", "S"),
    ("anxious_yesterday", "scale", "How anxious were you yesterday, taking the day as a whole? Anxious means worried or"
     " on edge. 0 means not at all anxious. 10 means completely anxious.", "", "S"),
    ("home_settled", "single", "How often do you feel settled where you live now? Settled means it feels like a home"
     " you can stay in.", F5, "S"),
    ("home_safe", "single", "How often do you feel safe in the place where you live?", F5, "S"),
    ("area_safe", "single", "How often do you feel safe when you are out near where you live?", F5, "S"),
    ("worker_contact", "single", "How often is it easy to get hold of your PA?", F5 + " · I have no PA now", ""),
    ("worker_same", "single", "How many different PAs have you had in the last 12 months?",
     "One · Two · Three or more · None · Not sure", ""),
    ("worker_trust", "single", "How often do you feel you can trust your PA?", F5, "S"),
    ("heard", "single", "How often do people at the council take your views seriously, even when they do not agree?",
     F5, ""),
    ("count_on", "single", "If things got hard, is there someone you could count on?",
     "Yes, a few people · Yes, one person · I am not sure · No one at the moment", "S"),
    ("lonely", "single", "How much of the time do you feel lonely?",
     "Always or often · Sometimes · Now and then · Hardly ever · Never", "S"),
    ("internet", "single", "Can you get online when you need to?",
     "Yes, at home and when I am out · Yes, but only on my phone · Sometimes. My data or money runs out"
     " · Only in other places, like a library", ""),
    ("money_coping", "single", "How are you managing for money at the moment?",
     "Comfortable · Doing OK · Just getting by · Finding it hard · Finding it very hard", "S"),
    ("control", "single", "How often do you feel in charge of the things that matter most in your life?", F5, "S"),
    ("own_story", "single", "Do you know as much as you want to about why you were in care?",
     "Yes, I know enough · I know some, and I have questions · No, I have a lot of questions", "S"),
    ("prepared", "single", "When you started living on your own, how ready did you feel?",
     "Very ready · Quite ready · Half ready · Not very ready · Not ready at all · I have not done that yet", ""),
    ("best_picks", "several", "What is best about life since leaving care? Tap up to three.",
     "My own space · Making my own choices · People I love · Being a parent · Help from my PA · Work, college or uni"
     " · Having my own money · Being proud of how I manage · Something else · Nothing yet", ""),
    ("best_words", "short_text", "Want to say it in your own words?", "", ""),
    ("worst_picks", "several", "And what is hardest? Tap up to three.",
     "Money · Feeling lonely · Where I live · Losing people who helped me · Everything coming at once"
     " · Not knowing who to ask · How I feel inside · Work, college or uni · Something else · Nothing is hard", "S"),
    ("worst_words", "short_text", "Want to say it in your own words?", "", "S"),
    ("would_have_helped", "single", "What one thing would have helped you most when you left care?",
     "A slower move · Practice at cooking and bills · Money to get set up · A better or safer home"
     " · One person who stayed in my life · Help with how I felt · Knowing what I could get"
     " · I got the help I needed", ""),
    ("advice", "long_text", "What would you tell someone who is about to leave care?", "", ""),
    ("change_first", "rank", "What should the council change first? Tap your top three, in order.",
     "Help from PAs · Homes · Feeling well and less alone · Work, college and training · Money · Knowing my own story"
     " · Being listened to · Things to do and people to meet", ""),
    ("change_words", "long_text", "If you could change one thing here, what would it be?", "", ""),
    ("age_band", "single", "How old are you?", "16 or 17 · 18 to 20 · 21 or over", ""),
    ("home_kind", "single", "Which is closest to where you live now?",
     "On my own, or with a partner or child · With family, friends or carers · Supported, shared or student housing"
     " · Somewhere else, or nowhere fixed", ""),
    ("good_now", "several", "Last one. What is going well for you right now? Tap as many as you like.",
     "Someone I care about · My home · My pet · My child · Work or learning · Music, sport, games or making things"
     " · My faith or community · How far I have come · Nothing much today", ""),
]  # fmt: skip

PARTS = [
    ("Getting going", 2),
    ("Your life as a whole", 4),
    ("Where you live", 3),
    ("People paid to help", 4),
    ("People in your life", 2),
    ("Money and choices", 3),
    ("Leaving care", 8),
    ("What should change", 2),
    ("Two things that travel with your answers", 2),
    ("To finish", 1),
]

BENCHMARKS = {
    "doing_now": [("C", "genpop.not_eet")],
    "life_satisfaction": [("B", "ylbc.low_life_satisfaction")],
    "anxious_yesterday": [("B", "ylbc.high_anxiety_yesterday")],
    "home_settled": [("B", "ylbc.settled_home_always")],
    "home_safe": [("B", "ylbc.safe_home_always"), ("C", "stat.suitable_accommodation")],
    "area_safe": [("B", "ylbc.safe_neighbourhood_always")],
    "worker_contact": [("C", "ylbc.easy_contact.hertfordshire")],
    "worker_trust": [("B", "ylbc.trust_worker.national")],
    "heard": [("B", "nb2.survey.heard")],
    "lonely": [("B", "ylbc.lonely_often_always.t2"), ("B", "genpop.lonely_often_always")],
    "money_coping": [("B", "ylbc.cope_financially_hard.t2"), ("B", "genpop.cope_financially_hard")],
    "control": [("C", "ylbc.no_control_important_things")],
    "own_story": [("B", "ylbc.questions_about_history")],
    "change_first": [("C", "nb3.action_plan_themes")],
}


def filled(text: str) -> str:
    return text.replace("{worker_word}", "PA").replace("{council_word}", "the council")


def labels(question) -> str:
    return filled(" · ".join(option.label["en"] for option in question.options))


def numbers(survey, *places):
    return tuple(survey.questions[place - 1].id for place in places)


def test_the_yearly_survey_asks_31_questions_in_the_designs_order():
    assert [question.id for question in CARE.questions] == [row[0] for row in DESIGN]
    assert len(CARE.questions) == 31
    typed = [question for question in CARE.questions if question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT)]
    assert len(typed) == 4


@pytest.mark.parametrize("row", DESIGN, ids=lambda row: row[0])
def test_each_question_is_worded_as_the_design_words_it(row):
    name, kind, asked_as, answers, sensitive = row
    question = CARE.question(name)
    assert question.kind == kind
    assert filled(question.wording()) == asked_as
    assert labels(question) == answers
    assert question.sensitive == bool(sensitive)


def test_the_parts_have_the_designs_headings():
    counted = [sum(question.part == part.id for question in CARE.questions) for part in CARE.parts]
    assert [(part.heading["en"], count) for part, count in zip(CARE.parts, counted, strict=True)] == PARTS
    assert CARE.opens_part("life_satisfaction").line == {"en": "Next: four about how life feels. Skip any."}
    assert CARE.opens_part("change_first").line is not None


def test_the_heavy_ones_are_the_designs_heavy_ones():
    heavy = tuple(question.id for question in CARE.questions if question.heavy)
    assert heavy == numbers(CARE, 3, 4, 5, 6, 8, 14, 15, 19, 23, 24)


def test_the_headline_measures_are_the_designs_twelve():
    assert CARE.headline == numbers(CARE, 3, 6, 7, 8, 9, 10, 12, 13, 15, 17, 19, 20)


def test_the_way_out_is_quiet_on_sensitive_questions_and_skip_on_the_rest():
    for question in CARE.questions:
        typed = question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT)
        expected = "rather_not_say" if (question.sensitive or question.segment) and not typed else "skip"
        assert question.way_out == expected, question.id


def test_scales_have_the_published_bands():
    usual = (tuple(range(5)), (5, 6), (7, 8), (9, 10))
    for name in ("life_satisfaction", "worthwhile", "happy_yesterday"):
        assert CARE.question(name).bands == usual
        assert CARE.question(name).layout == "4+4+3"
    assert CARE.question("anxious_yesterday").bands == ((0, 1), (2, 3), (4, 5), (6, 7, 8, 9, 10))
    assert CARE.question("anxious_yesterday").share == (6, 7, 8, 9, 10)
    assert CARE.question("home_safe").bands == (("always", "mostly"), ("sometimes",), ("not_often", "never"))
    assert CARE.question("home_safe").share == ("always",)
    assert CARE.question("worker_trust").share == ("always", "mostly")
    assert CARE.question("lonely").share == ("often",)
    assert CARE.question("money_coping").share == ("hard", "very_hard")


def test_lists_are_turned_as_the_design_says():
    order = {question.id: question.order for question in CARE.questions if question.order != "fixed"}
    assert order == {
        "best_picks": "reversible",
        "worst_picks": "reversible",
        "would_have_helped": "rotated",
        "change_first": "rotated",
    }
    for name in ("best_picks", "worst_picks"):
        assert [option.fixed for option in CARE.question(name).options] == [False] * 8 + [True] * 2
        assert CARE.question(name).options[-1].clears
    assert CARE.question("would_have_helped").options[-1].fixed
    assert CARE.question("good_now").options[-1].clears
    assert CARE.question("best_picks").max == CARE.question("worst_picks").max == CARE.question("change_first").max == 3
    assert CARE.question("good_now").max is None


def test_typed_answers_have_the_designs_lengths():
    lengths = {question.id: question.max_chars for question in CARE.questions if question.max_chars}
    assert lengths == {"best_words": 300, "worst_words": 300, "advice": 1000, "change_words": 1000}


def test_two_segments_travel_and_the_register_knows_both():
    assert [(question.id, question.register) for question in CARE.segment_questions] == [
        ("age_band", "age"),
        ("home_kind", "home"),
    ]
    assert not PULSE.has_segments
    assert not any(question.block for question in CARE.questions)


@pytest.mark.parametrize("survey", [CARE, PULSE, CHECKIN], ids=lambda survey: survey.name)
def test_every_benchmark_is_in_the_figures(survey):
    with (FOLDER / "data" / "figures.yaml").open(encoding="utf-8") as figures:
        known = set(re.findall(r"key: \"?([\w.]+)", figures.read()))
    used = {benchmark.key for question in survey.questions for benchmark in question.benchmarks}
    assert used <= known


def test_benchmarks_and_grades_are_the_designs():
    assert {
        question.id: [(one.grade, one.key) for one in question.benchmarks]
        for question in CARE.questions
        if question.benchmarks
    } == BENCHMARKS
    assert "ylbc.eet_answer_range" not in str(BENCHMARKS)


def test_the_data_files_are_whole():
    yaml = YAML(typ="safe", pure=True)
    figures = yaml.load((FOLDER / "data" / "figures.yaml").read_text(encoding="utf-8"))
    items = yaml.load((FOLDER / "data" / "self_assessment_items.yaml").read_text(encoding="utf-8"))
    assert figures["use_with_care"]
    assert sum(area["count"] for area in items["areas"]) == items["totals"]["items"] == 98


def test_the_pulse_is_six_taps_with_the_same_ids_and_words():
    assert [question.id for question in PULSE.questions] == [
        "life_satisfaction", "home_safe", "worker_contact", "money_coping", "lonely", "change_seen",
    ]  # fmt: skip
    for question in PULSE.questions[:5]:
        same = CARE.question(question.id)
        assert question.model_copy(update={"part": same.part}) == same
    change = PULSE.question("change_seen")
    assert change.wording() == "Since we last asked, have you noticed anything change?"
    assert labels(change) == (
        "Yes, for the better · Yes, for the worse · Nothing has changed · I don't know what you said you would do"
    )


def test_the_check_in_is_three_taps_with_the_words_a_worker_sees():
    assert [question.id for question in CHECKIN.questions] == ["ci_mood", "ci_safe", "ci_contact"]
    mood, safe, contact = CHECKIN.questions
    assert mood.wording() == "How is today?"
    assert [f"{option.emoji} {option.label['en']}" for option in mood.options] == [
        "😀 Great", "🙂 Good", "😐 OK", "🙁 Not good", "😢 Bad",
    ]  # fmt: skip
    assert (safe.wording(), labels(safe)) == ("Is home OK to be in right now?", "Yes · Mostly · No")
    assert safe.way_out == "rather_not_say"
    assert contact.wording() == "Want someone to get in touch?"
    assert labels(contact) == "No thanks · Yes, in the next week · Yes, as soon as you can"
    assert not any(question.bands or question.share for question in CHECKIN.questions)
    assert CHECKIN.purpose == "checkin"


@pytest.mark.parametrize("survey", [CARE, PULSE, CHECKIN], ids=lambda survey: survey.name)
def test_filling_in_the_two_words_leaves_no_braces(survey):
    answers = answered_straight(survey)
    assert len(boxes.rows(survey, answers)) == len(survey.questions)
    for question in survey.questions:
        assert not set("{}") & set(filled(question.wording()) + labels(question))


@pytest.mark.parametrize("survey", [CARE, PULSE, CHECKIN], ids=lambda survey: survey.name)
def test_our_sentences_are_short_and_ask_one_thing(survey):
    for question in survey.questions:
        said = filled(question.wording())
        assert said.count("?") <= 1, question.id
        assert "!" not in said
        for sentence in re.split(r"(?<=[.?])\s+", said):
            assert len(sentence.split()) <= 20, sentence
    for part in survey.parts:
        for texts in (part.heading, part.line):
            assert texts is None or len(texts["en"].split()) <= 20
