"""What the network told us after a commit: message ids learnt, messages cleared, chats that can't be reached.

Written soon after, in one transaction for all that has gathered; nothing a person is told depends on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from storage.store import Store, Transaction

Outcome = Callable[[Transaction], Awaitable[object]]
RETRY_SECONDS = 2.0

log = structlog.get_logger()


class Outcomes:
    """Gathers outcomes and writes them; keeps them while the database is away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Outcome] = []
        self._some = asyncio.Event()

    def add(self, outcome: Outcome) -> None:
        """Write this with the next lot. It must be harmless twice."""
        self._waiting.append(outcome)
        self._some.set()

    async def run(self) -> None:
        """Write whatever gathers, for ever."""
        while True:
            await self._some.wait()
            try:
                await self.flush()
            except Exception as error:  # the database is away: say so once a try and keep what we know
                log.warning("outcomes_not_written", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> None:
        """Write everything gathered so far."""
        taken, self._waiting = self._waiting, []
        self._some.clear()
        if not taken:
            return
        try:
            if await self._failure(taken) is not None:
                await self._one_by_one(taken)
        except BaseException:
            self._waiting = taken + self._waiting
            self._some.set()
            raise

    async def _failure(self, outcomes: Iterable[Outcome]) -> Exception | None:
        """Why these could not be written; None when they are kept."""
        try:
            async with self._store.transaction() as tx:
                for outcome in outcomes:
                    await outcome(tx)
        except Exception as error:
            return error
        return None

    async def _one_by_one(self, taken: Iterable[Outcome]) -> None:
        """Write what can be written. If anything could, then what is left never can be and must not hold up the rest.

        Raises: why not even one could be written, which is the database's trouble and not an outcome's.
        """
        failures = [await self._failure([outcome]) for outcome in taken]
        given_up = [error for error in failures if error is not None]
        if len(given_up) == len(failures):
            raise given_up[0]
        for error in given_up:
            log.error("outcome_given_up", error=type(error).__name__)
