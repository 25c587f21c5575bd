"""People on their way from one worker to another: nothing of theirs changes until the new worker agrees."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NewType

from sqlalchemy import bindparam, delete, insert, select, update

from storage.errors import StorageError
from storage.ids import PersonId, StaffId
from storage.store import Transaction
from storage.tables import handed, handover

HandoverId = NewType("HandoverId", int)
State = Literal["offered", "agreed", "declined", "cancelled"]


class NoSuchHandover(StorageError):
    """No handover of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Who would hand people over, to whom, and whether they have agreed."""

    id: HandoverId
    old: StaffId
    new: StaffId
    state: State


_COLUMNS: tuple[Any, ...] = (handover.c.id, handover.c.from_staff, handover.c.to_staff, handover.c.state)
_OURS = handover.c.authority == bindparam("of")
_FIND = select(*_COLUMNS).where(_OURS, handover.c.id == bindparam("which"))
_OFFERED = select(*_COLUMNS).where(_OURS, handover.c.state == "offered").order_by(handover.c.id)
_WHOM = select(handed.c.person).where(handed.c.authority == bindparam("of"), handed.c.handover == bindparam("which"))
_SETTLE = (
    update(handover)
    .where(_OURS, handover.c.id == bindparam("which"), handover.c.state == "offered")
    .values(state=bindparam("now_is"))
    .returning(*_COLUMNS)
)


async def add(tx: Transaction, old: StaffId, new: StaffId, people: Iterable[PersonId]) -> HandoverId:
    """The number of a new offer of these people."""
    row = insert(handover).values(authority=tx.authority, from_staff=old, to_staff=new, state="offered")
    made = HandoverId((await tx.connection.execute(row.returning(handover.c.id))).scalar_one())
    rows = [{"authority": tx.authority, "handover": made, "person": person} for person in people]
    if rows:
        await tx.connection.execute(insert(handed), rows)
    return made


async def find(tx: Transaction, which: HandoverId) -> Handover:
    """The handover of that number. Raises: NoSuchHandover."""
    row = (await tx.connection.execute(_FIND, {"of": tx.authority, "which": which})).one_or_none()
    if row is None:
        raise NoSuchHandover(which)
    return Handover(*row)


async def offered(tx: Transaction) -> list[Handover]:
    """Those nobody has answered yet, the oldest first."""
    return [Handover(*row) for row in await tx.connection.execute(_OFFERED, {"of": tx.authority})]


async def whom(tx: Transaction, which: HandoverId) -> tuple[PersonId, ...]:
    """The people an open offer names; nobody, once it is over."""
    return tuple((await tx.connection.scalars(_WHOM.order_by(handed.c.person), _key(tx, which))).all())


async def on_their_way(tx: Transaction, people: Collection[PersonId]) -> dict[HandoverId, list[PersonId]]:
    """Those of these people whom an open offer names already, by offer."""
    query = select(handed.c.handover, handed.c.person).where(handed.c.authority == tx.authority)
    found: dict[HandoverId, list[PersonId]] = {}
    for row in await tx.connection.execute(query.order_by(handed.c.handover, handed.c.person)):
        if row.person in people:
            found.setdefault(row.handover, []).append(row.person)
    return found


async def settle(tx: Transaction, which: HandoverId, state: State) -> tuple[PersonId, ...] | None:
    """Whom it named, now that it is over; None when it was over already. Of two at once only one is given them."""
    if (await tx.connection.execute(_SETTLE, _key(tx, which) | {"now_is": state})).first() is None:
        return None
    people = await whom(tx, which)
    theirs = (handed.c.authority == tx.authority, handed.c.handover == which)
    await tx.connection.execute(delete(handed).where(*theirs))
    return people


def _key(tx: Transaction, which: HandoverId) -> dict[str, Any]:
    return {"of": tx.authority, "which": which}
