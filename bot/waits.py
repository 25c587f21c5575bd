"""How long Telegram wants the outbox to wait. It asks the bot and not a process: whoever sends next waits too.

In this process by the loop's clock, which never jumps. For all others the wait is kept as a lease that Telegram holds.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from bot.outcomes import Outcomes
from storage import leases
from storage.store import Transaction

HOLDER = "telegram"
LONGEST_HEARD = 600.0
"""Seconds that a wait somebody else was asked for is kept at most: since then the clock may have jumped."""


class Waits:
    """The wait of one token."""

    def __init__(self, token: str, outcomes: Outcomes, clock: Callable[[], datetime]) -> None:
        self._name = "sending-" + sha256(token.encode()).hexdigest()[:16]
        self._outcomes = outcomes
        self._clock = clock
        self._until = 0.0
        self._known: datetime | None = None

    @property
    def left(self) -> float:
        """Seconds until something may be sent; none or less when it may."""
        return self._until - asyncio.get_running_loop().time()

    def hold(self, seconds: float) -> None:
        """Wait so long, here alone."""
        self._until = max(self._until, asyncio.get_running_loop().time() + seconds)

    def ask(self, seconds: float) -> None:
        """Telegram has asked for so long: here at once, and for everybody as soon as it is written."""
        self.hold(seconds)
        now, whole = self._clock().replace(microsecond=0), math.ceil(seconds) + 1
        self._known = now + timedelta(seconds=whole)
        self._outcomes.add(lambda tx: leases.take(tx, self._name, HOLDER, now=now, seconds=whole))

    async def hear(self, tx: Transaction) -> bool:
        """Whether somebody else was asked to wait, or this process in an earlier life, and it is not over."""
        until = await leases.ends_at(tx, self._name)
        if until is None or until == self._known:
            return False
        self._known = until
        left = min((until - self._clock()).total_seconds(), LONGEST_HEARD)
        self.hold(left)
        return left > 0
