"""What is kept of reading: a decision for a random key, a theme and its ticks, and never who or when."""

from __future__ import annotations

import pytest
from test_schema import tells

from storage import readings
from storage.ids import SurveyId
from storage.readings import Reading
from storage.store import Store
from storage.tables import metadata

ONE, OTHER = SurveyId(1), SurveyId(2)
KEYS = [bytes([n]) * 16 for n in range(4)]


async def test_what_was_decided_last_about_an_answer_is_what_stands(store: Store) -> None:
    first = Reading(KEYS[0], "helps", "read", ((4, 9, "name"),))
    last = Reading(KEYS[0], "helps", "quotable", ((4, 9, "name"),), "Ask [name] — “wärm”.")
    untouched = Reading(KEYS[1], "change", "not_used")
    async with store.transaction() as tx:
        for one in (first, untouched, last):
            await readings.keep(tx, ONE, one)
        await readings.keep(tx, OTHER, Reading(KEYS[2], "helps", "read", ()))
    async with store.transaction() as tx:
        assert await readings.of(tx, ONE) == {KEYS[0]: last, KEYS[1]: untouched}
        assert await readings.of(tx, OTHER) == {KEYS[2]: Reading(KEYS[2], "helps", "read", ())}
        assert await readings.of(tx, SurveyId(3)) == {}


async def test_an_answer_is_under_as_many_themes_as_it_was_put_under_each_once(store: Store) -> None:
    async with store.transaction() as tx:
        warm, cold = await readings.add_theme(tx, ONE, "Heating"), await readings.add_theme(tx, ONE, "Cold")
        elsewhere = await readings.add_theme(tx, OTHER, "Heating")
        for theme, key in ((warm, KEYS[0]), (warm, KEYS[0]), (warm, KEYS[1]), (cold, KEYS[0]), (elsewhere, KEYS[2])):
            await readings.tick(tx, theme, key)
    async with store.transaction() as tx:
        found = await readings.themes(tx, ONE)
        assert [(one.name, one.keys) for one in found] == [("Heating", set(KEYS[:2])), ("Cold", {KEYS[0]})]
        await readings.untick(tx, warm, KEYS[0])
        await readings.remove_theme(tx, cold)
    async with store.transaction() as tx:
        assert [(one.name, one.keys) for one in await readings.themes(tx, ONE)] == [("Heating", {KEYS[1]})]
        assert [one.keys for one in await readings.themes(tx, OTHER)] == [{KEYS[2]}]


async def test_another_authority_sees_nothing_of_it(store: Store) -> None:
    other = await store.add_authority("Southfield", "{}")
    async with store.transaction() as tx:
        await readings.keep(tx, ONE, Reading(KEYS[0], "helps", "read"))
        theme = await readings.add_theme(tx, ONE, "Heating")
        await readings.tick(tx, theme, KEYS[0])
    async with store.transaction(other) as tx:
        assert await readings.of(tx, ONE) == {}
        assert await readings.themes(tx, ONE) == ()
        await readings.untick(tx, theme, KEYS[0])
        await readings.remove_theme(tx, theme)
    async with store.transaction() as tx:
        assert [one.keys for one in await readings.themes(tx, ONE)] == [{KEYS[0]}]


@pytest.mark.parametrize("name", ["reading", "theme", "theming"])
def test_no_table_of_reading_holds_a_time_or_a_person(name: str) -> None:
    table = metadata.tables[name]
    assert not [fault for fault in tells(table) if "a time" in fault or "foreign key" in fault]
    assert {"person", "staff"}.isdisjoint(table.c.keys())
