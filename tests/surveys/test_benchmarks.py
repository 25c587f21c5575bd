"""The published figures that may stand beside ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from published import figures
from shipped import CARE, CHECKIN, FOLDER, PULSE

from surveys.benchmarks import load

BESIDE = [
    pytest.param(benchmark, id=f"{survey.name} {question.id} {benchmark.key}")
    for survey in (CARE, PULSE, CHECKIN)
    for question in survey.questions
    for benchmark in question.benchmarks
]


@pytest.mark.parametrize("beside", BESIDE)
def test_every_figure_beside_a_question_is_there_with_year_people_and_source(beside):
    found = figures()[beside.key]
    assert found.key == beside.key
    assert found.year
    assert found.population
    assert found.source.endswith(tuple("abcdefghijklmnopqrstuvwxyz0123456789)"))


@pytest.mark.parametrize("beside", [one for one in BESIDE if one.values[0].grade in "AB"])
def test_every_figure_that_is_compared_is_a_share_of_people(beside):
    percent = figures()[beside.key].percent
    assert percent is not None
    assert 0 < percent < 100


@pytest.mark.parametrize(
    ("key", "percent", "n", "year"),
    [
        ("ylbc.low_life_satisfaction", 26, 1258, "2020"),
        ("ylbc.lonely_often_always.t2", 18, 1233, "2022"),
        ("ylbc.trust_worker.national", 78, None, "2020-22"),
        ("genpop.cope_financially_hard", 7, None, "about 2022"),  # "%, about"
        ("nb2.survey.heard", 77, None, "2015-16"),  # one of two numbers, of "14 authorities": people not given
        ("nb2.duration_months", None, None, "2015-16"),  # not a share
        ("lw.pa_time_on_crisis", None, 7, "2017"),  # a share of time, not of people
        ("lw.staff_no_out_of_hours_over", None, 14, "2017"),  # "more than half"
        ("nb3.action_plan_themes", None, 8, "2020-22"),  # a table
    ],
)
def test_figures_are_read_as_they_are_printed(key, percent, n, year):
    found = figures()[key]
    assert (found.percent, found.n, found.year) == (percent, n, year)


def test_what_is_not_given_is_not_made_up():
    assert figures()["genpop.not_eet"].n is None
    assert figures()["genpop.not_eet"].note is None
    assert figures()["stat.suitable_accommodation"].note.startswith("year missing")


def test_every_figure_and_every_table_has_its_own_key():
    text = (FOLDER / "data" / "figures.yaml").read_text(encoding="utf-8")
    keys = [line for line in text.splitlines() if line.lstrip(" -{").startswith("key:")]
    assert len(figures()) == len(keys) == len(set(figures()))
    assert figures()["nb2.table3"].value["checks"]["rows"] == 23


def test_the_sentences_that_go_under_every_benchmark_come_with_them():
    assert len(figures().use_with_care) == 3
    assert "never as a target" in figures().use_with_care[0]


def test_a_key_nobody_published_is_not_there():
    assert "ylbc.happiness" not in figures()
    with pytest.raises(KeyError):
        figures()["ylbc.happiness"]


# `ylbc.eet_answer_range`: 24-56% "in" work or learning are set beside 11% *not* in it (I15): nobody can say which.


@pytest.mark.parametrize("definition", sorted((FOLDER / "definitions").glob("*.yaml")), ids=lambda path: path.name)
def test_the_figure_nobody_can_read_stands_beside_no_question(definition: Path):
    assert "eet_answer_range" not in definition.read_text(encoding="utf-8")


def test_the_figure_nobody_can_read_could_not_be_compared_if_it_did():
    found = figures()["ylbc.eet_answer_range"]
    assert found.percent is None
    assert "AMBIGUOUS" in found.note


def test_any_text_of_that_shape_is_read():
    read = load(
        """
        use_with_care: [Mind how you go.]
        tables: {one: {key: t, unit: people, population: all, year: 2020, source: a book, columns: [a], rows: [[1]]}}
        figures:
          - {key: f, value: 12.5, unit: "%", population: all, n: 80, year: 2021, source: a book, note: Nearly.}
        """
    )
    assert list(read) == ["f", "t"]
    assert (read["f"].percent, read["f"].n, read["f"].year, read["f"].note) == (12.5, 80, "2021", "Nearly.")
    assert (read["t"].percent, read["t"].n, read["t"].value) == (None, None, {"columns": ["a"], "rows": [[1]]})
    assert read.use_with_care == ("Mind how you go.",)
