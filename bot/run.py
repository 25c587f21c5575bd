"""Start-up: everything is made once, here, wired together, and taken down in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog
from telegram.error import TelegramError

from bot.heartbeat import Heartbeat
from bot.intake import Intake
from bot.mouth import Mouth
from bot.outcomes import Outcomes
from bot.polling import Lease, polling
from bot.profile import introduce
from bot.screens import TEMPLATES, Screens
from bot.sender import Sender
from bot.settings import Settings, SettingsWrong
from bot.staff.fading import faded
from bot.wire import Wire, make_wire
from engagement import authority, reach
from storage import schema
from storage.store import Store

LAST_WORDS_SECONDS = 10

log = structlog.get_logger()


def utc_now() -> datetime:
    """The real clock. Everything else is handed one."""
    return datetime.now(UTC)


class Bot:
    """The running bot. Made by `started`."""

    def __init__(self, settings: Settings, store: Store, wire: Wire, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.store = store
        self.wire = wire
        self.clock = clock
        self.intake_task: asyncio.Task[None] | None = None
        self._words: authority.Settings | None = None
        self.name = settings.bot_name
        """What links to the bot begin with; None while nobody knows."""
        self.screens = Screens([TEMPLATES], None, clock)
        self.outcomes = Outcomes(store)
        self.sender = Sender(store, self.words, self.screens, wire, self.outcomes, clock)
        self.mouth = Mouth(
            wire,
            self.outcomes,
            blank_line=lambda: self.screens.render("hidden", "en", now=clock()).text,
            on_pause=self.sender.pause,
            on_lost=lambda tx, chat: reach.lost(tx, self.words(), chat, clock()),
        )
        self.intake = Intake(store, self.words, self.screens, self.mouth, clock, bot_name=lambda: self.name)
        self.heartbeat = Heartbeat(
            store,
            self.mouth,
            clock,
            settings=self.words,
            on_settings=self._learn_words,
            fade=lambda tx, card: faded(tx, card, settings=self.words(), screens=self.screens, now=clock()),
        )

    def words(self) -> authority.Settings:
        """The authority's settings, as last read."""
        if self._words is None:
            raise LookupError("the settings have not been read yet")
        return self._words

    def _learn_words(self, words: authority.Settings) -> None:
        self._words = words

    async def prepare(self) -> None:
        """Read what every update needs."""
        async with self.store.transaction() as tx:
            self._learn_words(await authority.current(tx))

    async def take(self) -> None:
        """Take updates, for ever, by the way the settings name. Raises: LeaseGone."""
        url = self.settings.webhook_url
        if url is None:
            await polling(Lease(self.store, self.wire.token, self.clock), self.wire, self.intake)
            return
        # Its web server is read only by those who want one.
        from bot.listen import ask_for_updates, listening

        async with listening(self.settings, self.intake, self.store):
            await ask_for_updates(self.wire, url, self.store.keys.webhook_secret)
            await asyncio.Event().wait()

    async def introduce(self) -> None:
        """Learn the bot's name, set commands and descriptions where they differ; without them it is still a bot."""
        try:
            self.name = self.name or (await self.wire.get_me()).username
            await introduce(self.wire, self.screens)
        except TelegramError as error:
            log.warning("not_introduced", error=type(error).__name__)

    async def stop(self, tasks: list[asyncio.Task[None]]) -> None:
        """Take no more updates, say what is owed, and write what was learnt from it."""
        self.intake.stopping = True
        await self.heartbeat.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.mouth.quiet(), timeout=LAST_WORDS_SECONDS)


@asynccontextmanager
async def started(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Bot]:
    """A bot taking updates, until the block ends; then it stops taking, says what it owes, and closes.

    Raises: WrongSchema, NotSetUp, SettingsWrong.
    """
    if settings.token is None:
        raise SettingsWrong(("YOUSAID_TOKEN is not set.",))
    async with contextlib.AsyncExitStack() as stack:
        store = Store.open(settings.database_url, settings.keys)
        stack.push_async_callback(store.close)
        await schema.check(store.engine)
        wire = make_wire(settings.token.get_secret_value(), settings.api_url)
        for request in wire.requests:
            stack.push_async_callback(request.shutdown)
            await request.initialize()
        bot = Bot(settings, store, wire, clock)
        await bot.prepare()
        tasks: list[asyncio.Task[None]] = []
        stack.push_async_callback(bot.stop, tasks)
        bot.intake_task = asyncio.create_task(bot.take(), name="intake")
        tasks += [
            bot.intake_task,
            asyncio.create_task(bot.outcomes.run(), name="outcomes"),
            asyncio.create_task(bot.sender.run(), name="sender"),
            asyncio.create_task(bot.introduce(), name="introduce"),
        ]
        bot.heartbeat.start()
        yield bot


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises: LeaseGone, and whatever `started` raises."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with started(settings) as bot:
        ended = asyncio.create_task(stop.wait())
        taking = bot.intake_task or ended
        await asyncio.wait({ended, taking}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if taking.done():
            taking.result()
