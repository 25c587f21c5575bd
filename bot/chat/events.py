"""What can happen in a chat, read once from Telegram's update. Everything in it is typed by strangers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update

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
    """A photo, a voice message, a sticker, or something else that is not words; its caption, if it has one."""

    update: int
    chat: ChatId
    message: int
    kind: str
    text: str
    sent_at: datetime


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

    Raises: whatever python-telegram-bot raises on an update it cannot build.
    """
    update = Update.de_json(_without_old_keyboard(raw))
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    if update.message is not None:
        return _message(update.update_id, update.message)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return None


def _without_old_keyboard(raw: dict[str, Any]) -> dict[str, Any]:
    """The update without the text and buttons of the card a tap was on: we know them, and building them costs most."""
    tap = raw.get("callback_query")
    if not isinstance(tap, dict) or not isinstance(message := tap.get("message"), dict):
        return raw
    bare = {name: message[name] for name in ("message_id", "date", "chat") if name in message}
    return {**raw, "callback_query": {**tap, "message": bare}}


def _tap(update: int, query: CallbackQuery) -> Tap | Elsewhere | None:
    message = query.message
    if message is None:
        return None
    if message.chat.type != "private":
        return Elsewhere(update, ChatId(message.chat.id))
    version, _, rest = (query.data or "").partition(":")
    action, _, arg = rest.partition(":")
    sent_at = message.date if message.is_accessible else None
    return Tap(update, ChatId(message.chat.id), message.message_id, query.id, version, action, arg, sent_at)


def _message(update: int, message: Message) -> Event:
    chat = ChatId(message.chat.id)
    if message.chat.type != "private":
        return Elsewhere(update, chat)
    text = message.text
    if text is None:
        kind = next((kind for kind in KINDS if getattr(message, kind, None)), "other")
        return Thing(update, chat, message.message_id, kind, message.caption or "", message.date)
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
