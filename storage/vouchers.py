"""Thank-you codes: sealed until their owner looks, found by blind index, each given to one person once.

A given code says that somebody has sent a survey, which their `participation` says too, and nothing about when: keys
are random, and the rows of one evening are written in shuffled order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from storage.errors import StorageError
from storage.ids import PersonId, SurveyId
from storage.openings import Opening
from storage.people import IN_REGISTER
from storage.shuffle import fresh_keys, in_random_order
from storage.store import Transaction
from storage.tables import Moment, participation, person, survey
from storage.tables import voucher as table

AT_A_TIME = 1_000
"""How many codes are looked up in one question: well under what either database takes."""

_LOCK = 0x564F5543
"""A lock of the evening's own: it stands in the way of no tap, and of no survey that closes."""


class CodeTaken(StorageError):
    """One of these codes is known already, to this survey or to another: none of them was added."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A code that was given to somebody for sending a survey. `worth` is empty where nobody said."""

    opening: SurveyId
    code: str
    worth: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many codes of one name are still to be given, and how many were given for each opening."""

    left: int
    given: Mapping[SurveyId, int]


_OURS = table.c.authority == bindparam("of")
_KNOWN = select(table.c.code_index).where(_OURS, table.c.code_index.in_(bindparam("indexes", expanding=True)))
_SPENT: dict[str, Any] = {"survey": "", "sealed": b"", "opening": None, "person": None}
_ANY = select(table.c.key).where(_OURS, table.c.survey != "").limit(1)
_NAMES = select(table.c.survey).where(_OURS, table.c.survey != "").distinct().order_by(table.c.survey)
_COUNT = (
    select(table.c.opening, func.count().label("codes"))
    .where(_OURS, table.c.survey == bindparam("name"))
    .group_by(table.c.opening)
)
_HOLD = text("SELECT pg_advisory_xact_lock(:lock, :of)")
_HAS_SENT = (
    select(participation.c.person)
    .where(
        participation.c.authority == person.c.authority,
        participation.c.person == person.c.id,
        participation.c.survey == bindparam("opening"),
        participation.c.done,
    )
    .exists()
)
_HAS_ONE = (
    select(table.c.key)
    .where(
        table.c.authority == person.c.authority,
        table.c.opening == bindparam("opening"),
        table.c.person == person.c.id,
    )
    .exists()
)
# Whoever has no chat with us (any more) could not be told their code: it would be lost.
_WAITS = (
    person.c.authority == bindparam("of"),
    person.c.state.in_(("joined", "stopped")),
    person.c.chat_index.is_not(None),
    _HAS_SENT,
    ~_HAS_ONE,
)
# Held, so that whoever asks to be forgotten meanwhile is either left out or loses the code with everything else.
# Whoever is busy at this very moment has theirs the next evening: nobody is waited for, so no two wait for each other.
_WAITING = select(person.c.id).where(*_WAITS).with_for_update(read=True, of=person, skip_locked=True)
_COUNT_WITHOUT = (
    select(func.count())
    .select_from(person)
    .where(person.c.authority == bindparam("of"), person.c.state.in_(IN_REGISTER), ~_HAS_ONE)
)
_COUNT_WAITING = select(func.count()).select_from(person).where(*_WAITS)
_FREE = (
    select(table.c.key)
    .where(_OURS, table.c.survey == bindparam("name"), table.c.person.is_(None))
    .order_by(table.c.key)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_GIVE = (
    update(table)
    .where(table.c.key == bindparam("b_key"), table.c.person.is_(None))
    .values(opening=bindparam("b_opening"), person=bindparam("b_person"))
)
# By opening first, which the unique index begins with: a menu must not read every code there is.
_KEPT = select(survey.c.id).where(
    survey.c.authority == bindparam("of"), survey.c.closes_at >= bindparam("since", type_=Moment())
)
_OF_PERSON = (
    select(table.c.key, table.c.opening, table.c.sealed)
    .where(_OURS, table.c.opening.in_(_KEPT), table.c.person == bindparam("whom"))
    .order_by(table.c.opening.desc())
)


# Adding


async def known(tx: Transaction, codes: Iterable[str]) -> frozenset[str]:
    """Those of these codes that are here already, for whichever survey, given or not."""
    by_index = {_index(tx, code): code for code in codes}
    found: set[str] = set()
    for indexes in _in_parts(list(by_index)):
        rows = await tx.connection.scalars(_KNOWN, {"of": tx.authority, "indexes": indexes})
        found |= {by_index[index] for index in rows}
    return frozenset(found)


async def add(tx: Transaction, name: str, codes: Sequence[str], *, worth: str) -> None:
    """Keep these codes for the survey of that name. Raises: CodeTaken, and then the transaction is over."""
    rows = [
        {
            "key": key,
            "authority": tx.authority,
            "survey": name,
            "code_index": _index(tx, code),
            "sealed": tx.keys.register.seal(json.dumps({"code": code, "worth": worth}).encode(), _about(tx, key)),
        }
        # Shuffled, so that not even the order in the file can be told.
        for key, code in zip(fresh_keys(len(codes)), in_random_order(codes), strict=True)
    ]
    if not rows:
        return
    try:
        await tx.connection.execute(insert(table), rows)
    except IntegrityError as error:
        raise CodeTaken from error


# Counting


async def any_there(tx: Transaction) -> bool:
    """Whether there is any code at all, given or not."""
    return await tx.connection.scalar(_ANY, {"of": tx.authority}) is not None


async def names(tx: Transaction) -> tuple[str, ...]:
    """The surveys there are codes for."""
    return tuple(await tx.connection.scalars(_NAMES, {"of": tx.authority}))


async def count(tx: Transaction, name: str) -> Count:
    """How many codes there are for the survey of that name."""
    rows = (await tx.connection.execute(_COUNT, {"of": tx.authority, "name": name})).all()
    given = {SurveyId(row.opening): row.codes for row in rows if row.opening is not None}
    return Count(sum(row.codes for row in rows if row.opening is None), given)


async def count_waiting(tx: Transaction, opening: SurveyId) -> int:
    """How many people have sent it, have a chat with us and have no code for it."""
    return await tx.connection.scalar(_COUNT_WAITING, {"of": tx.authority, "opening": opening}) or 0


async def count_without(tx: Transaction, opening: SurveyId) -> int:
    """How many people of the register have no code for it, whether they have sent it or not."""
    return await tx.connection.scalar(_COUNT_WITHOUT, {"of": tx.authority, "opening": opening}) or 0


# Giving


async def hold(tx: Transaction) -> None:
    """Make other processes that want to give codes wait until this transaction ends."""
    if tx.on_postgres:
        await tx.connection.execute(_HOLD, {"lock": _LOCK, "of": tx.authority})


async def waiting(tx: Transaction, opening: SurveyId) -> frozenset[PersonId]:
    """Who has sent it, has a chat with us and has no code for it; held until this transaction ends."""
    found = await tx.connection.scalars(_WAITING, {"of": tx.authority, "opening": opening})
    return frozenset(PersonId(one) for one in found)


async def give(tx: Transaction, opening: Opening, people: Sequence[PersonId]) -> tuple[PersonId, ...]:
    """Those of these people, from the first on, who got a code: as many as there are codes. Call `hold` first.

    That nobody gets two, and no code goes to two, is for the table's unique constraints to see to as well.
    """
    asked = {"of": tx.authority, "name": opening.name, "most": len(people)}
    keys = list(await tx.connection.scalars(_FREE, asked))
    given = tuple(people[: len(keys)])
    if given:
        pairs = zip(keys, given, strict=True)
        await tx.connection.execute(
            _GIVE, [{"b_key": key, "b_opening": opening.id, "b_person": whom} for key, whom in pairs]
        )
    return given


async def spend(tx: Transaction, whom: PersonId) -> None:
    """The codes this person was given are nobody's any more; that they are known is all that is left of them."""
    theirs = update(table).where(table.c.authority == tx.authority, table.c.person == whom)
    await tx.connection.execute(theirs.values(_SPENT))


