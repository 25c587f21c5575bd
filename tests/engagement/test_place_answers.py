"""What an organiser asks with a yes: one sealed line, for the organiser alone, and gone with the yes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import my_data, opportunities, organising, place_answers, places
from engagement.opportunities import Details
from engagement.place_answers import AnswerTooLong
from engagement.places import NotOnOffer
from storage import opportunities as rows
from storage import staff
from storage.ids import OpportunityId, StaffId
from storage.store import Store, Transaction

NUTS = "No nuts, please."
LATER = MONDAY + timedelta(hours=1)


async def dinner(tx: Transaction, organiser: StaffId, asks: str | None = "Anything you can't eat?") -> OpportunityId:
    words = opportunities.kept(Details(title="Dinner", what_you_do="Eat with us.", asks=asks))
    made = await rows.add(tx, made_by=organiser, organiser=organiser, kind="activity", details=words, places=1)
    return (await places.publish(tx, made.id, now=MONDAY)).id


async def test_the_organiser_reads_it_beside_the_name_and_the_database_does_not(store: Store) -> None:
    async with store.transaction() as tx:
        mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
        which, ash = await dinner(tx, mo.id), await meet(tx, "Ash")
        await places.say_yes(tx, ash, which, now=MONDAY)
        await place_answers.keep(tx, ash, which, f"  {NUTS}\n", now=MONDAY)
        (guest,) = await organising.guests(tx, mo, which, now=LATER)
        assert guest.answer == NUTS
        assert NUTS.encode() not in ((await rows.interest_of(tx, which, ash)).answer or b"")
        assert [one["you_wrote"] for one in (await my_data.held(tx, settings(), ash))["things_to_join"]] == [NUTS]
        with pytest.raises(AnswerTooLong):
            await place_answers.keep(tx, ash, which, "x" * 121, now=MONDAY)


async def test_it_goes_when_they_do_not_come_after_all_and_when_they_take_it_back(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        which = await dinner(tx, await hire(tx, "Mo Ali", "participation"))
        ash = await meet(tx, "Ash")
        for leave in (places.withdraw, places.undo, None):
            await places.say_yes(tx, ash, which, now=MONDAY)
            await place_answers.keep(tx, ash, which, NUTS, now=MONDAY)
            if leave is None:
                await place_answers.keep(tx, ash, which, "", now=MONDAY)
            else:
                await leave(tx, ash, which, now=MONDAY)
            assert (await rows.interest_of(tx, which, ash)).answer is None


@pytest.mark.parametrize("asks", [None, "Anything you can't eat?"])
async def test_nothing_is_kept_without_a_question_and_a_yes(sqlite_store: Store, asks: str | None) -> None:
    async with sqlite_store.transaction() as tx:
        which = await dinner(tx, await hire(tx, "Mo Ali", "participation"), asks)
        ash = await meet(tx, "Ash")
        if asks is None:
            await places.say_yes(tx, ash, which, now=MONDAY)
        with pytest.raises(NotOnOffer):
            await place_answers.keep(tx, ash, which, NUTS, now=MONDAY)
