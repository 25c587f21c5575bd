"""'I'm off till Monday': whoever is named to a young person is at work, and no deadline is for somebody who is off."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staffed import MONDAY, hire, meet, settings

from engagement import absence, audit, rota, tasks
from engagement import due as clock
from engagement.absence import Handed, NotACover, NotADay
from engagement.london import london, today
from engagement.rota import NobodyToAsk
from storage import absences, due, outbox, staff
from storage import tasks as task_rows
from storage.absences import Absence
from storage.ids import PersonId, StaffId
from storage.staff import Staff
from storage.store import Store, Transaction
from storage.tasks import Task

SETTINGS = settings()
NEXT_MONDAY = date(2026, 11, 30)
A_MINUTE = timedelta(minutes=1)


@dataclass
class Team:
    """Priya, for whom the settings name Cara; Dana on duty, Morgan the manager, Olu beside them; and Priya's Jo."""

    priya: StaffId
    cara: StaffId
    dana: StaffId
    morgan: StaffId
    olu: StaffId
    jo: PersonId


async def hired(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, cara = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Cara Cover", "pa")
        dana, morgan = await hire(tx, "Dana Duty", "pa"), await hire(tx, "Morgan", "manager")
        return Team(priya, cara, dana, morgan, await hire(tx, "Olu", "pa"), await meet(tx, "Jo", priya))


@pytest.fixture
async def team(sqlite_store: Store) -> Team:
    return await hired(sqlite_store)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


async def go_off(
    tx: Transaction, member: StaffId, cover: StaffId | None = None, *, until: date = NEXT_MONDAY, now: datetime = MONDAY
) -> absence.Off:
    found = await staff.by_id(tx, member)
    return await absence.go_off(tx, SETTINGS, found, until, cover, now=now, by=found)


async def line(tx: Transaction, person: PersonId, now: datetime = MONDAY) -> list[StaffId]:
    return [one.id for one in await rota.line(tx, SETTINGS, person, now=now)]


async def envelopes(tx: Transaction, member: StaffId) -> list[str]:
    return [str(row.opens["screen"]) for row in await outbox.of_staff(tx, member) if row.state == "queued"]


# Who is asked


async def test_the_one_they_name_stands_in_and_after_them_whoever_the_settings_name(team, store):
    async with store.transaction() as tx:
        off = await go_off(tx, team.priya, team.olu)
        assert (off.back_on, off.cover.id) == (NEXT_MONDAY, team.olu)
        assert await line(tx, team.jo) == [team.olu, team.cara, team.dana, team.morgan]
        offer = await tasks.choices(tx, SETTINGS, team.jo, MONDAY)
        assert (offer.owner.id, offer.backup.id) == (team.olu, team.cara)
        with pytest.raises(tasks.NotOffered):
            await tasks.choices(tx, SETTINGS, team.jo, MONDAY, owner=team.priya)


async def test_without_a_name_the_cover_of_the_settings_stands_in(team, store):
    async with store.transaction() as tx:
        assert (await go_off(tx, team.priya)).cover.id == team.cara
        assert await line(tx, team.jo) == [team.cara, team.dana, team.morgan]


async def test_where_the_cover_is_off_too_it_is_their_cover_and_so_on(team, store):
    async with store.transaction() as tx:
        await go_off(tx, team.priya, team.olu)
        await go_off(tx, team.olu, team.dana)
        assert await line(tx, team.jo) == [team.dana, team.cara, team.morgan]
        await go_off(tx, team.dana)
        assert await line(tx, team.jo) == [team.cara, team.morgan]


async def test_two_who_stand_in_for_each_other_and_are_both_off_are_not_asked(team, store):
    async with store.transaction() as tx:
        await absences.put(tx, Absence(team.priya, NEXT_MONDAY, team.cara))
        await absences.put(tx, Absence(team.cara, NEXT_MONDAY, team.priya))
        assert await line(tx, team.jo) == [team.dana, team.morgan]
        assert (await absence.current(tx, SETTINGS, await staff.by_id(tx, team.priya), now=MONDAY)).cover is None


async def test_it_ends_by_itself_as_their_first_day_back_begins_in_london(team, store):
    summer = date(2027, 6, 7)
    async with store.transaction() as tx:
        await go_off(tx, team.priya, until=summer)
        starts = datetime(2027, 6, 6, 23, tzinfo=UTC)
        assert team.priya not in await line(tx, team.jo, starts - A_MINUTE)
        assert (await line(tx, team.jo, starts))[0] == team.priya


async def test_with_everybody_off_nothing_is_promised(team, store):
    async with store.transaction() as tx:
        for one in (team.priya, team.cara, team.dana, team.morgan, team.olu):
            await absences.put(tx, Absence(one, NEXT_MONDAY, None))
        with pytest.raises(NobodyToAsk):
            await tasks.choices(tx, SETTINGS, team.jo, MONDAY)


async def test_duty_that_is_off_is_told_through_whoever_stands_in_who_may_then_look(team, store):
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "help", MONDAY)
        await go_off(tx, team.dana, team.olu)
        await tasks.ping_duty(tx, SETTINGS, asked.task, now=MONDAY)
        assert await envelopes(tx, team.olu) == ["staff/covering", "staff/task"]
        assert await envelopes(tx, team.dana) == []
        assert (await tasks.look(tx, SETTINGS, team.olu, asked.task, now=MONDAY)).id == asked.task
        with pytest.raises(tasks.NotYours):
            await tasks.look(tx, SETTINGS, team.olu, asked.task, now=MONDAY + timedelta(days=7))


