"""Staff: their role, and the chat they joined from. Names are sealed and found by blind index."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage import chats
from storage.errors import StorageError
from storage.ids import ChatId, StaffId
from storage.store import Transaction
from storage.tables import invite as invite_table
from storage.tables import joining as joining_table
from storage.tables import profile as profile_table
from storage.tables import staff as table

Role = Literal["administrator", "manager", "participation", "pa", "data_protection"]
State = Literal["listed", "joined", "left"]
ROLES: tuple[Role, ...] = get_args(Role)
ABOUT = b"staff"


class NoSuchStaff(StorageError):
    """No member of staff of this authority has that number."""


class NameTaken(StorageError):
    """A member of staff already has that name: two could not be told apart in the register."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff. `reference` is the authority's own, or empty."""

    id: StaffId
    name: str
    role: Role
    state: State
    reference: str
    chat_index: bytes | None
    seen_at: datetime | None = None
    """When they last tapped anything, to about ten minutes; None before the first tap on this phone."""
    has_pin: bool = False


_COLUMNS = (
    table.c.id,
    table.c.sealed,
    table.c.role,
    table.c.state,
    table.c.chat_index,
    table.c.seen_at,
    table.c.pin,
)
_OURS = table.c.authority == bindparam("authority")
_BY_CHATS = select(*_COLUMNS).where(_OURS, table.c.chat_index.in_(bindparam("chats", expanding=True)))
_EVERYONE = select(*_COLUMNS).where(_OURS, table.c.state != "left").order_by(table.c.id)
_BY_ID = select(*_COLUMNS).where(_OURS, table.c.id == bindparam("staff"))
_BY_NAME = select(*_COLUMNS).where(_OURS, table.c.name_index == bindparam("index"))
_CHAT = select(table.c.sealed_chat).where(_OURS, table.c.id == bindparam("staff"))
_PIN = select(table.c.pin).where(_OURS, table.c.id == bindparam("staff"))

NEW_PHONE: dict[str, Any] = {"pin": None, "pin_tries": 0, "seen_at": None}
"""A PIN belongs to the phone it was chosen on."""

SALT_BYTES = 16


def _key(index: bytes) -> tuple[str, bytes]:
    return ("staff", index)


def _staff(tx: Transaction, row: Any) -> Staff:
    said = json.loads(tx.keys.register.open(row.sealed, ABOUT))
    return Staff(
        row.id, said["name"], row.role, row.state, said["reference"], row.chat_index, row.seen_at, row.pin is not None
    )


def _remember(tx: Transaction, staff: Staff) -> Staff:
    if staff.chat_index is not None:
        tx.cache[_key(staff.chat_index)] = staff
    return staff


async def preload(tx: Transaction, found_in: Iterable[ChatId]) -> None:
    """Fetch every member of staff these chats belong to, in one question; the other chats are remembered too."""
    asked = {index for chat in found_in if _key(index := chats.index_of(tx.keys, chat)) not in tx.cache}
    if not asked:
        return
    tx.cache.update({_key(index): None for index in asked})
    for row in await tx.connection.execute(_BY_CHATS, {"authority": tx.authority, "chats": list(asked)}):
        _remember(tx, _staff(tx, row))


async def by_chat(tx: Transaction, chat: ChatId) -> Staff | None:
    """Which member of staff has this chat; None for everybody else's."""
    key = _key(chats.index_of(tx.keys, chat))
    if key not in tx.cache:
        await preload(tx, (chat,))
    found: Staff | None = tx.cache[key]
    return found


async def by_id(tx: Transaction, staff: StaffId) -> Staff:
    """The member of staff with that number. Raises: NoSuchStaff."""
    row = (await tx.connection.execute(_BY_ID, {"authority": tx.authority, "staff": staff})).one_or_none()
    if row is None:
        raise NoSuchStaff(staff)
    return _staff(tx, row)


async def by_name_or_reference(tx: Transaction, named: str) -> Staff | None:
    """The member of staff with that name, else with that reference; spacing and capitals do not matter.

    Someone who has left is still found, unless a colleague has their reference now.
    """
    asked = {"authority": tx.authority, "index": _name_index(tx, named)}
    row = (await tx.connection.execute(_BY_NAME, asked)).one_or_none()
    if row is not None:
        return _staff(tx, row)
    wanted = _plain(named)
    query = select(*_COLUMNS).where(table.c.authority == tx.authority).order_by(table.c.state == "left", table.c.id)
    known = [_staff(tx, row) for row in await tx.connection.execute(query)]
    return next((one for one in known if one.reference and _plain(one.reference) == wanted), None)


async def everyone(tx: Transaction, role: Role | None = None) -> list[Staff]:
    """All who have not left, or those of one role, in the order they were added."""
    query = _EVERYONE if role is None else _EVERYONE.where(table.c.role == role)
    return [_staff(tx, row) for row in await tx.connection.execute(query, {"authority": tx.authority})]


async def chat_of(tx: Transaction, staff: StaffId) -> ChatId | None:
    """Where to write to them; None while they have not joined."""
    return chats.unseal(tx.keys, await tx.connection.scalar(_CHAT, {"authority": tx.authority, "staff": staff}))


