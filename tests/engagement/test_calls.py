"""Who would like a call: asked once, in the chat or in person; their own word stands; nobody is left out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from staffed import hire, meet, settings

from engagement import calls as one_call
from engagement import calls_asked, calls_recorded, day_dates, my_data
from engagement import due as clock
from engagement import outbox as gate
from engagement.absence import go_off
from engagement.calls import NotANumber, NoteTooLong, NotThatDay, TheirOwnWord, as_number, parts
from engagement.calls_asked import AlreadyMade
from engagement.london import today
from engagement.staff import NotAllowed
from storage import calls, due, outbox, people, staff
from storage import days as chosen
from storage.calls import CallDay
from storage.ids import PersonId, StaffId
from storage.people import Details
from storage.store import Store, Transaction

SETTINGS = settings()
MIDDLE_OF_NOVEMBER = datetime(2026, 11, 16, 12, tzinfo=UTC)
ASKED = datetime(2026, 11, 24, 11, tzinfo=UTC)
WORKERS_ASK = datetime(2026, 12, 1, 9, tzinfo=UTC)
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """SQLite, but for what two tests show on both."""
    return sqlite_store


@pytest.fixture
async def either(database_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store.open(database_url, tmp_path / "keys")
    await opened.add_authority("Northfield", "{}")
    yield opened
    await opened.close()


async def beat(store: Store, now: datetime) -> list[str]:
    """One heartbeat: what plans itself, then the kinds of what was due of ours and is done."""
    async with store.transaction() as tx:
        await calls_asked.plan(tx, now)
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)
    return [row.kind for row in rows if row.kind != calls_asked.LOOK]


async def to_december(store: Store, *moments: datetime) -> CallDay:
    """The heartbeats of November, until the question is out (and on to these moments); gives the day."""
    for now in (MIDDLE_OF_NOVEMBER, datetime(2026, 11, 20, 11, tzinfo=UTC), ASKED, *moments):
        await beat(store, now)
    async with store.transaction() as tx:
        day = await calls.day_by_key(tx, "christmas:2026")
    assert day is not None
    return day


async def asked_of(tx: Transaction, person: PersonId) -> list[str]:
    return [row.occasion for row in await outbox.of_person(tx, person) if row.state == "queued"]


async def opens_of(tx: Transaction, member: StaffId) -> list[str]:
    return [row.opens["screen"] for row in await outbox.of_staff(tx, member)]


async def wants(store: Store, day: CallDay, person: PersonId) -> str:
    async with store.transaction() as tx:
        call = await calls.of(tx, day.id, person)
    return "nothing" if call is None else call.wanted


# The day makes itself


async def test_christmas_makes_itself_on_the_first_working_day_and_everybody_is_asked_two_days_later(either):
    async with either.transaction() as tx:
        priya, morgan = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Morgan", "manager")
        jo, sam = await meet(tx, "Jo", priya), await meet(tx, "Sam", priya, joined=False)
    assert await beat(either, MIDDLE_OF_NOVEMBER) == []
    assert await beat(either, datetime(2026, 11, 20, 11, tzinfo=UTC)) == [calls_asked.BEGIN]
    async with either.transaction() as tx:
        assert await opens_of(tx, morgan) == ["staff/call_days"]
        assert await asked_of(tx, jo) == []
    assert await beat(either, ASKED - timedelta(minutes=1)) == []
    assert await beat(either, ASKED) == [calls_asked.ASK]
    async with either.transaction() as tx:
        (day,) = await calls.days(tx)
        assert (day.key, day.on_day, day.state) == ("christmas:2026", CHRISTMAS, "asking")
        assert await asked_of(tx, jo) == [f"call:{day.id}:asked"]
        assert await asked_of(tx, sam) == []
        assert {one.person: one.wanted for one in await calls.on_day(tx, day.id)} == dict.fromkeys(
            (jo, sam), "not_known"
        )
    assert await beat(either, ASKED + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("year", "made"), [(2026, (11, 20)), (2027, (11, 22)), (2028, (11, 20)), (2031, (11, 20)), (2033, (11, 21))]
)
async def test_a_weekend_puts_it_off_until_the_next_working_day(store, year, made):
    began = datetime(year, 11, 1, 12, tzinfo=UTC)
    for ahead in range(23):
        await beat(store, began + timedelta(days=ahead))
        async with store.transaction() as tx:
            if await calls.days(tx):
                break
    assert today(began + timedelta(days=ahead)) == date(year, *made)


async def test_whoever_is_set_up_late_in_november_asks_when_a_manager_says_so_and_never_twice(store):
    async with store.transaction() as tx:
        morgan = await staff.by_id(tx, await hire(tx, "Morgan", "manager"))
        priya = await staff.by_id(tx, await hire(tx, "Priya Patel", "pa"))
        jo = await meet(tx, "Jo", priya.id)
    assert await beat(store, ASKED) == []
    async with store.transaction() as tx:
        with pytest.raises(NotAllowed):
            await calls_asked.make(tx, SETTINGS, priya, CHRISTMAS, now=ASKED)
        with pytest.raises(NotThatDay):
            await calls_asked.make(tx, SETTINGS, morgan, date(2026, 11, 25), now=ASKED)
        day = await calls_asked.make(tx, SETTINGS, morgan, CHRISTMAS, now=ASKED)
        asks = calls_asked.asks_on(SETTINGS, today(ASKED))
        with pytest.raises(AlreadyMade):
            await calls_asked.make(tx, SETTINGS, morgan, CHRISTMAS, now=ASKED)
    assert asks == date(2026, 11, 26)
    assert await beat(store, ASKED + timedelta(days=2)) == [calls_asked.ASK]
    async with store.transaction() as tx:
        assert await asked_of(tx, jo) == [f"call:{day.id}:asked"]


async def test_another_day_is_made_for_those_who_chose_it_once_its_date_is_certain(store):
    eid = date(2027, 3, 10)
    near = datetime(2027, 2, 10, 10, 30, tzinfo=UTC)
    async with store.transaction() as tx:
        priya, manager = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Morgan", "manager")
        amina, jo = await meet(tx, "Amina", priya), await meet(tx, "Jo", priya)
        await chosen.choose(tx, amina, "eid_al_fitr")
    await beat(store, near)
    async with store.transaction() as tx:
        assert await calls.days(tx) == ()  # "around" is no day to promise a call on
        await day_dates.confirm(tx, await staff.by_id(tx, manager), "eid_al_fitr", eid, now=near)
    await beat(store, near + timedelta(days=1))
    await beat(store, near + timedelta(days=5, hours=1))
    async with store.transaction() as tx:
        (day,) = await calls.days(tx)
        assert (day.on_day, day.state) == (eid, "asking")
        assert [one.person for one in await calls.on_day(tx, day.id)] == [amina]
        assert await asked_of(tx, jo) == []
        with pytest.raises(NotThatDay):
            await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=near + timedelta(days=5))


# Their own word


async def test_a_yes_keeps_who_when_and_a_sealed_number_and_a_no_keeps_nothing_of_it(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo", await hire(tx, "Priya Patel", "pa"))
        await people.change(tx, jo, Details("ref-Jo", "Jo", "Example", phone="07700 900555"), worker=None)
    day = await to_december(store)
    async with store.transaction() as tx:
        await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=ASKED)
        said = {
            "who": "worker",
            "from_time": time(10),
            "to_time": time(12),
            "number": "+44 7700 900123",
            "note": "Ring twice",
        }
        call = await one_call.say(tx, SETTINGS, jo, day.id, now=ASKED, by=None, **said)
        assert (call.wanted, call.who, call.from_time, call.recorded_by) == ("yes", "worker", time(10), None)
        assert await one_call.number_of(tx, call) == "07700 900123"
        assert b"900123" not in call.box
        assert (await my_data.held(tx, SETTINGS, jo))["calls_on_days"] == [
            {"day": "2026-12-25", "wanted": "yes", "who": "worker", "from": "10:00", "to": "12:00"}
            | {"number": "07700 900123", "note": "Ring twice"}
        ]
        call = await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=ASKED)
        assert (call.state, call.from_time, calls.words(tx, call).number) == ("stopped", None, "")
        call = await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=ASKED)
        assert (call.state, await one_call.number_of(tx, call)) == ("open", "07700 900555")
        with pytest.raises(NoteTooLong):
            await one_call.say(tx, SETTINGS, jo, day.id, now=ASKED, by=None, note="a" * 301)


async def test_they_can_change_it_up_to_the_hour_and_not_after(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo", await hire(tx, "Priya Patel", "pa"))
    day = await to_december(store)
    last = datetime(2026, 12, 25, 15, 59, tzinfo=UTC)
    async with store.transaction() as tx:
        assert (await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=last)).wanted == "yes"
        assert (await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=last)).wanted == "no"
        with pytest.raises(NotThatDay):
            await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=last + timedelta(minutes=1))
        assert await one_call.of_person(tx, jo, now=last + timedelta(minutes=1)) == ()


async def test_ask_me_in_december_asks_once_more_on_the_fifth_and_only_while_it_is_open(store):
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        jo, sam = await meet(tx, "Jo", priya), await meet(tx, "Sam", priya)
    day = await to_december(store)
    async with store.transaction() as tx:
        for one in (jo, sam):
            await one_call.answer(tx, SETTINGS, one, day.id, "later", now=ASKED)
        await one_call.answer(tx, SETTINGS, sam, day.id, "no", now=ASKED)
    await beat(store, datetime(2026, 12, 5, 11, tzinfo=UTC))
    async with store.transaction() as tx:
        again = [row for row in await outbox.of_person(tx, jo) if row.occasion.endswith("again")]
        assert [(row.kind, row.state) for row in again] == [("asked", "queued")]
        assert not any(row.occasion.endswith("again") for row in await outbox.of_person(tx, sam))
        assert one_call.again_on(day, datetime(2026, 12, 5, tzinfo=UTC)) is None


async def test_whoever_has_answered_is_not_asked_by_a_message_that_still_waits(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo", await hire(tx, "Priya Patel", "pa"))
    day = await to_december(store)
    async with store.transaction() as tx:
        await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=ASKED)
        assert await gate.take(tx, SETTINGS, now=ASKED) == ()
        assert [row.state for row in await outbox.of_person(tx, jo)] == ["cancelled"]


async def test_every_change_is_told_to_whoever_holds_a_rota(store):
    heard = []

    async def hear(_tx, _settings, day, before, after, _now):
        heard.append((day.key, before.wanted, after.wanted))

    async with store.transaction() as tx:
        jo = await meet(tx, "Jo", await hire(tx, "Priya Patel", "pa"))
    day = await to_december(store)
    one_call.WHEN_CHANGED.append(hear)
    try:
        async with store.transaction() as tx:
            await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=ASKED)
            await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=ASKED)
    finally:
        one_call.WHEN_CHANGED.remove(hear)
    assert heard == [("christmas:2026", "not_known", "yes"), ("christmas:2026", "yes", "no")]


async def test_a_call_on_a_day_of_ones_own_is_one_however_often_it_is_asked_and_goes_with_them(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo", await hire(tx, "Priya Patel", "pa"))
        on = date(2026, 12, 3)
        for _ in range(2):
            call = await one_call.on_a_day(tx, SETTINGS, jo, on, now=ASKED)
        assert (call.wanted, (await calls.day(tx, call.day)).key) == ("yes", f"one:{jo}:2026-12-03")
        for wrong in (today(ASKED), today(ASKED) + timedelta(days=61)):
            with pytest.raises(NotThatDay):
                await one_call.on_a_day(tx, SETTINGS, jo, wrong, now=ASKED)
        await my_data.forget(tx, jo)
        assert await calls.days(tx) == ()
        assert await calls.of_person(tx, jo) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("07700 900123", "07700 900123"), ("(01632) 960-123", "01632 960123"), ("+353 1 437 0000", "+353 1 437 0000")],
)
def test_numbers_are_kept_as_they_are_written_here(typed, kept):
    assert as_number(typed) == kept


@pytest.mark.parametrize("typed", ["999", "ring me", "", "0770", "12345678901234567890"])
def test_what_nobody_can_ring_is_no_number(typed):
    with pytest.raises(NotANumber):
        as_number(typed)


async def test_the_parts_of_a_day_follow_its_hours(store):
    day = await to_december(store)
    assert parts(day) == {
        "morning": (time(10), time(12)),
        "midday": (time(12), time(14)),
        "afternoon": (time(14), time(16)),
    }
    async with store.transaction() as tx:
        morgan = await staff.by_id(tx, await hire(tx, "Morgan", "manager"))
        short = await calls_asked.change_hours(tx, morgan, day.id, time(12), time(15), now=ASKED)
        assert list(parts(short)) == ["midday", "afternoon"]
        with pytest.raises(NotThatDay):
            await calls_asked.change_hours(tx, morgan, day.id, time(15), time(12), now=ASKED)
        with pytest.raises(NotThatDay):
            await calls_asked.call_off(tx, morgan, day.id, now=ASKED)  # people were asked


# In person


async def test_on_the_first_of_december_each_worker_gets_one_line_and_a_list_that_shrinks_at_once(either):
    async with either.transaction() as tx:
        priya, olu = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Olu", "pa")
        jo, sam = await meet(tx, "Jo", priya), await meet(tx, "Sam", priya, joined=False)
        kit = await meet(tx, "Kit", olu)
    day = await to_december(either)
    async with either.transaction() as tx:
        await one_call.answer(tx, SETTINGS, kit, day.id, "no", now=ASKED)
        late = await meet(tx, "Late", priya, joined=False)  # in the register since, and in it all the same
    assert await beat(either, WORKERS_ASK) == [calls_asked.WORKERS]
    async with either.transaction() as tx:
        assert await opens_of(tx, priya) == ["staff/call_ask"]
        assert await opens_of(tx, olu) == []
        member, other = await staff.by_id(tx, priya), await staff.by_id(tx, olu)
        listed = await calls_recorded.to_ask(tx, SETTINGS, member, day.id, now=WORKERS_ASK)
        assert [(one.name, one.joined) for one in listed] == [("Jo E", True), ("Late E", False), ("Sam E", False)]
        await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=WORKERS_ASK)
        await calls_recorded.not_reached(tx, SETTINGS, member, late, day.id, now=WORKERS_ASK)
        listed = await calls_recorded.to_ask(tx, SETTINGS, member, day.id, now=WORKERS_ASK)
        assert [(one.name, one.tried) for one in listed] == [("Sam E", False), ("Late E", True)]
        assert await calls_asked.never_asked(tx, day.id) == {jo, sam, late} - {jo, late}
        with pytest.raises(NotAllowed):
            await calls_recorded.record(tx, SETTINGS, other, sam, day.id, now=WORKERS_ASK, wanted="yes")
        call = await calls_recorded.record(tx, SETTINGS, member, sam, day.id, now=WORKERS_ASK, wanted="yes")
        assert (call.wanted, call.recorded_by) == ("yes", priya)
        assert await outbox.of_person(tx, sam) == ()
        assert await calls_asked.counted(tx, day.id) == {"yes": 2, "no": 1, "not_known": 1}


async def test_their_own_word_stands_and_a_newer_one_is_marked_as_recorded_and_told_to_them(store):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, await hire(tx, "Priya Patel", "pa"))
        jo = await meet(tx, "Jo", priya.id)
    day = await to_december(store)
    async with store.transaction() as tx:
        await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=ASKED)
        with pytest.raises(TheirOwnWord):
            await calls_recorded.record(tx, SETTINGS, priya, jo, day.id, now=ASKED, wanted="yes")
    assert await wants(store, day, jo) == "no"
    async with store.transaction() as tx:
        await calls_recorded.record(tx, SETTINGS, priya, jo, day.id, now=ASKED, wanted="yes", newer=True)
        (told,) = [row for row in await outbox.of_person(tx, jo) if ":recorded:" in row.occasion]
        assert (told.kind, told.opens) == ("asked", {"screen": "call", "day": day.id})
        await one_call.answer(tx, SETTINGS, jo, day.id, "no", now=ASKED)
        call = await calls.of(tx, day.id, jo)
        assert call is not None
        assert (call.wanted, call.recorded_by) == ("no", None)


async def test_while_a_worker_is_off_whoever_stands_in_asks(store):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, await hire(tx, "Priya Patel", "pa"))
        cara = await hire(tx, "Cara Cover", "pa")
        await meet(tx, "Jo", priya.id)
        await go_off(tx, SETTINGS, priya, date(2026, 12, 14), cara, now=ASKED, by=None)
    day = await to_december(store, WORKERS_ASK)
    async with store.transaction() as tx:
        member = await staff.by_id(tx, cara)
        (one,) = await calls_recorded.to_ask(tx, SETTINGS, member, day.id, now=WORKERS_ASK)
        assert one.name == "Jo E"
        assert "staff/call_ask" in await opens_of(tx, cara)
        assert "staff/call_ask" not in await opens_of(tx, priya.id)
        assert await calls_recorded.to_ask(tx, SETTINGS, priya, day.id, now=WORKERS_ASK) == ()


async def test_crisis_words_in_a_note_reach_worker_and_duty_at_once_and_only_they_see_it(store):
    async with store.transaction() as tx:
        priya, dana = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Dana Duty", "pa")
        olu = await staff.by_id(tx, await hire(tx, "Olu", "pa"))
        jo = await meet(tx, "Jo", priya)
    day = await to_december(store)
    async with store.transaction() as tx:
        await one_call.answer(tx, SETTINGS, jo, day.id, "yes", now=ASKED)
        call = await one_call.say(tx, SETTINGS, jo, day.id, now=ASKED, by=None, note="I can't go on")
        first, _ = await one_call.tell_at_once(tx, SETTINGS, call, now=ASKED)
        assert first.id == priya
        for member in (priya, dana):
            assert [(row.kind, row.opens["screen"]) for row in await outbox.of_staff(tx, member)] == [
                ("help", "staff/call_note")
            ]
            assert await one_call.may_see_note(tx, SETTINGS, await staff.by_id(tx, member), call, now=ASKED)
        assert not await one_call.may_see_note(tx, SETTINGS, olu, call, now=ASKED)


async def test_after_a_year_it_is_gone_whose_calls_they_were_and_the_day_stays(either):
    async with either.transaction() as tx:
        await meet(tx, "Jo")
    day = await to_december(either)
    async with either.transaction() as tx:
        await calls.set_capacity(tx, day.id, StaffId(1), 3)
        await calls.set_capacity(tx, day.id, StaffId(1), 2)
        assert await calls.capacities(tx, day.id) == {1: 2}
        await calls.prune(tx, before=CHRISTMAS + timedelta(days=1))
        assert await calls.on_day(tx, day.id) == ()
        assert await calls.capacities(tx, day.id) == {}
        assert [one.id for one in await calls.days(tx)] == [day.id]
