"""Who joins in: shares of groups, and never one that points at a few people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staffed import MONDAY, hire

from engagement import organising, takeup
from engagement.opportunities import Details, kept
from engagement.staff import NotAllowed
from storage import opportunities, people, staff
from storage.ids import PersonId
from storage.opportunities import Interest
from storage.people import Details as Known
from storage.store import Store, Transaction


async def register(tx: Transaction, north: int, south: int) -> list[PersonId]:
    added = [
        await people.add(tx, Known(f"r{n}", f"P{n}", "Lee", groups={"team": "North" if n < north else "South"}))
        for n in range(north + south)
    ]
    return [one.id for one in added]


async def said_yes(tx: Transaction, who: list[PersonId], *, minutes: int = 60, days: int = 0) -> None:
    maker = await hire(tx, f"Maker {minutes} {days}", "pa")
    one = await opportunities.add(
        tx,
        made_by=maker,
        organiser=maker,
        kind="activity",
        details=kept(Details(title="Pool", what_you_do="Play.")),
        state="open",
    )
    at = MONDAY - timedelta(minutes=minutes, days=days)
    for turn, person in enumerate(who, start=1):
        await opportunities.set_interest(tx, one.id, person, state="confirmed", turn=turn, said_at=at)


async def test_shares_of_groups_are_rounded_and_the_thin_one_is_named(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        everyone = await register(tx, 60, 60)
        await said_yes(tx, [*everyone[:40], *everyone[60:75]])
        boss = await staff.by_id(tx, await hire(tx, "Bo Boss", "manager"))
        found = await takeup.take_up(tx, boss, now=MONDAY)
    assert (found.people, found.share) == (120, 46)
    assert [(one.part, one.share, one.thin) for one in found.groups] == [("North", 67, False), ("South", 25, True)]


async def test_few_say_nothing_and_a_group_of_a_few_is_never_shown(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        everyone = await register(tx, 60, 60)
        await said_yes(tx, everyone[:9])
        assert (await takeup.take_up(tx, None, now=MONDAY)).share is None
        await said_yes(tx, [*everyone[9:40], *everyone[60:62]], minutes=90)
        found = await takeup.take_up(tx, None, now=MONDAY)
    assert found.share is not None
    assert [one.share for one in found.groups] == [None, None]  # one hidden beside a total hides both


async def test_what_can_still_be_undone_and_what_is_over_a_year_old_do_not_count(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        everyone = await register(tx, 60, 60)
        await said_yes(tx, everyone[:20], minutes=9)
        await said_yes(tx, everyone[20:40], days=366)
        assert await takeup.said_yes(tx, now=MONDAY) == frozenset()
        assert await takeup.said_yes(tx, now=MONDAY + timedelta(minutes=1)) == frozenset(everyone[:20])


async def test_only_whoever_sees_response_sees_it(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        worker = await staff.by_id(tx, await hire(tx, "Pat Worker", "pa"))
        with pytest.raises(NotAllowed):
            await takeup.take_up(tx, worker, now=MONDAY)


def felt_by(good: int, ok: int, not_for_me: int) -> list[Interest]:
    said = ["good"] * good + ["ok"] * ok + ["not_for_me"] * not_for_me
    return [
        Interest(1, n, "confirmed", n, None, None, False, None, how, None)  # type: ignore[arg-type]
        for n, how in enumerate(said)
    ]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_how_it_was_counts_from_ten_in_fives_and_never_a_few(good: int, ok: int, not_for_me: int) -> None:
    shown = organising.felt(felt_by(good, ok, not_for_me))
    if good + ok + not_for_me < 10:
        assert shown is None
    real = {"good": good, "ok": ok, "not_for_me": not_for_me}
    for how, count in (shown or {}).items():
        assert count % 5 == 0
        assert real[how] >= 5