async def test_with_all_of_duty_off_and_nobody_standing_in_managers_are_told(team, store):
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "help", MONDAY)
        await go_off(tx, team.dana)
        await tasks.ping_duty(tx, SETTINGS, asked.task, now=MONDAY)
        assert await envelopes(tx, team.morgan) == ["staff/task"]


# Saying so


async def test_the_cover_hears_of_it_once_and_again_when_it_ends_early(team, store):
    async with store.transaction() as tx:
        await go_off(tx, team.priya, team.olu)
        await go_off(tx, team.priya, team.olu, now=MONDAY + A_MINUTE)
        assert await envelopes(tx, team.olu) == ["staff/covering"]
        await go_off(tx, team.priya, team.cara, now=MONDAY + 2 * A_MINUTE)
        assert (len(await envelopes(tx, team.olu)), len(await envelopes(tx, team.cara))) == (2, 1)
        priya = await staff.by_id(tx, team.priya)
        assert await absence.come_back(tx, SETTINGS, priya, now=MONDAY + 3 * A_MINUTE, by=None)
        assert not await absence.come_back(tx, SETTINGS, priya, now=MONDAY + 3 * A_MINUTE, by=None)
        assert len(await envelopes(tx, team.cara)) == 2
        assert (await line(tx, team.jo))[0] == team.priya
        noted = [(one.staff, one.action) for one in await audit.lately(tx, days=None, now=MONDAY)]
        assert noted == [(team.priya, "absence_set")] * 3 + [(None, "absence_set")]


async def test_who_could_stand_in_is_offered_the_likeliest_first_and_nobody_else_can(team, store):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        await hire(tx, "Ada Min", "administrator")
        await go_off(tx, team.morgan)
        could = [one.id for one in await absence.covers(tx, SETTINGS, priya, now=MONDAY)]
        assert could == [team.cara, team.dana, team.olu]
        for nobody in (team.priya, team.morgan, StaffId(99)):
            with pytest.raises(NotACover):
                await go_off(tx, team.priya, nobody)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 1), date(2027, 11, 25)])
async def test_the_first_day_back_is_to_come_and_within_a_year(team, store, day):
    async with store.transaction() as tx:
        with pytest.raises(NotADay):
            await go_off(tx, team.priya, until=day)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-11-23", ["2026-11-24", "2026-11-30", "2026-12-07"]),
        ("2026-11-27", ["2026-11-30", "2026-12-07"]),
        ("2026-11-29", ["2026-11-30", "2026-12-07"]),
        # Christmas on a Friday, kept on until Monday; then New Year.
        ("2026-12-24", ["2026-12-29", "2027-01-04"]),
        ("2026-12-18", ["2026-12-21", "2026-12-29"]),
    ],
)
def test_the_days_offered_first_are_working_days(now, days):
    at = london(date.fromisoformat(now), datetime.min.time().replace(hour=16))
    assert [day.isoformat() for day in absence.likely_days(SETTINGS, at)] == days


