"""What was said without a name: no person, no chat, and of time only the Monday from which it may be read.

Whatever arrives in one transaction enters when it ends, and the table is written again in random order, as the pool is
at Send: neither the place of a row nor the number of its transaction says when it came. Until its Monday a comment
gets a new key and a new box each time another comes, so that two looks at the table cannot tell the new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from storage import rewriting, shuffle
from storage.errors import StorageError
from storage.ids import AnswerGroupId, RoundId
from storage.store import Transaction
from storage.tables import answer_group
from storage.tables import comment as table

Kind = Literal["good", "change", "thanks", "round", "worker_change"]

SET_ASIDE, PASSED_ON = AnswerGroupId(0), AnswerGroupId(-1)
"""In place of a group: there is nothing to answer; it was thanks, and whom it thanks has it."""

ABOUT = b"comment"
BOX = 8_192
"""The whole sealed size of a comment: it says nothing about how much was written."""


class NoSuchComment(StorageError):
    """No comment that may be read by now has that key."""


class NoSuchGroup(StorageError):
    """No group of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, unsealed. `about` is what it belongs to, `mark` what was tapped with it."""

    key: bytes
    kind: Kind
    about: int
    text: str
    mark: str
    monday: date
    group: AnswerGroupId | None


@dataclass(frozen=True, slots=True)
class Group:
    """Comments answered together. `progress_round` is set where they are about what was promised."""

    id: AnswerGroupId
    name: str
    progress_round: RoundId | None
    answer: str
    answered_on: date | None
    told_on: date | None


# Comments


def add(tx: Transaction, *, kind: Kind, about: int, text: str, mark: str = "", monday: date) -> None:
    """Let it enter when the transaction ends."""
    said = json.dumps({"text": text, "mark": mark}, ensure_ascii=False).encode()
    # Sealed here, so that what does not fit is refused before anything else is kept.
    row = (tx.authority, kind, about, _seal(tx, said), monday.isoformat(), None)
    tx.cache.setdefault("comments", []).append(row)
    tx.before_commit["comment"] = lambda: _after_the_others(tx)


async def _after_the_others(tx: Transaction) -> None:
    # In the next round, when every other write is done, and there before the pool: by name, as a backup takes them.
    tx.before_commit = {"comment": lambda: _settle(tx), **tx.before_commit}


async def _settle(tx: Transaction) -> None:
    arrived: list[tuple[Any, ...]] = tx.cache.pop("comments", [])
    if arrived:
        await _shuffled(tx, {row[4] for row in arrived}, arrived)


async def shuffled(tx: Transaction, monday: date) -> None:
    """The table is in a new order, and the comments of that Monday have new keys and boxes."""
    await _shuffled(tx, {monday.isoformat()}, [])


async def _shuffled(tx: Transaction, mondays: set[str], arrived: Iterable[tuple[Any, ...]]) -> None:
    await rewriting.lock(tx, table)
    there = [tuple(row) for row in await tx.connection.execute(select(table).where(rewriting.of(tx, table)))]
    staying = [row for row in there if row[5] not in mondays]
    anew = [row[1:] for row in there if row[5] in mondays] + list(arrived)
    keys = shuffle.fresh_keys(len(anew))
    rows = [(key, *row[:3], _seal(tx, _open(tx, row[3])), *row[4:]) for key, row in zip(keys, anew, strict=True)]
    await rewriting.rewrite(tx, table, staying + rows)


async def readable(tx: Transaction, *, on: date) -> tuple[Comment, ...]:
    """All that may be read on that day, in the order of their random keys: the same for every reader."""
    query = select(table).where(table.c.authority == tx.authority, table.c.monday <= on.isoformat())
    return tuple(_comment(tx, row) for row in await tx.connection.execute(query.order_by(table.c.key)))


async def find(tx: Transaction, key: bytes, *, on: date) -> Comment:
    """The comment of that key, if it may be read on that day. Raises: NoSuchComment."""
    ours = (table.c.authority == tx.authority, table.c.key == key, table.c.monday <= on.isoformat())
    row = (await tx.connection.execute(select(table).where(*ours))).one_or_none()
    if row is None:
        raise NoSuchComment
    return _comment(tx, row)


async def put(tx: Transaction, key: bytes, group: AnswerGroupId | None) -> None:
    """The comment is in this group from now on, or in none."""
    ours = (table.c.authority == tx.authority, table.c.key == key)
    await tx.connection.execute(update(table).where(*ours).values(answer_group=group))


async def prune(tx: Transaction, *, before: date) -> int:
    """How many comments of Mondays before that day are gone."""
    # Before a row is touched: of two authorities that clean up at once, neither could have the whole table after that.
    await rewriting.lock(tx, table)
    old = (table.c.authority == tx.authority, table.c.monday < before.isoformat())
    return (await tx.connection.execute(delete(table).where(*old))).rowcount


def _seal(tx: Transaction, said: bytes) -> bytes:
    return tx.keys.register.seal_fixed(said, ABOUT, size=BOX)


def _open(tx: Transaction, box: bytes) -> bytes:
    return tx.keys.register.open_fixed(box, ABOUT)


def _comment(tx: Transaction, row: Any) -> Comment:
    said = json.loads(_open(tx, row.sealed))
    return Comment(
        row.key, row.kind, row.about, said["text"], said["mark"], date.fromisoformat(row.monday), row.answer_group
    )


# Groups


async def groups(tx: Transaction) -> tuple[Group, ...]:
    """Every group, in the order in which they were made."""
    query = select(answer_group).where(answer_group.c.authority == tx.authority).order_by(answer_group.c.id)
    return tuple(_group(row) for row in await tx.connection.execute(query))


async def group(tx: Transaction, which: AnswerGroupId, *, hold: bool = False) -> Group:
    """The group of that number; with `hold` nobody else changes it meanwhile. Raises: NoSuchGroup."""
    query = select(answer_group).where(answer_group.c.authority == tx.authority, answer_group.c.id == which)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchGroup(which)
    return _group(row)


async def add_group(tx: Transaction, name: str, progress_round: RoundId | None) -> Group:
    """A new group, not answered."""
    values = {"authority": tx.authority, "name": name, "progress_round": progress_round, "answer": ""}
    return _group((await tx.connection.execute(insert(answer_group).values(values).returning(answer_group))).one())


async def remove_group(tx: Transaction, which: AnswerGroupId) -> None:
    """The group is gone; what was in it is in none, and waits to be read."""
    ours = (table.c.authority == tx.authority, table.c.answer_group == which)
    await tx.connection.execute(update(table).where(*ours).values(answer_group=None))
    theirs = (answer_group.c.authority == tx.authority, answer_group.c.id == which)
    await tx.connection.execute(delete(answer_group).where(*theirs))


async def answer(tx: Transaction, which: AnswerGroupId, words: str, *, on: date) -> None:
    """This is what is said to the group."""
    ours = (answer_group.c.authority == tx.authority, answer_group.c.id == which)
    await tx.connection.execute(update(answer_group).where(*ours).values(answer=words, answered_on=on.isoformat()))


async def note_told(tx: Transaction, which: Iterable[AnswerGroupId], *, on: date | None) -> None:
    """Everybody was told on that day that these are answered; or nobody was."""
    ours = (answer_group.c.authority == tx.authority, answer_group.c.id.in_(list(which)))
    await tx.connection.execute(update(answer_group).where(*ours).values(told_on=on and on.isoformat()))


async def in_groups(tx: Transaction) -> dict[AnswerGroupId, int]:
    """How many comments without a name there are in each group."""
    query = select(table.c.answer_group, func.count()).where(
        table.c.authority == tx.authority, table.c.answer_group.is_not(None)
    )
    return {
        AnswerGroupId(which): count
        for which, count in await tx.connection.execute(query.group_by(table.c.answer_group))
    }


def _group(row: Any) -> Group:
    return Group(row.id, row.name, row.progress_round, row.answer, _day(row.answered_on), _day(row.told_on))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
