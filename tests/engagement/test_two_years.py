"""Two years on three processes: clocks change, jump and lie, processes die mid-work, and everything due is done once.

Time does not pass here, it is moved to the next moment at which anything can happen, on the half-minute of the beat.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from staffed import meet, settings

from engagement import authority
from engagement import due as work
from engagement import outbox as gate
from engagement.london import LONDON, local, london, today
from storage import due, leases, outbox
from storage.due import Due, LeaseLost
from storage.ids import PersonId
from storage.outbox import Kind
from storage.store import Store, Transaction
from storage.tables import due as due_table
from storage.tables import outbox as outbox_table

SETTINGS = settings()
OURS = "proof"
"""The kind of what is due here beside what every night brings."""
BEAT = timedelta(seconds=30)
SLOW = timedelta(minutes=6)
"""Longer than a lease: whoever is as slow as this has lost what it had claimed."""
LATEST = timedelta(seconds=60)
PROCESSES = 3
NEVER = datetime.min.replace(tzinfo=UTC)
WALL = (time(0, 30), time(1), time(1, 30), time(2), time(2, 30), time(8, 59), time(12), time(19, 59), time(20))
KINDS: tuple[Kind, ...] = ("ours", "ours", "ours", "asked", "chosen", "help")
HOURS = (2, 14, 30, 120)
JUMPS = (timedelta(hours=-2), timedelta(days=1), timedelta(hours=-1), timedelta(days=3), timedelta(minutes=61))


class Died(Exception):
    """The process is gone; its transaction with it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What appeared in somebody's chat, and when by the clock."""

    person: PersonId | None
    occasion: str
    kind: str
    at: datetime
    expires_at: datetime


