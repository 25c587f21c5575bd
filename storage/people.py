"""The register: one row for each young person, found by blind index, their details sealed.

`preload` and `by_chat` stand in the way of every tap, so they read no sealed column and ask once for a whole batch.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage import chats
from storage.errors import StorageError
from storage.ids import ChatId, PersonId, StaffId
from storage.store import Transaction
from storage.tables import invite as invite_table
from storage.tables import joining as joining_table
from storage.tables import person as table

State = Literal["listed", "joined", "stopped", "gone"]
STATES: tuple[State, ...] = get_args(State)
IN_REGISTER: tuple[State, ...] = ("listed", "joined", "stopped")
ABOUT = b"person"


class NoSuchPerson(StorageError):
    """No row of this authority has that number."""


class ReferenceTaken(StorageError):
    """The register already holds somebody under that reference."""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person without opening anything."""

    id: PersonId
    state: State
    reachable: bool
    language: str
    full_messages: bool
    worker: StaffId | None
    chat_index: bytes | None


@dataclass(frozen=True, slots=True)
class Details:
    """What the register says about a person. `groups` holds the columns we have no name for."""

    reference: str
    first_name: str = ""
    last_name: str = ""
    preferred_name: str = ""
    birth_date: date | None = None
    agreed_word: str = ""
    gender: str = ""
    home: str = ""
    phone: str = ""
    email: str = ""
    interests: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def known_as(self) -> str:
        """The first name to say to them."""
        return self.preferred_name or self.first_name


_COLUMNS = (
    table.c.id,
    table.c.state,
    table.c.reachable,
    table.c.language,
    table.c.full_messages,
    table.c.worker,
    table.c.chat_index,
)
_OURS = table.c.authority == bindparam("authority")
_BY_CHATS = select(*_COLUMNS).where(_OURS, table.c.chat_index.in_(bindparam("chats", expanding=True)))
_BY_ID = select(*_COLUMNS).where(_OURS, table.c.id == bindparam("person"))
_WORKERS = select(table.c.id, table.c.worker).where(_OURS, table.c.id.in_(bindparam("people", expanding=True)))
_BY_REFERENCE = select(*_COLUMNS).where(_OURS, table.c.reference_index == bindparam("index"))
_SEALED = select(table.c.sealed).where(_OURS, table.c.id == bindparam("person"))
_CHAT = select(table.c.sealed_chat).where(_OURS, table.c.id == bindparam("person"))


def _key(index: bytes) -> tuple[str, bytes]:
    return ("person", index)


def _person(row: Any) -> Person:
    return Person(*row)


def _remember(tx: Transaction, person: Person) -> Person:
    if person.chat_index is not None:
        tx.cache[_key(person.chat_index)] = person
    return person


# Finding


async def preload(tx: Transaction, found_in: Iterable[ChatId]) -> None:
    """Fetch everybody these chats belong to, in one question; chats that belong to nobody are remembered too."""
    asked = {index for chat in found_in if _key(index := chats.index_of(tx.keys, chat)) not in tx.cache}
    if not asked:
        return
    tx.cache.update({_key(index): None for index in asked})
    for row in await tx.connection.execute(_BY_CHATS, {"authority": tx.authority, "chats": list(asked)}):
        _remember(tx, _person(row))


async def by_chat(tx: Transaction, chat: ChatId) -> Person | None:
    """Whose chat this is; None for a chat nobody has joined from."""
    key = _key(chats.index_of(tx.keys, chat))
    if key not in tx.cache:
        await preload(tx, (chat,))
    found: Person | None = tx.cache[key]
    return found


async def by_id(tx: Transaction, person: PersonId) -> Person:
    """The person with that number. Raises: NoSuchPerson."""
    row = (await tx.connection.execute(_BY_ID, {"authority": tx.authority, "person": person})).one_or_none()
    if row is None:
        raise NoSuchPerson(person)
    return _person(row)


async def by_reference(tx: Transaction, reference: str) -> Person | None:
    """The person the register knows by that reference, however it is spaced or capitalised."""
    asked = {"authority": tx.authority, "index": reference_index(tx, reference)}
    row = (await tx.connection.execute(_BY_REFERENCE, asked)).one_or_none()
    return None if row is None else _person(row)


def reference_index(tx: Transaction, reference: str) -> bytes:
    """The blind index of a reference."""
    return tx.keys.look_ups.of("reference", " ".join(reference.split()).casefold())


async def details(tx: Transaction, person: PersonId) -> Details:
    """What the register says about them, unsealed. Raises: NoSuchPerson."""
    return _unsealed(tx, await _box(tx, person))


