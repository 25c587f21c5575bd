"""Updates by long poll, from one process at a time: the lease on a token, and the loop that confirms what is kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Coroutine
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.intake import DatabaseAway, Intake, Stopping
from bot.wire import Wire, seconds
from storage import leases
from storage.store import Store

POLL_SECONDS = 50
LEASE_SECONDS = 60
LEASE_RENEWED = 15.0
LEASE_ASKED_FOR = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
AWAY_PAUSE = 2.0
"""Seconds before updates that could not be kept are taken again: whoever taps meanwhile hears of it in time."""

log = structlog.get_logger()


class LeaseGone(Exception):
    """Another process has taken over polling."""


class Lease:
    """The right to poll one token. Two pollers would take each other's updates."""

    def __init__(self, store: Store, token: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.name = "poller-" + sha256(token.encode()).hexdigest()[:16]
        # Names this process, so that a dead one's lease can be told from a living one's on the same machine.
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{_started_at(os.getpid())}"

    async def hold(self, held: asyncio.Event) -> None:
        """Wait for another process's lease to end, set `held`, and renew it for ever. Raises: LeaseGone."""
        told = False
        while True:
            try:
                mine = await self.take()
            except Exception as error:
                log.warning("lease_not_renewed", error=type(error).__name__)
                mine = held.is_set()
            if mine:
                held.set()
            elif held.is_set():
                raise LeaseGone
            elif not told:
                log.info("another_process_polls")
                told = True
            await asyncio.sleep(LEASE_RENEWED if mine else LEASE_ASKED_FOR)

    async def take(self) -> bool:
        """Whether this process has it now; the lease of one that has died on this machine is taken at once."""
        async with self._store.transaction() as tx:
            before = await leases.holder(tx, self.name)
            if before is not None and before != self.holder and _is_dead(before):
                await leases.give_back(tx, self.name, before)
            return await leases.take(tx, self.name, self.holder, now=self._clock(), seconds=LEASE_SECONDS)

    async def give_back(self) -> None:
        """Let the next process begin at once."""
        async with self._store.transaction() as tx:
            await leases.give_back(tx, self.name, self.holder)


async def polling(lease: Lease, wire: Wire, intake: Intake) -> None:
    """Poll for ever, once the lease is ours and for as long as it is. Raises: LeaseGone."""
    held = asyncio.Event()
    renewing = asyncio.create_task(lease.hold(held))
    try:
        await _beside(renewing, held.wait())
        await _beside(renewing, poll(wire, intake))
    finally:
        renewing.cancel()
        with contextlib.suppress(Exception):
            await lease.give_back()


async def poll(wire: Wire, intake: Intake) -> None:
    """Take updates, for ever. Asking again is what confirms the last ones."""
    offset: int | None = None
    pause = FIRST_PAUSE
    while True:
        try:
            raws = await wire.take(offset=offset, seconds=POLL_SECONDS)
            if raws:
                await intake.handle(raws)
                offset = max(int(raw["update_id"]) for raw in raws) + 1
        except DatabaseAway:
            # From the same place Telegram gives them once more, and with them whoever has tapped since: they are told.
            await asyncio.sleep(AWAY_PAUSE)
        except Conflict as error:
            log.warning("poll_conflict")
            if "webhook" in str(error).lower():
                with contextlib.suppress(TelegramError):
                    await wire.delete_webhook()
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


async def _beside(going_on: asyncio.Task[None], work: Coroutine[Any, Any, object]) -> None:
    """Do the work, unless what must go on beside it fails first."""
    doing = asyncio.create_task(work)
    try:
        await asyncio.wait({doing, going_on}, return_when=asyncio.FIRST_COMPLETED)
        (going_on if going_on.done() else doing).result()
    finally:
        doing.cancel()
        with contextlib.suppress(asyncio.CancelledError, Stopping):
            await doing


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
