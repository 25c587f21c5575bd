"""The updates Telegram holds for one bot, and the rules by which it lets go of them."""

import json
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import Changes, Clock

Json = dict[str, Any]

TAPS_LIVE = 150.0
OTHERS_LIVE = 24 * 3600.0
QUIET_WEEK = 7 * 24 * 3600.0
LEFT_OUT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FAR_PAST = 10


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its kind, whose it is, and its JSON as it goes over the wire."""

    id: int
    kind: str
    owner: int
    at: float
    body: bytes

    def json(self) -> Json:
        """The update as an object."""
        found: Json = json.loads(self.body)
        return found


class UpdateQueue:
    """Ids rise by one from a random start; an offset confirms everything below it."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self.clock = clock
        self.chance = chance
        self.changes = Changes()
        self.allowed: frozenset[str] | None = None
        self.waiting: deque[Update] = deque()
        self._again: list[Update] = []
        self._next = chance.randint(100_000_000, 900_000_000)
        self._last_at: float | None = None
        self._repeat = 0
        self._jump = False

    def jump_down(self) -> None:
        """The next update that meets an empty queue gets a lower id than all before."""
        self._jump = True

    def repeat(self, times: int = 1) -> None:
        """The next so many updates are delivered once more after they were confirmed."""
        self._repeat += times

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for this kind."""
        return kind not in LEFT_OUT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remember what the bot asks for; an empty list means the default, None changes nothing."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def put(self, kind: str, owner: int, content: Any) -> Update | None:
        """Hold one update; None where the bot did not ask for its kind."""
        if not self.wants(kind):
            return None
        now = self.clock.time()
        quiet = self._last_at is not None and now - self._last_at > QUIET_WEEK
        if not self.waiting and (quiet or self._jump):
            self._next = self.chance.randint(1_000, self._next - 1_000) if self._jump else self._random_start()
            self._jump = False
        self._last_at = now
        number = self._next
        self._next += 1
        update = Update(number, kind, owner, now, json.dumps({"update_id": number, kind: content}).encode())
        self.waiting.append(update)
        self.changes.notify()
        return update

    def take(self, offset: int, limit: int) -> list[Update]:
        """What a poll with this offset gets; everything below the offset is let go."""
        self.age_out()
        if offset < 0:
            while len(self.waiting) > -offset:
                self._confirm(self.waiting.popleft())
        elif 0 < offset <= self._next + FAR_PAST:
            while self.waiting and self.waiting[0].id < offset:
                self._confirm(self.waiting.popleft())
        again, self._again = self._again, []
        return (again + [update for _, update in zip(range(limit), self.waiting, strict=False)])[:limit]

    def let_go(self, update: Update) -> None:
        """One update was delivered by webhook."""
        if update in self.waiting:
            self.waiting.remove(update)
            self._confirm(update)

    def clear(self) -> None:
        """Forget everything that waits."""
        self.waiting.clear()
        self.changes.notify()

    def age_out(self) -> None:
        """Forget taps after 150 s and everything else after 24 h."""
        now = self.clock.time()
        if self.waiting and any(self._is_old(update, now) for update in self.waiting):
            self.waiting = deque(update for update in self.waiting if not self._is_old(update, now))
            self.changes.notify()

    @property
    def ready(self) -> bool:
        """Whether a poll would get something now."""
        return bool(self.waiting or self._again)

    @staticmethod
    def _is_old(update: Update, now: float) -> bool:
        return now - update.at > (TAPS_LIVE if update.kind == "callback_query" else OTHERS_LIVE)

    def _random_start(self) -> int:
        return self.chance.randint(100_000_000, 900_000_000)

    def _confirm(self, update: Update) -> None:
        if self._repeat:
            self._repeat -= 1
            self._again.append(update)
        self.changes.notify()