async def chat_of(tx: Transaction, person: PersonId) -> ChatId | None:
    """Where to write to them; None while they have not joined."""
    return chats.unseal(tx.keys, await tx.connection.scalar(_CHAT, {"authority": tx.authority, "person": person}))


async def everyone(tx: Transaction, states: Iterable[State] = IN_REGISTER) -> list[Person]:
    """Everybody in one of these states, in the order they were added."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority, table.c.state.in_(tuple(states)))
    return [_person(row) for row in await tx.connection.execute(query.order_by(table.c.id))]


async def joined(tx: Transaction) -> list[Person]:
    """Everybody messages may be started to: joined, and not stopped."""
    return await everyone(tx, ("joined",))


async def of_worker(tx: Transaction, worker: StaffId) -> list[Person]:
    """The people in the register who have this worker."""
    return [person for person in await everyone(tx) if person.worker == worker]


async def workers_of(tx: Transaction, people: Collection[PersonId]) -> Mapping[PersonId, StaffId | None]:
    """Who works with each of these people, in one question."""
    asked = {"authority": tx.authority, "people": list(people)}
    return {row.id: row.worker for row in await tx.connection.execute(_WORKERS, asked)}


async def register(tx: Transaction, states: Iterable[State] = IN_REGISTER) -> list[tuple[Person, Details]]:
    """Everybody with their details unsealed: for imports, invites and counting, never for a tap."""
    query = select(*_COLUMNS, table.c.sealed).where(table.c.authority == tx.authority, table.c.state.in_(tuple(states)))
    rows = await tx.connection.execute(query.order_by(table.c.id))
    return [(Person(*row[:-1]), _unsealed(tx, row.sealed)) for row in rows]


async def invited_segments(tx: Transaction, today: date) -> Mapping[str, Mapping[str, int]]:
    """How many people in the register have each age, and each kind of home as it is written there."""
    ages: Counter[str] = Counter()
    homes: Counter[str] = Counter()
    for _, known in await register(tx):
        if known.birth_date is not None:
            ages[str(age_on(known.birth_date, today))] += 1
        if known.home:
            homes[known.home] += 1
    return {"age": dict(ages), "home": dict(homes)}


def age_on(born: date, today: date) -> int:
    """Whole years: a birthday on 29 February is kept on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


# Changing


async def add(
    tx: Transaction, known: Details, *, worker: StaffId | None = None, language: str = "en", state: State = "listed"
) -> Person:
    """A new row in the register. Raises: ReferenceTaken."""
    row = insert(table).values(
        authority=tx.authority,
        reference_index=reference_index(tx, known.reference),
        sealed=_sealed(tx, known),
        worker=worker,
        state=state,
        reachable=True,
        language=language,
        full_messages=False,
    )
    try:
        async with tx.connection.begin_nested():
            return _person((await tx.connection.execute(row.returning(*_COLUMNS))).one())
    except IntegrityError as error:
        raise ReferenceTaken from error


async def change(tx: Transaction, person: PersonId, known: Details, *, worker: StaffId | None) -> Person:
    """The same person with other details or another worker. What they chose themselves is left alone."""
    index = reference_index(tx, known.reference)
    return await _set(tx, person, reference_index=index, sealed=_sealed(tx, known), worker=worker)


async def join(tx: Transaction, person: PersonId, chat: ChatId) -> Person:
    """Bind the person to this chat and to no other. Raises: ChatTaken when it is somebody else's."""
    index = chats.index_of(tx.keys, chat)
    await chats.refuse_if_taken(tx, index, person=person)
    await _forget_chat(tx, person)
    bound = {"chat_index": index, "sealed_chat": chats.seal(tx.keys, chat)}
    try:
        async with tx.connection.begin_nested():
            return await _set(tx, person, state="joined", reachable=True, **bound)
    except IntegrityError as error:
        raise chats.ChatTaken from error


async def unlink(tx: Transaction, person: PersonId) -> Person:
    """Let go of the chat; a new invite binds them again. Someone who had stopped stays stopped."""
    before = await _forget_chat(tx, person)
    state = "listed" if before.state == "joined" else before.state
    return await _set(tx, person, chat_index=None, sealed_chat=None, state=state)


async def leave(tx: Transaction, person: PersonId) -> Person:
    """They are no longer in the register. Their invites die; their chat still opens "what you hold about me"."""
    before = await by_id(tx, person)
    if before.state == "gone":
        return before
    await _drop_invites(tx, person)
    return await _set(tx, person, state="gone", sealed=_sealed(tx, await details(tx, person), was=before.state))


async def come_back(tx: Transaction, person: PersonId) -> Person:
    """The register names them again: they are as they were, so that one faulty file changes nothing for good."""
    before = await by_id(tx, person)
    if before.state != "gone":
        return before
    was = json.loads(tx.keys.register.open(await _box(tx, person), ABOUT)).get(_WAS, "listed")
    return await _set(tx, person, state="listed" if before.chat_index is None else was)


