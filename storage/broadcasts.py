"""What members of staff send to their people or to everybody: the words sealed, whom they are for, how far they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, insert, select, update

from storage.errors import StorageError
from storage.ids import BroadcastId, PersonId, StaffId
from storage.store import Transaction
from storage.tables import broadcast as table
from storage.tables import outbox

Audience = Literal["own", "everyone"]
State = Literal["draft", "menu", "leaving", "stopped", "done"]
"""A `menu` is one that was put together and has not been sent."""
GONE = ("sending", "sent", "unknown")
"""The states of a message that may have reached somebody."""

ABOUT = b"broadcast"


class NoSuchBroadcast(StorageError):
    """No broadcast of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is sent: the text, the one line a locked phone shows, and the name Telegram knows a picture by.

    A menu has none of these: it is the numbers of the opportunities that go in it.
    """

    text: str = ""
    line: str = ""
    picture: str | None = None
    menu: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast, its words unsealed. `leaves_at` stays empty where it reached nobody."""

    id: BroadcastId
    staff: StaffId
    audience: Audience
    words: Words
    state: State
    chosen: int
    leaves_at: datetime | None


_COLUMNS: tuple[Any, ...] = (
    table.c.id,
    table.c.staff,
    table.c.audience,
    table.c.sealed,
    table.c.state,
    table.c.chosen,
    table.c.leaves_at,
)
_OURS = table.c.authority == bindparam("of")
_THEIRS = (_OURS, table.c.staff == bindparam("member"))
_FIND = select(*_COLUMNS).where(_OURS, table.c.id == bindparam("broadcast"))
_DRAFT = select(*_COLUMNS).where(*_THEIRS, table.c.state == "draft").order_by(table.c.id.desc()).limit(1)
_LEFT = (
    select(*_COLUMNS)
    .where(*_THEIRS, table.c.state != "draft", table.c.leaves_at.is_not(None))
    .order_by(table.c.id.desc())
)


async def find(tx: Transaction, broadcast: BroadcastId) -> Broadcast:
    """The broadcast of that number. Raises: NoSuchBroadcast."""
    found = (await tx.connection.execute(_FIND, {"of": tx.authority, "broadcast": broadcast})).one_or_none()
    if found is None:
        raise NoSuchBroadcast(broadcast)
    return _broadcast(tx, found)


async def draft_of(tx: Transaction, staff: StaffId) -> Broadcast | None:
    """What this member of staff has begun and not sent."""
    found = (await tx.connection.execute(_DRAFT, {"of": tx.authority, "member": staff})).one_or_none()
    return None if found is None else _broadcast(tx, found)


async def left(tx: Transaction, staff: StaffId, *, since: datetime) -> tuple[Broadcast, ...]:
    """What this member of staff has sent since then, the newest first. What was cancelled in time is not among it."""
    query = _LEFT.where(table.c.leaves_at >= since)
    return tuple(
        _broadcast(tx, found) for found in await tx.connection.execute(query, {"of": tx.authority, "member": staff})
    )


