"""Asking everyone what should come first: the ten cards or a list of one's own, as a sealed survey of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import surveys as package
from engagement import answering, audit, budget, results, surveys
from engagement.audit import Action
from engagement.authority import Settings
from engagement.budget import Reach
from engagement.london import today
from engagement.staff import Permission, require
from engagement.surveys import Opened
from storage import openings, people
from storage.ids import SurveyId
from storage.openings import Opening
from storage.staff import Staff
from storage.store import Transaction
from surveys import cards, timing
from surveys.cards import Outcome
from surveys.definition import MAX_LABEL, Questionnaire
from surveys.errors import DefinitionError, Mistake
from surveys.flow import clean
from surveys.load import load

Cards = Literal["pick", "rank"]
CARDS: Final[dict[Cards, str]] = {"pick": "gold_standard_cards", "rank": "gold_standard_cards_rank"}
DEFINITIONS: Final = Path(package.__file__).with_name("definitions")

NAME: Final = "priorities"
LEAST, MOST, TOP = 3, 12, 3
DAYS: Final = 14


class ListError(Exception):
    """The list cannot be asked as it is. `mistakes` is what the checks of every questionnaire found in its words."""

    def __init__(
        self, why: Literal["few", "many", "long", "twice", "words"], mistakes: tuple[Mistake, ...] = ()
    ) -> None:
        super().__init__(why)
        self.why, self.mistakes = why, mistakes


@dataclass(frozen=True, slots=True)
class Preview:
    """What would open: how long it takes, who could answer, whom a message would reach now, and the last day.

    open_until: the last day of the same survey that is open now, which must close before.
    """

    asked: Questionnaire
    seconds: int
    register: int
    joined: int
    reach: Reach
    last_day: date
    open_until: date | None


def ten_cards(mode: Cards) -> tuple[str, str]:
    """The shipped definition of that mode, and what to call it."""
    return (DEFINITIONS / f"{CARDS[mode]}.yaml").read_text("utf-8"), f"{CARDS[mode]}.yaml"


def from_list(title: str, question: str, items: Sequence[str]) -> str:
    """A definition that asks for the top three of these, in order. Raises: ListError."""
    labels = [" ".join(clean(item).split()) for item in items]
    labels = [label for label in labels if label]
    if not LEAST <= len(labels) <= MOST:
        raise ListError("few" if len(labels) < LEAST else "many")
    if any(len(label) > MAX_LABEL for label in labels):
        raise ListError("long")
    if len({label.casefold() for label in labels}) < len(labels):
        raise ListError("twice")
    text = _written(" ".join(clean(title).split()), " ".join(clean(question).split()), labels)
    try:
        load(text, source=NAME)
    except DefinitionError as error:
        raise ListError("words", error.mistakes) from error
    return text


async def preview(
    tx: Transaction, settings: Settings, definition: str, *, source: str, closes: date | None, now: datetime
) -> Preview:
    """What opening it would mean. Nothing is changed. Raises: DefinitionError."""
    asked = load(definition, source=source)
    register = await people.everyone(tx)
    opened = next((one for one in await openings.open_surveys(tx) if one.name == asked.name), None)
    return Preview(
        asked,
        timing.estimate(asked).nothing_typed,
        len(register),
        len(await people.joined(tx)),
        await budget.reach(tx, settings, register, "surveys", now=now),
        last_day(closes, now),
        None if opened is None else answering.last_day(opened),
    )


async def open_them(
    tx: Transaction,
    settings: Settings,
    member: Staff | None,
    definition: str,
    *,
    source: str,
    closes: date | None,
    quietly: bool,
    now: datetime,
) -> Opened:
    """It can be answered from now on. `quietly` where something else leads people to it, such as a story.

    Raises: NotAllowed, DefinitionError, AlreadyOpen, OpeningError.
    """
    if member is not None:
        require(member, Permission.RUN_SURVEYS)
    opened = await surveys.open_survey(
        tx, settings, definition, source=source, closes=last_day(closes, now), now=now, quietly=quietly
    )
    await audit.note(tx, member, Action.SURVEY_OPENED, now=now, survey=opened.survey, people=opened.invited)
    return opened


async def every(tx: Transaction) -> tuple[Opening, ...]:
    """Every time people were asked about priorities, the newest first."""
    found = []
    for opening in reversed(await openings.every(tx)):
        if (await openings.questionnaire(tx, opening.id)).purpose == "priorities":
            found.append(opening)
    return tuple(found)


async def outcome(tx: Transaction, survey: SurveyId) -> Outcome | None:
    """What people put first, from published figures; None of a survey about something else.

    Raises: NoSuchSurvey, NotPublished.
    """
    found = await results.of_opening(tx, await openings.find(tx, survey))
    return cards.outcome(found.asked, found.inside)


def last_day(closes: date | None, now: datetime) -> date:
    """The day that was chosen, or two weeks from now."""
    return closes or today(now) + timedelta(days=DAYS)


def _written(title: str, question: str, labels: Sequence[str]) -> str:
    """The definition's text. Words are written as JSON, which is YAML that nothing in them can break."""
    options = "\n".join(
        f"          - {{id: item_{at}, label: {_quoted(label)}}}" for at, label in enumerate(labels, start=1)
    )
    return f"""\
name: {NAME}
version: 1
purpose: priorities
title: {_quoted(title)}
languages: [en]
minutes: 1
wording: ours
comparability: similar

parts:
  - id: first
    questions:
      - id: first
        kind: rank
        max: {TOP}
        text: {_quoted(question)}
        meaning: "Tap your top three, in order."
        order: rotated
        plan_tag: themes
        options:
{options}
"""


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
