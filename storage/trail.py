"""Messages still to be cleared from a chat: sealed chat and message id, the hour it becomes too late, and no more."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select

from storage.errors import Unreadable
from storage.ids import ChatId
from storage.store import Transaction
from storage.tables import Moment
from storage.tables import cleanup as table

DELETABLE = timedelta(hours=47)
"""Telegram deletes for both sides within 48 hours of sending; an hour is kept for clocks that differ."""

KEPT = timedelta(days=28)

ABOUT = b"trail"


_MOMENT = bindparam("moment", type_=Moment())
_OURS = table.c.authority == bindparam("of")
_LATE = select(table).where(_OURS, table.c.expires_at <= _MOMENT)
_LIVE = select(table).where(_OURS, table.c.expires_at > _MOMENT).order_by(table.c.key).limit(bindparam("most"))


@dataclass(frozen=True, slots=True)
class Mess:
    """One message to remove. `key` names the row to drop once it is gone."""

    key: bytes
    chat: ChatId
    message: int
    expires_at: datetime


async def add(tx: Transaction, chat: ChatId, message: int, *, sent_at: datetime) -> Mess:
    """Remember to delete this message, until Telegram no longer lets us."""
    expires_at = (sent_at + DELETABLE).replace(minute=0, second=0, microsecond=0)
    mess = Mess(secrets.token_bytes(16), chat, message, expires_at)
    sealed = tx.keys.register.seal(json.dumps([chat, message]).encode(), ABOUT)
    await tx.connection.execute(
        insert(table).values(key=mess.key, authority=tx.authority, sealed=sealed, expires_at=expires_at)
    )
    return mess


async def gone(tx: Transaction, keys: Iterable[bytes]) -> None:
    """Drop the rows of messages that are no longer in their chats."""
    if wanted := list(keys):
        await tx.connection.execute(delete(table).where(table.c.key.in_(wanted)))


async def waiting(tx: Transaction, *, now: datetime, limit: int = 100) -> tuple[Mess, ...]:
    """Messages to try to delete (again) while Telegram lets us, in no order that tells anything."""
    return await _read(tx, _LIVE, {"of": tx.authority, "moment": now, "most": limit})


async def prune(tx: Transaction, *, now: datetime) -> None:
    """Drop the rows of messages that have long been too old: whoever was to be told has been, or will not come."""
    await tx.connection.execute(delete(table).where(table.c.authority == tx.authority, table.c.expires_at < now - KEPT))


async def left_over(tx: Transaction, chat: ChatId, *, now: datetime) -> int:
    """How many messages of this chat are too old for Telegram to delete; their rows are dropped as they are counted."""
    late = [mess for mess in await _read(tx, _LATE, {"of": tx.authority, "moment": now}) if mess.chat == chat]
    await gone(tx, [mess.key for mess in late])
    return len(late)


async def _read(tx: Transaction, query: Select[Any], asked: Mapping[str, Any]) -> tuple[Mess, ...]:
    found = []
    for row in await tx.connection.execute(query, asked):
        try:
            chat, message = json.loads(tx.keys.register.open(row.sealed, ABOUT))
        except Unreadable:
            continue
        found.append(Mess(row.key, ChatId(chat), message, row.expires_at))
    return tuple(found)
