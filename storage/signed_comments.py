"""What was said with a name, by choice: who answers it by when, what was answered. The words are sealed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update

from storage.errors import StorageError
from storage.ids import AnswerGroupId, PersonId, SignedCommentId, StaffId
from storage.store import Transaction
from storage.tables import signed_comment as table

Kind = Literal["good", "change", "thanks", "round"]
State = Literal["open", "answered", "passed_on"]
"""Passed on is thanks, which whom it thanks has from the first moment."""

ABOUT = b"signed comment"


class NoSuchSigned(StorageError):
    """No signed comment of this authority has that number."""


@dataclass(frozen=True, slots=True)
class SignedComment:
    """One comment with a name, unsealed. `staff` is whom it thanks; `asked` everybody who was to answer, in turn.

    `told` are those who heard of it besides; `token` sets it apart from an earlier one of the same number.
    """

    id: SignedCommentId
    person: PersonId
    kind: Kind
    about: int
    staff: StaffId | None
    group: AnswerGroupId | None
    state: State
    made_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    text: str
    answer: str
    by: StaffId | None
    asked: tuple[StaffId, ...]
    told: tuple[StaffId, ...]
    token: str

    @property
    def owner(self) -> StaffId:
        """Who has it now."""
        return self.asked[-1]

    @property
    def round(self) -> int:
        """How often it was passed to somebody else because nobody had answered."""
        return len(self.asked) - 1


async def add(
    tx: Transaction,
    person: PersonId,
    *,
    kind: Kind,
    about: int,
    staff: StaffId | None,
    text: str,
    owner: StaffId,
    state: State,
    due_at: datetime | None,
    now: datetime,
) -> SignedComment:
    """A new comment of this person."""
    words = {"text": text, "answer": "", "by": None, "asked": [owner], "told": [], "token": secrets.token_hex(4)}
    values = {
        "authority": tx.authority,
        "person": person,
        "kind": kind,
        "about": about,
        "staff": staff,
        "sealed": _seal(tx, words),
        "state": state,
        "made_at": now,
        "due_at": due_at,
        "ended_at": None if state == "open" else now,
    }
    return _signed(tx, (await tx.connection.execute(insert(table).values(values).returning(table))).one())


async def find(tx: Transaction, which: SignedCommentId, *, hold: bool = False) -> SignedComment:
    """The comment of that number; with `hold` nobody else changes it meanwhile. Raises: NoSuchSigned."""
    query = select(table).where(table.c.authority == tx.authority, table.c.id == which)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchSigned(which)
    return _signed(tx, row)


async def every(tx: Transaction) -> tuple[SignedComment, ...]:
    """All of them, the first due first and those without a time last."""
    query = select(table).where(table.c.authority == tx.authority).order_by(table.c.due_at.is_(None), table.c.due_at)
    return tuple(_signed(tx, row) for row in await tx.connection.execute(query.order_by(table.c.id)))


async def of_person(tx: Transaction, person: PersonId) -> tuple[SignedComment, ...]:
    """What this person signed, the oldest first."""
    query = select(table).where(table.c.authority == tx.authority, table.c.person == person).order_by(table.c.id)
    return tuple(_signed(tx, row) for row in await tx.connection.execute(query))


async def answer(tx: Transaction, one: SignedComment, words: str, *, by: StaffId, now: datetime) -> SignedComment:
    """It is answered, in these words, by that member of staff."""
    return await _change(tx, one, {"state": "answered", "ended_at": now}, {"answer": words, "by": by})


async def pass_on(tx: Transaction, one: SignedComment, to: StaffId, *, due_at: datetime) -> SignedComment:
    """Somebody else is to answer it, by that time."""
    return await _change(tx, one, {"due_at": due_at}, {"asked": [*one.asked, to]})


async def note_told(tx: Transaction, one: SignedComment, also: tuple[StaffId, ...]) -> SignedComment:
    """These heard of it at once."""
    return await _change(tx, one, {}, {"told": [*also]})


async def put(tx: Transaction, one: SignedComment, group: AnswerGroupId | None) -> SignedComment:
    """It is answered with this group, or by itself."""
    return await _change(tx, one, {"answer_group": group}, {})


async def remove(tx: Transaction, which: SignedCommentId) -> None:
    """Nothing is left of it."""
    await tx.connection.execute(delete(table).where(table.c.authority == tx.authority, table.c.id == which))


async def prune(tx: Transaction, *, before: datetime) -> int:
    """How many that were made before then, and are over, are gone."""
    old = (table.c.authority == tx.authority, table.c.made_at < before, table.c.state != "open")
    return (await tx.connection.execute(delete(table).where(*old))).rowcount


async def _change(
    tx: Transaction, one: SignedComment, values: Mapping[str, Any], words: Mapping[str, Any]
) -> SignedComment:
    kept = {name: getattr(one, name) for name in ("text", "answer", "by", "asked", "told", "token")}
    ours = (table.c.authority == tx.authority, table.c.id == one.id)
    changing = update(table).where(*ours).values({**values, "sealed": _seal(tx, kept | dict(words))})
    row = (await tx.connection.execute(changing.returning(table))).one_or_none()
    if row is None:
        raise NoSuchSigned(one.id)
    return _signed(tx, row)


def _seal(tx: Transaction, words: Mapping[str, Any]) -> bytes:
    return tx.keys.register.seal(json.dumps(words, ensure_ascii=False).encode(), ABOUT)


def _signed(tx: Transaction, row: Any) -> SignedComment:
    words = json.loads(tx.keys.register.open(row.sealed, ABOUT))
    words |= {"asked": tuple(words["asked"]), "told": tuple(words["told"])}
    return SignedComment(
        row.id,
        row.person,
        row.kind,
        row.about,
        row.staff,
        row.answer_group,
        row.state,
        row.made_at,
        row.due_at,
        row.ended_at,
        **words,
    )
