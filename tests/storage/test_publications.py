"""Counting what was answered, and keeping what is published of it: once, and never again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sealed_world import DEFINITION, NOW, answered, closed, mark, opened, people, rows, sent, together, turned
from sqlalchemy import BigInteger, event

from storage import answers, closing, drafts, openings, pool, publications
from storage.ids import SurveyId
from storage.store import Store
from storage.tables import Moment, metadata
from surveys.load import load
from surveys.publication import Figure, Level, Publication, Size
from surveys.tally import WRITTEN, tallied
from surveys.values import Answers


class Killed(Exception):
    """Stands for whatever ends a process half-way."""


PERSONS = people(*range(1, 31))


def figures(sent: int) -> publications.Figures:
    figure = Figure("feeling", "single", Level.NOTHING, Size.WORDS, None)
    inside = Publication("short_one", 1, False, sent, 200, (figure,))
    return inside, replace(inside, outside=True, figures=())


async def counted(store: Store, survey: SurveyId, **more: int) -> Counter[tuple[str, str]]:
    async with store.transaction() as tx:
        found = await answers.counted(tx, survey, **more)
    assert len({(question, answers.encoded(value)) for question, value, _ in found}) == len(found)
    return Counter({(question, answers.encoded(value)): people for question, value, people in found})


# Counting


async def test_every_answer_is_counted_and_none_that_names_a_segment(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 91))
    await sent(store, survey, persons)
    await turned(store)
    await closed(store, survey)
    found = await counted(store, survey)
    async with store.transaction() as tx:
        loose = await answers.of(tx, survey)
    assert any(row.segments for row in loose), "there are rows that must not be counted"
    said = Counter(
        (row.question, answers.encoded(WRITTEN if row.question == "more" else row.value))
        for row in loose
        if not row.segments
    )
    assert found == said
    tallies = tallied(load(DEFINITION, source="short_one"), await _raw(store, survey))
    assert tallies["more"].base == len(persons)
    assert tallies["sleep"].counts == (len(persons), 0), "a block's questions are counted each by itself"
    assert tallies["feeling"].counts == tuple(
        sum(answered(person).values["feeling"] == feeling for person in persons) for feeling in ("good", "fine", "bad")
    )


async def _raw(store: Store, survey: SurveyId) -> list[tuple[str, object, int]]:
    async with store.transaction() as tx:
        return await answers.counted(tx, survey)  # type: ignore[return-value]


@pytest.mark.parametrize("at_once", [1, 7, 100])
async def test_counting_in_shares_counts_the_same(store: Store, at_once: int) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    for one in (survey, other):
        await sent(store, one, PERSONS)
        await closed(store, one)
    assert await counted(store, survey, at_once=at_once) == await counted(store, survey)


async def test_what_was_typed_does_not_leave_the_database_to_be_counted(sqlite_store: Store) -> None:
    survey = await opened(sqlite_store)
    await sent(sqlite_store, survey, PERSONS)
    await closed(sqlite_store, survey)
    read: list[str] = []

    def noted(_cursor: object, row: tuple[object, ...]) -> tuple[object, ...]:
        read.append(str(row))
        return row

    def listen(connection: Any, _record: object) -> None:
        connection.driver_connection.row_factory = noted

    await sqlite_store.engine.dispose()
    event.listen(sqlite_store.engine.sync_engine, "connect", listen)
    await counted(sqlite_store, survey)
    assert any("feeling" in row for row in read)
    assert not [row for row in read if "these are the words" in row]
    async with sqlite_store.transaction() as tx:
        await answers.typed(tx, survey)
    assert [row for row in read if "these are the words" in row], "that is how it would be seen"


async def test_typed_answers_come_in_the_order_of_their_random_keys(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, PERSONS)
    await closed(store, survey)
    async with store.transaction() as tx:
        found = await answers.typed(tx, survey)
        assert await answers.typed(tx, survey) == found
    assert [one.key for one in found] == sorted(one.key for one in found)
    assert sorted(one.text for one in found) == sorted(map(mark, PERSONS))
    assert {(one.question, one.quote) for one in found} == {("more", False)}


LIKE_TYPED = """
name: blocked
version: 1
purpose: survey
title: A block
minutes: 1
parts:
  - id: all
    questions:
      - {id: quote, kind: single, block: both, text: Well?, options: [{id: "y", label: Yes}, {id: "n", label: No}]}
      - {id: rest, kind: single, block: both, text: Rest?, options: [{id: "y", label: Yes}, {id: "n", label: No}]}
"""


async def test_a_block_that_begins_like_typed_words_is_counted_as_a_block(store: Store) -> None:
    survey = await opened(store, name="blocked", definition=LIKE_TYPED)
    async with store.transaction() as tx:
        for person in PERSONS[:12]:
            await drafts.start(tx, person, survey)
            await drafts.keep(tx, person, survey, Answers({"quote": "y", "rest": "n"}))
            await pool.send(tx, person, survey)
    await closed(store, survey)
    async with store.transaction() as tx:
        assert await answers.counted(tx, survey) == [("both", {"quote": "y", "rest": "n"}, 12)]


# Keeping


async def test_what_is_published_stays_as_it_is(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    async with store.transaction() as tx:
        assert await publications.of(tx, survey) is None
        assert await publications.keep(tx, survey, figures(30)) == figures(30)
    async with store.transaction() as tx:
        assert await publications.keep(tx, survey, figures(95)) == figures(30)
        assert await publications.of(tx, survey) == figures(30)
        assert await publications.of(tx, other) is None
    before = await rows(store, "publication")
    async with store.transaction() as tx:
        await publications.keep(tx, survey, figures(95))
    assert await rows(store, "publication") == before


async def test_given_several_publish_at_once_then_all_of_them_have_the_same(store: Store) -> None:
    survey = await opened(store)

    async def keep(sent: int) -> publications.Figures:
        async with store.transaction() as tx:
            return await publications.keep(tx, survey, figures(sent))

    found = await together(*(keep(sent) for sent in (30, 35, 40, 45)))
    assert len(set(found)) == 1
    assert len(await rows(store, "publication")) == 1


async def test_another_authority_has_its_own(store: Store) -> None:
    survey = await opened(store)
    other = await store.add_authority("Southfield", "{}")
    async with store.transaction() as tx:
        await publications.keep(tx, survey, figures(30))
    async with store.transaction(other) as tx:
        assert await publications.of(tx, survey) is None
        assert await publications.keep(tx, survey, figures(95)) == figures(95)


async def test_a_publication_is_kept_or_the_close_is_not(store: Store) -> None:
    """One transaction: whoever is killed in between has closed nothing."""
    survey = await opened(store)
    await sent(store, survey, PERSONS)

    with pytest.raises(Killed):
        async with store.transaction() as tx:
            await closing.close(tx, survey, now=NOW)
            await publications.keep(tx, survey, figures(30))
            raise Killed
    async with store.transaction() as tx:
        assert await openings.is_open(tx, survey)
        assert await publications.of(tx, survey) is None


def test_the_tables_of_what_is_published_hold_no_time_and_no_person() -> None:
    for name in ("publication", "reading", "theme", "theming"):
        table = metadata.tables[name]
        assert "person" not in table.c, name
        assert not [column.name for column in table.c if isinstance(column.type, Moment | BigInteger)], name
        assert not [column.name for column in table.c if column.foreign_keys], name
