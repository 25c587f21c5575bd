"""One wire to the strict fake Telegram, with a mouth to speak and nobody to listen: what is said can be looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from support.town import NORTHFIELD, TUESDAY

from bot.mouth import CardOut, Mouth, Saying
from bot.outcomes import Outcomes
from bot.sandbox.clock import Clock
from bot.sandbox.model import Call
from bot.sandbox.phones import Phone
from bot.sandbox.server import Running, serve
from bot.sandbox.telegram import Telegram
from bot.screens import Button, Screen
from bot.wire import Wire, make_wire
from engagement import authority
from storage import cards, chats
from storage.cards import Card
from storage.ids import ChatId
from storage.store import Store

BLANK = "Nothing here."


@dataclass
class Line:
    """A Telegram, a wire to it, and a mouth that writes what it learns into a store."""

    telegram: Telegram
    running: Running
    wire: Wire
    store: Store
    outcomes: Outcomes
    mouth: Mouth
    pauses: list[float] = field(default_factory=list)

    async def phone(self, name: str = "Ash") -> Phone:
        """Somebody who has pressed Start."""
        phone = Phone(self.telegram, name)
        await phone.start()
        return phone

    async def show(self, phone: Phone, text: str, *, anew: bool = False) -> None:
        """Put a card into the store as a handler does, and hand it to the mouth."""
        self.mouth.say(Saying(ChatId(phone.id), card=await self.card(phone, text, anew=anew)))

    async def card(self, phone: Phone, text: str, *, anew: bool = False) -> CardOut:
        """What a handler makes of one screen: kept first, then to be said."""
        index = chats.index_of(self.store.keys, ChatId(phone.id))
        async with self.store.transaction() as tx:
            before = await cards.of(tx, index)
            message = None if before is None or anew else before.message
            kept = Card(index, cards.new_version(), {"at": "menu"}, message)
            await cards.keep(tx, kept)
        return CardOut(index, screen(text), kept.version, message, anew)

    async def kept(self, phone: Phone) -> Card:
        """The card as the store knows it."""
        async with self.store.transaction() as tx:
            found = await cards.of(tx, chats.index_of(tx.keys, ChatId(phone.id)))
        assert found is not None
        return found

    async def said(self) -> None:
        """Come back when everything is said, and what was learnt is written."""
        await self.mouth.quiet()

    def calls(self, method: str) -> list[Call]:
        """The calls of one method so far, also those still under way."""
        return [call for call in self.telegram.calls if call.method == method]

    async def until(self, *methods: str) -> None:
        """Come back when all of these have been called."""
        await self.telegram.changes.until(lambda: all(self.calls(method) for method in methods))


def screen(text: str, *, protect: bool = True) -> Screen:
    """A screen with one button."""
    return Screen(text, ((Button("Menu", "menu"),),), protect, "plain")


@asynccontextmanager
async def line(store: Store) -> AsyncIterator[Line]:
    """A wire that is open until the block ends."""
    telegram = Telegram(clock=Clock(TUESDAY, running=False))
    async with store.transaction() as tx:
        await authority.change(tx, authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml"))
    async with await serve(telegram) as running:
        wire = make_wire(telegram.bot.token, running.api_url)
        for request in wire.requests:
            await request.initialize()
        outcomes = Outcomes(store)
        pauses: list[float] = []
        mouth = Mouth(wire, outcomes, blank_line=lambda: BLANK, on_pause=pauses.append)
        try:
            yield Line(telegram, running, wire, store, outcomes, mouth, pauses)
        finally:
            telegram.faults.clear()
            await mouth.quiet()
            for request in wire.requests:
                await request.shutdown()
