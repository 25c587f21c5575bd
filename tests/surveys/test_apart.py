"""Two questions kept apart: what is ticked in one is no option of the other, and neither gives the other's counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from crowds import Crowd
from hypothesis import given
from shipped import TAPS, after, shipped, tapped
from solving import Programme, programme

from surveys import boxes, flow, levels
from surveys.errors import DefinitionError, NoSuchOption
from surveys.load import load
from surveys.publication import Level, Publication
from surveys.tally import tallied
from surveys.values import Answers, coded

CARDS = shipped("gold_standard_cards")
BEST, WORK = "done_best", "most_work"


def picked(*best: str, work: tuple[str, ...] = ()) -> Answers:
    answers = flow.EMPTY
    for option in best:
        answers = flow.choose(CARDS, answers, BEST, option)
    answers = flow.done(CARDS, answers, BEST)
    for option in work:
        answers = flow.choose(CARDS, answers, WORK, option)
    return flow.done(CARDS, answers, WORK) if work else answers


# The path


@given(TAPS)
def test_whatever_is_tapped_in_whatever_order_no_card_is_ever_in_both(taps) -> None:
    answers = flow.EMPTY
    for tap in taps:
        answers = tapped(CARDS, answers, tap)
        assert not set(flow.ticked(answers, BEST)) & set(flow.ticked(answers, WORK))
        assert answers.open <= set(answers.values)
    assert boxes.unpack(CARDS, *boxes.pack(CARDS, answers)) == answers


def test_a_card_that_was_tapped_before_is_neither_shown_nor_taken() -> None:
    answers = picked("home", "money")
    asked = CARDS.question(WORK)
    offered = flow.offered(CARDS, answers, asked)
    assert set(offered.option_ids) == set(asked.option_ids) - {"home", "money"}
    assert {one.id for one in flow.shown_options(offered, 5)} == set(offered.option_ids)
    for option in ("home", asked.option_ids.index("home")):
        with pytest.raises(NoSuchOption):
            flow.choose(CARDS, answers, WORK, option)


def test_option_numbers_stay_positions_in_the_definition() -> None:
    at = CARDS.question(WORK).option_ids.index("money")
    assert flow.ticked(flow.choose(CARDS, picked("listened_to"), WORK, at), WORK) == ["money"]


def test_whoever_goes_back_and_taps_it_there_is_asked_the_later_one_again_with_the_rest_still_ticked() -> None:
    answers = picked("home", work=("money", "work"))
    assert flow.next_question(CARDS, answers) is None
    answers = flow.choose(CARDS, answers, BEST, "money")
    assert flow.ticked(answers, WORK) == ["work"]
    answers = flow.done(CARDS, answers, BEST)
    assert flow.next_question(CARDS, answers) == CARDS.question(WORK)
    answers = flow.choose(CARDS, answers, BEST, "work")
    assert WORK not in answers.values


def test_a_way_out_of_the_later_one_stands_whatever_is_tapped_before_it() -> None:
    answers = flow.skip(CARDS, picked("home"), WORK)
    assert flow.choose(CARDS, answers, BEST, "money").values[WORK] == coded("skipped")


@given(TAPS)
def test_everybody_gives_one_row_to_each_and_what_was_ticked_stands_in_one_of_them(taps) -> None:
    rows = dict(boxes.rows(CARDS, after(CARDS, taps)))
    assert set(rows) == {BEST, WORK}


# The definition

TEXT = """\
name: two
version: 1
purpose: priorities
title: Two
minutes: 1
parts:
  - id: a
    questions:
      - {id: best, kind: several, max: 2, text: Best?, options: [{id: a, label: A}, {id: b, label: B}, {id: c, label: C}, {id: d, label: D}]}
      - {id: work, kind: rank, max: 2, text: Work?, not_in: best, options: [{id: a, label: A}, {id: b, label: B}, {id: c, label: C}, {id: d, label: D}]}
