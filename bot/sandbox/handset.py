"""What one person sees on one device: the chat, its buttons, the lock screen, what is read aloud."""

from bot.sandbox import reader
from bot.sandbox.devices import Device, Notification
from bot.sandbox.model import Answer, Bot, Chat, Json, Message, User
from bot.sandbox.telegram import Telegram

Button = str | int | tuple[int, int]


class PhoneError(Exception):
    """Something a real phone would not let its owner do."""


class NoSuchButton(PhoneError):
    """No button like this on the message; carries what there was."""

    def __init__(self, wanted: Button, labels: list[list[str]]) -> None:
        super().__init__(wanted, labels)
        self.wanted = wanted
        self.labels = labels


class NotNow(PhoneError):
    """The app refuses: blocked, protected, or nothing there."""


class Handset:
    """A device in somebody's hand; nothing here changes anything."""

    def __init__(self, telegram: Telegram, bot: Bot, user: User) -> None:
        self.telegram = telegram
        self.bot = bot
        self.user = user
        self.chat: Chat = telegram.chat(bot, user)
        self.device = Device(bot, self.chat)

    @property
    def id(self) -> int:
        """The person's id, which is also the id of this chat."""
        return self.user.id

    @property
    def messages(self) -> list[Message]:
        """What is in the chat now, oldest first."""
        return [self.device.shown[number] for number in sorted(self.device.shown)]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot wrote that is still there, oldest first."""
        return [message for message in self.messages if message.sender == self.bot.id]

    @property
    def mine(self) -> list[Message]:
        """What the person wrote that is still there, oldest first."""
        return [message for message in self.messages if message.sender == self.user.id]

    @property
    def last(self) -> Message:
        """The newest message of the bot."""
        found = self.from_bot
        if not found:
            raise NotNow("empty")
        return found[-1]

    @property
    def card(self) -> Message:
        """The newest message of the bot with buttons under it."""
        found = next((message for message in reversed(self.from_bot) if message.keyboard), None)
        if found is None:
            raise NotNow("no card")
        return found

    @property
    def text(self) -> str:
        """The words of the newest message of the bot; empty when there is none."""
        found = self.from_bot
        return found[-1].text if found else ""

    def buttons(self, message: Message | None = None) -> list[str]:
        """The labels under a message, the card unless told otherwise, in reading order."""
        return [label for row in (message or self.card).labels for label in row]

    @property
    def reply_buttons(self) -> list[str]:
        """The labels of the keyboard that stands in for the phone's own."""
        keyboard = self.chat.reply_keyboard
        return [button["text"] for row in keyboard["keyboard"] for button in row] if keyboard else []

    @property
    def lock_screen(self) -> list[Notification]:
        """What a locked Android phone shows of this chat, oldest first."""
        return list(self.device.notifications.values())

    @property
    def chat_list_line(self) -> str:
        """What the list of chats shows of this one: the start of the last message."""
        return self.messages[-1].text.replace("\n", " ")[:80] if self.messages else ""

    @property
    def alerts(self) -> list[Answer]:
        """The toasts and alerts shown so far."""
        return self.device.alerts

    @property
    def commands(self) -> list[Json]:
        """The commands the menu button offers here: this chat's, else private chats', else the default ones."""
        for scope in (f"chat:{self.chat.id}", "all_private_chats", "default"):
            for language in (self.user.language, ""):
                found = self.bot.commands.get((scope, language))
                if found:
                    return found
        return []

    def reader(self) -> list[str]:
        """What a screen reader would say of the chat, from top to bottom."""
        return reader.spoken(self.bot, self.messages)

    def find_button(self, button: Button, message: Message) -> Json:
        """The button meant by a label, the start of one, a place in reading order or (row, column)."""
        rows = message.keyboard or []
        flat = [one for row in rows for one in row]
        if isinstance(button, tuple):
            if button[0] < len(rows) and button[1] < len(rows[button[0]]):
                return rows[button[0]][button[1]]
        elif isinstance(button, int):
            if -len(flat) <= button < len(flat):
                return flat[button]
        else:
            same = [one for one in flat if one["text"] == button]
            close = same or [one for one in flat if one["text"].startswith(button)]
            if len(close) == 1 or same:
                return close[0]
        raise NoSuchButton(button, message.labels)

    def has_button(self, button: Button, message: Message | None) -> bool:
        """Whether there is such a button."""
        try:
            self.find_button(button, message or self.card)
        except PhoneError:
            return False
        return True

    def holding(self, text: str) -> Message | None:
        """The newest message of the bot with this text in it."""
        return next((message for message in reversed(self.from_bot) if text in message.text), None)
