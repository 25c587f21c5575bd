"""By when, and whom: what is said before the tap must be what the week, the bank holidays and the clocks allow."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staffed import MONDAY, hire, meet, settings

from engagement import rota
from engagement.london import local, london
from engagement.rota import NobodyToAsk
from storage import people, staff
from storage.ids import ChatId

SETTINGS = settings()


def at(said: str) -> datetime:
    """`2026-11-27 16:00` on London clocks."""
    day, _, clock = said.partition(" ")
    return london(date.fromisoformat(day), time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("asked", "hours", "due"),
    [
        # An ordinary week.
        ("2026-11-23 09:00", 8, "2026-11-23 17:00"),
        ("2026-11-23 10:00", 8, "2026-11-24 10:00"),
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),
        ("2026-11-23 16:30", 1, "2026-11-24 09:30"),
        # Before, at and after closing time.
        ("2026-11-23 03:00", 8, "2026-11-23 17:00"),
        ("2026-11-23 17:00", 8, "2026-11-24 17:00"),
        ("2026-11-23 23:59", 8, "2026-11-24 17:00"),
        # Over a weekend.
        ("2026-11-27 16:00", 8, "2026-11-30 16:00"),
        ("2026-11-28 12:00", 8, "2026-11-30 17:00"),
        ("2026-11-27 09:00", 40, "2026-12-03 17:00"),
        # Christmas 2026: Friday 25th, its Boxing Day kept on Monday 28th.
        ("2026-12-24 16:00", 8, "2026-12-29 16:00"),
        ("2026-12-25 10:00", 8, "2026-12-29 17:00"),
        # New Year's Day 2027, a Friday.
        ("2026-12-31 16:00", 8, "2027-01-04 16:00"),
        # Christmas 2027: Saturday and Sunday, both kept the week after.
        ("2027-12-24 16:00", 8, "2027-12-29 16:00"),
        # Easter 2027, and the night before its Sunday the clocks go forward.
        ("2027-03-25 16:00", 8, "2027-03-30 16:00"),
        # The summer bank holiday is England's, not Scotland's.
        ("2026-08-28 16:00", 8, "2026-09-01 16:00"),
        ("2026-07-31 16:00", 8, "2026-08-03 16:00"),
        # The clocks go back on Sunday 31 October 2027, and forward on 29 March 2026.
        ("2027-10-29 16:00", 8, "2027-11-01 16:00"),
        ("2026-03-27 16:00", 8, "2026-03-30 16:00"),
    ],
)
def test_the_deadline_counts_working_hours_only(asked, hours, due):
    assert rota.deadline(SETTINGS, at(asked), hours) == at(due)


def test_a_night_shift_over_the_change_of_clocks_counts_hours_that_pass():
    sundays = settings(working_hours={"sunday": "00:00-06:00"})
    assert rota.deadline(sundays, at("2027-10-31 00:00"), 6) == at("2027-10-31 05:00")
    assert rota.deadline(sundays, at("2027-03-28 00:00"), 5) == at("2027-03-28 06:00")


@pytest.mark.parametrize(
    ("now", "is_open", "next_open"),
    [
        ("2026-11-23 08:59", False, "2026-11-23 09:00"),
        ("2026-11-23 09:00", True, "2026-11-23 09:00"),
        ("2026-11-23 16:59", True, "2026-11-23 16:59"),
        ("2026-11-23 17:00", False, "2026-11-24 09:00"),
        ("2026-11-27 18:00", False, "2026-11-30 09:00"),
        ("2026-12-24 17:00", False, "2026-12-29 09:00"),
        ("2026-12-25 12:00", False, "2026-12-29 09:00"),
    ],
)
def test_the_team_is_there_or_is_back_then(now, is_open, next_open):
    assert rota.is_open(SETTINGS, at(now)) is is_open
    assert rota.next_open(SETTINGS, at(now)) == at(next_open)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(1, 40))
def test_a_deadline_is_always_on_a_working_day_and_never_sooner_than_the_hours_asked_for(now, hours):
    due = rota.deadline(SETTINGS, now, hours)
    assert due - now >= timedelta(hours=hours)
    assert time(9) < local(due).time() <= time(17)
    assert local(due).weekday() < 5
    assert not rota.is_bank_holiday(local(due).date())


@given(MOMENTS, MOMENTS)
def test_who_asks_later_is_never_due_sooner(one, other):
    first, second = sorted((one, other))
    assert rota.deadline(SETTINGS, first, 8) <= rota.deadline(SETTINGS, second, 8)


def test_bank_holidays_are_known_for_the_year_to_come():
    """The dates come with a library; when it no longer knows next Christmas, it is time for a newer one."""
    ahead = datetime.now(UTC).year + 1
    assert sum(rota.is_bank_holiday(date(ahead, 1, 1) + timedelta(days=day)) for day in range(366)) >= 8


# Whom


async def test_the_worker_is_asked_and_their_cover_is_next(store):
    async with store.transaction() as tx:
        priya, cara = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Cara Cover", "pa")
        dana, morgan = await hire(tx, "Dana Duty", "pa"), await hire(tx, "Morgan", "manager")
        jo = await meet(tx, "Jo", priya)
        owner, backup = await rota.who(tx, SETTINGS, jo, now=MONDAY)
        assert (owner.id, backup.id) == (priya, cara)
        assert [one.id for one in await rota.line(tx, SETTINGS, jo, now=MONDAY)] == [priya, cara, dana, morgan]


@pytest.mark.parametrize("absent", ["not joined", "left", "nobody"])
async def test_without_a_worker_who_can_be_told_duty_is_asked(store, absent):
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa", joined=absent != "not joined")
        dana, morgan = await hire(tx, "Dana Duty", "pa"), await hire(tx, "Morgan", "manager")
        jo = await meet(tx, "Jo", None if absent == "nobody" else priya)
        if absent == "left":
            await staff.leave(tx, priya)
        owner, backup = await rota.who(tx, SETTINGS, jo, now=MONDAY)
        assert (owner.id, backup.id) == (dana, morgan)


async def test_a_worker_on_duty_is_not_their_own_backup(store):
    async with store.transaction() as tx:
        dana = await hire(tx, "Dana Duty", "pa")
        jo = await meet(tx, "Jo", dana)
        assert await rota.who(tx, SETTINGS, jo, now=MONDAY) == (await staff.by_id(tx, dana), None)
        morgan = await hire(tx, "Morgan", "manager")
        owner, backup = await rota.who(tx, SETTINGS, jo, now=MONDAY)
        assert (owner.id, backup.id) == (dana, morgan)


async def test_duty_and_cover_may_be_named_by_reference_in_any_spelling(store):
    async with store.transaction() as tx:
        added = await staff.add(tx, "Dana", "pa", reference="W-17")
        await staff.join(tx, added.id, ChatId(1))
        other = await hire(tx, "Olu", "pa")
        jo = await meet(tx, "Jo", other)
        owner, backup = await rota.who(tx, settings(duty=" w-17 ", cover={"OLU": "W-17"}), jo, now=MONDAY)
        assert (owner.id, backup.id) == (other, added.id)


async def test_an_administrator_and_a_data_protection_lead_are_never_asked(store):
    async with store.transaction() as tx:
        await hire(tx, "Dana Duty", "administrator")
        await hire(tx, "Ada", "data_protection")
        jo = await meet(tx, "Jo")
        with pytest.raises(NobodyToAsk):
            await rota.who(tx, SETTINGS, jo, now=MONDAY)
        pat = await hire(tx, "Pat", "participation")
        owner, backup = await rota.who(tx, SETTINGS, jo, now=MONDAY)
        assert (owner.id, backup) == (pat, None)


async def test_a_stranger_is_asked_only_where_there_are_not_two_nearer(store):
    async with store.transaction() as tx:
        priya, pat = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Pat", "participation")
        await hire(tx, "Olu", "pa")
        jo = await meet(tx, "Jo", priya)
        assert [one.id for one in await rota.line(tx, SETTINGS, jo, now=MONDAY)] == [priya, pat]
        morgan = await hire(tx, "Morgan", "manager")
        assert [one.id for one in await rota.line(tx, SETTINGS, jo, now=MONDAY)] == [priya, morgan]


async def test_it_is_their_own_worker_not_somebody_elses(store):
    async with store.transaction() as tx:
        priya, olu = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Olu", "pa")
        sam = await meet(tx, "Sam", olu)
        assert (await people.by_id(tx, sam)).worker == olu
        assert [one.id for one in await rota.line(tx, SETTINGS, sam, now=MONDAY)] == [olu, priya]
