"""Killed at any point, the pool loses nothing, doubles nothing and leaves nothing unreadable."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sealed_world import (
    ROWS,
    begun,
    key_files,
    mark,
    opened,
    people,
    rows,
    sent,
    turned,
    words_in_drafts,
    words_in_pool,
)
from sqlalchemy import text
from support.victims import KILLED, Victims, victims

from storage import answers, drafts, openings
from storage.ids import PersonId, SurveyId
from storage.store import Store

IN_A_TURN = ("key made", "resealed", "before commit", "after commit, before burning")
EVERYBODY = people(*range(1, 41))


class Victim:
    """Does work in a process that may be told to kill itself while at it."""

    def __init__(self, forking: Victims, **where: str) -> None:
        self._forking = forking
        self._where = where

    def do(self, work: str, survey: SurveyId, **order: object) -> bool:
        """Whether it was killed; it fails the test when it ends in any other way than that or well."""
        ended = self._forking.do({"work": work, "survey": survey, **self._where, **order})
        assert ended in (0, KILLED), (work, order)
        return ended == KILLED


@pytest.fixture(scope="module")
def forking() -> Iterator[Victims]:
    """The process that forks a new one for each piece of work."""
    with victims(Path(__file__).with_name("pool_victim.py")) as made:
        yield made


@pytest.fixture
def victim(store: Store, database_url: str, forking: Victims) -> Victim:
    return Victim(forking, url=database_url, keys=str(store.keys.keep.parent))


async def check(store: Store, survey: SurveyId) -> tuple[set[str], set[str]]:
    """(words in drafts, words sent): all readable, each once, each person in one place; fails otherwise."""
    async with store.transaction() as tx:
        if tx.on_postgres:
            # The server may be still busy with what the killed process last asked.
            await tx.connection.execute(text("SELECT name FROM epoch FOR UPDATE"))
        else:
            assert await tx.connection.scalar(text("PRAGMA integrity_check")) == "ok"
        begun_words = await words_in_drafts(tx, survey)
        pool_words = await words_in_pool(tx, survey)
        out = await answers.of(tx, survey)
        done = await drafts.done_many(tx, survey)
        name, _ = await tx.epoch()
        assert not {row.epoch for row in await tx.connection.execute(text("SELECT epoch FROM slice"))} - {name}
    out_words = [row.value["text"] for row in out if row.question == "more"]
    assert len([row for row in out if not row.segments]) == len(ROWS) * len(out_words)
    sent_words = pool_words + out_words
    assert sorted(sent_words) == sorted(mark(person) for person in done)
    assert len(begun_words) == len(set(begun_words))
    assert not set(begun_words) & set(sent_words)
    return set(begun_words), set(sent_words)


async def a_survey_under_way(store: Store) -> SurveyId:
    survey = await opened(store)
    await sent(store, survey, EVERYBODY[:25])
    await turned(store)
    await sent(store, survey, EVERYBODY[25:32])
    await begun(store, survey, EVERYBODY[32:36])
    return survey


@pytest.mark.parametrize("point", IN_A_TURN)
async def test_given_a_kill_in_the_nightly_job_then_nothing_is_lost_and_the_next_one_tidies_up(
    store: Store, victim: Victim, point: str
) -> None:
    survey = await a_survey_under_way(store)
    before = await check(store, survey)
    assert victim.do("turn", survey, point=point)
    assert await check(store, survey) == before
    files, current = await key_files(store)
    assert (len(files), current in files) == (2, True)
    assert not victim.do("turn", survey)
    files, current = await key_files(store)
    assert files == {current}
    assert await check(store, survey) == before


@pytest.mark.parametrize("point", ["mid-Send", "before commit"])
async def test_given_a_kill_in_a_send_then_it_has_not_happened_and_can_be_pressed_again(
    store: Store, victim: Victim, point: str
) -> None:
    survey = await a_survey_under_way(store)
    before, gone = await check(store, survey)
    person = EVERYBODY[32]
    assert victim.do("send", survey, person=person, point=point)
    assert await check(store, survey) == (before, gone)
    assert not victim.do("send", survey, person=person)
    assert await check(store, survey) == (before - {mark(person)}, gone | {mark(person)})


@pytest.mark.parametrize("point", ["resealed", "after commit, before burning"])
async def test_given_a_kill_in_the_close_then_it_has_happened_whole_or_not_at_all(
    store: Store, victim: Victim, point: str
) -> None:
    survey = await a_survey_under_way(store)
    begun_words, sent_words = await check(store, survey)
    assert victim.do("close", survey, point=point)
    async with store.transaction() as tx:
        is_open = await openings.is_open(tx, survey)
    assert is_open == (point == "resealed")
    assert await check(store, survey) == (begun_words if is_open else set(), sent_words)
    if is_open:
        assert not victim.do("close", survey)
        assert await check(store, survey) == (set(), sent_words)
    assert await rows(store, "pool") == await rows(store, "slice") == []
    assert not victim.do("turn", survey)
    files, current = await key_files(store)
    assert files == {current}


@pytest.mark.prove
@pytest.mark.timeout(1800)
async def test_200_kills_before_any_statement_and_at_any_moment(store: Store, victim: Victim) -> None:
    survey = await opened(store)
    chance = random.Random(7)
    begun_by, sent_by, kills, person = set[str](), set[str](), 0, 0
    while kills < 200:
        waiting = sorted(begun_by)
        work = chance.choice(["begin", "begin", "send", "send", "turn"])
        if work == "begin":
            person += 1
        whose = _person(chance.choice(waiting)) if work == "send" and waiting else PersonId(person)
        if work == "send" and not waiting:
            continue
        how = {"statement": chance.randrange(16)} if chance.random() < 0.5 else {"seconds": chance.random() * 0.08}
        killed = victim.do(work, survey, person=whose, **how)
        kills += killed
        now_begun, now_sent = await check(store, survey)
        # What was acknowledged is there; what was killed happened whole or not at all.
        changed = (now_begun ^ begun_by) | (now_sent ^ sent_by)
        assert changed <= {mark(whose)}
        if not killed and work != "turn":
            assert mark(whose) in (now_begun if work == "begin" else now_sent)
        begun_by, sent_by = now_begun, now_sent
    assert not victim.do("turn", survey)
    files, current = await key_files(store)
    assert files == {current}
    assert not victim.do("close", survey)
    assert await check(store, survey) == (set(), sent_by)


def _person(words: str) -> PersonId:
    return PersonId(int(words.rsplit(" ", 1)[1]))
