"""Workers ask a few of their people, the quiet ones first, and bring back what they heard without a name on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import talk_lines, talks, tasks
from engagement.staff import NotAllowed
from engagement.talk_lines import NamesSomebody, TooEarly
from engagement.talks import EACH, NobodyToAsk, RoundRuns, quiet_first
from storage import drafts, outbox, people, pool, staff
from storage import talks as kept
from storage.ids import PersonId, StaffId
from storage.people import Person
from storage.staff import Staff
from storage.tables import metadata


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here
        assert here.given_up == []


async def member(here: Indoors, number: StaffId) -> Staff:
    async with here.store.transaction() as tx:
        return await staff.by_id(tx, number)


async def begun(here: Indoors) -> None:
    async with here.store.transaction() as tx:
        await talks.begin(tx, None, survey=None, now=here.clock.now())


async def bring(here: Indoors, number: StaffId, choice: str, *lines: str) -> None:
    worker = await member(here, number)
    async with here.store.transaction() as tx:
        for line in lines:
            await talk_lines.bring(tx, worker, choice, line)


async def later(here: Indoors, **by: int) -> None:
    here.clock.move(seconds=timedelta(**by).total_seconds())
    await here.tick()


def buttons(phone: Phone, action: str) -> list[str]:
    return [data for data in button_data(phone) if data.split(":")[1] == action]


# The whole round


async def test_from_the_first_tap_to_what_was_heard(inside: Indoors) -> None:
    here = inside
    asha, _ = await here.staff_phone("Asha Khan", "participation")
    priya, worker = await here.staff_phone("Priya Shah", "pa")
    for name in ("Ash", "Bo", "Cy", "Di", "Eli", "Flo"):
        await here.joined(name, worker=worker)
    await here.listed("Gus", worker=worker)
    await here.type(priya, "/menu")
    await here.do(priya, "loop")
    assert not buttons(priya, "talks")
    await here.do(asha, "loop", "priorities", "talks_round", "begin")
    assert "5 people in all" in asha.card.text
    await here.do(asha, "begin_yes")
    assert "Left to ask: 5." in asha.card.text
    assert "Fewer than ten lines" in asha.card.text

    await here.tick()
    await here.do(priya, "open")
    assert "Gus L" in priya.card.text  # who has not joined comes first of all
    assert len(buttons(priya, "heard")) == EACH
    await here.do(priya, "not_now", "heard", "choice:6")
    assert "You have enough money to live on" in priya.card.text
    await here.type(priya, "Ash says the bus to college costs too much")
    assert "There was a name in it" in priya.card.text
    assert "[name] says the bus" in priya.card.text
    assert await here.rows("heard") == []
    await here.do(priya, "again")
    await here.type(priya, "The bus to college costs too much")
    assert priya.card.text.startswith("Kept, with no name on it.")
    assert "4 of 5" not in priya.card.text
    assert len(buttons(priya, "heard")) == 3
    await here.do(priya, "write", "other")
    await here.type(priya, "x" * 201)
    assert "Up to 200 fit." in priya.card.text
    await here.type(priya, "Ring on Bo's number, 01632 960001")
    await here.do(priya, "without")
    assert len(await here.rows("heard")) == 2

    await here.do(asha, "priorities", "talks_round")
    assert "Asked: 1. Not this time: 1. Left to ask: 3." in asha.card.text
    assert not buttons(asha, "talks_heard")
    await later(here, days=11)
    assert [row["occasion"].split(":")[2] for row in await here.rows("outbox")].count("halfway") == 1
    await later(here, days=11)
    await here.do(asha, "open")
    assert "Fewer than ten lines, in no order, from nobody." in asha.card.text
    assert "The bus to college costs too much" in asha.card.text
    assert "Bo" not in asha.card.text
    assert await here.rows("talk") == []
    await here.type(priya, "/menu")
    await here.do(priya, "loop")
    assert not buttons(priya, "talks")


async def test_the_names_go_from_the_card_after_five_minutes_and_come_back_when_asked_for(inside: Indoors) -> None:
    here = inside
    priya, worker = await here.staff_phone("Priya Shah", "pa")
    await here.joined("Ash", worker=worker)
    await begun(here)
    await here.tick()
    await here.do(priya, "open")
    assert "Ash L" in priya.card.text
    here.clock.move(seconds=301)
    await here.bot.heartbeat.tick()
    await here.bot.mouth.quiet()
    assert "Ash" not in priya.card.text
    assert "1 of 1 left to ask." in priya.card.text
    await here.do(priya, "talks")
    assert "Ash L" in priya.card.text


# Whom a worker is given


def person(number: int, *, joined: bool = True, reachable: bool = True, stopped: bool = False) -> Person:
    state = "stopped" if stopped else "joined" if joined else "listed"
    return Person(PersonId(number), state, reachable, "en", False, None, b"x" if joined else None)


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 3)), max_size=12),
)
@settings(max_examples=40)
def test_nobody_who_is_here_comes_before_somebody_quiet_and_more_that_is_signed_is_never_quieter(made) -> None:
    theirs = [person(n, joined=a, reachable=b, stopped=c) for n, (a, b, c, _) in enumerate(made)]
    signed = {PersonId(n): count for n, (*_, count) in enumerate(made)}
    found = quiet_first(theirs, signed)
    assert sorted(found, key=lambda one: one.id) == theirs
    ranks = [(made[one.id][0] and made[one.id][1] and not made[one.id][2], signed[one.id]) for one in found]
    assert ranks == sorted(ranks)


async def test_who_has_sent_or_begun_a_survey_or_opened_a_message_changes_nothing_about_who_is_given(
    inside: Indoors,
) -> None:
    """Whoever has begun or sent stands among the others by chance; only what carries a name moves somebody back."""
    here = inside
    _, worker = await here.staff_phone("Priya Shah", "pa")
    survey = await here.open_survey("pulse")
    ids = [(await here.joined(f"P{n}", worker=worker))[1] for n in range(4)]
    async with here.store.transaction() as tx:
        for who in ids[:2]:
            await drafts.start(tx, who, survey)
        await pool.send(tx, ids[0], survey)
        theirs = await people.of_worker(tx, worker)
        assert await kept.signed_things(tx) == {}
        asked = await tasks.ask(
            tx, here.bot.words(), ids[3], owner=worker, note="", wanted="either", now=here.clock.now()
        )
        assert asked is not None
        assert await kept.signed_things(tx) == {ids[3]: 1}
        first = {quiet_first(theirs, {ids[3]: 1})[0].id for _ in range(60)}
        last = {quiet_first(theirs, {ids[3]: 1})[-1].id for _ in range(60)}
    assert first == set(ids[:3])
    assert last == {ids[3]}


# What may be seen


async def test_once_the_round_is_over_lines_are_shuffled_and_counted_by_card_as_any_figure_is(inside: Indoors) -> None:
    here = inside
    _, worker = await here.staff_phone("Priya Shah", "pa")
    _, number = await here.staff_phone("Asha Khan", "participation")
    await here.joined("Ash", worker=worker)
    await begun(here)
    reader = await member(here, number)
    await bring(here, worker, "home", *(f"Damp {n}" for n in range(7)))
    await bring(here, worker, "money", "Rent", "Food")
    async with here.store.transaction() as tx:
        with pytest.raises(TooEarly):
            await talk_lines.heard(tx, reader)
    await bring(here, worker, "work", "Buses", "Shifts", "Boots", "Tests", "Hours", "Forms", "Travel")
    async with here.store.transaction() as tx:
        with pytest.raises(TooEarly):
            await talk_lines.heard(tx, reader)
    await later(here, days=22)
    async with here.store.transaction() as tx:
        found = await talk_lines.heard(tx, reader)
    assert found.total == 15
    assert found.counts["rights"] == 0
    assert found.counts["money"] is None
    assert [count for count in found.counts.values() if count] == [5] or found.counts["home"] is None
    assert len(found.lines) == 16
    assert not any(option.id in line for option in found.options for line in found.lines)


async def test_a_line_is_kept_with_neither_person_nor_worker_and_leaves_no_trace_of_its_own(inside: Indoors) -> None:
    """Whoever wrote it, and whomever they had marked as asked, the tables look the same but for the line."""
    here = inside
    _, priya = await here.staff_phone("Priya Shah", "pa")
    _, sam = await here.staff_phone("Sam Okoro", "pa")
    await here.joined("Ash", worker=priya)
    await here.joined("Bo", worker=sam)
    await begun(here)
    others = [name for name in metadata.tables if name != "heard"]
    before = await here.prints(others)
    await bring(here, priya, "home", "Damp")
    await bring(here, sam, "home", "Cold")
    assert await here.prints(others) == before


async def test_only_workers_bring_lines_and_only_the_reader_reads_them(inside: Indoors) -> None:
    here = inside
    _, worker = await here.staff_phone("Priya Shah", "pa")
    _, manager = await here.staff_phone("Mo Reed", "manager")
    await here.joined("Ash", worker=worker)
    await begun(here)
    for number in (worker, manager):
        async with here.store.transaction() as tx:
            with pytest.raises(NotAllowed):
                await talk_lines.heard(tx, await staff.by_id(tx, number))
            with pytest.raises(NotAllowed):
                await talks.begin(tx, await staff.by_id(tx, number), survey=None, now=here.clock.now())
    with pytest.raises(NotAllowed):
        await bring(here, manager, "home", "Damp")
    with pytest.raises(NamesSomebody):
        await bring(here, worker, "home", "Ask mo about it, or PRIYA")


async def test_two_rounds_never_run_at_once_and_none_begins_with_nobody_to_ask(inside: Indoors) -> None:
    here = inside
    async with here.store.transaction() as tx:
        with pytest.raises(NobodyToAsk):
            await talks.begin(tx, None, survey=None, now=here.clock.now())
    _, worker = await here.staff_phone("Priya Shah", "pa")
    await here.joined("Ash", worker=worker)
    await begun(here)
    with pytest.raises(RoundRuns):
        await begun(here)


async def test_young_people_get_no_message_about_it(inside: Indoors) -> None:
    here = inside
    _, worker = await here.staff_phone("Priya Shah", "pa")
    _, ash = await here.joined("Ash", worker=worker)
    await begun(here)
    async with here.store.transaction() as tx:
        assert await outbox.of_person(tx, ash) == ()


async def test_whoever_has_another_worker_by_now_is_no_longer_on_the_list(inside: Indoors) -> None:
    here = inside
    _, priya = await here.staff_phone("Priya Shah", "pa")
    _, sam = await here.staff_phone("Sam Okoro", "pa")
    _, ash = await here.joined("Ash", worker=priya)
    await begun(here)
    async with here.store.transaction() as tx:
        await people.hand_over(tx, [ash], priya, sam)
        for number in (priya, sam):
            assert (await talks.mine(tx, await staff.by_id(tx, number)))[1] == ()
