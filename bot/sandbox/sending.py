"""The methods that send: text, pictures, files, albums and the typing sign."""

from typing import Any

from bot.sandbox.describe import message_json
from bot.sandbox.keyboards import inline_keyboard, other_markup
from bot.sandbox.markup import Parsed, parse_html, plain, tidy, units
from bot.sandbox.model import Bot, Chat, ChatId, File, Json, Message, MessageId, UserId
from bot.sandbox.params import Params
from bot.sandbox.refusals import bad_request, forbidden
from bot.sandbox.telegram import Telegram

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
RAW_BYTES = 32_768
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel",
}  # fmt: skip


def target(telegram: Telegram, bot: Bot, params: Params, *, writing: bool = True) -> Chat:
    """The chat a call means; raises what Telegram says of one the bot may not use."""
    named = params.text("chat_id").strip()
    if not named:
        raise bad_request("chat_id is empty")
    if not named.lstrip("-").isdigit():
        raise bad_request("chat not found")
    number = int(named)
    chat = bot.chats.get(ChatId(number))
    if number < 0:
        if chat is None:
            raise bad_request("chat not found")
        if not chat.present:
            raise forbidden("bot is not a member of the supergroup chat")
        return chat
    user = telegram.users.get(UserId(number))
    if user is None:
        raise bad_request("chat not found")
    if user.deactivated:
        raise forbidden("user is deactivated")
    if chat is None or not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.blocked and writing:
        raise forbidden("bot was blocked by the user")
    return chat


def written(params: Params, name: str, values: Json | None = None) -> Parsed:
    """A text or caption, parsed and measured; `values` are an InputMedia's own fields."""
    given = params if values is None else Params(values)
    source = given.text(name)
    is_text = name == "text"
    if not source:
        if is_text:
            raise bad_request("message text is empty")
        return Parsed("", ())
    if len(source.encode()) > RAW_BYTES:
        raise bad_request("text is too long")
    mode = given.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")
    parsed = parse_html(source) if mode else plain(source)
    listed = None if mode else given.json("entities" if is_text else "caption_entities", "can't parse entities")
    if listed:
        if not isinstance(listed, list) or not all(
            isinstance(e, dict) and {"offset", "length"} <= e.keys() for e in listed
        ):
            raise bad_request("can't parse entities: expected an Array of MessageEntity")
        parsed = tidy(source, [dict(entity) for entity in listed])
    if is_text and not parsed.text.strip():
        raise bad_request("message text is empty")
    if units(parsed.text) > (TEXT_UNITS if is_text else CAPTION_UNITS):
        raise bad_request("message is too long" if is_text else "message caption is too long")
    return parsed


def _send(
    telegram: Telegram,
    bot: Bot,
    params: Params,
    chat: Chat,
    parsed: Parsed,
    *,
    kind: str = "text",
    file: File | None = None,
) -> Json:
    markup = params.markup()
    keyboard, other = inline_keyboard(markup), other_markup(markup)
    extra = _replied(bot, chat, params)
    telegram.rates.spend(bot.token, chat.id, telegram.clock.time())
    message = Message(
        telegram.next_message(),
        chat.id,
        bot.id,
        telegram.clock.time(),
        kind,
        parsed.text,
        parsed.entities,
        file,
        keyboard,
        other,
        protected=params.flag("protect_content"),
        silent=params.flag("disable_notification"),
        covered=params.flag("has_spoiler"),
        extra=extra,
    )
    return message_json(bot, chat, telegram.show(chat, message))


def _replied(bot: Bot, chat: Chat, params: Params) -> Json:
    wanted = params.json("reply_parameters", "can't parse reply parameters JSON object") or {}
    number = wanted.get("message_id") or params.number("reply_to_message_id", 0, 0, 2**53)
    if not number:
        return {}
    message = chat.messages.get(MessageId(number))
    if message:
        shown = message_json(bot, chat, message)
        shown.pop("reply_to_message", None)
        return {"reply_to_message": shown}
    if wanted.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def send_message(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Sends a text."""
    chat = target(telegram, bot, params)
    return _send(telegram, bot, params, chat, written(params, "text"))


def send_photo(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Sends one picture."""
    chat = target(telegram, bot, params)
    caption = written(params, "caption")
    file = telegram.files.wanted(params, "photo", is_photo=True)
    return _send(telegram, bot, params, chat, caption, kind="photo", file=file)


def send_document(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Sends one file."""
    chat = target(telegram, bot, params)
    caption = written(params, "caption")
    file = telegram.files.wanted(params, "document")
    return _send(telegram, bot, params, chat, caption, kind="document", file=file)


def send_media_group(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Sends an album of 2 to 10, which never has a keyboard."""
    chat = target(telegram, bot, params)
    items = params.json("media", "can't parse media JSON object")
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    if not 2 <= len(items) <= 10:
        raise bad_request("there must be from 2 to 10 messages to send as an album")
    ready = [media(telegram, params, item) for item in items]
    telegram.rates.spend(bot.token, chat.id, telegram.clock.time(), messages=len(ready))
    album = str(telegram.chance.getrandbits(50))
    sent = []
    for kind, file, caption, covered in ready:
        message = Message(
            telegram.next_message(), chat.id, bot.id, telegram.clock.time(), kind, caption.text, caption.entities, file,
            protected=params.flag("protect_content"), silent=params.flag("disable_notification"), covered=covered,
            extra={"media_group_id": album},
        )  # fmt: skip
        sent.append(message_json(bot, chat, telegram.show(chat, message)))
    return sent


def media(telegram: Telegram, params: Params, item: object) -> tuple[str, File, Parsed, bool]:
    """One InputMedia: its kind, file, caption and whether it is covered."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type must be photo or document")
    caption = written(params, "caption", item)
    file = telegram.files.wanted(params, kind, is_photo=kind == "photo", value=str(item.get("media", "")))
    return kind, file, caption, bool(item.get("has_spoiler"))


def send_chat_action(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Shows "typing" and the like."""
    chat = target(telegram, bot, params)
    action = params.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.actions.append(action)
    for device in chat.devices:
        device.act(action, telegram.clock.time())
    return True
