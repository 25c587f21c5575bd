"""Telegram's bad days, on a switch."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bot.sandbox.refusals import Refused, bad_request, forbidden, server_error, too_many, unauthorized


class Kind(StrEnum):
    """What can go wrong with one request."""

    NONE = "none"
    TOO_MANY = "429"
    FORBIDDEN = "403"
    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    CONFLICT = "409"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    HANG = "hang"
    HANG_AFTER = "hang_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    DELAY = "delay"


POLL = "getupdates"


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong: for which calls, how often, how likely."""

    kind: Kind
    method: str | None = None
    chat: int | None = None
    times: int | None = None
    probability: float = 1.0
    retry_after: int = 7
    seconds: float = 0.0
    description: str = ""
    met: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, method: str, chat: int | None) -> bool:
        """Whether it may strike this call. Without a method it spares the polls; "*" spares nothing."""
        if self.times is not None and self.met >= self.times:
            return False
        if self.chat is not None and self.chat != chat:
            return False
        if self.method is None:
            return method != POLL
        return self.method == "*" or self.method.lower() == method

    def refusal(self) -> Refused | None:
        """The refusal it answers with, if it answers with one."""
        match self.kind:
            case Kind.TOO_MANY:
                return too_many(self.retry_after)
            case Kind.FORBIDDEN:
                return forbidden(self.description or "bot was blocked by the user")
            case Kind.BAD_REQUEST:
                return bad_request(self.description or "chat not found")
            case Kind.UNAUTHORIZED:
                return unauthorized()
            case Kind.CONFLICT:
                return Refused(409, self.description or "Conflict")
            case Kind.SERVER_ERROR:
                return server_error()
        return None


class Faults:
    """The faults switched on now; the earliest that fits a call strikes it."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a seeded fault plan, nothing secret
        self.active: list[Fault] = []

    def add(
        self,
        kind: Kind | str,
        *,
        method: str | None = None,
        chat: int | None = None,
        times: int | None = None,
        probability: float = 1.0,
        retry_after: int = 7,
        seconds: float = 0.0,
        description: str = "",
    ) -> Fault:
        """Switch a fault on; the same object switches it off again by `remove`."""
        fault = Fault(Kind(kind), method, chat, times, probability, retry_after, seconds, description)
        self.active.append(fault)
        return fault

    def script(self, kinds: Iterable[Kind | str], *, method: str | None = None, chat: int | None = None) -> None:
        """The next calls meet these kinds, one each and in this order ("none" lets one through)."""
        for kind in kinds:
            self.add(kind, method=method, chat=chat, times=1)

    def remove(self, fault: Fault) -> None:
        """Switch one fault off and release whatever hangs on it."""
        if fault in self.active:
            self.active.remove(fault)
        fault.released.set()

    def clear(self) -> None:
        """Switch everything off and release whatever hangs."""
        for fault in list(self.active):
            self.remove(fault)

    def release(self) -> None:
        """Let everything that hangs go on; the faults stay switched on for later calls."""
        for fault in self.active:
            fault.released.set()
            fault.released = asyncio.Event()

    def meet(self, method: str, chat: int | None) -> Fault | None:
        """The fault that strikes this call; None lets it through."""
        for fault in self.active:
            if fault.fits(method, chat) and (fault.probability >= 1 or self.random.random() < fault.probability):
                fault.met += 1
                return fault if fault.kind is not Kind.NONE else None
        return None
