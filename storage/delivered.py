"""What has become of the messages we started to young people: counts of a stretch of days, and whom they reach."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from sqlalchemy import and_, case, func, or_, select

from storage.ids import PersonId
from storage.outbox import NOBODY
from storage.store import Transaction
from storage.tables import outbox

WAITING = ("queued", "held", "sending")


async def reached_since(tx: Transaction, since: date, *, but: str) -> frozenset[PersonId]:
    """Everybody in whose chat a message of ours is known to have arrived, on that London date or later.

    Messages of the occasions that begin with `but` are no sign.
    """
    query = select(outbox.c.person).where(
        outbox.c.authority == tx.authority,
        outbox.c.person != NOBODY,
        outbox.c.state == "sent",
        outbox.c.sent_on >= since.isoformat(),
        ~outbox.c.occasion.startswith(but, autoescape=True),
    )
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query.distinct()))


async def became(tx: Transaction, since: date) -> Mapping[str, int]:
    """How many messages wait now, and how many came to each end on that London date or later.

    The ends are the outbox's states; `cancelled` is what the gate dropped, for whatever is withdrawn before it comes
    to the gate keeps the two moments it was written with, and what has come to an end has one for both.
    """
    state = case((outbox.c.state.in_(WAITING), "waiting"), else_=outbox.c.state)
    midnight = datetime.combine(since, time(), tzinfo=UTC)
    over = and_(outbox.c.not_before == outbox.c.expires_at, outbox.c.not_before >= midnight)
    query = (
        select(state.label("end"), func.count().label("rows"))
        .where(outbox.c.authority == tx.authority, outbox.c.person != NOBODY)
        .where(or_(outbox.c.state.in_(WAITING), over))
        .group_by("end")
    )
    return {row.end: row.rows for row in await tx.connection.execute(query)}
