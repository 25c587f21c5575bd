"""Results of surveys nobody answered: made by the real code from made-up answers, without a database."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from support.town import DEFINITIONS, NORTHFIELD

from engagement import authority
from engagement.authority import Settings
from engagement.results import Results, known_benchmarks
from storage.answers import encoded
from storage.ids import SurveyId
from storage.openings import Opening
from surveys import boxes, tally
from surveys.definition import Kind, Questionnaire
from surveys.load import load
from surveys.publication import Before, Publication
from surveys.publishing import publish
from surveys.tally import Tally
from surveys.values import Answers, coded

CLOSED = datetime(2026, 12, 22, tzinfo=UTC)


@cache
def northfield() -> Settings:
    return authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")


@cache
def care_leavers() -> Questionnaire:
    return load((DEFINITIONS / "care_leaver_survey.yaml").read_text("utf-8"), source="care_leaver_survey")


@cache
def results(size: int, *, waves: bool = False, seed: int = 1, asked: Questionnaire | None = None) -> Results:
    """So many people answered the shipped survey, or that one; with `waves` as many did a year before."""
    asked = asked or care_leavers()
    before = None
    if waves:
        earlier = tallies(asked, size, seed=seed + 1)
        before = Before(1, asked, earlier, _published(asked, earlier, size))
    heard = tallies(asked, size, seed=seed)
    inside, outside = (_published(asked, heard, size, before=before, outside=side) for side in (False, True))
    opening = Opening(SurveyId(2), asked.name, "closed", CLOSED, CLOSED, size * 2, {})
    beside = {one.key for figure in inside.figures for one in figure.beside}
    return Results(
        opening,
        asked,
        inside,
        outside,
        {1: date(2025, 12, 20), 2: date(2026, 12, 21)},
        {key: known_benchmarks()[key] for key in beside},
    )


def _published(
    asked: Questionnaire, heard: Mapping[str, Tally], size: int, *, before: Before | None = None, outside: bool = False
) -> Publication:
    return publish(
        asked,
        heard,
        sent=size,
        invited=size * 2,
        before=before,
        benchmarks=known_benchmarks(),
        chance=random.Random(1),
        outside=outside,
    )


def tallies(asked: Questionnaire, size: int, *, seed: int) -> dict[str, Tally]:
    """What so many people with a mind of their own said."""
    chance = random.Random(seed)
    rows: Counter[tuple[str, str]] = Counter()
    values: dict[tuple[str, str], Any] = {}
    for _ in range(size):
        for question, value in boxes.rows(asked, _answers(asked, chance)):
            value = tally.WRITTEN if isinstance(value, dict) and "text" in value else value
            rows[question, encoded(value)] += 1
            values[question, encoded(value)] = value
    return tally.tallied(asked, [(key[0], values[key], people) for key, people in rows.items()])


def _answers(asked: Questionnaire, chance: random.Random) -> Answers:
    said: dict[str, Any] = {}
    for question in asked.questions:
        if chance.random() < 0.06:
            said[question.id] = coded("skipped")
        elif question.kind is Kind.SCALE:
            said[question.id] = min(10, max(0, round(chance.gauss(6, 2.5))))
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            free = [option.id for option in question.options if not option.clears]
            picked = chance.sample(free, min(len(free), chance.randint(1, question.max or 3)))
            said[question.id] = picked if question.kind is Kind.RANK else sorted(picked, key=question.option_ids.index)
        elif question.options:
            said[question.id] = question.option_ids[min(len(question.options) - 1, int(chance.expovariate(0.6)))]
        else:
            said[question.id] = {"text": "words", "quote": True}
    return Answers(said)
