"""How a share is told: as plain as every question, and with nothing in it that the share does not say."""

from __future__ import annotations

from pathlib import Path

import pytest
import word_rules as rules
from test_words import DEFINITIONS, allowed

from bot.screens import Screen
from surveys import load as definitions
from surveys.definition import Questionnaire, text_in


def told(asked: Questionnaire) -> list[Screen]:
    """Each share as a sentence."""
    return [
        Screen(f"About half {text_in(question.told, 'en')}.", (), True, f"{asked.name}/{question.id}")
        for question in asked.questions
        if question.told is not None
    ]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in DEFINITIONS])
def test_what_is_told_of_a_share_is_plain(path: Path) -> None:
    asked = definitions.load(path.read_text("utf-8"), source=path.name)
    for one in told(asked):
        for rule in ("exclaims", "hard", "banned", "long_sentences", "questions"):
            assert not allowed(rule, one.name, getattr(rules, rule)(one)), (rule, one.text)
    if asked.purpose in ("survey", "pulse"):
        assert all(asked.question(name).told for name in asked.headline), "every headline measure has its words"
    assert all(question.share for question in asked.questions if question.told), "they are about the share"


def test_all_of_them_together_can_be_read_by_a_nine_year_old() -> None:
    every = [told(definitions.load(path.read_text("utf-8"), source=path.name)) for path in DEFINITIONS]
    score = rules.grade("\n".join(one.text for screens in every for one in screens))
    assert score is not None
    assert score <= 5
