"""What is due, and when: the one place that time is kept in, whatever the scheduler or the clock does.

A key says the occasion and its local date, so that adding it twice is adding it once. Whoever claims a row has it
for a lease; the number of attempts is the proof of still having it, so that work done by two is kept from one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NewType

import structlog
from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.store import Transaction
from storage.tables import Moment, due

DueId = NewType("DueId", int)
log = structlog.get_logger()

MOST_ATTEMPTS = 10
FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 3_600
KEPT_DAYS = 35
"""Ten attempts take about three hours; what is over is kept a month, so that its key cannot fire again."""


KNOWN = "due known"
"""Under what name a transaction remembers the rows it was told of by `know`."""


class LeaseLost(StorageError):
    """Another process has taken this over, or it was moved or cancelled: what was done for it must not be kept."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Due:
    """One claimed row. `attempts` counts this one."""

    id: DueId
    kind: str
    key: str
    due_at: datetime
    attempts: int


def _ready(moment: Any) -> Any:
    waiting = and_(due.c.state == "waiting", due.c.due_at <= moment)
    abandoned = and_(due.c.state == "claimed", due.c.due_at <= moment, due.c.lease_until <= moment)
    return and_(due.c.authority == bindparam("of"), due.c.attempts < MOST_ATTEMPTS, or_(waiting, abandoned))


def _claim(*, skip_locked: bool) -> Any:
    chosen = select(due.c.id).where(_ready(bindparam("moment", type_=Moment())))
    chosen = chosen.order_by(due.c.due_at, due.c.id).limit(bindparam("most"))
    if skip_locked:
        chosen = chosen.with_for_update(skip_locked=True)
    # A common table expression is worked out once; an IN (SELECT … LIMIT) may be run again, and claim too many.
    once = chosen.cte("chosen")
    return (
        update(due)
        .where(due.c.id.in_(select(once.c.id)))
        .values(state="claimed", lease_until=bindparam("lease", type_=Moment()), attempts=due.c.attempts + 1)
        .returning(due.c.id, due.c.kind, due.c.key, due.c.due_at, due.c.attempts)
    )


_VALUES = {"state": "waiting", "attempts": 0}
_ADD = {
    True: postgresql.insert(due).values(_VALUES).on_conflict_do_nothing().returning(due.c.id),
    False: sqlite.insert(due).values(_VALUES).on_conflict_do_nothing().returning(due.c.id),
}
_CLAIM = {True: _claim(skip_locked=True), False: _claim(skip_locked=False)}
_ONE = and_(due.c.authority == bindparam("of"), due.c.kind == bindparam("called"), due.c.key == bindparam("about"))
_MOVE = (
    update(due)
    .where(_ONE, due.c.state.in_(("waiting", "claimed")))
    .values(state="waiting", due_at=bindparam("moment"), lease_until=None)
)
_CANCEL = delete(due).where(_ONE)
_CANCEL_KINDS = delete(due).where(
    due.c.authority == bindparam("of"),
    due.c.kind.in_(bindparam("kinds", expanding=True)),
    due.c.key == bindparam("about"),
)
_STILL_MINE = and_(due.c.id == bindparam("row"), due.c.state == "claimed", due.c.attempts == bindparam("attempt"))
_FINISH = update(due).where(_STILL_MINE).values(state="done", lease_until=None)
_PAUSE = update(due).where(_STILL_MINE).values(lease_until=bindparam("moment"))
_KNOWN = select(due.c.kind, due.c.key).where(
    due.c.authority == bindparam("of"),
    due.c.kind.in_(bindparam("kinds", expanding=True)),
    due.c.due_at >= bindparam("moment", type_=Moment()),
)
_TO_COME = and_(due.c.authority == bindparam("of"), due.c.attempts < MOST_ATTEMPTS)
_SOONEST = select(
    select(func.min(due.c.due_at)).where(_TO_COME, due.c.state == "waiting").scalar_subquery(),
    select(func.min(due.c.lease_until)).where(_TO_COME, due.c.state == "claimed").scalar_subquery(),
)
_GIVE_UP = update(due).where(_STILL_MINE).values(state="failed", lease_until=None)


async def add(tx: Transaction, kind: str, key: str, due_at: datetime) -> bool:
    """Whether the row is new. A kind and key known already, even long done, stay as they are."""
    if (kind, key) in tx.cache.get(KNOWN, ()):
        return False
    values = {"authority": tx.authority, "kind": kind, "key": key, "due_at": due_at}
    return (await tx.connection.execute(_ADD[tx.on_postgres], values)).first() is not None


async def know(tx: Transaction, kinds: Collection[str], *, since: datetime) -> None:
    """Read which rows of these kinds there are, due since then, so that adding them again costs nothing."""
    found = await tx.connection.execute(_KNOWN, {"of": tx.authority, "kinds": list(kinds), "moment": since})
    tx.cache[KNOWN] = {(row.kind, row.key) for row in found}


