"""Which updates are already done, so that one taken twice changes nothing the second time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from storage.store import Transaction
from storage.tables import handled

KEPT_DAYS = 2
"""Telegram holds an update for 24 hours; with only a day kept, that is certain after two changes of date."""

_ALREADY = select(handled.c.update_id).where(handled.c.update_id.in_(bindparam("update_ids", expanding=True)))
_NOTE = insert(handled)
_PRUNE = delete(handled).where(handled.c.authority == bindparam("of"), handled.c.day <= bindparam("today"))


async def already(tx: Transaction, update_ids: Collection[int]) -> frozenset[int]:
    """Those of the updates whose effect is committed. They are compared for equality, never for order."""
    if not update_ids:
        return frozenset()
    return frozenset((await tx.connection.scalars(_ALREADY, {"update_ids": list(update_ids)})).all())


async def note(tx: Transaction, update_ids: Collection[int], *, now: datetime) -> None:
    """Mark the updates as done; it holds when the transaction does. One already marked makes it fail."""
    if update_ids:
        day = now.toordinal() + KEPT_DAYS
        rows = [{"update_id": update_id, "authority": tx.authority, "day": day} for update_id in update_ids]
        await tx.connection.execute(_NOTE, rows)


async def prune(tx: Transaction, *, now: datetime) -> int:
    """How many marks were removed: those Telegram can no longer send again."""
    return (await tx.connection.execute(_PRUNE, {"of": tx.authority, "today": now.toordinal()})).rowcount
