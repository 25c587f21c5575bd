"""The sealed pool: Send moves, the nightly job opens, and neither leaves a way back to a person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import SystemRandom

import pytest
from sealed_world import (
    DEFINITION,
    NOW,
    ROWS,
    SEGMENTS,
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
    words_in_pool,
)
from sqlalchemy import event, select, text

from storage import answers, drafts, openings, pool, shuffle
from storage.errors import KeyMissing, NothingOpen, NotSetUp, SurveyClosed
from storage.ids import AuthorityId, PersonId, SurveyId
from storage.sealing import SLICE_BOX, TAPS_BOX, WORDS_BOX
from storage.store import Store
from storage.tables import draft
from surveys.values import Answers

ONE, TWO, THREE = people(1, 2, 3)


class Watched(SystemRandom):
    """Shuffles like the real one, and remembers how much it was given each time."""

    def __init__(self) -> None:
        super().__init__()
        self.shuffled: list[int] = []

    def shuffle(self, x: list[object]) -> None:  # type: ignore[override]
        self.shuffled.append(len(x))
        super().shuffle(x)


class Reversing(SystemRandom):
    """An order that can be told from the one before."""

    def shuffle(self, x: list[object]) -> None:  # type: ignore[override]
        x.sort(key=repr, reverse=True)


@pytest.fixture
def watched() -> Iterator[Watched]:
    real, shuffle.source = shuffle.source, Watched()
    yield shuffle.source
    shuffle.source = real


# Send


async def test_send_moves_the_boxes_unopened_and_leaves_a_flag(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE, TWO])
    before = {row.person: row for row in await rows(store, "draft")}
    async with store.transaction() as tx:
        await pool.send(tx, ONE, survey)
        assert await drafts.done(tx, ONE, survey)
        assert not await drafts.has_draft(tx, ONE, survey)
    (waits,) = await rows(store, "pool")
    assert (waits.taps, waits.words, waits.epoch) == (before[1].taps, before[1].words, before[1].epoch)
    assert [row.person for row in await rows(store, "draft")] == [TWO]
    assert [tuple(row)[1:] for row in await rows(store, "participation")] == [(ONE, survey, True)]


async def test_send_takes_along_what_was_answered_in_the_same_transaction(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        await begin(tx, ONE, survey)
        await pool.send(tx, ONE, survey)
    async with store.transaction() as tx:
        assert await words_in_pool(tx, survey) == [mark(1)]


async def test_given_a_failure_after_send_then_nothing_of_it_has_happened(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await pool.send(tx, ONE, survey)
            raise ZeroDivisionError
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == answered(1)
        assert not await drafts.done(tx, ONE, survey)
        assert await pool.waiting(tx) == {}


async def test_given_a_send_rolled_back_to_its_savepoint_then_no_box_enters(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE, TWO])
    async with store.transaction() as tx:
        await pool.send(tx, TWO, survey)
        savepoint = await tx.connection.begin_nested()
        await pool.send(tx, ONE, survey)
        await savepoint.rollback()
    async with store.transaction() as tx:
        assert await drafts.read(tx, ONE, survey) == answered(1)
        assert await words_in_pool(tx, survey) == [mark(2)]


async def test_a_second_send_is_refused(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, [ONE])
    async with store.transaction() as tx:
        with pytest.raises(pool.AlreadySent):
            await pool.send(tx, ONE, survey)
    async with store.transaction() as tx:
        assert await pool.waiting(tx) == {survey: 1}


async def test_given_a_draft_that_came_back_after_send_then_sending_it_is_refused(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    await execute(store, "INSERT INTO participation VALUES (1, 1, :survey, :done)", survey=survey, done=True)
    async with store.transaction() as tx:
        with pytest.raises(pool.AlreadySent):
            await pool.send(tx, ONE, survey)
    assert await rows(store, "pool") == []


async def test_send_without_a_draft_is_refused(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        with pytest.raises(NothingOpen):
            await pool.send(tx, ONE, survey)


async def test_send_after_the_close_is_refused(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])
    await closed(store, survey)
    async with store.transaction() as tx:
        with pytest.raises(SurveyClosed):
            await pool.send(tx, ONE, survey)


async def test_each_send_shuffles_the_whole_pool_once_for_the_transaction(store: Store, watched: Watched) -> None:
    survey = await opened(store)
    await sent(store, survey, [ONE])
    await sent(store, survey, [TWO])
    await sent(store, survey, people(3, 4, 5))
    assert watched.shuffled == [1, 2, 5]


async def test_the_pool_is_locked_and_written_after_everything_else_in_the_transaction(store: Store) -> None:
    """Locked any earlier, two Sends that also keep drafts could wait for each other."""
    survey = await opened(store)
    await begun(store, survey, [ONE, TWO])
    asked: list[str] = []

    async def other_work() -> None:
        await tx.connection.execute(text("SELECT 'the other work'"))

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    async with store.transaction() as tx:
        await pool.send(tx, ONE, survey)
        await drafts.keep(tx, TWO, survey, Answers())
        tx.before_commit["other"] = other_work
        event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)
    first_of_pool = next(at for at, statement in enumerate(asked) if "pool" in statement)
    assert any(statement.startswith("UPDATE draft") for statement in asked[:first_of_pool])
    assert "SELECT 'the other work'" in asked[:first_of_pool]
    assert all("pool" in statement for statement in asked[first_of_pool:])


async def test_what_waits_is_counted_with_what_this_transaction_sends(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await sent(store, survey, [ONE, TWO])
    await begun(store, other, [ONE])
    async with store.transaction() as tx:
        assert await pool.waiting(tx) == {survey: 2}
        await pool.send(tx, ONE, other)
        assert await pool.waiting(tx) == {survey: 2, other: 1}


# The nightly job


async def test_under_twenty_nothing_is_opened_and_the_key_turns_all_the_same(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 20)))
    before = await rows(store, "pool")
    _, old = await key_files(store)
    assert await turned(store) == pool.Turned({}, {survey: 19})
    assert await rows(store, "answer") == await rows(store, "slice") == []
    after = await rows(store, "pool")
    files, current = await key_files(store)
    assert (files, {row.epoch for row in after}) == ({current}, {current})
    assert current != old
    for column in ("key", "taps", "words"):
        assert not {getattr(row, column) for row in before} & {getattr(row, column) for row in after}
    with pytest.raises(KeyMissing):
        store.keys.epoch(old)
    async with store.transaction() as tx:
        assert sorted(await words_in_pool(tx, survey)) == sorted(mark(number) for number in range(1, 20))


async def test_from_twenty_on_all_but_ten_are_opened(store: Store) -> None:
    survey = await opened(store)
    persons = people(*range(1, 21))
    await sent(store, survey, persons)
    assert await turned(store) == pool.Turned({survey: 10}, {survey: 10})
    assert await turned(store) == pool.Turned({}, {survey: 10})
    async with store.transaction() as tx:
        shut = await words_in_pool(tx, survey)
        out = [row.value["text"] for row in await answers.of(tx, survey) if row.question == "more"]
    assert sorted(shut + out) == sorted(map(mark, persons))
    assert len(out) == 10


async def test_which_ten_stay_is_chance(store: Store) -> None:
    stayed: Counter[str] = Counter()
    for wave in range(3):
        survey = await opened(store, name=f"wave_{wave}")
        await sent(store, survey, people(*range(1, 21)))
        await turned(store)
        async with store.transaction() as tx:
            stayed.update(await words_in_pool(tx, survey))
    assert len(stayed) > 10


async def test_each_survey_has_its_own_ten(store: Store) -> None:
    survey, other = await opened(store), await opened(store, name="another")
    await sent(store, survey, people(*range(1, 26)))
    await sent(store, other, people(*range(1, 16)))
    assert await turned(store) == pool.Turned({survey: 15}, {survey: 10, other: 15})


async def test_every_box_gives_exactly_one_row_to_every_question(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        for person in people(*range(1, 26)):
            await begin(tx, person, survey, Answers({"feeling": "good"}) if person % 2 else None)
            await pool.send(tx, person, survey)
    await turned(store)
    found = await rows(store, "answer")
    assert Counter(row.question for row in found) == dict.fromkeys(ROWS, 15)
    assert {row.segments for row in found} == {"{}"}
    assert len({row.key for row in found}) == len(found)
    assert {len(row.key) for row in found} == {16}
    bodies = [json.loads(row.value) for row in found if row.question == "body"]
    assert all(set(body) == {"sleep", "food"} for body in bodies)


async def test_answers_get_fresh_keys_each_time_some_are_added(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 21)))
    await turned(store)
    first = await rows(store, "answer")
    await sent(store, survey, people(*range(21, 31)))
    await turned(store)
    second = await rows(store, "answer")
    assert len(second) == 2 * len(first)
    assert not {row.key for row in first} & {row.key for row in second}


async def test_the_job_shuffles_who_stays_the_pool_the_copies_and_the_answers(store: Store, watched: Watched) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 21)))
    watched.shuffled.clear()
    await turned(store)
    copies = len(await rows(store, "slice"))
    assert watched.shuffled == [20, 10, copies, 10 * len(ROWS)]
    watched.shuffled.clear()
    await turned(store)
    assert watched.shuffled == [10, copies]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_rows_lie_as_they_were_shuffled_all_from_one_transaction(store: Store) -> None:
    survey = await opened(store)
    real, shuffle.source = shuffle.source, Reversing()
    try:
        await sent(store, survey, people(*range(1, 21)))
        await turned(store)
    finally:
        shuffle.source = real
    async with store.transaction() as tx:
        for table in ("pool", "slice", "answer"):
            lying = [tuple(row) for row in await tx.connection.execute(text(f"SELECT * FROM {table} ORDER BY ctid"))]
            assert len(lying) >= 10
            assert lying == sorted(lying, key=repr, reverse=True)
            assert len(set(await tx.connection.scalars(text(f"SELECT xmin::text FROM {table}")))) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_who_took_part_lies_in_the_order_of_the_register(store: Store) -> None:
    survey = await opened(store)
    for number in (7, 3, 9, 1):
        await sent(store, survey, people(number))
    await turned(store)
    async with store.transaction() as tx:
        query = text("SELECT person, xmin::text FROM participation ORDER BY ctid")
        lying = (await tx.connection.execute(query)).all()
    assert ([row.person for row in lying], len({row.xmin for row in lying})) == ([1, 3, 7, 9], 1)
    async with store.transaction() as tx:
        assert await drafts.done_many(tx, survey) == set(people(1, 3, 7, 9))


async def test_every_box_keeps_its_size_through_every_turn(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 31)))
    await begun(store, survey, people(31, 32))
    for _ in range(3):
        await turned(store)
        for row in await rows(store, "pool") + await rows(store, "draft"):
            assert (len(row.taps), len(row.words)) == (TAPS_BOX, WORDS_BOX)
        assert {len(row.box) for row in await rows(store, "slice")} == {SLICE_BOX}
    async with store.transaction() as tx:
        assert sorted(await words_in_drafts(tx, survey)) == [mark(31), mark(32)]


async def test_a_copy_is_made_for_each_choice_and_one_segment(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 21)))
    await turned(store)
    out = await rows(store, "answer")
    choices = sum(row.question in ("feeling", "what_is_bad") and "code" not in row.value for row in out)
    assert len(await rows(store, "slice")) == 2 * choices > 0


@pytest.mark.parametrize(
    ("invited", "segments", "share"),
    [
        (119, SEGMENTS, 0),
        (120, SEGMENTS, 2),
        (120, {"age": {"younger": 60, "older": 60}}, 1),
        (120, {"age": {"younger": 9, "older": 9}, "home": {"own_place": 10, "with_people": 110}}, 1),
        (200, {}, 0),
    ],
)
async def test_no_copies_under_120_invited_nor_for_a_part_with_fewer_than_10(
    store: Store, invited: int, segments: dict[str, dict[str, int]], share: int
) -> None:
    survey = await opened(store, invited=invited, segments=segments)
    await sent(store, survey, people(*range(1, 21)))
    await turned(store)
    out = await rows(store, "answer")
    choices = sum(row.question in ("feeling", "what_is_bad") and "code" not in row.value for row in out)
    assert len(await rows(store, "slice")) == share * choices


async def test_given_the_job_fails_then_everything_is_as_it_was_and_its_key_goes_next_time(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 21)))
    _, old = await key_files(store)
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await pool.turn(tx)
            raise ZeroDivisionError
    files, current = await key_files(store)
    assert (len(files), current) == (2, old)
    async with store.transaction() as tx:
        assert len(await words_in_pool(tx, survey)) == 20
        assert await answers.of(tx, survey) == ()
    await turned(store)
    files, current = await key_files(store)
    assert files == {current}


async def test_a_kept_hold_of_nothing_opens_every_box(store: Store) -> None:
    survey = await opened(store)
    await sent(store, survey, people(*range(1, 13)))
    async with store.transaction() as tx:
        assert await pool.turn(tx, hold=0) == pool.Turned({survey: 12}, {survey: 0})


async def test_an_authority_without_an_epoch_is_not_set_up(store: Store) -> None:
    async with store.transaction(AuthorityId(99)) as tx:
        with pytest.raises(NotSetUp):
            await pool.turn(tx)


async def test_one_authority_turns_its_key_and_the_others_boxes_stay_as_they_are(store: Store) -> None:
    ours, theirs = AuthorityId(1), await store.add_authority("Southmere", "{}")
    surveys: dict[AuthorityId, SurveyId] = {}
    for authority in (ours, theirs):
        async with store.transaction(authority) as tx:
            surveys[authority] = await openings.open_survey(
                tx,
                name="short_one",
                definition=DEFINITION,
                closes_at=NOW,
                invited=200,
                segments=SEGMENTS,
                now=NOW,
            )
        async with store.transaction(authority) as tx:
            for person in people(*range(1, 26)):
                await begin(tx, person, surveys[authority])
                await pool.send(tx, person, surveys[authority])
        async with store.transaction(authority) as tx:
            await pool.turn(tx)
    tables = ("pool", "slice", "answer", "participation")
    before = {name: sorted(row for row in await rows(store, name) if row.authority == theirs) for name in tables}
    async with store.transaction(ours) as tx:
        await begin(tx, PersonId(40), surveys[ours])
        await pool.send(tx, PersonId(40), surveys[ours])
    async with store.transaction(ours) as tx:
        assert (await pool.turn(tx, hold=0)).opened == {surveys[ours]: 11}
    after = {name: sorted(row for row in await rows(store, name) if row.authority == theirs) for name in tables}
    assert after == before
    async with store.transaction(theirs) as tx:
        assert len(await words_in_pool(tx, surveys[theirs])) == 10
        await pool.turn(tx)


# Together


async def test_given_forty_send_at_once_while_the_key_turns_then_none_waits_for_ever_and_none_is_lost(
    store: Store,
) -> None:
    survey = await opened(store)
    persons = people(*range(1, 41))
    second = Store(store.engine, type(store.keys)(store.keys.keep.parent))

    async def answer_and_send(person: PersonId) -> None:
        of_process = store if person % 2 else second
        async with of_process.transaction() as tx:
            await drafts.done(tx, person, survey)
            await begin(tx, person, survey)
        async with of_process.transaction() as tx:
            await drafts.done(tx, person, survey)
            await pool.send(tx, person, survey)
            await pool.waiting(tx)

    async def look(times: int) -> None:
        for _ in range(times):
            async with second.transaction() as tx:
                await answers.of(tx, survey)
                await pool.waiting(tx)
                await tx.epoch()

    async def turn(times: int) -> None:
        for _ in range(times):
            await turned(second)

    await together(*map(answer_and_send, persons), turn(4), turn(4), look(10), look(10))
    async with store.transaction() as tx:
        shut = await words_in_pool(tx, survey)
        out = [row.value["text"] for row in await answers.of(tx, survey) if row.question == "more"]
        assert await drafts.done_many(tx, survey) == set(persons)
        assert (await tx.connection.execute(select(draft))).all() == []
    assert sorted(shut + out) == sorted(map(mark, persons))


async def test_given_one_person_sends_ten_times_at_once_then_one_box_enters(store: Store) -> None:
    survey = await opened(store)
    await begun(store, survey, [ONE])

    async def send() -> bool:
        try:
            async with store.transaction() as tx:
                await pool.send(tx, ONE, survey)
        except pool.AlreadySent:
            return False
        return True

    assert sum(await together(*(send() for _ in range(10)))) == 1
    async with store.transaction() as tx:
        assert await words_in_pool(tx, survey) == [mark(1)]
