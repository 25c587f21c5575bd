"""Places at something to join: never one too many, in the order of the yeses, each change told once and truly."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event
from staffed import MONDAY, hire, meet, settings
from support.databases import sqlite_url

from engagement import drop_ins, my_data, opportunities, place_clock, place_times, places, tasks
from engagement import due as clock
from engagement import outbox as gate
from engagement.london import local, today
from engagement.opportunities import Details
from engagement.place_queue import AFTER, BEGUN, OFFER, TODAY
from engagement.staff import NotAllowed
from storage import due as due_rows
from storage import opportunities as rows
from storage import outbox, people, staff
from storage.ids import ChatId, OpportunityId, PersonId, StaffId
from storage.opportunities import HEARS, HOLDS_A_PLACE
from storage.store import Store, Transaction
from storage.tables import due as due_table
from storage.tables import outbox as outbox_table
from storage.tables import task as task_table

SAID = opportunities.kept(Details(title="Pool", what_you_do="Play pool.", interests=("Pool ", "sport")))
STARTS = MONDAY + timedelta(days=5, hours=4)
SETTINGS = settings()
NAMES = ("Ash", "Bea", "Cy", "Dee", "Eve", "Fay")


async def offered(tx: Transaction, organiser: StaffId, **more: Any) -> OpportunityId:
    """Pool on Saturday at two for three, open from now on."""
    values = {"kind": "activity", "details": SAID, "places": 3, "starts_at": STARTS} | more
    made = await rows.add(tx, made_by=organiser, organiser=organiser, **values)
    return (await places.publish(tx, made.id, now=MONDAY)).id


async def beat(tx: Transaction, now: datetime) -> None:
    """Do what is due; fails unless all of it could be."""
    while fired := await due_rows.claim(tx, now=now, limit=50):
        for row in fired:
            await clock.work(tx, SETTINGS, row, now)


async def said(tx: Transaction) -> list[str]:
    """What was written to young people, as `person what`."""
    found = await tx.connection.execute(outbox_table.select().where(outbox_table.c.person != 0))
    return sorted(f"{row.person} {':'.join(row.occasion.split(':')[3:])}" for row in found if row.state != "cancelled")


# One thing at a time


async def test_three_have_a_place_and_the_others_wait_in_the_order_of_their_yes(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"))
        who = [await meet(tx, name) for name in NAMES]
        answers = [await places.say_yes(tx, one, pool, now=MONDAY) for one in (*who, who[0], who[4])]
    assert [(one.state, one.position) for one in answers] == [
        *[("confirmed", None)] * 3,
        ("waiting", 1),
        ("waiting", 2),
        ("waiting", 3),
        ("confirmed", None),
        ("waiting", 2),
    ]


async def test_who_undoes_their_yes_within_ten_minutes_was_never_there_and_the_next_is_asked(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        await places.say_yes(tx, ash, pool, now=MONDAY)
        await places.say_yes(tx, bea, pool, now=MONDAY)
        await places.undo(tx, ash, pool, now=MONDAY + timedelta(minutes=9))
        await beat(tx, MONDAY + timedelta(minutes=10))
        assert (await rows.interest_of(tx, pool, ash)).state == "shown"
        assert await said(tx) == [f"{bea} offer"]
        with pytest.raises(places.TooLate):
            await places.say_yes(tx, ash, pool, now=MONDAY)
            await places.undo(tx, ash, pool, now=MONDAY + timedelta(minutes=10))


async def test_the_organiser_hears_once_a_day_and_not_before_ten_minutes(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await hire(tx, "Mo Ali", "participation")
        pool = await offered(tx, mo)
        who = [await meet(tx, name) for name in NAMES]
        for one in who:
            await places.say_yes(tx, one, pool, now=MONDAY)
        await places.undo(tx, who[0], pool, now=MONDAY + timedelta(minutes=1))
        await beat(tx, MONDAY + timedelta(minutes=9))
        assert await outbox.of_staff(tx, mo) == ()
        await beat(tx, MONDAY + timedelta(minutes=10))
        (row,) = await outbox.of_staff(tx, mo)
        assert row.opens == {"screen": "staff/organiser", "opportunity": pool}
        assert not place_times.known_to_organiser(await rows.interest_of(tx, pool, who[1]), MONDAY)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        ("2026-11-23T14:00", None, "2026-11-24T14:00"),
        ("2026-11-23T09:30", None, "2026-11-24T11:00"),  # never before eleven
        ("2026-11-23T21:00", None, "2026-11-25T11:00"),  # at night it leaves in the morning, and a day is kept
        ("2026-11-23T03:00", None, "2026-11-24T11:00"),
        ("2026-11-23T14:00", "2026-11-23T18:00", "2026-11-23T17:30"),  # shorter, when it starts sooner
        ("2026-11-23T14:00", "2026-11-23T14:59", None),  # no time left to ask anybody
        ("2026-11-23T21:00", "2026-11-24T10:00", None),  # it would leave too late
        ("2026-11-23T21:00", "2026-11-24T12:00", "2026-11-24T11:30"),
        ("2026-10-24T15:00", None, "2026-10-25T15:00"),  # the night the clocks go back: 24 hours are 24 hours
    ],
)
async def test_how_long_an_offer_is_open(
    sqlite_store: Store, now: str, starts_at: str | None, until: str | None
) -> None:
    def moment(said: str | None) -> datetime | None:
        return None if said is None else datetime.fromisoformat(said).replace(tzinfo=UTC)

    async with sqlite_store.transaction() as tx:
        made = await rows.add(
            tx, made_by=StaffId(1), organiser=StaffId(1), kind="work", details=SAID, starts_at=moment(starts_at)
        )
    if now.startswith("2026-10-24"):
        assert local(place_times.time_to_accept(made, moment(now))).isoformat() == "2026-10-25T15:00:00+00:00"
        return
    assert place_times.time_to_accept(made, moment(now)) == moment(until)


async def test_an_offer_nobody_takes_goes_to_the_next_and_both_hear_it(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea, cy = [await meet(tx, name) for name in NAMES[:3]]
        for one in (ash, bea, cy):
            await places.say_yes(tx, one, pool, now=MONDAY)
        await places.withdraw(tx, ash, pool, now=MONDAY + timedelta(hours=1))
        await beat(tx, MONDAY + timedelta(hours=25))
        assert await said(tx) == [f"{bea} lapsed", f"{bea} offer", f"{cy} offer"]
        with pytest.raises(places.NotOnOffer):
            await places.accept(tx, bea, pool, now=MONDAY + timedelta(hours=26))
        assert (await places.accept(tx, cy, pool, now=MONDAY + timedelta(hours=26))).state == "confirmed"
        again = await places.say_yes(tx, bea, pool, now=MONDAY + timedelta(hours=27))
        assert (again.state, again.position) == ("waiting", 1)


async def test_who_cannot_be_reached_keeps_their_turn_and_is_passed_over(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea, cy = [await meet(tx, name) for name in NAMES[:3]]
        for one in (ash, bea, cy):
            await places.say_yes(tx, one, pool, now=MONDAY)
        await people.set_reachable(tx, ChatId(1_000 + bea), False)
        await places.withdraw(tx, ash, pool, now=MONDAY)
        assert (await rows.interest_of(tx, pool, cy)).state == "offered"
        await people.set_reachable(tx, ChatId(1_000 + bea), True)
        await places.decline_offer(tx, cy, pool, now=MONDAY)
        assert (await rows.interest_of(tx, pool, bea)).state == "offered"


async def test_nobody_new_gets_a_place_past_those_who_wait_when_there_is_no_time_left_to_ask_them(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea, cy = [await meet(tx, name) for name in NAMES[:3]]
        for one in (ash, bea):
            await places.say_yes(tx, one, pool, now=MONDAY)
        late = STARTS - timedelta(minutes=50)
        await places.withdraw(tx, ash, pool, now=late)
        assert (await rows.interest_of(tx, pool, bea)).state == "waiting"
        assert (await places.say_yes(tx, cy, pool, now=late)).position == 2


async def test_the_day_itself_has_a_reminder_a_beginning_and_a_question_after(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=2)
        ash, bea, cy = [await meet(tx, name) for name in NAMES[:3]]
        for one in (ash, bea, cy):
            await places.say_yes(tx, one, pool, now=MONDAY)
        await rows.set_interest(tx, pool, bea, came=False)
        day = {}
        for row in await tx.connection.execute(due_table.select().where(due_table.c.key == str(pool))):
            day[row.kind] = local(row.due_at).strftime("%a %H:%M")
        assert day == {TODAY: "Sat 09:00", BEGUN: "Sat 14:00", AFTER: "Sun 10:00"}
        for moment in (STARTS.replace(hour=9), STARTS, STARTS + timedelta(days=1)):
            await beat(tx, moment)
        on = today(STARTS)
        assert await said(tx) == sorted([f"{ash} today:{on}", f"{bea} today:{on}", f"{cy} missed", f"{ash} after"])
        await places.say_how_it_was(tx, ash, pool, "ok", now=STARTS + timedelta(days=1))
        with pytest.raises(places.NotOnOffer):
            await places.say_how_it_was(tx, bea, pool, "ok", now=STARTS + timedelta(days=1))


@pytest.mark.parametrize(("starts", "reminded"), [("09:59", "Fri 18:00"), ("10:00", "Sat 09:00")])
def test_what_begins_before_ten_is_spoken_of_the_evening_before(starts: str, reminded: str) -> None:
    begins = datetime.fromisoformat(f"2026-11-28T{starts}+00:00")
    assert local(place_times.remind_at(begins)).strftime("%a %H:%M") == reminded


async def test_a_reminder_of_a_place_they_have_no_more_never_leaves(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"))
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        for one in (ash, bea):
            await places.say_yes(tx, one, pool, now=MONDAY)
        morning = STARTS.replace(hour=9)
        await beat(tx, morning)
        await places.withdraw(tx, ash, pool, now=morning)
        left = await gate.take(tx, SETTINGS, now=morning, limit=9)
        assert [send.row.person for send in left if send.row.person] == [bea]


async def test_cancelled_everybody_who_said_yes_hears_it_and_nothing_else_follows(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea, cy = [await meet(tx, name) for name in NAMES[:3]]
        for one in (ash, bea, cy):
            await places.say_yes(tx, one, pool, now=MONDAY)
        await places.withdraw(tx, ash, pool, now=MONDAY)
        assert await places.cancel(tx, pool, because="The room is shut.", now=MONDAY) == 2
        await beat(tx, STARTS + timedelta(days=3))
        left = await gate.take(tx, SETTINGS, now=MONDAY + timedelta(minutes=20), limit=9)
        told = sorted((send.row.person, send.row.occasion.split(":")[3]) for send in left if send.row.person)
        assert told == [(bea, "off"), (cy, "off")]
        assert opportunities.details(await rows.find(tx, pool)).cancelled_because == "The room is shut."
        assert (await places.say_yes(tx, ash, pool, now=MONDAY)).state == "closed"


async def test_another_time_is_told_and_no_offer_stays_open_past_the_new_start(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        for one in (ash, bea):
            await places.say_yes(tx, one, pool, now=MONDAY)
        await places.withdraw(tx, ash, pool, now=MONDAY)
        sooner = MONDAY + timedelta(hours=5)
        await places.rearrange(tx, pool, now=MONDAY, tell=True, starts_at=sooner)
        assert (await rows.interest_of(tx, pool, bea)).accept_by == sooner - timedelta(minutes=30)
        await beat(tx, sooner - timedelta(minutes=30))
        assert (await rows.interest_of(tx, pool, bea)).state == "lapsed"
        assert f"{bea} changed:{int(MONDAY.timestamp())}" in await said(tx)


async def test_who_is_declined_hears_who_decided_and_what_they_can_do_next(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await hire(tx, "Mo Ali", "participation")
        other = await staff.by_id(tx, await hire(tx, "Priya Patel", "pa"))
        pool = await offered(tx, mo, places=1)
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        for one in (ash, bea):
            await places.say_yes(tx, one, pool, now=MONDAY)
        step = "There is a second evening in May."
        with pytest.raises(NotAllowed):
            await places.decline_person(tx, other, pool, ash, next_step=step, now=MONDAY)
        member = await staff.by_id(tx, mo)
        await places.decline_person(tx, member, pool, ash, next_step=step, now=MONDAY)
        theirs = await rows.interest_of(tx, pool, ash)
        assert await places.declined(tx, theirs) == places.Declined(step, mo)
        (row,) = await outbox.of_person(tx, ash)
        assert step not in str(row.opens)
        assert (await rows.interest_of(tx, pool, bea)).state == "offered"
        assert (await places.say_yes(tx, ash, pool, now=MONDAY)).state == "closed"


async def test_help_to_apply_is_a_yes_and_a_task_and_both_are_undone_together(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"))
        ash = await meet(tx, "Ash", worker=await hire(tx, "Priya Patel", "pa"))
        promised = (await tasks.choices(tx, SETTINGS, ash, MONDAY)).due_at
        answer, asked = await places.ask_for_help(tx, SETTINGS, ash, pool, now=MONDAY)
        assert (answer.state, asked.due_at) == ("confirmed", promised)
        (task,) = await tasks.mine(tx, ash)
        assert (task.reason, task.note) == (f"apply:{pool}", "Pool")
        await places.undo(tx, ash, pool, now=MONDAY)
        assert await tasks.mine(tx, ash) == ()


async def test_the_place_of_somebody_forgotten_goes_to_the_next(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pool = await offered(tx, await hire(tx, "Mo Ali", "participation"), places=1)
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        for one in (ash, bea):
            await places.say_yes(tx, one, pool, now=MONDAY)
        assert [one["title"] for one in (await my_data.held(tx, SETTINGS, ash))["things_to_join"]] == ["Pool"]
        await my_data.forget(tx, ash)
        await beat(tx, MONDAY)
        assert [one.person for one in await rows.interests(tx, pool)] == [bea]
        assert (await rows.interest_of(tx, pool, bea)).state == "offered"
        assert (await tx.connection.execute(task_table.select())).all() == []


async def test_who_was_at_something_is_kept_for_a_year_and_not_while_it_is_still_open(store: Store) -> None:
    async with store.transaction() as tx:
        mo, jo = await hire(tx, "Mo Ali", "participation"), await meet(tx, "Jo")
        over, still = await offered(tx, mo), await offered(tx, mo)
        for one in (over, still):
            await places.say_yes(tx, jo, one, now=MONDAY)
        await rows.change(tx, over, state="over")
        await rows.prune(tx, before=STARTS)
        assert len(await rows.of_person(tx, jo)) == 2
        await rows.prune(tx, before=STARTS + timedelta(days=1))
        assert [one.opportunity for one in await rows.of_person(tx, jo)] == [still]


async def test_cards_are_for_what_is_new_and_liked(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await hire(tx, "Mo Ali", "participation")
        pool = await offered(tx, mo)
        any_one = await offered(tx, mo, details=opportunities.kept(Details(title="All", what_you_do="Come.")))
        music = await offered(
            tx, mo, details=opportunities.kept(Details(title="Song", what_you_do="Sing.", interests=("music",)))
        )
        unread = await offered(tx, mo, answer_by=MONDAY)
        likes = people.Details("r", "Ash", "Lee", interests=(" SPORT",))
        ash, bea = (await people.add(tx, likes)).id, await meet(tx, "Bea")

        async def new(who: PersonId, **more: Any) -> list[OpportunityId]:
            return [one.id for one in await opportunities.new_to(tx, who, now=MONDAY, **more)]

        assert await new(ash) == [any_one, pool]
        assert await new(bea) == [music, any_one, pool]
        await rows.see(tx, pool, ash)
        await places.not_for_me(tx, ash, any_one)
        assert await new(ash) == []
        assert await new(ash, only={pool, any_one, music, unread}) == [pool]


# Anything, in any order


class Queue(RuleBasedStateMachine):
    """Six people, two places, later perhaps a third, and a clock. Four have said yes when it begins."""

    template: Path
    been: ClassVar[set[str]] = set()
    """Where anybody has stood in any of the plays."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="yousaid-places-")
        file = Path(shutil.copyfile(self.template, Path(self.folder.name) / "yousaid.db"))
        self.store = Store.open(sqlite_url(file), Path(self.folder.name) / "keys")
        event.listen(self.store.engine.sync_engine, "connect", lambda to, _: to.execute("PRAGMA synchronous = OFF"))
        self.now = MONDAY
        self.places = 2
        self.told: Counter[tuple[int, str]] = Counter()
        self.came_back = 0
        self.loop.run(self._set_up())

    async def _set_up(self) -> None:
        await self.store.add_authority("Northfield", "{}")
        async with self.store.transaction() as tx:
            self.mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
            self.pool = await offered(tx, self.mo.id, places=self.places, kind="drop_in")
            self.who = [await meet(tx, name) for name in NAMES]
            for one in self.who[:4]:
                await places.say_yes(tx, one, self.pool, now=self.now)

    def teardown(self) -> None:
        self.loop.run(self.store.close())
        self.loop.close()
        self.folder.cleanup()

    def do(self, doing: Any, *args: Any, **more: Any) -> None:
        async def done() -> None:
            async with self.store.transaction() as tx:
                with contextlib.suppress(places.PlacesError):
                    await doing(tx, *args, **({"now": self.now} | more))
                await self._listen(tx)
                await self._look(tx)

        self.loop.run(done())

    @rule(at=st.integers(0, 5))
    def say_yes(self, at: int) -> None:
        self.do(places.say_yes, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def undo(self, at: int) -> None:
        self.do(places.undo, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def say_maybe(self, at: int) -> None:
        self.do(drop_ins.say_maybe, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def say_no(self, at: int) -> None:
        self.do(drop_ins.say_no, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def accept(self, at: int) -> None:
        self.do(places.accept, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def pass_up(self, at: int) -> None:
        self.do(places.decline_offer, self.who[at], self.pool)

    @rule(at=st.integers(0, 5))
    def be_declined(self, at: int) -> None:
        self.do(places.decline_person, self.mo, self.pool, self.who[at], next_step="Another one.")

    @rule(at=st.integers(0, 5))
    def be_forgotten_and_come_back(self, at: int) -> None:
        async def forgotten(tx: Transaction, *, now: datetime) -> None:
            await my_data.forget(tx, self.who[at])
            self.came_back += 1
            self.who[at] = await meet(tx, f"{NAMES[at]} the {self.came_back}th")
            await beat(tx, now)

        self.do(forgotten)

    @precondition(lambda self: self.places < 3)
    @rule()
    def one_more_place(self) -> None:
        self.places += 1
        self.do(places.rearrange, self.pool, places=self.places, tell=True)

    @rule(minutes=st.sampled_from((3, 8, 31, 180, 600, 1_500)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.do(beat)

    async def _listen(self, tx: Transaction) -> None:
        """Whatever may leave now does; each person hears a thing once, and it is true when it leaves."""
        for send in await gate.take(tx, SETTINGS, now=self.now, limit=50):
            row = send.row
            await outbox.sent(tx, row.id, 1, on=today(self.now))
            if row.person is None:
                continue
            what = row.occasion.split(":")[3]
            self.told[row.person, row.occasion] += 1
            theirs = await rows.interest_of(tx, self.pool, row.person)
            assert theirs is not None
            assert {
                "offer": theirs.state == "offered" and theirs.accept_by > self.now,
                "today": theirs.state == "confirmed",
                "after": theirs.state == "confirmed",
                "fancy": theirs.state == "maybe",
                "changed": theirs.state in HEARS,
            }.get(what, theirs.state == what), (what, theirs)

    async def _look(self, tx: Transaction) -> None:
        found = await rows.interests(tx, self.pool)
        self.been |= {one.state for one in found}
        live = [one for one in found if one.live]
        held = [one for one in live if one.state in HOLDS_A_PLACE]
        waiting = [one for one in live if one.state == "waiting"]
        row = await rows.find(tx, self.pool)
        assert len(held) <= self.places
        turns = [one.turn for one in live]
        assert len(set(turns)) == len(turns)
        offers = [one.turn for one in held if one.state == "offered"]
        assert max(offers, default=0) < min([one.turn for one in waiting], default=1_000)
        if len(held) < self.places and waiting and row.state in ("open", "closed") and self.now < STARTS:
            assert place_times.time_to_accept(row, self.now) is None or self._waits_for_the_morning(row)
        queries = due_table.select().where(due_table.c.kind == OFFER, due_table.c.state == "waiting")
        clocks = {row.key: row.due_at for row in await tx.connection.execute(queries)}
        assert clocks == {f"{one.opportunity}:{one.turn}": one.accept_by for one in live if one.state == "offered"}
        assert all(one.accept_by is None for one in found if one.state != "offered")

    def _waits_for_the_morning(self, row: rows.Opportunity) -> bool:
        """Whether the place came free in the last night, too late to ask anybody before the day's reminder."""
        return STARTS - self.now < timedelta(hours=18)

    @invariant()
    def nobody_hears_anything_twice(self) -> None:
        assert not self.told or max(self.told.values()) == 1


def played(template: Path, *, examples: int, steps: int) -> set[str]:
    """Where anybody stood at any time in all of these plays."""
    machine = type("QueueHere", (Queue,), {"template": template, "been": set()})
    run_state_machine_as_test(
        machine,
        settings=hypothesis_settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),
        ),
    )
    return set(machine.been)


def test_whatever_happens_to_the_queue_in_whatever_order_it_still_holds(migrated_sqlite: Path) -> None:
    been = played(migrated_sqlite, examples=8, steps=30)
    assert been >= {"confirmed", "waiting", "offered", "maybe", "withdrawn", "declined"}, "not enough has happened"


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_whatever_happens_to_the_queue_for_a_long_time_it_still_holds(migrated_sqlite: Path) -> None:
    been = played(migrated_sqlite, examples=150, steps=60)
    assert been == {"shown", *HEARS, "withdrawn", "passed", "lapsed", "declined", "missed"}


def test_the_clock_knows_every_kind_of_work() -> None:
    assert set(place_clock.KINDS) <= set(clock.KINDS)
