"""What a round found, told: only what moved, one sealed survey about all of it, and after the comments the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import promises, results, round_survey, surveys, telling
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.london import london, today
from engagement.outbox import QUIET_UNTIL
from engagement.promise_standing import Moved, Standing, as_json, has_moved, of_json, standing_of
from engagement.promises import Shown
from engagement.results import NotPublished, Results
from engagement.rounds import RoundError, RoundOver, tell_everyone_who
from engagement.staff import Permission, may, require
from engagement.telling import Leaving
from storage import comments, due, openings
from storage import promises as kept_promises
from storage import rounds as storage
from storage.comments import Group
from storage.due import Due
from storage.ids import PromiseId, RoundId
from storage.openings import NoSuchSurvey
from storage.rounds import Round
from storage.staff import Staff
from storage.store import Transaction

OPENS, COMMENTS_OVER = "round_opens", "round_comments"
"""What is due when a round leaves, and on the morning after its last day for comments."""

COMMENT_DAYS: Final = 14
COMMENTS_OVER_AT: Final = time(10)


class CommentsStillCome(RoundError):
    """The report goes to senior people once the comments are in: after that day."""

    def __init__(self, until: date) -> None:
        super().__init__(until)
        self.until = until


class NotTold(RoundError):
    """Nobody was told yet, so there is nothing to report, and nothing to say about it."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything of a round. `results` is None without a survey, or where it was destroyed unread or is still open.

    groups:   the comments' groups with their answers; `waiting` how many comments no group holds, or no answer.
    whole_on: the day from which all comments can have been read; in the report there may be some to come before it.
    """

    round: Round
    moved: tuple[Moved, ...]
    every: tuple[Shown, ...]
    results: Results | None
    names: Mapping[PromiseId, str]
    groups: tuple[Group, ...]
    waiting: int
    whole_on: date
    reported_on: date


# What moved


async def moved(tx: Transaction, of: Round) -> tuple[Moved, ...]:
    """What people are told: while owners are asked as things stand, afterwards as it was told."""
    kept = of_json(of.told)
    if kept.after is not None:
        return kept.moved
    lines = {one.promise: one.words for one in await storage.updates(tx, of.id)}
    found = []
    for one in await promises.every(tx):
        before, after = kept.before.get(one.id), standing_of(one.promise)
        if after.state == "not_doing" and await _is_told_elsewhere(tx, one):
            continue
        if before is not None and (has_moved(before, after) or lines.get(one.id)):
            line = lines.get(one.id, "")
            found.append(Moved(one.id, one.words.we_will, before, after, line, one.reason, one.told))
    return tuple(found)


async def _is_told_elsewhere(tx: Transaction, dropped: Shown) -> bool:
    """Whether whoever was told of it has heard that it is not kept, or nobody was: nothing of it is left to tell."""
    return not dropped.told or await telling.is_told(tx, promises.dropped_occasion(dropped.id))


async def asks(tx: Transaction, of: Round) -> tuple[Shown, ...]:
    """The promises that its survey asks about: all that people know of, or of a long plan those that moved."""
    now_told = {one.promise for one in await moved(tx, of)}
    known = [
        one for one in await promises.every(tx) if one.promise.state != "not_doing" and (one.told or one.id in now_told)
    ]
    if len(known) > round_survey.MOST:
        known = [one for one in known if one.id in now_told]
    return tuple(known[: round_survey.MOST_MOVED])


# Told


def occasion(of: int) -> str:
    """Under what everybody is told."""
    return f"round:{of}:told"


async def ready(tx: Transaction, member: Staff | None, of: RoundId) -> Round:
    """A round that people can be told of. Raises: NotAllowed, NoSuchRound, RoundOver."""
    if member is not None:
        require(member, Permission.TELL_FINDINGS)
    found = await storage.find(tx, of, hold=True)
    if found.state != "asking":
        raise RoundOver
    return found


async def left(tx: Transaction, member: Staff | None, of: RoundId, leaving: Leaving, *, now: datetime) -> Round:
    """It is on its way: what is told stays as it is told, the survey opens as it leaves, comments come for two weeks.

    Answers to what was written last time go with it. Raises: NotAllowed, RoundOver.
    """
    found = await ready(tx, member, of)
    told_on = telling.leaves_on(leaving.leaves_at) or today(leaving.leaves_at)
    until = told_on + timedelta(days=COMMENT_DAYS)
    every = await promises.every(tx)
    found_moved, asked = await moved(tx, found), await asks(tx, found)
    after: dict[PromiseId, Standing] = {one.id: standing_of(one.promise) for one in every}
    told = as_json(of_json(found.told).before, after, found_moved, tuple(one.id for one in asked))
    changed = await storage.change(
        tx,
        of,
        state="told",
        told=told,
        told_on=told_on,
        comments_until=until,
        leaves_at=leaving.leaves_at,
        chosen=leaving.chosen,
    )
    for one in found_moved:
        await kept_promises.note_told(tx, one.promise, occasion(of))
    await comments.note_told(tx, [one.id for one in await to_answer(tx, of)], on=told_on)
    # In the time to cancel nobody can have begun it, nor in the night before the first message leaves.
    morning = telling.leaves_on(leaving.leaves_at)
    key = f"{of}:{leaving.leaves_at.isoformat()}"
    await due.add(tx, OPENS, key, leaving.leaves_at if morning is None else london(morning, QUIET_UNTIL))
    await due.add(tx, COMMENTS_OVER, key, london(until + timedelta(days=1), COMMENTS_OVER_AT))
    await note(tx, member, Action.ROUND_TOLD, now=now, round=of, people=leaving.chosen)
    return changed


async def stopped(tx: Transaction, member: Staff | None, of: RoundId, *, now: datetime) -> None:
    """It goes no further; where it reached nobody, it is as if nobody had been told, and can be told again."""
    await note(tx, member, Action.TELLING_STOPPED, now=now, round=of)
    found = await storage.find(tx, of, hold=True)
    if found.state != "told" or found.survey is not None or await telling.told(tx, occasion(of)):
        return
    for kind in (OPENS, COMMENTS_OVER):
        await due.cancel(tx, kind, f"{of}:{found.leaves_at and found.leaves_at.isoformat()}")
    await kept_promises.forget_told(tx, occasion(of))
    await comments.note_told(tx, [one.id for one in await to_answer(tx, of)], on=None)
    told = as_json(of_json(found.told).before)
    await storage.change(tx, of, state="asking", told=told, told_on=None, comments_until=None, leaves_at=None, chosen=0)


async def open_survey(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """The round's survey opens, without a message of its own: what moved leads to it, and the menu."""
    found = await storage.find(tx, RoundId(int(row.key.partition(":")[0])), hold=True)
    if found.state != "told" or found.survey is not None or found.comments_until is None:
        return
    if today(now) > found.comments_until:
        return
    kept = of_json(found.told)
    by_id = {one.id: one for one in await promises.every(tx)}
    finished = {one.promise for one in kept.moved if one.finished}
    asked = [(by_id[one], one in finished) for one in kept.asks if one in by_id]
    if not asked:
        return
    text, name = round_survey.definition(found.name, asked), round_survey.name(found.name)
    opened = await surveys.open_survey(
        tx, settings, text, source=name, closes=found.comments_until, now=now, quietly=True
    )
    await storage.change(tx, found.id, survey=opened.survey)


