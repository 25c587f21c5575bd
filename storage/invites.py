"""Invites, and the people part-way through joining with one. Of a code only the keyed hash is stored."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, case, delete, insert, select, update

from storage import chats
from storage.errors import StorageError
from storage.ids import ChatId, InviteId, PersonId, StaffId
from storage.store import Transaction
from storage.tables import invite as table
from storage.tables import joining as joining_table
from storage.tables import person as person_table
from storage.words import two_words

CODE_BYTES = 16
TRIES = 3
ABOUT = b"invite"
ABOUT_JOINING = b"joining"

Reason = Literal["unknown", "used", "expired", "dead"]


class DeadLink(StorageError):
    """The link opens nothing. `who` is the worker who can make a new one, where there is one."""

    def __init__(self, reason: Reason, who: StaffId | None = None) -> None:
        super().__init__(reason)
        self.reason, self.who = reason, who


@dataclass(frozen=True, slots=True)
class Invite:
    """A new invite, as it must be handed over: the code is not kept and cannot be asked for again."""

    id: InviteId
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """The live invite a code belongs to. Exactly one of `person` and `staff` is set."""

    id: InviteId
    person: PersonId | None
    staff: StaffId | None
    words: str
    tries_left: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Joining:
    """Where somebody is between opening a link and the end of the second check."""

    invite: InviteId
    person: PersonId | None
    staff: StaffId | None
    words: str
    initials: str | None
    tries_left: int
    expires_at: datetime


_FIELDS = (table.c.id, table.c.person, table.c.staff, table.c.sealed, table.c.tries, table.c.expires_at)
_BY_CODE = (
    select(*_FIELDS, table.c.state, person_table.c.worker)
    .outerjoin(person_table, person_table.c.id == table.c.person)
    .where(table.c.authority == bindparam("authority"), table.c.code_index == bindparam("code"))
)
# An invite that is no longer live takes its joining with it: whoever was in the middle is a stranger again.
_JOININGS = (
    select(joining_table.c.chat_index, joining_table.c.sealed.label("typed"), *_FIELDS)
    .join(table, table.c.id == joining_table.c.invite)
    .where(
        joining_table.c.authority == bindparam("authority"),
        joining_table.c.chat_index.in_(bindparam("chats", expanding=True)),
        table.c.state == "live",
    )
)


async def make(
    tx: Transaction, *, person: PersonId | None = None, staff: StaffId | None = None, expires_at: datetime
) -> Invite:
    """A new invite for one person or one member of staff; the earlier ones of the same person stop working."""
    if (person is None) == (staff is None):
        raise ValueError("an invite is for one person, or for one member of staff")
    theirs = table.c.person == person if staff is None else table.c.staff == staff
    await tx.connection.execute(
        update(table).where(table.c.authority == tx.authority, theirs, table.c.state == "live").values(state="dead")
    )
    code, words = secrets.token_urlsafe(CODE_BYTES), two_words()
    made = await tx.connection.execute(
        insert(table)
        .values(
            authority=tx.authority,
            code_index=_code_index(tx, code),
            sealed=tx.keys.register.seal(words.encode(), ABOUT),
            person=person,
            staff=staff,
            expires_at=expires_at,
            tries=0,
            state="live",
        )
        .returning(table.c.id)
    )
    # Joinings that hung on the earlier invite were forgotten with it.
    _forget_cached(tx)
    return Invite(InviteId(made.scalar_one()), code, words)


async def find(tx: Transaction, code: str, *, now: datetime) -> Found:
    """The live invite with that code. Raises: DeadLink, saying why."""
    asked = {"authority": tx.authority, "code": _code_index(tx, code)}
    row = (await tx.connection.execute(_BY_CODE, asked)).one_or_none()
    if row is None:
        raise DeadLink("unknown")
    if row.state != "live":
        raise DeadLink("used" if row.state == "used" else "dead", row.worker)
    if row.expires_at <= now:
        raise DeadLink("expired", row.worker)
    return Found(row.id, row.person, row.staff, _words(tx, row), TRIES - row.tries, row.expires_at)


async def use(tx: Transaction, invite: InviteId) -> None:
    """The invite has let its owner in, and works no more. Raises: DeadLink when another chat was first."""
    done = await tx.connection.execute(
        update(table)
        .where(table.c.authority == tx.authority, table.c.id == invite, table.c.state == "live")
        .values(state="used")
    )
    _forget_cached(tx)
    if done.rowcount != 1:
        raise DeadLink("used")


async def wrong(tx: Transaction, invite: InviteId) -> int:
    """How many tries are left after one that did not match; with none left the invite is dead."""
    tries = table.c.tries + 1
    left = await tx.connection.scalar(
        update(table)
        .where(table.c.authority == tx.authority, table.c.id == invite, table.c.state == "live")
        .values(tries=tries, state=case((tries >= TRIES, "dead"), else_=table.c.state))
        .returning(TRIES - table.c.tries)
    )
    _forget_cached(tx)
    return max(0, left or 0)


async def holders(tx: Transaction, *, now: datetime) -> frozenset[PersonId]:
    """Everybody who holds an invite that still works."""
    query = select(table.c.person).where(
        table.c.authority == tx.authority,
        table.c.state == "live",
        table.c.expires_at > now,
        table.c.person.is_not(None),
    )
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query))


async def ever_invited(tx: Transaction) -> frozenset[PersonId]:
    """Everybody an invite was ever made for, whatever has become of it."""
    query = select(table.c.person).where(table.c.authority == tx.authority, table.c.person.is_not(None)).distinct()
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query))


# Joining


def _key(index: bytes) -> tuple[str, bytes]:
    return ("joining", index)


async def preload(tx: Transaction, found_in: Iterable[ChatId]) -> None:
    """Fetch who of these chats is in the middle of joining, in one question; the others are remembered too."""
    asked = {index for chat in found_in if _key(index := chats.index_of(tx.keys, chat)) not in tx.cache}
    if not asked:
        return
    tx.cache.update({_key(index): None for index in asked})
    for row in await tx.connection.execute(_JOININGS, {"authority": tx.authority, "chats": list(asked)}):
        tx.cache[_key(row.chat_index)] = Joining(
            row.id,
            row.person,
            row.staff,
            _words(tx, row),
            json.loads(tx.keys.register.open(row.typed, ABOUT_JOINING))["initials"],
            TRIES - row.tries,
            row.expires_at,
        )


async def joining(tx: Transaction, chat: ChatId) -> Joining | None:
    """How far this chat is with joining; None when it has opened no link, or one that no longer works."""
    key = _key(chats.index_of(tx.keys, chat))
    if key not in tx.cache:
        await preload(tx, (chat,))
    found: Joining | None = tx.cache[key]
    return found


async def begin(tx: Transaction, chat: ChatId, invite: InviteId) -> None:
    """This chat has opened that invite; whatever it had opened before is dropped."""
    await end(tx, chat)
    index = chats.index_of(tx.keys, chat)
    row = {"chat_index": index, "authority": tx.authority, "invite": invite, "sealed": _typed(tx, None)}
    await tx.connection.execute(insert(joining_table), row)
    del tx.cache[_key(index)]


async def keep_initials(tx: Transaction, chat: ChatId, initials: str | None) -> None:
    """Keep what was typed for the first half of the check, sealed; None when it is to be typed again."""
    index = chats.index_of(tx.keys, chat)
    await tx.connection.execute(
        update(joining_table)
        .where(joining_table.c.authority == tx.authority, joining_table.c.chat_index == index)
        .values(sealed=_typed(tx, initials))
    )
    tx.cache.pop(_key(index), None)


async def end(tx: Transaction, chat: ChatId) -> None:
    """The chat is no longer joining: it got in, or the check failed for good."""
    index = chats.index_of(tx.keys, chat)
    await tx.connection.execute(delete(joining_table).where(joining_table.c.chat_index == index))
    tx.cache[_key(index)] = None


def _forget_cached(tx: Transaction) -> None:
    """Ask again about everybody who is joining: one invite can be open in several chats."""
    for key in [key for key in tx.cache if isinstance(key, tuple) and key[0] == "joining"]:
        del tx.cache[key]


def _typed(tx: Transaction, initials: str | None) -> bytes:
    return tx.keys.register.seal(json.dumps({"initials": initials}).encode(), ABOUT_JOINING)


def _words(tx: Transaction, row: Any) -> str:
    return tx.keys.register.open(row.sealed, ABOUT).decode()


def _code_index(tx: Transaction, code: str) -> bytes:
    return tx.keys.look_ups.of("invite", code)