async def move(tx: Transaction, kind: str, key: str, due_at: datetime) -> bool:
    """Whether there was one still to come, which is now due at another time."""
    return (await tx.connection.execute(_MOVE, _named(tx, kind, key) | {"moment": due_at})).rowcount > 0


async def move_ending(tx: Transaction, kind: str, ending: str, due_at: datetime) -> None:
    """Let every row of the kind that is still to come, and whose key ends so, be due at another time."""
    theirs = (due.c.authority == tx.authority, due.c.kind == kind, due.c.key.endswith(ending, autoescape=True))
    later = update(due).where(*theirs, due.c.state.in_(("waiting", "claimed")))
    await tx.connection.execute(later.values(state="waiting", due_at=due_at, lease_until=None))


async def cancel(tx: Transaction, kind: str, key: str) -> None:
    """Remove the row, whatever its state: nothing of it is left."""
    tx.cache.pop(KNOWN, None)
    await tx.connection.execute(_CANCEL, _named(tx, kind, key))


async def cancel_kinds(tx: Transaction, kinds: Collection[str], key: str) -> None:
    """Remove the rows of these kinds with that key, whatever their state."""
    tx.cache.pop(KNOWN, None)
    await tx.connection.execute(_CANCEL_KINDS, {"of": tx.authority, "kinds": list(kinds), "about": key})


async def cancel_ending(tx: Transaction, kind: str, ending: str) -> None:
    """Remove every row of the kind whose key ends so, such as all that is due for drafts of one survey."""
    tx.cache.pop(KNOWN, None)
    theirs = due.c.key.endswith(ending, autoescape=True)
    await tx.connection.execute(delete(due).where(due.c.authority == tx.authority, due.c.kind == kind, theirs))


async def claim(tx: Transaction, *, now: datetime, limit: int, lease_seconds: int = 300) -> tuple[Due, ...]:
    """What is due and nobody else has, oldest first; it is the caller's until the lease is over."""
    lease = now + timedelta(seconds=lease_seconds)
    values = {"of": tx.authority, "moment": now, "most": limit, "lease": lease}
    rows = (await tx.connection.execute(_CLAIM[tx.on_postgres], values)).all()
    # RETURNING promises no order on either database.
    return tuple(sorted((Due(*row) for row in rows), key=lambda row: (row.due_at, row.id)))


async def finish(tx: Transaction, row: Due) -> None:
    """Mark it done, in the same transaction as its work. Raises LeaseLost when that work must not be kept."""
    changed = await tx.connection.execute(_FINISH, {"row": row.id, "attempt": row.attempts})
    if changed.rowcount != 1:
        raise LeaseLost(row.kind)


async def fail(tx: Transaction, row: Due, *, now: datetime) -> bool:
    """Whether it will be tried again: after a growing pause, never more than ten times, and not if it is gone."""
    held = {"row": row.id, "attempt": row.attempts}
    if row.attempts >= MOST_ATTEMPTS:
        if (await tx.connection.execute(_GIVE_UP, held)).rowcount:
            log.error("due_given_up", kind=row.kind)
        return False
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (row.attempts - 1), LONGEST_PAUSE_SECONDS)
    changed = await tx.connection.execute(_PAUSE, held | {"moment": now + timedelta(seconds=pause)})
    return changed.rowcount > 0


async def give_up(tx: Transaction, *, now: datetime) -> int:
    """How many are failed now because every attempt took its process down with it."""
    hopeless = (due.c.authority == tx.authority, due.c.state == "claimed", due.c.attempts >= MOST_ATTEMPTS)
    query = update(due).where(*hopeless, due.c.lease_until <= now).values(state="failed", lease_until=None)
    kinds = (await tx.connection.scalars(query.returning(due.c.kind))).all()
    for kind in kinds:
        log.error("due_given_up", kind=kind)
    return len(kinds)


async def soonest(tx: Transaction) -> datetime | None:
    """The first moment at which anything is due, or left behind by whoever had it; None when there is nothing."""
    moments = (await tx.connection.execute(_SOONEST, {"of": tx.authority})).one()
    return min((moment for moment in moments if moment is not None), default=None)


async def prune(tx: Transaction, *, now: datetime) -> int:
    """How many rows were removed: over, and due so long ago that no clock can bring them back."""
    over = (due.c.state.in_(("done", "failed")), due.c.due_at < now - timedelta(days=KEPT_DAYS))
    return (await tx.connection.execute(delete(due).where(due.c.authority == tx.authority, *over))).rowcount


def _named(tx: Transaction, kind: str, key: str) -> dict[str, Any]:
    return {"of": tx.authority, "called": kind, "about": key}
