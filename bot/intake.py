"""Taking updates: handled together in one transaction, confirmed to Telegram only after it is kept.

A batch that fails is done again one by one, so that one bad update never takes its neighbours' answers with it; an
update that fails twice is noted, apologised for and confirmed. When not even that can be kept, the database is away:
nothing is confirmed, people who wait are told the truth, and everything is tried again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog

from bot.chat.door import answer
from bot.chat.events import Event, Tap, read
from bot.chat.visit import Visit
from bot.mouth import Mouth, Saying, TapAnswer
from bot.screens import Screens
from engagement.authority import Settings
from storage import cards, chats, drafts, handled, invites, openings, people, staff
from storage.store import Store, Transaction

log = structlog.get_logger()

TRIES_BEFORE_TELLING = 3
PAUSE = 0.3
"""Seconds between these tries; a tap waits for its answer meanwhile."""


class Stopping(Exception):
    """The process is being asked to end: leave unconfirmed what is not yet kept."""


class DatabaseAway(Exception):
    """Not all of the updates could be kept, and whoever tapped has been told. They are to be taken again."""


class Intake:
    """Turns raw updates into kept effects and things said."""

    def __init__(
        self,
        store: Store,
        settings: Callable[[], Settings],
        screens: Screens,
        mouth: Mouth,
        clock: Callable[[], datetime],
        *,
        bot_name: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._screens = screens
        self._mouth = mouth
        self._clock = clock
        self._bot_name = bot_name
        self._told: set[int] = set()
        self.stopping = False

    async def handle(self, raws: Sequence[dict[str, Any]]) -> None:
        """Returns once every update's effect is committed (or the update is given up on, and that is committed).

        Raises: DatabaseAway, Stopping; what was kept before is said all the same.
        """
        ordered = sorted({raw["update_id"]: raw for raw in raws}.values(), key=lambda raw: int(raw["update_id"]))
        events, given_up = _events(ordered)
        sayings: list[Saying] = []
        try:
            for left in reversed(range(TRIES_BEFORE_TELLING)):
                if await self._try(events, given_up, sayings):
                    self._told.difference_update(event.update for event in events)
                    return
                if self.stopping:
                    raise Stopping
                await asyncio.sleep(PAUSE if left else 0)
            self._tell(events)
            raise DatabaseAway
        finally:
            for saying in sayings:
                self._mouth.say(saying)
                if saying.elsewhere is not None:
                    self._mouth.say(saying.elsewhere)

    async def _try(self, events: Sequence[Event], given_up: Iterable[int], sayings: list[Saying]) -> bool:
        """Whether all of it is kept now; what is to be said of what was kept is added to `sayings` either way."""
        try:
            sayings += await self._together(events, given_up)
        except Exception as error:
            log.warning("batch_failed", error=type(error).__name__, updates=len(events))
        else:
            return True
        try:
            async with self._store.transaction() as tx:
                await handled.note(tx, await _new(tx, given_up), now=self._clock())
            for event in events:
                sayings += await self._alone(event)
        except Exception as error:
            log.error("database_away", error=type(error).__name__)
            return False
        return True

    async def _together(self, events: Sequence[Event], given_up: Iterable[int]) -> list[Saying]:
        async with self._store.transaction() as tx:
            fresh = await self._fresh(tx, events)
            await handled.note(tx, [*await _new(tx, given_up), *(event.update for event in fresh)], now=self._clock())
            await _preload(tx, fresh)
            return [saying for event in fresh if (saying := await self._visit(tx, event))]

    async def _alone(self, event: Event) -> list[Saying]:
        error: Exception | None = None
        for _ in range(2):
            try:
                async with self._store.transaction() as tx:
                    fresh = await self._fresh(tx, [event])
                    await handled.note(tx, [one.update for one in fresh], now=self._clock())
                    return [saying for one in fresh if (saying := await self._visit(tx, one))]
            except Exception as failed:
                error = failed
        async with self._store.transaction() as tx:  # raises when it is the database that is away
            fresh = await self._fresh(tx, [event])
            await handled.note(tx, [one.update for one in fresh], now=self._clock())
        log.error("update_given_up", update=event.update, error=type(error).__name__)
        return [self._sorry(event)] if fresh else []

    async def _fresh(self, tx: Transaction, events: Sequence[Event]) -> list[Event]:
        """Those not handled before, and not told that they were not saved."""
        done = await handled.already(tx, [event.update for event in events])
        fresh = [event for event in events if event.update not in done]
        if late := [event.update for event in fresh if event.update in self._told]:
            # The person has been told it was not saved and may have tapped something else since: keep our word.
            await handled.note(tx, late, now=self._clock())
            fresh = [event for event in fresh if event.update not in self._told]
        return fresh

    async def _visit(self, tx: Transaction, event: Event) -> Saying:
        saying = Saying(event.chat)
        index = chats.index_of(tx.keys, event.chat)
        visit = Visit(
            tx, self._clock(), self._settings(), self._screens, event, index, saying, bot_name=self._bot_name()
        )
        await answer(visit)
        if isinstance(event, Tap) and saying.tap is None:
            saying.tap = TapAnswer(event.query)
        return saying

    def _tell(self, events: Iterable[Event]) -> None:
        """Say that it did not save, once to each tap that waits: the truth, while its spinner still turns."""
        for event in events:
            if isinstance(event, Tap) and event.update not in self._told:
                self._told.add(event.update)
                self._mouth.say(self._sorry(event))

    def _sorry(self, event: Event) -> Saying:
        screen = self._screens.render("errors/not_saved", "en", now=self._clock())
        if isinstance(event, Tap):
            return Saying(event.chat, tap=TapAnswer(event.query, screen.text, alert=True))
        return Saying(event.chat, more=[screen])


def _events(raws: Iterable[dict[str, Any]]) -> tuple[list[Event], list[int]]:
    """What can be handled, and the ids of what cannot even be read or is nothing to us."""
    events: list[Event] = []
    others: list[int] = []
    for raw in raws:
        try:
            event = read(raw)
        except Exception as error:  # anything a future Telegram may send; only its id and the error's name are kept
            log.error("update_unreadable", update=int(raw["update_id"]), error=type(error).__name__)
            event = None
        if event is None:
            others.append(int(raw["update_id"]))
        else:
            events.append(event)
    return events, others


async def _new(tx: Transaction, update_ids: Iterable[int]) -> list[int]:
    wanted = list(update_ids)
    done = await handled.already(tx, wanted)
    return [update for update in wanted if update not in done]


async def _preload(tx: Transaction, events: Sequence[Event]) -> None:
    """Everything the taps of this batch will ask for, in a handful of questions."""
    found_in = {event.chat for event in events}
    if len(found_in) < 2:
        return
    await people.preload(tx, found_in)
    known = [person for chat in found_in if (person := await people.by_chat(tx, chat))]
    if len(known) < len(found_in):
        strangers = found_in - {chat for chat in found_in if await people.by_chat(tx, chat)}
        await staff.preload(tx, strangers)
        await invites.preload(tx, strangers)
    await cards.preload(tx, [chats.index_of(tx.keys, chat) for chat in found_in])
    for opening in await openings.open_surveys(tx):
        await drafts.preload(tx, [person.id for person in known], opening.id)
