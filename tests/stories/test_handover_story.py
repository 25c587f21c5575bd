"""Priya's people become Sam's; and Priya is off till Monday. What each of them, and each young person, sees of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import handover
from storage import people, staff
from storage.ids import PersonId, StaffId


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


class Northfield:
    """Priya and Sam, who cover for each other, Marcus on duty; Ash and Bo, who joined, and Cy, who has not."""

    def __init__(self, here: Indoors) -> None:
        self.here = here

    async def set_up(self) -> Northfield:
        here = self.here
        self.priya, self.priya_id = await here.staff_phone("Priya Shah", "pa")
        self.sam, self.sam_id = await here.staff_phone("Sam Okoro", "pa")
        self.marcus, _ = await here.staff_phone("Marcus Bell", "manager")
        self.ash, self.ash_id = await here.joined("Ash", worker=self.priya_id)
        self.bo, self.bo_id = await here.joined("Bo", worker=self.priya_id)
        self.cy_id = await here.listed("Cy", worker=self.priya_id)
        await here.do(self.ash, "contact", "ask")
        await here.tick()  # Priya has the task
        return self

    async def offer(self) -> None:
        async with self.here.store.transaction() as tx:
            old, new = await staff.by_id(tx, self.priya_id), await staff.by_id(tx, self.sam_id)
            await handover.start(tx, old, new, now=self.here.clock.now())
        await self.open(self.sam)

    async def open(self, phone: Phone) -> None:
        """Let what waits arrive, and open the newest envelope."""
        await self.here.tick()
        await self.here.do(phone, "open")

    async def worker_of(self, person: PersonId) -> StaffId | None:
        async with self.here.store.transaction() as tx:
            return (await people.by_id(tx, person)).worker


@pytest.fixture
async def northfield_inside(inside: Indoors) -> Northfield:
    return await Northfield(inside).set_up()


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


async def twice(here: Indoors, phone: Phone, action: str) -> None:
    """The same button from two devices before either has an answer."""
    data = next(one for one in button_data(phone) if one.split(":")[1] == action)
    taps = [phone.press_raw(data, phone.card.id) for _ in range(2)]
    await here.turn()
    assert all(tap is not None and tap.future.done() for tap in taps)


async def test_handed_over_once_the_new_worker_agrees_and_each_young_person_hears_who_it_is(northfield_inside):
    town = northfield_inside
    here, sam, ash, bo = town.here, town.sam, town.ash, town.bo
    await town.offer()
    assert sam.text.startswith("Priya Shah would hand 3 people to you.")
    await here.do(sam, "who")
    assert all(name in sam.text for name in ("Ash L", "Bo L", "Cy L"))
    assert "Ash" not in here.seen_by(sam).partition("would hand")[0]
    assert await town.worker_of(town.ash_id) == town.priya_id
    await twice(here, sam, "take")
    assert sam.text.startswith("Done. 3 people from Priya Shah are with you now.\n\n1 open task came too.")
    assert {await town.worker_of(one) for one in (town.ash_id, town.bo_id, town.cy_id)} == {town.sam_id}

    await town.open(bo)
    assert here.seen_by(bo).count("There's something to look at when you have a minute.") == 1
    assert bo.text.startswith("Some news about who you can ask now")
    assert "Sam is your PA now, in place of Priya." in bo.text
    await here.do(bo, "contact")
    assert bo.text.startswith("Who would you like?\n\nSam and")
    await here.do(ash, "open")
    assert "Sam has been asked instead of Priya." in ash.text
    here.clock.move(hours=1)
    await town.open(ash)
    assert "Sam has been asked to do that by Wednesday, 10am." in ash.text
    assert "contact" not in actions(ash)
    await here.do(town.priya, "open")
    assert town.priya.text.startswith("Sam Okoro has taken 3 people from Priya Shah.")
    await here.type(sam, "/menu")
    assert "1 task open." in sam.text
    assert "handover" not in actions(sam)
    assert here.given_up == []


async def test_an_offer_stays_in_the_menu_until_it_is_answered_and_not_now_is_told(northfield_inside):
    town = northfield_inside
    here, sam = town.here, town.sam
    await town.offer()
    await here.type(sam, "/menu")
    await here.do(sam, "handover")
    await twice(here, sam, "not_now")
    assert sam.text.startswith("You said not now to Priya Shah's people.")
    await town.open(town.priya)
    assert town.priya.text.startswith("Sam Okoro said not now to 3 people from Priya Shah.")
    await here.type(sam, "/menu")
    assert "handover" not in actions(sam)
    assert await town.worker_of(town.ash_id) == town.priya_id
    assert "something to look at" not in here.seen_by(town.ash)
    assert here.given_up == []


async def test_an_offer_called_off_says_so_and_takes_nobody(northfield_inside):
    town = northfield_inside
    here, sam = town.here, town.sam
    await town.offer()
    take = next(one for one in button_data(sam) if ":take:" in one)
    async with here.store.transaction() as tx:
        old, new = await staff.by_id(tx, town.priya_id), await staff.by_id(tx, town.sam_id)
        assert await handover.call_off(tx, old, new, now=here.clock.now()) == 3
    await here.tap(sam, take)
    assert sam.text.startswith("This offer from Priya Shah was called off.")
    assert await town.worker_of(town.ash_id) == town.priya_id
    assert here.given_up == []


async def test_off_till_monday_in_four_taps_and_the_young_person_is_told_a_name_that_is_true(northfield_inside):
    town = northfield_inside
    here, priya, sam, ash, bo = town.here, town.priya, town.sam, town.ash, town.bo
    await here.type(priya, "/menu")
    await here.do(priya, "away", "back_on:2026-11-30")
    assert priya.text.startswith("Who is asked until Mon 30 November?")
    labels = [button["text"] for row in priya.card.keyboard for button in row]
    assert labels[:2] == ["Sam Okoro", "Marcus Bell"]
    await twice(here, priya, "cover")
    assert priya.text.startswith("Sam is asked instead of you until Mon 30 November.\n\nYou have 1 task open.")
    await town.open(sam)
    assert sam.text.startswith("Priya Shah is off until Mon 30 November.\n\nYou are asked in their place.")

    await here.do(bo, "contact")
    assert bo.text.startswith("Who would you like?\n\nSam and Marcus can see your name")
    await twice(here, priya, "hand_tasks")
    assert "Handed on: 1." in priya.text
    await town.open(ash)
    assert "Sam has been asked instead of Priya. The new time is Wednesday, 10am." in ash.text

    here.clock.move(days=6)
    await here.do(bo, "no", "contact")
    assert bo.text.startswith("Who would you like?\n\nPriya and Sam can see your name")
    assert here.given_up == []


async def test_back_early_they_are_asked_again_and_the_cover_hears_it(northfield_inside):
    town = northfield_inside
    here, priya, sam = town.here, town.priya, town.sam
    await here.type(priya, "/menu")
    await here.do(priya, "away", "days", "days", "back_on:2026-12-09", "cover")
    await town.open(sam)
    here.clock.move(hours=1)
    await here.do(priya, "im_back")
    assert "task open." in priya.text
    await town.open(sam)
    assert sam.text.startswith("You don't stand in for Priya Shah now.")
    await here.do(town.bo, "contact")
    assert town.bo.text.startswith("Who would you like?\n\nPriya and Sam")
    assert here.given_up == []
