"""Telling many people something at once: whom it reaches, confirmed by typing how many, with a minute to cancel.

Whom it reaches is worked out anew each time it is looked at and once more when it is confirmed; the gate asks again
when each message leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from engagement import budget, nudges
from engagement.authority import Settings
from engagement.budget import Left, Reach, Topic
from engagement.london import local
from engagement.outbox import QUIET_UNTIL, is_quiet
from storage import occasions, outbox, people
from storage.ids import PersonId
from storage.people import Person
from storage.store import Transaction

CANCEL_FOR = timedelta(seconds=60)
KEPT_WAITING = timedelta(days=7)
GONE = ("sending", "sent", "unknown")
"""The states of a message that may have reached somebody."""

NEWS_KEPT = timedelta(days=14)
"""How long what was found, promised or dropped is still worth a message."""


class TellingError(Exception):
    """Nothing was sent, and nothing changed."""


class WrongNumber(TellingError):
    """Another number was typed than that of the people it goes to."""


class NumberChanged(TellingError):
    """It would reach another number of people now than when it was looked at."""

    def __init__(self, was: int, now: int) -> None:
        super().__init__(was, now)
        self.was, self.now = was, now


class NobodyToTell(TellingError):
    """It would reach nobody at this moment."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom it reaches now and whom not, and why; the day from whose morning it leaves, when it is night."""

    people: tuple[PersonId, ...]
    total: int
    left_out: Mapping[Left, int]
    leaves_on: date | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """It is on its way to so many people from that moment on."""

    chosen: int
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How many it may have reached, how many it will reach yet, and the seconds left to cancel it as if never sent.

    While it is not `told` whose week is full, nobody is counted once it has begun to leave.
    """

    left: int
    waiting: int
    seconds: int
    leaves_on: date | None
    told: bool = True


async def reach(tx: Transaction, settings: Settings, meant: Sequence[Person], topic: Topic, *, now: datetime) -> Reach:
    """Whom it reaches; while a full week is not to be told, whoever has one is among them, and theirs waits."""
    found = await budget.reach(tx, settings, meant, topic, now=now)
    if not await nudges.untold(tx):
        return found
    left = {who: why for who, why in found.left.items() if why != "week_full"}
    return Reach(tuple(person.id for person in meant if person.id not in left), left)


async def preview(
    tx: Transaction, settings: Settings, topic: Topic, *, now: datetime, among: Sequence[Person] | None = None
) -> Preview:
    """Whom something about this topic would reach: everybody in the register who has joined, or of these."""
    meant = await people.everyone(tx) if among is None else among
    reached = await reach(tx, settings, meant, topic, now=now)
    left_out = {why: count for why, count in reached.left_out.items() if count}
    return Preview(reached.people, len(meant), left_out, leaves_on(now + CANCEL_FOR))


async def confirm(
    tx: Transaction,
    settings: Settings,
    topic: Topic,
    *,
    occasion: str,
    opens: Mapping[str, Any],
    envelope: str,
    typed: str,
    shown: int,
    now: datetime,
    among: Sequence[Person] | None = None,
) -> Leaving:
    """It is on its way: it leaves after a minute, to those it reaches at this moment, each once for this occasion.

    `shown` is the number of people they were told. Raises: NobodyToTell, NumberChanged, WrongNumber.
    """
    looked = await preview(tx, settings, topic, now=now, among=among)
    chosen = len(looked.people)
    if not chosen:
        raise NobodyToTell
    if chosen != shown:
        raise NumberChanged(shown, chosen)
    if typed.strip() != str(chosen):
        raise WrongNumber
    await outbox.queue_for(
        tx,
        looked.people,
        occasion=occasion,
        envelope=envelope,
        opens=opens,
        not_before=now + CANCEL_FOR,
        expires_at=now + NEWS_KEPT,
    )
    return Leaving(chosen, now + CANCEL_FOR)


async def progress(tx: Transaction, occasion: str, leaves_at: datetime | None, *, now: datetime) -> Progress:
    """How far it is."""
    seconds = 0 if leaves_at is None else max(0, ceil((leaves_at - now).total_seconds()))
    if leaves_at is not None and not seconds and await nudges.untold(tx):
        return Progress(0, 0, 0, leaves_on(now), told=False)
    counts = (await occasions.states(tx, occasion)).get(occasion, {})
    waiting = counts.get("queued", 0) + counts.get("held", 0)
    return Progress(sum(counts.get(state, 0) for state in GONE), waiting, seconds, leaves_on(now))


async def stop(tx: Transaction, occasion: str) -> int:
    """It goes no further; says how many may have it. What has left stays. The occasion ends in a name of its own.

    Where nobody may have it, it is as if it had never been written, and can be told under the same occasion again.
    """
    await occasions.cancel_beginning(tx, occasion)
    await occasions.expire_in_flight(tx, occasion)
    counts = (await occasions.states(tx, occasion)).get(occasion, {})
    left = sum(counts.get(state, 0) for state in GONE)
    if not left:
        await occasions.remove(tx, occasion, exactly=True)
    return left


async def told(tx: Transaction, occasion: str) -> frozenset[PersonId]:
    """Everybody whom the message of this occasion may have reached."""
    history = await occasions.history(tx, occasion)
    return frozenset(
        who for who, rows in history.items() if any(row.occasion == occasion and row.state in GONE for row in rows)
    )


async def is_told(tx: Transaction, occasion: str) -> bool:
    """Whether it has left to anybody, or is on its way."""
    counts = (await occasions.states(tx, occasion)).get(occasion, {})
    return any(counts.get(state) for state in (*GONE, "queued", "held"))


def leaves_on(now: datetime) -> date | None:
    """The day from whose morning messages leave, when it is night."""
    if not is_quiet(now):
        return None
    here = local(now)
    return here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