@dataclass
class World:
    """One database, its clock, and what has come of everything."""

    url: str
    keys: Path
    chance: random.Random
    now: datetime
    die_every: int
    """At each such many points of their work a process dies."""
    slow_every: int
    """Each time so many things were claimed, whoever has them takes too long."""
    expected: dict[str, datetime] = field(default_factory=dict)
    handled: list[tuple[str, datetime]] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    """What may be late: its moment was jumped over, or it was in a dead or slow process's hand."""
    points: int = 0
    claims: int = 0
    deaths: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self.by = itertools.cycle(JUMPS)
        self.processes = [Process(self, f"process {number}") for number in range(PROCESSES)]

    async def set_up(self, days: Iterator[date], *, people: int, a_day: int) -> None:
        """Everybody, and what is due on each of these days, by London clocks."""
        store = self.processes[0].store
        await store.add_authority(SETTINGS.name, authority.kept(SETTINGS))
        async with store.transaction() as tx:
            for number in range(people):
                await meet(tx, f"Person{number}")
            for day in days:
                for number in range(a_day):
                    at = london(day, self.chance.choice((*WALL, time(self.chance.randrange(9, 20), 10))))
                    key = f"{number}:{day.isoformat()}"
                    assert await due.add(tx, OURS, key, at)
                    self.expected[key] = at

    async def live_until(self, end: datetime, jumps: list[datetime]) -> None:
        """Beat and send, whoever comes first, until then; at each of these moments the clock jumps."""
        jumps = sorted(jumps)
        while self.now < end:
            if jumps and jumps[0] <= self.now:
                jumps.pop(0)
                self.jump(next(self.by))
            busy = self.processes if self.chance.random() < 0.15 else [self.chance.choice(self.processes)]
            await asyncio.gather(*(process.live() for process in busy))
            self.now = await self.next(min([end, *jumps]))

    def jump(self, by: timedelta) -> None:
        before, self.now = self.now, self.now + by
        self.excused |= {key for key, at in self.expected.items() if before < at <= self.now}

    async def next(self, latest: datetime) -> datetime:
        """The next beat at which anything is due, may leave, or was left behind."""
        moments = []
        async with self.processes[0].store.transaction() as tx:
            for column, table, state in (
                (due_table.c.due_at, due_table, "waiting"),
                (due_table.c.lease_until, due_table, "claimed"),
                (outbox_table.c.not_before, outbox_table, "queued"),
                (outbox_table.c.lease_until, outbox_table, "sending"),
            ):
                moments.append(await tx.connection.scalar(select(func.min(column)).where(table.c.state == state)))
        soonest = min([latest, *(moment for moment in moments if moment is not None)])
        beats = max(1, -((self.now - soonest) // BEAT))
        return self.now + beats * BEAT

    async def close(self) -> None:
        for process in self.processes:
            await process.store.close()


class Process:
    """One of several that share the work, as `bot.heartbeat` and `bot.sender` do it; it may die at any point."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.store = Store.open(world.url, world.keys)
        self.polls_until = NEVER

    async def live(self) -> None:
        """One beat, and everything that may leave; whoever dies is started again."""
        try:
            await self.beat()
            while await self.send():
                pass
        except Died:
            self.world.deaths += 1
            await self.store.close()
            self.store = Store.open(self.world.url, self.world.keys)

    def _may_die(self) -> None:
        self.world.points += 1
        if self.world.points % self.world.die_every == 0:
            raise Died

    async def beat(self) -> None:
        world = self.world
        async with self.store.transaction() as tx:
            await self._poll(tx)
            await outbox.after_crash(tx, on=today(world.now), now=world.now)
            await work.plan(tx, world.now, chance=world.chance.randrange)
        async with self.store.transaction() as tx:
            claimed = await due.claim(tx, now=world.now, limit=50)
        mine = {row.key for row in claimed}
        try:
            self._may_die()
            world.claims += bool(claimed)
            if claimed and world.claims % world.slow_every == 0:
                world.excused |= mine
                await self._be_slow()
            for row in claimed:
                await self._do(row)
        except Died:
            world.excused |= mine
            raise

    async def _poll(self, tx: Transaction) -> None:
        """Only one of them ever has the lease on polling."""
        now = self.world.now  # while the lease is taken somebody slow may move the clock
        if await leases.take(tx, "poller", self.name, now=now, seconds=60):
            others = [one for one in self.world.processes if one is not self]
            assert all(one.polls_until <= now for one in others)
            for one in others:  # it is over for them, also should the clock go back to before it was
                one.polls_until = NEVER
            self.polls_until = now + timedelta(seconds=60)

    async def _be_slow(self) -> None:
        """Somebody else finds the lease over and does it; what is done here is then not kept."""
        self.world.jump(SLOW)
        await next(one for one in self.world.processes if one is not self).live()

    async def _do(self, row: Due) -> None:
        world, now = self.world, self.world.now
        try:
            async with self.store.transaction() as tx:
                if row.kind == OURS:
                    await self._write(tx, row, now)
                    self._may_die()
                    await due.finish(tx, row)
                else:
                    await work.work(tx, SETTINGS, row, now)
        except LeaseLost:
            world.lost += 1
        else:
            world.handled.append((f"{row.kind}:{row.key}", now))
            self._may_die()

    async def _write(self, tx: Transaction, row: Due, now: datetime) -> None:
        """A message of some kind to somebody, which a second doing of this would write a second time."""
        chance = random.Random(row.key)
        at = now + timedelta(hours=chance.choice((0, 0, 20)))
        await outbox.queue(
            tx,
            occasion=f"{row.key}:{row.attempts}",
            person=PersonId(1 + row.id % 7),
            lane="young",
            kind=chance.choice(KINDS),
            envelope="envelope/something",
            opens={"screen": "menu"},
            not_before=at,
            expires_at=at + timedelta(hours=chance.choice(HOURS)),
        )

    async def send(self) -> int:
        now = self.world.now
        async with self.store.transaction() as tx:
            leaving = await gate.take(tx, SETTINGS, now=now)
        for one in leaving:
            self._may_die()
            row = one.row
            self.world.delivered.append(Delivered(row.person, row.occasion, row.kind, now, row.expires_at))
            self._may_die()
            async with self.store.transaction() as tx:
                await outbox.sent(tx, row.id, 100 + row.id, on=today(now))
                for old in one.replaces:
                    await outbox.opened(tx, old.id)
        return len(leaving)


def days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(count))


async def check(world: World) -> None:
    """Everything once and in time; nothing by night, too late, twice, or above the week."""
    done = Counter(key for key, _ in world.handled)
    assert {key: done[f"{OURS}:{key}"] for key in world.expected} == dict.fromkeys(world.expected, 1)
    assert max(done.values()) == 1, "each night has its jobs once"
    async with world.processes[0].store.transaction() as tx:
        written = (await tx.connection.scalars(select(outbox_table.c.occasion))).all()
    of_ours = Counter(":".join(occasion.split(":")[:2]) for occasion in written)
    assert {key: of_ours[key] for key in world.expected} == dict.fromkeys(world.expected, 1), "none was written twice"
    at = dict(world.handled)
    late = {key: at[f"{OURS}:{key}"] - moment for key, moment in world.expected.items() if key not in world.excused}
    assert min(late.values()) >= timedelta(0)
    assert max(late.values()) <= LATEST
    told = Counter((one.person, one.occasion) for one in world.delivered)
    assert max(told.values()) == 1
    by_day = [local(one.at).time() for one in world.delivered if one.kind in ("ours", "asked")]
    assert [at for at in by_day if not time(9) <= at < time(20)] == []
    assert not [one for one in world.delivered if one.expires_at <= one.at]
    for person in {one.person for one in world.delivered}:
        ours = sorted(one.at for one in world.delivered if one.person == person and one.kind == "ours")
        for first in ours:
            assert sum(first <= moment < first + timedelta(days=7) for moment in ours) <= SETTINGS.cap


SPRING, AUTUMN, LEAP = date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29)


def test_these_are_the_nights_on_which_clocks_change_and_the_day_that_comes_every_four_years() -> None:
    for day in (SPRING, AUTUMN, date(2028, 3, 26), date(2028, 10, 29)):
        before, after = (datetime.combine(day, at, tzinfo=LONDON).utcoffset() for at in (time(0, 30), time(3)))
        assert before != after
    assert local(london(SPRING, time(1, 30))).time() == time(2, 30), "half past one never comes"


async def test_weeks_in_which_clocks_change_and_processes_die_bring_everything_once(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(4)
    world = World(sqlite_database_url, tmp_path / "keys", chance, london(SPRING, time(12)) - timedelta(days=3), 37, 12)
    weeks = [day - timedelta(days=2) for day in (SPRING, AUTUMN, LEAP)]
    await world.set_up((day for first in weeks for day in days(first, 5)), people=7, a_day=3)
    for first in weeks:
        world.now = max(world.now, london(first, time(0)))
        jumps = [london(first + timedelta(days=2), time(0, 50)), london(first + timedelta(days=3), time(13))]
        await world.live_until(london(first + timedelta(days=7), time(23)), jumps)
    await check(world)
    assert world.deaths >= 5
    assert world.lost
    await world.close()


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_two_years_of_everything_due_on_three_processes_that_die(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(5)
    first, count = date(2027, 1, 1), 731
    world = World(database_url, tmp_path / "keys", chance, london(first, time(0)), 251, 100)
    await world.set_up(days(first, count), people=7, a_day=4)
    nights = [london(day, time(0, 50)) for day in (SPRING, AUTUMN, LEAP, date(2028, 3, 26), date(2028, 10, 29))]
    jumps = [*nights, *(london(first, time(12)) + timedelta(days=chance.randrange(count)) for _ in range(10))]
    await world.live_until(london(first + timedelta(days=count + 7), time(0)), jumps)
    await check(world)
    assert world.deaths >= 30
    record_property("due", f"{len(world.handled)} things done, each once; jumps of the clock: {len(jumps)}")
    record_property("processes that died mid-work", world.deaths)
    record_property("too slow, and nothing of it kept", world.lost)
    record_property("messages", f"{len(world.delivered)}; by night 0, after their time 0, twice 0")
    await world.close()
