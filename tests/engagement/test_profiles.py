"""What members of staff say of themselves, who sees it, and whom somebody can turn to today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import absence, profiles
from engagement.profiles import LONGEST, NoSuchPart, TooMuch
from engagement.staff import NotAllowed
from storage import people, staff
from storage import profiles as profile_rows
from storage.ids import PersonId, StaffId
from storage.profiles import NOTHING, Profile
from storage.store import Store
from storage.tables import audit as audit_table
from storage.tables import profile as table

SETTINGS = settings()
BACK_ON = date(2026, 11, 30)


@dataclass
class Team:
    """Priya, for whom the settings name Cara; Dana on duty, Ada the administrator; Priya's Jo, and Kit with nobody."""

    priya: StaffId
    cara: StaffId
    dana: StaffId
    ada: StaffId
    jo: PersonId
    kit: PersonId


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


@pytest.fixture
async def team(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, cara, dana = [await hire(tx, name, "pa") for name in ("Priya Patel", "Cara Cover", "Dana Duty")]
        ada = await hire(tx, "Ada Admin", "administrator")
        return Team(priya, cara, dana, ada, await meet(tx, "Jo", priya), await meet(tx, "Kit"))


async def says(store: Store, member: StaffId, **parts: str) -> Profile:
    async with store.transaction() as tx:
        who = await staff.by_id(tx, member)
        for part, typed in parts.items():
            await profiles.say(tx, who, part, typed, now=MONDAY)
        return await profiles.own(tx, who)


async def seen(store: Store, person: PersonId, member: StaffId | None = None) -> str | None:
    """Of whom this person sees something, when they ask for this one."""
    async with store.transaction() as tx:
        found = await profiles.seen(tx, SETTINGS, person, member, now=MONDAY)
        return None if found is None else found.member.name


async def rows(store: Store) -> int:
    async with store.transaction() as tx:
        return len((await tx.connection.execute(table.select())).all())


# What they say


async def test_each_part_is_kept_sealed_and_replaces_what_was_there(store, team):
    await says(store, team.priya, where="The Hub", likes="Dogs")
    said = await says(store, team.priya, likes="Dogs\nand   football", why="One good worker.")
    assert said == Profile(where="The Hub", likes="Dogs and football", why="One good worker.")
    async with store.transaction() as tx:
        (row,) = (await tx.connection.execute(table.select())).all()
    assert b"football" not in row.sealed


@pytest.mark.parametrize("part", sorted(LONGEST))
async def test_a_part_takes_as_much_as_it_says_and_no_more(store, team, part):
    await says(store, team.priya, **{part: "a" * LONGEST[part]})
    for typed in ("", "  \n ", "a" * (LONGEST[part] + 1), "a" * 5_000):
        with pytest.raises(TooMuch) as refused:
            await says(store, team.priya, **{part: typed})
        assert refused.value.most == LONGEST[part]
    assert getattr(await says(store, team.priya), part) == "a" * LONGEST[part]


async def test_days_are_switched_one_by_one_and_stand_in_the_order_of_the_week(store, team):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        for day in (3, 0, 1, 3, 4):
            said = await profiles.switch_day(tx, priya, day, now=MONDAY)
        assert said.days == (0, 1, 4)
        for day in (-1, 7):
            with pytest.raises(NoSuchPart):
                await profiles.switch_day(tx, priya, day, now=MONDAY)


async def test_what_is_emptied_leaves_no_row_and_only_a_change_is_noted(store, team):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        await profiles.put_photo(tx, priya, None, now=MONDAY)
        await profiles.remove(tx, priya, now=MONDAY)
        await profiles.put_photo(tx, priya, "a-photo", now=MONDAY)
        await profiles.put_photo(tx, priya, "a-photo", now=MONDAY)
        await profiles.put_photo(tx, priya, None, now=MONDAY)
    assert await rows(store) == 0
    async with store.transaction() as tx:
        noted = [row.action for row in await tx.connection.execute(audit_table.select())]
    assert noted == ["profile_changed"] * 2


async def test_only_who_can_be_asked_for_shows_anything(store, team):
    with pytest.raises(NotAllowed):
        await says(store, team.ada, where="The server room")
    with pytest.raises(NoSuchPart):
        await says(store, team.priya, photo="a file")
    assert await rows(store) == 0


async def test_it_is_gone_with_whoever_leaves(store, team):
    await says(store, team.priya, where="The Hub")
    await says(store, team.cara, where="The office")
    async with store.transaction() as tx:
        await staff.leave(tx, team.priya)
        assert await profile_rows.of(tx, team.priya) == NOTHING
    assert await rows(store) == 1
    assert await seen(store, team.jo) is None


# Who sees it


async def test_of_their_worker_and_of_who_stands_in_and_of_nobody_else(store, team):
    for member in (team.priya, team.cara, team.dana):
        await says(store, member, likes="Dogs")
    assert await seen(store, team.jo) == await seen(store, team.jo, team.priya) == "Priya Patel"
    assert await seen(store, team.jo, team.cara) is None
    assert await seen(store, team.kit) == await seen(store, team.kit, team.dana) == "Dana Duty"
    assert await seen(store, team.kit, team.priya) is None
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        await absence.go_off(tx, SETTINGS, priya, BACK_ON, None, now=MONDAY, by=priya)
    assert await seen(store, team.jo, team.cara) == "Cara Cover"
    assert await seen(store, team.jo) == "Priya Patel"


async def test_whom_to_turn_to_is_the_worker_and_while_they_are_off_who_is_asked_and_until_when(store, team):
    async with store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        await profiles.switch_day(tx, priya, 2, now=MONDAY)
        at_work = await profiles.turn_to(tx, SETTINGS, team.jo, now=MONDAY)
        await absence.go_off(tx, SETTINGS, priya, BACK_ON, None, now=MONDAY, by=priya)
        off = await profiles.turn_to(tx, SETTINGS, team.jo, now=MONDAY)
    assert (at_work.worker, at_work.first, at_work.back_on) == (priya, priya, None)
    assert (at_work.days, at_work.there) == ((2,), (priya,))
    assert (off.first.name, off.back_on) == ("Cara Cover", BACK_ON)


async def test_without_a_worker_it_is_duty_and_with_no_staff_at_all_nobody(store, team):
    async with store.transaction() as tx:
        turn = await profiles.turn_to(tx, SETTINGS, team.kit, now=MONDAY)
        assert (turn.worker, turn.first.name) == (None, "Dana Duty")
        for member in await staff.everyone(tx):
            await staff.leave(tx, member.id)
        alone = await profiles.turn_to(tx, SETTINGS, team.jo, now=MONDAY)
        assert (alone.worker, alone.first, alone.there) == (None, None, ())
        assert (await people.by_id(tx, team.jo)).worker == team.priya
