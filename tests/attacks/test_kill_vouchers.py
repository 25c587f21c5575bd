"""Killed in the middle of an evening's codes: nobody has two, none is lost, and the next try gives what was to give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from support.victims import KILLED, Victims, victims

from engagement import vouchers
from storage import due, openings, people
from storage import vouchers as kept
from storage.ids import ChatId
from storage.people import Details
from storage.store import Store
from storage.tables import outbox, participation, voucher

TONIGHT = datetime(2026, 11, 24, 18, 20, tzinfo=UTC)
LEASE = timedelta(minutes=6)
PULSE = Path("surveys/definitions/pulse.yaml")
POINTS = ("UPDATE voucher", "INSERT INTO outbox", "UPDATE due", "before commit")
PEOPLE, CODES = 12, 9


@pytest.fixture(scope="module")
def forking() -> Iterator[Victims]:
    """The process that forks a new one for each try."""
    with victims(Path(__file__).with_name("voucher_victim.py")) as made:
        yield made


def tried(forking: Victims, store: Store, url: str, now: datetime, point: str | None) -> int:
    """How the process ended that was to give the codes."""
    return forking.do({"url": url, "keys": str(store.keys.keep.parent), "now": now.isoformat(), "point": point})


async def an_evening_to_come(store: Store) -> None:
    """Twelve people who have sent, nine codes, and the hour for them."""
    async with store.transaction() as tx:
        survey = await openings.open_survey(
            tx,
            name="pulse",
            definition=PULSE.read_text("utf-8"),
            closes_at=TONIGHT + timedelta(days=9),
            invited=PEOPLE,
            segments={},
            now=TONIGHT - timedelta(days=9),
        )
        for number in range(PEOPLE):
            added = await people.add(tx, Details(f"r{number}", f"Person{number}", "Lee"))
            await people.join(tx, added.id, ChatId(1_000 + number))
            flag = {"authority": tx.authority, "person": added.id, "survey": survey, "done": True}
            await tx.connection.execute(insert(participation), flag)
        await kept.add(tx, "pulse", [f"A-{number}" for number in range(CODES)], worth="")
        await due.add(tx, vouchers.EVENING, "2026-11-24", TONIGHT)


async def owners(store: Store) -> Counter[int]:
    """How many codes each person has; fails unless just these people were told of it, and every code is there."""
    async with store.transaction() as tx:
        found = list(await tx.connection.scalars(select(voucher.c.person)))
        told = list(await tx.connection.scalars(select(outbox.c.person)))
    assert len(found) == CODES
    given = Counter(person for person in found if person is not None)
    assert sorted(told) == sorted(given)
    return given


async def test_given_kills_in_the_batch_then_it_has_happened_whole_or_not_at_all_and_is_made_up_for(
    store: Store, database_url: str, forking: Victims
) -> None:
    await an_evening_to_come(store)
    now = TONIGHT
    for point in POINTS:
        assert tried(forking, store, database_url, now, point) == KILLED
        assert await owners(store) == Counter()
        now += LEASE
    assert tried(forking, store, database_url, now, None) == 0
    given = await owners(store)
    assert (len(given), set(given.values())) == (CODES, {1})
    assert tried(forking, store, database_url, now + LEASE, None) == 0
    assert await owners(store) == given
