"""Whoever knows the rules and everything that is printed cannot work out what is hidden: solved, not argued.

`solving` turns a publication into an integer programme with a line for every printed number and every rule, and finds
the bounds of each hidden count. Each time the true counts are put in first, so that no line can claim too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from crowds import Crowd, answered, made_up
from solving import ENOUGH, OURS, Programme, Rules, programme

from surveys import publishing
from surveys.definition import Question, Questionnaire
from surveys.disclosure import rounded
from surveys.plan import ONE, TYPED
from surveys.publication import Cell, Figure, Level, Part, Publication, Size
from surveys.tally import Tally, positions

BATCH = 20
PRINTED_EXACTLY = Rules(slack=0, held=0, only_few=True)
ONE_MORE_HIDDEN = Rules(held=0)


def known(crowd: Crowd, inside: Publication, outside: Publication | None = None, rules: Rules = OURS) -> Programme:
    found = programme(
        crowd.asked,
        inside,
        outside,
        sent=crowd.sent,
        tallies=crowd.tallies,
        copies=crowd.copies,
        rules=rules,
    )
    assert found.wrong() == []
    return found


def attacked(seeds: Iterable[int]) -> tuple[int, int, list[float]]:
    """How many counts were hidden in these surveys, how many could be narrowed, and how far per cents are off."""
    hidden, narrowed, off = 0, 0, list[float]()
    for seed in seeds:
        crowd = made_up(seed)
        found = known(crowd, crowd.inside, crowd.outside)
        hidden += len(found.secrets)
        narrow = found.narrow(seed)
        narrowed += len(narrow)
        assert not narrow, (seed, narrow)
        off += errors(crowd)
    return hidden, narrowed, off


def errors(crowd: Crowd) -> list[float]:
    """By how many points the per cents of what is printed of 100 answers and more differ from the true ones."""
    off = list[float]()
    for figure in crowd.inside.figures:
        tally = crowd.tallies[figure.id]
        if tally.base < 100 or figure.base is None:
            continue
        for cell in figure.cells:
            if cell.count is not None:
                off.append(abs(100 * cell.count / figure.base - 100 * tally.people(cell.members) / tally.base))
        if figure.headline is not None:
            exact = 100 * tally.people(figure.headline.members) / tally.base
            off.append(abs(figure.headline.percent - exact))
    return off


@pytest.mark.parametrize("batch", range(5))
def test_of_a_hundred_surveys_no_hidden_count_is_left_with_under_four_values(batch: int) -> None:
    hidden, narrowed, off = attacked(range(batch * BATCH, (batch + 1) * BATCH))
    assert hidden > 100
    assert narrowed == 0
    assert sum(off) / len(off) <= 3


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_of_a_thousand_surveys_no_hidden_count_is_left_with_under_four_values(record_property) -> None:
    hidden, narrowed, off = attacked(range(10_000, 11_000))
    record_property("surveys", 1000)
    record_property("hidden counts", hidden)
    record_property("narrowed to under four values", narrowed)
    record_property("mean error of printed per cents at 100 answers and more", f"{sum(off) / len(off):.2f} points")
    assert narrowed == 0
    assert sum(off) / len(off) <= 3


def test_solutions_in_random_directions_say_no_more_than_solving_every_count_alone() -> None:
    for seed in (3, 12):
        crowd = made_up(seed, questions=4)
        found = known(crowd, crowd.inside, crowd.outside)
        assert found.narrow(seed) == {name: few for name, few in found.values().items() if len(few) <= ENOUGH}


# The solver is not blind


def naively(crowd: Crowd) -> Publication:
    """Every answer and every breakdown exactly, but for counts of 1 to 4: what a spreadsheet would print."""

    def exact(groups: Iterable[tuple[int | str, ...]], counts: Iterable[int]) -> tuple[Cell, ...]:
        return tuple(
            Cell(group, None if 1 <= count < 5 else count) for group, count in zip(groups, counts, strict=True)
        )

    figures = []
    for question_id, tally in crowd.tallies.items():
        if tally.base < 10 or tally.question.kind in TYPED:
            figures.append(Figure(question_id, tally.question.kind.value, Level.NOTHING, Size.ALL, None))
            continue
        groups = [(member,) for member in positions(tally.question)]
        figure = Figure(
            question_id, tally.question.kind.value, Level.DETAIL, Size.ALL, tally.base, exact(groups, tally.counts)
        )
        parts = []
        for segment in crowd.asked.segment_questions:
            for part in segment.option_ids if tally.question.kind in ONE and not tally.question.segment else ():
                counts = [crowd.copies[question_id, segment.id, part, member] for (member,) in groups]
                if sum(counts) >= 10:
                    parts.append(Part(segment.id, part, sum(counts), exact(groups, counts), None))
        figures.append(replace(figure, parts=tuple(parts)))
    return replace(crowd.inside, figures=tuple(figures))


def test_counts_printed_exactly_with_only_the_small_ones_hidden_come_out_again() -> None:
    hidden = out = 0
    for seed in (2, 3, 5):
        crowd = made_up(seed, people=100, questions=3)
        found = known(crowd, naively(crowd), rules=PRINTED_EXACTLY)
        for name, values in found.narrow(seed).items():
            out += values == [found.truth[found.secrets[name]]]
        hidden += len(found.secrets)
    assert out > hidden / 2


def test_hiding_only_one_more_count_is_not_enough_and_the_solver_sees_it() -> None:
    """R1 to R4 as they were first written: where one count is hidden the next lowest goes too, whatever else it is."""
    crowd = alone(7, 7, 4)
    (figure,) = crowd.inside.figures
    first = replace(crowd.inside, figures=(one_more_hidden(figure, crowd.tallies["leads"]),))
    assert [cell.count for cell in first.figures[0].cells] == [None, 5, None]
    assert known(crowd, first, rules=ONE_MORE_HIDDEN).narrow() == {
        ("leads", "often"): [4, 7],
        ("leads", "nobody"): [4, 7],
    }


def alone(*counts: int) -> Crowd:
    """One question with three answers, and nobody who skipped it."""
    asked = Questionnaire(name="one", version=1, purpose="survey", title="One", minutes=1, questions=(LEADING,))
    people = sum(counts)
    return replace(answered(asked, people, people, 1), tallies={"leads": Tally(LEADING, counts, people, 0, 0)})


def one_more_hidden(figure: Figure, tally: Tally) -> Figure:
    away = {at for at, count in enumerate(tally.counts) if 1 <= count < 5}
    if len(away) == 1:
        away.add(min((count, at) for at, count in enumerate(tally.counts) if count and at not in away)[1])
    cells = tuple(
        Cell((member,), None if at in away else rounded(count))
        for at, (member, count) in enumerate(zip(positions(tally.question), tally.counts, strict=True))
    )
    return replace(figure, level=Level.DETAIL, base=rounded(tally.base), cells=cells, headline=None)


LEADING = Question(
    id="leads",
    kind="single",
    text="Have you a worker?",
    options=[{"id": option, "label": option} for option in ("often", "seldom", "nobody")],
)
LATER = Question(
    id="later",
    kind="single",
    text="Is the worker any good?",
    options=[{"id": option, "label": option} for option in ("good", "bad")],
    ask_when={"question": "leads", "none_of": ["nobody"]},
)


def led(asked_of_everyone: bool = False) -> Crowd:
    """54 people of whom one has no worker; everybody else is asked about theirs, and answers."""
    later = LATER.model_copy(update={"ask_when": ()}) if asked_of_everyone else LATER
    asked = Questionnaire(name="led", version=1, purpose="survey", title="Led", minutes=1, questions=(LEADING, later))
    tallies = {
        "leads": Tally(LEADING, (30, 23, 1), 54, 0, 0),
        "later": Tally(later, (33, 20), 53, 0, 1),
    }
    return replace(answered(asked, 54, 90, 1), tallies=tallies)


def test_a_base_that_would_tell_how_many_were_led_past_a_question_is_not_printed() -> None:
    crowd = led()
    assert crowd.inside.figure("leads").cells[2].count is None
    assert crowd.inside.figure("later").level is Level.NOTHING
    assert crowd.inside.figure("later").base is None
    assert known(crowd, crowd.inside, crowd.outside).narrow() == {}
    told = replace(crowd.inside, figures=(crowd.inside.figures[0], led(asked_of_everyone=True).inside.figure("later")))
    assert ("leads", "nobody") in known(crowd, told).narrow()


def test_both_publications_together_come_from_the_one_inside() -> None:
    """Surveys that print the same inside print the same outside, so that having both tells nothing more."""
    for seed in range(10):
        crowd = made_up(seed)
        again = [publishing.outside_of(figure) for figure in crowd.inside.figures]
        assert tuple(again) == crowd.outside.figures
