"""Figures are published once, with the close or not at all; nothing is read before, and nothing changes them after."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from staffed import MONDAY, hire, settings

from engagement import answering, results, surveys
from engagement.results import NotPublished, Results
from storage import drafts, openings, outbox, people, pool, publications
from storage.errors import SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from storage.tables import answer, publication
from surveys.tally import positions
from surveys.values import Answers, coded

SETTINGS = settings()
DEFINITION = """
name: short
version: 1
purpose: survey
title: A short one
minutes: 2
headline: [well]
parts:
  - id: all
    questions:
      - id: well
        kind: single
        text: How are things?
        share: good
        options: [{id: good, label: Good}, {id: fair, label: Fair}, {id: poor, label: Poor}]
      - id: picks
        kind: several
        text: What do you like?
        options: [{id: music, label: Music}, {id: sport, label: Sport}]
      - {id: words, kind: short_text, text: Anything else?}
"""
OTHER_WORDS = DEFINITION.replace("How are things?", "How did it go?").replace("What do you like?", "And what now?")
OTHER_WORDS = OTHER_WORDS.replace("Anything else?", "What next?")
SECRET = "nobody may see this before the end"


def given(seed: int) -> Iterator[Answers]:
    """Answers without end, the same for the same seed."""
    chance = random.Random(seed)
    while True:
        well = chance.choice(("good", "good", "good", "fair", "poor"))
        picks = chance.choice((["music"], ["sport"], ["music", "sport"], coded("skipped")))
        yield Answers({"well": well, "picks": picks, "words": {"text": SECRET, "quote": True}})


async def opened(store: Store, *, people_: int = 60, text: str = DEFINITION, now: datetime = MONDAY) -> SurveyId:
    async with store.transaction() as tx:
        there = len(await people.everyone(tx))
        for number in range(there, people_):
            await people.add(tx, Details(f"R-{number}", "Any", "One"))
        found = await surveys.open_survey(tx, SETTINGS, text, source="short", closes=None, now=now)
    return found.survey


async def sent(store: Store, survey: SurveyId, count: int, *, seed: int = 1) -> None:
    async with store.transaction() as tx:
        everyone = [person.id for person in await people.everyone(tx)]
        for person, answers in zip(everyone[:count], given(seed), strict=False):
            await send(tx, person, survey, answers)


async def send(tx: Transaction, person: PersonId, survey: SurveyId, answers: Answers) -> None:
    await drafts.start(tx, person, survey)
    await drafts.keep(tx, person, survey, answers)
    await pool.send(tx, person, survey)


async def closed(store: Store, survey: SurveyId, now: datetime = MONDAY) -> None:
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=now)


async def look(store: Store, name: str = "short") -> Results:
    async with store.transaction() as tx:
        return await results.of(tx, name)


async def kept(store: Store) -> list[tuple[object, ...]]:
    async with store.transaction() as tx:
        return [tuple(row) for row in await tx.connection.execute(select(publication))]


# Once


async def test_a_close_publishes_and_tells_staff_where_to_look(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    async with store.transaction() as tx:
        told = [await hire(tx, "Pat Part", "participation"), await hire(tx, "Mo Manager", "manager")]
        untold = [await hire(tx, "Pa Adviser", "pa"), await hire(tx, "Al Admin", "administrator")]
    await closed(store, survey)
    found = await look(store)
    assert (found.opening.id, found.inside.sent, found.inside.invited) == (survey, 45, 60)
    assert (found.inside.outside, found.outside.outside) == (False, True)
    assert [figure.id for figure in found.inside.figures] == ["well", "picks", "words"]
    assert found.last_days == {survey: answering.last_day(found.opening)}
    async with store.transaction() as tx:
        for member in told:
            [row] = await outbox.of_staff(tx, member)
            assert (row.envelope, row.opens) == ("staff/update", {"screen": "results", "survey": survey})
        assert [await outbox.of_staff(tx, member) for member in untold] == [(), ()]


async def test_nothing_that_comes_after_changes_what_is_published(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    await closed(store, survey)
    before, rows = await look(store), await kept(store)
    async with store.transaction() as tx:
        with pytest.raises(SurveyClosed):
            await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
    async with store.transaction() as tx:
        await tx.connection.execute(delete(answer).where(answer.c.question == "well"))
        await results.publish(tx, before.opening)
    assert (await look(store), await kept(store)) == (before, rows)


async def test_given_the_process_dies_before_the_end_then_nothing_is_closed_and_nothing_published(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
            _ = 1 / 0
    assert await kept(store) == []
    async with store.transaction() as tx:
        assert await openings.is_open(tx, survey)
        assert await pool.waiting(tx) == {survey: 45}
    await closed(store, survey)
    assert (await look(store)).inside.sent == 45


async def test_a_survey_closed_before_there_were_publications_gets_its_own_when_somebody_looks(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    await closed(store, survey)
    at_close = await look(store)
    async with store.transaction() as tx:
        await tx.connection.execute(delete(publication))

    several = await asyncio.gather(*(look(store) for _ in range(4)))
    assert several == [at_close] * 4
    assert len(await kept(store)) == 1
    async with store.transaction() as tx:
        await tx.connection.execute(delete(answer))
    assert await look(store) == at_close


async def test_what_is_worked_out_twice_is_the_same(sqlite_store: Store) -> None:
    survey = await opened(sqlite_store)
    await sent(sqlite_store, survey, 45)
    await closed(sqlite_store, survey)
    async with sqlite_store.transaction() as tx:
        opening = await openings.find(tx, survey)
        assert await results.figures(tx, opening) == await results.figures(tx, opening)
        assert await results.figures(tx, opening) == await publications.of(tx, survey)


# Not before


async def test_before_the_close_there_are_no_figures_whoever_asks(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    async with store.transaction() as tx:
        await pool.turn(tx)
    async with store.transaction() as tx:
        opening = await openings.find(tx, survey)
        for refused in (results.of(tx, "short"), results.publish(tx, opening), results.of_opening(tx, opening)):
            with pytest.raises(NotPublished) as why:
                await refused
            assert (why.value.state, why.value.last_day) == ("open", MONDAY.date() + timedelta(days=28))
    assert await kept(store) == []


async def test_what_was_destroyed_and_what_never_was_have_none(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 9)
    await closed(store, survey)
    async with store.transaction() as tx:
        for name, state in (("short", "destroyed"), ("another", "never opened")):
            with pytest.raises(NotPublished) as why:
                await results.of(tx, name)
            assert why.value.state == state
        assert await results.published(tx) == []
    assert await kept(store) == []


# Beside what came before


async def test_the_newest_earlier_survey_of_the_same_words_stands_beside_it(store: Store) -> None:
    first = await opened(store, people_=120)
    await sent(store, first, 100)
    await closed(store, first)
    destroyed = await opened(store)
    await sent(store, destroyed, 3)
    await closed(store, destroyed)
    half_a_year = MONDAY + timedelta(days=180)
    third = await opened(store, now=half_a_year)
    await sent(store, third, 110, seed=2)
    await closed(store, third, half_a_year)
    found = await look(store)
    wave = found.inside.figure("well").wave
    assert wave is not None
    assert wave.survey == first
    assert set(found.last_days) == {first, third}
    async with store.transaction() as tx:
        assert [one.id for one in await results.published(tx)] == [third, first]
        assert (await results.of_opening(tx, await openings.find(tx, first))).opening.id == first


async def test_other_words_are_another_series(sqlite_store: Store) -> None:
    first = await opened(sqlite_store, people_=70)
    await sent(sqlite_store, first, 60)
    await closed(sqlite_store, first)
    second = await opened(sqlite_store, text=OTHER_WORDS)
    await sent(sqlite_store, second, 60)
    await closed(sqlite_store, second)
    assert [figure.wave for figure in (await look(sqlite_store)).inside.figures] == [None, None, None]


# What was typed


async def test_no_word_that_was_typed_is_in_a_publication(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, 45)
    await closed(store, survey)
    assert SECRET not in str(await kept(store))
    found = await look(store)
    assert len(positions(found.asked.question("well"))) == 3


async def test_while_the_next_one_is_open_its_name_gives_the_figures_of_the_last(store: Store) -> None:
    first = await opened(store)
    await sent(store, first, 45)
    await closed(store, first)
    await opened(store, now=MONDAY + timedelta(days=365))
    assert (await look(store)).opening.id == first
