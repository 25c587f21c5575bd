"""The methods about the bot itself and about taps and files: small reads and writes."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.files import Files
from bot.sandbox.model import Answer, Bot, Json
from bot.sandbox.params import Params
from bot.sandbox.refusals import QUERY_TOO_OLD, bad_request
from bot.sandbox.sending import target
from bot.sandbox.telegram import Telegram

ALERT_LETTERS = 200
COMMAND_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789_")
SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_member"}
TEXT_LIMITS = {"name": 64, "short_description": 120, "description": 512}
MENU_BUTTONS = {"commands", "web_app", "default"}
MOST_DOWNLOAD = 20 * 1024 * 1024


def get_me(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """The bot itself."""
    return {
        **bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def answer_callback_query(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Answers a tap, once, while it lives."""
    tap = bot.taps.get(params.text("callback_query_id"))
    if tap is None:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if len(text) > ALERT_LETTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    telegram.answer(bot, tap, Answer(text, params.flag("show_alert"), params.text("url")))
    return True


def _scope(params: Params) -> str:
    scope = params.json("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    if kind in ("chat", "chat_member"):
        if not scope.get("chat_id"):
            raise bad_request("can't parse BotCommandScope: Empty chat_id specified")
        return f"{kind}:{scope['chat_id']}"
    return str(kind)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    return language


def set_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """The command list of one scope and language."""
    listed = params.json("commands", "can't parse commands JSON object")
    if not isinstance(listed, list):
        raise bad_request("expected an Array of BotCommand")
    if len(listed) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept: list[Json] = []
    for item in listed:
        if not isinstance(item, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        name, words = str(item.get("command", "")).lstrip("/"), str(item.get("description", ""))
        if not 1 <= len(name) <= 32 or not set(name) <= COMMAND_LETTERS:
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(words) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        kept.append({"command": name, "description": words})
    bot.commands[_scope(params), _language(params)] = kept
    telegram.changes.notify()
    return True


def get_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """The command list of one scope and language; empty where none was set."""
    return bot.commands.get((_scope(params), _language(params)), [])


def delete_my_commands(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Forgets one command list."""
    bot.commands.pop((_scope(params), _language(params)), None)
    return True


def set_text(field: str) -> Callable[[Telegram, Bot, Params], Any]:
    """The method that sets the name or a description, in one language."""

    def method(telegram: Telegram, bot: Bot, params: Params) -> Any:
        words = params.text(field)
        if len(words) > TEXT_LIMITS[field]:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        bot.texts[field, _language(params)] = words
        if field == "name" and words and not _language(params):
            bot.name = words
            bot.known_as.clear()
        telegram.changes.notify()
        return True

    return method


def get_text(field: str) -> Callable[[Telegram, Bot, Params], Any]:
    """The method that reads the name or a description; another language falls back to the default."""

    def method(telegram: Telegram, bot: Bot, params: Params) -> Any:
        own = bot.texts.get((field, _language(params)))
        words = own or bot.texts.get((field, ""), bot.name if field == "name" else "")
        return {field: words}

    return method


def set_chat_menu_button(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """The button beside the typing box, for everyone or in one chat."""
    button = params.json("menu_button", "can't parse menu button JSON object") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in MENU_BUTTONS:
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    holder = target(telegram, bot, params) if params.text("chat_id") else bot
    holder.menu_button = button
    return True


def get_chat_menu_button(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """The button beside the typing box."""
    return (target(telegram, bot, params) if params.text("chat_id") else bot).menu_button


def get_file(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Where a file can be fetched."""
    wanted = params.text("file_id")
    if not wanted:
        raise bad_request("file_id not specified")
    file = telegram.files.by_id.get(wanted)
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.body) > MOST_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file.json(), "file_path": Files.path(file)}
