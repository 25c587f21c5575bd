"""Whether the loop closes: how soon findings were told and to how many, updates in time, comments answered, promises.

Counts and days only, of the whole authority: no owner and no worker is set beside another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engagement import answering, answering_comments, findings, promises, round_told, telling
from engagement.london import today
from engagement.promise_standing import of_json
from engagement.response import percent
from storage import openings, people, stories
from storage import rounds as storage
from storage.ids import SurveyId
from storage.openings import Opening
from storage.promises import State
from storage.store import Transaction
from surveys.disclosure import rounded


@dataclass(frozen=True, slots=True)
class Findings:
    """One closed survey: its last day, the day its findings were told, and the days between; None where not told."""

    survey: SurveyId
    name: str
    closed_on: date
    told_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many who have joined, so many were told, rounded; None where nothing was told."""

    told: int
    joined: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Loop:
    """All figures. Updates and comments are those of the rounds so far; `kept` is how many promises are done.

    updates_asked: by rounds whose day for updates is over, and those given already; in time by that day.
    comments:      that can be read by now, in all; `answered` those whose group has an answer.
    """

    findings: tuple[Findings, ...]
    findings_share: Share | None
    round_share: Share | None
    updates_asked: int
    updates_in_time: int
    comments: int
    comments_answered: int
    promises: Mapping[State, int]

    @property
    def kept(self) -> int:
        return self.promises.get("done", 0)


async def figures(tx: Transaction, *, now: datetime) -> Loop:
    """How well the loop closes, as things are now."""
    asked, in_time = await _updates(tx, now)
    received, answered = await _comments(tx, now)
    return Loop(
        tuple([await _findings(tx, one) for one in await openings.every(tx) if await _counts(tx, one)]),
        await _newest_story(tx),
        await _newest_round(tx),
        asked,
        in_time,
        received,
        answered,
        Counter(one.promise.state for one in await promises.every(tx)),
    )


async def _counts(tx: Transaction, one: Opening) -> bool:
    """Whether findings of it are owed to everybody: published, no practice, and no round on the plan."""
    if one.state != "closed" or one.practice is not None:
        return False
    return (await openings.questionnaire(tx, one.id)).purpose != "progress"


async def _findings(tx: Transaction, one: Opening) -> Findings:
    closed_on, told_on = answering.last_day(one), await findings.told_on(tx, one.id)
    return Findings(one.id, one.name, closed_on, told_on, None if told_on is None else (told_on - closed_on).days)


async def _newest_story(tx: Transaction) -> Share | None:
    """How many were told of the newest findings."""
    told = [one for one in await stories.every(tx) if one.told_on is not None]
    if not told:
        return None
    return share(*await findings.share_told(tx, max(told, key=lambda one: (one.told_on or date.min, one.id)).id))


async def _newest_round(tx: Transaction) -> Share | None:
    """How many were told of the newest round."""
    found = await round_told.newest_told(tx)
    if found is None:
        return None
    told = await telling.told(tx, round_told.occasion(found.id))
    return share(rounded(len(told)), rounded(len(await people.joined(tx))))


def share(told: int, joined: int) -> Share:
    """Rounded counts, and the per cent they make."""
    return Share(told, joined, None if joined == 0 else percent(min(told, joined), joined))


async def _updates(tx: Transaction, now: datetime) -> tuple[int, int]:
    """How many updates were asked for and how many were given in time; of a round under way, those given.

    What was dropped while it was asked about is asked about no longer.
    """
    asked = in_time = 0
    states = {one.id: one.promise.state for one in await promises.every(tx)}
    for of in await storage.every(tx):
        over = today(now) > of.updates_by or of.state != "asking"
        after = of_json(of.told).after
        then = states if after is None else {promise: one.state for promise, one in after.items()}
        for one in await storage.updates(tx, of.id):
            given_in_time = one.given_on is not None and one.given_on <= of.updates_by
            dropped = one.given_on is None and then.get(one.promise) == "not_doing"
            asked += (over or given_in_time) and not dropped
            in_time += given_in_time
    return asked, in_time


async def _comments(tx: Transaction, now: datetime) -> tuple[int, int]:
    """How many comments can be read, with a name or without, and how many of them are answered."""
    about = (None, *(one.id for one in await storage.every(tx)))
    received = [await answering_comments.received(tx, one, now=now) for one in about]
    answered = [await answering_comments.answered(tx, one, now=now) for one in about]
    return sum(received), sum(answered)
