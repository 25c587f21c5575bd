"""Everything we start: one row for each occasion and recipient, written with its reason and sent later.

To young people at most once: what may or may not have arrived is `unknown` and stays so. To staff until it is
known to have arrived, but never more than three times. Once a row is over it keeps a date, and no moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NewType

from sqlalchemy import Row as Found
from sqlalchemy import and_, bindparam, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import PersonId, StaffId
from storage.store import Transaction
from storage.tables import Moment, outbox
from storage.tables import person as person_table

OutboxId = NewType("OutboxId", int)
Lane = Literal["young", "staff"]
Kind = Literal["ours", "asked", "chosen", "help"]
"""Whose idea the message was: ours; theirs; theirs, at a time they chose; or help on its way to someone."""

NOBODY = 0
STAFF_ATTEMPTS = 3
LEASE_SECONDS = 120
"""Longer than any call to Telegram is waited for: a row still `sending` then belongs to no living process."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message we start, to one person or one member of staff. `message` is set while it lies unopened."""

    id: OutboxId
    occasion: str
    person: PersonId | None
    staff: StaffId | None
    lane: Lane
    kind: Kind
    envelope: str
    opens: Mapping[str, Any]
    state: str
    not_before: datetime
    expires_at: datetime
    attempts: int
    sent_on: date | None
    message: int | None


COLUMNS: tuple[Any, ...] = (
    outbox.c.id,
    outbox.c.occasion,
    outbox.c.person,
    outbox.c.staff,
    outbox.c.lane,
    outbox.c.kind,
    outbox.c.envelope,
    outbox.c.opens,
    outbox.c.state,
    outbox.c.not_before,
    outbox.c.expires_at,
    outbox.c.attempts,
    outbox.c.sent_on,
    outbox.c.message,
)


def _claim(*, skip_locked: bool) -> Any:
    ready = (outbox.c.state == "queued", outbox.c.not_before <= bindparam("moment", type_=Moment()))
    # Help is not kept waiting behind a campaign.
    order = (case((outbox.c.kind == "help", 0), else_=1), outbox.c.not_before, outbox.c.id)
    chosen = select(outbox.c.id).where(outbox.c.authority == bindparam("of"), *ready).order_by(*order)
    chosen = chosen.limit(bindparam("most"))
    if skip_locked:
        chosen = chosen.with_for_update(skip_locked=True)
    once = chosen.cte("chosen")
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(once.c.id)))
        .values(state="sending", lease_until=bindparam("lease", type_=Moment()), attempts=outbox.c.attempts + 1)
        .returning(*COLUMNS)
    )


_NEW = {"state": "queued", "attempts": 0}
_QUEUE = {
    True: postgresql.insert(outbox).values(_NEW).on_conflict_do_nothing(),
    False: sqlite.insert(outbox).values(_NEW).on_conflict_do_nothing(),
}
_QUEUE_ONE = {on_postgres: adding.returning(outbox.c.id) for on_postgres, adding in _QUEUE.items()}
_CLAIM = {True: _claim(skip_locked=True), False: _claim(skip_locked=False)}
_SENDING = and_(outbox.c.authority == bindparam("of"), outbox.c.id == bindparam("row"), outbox.c.state == "sending")
_OVER: dict[str, Any] = {
    "state": bindparam("now_is"),
    "lease_until": None,
    "not_before": bindparam("day"),
    "expires_at": bindparam("day"),
}
_SENT = update(outbox).where(_SENDING).values(**_OVER, sent_on=bindparam("on"), message=bindparam("at"))
_END = update(outbox).where(_SENDING).values(**_OVER)
_UNKNOWN = update(outbox).where(_SENDING).values(**_OVER, sent_on=bindparam("on"))
_QUEUED_AGAIN: dict[str, Any] = {
    "state": "queued",
    "lease_until": None,
    "sent_on": None,
    "not_before": bindparam("moment"),
}
_STAFF_AGAIN = and_(outbox.c.lane == "staff", outbox.c.attempts < STAFF_ATTEMPTS)
_AGAIN = update(outbox).where(_SENDING).values(_QUEUED_AGAIN | {"attempts": outbox.c.attempts - 1})
_STAFF_AGAIN_LATER = update(outbox).where(_SENDING, _STAFF_AGAIN).values(_QUEUED_AGAIN)
_LEAVING = update(outbox).where(_SENDING).values(sent_on=bindparam("on"))

