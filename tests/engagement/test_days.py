"""Days that matter: when they fall, for whom, who confirms a date that moves, and the table that must not run out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from holidays.calendars.hindu import _HinduLunisolar
from holidays.calendars.islamic import _IslamicLunar
from sqlalchemy import select
from staffed import MONDAY, hire, meet, settings

from engagement import day_dates, days, my_data
from engagement.day_dates import NotANameForIt, TooManyDays
from engagement.days import BIRTHDAY, Birthday, NoSuchDay, NotItsDate
from engagement.staff import NotAllowed
from storage import days as rows
from storage import forgetting, outbox, staff
from storage.store import Store
from storage.tables import day_choice

SETTINGS = settings()
EID = date(2027, 3, 9)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


# The table


def test_the_table_does_not_run_out_within_twelve_months() -> None:
    """When this fails: look up the next years of the days it names, and add them to engagement/data/days.yaml."""
    assert days.runs_out(datetime.now(UTC).date()) == ()


def test_it_is_said_a_year_ahead_that_it_ends() -> None:
    assert {one.key for one in days.runs_out(date(2031, 12, 1))} == {"diwali", "eid_al_adha", "eid_al_fitr"}
    assert days.runs_out(date(2030, 12, 1)) == ()


def test_every_moving_date_has_a_source_and_the_year_somebody_looked_it_up() -> None:
    moving = [one for one in days.table() if one.moves]
    assert all(one.source and one.looked_up for one in moving)
    assert all([on.year for on in one.expected] == list(range(2026, 2033)) for one in moving)


@pytest.mark.parametrize(
    ("key", "dates"),
    [
        ("diwali", _HinduLunisolar.DIWALI_INDIA_DATES),
        ("eid_al_fitr", _IslamicLunar.EID_AL_FITR_DATES),
        ("eid_al_adha", _IslamicLunar.EID_AL_ADHA_DATES),
    ],
)
def test_the_dates_are_those_another_list_has_too(key: str, dates: dict[int, tuple[int, int]]) -> None:
    """Worked out elsewhere, by others: a slip of the finger here would be seen."""
    (day,) = (one for one in days.table() if one.key == key)
    assert [(on.month, on.day) for on in day.expected] == [tuple(dates[on.year]) for on in day.expected]


# Birthdays


@pytest.mark.parametrize(
    ("given", "year", "kept"),
    [
        (Birthday(5, 3), 2027, date(2027, 5, 3)),
        (Birthday(2, 29, "28"), 2027, date(2027, 2, 28)),
        (Birthday(2, 29, "1"), 2027, date(2027, 3, 1)),
        (Birthday(2, 29, "28"), 2028, date(2028, 2, 29)),
        (Birthday(2, 29, "1"), 2028, date(2028, 2, 29)),
        (Birthday(2, 29, "1"), 2100, date(2100, 3, 1)),  # a hundred years are no leap year
        (Birthday(2, 28), 2028, date(2028, 2, 28)),
    ],
)
def test_a_birthday_is_kept_on_the_day_they_gave(given: Birthday, year: int, kept: date) -> None:
    assert given.in_year(year) == kept
    assert given.next_after(kept - timedelta(days=1)) == kept
    assert given.next_after(kept).year == year + 1


async def test_a_birthday_is_never_the_recorded_one_and_nothing_is_chosen_to_begin_with(store: Store) -> None:
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        assert await days.chosen(tx, jo) == frozenset()
        assert await days.birthday(tx, jo) is None
        with pytest.raises(NotItsDate):
            await days.give_birthday(tx, jo, 2, 30)
        await days.give_birthday(tx, jo, 2, 29, "1")
        assert await days.birthday(tx, jo) == Birthday(2, 29, "1")
        assert await days.is_birthday(tx, jo, date(2027, 3, 1))
        assert not await days.is_birthday(tx, jo, date(2027, 2, 28))
        await days.leave_out(tx, jo, BIRTHDAY)
        assert await days.birthdays(tx) == {}


# Choosing


async def test_what_somebody_chose_is_sealed_alike_and_goes_when_they_are_forgotten(store: Store) -> None:
    async with store.transaction() as tx:
        jo, sam = await meet(tx, "Jo"), await meet(tx, "Sam")
        assert await days.switch(tx, jo, "diwali")
        await days.switch(tx, sam, "diwali")
        assert not await days.switch(tx, sam, "diwali")
        await days.give_birthday(tx, jo, 12, 31)
        await days.switch_team(tx, jo)
        assert await days.chosen_by(tx, "diwali") == (jo,)
        assert await days.chosen(tx, jo) == {"diwali", BIRTHDAY}
        with pytest.raises(NoSuchDay):
            await days.switch(tx, jo, "full_moon")
        held = await my_data.held(tx, SETTINGS, jo)
        assert held["days_that_matter"] == [
            {"name": BIRTHDAY, "month": 12, "day": 31, "leap": "28"},
            {"name": "Diwali"},
        ]
        sealed = await tx.connection.scalars(select(day_choice.c.sealed))
        assert {len(box) for box in sealed} == {rows.CHOICE_BOX}
        assert held["a_line_from_the_team_is_fine"] is True
        await forgetting.forget(tx, jo)
        assert await rows.choices_of(tx, jo) == {}


# Dates that move


async def test_a_date_that_moves_is_around_until_it_is_confirmed_and_can_be_changed_until_the_day(store: Store) -> None:
    async with store.transaction() as tx:
        pat = await staff.by_id(tx, await hire(tx, "Pat", "participation"))
        assert await days.next_on(tx, "eid_al_fitr", MONDAY.date()) == (EID, False)
        for on in (EID, EID + timedelta(days=1)):
            await day_dates.confirm(tx, pat, "eid_al_fitr", on, now=MONDAY)
            assert await days.next_on(tx, "eid_al_fitr", MONDAY.date()) == (on, True)
        moved = EID + timedelta(days=1)
        assert (await days.next_on(tx, "eid_al_fitr", EID)).on == moved
        assert await days.next_on(tx, "eid_al_fitr", moved) == (date(2028, 2, 26), False)
        assert await days.next_on(tx, "christmas", date(2026, 12, 25)) == (date(2027, 12, 25), True)


async def test_no_other_date_is_taken_and_not_from_just_anybody(store: Store) -> None:
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, await hire(tx, "Priya", "pa"))
        for key, on, error in (
            ("eid_al_fitr", EID + timedelta(days=4), NotItsDate),
            ("eid_al_fitr", date(2026, 3, 20), NotItsDate),  # over
            ("christmas", date(2026, 12, 24), NotItsDate),
            ("easter", date(2027, 3, 28), NoSuchDay),
        ):
            with pytest.raises(error):
                await day_dates.confirm(tx, None, key, on, now=MONDAY)
        with pytest.raises(NotAllowed):
            await day_dates.confirm(tx, priya, "eid_al_fitr", EID, now=MONDAY)


async def test_staff_are_asked_eight_weeks_before_and_once_more_and_nobody_once_it_is_confirmed(store: Store) -> None:
    async def asked(weeks: int) -> list[str]:
        async with store.transaction() as tx:
            await day_dates.ask_staff(tx, datetime(2027, 3, 9, 9, tzinfo=UTC) - timedelta(weeks=weeks, days=0))
            return [row.occasion for row in await outbox.of_staff(tx, pat) if row.state == "queued"]

    async with store.transaction() as tx:
        pat, priya = await hire(tx, "Pat", "participation"), await hire(tx, "Priya", "pa")
    assert await asked(9) == []
    assert await asked(8) == await asked(7) == ["day:eid_al_fitr:2027:asked"]
    assert await asked(2) == ["day:eid_al_fitr:2027:asked", "day:eid_al_fitr:2027:again"]
    async with store.transaction() as tx:
        assert await outbox.of_staff(tx, priya) == ()
        early = datetime(2027, 3, 1, 9, tzinfo=UTC)
        await day_dates.confirm(tx, await staff.by_id(tx, pat), "eid_al_fitr", EID, now=early)
        assert await day_dates.to_confirm(tx, early) == ()
    assert await asked(1) == []


# Days of the authority's own


async def test_an_authority_adds_days_of_its_own_every_year_or_once_and_takes_them_off(store: Store) -> None:
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        every = await day_dates.add(tx, None, "  Nowruz ", date(2020, 3, 20), once=False, now=MONDAY)
        once = await day_dates.add(tx, None, "Our Big Day", date(2027, 1, 5), once=True, now=MONDAY)
        assert (every.key, once.key) == ("own_nowruz", "own_our_big_day")
        assert await days.next_on(tx, every.key, MONDAY.date()) == (date(2027, 3, 20), True)
        assert await days.next_on(tx, once.key, date(2027, 1, 5)) == (None, True)
        assert "own_our_big_day" not in {one.day.key for one in await days.listed_on(tx, date(2027, 1, 6))}
        await days.switch(tx, jo, every.key)
        await day_dates.take_off(tx, None, every.key, now=MONDAY)
        assert await days.chosen(tx, jo) == frozenset()
        with pytest.raises(NoSuchDay):
            await days.switch(tx, jo, every.key)
        again = await day_dates.add(tx, None, "Nowruz", date(2027, 3, 21), once=False, now=MONDAY)
        assert again.key == "own_nowruz_2"


async def test_a_day_that_cannot_be_shown_is_not_added(store: Store) -> None:
    async with store.transaction() as tx:
        for name in ("", "CHRISTMAS", "A day with much too long a name"):
            with pytest.raises(NotANameForIt):
                await day_dates.add(tx, None, name, date(2027, 3, 20), once=False, now=MONDAY)
        with pytest.raises(NotItsDate):
            await day_dates.add(tx, None, "Gone", MONDAY.date(), once=True, now=MONDAY)
        for number in range(day_dates.MOST_OWN):
            await day_dates.add(tx, None, f"Day {number}", date(2027, 3, 20), once=False, now=MONDAY)
        with pytest.raises(TooManyDays):
            await day_dates.add(tx, None, "One more", date(2027, 3, 20), once=False, now=MONDAY)
