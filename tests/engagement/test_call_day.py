"""A day of calls by a moved clock: asked, proposed, confirmed, told only what is sure, phoned, and counted after."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from staffed import hire, meet, settings

from engagement import (
    authority,
    call_capacity,
    call_clock,
    call_day,
    call_managing,
    call_planning,
    call_times,
)
from engagement import calls as asking
from engagement import due as clock
from engagement.call_rows import DayOver, NotAble, NotYourCall
from engagement.london import london
from engagement.staff import NotAllowed
from storage import absences, calls, due, outbox, people, staff
from storage.absences import Absence
from storage.calls import Call
from storage.ids import CallDayId, PersonId, StaffId
from storage.store import Store

SETTINGS = settings()
CHRISTMAS = date(2026, 12, 25)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


class Day:
    """One Christmas: its staff, its people, and a clock that only ever goes forward."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = at(1, 10)
        self.staff: dict[str, StaffId] = {}
        self.people: dict[str, PersonId] = {}
        self.which = CallDayId(0)

    async def begin(self, *, wanting: dict[str, str | None], on: date = CHRISTMAS, key: str = "christmas:2026") -> None:
        """`wanting`: who would like a call, each with the worker they asked for, if any."""
        async with self.store.transaction() as tx:
            await authority.change(tx, SETTINGS)
            for name, role in (("Priya", "pa"), ("Cara", "pa"), ("Sam", "pa"), ("Morgan", "manager")):
                self.staff[name] = await hire(tx, f"{name} Patel", role)  # type: ignore[arg-type]
            made = await calls.add_day(tx, key=key, name="Christmas", on_day=on, from_time=time(10), to_time=time(16))
            assert made is not None
            self.which = made.id
            for name, worker in wanting.items():
                self.people[name] = await meet(tx, name, self.staff[worker] if worker else None)
            await calls.add(tx, made.id, self.people.values())
            for name, worker in wanting.items():
                who = {"who": "worker"} if worker else {}
                await asking.say(tx, SETTINGS, self.people[name], made.id, now=self.now, by=None, wanted="yes", **who)

    async def until(self, moment: datetime, *, step: timedelta = timedelta(hours=2)) -> None:
        """Heartbeats up to that moment: from the eve at ten on by day, and before it none but the last."""
        eve = at(24, 10)
        while self.now < moment:
            near = self.now >= eve or step.days
            self.now = min(moment, self.now + step) if near else min(moment, max(eve, self.now))
            if 8 <= self.now.hour <= 20 or self.now == moment:
                await self.beat()

    async def beat(self) -> None:
        async with self.store.transaction() as tx:
            await call_clock.plan(tx, self.now)
            rows = await due.claim(tx, now=self.now, limit=100)
        for row in rows:
            async with self.store.transaction() as tx:
                await clock.work(tx, SETTINGS, row, self.now)

    async def call(self, name: str) -> Call:
        async with self.store.transaction() as tx:
            found = await calls.of(tx, self.which, self.people[name])
        assert found is not None
        return found

    async def can(self, **most: int) -> None:
        async with self.store.transaction() as tx:
            for name, count in most.items():
                member = await staff.by_id(tx, self.staff[name])
                await call_capacity.can_make(tx, member, self.which, count)

    async def do(self, doing: Any, member: str, *args: Any, **more: Any) -> Any:
        async with self.store.transaction() as tx:
            return await doing(tx, await staff.by_id(tx, self.staff[member]), *args, now=self.now, **more)

    async def manage(self, doing: Any, *args: Any) -> Any:
        async with self.store.transaction() as tx:
            member = await staff.by_id(tx, self.staff["Morgan"])
            return await doing(tx, SETTINGS, member, *args, now=self.now)

    async def cannot(self, member: str, call: Call) -> None:
        async with self.store.transaction() as tx:
            await call_planning.cannot(tx, SETTINGS, await staff.by_id(tx, self.staff[member]), call.id, now=self.now)

    async def standing(self) -> call_managing.Standing:
        async with self.store.transaction() as tx:
            return await call_managing.standing(tx, SETTINGS, self.which, now=self.now)

    async def confirm(self) -> None:
        await self.manage(call_managing.confirm, self.which)

    async def all_accept(self) -> None:
        for name in self.people:
            found = await self.call(name)
            for member, state in ((found.caller, found.caller_state), (found.backup, found.backup_state)):
                if state == "asked":
                    await self.do(call_planning.accept, self.of(member), found.id)

    def of(self, member: StaffId | None) -> str:
        return next(name for name, one in self.staff.items() if one == member)

    async def says(self, name: str, **said: Any) -> None:
        async with self.store.transaction() as tx:
            await asking.say(tx, SETTINGS, self.people[name], self.which, now=self.now, by=None, **said)

    async def told(self, member: str) -> list[str]:
        async with self.store.transaction() as tx:
            rows = await outbox.of_staff(tx, self.staff[member])
        return [row.occasion.split(":", 2)[2].rstrip("0123456789").rstrip(":") for row in rows]

    async def heard(self, name: str) -> list[tuple[datetime, str]]:
        async with self.store.transaction() as tx:
            rows = await outbox.of_person(tx, self.people[name])
        return [(row.not_before, row.state) for row in rows if row.occasion.startswith("call:")]