async def add(tx: Transaction, name: str, role: Role, *, reference: str = "") -> Staff:
    """A new member of staff. Raises: NameTaken."""
    name = " ".join(name.split())
    row = insert(table).values(
        authority=tx.authority,
        name_index=_name_index(tx, name),
        sealed=tx.keys.register.seal(json.dumps({"name": name, "reference": reference.strip()}).encode(), ABOUT),
        role=role,
        state="listed",
    )
    try:
        async with tx.connection.begin_nested():
            return _staff(tx, (await tx.connection.execute(row.returning(*_COLUMNS))).one())
    except IntegrityError as error:
        raise NameTaken(name) from error


async def join(tx: Transaction, staff: StaffId, chat: ChatId) -> Staff:
    """Bind them to this chat and to no other. Raises: ChatTaken when it is somebody else's."""
    index = chats.index_of(tx.keys, chat)
    await chats.refuse_if_taken(tx, index, staff=staff)
    await _forget_chat(tx, staff)
    try:
        async with tx.connection.begin_nested():
            sealed = chats.seal(tx.keys, chat)
            return await _set(tx, staff, state="joined", chat_index=index, sealed_chat=sealed, **NEW_PHONE)
    except IntegrityError as error:
        raise chats.ChatTaken from error


async def log_out(tx: Transaction, staff: StaffId) -> Staff:
    """Let go of their chat; a new invite binds them again."""
    await _forget_chat(tx, staff)
    return await _set(tx, staff, state="listed", chat_index=None, sealed_chat=None, **NEW_PHONE)


async def leave(tx: Transaction, staff: StaffId) -> Staff:
    """They no longer work here: their chat opens nothing, their invites and what they showed of themselves are gone.

    Their name stays on past tasks.
    """
    await _forget_chat(tx, staff)
    theirs = (invite_table.c.authority == tx.authority) & (invite_table.c.staff == staff)
    await tx.connection.execute(
        delete(joining_table).where(joining_table.c.invite.in_(select(invite_table.c.id).where(theirs)))
    )
    await tx.connection.execute(delete(invite_table).where(theirs))
    shown = (profile_table.c.authority == tx.authority, profile_table.c.staff == staff)
    await tx.connection.execute(delete(profile_table).where(*shown))
    return await _set(tx, staff, state="left", chat_index=None, sealed_chat=None, **NEW_PHONE)


async def seen(tx: Transaction, staff: StaffId, *, now: datetime) -> Staff:
    """They are there: the eight hours begin anew, and no wrong PIN counts any more."""
    return await _set(tx, staff, seen_at=now, pin_tries=0)


async def forget_pin(tx: Transaction, staff: StaffId) -> Staff:
    """As on a new phone: no PIN, and nothing known of when they were there."""
    return await _set(tx, staff, **NEW_PHONE)


async def set_pin(tx: Transaction, staff: StaffId, digits: str) -> Staff:
    """From now on this is their PIN. It is kept as a slow hash, under a key that is not in the database."""
    salt = secrets.token_bytes(SALT_BYTES)
    return await _set(tx, staff, pin=salt + await _pin_index(tx, staff, digits, salt), pin_tries=0)


async def pin_is(tx: Transaction, staff: StaffId, digits: str) -> bool:
    """Whether that is their PIN."""
    kept: bytes | None = await tx.connection.scalar(_PIN, {"authority": tx.authority, "staff": staff})
    if kept is None:
        return False
    salt, index = kept[:SALT_BYTES], kept[SALT_BYTES:]
    return hmac.compare_digest(index, await _pin_index(tx, staff, digits, salt))


async def count_wrong_pin(tx: Transaction, staff: StaffId) -> int:
    """How many wrong PINs there were in a row, with this one."""
    change = update(table).where(table.c.authority == tx.authority, table.c.id == staff)
    counted = change.values(pin_tries=table.c.pin_tries + 1).returning(table.c.pin_tries)
    return int((await tx.connection.execute(counted)).scalar_one())


async def _pin_index(tx: Transaction, staff: StaffId, digits: str, salt: bytes) -> bytes:
    # A few digits are soon guessed, so each guess must be slow, and impossible without the key. It is worked out
    # beside the loop, so that nobody's tap waits for it.
    slow = await asyncio.to_thread(hashlib.scrypt, digits.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return tx.keys.look_ups.of("pin", f"{staff}:{slow.hex()}")


async def _forget_chat(tx: Transaction, staff: StaffId) -> None:
    before = await by_id(tx, staff)
    if before.chat_index is not None:
        tx.cache[_key(before.chat_index)] = None


async def _set(tx: Transaction, staff: StaffId, **values: Any) -> Staff:
    change = update(table).where(table.c.authority == tx.authority, table.c.id == staff).values(**values)
    row = (await tx.connection.execute(change.returning(*_COLUMNS))).one_or_none()
    if row is None:
        raise NoSuchStaff(staff)
    return _remember(tx, _staff(tx, row))


def _plain(named: str) -> str:
    return " ".join(named.split()).casefold()


def _name_index(tx: Transaction, name: str) -> bytes:
    return tx.keys.look_ups.of("staff", _plain(name))
