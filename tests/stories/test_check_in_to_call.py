"""From home that is not OK to a person who rings: through a worker on leave, their cover, and a deadline gone by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import absence, my_data
from engagement.london import local, today
from storage import staff, tasks
from storage.ids import PersonId, StaffId


@dataclass
class Team:
    """Jo, whose worker is Priya; Sam stands in for Priya, and Marcus is the manager."""

    here: Indoors
    jo: Phone
    person: PersonId
    priya: Phone
    sam: Phone
    marcus: Phone
    ids: dict[str, StaffId]

    async def go_to(self, day: int, hour: int, minute: int = 0) -> None:
        """The next time London clocks show this hour on that weekday."""
        now = local(self.here.clock.now())
        to = now.replace(hour=hour, minute=minute, second=0) + timedelta(days=(day - now.weekday()) % 7)
        self.here.clock.move(seconds=(to - now).total_seconds())
        await self.here.tick()

    async def answer(self, *taps: str) -> None:
        await self.here.do(self.jo, "settings", "check_ins", "rhythm_from", "rhythm:weekly", "weekday:3", "time:12")
        await self.go_to(3, 12)
        await self.here.do(self.jo, "open", "ok", *taps)

    async def away(self) -> None:
        """Priya is off for three weeks, and Sam stands in."""
        now = self.here.clock.now()
        async with self.here.store.transaction() as tx:
            member = await staff.by_id(tx, self.ids["Priya"])
            words = self.here.bot.words()
            back = today(now) + timedelta(days=21)
            await absence.go_off(tx, words, member, back, self.ids["Sam"], now=now, by=None)


@pytest.fixture
async def team(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Team]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        priya, first = await here.staff_phone("Priya Shah", "pa")
        sam, second = await here.staff_phone("Sam Okoro", "pa")
        marcus, third = await here.staff_phone("Marcus Bell", "manager")
        jo, person = await here.joined("Jo", worker=first)
        yield Team(here, jo, person, priya, sam, marcus, {"Priya": first, "Sam": second, "Marcus": third})
        assert here.given_up == []


async def test_home_is_not_ok_the_worker_is_on_leave_and_the_young_person_hears_each_time(team: Team) -> None:
    here, jo = team.here, team.jo
    await team.away()
    await team.answer("pick:3", "pick:2", "pick:0")
    assert "Sam has been asked to contact you by Friday, 12pm. If they haven't by then, Marcus is asked" in jo.text
    await here.tick()
    assert team.sam.text == "1 new task, due Fri 12pm"
    assert "Jo" not in team.sam.text
    assert "new task" not in here.seen_by(team.priya)
    await team.go_to(4, 10, 1)
    assert team.sam.text.startswith("1 task is due Fri 12pm")
    await team.go_to(4, 12)
    await here.tick()
    assert jo.text.startswith("An update on something you asked for.")
    await here.do(jo, "open")
    assert "It was not marked done in time. That's on us, and we're sorry." in jo.text
    assert "Marcus has been asked instead of Sam. The new time is Friday, 4pm." in jo.text
    assert team.sam.text.startswith("1 task has gone to a colleague")
    await here.do(team.marcus, "open")
    assert "answered a check-in that asks for contact" in team.marcus.text
    assert "Not good" not in here.seen_by(team.marcus)
    await here.do(team.marcus, "got", "look")
    assert "Jo L" in team.marcus.text
    assert "Not good" in team.marcus.text
    here.clock.move(seconds=301)
    await here.bot.heartbeat.tick()
    await here.bot.mouth.quiet()
    assert "Not good" not in team.marcus.card.text
    await here.do(team.marcus, "staff_menu", "task", "unreached")
    assert "not reached yet" in team.marcus.text
    await here.do(team.marcus, "spoke", "line")
    await here.type(team.marcus, "Rang at two. Will see them on Monday about the flat.")
    assert "Marked as done." in team.marcus.text
    copied = [
        button["copy_text"]["text"] for row in team.marcus.card.keyboard for button in row if "copy_text" in button
    ]
    assert copied == [
        "27 November 2026, 12.05pm. Spoke. Marcus Bell. Rang at two. Will see them on Monday about the flat."
    ]
    assert "Jo" not in copied[0]
    async with here.store.transaction() as tx:
        (task,) = await tasks.of_person(tx, team.person)
    assert (task.state, task.owner, task.by) == ("done", team.ids["Marcus"], team.ids["Marcus"])


async def test_what_can_wait_is_one_line_the_next_morning_and_a_line_may_go_back(team: Team) -> None:
    here, jo = team.here, team.jo
    await team.answer("pick:3", "pick:0", "pick:0")
    said = here.seen_by(team.priya)
    await here.tick()
    assert here.seen_by(team.priya) == said  # nothing is pinged: no task was chosen
    await team.go_to(4, 8, 59)
    assert here.seen_by(team.priya) == said
    await team.go_to(4, 9)
    await here.tick()
    assert team.priya.text == "1 person to see today"
    await here.do(team.priya, "open")
    assert "New: Jo L" in str(team.priya.card.keyboard)
    assert "Not good" not in here.seen_by(team.priya)
    await here.do(team.priya, "look")
    assert "Not good" in team.priya.text
    assert "No task came of it. Reply or leave it, your call." in team.priya.text
    (seen,) = [row for row in await here.rows("audit") if row["action"] == "checkin_seen"]
    assert seen["staff"] == team.ids["Priya"]
    await here.do(team.priya, "reply")
    await here.type(team.priya, "Thanks for saying. I'm in all day if you want a chat.")
    assert "Nothing has gone yet." in team.priya.text
    await here.do(team.priya, "send")
    await here.tick()
    assert jo.text == "An update on something you asked for."
    await here.do(jo, "open")
    assert "Priya wrote back: Thanks for saying. I'm in all day if you want a chat." in jo.text
    assert {"contact", "help", "menu"} <= {data.split(":")[1] for data in button_data(jo)}
    async with here.store.transaction() as tx:
        (line,) = (await my_data.held(tx, here.bot.words(), team.person))["lines_on_check_ins"]
    assert line["words"].startswith("Thanks for saying.")
    await here.do(team.priya, "check_ins_seen", "look")
    assert "A line was sent back." in team.priya.text
    await here.do(team.priya, "check_ins_seen")
    assert "You have seen all of these." in team.priya.text
    await team.go_to(0, 9)
    assert here.seen_by(team.priya).count("to see today") == 1


async def test_while_the_worker_is_off_whoever_stands_in_has_it_on_their_list_until_somebody_looks(team: Team) -> None:
    here = team.here
    await team.answer("pick:1", "pick:0", "pick:0")
    await team.away()
    for weekday in (4, 0):
        await team.go_to(weekday, 9)
        await here.tick()
    assert here.seen_by(team.sam).count("1 person to see today") == 2
    assert "to see today" not in here.seen_by(team.priya)
    await here.type(team.priya, "/menu")
    assert not any(":check_ins_seen:" in data for data in button_data(team.priya))
    await here.type(team.sam, "/menu")
    await here.do(team.sam, "check_ins_seen", "look")
    assert "Good" in team.sam.text
    await team.go_to(1, 9)
    await here.tick()
    assert here.seen_by(team.sam).count("to see today") == 2


async def test_a_cry_for_help_at_a_line_from_a_worker_reaches_worker_and_duty_at_once(team: Team) -> None:
    here, jo = team.here, team.jo
    await team.answer("pick:3", "pick:0", "pick:0")
    await team.go_to(4, 9)
    await here.tick()
    await here.do(team.priya, "open", "look", "reply")
    await here.type(team.priya, "Thanks for saying.")
    await here.do(team.priya, "send")
    await here.tick()
    await here.do(jo, "open")
    said = len(here.telegram.said)
    await here.type(jo, "I want to kill myself")
    theirs = [call.text for call in here.telegram.said[said:] if call.chat == jo.id and call.method == "sendMessage"]
    assert "Samaritans" in theirs[0]
    assert "I've passed it to Priya" in theirs[0]
    assert not any("No one has been told." in text for text in theirs)
