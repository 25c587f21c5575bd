"""A few words on somebody's day: who is asked and when, and that a name stands only below what that one pressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import absence, day_dates, days, greeting_asks, greetings
from engagement import due as clock
from engagement import outbox as gate
from engagement.days import BIRTHDAY
from engagement.greetings import Given, NotAsked, NotTheseWords
from engagement.london import london
from engagement.outbox import Drop, Send, Wait
from storage import days as rows
from storage import due, outbox, people, staff
from storage.ids import ChatId, PersonId, StaffId
from storage.outbox import Row
from storage.staff import Staff
from storage.store import Store, Transaction

SETTINGS = settings()
THURSDAY = date(2026, 12, 3)
WEEK_BEFORE, DAY_BEFORE = date(2026, 11, 26), date(2026, 12, 2)


@dataclass
class Team:
    """Priya, for whom Cara covers, Dana on duty; and Priya's Jo, whose birthday is on Thursday in a week."""

    store: Store
    priya: StaffId
    cara: StaffId
    dana: StaffId
    jo: PersonId

    async def beat(self, day: date, at: time = time(9)) -> None:
        """One heartbeat at that moment of London's clocks: what is due is done."""
        now = london(day, at)
        async with self.store.transaction() as tx:
            await greeting_asks.plan(tx, now)
            for row in await due.claim(tx, now=now, limit=99):
                await clock.work(tx, SETTINGS, row, now)

    async def lines(self, member: StaffId) -> list[tuple[str, int, bool]]:
        """What this member of staff was sent: which line, of how many, and whether later days are meant too."""
        async with self.store.transaction() as tx:
            found = await outbox.of_staff(tx, member)
            return [(row.envelope, row.opens["count"], row.opens["several"]) for row in found if "count" in row.opens]

    async def press(self, member: StaffId, words: str = "", *, on: date = THURSDAY, now: datetime = MONDAY) -> None:
        async with self.store.transaction() as tx:
            await greetings.press(tx, await staff.by_id(tx, member), self.jo, BIRTHDAY, on, words, now=now)

    async def sent(self, person: PersonId | None = None) -> list[Row]:
        async with self.store.transaction() as tx:
            return [row for row in await outbox.of_person(tx, person or self.jo) if row.occasion.startswith("day:")]

    async def given(self, on: date = THURSDAY, key: str = BIRTHDAY) -> Given | None:
        async with self.store.transaction() as tx:
            return await greetings.given(tx, self.jo, key, on)


@pytest.fixture
async def team(sqlite_store: Store) -> Team:
    return await gathered(sqlite_store)


async def gathered(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, cara = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Cara Cover", "pa")
        dana = await hire(tx, "Dana Duty", "pa")
        jo = await meet(tx, "Jo", priya)
        await days.give_birthday(tx, jo, THURSDAY.month, THURSDAY.day)
        return Team(store, priya, cara, dana, jo)


async def member(tx: Transaction, which: StaffId) -> Staff:
    return await staff.by_id(tx, which)


# Asking


async def test_a_worker_is_asked_a_week_before_and_on_the_working_day_before(team: Team) -> None:
    day = date(2026, 11, 24)
    asked: dict[date, int] = {}
    while day <= THURSDAY:
        before = len(await team.lines(team.priya))
        for _ in range(2):  # a heartbeat more changes nothing
            await team.beat(day)
        asked[day] = len(await team.lines(team.priya)) - before
        day += timedelta(days=1)
    assert {day for day, count in asked.items() if count} == {WEEK_BEFORE, DAY_BEFORE}
    assert set(await team.lines(team.priya)) == {("staff/birthdays", 1, False)}
    assert await team.lines(team.dana) == []


async def test_nobody_is_asked_on_a_day_off_and_nobody_has_less_than_a_week(team: Team) -> None:
    async with team.store.transaction() as tx:
        await days.give_birthday(tx, team.jo, 12, 6)  # a Sunday, seven days after another
    for day in (date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29), date(2026, 12, 4), date(2026, 12, 5)):
        await team.beat(day)
    async with team.store.transaction() as tx:
        occasions = [row.occasion for row in await outbox.of_staff(tx, team.priya)]
    assert occasions == ["greetings:2026-11-27", "greetings:2026-12-04"]


async def test_several_days_are_one_line_and_other_days_than_birthdays_are_called_days(team: Team) -> None:
    async with team.store.transaction() as tx:
        sam, gone = await meet(tx, "Sam", team.priya), await meet(tx, "Gone", team.priya)
        stopped, not_joined = await meet(tx, "Kit", team.priya), await meet(tx, "Alex", team.priya, joined=False)
        made = await day_dates.add(tx, None, "Our day", date(2026, 12, 2), once=True, now=MONDAY)
        for person in (sam, gone, stopped, not_joined):
            await days.switch(tx, person, made.key)
        await people.set_reachable(tx, ChatId(1_000 + gone), False)
        await people.set_state(tx, stopped, "stopped")
    await team.beat(WEEK_BEFORE)
    assert await team.lines(team.priya) == [("staff/special_days", 2, True)]