@pytest.fixture
def day(sqlite_store: Store) -> Day:
    return Day(sqlite_store)


async def sure(day: Day, **wanting: str | None) -> None:
    """Up to the evening of the 18th, with everybody who was asked having said yes."""
    await day.begin(wanting=wanting)
    await day.can(Priya=2, Cara=2, Sam=2)
    await day.until(at(18, 10))
    await day.confirm()
    await day.all_accept()


async def test_staff_are_asked_and_reminded_twice_and_who_never_says_is_not_on_the_rota(day: Day) -> None:
    await day.begin(wanting={"Jo": "Priya", "Kit": None})
    async with day.store.transaction() as tx:
        await absences.put(tx, Absence(day.staff["Sam"], date(2027, 1, 4), None))
    await day.until(at(8, 12))
    assert await day.told("Priya") == ["capacity"]
    await day.can(Priya=3)
    await day.until(at(17, 12), step=timedelta(days=1))
    assert await day.told("Priya") == ["capacity"]
    assert await day.told("Cara") == ["capacity"] * 3
    assert await day.told("Sam") == []
    await day.until(at(18, 10))
    assert (await day.told("Morgan"))[-1] == "proposed"
    found = await day.standing()
    assert [(line.caller, line.backup, line.gap) for line in found.lines] == [(day.staff["Priya"], None, "nobody")] * 2
    assert {one.id for one in found.unanswered} == {day.staff["Cara"], day.staff["Morgan"]}
    assert "Cara" not in [day.of(line.caller) for line in found.lines]


async def test_a_name_is_said_only_once_caller_and_backup_have_both_accepted(day: Day) -> None:
    await day.begin(wanting={"Jo": "Priya"})
    await day.can(Priya=1, Cara=1)
    await day.until(at(18, 10))
    assert await day.told("Priya") == []  # put down, and not asked before a manager has looked
    await day.confirm()
    call = await day.call("Jo")
    assert (call.caller, call.backup) == (day.staff["Priya"], day.staff["Cara"])
    await day.do(call_planning.accept, "Priya", call.id)
    await day.until(at(24, 11))
    assert await day.heard("Jo") == []
    await day.until(at(24, 12))
    assert "noon" in await day.told("Morgan")
    await day.do(call_planning.accept, "Cara", call.id)
    await day.until(at(24, 12, 15))
    assert await day.heard("Jo") == [(at(24, 12, 15), "queued")]
    await day.until(at(24, 20))
    assert len(await day.heard("Jo")) == 1
    assert (await day.call("Jo")).told["plan"] == [day.staff["Priya"], day.staff["Cara"], "10:00", "16:00"]


async def test_who_it_is_not_sure_for_hears_so_at_six_and_the_name_next_morning_if_it_is_sure_late(
    day: Day,
) -> None:
    await day.begin(wanting={"Jo": None})
    await day.until(at(24, 17, 45))
    assert await day.heard("Jo") == []
    await day.until(at(24, 18))
    assert [when for when, _ in await day.heard("Jo")] == [at(24, 18)]
    await day.can(Priya=1, Sam=1)
    async with day.store.transaction() as tx:
        await call_planning.propose(tx, SETTINGS, day.which, day.now)
    await day.confirm()
    await day.until(at(24, 19, 30))
    await day.all_accept()
    await day.until(at(24, 20))
    assert (await day.heard("Jo"))[-1] == (at(25, 9), "queued")


