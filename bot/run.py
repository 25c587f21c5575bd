"""Start-up: everything is made once, here, wired together, and taken down in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.heartbeat import Heartbeat
from bot.intake import Intake, Stopping
from bot.listen import listening
from bot.mouth import Mouth
from bot.outcomes import Outcomes
from bot.profile import introduce
from bot.screens import Screens
from bot.sender import Sender
from bot.settings import Settings, SettingsWrong
from bot.wire import WANTED, Wire, make_wire, seconds
from engagement import authority
from storage import leases, schema
from storage.store import Store

POLL_SECONDS = 50
LEASE_SECONDS = 60
LEASE_RENEWED = 15.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
TEMPLATES = Path(__file__).parent / "templates"

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
        self.screens = Screens([TEMPLATES], None, clock)
        self.outcomes = Outcomes(store)
        self.sender = Sender(store, self.words, self.screens, wire, self.outcomes, clock)
        self.mouth = Mouth(
            wire,
            self.outcomes,
            blank_line=lambda: self.screens.render("hidden", "en", now=clock()).text,
            on_pause=self.sender.pause,
        )
        self.intake = Intake(store, self.words, self.screens, self.mouth, clock)
        self.heartbeat = Heartbeat(store, self.mouth, clock, settings=self.words, on_settings=self._learn_words)
        # Names this process, so that a dead one's lease can be told from a living one's on the same machine.
        self._holder = f"{socket.gethostname()}/{os.getpid()}/{_started_at(os.getpid())}"
        self._lease = "poller-" + sha256(wire.token.encode()).hexdigest()[:16]

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

    # Taking updates

    async def poll(self) -> None:
        """Take updates by long poll, for ever. Asking again is what confirms the last ones."""
        offset: int | None = None
        pause = FIRST_PAUSE
        while True:
            try:
                raws = await self.wire.take(offset=offset, seconds=POLL_SECONDS)
            except Conflict as error:
                log.warning("poll_conflict")
                if "webhook" in str(error).lower():
                    await self._quietly(self.wire.delete_webhook())
                await asyncio.sleep(pause)
            except RetryAfter as error:
                await asyncio.sleep(seconds(error))
            except InvalidToken:
                log.error("token_refused")
                await asyncio.sleep(LONGEST_PAUSE)
            except TelegramError as error:
                log.warning("poll_failed", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
                if raws:
                    await self.intake.handle(raws)
                    offset = max(int(raw["update_id"]) for raw in raws) + 1

    async def hold_lease(self, held: asyncio.Event) -> None:
        """Be the one that polls this token; wait for another process's lease to end. Renewed for ever."""
        while True:
            try:
                async with self.store.transaction() as tx:
                    before = await leases.holder(tx, self._lease)
                    if before is not None and before != self._holder and _is_dead(before):
                        await leases.give_back(tx, self._lease, before)
                    mine = await leases.take(tx, self._lease, self._holder, now=self.clock(), seconds=LEASE_SECONDS)
            except Exception as error:
                log.warning("lease_not_renewed", error=type(error).__name__)
                mine = held.is_set()
            if mine:
                held.set()
            elif held.is_set():
                raise LeaseGone  # somebody else polls now: two pollers would take each other's updates
            else:
                log.info("another_process_polls")
            await asyncio.sleep(LEASE_RENEWED)

    async def give_lease_back(self) -> None:
        async with self.store.transaction() as tx:
            await leases.give_back(tx, self._lease, self._holder)

    @staticmethod
    async def _quietly(call: object) -> None:
        with contextlib.suppress(TelegramError):
            await call  # type: ignore[misc]


class LeaseGone(Exception):
    """Another process has taken over polling."""


@asynccontextmanager
async def started(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Bot]:
    """A bot taking updates, until the block ends; then it stops taking, says what it owes, and closes.

    Raises: WrongSchema, NotSetUp, SettingsWrong.
    """
    store = Store.open(settings.database_url, settings.keys)
    await schema.check(store.engine)
    if settings.token is None:
        raise SettingsWrong(("YOUSAID_TOKEN is not set.",))
    wire = make_wire(settings.token.get_secret_value(), settings.api_url)
    for request in wire.requests:
        await request.initialize()
    bot = Bot(settings, store, wire, clock)
    await bot.prepare()
    tasks: list[asyncio.Task[None]] = []
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        for request in wire.requests:
            stack.push_async_callback(request.shutdown)
        stack.push_async_callback(_stop, bot, tasks)
        bot.intake_task = asyncio.create_task(_take(bot), name="intake")
        tasks += [
            bot.intake_task,
            asyncio.create_task(bot.outcomes.run(), name="outcomes"),
            asyncio.create_task(bot.sender.run(), name="sender"),
            asyncio.create_task(_introduce(bot), name="introduce"),
        ]
        bot.heartbeat.start()
        yield bot


async def _take(bot: Bot) -> None:
    """Take updates by the way the settings name."""
    if bot.settings.webhook_url:
        async with listening(bot.settings, bot.intake, bot.store):
            await bot.wire.set_webhook(
                bot.settings.webhook_url,
                allowed_updates=list(WANTED),
                secret_token=bot.store.keys.webhook_secret,
            )
            await asyncio.Event().wait()
    held = asyncio.Event()
    renewing = asyncio.create_task(bot.hold_lease(held))
    try:
        await _first(held.wait(), renewing)
        await _first(bot.poll(), renewing)
    finally:
        renewing.cancel()
        with contextlib.suppress(Exception):
            await bot.give_lease_back()


async def _first(work: object, beside: asyncio.Task[None]) -> None:
    """Do the work, unless what must go on beside it fails first."""
    doing: asyncio.Future[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
    try:
        await asyncio.wait({doing, beside}, return_when=asyncio.FIRST_COMPLETED)
        (beside if beside.done() else doing).result()
    finally:
        doing.cancel()
        with contextlib.suppress(asyncio.CancelledError, Stopping):
            await doing


async def _introduce(bot: Bot) -> None:
    """Set commands and descriptions where they differ; a bot that cannot do it now is still a bot."""
    try:
        await introduce(bot.wire, bot.screens)
    except TelegramError as error:
        log.warning("not_introduced", error=type(error).__name__)


async def _stop(bot: Bot, tasks: list[asyncio.Task[None]]) -> None:
    bot.intake.stopping = True
    bot.heartbeat.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(Exception):
        await asyncio.wait_for(bot.mouth.quiet(), timeout=10)


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
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


def _started_at(pid: int) -> str:
    """When that process began, in the kernel's ticks; tells a process from a later one with the same number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _is_dead(holder: str) -> bool:
    """Whether the process that holds a lease is one of this machine that has ended."""
    host, _, rest = holder.partition("/")
    pid, _, began = rest.partition("/")
    if host != socket.gethostname() or not pid.isdigit() or not began:
        return False
    return _started_at(int(pid)) != began
