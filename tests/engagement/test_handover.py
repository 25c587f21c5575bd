"""Handing people over: offered first, then all in one step, once, and told to each who joined."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import audit, handover, tasks
from engagement.handover import CannotTakeOver, HandoverOver, NobodyToHand, NotTheirPeople, NotYours, OnTheirWay
from storage import forgetting, outbox, people, staff
from storage import tasks as task_rows
from storage.handovers import HandoverId
from storage.ids import PersonId, StaffId
from storage.people import Details
from storage.staff import Staff
from storage.store import Store, Transaction

SETTINGS = settings()


@dataclass
class Team:
    """Priya's three people, of whom Lou has not joined, and an offer of them to Sam."""

    priya: StaffId
    sam: StaffId
    dana: StaffId
    morgan: StaffId
    jo: PersonId
    kit: PersonId
    lou: PersonId
    offer: HandoverId


async def offered(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, sam = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Sam Okoro", "pa")
        dana, morgan = await hire(tx, "Dana Duty", "pa"), await hire(tx, "Morgan", "manager")
        jo, kit = await meet(tx, "Jo", priya), await meet(tx, "Kit", priya)
        lou = await meet(tx, "Lou", priya, joined=False)
        made = await handover.start(tx, await by(tx, priya), await by(tx, sam), now=MONDAY)
    return Team(priya, sam, dana, morgan, jo, kit, lou, made)


@pytest.fixture
async def team(sqlite_store: Store) -> Team:
    return await offered(sqlite_store)


async def by(tx: Transaction, member: StaffId) -> Staff:
    return await staff.by_id(tx, member)


async def workers(store: Store, team: Team) -> list[StaffId | None]:
    async with store.transaction() as tx:
        return [(await people.by_id(tx, person)).worker for person in (team.jo, team.kit, team.lou)]


async def agree(store: Store, team: Team) -> handover.Taken:
    async with store.transaction() as tx:
        return await handover.agree(tx, SETTINGS, await by(tx, team.sam), team.offer, now=MONDAY)


async def screens(tx: Transaction, member: StaffId) -> list[str]:
    return [str(row.opens["screen"]) for row in await outbox.of_staff(tx, member) if row.state == "queued"]


async def test_an_offer_changes_nothing_and_is_one_neutral_message_to_the_new_worker(sqlite_store, team):
    assert await workers(sqlite_store, team) == [team.priya] * 3
    async with sqlite_store.transaction() as tx:
        (row,) = await outbox.of_staff(tx, team.sam)
        assert (row.envelope, row.lane) == ("staff/update", "staff")
        assert row.opens == {"screen": "staff/handover", "handover": team.offer}
        assert await outbox.of_person(tx, team.jo) == ()
        offer = await handover.look(tx, team.sam, team.offer)
        assert (offer.old.name, offer.people) == ("Priya Patel", (team.jo, team.kit, team.lou))
        assert [known.known_as for known in await handover.who(tx, team.sam, team.offer)] == ["Jo", "Kit", "Lou"]


async def test_agreed_they_have_a_new_worker_and_each_who_joined_is_told_once(sqlite_store, team):
    assert await agree(sqlite_store, team) == handover.Taken(people=3, skipped=0, tasks=0)
    assert await workers(sqlite_store, team) == [team.sam] * 3
    async with sqlite_store.transaction() as tx:
        for person in (team.jo, team.kit):
            (row,) = await outbox.of_person(tx, person)
            assert (row.occasion, row.kind) == (f"handover:{team.offer}", "ours")
            assert row.opens == {"screen": "handover", "handover": team.offer}
            assert (row.expires_at - row.not_before).days == 14
            assert (await handover.before(tx, person, team.offer)).id == team.priya
        assert await outbox.of_person(tx, team.lou) == ()
        assert await screens(tx, team.priya) == ["staff/handed"]
        assert await handover.waiting_for(tx, team.sam) == ()
        noted = [(one.staff, one.about["what"]) for one in await audit.lately(tx, days=None, now=MONDAY)]
        assert noted == [(None, "offered"), (team.sam, "agreed")]


async def test_an_open_task_goes_with_them_by_the_hour_already_promised(store):
    team = await offered(store)
    async with store.transaction() as tx:
        asked = await tasks.ask(tx, SETTINGS, team.jo, team.priya, "A letter", MONDAY)
    assert (await agree(store, team)).tasks == 1
    async with store.transaction() as tx:
        task = await task_rows.find(tx, asked.task)
        assert (task.owner, task.due_at, task.state) == (team.sam, asked.due_at, "open")
        told = [row.opens["screen"] for row in await outbox.of_person(tx, team.jo)]
        assert sorted(told) == ["contact/moved", "handover"]
        assert "staff/task" in await screens(tx, team.sam)


async def test_a_task_for_which_the_new_worker_was_passed_over_stays_where_it_is(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        kim = await meet(tx, "Kim", team.sam)
        asked = await tasks.ask(tx, SETTINGS, kim, team.dana, "Not Sam", MONDAY)
        await people.hand_over(tx, [kim], team.sam, team.dana)
        made = await handover.start(tx, await by(tx, team.dana), await by(tx, team.sam), now=MONDAY)
        taken = await handover.agree(tx, SETTINGS, await by(tx, team.sam), made, now=MONDAY)
        assert (taken.people, taken.tasks) == (1, 0)
        assert (await task_rows.find(tx, asked.task)).owner == team.dana


async def test_not_now_leaves_all_as_it_was_and_the_old_worker_hears_it(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await handover.not_now(tx, await by(tx, team.sam), team.offer, now=MONDAY)
        assert await screens(tx, team.priya) == ["staff/handed"]
        assert await screens(tx, team.morgan) == []
        assert (await handover.news(tx, await by(tx, team.priya), team.offer)).state == "declined"
        await handover.start(tx, await by(tx, team.priya), await by(tx, team.dana), now=MONDAY)
    assert await workers(sqlite_store, team) == [team.priya] * 3
    with pytest.raises(HandoverOver):
        await agree(sqlite_store, team)


async def test_somebody_who_has_left_still_has_people_to_hand_over_and_managers_hear_the_answer(sqlite_store):
    async with sqlite_store.transaction() as tx:
        added = await staff.add(tx, "Pat Gone", "pa", reference="W-7")
        jo, sam = await meet(tx, "Jo", added.id), await hire(tx, "Sam Okoro", "pa")
        morgan = await hire(tx, "Morgan", "manager")
        await tasks.ask(tx, SETTINGS, jo, sam, "", MONDAY)
        await staff.leave(tx, added.id)
        gone = await staff.by_name_or_reference(tx, "w-7")
        assert gone == await staff.by_name_or_reference(tx, "pat gone")
        made = await handover.start(tx, gone, await by(tx, sam), now=MONDAY)
        await handover.not_now(tx, await by(tx, sam), made, now=MONDAY)
        assert await screens(tx, morgan) == ["staff/handed"]
        made = await handover.start(tx, gone, await by(tx, sam), now=MONDAY)
        assert (await handover.agree(tx, SETTINGS, await by(tx, sam), made, now=MONDAY)).people == 1
        assert (await people.by_id(tx, jo)).worker == sam


async def test_the_reference_of_one_who_left_is_a_colleagues_who_has_it_now(sqlite_store):
    async with sqlite_store.transaction() as tx:
        gone = await staff.add(tx, "Pat Gone", "pa", reference="W-7")
        await staff.leave(tx, gone.id)
        new = await staff.add(tx, "Nia New", "pa", reference="W-7")
        assert (await staff.by_name_or_reference(tx, "W-7")).id == new.id


async def test_whoever_left_the_old_worker_meanwhile_is_left_out_and_counted(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await people.change(tx, team.jo, Details("ref-Jo", "Jo", "Example"), worker=team.dana)
        await people.leave(tx, team.kit)
        assert (await handover.look(tx, team.sam, team.offer)).people == (team.lou,)
    assert await agree(sqlite_store, team) == handover.Taken(people=1, skipped=2, tasks=0)
    assert await workers(sqlite_store, team) == [team.dana, team.priya, team.sam]


async def test_whoever_asked_to_be_forgotten_is_in_no_offer(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await forgetting.forget(tx, team.jo)
    assert await agree(sqlite_store, team) == handover.Taken(people=2, skipped=0, tasks=0)


async def test_the_same_people_are_offered_to_one_at_a_time_until_it_is_called_off(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        priya, sam, dana = [await by(tx, one) for one in (team.priya, team.sam, team.dana)]
        with pytest.raises(OnTheirWay) as refused:
            await handover.start(tx, priya, dana, only=["REF-jo"], now=MONDAY)
        assert (refused.value.new, refused.value.references) == ("Sam Okoro", ("ref-Jo",))
        new = await meet(tx, "Ned", priya.id)
        assert (await handover.preview(tx, priya, dana, only=["ref-ned"])).people == (("ref-Ned", new),)
        assert await handover.call_off(tx, priya, sam, now=MONDAY) == 3
        assert await handover.call_off(tx, priya, sam, now=MONDAY) == 0
        assert await screens(tx, team.sam) == []
        assert (await handover.look(tx, team.sam, team.offer)).state == "cancelled"
        assert len((await handover.preview(tx, priya, dana)).people) == 4


async def test_only_what_can_be_handed_to_somebody_who_can_have_it(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        priya, sam, dana = [await by(tx, one) for one in (team.priya, team.sam, team.dana)]
        admin = await by(tx, await hire(tx, "Ada Min", "administrator"))
        for new, refusal in ((priya, handover.SameWorker), (admin, CannotTakeOver)):
            with pytest.raises(refusal):
                await handover.preview(tx, priya, new)
        with pytest.raises(NobodyToHand):
            await handover.preview(tx, dana, sam)
        with pytest.raises(NotTheirPeople) as refused:
            await handover.preview(tx, priya, dana, only=["ref-Jo", "nobody"])
        assert refused.value.references == ("nobody",)


async def test_an_offer_is_only_for_whom_it_was_made_to(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        dana = await by(tx, team.dana)
        for doing in (
            handover.look(tx, team.dana, team.offer),
            handover.who(tx, team.dana, team.offer),
            handover.agree(tx, SETTINGS, dana, team.offer, now=MONDAY),
            handover.not_now(tx, dana, team.offer, now=MONDAY),
            handover.news(tx, dana, team.offer),
            handover.look(tx, team.sam, HandoverId(99)),
        ):
            with pytest.raises(NotYours):
                await doing
    assert await workers(sqlite_store, team) == [team.priya] * 3


async def test_of_taps_at_the_same_moment_one_counts(store):
    team = await offered(store)
    given = await asyncio.gather(*(agree(store, team) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in given) == ["HandoverOver"] * 3 + ["Taken"]
    async with store.transaction() as tx:
        assert len(await outbox.of_person(tx, team.jo)) == 1
        assert await screens(tx, team.priya) == ["staff/handed"]
