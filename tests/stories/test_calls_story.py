"""Christmas, from how many calls each can make to the last try: what every phone shows, and when it says nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors
from team import has

from bot.sandbox.phones import Phone
from engagement import authority, calls
from storage import calls as rows
from storage import people
from storage.ids import CallDayId, PersonId


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=at(7, 12)) as inside:
        yield inside
        assert inside.given_up == []


async def it_is(here: Indoors, moment: datetime) -> None:
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()


async def christmas(here: Indoors, *wanting: PersonId) -> CallDayId:
    """A day about which everybody was asked, and these said yes, from their own worker."""
    async with here.store.transaction() as tx:
        made = await rows.add_day(
            tx,
            key="christmas:2026",
            name="Christmas",
            on_day=date(2026, 12, 25),
            from_time=time(10),
            to_time=time(16),
        )
        assert made is not None
        settings = await authority.current(tx)
        for person in wanting:
            said = {"wanted": "yes", "who": "worker", "number": "07700 900123", "note": "After lunch is best"}
            await calls.say(tx, settings, person, made.id, now=here.clock.now(), by=None, **said)
        return made.id


async def called(here: Indoors) -> rows.Call:
    async with here.store.transaction() as tx:
        (found,) = await rows.on_day(tx, CallDayId(1))
    return found


class Team:
    """A worker, a colleague and a manager, and one young person who wants a call from their worker."""

    def __init__(self, here: Indoors) -> None:
        self.here = here

    async def begin(self) -> None:
        here = self.here
        self.priya, self.priya_id = await here.staff_phone("Priya Shah", "pa")
        self.sam, self.sam_id = await here.staff_phone("Sam Okoro", "pa")
        self.morgan, _ = await here.staff_phone("Morgan Ray", "manager")
        self.jo, self.person = await here.joined("Jo", worker=self.priya_id)
        await christmas(here, self.person)

    async def to_the_eve(self) -> None:
        """Both say how many they can make, the manager confirms, and both say yes."""
        here = self.here
        await it_is(here, at(8, 10))
        await here.do(self.priya, "open", "most:2", "any")
        await here.do(self.sam, "open", "most:1", "any")
        await it_is(here, at(18, 10))
        await here.do(self.morgan, "open", "confirm")
        await it_is(here, at(18, 11))
        await here.do(self.priya, "open", "call", "accept")
        await here.do(self.sam, "open", "call", "accept")

    async def card(self, phone: Phone) -> None:
        await self.here.type(phone, "/menu")
        await self.here.do(phone, "calls", "call")


@pytest.fixture
async def team(here: Indoors) -> Team:
    made = Team(here)
    await made.begin()
    return made


async def test_from_how_many_calls_to_what_jo_hears_on_the_eve(team: Team, here: Indoors) -> None:
    await it_is(here, at(8, 10))
    assert team.priya.card.text == "1 update to see"
    await here.do(team.priya, "open")
    assert team.priya.card.text.startswith("How many calls can you make on Friday 25 December?")
    await here.do(team.priya, "most:2", "hour:11", "hour:14")
    assert "You said 2, between 11am and 2pm." in team.priya.card.text
    await here.do(team.sam, "open", "most:1", "any")
    await it_is(here, at(18, 10))
    await here.do(team.morgan, "open")
    assert "1 person would like a call." in team.morgan.card.text
    assert "1 colleague has not said how many they can make. That counts as none." in team.morgan.card.text
    assert "Jo L: Priya" in str(team.morgan.card.keyboard)
    await here.do(team.morgan, "swap", "part:backup")
    assert "Backup: Sam, put down." in team.morgan.card.text
    await here.do(team.morgan, "call_rota", "confirm")
    assert team.morgan.card.text.startswith("Confirmed. 2 colleagues are asked now.")
    await it_is(here, at(18, 11))
    await here.do(team.priya, "open", "call")
    assert "You are asked to phone. The backup is Sam." in team.priya.card.text
    assert "Note: After lunch is best" in team.priya.card.text
    assert "900123" not in team.priya.card.text
    await here.do(team.priya, "accept", "number")
    assert "07700 900123" in team.priya.card.text
    await it_is(here, at(24, 10, 15))
    assert "Priya" not in here.seen_by(team.jo)
    await here.do(team.sam, "open", "call", "accept")
    await it_is(here, at(24, 10, 30))
    assert team.jo.card.text == "A reminder, as you asked."
    await here.do(team.jo, "open")
    assert team.jo.card.text == (
        "A reminder about tomorrow, as you asked.\n\n"
        "Priya plans to phone you on 25 December between 11am and 2pm. The number may show as private. "
        "If Priya can't, Sam will.\n\n"
        "If you can't pick up, they'll try once more about an hour later. "
        "Plans change: you can move it or say no thanks."
    )
    await here.do(team.jo, "fine")
    assert (await here.at(team.jo))["at"] == "menu"
    await here.type(team.priya, "/menu")
    await here.do(team.priya, "calls", "calendar")
    (file,) = [one for one in team.priya.from_bot if one.kind == "document"]
    assert file.file is not None
    assert (file.file.name, file.protected, "Jo" in file.file.body.decode()) == ("date.ics", False, False)
    assert "DTSTART:20261225T110000Z" in file.file.body.decode()


async def test_no_answer_twice_then_the_backup_then_a_manager_and_jo_hears_each_time(team: Team, here: Indoors) -> None:
    await team.to_the_eve()
    await it_is(here, at(24, 10))
    await it_is(here, at(25, 10))
    assert team.priya.card.text == "Calls to make today"
    await here.do(team.priya, "open", "call", "no_answer")
    assert team.priya.card.text.startswith("Try once more at 11.15am.")
    await here.tick()
    await here.do(team.jo, "open")
    assert "Priya phoned and got no answer. They'll try once more at about 11.15am." in team.jo.card.text
    await it_is(here, at(25, 11, 15))
    assert team.priya.card.text == "Calls to make today"
    await here.do(team.priya, "open", "no_answer")
    await here.tick()
    await here.do(team.sam, "open")
    assert "Tried so far: 2 times, no answer." in team.sam.card.text
    await here.do(team.jo, "open")
    assert "Sam has been asked to phone you now." in team.jo.card.text
    await here.do(team.sam, "worried")
    assert team.sam.card.text.startswith("If somebody is in danger now, phone 999.")
    await here.do(team.sam, "call", "no_answer")
    await here.tick()
    await here.do(team.morgan, "open")
    assert team.morgan.card.text.startswith("Nobody has reached them yet. Managers have been asked.")
    await here.do(team.jo, "open")
    assert "A manager has been told and asked to see to it." in team.jo.card.text
    await here.do(team.morgan, "spoke")
    assert team.morgan.card.text.startswith("Noted: you spoke.")
    assert (await called(here)).state == "spoke"
    await it_is(here, at(29, 11))
    await here.do(team.morgan, "open")
    assert "Wanted: 1\nHad a caller who said yes: 1\nMade: 1\nNot reached: 0" in team.morgan.card.text


async def test_another_time_and_then_no_call_reach_both_callers_up_to_the_hour(team: Team, here: Indoors) -> None:
    await team.to_the_eve()
    await it_is(here, at(24, 10))
    await here.do(team.jo, "open", "time", "hour:14")
    assert team.jo.card.text.startswith("I've passed on the new time.")
    assert "Priya and Sam can see that now. I'll tell you when they've said yes." in team.jo.card.text
    await here.tick()
    for phone in (team.priya, team.sam):
        await here.do(phone, "open")
        assert "between 2pm and 3pm" in phone.card.text
        await here.do(phone, "accept")
    await it_is(here, at(24, 10, 15))
    await here.do(team.jo, "open")
    assert "Priya plans to phone you on 25 December between 2pm and 3pm." in team.jo.card.text
    await it_is(here, at(25, 13, 45))
    await here.do(team.jo, "dont")
    assert team.jo.card.text.startswith("OK. Nobody will phone you on 25 December.")
    await here.tick()
    for phone in (team.priya, team.sam):
        await here.do(phone, "open")
        assert phone.card.text.startswith("Please don't phone. They have said so.")
        assert not has(phone, "spoke")
    await it_is(here, at(25, 15))
    assert (await called(here)).state == "stopped"
    assert not any("Calls to make today" in one.text for one in team.priya.from_bot if one.id > team.priya.card.id)


async def test_nobody_is_claimed_where_nobody_is_sure_and_a_manager_may_promise(team: Team, here: Indoors) -> None:
    await it_is(here, at(18, 10))
    await it_is(here, at(24, 10))
    await it_is(here, at(24, 12))
    await here.do(team.morgan, "open")
    assert "1 call has no caller or no backup: nobody else can make calls." in team.morgan.card.text
    await it_is(here, at(24, 18))
    await here.do(team.jo, "open")
    assert "We haven't found who can phone you on 25 December." in team.jo.card.text
    await here.type(team.morgan, "/menu")
    await here.do(team.morgan, "calls", "call_rota", "swap", "promise")
    assert "You or a colleague said that somebody will phone." in team.morgan.card.text
    await here.do(team.jo, "menu")
    await here.put(team.jo, {"at": "call/told", "call": 1})
    await here.tap(team.jo, "AAAAAAAA:again:")
    assert "We are still finding who will phone you on 25 December. Somebody will." in team.jo.card.text


async def test_a_call_is_nobody_elses_to_see(team: Team, here: Indoors) -> None:
    await team.to_the_eve()
    other, _ = await here.joined("Kit", worker=team.priya_id)
    stranger, _ = await here.staff_phone("Noor Else", "pa")
    before = await here.prints()
    for place in ("call/told", "call/told_time"):
        await here.put(other, {"at": place, "call": 1})
        await here.tap(other, "AAAAAAAA:again:")
        assert "Priya plans" not in other.card.text
    for place in ("staff/call", "staff/call_again", "staff/call_worried", "staff/call_tell", "staff/call_swap"):
        await here.put(stranger, {"at": place, "call": 1, "day": 1, "part": "caller"})
        await here.tap(stranger, "AAAAAAAA:again:")
        assert "Jo" not in stranger.card.text
    assert await here.prints() == before


async def test_whom_messages_do_not_reach_hears_it_from_their_worker(team: Team, here: Indoors) -> None:
    await team.to_the_eve()
    async with here.store.transaction() as tx:
        await people.unlink(tx, team.person)
    await it_is(here, at(24, 10))
    await here.type(team.priya, "/menu")
    await here.do(team.priya, "calls", "tell")
    assert "Priya plans to phone between 10am and 4pm. If Priya can't, Sam will." in team.priya.card.text
    await here.do(team.priya, "told")
    assert not has(team.priya, "tell")
