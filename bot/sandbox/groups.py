"""A group chat somebody may add the bot to."""

from bot.sandbox.model import Bot, ChatId, Message, MessageId, Tap
from bot.sandbox.phones import Phone
from bot.sandbox.telegram import Telegram


class Group:
    """A group chat; with its privacy on, the bot is told commands and arrivals only."""

    def __init__(self, telegram: Telegram, title: str = "Friends", *, bot: Bot | None = None) -> None:
        self.telegram = telegram
        self.bot = bot or telegram.bot
        self.chat = telegram.add_group(self.bot, title)

    @property
    def id(self) -> ChatId:
        """The group's id."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """What is in the group, oldest first."""
        return [self.chat.messages[number] for number in sorted(self.chat.messages)]

    @property
    def has_bot(self) -> bool:
        """Whether the bot is in the group now."""
        return self.chat.present

    def add_bot(self, by: Phone) -> None:
        """Somebody adds the bot."""
        self.chat.present = True
        self.telegram.tell_membership(self.bot, self.chat, by.user, "left", "member")
        arrived = {"new_chat_members": [self.bot.json()]}
        self.telegram.say(self.bot, self.chat, by.user, kind="service", extra=arrived)

    def remove_bot(self, by: Phone) -> None:
        """Somebody takes the bot out."""
        self.chat.present = False
        self.telegram.tell_membership(self.bot, self.chat, by.user, "member", "kicked")

    def say(self, by: Phone, text: str) -> Message:
        """Somebody writes in the group."""
        return self.telegram.say(self.bot, self.chat, by.user, text)

    def press(self, by: Phone, data: str, message: Message | MessageId | int) -> Tap:
        """Somebody presses a button in the group."""
        number = message.id if isinstance(message, Message) else MessageId(int(message))
        return self.telegram.press(self.bot, self.chat, by.user, number, data)
