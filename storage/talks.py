"""Workers asking their people what should change: the rounds, whom each worker was given, and what was heard.

What was heard knows neither the person nor the worker. All of it is written again, in random order, under fresh keys
and in new boxes of one size, whenever a line comes in: neither key, page nor place keeps the order in which lines came,
and of two copies of the table nobody can say which line is new, what it is about or how long it is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from storage import rewriting, shuffle
from storage.errors import StorageError
from storage.ids import PersonId, StaffId, SurveyId, WorkerRoundId
from storage.store import Transaction
from storage.tables import heard as heard_table
from storage.tables import interest, task
from storage.tables import talk as talk_table
from storage.tables import worker_round as table

RoundState = Literal["running", "ended"]
TalkState = Literal["to_ask", "asked", "not_now"]
ABOUT = b"heard"
BOX = 2_048
"""The whole sealed size of a line with what it is about."""

ASKED_FOR_CONTACT = "contact"


class NoSuchTalk(StorageError):
    """This worker was not given that person in this round."""


@dataclass(frozen=True, slots=True)
class WorkerRound:
    """One round. `survey` is what it follows, 0 for none; `ends_on` its last whole day."""

    id: WorkerRoundId
    survey: SurveyId
    state: RoundState
    begun_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Talk:
    """One person a worker is to ask."""

    person: PersonId
    staff: StaffId
    state: TalkState


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of what was heard, and which of the list it was about."""

    choice: str
    words: str


# Rounds


async def begin(tx: Transaction, survey: SurveyId, *, begun_on: date, ends_on: date) -> WorkerRound:
    """A new round that runs."""
    row = {"authority": tx.authority, "survey": survey, "state": "running"}
    days = {"begun_on": begun_on.isoformat(), "ends_on": ends_on.isoformat()}
    return _round((await tx.connection.execute(insert(table).values(row | days).returning(table))).one())


async def latest(tx: Transaction, *, hold: bool = False) -> WorkerRound | None:
    """The newest round; with `hold` nobody else begins or ends one before the transaction ends."""
    if hold:
        await rewriting.one_writer(tx, table)
    query = select(table).where(table.c.authority == tx.authority).order_by(table.c.id.desc()).limit(1)
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else _round(row)


async def end(tx: Transaction, worker_round: WorkerRoundId) -> None:
    """It is over, and whom anybody was given is forgotten. What was heard stays."""
    ours = (table.c.authority == tx.authority, table.c.id == worker_round)
    await tx.connection.execute(update(table).where(*ours).values(state="ended"))
    await tx.connection.execute(delete(talk_table).where(*_of(tx, worker_round)))


# Whom each worker was given


async def give(tx: Transaction, worker_round: WorkerRoundId, staff: StaffId, people: Iterable[PersonId]) -> None:
    """This worker is to ask these people."""
    same = {"authority": tx.authority, "worker_round": worker_round, "staff": staff, "state": "to_ask"}
    rows = [same | {"person": person} for person in people]
    if rows:
        await tx.connection.execute(insert(talk_table), rows)


async def of_staff(tx: Transaction, worker_round: WorkerRoundId, staff: StaffId) -> tuple[Talk, ...]:
    """Whom this worker was given, in the order of the register."""
    theirs = (*_of(tx, worker_round), talk_table.c.staff == staff)
    query = select(*_TALK).where(*theirs).order_by(talk_table.c.person)
    return tuple(Talk(*row) for row in await tx.connection.execute(query))


async def set_state(
    tx: Transaction, worker_round: WorkerRoundId, staff: StaffId, person: PersonId, state: TalkState
) -> None:
    """What became of asking this person. Raises: NoSuchTalk, where they are not this worker's to ask."""
    theirs = (*_of(tx, worker_round), talk_table.c.staff == staff, talk_table.c.person == person)
    if not (await tx.connection.execute(update(talk_table).where(*theirs).values(state=state))).rowcount:
        raise NoSuchTalk


async def counts(tx: Transaction, worker_round: WorkerRoundId) -> Mapping[TalkState, int]:
    """How many people are in each state, over all workers."""
    query = select(talk_table.c.state, func.count()).where(*_of(tx, worker_round)).group_by(talk_table.c.state)
    return {row[0]: row[1] for row in await tx.connection.execute(query)}