async def shared(tx: Transaction) -> tuple[Broadcast, ...]:
    """What left in all, whoever sent it, as long as it is kept; the newest first."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority, table.c.leaves_at.is_not(None))
    found = await tx.connection.execute(query.order_by(table.c.id.desc()))
    return tuple(_broadcast(tx, row) for row in found)


async def begin(tx: Transaction, staff: StaffId, audience: Audience, words: Words) -> BroadcastId:
    """The number of a new draft; it takes the place of any they had."""
    await throw_away(tx, staff)
    row = insert(table).values(
        authority=tx.authority, staff=staff, audience=audience, sealed=_seal(tx, words), state="draft", chosen=0
    )
    return BroadcastId((await tx.connection.execute(row.returning(table.c.id))).scalar_one())


async def begin_menu(tx: Transaction, staff: StaffId, audience: Audience, menu: Sequence[int]) -> BroadcastId:
    """The number of a menu of these opportunities; a draft of words they have stays as it is."""
    row = insert(table).values(
        authority=tx.authority,
        staff=staff,
        audience=audience,
        sealed=_seal(tx, Words(menu=tuple(menu))),
        state="menu",
        chosen=0,
    )
    return BroadcastId((await tx.connection.execute(row.returning(table.c.id))).scalar_one())


async def change(tx: Transaction, draft: Broadcast, *, audience: Audience, words: Words) -> None:
    """The draft is for these now, and says this."""
    await _set(tx, draft.id, "draft", audience=audience, sealed=_seal(tx, words))


async def throw_away(tx: Transaction, staff: StaffId) -> None:
    """Nothing is left of what they had begun but its number, so that no later one is taken for it."""
    theirs = (table.c.authority == tx.authority, table.c.staff == staff, table.c.state == "draft")
    emptied = update(table).where(*theirs).values(state="stopped", sealed=_seal(tx, Words()))
    await tx.connection.execute(emptied)


async def leave(tx: Transaction, draft: BroadcastId, *, chosen: int, leaves_at: datetime) -> bool:
    """Whether it is on its way from now on: of two who confirm the same draft, one is told no."""
    leaving = {"state": "leaving", "chosen": chosen, "leaves_at": leaves_at}
    return await _set(tx, draft, "draft", **leaving) or await _set(tx, draft, "menu", **leaving)


async def done(tx: Transaction, broadcast: BroadcastId) -> None:
    """Nothing of it waits any more."""
    await _set(tx, broadcast, "leaving", state="done")


async def stop(tx: Transaction, broadcast: BroadcastId, *, reached_nobody: bool) -> None:
    """It goes no further; one that reached nobody counts as never sent."""
    more: dict[str, Any] = {"leaves_at": None} if reached_nobody else {}
    await _set(tx, broadcast, "leaving", state="stopped", **more)


async def counts(tx: Transaction, occasion: str) -> Mapping[str, int]:
    """How many messages of this occasion are in each state of the outbox."""
    query = select(outbox.c.state, func.count().label("rows")).group_by(outbox.c.state)
    query = query.where(outbox.c.authority == tx.authority, outbox.c.occasion == occasion)
    return {row.state: row.rows for row in await tx.connection.execute(query)}


async def reached(tx: Transaction, occasion: str, person: PersonId) -> bool:
    """Whether the message of this occasion has left for that person, or is leaving."""
    theirs = (outbox.c.authority == tx.authority, outbox.c.occasion == occasion, outbox.c.person == person)
    query = select(outbox.c.id).where(*theirs, outbox.c.state.in_(GONE)).limit(1)
    return await tx.connection.scalar(query) is not None


async def expire_in_flight(tx: Transaction, occasion: str, *, now: datetime) -> None:
    """What is on its way at this moment is not tried again, should it turn out not to have left."""
    flying = (outbox.c.authority == tx.authority, outbox.c.occasion == occasion, outbox.c.state == "sending")
    await tx.connection.execute(update(outbox).where(*flying).values(expires_at=now))


async def prune(tx: Transaction, *, left_before: datetime) -> None:
    """Those that left so long ago are gone; an envelope that still lies there leads to the menu.

    Of the newest its number stays: SQLite would give it to the next one, which whoever had this one would not get.
    """
    old = (table.c.authority == tx.authority, table.c.leaves_at < left_before)
    newest = select(func.max(table.c.id)).scalar_subquery()
    emptied = update(table).where(*old, table.c.id == newest)
    await tx.connection.execute(emptied.values(sealed=_seal(tx, Words()), state="stopped", leaves_at=None))
    await tx.connection.execute(delete(table).where(*old))


async def _set(tx: Transaction, broadcast: BroadcastId, was: State, **values: Any) -> bool:
    this = (table.c.authority == tx.authority, table.c.id == broadcast, table.c.state == was)
    return (await tx.connection.execute(update(table).where(*this).values(**values))).rowcount == 1


def _seal(tx: Transaction, words: Words) -> bytes:
    return tx.keys.register.seal(json.dumps(asdict(words), ensure_ascii=False).encode(), ABOUT)


def _broadcast(tx: Transaction, row: Any) -> Broadcast:
    said = json.loads(tx.keys.register.open(row.sealed, ABOUT))
    words = Words(**said | {"menu": tuple(said.get("menu", ()))})
    return Broadcast(row.id, row.staff, row.audience, words, row.state, row.chosen, row.leaves_at)
