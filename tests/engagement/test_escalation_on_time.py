"""A hundred made-up tasks that nobody does: each is with somebody else within a minute of its hour, and Jo hears."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from staffed import hire, meet, settings

from engagement import absence, rota, tasks
from engagement import due as clock
from engagement.authority import Settings
from engagement.london import local, today
from storage import absences, due, outbox, staff
from storage import tasks as stored
from storage.ids import PersonId, StaffId, TaskId
from storage.store import Transaction

CASES = 100
HEARTBEAT = timedelta(seconds=30)
WITHIN = timedelta(seconds=60)
MOMENTS = (
    datetime(2026, 12, 23, 15, 40, tzinfo=UTC),  # before Christmas, Boxing Day and its Monday
    datetime(2026, 12, 25, 3, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC),
    datetime(2027, 3, 25, 16, 10, tzinfo=UTC),  # Easter, and the clocks go forward on its Sunday
    datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC),
    datetime(2027, 5, 28, 15, 59, tzinfo=UTC),  # a weekend with a Monday
    datetime(2027, 10, 29, 15, 30, tzinfo=UTC),  # the clocks go back on the Sunday
    datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    datetime(2028, 2, 28, 13, 0, tzinfo=UTC),  # a leap day
    datetime(2027, 7, 6, 8, 0, tzinfo=UTC),
)


@dataclass(frozen=True)
class Case:
    """When somebody asks, why, in how many working hours, and who is off by then."""

    asked_at: datetime
    reason: str
    hours: int
    worker_off: bool
    cover_off: bool
    seen: bool


def cases() -> Iterator[Case]:
    chance = Random(6)
    for number in range(CASES):
        yield Case(
            MOMENTS[number % len(MOMENTS)] + timedelta(seconds=chance.randrange(0, 6 * 3_600)),
            ("home", "contact")[number % 2],
            chance.choice((1, 4, 8, 40)),
            worker_off=chance.random() < 0.4,
            cover_off=chance.random() < 0.3,
            seen=chance.random() < 0.4,
        )


async def test_in_a_hundred_of_a_hundred_cases_it_moves_within_a_minute_of_its_hour_and_never_before(sqlite_store):
    async with sqlite_store.transaction() as tx:
        names = {"Priya Patel": "pa", "Cara Cover": "pa", "Dana Duty": "pa", "Morgan": "manager"}
        ids = {name: await hire(tx, name, role) for name, role in names.items()}
        person = await meet(tx, "Jo", ids["Priya Patel"])
        late = [await _play(tx, person, ids, case) for case in cases()]
    assert len(late) == CASES
    assert max(late) <= WITHIN
    assert min(late) >= timedelta(0)


async def _play(tx: Transaction, person: PersonId, ids: dict[str, StaffId], case: Case) -> timedelta:
    """How long after its hour the task was with somebody else."""
    words = settings(contact_within_hours=case.hours)
    for name, off in (("Priya Patel", case.worker_off), ("Cara Cover", case.cover_off)):
        if off:
            back, member = today(case.asked_at) + timedelta(days=30), await staff.by_id(tx, ids[name])
            await absence.go_off(tx, words, member, back, None, now=case.asked_at, by=None)
    owner = (await rota.line(tx, words, person, now=case.asked_at))[0]
    asked = await tasks.ask(tx, words, person, owner.id, "", case.asked_at, reason=case.reason)
    opens, closes = words.working_hours["monday"]
    assert opens <= local(asked.due_at).time() <= closes
    assert not rota.is_bank_holiday(today(asked.due_at))
    if case.seen:
        await tasks.acknowledge(tx, words, asked.owner.id, asked.task, now=case.asked_at)
    moved_at = await _beats(tx, words, asked.task, asked.due_at, chance_of(asked.task))
    found = await stored.find(tx, asked.task)
    assert found.owner not in (None, asked.owner.id)
    assert (found.state, found.round) == ("open", 1)
    heard = [row for row in await outbox.of_person(tx, person) if row.opens.get("task") == asked.task]
    assert [(row.envelope, row.kind, row.not_before) for row in heard] == [("envelope/update", "help", moved_at)]
    await tasks.done(tx, words, found.owner, asked.task, "spoke", "", now=moved_at)
    for name in ("Priya Patel", "Cara Cover"):
        await absences.end(tx, ids[name])
    return moved_at - asked.due_at


def chance_of(task: TaskId) -> timedelta:
    """How far a heartbeat is from the hour: anything up to its own length."""
    return timedelta(seconds=Random(task).randrange(HEARTBEAT.seconds))


async def _beats(tx: Transaction, words: Settings, task: TaskId, due_at: datetime, off: timedelta) -> datetime:
    """When the task has moved: heartbeats half a minute apart, of those only the ones around its hour."""
    at = due_at - off - HEARTBEAT
    while at <= due_at + 4 * HEARTBEAT:
        for row in await due.claim(tx, now=at, limit=50):
            await clock.work(tx, words, row, at)
        if (await stored.find(tx, task)).round:
            return at
        at += HEARTBEAT
    raise AssertionError(f"nobody else was asked by {at}")
