"""What becomes of cards in staff chats: details fade after five minutes, and no card lies there for two days.

Of young people's cards no time is kept anywhere; the rows here name a member of staff and nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engagement.authority import Settings
from storage import cards, chats, due, staff, trail
from storage.cards import Card
from storage.due import Due
from storage.ids import ChatId, StaffId
from storage.store import Transaction

FADE, OLD_CARD, OLD_ENVELOPE = "staff_fade", "staff_card_old", "staff_envelope_old"

FADES_AFTER: Final = timedelta(minutes=5)
OLD_AFTER: Final = timedelta(hours=40)
"""Telegram lets us delete for 48 hours: the rest is for a bot that was away."""


@dataclass(frozen=True, slots=True)
class Faded:
    """This card has shown details for long enough; it is to be shown without them."""

    member: StaffId
    chat: ChatId
    version: str


async def fades(tx: Transaction, member: StaffId, card: Card, *, now: datetime) -> None:
    """See to it that what the card shows now is gone in five minutes, unless it shows something else by then."""
    key = f"{member}:{card.version}"
    if not await due.add(tx, FADE, key, now + FADES_AFTER):
        await due.move(tx, FADE, key, now + FADES_AFTER)


async def grows_old(tx: Transaction, member: StaffId, *, sent_at: datetime) -> None:
    """See to it that the card this member of staff has now, sent at that moment, is removed in time."""
    await due.cancel(tx, OLD_CARD, str(member))
    await due.add(tx, OLD_CARD, str(member), sent_at + OLD_AFTER)


async def envelope_grows_old(tx: Transaction, member: StaffId, message: int, *, sent_at: datetime) -> None:
    """See to it that this envelope is removed in time, opened or not."""
    await due.add(tx, OLD_ENVELOPE, f"{member}:{message}", sent_at + OLD_AFTER)


async def fade(tx: Transaction, _settings: Settings, row: Due, _now: datetime) -> Faded | None:
    """The card whose details are to go; None where it shows something else, or is nobody's any more."""
    of, _, version = row.key.partition(":")
    member = StaffId(int(of))
    chat, card = await _card_of(tx, member)
    return None if chat is None or card is None or card.version != version else Faded(member, chat, version)


async def remove_old_card(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """The card goes and nothing comes in its place: the next command brings a new one."""
    await remove_card(tx, StaffId(int(row.key)), now=now)


async def remove_card(tx: Transaction, member: StaffId, *, now: datetime) -> None:
    """Take this member of staff's card out of the chat."""
    chat, card = await _card_of(tx, member)
    if chat is None or card is None:
        return
    if card.message is not None:
        await trail.add(tx, chat, card.message, sent_at=now)
    await cards.drop(tx, card.chat_index)


async def remove_old_envelope(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """The envelope goes, unless it was opened and has become the card, which has a time of its own."""
    member, _, message = row.key.partition(":")
    chat, card = await _card_of(tx, StaffId(int(member)))
    if chat is not None and (card is None or card.message != int(message)):
        await trail.add(tx, chat, int(message), sent_at=now)


async def _card_of(tx: Transaction, member: StaffId) -> tuple[ChatId | None, Card | None]:
    chat = await staff.chat_of(tx, member)
    return chat, None if chat is None else await cards.of(tx, chats.index_of(tx.keys, chat))