async def set_state(tx: Transaction, person: PersonId, state: State) -> Person:
    return await _set(tx, person, state=state)


async def hand_over(tx: Transaction, people: Collection[PersonId], old: StaffId, new: StaffId) -> tuple[Person, ...]:
    """Those of these people who still are in the register with the old worker; they have the new one now."""
    theirs = (table.c.id.in_(tuple(people)), table.c.worker == old, table.c.state.in_(IN_REGISTER))
    change = update(table).where(table.c.authority == tx.authority, *theirs).values(worker=new).returning(*_COLUMNS)
    rows = await tx.connection.execute(change)
    return tuple(sorted((_remember(tx, _person(row)) for row in rows), key=lambda person: person.id))


async def set_reachable(tx: Transaction, chat: ChatId, reachable: bool) -> Person | None:
    """Whether messages arrive there, as Telegram last told us; None when the chat is nobody's."""
    found = await by_chat(tx, chat)
    return None if found is None else await _set(tx, found.id, reachable=reachable)


async def set_language(tx: Transaction, person: PersonId, language: str) -> Person:
    return await _set(tx, person, language=language)


async def set_full_messages(tx: Transaction, person: PersonId, full: bool) -> Person:
    return await _set(tx, person, full_messages=full)


async def forget(tx: Transaction, person: PersonId) -> None:
    """Empty the row: no name, no chat, no worker, no reference. Safe to repeat.

    The bare number stays, so that a flag in `participation` still counts one person. The reference's blind index is
    noted beside the keys, so that neither an import nor a restored backup brings them back.
    """
    query = select(table.c.reference_index).where(table.c.authority == tx.authority, table.c.id == person)
    index = await tx.connection.scalar(query)
    if index is None:
        raise NoSuchPerson(person)
    await _forget_chat(tx, person)
    await _drop_invites(tx, person)
    await _set(
        tx,
        person,
        reference_index=secrets.token_bytes(len(index)),
        sealed=_sealed(tx, Details("")),
        worker=None,
        state="gone",
        chat_index=None,
        sealed_chat=None,
        language="en",
        full_messages=False,
        reachable=False,
    )

    async def note() -> None:
        from storage import erasures  # it erases through this module when a backup is restored

        erasures.note(tx.keys, index)

    # As the last thing before the commit: a note about someone whose erasure was rolled back would be untrue.
    tx.before_commit["erasure", person] = note


async def _box(tx: Transaction, person: PersonId) -> bytes:
    box: bytes | None = await tx.connection.scalar(_SEALED, {"authority": tx.authority, "person": person})
    if box is None:
        raise NoSuchPerson(person)
    return box


async def _set(tx: Transaction, person: PersonId, **values: Any) -> Person:
    change = update(table).where(table.c.authority == tx.authority, table.c.id == person).values(**values)
    row = (await tx.connection.execute(change.returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise NoSuchPerson(person)
    return _remember(tx, _person(row))


async def _forget_chat(tx: Transaction, person: PersonId) -> Person:
    """The person as they are; their chat is no longer remembered as theirs in this transaction."""
    before = await by_id(tx, person)
    if before.chat_index is not None:
        tx.cache[_key(before.chat_index)] = None
    return before


async def _drop_invites(tx: Transaction, person: PersonId) -> None:
    theirs = (invite_table.c.authority == tx.authority) & (invite_table.c.person == person)
    await tx.connection.execute(
        delete(joining_table).where(joining_table.c.invite.in_(select(invite_table.c.id).where(theirs)))
    )
    await tx.connection.execute(delete(invite_table).where(theirs))


# Sealing


_WAS = "was"
"""Sealed beside the details of someone who has left the register: the state they would come back to."""


def _sealed(tx: Transaction, known: Details, *, was: State | None = None) -> bytes:
    said: dict[str, Any] = {name.name: getattr(known, name.name) for name in fields(known)}
    said["birth_date"] = None if known.birth_date is None else known.birth_date.isoformat()
    said["groups"] = dict(known.groups)
    if was is not None:
        said[_WAS] = was
    return tx.keys.register.seal(json.dumps(said, ensure_ascii=False).encode(), ABOUT)


def _unsealed(tx: Transaction, box: bytes) -> Details:
    said = json.loads(tx.keys.register.open(box, ABOUT))
    said.pop(_WAS, None)
    born = said["birth_date"]
    said["birth_date"] = None if born is None else date.fromisoformat(born)
    said["interests"] = tuple(said["interests"])
    return Details(**said)