_WHOM = and_(outbox.c.authority == bindparam("of"), outbox.c.person == bindparam("whom"))
_MAY_HAVE_ARRIVED = and_(outbox.c.state.in_(("sending", "sent", "unknown")), outbox.c.sent_on.is_not(None))
_PERSON = select(person_table.c.id).where(
    person_table.c.authority == bindparam("of"), person_table.c.id == bindparam("whom")
)
_HOLD = _PERSON.with_for_update()
_TRY_TO_HOLD = _PERSON.with_for_update(skip_locked=True)
_IN_FLIGHT = select(outbox.c.id).where(_WHOM, outbox.c.state == "sending", outbox.c.sent_on.is_not(None)).limit(1)
_COUNTED = (
    select(outbox.c.sent_on)
    .where(_WHOM, outbox.c.kind == "ours", _MAY_HAVE_ARRIVED, outbox.c.sent_on >= bindparam("since"))
    .order_by(outbox.c.sent_on)
)
_COUNTED_BY_PERSON = (
    select(outbox.c.person, outbox.c.sent_on)
    .where(
        outbox.c.authority == bindparam("of"),
        outbox.c.person != NOBODY,
        outbox.c.kind == "ours",
        _MAY_HAVE_ARRIVED,
        outbox.c.sent_on >= bindparam("since"),
    )
    .order_by(outbox.c.person, outbox.c.sent_on)
)
_UNOPENED = select(*COLUMNS).where(_WHOM, outbox.c.state == "sent", outbox.c.message.is_not(None))
_OPENED = (
    update(outbox).where(outbox.c.authority == bindparam("of"), outbox.c.id == bindparam("row")).values(message=None)
)
_OURS = outbox.c.authority == bindparam("of")
_LEASE_OVER = and_(outbox.c.state == "sending", outbox.c.lease_until <= bindparam("moment", type_=Moment()))
_ANY_LEFT = select(outbox.c.id).where(_OURS, _LEASE_OVER).limit(1)
_SOONEST = select(
    select(func.min(outbox.c.not_before)).where(_OURS, outbox.c.state == "queued").scalar_subquery(),
    select(func.min(outbox.c.lease_until)).where(_OURS, outbox.c.state == "sending").scalar_subquery(),
)
_FIND = select(*COLUMNS).where(outbox.c.authority == bindparam("of"), outbox.c.id == bindparam("row"))
_OF_PERSON = select(*COLUMNS).where(_WHOM).order_by(outbox.c.id)


async def queue(
    tx: Transaction,
    *,
    occasion: str,
    person: PersonId | None = None,
    staff: StaffId | None = None,
    lane: Lane,
    envelope: str,
    opens: Mapping[str, Any],
    not_before: datetime,
    expires_at: datetime,
    kind: Kind = "ours",
) -> bool:
    """Whether the message is new: the same occasion is put to the same person once, ever."""
    values = _values(tx, occasion, lane, kind, envelope, opens, not_before, expires_at)
    values |= {"person": person or NOBODY, "staff": staff or NOBODY}
    return (await tx.connection.execute(_QUEUE_ONE[tx.on_postgres], values)).first() is not None


async def queue_for(
    tx: Transaction,
    people: Iterable[PersonId],
    *,
    occasion: str,
    envelope: str,
    opens: Mapping[str, Any],
    not_before: datetime,
    expires_at: datetime,
    kind: Kind = "ours",
) -> None:
    """The same message to many young people, in one go; those who have it already are left as they are."""
    same = _values(tx, occasion, "young", kind, envelope, opens, not_before, expires_at)
    rows = [same | {"person": person, "staff": NOBODY} for person in people]
    if rows:
        await tx.connection.execute(_QUEUE[tx.on_postgres], rows)


async def claim(tx: Transaction, *, now: datetime, limit: int = 2) -> tuple[Row, ...]:
    """What may leave now and nobody else is sending: help first, then the longest waiting."""
    values = {"of": tx.authority, "moment": now, "most": limit, "lease": now + timedelta(seconds=LEASE_SECONDS)}
    rows = [row_of(found) for found in (await tx.connection.execute(_CLAIM[tx.on_postgres], values)).all()]
    return tuple(sorted(rows, key=lambda row: (row.kind != "help", row.not_before, row.id)))


