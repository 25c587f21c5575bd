"""Saying something at any time: what Ash sees before typing, what Ruth reads on Monday, and what comes back to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from engagement import handover
from storage import staff

MONDAY = datetime(2026, 11, 30, 11, tzinfo=UTC)
"""The one after the Tuesday on which these stories begin."""
GUESS = "Your name doesn't go with this. If few people write this week, someone may still guess from what you say."
HELP = "Here are people you can talk to"


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


class Northfield:
    """Ruth reads what people write, Priya is the worker of Ash and Bo, Marcus manages."""

    def __init__(self, here: Indoors) -> None:
        self.here = here

    async def set_up(self) -> Northfield:
        here = self.here
        self.ruth, _ = await here.staff_phone("Ruth Adeyemi", "participation")
        self.priya, self.priya_id = await here.staff_phone("Priya Shah", "pa")
        self.marcus, _ = await here.staff_phone("Marcus Bell", "manager")
        self.ash, _ = await here.joined("Ash", worker=self.priya_id)
        self.bo, _ = await here.joined("Bo", worker=self.priya_id)
        await here.tick()  # as a bot that runs does every half minute: the next Monday is planned
        return self

    async def until(self, now: datetime) -> None:
        self.here.clock.move(seconds=(now - self.here.clock.now()).total_seconds())
        await self.here.tick()

    async def open(self, phone: Phone) -> None:
        await self.here.tick()
        await self.here.do(phone, "open")

    async def says(self, phone: Phone, text: str, *steps: str) -> None:
        await self.here.type(phone, "/menu")
        await self.here.do(phone, "say", *steps)
        await self.here.type(phone, text)


@pytest.fixture
async def town(inside: Indoors) -> Northfield:
    return await Northfield(inside).set_up()


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


def still_in_the_chat(phone: Phone) -> str:
    """What the person typed that still stands there."""
    return " ".join(message.text for message in phone.mine)


async def test_without_a_name_ruth_reads_it_on_monday_and_everybody_gets_the_answer(town: Northfield) -> None:
    here, ash, ruth = town.here, town.ash, town.ruth
    await here.do(ash, "say", "kind:change")
    assert "No name: Ruth can read it from Monday" in ash.text
    assert "With your name: Ruth can see it. Ruth answers by" in ash.text
    await here.do(ash, "no_name")
    assert GUESS in ash.text
    await here.type(ash, "x" * 1001)
    assert "1001 letters" in ash.text
    await here.type(ash, "The wifi in our flats is slow")
    assert ash.text.startswith("It's in, without your name. It can be read from Monday")
    assert await here.at(ash) == {"at": "voice"}, "nothing on the card says that somebody wrote"
    assert "wifi" not in here.seen_by(ash) + still_in_the_chat(ash)
    assert "xxx" not in still_in_the_chat(ash), "nor what was too long"
    await town.says(town.bo, "More food at the drop-in", "kind:change", "no_name")
    await here.do(ruth, "loop", "comments")
    assert "Nothing to read" in ruth.text
    await town.until(MONDAY)
    await here.do(ruth, "open")
    assert ruth.text.startswith("2 to read.")
    await here.do(ruth, "read")
    first = ruth.text
    await here.do(ruth, "next")
    assert {"wifi" in first, "wifi" in ruth.text} == {True, False}
    while "wifi" not in ruth.text:
        await here.do(ruth, "next")
    await here.do(ruth, "under")
    await here.type(ruth, "Wifi in our flats")
    assert "food" in ruth.text  # the next that waits
    await here.do(ruth, "aside")
    assert "1 group waits for an answer" in ruth.text
    await here.do(ruth, "groups", "group", "answer")
    await here.type(ruth, "y" * 601)
    assert "601 letters" in ruth.text
    await here.type(ruth, "New boxes by 1 May. Marcus agreed the money.")
    assert "Everyone finds it in the chat" in ruth.text
    await here.do(ruth, "say", "comments", "tell")
    assert "Goes to 2 of 2 people" in ruth.text
    await here.do(ruth, "see")
    assert "New boxes by 1 May" in ruth.text
    await here.do(ruth, "back", "ready")
    await here.type(ruth, "2")
    here.clock.move(seconds=120)
    for phone in (ash, town.bo):
        await town.open(phone)
        assert "People wrote about: Wifi in our flats" in phone.text
        assert "New boxes by 1 May" in phone.text
    for phone in (town.priya, town.marcus):
        assert "wifi" not in here.seen_by(phone).casefold()
    assert here.given_up == []


async def test_with_a_name_ruth_answers_ash_and_nobody_else_sees_it(town: Northfield) -> None:
    here, ash, ruth = town.here, town.ash, town.ruth
    await here.do(ash, "say", "kind:good", "sign")
    assert "Ruth can see it with your name. Ruth answers by Tuesday 1 December, 5pm" in ash.text
    await here.type(ash, "The boxing group is good")
    assert ash.text.startswith("Done. I've passed it on.")
    await town.open(ruth)
    assert "Ash L wrote, with their name:" in ruth.text
    assert "The boxing group is good" in ruth.text
    assert PLACES["staff/signed"].fades == "staff/comments", "like all that shows a name"
    await here.do(ruth, "comments", "signed", "answer")
    await here.type(ruth, "Thanks. It goes on until June.")
    await here.do(ruth, "say")
    await town.open(ash)
    assert ash.text.startswith("An answer to something you asked for.")
    assert "Ruth says:\nThanks. It goes on until June." in ash.text
    await here.do(ash, "reread")
    assert ash.alerts[-1].text == "The boxing group is good"
    await here.do(ash, "say")
    assert "signed" in actions(ash), "and the answer is found again"
    await here.do(ash, "signed")
    assert "It goes on until June" in ash.text
    for phone in (town.priya, town.marcus, town.bo):
        assert "boxing" not in here.seen_by(phone)
    assert here.given_up == []


async def test_not_answered_a_manager_has_it_and_ash_may_take_it_back(town: Northfield) -> None:
    here, ash = town.here, town.ash
    await town.says(ash, "Nobody rings back", "kind:change", "sign")
    await town.until(datetime(2026, 12, 1, 17, 1, tzinfo=UTC))
    await here.do(ash, "open")
    assert "Marcus has been asked instead of Ruth. The new time is Thursday, 5pm." in ash.text
    await here.do(town.marcus, "open")
    assert "Nobody rings back" in town.marcus.text
    await here.do(ash, "take_back")
    assert ash.text.startswith("OK, I've taken it back.")
    await here.do(town.marcus, "answer")
    assert "Nobody rings back" not in town.marcus.text
    assert await here.rows("signed_comment") == []
    assert here.given_up == []


async def test_thanks_reach_whom_they_thank_with_the_name_or_without(town: Northfield) -> None:
    here, ash, priya, ruth = town.here, town.ash, town.priya, town.ruth
    await here.do(ash, "say", "thank", f"whom:{town.priya_id}")
    assert "Priya gets your words at once, and sees your name." in ash.text
    await here.do(ash, "sign")
    await here.type(ash, "You came with me to court")
    await town.open(priya)
    assert "Ash L wrote, with their name:\nYou came with me to court" in priya.text
    await town.says(town.bo, "She always rings back", "thank", f"whom:{town.priya_id}", "no_name")
    await town.until(MONDAY)
    await here.do(ruth, "open")
    await here.do(ruth, "read")
    assert "Thanks for Priya:\nShe always rings back" in ruth.text
    assert "You came with me" not in here.seen_by(ruth)
    await here.do(ruth, "pass")
    await town.open(priya)
    assert "It came without a name.\nShe always rings back" in priya.text
    assert "Bo" not in here.seen_by(priya).split("She always rings back")[-1]
    assert here.given_up == []


async def test_crisis_words_bring_the_card_which_says_who_was_told(town: Northfield) -> None:
    here, ash, bo = town.here, town.ash, town.bo
    await town.says(ash, "I want to kill myself", "kind:change", "no_name")
    assert sum(HELP in message.text and "No one has been told." in message.text for message in ash.from_bot) == 1
    assert await here.rows("task") == []
    assert not [row for row in await here.rows("outbox") if row["state"] == "queued"]
    await town.says(bo, "I want to kill myself", "kind:change", "sign")
    (card,) = [message.text for message in bo.from_bot if HELP in message.text]
    assert "I've passed it to Ruth and the duty team." in card
    await here.tick()
    for phone in (town.ruth, town.priya, town.marcus):  # who has it, their worker, and duty
        await here.do(phone, "open")
        assert "I want to kill myself" in phone.text
        assert "Bo L" in phone.text
    assert here.given_up == []


async def test_when_a_worker_changes_they_can_say_how_it_has_been_and_nobody_sees_it_before_ten_have(
    town: Northfield,
) -> None:
    here, ruth = town.here, town.ruth
    _, sam_id = await here.staff_phone("Sam Okoro", "pa")
    async with here.store.transaction() as tx:
        old, new = await staff.by_id(tx, town.priya_id), await staff.by_id(tx, sam_id)
        offer = await handover.start(tx, old, new, now=here.clock.now())
        await handover.agree(tx, here.bot.words(), new, offer, now=here.clock.now())
    await town.open(town.ash)
    await here.do(town.ash, "having_us")
    assert "This is about the whole team, not one worker." in town.ash.text
    await here.do(town.ash, "felt:good", "felt:yes")
    await here.type(town.ash, "It was fine")
    assert town.ash.text.startswith("It's in, without your name.")
    assert (await here.at(town.ash)) == {"at": "menu"}
    await town.open(town.bo)
    await here.do(town.bo, "having_us", "skip", "skip", "skip")
    await town.until(MONDAY)
    await here.type(ruth, "/menu")
    await here.do(ruth, "loop", "comments")
    assert ruth.text.startswith("Nothing to read.")
    await here.do(ruth, "having_us")
    assert ruth.text.startswith("Too few have said how it was")
    assert {(row["kind"], row["about"]) for row in await here.rows("comment")} == {("worker_change", 0)}
    assert len(await here.rows("comment")) == 3, "each tap by itself"
    assert here.given_up == []
