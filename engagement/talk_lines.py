"""What workers heard: one line at a time, kept from nobody and of nobody, and read once the round is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engagement import priorities, redaction
from engagement.redaction import Span
from engagement.staff import Permission, require
from engagement.talks import NoRound, TalksError, about, mine
from storage import openings, people, staff, talks
from storage.staff import Staff
from storage.store import Transaction
from storage.talks import WorkerRound
from surveys import disclosure
from surveys.definition import Option, Questionnaire
from surveys.flow import clean
from surveys.load import load
from surveys.plan import TICKS

MOST_CHARS: Final = 200
OTHER: Final = "other"
"""What was heard is none of the list."""


class NotALine(TalksError):
    """Nothing was written, or more than a line."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.got = got


class NamesSomebody(TalksError):
    """A name of the register is in it, or a number or address: `spans` says where."""

    def __init__(self, words: str, spans: tuple[Span, ...]) -> None:
        super().__init__()
        self.words, self.spans = words, spans

    @property
    def without(self) -> str:
        """The same line with what it was in place of each, such as [name]."""
        return redaction.redacted(self.words, self.spans)


class TooEarly(TalksError):
    """The round still runs: read before and after one of few people was asked, a line would be theirs."""


@dataclass(frozen=True, slots=True)
class WhatWasHeard:
    """A round's lines, in no order, and how often each of the list came up.

    lines:  without which of the list they were about: who counted them would have every count exactly.
    counts: by option, rounded to 5, None where hidden; empty where none may be shown.
    """

    round: WorkerRound
    options: tuple[Option, ...]
    total: int | None
    counts: Mapping[str, int | None]
    lines: tuple[str, ...]


async def options(tx: Transaction, found: WorkerRound) -> tuple[Option, ...]:
    """The list that is talked about: that of the survey about priorities it follows, or the ten cards."""
    if found.survey:
        asked = await openings.questionnaire(tx, found.survey)
        if asked.purpose == "priorities":
            return _listed(asked)
    text, source = priorities.ten_cards("pick")
    return _listed(load(text, source=source))


async def bring(tx: Transaction, member: Staff, choice: str, words: str) -> None:
    """Keep one line of what was heard, from nobody and of nobody.

    Raises: NotAllowed, NoRound, NotALine, NamesSomebody; ValueError for what is not on the list.
    """
    found, _ = await mine(tx, member)
    line = " ".join(clean(words).split())
    if not line or len(line) > MOST_CHARS:
        raise NotALine(len(line))
    if choice != OTHER and choice not in {option.id for option in await options(tx, found)}:
        raise ValueError(choice)
    if spans := redaction.proposed(line, await _names(tx)):
        raise NamesSomebody(line, spans)
    await talks.add_heard(tx, found.id, choice, line)


async def heard(tx: Transaction, reader: Staff | None) -> WhatWasHeard:
    """What the newest round brought back, once it has ended. None at the command line.

    Raises: NotAllowed, NoRound, TooEarly.
    """
    if reader is not None:
        require(reader, Permission.READ_COMMENTS)
    found = await talks.latest(tx)
    if found is None:
        raise NoRound
    if found.state == "running":
        raise TooEarly
    lines = await talks.heard(tx, found.id)
    listed = await options(tx, found)
    counted = [sum(one.choice == choice for one in lines) for choice in (*(o.id for o in listed), OTHER)]
    away = disclosure.hidden(counted, sensitive=False)
    names = (*(option.id for option in listed), OTHER)
    counts = (
        {name: None if at in away else disclosure.rounded(counted[at]) for at, name in enumerate(names)}
        if away is not None
        else {}
    )
    return WhatWasHeard(found, listed, about(len(lines)), counts, tuple(one.words for one in lines))


def _listed(asked: Questionnaire) -> tuple[Option, ...]:
    """What can be picked in its first question with ticks."""
    return next(question.options for question in asked.questions if question.kind.value in TICKS)


async def _names(tx: Transaction) -> set[str]:
    """The names of everybody who is or was in the register, and of all staff."""
    found = {member.name for member in await staff.everyone(tx)}
    for _, known in await people.register(tx, people.STATES):
        found |= {known.first_name, known.last_name, known.preferred_name}
    return found