async def sent(tx: Transaction, row: OutboxId, message: int, *, on: date) -> None:
    """It arrived, as this message. Only the London date is kept, for the weekly cap."""
    values = {"of": tx.authority, "row": row, "now_is": "sent", "day": _midnight(on), "on": on.isoformat()}
    await tx.connection.execute(_SENT, values | {"at": message})


async def failed(tx: Transaction, row: OutboxId, *, on: date) -> None:
    """It can never arrive."""
    await _end(tx, row, "failed", on)


async def drop(tx: Transaction, row: OutboxId, *, on: date) -> None:
    """It is not to be sent after all."""
    await _end(tx, row, "cancelled", on)


async def only_practised(tx: Transaction, row: OutboxId, *, on: date) -> None:
    """It would have been sent, had this not been practice."""
    await _end(tx, row, "practised", on)


async def unknown(tx: Transaction, row: OutboxId, *, on: date, now: datetime) -> None:
    """It may have arrived. A young person is not written to again; a member of staff is, at most twice more."""
    later = await tx.connection.execute(_STAFF_AGAIN_LATER, {"of": tx.authority, "row": row, "moment": now})
    if later.rowcount == 0:
        values = {"of": tx.authority, "row": row, "now_is": "unknown", "day": _midnight(on), "on": on.isoformat()}
        await tx.connection.execute(_UNKNOWN, values)


async def retry(tx: Transaction, row: OutboxId, not_before: datetime) -> None:
    """It surely did not leave: let it wait, and do not count this as an attempt."""
    await tx.connection.execute(_AGAIN, {"of": tx.authority, "row": row, "moment": not_before})


async def after_crash(tx: Transaction, *, on: date, now: datetime) -> int:
    """How many rows a process left `sending` when it died: to young people unknown, to staff queued again.

    Call it at every heartbeat: a row that a living process is sending is known by its lease and left alone.
    """
    if await tx.connection.scalar(_ANY_LEFT, {"of": tx.authority, "moment": now}) is None:
        return 0  # at nearly every beat
    left = (outbox.c.authority == tx.authority, outbox.c.state == "sending", outbox.c.lease_until <= now)
    again = update(outbox).where(*left, _STAFF_AGAIN).values(_QUEUED_AGAIN)
    midnight = _midnight(on)
    over = {"state": "unknown", "lease_until": None, "not_before": midnight, "expires_at": midnight}
    rest = update(outbox).where(*left).values(**over, sent_on=on.isoformat())
    queued = (await tx.connection.execute(again, {"moment": now})).rowcount
    return queued + (await tx.connection.execute(rest)).rowcount


async def cancel(tx: Transaction, occasion: str, *, staff: StaffId | None = None) -> int:
    """How many messages of this occasion, to that member of staff or to whomever, will now not be sent."""
    waiting = [outbox.c.authority == tx.authority, outbox.c.occasion == occasion, outbox.c.state == "queued"]
    if staff is not None:
        waiting.append(outbox.c.staff == staff)
    return (await tx.connection.execute(update(outbox).where(*waiting).values(state="cancelled"))).rowcount


async def cancel_for(tx: Transaction, person: PersonId, *, kinds: Iterable[Kind] | None = None) -> int:
    """How many messages to this person will now not be sent: all that wait, or only those of these kinds."""
    waiting = [outbox.c.authority == tx.authority, outbox.c.person == person, outbox.c.state.in_(("queued", "held"))]
    if kinds is not None:
        waiting.append(outbox.c.kind.in_(tuple(kinds)))
    return (await tx.connection.execute(update(outbox).where(*waiting).values(state="cancelled"))).rowcount


async def hold_person(tx: Transaction, person: PersonId) -> None:
    """Make other processes wait with this person until the transaction ends."""
    if tx.on_postgres:
        await tx.connection.execute(_HOLD, {"of": tx.authority, "whom": person})


async def try_to_hold(tx: Transaction, person: PersonId) -> bool:
    """Whether this transaction has the person to itself: never waits, so that no two wait for each other."""
    if not tx.on_postgres:
        return True
    return (await tx.connection.execute(_TRY_TO_HOLD, {"of": tx.authority, "whom": person})).first() is not None


