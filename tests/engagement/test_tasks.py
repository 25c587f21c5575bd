"""Asking someone to make contact: a name and an hour, kept, or the next person is asked and the young person hears."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import due as clock
from engagement import tasks
from engagement.rota import NobodyToAsk
from engagement.tasks import NotOffered, NotYours, TaskOver
from storage import due, outbox, staff
from storage import tasks as stored
from storage.due import Due, LeaseLost
from storage.ids import PersonId, StaffId, TaskId
from storage.store import Store

SETTINGS = settings()
TUESDAY_10 = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass
class Team:
    """Who is who, and the task Jo asked for on Monday at ten."""

    priya: StaffId
    cara: StaffId
    dana: StaffId
    morgan: StaffId
    olu: StaffId
    jo: PersonId
    sam: PersonId
    task: TaskId


@pytest.fixture
async def team(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, cara = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Cara Cover", "pa")
        dana, morgan = await hire(tx, "Dana Duty", "pa"), await hire(tx, "Morgan", "manager")
        olu = await hire(tx, "Olu", "pa")
        jo, sam = await meet(tx, "Jo", priya), await meet(tx, "Sam", olu)
        asked = await tasks.ask(tx, SETTINGS, jo, priya, "Housing letter", MONDAY, wanted="text")
    return Team(priya, cara, dana, morgan, olu, jo, sam, asked.task)


async def beat(store: Store, now: datetime) -> list[str]:
    """One heartbeat: the kinds of what was due and is done."""
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)
    return [row.kind for row in rows]


async def task_of(store: Store, team: Team) -> stored.Task:
    async with store.transaction() as tx:
        return await stored.find(tx, team.task)


async def told(store: Store, *, person: PersonId | None = None, member: StaffId | None = None) -> list[str]:
    """The envelopes queued for someone, but for those cancelled, in order."""
    async with store.transaction() as tx:
        rows = await (outbox.of_person(tx, person) if person else outbox.of_staff(tx, member))
    return [row.envelope for row in rows if row.state != "cancelled"]


# Asking


async def test_who_and_by_when_is_said_before_the_tap_and_is_what_is_promised(store):
    async with store.transaction() as tx:
        priya, cara = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Cara Cover", "pa")
        dana = await hire(tx, "Dana Duty", "pa")
        jo = await meet(tx, "Jo", priya)
        offer = await tasks.choices(tx, SETTINGS, jo, MONDAY)
        assert (offer.owner.id, offer.backup.id, offer.due_at) == (priya, cara, TUESDAY_10)
        assert offer.names == ("Priya Patel", "Cara Cover")
        assert [one.id for one in offer.others] == [cara, dana]
        asked = await tasks.ask(tx, SETTINGS, jo, offer.owner.id, "Housing letter", MONDAY)
        assert (asked.owner, asked.backup, asked.due_at, asked.new) == (offer.owner, offer.backup, offer.due_at, True)


async def test_asking_writes_a_sealed_task_and_one_neutral_message_to_its_owner(store, team):
    task = await task_of(store, team)
    assert (task.owner, task.backup, task.state, task.due_at) == (team.priya, team.cara, "open", TUESDAY_10)
    assert (task.note, task.wanted, task.reason) == ("Housing letter", "text", "contact")
    async with store.transaction() as tx:
        (row,) = await outbox.of_staff(tx, team.priya)
        assert await outbox.of_person(tx, team.jo) == ()
        assert await stored.open_for(tx, team.priya) == (task,)
        assert await stored.open_for(tx, team.cara) == ()
    assert (row.envelope, row.lane, row.kind) == ("staff/new_task", "staff", "help")
    assert row.opens == {"screen": "staff/task", "task": team.task}


async def test_a_second_tap_gets_what_was_promised_first(store, team):
    async with store.transaction() as tx:
        again = await tasks.ask(tx, SETTINGS, team.jo, team.dana, "", MONDAY + timedelta(hours=1))
        assert (again.task, again.owner.id, again.due_at, again.new) == (team.task, team.priya, TUESDAY_10, False)
        assert len(await stored.of_person(tx, team.jo)) == 1


async def test_when_the_first_is_over_they_can_ask_again(store, team):
    async with store.transaction() as tx:
        await tasks.cancel(tx, team.jo, team.task, now=MONDAY)
        assert (await tasks.ask(tx, SETTINGS, team.jo, team.priya, "", MONDAY)).new


async def test_whoever_was_passed_over_is_not_asked_later_and_does_not_see_it(store, team):
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.sam, team.dana, "About Olu", MONDAY)
        assert asked.backup.id == team.morgan
        with pytest.raises(NotYours):
            await tasks.look(tx, SETTINGS, team.olu, asked.task, now=MONDAY)
        with pytest.raises(NotOffered):
            await tasks.pass_on(tx, SETTINGS, team.dana, asked.task, team.olu, now=MONDAY)
    for day in range(1, 12):
        await beat(store, MONDAY + timedelta(days=day))
    async with store.transaction() as tx:
        assert team.olu not in (await stored.find(tx, asked.task)).asked
    assert await told(store, member=team.olu) == []


async def test_only_someone_who_was_offered_can_be_asked(store, team):
    async with store.transaction() as tx:
        admin = await hire(tx, "Ada Min", "administrator")
        with pytest.raises(NotOffered):
            await tasks.ask(tx, SETTINGS, team.sam, admin, "", MONDAY)


async def test_with_nobody_on_staff_nothing_is_promised(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        with pytest.raises(NobodyToAsk):
            await tasks.choices(tx, SETTINGS, jo, MONDAY)


async def test_cancelled_before_the_owner_heard_nobody_hears(store, team):
    async with store.transaction() as tx:
        await tasks.cancel(tx, team.jo, team.task, now=MONDAY)
    assert await told(store, member=team.priya) == []
    assert await beat(store, MONDAY + timedelta(days=30)) == []
    assert (await task_of(store, team)).state == "cancelled"


async def test_cancelled_after_the_owner_heard_they_are_told(store, team):
    async with store.transaction() as tx:
        await outbox.claim(tx, now=MONDAY)
        await tasks.cancel(tx, team.jo, team.task, now=MONDAY)
    assert await told(store, member=team.priya) == ["staff/new_task", "staff/task_cancelled"]


async def test_the_owner_hears_of_a_cancelling_even_when_duty_had_not_heard_of_the_task(store, team):
    async with store.transaction() as tx:
        await outbox.claim(tx, now=MONDAY)
        await tasks.ping_duty(tx, SETTINGS, team.task, now=MONDAY)
        await tasks.cancel(tx, team.jo, team.task, now=MONDAY)
    assert await told(store, member=team.priya) == ["staff/new_task", "staff/task_cancelled"]
    assert await told(store, member=team.dana) == []


async def test_a_changed_note_is_told_each_time(store, team):
    async with store.transaction() as tx:
        await tasks.change_note(tx, team.jo, team.task, "Rent", now=MONDAY)
        await tasks.change_note(tx, team.jo, team.task, "Rent, and a call please", wanted="call", now=MONDAY)
    task = await task_of(store, team)
    assert (task.note, task.wanted) == ("Rent, and a call please", "call")
    assert await told(store, member=team.priya) == ["staff/new_task", "staff/task_changed", "staff/task_changed"]


async def test_nobody_else_can_cancel_change_or_see_it(store, team):
    async with store.transaction() as tx:
        for task in (team.task, TaskId(999)):
            with pytest.raises(NotYours):
                await tasks.cancel(tx, team.sam, task, now=MONDAY)
            with pytest.raises(NotYours):
                await tasks.change_note(tx, team.sam, task, "mine now", now=MONDAY)
            with pytest.raises(NotYours):
                await tasks.promised(tx, team.sam, task)
    assert (await task_of(store, team)).note == "Housing letter"


# Staff


ACTIONS = {
    "look": lambda tx, who, task: tasks.look(tx, SETTINGS, who, task, now=MONDAY),
    "acknowledge": lambda tx, who, task: tasks.acknowledge(tx, SETTINGS, who, task, now=MONDAY),
    "unreached": lambda tx, who, task: tasks.unreached(tx, SETTINGS, who, task, now=MONDAY),
    "done": lambda tx, who, task: tasks.done(tx, SETTINGS, who, task, "spoke", "", now=MONDAY),
}


@pytest.mark.parametrize("action", [*ACTIONS, "pass_on"])
@pytest.mark.parametrize(
    ("who", "may"),
    [("priya", True), ("cara", True), ("dana", True), ("morgan", True), ("olu", False), ("admin", False)],
)
async def test_owner_backup_duty_and_manager_may_and_nobody_else(store, team, action, who, may):
    async with store.transaction() as tx:
        admin = await hire(tx, "Ada Min", "administrator")
        member = admin if who == "admin" else getattr(team, who)
        to = team.dana if who == "cara" else team.cara
        pass_on = lambda tx, who, task: tasks.pass_on(tx, SETTINGS, who, task, to, now=MONDAY)  # noqa: E731
        do = ACTIONS.get(action, pass_on)
        if may:
            assert (await do(tx, member, team.task)).id == team.task
        else:
            with pytest.raises(NotYours):
                await do(tx, member, team.task)
            assert (await stored.find(tx, team.task)).state == "open"


async def test_someone_who_has_left_may_no_longer(store, team):
    async with store.transaction() as tx:
        await staff.leave(tx, team.priya)
        with pytest.raises(NotYours):
            await tasks.look(tx, SETTINGS, team.priya, team.task, now=MONDAY)


async def test_another_authority_does_not_see_it(store, team):
    other = await store.add_authority("Southfield", "{}")
    async with store.transaction(other) as tx:
        manager = await staff.add(tx, "Morgan", "manager")
        with pytest.raises(NotYours):
            await tasks.look(tx, SETTINGS, manager.id, team.task, now=MONDAY)


async def test_acknowledged_stops_the_first_message_but_not_the_clock(store, team):
    async with store.transaction() as tx:
        seen = await tasks.acknowledge(tx, SETTINGS, team.priya, team.task, now=MONDAY)
        again = await tasks.acknowledge(tx, SETTINGS, team.priya, team.task, now=TUESDAY_10)
    assert seen.state == "acknowledged"
    assert again.acknowledged_at == MONDAY
    assert await told(store, member=team.priya) == []
    assert await beat(store, TUESDAY_10) == ["task_reminder", "task_deadline"]
    assert (await task_of(store, team)).owner == team.cara


@pytest.mark.parametrize("how", ["spoke", "messaged", "met"])
async def test_done_the_clock_stops_and_how_it_went_is_kept(store, team, how):
    async with store.transaction() as tx:
        done = await tasks.done(tx, SETTINGS, team.priya, team.task, how, "Letter sorted", now=MONDAY)
    assert (done.state, done.how, done.outcome, done.ended_at) == ("done", how, "Letter sorted", MONDAY)
    assert await beat(store, MONDAY + timedelta(days=30)) == []
    assert await told(store, person=team.jo) == []
    async with store.transaction() as tx:
        assert await stored.open_for(tx, team.priya) == ()
        for after in ("acknowledge", "done", "unreached"):
            with pytest.raises(TaskOver):
                await ACTIONS[after](tx, team.priya, team.task)


async def test_could_not_reach_is_not_done(store, team):
    async with store.transaction() as tx:
        tried = await tasks.unreached(tx, SETTINGS, team.priya, team.task, now=MONDAY, note="No answer")
    assert (tried.state, tried.live, tried.outcome) == ("unreached", True, "No answer")
    await beat(store, TUESDAY_10)
    assert (await task_of(store, team)).owner == team.cara


async def test_passed_on_the_hour_stands_and_the_young_person_hears_who_it_is(store, team):
    async with store.transaction() as tx:
        moved = await tasks.pass_on(tx, SETTINGS, team.priya, team.task, team.dana, now=MONDAY)
        (row,) = await outbox.of_person(tx, team.jo)
    assert (moved.owner, moved.due_at, moved.state) == (team.dana, TUESDAY_10, "open")
    assert moved.state_for(team.priya) == "passed_on"
    assert row.opens == {"screen": "contact/moved", "task": team.task, "why": "passed"}
    assert await told(store, member=team.priya) == ["staff/task_moved"]
    assert await told(store, member=team.dana) == ["staff/new_task"]
    await beat(store, TUESDAY_10 - timedelta(seconds=1))
    assert (await task_of(store, team)).owner == team.dana
    await beat(store, TUESDAY_10)
    assert (await task_of(store, team)).owner == team.cara


# The clock


async def test_at_three_quarters_of_the_time_the_owner_is_reminded_once(store, team):
    reminded = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert await beat(store, reminded - timedelta(seconds=1)) == []
    assert await beat(store, reminded) == ["task_reminder"]
    assert await beat(store, reminded) == []
    assert await told(store, member=team.priya) == ["staff/new_task", "staff/task_due"]


async def test_the_whole_chain_is_asked_in_turn_and_the_young_person_hears_each_time(store, team):
    expected = [
        (datetime(2026, 11, 24, 10, tzinfo=UTC), team.cara, team.dana, datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (datetime(2026, 11, 24, 14, tzinfo=UTC), team.dana, team.morgan, datetime(2026, 11, 25, 10, tzinfo=UTC)),
        (datetime(2026, 11, 25, 10, tzinfo=UTC), team.morgan, None, datetime(2026, 11, 25, 14, tzinfo=UTC)),
        (datetime(2026, 11, 25, 14, tzinfo=UTC), team.morgan, None, datetime(2026, 11, 26, 10, tzinfo=UTC)),
        (datetime(2026, 11, 26, 10, tzinfo=UTC), team.morgan, None, datetime(2026, 11, 26, 14, tzinfo=UTC)),
        (datetime(2026, 11, 26, 14, tzinfo=UTC), team.morgan, None, datetime(2026, 11, 27, 10, tzinfo=UTC)),
    ]
    for turn, (now, owner, backup, due_at) in enumerate(expected, start=1):
        await beat(store, now - timedelta(seconds=1))
        assert (await task_of(store, team)).round == turn - 1
        await beat(store, now)
        task = await task_of(store, team)
        assert (task.round, task.owner, task.backup, task.due_at, task.state) == (turn, owner, backup, due_at, "open")
        async with store.transaction() as tx:
            *_, row = await outbox.of_person(tx, team.jo)
        assert row.occasion == f"task:{team.task}:escalated:{turn}"
        assert (row.envelope, row.lane, row.kind, row.not_before) == ("envelope/update", "young", "help", now)
        assert row.opens == {"screen": "contact/moved", "task": team.task, "why": "late"}
    assert await told(store, person=team.jo) == ["envelope/update"] * len(expected)


async def test_whoever_did_not_manage_is_told_that_it_has_moved(store, team):
    await beat(store, TUESDAY_10)
    assert await told(store, member=team.priya) == ["staff/task_moved"]
    assert (await task_of(store, team)).state_for(team.priya) == "passed_on"
    assert await told(store, member=team.cara) == ["staff/new_task"]


async def test_someone_who_had_it_may_still_say_it_is_done(store, team):
    await beat(store, TUESDAY_10)
    async with store.transaction() as tx:
        await tasks.done(tx, SETTINGS, team.priya, team.task, "spoke", "", now=TUESDAY_10)
    assert await beat(store, TUESDAY_10 + timedelta(days=30)) == []


async def test_a_backup_who_has_left_is_passed_by(store, team):
    async with store.transaction() as tx:
        await staff.leave(tx, team.cara)
    await beat(store, TUESDAY_10)
    assert (await task_of(store, team)).owner == team.dana


async def test_when_everyone_has_left_the_clock_runs_on_for_whoever_comes(store, team):
    async with store.transaction() as tx:
        for member in (team.priya, team.cara, team.dana, team.morgan, team.olu):
            await staff.leave(tx, member)
    await beat(store, TUESDAY_10)
    assert (await task_of(store, team)).owner == team.priya
    async with store.transaction() as tx:
        new = await hire(tx, "Nia New", "manager")
    await beat(store, TUESDAY_10 + timedelta(days=1))
    assert (await task_of(store, team)).owner == new


async def test_firing_twice_is_firing_once(store, team):
    """The same deadline from two processes, or again after a crash, moves the task once and tells everyone once."""
    fired = Due(due.DueId(0), tasks.DEADLINE, f"{team.task}:0", TUESDAY_10, 1)
    async with store.transaction() as tx:
        assert await tasks.escalate(tx, SETTINGS, fired, TUESDAY_10)
    async with store.transaction() as tx:
        assert not await tasks.escalate(tx, SETTINGS, fired, TUESDAY_10)
        assert not await tasks.remind(tx, fired, TUESDAY_10)
    assert (await task_of(store, team)).owner == team.cara
    assert await told(store, person=team.jo) == ["envelope/update"]


async def test_two_processes_with_one_deadline_keep_the_work_of_one(store, team):
    async with store.transaction() as tx:
        slow = await due.claim(tx, now=TUESDAY_10, limit=9)
    later = TUESDAY_10 + timedelta(minutes=5)
    await beat(store, later)
    for row in slow:
        with pytest.raises(LeaseLost):
            async with store.transaction() as tx:
                await clock.work(tx, SETTINGS, row, later)
    assert (await task_of(store, team)).asked == (team.priya, team.cara)
    assert await told(store, person=team.jo) == ["envelope/update"]


async def test_cancelled_while_the_clock_is_at_it_nothing_moves(store, team):
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=TUESDAY_10, limit=9)
        await tasks.cancel(tx, team.jo, team.task, now=TUESDAY_10)
    for row in rows:
        with pytest.raises(LeaseLost):
            async with store.transaction() as tx:
                await clock.work(tx, SETTINGS, row, TUESDAY_10)
    assert (await task_of(store, team)).state == "cancelled"


async def test_the_words_are_nowhere_in_the_open(store, team):
    async with store.transaction() as tx:
        rows = (await tx.connection.exec_driver_sql("SELECT * FROM task")).all()
        rows += (await tx.connection.exec_driver_sql("SELECT * FROM outbox")).all()
        rows += (await tx.connection.exec_driver_sql("SELECT * FROM due")).all()
    said = repr([tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows])
    # "Jo" would be found by chance in random bytes; their other name is as good.
    assert not [word for word in ("Housing", "Example", "Priya", "Patel") if word in said]
