"""Unsent answers: sealed from the first moment, always the same size, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sealed_world import (
    DEFINITION,
    NOW,
    answered,
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
    words_in_drafts,
)
from sqlalchemy import event

from storage import drafts, openings, pool
from storage.errors import NothingOpen, SurveyClosed, Unreadable
from storage.sealing import TAPS_BOX, WORDS_BOX
from storage.store import Store
from surveys.values import EMPTY, Answers

ONE, TWO = people(1, 2)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Everything the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)


async def test_both_boxes_are_there_from_the_first_moment_and_never_change_their_size(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        assert await drafts.start(tx, ONE, survey) == EMPTY
    empty = await rows(store, "draft")
    async with store.transaction() as tx:
        await drafts.keep(tx, ONE, survey, answered(1))
    full = await rows(store, "draft")
    for (row,) in (empty, full):
        assert (len(row.taps), len(row.words)) == (TAPS_BOX, WORDS_BOX)
    assert mark(1).encode() not in full[0].words


async def test_what_is_kept_is_read_in_a_later_transaction(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE, TWO])
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == answered(1)
        assert await drafts.read(tx, TWO, survey) == answered(2)
        assert await drafts.start(tx, ONE, survey) == answered(1)


async def test_what_is_kept_is_read_in_the_same_transaction(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        await begin(tx, ONE, survey)
        assert await drafts.read(tx, ONE, survey) == answered(1)
        assert await drafts.of(tx, ONE) == (survey,)


async def test_a_transaction_that_fails_keeps_nothing(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await drafts.keep(tx, ONE, survey, EMPTY)
            await begin(tx, TWO, survey)
            raise ZeroDivisionError
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == answered(1)
        assert not await drafts.has_draft(tx, TWO, survey)


async def test_a_tap_leaves_the_words_box_as_it_is(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    (before,) = await rows(store, "draft")
    async with store.transaction() as tx:
        now = Answers({**answered(1).values, "feeling": "bad"})
        await drafts.keep(tx, ONE, survey, now)
    (after,) = await rows(store, "draft")
    assert (after.taps != before.taps, after.words) == (True, before.words)
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == now


async def test_an_answer_kept_twice_over_writes_nothing(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    async with store.transaction() as tx:
        with statements(store) as asked:
            await drafts.keep(tx, ONE, survey, answered(1))
            await drafts.flush(tx)
    assert not [statement for statement in asked if statement.startswith("UPDATE")]


async def test_a_batch_reads_and_writes_its_drafts_once(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 21))
    await begun(store, survey, persons)
    with statements(store) as asked:
        async with store.transaction() as tx:
            await drafts.preload(tx, persons, survey)
            for person in persons:
                now = Answers({**(await drafts.read(tx, person, survey)).values, "feeling": "bad"})
                await drafts.keep(tx, person, survey, now)
    about_drafts = [statement for statement in asked if "draft" in statement]
    assert [statement.split()[0] for statement in about_drafts] == ["SELECT", "UPDATE"]


async def test_given_no_draft_when_read_or_kept_then_nothing_is_open(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        with pytest.raises(NothingOpen):
            await drafts.read(tx, ONE, survey)
        with pytest.raises(NothingOpen):
            await drafts.keep(tx, ONE, survey, answered(1))
        assert await drafts.of(tx, ONE) == ()


async def test_given_a_closed_survey_when_started_then_it_is_refused(store: Store) -> None:
    survey = await opened(store)
    await closed(store, survey)
    async with store.transaction() as tx:
        with pytest.raises(SurveyClosed):
            await drafts.start(tx, ONE, survey)


async def test_given_a_survey_already_sent_when_started_again_then_it_is_refused(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, [ONE])
    async with store.transaction() as tx:
        with pytest.raises(drafts.AlreadySent):
            await drafts.start(tx, ONE, survey)
        assert await drafts.done(tx, ONE, survey)
        assert not await drafts.done(tx, TWO, survey)
        assert await drafts.done_many(tx, survey) == {ONE}


async def test_forgetting_a_person_destroys_their_drafts_and_nobody_elses(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await begun(store, survey, [ONE, TWO])
    await begun(store, other, [ONE])
    async with store.transaction() as tx:
        await drafts.keep(tx, ONE, survey, EMPTY)
        await drafts.destroy(tx, ONE)
        assert not await drafts.has_draft(tx, ONE, survey)
    async with store.transaction() as tx:
        assert await drafts.of(tx, ONE) == ()
        assert await drafts.of(tx, TWO) == (survey,)


async def test_a_box_opens_only_as_what_it_was_sealed_as(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await begun(store, survey, [ONE])
    await begun(store, other, [ONE])
    await execute(
        store,
        "UPDATE draft SET taps = (SELECT d.taps FROM draft d WHERE d.survey = :other) WHERE survey = :survey",
        survey=survey,
        other=other,
    )
    async with store.transaction() as tx:
        with pytest.raises(Unreadable):
            await drafts.read(tx, ONE, survey)


async def test_given_the_key_turns_when_forty_people_are_answering_then_no_draft_is_lost(store: Store) -> None:
    """Sealed before the transaction, 18 of 40 could not be read afterwards."""
    survey = await opened(store)
    persons = people(*range(1, 41))
    second = Store(store.engine, type(store.keys)(store.keys.keep.parent))

    async def answer(number: int) -> None:
        of_process, (person,) = (store if number % 2 else second), people(number)
        async with of_process.transaction() as tx:
            await begin(tx, person, survey)
        for feeling in ("good", "fine", "bad"):
            async with of_process.transaction() as tx:
                now = await drafts.read(tx, person, survey)
                await drafts.keep(tx, person, survey, Answers({**now.values, "feeling": feeling}))

    async def turn(times: int) -> None:
        for _ in range(times):
            await turned(second)

    await together(*map(answer, persons), turn(3), turn(3))
    async with store.transaction() as tx:
        await drafts.preload(tx, persons, survey)
        for person in persons:
            assert (await drafts.read(tx, person, survey)).values["feeling"] == "bad"
        assert sorted(await words_in_drafts(tx, survey)) == sorted(map(mark, persons))
    files, current = await key_files(store)
    assert files == {current}


async def test_drafts_read_before_the_turn_of_the_same_transaction_can_be_kept_after_it(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE, TWO])
    async with store.transaction() as tx:
        await drafts.keep(tx, ONE, survey, EMPTY)
        await pool.turn(tx)
        await drafts.keep(tx, TWO, survey, Answers({"feeling": "bad"}))
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == EMPTY
        assert await drafts.read(tx, TWO, survey) == Answers({"feeling": "bad"})


# Openings


async def test_given_an_open_survey_when_one_of_its_name_opens_then_it_is_refused(store: Store) -> None:
    survey = await opened(store)
    with pytest.raises(openings.AlreadyOpen):
        await opened(store)
    await closed(store, survey)
    again = await opened(store)
    async with store.transaction() as tx:
        assert [opening.id for opening in await openings.open_surveys(tx)] == [again]
        latest = await openings.latest(tx, "short_one")
        assert latest == await openings.find(tx, again)
        assert (await openings.find(tx, survey)).state == "destroyed"
        assert await openings.latest(tx, "never_opened") is None
        with pytest.raises(openings.NoSuchSurvey):
            await openings.find(tx, again + 1)


async def test_an_opening_says_what_it_was_opened_with(store: Store) -> None:
    survey = await opened(store, invited=40, segments={"age": {"younger": 12}})
    async with store.transaction() as tx:
        found = await openings.find(tx, survey)
        questionnaire = await openings.questionnaire(tx, survey)
    assert (found.name, found.state, found.opened_at, found.invited) == ("short_one", "open", NOW, 40)
    assert found.segments == {"age": {"younger": 12}}
    assert questionnaire.name == "short_one"


async def test_a_rolled_back_opening_leaves_no_questionnaire_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            lost = await openings.open_survey(
                tx, name="short_one", definition=_titled("Lost"), closes_at=NOW, invited=9, segments={}, now=NOW
            )
            assert (await openings.questionnaire(tx, lost)).title["en"] == "Lost"
            raise ZeroDivisionError
    survey = await opened(store)
    async with store.transaction() as tx:
        assert (await openings.questionnaire(tx, survey)).title["en"] == "A short one"


def _titled(title: str) -> str:
    return DEFINITION.replace("A short one", title)
