"""A year of an authority on three processes that die: check-ins, birthdays, what was promised, and Christmas.

Time does not pass here, it is moved to the next moment at which anything can happen. What people and staff do follows
from what reaches them, by a lot drawn from its name: whoever lives the year again finds the same.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import time as machine
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from staffed import hire, meet, settings

from engagement import (
    authority,
    beats,
    call_capacity,
    call_day,
    call_managing,
    call_planning,
    call_times,
    checkin_digest,
    checkin_looks,
    checkin_morning,
    checkins,
    days,
    greetings,
    tasks,
)
from engagement import calls as asking
from engagement import checkin_plans as plans
from engagement import checkin_rules as rules
from engagement import due as work
from engagement import outbox as gate
from engagement.days import Birthday
from engagement.london import london, today
from storage import calls, due, outbox, sqlite, staff
from storage.calls import Call
from storage.checkins import Rhythm
from storage.due import Due, LeaseLost
from storage.ids import CallDayId, CallId, PersonId, StaffId, TaskId
from storage.outbox import Row
from storage.store import Store, Transaction
from storage.tables import outbox as outbox_table

SETTINGS = settings(contact_within_hours=8)
BEAT = timedelta(seconds=30)
PROCESSES, WORKERS = 3, 12
HOURS = (time(10), time(10), time(17), time(20))
"""What people choose for their check-in, the last of it after the team has gone home and before we are quiet."""


class Died(Exception):
    """The process is gone; its transaction with it."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How many there are, and how many of them do what."""

    people: int
    rhythms: dict[Rhythm, int]
    birthdays: int
    asks: int
    """How often somebody asks to be contacted, in the whole time."""
    die_every: int
    """At each such many points of their work a process dies."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What appeared in a young person's chat, and when by the clock."""

    person: PersonId
    occasion: str
    kind: str
    at: datetime


