"""Time that a test may move: long polls, expiry and the 48-hour rule all read this one clock."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Timer:
    """A callback waiting for its moment; `cancel` forgets it."""

    __slots__ = ("_callback", "moment")

    def __init__(self, moment: float, callback: Callable[[], None]) -> None:
        self.moment = moment
        self._callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """The callback will not be called any more."""
        self._callback = None

    def fire(self) -> None:
        """Call back, once."""
        callback, self._callback = self._callback, None
        if callback:
            callback()


class Clock:
    """Seconds since 1970. A running clock ticks by itself, a stopped one only moves by `move`."""

    def __init__(self, start: float | datetime | None = None, *, running: bool = True) -> None:
        if isinstance(start, datetime):
            start = start.timestamp()
        self._base = time.time() if start is None else start
        self._since = time.monotonic()
        self.running = running
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._wake: asyncio.TimerHandle | None = None

    def time(self) -> float:
        """The moment now, in seconds since 1970."""
        return self._base + (time.monotonic() - self._since if self.running else 0.0)

    def now(self) -> datetime:
        """The moment now, aware and in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def move(self, seconds: float = 0.0, *, hours: float = 0.0, days: float = 0.0) -> None:
        """Jump, and let everything that fell due in between happen."""
        self._base += seconds + hours * 3600 + days * 86400
        self._fire_due()

    def at(self, moment: float, callback: Callable[[], None]) -> Timer:
        """Call back at this moment of this clock; must be called inside an event loop."""
        timer = Timer(moment, callback)
        heapq.heappush(self._timers, (moment, next(self._order), timer))
        if self._timers[0][2] is timer:
            self._plan()
        return timer

    def _fire_due(self) -> None:
        now = self.time()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2].fire()
        self._plan()

    def _plan(self) -> None:
        if self._wake:
            self._wake.cancel()
            self._wake = None
        if not (self.running and self._timers):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # moved from outside the loop: whoever adds the next timer plans again
        self._wake = loop.call_later(max(0.0, self._timers[0][0] - self.time()), self._fire_due)


class Changes:
    """Something that changes: whoever waits here wakes at the next change."""

    __slots__ = ("_many", "_waiting", "count")

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []
        self._many = 64
        self.count = 0

    def notify(self) -> None:
        """Wake everyone who waits now."""
        self.count += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    def future(self) -> asyncio.Future[None]:
        """Done at the next change after this call."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= self._many:  # forget those who stopped waiting
            self._waiting = [one for one in self._waiting if not one.done()]
            self._many = 2 * len(self._waiting) + 64
        self._waiting.append(future)
        return future

    async def next(self) -> None:
        """Come back at the next change."""
        await self.future()

    async def until(self, is_true: Callable[[], object]) -> None:
        """Come back as soon as this holds."""
        while not is_true():
            await self.next()
