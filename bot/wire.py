"""Telegram, as narrow as we use it: raw updates in, plain cards out.

The few calls that go with every answer carry plain JSON through python-telegram-bot's request and its errors: building
and parsing objects for each edit costs more than the whole answer. Everything rarer uses its `Bot` as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast

from telegram import InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import Defaults, ExtBot
from telegram.request import BaseRequest, RequestData

from bot.transport import PlainData, Transport

WANTED: Final = ("message", "callback_query", "my_chat_member")
"""Sent with every poll: Telegram remembers the list, and an empty one means nearly everything."""

# Without it the library warns of its own next version each time Telegram asks us to wait.
os.environ.setdefault("PTB_TIMEDELTA", "true")

NO_PREVIEW: Final = {"is_disabled": True}

Keyboard = Sequence[Sequence[dict[str, Any]]]


class Wire(ExtBot[None]):
    """One bot on one network. Raises python-telegram-bot's errors; see `unreachable`, `stale` and `seconds`."""

    @property
    def requests(self) -> tuple[BaseRequest, ...]:
        """The connections underneath, to be opened and closed. `initialize` would also ask Telegram who we are."""
        return (self.request, self._request[0])

    async def take(self, *, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        """Updates as Telegram sent them. Asking with an offset confirms every update below it."""
        asked: dict[str, Any] = {"timeout": seconds, "allowed_updates": list(WANTED), "limit": 100}
        if offset is not None:
            asked["offset"] = offset
        taken: list[dict[str, Any]] = await self._call("getUpdates", asked, read_timeout=seconds + 15)
        return taken

    async def _call(self, method: str, data: dict[str, Any], *, read_timeout: float | None = None) -> Any:
        """What the method gives, as plain data. What is None is left out."""
        connection = self._request[0] if method == "getUpdates" else self.request
        given = {name: value for name, value in data.items() if value is not None}
        body = cast("RequestData", PlainData(json.dumps(given, separators=(",", ":")).encode()))
        timeout = BaseRequest.DEFAULT_NONE if read_timeout is None else read_timeout
        return await connection.post(f"{self.base_url}/{method}", body, read_timeout=timeout)

    async def put(self, chat: int, text: str, keyboard: Keyboard, *, protect: bool, silent: bool = False) -> int:
        """Send a new message; gives its id."""
        sent: dict[str, Any] = await self._call(
            "sendMessage",
            {
                "chat_id": chat,
                "text": text,
                "parse_mode": ParseMode.HTML,
                "link_preview_options": NO_PREVIEW,
                "protect_content": protect,
                "disable_notification": silent,
                "reply_markup": {"inline_keyboard": keyboard} if keyboard else None,
            },
        )
        return int(sent["message_id"])

    async def put_picture(
        self, chat: int, picture: InputFile | str, caption: str, keyboard: Keyboard, *, protect: bool
    ) -> str:
        """Send a picture silently, or once more one that Telegram has; gives the name Telegram knows it by."""
        sent = await self.send_photo(
            chat,
            picture,
            caption=caption,
            protect_content=protect,
            disable_notification=True,
            reply_markup=InlineKeyboardMarkup.de_json({"inline_keyboard": keyboard}, self) if keyboard else None,
        )
        return sent.photo[-1].file_id

    async def picture_comes(self, chat: int) -> None:
        """Let the chat say that a picture is on its way. It is only a courtesy: what goes wrong with it is nothing."""
        try:
            await self._call("sendChatAction", {"chat_id": chat, "action": ChatAction.UPLOAD_PHOTO})
        except TelegramError:
            return

    async def change(self, chat: int, message: int, text: str, keyboard: Keyboard) -> None:
        """Edit a message of ours in place; the same text and buttons again count as done."""
        try:
            await self._call(
                "editMessageText",
                {
                    "chat_id": chat,
                    "message_id": message,
                    "text": text,
                    "parse_mode": ParseMode.HTML,
                    "link_preview_options": NO_PREVIEW,
                    "reply_markup": {"inline_keyboard": keyboard},
                },
            )
        except BadRequest as error:
            if "not modified" not in str(error).lower():
                raise

    async def answer_tap(self, query: str, text: str | None = None, *, alert: bool = False) -> None:
        """Stop the button's spinner, with a short line if there is something to say."""
        data: dict[str, Any] = {"callback_query_id": query}
        if text:
            data |= {"text": text, "show_alert": alert}
        await self._call("answerCallbackQuery", data)

    async def remove(self, chat: int, message: int) -> None:
        """Delete a message for both sides; one that is gone already counts as done."""
        try:
            await self._call("deleteMessage", {"chat_id": chat, "message_id": message})
        except BadRequest as error:
            if "not found" not in str(error).lower():
                raise


def make_wire(token: str, api_url: str) -> Wire:
    """A bot with every default set once: a plain one would forget protection and previews."""
    return Wire(
        token=token,
        base_url=api_url,
        base_file_url=api_url.removesuffix("/bot") + "/file/bot",
        request=Transport(),
        get_updates_request=Transport(read_timeout=65),
        defaults=Defaults(
            parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True), protect_content=True
        ),
    )


UNREACHABLE = ("bot was blocked", "user is deactivated", "can't initiate conversation")
"""Only these words mean the person; any other 403 may be a proxy's."""

GONE = ("not found", "can't be edited", "there is no text in the message")


def unreachable(error: TelegramError) -> bool:
    """Whether this chat cannot be written to until the person does something."""
    return isinstance(error, Forbidden) and any(words in str(error).lower() for words in UNREACHABLE)


def stale(error: TelegramError) -> bool:
    """Whether the message can no longer be edited, so that a new one is needed."""
    return isinstance(error, BadRequest) and any(words in str(error).lower() for words in GONE)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    wait: int | timedelta = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