@dataclass
class Year:
    """One database, its clock, and what has come of everything."""

    url: str
    keys: Path
    first: datetime
    mix: Mix
    down: tuple[tuple[datetime, datetime], ...] = ()
    """From when until when no process runs."""
    handled: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    """What was done, by kind and key, when it was due and when it was done."""
    delivered: list[Delivered] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)
    """What may be late: it was in the hands of one that died."""
    checkins: set[tuple[PersonId, datetime]] = field(default_factory=set)
    birthdays: dict[PersonId, Birthday] = field(default_factory=dict)
    wanted: set[PersonId] = field(default_factory=set)
    points: int = 0
    deaths: int = 0
    beats: int = 0
    seconds: float = 0.0
    """What the year took of the machine, all processes together."""

    def __post_init__(self) -> None:
        self.now = self.first
        self.chance = random.Random(7)
        self.processes = [Process(self, f"process {number}") for number in range(PROCESSES)]
        self.turns = itertools.cycle(self.processes)

    # Who there is

    async def set_up(self, until: datetime) -> None:
        """Everybody, what they chose, and when somebody will ask for contact."""
        store = self.processes[0].store
        await store.add_authority(SETTINGS.name, authority.kept(SETTINGS))
        async with store.transaction() as tx:
            self.manager = await hire(tx, "Dana Duty", "manager")
            self.workers = [await hire(tx, f"Worker{number} Patel", "pa") for number in range(WORKERS)]
            people = [
                await meet(tx, f"Person{number}", self.workers[number % WORKERS]) for number in range(self.mix.people)
            ]
            rhythms = [rhythm for rhythm, count in self.mix.rhythms.items() for _ in range(count)]
            for person, rhythm in zip(people, rhythms, strict=False):
                await self._checks_in(tx, person, rhythm, until)
            for number, person in enumerate(people[len(people) - self.mix.birthdays :]):
                await self._has_a_birthday(tx, person, number)
        moments = sorted(self.chance.uniform(0, 1) for _ in range(self.mix.asks))
        self.asks = [(self.first + part * (until - self.first), self.chance.choice(people)) for part in moments]

    async def _checks_in(self, tx: Transaction, person: PersonId, rhythm: Rhythm, until: datetime) -> None:
        weekday, at = self.chance.randrange(7), self.chance.choice(HOURS)
        await plans.choose(tx, person, rhythm, weekday, at, now=self.first)
        day = today(self.first)
        while london(day, at) < until:
            if day.weekday() == weekday and london(day, at) > self.first and _is_its_turn(rhythm, day):
                self.checkins.add((person, london(day, at)))
                day += timedelta(days=13) if rhythm == "fortnightly" else timedelta()
            day += timedelta(days=1)

    async def _has_a_birthday(self, tx: Transaction, person: PersonId, number: int) -> None:
        on = date(2024, 2, 29) if number % 40 == 0 else date(2024, 1, 1) + timedelta(days=self.chance.randrange(366))
        leap = self.chance.choice(("28", "1"))
        await days.give_birthday(tx, person, on.month, on.day, leap)
        await days.switch_team(tx, person)
        self.birthdays[person] = Birthday(on.month, on.day, leap)

    # Time

    async def live(self, until: datetime) -> None:
        """Beat and send, each of the processes in turn, until then."""
        began = machine.process_time()
        while self.now < until:
            await next(self.turns).live()
            self.now = await self._next(until)
        self.seconds += machine.process_time() - began

    async def _next(self, until: datetime) -> datetime:
        """The next half minute at which anything can happen, after the time in which nothing runs."""
        async with self.processes[0].store.transaction() as tx:
            at = await beats.soonest(tx, SETTINGS, self.now, latest=until)
        if self.asks:
            at = min(at, max(self.asks[0][0], self.now + BEAT))
        half_minutes = max(1, -((self.now - at) // BEAT))
        at = self.now + half_minutes * BEAT
        return next((back for gone, back in self.down if gone <= at < back), at)

    async def close(self) -> None:
        for process in self.processes:
            await process.store.close()

    # What came of it

    @property
    def lateness(self) -> list[float]:
        """By how many seconds each thing was late whose moment nobody was down at, in order.

        A look at a day's calls is left out: it is planned by the beat that makes it, and here beats are left out.
        """
        return sorted(
            (done - at).total_seconds()
            for key, at, done in self.handled
            if not key.startswith(f"{call_times.SWEEP}:") and not any(gone <= at < back for gone, back in self.down)
        )

    def expected_birthdays(self, until: datetime) -> set[tuple[PersonId, date]]:
        """Whose birthday it was from the first day to that one, as the calendar says."""
        return {
            (person, on)
            for person, born in self.birthdays.items()
            for year in range(self.first.year, until.year + 1)
            if today(self.first) <= (on := born.in_year(year)) and london(on, greetings.SEND_AT) < until
        }


def _is_its_turn(rhythm: Rhythm, day: date) -> bool:
    return rhythm != "monthly" or day.day <= 7


def _no_power_cut(connection: Any, _record: object) -> None:
    """What is thrown away need not survive one: what is rolled back is remembered in memory."""
    for pragma in ("synchronous = OFF", "journal_mode = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


class _InTheLoop(sqlite.Connection):
    """A connection that asks its thread nothing: of the processes here one works at a time, and none waits."""

    async def _execute(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return work(*given, **named)


def _in_the_loop(_dialect: object, _record: object, _given: object, named: dict[str, Any]) -> None:
    """Half of what a small statement takes is the way to the thread and back."""

    def connect(file: str, **options: Any) -> sqlite.Connection:
        connection = _InTheLoop(lambda: sqlite3.connect(file, **options | {"check_same_thread": False}), 64)
        connection._thread.daemon = True
        return connection

    named["async_creator_fn"] = connect


class Process:
    """One of several that share the work, as `bot.heartbeat` and `bot.sender` do it; it may die at any point."""

    def __init__(self, year: Year, name: str) -> None:
        self.year, self.name = year, name
        self.store = self._open()

    def _open(self) -> Store:
        store = Store.open(self.year.url, self.year.keys)
        if store.engine.dialect.name == "sqlite":
            event.listen(store.engine.sync_engine, "do_connect", _in_the_loop)
            event.listen(store.engine.sync_engine, "connect", _no_power_cut)
        return store

    async def live(self) -> None:
        """What people do, one beat, and everything that may leave; whoever dies is started again."""
        try:
            await self._asked()
            await self.beat()
            while await self.send():
                pass
        except Died:
            self.year.deaths += 1
            await self.store.close()
            self.store = self._open()

    def _may_die(self) -> None:
        self.year.points += 1
        if self.year.points % self.year.mix.die_every == 0:
            raise Died

    async def _asked(self) -> None:
        year = self.year
        while year.asks and year.asks[0][0] <= year.now:
            async with self.store.transaction() as tx:
                person = year.asks.pop(0)[1]
                offer = await tasks.choices(tx, SETTINGS, person, year.now)
                await tasks.ask(tx, SETTINGS, person, offer.owner.id, "", year.now)

    async def beat(self) -> None:
        year = self.year
        year.beats += 1
        async with self.store.transaction() as tx:
            await outbox.after_crash(tx, on=today(year.now), now=year.now)
            await work.plan(tx, year.now, chance=year.chance.randrange)
        while True:
            async with self.store.transaction() as tx:
                claimed = await due.claim(tx, now=year.now, limit=50)
            left = [f"{row.kind}:{row.key}" for row in claimed]
            try:
                for row in claimed:
                    await self._do(row)
                    left.pop(0)
            except Died:
                year.excused.update(left)
                raise
            if len(claimed) < 50:
                return

    async def _do(self, row: Due) -> None:
        year, now = self.year, self.year.now
        try:
            async with self.store.transaction() as tx:
                await work.work(tx, SETTINGS, row, now)
                self._may_die()
        except LeaseLost:
            return
        year.handled.append((f"{row.kind}:{row.key}", row.due_at, now))

    async def send(self) -> int:
        """How many left; whoever they reach does what they do."""
        year, now = self.year, self.year.now
        async with self.store.transaction() as tx:
            leaving = await gate.take(tx, SETTINGS, now=now)
        if leaving:
            self._may_die()
            async with self.store.transaction() as tx:
                for one in leaving:
                    if one.row.person is not None:
                        year.delivered.append(Delivered(one.row.person, one.row.occasion, one.row.kind, now))
                    await outbox.sent(tx, one.row.id, 100 + one.row.id, on=today(now))
                    for old in (*one.replaces, one.row):
                        await outbox.opened(tx, old.id)
            async with self.store.transaction() as tx:
                for one in leaving:
                    await self._heard(tx, one.row, now)
        return len(leaving)

    async def _heard(self, tx: Transaction, row: Row, now: datetime) -> None:
        about, chance = row.occasion.split(":"), random.Random(f"{row.occasion} {row.person} {row.staff}")
        if about[0] == "checkin" and row.person is not None:
            await self._checked_in(tx, row.person, date.fromisoformat(about[2]), chance, now)
        elif about[0] == "call" and row.person is not None and about[2] == "asked":
            wanted = chance.choices(("yes", "no", "later", None), (10, 40, 10, 40))[0]
            if wanted is not None:
                await asking.answer(tx, SETTINGS, row.person, CallDayId(int(about[1])), wanted, now=now)  # type: ignore[arg-type]
            self.year.wanted |= {row.person} if wanted == "yes" else set()
        elif about[0] == "call" and row.staff is not None:
            await self._rota(tx, row.staff, CallDayId(int(about[1])), about[2], chance, now)
        elif about[0] == checkin_morning.KIND and row.staff is not None and chance.random() < 0.8:
            member = await staff.by_id(tx, row.staff)
            for one in await checkin_digest.listed(tx, SETTINGS, member, now=now):
                if one.new:
                    await checkin_looks.look(tx, SETTINGS, member, one.line.checkin, now=now)
        elif about[0] == "task" and row.staff is not None and chance.random() < 0.5:
            task = TaskId(int(about[1]))
            if (await tasks.look(tx, SETTINGS, row.staff, task, now=now)).live:
                await tasks.done(tx, SETTINGS, row.staff, task, "spoke", "", now=now)

    async def _checked_in(
        self, tx: Transaction, person: PersonId, day: date, chance: random.Random, now: datetime
    ) -> None:
        if chance.random() < 0.8:
            await checkins.not_today(tx, person, day)
            return
        home = rules.HOME_NOT_OK if chance.random() < 0.05 else rules.HOME_OK
        for question, option in ((rules.MOOD, None), (rules.HOME, home), (rules.CONTACT, None)):
            await checkins.tap(tx, SETTINGS, person, day, question, option, now=now)

    async def _rota(
        self, tx: Transaction, one: StaffId, which: CallDayId, what: str, chance: random.Random, now: datetime
    ) -> None:
        member = await staff.by_id(tx, one)
        if what == "capacity":
            await call_capacity.can_make(tx, member, which, call_capacity.MOST_EACH)
        elif what == "proposed" and one == self.year.manager:
            await call_managing.confirm(tx, SETTINGS, member, which, now=now)
        elif what in ("asked", "moved"):
            for call in await calls.of_caller(tx, one, since=today(now)):
                if "asked" in {call.caller_state if call.caller == one else call.backup_state}:
                    await call_planning.accept(tx, member, call.id, now=now)
        elif what == "now":
            for call in await calls.of_caller(tx, one, since=today(now)):
                if call.caller == one and call.state == "open" and chance.random() < 0.8:
                    await call_day.spoke(tx, member, CallId(call.id), now=now)


async def check(year: Year, until: datetime) -> dict[str, int | str]:
    """Everything once and in its time, nothing by night; gives how many of what there were. Raises: AssertionError."""
    done = Counter(key for key, _, _ in year.handled)
    assert max(done.values()) == 1, [key for key, times in done.items() if times > 1]
    async with year.processes[0].store.transaction() as tx:
        left = await due.soonest(tx)
        rows = (await tx.connection.execute(select(outbox_table))).all()
        called = [one for day in await calls.days(tx) for one in await calls.on_day(tx, day.id, wanted={"yes"})]
        failed = (await tx.connection.execute(select(due.due).where(due.due.c.state == "failed"))).all()
    assert not failed
    assert left is None or left > year.now - BEAT
    told = Counter((one.person, one.occasion) for one in year.delivered)
    assert max(told.values()) == 1
    written = {(row.person, row.occasion): row for row in rows}
    return {
        "check-ins": _check_ins(year, written, until),
        "birthdays": _birthdays(year, written, until),
        "calls wanted, made, not reached": _calls(year, called, until),
        "deadlines": sum(key.startswith((f"{tasks.DEADLINE}:", f"{tasks.REMINDER}:")) for key in done),
        "things due": len(year.handled),
        "messages": len(year.delivered),
    }


def _check_ins(year: Year, written: dict[tuple[PersonId, str], Row], until: datetime) -> int:
    """How many came: each that somebody chose, at its time, and none that nobody chose."""
    came = {(one.person, one.occasion): one.at for one in year.delivered if one.occasion.startswith("checkin:")}
    for person, at in year.checkins:
        named = (person, plans.occasion(person, today(at)))
        is_down = any(gone <= at < back for gone, back in year.down)
        if named not in came:
            assert is_down or named not in written or written[named].state == "unknown", named
            assert is_down or named in written, f"nobody was asked: {named}"
            continue
        late = came[named] - at
        assert timedelta() <= late, named
        excused = f"{plans.ASK}:{plans.key(person, today(at))}" in year.excused
        assert late <= timedelta(minutes=7) if excused else late <= timedelta(minutes=2) or is_down, (named, late)
    assert set(came) <= {(person, plans.occasion(person, today(at))) for person, at in year.checkins}
    return len(came)


def _calls(year: Year, called: list[Call], until: datetime) -> str:
    """How many there were: each ended, once; whoever's caller never pressed went to backup and manager."""
    assert {one.person for one in called} == year.wanted
    over = [one for one in called if one.ended_at is not None]
    assert len(over) == len(called) or until < london(date(year.first.year, 12, 26), time(0))
    assert all(one.caller_state == one.backup_state == "accepted" for one in over)
    states = Counter(one.state for one in over)
    assert set(states) <= {"spoke", "not_reached"}
    return f"{len(called)}, {states['spoke']}, {states['not_reached']}"


def _birthdays(year: Year, written: dict[tuple[PersonId, str], Row], until: datetime) -> int:
    """How many had a few words on their day, and on no other; where we were down at ten nobody hears it late."""
    expected = {(person, f"day:birthday:{on}"): on for person, on in year.expected_birthdays(until)}
    came = {(one.person, one.occasion): one.at for one in year.delivered if one.occasion.startswith("day:birthday:")}
    assert set(came) <= set(expected)
    assert {today(at) == expected[named] for named, at in came.items()} <= {True}
    for named, on in expected.items():
        at = london(on, greetings.SEND_AT)
        if named not in came and not any(gone <= at < back for gone, back in year.down):
            assert written[named].state == "unknown", named
    return len(came)


START = datetime(2027, 3, 15, 8, tzinfo=UTC)
END = datetime(2028, 3, 20, 12, tzinfo=UTC)
"""Just over a year with both nights on which clocks change, a Christmas, and the day that comes every four years."""
