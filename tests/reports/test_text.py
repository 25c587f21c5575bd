"""Figures to read in a terminal: plain lines, in the voice of the house."""

from __future__ import annotations

import re

import pytest
from made_up import northfield, results

from bot.reports.text import COLUMNS, text

NEVER = (
    "significant",
    "proves",
    "only",
    "still",
    "despite",
    "worrying",
    "unfortunately",
    "!",
    "trend",
    "average",
    "mean ",
)


@pytest.mark.parametrize("size", [30, 120, 400])
def test_it_opens_with_who_answered_and_ends_with_what_to_do(size: int) -> None:
    lines = text(results(size), northfield()).splitlines()
    assert lines[0] == f"{size} of {size * 2} answered (50%). People who did not may feel differently."
    assert lines[1] == "Questions about how life is, until 21 December 2026."
    assert lines[-1] == "We can't say why. Ask people."
    assert max(map(len, lines)) <= COLUMNS


def test_every_question_stands_in_it_in_order_under_its_heading() -> None:
    said = text(results(120), northfield())
    places = [int(found) for found in re.findall(r"^(\d+)\. ", said, re.MULTILINE)]
    assert places == list(range(1, 32))
    assert "WHERE YOU LIVE" in said


@pytest.mark.parametrize("waves", [False, True])
def test_no_word_is_in_it_that_a_number_has_not_earned(waves: bool) -> None:
    for outside in (False, True):
        said = text(results(400, waves=waves), northfield(), outside=outside)
        lines = (line for line in said.splitlines() if not re.match(r"\s*(\d+\. |.*: \d+%|.*: c)", line))
        # The words of answers and of notes in a definition are not ours to change here.
        ours = re.sub(r"but only on my|only in other|context only", "", " ".join(" ".join(lines).casefold().split()))
        for word in NEVER:
            assert word not in ours, word


def test_waves_say_that_nobody_was_followed() -> None:
    said = " ".join(text(results(400, waves=True), northfield()).split())
    assert "two pictures of the group, not the same people followed" in said
    assert "two pictures of the group" not in text(results(400), northfield())


def test_what_is_for_everybody_holds_no_number_under_ten_and_no_group() -> None:
    said = text(results(400), northfield(), outside=True)
    assert "By: How old are you?" not in said
    assert not re.search(r"about 5 people", said)
    assert "Numbers under 10 are left out" in said