async def test_whoever_cannot_is_replaced_at_once_and_never_asked_for_that_call_again(day: Day) -> None:
    await sure(day, Jo="Priya")
    call = await day.call("Jo")
    await day.cannot("Priya", call)
    after = await day.call("Jo")
    assert after.caller in (day.staff["Cara"], day.staff["Sam"])
    assert after.caller_state == "asked"
    assert f"cannot:{call.id}" in await day.told("Morgan")
    with pytest.raises(NotYourCall):
        await day.do(call_planning.accept, "Priya", call.id)
    with pytest.raises(NotAble):
        await day.manage(call_managing.swap, call.id, "caller", day.staff["Priya"])
    with pytest.raises(NotAllowed):
        async with day.store.transaction() as tx:
            priya = await staff.by_id(tx, day.staff["Priya"])
            await call_managing.confirm(tx, SETTINGS, priya, day.which, now=day.now)


async def test_somebody_who_goes_on_leave_after_saying_yes_is_replaced_within_the_hour(day: Day) -> None:
    await sure(day, Jo="Priya")
    async with day.store.transaction() as tx:
        await absences.put(tx, Absence(day.staff["Priya"], date(2027, 1, 4), None))
    await day.until(at(19, 10))
    after = await day.call("Jo")
    assert day.staff["Priya"] not in (after.caller, after.backup)
    assert after.caller is not None
    assert "filled" in await day.told("Morgan")


async def test_no_answer_then_a_second_try_then_the_backup_then_a_manager_by_three(day: Day) -> None:
    await sure(day, Jo="Priya")
    call = await day.call("Jo")
    backup = day.of(call.backup)
    await day.until(at(25, 10, 15))
    assert any(one.startswith("now") for one in await day.told("Priya"))
    after = await day.do(call_day.no_answer, "Priya", call.id)
    assert (after.state, after.again_at) == ("no_answer", at(25, 11, 30))
    await day.until(at(25, 11, 30))
    assert any(one.startswith("again") for one in await day.told("Priya"))
    assert (await day.do(call_day.no_answer, "Priya", call.id)).state == "backup"
    assert "backup" in await day.told(backup)
    assert (await day.do(call_day.no_answer, backup, call.id)).state == "manager"
    assert "manager" in await day.told("Morgan")
    await day.do(call_day.spoke, "Morgan", call.id)
    after = await day.call("Jo")
    assert (after.state, after.tries) == ("spoke", 4)
    with pytest.raises(DayOver):
        await day.do(call_day.no_answer, "Morgan", call.id)


async def test_a_caller_who_says_nothing_is_not_waited_for_and_a_manager_hears_by_three(day: Day) -> None:
    await sure(day, Jo="Priya", Kit=None)
    await day.says("Jo", from_time=time(10), to_time=time(12))
    await day.says("Kit", from_time=time(14), to_time=time(16))
    await day.all_accept()
    await day.until(at(25, 11, 15))
    assert (await day.call("Jo")).state == "open"
    await day.until(at(25, 11, 30))
    assert (await day.call("Jo")).state == "backup"
    await day.until(at(25, 12, 15))
    assert (await day.call("Jo")).state == "manager"
    assert (await day.call("Kit")).state == "open"
    await day.until(at(25, 16))
    assert (await day.call("Kit")).state == "manager"
    await day.until(at(25, 20, 15))
    assert {(await day.call(name)).state for name in ("Jo", "Kit")} == {"not_reached"}


async def test_who_said_any_time_and_hears_from_nobody_is_with_a_manager_by_three_after_the_backup(day: Day) -> None:
    await sure(day, Jo="Priya")
    await day.until(at(25, 14))
    assert (await day.call("Jo")).state == "open"
    await day.until(at(25, 14, 15))
    assert (await day.call("Jo")).state == "backup"
    await day.until(at(25, 15))
    assert (await day.call("Jo")).state == "manager"


async def test_a_server_that_was_down_over_the_hour_catches_up_or_tells_a_manager(day: Day) -> None:
    await sure(day, Jo="Priya", Kit=None)
    await day.says("Jo", from_time=time(10), to_time=time(12))
    await day.says("Kit", from_time=time(14), to_time=time(16))
    await day.until(at(24, 20))
    day.now = at(25, 15, 30)
    await day.beat()
    assert (await day.call("Jo")).state == "manager"
    assert (await day.call("Kit")).state in ("open", "backup")


async def test_please_dont_call_stops_everything_at_once_and_yes_please_begins_it_again(day: Day) -> None:
    await sure(day, Jo="Priya")
    await day.until(at(25, 9, 45))
    await day.says("Jo", wanted="no")
    call = await day.call("Jo")
    assert call.state == "stopped"
    for name in ("Priya", day.of(call.backup)):
        assert any(one.startswith("off") for one in await day.told(name))
        with pytest.raises((NotYourCall, DayOver)):
            await day.do(call_day.no_answer, name, call.id)
    assert all(state != "queued" for _, state in await day.heard("Jo"))
    await day.until(at(25, 10, 30))
    assert (await day.call("Jo")).state == "stopped"
    await day.says("Jo", wanted="yes")
    await day.beat()
    again = await day.call("Jo")
    assert (again.state, again.caller_state, again.backup_state) == ("open", "asked", "asked")