def test_further_days_come_ten_at_a_time_and_leave_out_what_is_closed():
    eve = datetime(2026, 12, 24, 12, tzinfo=UTC)
    first, second = (absence.more_days(SETTINGS, eve, page) for page in (0, 1))
    assert [day.day for day in first] == [29, 30, 31, 4, 5, 6, 7, 8, 11, 12]
    assert (len(second), second[0]) == (10, date(2027, 1, 13))


# What is open already


async def test_what_is_open_goes_to_the_cover_in_one_tap_by_the_same_hour_and_the_young_people_hear(team, store):
    async with store.transaction() as tx:
        first = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "", MONDAY)
        kit = await meet(tx, "Kit", team.olu)
        second = await tasks.ask(tx, SETTINGS, kit, team.dana, "not Olu", MONDAY)
        await tasks.pass_on(tx, SETTINGS, team.dana, second.task, team.morgan, now=MONDAY)
        priya, morgan = await staff.by_id(tx, team.priya), await staff.by_id(tx, team.morgan)
        assert await absence.hand_tasks(tx, SETTINGS, priya, now=MONDAY) == Handed(0, 0, 0)
        assert len((await go_off(tx, team.priya, team.cara)).tasks) == 1
        assert await absence.hand_tasks(tx, SETTINGS, priya, now=MONDAY) == Handed(1, 0, 0)
        moved = await task_rows.find(tx, first.task)
        assert (moved.owner, moved.due_at, moved.round) == (team.cara, first.due_at, 1)
        (told,) = await outbox.of_person(tx, team.jo)
        assert told.opens == {"screen": "contact/moved", "task": first.task, "why": "passed"}
        # Olu was passed over for Kit's task, so it cannot go to Olu.
        await go_off(tx, team.morgan, team.olu)
        assert await absence.hand_tasks(tx, SETTINGS, morgan, now=MONDAY) == Handed(0, 1, 0)
        assert (await task_rows.find(tx, second.task)).owner == team.dana


async def test_left_with_them_it_goes_on_at_its_hour_to_somebody_who_is_there(team, store):
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "", MONDAY)
        assert asked.backup.id == team.cara
        await go_off(tx, team.priya)
        await go_off(tx, team.cara)
    await beat(store, asked.due_at)
    async with store.transaction() as tx:
        assert (await task_rows.find(tx, asked.task)).owner == team.dana


async def test_where_nobody_is_at_work_the_hours_count_from_when_the_one_asked_is_back(team, store):
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "", MONDAY)
        for one in (team.priya, team.cara, team.dana, team.morgan, team.olu):
            await absences.put(tx, Absence(one, NEXT_MONDAY, None))
    await beat(store, asked.due_at)
    async with store.transaction() as tx:
        task = await task_rows.find(tx, asked.task)
    assert (task.owner, task.round) == (team.priya, 1)
    assert task.due_at == datetime(2026, 11, 30, 13, tzinfo=UTC)


async def beat(store: Store, now: datetime) -> None:
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)


# Never a deadline for somebody who is off

WHO = [Staff(StaffId(n), f"P{n}", role, "joined", "", None) for n, role in enumerate(("pa", "pa", "manager", "pa"), 1)]
MAYBE = st.none() | st.sampled_from([one.id for one in WHO])


