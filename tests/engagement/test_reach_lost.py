"""When messages stop reaching somebody: their worker has one task, and the young person hears nothing of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import due as clock
from engagement import my_data, outbox, reach, tasks
from engagement.outbox import Wait
from engagement.tasks import NotYours
from storage import due, people
from storage import outbox as rows
from storage import tasks as stored
from storage.ids import ChatId, PersonId, StaffId
from storage.store import Store, Transaction

SETTINGS = settings()
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)
MONDAY_11 = MONDAY + timedelta(hours=1)


@dataclass
class Team:
    """Jo has Priya; Lou has nobody."""

    priya: StaffId
    dana: StaffId
    jo: PersonId
    lou: PersonId


async def made(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, dana = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Dana Duty", "pa")
        return Team(priya, dana, await meet(tx, "Jo", priya), await meet(tx, "Lou"))


@pytest.fixture
async def team(sqlite_store: Store) -> Team:
    return await made(sqlite_store)


def chat(person: PersonId) -> ChatId:
    return ChatId(1_000 + person)


async def lose(store: Store, person: PersonId, now: datetime = MONDAY) -> None:
    async with store.transaction() as tx:
        await reach.lost(tx, SETTINGS, chat(person), now)


async def find_again(store: Store, person: PersonId, now: datetime = MONDAY_11) -> None:
    async with store.transaction() as tx:
        await reach.found_again(tx, chat(person), now)


async def about(store: Store, person: PersonId) -> tuple[stored.Task, ...]:
    async with store.transaction() as tx:
        return await stored.of_person(tx, person)


async def waiting(tx: Transaction, member: StaffId) -> list[str]:
    return [row.envelope for row in await rows.of_staff(tx, member) if row.state == "queued"]


async def test_their_worker_is_asked_once_to_try_another_way_by_an_hour_at_which_somebody_works(sqlite_store, team):
    await lose(sqlite_store, team.jo, SUNDAY_NIGHT)
    await lose(sqlite_store, team.jo, MONDAY)
    (task,) = await about(sqlite_store, team.jo)
    assert (task.reason, task.owner, task.state) == (tasks.UNREACHABLE, team.priya, "open")
    assert task.due_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    async with sqlite_store.transaction() as tx:
        assert not (await people.by_id(tx, team.jo)).reachable
        assert await waiting(tx, team.priya) == ["staff/update"]


async def test_the_worker_hears_of_it_in_the_morning_and_not_at_night(sqlite_store, team):
    await lose(sqlite_store, team.jo, SUNDAY_NIGHT)
    async with sqlite_store.transaction() as tx:
        (row,) = await rows.claim(tx, now=SUNDAY_NIGHT)
        said = await outbox.may_send(tx, row, SETTINGS, SUNDAY_NIGHT)
    assert isinstance(said, Wait)
    assert said.until.date() == MONDAY.date()


async def test_the_young_person_neither_hears_of_it_nor_sees_it_nor_can_end_it(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    (task,) = await about(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        assert await tasks.mine(tx, team.jo) == ()
        with pytest.raises(NotYours):
            await tasks.promised(tx, team.jo, task.id)
        with pytest.raises(NotYours):
            await tasks.cancel(tx, team.jo, task.id, now=MONDAY)
        # The deadline passes, and it goes on to duty.
        for row in await due.claim(tx, now=task.due_at, limit=10):
            await clock.work(tx, SETTINGS, row, task.due_at)
        (moved,) = await stored.of_person(tx, team.jo)
        assert moved.owner == team.dana
        assert await rows.of_person(tx, team.jo) == ()


async def test_what_they_asked_for_themselves_is_a_task_of_its_own(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "", MONDAY)
        assert asked.new
        assert [task.id for task in await tasks.mine(tx, team.jo)] == [asked.task]


async def test_when_messages_arrive_again_the_task_ends_and_whoever_knew_of_it_is_told(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        (row,) = await rows.claim(tx, now=MONDAY)
        await rows.sent(tx, row.id, 7, on=MONDAY.date())
    await find_again(sqlite_store, team.jo)
    await find_again(sqlite_store, team.jo)
    (task,) = await about(sqlite_store, team.jo)
    assert task.state == "cancelled"
    async with sqlite_store.transaction() as tx:
        assert (await people.by_id(tx, team.jo)).reachable
        assert await tasks.open_for(tx, team.priya) == ()
        assert await waiting(tx, team.priya) == ["staff/task_cancelled"]
        assert await due.claim(tx, now=MONDAY + timedelta(days=9), limit=10) == ()


async def test_a_worker_who_had_not_heard_of_it_yet_hears_nothing_of_its_end(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    await find_again(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        assert await tasks.open_for(tx, team.priya) == ()
        assert await waiting(tx, team.priya) == ["staff/update"]


async def test_twenty_at_once_are_one_line_on_the_workers_lock_screen(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        folk = [await meet(tx, f"P{n}", team.priya) for n in range(20)]
    for person in folk:
        await lose(sqlite_store, person)
    async with sqlite_store.transaction() as tx:
        assert len(await tasks.open_for(tx, team.priya)) == 20
        assert await waiting(tx, team.priya) == ["staff/update"]


async def test_lost_once_more_is_a_task_once_more(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    await find_again(sqlite_store, team.jo)
    await lose(sqlite_store, team.jo, MONDAY_11)
    assert [task.state for task in await about(sqlite_store, team.jo)] == ["cancelled", "open"]


async def test_a_task_that_was_done_is_not_asked_for_again_while_they_stay_away(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    (task,) = await about(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        await tasks.done(tx, SETTINGS, team.priya, task.id, "spoke", "", now=MONDAY)
    await lose(sqlite_store, team.jo, MONDAY_11)
    await find_again(sqlite_store, team.jo)
    assert [one.state for one in await about(sqlite_store, team.jo)] == ["done"]


async def test_whoever_stopped_messages_and_then_blocks_makes_nobody_work(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await people.set_state(tx, team.jo, "stopped")
    await lose(sqlite_store, team.jo)
    assert await about(sqlite_store, team.jo) == ()
    async with sqlite_store.transaction() as tx:
        assert not (await people.by_id(tx, team.jo)).reachable


async def test_somebody_without_a_worker_is_seen_to_by_duty(sqlite_store, team):
    await lose(sqlite_store, team.lou)
    (task,) = await about(sqlite_store, team.lou)
    assert task.owner == team.dana


async def test_with_nobody_to_ask_it_is_still_known_that_messages_do_not_arrive(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await meet(tx, "Jo")
    await lose(sqlite_store, jo)
    assert await about(sqlite_store, jo) == ()
    async with sqlite_store.transaction() as tx:
        assert not (await people.by_id(tx, jo)).reachable


async def test_a_chat_that_is_nobodys_or_a_workers_is_nothing_to_see_to(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        for stranger in (ChatId(77), ChatId(9_000 + team.priya)):
            await reach.lost(tx, SETTINGS, stranger, MONDAY)
            await reach.found_again(tx, stranger, MONDAY)
        assert await stored.open_for(tx, team.priya) == ()


async def test_what_is_held_about_them_says_that_somebody_was_asked(sqlite_store, team):
    await lose(sqlite_store, team.jo)
    async with sqlite_store.transaction() as tx:
        held = await my_data.held(tx, SETTINGS, team.jo)
    assert held["asked_for_contact"] == []
    assert [(one["reason"], one["asked"]) for one in held["asked_of_staff"]] == [("unreachable", "Priya Patel")]


async def test_two_processes_that_notice_at_once_ask_once(store):
    team = await made(store)
    await asyncio.gather(*(lose(store, team.jo) for _ in range(4)))
    assert len(await about(store, team.jo)) == 1
    await asyncio.gather(*(find_again(store, team.jo) for _ in range(4)))
    (task,) = await about(store, team.jo)
    assert task.state == "cancelled"