async def comments_over(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """The last day for comments is over: whoever makes the report hears that it can be made."""
    found = await storage.find(tx, RoundId(int(row.key.partition(":")[0])))
    if found.state == "told":
        await tell_everyone_who(tx, settings, found, "comments", Permission.TELL_FINDINGS, now=now)


# What was written about it


async def to_answer(tx: Transaction, of: RoundId) -> tuple[Group, ...]:
    """Groups of earlier rounds that are answered and whose answer this round brings back, or brought."""
    found = await storage.find(tx, of)
    return tuple(
        group
        for group in await comments.groups(tx)
        if group.progress_round is not None
        and group.progress_round < of
        and group.answered_on is not None
        and (group.told_on is None or group.told_on == found.told_on)
    )


async def takes_comments(tx: Transaction, of: RoundId, *, now: datetime) -> Round:
    """The round, if something can be said about it today. Raises: NoSuchRound, NotTold, RoundOver."""
    found = await storage.find(tx, of)
    if found.state not in ("told", "reported") or found.comments_until is None:
        raise NotTold
    if today(now) > found.comments_until:
        raise RoundOver
    return found


async def newest_told(tx: Transaction) -> Round | None:
    """The round that people were told of last; None when there is none."""
    return next((one for one in reversed(await storage.every(tx)) if one.told_on is not None), None)


# The report


async def report(tx: Transaction, member: Staff | None, of: RoundId, *, now: datetime) -> Report:
    """What senior people get, noted as reported. Raises: NotAllowed, NotTold, CommentsStillCome."""
    if member is not None:
        require_reporter(member)
    found = await storage.find(tx, of, hold=True)
    if found.told_on is None or found.comments_until is None:
        raise NotTold
    if today(now) <= found.comments_until:
        raise CommentsStillCome(found.comments_until)
    every = await promises.every(tx)
    made = Report(
        found,
        of_json(found.told).moved,
        every,
        await _results(tx, found),
        {one.id: one.words.we_will for one in every},
        tuple(group for group in await comments.groups(tx) if group.progress_round == of),
        await waiting(tx, found, now=now),
        whole_on(found.comments_until),
        today(now),
    )
    await storage.change(tx, of, state="reported")
    await note(tx, member, Action.ROUND_REPORTED, now=now, round=of)
    return made


def require_reporter(member: Staff) -> None:
    """Raises NotAllowed, unless they tell people what was found, or answer for what is overdue."""
    if not may(member, Permission.SEE_OVERDUE):
        require(member, Permission.TELL_FINDINGS)


def whole_on(until: date) -> date:
    """The Monday from which everything written up to that day can have been read."""
    return until + timedelta(days=7 - until.weekday())


async def waiting(tx: Transaction, of: Round, *, now: datetime) -> int:
    """How many comments on this round can be read by now and are in no group yet, or in one without an answer."""
    answered = {group.id for group in await comments.groups(tx) if group.answered_on is not None}
    return sum(
        one.kind == "round"
        and one.about == of.id
        and (one.group is None or (one.group > 0 and one.group not in answered))
        for one in await comments.readable(tx, on=today(now))
    )


async def _results(tx: Transaction, of: Round) -> Results | None:
    if of.survey is None:
        return None
    try:
        return await results.of_opening(tx, await openings.find(tx, of.survey))
    except (NotPublished, NoSuchSurvey):
        return None
