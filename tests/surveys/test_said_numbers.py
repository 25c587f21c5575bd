"""Numbers in words that somebody typed: what is published may be said, and nothing else."""

from __future__ import annotations

import pytest

from surveys.definition import Kind, Option, Question
from surveys.publication import Cell, Figure, Level, Publication, Share, Size
from surveys.said_numbers import unpublished

HOME = Question(
    id="home",
    kind=Kind.SINGLE,
    text={"en": "Have you moved in the last 12 months?"},
    options=(Option(id="yes", label={"en": "Yes, 3 times or more"}), Option(id="no", label={"en": "No"})),
)
LIFE = Question(id="life", kind=Kind.SCALE, text={"en": "How is life?"}, meaning={"en": "10 means completely."})
FIGURE = Figure(
    "home",
    Kind.SINGLE,
    Level.DETAIL,
    Size.BANDS,
    60,
    (Cell(("yes",), 15), Cell(("no",), 45)),
    Share(("no",), 45, 75.0, 63.0, 84.0),
)
SCORES = Figure("life", Kind.SCALE, Level.BANDS, Size.BANDS, 60, (Cell((0, 1, 2, 3, 4), 20), Cell((5, 6), None)))
PUBLISHED = Publication("small", 1, False, 60, 90, (FIGURE, SCORES))


@pytest.mark.parametrize(
    "said",
    [
        "Most of us feel fine about it.",
        "45 of 60 said no.",
        "About 75 in 100 said no. That is likely 63 to 84.",
        "Some, 25%, have moved.",
        "A quarter have moved in the last 12 months.",
        "Few said “Yes, 3 times or more”.",
        "60 of 90 answered.",
        "No one should have to move, and each one of us knows it.",
        "Two months is short. Moving twice is hard.",
    ],
)
def test_what_is_published_or_asked_may_be_said(said: str) -> None:
    assert unpublished(said, PUBLISHED, FIGURE, HOME) == ()


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("17 said no.", "17"),
        ("Only 2 people moved.", "2"),
        ("Two people moved.", "two people"),
        ("Just one person moved.", "one person"),
        ("Twenty-three of us moved.", "twenty-three of"),
        ("7 in 10 said no.", "7 in 10"),
        ("76 in 100 said no.", "76 in 100"),
        ("Half said no.", "half"),
        ("Two thirds have moved.", "thirds"),
        ("It was 74.6%.", "74.6"),
        ("1,000 said so.", "1,000"),
        ("١٧ said no.", "١٧"),
        ("½ said no.", "1"),
        ("3 moved.", "3"),
    ],
)
def test_any_other_number_is_named(said: str, wrong: str) -> None:
    assert wrong in unpublished(said, PUBLISHED, FIGURE, HOME)


def test_a_scale_may_be_said_as_it_is_published() -> None:
    assert unpublished("Some said 0 to 4 out of 10.", PUBLISHED, SCORES, LIFE) == ()
    assert unpublished("Some said 5 to 6 out of 10.", PUBLISHED, SCORES, LIFE) == (), "the words, not how many"
    assert "9" in unpublished("Some said 9.", PUBLISHED, SCORES, LIFE)
