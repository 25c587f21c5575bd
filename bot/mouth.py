"""Saying things: after the commit, one mouth per chat, the newest screen first.

A newer screen replaces one that is still waiting, and two calls are never under way on one message. Answering the
tap and editing the card go out together, neither waiting for the other.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from telegram import InputFile
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.outcomes import Outcomes
from bot.screens import Screen
from bot.transport import NeverSent
from bot.wire import Wire, seconds, stale, unreachable
from storage import cards, people, trail
from storage.ids import ChatId
from storage.store import Transaction

log = structlog.get_logger()

Sent = TypeVar("Sent")

TRIES = 4
FIRST_PAUSE = 0.5
"""Seconds before an edit is tried again after the network failed; doubled each time."""


@dataclass(frozen=True, slots=True)
class TapAnswer:
    """What the tapped button is told: nothing, a toast, or an alert to be dismissed."""

    query: str
    text: str | None = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class CardOut:
    """A chat's card as it is to look. `message` None: send it anew."""

    chat_index: bytes
    screen: Screen
    version: str
    message: int | None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class FileOut:
    """A file to send, with its caption."""

    name: str
    content: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class PictureOut:
    """A picture to send: it is drawn once all is kept, and only where Telegram has it not.

    screen:  its caption and its buttons.
    draw:    gives the PNG; it may take its time, and holds up nobody else.
    same:    what is equal for pictures that are the same for ever.
    instead: said when it cannot be drawn.
    """

    screen: Screen
    draw: Callable[[], Awaitable[bytes]]
    same: Hashable
    instead: Screen


@dataclass(frozen=True, slots=True)
class PhotoOut:
    """A picture that Telegram has already, by the name it gave us; `instead` is said where it has it no more."""

    screen: Screen
    photo: str
    instead: Screen


PICTURE = "picture.png"
"""As neutral as everything a phone may show of a chat that is not open."""

More = Screen | FileOut | PictureOut | PhotoOut
"""What is sent beside the card."""


@dataclass(slots=True)
class Saying:
    """Everything one update makes us say in one chat."""

    chat: ChatId
    tap: TapAnswer | None = None
    card: CardOut | None = None
    more: list[More] = field(default_factory=list)
    clear: list[trail.Mess] = field(default_factory=list)
    leave: bool = False
    elsewhere: Saying | None = None
    """What the same update makes us say in another chat."""

    def __bool__(self) -> bool:
        return bool(self.tap or self.card or self.more or self.clear or self.leave)


class _Chat:
    __slots__ = ("card", "clear", "instead", "last", "leave", "leaving", "more", "task")

    def __init__(self) -> None:
        self.card: CardOut | None = None
        self.more: deque[More] = deque()
        self.leaving: More | None = None
        self.clear: deque[trail.Mess] = deque()
        self.leave = False
        self.last: int | None = None
        self.instead: dict[int, int] = {}
        self.task: asyncio.Task[None] | None = None

    def says_already(self, what: More) -> bool:
        """Whether that very picture is under way: a double tap brings one."""
        pictures = (one.same for one in (self.leaving, *self.more) if isinstance(one, PictureOut))
        return isinstance(what, PictureOut) and what.same in pictures


MOST_KNOWN = 500
"""Pictures whose names at Telegram are remembered."""

STATIC = "0"
"""The version on buttons of messages that are not a chat's card: they only lead somewhere, and never grow old."""


async def _only_note(tx: Transaction, chat: ChatId) -> None:
    await people.set_reachable(tx, chat, False)


