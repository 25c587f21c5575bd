"""What a restored database must lose before anybody works with it: who asked to be forgotten, what would be sent twice,
and what nobody can read any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import forgetting, people
from storage.errors import KeyMissing, StorageError, Unreadable
from storage.ids import AuthorityId
from storage.keys import Keys
from storage.store import Transaction
from storage.tables import answer, draft, due, epoch, lease, outbox, participation, person, pool, slice_, survey
from storage.tables import authority as authority_table


class KeysDoNotFit(StorageError):
    """The register was sealed under other keys than those in `keys/keep`."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what of it did not. Every count is of rows."""

    people: int
    surveys: int
    answers: int
    sent: int
    """How many times somebody has sent a survey; this stays, whether or not their answers could be kept."""
    erased: int
    """People who had asked to be forgotten after the backup, and are forgotten again."""
    drafts: int
    drafts_lost: int
    """Unsent answers in the backup, and those of them whose key is gone; their owners start again."""
    waiting: int
    waiting_lost: int
    """Answers sent but not yet opened, and those of them whose key is gone; their owners cannot send again."""
    copies_lost: int
    cancelled: int
    """Messages that were queued or held: they may have been sent since."""
    unknown: int
    """Messages that were on their way."""
    overdue: int
    """Work that was due between the backup and now, and is not done again."""


async def settle(connection: AsyncConnection, keys: Keys, *, now: datetime, still_due: Collection[str]) -> Restored:
    """Do all of it inside the connection's transaction, for every authority; says what was lost.

    Raises: KeysDoNotFit, before anything is changed.
    """
    of_each = []
    for found in (await connection.scalars(select(authority_table.c.id).order_by(authority_table.c.id))).all():
        tx = Transaction(connection, keys, AuthorityId(found))
        await _check_keys(tx)
        of_each.append(await _settle_one(tx, now=now, still_due=still_due))
        await tx.finish()
    return Restored(**{name.name: sum(getattr(one, name.name) for one in of_each) for name in fields(Restored)})


async def _settle_one(tx: Transaction, *, now: datetime, still_due: Collection[str]) -> Restored:
    await _renew_epoch(tx)
    drafts, waiting = await _count(tx, draft), await _count(tx, pool)
    drafts_lost, waiting_lost, copies_lost = [await _drop_unreadable(tx, table) for table in (draft, pool, slice_)]
    cancelled, unknown = await _stop_sending(tx, now)
    overdue = await _let_pass(tx, now, still_due)
    await tx.connection.execute(delete(lease).where(lease.c.authority == tx.authority))
    erased = await forgetting.replay(tx)
    return Restored(
        people=await _count(tx, person, person.c.state.in_(people.IN_REGISTER)),
        surveys=await _count(tx, survey),
        answers=await _count(tx, answer),
        sent=await _count(tx, participation, participation.c.done),
        erased=erased,
        drafts=drafts,
        drafts_lost=drafts_lost,
        waiting=waiting,
        waiting_lost=waiting_lost,
        copies_lost=copies_lost,
        cancelled=cancelled,
        unknown=unknown,
        overdue=overdue,
    )


async def _check_keys(tx: Transaction) -> None:
    """One person is enough: all are sealed under one key and found under another."""
    query = select(person.c.sealed).where(person.c.authority == tx.authority)
    box = await tx.connection.scalar(query.order_by(person.c.id).limit(1))
    if box is None:
        return
    try:
        tx.keys.register.open(box, people.ABOUT)
    except Unreadable as error:
        raise KeysDoNotFit from error
    known = [(found, details) for found, details in await people.register(tx) if details.reference]
    for found, details in known[:1]:
        again = await people.by_reference(tx, details.reference)
        if again is None or again.id != found.id:
            raise KeysDoNotFit


async def _renew_epoch(tx: Transaction) -> None:
    """A new key when the backup's own is gone. Nothing is burnt: the next nightly job does that, under its lock."""
    name = await tx.connection.scalar(select(epoch.c.name).where(epoch.c.authority == tx.authority))
    try:
        if name is not None:
            tx.keys.epoch(name)
            return
    except KeyMissing:
        await tx.connection.execute(delete(epoch).where(epoch.c.authority == tx.authority))
    await tx.connection.execute(insert(epoch).values(authority=tx.authority, name=tx.keys.new_epoch(tx.authority)))
    tx.forget_epoch()


async def _drop_unreadable(tx: Transaction, table: Table) -> int:
    current, _ = await tx.epoch()
    gone = delete(table).where(table.c.authority == tx.authority, table.c.epoch != current)
    return (await tx.connection.execute(gone)).rowcount


async def _stop_sending(tx: Transaction, now: datetime) -> tuple[int, int]:
    """(how many are cancelled, how many unknown). A message that is over keeps its date and no moment."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    over = {"lease_until": None, "not_before": midnight, "expires_at": midnight}
    ours = update(outbox).where(outbox.c.authority == tx.authority)
    waiting = ours.where(outbox.c.state.in_(("queued", "held"))).values(state="cancelled", **over)
    leaving = ours.where(outbox.c.state == "sending").values(
        state="unknown", sent_on=now.astimezone(UTC).date().isoformat(), **over
    )
    cancelled = (await tx.connection.execute(waiting)).rowcount
    return cancelled, (await tx.connection.execute(leaving)).rowcount


async def _let_pass(tx: Transaction, now: datetime, still_due: Collection[str]) -> int:
    """How many rows whose time came while the database was away are taken as done."""
    mine = (due.c.authority == tx.authority, due.c.state.in_(("waiting", "claimed")))
    late = update(due).where(*mine, due.c.due_at <= now, due.c.kind.not_in(tuple(still_due)))
    passed = (await tx.connection.execute(late.values(state="done", lease_until=None))).rowcount
    await tx.connection.execute(update(due).where(*mine).values(state="waiting", lease_until=None))
    return passed


async def _count(tx: Transaction, table: Table, *only: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(table).where(table.c.authority == tx.authority, *only)
    return await tx.connection.scalar(query) or 0