async def still_to_ask(tx: Transaction, worker_round: WorkerRoundId) -> tuple[StaffId, ...]:
    """The workers who have somebody left to ask."""
    left = (*_of(tx, worker_round), talk_table.c.state == "to_ask")
    query = select(talk_table.c.staff).where(*left).distinct().order_by(talk_table.c.staff)
    return tuple(await tx.connection.scalars(query))


async def signed_things(tx: Transaction) -> Mapping[PersonId, int]:
    """How often each person has said yes to something to join, or asked for contact: things that carry their name."""
    yes = select(interest.c.person).where(interest.c.authority == tx.authority, interest.c.turn.is_not(None))
    asked = select(task.c.person).where(task.c.authority == tx.authority, task.c.reason == ASKED_FOR_CONTACT)
    return Counter[PersonId]([*await tx.connection.scalars(yes), *await tx.connection.scalars(asked)])


# What was heard


async def add_heard(tx: Transaction, worker_round: WorkerRoundId, choice: str, words: str) -> None:
    """One more line among the others, from nobody; it enters when the transaction ends."""
    # Sealed here, so that what does not fit is refused before anything else is kept.
    line = (worker_round, _seal(tx, json.dumps([choice, words], ensure_ascii=False).encode()))
    tx.cache.setdefault("heard", []).append(line)
    tx.before_commit["heard"] = lambda: _after_the_others(tx)


async def _after_the_others(tx: Transaction) -> None:
    # When every other write is done, and after the comments: by name, as a backup takes them.
    first = [name for name in tx.before_commit if name == "comment"]
    tx.before_commit = {name: tx.before_commit[name] for name in first} | {
        "heard": lambda: _settle(tx),
        **tx.before_commit,
    }


async def _settle(tx: Transaction) -> None:
    if arrived := tx.cache.pop("heard", []):
        await _shuffled(tx, arrived)


async def shuffled(tx: Transaction) -> None:
    """All of it is in a new order, under new keys and in new boxes: nothing tells any more who wrote last."""
    await _shuffled(tx, [])


async def _shuffled(tx: Transaction, arrived: Sequence[tuple[WorkerRoundId, bytes]]) -> None:
    await rewriting.lock(tx, heard_table)
    query = select(heard_table.c.worker_round, heard_table.c.sealed).where(heard_table.c.authority == tx.authority)
    lines = [*(tuple(row) for row in await tx.connection.execute(query)), *arrived]
    keys = shuffle.fresh_keys(len(lines))
    rows = [
        (key, tx.authority, worker_round, "", _seal(tx, _open(tx, box)))
        for key, (worker_round, box) in zip(keys, lines, strict=True)
    ]
    await rewriting.rewrite(tx, heard_table, rows)


def _seal(tx: Transaction, line: bytes) -> bytes:
    return tx.keys.register.seal_fixed(line, ABOUT, size=BOX)


def _open(tx: Transaction, box: bytes) -> bytes:
    return tx.keys.register.open_fixed(box, ABOUT)


async def heard(tx: Transaction, worker_round: WorkerRoundId) -> tuple[Heard, ...]:
    """What was heard, in the order of keys that were drawn by chance: the same until one more comes in."""
    ours = (heard_table.c.authority == tx.authority, heard_table.c.worker_round == worker_round)
    query = select(heard_table.c.sealed).where(*ours).order_by(heard_table.c.key)
    return tuple(Heard(*json.loads(_open(tx, box))) for box in await tx.connection.scalars(query))


async def heard_count(tx: Transaction, worker_round: WorkerRoundId) -> int:
    """How many lines there are."""
    ours = (heard_table.c.authority == tx.authority, heard_table.c.worker_round == worker_round)
    return await tx.connection.scalar(select(func.count()).select_from(heard_table).where(*ours)) or 0


_TALK = (talk_table.c.person, talk_table.c.staff, talk_table.c.state)


def _of(tx: Transaction, worker_round: WorkerRoundId) -> tuple[Any, ...]:
    return talk_table.c.authority == tx.authority, talk_table.c.worker_round == worker_round


def _round(row: Any) -> WorkerRound:
    return WorkerRound(row.id, row.survey, row.state, date.fromisoformat(row.begun_on), date.fromisoformat(row.ends_on))
