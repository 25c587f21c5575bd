"""Every thirty seconds: what is due, what was left behind, what the night needs. Nothing is held in the scheduler."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.mouth import Mouth, Saying
from bot.reports import weighing
from engagement import audit, authority, staff_cards
from engagement import due as work
from engagement.authority import Settings
from engagement.london import local, today
from engagement.staff_cards import Faded
from storage import due, outbox, pool, trail
from storage.due import Due, LeaseLost
from storage.store import Store, Transaction

SECONDS = 30
AT_A_TIME = 50
POOL_FULL = 40
"""Boxes that wait before the job runs by day as well, at most once an hour."""

log = structlog.get_logger()

Fade = Callable[[Transaction, Faded], Awaitable[Saying]]
"""Shows a card without the details it has shown for long enough."""


async def beat(
    store: Store,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    fade: Fade | None = None,
    say: Callable[[Saying], None] = lambda _: None,
) -> int:
    """Do everything that is due now, each in a transaction of its own; says how many there were.

    Whoever cannot redraw a card has no `fade`: then one that has shown its details for long enough is removed.
    """
    now = clock()
    async with store.transaction() as tx:
        await outbox.after_crash(tx, on=today(now), now=now)
        await work.plan(tx, now, chance=secrets.randbelow)
        if any(count >= POOL_FULL for count in (await pool.waiting(tx)).values()):
            await due.add(tx, "nightly", f"{local(now):%Y-%m-%dT%H}", now)
    done = 0
    while True:
        async with store.transaction() as tx:
            claimed = await due.claim(tx, now=clock(), limit=AT_A_TIME)
        for row in claimed:
            done += await _do(store, settings, row, clock, fade, say)
        if len(claimed) < AT_A_TIME:
            return done


async def _do(
    store: Store,
    settings: Settings,
    row: Due,
    clock: Callable[[], datetime],
    fade: Fade | None,
    say: Callable[[Saying], None],
) -> int:
    saying: Saying | None = None
    try:
        async with store.transaction() as tx:
            said = await work.work(tx, settings, row, clock())
            if isinstance(said, Faded) and fade is not None:
                saying = await fade(tx, said)
            elif isinstance(said, Faded):
                await staff_cards.remove_card(tx, said.member, now=clock())
        if saying is not None:
            say(saying)
        if isinstance(said, audit.Digest):
            log.info("audit_digest", count=said.count, last=said.last_id, link=said.link)
        return 1
    except LeaseLost:
        return 0
    except Exception as error:
        log.error("due_failed", kind=row.kind, error=type(error).__name__)
        async with store.transaction() as tx:
            await due.fail(tx, row, now=clock())
        return 0


class Heartbeat:
    """Ticks while the bot runs. A tick that is missed is caught up by the next one."""

    def __init__(
        self,
        store: Store,
        mouth: Mouth,
        clock: Callable[[], datetime],
        *,
        settings: Callable[[], Settings],
        on_settings: Callable[[Settings], None],
        fade: Fade | None = None,
    ) -> None:
        self._store = store
        self._mouth = mouth
        self._clock = clock
        self._settings = settings
        self._on_settings = on_settings
        self._fade = fade
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tick now and every thirty seconds."""
        self._scheduler.add_job(
            self._tick_until_stopped,
            "interval",
            seconds=SECONDS,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Tick no more; a tick under way has let go of the database when this returns."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def _tick_until_stopped(self) -> None:
        self._ticking = asyncio.current_task()
        with contextlib.suppress(asyncio.CancelledError):  # the scheduler would log being stopped as an error
            await self.tick()

    async def tick(self) -> None:
        """One beat. Whatever goes wrong is logged by kind, and the next beat tries again."""
        try:
            await beat(self._store, self._settings(), self._clock, fade=self._fade, say=self._mouth.say)
            async with self._store.transaction() as tx:
                self._on_settings(await authority.current(tx))
                left = await trail.waiting(tx, now=self._clock())
        except Exception as error:
            log.error("heartbeat_failed", error=type(error).__name__)
            return
        for mess in left:
            self._mouth.say(Saying(mess.chat, clear=[mess]))
        await self._weigh()

    async def _weigh(self) -> None:
        """Each picture of what is told is drawn once, so that it is known how large it is before anybody asks."""
        try:
            await weighing.weigh(self._store, self._settings())
        except Exception as error:
            log.error("picture_not_weighed", error=type(error).__name__)
