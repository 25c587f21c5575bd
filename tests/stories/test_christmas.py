"""Christmas for four hundred: everybody is asked once, whoever wants a call has one, whoever said no has none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from support.indoors import Indoors, indoors

from bot.reports import calendar
from bot.sandbox.phones import Phone
from engagement import absence, call_day, call_managing, calls, calls_recorded, opportunities, organising, places
from engagement import call_capacity as capacity
from engagement import call_planning as planning
from engagement.opportunities import Details as Dinner
from storage import calls as rows
from storage import opportunities as dinners
from storage import people, staff
from storage.calls import Call, CallDay
from storage.ids import ChatId, OpportunityId, PersonId, StaffId
from storage.people import Details
from storage.store import Transaction

SIZE, JOINED, WORKERS, SEATS = 400, 250, 12, 30
BEGUN = datetime(2026, 11, 20, 10, tzinfo=UTC)
WANT_DINNER = 36
SAME_WORKER = (9, 21)
"""Two who want the same worker, who will be away."""

IN_THE_MORNING, BY_BACKUP, NOBODY_REACHES, CALLER_CANNOT, STOPS = ANYONE = (30, 31, 32, 33, 40)
"""Those whom anyone may phone, by what becomes of their call."""

BACK = date(2027, 1, 4)


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class Northfield:
    """Twelve workers, a manager, and somebody who cooks; four hundred young people, of whom 250 have joined."""

    def __init__(self, here: Indoors) -> None:
        self.here = here
        self.workers: list[StaffId] = []
        self.joined: list[PersonId] = []
        self.others: list[PersonId] = []
        self.phones: dict[str, Phone] = {}
        self.wanting: set[PersonId] = set()

    async def set_up(self) -> Northfield:
        here = self.here
        self.phones["Priya"], priya = await here.staff_phone("Priya Shah", "pa")
        self.phones["Marcus"], self.marcus = await here.staff_phone("Marcus Bell", "manager")
        self.phones["Asha"], self.asha = await here.staff_phone("Asha Green", "participation")
        async with here.store.transaction() as tx:
            self.workers = [priya]
            for number in range(1, WORKERS):
                member = await staff.add(tx, f"Worker{number} Lee", "pa")
                await staff.join(tx, member.id, self._chat(f"Worker{number}"))
                self.workers.append(member.id)
            for number in range(SIZE):
                worker = self.workers[number % WORKERS]
                known = Details(f"NF{number}", f"Person{number}", "Lee", phone=f"07700 9{number:05}")
                person = (await people.add(tx, known, worker=worker)).id
                if number < JOINED:
                    await people.join(tx, person, self._chat(f"Person{number}"))
                (self.joined if number < JOINED else self.others).append(person)
            self.dinner = await self._dinner(tx)
        for number, name in enumerate(("Jo", "Kit", "Lou")):  # the first three have their phones before us
            self.phones[name] = here.phones[f"Person{number}"]
            await here.type(self.phones[name], "/menu")
        return self

    def _chat(self, name: str) -> ChatId:
        phone = self.here.phone(name)
        phone.chat.started = True
        return ChatId(phone.id)

    async def _dinner(self, tx: Transaction) -> OpportunityId:
        said = opportunities.kept(Dinner(title="Christmas Eve dinner", what_you_do="Eat with thirty of us."))
        made = await dinners.add(
            tx,
            made_by=self.asha,
            organiser=self.asha,
            kind="activity",
            details=said,
            places=SEATS,
            starts_at=at(24, 17),
        )
        return (await places.publish(tx, made.id, now=BEGUN)).id

    async def it_is(self, *moments: datetime) -> None:
        """The clock at each of these moments, one heartbeat and whatever leaves then."""
        for moment in moments:
            self.here.clock.move(seconds=(moment - self.here.clock.now()).total_seconds())
            await self.here.tick()

    @property
    def now(self) -> datetime:
        return self.here.clock.now()

    async def day(self, tx: Transaction) -> CallDay:
        return (await rows.days(tx, since=date(2026, 11, 1)))[0]

    async def calls(self) -> dict[PersonId, Call]:
        async with self.here.store.transaction() as tx:
            return {one.person: one for one in await rows.on_day(tx, (await self.day(tx)).id)}

    async def say(self, whom: Iterable[PersonId], **said: Any) -> None:
        async with self.here.store.transaction() as tx:
            day = await self.day(tx)
            for one in whom:
                await calls.say(tx, self.here.bot.words(), one, day.id, now=self.now, by=None, **said)

    async def do(self, doing: Any, member: StaffId, *args: Any, **more: Any) -> Any:
        async with self.here.store.transaction() as tx:
            return await doing(tx, await staff.by_id(tx, member), *args, now=self.now, **more)

    async def leave(self, *members: StaffId) -> None:
        async with self.here.store.transaction() as tx:
            for one in members:
                member = await staff.by_id(tx, one)
                await absence.go_off(tx, self.here.bot.words(), member, BACK, None, now=self.now, by=member)

    async def all_accept(self) -> None:
        """Everybody says yes to whatever is asked of them, by now."""
        for one in (await self.calls()).values():
            for member, state in ((one.caller, one.caller_state), (one.backup, one.backup_state)):
                if state == "asked" and member is not None:
                    await self.do(planning.accept, member, one.id)


@pytest.fixture
async def town(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Northfield]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=BEGUN) as here:
        yield await Northfield(here).set_up()
        assert here.given_up == []


async def test_christmas_for_four_hundred_from_the_question_to_the_report(town: Northfield) -> None:
    await everybody_who_joined_is_asked_once(town)
    await thirty_have_a_place_at_the_dinner(town)
    await whoever_did_not_say_is_asked_in_person(town)
    await a_rota_stands_though_three_are_on_leave(town)
    await the_eve_brings_names_and_lists(town)
    await the_day_reaches_ten_of_ten(town)
    await what_became_of_it(town)


async def everybody_who_joined_is_asked_once(town: Northfield) -> None:
    here, jo, kit, lou = town.here, town.phones["Jo"], town.phones["Kit"], town.phones["Lou"]
    await town.it_is(BEGUN, at(20, 11, month=11), at(24, 11, month=11))
    asked = [row for row in await here.rows("outbox") if row["occasion"].endswith(":asked")]
    assert Counter(row["state"] for row in asked) == {"sent": JOINED}
    assert {row["person"] for row in asked} == set(town.joined)
    await here.do(jo, "open", "yes", "by:worker", "part:any", "ours")
    await here.do(kit, "open", "no")
    await here.do(lou, "open")  # and never says
    await town.say([town.joined[one] for one in SAME_WORKER], wanted="yes", who="worker")
    await town.say([town.joined[one] for one in ANYONE], wanted="yes")
    await town.say([town.joined[IN_THE_MORNING]], from_time=time(10), to_time=time(12))
    await town.say(town.joined[50:120], wanted="no")
    await town.say(town.joined[120:145], wanted="later")


async def thirty_have_a_place_at_the_dinner(town: Northfield) -> None:
    """Thirty-six say yes; two of the thirty cannot come after all, and the next two are asked."""
    guests = town.joined[100 : 100 + WANT_DINNER]
    async with town.here.store.transaction() as tx:
        said = [await places.say_yes(tx, one, town.dinner, now=town.now) for one in guests]
    assert Counter(one.state for one in said) == {"confirmed": SEATS, "waiting": WANT_DINNER - SEATS}
    await town.it_is(at(27, 11, month=11))
    async with town.here.store.transaction() as tx:
        for one in guests[:2]:
            await places.withdraw(tx, one, town.dinner, now=town.now)
        for one in guests[SEATS : SEATS + 2]:
            assert await places.accept(tx, one, town.dinner, now=town.now) == places.Answer("confirmed")
    listed = await town.do(organising.guests, town.asha, town.dinner)
    assert [one.person for one in listed if one.state == "confirmed"] == guests[2 : SEATS + 2]
    assert [one.position for one in listed if one.state == "waiting"] == [1, 2, 3, 4]


async def whoever_did_not_say_is_asked_in_person(town: Northfield) -> None:
    """From the first of December, by the twelve workers, one of them in her chat; all who never joined."""
    here, priya = town.here, town.phones["Priya"]
    await town.it_is(at(1, 9, 1), at(5, 11))
    await town.say(town.joined[120:130], wanted="no")  # asked once more, as they had wanted
    await here.type(priya, "/menu")
    await here.do(priya, "call_ask")
    first = town.others[2]
    await here.do(priya, "page:2", f"person:{first}", "yes", "when:any", "who:worker")
    await town.it_is(at(8, 9, 31))
    wanting = {first, *town.others[3:5]}
    async with here.store.transaction() as tx:
        day, words = await town.day(tx), here.bot.words()
        for number, worker in enumerate(town.workers):
            member = await staff.by_id(tx, worker)
            for one in await calls_recorded.to_ask(tx, words, member, day.id, now=town.now):
                if one.joined and number % 2:  # of those who joined half are not met before Christmas
                    await calls_recorded.not_reached(tx, words, member, one.person, day.id, now=town.now)
                elif one.person != first:
                    wanted = "yes" if one.person in wanting else "no"
                    record = calls_recorded.record
                    await record(tx, words, member, one.person, day.id, now=town.now, wanted=wanted)
    found = await town.calls()
    assert len(found) == SIZE
    assert {found[one].wanted for one in town.others} == {"yes", "no"}
    town.wanting = wanting | {town.joined[one] for one in (0, *SAME_WORKER, *ANYONE)} - {town.joined[STOPS]}
    assert len(town.wanting) == 10
    assert {one for one, call in found.items() if call.wanted == "yes"} == town.wanting | {town.joined[STOPS]}


async def a_rota_stands_though_three_are_on_leave(town: Northfield) -> None:
    here, marcus = town.here, town.phones["Marcus"]
    async with here.store.transaction() as tx:
        day = (await town.day(tx)).id
        for worker in (*town.workers, town.marcus):
            await capacity.can_make(tx, await staff.by_id(tx, worker), day, 2)
    await town.it_is(at(14, 10))
    away = town.workers[9:]
    await town.leave(*away[:2])
    await town.it_is(at(18, 9))
    await here.do(marcus, "open")
    assert "11 people would like a call." in marcus.card.text
    assert "no caller or no backup" not in marcus.card.text
    await here.do(marcus, "confirm")
    await town.here.type(town.phones["Priya"], "/menu")
    await town.here.do(town.phones["Priya"], "calls", "all")
    cannot = (await town.calls())[town.joined[CALLER_CANNOT]].caller
    async with here.store.transaction() as tx:
        assert cannot is not None
        call = await rows.of(tx, day, town.joined[CALLER_CANNOT])
        assert call is not None
        await planning.cannot(tx, here.bot.words(), await staff.by_id(tx, cannot), call.id, now=town.now)
    await town.all_accept()
    await town.leave(away[2])
    await town.it_is(at(21, 10), at(21, 11))
    await town.all_accept()
    standing = await town.do(_standing(here), town.marcus)
    assert standing.uncovered == standing.not_sure == ()
    callers = [line.caller for line in standing.lines] + [line.backup for line in standing.lines]
    assert set(callers).isdisjoint(away)
    assert cannot not in [line.caller for line in standing.lines if line.call.person == town.joined[CALLER_CANNOT]]
    assert max(Counter(line.caller for line in standing.lines).values()) <= 2
    own = {line.caller for line in standing.lines if line.call.person == town.joined[0]}
    assert own == {town.workers[0]}


def _standing(here: Indoors) -> Any:
    async def look(tx: Transaction, _member: Any, *, now: datetime) -> call_managing.Standing:
        day = (await rows.days(tx, since=date(2026, 11, 1)))[0]
        return await call_managing.standing(tx, here.bot.words(), day.id, now=now)

    return look


async def the_eve_brings_names_and_lists(town: Northfield) -> None:
    here, jo, priya = town.here, town.phones["Jo"], town.phones["Priya"]
    await town.it_is(at(24, 10), at(24, 10, 15), at(24, 12), at(24, 18))
    await here.do(jo, "open")
    assert "Priya plans to phone you on 25 December between 10am and 4pm." in jo.card.text
    await here.type(priya, "/menu")
    await here.do(priya, "calls", "calendar")
    assert [one.file.name for one in priya.from_bot if one.kind == "document" and one.file] == [calendar.FILE]
    told = [row for row in await here.rows("outbox") if ":told:" in row["occasion"]]
    assert {row["person"] for row in told} == {one for one in town.wanting if one in town.joined} | {town.joined[STOPS]}
    assert {row["state"] for row in told} == {"sent"}


async def the_day_reaches_ten_of_ten(town: Northfield) -> None:
    """Seven at the first try, one by the backup after two, one whose caller never pressed; one nobody reaches."""
    await town.it_is(at(25, 9))
    await town.say([town.joined[STOPS]], wanted="no")
    await town.it_is(at(25, 10), at(25, 10, 15))
    slow = {town.joined[one] for one in (IN_THE_MORNING, BY_BACKUP, NOBODY_REACHES)}
    for person, call in (await town.calls()).items():
        if person in town.wanting - slow:
            await town.do(call_day.spoke, town_caller(call), call.id)
    for hour, minute in ((10, 15), (11, 30)):
        await town.it_is(at(25, hour, minute))
        for number in (BY_BACKUP, NOBODY_REACHES):
            call = (await town.calls())[town.joined[number]]
            await town.do(call_day.no_answer, town_caller(call), call.id)
    found = await town.calls()
    assert {found[one].state for one in slow} == {"backup"}
    for number, doing in (
        (IN_THE_MORNING, call_day.spoke),
        (BY_BACKUP, call_day.spoke),
        (NOBODY_REACHES, call_day.no_answer),
    ):
        call = found[town.joined[number]]
        assert call.backup is not None
        await town.do(doing, call.backup, call.id)
    await town.it_is(at(25, 12), at(25, 15))
    found = await town.calls()
    assert Counter(found[one].state for one in town.wanting) == {"spoke": 9, "manager": 1}
    escalated = found[town.joined[NOBODY_REACHES]].id
    rows_of_staff = [row for row in await town.here.rows("outbox") if row["lane"] == "staff"]
    heard = [row for row in rows_of_staff if row["occasion"].endswith(f":manager:{escalated}")]
    assert [(row["staff"], row["state"]) for row in heard] == [(town.marcus, "sent")]


def town_caller(call: Call) -> StaffId:
    assert call.caller is not None
    return call.caller


async def what_became_of_it(town: Northfield) -> None:
    here, marcus = town.here, town.phones["Marcus"]
    await town.it_is(at(25, 20, 15), at(29, 10))
    await here.do(marcus, "open")
    for line in ("Wanted: 11", "Made: 9", "Not reached: 1", "Called off by them: 1", "Never asked: 0"):
        assert line in marcus.card.text
    found = await town.calls()
    said_no = {one: call for one, call in found.items() if call.wanted != "yes"}
    assert {call.tries for call in said_no.values()} == {0}
    assert {one for one, call in said_no.items() if call.caller is not None} <= {town.joined[STOPS]}
    outbox = await here.rows("outbox")
    asked = Counter(row["person"] for row in outbox if row["occasion"].endswith((":asked", ":again")))
    assert {one for one, times in asked.items() if times > 1} == set(town.joined[120:145])
    # Of whoever said no nobody on the staff was ever shown a call.
    shown = {json.loads(row["opens"]).get("call") for row in outbox if row["lane"] == "staff"} - {None}
    assert shown <= {call.id for one, call in found.items() if one in town.wanting or one == town.joined[STOPS]}
