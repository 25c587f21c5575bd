"""What can happen in a chat, read once from Telegram's update. Everything in it is typed by strangers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from telegram import ChatMemberUpdated, Message, Update

from storage.ids import ChatId

KINDS: Final = ("photo", "voice", "video", "video_note", "sticker", "document", "animation", "audio", "location")
"""What someone may send instead of words, in the order a message is asked for them."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button. `sent_at` is when its message was sent; None when Telegram will not say, which means long ago."""

    update: int
    chat: ChatId
    message: int
    query: str
    version: str
    action: str
    arg: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Words:
    """Typed text. `forwarded` when somebody else wrote it first."""

    update: int
    chat: ChatId
    message: int
    text: str
    sent_at: datetime
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """`/name payload`, with any @botname taken off."""

    update: int
    chat: ChatId
    message: int
    name: str
    payload: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Thing:
    """A photo, a voice message, a sticker, or something else that is not words; its caption, if it has one.

    `photo` is what Telegram calls a photo, in its largest size.
    """

    update: int
    chat: ChatId
    message: int
    kind: str
    text: str
    sent_at: datetime
    photo: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """The person blocked the bot, or let it back in."""

    update: int
    chat: ChatId
    blocked: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A group or channel: nothing is said there, and the bot leaves."""

    update: int
    chat: ChatId


@dataclass(frozen=True, slots=True)
class Opening:
    """Not an update: we start a message to someone who chose to get messages whole."""

    update: int
    chat: ChatId


Event = Tap | Words | Command | Thing | Membership | Elsewhere | Opening


def read(raw: dict[str, Any]) -> Event | None:
    """The event in a raw update; None for one that is nothing to us.

    A tap is read from the JSON as it is: building its objects, with the card it was on, costs more than keeping the
    answer. Everything else is built by python-telegram-bot.
    Raises: whatever goes wrong on an update that is not as it should be.
    """
    if "callback_query" in raw:
        return _tap(raw["update_id"], raw["callback_query"])
    update = Update.de_json(raw)
    if update.message is not None:
        return _message(update.update_id, update.message)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _tap(update: int, query: dict[str, Any]) -> Tap | Elsewhere | None:
    message = query.get("message")
    if message is None:
        return None
    chat = ChatId(int(message["chat"]["id"]))
    if message["chat"]["type"] != "private":
        return Elsewhere(update, chat)
    version, _, rest = str(query.get("data", "")).partition(":")
    action, _, arg = rest.partition(":")
    # Telegram gives the date 0 for a message it will not show us any more.
    sent_at = datetime.fromtimestamp(message["date"], UTC) if message["date"] else None
    return Tap(update, chat, int(message["message_id"]), str(query["id"]), version, action, arg, sent_at)


def _message(update: int, message: Message) -> Event:
    chat = ChatId(message.chat.id)
    if message.chat.type != "private":
        return Elsewhere(update, chat)
    text = message.text
    if text is None:
        kind = next((kind for kind in KINDS if getattr(message, kind, None)), "other")
        photo = message.photo[-1].file_id if message.photo else None
        return Thing(update, chat, message.message_id, kind, message.caption or "", message.date, photo)
    forwarded = message.forward_origin is not None
    if text.startswith("/") and len(text) > 1 and text[1].isascii() and text[1].isalpha() and not forwarded:
        name, _, payload = text[1:].partition(" ")
        return Command(update, chat, message.message_id, name.partition("@")[0].lower(), payload.strip(), message.date)
    return Words(update, chat, message.message_id, text, message.date, forwarded)


def _membership(update: int, change: ChatMemberUpdated) -> Membership | Elsewhere | None:
    chat = ChatId(change.chat.id)
    status = change.new_chat_member.status
    if change.chat.type != "private":
        return None if status in {"left", "kicked"} else Elsewhere(update, chat)
    return Membership(update, chat, status == "kicked")
