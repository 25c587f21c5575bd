"""Tea-time chats and drop-ins: every week at the same hour, and a maybe that holds no place and names nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import due as clock
from engagement import making, menus, opportunities, organising, places
from engagement import outbox as gate
from engagement.drop_ins import say_maybe, say_no
from engagement.london import local, today
from engagement.making import NotAStep
from engagement.opportunities import Details, details
from engagement.places import NotOnOffer
from engagement.typed_times import BadTime
from storage import due as due_rows
from storage import opportunities as rows
from storage import outbox, staff
from storage.ids import OpportunityId, StaffId
from storage.store import Store, Transaction

SETTINGS = settings()
STARTS = MONDAY + timedelta(days=2, hours=8)
LATER = MONDAY + timedelta(hours=1)


async def tea(tx: Transaction, organiser: StaffId, **more: Any) -> OpportunityId:
    """A tea-time chat on Wednesday at six, open from now on."""
    words = opportunities.kept(Details(title="Tea", what_you_do="Talk."))
    values = {"kind": "drop_in", "details": words, "places": 1, "starts_at": STARTS} | more
    made = await rows.add(tx, made_by=organiser, organiser=organiser, **values)
    return (await places.publish(tx, made.id, now=MONDAY)).id


async def told(tx: Transaction, now: Any) -> list[tuple[int, str]]:
    """What leaves then for young people, after what is due is done: to whom, and what."""
    while fired := await due_rows.claim(tx, now=now, limit=50):
        for row in fired:
            await clock.work(tx, SETTINGS, row, now)
    left = await gate.take(tx, SETTINGS, now=now, limit=50)
    for send in left:
        await outbox.sent(tx, send.row.id, 1, on=today(now))
    return sorted((send.row.person, send.row.occasion.split(":")[3]) for send in left if send.row.person)


async def test_every_week_means_a_date_of_its_own_at_the_same_hour_whatever_the_clocks_do(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
        begun = (await making.begin(tx, mo, "Tea\nTalk.")).id
        with pytest.raises(BadTime):
            await making.say(tx, mo, begun, "when", "Wed 25 Nov", now=MONDAY)
        for step, typed in (("kind", "drop_in"), ("when", "Wed 25 Nov"), ("weeks", "26"), ("places", "8")):
            await making.say(tx, mo, begun, step, typed, now=MONDAY)  # type: ignore[arg-type]
        opened = await making.open_it(tx, mo, begun, now=MONDAY)
        assert len({one.id for one in opened}) == len({one.starts_at for one in opened}) == 26
        assert {local(one.starts_at).strftime("%a %H:%M") for one in opened} == {"Wed 18:00"}
        assert {local(one.ends_at).strftime("%a %H:%M") for one in opened} == {"Wed 20:00"}
        assert {one.starts_at.hour for one in opened} == {17, 18}
        assert {(one.places, one.state, details(one).series, details(one).weeks) for one in opened} == {
            (8, "open", begun, None)
        }
        ash = await meet(tx, "Ash")
        for week in (0, 1):
            (shown,) = await opportunities.new_to(tx, ash, now=MONDAY + timedelta(weeks=week))
            assert shown.id == opened[week].id
        asked_for = await opportunities.new_to(tx, ash, now=MONDAY, only={opened[5].id})
        assert [one.id for one in asked_for] == [opened[5].id]


@pytest.mark.parametrize("typed", ["1", "27", "often"])
async def test_it_repeats_twice_at_least_and_for_half_a_year_at_most(sqlite_store: Store, typed: str) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
        begun = (await making.begin(tx, mo, "Tea\nTalk.")).id
        with pytest.raises(NotAStep):
            await making.say(tx, mo, begun, "weeks", typed, now=MONDAY)


async def test_a_maybe_holds_no_place_and_names_nobody_and_can_become_a_yes(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
        which = await tea(tx, mo.id)
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        assert (await say_maybe(tx, ash, which, now=MONDAY)).state == "maybe"
        assert (await places.say_yes(tx, bea, which, now=MONDAY)).state == "confirmed"
        assert [one.person for one in await organising.guests(tx, mo, which, now=LATER)] == [bea]
        counted = await organising.counted(tx, which, now=LATER)
        assert (counted.confirmed, counted.maybe) == (1, 1)
        assert (await places.say_yes(tx, ash, which, now=LATER)).state == "waiting"
        await say_maybe(tx, bea, which, now=LATER)
        assert (await rows.interest_of(tx, which, ash)).state == "offered"
        assert await told(tx, LATER) == [(ash, "offer")]


async def test_on_the_day_whoever_said_maybe_hears_that_it_is_on_unless_they_said_no_since(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        which = await tea(tx, await hire(tx, "Mo Ali", "participation"))
        ash, bea, cy = [await meet(tx, name) for name in ("Ash", "Bea", "Cy")]
        for one in (ash, bea):
            await say_maybe(tx, one, which, now=MONDAY)
        await places.say_yes(tx, cy, which, now=MONDAY)
        await say_no(tx, bea, which, now=LATER)
        assert await told(tx, STARTS.replace(hour=9)) == [(ash, "fancy"), (cy, "today")]
        assert await told(tx, STARTS) == []


async def test_whoever_said_maybe_hears_that_it_moves_and_that_it_is_off(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        which = await tea(tx, await hire(tx, "Mo Ali", "participation"))
        ash = await meet(tx, "Ash")
        await say_maybe(tx, ash, which, now=MONDAY)
        await places.rearrange(tx, which, now=MONDAY, tell=True, starts_at=STARTS + timedelta(hours=1))
        assert await told(tx, MONDAY) == [(ash, "changed")]
        assert await places.cancel(tx, which, because="No heating.", now=LATER) == 1
        assert await told(tx, LATER) == [(ash, "off")]
        assert (await say_maybe(tx, ash, which, now=LATER)).state == "closed"


async def test_maybe_is_no_answer_to_anything_but_a_drop_in(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        which = await tea(tx, await hire(tx, "Mo Ali", "participation"), kind="work")
        ash = await meet(tx, "Ash")
        with pytest.raises(NotOnOffer):
            await say_maybe(tx, ash, which, now=MONDAY)
        with pytest.raises(NotOnOffer):
            await say_no(tx, ash, which, now=MONDAY)


async def test_what_belongs_to_a_special_day_is_found_by_it(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        mo = await staff.by_id(tx, await hire(tx, "Mo Ali", "participation"))
        week = await tea(tx, mo.id, starts_at=datetime(2026, 12, 20, 15, tzinfo=UTC))
        christmas, eve = date(2026, 12, 25), date(2026, 12, 31)
        assert await opportunities.of_day(tx, christmas, now=MONDAY) == (week,)
        assert await opportunities.of_day(tx, eve, now=MONDAY) == ()
        begun = (await making.begin(tx, mo, "Dinner\nEat with us.")).id
        with pytest.raises(NotAStep):
            await making.say(tx, mo, begun, "day", "no such day", now=MONDAY)
        await making.say(tx, mo, begun, "day", "christmas", now=MONDAY)
        (dinner,) = await making.open_it(tx, mo, begun, now=MONDAY)
        assert await opportunities.of_day(tx, christmas, now=MONDAY) == (dinner.id,)
        assert len(await menus.choices(tx, mo, now=MONDAY)) == 2