async def leaving(tx: Transaction, row: OutboxId, *, on: date) -> None:
    """It goes out today: from now on it counts towards the cap, whatever becomes of it."""
    await tx.connection.execute(_LEAVING, {"of": tx.authority, "row": row, "on": on.isoformat()})


async def in_flight(tx: Transaction, person: PersonId) -> bool:
    """Whether a message to this person is on its way at this moment."""
    return await tx.connection.scalar(_IN_FLIGHT, {"of": tx.authority, "whom": person}) is not None


async def counted_on(tx: Transaction, person: PersonId, *, since: date) -> tuple[date, ...]:
    """The London dates since then, oldest first, of the messages of our own idea that may have reached this person."""
    values = {"of": tx.authority, "whom": person, "since": since.isoformat()}
    return tuple(date.fromisoformat(day) for day in (await tx.connection.scalars(_COUNTED, values)).all())


async def counted_by_person(tx: Transaction, *, since: date) -> Mapping[PersonId, Sequence[date]]:
    """The same for everybody who has had any."""
    found: dict[PersonId, list[date]] = {}
    for row in await tx.connection.execute(_COUNTED_BY_PERSON, {"of": tx.authority, "since": since.isoformat()}):
        found.setdefault(PersonId(row.person), []).append(date.fromisoformat(row.sent_on))
    return found


async def unopened(tx: Transaction, person: PersonId) -> tuple[Row, ...]:
    """The envelopes that lie in this person's chat, sent and not yet opened or replaced."""
    return tuple(
        row_of(found) for found in await tx.connection.execute(_UNOPENED, {"of": tx.authority, "whom": person})
    )


async def opened(tx: Transaction, row: OutboxId) -> None:
    """It is an envelope no longer: opened, replaced or removed. That it was sent is still known."""
    await tx.connection.execute(_OPENED, {"of": tx.authority, "row": row})


async def soonest(tx: Transaction) -> datetime | None:
    """The first moment at which anything may leave, or whoever was sending it is gone; None when there is nothing."""
    moments = (await tx.connection.execute(_SOONEST, {"of": tx.authority})).one()
    return min((moment for moment in moments if moment is not None), default=None)


async def find(tx: Transaction, row: OutboxId) -> Row | None:
    """The row of that number; None when there is none."""
    found = (await tx.connection.execute(_FIND, {"of": tx.authority, "row": row})).one_or_none()
    return None if found is None else row_of(found)


async def of_person(tx: Transaction, person: PersonId) -> tuple[Row, ...]:
    """Every message we started to this person, oldest first."""
    return tuple(
        row_of(found) for found in await tx.connection.execute(_OF_PERSON, {"of": tx.authority, "whom": person})
    )


async def of_staff(tx: Transaction, staff: StaffId) -> tuple[Row, ...]:
    """Every message we started to this member of staff, oldest first."""
    query = select(*COLUMNS).where(outbox.c.authority == tx.authority, outbox.c.staff == staff).order_by(outbox.c.id)
    return tuple(row_of(found) for found in await tx.connection.execute(query))


def row_of(found: Found[*tuple[Any, ...]]) -> Row:
    """The message, from a row of `COLUMNS`."""
    said = found._asdict()
    said |= {"person": said["person"] or None, "staff": said["staff"] or None, "opens": json.loads(said["opens"])}
    said["sent_on"] = None if said["sent_on"] is None else date.fromisoformat(said["sent_on"])
    return Row(**said)


def _values(
    tx: Transaction,
    occasion: str,
    lane: Lane,
    kind: Kind,
    envelope: str,
    opens: Mapping[str, Any],
    not_before: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    return {
        "authority": tx.authority,
        "occasion": occasion,
        "lane": lane,
        "kind": kind,
        "envelope": envelope,
        "opens": json.dumps(dict(opens), sort_keys=True),
        "not_before": not_before,
        "expires_at": expires_at,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


async def _end(tx: Transaction, row: OutboxId, state: str, on: date) -> None:
    await tx.connection.execute(_END, {"of": tx.authority, "row": row, "now_is": state, "day": _midnight(on)})
