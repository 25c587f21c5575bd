"""A whole publication: how fine each question is shown, what stands beside it, and that it is kept as it is."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from random import Random
from typing import Any

import pytest
from crowds import made_up
from hypothesis import given, settings
from hypothesis import strategies as st
from published import figures
from shipped import CARE

from surveys import levels, publication, publishing
from surveys.definition import Kind, Question, Questionnaire
from surveys.disclosure import rounded
from surveys.plan import ONE
from surveys.publication import (
    Before,
    Cell,
    Figure,
    Level,
    PartCount,
    Publication,
    Size,
    UnknownFormat,
    Verdict,
)
from surveys.statistics import wilson
from surveys.tally import Tally, positions

SEEDS = st.integers(0, 60)
crowd_of = cache(made_up)


def asking(*questions: Question, **header: Any) -> Questionnaire:
    return Questionnaire(
        name="asked", version=1, purpose="survey", title="Asked", minutes=1, questions=questions, **header
    )


def question(question_id: str = "q", kind: str = "single", options: int = 5, **given: Any) -> Question:
    if kind not in ("scale", "short_text", "long_text"):
        given["options"] = [{"id": f"o{at}", "label": f"Option {at}"} for at in range(options)]
    return Question(id=question_id, kind=kind, text="How?", **given)


def heard(asked: Question, *counts: int, blank: int = 0, not_asked: int = 0, **more: Any) -> Tally:
    return Tally(asked, counts, more.pop("base", sum(counts)), blank, not_asked, **more)


def figure(tally: Tally, **how: Any) -> Figure:
    """What is published of a survey that asked only this."""
    sent = tally.asked + tally.not_asked
    asked = how.pop("asked", None) or asking(tally.question)
    return publishing.publish(
        asked, {tally.question.id: tally}, sent=sent, invited=2 * sent, chance=Random(1), **how
    ).figure(tally.question.id)


def counts(shown: Figure) -> list[int | None]:
    return [cell.count for cell in shown.cells]


BANDED: dict[str, Any] = {"bands": [["o0", "o1"], ["o2"], ["o3", "o4"]], "share": ["o0", "o1"]}


# How fine


@pytest.mark.parametrize(
    ("given", "said", "level", "size", "shown"),
    [
        ({}, (3, 2, 2, 1, 1), Level.NOTHING, Size.WORDS, []),
        ({}, (8, 6, 5, 5, 5), Level.SHARE, Size.WORDS, [10, 20]),  # the most common against the rest
        (BANDED, (8, 6, 5, 5, 5), Level.SHARE, Size.WORDS, [15, 15]),
        (BANDED, (25, 2, 2, 0, 0), Level.NOTHING, Size.WORDS, []),  # the rest is 4
        ({}, (20, 20, 20, 20, 20), Level.DETAIL, Size.BANDS, [20, 20, 20, 20, 20]),
        (BANDED, (20, 20, 20, 20, 20), Level.BANDS, Size.BANDS, [40, 20, 40]),
        (BANDED, (30, 30, 3, 7, 30), Level.SHARE, Size.BANDS, [60, 40]),  # a band of 3: one share is left
        ({}, (30, 30, 3, 7, 30), Level.DETAIL, Size.BANDS, [30, 30, None, None, 30]),  # nothing coarser is declared
        (BANDED, (100, 80, 60, 40, 20), Level.DETAIL, Size.ALL, [100, 80, 60, 40, 20]),
        (BANDED, (100, 80, 60, 57, 3), Level.BANDS, Size.ALL, [180, 60, 60]),
        (BANDED, (196, 100, 2, 1, 1), Level.DETAIL, Size.ALL, [195, None, None, None, None]),  # the first that can be
        (BANDED, (296, 1, 1, 1, 1), Level.NOTHING, Size.ALL, []),
        ({**BANDED, "sensitive": True}, (100, 200, 0, 0, 0), Level.DETAIL, Size.ALL, [None, 200, None, None, None]),
    ],
)
def test_a_question_is_shown_as_fine_as_so_many_answers_allow(
    given: dict[str, Any], said: tuple[int, ...], level: Level, size: Size, shown: list[int | None]
) -> None:
    found = figure(heard(question(**given), *said))
    assert (found.level, found.size, counts(found)) == (level, size, shown)


@pytest.mark.parametrize(
    ("base", "shown", "size"),
    [
        (9, None, Size.WORDS),
        (10, 10, Size.WORDS),
        (47, 45, Size.WORDS),
        (48, 50, Size.BANDS),
        (297, 295, Size.BANDS),
        (298, 300, Size.ALL),
    ],
)
def test_size_goes_by_the_base_as_it_is_printed(base: int, shown: int | None, size: Size) -> None:
    found = figure(heard(question("typed", "long_text"), base=base))
    assert (found.base, found.size) == (shown, size)
    assert found.level is (Level.NOTHING if shown is None else Level.WRITTEN)


def test_a_scale_is_never_shown_number_by_number() -> None:
    scale = question("life", "scale", bands=["0-4", "5-6", "7-8", "9-10"], share="0-4")
    for each, level in ((3, Level.SHARE), (12, Level.BANDS), (90, Level.BANDS)):
        found = figure(heard(scale, *[each] * 11))
        assert found.level is level
        assert len(found.cells) == (2 if level is Level.SHARE else 4)


def test_an_answer_that_is_in_no_band_stands_alone() -> None:
    found = figure(heard(question(options=6, **BANDED), 20, 20, 20, 20, 20, 12))
    assert found.cells[-1] == Cell(("o5",), 10)


def test_a_band_is_cut_where_the_share_cuts_through_it() -> None:
    """So that the one figure of the question is there at 100 answers as it is at 20 and at 900."""
    found = figure(heard(question(**{**BANDED, "share": ["o0"]}), 20, 20, 20, 20, 20))
    assert [cell.members for cell in found.cells] == [("o0",), ("o1",), ("o2",), ("o3", "o4")]
    assert found.headline is not None
    assert found.headline.members == ("o0",)


# The one figure


def test_the_share_is_added_up_from_what_is_shown_and_not_rounded_again() -> None:
    share = {"share": ["o0", "o1", "o2"]}
    found = figure(heard(question(**share), 102, 102, 102, 50, 44))
    assert counts(found) == [100, 100, 100, 50, 45]
    assert found.headline is not None
    assert (found.headline.count, found.headline.percent) == (300, 75)
    low, high = wilson(300, 400)
    assert (found.headline.low, found.headline.high) == (100 * low, 100 * high)


def test_there_is_no_share_where_one_answer_of_it_is_hidden() -> None:
    found = figure(heard(question(share=["o4"]), 200, 200, 20, 1, 1))
    assert counts(found) == [200, 200, None, None, None]
    assert found.headline is None


def test_a_share_of_ticks_is_shown_where_nothing_is_hidden_and_nothing_follows() -> None:
    ticks = question("ticks", "several", options=3, share=["o0", "o1"])

    def shown(both: int, first: int, second: int, third: int) -> Figure:
        ticked = {frozenset({"o0", "o1"}): both, frozenset({"o0"}): first, frozenset({"o1"}): second}
        ticked[frozenset({"o2"})] = third
        base = both + first + second + third
        return figure(heard(ticks, both + first, both + second, third, base=base, ticks=ticked))

    found = shown(10, 20, 20, 30).headline
    assert found is not None
    assert (found.count, found.percent) == (50, 62.5)
    assert shown(10, 20, 20, 3).headline is None
    # 22 and 22 gave one, 43 either: printed as 20, 20 and 45, only one person can have given both
    assert shown(1, 21, 21, 30).headline is None


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_every_number_is_rounded_and_every_share_comes_from_rounded_numbers(seed: int) -> None:
    crowd = crowd_of(seed)
    for published in (crowd.inside, crowd.outside):
        for found in published.figures:
            said = [found.base, found.blank, *counts(found), *(cell.count for cell in found.firsts)]
            for part in found.parts:
                said += [part.base, *(cell.count for cell in part.cells)]
            assert all(number is None or number % 5 == 0 for number in said)
            for share in (found.headline, *(part.headline for part in found.parts)):
                if share is not None:
                    assert share.count % 5 == 0
                    assert 0 <= share.low <= share.percent <= share.high <= 100
            if found.headline is not None and found.kind != Kind.SEVERAL:
                within = [cell for cell in found.cells if set(cell.members) <= set(found.headline.members)]
                assert found.base is not None
                assert found.headline.count == min(found.base, sum(cell.count or 0 for cell in within))
                assert found.headline.percent == 100 * found.headline.count / found.base


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_no_number_tells_about_few_and_what_is_hidden_of_a_row_holds_ten(seed: int) -> None:
    crowd = crowd_of(seed)
    for found in crowd.inside.figures:
        tally = crowd.tallies[found.id]
        least = 0 if tally.question.sensitive else 1
        exact = [tally.people(cell.members) for cell in found.cells]
        for cell, people in zip(found.cells, exact, strict=True):
            if cell.count is not None:
                assert not least <= people < 5
                assert not least <= tally.base - people < 5
        hidden = [people for cell, people in zip(found.cells, exact, strict=True) if cell.count is None]
        assert not hidden or sum(hidden) >= 10
        if found.kind in ONE and found.cells:
            assert sorted(member for cell in found.cells for member in map(str, cell.members)) == sorted(
                map(str, positions(tally.question))
            )


# Who gave no answer


@pytest.mark.parametrize(
    ("base", "blank", "shown"), [(90, 10, None), (90, 11, 10), (30, 4, None), (31, 5, 5), (900, 90, None)]
)
def test_blanks_are_printed_where_they_pass_one_in_ten_and_are_five(base: int, blank: int, shown: int | None) -> None:
    assert figure(heard(question(options=2), base // 2, base - base // 2, blank=blank)).blank == shown


# Rankings


RANKED = question("first", "rank", options=4, max=3, share=None)


def ranked(**rankings: int) -> Tally:
    given = {tuple(f"o{place}" for place in name[1:]): people for name, people in rankings.items()}
    picked = [sum(people for order, people in given.items() if f"o{at}" in order) for at in range(4)]
    return heard(RANKED, *picked, base=sum(given.values()), rankings=given)


def test_a_ranking_shows_who_picked_and_who_put_first_and_an_order() -> None:
    found = figure(ranked(r012=60, r120=30, r203=20))
    assert counts(found) == [110, 90, 110, 20]
    assert [cell.count for cell in found.firsts] == [60, 30, 20, 0]
    assert found.order[0] == ("o0",)
    assert found.headline is None


def test_first_choices_are_hidden_like_any_other_row() -> None:
    found = figure(ranked(r012=60, r120=30, r203=20, r013=10, r301=3))
    assert [cell.count for cell in found.firsts] == [70, 30, None, None]


def test_where_a_pick_is_hidden_there_are_no_first_choices_and_no_place_for_it() -> None:
    found = figure(ranked(r01=60, r12=30, r20=20, r03=3))
    assert None in counts(found)
    assert found.firsts == ()
    hidden = {cell.members[0] for cell in found.cells if cell.count is None}
    assert hidden.isdisjoint(option for group in found.order for option in group)


def test_under_fifty_there_is_no_order_but_the_top_group() -> None:
    assert len(figure(ranked(r012=20, r120=12, r203=10)).order) == 1


# Breakdowns


def test_a_part_is_printed_with_its_base_in_the_columns_of_the_question() -> None:
    tally = heard(question(**BANDED), 20, 20, 20, 20, 20)
    cells = (PartCount("q", "age", "young", 48, ((("o0", "o1"), 22), (("o3", "o4"), 17))),)
    (part,) = figure(tally, cells=cells).parts
    assert (part.segment, part.option, part.base) == ("age", "young", 50)
    assert part.cells == (Cell(("o0", "o1"), 20), Cell(("o2",), None), Cell(("o3", "o4"), 15))
    assert part.headline is not None
    assert part.headline.percent == 40


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_breakdown_keeps_both_sides_and_never_a_part_of_what_is_hidden(seed: int) -> None:
    crowd = crowd_of(seed)
    rows = levels.decided(crowd.asked, crowd.tallies)
    for part in crowd.cells:
        found, row = crowd.inside.figure(part.question), rows[part.question]
        assert crowd.invited >= 120
        assert found.size is not Size.WORDS
        assert 10 <= part.base <= row.tally.base - 10
        named = crowd.tallies[part.segment].people([part.option])
        assert 10 <= named <= crowd.sent - 10
        shown = {cell.members for cell in found.cells if cell.count is not None}
        assert {members for members, _ in part.cells} <= shown
        hidden = part.base - sum(people for _, people in part.cells)
        assert len(part.cells) == len(found.cells) or hidden >= 10
        least = 0 if row.question.sensitive else 1
        for members, people in part.cells:
            assert not least <= people < 5
            assert not least <= row.tally.people(members) - people < 5


@pytest.mark.parametrize("people", [20, 47])
def test_there_is_no_breakdown_under_fifty(people: int) -> None:
    for seed in range(10):
        crowd = made_up(seed, people=people)
        crowd.invited = 300
        assert crowd.cells == ()


def test_who_is_led_past_a_question_has_no_breakdown_of_it_unless_that_is_shown_too() -> None:
    found = 0
    for seed in range(30):
        crowd = made_up(seed, people=300)
        shown = {(part.question, part.segment, part.option): dict(part.cells) for part in crowd.cells}
        for (question_id, segment, part), _ in shown.items():
            for when in crowd.asked.question(question_id).ask_when:
                found += 1
                before = shown[when.question, segment, part]
                members = {*(when.any_of or ()), *(when.none_of or ())}
                assert all((member,) in before for member in members) or any(set(one) == members for one in before)
    assert found


# Beside it


def test_verdicts_beside_published_figures_need_300_answers_and_the_share() -> None:
    safe = CARE.question("home_safe")

    def beside(*said: int) -> dict[str, Verdict | None]:
        return {one.key: one.verdict for one in figure(heard(safe, *said), benchmarks=figures()).beside}

    assert beside(8, 7, 6, 6, 6) == {}
    assert beside(20, 20, 20, 20, 20) == {"ylbc.safe_home_always": None, "stat.suitable_accommodation": None}
    assert beside(150, 90, 60, 50, 50)["ylbc.safe_home_always"] is Verdict.DOWN
    assert beside(150, 90, 60, 50, 50)["stat.suitable_accommodation"] is None  # context only
    # Always cannot be shown, so nothing is said of it
    assert set(beside(2, 190, 160, 50, 50).values()) <= {None}


def test_the_same_question_before_is_compared_where_both_times_show_it() -> None:
    asked = asking(question("safe", share=["o0"]), question("other", share=["o0"]), headline=("safe",))

    def tallies(safe: tuple[int, ...], other: tuple[int, ...]) -> dict[str, Tally]:
        return {one.id: heard(one, *said) for one, said in zip(asked.questions, (safe, other), strict=True)}

    def published(given: dict[str, Tally], **how: Any) -> Publication:
        return publishing.publish(asked, given, sent=100, invited=200, chance=Random(1), **how)

    then, now = tallies((20,) * 5, (20,) * 5), tallies((60, 10, 10, 10, 10), (60, 10, 10, 10, 10))
    before = Before(7, asked, then, published(then))
    inside = published(now, before=before)
    safe, other = inside.figure("safe").wave, inside.figure("other").wave
    assert safe is not None
    assert other is not None
    assert (safe.survey, safe.headline, safe.verdict) == (7, before.publication.figure("safe").headline, Verdict.UP)
    assert other.verdict is None  # no headline measure
    hidden = tallies((96, 1, 1, 1, 1), (20,) * 5)
    wave = published(hidden, before=before).figure("safe").wave
    assert wave is None or wave.verdict is None
    earlier = Before(7, asked, hidden, published(hidden))
    wave = published(now, before=earlier).figure("safe").wave
    assert wave is None or (wave.headline, wave.verdict) == (None, None)


def test_outside_says_of_change_what_inside_says_or_nothing() -> None:
    asked = asking(*(question(f"q{at}", share=["o0"]) for at in range(3)), headline=("q0", "q1", "q2"))
    then = {one.id: heard(one, 40, 20, 20, 20, 20) for one in asked.questions}
    now = {
        "q0": heard(asked.questions[0], 60, 15, 15, 15, 15),
        "q1": heard(asked.questions[1], 12, 27, 27, 27, 27),
        "q2": heard(asked.questions[2], 52, 17, 17, 17, 17),
    }
    sides = []
    for outside in (False, True):
        how: dict[str, Any] = {"sent": 120, "invited": 200, "outside": outside}
        before = Before(1, asked, then, publishing.publish(asked, then, chance=Random(1), **how))
        sides.append(publishing.publish(asked, now, chance=Random(1), before=before, **how))
    for inside, outside in zip(sides[0].figures, sides[1].figures, strict=True):
        assert inside.wave is not None
        assert outside.wave is not None
        assert outside.wave.verdict in (inside.wave.verdict, None)
    assert sides[1].figure("q1").headline is None
    assert sides[1].figure("q1").wave.verdict is None


# Outside the authority


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_outside_nothing_under_ten_is_shown_and_nothing_that_inside_hides(seed: int) -> None:
    crowd = crowd_of(seed)
    assert crowd.outside.outside
    for inside, outside in zip(crowd.inside.figures, crowd.outside.figures, strict=True):
        tally = crowd.tallies[inside.id]
        assert outside.parts == outside.firsts == ()
        assert outside.blank is None or tally.blank >= 10
        assert outside.level in (inside.level, Level.NOTHING)
        for mine, theirs in zip(inside.cells, outside.cells, strict=bool(outside.cells)):
            assert theirs.count in (mine.count, None)
            assert theirs.count is None or tally.people(theirs.members) >= 10
        away = [cell for cell in outside.cells if cell.count is None]
        assert outside.kind not in ONE or len(away) != 1
        assert outside.headline in (inside.headline, None)


# What is never made


def test_no_mean_no_total_no_table_of_two_questions_and_nothing_by_worker_can_be_published() -> None:
    """What a publication can hold is this and no more: a new field is a new decision."""
    held = {
        kind.__name__: {field.name for field in dataclasses.fields(kind)}
        for kind in (publication.Cell, publication.Share, publication.Part, publication.Wave, publication.Beside)
    }
    assert held == {
        "Cell": {"members", "count"},
        "Share": {"members", "count", "percent", "low", "high"},
        "Part": {"segment", "option", "base", "cells", "headline"},
        "Wave": {"survey", "headline", "verdict"},
        "Beside": {"key", "grade", "note", "verdict"},
    }
    assert {field.name for field in dataclasses.fields(Figure)} == {
        *("id", "kind", "level", "size", "base", "cells", "headline", "blank"),
        *("firsts", "order", "parts", "beside", "wave"),
    }
    assert {field.name for field in dataclasses.fields(Publication)} == {
        *("survey", "version", "outside", "sent", "invited", "figures"),
    }


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_breakdown_is_by_one_declared_segment_and_a_cell_holds_answers_of_one_question(seed: int) -> None:
    crowd = crowd_of(seed)
    segments = {segment.id: segment.option_ids for segment in crowd.asked.segment_questions}
    for found in crowd.inside.figures:
        asked = crowd.asked.question(found.id)
        for part in found.parts:
            assert part.option in segments[part.segment]
            assert found.id not in segments
        for cell in (*found.cells, *found.firsts, *(cell for part in found.parts for cell in part.cells)):
            assert set(cell.members) <= set(positions(asked))
        assert found.kind != Kind.SCALE or all(len(cell.members) > 1 for cell in found.cells)


# Kept for ever


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.booleans())
def test_what_was_written_down_is_read_exactly_as_it_was(seed: int, outside: bool) -> None:
    crowd = crowd_of(seed)
    published = crowd.outside if outside else crowd.inside
    assert publication.read(publication.dumped(published)) == published


def test_waves_and_benchmarks_are_read_as_they_were() -> None:
    asked = asking(CARE.question("home_safe"), headline=("home_safe",))
    tallies = {"home_safe": heard(asked.questions[0], 150, 90, 60, 50, 50)}

    def published(before: Before | None) -> Publication:
        return publishing.publish(
            asked, tallies, sent=400, invited=500, chance=Random(1), benchmarks=figures(), before=before
        )

    found = published(Before(1, asked, tallies, published(None)))
    assert found.figure("home_safe").wave is not None
    assert found.figure("home_safe").beside
    assert publication.read(publication.dumped(found)) == found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1}', "null"])
def test_text_that_is_no_publication_is_refused(text: str) -> None:
    with pytest.raises(UnknownFormat):
        publication.read(text)


def test_it_says_in_which_format_it_is() -> None:
    assert json.loads(publication.dumped(made_up(1).inside))["format"] == publication.FORMAT == 1


def test_who_sent_and_who_was_invited_are_rounded_too() -> None:
    tally = heard(question(options=2), 32, 31)
    found = publishing.publish(asking(tally.question), {"q": tally}, sent=63, invited=142, chance=Random(1))
    assert (found.sent, found.invited) == (rounded(63), rounded(142)) == (65, 140)


def test_a_question_that_is_not_there_is_not_found() -> None:
    with pytest.raises(KeyError):
        made_up(1).inside.figure("nothing_like_it")