async def test_while_a_worker_is_off_whoever_stands_in_is_asked_in_their_own_name(team: Team) -> None:
    await team.beat(WEEK_BEFORE)
    friday, back_on = datetime(2026, 11, 27, 8, tzinfo=UTC), date(2026, 12, 7)
    async with team.store.transaction() as tx:
        await absence.go_off(
            tx, SETTINGS, await member(tx, team.priya), back_on, team.cara, now=friday, by=await member(tx, team.priya)
        )
    await team.beat(date(2026, 11, 27))
    assert await team.lines(team.cara) == [("staff/birthdays", 1, False)]
    with pytest.raises(NotAsked):
        await team.press(team.priya)
    await team.press(team.cara, "Have a good one.")
    await team.beat(THURSDAY, time(10))
    given = await team.given()
    assert given is not None
    assert given.signed is not None
    assert (given.signed.name, given.words) == ("Cara Cover", "Have a good one.")


async def test_of_two_workers_one_is_asked_and_what_the_other_presses_is_nothing(team: Team) -> None:
    await team.beat(WEEK_BEFORE)
    with pytest.raises(NotAsked):
        await team.press(team.dana)
    await team.press(team.priya, "First words.")
    await team.press(team.priya, "Better words.")
    await team.beat(THURSDAY, time(10))
    await team.beat(THURSDAY, time(10, 5))
    assert len(await team.sent()) == 1
    assert (await team.given() or Given("", "", "", "", None)).words == "Better words."
    with pytest.raises(NotAsked):  # it has left
        await team.press(team.priya, "Third words.", now=london(THURSDAY, time(11)))


async def test_too_many_words_are_not_taken_and_a_worker_keeps_a_few_of_their_own(team: Team) -> None:
    await team.beat(WEEK_BEFORE)
    with pytest.raises(NotTheseWords):
        await team.press(team.priya, "a" * 301)
    async with team.store.transaction() as tx:
        priya, cara = await member(tx, team.priya), await member(tx, team.cara)
        assert await greetings.mine(tx, priya) == ""
        await greetings.keep_mine(tx, priya, "Thinking of you.")
        await greetings.keep_mine(tx, priya, "Enjoy the day.")
        assert (await greetings.mine(tx, priya), await greetings.mine(tx, cara)) == ("Enjoy the day.", "")
        assert len(await greetings.asked_of(tx, priya, now=MONDAY)) == 1  # they are nobody's yet


# On the day


async def test_what_was_pressed_leaves_at_ten_once_and_never_at_night(team: Team) -> None:
    await team.beat(WEEK_BEFORE)
    await team.press(team.priya)
    await team.beat(THURSDAY, time(9, 59))
    assert await team.sent() == []
    await team.beat(THURSDAY, time(10))
    (row,) = await team.sent()
    assert (row.kind, row.envelope) == ("asked", "envelope/something")
    assert (row.not_before, row.expires_at) == (london(THURSDAY, time(10)), london(THURSDAY, time(20)))
    assert row.opens == {"screen": "day", "key": BIRTHDAY, "on": "2026-12-03"}


@pytest.mark.parametrize(
    ("back", "leaves"),
    [
        ((THURSDAY, time(19, 59)), True),
        ((THURSDAY, time(20)), False),
        ((THURSDAY + timedelta(days=1), time(10)), False),
    ],
)
async def test_a_server_that_was_down_makes_it_late_by_hours_and_never_by_a_night(
    team: Team, back: tuple[date, time], leaves: bool
) -> None:
    await team.beat(WEEK_BEFORE)
    await team.press(team.priya)
    await team.beat(*back)
    assert bool(await team.sent()) is leaves


async def test_where_nobody_pressed_nothing_leaves_unless_the_team_is_fine_too(team: Team) -> None:
    async with team.store.transaction() as tx:
        sam = await meet(tx, "Sam", team.priya)
        await days.give_birthday(tx, sam, THURSDAY.month, THURSDAY.day)
        await days.switch_team(tx, sam)
    await team.beat(WEEK_BEFORE)
    async with team.store.transaction() as tx:
        await greetings.skip(tx, await member(tx, team.priya), sam, BIRTHDAY, THURSDAY, now=MONDAY)
    await team.beat(THURSDAY, time(10))
    assert (len(await team.sent()), len(await team.sent(sam))) == (0, 1)
    async with team.store.transaction() as tx:
        given = await greetings.given(tx, sam, BIRTHDAY, THURSDAY)
    assert given == Given(BIRTHDAY, "", "", "", None)


async def test_a_day_given_too_late_to_ask_anybody_still_gets_the_teams_line(team: Team) -> None:
    saturday = date(2026, 12, 5)
    async with team.store.transaction() as tx:
        await days.give_birthday(tx, team.jo, saturday.month, saturday.day)
        await days.switch_team(tx, team.jo)
    await team.beat(saturday, time(10))
    assert len(await team.sent()) == 1
    assert await team.lines(team.priya) == []


