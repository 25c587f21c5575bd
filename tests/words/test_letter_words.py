"""The words of a printed invite, and of the text message that carries a link: neutral to anyone who finds them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
import word_rules
from contexts import LONGEST

from bot.cli import people
from bot.reports import letters
from bot.screens import Screen
from engagement import lock_screen
from engagement.invites import Invitation

ONE = Invitation(
    "C-1", "https://t.me/example_bot?start=abcdefghijklmnopqrstuv", "blue kite", "Jo", "Jo S", "", "", "en", "Priya",
    date(2027, 1, 21),
)  # fmt: skip


def sheet(worker: str) -> str:
    [one] = letters.sheets([replace(ONE, worker=worker)])
    said = (one.hello, one.intro, one.words_label, one.words, one.words_why, one.how_heading, *one.steps, one.bot)
    return "\n".join((*said, one.trouble_heading, one.trouble, one.until, one.by_link))


def card() -> str:
    found = letters.cards([ONE], "Priya")
    [one] = found.cards
    return "\n".join(
        (letters.title(), found.title, found.how, one.name, one.words_label, one.words, one.how, one.until)
    )


def text_message() -> str:
    """The template that the help of the command recommends."""
    found = re.search(r'"(Hi \(\(name\)\).*?)"', " ".join((people.invite.__doc__ or "").split()))
    assert found is not None
    return found[1].replace("((name))", "Jo").replace("((words))", "blue kite").replace("((link))", "")


@pytest.mark.parametrize("text", [sheet("Priya"), sheet(""), card(), text_message()])
def test_it_says_nothing_that_gives_anybody_away_in_words_everybody_knows(text):
    assert lock_screen.gives_away(text, language="en", names=lock_screen.names(LONGEST)) == []
    screen = Screen(text, (), False, "letter")
    assert [*word_rules.hard(screen), *word_rules.banned(screen), *word_rules.exclaims(screen)] == []
    assert [*word_rules.long_sentences(screen), *word_rules.long_on_average(screen)] == []
    assert (word_rules.grade(text) or 0) <= 5
