"""Closing: final, all at once, and nothing that points at few people."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from sealed_world import (
    AGES,
    CLOSES,
    DEFINITION,
    HOMES,
    NOW,
    ROWS,
    begin,
    begun,
    closed,
    execute,
    key_files,
    mark,
    opened,
    people,
    rows,
    sent,
    together,
    turned,
    words_in_pool,
)

from storage import answers, drafts, openings, pool
from storage.errors import SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.store import Store
from surveys import disclosure
from surveys.load import load
from surveys.values import Answers


async def state(store: Store, survey: SurveyId) -> str:
    async with store.transaction() as tx:
        return (await openings.find(tx, survey)).state


async def answered_by(store: Store, survey: SurveyId, given: list[dict[str, str]]) -> None:
    """One person for each of these, all of whom send."""
    async with store.transaction() as tx:
        for number, values in enumerate(given, start=1):
            await begin(tx, PersonId(number), survey, Answers(dict(values)))
            await pool.send(tx, PersonId(number), survey)


async def test_under_ten_everything_is_destroyed_and_who_took_part_is_kept(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 10)))
    assert await closed(store, survey) == pool.Closed(published=False, sent=9)
    for table in ("pool", "slice", "answer", "draft"):
        assert await rows(store, table) == []
    assert await state(store, survey) == "destroyed"
    async with store.transaction() as tx:
        assert await drafts.done_many(tx, survey) == set(people(*range(1, 10)))


async def test_under_ten_and_for_drafts_no_box_is_opened(store: Store) -> None:
    """They cannot be: what is in them here opens with no key."""
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 10)))
    await begun(store, survey, people(11, 12))
    await execute(store, "UPDATE pool SET taps = words")
    await execute(store, "UPDATE draft SET taps = words")
    assert await closed(store, survey) == pool.Closed(published=False, sent=9)


async def test_from_ten_on_every_box_comes_out(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 11))
    await sent(store, survey, persons)
    await begun(store, survey, people(11, 12))
    assert await closed(store, survey) == pool.Closed(published=True, sent=10)
    for table in ("pool", "slice", "draft"):
        assert await rows(store, table) == []
    assert await state(store, survey) == "closed"
    async with store.transaction() as tx:
        out = await answers.of(tx, survey)
    assert Counter(row.question for row in out if not row.segments) == dict.fromkeys(ROWS, 10)
    assert sorted(row.value["text"] for row in out if row.question == "more") == sorted(map(mark, persons))


async def test_what_the_nights_opened_counts_too(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 26))
    await sent(store, survey, persons)
    await turned(store)
    assert await closed(store, survey) == pool.Closed(published=True, sent=25)
    async with store.transaction() as tx:
        out = [row.value["text"] for row in await answers.of(tx, survey) if row.question == "more"]
    assert sorted(out) == sorted(map(mark, persons))


async def test_a_close_is_final(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await sent(store, survey, people(*range(1, 11)))
    for ended in (survey, other):
        await closed(store, ended)
        before = await rows(store, "answer"), await key_files(store)
        with pytest.raises(SurveyClosed):
            await closed(store, ended)
        assert (await rows(store, "answer"), await key_files(store)) == before


async def test_given_two_close_it_at_once_then_one_is_refused(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 11)))

    async def close_it() -> bool:
        try:
            return (await closed(store, survey)).published
        except SurveyClosed:
            return False

    assert sorted(await together(close_it(), close_it())) == [False, True]
    assert await state(store, survey) == "closed"
    assert Counter(row.question for row in await rows(store, "answer")) >= Counter(dict.fromkeys(ROWS, 10))


async def test_a_close_turns_the_key_and_burns_the_old_one(store: Store) -> None:
    survey = await opened(store)
    _, old = await key_files(store)
    await closed(store, survey)
    files, current = await key_files(store)
    assert files == {current} != {old}


async def test_a_survey_closed_early_says_when(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    async with store.transaction() as tx:
        await pool.close(tx, survey, now=NOW)
    async with store.transaction() as tx:
        await pool.close(tx, other, now=CLOSES.replace(hour=23))
    async with store.transaction() as tx:
        assert (await openings.find(tx, survey)).closes_at == NOW
        assert (await openings.find(tx, other)).closes_at == CLOSES


async def test_other_surveys_wait_on_unopened(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await sent(store, survey, people(*range(1, 31)))
    await sent(store, other, people(*range(1, 31)))
    await begun(store, other, people(40))
    await turned(store)
    before = {
        table: len([row for row in await rows(store, table) if row.survey == other])
        for table in ("pool", "slice", "answer", "draft", "participation")
    }
    await closed(store, survey)
    assert before == {table: len([row for row in await rows(store, table) if row.survey == other]) for table in before}
    async with store.transaction() as tx:
        assert len(await words_in_pool(tx, other)) == 10
        assert (await drafts.read(tx, PersonId(40), other)).values["more"]["text"] == mark(40)


async def test_only_cells_that_may_be_shown_become_rows_with_one_segment(store: Store) -> None:
    survey = await opened(store, invited=200)
    given = [
        {"feeling": feeling, "age": age, "home": HOMES[number % 2]}
        for age, counts in (
            ("younger", {"good": 40, "fine": 20, "bad": 3}),
            ("older", {"good": 30, "fine": 25, "bad": 14}),
        )
        for feeling, count in counts.items()
        for number in range(count)
    ] + [{"feeling": "good"}] * 12
    await answered_by(store, survey, given)
    await turned(store)
    await closed(store, survey)
    found = [(row.question, json.loads(row.value), json.loads(row.segments)) for row in await rows(store, "answer")]
    by_cell = Counter(
        (question, value, *next(iter(segments.items()))) for question, value, segments in found if segments
    )
    totals = Counter(person["feeling"] for person in given)
    for segment, parts in (("age", AGES), ("home", HOMES)):
        exact = Counter((person.get(segment), person["feeling"]) for person in given)
        shown = disclosure.segment_cells(
            {part: [exact[part, feeling] for feeling in ("good", "fine", "bad")] for part in parts},
            [totals[feeling] for feeling in ("good", "fine", "bad")],
            sent={part: sum(person.get(segment) == part for person in given) for part in parts},
            everyone=len(given),
            invited=200,
            sensitive=False,
        )
        assert shown
        wanted = {("feeling", ("good", "fine", "bad")[at], segment, part) for part, at in shown}
        cells = {cell: count for cell, count in by_cell.items() if cell[2] == segment}
        assert cells == {cell: exact[cell[3], cell[1]] for cell in wanted if exact[cell[3], cell[1]]}
    assert ("feeling", "bad", "age", "younger") not in by_cell
    assert Counter(question for question, _, segments in found if not segments) == dict.fromkeys(ROWS, len(given))


async def test_no_row_ever_holds_two_segments(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 101)))
    await turned(store)
    await closed(store, survey)
    found = [json.loads(row.segments) for row in await rows(store, "answer")]
    assert Counter(map(len, found)).keys() == {0, 1}
    with_segment = [row for row in await rows(store, "answer") if row.segments != "{}"]
    assert {row.question for row in with_segment} <= {"feeling", "what_is_bad"}


@pytest.mark.parametrize(("invited", "some"), [(119, False), (120, True)])
async def test_no_breakdown_under_120_invited(store: Store, invited: int, some: bool) -> None:
    survey = await opened(store, invited=invited)
    await sent(store, survey, people(*range(1, 101)))
    await closed(store, survey)
    assert any(row.segments != "{}" for row in await rows(store, "answer")) is some


async def test_a_scale_is_broken_down_by_its_bands_as_its_totals_are(store: Store) -> None:
    definition = DEFINITION.replace(
        "      - id: feeling\n",
        "      - id: life\n        kind: scale\n        text: How is life?\n"
        "        bands: [0-4, 5-6, 7-10]\n      - id: feeling\n",
    )
    load(definition, source="with a scale")
    survey = await opened(store, definition=definition)
    given = [{"life": life, "age": age} for age in AGES for life in (2, 7) for _ in range(20)]
    await answered_by(store, survey, given)  # type: ignore[arg-type]
    await closed(store, survey)
    found = Counter((row.question, row.value, row.segments) for row in await rows(store, "answer"))
    assert found["life", "[7,8,9,10]", '{"age":"older"}'] == 20
    assert {row[1] for row in found if row[0] == "life" and row[2] != "{}"} == {"[0,1,2,3,4]", "[7,8,9,10]"}


async def test_given_sends_under_way_when_it_closes_then_each_is_counted_or_refused(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 41))
    await begun(store, survey, persons)

    async def send(person: PersonId) -> bool:
        try:
            async with store.transaction() as tx:
                await pool.send(tx, person, survey)
        except SurveyClosed:
            return False
        return True

    async def close_it() -> pool.Closed:
        async with store.transaction() as tx:
            return await pool.close(tx, survey, now=NOW)

    results = await together(*map(send, persons[:20]), close_it(), *map(send, persons[20:]))
    (outcome,) = [one for one in results if isinstance(one, pool.Closed)]
    assert outcome.sent == results.count(True)
    async with store.transaction() as tx:
        assert len(await drafts.done_many(tx, survey)) == outcome.sent
        rows_of = [row for row in await answers.of(tx, survey) if row.question == "more"]
    assert len(rows_of) == (outcome.sent if outcome.published else 0)
    assert await rows(store, "draft") == []