async def test_nothing_leaves_to_who_stopped_took_the_day_away_or_whose_writer_has_left(team: Team) -> None:
    now = london(THURSDAY, time(10))

    async def leaving(change: str) -> str:
        async with team.store.transaction() as tx:
            person = await meet(tx, change, team.priya)
            await days.give_birthday(tx, person, THURSDAY.month, THURSDAY.day)
            await rows.add_greeting(tx, rows.Greeting(person, BIRTHDAY, THURSDAY, writer, "pressed", "Hello."))
            await greetings.send(tx, SETTINGS, due.Due(due.DueId(1), "", THURSDAY.isoformat(), now, 1), now)
            if change == "stopped":
                await people.set_state(tx, person, "stopped")
            elif change == "taken":
                await days.leave_out(tx, person, BIRTHDAY)
            elif change == "left":
                await staff.leave(tx, writer)
            (row,) = [one for one in await outbox.claim(tx, now=now, limit=9) if one.person == person]
            said = await gate.may_send(tx, row, SETTINGS, now)
            return said.why if isinstance(said, Drop) else type(said).__name__

    async with team.store.transaction() as tx:
        writer = await hire(tx, "Wren", "pa")
    became = [await leaving(change) for change in ("nothing", "stopped", "taken", "left")]
    assert became == ["Send", "over", "over", "over"]


async def test_the_clocks_going_on_and_a_leap_day_change_nothing(team: Team) -> None:
    for month, day, leap, on in ((3, 28, "28", date(2027, 3, 28)), (2, 29, "1", date(2027, 3, 1))):
        async with team.store.transaction() as tx:
            await days.give_birthday(tx, team.jo, month, day, leap)
            await rows.add_greeting(tx, rows.Greeting(team.jo, BIRTHDAY, on, team.priya, "pressed"))
        await team.beat(on, time(10))
    leapt, changed = await team.sent(), [row.not_before for row in await team.sent()]
    assert [row.opens["on"] for row in leapt] == ["2027-03-28", "2027-03-01"]
    assert changed == [datetime(2027, 3, 28, 9, tzinfo=UTC), datetime(2027, 3, 1, 10, tzinfo=UTC)]


# Days that move


async def test_a_day_confirmed_for_another_date_takes_what_was_pressed_along(team: Team) -> None:
    expected, real = date(2027, 3, 9), date(2027, 3, 10)
    async with team.store.transaction() as tx:
        await days.switch(tx, team.jo, "eid_al_fitr")
    await team.beat(date(2027, 3, 2))
    async with team.store.transaction() as tx:
        priya = await member(tx, team.priya)
        now = london(date(2027, 3, 2), time(11))
        (asked,) = await greetings.asked_of(tx, priya, now=now)
        assert (asked.name, asked.certain, asked.greeting.on) == ("Eid al-Fitr", False, expected)
        await greetings.press(tx, priya, team.jo, "eid_al_fitr", expected, "Eid Mubarak, Jo.", now=now)
        await day_dates.confirm(tx, None, "eid_al_fitr", real, now=london(date(2027, 3, 8), time(19)))
    await team.beat(expected, time(10))
    assert await team.sent() == []
    await team.beat(real, time(10))
    assert [row.opens["on"] for row in await team.sent()] == ["2027-03-10"]
    assert (await team.given(real, "eid_al_fitr") or Given("", "", "", "", None)).words == "Eid Mubarak, Jo."


async def test_the_team_says_nothing_on_a_date_that_nobody_has_confirmed(team: Team) -> None:
    async with team.store.transaction() as tx:
        await days.switch(tx, team.jo, "diwali")
        await days.switch_team(tx, team.jo)
    await team.beat(date(2027, 10, 29), time(10))
    assert await team.sent() == []


# No questions on a birthday


async def test_questions_wait_until_their_birthday_is_over_and_news_does_not(team: Team) -> None:
    async def asked(occasion: str, at: datetime) -> Send | Wait | Drop:
        async with team.store.transaction() as tx:
            said = {"person": team.jo, "lane": "young", "envelope": "envelope/update", "opens": {}}
            await outbox.queue(tx, occasion=occasion, not_before=at, expires_at=at + timedelta(days=3), **said)
            (row,) = await outbox.claim(tx, now=at, limit=1)
            return await gate.may_send(tx, row, SETTINGS, at)

    noon, next_day = london(THURSDAY, time(12)), london(THURSDAY + timedelta(days=1), time(9))
    held = await asked("campaign:1", noon)
    assert isinstance(held, Wait)
    assert next_day <= held.until <= next_day + timedelta(hours=2)
    assert isinstance(await asked("plan:1", noon), Send)
    assert isinstance(await asked("campaign:2", noon - timedelta(days=1)), Send | Wait)
