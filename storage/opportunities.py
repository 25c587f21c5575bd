"""Things to join, and where each person stands with one. What a person reads of it is JSON, opaque here.

Add, find, change:   add, find(hold=), change, remove, open_ones, in_states
Of one and a person: interest_of, by_turn, interests, of_person, set_interest, see, next_turn, prune
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import StorageError
from storage.ids import OpportunityId, PersonId, StaffId
from storage.store import Transaction
from storage.tables import interest as interest_table
from storage.tables import opportunity as table

Kind = Literal["shape", "work", "activity", "drop_in", "volunteering", "grant", "mentor"]
"""`drop_in`: a tea-time chat, or an open door for an hour or two; perhaps every week, each date one of its own."""

State = Literal["draft", "open", "closed", "cancelled", "over"]
"""`closed`: nobody new may say yes, and it still takes place. `over`: it has taken place."""

Stand = Literal[
    "shown",
    "not_for_me",
    "maybe",
    "confirmed",
    "waiting",
    "offered",
    "withdrawn",
    "passed",
    "lapsed",
    "declined",
    "missed",
]
"""Where a person stands. `offered`: a place is kept for them until `accept_by`; `passed` up by them; `lapsed` by the
clock; `declined` by the organiser, after a yes; `missed`: they waited, and no place came free. `maybe` holds no place,
waits for none, and names nobody to anybody."""

LIVE: tuple[Stand, ...] = ("confirmed", "offered", "waiting")
HOLDS_A_PLACE: tuple[Stand, ...] = ("confirmed", "offered")
HEARS: tuple[Stand, ...] = (*LIVE, "maybe")
"""Who is told when it changes, or does not take place."""


_ENDED = func.coalesce(table.c.ends_at, table.c.starts_at)


class NoSuchOpportunity(StorageError):
    """No opportunity of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One thing to join. `places` None: as many as like; `answer_by`: until when people may say yes."""

    id: OpportunityId
    made_by: StaffId
    organiser: StaffId
    kind: Kind
    details: str
    state: State
    places: int | None
    answer_by: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Interest:
    """One person and one opportunity. `turn` is set by each yes, and never given twice for one opportunity."""

    opportunity: OpportunityId
    person: PersonId
    state: Stand
    turn: int | None
    said_at: datetime | None
    accept_by: datetime | None
    wants_help: bool
    came: bool | None
    felt: str | None
    answer: bytes | None

    @property
    def live(self) -> bool:
        return self.state in LIVE


_COLUMNS: tuple[Any, ...] = tuple(column for column in table.c if column.name != "authority")
_INTEREST: tuple[Any, ...] = tuple(column for column in interest_table.c if column.name != "authority")
_NEW: dict[str, Any] = {"state": "shown", "wants_help": False}


# The opportunity


async def add(
    tx: Transaction,
    *,
    made_by: StaffId,
    organiser: StaffId,
    kind: Kind,
    details: str,
    state: State = "draft",
    places: int | None = None,
    answer_by: datetime | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Opportunity:
    """A new one."""
    values = {
        "authority": tx.authority,
        "made_by": made_by,
        "organiser": organiser,
        "kind": kind,
        "details": details,
        "state": state,
        "places": places,
        "answer_by": answer_by,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    return Opportunity(*(await tx.connection.execute(insert(table).values(values).returning(*_COLUMNS))).one())


async def find(tx: Transaction, opportunity: OpportunityId, *, hold: bool = False) -> Opportunity:
    """The one of that number; with `hold` nobody else changes it or its queue before the transaction ends.

    Raises: NoSuchOpportunity.
    """
    query = select(*_COLUMNS).where(*_ours(tx, opportunity))
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchOpportunity(opportunity)
    return Opportunity(*row)


async def change(tx: Transaction, opportunity: OpportunityId, **values: Any) -> Opportunity:
    """As it is from now on: any of organiser, kind, details, state, places, answer_by, starts_at, ends_at.

    Raises: NoSuchOpportunity.
    """
    changing = update(table).where(*_ours(tx, opportunity)).values(values).returning(*_COLUMNS)
    row = (await tx.connection.execute(changing)).one_or_none()
    if row is None:
        raise NoSuchOpportunity(opportunity)
    return Opportunity(*row)


async def remove(tx: Transaction, opportunity: OpportunityId) -> None:
    """Nothing is left of it. Only for a draft that nobody was ever shown; any other is cancelled."""
    await tx.connection.execute(delete(table).where(*_ours(tx, opportunity), table.c.state == "draft"))


async def open_ones(tx: Transaction) -> tuple[Opportunity, ...]:
    """Those that people may be shown and say yes to, the newest first; `answer_by` may have passed."""
    return await in_states(tx, {"open"})


async def in_states(tx: Transaction, states: Collection[State]) -> tuple[Opportunity, ...]:
    """Those in any of these states, the newest first."""
    ours = (table.c.authority == tx.authority, table.c.state.in_(tuple(states)))
    query = select(*_COLUMNS).where(*ours).order_by(table.c.id.desc())
    return tuple(Opportunity(*row) for row in await tx.connection.execute(query))


# One opportunity and a person


async def interest_of(tx: Transaction, opportunity: OpportunityId, person: PersonId) -> Interest | None:
    """Where the person stands with it; None when they were never shown it."""
    query = select(*_INTEREST).where(*_theirs(tx, opportunity, person))
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else Interest(*row)


async def by_turn(tx: Transaction, opportunity: OpportunityId, turn: int) -> Interest | None:
    """Whoever has that turn now; None when they have taken another since, or are gone."""
    ours = (interest_table.c.authority == tx.authority, interest_table.c.opportunity == opportunity)
    query = select(*_INTEREST).where(*ours, interest_table.c.turn == turn)
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else Interest(*row)


async def interests(
    tx: Transaction, opportunity: OpportunityId, *, states: Collection[Stand] | None = None
) -> tuple[Interest, ...]:
    """Everybody who stands anywhere with it, or so, in the order of their turns; the others after them."""
    ours = [interest_table.c.authority == tx.authority, interest_table.c.opportunity == opportunity]
    if states is not None:
        ours.append(interest_table.c.state.in_(tuple(states)))
    order = (interest_table.c.turn.is_(None), interest_table.c.turn, interest_table.c.person)
    rows = await tx.connection.execute(select(*_INTEREST).where(*ours).order_by(*order))
    return tuple(Interest(*row) for row in rows)


async def of_person(tx: Transaction, person: PersonId) -> tuple[Interest, ...]:
    """Everything this person was shown or said, by opportunity."""
    ours = (interest_table.c.authority == tx.authority, interest_table.c.person == person)
    rows = await tx.connection.execute(select(*_INTEREST).where(*ours).order_by(interest_table.c.opportunity))
    return tuple(Interest(*row) for row in rows)


async def see(tx: Transaction, opportunity: OpportunityId, person: PersonId) -> None:
    """They were shown it: it is not new to them any more. Safe to repeat."""
    row = _NEW | {"authority": tx.authority, "opportunity": opportunity, "person": person}
    await tx.connection.execute(_dialect(tx).insert(interest_table).values(row).on_conflict_do_nothing())


async def set_interest(tx: Transaction, opportunity: OpportunityId, person: PersonId, **values: Any) -> Interest:
    """Where the person stands from now on: any of state, turn, said_at, accept_by, wants_help, came, felt, answer.

    Whatever moves the queue (state, turn) is only done while the opportunity is held.
    """
    row = _NEW | {"authority": tx.authority, "opportunity": opportunity, "person": person} | values
    keys = [interest_table.c.authority, interest_table.c.opportunity, interest_table.c.person]
    adding = _dialect(tx).insert(interest_table).values(row)
    setting = adding.on_conflict_do_update(index_elements=keys, set_=values).returning(*_INTEREST)
    return Interest(*(await tx.connection.execute(setting)).one())


async def prune(tx: Transaction, *, before: datetime) -> None:
    """Where people stood with what ended, and was said, before that is gone."""
    long_over = (
        table.c.authority == tx.authority,
        table.c.state.in_(("closed", "cancelled", "over")),
        or_(_ENDED.is_(None), before > _ENDED),
    )
    old = or_(interest_table.c.said_at.is_(None), interest_table.c.said_at < before)
    of_those = interest_table.c.opportunity.in_(select(table.c.id).where(*long_over))
    theirs = (interest_table.c.authority == tx.authority, of_those, old)
    await tx.connection.execute(delete(interest_table).where(*theirs))


async def next_turn(tx: Transaction, opportunity: OpportunityId) -> int:
    """The turn after all that there are: later than everybody's. Only asked while the opportunity is held."""
    ours = (interest_table.c.authority == tx.authority, interest_table.c.opportunity == opportunity)
    return (await tx.connection.scalar(select(func.coalesce(func.max(interest_table.c.turn), 0)).where(*ours)) or 0) + 1


def _ours(tx: Transaction, opportunity: OpportunityId) -> tuple[Any, ...]:
    return table.c.authority == tx.authority, table.c.id == opportunity


def _theirs(tx: Transaction, opportunity: OpportunityId, person: PersonId) -> tuple[Any, ...]:
    of = interest_table.c
    return of.authority == tx.authority, of.opportunity == opportunity, of.person == person


def _dialect(tx: Transaction) -> Any:
    return postgresql if tx.on_postgres else sqlite
