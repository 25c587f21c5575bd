"""The methods that edit and delete, with Telegram's rules of what may still be changed."""

from dataclasses import replace
from typing import Any

from bot.sandbox.describe import message_json
from bot.sandbox.keyboards import Keyboard, inline_keyboard
from bot.sandbox.model import Bot, Chat, Json, Message, MessageId
from bot.sandbox.params import Params
from bot.sandbox.refusals import NOT_MODIFIED, bad_request, forbidden
from bot.sandbox.sending import media, target, written
from bot.sandbox.telegram import Telegram

DELETABLE = 48 * 3600.0


def _editable(telegram: Telegram, bot: Bot, params: Params) -> tuple[Chat, Message]:
    if params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = target(telegram, bot, params)
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender != bot.id or message.other_markup is not None:
        raise bad_request("message can't be edited")
    return chat, message


def _message_id(params: Params) -> MessageId:
    number = params.number("message_id", 0, -1, 2**53)
    if number == 0:
        raise bad_request("message identifier is not specified")
    return MessageId(number)


def _keyboard(params: Params) -> Keyboard | None:
    markup = params.markup()
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return inline_keyboard(markup)


def _keep(telegram: Telegram, bot: Bot, chat: Chat, old: Message, new: Message) -> Json:
    same = (old.kind, old.text, old.entities, old.keyboard, old.file and old.file.id, old.covered)
    if same == (new.kind, new.text, new.entities, new.keyboard, new.file and new.file.id, new.covered):
        raise bad_request(NOT_MODIFIED)
    new = replace(new, edited_at=telegram.clock.time())
    return message_json(bot, chat, telegram.rewrite(chat, new))


def edit_message_text(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """New words, and a new keyboard or none."""
    parsed = written(params, "text")
    keyboard = _keyboard(params)
    chat, old = _editable(telegram, bot, params)
    if old.kind != "text":
        raise bad_request("there is no text in the message to edit")
    new = replace(old, text=parsed.text, entities=parsed.entities, keyboard=keyboard)
    return _keep(telegram, bot, chat, old, new)


def edit_message_caption(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """A new caption, and a new keyboard or none."""
    parsed = written(params, "caption")
    keyboard = _keyboard(params)
    chat, old = _editable(telegram, bot, params)
    if old.kind == "text":
        raise bad_request("there is no caption in the message to edit")
    new = replace(old, text=parsed.text, entities=parsed.entities, keyboard=keyboard)
    return _keep(telegram, bot, chat, old, new)


def edit_message_media(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Another picture or file; a text can become one, never the other way."""
    item = params.json("media", "can't parse input media JSON object")
    keyboard = _keyboard(params)
    chat, old = _editable(telegram, bot, params)
    kind, file, caption, covered = media(telegram, params, item)
    new = replace(
        old, kind=kind, file=file, text=caption.text, entities=caption.entities, covered=covered, keyboard=keyboard
    )
    return _keep(telegram, bot, chat, old, new)


def edit_message_reply_markup(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Another keyboard, or none."""
    keyboard = _keyboard(params)
    chat, old = _editable(telegram, bot, params)
    return _keep(telegram, bot, chat, old, replace(old, keyboard=keyboard))


def delete_message(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Takes one message away for both sides, within 48 h of when it was sent."""
    chat = target(telegram, bot, params, writing=False)
    message = chat.messages.get(_message_id(params))
    if message is None:
        raise bad_request("message to delete not found")
    _check_deletable(telegram, bot, chat, message)
    telegram.remove(chat, [message.id])
    return True


def delete_messages(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Takes up to 100 away, skipping what is gone; one that is too old refuses the whole call."""
    chat = target(telegram, bot, params, writing=False)
    if not params.text("message_ids"):
        raise bad_request("message identifiers are not specified")
    numbers = params.json("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(numbers, list):
        raise bad_request("expected an Array of message identifiers")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    if not numbers:
        raise bad_request("message identifiers are not specified")
    if not all(isinstance(number, int) for number in numbers):
        raise bad_request("message identifier must be a Number")
    found = [chat.messages[number] for number in numbers if number in chat.messages]
    for message in found:
        _check_deletable(telegram, bot, chat, message)
    telegram.remove(chat, [message.id for message in found])
    return True


def _check_deletable(telegram: Telegram, bot: Bot, chat: Chat, message: Message) -> None:
    if not chat.is_private and message.sender != bot.id:
        raise bad_request("message can't be deleted")
    if telegram.clock.time() - message.sent_at > DELETABLE:
        raise bad_request("message can't be deleted for everyone")


def leave_chat(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Leaves a group; a private chat cannot be left."""
    chat = target(telegram, bot, params, writing=False)
    if chat.is_private:
        raise forbidden("bot can't leave a private chat")
    chat.present = False
    telegram.changes.notify()
    return True