# Looking


async def of_person(tx: Transaction, whom: PersonId, *, since: datetime) -> tuple[Voucher, ...]:
    """The codes this person was given, the newest first, for surveys that are open or closed after that moment."""
    rows = await tx.connection.execute(_OF_PERSON, {"of": tx.authority, "whom": whom, "since": since})
    return tuple(_opened(tx, row) for row in rows)


async def remove_given(tx: Transaction, *, closed_before: datetime) -> tuple[SurveyId, ...]:
    """The openings that closed before that moment and whose given codes are now gone.

    What stays is that the code is known: an old file that is added once more must not give it to somebody else.
    """
    over = select(survey.c.id).where(survey.c.authority == tx.authority, survey.c.closes_at < closed_before)
    given = (table.c.authority == tx.authority, table.c.opening.in_(over))
    found = await tx.connection.scalars(select(table.c.opening).where(*given).distinct().order_by(table.c.opening))
    ended = tuple(SurveyId(one) for one in found)
    if ended:
        await tx.connection.execute(update(table).where(*given).values(_SPENT))
    return ended


def _opened(tx: Transaction, row: Any) -> Voucher:
    said = json.loads(tx.keys.register.open(row.sealed, _about(tx, row.key)))
    return Voucher(SurveyId(row.opening), said["code"], said["worth"])


def _index(tx: Transaction, code: str) -> bytes:
    return tx.keys.look_ups.of("voucher", code)


def _about(tx: Transaction, key: bytes) -> bytes:
    return f"voucher/{tx.authority}/{key.hex()}".encode()


def _in_parts(items: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (items[at : at + AT_A_TIME] for at in range(0, len(items), AT_A_TIME))
