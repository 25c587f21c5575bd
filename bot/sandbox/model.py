"""What a sandbox remembers: people, bots, chats, messages and taps."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NewType

if TYPE_CHECKING:
    from bot.sandbox.devices import Device
    from bot.sandbox.updates import UpdateQueue

Json = dict[str, Any]
UserId = NewType("UserId", int)
ChatId = NewType("ChatId", int)
MessageId = NewType("MessageId", int)


@dataclass(slots=True)
class User:
    """A person with an account."""

    id: UserId
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = "en"
    deactivated: bool = False

    def json(self) -> Json:
        """The user as Telegram describes one; absent fields are left out."""
        found: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            found["last_name"] = self.last_name
        if self.username:
            found["username"] = self.username
        if self.language:
            found["language_code"] = self.language
        return found


@dataclass(frozen=True, slots=True)
class File:
    """Something uploaded; `id` is what a bot may send again."""

    id: str
    unique: str
    name: str
    mime: str
    body: bytes
    width: int = 0
    height: int = 0

    def json(self) -> Json:
        """The fields every kind of file has."""
        return {"file_id": self.id, "file_unique_id": self.unique, "file_size": len(self.body)}


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it stands now; an edit makes a new one with the same id."""

    id: MessageId
    chat: ChatId
    sender: int
    sent_at: float
    kind: str = "text"
    text: str = ""
    entities: tuple[Json, ...] = ()
    file: File | None = None
    keyboard: list[list[Json]] | None = None
    other_markup: Json | None = None
    protected: bool = False
    silent: bool = False
    covered: bool = False
    edited_at: float | None = None
    extra: Json = field(default_factory=dict)

    @property
    def labels(self) -> list[list[str]]:
        """What its inline buttons say, row by row."""
        return [[button["text"] for button in row] for row in self.keyboard or []]


@dataclass(slots=True)
class Chat:
    """A chat between one bot and a person or a group."""

    id: ChatId
    title: str = ""
    started: bool = False
    blocked: bool = False
    present: bool = True
    messages: dict[MessageId, Message] = field(default_factory=dict)
    members: dict[UserId, User] = field(default_factory=dict)
    devices: "list[Device]" = field(default_factory=list)
    reply_keyboard: Json | None = None
    menu_button: Json = field(default_factory=lambda: {"type": "default"})
    actions: list[str] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        """Whether this is one person's own chat."""
        return self.id > 0

    def json(self) -> Json:
        """The chat as Telegram describes one."""
        if not self.is_private:
            return {"id": self.id, "type": "supergroup", "title": self.title}
        owner = self.members[UserId(self.id)].json()
        names: Json = {key: owner[key] for key in ("first_name", "last_name", "username") if key in owner}
        return {"id": self.id, **names, "type": "private"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tap brought: a toast or alert with these words, or neither; `late` when none came in time."""

    text: str = ""
    alert: bool = False
    url: str = ""
    late: bool = False
    offline: bool = False


@dataclass(slots=True, eq=False)
class Tap:
    """A press on an inline button, waiting for the bot's answer."""

    id: str
    user: User
    chat: ChatId
    message: MessageId
    data: str
    at: float
    future: asyncio.Future[Answer]

    async def answered(self) -> Answer:
        """What the bot answered; comes back when it does, or when the tap has died."""
        answer = await asyncio.shield(self.future)
        await asyncio.sleep(0)  # the phone shows it first
        return answer


@dataclass(slots=True)
class Call:
    """One request of a bot, in the order they arrived."""

    number: int
    method: str
    params: Mapping[str, Any]
    at: float
    token: str
    status: int | None = None
    done: bool = False
    result: Any = None

    @property
    def chat(self) -> int | None:
        """The chat the request named."""
        named = str(self.params.get("chat_id", ""))
        return int(named) if named.lstrip("-").isdigit() else None

    @property
    def text(self) -> str:
        """The text or caption the request carried, as it was written."""
        return str(self.params.get("text", self.params.get("caption", "")))


@dataclass(slots=True)
class Webhook:
    """Where a bot wants its updates delivered."""

    url: str
    secret: str = ""
    connections: int = 40
    last_error_at: float | None = None
    last_error: str = ""


@dataclass(slots=True)
class Bot:
    """One bot with everything its token owns."""

    token: str
    id: int
    username: str
    name: str
    queue: "UpdateQueue"
    chats: dict[ChatId, Chat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    webhook: Webhook | None = None
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "default"})
    known_as: Json = field(default_factory=dict)

    def json(self) -> Json:
        """The bot as a user; made once, since every message carries it."""
        if not self.known_as:
            self.known_as.update(id=self.id, is_bot=True, first_name=self.name, username=self.username)
        return self.known_as
