"""A lean Bot API for the bench: it obeys at once, keeps what each chat shows, and times nothing itself.

It is not the sandbox: of Telegram's refusals it knows only those a bot meets on its fast path (an edit that
changes nothing, a message it never sent, a second poller).
"""

import asyncio
import html
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import wire

BOT = '{"id":4242,"is_bot":true,"first_name":"Bench","username":"bench_bot"}'
ME = BOT[:-1] + ',"can_join_groups":false,"can_read_all_group_messages":false,"supports_inline_queries":false}'
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CONFLICT = "terminated by other getUpdates request; make sure that only one bot instance is running"
WAKE_AFTER = 0.001  # Telegram's own server also waits this long for company before it ends a long poll
LONGEST_POLL = 50.0
GETS = {
    "getmycommands": "[]",
    "getmyname": '{"name":""}',
    "getmydescription": '{"description":""}',
    "getmyshortdescription": '{"short_description":""}',
    "getchatmenubutton": '{"type":"commands"}',
    "getwebhookinfo": '{"url":"","has_custom_certificate":false,"pending_update_count":0}',
    "getme": ME,
}


@dataclass(slots=True)
class Message:
    """What one message in one chat shows now; `markup` is the bot's own JSON, empty without a keyboard."""

    chat: int
    id: int
    text: str
    markup: str

    def as_json(self, edited: bool = False) -> str:
        now = int(time.time())
        return (
            f'{{"message_id":{self.id},"from":{BOT},"chat":{_chat(self.chat)},"date":{now}'
            + (f',"edit_date":{now}' if edited else "")
            + f',"text":{json.dumps(self.text)}'
            + (f',"reply_markup":{self.markup}}}' if self.markup else "}")
        )


class BotApi:
    """One bot's server. `shown` hears of every message sent or changed, at the moment it reaches the server."""

    def __init__(self, shown: Callable[[Message], None], rtt: float) -> None:
        self.shown = shown
        self.rtt = rtt
        self.calls: Counter[str] = Counter()
        self.polled = asyncio.Event()
        self.messages: dict[tuple[int, int], Message] = {}
        self.updates: list[tuple[int, str]] = []
        self.last_update = 700_000_000
        self.last_message = 1_000
        self.poll: wire.Connection | None = None
        self.limit = 100
        self.timer: asyncio.TimerHandle | None = None
        self.waking = False
        self.previous = (-1, 0.0)  # offset and time of the last poll

    async def listen(self) -> tuple[asyncio.Server, int]:
        """The server and its port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: wire.Connection(self.on_request, self.rtt), "127.0.0.1", 0)
        return server, server.sockets[0].getsockname()[1]

    # From phones

    def say(self, chat: int, text: str) -> None:
        """A person types."""
        self.last_message += 1
        command = f',"entities":[{{"type":"bot_command","offset":0,"length":{len(text)}}}]'
        self._push(
            f'"message":{{"message_id":{self.last_message},"from":{_user(chat)},"chat":{_chat(chat)},'
            f'"date":{int(time.time())},"text":{json.dumps(text)}{command if text[0] == "/" else ""}}}'
        )

    def tap(self, message: Message, data: str) -> None:
        """A person presses a button."""
        self._push(
            f'"callback_query":{{"id":"{self.last_update + 1}","from":{_user(message.chat)},'
            f'"message":{message.as_json()},"chat_instance":"{message.chat}","data":{json.dumps(data)}}}'
        )

    def _push(self, content: str) -> None:
        self.last_update += 1
        self.updates.append((self.last_update, f'{{"update_id":{self.last_update},{content}}}'))
        if self.poll is not None and not self.waking:
            self.waking = True
            asyncio.get_running_loop().call_later(WAKE_AFTER, self._deliver)

    # From the bot

    def on_request(self, connection: wire.Connection, method: str, body: bytes) -> None:
        self.calls[method] += 1
        if method == "getupdates":
            self._get_updates(connection, wire.fields(body))
        elif method in ("editmessagetext", "editmessagereplymarkup"):
            self._edit(connection, wire.fields(body))
        elif method == "sendmessage":
            self._send(connection, wire.fields(body))
        else:
            connection.reply(f'{{"ok":true,"result":{GETS.get(method, "true")}}}')

    def _send(self, connection: wire.Connection, asked: dict[str, str]) -> None:
        self.last_message += 1
        message = Message(int(asked["chat_id"]), self.last_message, _plain(asked), asked.get("reply_markup", ""))
        self.messages[message.chat, message.id] = message
        connection.reply(f'{{"ok":true,"result":{message.as_json()}}}')
        self.shown(message)

    def _edit(self, connection: wire.Connection, asked: dict[str, str]) -> None:
        message = self.messages.get((int(asked["chat_id"]), int(asked["message_id"])))
        if message is None:
            return _refuse(connection, "message to edit not found")
        text = _plain(asked) if "text" in asked else message.text
        markup = asked.get("reply_markup", "")
        if (text, markup) == (message.text, message.markup):
            return _refuse(connection, NOT_MODIFIED)
        message.text, message.markup = text, markup
        connection.reply(f'{{"ok":true,"result":{message.as_json(edited=True)}}}')
        self.shown(message)

    def _get_updates(self, connection: wire.Connection, asked: dict[str, str]) -> None:
        if self.poll is not None and self.poll is not connection and self.poll.transport is not None:
            self._end_poll().reply(f'{{"ok":false,"error_code":409,"description":"Conflict: {CONFLICT}"}}', 409)
        offset = int(asked.get("offset", 0))
        now = time.monotonic()
        again = offset == self.previous[0] and now < self.previous[1] + 0.5  # as Telegram: then one at a time
        self.previous = (offset, now)
        self.limit = 1 if again else int(asked.get("limit", 100))
        self.updates = [update for update in self.updates if update[0] >= offset]
        self.poll = connection
        self.polled.set()
        if self.updates:
            self._deliver()
        else:
            wait = min(float(asked.get("timeout", 0)), LONGEST_POLL)
            self.timer = asyncio.get_running_loop().call_later(wait, self._deliver)

    def _deliver(self) -> None:
        self.waking = False
        if self.poll is not None:
            batch = ",".join(update for _, update in self.updates[: self.limit])
            self._end_poll().reply(f'{{"ok":true,"result":[{batch}]}}')

    def _end_poll(self) -> wire.Connection:
        assert self.poll is not None
        if self.timer is not None:
            self.timer.cancel()
        poll, self.poll, self.timer = self.poll, None, None
        return poll


def _refuse(connection: wire.Connection, reason: str) -> None:
    connection.reply(f'{{"ok":false,"error_code":400,"description":"Bad Request: {reason}"}}', 400)


def _plain(asked: dict[str, str]) -> str:
    """The text as a phone shows it, without the tags."""
    text = asked["text"]
    return html.unescape(re.sub(r"<[^>]+>", "", text)) if asked.get("parse_mode") == "HTML" else text


def _user(chat: int) -> str:
    return f'{{"id":{chat},"is_bot":false,"first_name":"Phone","language_code":"en"}}'


def _chat(chat: int) -> str:
    return f'{{"id":{chat},"first_name":"Phone","type":"private"}}'