@given(
    off=st.dictionaries(st.sampled_from([one.id for one in WHO]), MAYBE),
    worker=MAYBE,
    duty=st.lists(st.sampled_from(["P1", "P2", "P3", "P4"]), min_size=1, unique=True),
    cover=st.dictionaries(st.sampled_from(["P1", "P2"]), st.sampled_from(["P3", "P4"])),
)
def test_nobody_in_the_line_is_off_and_whoever_is_nearest_and_at_work_is_in_it(off, worker, duty, cover):
    words = SETTINGS.model_copy(update={"duty": tuple(duty), "cover": cover})
    found = [one.id for one in rota.in_order(words, WHO, off, worker)]
    assert not set(found) & set(off)
    assert len(found) == len(set(found))
    assert bool(found) is (len(off) < len(WHO))
    if worker is not None and worker not in off:
        assert found[0] == worker
    if not off:
        assert found == [one.id for one in rota.in_order(words, WHO, {}, worker)]


async def test_in_a_month_of_comings_and_goings_no_deadline_is_given_to_somebody_who_is_off(team, store):
    """Whoever a task comes to is at work at that moment, or the hour is after they are back."""
    chance = random.Random(4)
    members = [team.priya, team.cara, team.dana, team.morgan, team.olu]
    young = [team.jo]
    async with store.transaction() as tx:
        young += [await meet(tx, f"Y{n}", chance.choice(members)) for n in range(4)]
    rounds: dict[tuple[int, int], Task] = {}
    for step in range(100):
        now = MONDAY + step * timedelta(hours=6)
        await beat(store, now)
        async with store.transaction() as tx:
            await _look_at_new(tx, young, rounds, now)
            await _something(tx, chance, members, young, now)
            await _look_at_new(tx, young, rounds, now)
    assert len(rounds) > 60
    assert any(task.round > 2 for task in rounds.values())


async def _look_at_new(
    tx: Transaction, young: list[PersonId], rounds: dict[tuple[int, int], Task], now: datetime
) -> None:
    for person in young:
        for task in await task_rows.of_person(tx, person):
            if task.live and (task.id, task.round) not in rounds:
                rounds[task.id, task.round] = task
                absent = await absences.of(tx, task.owner, on=today(now))
                assert absent is None or today(task.due_at) >= absent.back_on, (now, task)


async def _something(
    tx: Transaction,
    chance: random.Random,
    members: list[StaffId],
    young: list[PersonId],
    now: datetime,
) -> None:
    member = await staff.by_id(tx, chance.choice(members))
    doing, off = chance.randrange(6), await rota.off(tx, now)
    if doing == 0 and len(off) < len(members) - 1:
        cover = chance.choice([None, *(one.id for one in await absence.covers(tx, SETTINGS, member, now=now))])
        day = today(now) + timedelta(days=chance.randint(1, 9))
        # What is open already stays with them for now, or goes to their cover at once.
        open_before = {task.id for task in await task_rows.open_for(tx, member.id)}
        await absence.go_off(tx, SETTINGS, member, day, cover, now=now, by=None)
        if open_before and chance.random() < 0.5:
            await absence.hand_tasks(tx, SETTINGS, member, now=now)
    elif doing == 1 and chance.random() < 0.3:
        await absence.come_back(tx, SETTINGS, member, now=now, by=None)
    elif doing == 2:
        for task in (await task_rows.open_for(tx, member.id))[:1]:
            could = await tasks.could_take(tx, SETTINGS, member.id, task.id, now=now)
            if could:
                await tasks.pass_on(tx, SETTINGS, member.id, task.id, chance.choice(could).id, now=now)
    elif doing >= 3:
        person = chance.choice(young)
        offer = await tasks.choices(tx, SETTINGS, person, now)
        await tasks.ask(tx, SETTINGS, person, chance.choice([offer.owner, *offer.others]).id, "", now)


async def test_said_from_two_places_at_once_it_is_said_once(database_url, tmp_path):
    opened = Store.open(database_url, tmp_path / "keys")
    await opened.add_authority("Northfield", "{}")
    team = await hired(opened)

    async def say() -> None:
        async with opened.transaction() as tx:
            await go_off(tx, team.priya, team.olu)

    await asyncio.gather(*(say() for _ in range(4)))
    async with opened.transaction() as tx:
        assert await absences.off(tx, on=date(2026, 11, 23)) == {team.priya: team.olu}
        assert await envelopes(tx, team.olu) == ["staff/covering"]
    await opened.close()
