"""The outbox's own lane to Telegram: what the gate lets through, at an even pace, to young people at most once.

A row is marked as leaving, and that is committed, before Telegram is called. Whatever happens then, it has a state
that says so: sent, failed, unknown, or back in the queue when it surely never left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.chat.events import Opening
from bot.chat.visit import Visit, go
from bot.mouth import STATIC, Saying
from bot.outcomes import Outcomes
from bot.screens import Button, Screen, Screens
from bot.transport import NeverSent
from bot.waits import Waits
from bot.wire import Wire, seconds, unreachable
from engagement import outbox as gate
from engagement import reach, staff_cards
from engagement.authority import Settings
from engagement.london import today
from engagement.outbox import Send
from storage import cards, chats, outbox, people, tasks
from storage.ids import ChatId, TaskId
from storage.store import Store, Transaction
from surveys.definition import text_in

PACE = 0.05
"""Seconds from one send to the next: an even 20 a second, well under Telegram's 30."""

MADE_UP = 0.15
"""Seconds that may be made up at most: a second then has about three more than the pace."""

IN_FLIGHT = 2
IDLE = 1.0
AWAY = 5.0
NOT_SENT_PAUSE = timedelta(seconds=30)

log = structlog.get_logger()


class Sender:
    """Sends what the outbox holds, for ever."""

    def __init__(
        self,
        store: Store,
        settings: Callable[[], Settings],
        screens: Screens,
        wire: Wire,
        outcomes: Outcomes,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._settings = settings
        self._screens = screens
        self._wire = wire
        self._outcomes = outcomes
        self._clock = clock
        self._waits = Waits(wire.token, outcomes, clock)
        self._next_at = self._last_at = 0.0
        self.pace = PACE

    def pause(self, wait: float) -> None:
        """Send nothing for so many seconds: Telegram has asked for it."""
        self._waits.ask(wait)

    async def run(self) -> None:
        """Send whatever may leave, the next as soon as one of two under way is heard of; look again every second."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                try:
                    room = IN_FLIGHT - len(under_way)
                    taken = await self._take(room) if room else ()
                    under_way |= {asyncio.create_task(self._send(letter)) for letter in taken if letter}
                    if not taken:
                        under_way = await _still_under_way(under_way)
                except Exception as error:
                    log.error("outbox_waits", error=type(error).__name__)
                    await asyncio.sleep(AWAY)
        finally:
            # What has left is heard to its end: stopping makes no message of unknown fate.
            await asyncio.gather(*under_way, return_exceptions=True)

    async def once(self) -> int:
        """Send at most two; says how many left."""
        taken = await self._take(IN_FLIGHT)
        sending = asyncio.gather(*(self._send(letter) for letter in taken if letter))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending  # as in `run`
            raise
        return len(taken)

    async def _take(self, most: int) -> list[_Letter | None]:
        """What may leave now, at most so many, put together: marked as leaving, and that is committed."""
        if (wait := self._waits.left) > 0:
            await asyncio.sleep(wait)
        async with self._store.transaction() as tx:
            if await self._waits.hear(tx):
                return []
            leaving = await gate.take(tx, self._settings(), now=self._clock(), limit=most)
            return [await self._letter(tx, send) for send in leaving]

    async def _letter(self, tx: Transaction, send: Send) -> _Letter | None:
        """What is to be sent, put together while the transaction is open; None when there is nothing to send any more.

        Whatever is wrong with one row ends that row, and holds up no other.
        """
        row = send.row
        try:
            return await self._card(tx, send) or await self._envelope(tx, send)
        except tasks.NoSuchTask:
            await outbox.drop(tx, row.id, on=today(self._clock()))
        except Exception as error:
            log.error("envelope_not_drawn", row=row.id, error=type(error).__name__)
            await outbox.failed(tx, row.id, on=today(self._clock()))
        return None

    async def _card(self, tx: Transaction, send: Send) -> _Letter | None:
        """What the envelope would open, for those who chose that; None for all others, and when it is over."""
        if send.row.person is None or not send.full:
            return None
        visit = await self._visit(tx, send)
        args = {name: value for name, value in send.row.opens.items() if name not in ("screen", "line")}
        try:
            await go(visit, str(send.row.opens["screen"]), **args)
        except Exception as error:  # the neutral line leads to whatever there is now
            log.info("full_message_not_drawn", row=send.row.id, error=type(error).__name__)
        card = visit.saying.card
        return None if card is None else _Letter(send, card.screen, card.version, card.chat_index)

    async def _envelope(self, tx: Transaction, send: Send) -> _Letter:
        """One neutral line and Open. Raises: NoSuchTask when what it is about has gone."""
        row, now = send.row, self._clock()
        language = "en" if row.person is None else (await people.by_id(tx, row.person)).language
        about: dict[str, object] = {}
        if "line" in row.opens:
            line = row.opens["line"]
            about["line"] = line if isinstance(line, str) else text_in(line, language)
        if "task" in row.opens:
            task = await tasks.find(tx, TaskId(row.opens["task"]))
            about |= {"due_day": task.due_at, "due_time": task.due_at}
        elif "due" in row.opens:
            due_at = datetime.fromisoformat(row.opens["due"])
            about |= {"due_day": due_at, "due_time": due_at}
        about |= {name: row.opens[name] for name in ("count", "several") if name in row.opens}
        words = self._settings().spoken(language)
        screen = self._screens.render(row.envelope, language, now=now, s=words, **about)
        rows = tuple(tuple(_opening(one, row) for one in buttons) for buttons in screen.rows)
        return _Letter(send, screen._replace(rows=rows), STATIC, None)

    async def _visit(self, tx: Transaction, send: Send) -> Visit:
        index = chats.index_of(tx.keys, send.chat)
        person = await people.by_chat(tx, send.chat)
        return Visit(
            tx,
            self._clock(),
            self._settings().spoken(person.language if person else "en"),
            self._screens,
            Opening(0, send.chat),
            index,
            Saying(send.chat),
            person=person,
            card=await cards.of(tx, index),
            anew=True,
        )

    async def _send(self, letter: _Letter) -> None:
        await self._pace()
        row, chat, day = letter.send.row, letter.send.chat, today(self._clock())
        if (wait := self._waits.left) > 0:  # asked for while this one waited for its turn
            later = self._clock() + timedelta(seconds=wait)
            self._outcomes.add(lambda tx: outbox.retry(tx, row.id, later))
            return
        try:
            message = await self._wire.put(
                chat, letter.screen.text, letter.screen.keyboard(letter.version), protect=letter.screen.protect
            )
        except RetryAfter as error:
            self.pause(seconds(error))
            later = self._clock() + timedelta(seconds=seconds(error))
            self._outcomes.add(lambda tx: outbox.retry(tx, row.id, later))
        except NeverSent:
            self._outcomes.add(lambda tx: outbox.retry(tx, row.id, self._clock() + NOT_SENT_PAUSE))
        except InvalidToken:
            # It may be a proxy's 404. The row waits; the doctor and the poll loop say loudly what is wrong.
            self._waits.hold(AWAY)
            self._outcomes.add(lambda tx: outbox.retry(tx, row.id, self._clock() + NOT_SENT_PAUSE))
        except (Forbidden, BadRequest) as error:
            if unreachable(error):
                self._outcomes.add(lambda tx: reach.lost(tx, self._settings(), chat, self._clock()))
            self._outcomes.add(lambda tx: outbox.failed(tx, row.id, on=day))
        except TelegramError:
            self._outcomes.add(lambda tx: outbox.unknown(tx, row.id, on=day, now=self._clock()))
        else:
            self._arrived(letter, message)
            for replaced in letter.send.replaces:
                await self._take_back(letter.send, replaced)

    def _arrived(self, letter: _Letter, message: int) -> None:
        row, day, index = letter.send.row, today(self._clock()), letter.chat_index
        self._outcomes.add(lambda tx: outbox.sent(tx, row.id, message, on=day))
        if (member := row.staff) is not None:
            sent_at = self._clock()
            self._outcomes.add(lambda tx: staff_cards.envelope_grows_old(tx, member, message, sent_at=sent_at))
        if index is not None:
            self._outcomes.add(lambda tx: cards.learn_message(tx, index, letter.version, message))
            self._outcomes.add(lambda tx: outbox.opened(tx, row.id))

    async def _take_back(self, send: Send, replaced: outbox.Row) -> None:
        """An envelope that was never opened makes room for the newer one."""
        if replaced.message is None:
            return
        try:
            await self._wire.remove(send.chat, replaced.message)
        except BadRequest:
            await self._blank(send.chat, replaced.message)
        except TelegramError as error:
            log.info("envelope_not_replaced", error=type(error).__name__)
        self._outcomes.add(lambda tx: outbox.opened(tx, replaced.id))

    async def _blank(self, chat: ChatId, message: int) -> None:
        """Too old to delete: it keeps its neutral line and loses its button, so that one envelope is left to open."""
        line = self._screens.render("hidden", "en", now=self._clock()).text
        try:
            await self._wire.change(chat, message, line, [])
        except TelegramError as error:
            log.info("envelope_not_replaced", error=type(error).__name__)

    async def _pace(self) -> None:
        """Wait for its turn. A moment lost to a busy machine is made up, and never more than that."""
        loop = asyncio.get_running_loop()
        at = max(self._next_at, self._last_at + self.pace / 2, loop.time())
        self._next_at = max(self._next_at, at - MADE_UP) + self.pace
        self._last_at = at
        if (wait := at - loop.time()) > 0:
            await asyncio.sleep(wait)


async def _still_under_way(sending: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Those not heard of yet, after one was heard of or a second has passed."""
    if not sending:
        await asyncio.sleep(IDLE)
        return sending
    heard, still = await asyncio.wait(sending, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
    for task in heard:
        if (error := task.exception()) is not None:
            log.error("message_not_sent", error=type(error).__name__)
    return still


@dataclass(frozen=True, slots=True)
class _Letter:
    """One message put together: an envelope, or for those who chose it the card itself, with its chat's index."""

    send: Send
    screen: Screen
    version: str
    chat_index: bytes | None


def _opening(button: Button, row: outbox.Row) -> Button:
    """The button as it stands in the template, leading to this row."""
    return button._replace(arg=str(row.id)) if button.action == "open" else button
