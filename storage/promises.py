"""The plan: its themes, and under each what was promised. What a person reads of a promise is JSON, opaque here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.ids import PlanThemeId, PromiseId, StaffId
from storage.store import Transaction
from storage.tables import plan_theme, promise_told
from storage.tables import promise as table

State = Literal["planned", "doing", "done", "stuck", "not_doing"]
ThemeState = Literal["live", "ended"]

COMMAND_LINE = StaffId(0)
"""Who edited it, where nobody did it in the chat."""


class NoSuchPromise(StorageError):
    """No promise of this authority has that number."""


class NoSuchPlanTheme(StorageError):
    """No theme of this authority's plan has that number."""


@dataclass(frozen=True, slots=True)
class PlanTheme:
    """One theme. `goes_well`: it builds on what goes well already."""

    id: PlanThemeId
    number: int
    name: str
    icon: str
    goes_well: bool
    state: ThemeState


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. `words` is JSON; `owner` the member of staff asked for updates; `made_with` young people in it."""

    id: PromiseId
    theme: PlanThemeId
    number: int
    words: str
    owner: StaffId | None
    by_when: date | None
    state: State
    steps_done: int
    steps: int
    made_with: bool
    edited_by: StaffId
    edited_at: datetime
    updated_on: date | None


async def themes(tx: Transaction) -> tuple[PlanTheme, ...]:
    """The live themes, in the order of their numbers."""
    ours = (plan_theme.c.authority == tx.authority, plan_theme.c.state == "live")
    query = select(plan_theme).where(*ours).order_by(plan_theme.c.number, plan_theme.c.id)
    return tuple(_theme(row) for row in await tx.connection.execute(query))


async def add_theme(tx: Transaction, *, name: str, icon: str = "", goes_well: bool = False) -> PlanTheme:
    """A new live theme, after the others."""
    last = select(func.coalesce(func.max(plan_theme.c.number), 0)).where(plan_theme.c.authority == tx.authority)
    number = (await tx.connection.scalar(last) or 0) + 1
    values = {"authority": tx.authority, "number": number, "name": name, "icon": icon, "goes_well": goes_well}
    adding = insert(plan_theme).values(values | {"state": "live"}).returning(plan_theme)
    return _theme((await tx.connection.execute(adding)).one())


async def change_theme(tx: Transaction, theme: PlanThemeId, **values: Any) -> PlanTheme:
    """The theme as it is from now on: any of number, name, icon, goes_well, state. Raises: NoSuchPlanTheme."""
    ours = (plan_theme.c.authority == tx.authority, plan_theme.c.id == theme)
    changing = update(plan_theme).where(*ours).values(values).returning(plan_theme)
    row = (await tx.connection.execute(changing)).one_or_none()
    if row is None:
        raise NoSuchPlanTheme(theme)
    return _theme(row)


async def every(tx: Transaction, *, hold: bool = False) -> tuple[Promise, ...]:
    """All promises of live themes, theme by theme; with `hold` nobody else changes them before the transaction ends."""
    ours = (table.c.authority == tx.authority, plan_theme.c.state == "live")
    query = select(table).join(plan_theme, plan_theme.c.id == table.c.theme).where(*ours)
    query = query.order_by(plan_theme.c.number, plan_theme.c.id, table.c.number, table.c.id)
    held = query.with_for_update(of=table) if hold else query
    return tuple(_promise(row) for row in await tx.connection.execute(held))


async def find(tx: Transaction, promise: PromiseId, *, hold: bool = False) -> Promise:
    """The promise of that number; `hold` as in `every`. Raises: NoSuchPromise."""
    query = select(table).where(table.c.authority == tx.authority, table.c.id == promise)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchPromise(promise)
    return _promise(row)


async def add(
    tx: Transaction,
    theme: PlanThemeId,
    *,
    words: str,
    owner: StaffId | None = None,
    by_when: date | None = None,
    state: State = "planned",
    steps_done: int = 0,
    steps: int = 0,
    made_with: bool = False,
    by: StaffId,
    now: datetime,
) -> Promise:
    """A new promise, after the others of its theme."""
    last = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.authority == tx.authority)
    number = (await tx.connection.scalar(last.where(table.c.theme == theme)) or 0) + 1
    values = {
        "authority": tx.authority,
        "theme": theme,
        "number": number,
        "words": words,
        "owner": owner,
        "by_when": by_when and by_when.isoformat(),
        "state": state,
        "steps_done": steps_done,
        "steps": steps,
        "made_with": made_with,
        "edited_by": by,
        "edited_at": now,
    }
    return _promise((await tx.connection.execute(insert(table).values(values).returning(table))).one())


async def change(tx: Transaction, promise: PromiseId, *, by: StaffId, now: datetime, **values: Any) -> Promise:
    """The promise as it is from now on, and who changed it when.

    Any of theme, number, words, owner, by_when, state, steps_done, steps, made_with, updated_on; days as `date`.
    Raises: NoSuchPromise.
    """
    for day in ("by_when", "updated_on"):
        if values.get(day) is not None:
            values[day] = values[day].isoformat()
    ours = (table.c.authority == tx.authority, table.c.id == promise)
    changing = update(table).where(*ours).values(values | {"edited_by": by, "edited_at": now}).returning(table)
    row = (await tx.connection.execute(changing)).one_or_none()
    if row is None:
        raise NoSuchPromise(promise)
    return _promise(row)


async def remove(tx: Transaction, promise: PromiseId) -> None:
    """Nothing is left of it. Only for one that nobody was told of; all others are dropped with a reason."""
    ours = (table.c.authority == tx.authority, table.c.id == promise)
    await tx.connection.execute(delete(table).where(*ours))


async def note_told(tx: Transaction, promise: PromiseId, occasion: str) -> None:
    """It was told under this occasion. Safe to repeat."""
    adding = (postgresql if tx.on_postgres else sqlite).insert(promise_told)
    row = {"authority": tx.authority, "promise": promise, "occasion": occasion}
    await tx.connection.execute(adding.values(row).on_conflict_do_nothing())


async def told_in(tx: Transaction, promise: PromiseId) -> tuple[str, ...]:
    """The occasions under which it was told."""
    ours = (promise_told.c.authority == tx.authority, promise_told.c.promise == promise)
    query = select(promise_told.c.occasion).where(*ours).order_by(promise_told.c.occasion)
    return tuple(await tx.connection.scalars(query))


async def told(tx: Transaction) -> frozenset[PromiseId]:
    """The promises that somebody may have read of: told under some occasion."""
    query = select(promise_told.c.promise).where(promise_told.c.authority == tx.authority).distinct()
    return frozenset(PromiseId(promise) for promise in await tx.connection.scalars(query))


async def forget_told(tx: Transaction, occasion: str) -> None:
    """Nothing was told under this occasion after all: it was stopped before anybody had it."""
    ours = (promise_told.c.authority == tx.authority, promise_told.c.occasion == occasion)
    await tx.connection.execute(delete(promise_told).where(*ours))


def _theme(row: Any) -> PlanTheme:
    return PlanTheme(row.id, row.number, row.name, row.icon, row.goes_well, row.state)


def _promise(row: Any) -> Promise:
    return Promise(
        row.id,
        row.theme,
        row.number,
        row.words,
        row.owner,
        _day(row.by_when),
        row.state,
        row.steps_done,
        row.steps,
        row.made_with,
        row.edited_by,
        row.edited_at,
        _day(row.updated_on),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
