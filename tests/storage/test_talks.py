"""What workers hear lies there from nobody: no person, no worker, and no order in which it came."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from storage import forgetting, people, staff, talks
from storage.ids import SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from storage.tables import heard, interest
from storage.talks import Heard, NoSuchTalk, WorkerRound

BEGUN, ENDS = date(2026, 11, 24), date(2026, 12, 15)


async def begun(tx: Transaction) -> WorkerRound:
    return await talks.begin(tx, SurveyId(0), begun_on=BEGUN, ends_on=ENDS)


async def hear(tx: Transaction, *line: Any) -> None:
    """A line comes in, as with a transaction of its own."""
    await talks.add_heard(tx, *line)
    await tx.finish()


async def keys(tx: Transaction) -> set[bytes]:
    return set(await tx.connection.scalars(select(heard.c.key)))


async def test_a_round_is_begun_found_and_ended(store: Store) -> None:
    async with store.transaction() as tx:
        assert await talks.latest(tx) is None
        made = await begun(tx)
        assert await talks.latest(tx, hold=True) == made == WorkerRound(made.id, SurveyId(0), "running", BEGUN, ENDS)
        await talks.end(tx, made.id)
        found = await talks.latest(tx)
        assert found is not None
        assert found.state == "ended"


async def test_every_line_is_written_again_under_a_fresh_key_when_one_more_comes_in(store: Store) -> None:
    async with store.transaction() as tx:
        made = await begun(tx)
        before: set[bytes] = set()
        for at in range(12):
            await hear(tx, made.id, "money", f"line {at}")
            now = await keys(tx)
            assert len(now) == at + 1
            assert not now & before
            before = now
        lines = await talks.heard(tx, made.id)
        assert sorted(lines, key=lambda one: int(one.words[5:])) == [Heard("money", f"line {at}") for at in range(12)]
        assert lines != tuple(sorted(lines, key=lambda one: int(one.words[5:])))
        assert await talks.heard_count(tx, made.id) == 12


async def test_what_was_heard_is_sealed_and_its_row_names_nobody(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        made = await begun(tx)
        await hear(tx, made.id, "other", "Buses on Sundays")
        (row,) = (await tx.connection.execute(select(heard))).mappings()
    assert set(row) == {"key", "authority", "worker_round", "choice", "sealed"}
    assert b"Buses" not in row["sealed"]


async def test_a_line_of_one_round_is_none_of_another(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        first = await begun(tx)
        await hear(tx, first.id, "money", "one")
        await talks.end(tx, first.id)
        second = await begun(tx)
        await hear(tx, second.id, "home", "two")
        assert await talks.heard(tx, first.id) == (Heard("money", "one"),)
        assert await talks.heard(tx, second.id) == (Heard("home", "two"),)


async def test_the_lines_of_another_authority_stay_as_they_are(store: Store) -> None:
    async with store.transaction() as tx:
        await hear(tx, (await begun(tx)).id, "money", "ours")
    other = await store.add_authority("Southfield", "{}")
    neighbour = Store(store.engine, store.keys)
    async with neighbour.transaction(other) as tx:
        theirs = await begun(tx)
        await hear(tx, theirs.id, "home", "theirs")
        assert await talks.heard(tx, theirs.id) == (Heard("home", "theirs"),)
    async with store.transaction() as tx:
        found = await talks.latest(tx)
        assert found is not None
        assert await talks.heard(tx, found.id) == (Heard("money", "ours"),)


async def test_only_their_worker_says_what_became_of_asking_somebody_and_the_end_forgets_it(store: Store) -> None:
    async with store.transaction() as tx:
        priya, sam = await staff.add(tx, "Priya Shah", "pa"), await staff.add(tx, "Sam Okoro", "pa")
        ash, bo = [(await people.add(tx, Details(name, name, "Lee"))).id for name in ("Ash", "Bo")]
        made = await begun(tx)
        await talks.give(tx, made.id, priya.id, [ash, bo])
        await talks.give(tx, made.id, sam.id, [])
        await talks.set_state(tx, made.id, priya.id, ash, "asked")
        with pytest.raises(NoSuchTalk):
            await talks.set_state(tx, made.id, sam.id, bo, "asked")
        assert await talks.counts(tx, made.id) == {"asked": 1, "to_ask": 1}
        assert await talks.still_to_ask(tx, made.id) == (priya.id,)
        await talks.end(tx, made.id)
        assert await talks.of_staff(tx, made.id, priya.id) == ()


async def test_forgetting_somebody_takes_them_off_the_list(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa")
        ash = (await people.add(tx, Details("Ash", "Ash", "Lee"))).id
        made = await begun(tx)
        await talks.give(tx, made.id, priya.id, [ash])
        await forgetting.forget(tx, ash)
        assert await talks.of_staff(tx, made.id, priya.id) == ()


async def test_only_a_yes_counts_as_something_signed(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        ash, bo = [(await people.add(tx, Details(name, name, "Lee"))).id for name in ("Ash", "Bo")]
        for person, opportunity, turn in ((ash, 1, 1), (ash, 2, None), (bo, 1, None)):
            row = {"authority": tx.authority, "opportunity": opportunity, "person": person, "turn": turn}
            state = "shown" if turn is None else "withdrawn"
            await tx.connection.execute(interest.insert().values(row | {"state": state, "wants_help": False}))
        assert await talks.signed_things(tx) == {ash: 1}
