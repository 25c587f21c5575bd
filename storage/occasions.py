"""The outbox by occasion: all messages that were written for one reason, or for everything about one survey.

An occasion's name goes from the large to the small (`survey:7:reminder:2`), so that a beginning names all of them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from storage.ids import PersonId
from storage.outbox import COLUMNS, NOBODY, Row, row_of
from storage.store import Transaction
from storage.tables import outbox

FORGOTTEN = "forgotten:"
LONG_AGO = datetime.fromtimestamp(0, UTC)
BLANK = '{"screen": "menu"}'
"""What an envelope opens when its occasion has been unsaid."""


async def hold(tx: Transaction, beginning: str) -> int:
    """How many messages of the occasions that begin so are held: they wait until `release`."""
    return await _turn(tx, beginning, "queued", "held")


async def release(tx: Transaction, beginning: str) -> int:
    """How many held messages of the occasions that begin so may leave again."""
    return await _turn(tx, beginning, "held", "queued")


async def cancel_beginning(tx: Transaction, beginning: str) -> int:
    """How many messages of the occasions that begin so will now not be sent."""
    return await _turn(tx, beginning, "queued", "cancelled") + await _turn(tx, beginning, "held", "cancelled")


async def expire_in_flight(tx: Transaction, beginning: str) -> None:
    """What is on its way at this moment is not tried again, should it turn out not to have left."""
    flying = (*_beginning(tx, beginning), outbox.c.state == "sending")
    await tx.connection.execute(update(outbox).where(*flying).values(expires_at=LONG_AGO))


async def take_back(tx: Transaction, person: PersonId, beginning: str) -> int:
    """How many waiting messages to this person, of the occasions that begin so, are gone as if never written."""
    theirs = (*_beginning(tx, beginning), outbox.c.person == person, outbox.c.state.in_(("queued", "held")))
    return (await tx.connection.execute(delete(outbox).where(*theirs))).rowcount


async def history(
    tx: Transaction, beginning: str, *, person: PersonId | None = None
) -> Mapping[PersonId, tuple[Row, ...]]:
    """Every message to young people, or to that one, of the occasions that begin so; by person, oldest first."""
    whose = outbox.c.person != NOBODY if person is None else outbox.c.person == person
    query = select(*COLUMNS).where(*_beginning(tx, beginning), whose).order_by(outbox.c.id)
    found: dict[PersonId, list[Row]] = {}
    for row in await tx.connection.execute(query):
        found.setdefault(PersonId(row.person), []).append(row_of(row))
    return {person: tuple(rows) for person, rows in found.items()}


async def states(tx: Transaction, beginning: str) -> Mapping[str, Mapping[str, int]]:
    """How many messages to young people there are in each state, by occasion, of those that begin so."""
    query = select(outbox.c.occasion, outbox.c.state, func.count().label("rows"))
    query = query.where(*_beginning(tx, beginning), outbox.c.person != NOBODY)
    found: dict[str, dict[str, int]] = {}
    for row in await tx.connection.execute(query.group_by(outbox.c.occasion, outbox.c.state)):
        found.setdefault(row.occasion, {})[row.state] = row.rows
    return found


async def remove_practised(tx: Transaction) -> int:
    """How many messages that were only practised are gone."""
    theirs = (outbox.c.authority == tx.authority, outbox.c.state == "practised")
    return (await tx.connection.execute(delete(outbox).where(*theirs))).rowcount


async def remove(tx: Transaction, beginning: str, *, exactly: bool = False) -> None:
    """Every message of the occasions that begin so, or of exactly that one, is gone, whatever its state."""
    one = (outbox.c.authority == tx.authority, outbox.c.occasion == beginning)
    await tx.connection.execute(delete(outbox).where(*(one if exactly else _beginning(tx, beginning))))


async def prune(tx: Transaction, beginning: str, *, before: datetime) -> None:
    """Every message of the occasions that begin so, and that was over before that moment, is gone."""
    await tx.connection.execute(delete(outbox).where(*_beginning(tx, beginning), outbox.c.expires_at < before))


async def blur_forgotten(tx: Transaction, *, before: date) -> None:
    """Of messages that say nothing any more, sent before that day, only the month is kept: the day counts no longer."""
    theirs = _beginning(tx, FORGOTTEN)
    old = update(outbox).where(*theirs, outbox.c.sent_on < before.isoformat())
    month = func.substr(outbox.c.sent_on, 1, 8) + "01"
    await tx.connection.execute(old.values(sent_on=month, not_before=LONG_AGO, expires_at=LONG_AGO))


def _beginning(tx: Transaction, beginning: str) -> tuple[Any, ...]:
    return outbox.c.authority == tx.authority, outbox.c.occasion.startswith(beginning, autoescape=True)


async def _turn(tx: Transaction, beginning: str, from_state: str, to_state: str) -> int:
    theirs = (*_beginning(tx, beginning), outbox.c.state == from_state)
    return (await tx.connection.execute(update(outbox).where(*theirs).values(state=to_state))).rowcount


async def forget_reasons(tx: Transaction, person: PersonId, beginning: str) -> None:
    """Unsay the occasions that begin so: what waits goes, what was sent still counts and says nothing else."""
    query = select(outbox.c.id, outbox.c.state).where(*_beginning(tx, beginning), outbox.c.person == person)
    for row in (await tx.connection.execute(query)).all():
        if row.state in ("sent", "unknown", "sending"):
            blank = {"occasion": f"{FORGOTTEN}{secrets.token_hex(8)}", "envelope": "envelope/something", "opens": BLANK}
            await tx.connection.execute(update(outbox).where(outbox.c.id == row.id).values(**blank))
        else:
            await tx.connection.execute(delete(outbox).where(outbox.c.id == row.id))
