"""Each chat's one card: which message it is, what it shows, and the version its buttons must carry."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storage.store import Transaction
from storage.tables import card as table


@dataclass(frozen=True, slots=True)
class Card:
    """What one chat is looking at.

    `showing` names the screen and what it needs to be drawn again; it never holds an answer. `message` is None
    between the decision to send a card and Telegram's reply.
    """

    chat_index: bytes
    version: str
    showing: Mapping[str, Any] = field(default_factory=dict)
    message: int | None = None


_BY_CHAT = select(table).where(table.c.chat_index.in_(bindparam("chats", expanding=True)))
_UPDATE = (
    update(table)
    .where(table.c.chat_index == bindparam("b_chat"))
    .values({name: bindparam(f"b_{name}") for name in ("message", "version", "showing")})
)


def new_version() -> str:
    """Eight characters nobody can guess; random rather than counted, so that it tells nothing about how many taps."""
    return secrets.token_urlsafe(6)


async def preload(tx: Transaction, chats: Iterable[bytes]) -> None:
    """Read the cards of all these chats at once."""
    wanted = [chat for chat in chats if ("card", chat) not in tx.cache]
    if not wanted:
        return
    tx.cache.update({("card", chat): None for chat in wanted})
    for row in await tx.connection.execute(_BY_CHAT, {"chats": wanted}):
        tx.cache["card", row.chat_index] = Card(row.chat_index, row.version, json.loads(row.showing), row.message)


async def of(tx: Transaction, chat: bytes) -> Card | None:
    """The chat's card; None when it has never had one."""
    await preload(tx, [chat])
    card: Card | None = tx.cache["card", chat]
    return card


async def keep(tx: Transaction, card: Card) -> None:
    """Remember what the chat shows from now on; written with the rest of the batch."""
    new: set[bytes] = tx.cache.setdefault("cards to insert", set())
    if await of(tx, card.chat_index) is None:
        new.add(card.chat_index)
    tx.cache["card", card.chat_index] = card
    tx.cache.setdefault("cards to write", set()).add(card.chat_index)
    tx.before_commit["cards"] = lambda: _write(tx)


async def learn_message(tx: Transaction, chat: bytes, version: str, message: int) -> None:
    """Note which message Telegram made of a card, unless the card has moved on since."""
    card = await of(tx, chat)
    if card is not None and card.version == version and card.message != message:
        await keep(tx, replace(card, message=message))


async def drop(tx: Transaction, chat: bytes) -> None:
    """Forget that this chat ever had a card."""
    for name in ("cards to write", "cards to insert"):
        tx.cache.get(name, set()).discard(chat)
    tx.cache["card", chat] = None
    await tx.connection.execute(delete(table).where(table.c.chat_index == chat))


async def _write(tx: Transaction) -> None:
    written, added = tx.cache.pop("cards to write", set()), tx.cache.pop("cards to insert", set())
    rows = [tx.cache["card", chat] for chat in written]
    if made := [card for card in rows if card.chat_index in added]:
        await tx.connection.execute(
            insert(table),
            [{"chat_index": card.chat_index, "authority": tx.authority, **_values(card)} for card in made],
        )
    if changed := [card for card in rows if card.chat_index not in added]:
        await tx.connection.execute(
            _UPDATE,
            [
                {"b_chat": card.chat_index, **{f"b_{name}": value for name, value in _values(card).items()}}
                for card in changed
            ],
        )


def _values(card: Card) -> dict[str, Any]:
    return {
        "message": card.message,
        "version": card.version,
        "showing": json.dumps(card.showing, separators=(",", ":")),
    }