class Mouth:
    """Every reply goes through here.

    `on_pause` hears how long Telegram wants the outbox to wait, `on_lost` which chat nothing arrives in any more.
    `blank_line` is what an old card of ours is left saying when it can no longer be deleted.
    """

    def __init__(
        self,
        wire: Wire,
        outcomes: Outcomes,
        *,
        blank_line: Callable[[], str],
        on_pause: Callable[[float], None] = lambda _: None,
        on_lost: Callable[[Transaction, ChatId], Awaitable[object]] = _only_note,
    ) -> None:
        self._wire = wire
        self._blank_line = blank_line
        self._outcomes = outcomes
        self._on_pause = on_pause
        self._on_lost = on_lost
        self._chats: dict[ChatId, _Chat] = {}
        self._pictures: dict[Hashable, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, saying: Saying) -> None:
        """Start saying it; returns at once. The screen goes before the tap is answered: it is what they wait for."""
        if saying.card or saying.more or saying.clear or saying.leave:
            self._speak_soon(saying)
        if saying.tap is not None:
            self._spawn(self._answer(saying.tap))

    def _speak_soon(self, saying: Saying) -> None:
        chat = self._chats.setdefault(saying.chat, _Chat())
        if saying.card is not None:
            chat.card = saying.card
            if saying.card.fresh:
                chat.last = None  # it is being cleared: no later screen may be put on it
        chat.more.extend(one for one in saying.more if not chat.says_already(one))
        chat.clear.extend(saying.clear)
        chat.leave = chat.leave or saying.leave
        if chat.task is None:
            chat.task = self._spawn(self._speak(saying.chat, chat))

    @property
    def is_speaking(self) -> bool:
        """Whether anything is still being said."""
        return bool(self._tasks)

    async def quiet(self) -> None:
        """Wait until nothing is being said, then write what was learnt."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._outcomes.flush()

    def _spawn(self, work: object) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, tap: TapAnswer) -> None:
        try:
            await self._wire.answer_tap(tap.query, tap.text, alert=tap.alert)
        except BadRequest:
            pass  # the tap is too old to answer: its spinner has ended by itself
        except RetryAfter as error:
            self._on_pause(seconds(error))
        except TelegramError as error:
            log.info("tap_not_answered", error=type(error).__name__)

    async def _speak(self, chat: ChatId, state: _Chat) -> None:
        try:
            while state.more or state.card or state.clear or state.leave:
                if state.more:  # the help card comes before anything else
                    state.leaving = state.more.popleft()
                    await self._more(chat, state.leaving)
                    state.leaving = None
                elif state.card:
                    card, state.card = state.card, None
                    await self._show(chat, state, card)
                elif state.clear:
                    await self._clear(state.clear.popleft())
                else:
                    state.leave = False
                    await self._wire.leave_chat(chat)
        except TelegramError as error:
            self._failed(chat, state, error)
        finally:
            state.task = state.leaving = None
            if state.more or state.card or state.clear:
                state.task = self._spawn(self._speak(chat, state))

    async def _show(self, chat: ChatId, state: _Chat, card: CardOut) -> None:
        target = None if card.fresh else state.instead.get(card.message or 0, card.message) or state.last
        keyboard = card.screen.keyboard(card.version)
        pause = FIRST_PAUSE
        for left in reversed(range(TRIES)):
            try:
                if target is not None:
                    await self._wire.change(chat, target, card.screen.text, keyboard)
                    if target != card.message:
                        self._learn(card, target)
                    return
                state.last = await self._wire.put(chat, card.screen.text, keyboard, protect=card.screen.protect)
                if card.message is not None:
                    state.instead[card.message] = state.last
                self._learn(card, state.last)
                return
            except RetryAfter as error:
                self._on_pause(seconds(error))
                await asyncio.sleep(seconds(error))
            except BadRequest as error:
                if target is None or not stale(error):
                    raise
                # Deleted by the person, or it cannot be edited: a new card takes its place.
                await self._try_remove(chat, target)
                target = None
            except (Forbidden, InvalidToken):
                raise
            except TimedOut:
                if target is None:
                    raise  # it may have arrived; a second copy would be worse than none, and /menu brings it back
                await asyncio.sleep(pause)
            except NetworkError as error:
                if target is None and not isinstance(error, NeverSent):
                    raise
                await asyncio.sleep(pause)
            if state.card is not None or state.more:
                state.card = state.card or card  # a newer screen or the help card waits: neither waits for this try
                return
            pause *= 2
            if not left:
                log.warning("card_not_shown")

    def _learn(self, card: CardOut, message: int) -> None:
        self._outcomes.add(lambda tx: cards.learn_message(tx, card.chat_index, card.version, message))

    async def _more(self, chat: ChatId, what: More) -> None:
        if isinstance(what, PictureOut):
            await self._picture(chat, what)
        elif isinstance(what, PhotoOut):
            await self._photo(chat, what)
        elif isinstance(what, FileOut):
            await self._tried(
                lambda: self._wire.send_document(
                    chat, InputFile(what.content, filename=what.name), caption=what.caption, protect_content=False
                )
            )
        else:
            await self._tried(lambda: self._wire.put(chat, what.text, what.keyboard(STATIC), protect=what.protect))

    async def _picture(self, chat: ChatId, what: PictureOut) -> None:
        """Telegram's own copy where it has one, which it may have thrown away meanwhile; else one drawn now."""
        if (known := self._pictures.get(what.same)) is not None:
            try:
                await self._put_picture(chat, what, known)
                return
            except BadRequest:
                self._pictures.pop(what.same, None)
        try:
            drawn, _ = await asyncio.gather(what.draw(), self._wire.picture_comes(chat))
        except Exception as error:
            log.error("picture_not_drawn", error=type(error).__name__)
            await self._more(chat, what.instead)
            return
        if len(self._pictures) >= MOST_KNOWN:
            self._pictures.clear()
        self._pictures[what.same] = await self._put_picture(chat, what, InputFile(drawn, filename=PICTURE))

    async def _photo(self, chat: ChatId, what: PhotoOut) -> None:
        try:
            await self._put_picture(chat, what, what.photo)
        except BadRequest as error:
            log.warning("photo_not_sent", error=type(error).__name__)
            await self._more(chat, what.instead)

    async def _put_picture(self, chat: ChatId, what: PictureOut | PhotoOut, picture: InputFile | str) -> str:
        screen = what.screen
        return await self._tried(
            lambda: self._wire.put_picture(chat, picture, screen.text, screen.keyboard(STATIC), protect=screen.protect)
        )

    async def _tried(self, send: Callable[[], Awaitable[Sent]]) -> Sent:
        """What sending gives, once Telegram lets us; tried again only where nothing can have left."""
        pause = FIRST_PAUSE
        for _ in range(TRIES - 1):
            try:
                return await send()
            except RetryAfter as error:
                self._on_pause(seconds(error))
                await asyncio.sleep(seconds(error))
            except NeverSent:
                await asyncio.sleep(pause)
                pause *= 2
        return await send()

    async def _clear(self, mess: trail.Mess) -> None:
        try:
            await self._wire.remove(mess.chat, mess.message)
        except BadRequest:
            if not await self._blank(mess):
                return  # too old, and not ours to blank: the row stays until its hour, to be counted and said
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._on_pause(seconds(error))
            log.info("message_not_cleared", error=type(error).__name__)
            return  # the heartbeat tries again
        self._outcomes.add(lambda tx: trail.gone(tx, [mess.key]))

    async def _blank(self, mess: trail.Mess) -> bool:
        """Whether a message of ours that can't be deleted any more now says nothing."""
        try:
            await self._wire.change(mess.chat, mess.message, self._blank_line(), [])
        except TelegramError:
            return False
        return True

    async def _try_remove(self, chat: ChatId, message: int) -> None:
        try:
            await self._wire.remove(chat, message)
        except TelegramError as error:
            log.info("old_card_stays", error=type(error).__name__)

    def _failed(self, chat: ChatId, state: _Chat, error: TelegramError) -> None:
        if unreachable(error):
            state.more.clear()
            state.clear.clear()
            state.card = None
            self._outcomes.add(lambda tx: self._on_lost(tx, chat))
        else:
            log.warning("not_said", error=type(error).__name__)
