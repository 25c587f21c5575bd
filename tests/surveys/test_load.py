"""What a definition may not be: every refusal with its line and its remedy, all of them at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import MADE_UP, MADE_UP_TEXT, text_of

from surveys import checks, outline
from surveys.definition import Kind, Questionnaire, dumped, text_in
from surveys.errors import DefinitionError, Mistake
from surveys.load import load
from surveys.names import asks_for_a_name

HEAD = """\
name: small
version: 1
purpose: survey
title: Small
minutes: 1
parts:
  - id: all
    questions:
"""
YES_NO = "options: [{id: a, label: A}, {id: b, label: B}]"
ONE = f"      - {{id: one, kind: single, text: One?, {YES_NO}}}\n"


def question(text: str) -> str:
    """A definition with the ordinary question `one` on line 9, then this text from line 10."""
    return HEAD + ONE + "".join(f"      {line}\n" for line in text.strip("\n").split("\n"))


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(DefinitionError) as refused:
        load(text, source="small.yaml")
    return refused.value.mistakes


def test_the_small_definition_of_these_tests_is_sound():
    assert [one.id for one in load(HEAD + ONE, source="small.yaml").questions] == ["one"]


# One table of refusals: the text, the line, a piece of what is wrong, a piece of the remedy


REFUSED = {
    "an id used twice": (question(f"- {{id: one, kind: single, text: Two?, {YES_NO}}}"), 10, "used twice", "its own"),
    "an option id used twice": (
        question("- id: two\n  kind: single\n  text: T\n  options:\n    - {id: a, label: A}\n    - {id: a, label: B}"),
        15,
        "two options called `a`",
        "an id of its own",
    ),
    "one option": (
        question("- {id: two, kind: single, text: Two?, options: [{id: a, label: A}]}"),
        10,
        "fewer than two",
        "at least",
    ),
    "no options": (question("- {id: two, kind: several, text: Two?}"), 10, "fewer than two", "at least"),
    "options on a typed question": (
        question(f"- {{id: two, kind: long_text, text: Two?, {YES_NO}}}"),
        10,
        "has options",
        "Take the options out",
    ),
    "more than 26 options": (
        question(
            "- {id: two, kind: single, text: Two?, options: ["
            + ", ".join(f"{{id: o{at}, label: O{at}}}" for at in range(27))
            + "]}"
        ),
        10,
        "27 options",
        "26 at most",
    ),
    "an agree scale of three": (
        question(
            "- {id: two, kind: agree, text: T, options: [{id: a, label: A}, {id: b, label: B}, {id: c, label: C}]}"
        ),
        10,
        "agree scale with 3",
        "four or five",
    ),
    "faces without emoji": (question(f"- {{id: two, kind: faces, text: T, {YES_NO}}}"), 10, "five faces", "`emoji`"),
    "a clearing option on a single choice": (
        question("- {id: two, kind: single, text: T, options: [{id: a, label: A}, {id: b, label: B, clears: true}]}"),
        10,
        "clears the rest",
        "Only ticks",
    ),
    "more ticks than options": (
        question(f"- id: two\n  kind: several\n  text: T\n  max: 3\n  {YES_NO}"),
        13,
        "3 of 2",
        "Lower `max`",
    ),
    "more ranks than options": (
        question(f"- id: two\n  kind: rank\n  text: T\n  max: 3\n  {YES_NO}"),
        13,
        "3 of 2",
        "Lower `max`",
    ),
    "a rank without max": (question(f"- {{id: two, kind: rank, text: T, {YES_NO}}}"), 10, "how many", "Add `max`"),
    "a max on a single choice": (
        question(f"- id: two\n  kind: single\n  text: T\n  max: 1\n  {YES_NO}"),
        13,
        "no ticks",
        "Take `max` out",
    ),
    "a max of nought": (
        question(f"- id: two\n  kind: several\n  text: T\n  max: 0\n  {YES_NO}"),
        13,
        "max: ",
        "Change it",
    ),
    "a text over 1,000 characters": (
        question("- id: two\n  kind: long_text\n  text: T\n  max_chars: 1001"),
        13,
        "1001",
        "1000 at most",
    ),
    "a length on a tapped question": (
        question(f"- id: two\n  kind: single\n  text: T\n  max_chars: 10\n  {YES_NO}"),
        13,
        "not typed",
        "Take",
    ),
    "a layout that is not a scale's": (
        question(f"- id: two\n  kind: single\n  text: T\n  layout: 4+4+3\n  {YES_NO}"),
        13,
        "layout",
        "Only 0-10",
    ),
    "another layout": (
        question("- id: two\n  kind: scale\n  text: T\n  layout: 6+5\n  bands: [0-10]"),
        13,
        "choices",
        "'4+4+3'",
    ),
    "a scale without bands": (question("- {id: two, kind: scale, text: T}"), 10, "without bands", "Add `bands`"),
    "bands with a hole": (
        question("- id: two\n  kind: scale\n  text: T\n  bands: [0-4, 6-10]"),
        13,
        "No band holds 5",
        "0 to 10",
    ),
    "bands that overlap": (
        question("- id: two\n  kind: scale\n  text: T\n  bands: [0-5, 5-10]"),
        13,
        "5 is in two bands",
        "one band",
    ),
    "bands beyond ten": (
        question("- id: two\n  kind: scale\n  text: T\n  bands: [0-4, 5-11]"),
        13,
        "bands",
        "Change it",
    ),
    "a band of unknown answers": (
        question(f"- id: two\n  kind: single\n  text: T\n  bands: [[a], [bb]]\n  {YES_NO}"),
        13,
        "no answer bb",
        "`b`",
    ),
    "a share of unknown answers": (
        question(f"- id: two\n  kind: single\n  text: T\n  share: [c]\n  {YES_NO}"),
        13,
        "no answer c",
        "one that exists",
    ),
    "a segment that is not a single choice": (
        question(f"- id: two\n  kind: several\n  text: T\n  segment: true\n  {YES_NO}"),
        13,
        "travels",
        "kind: single",
    ),
    "a sensitive segment": (
        question(f"- id: two\n  kind: single\n  text: T\n  sensitive: true\n  segment: true\n  {YES_NO}"),
        14,
        "travels",
        "not sensitive",
    ),
    "a register fact without a segment": (
        question(f"- id: two\n  kind: single\n  text: T\n  register: age\n  {YES_NO}"),
        13,
        "no segment",
        "Take",
    ),
    "a segment in a block": (
        question(f"- id: two\n  kind: single\n  text: T\n  segment: true\n  block: x\n  {YES_NO}"),
        14,
        "in a block",
        "Take `block`",
    ),
    "a block with a question's id": (
        question(f"- id: two\n  kind: single\n  text: T\n  block: one\n  {YES_NO}"),
        13,
        "id of a question",
        "its own",
    ),
    "a heavy page": (question("- {id: two, kind: info, text: T, heavy: true}"), 10, "page to read", "Take out"),
    "an empty label": (
        question("- id: two\n  kind: single\n  text: T\n  options:\n    - {id: a, label: ''}\n    - {id: b, label: B}"),
        14,
        "text is empty",
        "Write it",
    ),
    "an empty text": (
        question(f"- id: two\n  kind: single\n  text: '  '\n  {YES_NO}"),
        12,
        "text is empty",
        "Write it",
    ),
    "no text": (question(f"- {{id: two, kind: single, {YES_NO}}}"), 10, "missing", "Add `text`"),
    "a label of 101 characters": (
        question(
            f"- id: two\n  kind: single\n  text: T\n  options: [{{id: a, label: {'x' * 101}}}, {{id: b, label: B}}]"
        ),
        13,
        "100 characters",
        "Shorten",
    ),
    "no English": (
        question(f"- id: two\n  kind: single\n  text: {{cy: Dau?}}\n  {YES_NO}"),
        12,
        "English text is missing",
        "`en`",
    ),
    "a language that is not declared": (
        question(f"- id: two\n  kind: single\n  text: {{en: Two, cy: Dau}}\n  {YES_NO}"),
        12,
        "`cy` is not",
        "languages",
    ),
    "a language that is none": (
        question(f"- id: two\n  kind: single\n  text: {{en: Two, Welsh: Dau}}\n  {YES_NO}"),
        12,
        "Welsh",
        "cy",
    ),
    "an unknown kind": (question("- {id: two, kind: slider, text: T}"), 10, "choices", "'single'"),
    "an unknown field": (
        question(f"- id: two\n  kind: single\n  text: T\n  sensitve: true\n  {YES_NO}"),
        13,
        "sensitve",
        "`sensitive`",
    ),
    "a field worked out elsewhere": (
        question(f"- id: two\n  kind: single\n  text: T\n  part: all\n  {YES_NO}"),
        13,
        "worked out",
        "under its part",
    ),
    "an id with capitals": (
        question(f"- {{id: Two, kind: single, text: T, {YES_NO}}}"),
        10,
        "not an id",
        "small letters",
    ),
    "an option id that is true": (
        question("- {id: two, kind: single, text: T, options: [{id: true, label: A}, {id: b, label: B}]}"),
        10,
        "not text",
        "in quotes",
    ),
    "a label that is a number": (
        question("- {id: two, kind: single, text: T, options: [{id: a, label: 1}, {id: b, label: B}]}"),
        10,
        "not text",
        "in quotes",
    ),
    "an unknown scale": (
        question("- id: two\n  kind: single\n  text: T\n  options: F5"),
        13,
        "no scale `F5`",
        "under `scales`",
    ),
    "a placeholder nobody fills": (
        question(f"- id: two\n  kind: single\n  text: 'Is {{worker}} kind?'\n  {YES_NO}"),
        12,
        "Braces",
        "{worker_word}",
    ),
    "a question that is a word": (question("- two"), 10, "not a mapping", "`id`"),
    "a question that asks for a name": (
        question("- id: two\n  kind: short_text\n  text: T\n  meaning: Tell us your full name."),
        13,
        "asks for a name",
        "whose they are",
    ),
    "routing to an unknown question": (
        question(f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: oen, any_of: a}}\n  {YES_NO}"),
        13,
        "no question `oen`",
        "`one`",
    ),
    "routing to an unknown option": (
        question(f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: one, any_of: [a, c]}}\n  {YES_NO}"),
        13,
        "no answer c",
        "one that exists",
    ),
    "routing to a later question": (
        question(
            f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: three, any_of: a}}\n  {YES_NO}\n"
            f"- {{id: three, kind: single, text: T, {YES_NO}}}"
        ),
        13,
        "comes after",
        "earlier questions",
    ),
    "routing to itself": (
        question(f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: two, any_of: a}}\n  {YES_NO}"),
        13,
        "wait for each other",
        "Break the circle",
    ),
    "routing in a circle": (
        question(
            f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: three, any_of: a}}\n  {YES_NO}\n"
            f"- {{id: three, kind: single, text: T, ask_when: {{question: two, any_of: a}}, {YES_NO}}}"
        ),
        13,
        "wait for each other",
        "Break the circle",
    ),
    "routing by typed text": (
        question(
            "- {id: two, kind: short_text, text: T}\n"
            f"- {{id: three, kind: single, text: T, ask_when: {{question: two, any_of: a}}, {YES_NO}}}"
        ),
        11,
        "no answers to look at",
        "tapped",
    ),
    "routing that names no answers": (
        question(f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: one}}\n  {YES_NO}"),
        13,
        "names no answers",
        "`any_of`",
    ),
    "a condition that shuts itself out": (
        question(
            f"- id: two\n  kind: single\n  text: T\n  ask_when: {{question: one, any_of: a, none_of: a}}\n  {YES_NO}"
        ),
        13,
        "never be asked",
        "Loosen",
    ),
    "two conditions that shut each other out": (
        question(
            "- id: two\n  kind: single\n  text: T\n"
            "  ask_when: [{question: one, any_of: a}, {question: one, any_of: b}]\n"
            f"  {YES_NO}"
        ),
        13,
        "never be asked",
        "Loosen",
    ),
    "a condition shut out by the one before it": (
        question(
            f"- {{id: two, kind: single, text: T, ask_when: {{question: one, any_of: a}}, {YES_NO}}}\n"
            "- id: three\n  kind: single\n  text: T\n"
            "  ask_when: [{question: two, any_of: a}, {question: one, any_of: b}]\n"
            f"  {YES_NO}"
        ),
        14,
        "never be asked",
        "Loosen",
    ),
    "two ticks that cannot stand together": (
        question(
            "- {id: two, kind: several, text: T, options: [{id: a, label: A}, {id: b, label: B, clears: true}]}\n"
            "- id: three\n  kind: single\n  text: T\n"
            "  ask_when: [{question: two, any_of: a}, {question: two, any_of: b}]\n"
            f"  {YES_NO}"
        ),
        14,
        "never be asked",
        "Loosen",
    ),
    "five heavy ones in a row": (
        question("\n".join(f"- {{id: h{at}, kind: single, text: T, heavy: true, {YES_NO}}}" for at in range(5))),
        14,
        "fifth heavy",
        "ordinary question",
    ),
    "five heavy ones with only a page or a maybe between them": (
        question(
            "\n".join(f"- {{id: h{at}, kind: single, text: T, heavy: true, {YES_NO}}}" for at in range(3))
            + "\n- {id: page, kind: info, text: T}\n"
            + f"- {{id: maybe, kind: single, text: T, ask_when: {{question: one, any_of: a}}, {YES_NO}}}\n"
            + "\n".join(f"- {{id: k{at}, kind: single, text: T, heavy: true, {YES_NO}}}" for at in range(2))
        ),
        16,
        "fifth heavy",
        "everyone is asked",
    ),
    "typed answers beyond the box": (
        question("\n".join(f"- {{id: t{at}, kind: long_text, text: T}}" for at in range(6))),
        6,
        "of 24000",
        "max_chars",
    ),
    "taps beyond the box": (
        question(
            "\n".join(
                f"- {{id: s{at}, kind: several, text: T, options: ["
                + ", ".join(f"{{id: o{tick}, label: O{tick}}}" for tick in range(26))
                + "]}"
                for at in range(40)
            )
        ),
        6,
        "of 2000",
        "lower `max`",
    ),
    "more questions than anyone answers": (
        question("\n".join(f"- {{id: i{at}, kind: info, text: T}}" for at in range(201))),
        6,
        "Over 200",
        "Nobody",
    ),
    "a key given twice": (
        question(f"- id: two\n  kind: single\n  text: T\n  text: U\n  {YES_NO}"),
        13,
        "given twice",
        "Keep one",
    ),
    "a retired question": (
        "history: [{version: 1, note: Taken out., retired: [two]}]\n"
        + question(f"- {{id: two, kind: single, text: T, {YES_NO}}}"),
        11,
        "retired in version 1",
        "new id",
    ),
    "a retired option": (
        "history: [{version: 2, note: Taken out., retired: [two.b]}]\n"
        + question(
            "- id: two\n  kind: single\n  text: T\n  options:\n    - {id: a, label: A}\n    - {id: b, label: B}"
        ),
        16,
        "`two.b` was retired in version 2",
        "new id",
    ),
    "a headline measure that is no question": ("headline: [oen]\n" + HEAD + ONE, 1, "`oen`", "`one`"),
    "a headline measure of many ticks": (
        "headline: [two]\n" + question(f"- {{id: two, kind: several, text: T, {YES_NO}}}"),
        1,
        "no single answer",
        "Take",
    ),
    "thirteen headline measures": (
        f"headline: [{', '.join(f'h{at}' for at in range(13))}]\n" + HEAD + ONE,
        1,
        "13 headline",
        "12 at most",
    ),
    "scales that are no mapping": ("scales: [F5]\n" + HEAD + ONE, 1, "`scales` is not", "name:"),
    "a text of 1,501 characters": (
        question(f"- {{id: two, kind: info, text: {'x' * 1501}}}"),
        10,
        "1501 characters",
        "under 1500",
    ),
    "a text with a control character": (
        question('- {id: two, kind: info, text: "a\\x07b"}'),
        10,
        "control characters",
        "Type it again",
    ),
    "a number where text should be in a list": (
        question(f"- id: two\n  kind: single\n  text: T\n  sensitive: 7\n  {YES_NO}"),
        13,
        "neither true nor false",
        "true or false",
    ),
    "a headline measure twice": ("headline: [one, one]\n" + HEAD + ONE, 1, "twice", "Keep one"),
    "no English among the languages": ("languages: [cy]\n" + HEAD + ONE, 1, "English", "Add en"),
    "no name": ((HEAD + ONE).replace("name: small\n", ""), 1, "missing", "Add `name`"),
    "an unknown purpose": ((HEAD + ONE).replace("purpose: survey", "purpose: quiz"), 3, "choices", "'survey'"),
    "a version that is no number": ((HEAD + ONE).replace("version: 1", "version: 1.5"), 2, "whole number", "digits"),
    "no questions": (HEAD.rstrip() + " []\n", 6, "no questions", "Add one"),
    "parts that are no list": ("parts: none\n" + HEAD.partition("parts")[0], 1, "not a list", "dash"),
    "no parts": (HEAD.partition("parts")[0], 1, "`parts` is missing", "Add `parts:`"),
    "two parts with one id": (
        HEAD + ONE + "  - {id: all, questions: [{id: p, kind: info, text: T}]}\n",
        6,
        "Two parts",
        "Rename",
    ),
    "a part that is a word": (HEAD + ONE + "  - part\n", 10, "A part is not", "`questions`"),
    "a list": ("- name: small\n", 1, "not a mapping", "name"),
    "nothing": ("", 1, "empty", "name"),
    "only a comment": ("# hello\n", 1, "empty", "name"),
    "a second document": (HEAD + ONE + "---\nname: two\n", 10, "second document", "one questionnaire"),
    "text that is no YAML": ("name: [small\nversion: 1\n", 2, "not YAML", "indent"),
    "a control character": ("name: sm\x01all\n", 1, "not YAML", "plain UTF-8"),
    "a tag": ("name: !!python/name:os.system small\n", 1, "Tags", "Take the tag out"),
    "an alias before its anchor": ("name: *small\n", 1, "before &small", "Write it out"),
    "an alias inside itself": ("name: &small [*small]\n", 1, "before &small", "Write it out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_line_and_remedy(case):
    text, line, what, remedy = REFUSED[case]
    found = mistakes(text)
    assert any(
        one.line == line and what in one.what and remedy in one.remedy and one.source == "small.yaml" for one in found
    ), "\n".join(map(str, found))


def test_all_mistakes_are_told_at_once_in_order_of_line():
    text = question(
        "- {id: one, kind: single, text: Again?, options: [{id: a, label: A}, {id: b, label: B}]}\n"
        "- {id: two, kind: scale, text: What is your name?}\n"
        "- {id: three, kind: slider, text: T}\n"
        "- {id: four, kind: short_text, text: T, max_chars: 5000, ask_when: {question: nine, any_of: x}}\n"
        "- {id: five, kind: long_text, text: {cy: Pump}, colour: red}"
    )
    found = mistakes(text)
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert {one.line for one in found} == {10, 11, 12, 13, 14}
    assert len(found) >= 8
    assert all(one.what and one.remedy for one in found)
    assert "line 11: " in str(DefinitionError(found))


def test_a_question_with_a_mistake_of_its_own_is_still_known_to_the_others():
    text = question(
        "- {id: two, kind: slider, text: T}\n"
        f"- {{id: three, kind: single, text: T, ask_when: {{question: two, any_of: a}}, {YES_NO}}}"
    )
    assert [one.line for one in mistakes(text)] == [10]


# Caps


def test_a_file_over_256_kb_is_refused_before_it_is_read():
    assert "256 KB" in mistakes("# " + "x" * (256 * 1024) + "\n")[0].what
    assert "256 KB" in mistakes("# " + "😀" * (65 * 1024) + "\n")[0].what


@pytest.mark.parametrize("text", ["[" * 1000, "{a: " * 1000, "- " * 1000 + "x", "? " * 1000 + "x"])
def test_deep_nesting_is_refused_before_it_is_built(text):
    assert "deep" in mistakes(text)[0].what


def test_an_alias_bomb_is_refused_before_it_is_built():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12)
    )
    assert re.search("values|aliases", mistakes(bomb)[0].what)
    assert "aliases" in mistakes("a: &a x\nb: [" + ", ".join(["*a"] * 101) + "]\n")[0].what


def test_a_few_aliases_are_fine():
    text = question(
        "- {id: two, kind: single, text: T, options: &yes [{id: a, label: A}, {id: b, label: B}]}\n"
        "- {id: three, kind: single, text: T, options: *yes}"
    )
    assert load(text, source="x").question("three").option_ids == ("a", "b")


# YAML 1.2


def test_words_that_older_yaml_turns_into_something_else_stay_words():
    survey = load(
        HEAD
        + "      - {id: no, kind: single, text: 1:30, options: [{id: yes, label: No}, {id: off, label: 2026-11-22}, "
        "{id: null_, label: 1.5}, {id: y, label: 0x1F}]}\n",
        source="x",
    )
    asked = survey.questions[0]
    assert asked.id == "no"
    assert asked.text == {"en": "1:30"}
    assert [option.label["en"] for option in asked.options] == ["No", "2026-11-22", "1.5", "0x1F"]
    assert asked.option_ids == ("yes", "off", "null_", "y")


def test_an_older_yaml_directive_changes_nothing():
    text = "%YAML 1.1\n---\n" + HEAD + "      - {id: no, kind: info, text: yes}\n"
    assert load(text, source="x").questions[0].text == {"en": "yes"}


# What it fills in


def test_what_a_definition_leaves_out_is_filled_in():
    assert MADE_UP.question("often").bands == (("always", "mostly"), ("sometimes",), ("not_often", "never"))
    assert MADE_UP.question("often").scale == "often"
    assert MADE_UP.question("agree").bands == (("a", "b"), ("c", "d"))
    assert MADE_UP.question("face").bands == (("great", "good"), ("ok",), ("poor", "bad"))
    assert MADE_UP.question("colour").bands == ()
    assert MADE_UP.question("how_dark").way_out == "rather_not_say"
    assert MADE_UP.question("how_dark").layout == "4+4+3"
    assert MADE_UP.question("colour").way_out == "skip"
    assert MADE_UP.question("words").max_chars == 20
    assert MADE_UP.question("more").max_chars == 1000
    assert MADE_UP.question("age").register == "age"
    assert MADE_UP.question("agree").part == "first"
    assert MADE_UP.has_segments


def test_only_scales_of_five_get_bands_by_themselves():
    scales = "scales: {six: [" + ", ".join(f"{{id: s{at}, label: S{at}}}" for at in range(6)) + "]}\n"
    asked = load(scales + HEAD + "      - {id: two, kind: single, text: T, options: six}\n", source="x").questions[0]
    assert (asked.scale, asked.bands, asked.benchmark) == ("six", (), None)


def test_the_first_benchmark_is_the_closest():
    asked = "- id: two\n  kind: single\n  text: T\n  benchmarks: {key: k.one, grade: B}\n  " + YES_NO
    assert load(question(asked), source="x").question("two").benchmark.key == "k.one"


def test_a_copy_of_published_words_is_not_judged_before_its_questions_are_sound():
    found = mistakes(PUBLISHED + question("- {id: two, kind: slider, text: T}"))
    assert [one.line for one in found] == [16]


def test_check_ins_have_no_bands():
    text = (HEAD + "      - {id: two, kind: scale, text: T}\n").replace("purpose: survey", "purpose: checkin")
    assert load(text, source="x").questions[0].bands == ()


def test_parts_open_with_their_first_question():
    assert MADE_UP.opens_part("hello").id == "first"
    assert MADE_UP.opens_part("colour") is None
    assert MADE_UP.opens_part("picks").heading == {"en": "Second"}
    with pytest.raises(KeyError):
        MADE_UP.part("third")
    with pytest.raises(KeyError):
        MADE_UP.question("nothing")
    with pytest.raises(KeyError):
        MADE_UP.question("colour").option("nothing")


def test_texts_fall_back_to_english():
    assert text_in(MADE_UP.title, "cy") == "Popeth unwaith"
    assert text_in(MADE_UP.title, "cy-GB") == "Popeth unwaith"
    assert text_in(MADE_UP.title, "ur") == "Everything once"
    assert text_in(MADE_UP.question("often").options[0].label, "cy") == "Bob amser"
    assert MADE_UP.question("often").wording("cy") == "How often?"


def test_models_are_frozen_and_a_copy_forgets_what_was_worked_out():
    asked = MADE_UP.question("colour")
    with pytest.raises(ValueError, match="frozen"):
        asked.kind = Kind.INFO
    assert asked.option_ids == ("red", "blue", "green")
    assert asked.model_copy(update={"options": asked.options[:1]}).option_ids == ("red",)


def test_a_questionnaire_survives_being_written_out_and_read_back():
    again = Questionnaire.model_validate(dumped(MADE_UP))
    assert again == MADE_UP
    assert again.plan.fingerprint == MADE_UP.plan.fingerprint


# Comparability


PUBLISHED = (
    "comparability: identical\nwording: published\nlicence: OGL v3.0\nattribution: Office for National Statistics\n"
    "source: its user guide\nretrieved: 2026-11-22\n"
)


def test_identical_wording_needs_the_hash_of_the_text_that_was_reviewed():
    (found,) = mistakes(PUBLISHED + HEAD + ONE)
    assert "not the text that was reviewed" in found.what
    reviewed = re.search(r"[0-9a-f]{64}", found.remedy)[0]
    survey = load(f"reviewed: {reviewed}\n" + PUBLISHED + HEAD + ONE, source="x")
    assert survey.retrieved == "2026-11-22"
    assert checks.wording_hash(survey, survey.questions) == reviewed
    (changed,) = mistakes(f"reviewed: {reviewed}\n" + PUBLISHED + HEAD + ONE.replace("One?", "One ?"))
    assert (changed.line, changed.what) == (1, found.what)


def test_identical_wording_needs_its_source():
    found = mistakes("comparability: identical\n" + HEAD + ONE)
    said = " ".join(one.what for one in found)
    assert all(word in said for word in ("licence", "attribution", "source", "retrieved", "our own words"))


# Names


@pytest.mark.parametrize(
    "text",
    ["What is your name?", "Your full name, please", "WHAT IS YOUR  NAME", "What's your first name?",
     "Type your surname.", "What are you called?", "What should we call you?", "What do your friends call you?",
     "Why not tell us your name?", "Give us your initials.",
     "Name and address", "Who are you?", "What would you like to be called?", "Please tell us who you are.",
     "What name do you go by?", "Surname", "Last name", "What’s your nickname?", "Your name and your age?"],
)  # fmt: skip
def test_asking_for_a_name_is_noticed(text):
    assert asks_for_a_name(text)


@pytest.mark.parametrize(
    "text",
    ["Is there someone who listens?", "Who named your pet?", "Is there someone named in your plan?", "Name one thing.",
     "Please leave out names, and details that only fit you.", "Don't type your name.", "Do not give us your surname.",
     "Without your name, what would you say?", "What would you call home?",
     "How often do people call you back?", "What is your home called?", "Who are you living with?",
     "Can you name someone you could count on?", "How often do you feel unnamed?",
     "Do you know the name of your worker?",
     "Who are you close to?", "Tell us what helps."],
)  # fmt: skip
def test_innocent_words_about_names_pass(text):
    assert not asks_for_a_name(text)


def test_a_page_to_read_may_speak_of_names():
    assert load(HEAD + "      - {id: two, kind: info, text: Send takes your name off.}\n", source="x")


# Whatever it is given


def loaded_or_refused(text: str) -> None:
    found: tuple[Mistake, ...] = ()
    try:
        assert load(text, source="x.yaml").questions
    except DefinitionError as refused:
        found = refused.mistakes or (Mistake("x.yaml", 0, "", ""),)
    for one in found:
        assert one.line >= 1
        assert one.what
        assert one.remedy
        str(one).encode("utf-8")


@given(st.text(max_size=300))
def test_any_text_is_a_questionnaire_or_a_list_of_mistakes(text):
    loaded_or_refused(text)


@given(st.text(alphabet="{}[]:,-?&*!|>'\"%@` \n#ab0\\ux~<", max_size=120))
@settings(max_examples=300)
def test_any_heap_of_punctuation_is_refused_kindly(text):
    loaded_or_refused(text)


YAMLISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "0-4", "F5", "single", "", "é{", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["id", "kind", "text", "options", "label", "en", "bands", "ask_when", "question", "any_of", "max", "zz", "-"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(["name", "title", "parts", "scales", "headline", "history", "languages", "x"]), YAMLISH)
@settings(max_examples=200)
def test_any_shape_in_any_place_of_the_head_is_refused_kindly(key, value):
    import json

    loaded_or_refused(f"{key}: {json.dumps(value)}\n" + "".join(
        line + "\n" for line in (HEAD + ONE).splitlines() if not line.startswith(f"{key}:")
    ) if key != "parts" else HEAD.partition("parts")[0] + f"parts: {json.dumps(value)}\n")  # fmt: skip


@given(st.sampled_from(["id", "kind", "text", "options", "bands", "ask_when", "max", "share", "benchmarks"]), YAMLISH)
@settings(max_examples=200)
def test_any_shape_in_any_place_of_a_question_is_refused_kindly(key, value):
    import json

    asked = {
        "id": "two",
        "kind": "single",
        "text": "T",
        "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}],
    }
    loaded_or_refused(question(f"- {json.dumps({**asked, key: value})}"))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_definition_with_lines_lost_moved_or_broken_is_refused_kindly(data):
    lines = MADE_UP_TEXT.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        what = data.draw(st.sampled_from(["drop", "swap", "indent", "cut", "double"]))
        if what == "drop":
            lines.pop(at)
        elif what == "swap":
            lines[at], lines[at - 1] = lines[at - 1], lines[at]
        elif what == "indent":
            lines[at] = "  " + lines[at]
        elif what == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        else:
            lines.insert(at, lines[at])
    loaded_or_refused("\n".join(lines))


def test_the_longest_name_of_an_unknown_key_does_not_fill_the_screen():
    found = mistakes("x" * 900 + ": 1\n" + HEAD + ONE)
    assert all(len(one.what) < 200 for one in found)


def test_outlines_keep_lines_for_what_is_missing_too():
    tree, found = outline.outline(text_of("pulse"), source="pulse.yaml")
    assert not found
    assert tree.line_at(("parts", 0, "questions", 99)) == tree.line_at(("parts", 0, "questions"))


def test_a_typed_question_is_never_in_a_block():
    with pytest.raises(DefinitionError) as refused:
        load(
            """
name: blocked
version: 1
purpose: survey
title: Blocked
minutes: 1
parts:
  - id: all
    questions:
      - {id: sleep, kind: single, block: body, text: Sleep?, options: [{id: a, label: A}, {id: b, label: B}]}
      - {id: words, kind: short_text, block: body, text: Anything else?}
""",
            source="blocked",
        )
    (mistake,) = refused.value.mistakes
    assert (mistake.line, mistake.remedy) == (11, "Take it out of the block.")
