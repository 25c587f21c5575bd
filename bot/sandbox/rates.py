"""How fast a bot may send: one message a second in a chat with short bursts, about thirty in all."""

import math
from dataclasses import dataclass, field

from bot.sandbox.refusals import too_many


@dataclass(slots=True)
class Bucket:
    """So many at once, then so many a second."""

    size: float
    rate: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more fits; 0 when it fits now."""
        self.level = min(self.size, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 else (1 - self.level) / self.rate


@dataclass(slots=True)
class Rates:
    """The limits, as lenient or strict as a test likes; edits and answers do not count."""

    on: bool = True
    in_chat: float = 1.0
    chat_burst: int = 20
    overall: float = 30.0
    overall_burst: int = 60
    _chats: dict[tuple[str, int], Bucket] = field(default_factory=dict)
    _bots: dict[str, Bucket] = field(default_factory=dict)

    def spend(self, token: str, chat: int, now: float, *, messages: int = 1) -> None:
        """Count messages about to be sent; raises 429 when they come too fast."""
        if not self.on:
            return
        whole = self._bots.get(token)
        if whole is None:
            whole = self._bots[token] = Bucket(self.overall_burst, self.overall, self.overall_burst, now)
        own = self._chats.get((token, chat))
        if own is None:
            own = self._chats[token, chat] = Bucket(self.chat_burst, self.in_chat, self.chat_burst, now)
        wait = max(whole.wait(now), own.wait(now))
        if wait:
            raise too_many(max(1, math.ceil(wait)))
        whole.level -= messages
        own.level -= messages

    def forget(self) -> None:
        """Begin anew with full allowances, for instance after the limits were changed."""
        self._chats.clear()
        self._bots.clear()