async def test_another_time_reaches_caller_and_backup_at_once_and_is_said_back_when_both_can(day: Day) -> None:
    await sure(day, Jo="Priya")
    await day.until(at(24, 12))
    assert len(await day.heard("Jo")) == 1
    await day.says("Jo", from_time=time(14), to_time=time(15))
    call = await day.call("Jo")
    assert (call.caller_state, call.backup_state) == ("asked", "asked")
    for name in ("Priya", day.of(call.backup)):
        assert any(one.startswith("moved") for one in await day.told(name))
    await day.until(at(24, 13))
    assert len(await day.heard("Jo")) == 1
    await day.all_accept()
    await day.until(at(24, 13, 15))
    assert len(await day.heard("Jo")) == 2
    assert (await day.call("Jo")).told["plan"][2:] == ["14:00", "15:00"]


async def test_whoever_messages_do_not_reach_is_told_by_their_worker(day: Day) -> None:
    await sure(day, Jo="Priya")
    async with day.store.transaction() as tx:
        await people.unlink(tx, day.people["Jo"])
    await day.until(at(24, 11))
    assert await day.heard("Jo") == []
    call = await day.call("Jo")
    assert any(one.startswith("tell") for one in await day.told("Priya"))
    async with day.store.transaction() as tx:
        priya, which = await staff.by_id(tx, day.staff["Priya"]), await calls.day(tx, day.which)
        assert [one.id for one in await call_day.to_tell(tx, priya, which)] == [call.id]
        await call_day.told_them(tx, priya, call.id)
        assert await call_day.to_tell(tx, priya, which) == []
        with pytest.raises(NotYourCall):
            await call_day.told_them(tx, await staff.by_id(tx, day.staff["Cara"]), call.id)


async def test_the_days_after_have_numbers_and_no_names(day: Day) -> None:
    await sure(day, Jo="Priya", Kit=None, Lou="Cara")
    await day.until(at(25, 10, 30))
    kit = await day.call("Kit")
    await day.do(call_day.spoke, day.of(kit.caller), kit.id)
    await day.says("Lou", wanted="no")
    await day.until(at(29, 16))
    async with day.store.transaction() as tx:
        over = await calls.day(tx, day.which)
    assert over.state == "over"
    assert over.summary == {
        "wanted": 3,
        "covered": 2,
        "made": 1,
        "not_reached": 1,
        "stopped": 1,
        "said_no": 0,
        "not_known": 0,
        "never_asked": 0,
    }
    assert (await day.told("Morgan"))[-1] == "report"
    assert "report" not in await day.told("Priya")
    with pytest.raises(DayOver):
        await day.can(Priya=1)


async def test_somebodys_own_day_asks_whoever_is_in_line_and_keeps_nothing_of_it(day: Day) -> None:
    await day.begin(wanting={"Jo": "Priya"}, on=date(2026, 12, 9), key="one:1:2026-12-09")
    day.now = at(7, 10)
    await day.beat()
    call = await day.call("Jo")
    assert (call.caller, call.caller_state, call.backup_state) == (day.staff["Priya"], "asked", "asked")
    await day.all_accept()
    for moment in (at(8, 10), at(8, 10, 15)):
        day.now = moment
        await day.beat()
    assert len(await day.heard("Jo")) == 1
    for moment in (at(9, 10), at(9, 20, 15), at(10, 10)):
        day.now = moment
        await day.beat()
    async with day.store.transaction() as tx:
        over = await calls.day(tx, day.which)
    assert (over.state, over.summary) == ("over", {})


async def test_nothing_is_told_twice_and_nothing_at_night(day: Day) -> None:
    await sure(day, Jo="Priya")
    await day.until(at(25, 9))
    async with day.store.transaction() as tx:
        rows = await outbox.of_person(tx, day.people["Jo"])
        assert len(rows) == 1
        assert london(CHRISTMAS - timedelta(days=1), call_times.TELL_FROM) <= rows[0].not_before <= at(24, 19)
    await day.says("Jo", wanted="no")
    async with day.store.transaction() as tx:
        waiting = [row for row in await outbox.of_staff(tx, day.staff["Priya"]) if row.kind == "help"]
    assert waiting
    assert all(at(25, 8) <= row.not_before <= at(25, 20) for row in waiting)
