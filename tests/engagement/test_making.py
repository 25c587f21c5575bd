"""Making something to join: the steps of each kind, a draft that only its maker has, and what opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staffed import MONDAY, hire

from engagement import making, menus, organising
from engagement.broadcasts import MayNotLeave
from engagement.making import NotAStep, NothingThere, NotYet, TooLong
from engagement.menus import NothingToShare
from engagement.opportunities import KINDS, details
from engagement.staff import NotAllowed
from engagement.telling import Leaving
from storage import broadcasts, opportunities, people, staff
from storage.people import Details as Known
from storage.store import Store

FLYER = "Pool night\nTwo hours of pool."


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_steps_and_they_come_to_an_end(kind: str) -> None:
    step, asked = making.following(kind, "what"), []  # type: ignore[arg-type]
    while step is not None:
        asked.append(step)
        step = making.following(kind, step)  # type: ignore[arg-type]
    assert asked[:2] == ["do", "kind"]
    assert ("why" in asked) == (kind in making.WITH_MORE)
    assert ("until" in asked) == (kind == "grant")
    assert len(asked) == len(set(asked)) <= 9


@given(st.text(max_size=400), st.integers(10, 200))
def test_what_is_cut_fits_and_is_the_beginning_of_what_was_written(text: str, most: int) -> None:
    kept = making.cut(text, most)
    assert len(kept) <= most
    assert text.strip().startswith(kept)


async def test_a_draft_is_its_makers_alone_until_it_opens(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        priya, sam, admin = [
            await staff.by_id(tx, await hire(tx, name, role))
            for name, role in (("Priya", "pa"), ("Sam", "participation"), ("Al", "administrator"))
        ]
        with pytest.raises(NotAllowed):
            await making.begin(tx, admin, FLYER)
        with pytest.raises(NotAStep):
            await making.begin(tx, priya, " \n ")
        begun = await making.begin(tx, priya, FLYER, picture="photo")
        assert (details(begun).title, details(begun).what_you_do) == ("Pool night", "Two hours of pool.")
        for other in (making.draft, making.throw_away):
            with pytest.raises(NothingThere):
                await other(tx, sam, begun.id)
        with pytest.raises(organising.NotThere):
            await organising.find(tx, sam, begun.id)
        with pytest.raises(TooLong):
            await making.say(tx, priya, begun.id, "where", "x" * 81, now=MONDAY)
        for step, typed in (("kind", "party"), ("places", "501"), ("organiser", str(admin.id)), ("what", "\u202e")):
            with pytest.raises(NotAStep):
                await making.say(tx, priya, begun.id, step, typed, now=MONDAY)  # type: ignore[arg-type]
        await making.say(tx, priya, begun.id, "organiser", str(sam.id), now=MONDAY)
        await making.say(tx, priya, begun.id, "when", "today 3pm", now=MONDAY)
        await making.say(tx, priya, begun.id, "until", "today at 1", now=MONDAY)
        with pytest.raises(NotYet) as late:
            await making.open_it(tx, priya, begun.id, now=MONDAY.replace(hour=14))
        assert late.value.step == "until"
        (opened,) = await making.open_it(tx, priya, begun.id, now=MONDAY)
        assert (opened.state, opened.organiser) == ("open", sam.id)
        with pytest.raises(NothingThere):
            await making.draft(tx, priya, begun.id)


async def test_interests_are_those_of_the_register_and_are_ticked_on_and_off(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        for n, likes in enumerate((("Music", "cooking"), ("music ",), ("music", "drums"))):
            await people.add(tx, Known(f"r{n}", "P", "Lee", interests=likes))
        priya = await staff.by_id(tx, await hire(tx, "Priya", "pa"))
        assert await making.interests(tx) == ("music", "cooking", "drums")
        begun = await making.begin(tx, priya, FLYER)
        for at in (0, 2, 0):
            begun = await making.tick(tx, priya, begun.id, at)
        assert details(begun).interests == ("drums",)
        with pytest.raises(NotAStep):
            await making.tick(tx, priya, begun.id, 3)


async def test_a_menu_holds_what_is_open_and_leaves_once(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        priya, sam, mo = [
            await staff.by_id(tx, await hire(tx, name, role))
            for name, role in (("Priya", "pa"), ("Sam", "pa"), ("Mo", "participation"))
        ]
        person = await people.add(tx, Known("r1", "Ash", "Lee"), worker=priya.id)
        begun = await making.begin(tx, priya, FLYER)
        with pytest.raises(NothingToShare):
            await menus.put_together(tx, priya, [begun.id], "own", now=MONDAY)
        await making.open_it(tx, priya, begun.id, now=MONDAY)
        with pytest.raises(NotAllowed):
            await menus.put_together(tx, priya, [begun.id], "everyone", now=MONDAY)
        first = await menus.put_together(tx, priya, [begun.id], "own", now=MONDAY)
        assert [one.id for one in await menus.among(tx, priya, first)] == [person.id]
        assert await menus.only(tx, priya, first, now=MONDAY) == (begun.id,)
        with pytest.raises(menus.NotTheirs):
            await menus.only(tx, sam, first, now=MONDAY)
        await menus.left(tx, priya, first, Leaving(1, MONDAY), now=MONDAY)
        with pytest.raises(menus.NotTheirs):
            await menus.only(tx, priya, first, now=MONDAY)
        assert [one.new for one in await menus.choices(tx, priya, now=MONDAY)] == [False]
        assert [one.new for one in await menus.choices(tx, mo, now=MONDAY)] == [True]
        words = broadcasts.Words("Hello", "A line")
        await broadcasts.begin(tx, priya.id, "own", words)
        second = await menus.put_together(tx, priya, [begun.id], "own", now=MONDAY)
        assert (await broadcasts.draft_of(tx, priya.id)).words == words  # type: ignore[union-attr]
        await menus.left(tx, priya, second, Leaving(1, MONDAY), now=MONDAY)
        with pytest.raises(MayNotLeave):
            await menus.put_together(tx, priya, [begun.id], "own", now=MONDAY)
        await menus.stopped(tx, priya, second, now=MONDAY)
        assert await menus.put_together(tx, priya, [begun.id], "own", now=MONDAY) > second
        await opportunities.change(tx, begun.id, state="closed")
        assert await menus.choices(tx, priya, now=MONDAY) == ()
