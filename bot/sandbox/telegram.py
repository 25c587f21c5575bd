"""Everything the sandbox remembers, and what happens in it: messages, edits, deletions, taps."""

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any

from bot.sandbox import describe
from bot.sandbox.clock import Changes, Clock
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.markup import plain
from bot.sandbox.model import Answer, Bot, Call, Chat, ChatId, Json, Message, MessageId, Tap, User, UserId
from bot.sandbox.rates import Rates
from bot.sandbox.updates import UpdateQueue

TAP_LIVES = 15.0
QUIET_SECONDS = 0.03
PATIENCE_SECONDS = 120.0
"""Real seconds after which whatever is waited for is given up: for what never comes, not for what is slow."""
FIRST_USER = 7_000_000_000
FIRST_GROUP = -1_002_000_000_000


class Telegram:
    """One made-up Telegram. It only knows the moment from its clock and chance from its seed."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        rates: Rates | None = None,
        faults: Faults | None = None,
        record: bool = True,
    ) -> None:
        self.clock = clock or Clock()
        self.chance = random.Random(seed)  # noqa: S311 - ids of a made-up world, nothing secret
        self.rates = rates or Rates()
        self.faults = faults or Faults(seed)
        self.files = Files()
        self.record = record
        # Telegram slows down a repeated poll; on a stopped clock that poll would never end.
        self.slow_repeats = self.clock.running
        self.bots: dict[str, Bot] = {}
        self.users: dict[UserId, User] = {}
        self.calls: list[Call] = []
        self.offences: list[Call] = []
        self.changes = Changes()
        self.at_work: list[Callable[[], bool]] = []
        """Whoever is here asks whether a bot in this process is still about to do something."""
        self.under_way = 0
        self._calls = 0
        self._message = self.chance.randint(100, 900)
        self._groups = 0

    # Who is there

    def add_bot(self, token: str = "", *, username: str = "you_said_bot", name: str = "You said") -> Bot:
        """A new bot; without a token it gets one that looks real."""
        number = int(token.partition(":")[0]) if token else 8_100_000_001 + len(self.bots)
        token = token or f"{number}:AAF{self.chance.getrandbits(128):032x}"
        bot = Bot(token, number, username, name, UpdateQueue(self.clock, self.chance))
        self.bots[token] = bot
        return bot

    @property
    def bot(self) -> Bot:
        """The first bot; made when there is none."""
        return next(iter(self.bots.values()), None) or self.add_bot()

    def add_user(self, first_name: str, **more: Any) -> User:
        """A new person with an account; `last_name`, `username` and `language` may be given."""
        user = User(UserId(FIRST_USER + 17 * (len(self.users) + 1)), first_name, **more)
        self.users[user.id] = user
        return user

    def chat(self, bot: Bot, user: User) -> Chat:
        """The person's own chat with a bot, whether or not it was ever started."""
        chat = bot.chats.get(ChatId(user.id))
        if chat is None:
            chat = bot.chats[ChatId(user.id)] = Chat(ChatId(user.id), members={user.id: user})
        return chat

    def add_group(self, bot: Bot, title: str) -> Chat:
        """A group the bot is not in yet."""
        self._groups += 1
        chat = Chat(ChatId(FIRST_GROUP - self._groups), title, started=True, present=False)
        bot.chats[chat.id] = chat
        return chat

    # Messages

    def next_message(self) -> MessageId:
        """The next message id: one counter for all chats, with gaps."""
        self._message += self.chance.choice((1, 1, 1, 2, 3))
        return MessageId(self._message)

    def show(self, chat: Chat, message: Message) -> Message:
        """Put a message into a chat and onto its devices."""
        chat.messages[message.id] = message
        if message.other_markup is not None:
            chat.reply_keyboard = message.other_markup if "keyboard" in message.other_markup else None
        for device in chat.devices:
            device.show(message)
        self.changes.notify()
        return message

    def rewrite(self, chat: Chat, message: Message) -> Message:
        """Put an edited message in its old place."""
        chat.messages[message.id] = message
        for device in chat.devices:
            device.rewrite(message)
        self.changes.notify()
        return message

    def remove(self, chat: Chat, ids: Iterable[MessageId]) -> None:
        """Take messages away for everyone."""
        gone = [chat.messages.pop(message).id for message in list(ids) if message in chat.messages]
        for device in chat.devices:
            device.remove(gone)
        self.changes.notify()

    def say(self, bot: Bot, chat: Chat, user: User, text: str = "", **more: Any) -> Message:
        """A person's message arrives: it is shown, and the bot is told unless a group's privacy forbids it."""
        parsed = plain(text)
        message = Message(
            self.next_message(), chat.id, user.id, self.clock.time(), text=parsed.text, entities=parsed.entities, **more
        )
        chat.members.setdefault(user.id, user)
        if chat.is_private:
            chat.started = True
        self.show(chat, message)
        if chat.is_private or (chat.present and (message.text.startswith("/") or message.extra)):
            bot.queue.put("message", user.id, describe.message_json(bot, chat, message))
        return message

    def tell_membership(self, bot: Bot, chat: Chat, by: User, before: str, after: str) -> None:
        """Tell the bot that its own place in a chat changed."""
        news = describe.membership_json(bot, chat, by, before=before, after=after, at=self.clock.time())
        bot.queue.put("my_chat_member", by.id, news)

    def poison(self, bot: Bot, by: User) -> int:
        """An update no library can build: a message from somebody without a name. Gives back its id."""
        content = {
            "message_id": self.next_message(),
            "date": int(self.clock.time()),
            "from": {"id": by.id},
            "text": "?",
        }
        update = bot.queue.put("message", by.id, content)
        return update.id if update else 0

    # Taps

    def press(self, bot: Bot, chat: Chat, user: User, message: MessageId, data: str) -> Tap:
        """A press on an inline button; it lives until answered once, or 15 s."""
        tap = Tap(
            id=str(self.chance.getrandbits(62)),
            user=user,
            chat=chat.id,
            message=message,
            data=data,
            at=self.clock.time(),
            future=asyncio.get_running_loop().create_future(),
        )
        bot.taps[tap.id] = tap
        timer = self.clock.at(tap.at + TAP_LIVES, lambda: self.answer(bot, tap, Answer(late=True)))
        tap.future.add_done_callback(lambda _: timer.cancel())
        bot.queue.put("callback_query", user.id, describe.tap_json(bot, chat, tap))
        self.changes.notify()
        return tap

    def answer(self, bot: Bot, tap: Tap, answer: Answer) -> None:
        """The tap's one answer arrives on the phone."""
        bot.taps.pop(tap.id, None)
        if not tap.future.done():
            tap.future.set_result(answer)
        self.changes.notify()

    # What happened

    def begin_call(self, bot_token: str, method: str, params: Any) -> Call:
        """Note a request; it is kept unless recording is off."""
        self._calls += 1
        call = Call(self._calls, method, params, self.clock.time(), bot_token)
        if self.record:
            self.calls.append(call)
        return call

    @property
    def said(self) -> list[Call]:
        """The requests without the polling."""
        return [call for call in self.calls if call.method.lower() not in ("getupdates", "getme")]

    def busiest_second(self) -> int:
        """The most messages sent in any one second of the clock."""
        times = [call.at for call in self.calls if call.done and call.method.lower().startswith("send")]
        most = first = 0
        for last, moment in enumerate(times):
            while times[first] <= moment - 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def is_quiet(self) -> bool:
        """No update is waiting and no request is under way; a held poll does not count."""
        return not self.under_way and not any(bot.queue.ready for bot in self.bots.values())

    async def settled(self, *, quiet: float = QUIET_SECONDS, patience: float = PATIENCE_SECONDS) -> None:
        """Come back once everything was confirmed, nobody is at work, and nothing has moved for `quiet` real seconds.

        Raises: TimeoutError after `patience` real seconds.
        """
        async with asyncio.timeout(patience):
            while True:
                await self.changes.until(lambda: self.is_quiet)
                try:
                    async with asyncio.timeout(quiet):
                        await self.changes.next()
                except TimeoutError:
                    if self.is_quiet and not any(is_at_work() for is_at_work in self.at_work):
                        return

    def describe_message(self, bot: Bot, message: Message) -> Json:
        """A message as JSON, for a bot's eyes."""
        return describe.message_json(bot, bot.chats[ChatId(message.chat)], message)
