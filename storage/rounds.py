"""Rounds on the plan, one a quarter: what each owner was asked for, and what was told. `told` is JSON, opaque here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.ids import PromiseId, RoundId, StaffId, SurveyId
from storage.store import Transaction
from storage.tables import progress_round as table
from storage.tables import progress_update

State = Literal["asking", "told", "reported", "overtaken"]
"""Owners are asked; people were told; senior people have the report; another quarter began before anybody was told."""


class NoSuchRound(StorageError):
    """No round of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round. `name` is its quarter (`2026_q4`); `told` is JSON, the plan before it and as it was told."""

    id: RoundId
    name: str
    state: State
    asked_on: date
    updates_by: date
    told_on: date | None
    comments_until: date | None
    told: str
    survey: SurveyId | None
    leaves_at: datetime | None
    chosen: int


@dataclass(frozen=True, slots=True)
class Update:
    """What an owner was asked for about one promise; `given_on` the day they gave it, `words` their line."""

    promise: PromiseId
    owner: StaffId | None
    given_on: date | None
    words: str


async def begin(tx: Transaction, name: str, *, asked_on: date, updates_by: date, told: str) -> Round | None:
    """A new round in which owners are asked; None when there is one of that name already."""
    adding = (postgresql if tx.on_postgres else sqlite).insert(table)
    row = {
        "authority": tx.authority,
        "name": name,
        "state": "asking",
        "asked_on": asked_on.isoformat(),
        "updates_by": updates_by.isoformat(),
        "moved": told,
        "chosen": 0,
    }
    made = adding.values(row).on_conflict_do_nothing().returning(table)
    found = (await tx.connection.execute(made)).one_or_none()
    return None if found is None else _round(found)


async def every(tx: Transaction) -> tuple[Round, ...]:
    """All rounds, the earliest first."""
    query = select(table).where(table.c.authority == tx.authority).order_by(table.c.id)
    return tuple(_round(row) for row in await tx.connection.execute(query))


async def find(tx: Transaction, round_: RoundId, *, hold: bool = False) -> Round:
    """The round of that number; with `hold` nobody else changes it before the transaction ends. Raises: NoSuchRound."""
    query = select(table).where(table.c.authority == tx.authority, table.c.id == round_)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchRound(round_)
    return _round(row)


async def change(tx: Transaction, round_: RoundId, **values: Any) -> Round:
    """The round as it is from now on: any of state, told_on, comments_until, told, survey, leaves_at, chosen.

    Raises: NoSuchRound.
    """
    for day in ("told_on", "comments_until"):
        if values.get(day) is not None:
            values[day] = values[day].isoformat()
    if "told" in values:
        values["moved"] = values.pop("told")
    ours = (table.c.authority == tx.authority, table.c.id == round_)
    row = (await tx.connection.execute(update(table).where(*ours).values(values).returning(table))).one_or_none()
    if row is None:
        raise NoSuchRound(round_)
    return _round(row)


async def ask(tx: Transaction, round_: RoundId, asked: Iterable[tuple[PromiseId, StaffId | None]]) -> None:
    """These promises are asked about, each of its owner; one without an owner is asked of nobody in person."""
    of = {"authority": tx.authority, "progress_round": round_, "given_on": None, "words": ""}
    rows = [of | {"promise": promise, "owner": owner} for promise, owner in asked]
    if rows:
        await tx.connection.execute(insert(progress_update), rows)


async def updates(tx: Transaction, round_: RoundId) -> tuple[Update, ...]:
    """Everything that was asked for in this round, in the order of the promises' numbers."""
    of = progress_update.c
    query = select(progress_update).where(of.authority == tx.authority, of.progress_round == round_)
    rows = await tx.connection.execute(query.order_by(of.promise))
    return tuple(Update(row.promise, row.owner, _day(row.given_on), row.words) for row in rows)


async def give(tx: Transaction, round_: RoundId, promise: PromiseId, *, on: date | None, words: str) -> bool:
    """Whether it was asked for, and has these words now; `on` the day it was given, None while it is not."""
    of = progress_update.c
    one = (of.authority == tx.authority, of.progress_round == round_, of.promise == promise)
    values = {"given_on": on and on.isoformat(), "words": words}
    return (await tx.connection.execute(update(progress_update).where(*one).values(values))).rowcount > 0


def _round(row: Any) -> Round:
    return Round(
        RoundId(row.id),
        row.name,
        row.state,
        date.fromisoformat(row.asked_on),
        date.fromisoformat(row.updates_by),
        _day(row.told_on),
        _day(row.comments_until),
        row.moved,
        None if row.survey is None else SurveyId(row.survey),
        row.leaves_at,
        row.chosen,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
