"""One device of one person: what is in its chat, and what its lock screen would show."""

from dataclasses import dataclass
from functools import partial

from bot.sandbox.clock import Changes
from bot.sandbox.markup import covered
from bot.sandbox.model import Answer, Bot, Chat, Message, MessageId, Tap

TYPING_LASTS = 5.0


@dataclass(frozen=True, slots=True)
class Notification:
    """What Android shows on a locked screen: the bot's name, all of the text, the picture itself."""

    message: MessageId
    title: str
    text: str
    picture: bool = False
    file_name: str = ""
    silent: bool = False


class Device:
    """Sees every message, edit and deletion of one chat; offline, they wait until it is back."""

    def __init__(self, bot: Bot, chat: Chat) -> None:
        self.bot = bot
        self.chat = chat
        self.online = True
        self.is_open = False
        self.shown: dict[MessageId, Message] = dict(chat.messages)
        self.notifications: dict[MessageId, Notification] = {}
        self.announced: list[str] = []
        self.alerts: list[Answer] = []
        self.waiting_taps: list[Tap] = []
        self.action: tuple[str, float] | None = None
        self.changes = Changes()
        self._missed: list[partial[None]] = []
        chat.devices.append(self)

    def show(self, message: Message) -> None:
        """A new message arrives."""
        if self._misses(partial(self.show, message)):
            return
        self.shown[message.id] = message
        if message.sender == self.bot.id:
            self.action = None
            if self.is_open:
                self.announced.append(message.text)
            elif not any(device.is_open and device.online for device in self.chat.devices):
                self.notifications[message.id] = self._notification(message)
        self.changes.notify()

    def rewrite(self, message: Message) -> None:
        """A message was edited: an unread notification takes the new words, a read one does not come back."""
        if self._misses(partial(self.rewrite, message)):
            return
        if message.id in self.shown:
            self.shown[message.id] = message
        if message.id in self.notifications:
            self.notifications[message.id] = self._notification(message)
        self.changes.notify()

    def remove(self, ids: list[MessageId]) -> None:
        """Messages are gone, and so are their notifications."""
        if self._misses(partial(self.remove, ids)):
            return
        for message in ids:
            self.shown.pop(message, None)
            self.notifications.pop(message, None)
        self.changes.notify()

    def read(self) -> None:
        """The person read the chat, here or on another device."""
        if self._misses(partial(self.read)):
            return
        if self.notifications:
            self.notifications.clear()
            self.changes.notify()

    def clear(self) -> None:
        """The person cleared the chat: what was there stays unseen, edited or not."""
        if self._misses(partial(self.clear)):
            return
        self.shown.clear()
        self.notifications.clear()
        self.changes.notify()

    def act(self, action: str, now: float) -> None:
        """The bot shows that it is typing; it lasts 5 s."""
        if self.online:
            self.action = None if action == "cancel" else (action, now + TYPING_LASTS)
            self.changes.notify()

    def open(self) -> None:
        """Unlock and open the chat: it is read everywhere."""
        self.is_open = True
        self.notifications.clear()
        if self.online:
            for device in self.chat.devices:
                device.read()
        self.changes.notify()

    def lock(self) -> None:
        """Lock the screen: from now on messages are notifications."""
        self.is_open = False
        self.changes.notify()

    def go_offline(self) -> None:
        """Lose the network; what is shown stays as it is."""
        self.online = False
        self.changes.notify()

    def come_online(self) -> None:
        """Get the network back, and everything missed in its order."""
        self.online = True
        missed, self._missed = self._missed, []
        for happened in missed:
            happened()
        if self.is_open:
            self.open()
        self.changes.notify()

    def hear(self, answer: Answer) -> None:
        """A toast or an alert appears."""
        if answer.text:
            self.alerts.append(answer)
        self.changes.notify()

    def _misses(self, happening: "partial[None]") -> bool:
        if self.online:
            return False
        self._missed.append(happening)
        return True

    def _notification(self, message: Message) -> Notification:
        return Notification(
            message.id,
            self.bot.name,
            covered(message.text, message.entities),
            picture=message.kind == "photo",
            file_name=message.file.name if message.file and message.kind != "photo" else "",
            silent=message.silent,
        )