"""  # noqa: E501


def test_ticks_and_ranks_can_be_kept_apart() -> None:
    asked = load(TEXT, source="two")
    answers = flow.choose(asked, flow.EMPTY, "best", "a")
    with pytest.raises(NoSuchOption):
        flow.choose(asked, answers, "work", "a")


@pytest.mark.parametrize(
    ("old", "new", "what", "remedy"),
    [
        ("not_in: best", "not_in: bests", "no question `bests`", "Did you mean `best`?"),
        ("not_in: best", "not_in: work", "does not come before", "earlier question"),
        ("max: 2, text: Work?", "max: 3, text: Work?", "too few answers are left", "together no more"),
        ("kind: several, max: 2", "kind: several", "too few answers are left", "together no more"),
        ("{id: d, label: D}]}\n", "{id: e, label: E}]}\n", "have other answers", "the same ticks"),
        ("{id: d, label: D}]}\n", "{id: d, label: D, clears: true}]}\n", "clears the rest", "Take it out of both"),
        ("kind: rank, max: 2", "kind: single", "`not_in` but no ticks", "Take `not_in` out"),
    ],
)
def test_what_cannot_be_kept_apart_is_told_with_its_remedy(old, new, what, remedy) -> None:
    with pytest.raises(DefinitionError) as refused:
        load(TEXT.replace(old, new, 1), source="two")
    assert any(what in one.what and remedy in one.remedy and one.line in (9, 10) for one in refused.value.mistakes)


# What may be shown


def crowd(sent: int, seed: int, *, loved: float = 0.0) -> Crowd:
    """So many people who sort the cards; `loved` of them put money among the best."""
    chance = Random(seed)
    taste = [chance.random() ** 3 for _ in CARDS.question(BEST).option_ids]
    heard = Counter[tuple[str, tuple[str, ...]]]()
    for _ in range(sent):
        order = sorted(
            zip(CARDS.question(BEST).option_ids, taste, strict=True), key=lambda one: -chance.random() * one[1]
        )
        best = [option for option, _ in order[: chance.randint(1, 3)]]
        if chance.random() < loved and "money" not in best:
            best[0] = "money"
        left = [option for option, _ in order if option not in best]
        chance.shuffle(left)
        heard[BEST, tuple(best) if chance.random() > 0.03 else ()] += 1
        heard[WORK, tuple(left[: chance.randint(1, 3)]) if chance.random() > 0.1 else ()] += 1
    counted = [(question, list(ticks) or coded("skipped"), people) for (question, ticks), people in heard.items()]
    return Crowd(CARDS, tallied(CARDS, counted), Counter(), sent, 2 * sent)


def known(found: Crowd, inside: Publication | None = None) -> Programme:
    """All that is printed, as an integer programme."""
    made = programme(CARDS, inside or found.inside, None, sent=found.sent, tallies=found.tallies, copies=Counter())
    assert made.wrong() == []
    return made


@pytest.mark.parametrize("seed", range(12))
def test_no_hidden_count_comes_out_by_setting_one_question_against_the_other(seed: int) -> None:
    found = crowd(18 + 17 * seed, seed, loved=(0.0, 0.8, 0.97)[seed % 3])
    made = known(found)
    if made.secrets:
        assert made.narrow(seed) == {}


def nearly_all_love_it() -> Crowd:
    """40 people: 38 say money is done best, and the two who do not that it needs most work."""
    heard = Counter[tuple[str, tuple[str, ...]]]()
    for at in range(40):
        if at < 38:
            heard[BEST, ("money", "home" if at % 2 else "work")] += 1
            heard[WORK, ("listened_to" if at < 20 else "learning", *(("rights",) if at % 4 else ("people",)))] += 1
        else:
            heard[BEST, ()] += 1
            heard[WORK, ("money", "rights")] += 1
    counted = [(question, list(ticks) or coded("skipped"), people) for (question, ticks), people in heard.items()]
    return Crowd(CARDS, tallied(CARDS, counted), Counter(), 40, 60)


def test_where_nearly_everybody_ticked_it_in_one_what_is_left_for_the_other_is_not_shown_beside_it() -> None:
    """Taken alone both may be shown; set against each other, two at most can have ticked it in the other."""
    found = nearly_all_love_it()
    alone = {name: levels.row_of(tally) for name, tally in found.tallies.items()}
    assert all(row.level is Level.DETAIL for row in alone.values())
    apart = {
        name: replace(
            figure,
            level=Level.DETAIL,
            base=alone[name].base,
            cells=levels.cells_of(alone[name].groups, alone[name].counts, alone[name].away),
        )
        for name, figure in ((name, found.inside.figure(name)) for name in (BEST, WORK))
    }
    told = replace(found.inside, figures=tuple(apart.values()))
    assert (WORK, "money") in known(found, told).narrow()
    assert found.inside.figure(WORK).level is Level.NOTHING
    assert found.inside.figure(BEST).cells != ()
    assert known(found).narrow() == {}


def test_a_question_beside_another_is_never_shown_finer_than_alone() -> None:
    for seed in range(20):
        found = crowd(15 + 9 * seed, seed, loved=0.9)
        decided = levels.decided(CARDS, found.tallies)
        for name, tally in found.tallies.items():
            alone = levels.row_of(tally)
            assert decided[name].level in (alone.level, Level.NOTHING)
            if decided[name].level is Level.DETAIL:
                assert decided[name].away >= alone.away


def test_a_survey_without_such_questions_has_nothing_to_keep_apart() -> None:
    assert shipped("care_leaver_survey").plan.apart == {}
