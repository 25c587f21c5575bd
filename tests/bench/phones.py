"""Phones without think time: each taps its card the moment it shows a new screen."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

import load

FIRST_CHAT = 1000
SILENCE = 8.0  # seconds without a single new screen after which a run is given up

Buttons = list[tuple[str, str]]
"""Label and callback data of each button on a card, in reading order."""


class Verdict(Enum):
    """What a person does who does not tap."""

    IGNORE = "this message is not the card being waited for"
    FINISHED = "nothing left to do here"


@dataclass(frozen=True, slots=True)
class Tap:
    """One button, and the kind of step it is for the figures."""

    kind: str
    data: str


Strategy = Callable[[str, Buttons, str], Tap | Verdict]
"""From a card's text, its buttons and the kind of the tap before to what the person does."""


@dataclass(slots=True)
class Phone:
    chat: int
    tapped: float = 0.0  # when the tap was made that now waits for its screen
    kind: str = ""
    card: int = 0
    taps: int = 0


@dataclass(slots=True)
class Played:
    """What happened from the moment every phone had its first card."""

    waits: list[tuple[str, float]] = field(default_factory=list)
    seconds: float = 0.0
    finished: int = 0
    stuck: str = ""

    def waits_only(self) -> list[float]:
        return [wait for _, wait in self.waits]


class Crowd:
    """`phones` phones at once; when one person is done, the next of `people` takes that phone."""

    def __init__(
        self, choose: Strategy, greeting: str, *, phones: int, people: int, most_taps: int | None, rtt: float
    ) -> None:
        self.api = load.BotApi(self._on_shown, rtt)
        self.choose = choose
        self.greeting = greeting
        self.most_taps = most_taps
        self.phones = phones
        self.waiting: Iterator[int] = iter(range(FIRST_CHAT, FIRST_CHAT + people))
        self.active: dict[int, Phone] = {}
        self.held: list[tuple[Phone, load.Message]] = []
        self.ready = asyncio.Event()
        self.done = asyncio.Event()
        self.result = Played()
        self.screens = 0
        self.last_screen = ""
        self.start = self.last = 0.0

    async def gather(self) -> None:
        """Everyone greets the bot; returns when all hold a first card."""
        for _ in range(self.phones):
            self._next_person()
        await self._progress(self.ready, 120.0)

    async def play(self, seconds: float) -> Played:
        """Tap until everyone is done, or for `seconds`."""
        self.start = self.last = time.perf_counter()
        for phone, card in self.held:
            self._act(phone, card)
        await self._progress(self.done, seconds)
        self.done.set()
        # Cut short by the clock, the run lasted till now; else till the last answer.
        end = time.perf_counter() if self.active and not self.result.stuck else self.last
        self.result.seconds = end - self.start
        return self.result

    async def _progress(self, until: asyncio.Event, seconds: float) -> None:
        deadline = time.perf_counter() + seconds
        seen, quiet_since = self.screens, time.perf_counter()
        while not until.is_set() and (now := time.perf_counter()) < deadline:
            if self.screens != seen:
                seen, quiet_since = self.screens, now
            elif now - quiet_since > SILENCE:
                self.result.stuck = f"{len(self.active)} phones wait; the last card was: {self.last_screen}"
                return
            try:
                await asyncio.wait_for(until.wait(), min(0.5, deadline - now))
            except TimeoutError:
                continue

    def _next_person(self) -> None:
        chat = next(self.waiting, None)
        if chat is not None:
            self.active[chat] = Phone(chat)
            self.api.say(chat, self.greeting)
        elif not self.active:
            self.done.set()

    def _on_shown(self, message: load.Message) -> None:
        phone = self.active.get(message.chat)
        if phone is None or self.done.is_set() or message.id < phone.card:
            return
        self.screens += 1
        phone.card = message.id
        if self.start:
            self._act(phone, message)
        elif message.markup:
            self.held.append((phone, message))
            if len(self.held) == self.phones:
                self.ready.set()

    def _act(self, phone: Phone, message: load.Message) -> None:
        now = time.perf_counter()
        self.last_screen = f"{message.text!r} {message.markup}"
        step = self.choose(message.text, _buttons(message.markup), phone.kind)
        if step is Verdict.IGNORE:
            return
        if phone.tapped:
            self.result.waits.append((phone.kind, now - phone.tapped))
            self.last = now
        if step is Verdict.FINISHED or phone.taps == self.most_taps:
            del self.active[phone.chat]
            self.result.finished += 1
            self._next_person()
            return
        phone.taps += 1
        phone.kind, phone.tapped = step.kind, now
        self.api.tap(message, step.data)


def _buttons(markup: str) -> Buttons:
    if not markup:
        return []
    rows = json.loads(markup).get("inline_keyboard", [])
    return [(button["text"], button["callback_data"]) for row in rows for button in row if "callback_data" in button]
