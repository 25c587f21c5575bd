"""Everybody at once, and at the wrong moment: what is told, begun, answered or stopped happens once or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import figures
from support.indoors import indoors
from support.town import NORTHFIELD

from bot.cli.copies import STILL_DUE
from engagement import (
    answering_comments,
    authority,
    findings,
    places,
    promises,
    round_told,
    rounds,
    signing,
    talks,
    telling,
)
from engagement import due as clock
from engagement import outbox as gate
from engagement.answering_comments import AnsweredAlready
from engagement.findings import NotADraft
from engagement.opportunities import Details, kept
from engagement.places import NotOnOffer
from engagement.round_told import RoundOver
from engagement.talks import RoundRuns
from storage import comments, openings, opportunities, outbox, people, staff
from storage import due as due_rows
from storage import promises as plan_rows
from storage.ids import ChatId, PersonId, RoundId, StaffId
from storage.people import Details as Known
from storage.settling import settle
from storage.staff import Role, Staff
from storage.store import Store, Transaction

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
NIGHT = NOON.replace(hour=22)
WORDS = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
SMALL = """
name: small
version: 1
purpose: survey
title: A small one
minutes: 1
headline: [mood]
parts:
  - id: all
    questions:
      - id: mood
        kind: single
        text: How are things?
        share: [good]
        options: [{id: good, label: Good}, {id: fair, label: Fair}]
"""


@pytest.fixture
def authority_settings() -> str:
    return authority.kept(WORDS)


async def hire(tx: Transaction, name: str, role: Role) -> Staff:
    member = await staff.add(tx, name, role)
    return await staff.join(tx, member.id, ChatId(9_000 + member.id))


async def meet(tx: Transaction, name: str, worker: StaffId | None = None) -> PersonId:
    person = await people.add(tx, Known(name, name, "Lee"), worker=worker)
    await people.join(tx, person.id, ChatId(8_000 + person.id))
    return person.id


async def both(store: Store, does: Callable[[Transaction], Awaitable[Any]]) -> list[Any]:
    """What two who do the same at the same moment get: each has read what there is before either has written."""
    ready = asyncio.Barrier(2) if store.engine.dialect.name == "postgresql" else None

    async def one() -> Any:
        async with store.transaction() as tx:
            if ready is not None:
                await ready.wait()
            return await does(tx)

    return list(await asyncio.gather(one(), one(), return_exceptions=True))


def kinds(found: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in found)


# Two at once


async def test_of_two_who_begin_asking_through_workers_at_once_one_is_told_that_it_runs(store: Store) -> None:
    async with store.transaction() as tx:
        pat, priya = await hire(tx, "Pat Part", "participation"), await hire(tx, "Priya Shah", "pa")
        await meet(tx, "Ash", priya.id)
    found = await both(store, lambda tx: talks.begin(tx, pat, survey=None, now=NOON))
    assert sum(isinstance(one, RoundRuns) for one in found) == 1, found


async def test_of_two_who_answer_the_same_comments_at_once_one_is_told_that_it_is_answered(store: Store) -> None:
    async with store.transaction() as tx:
        ruth = await hire(tx, "Ruth Adeyemi", "participation")
        made = await comments.add_group(tx, "Wifi", None)
    said = iter(("From May.", "Never."))
    found = await both(store, lambda tx: answering_comments.answer_group(tx, ruth, made.id, next(said), now=NOON))
    assert kinds(found) == [AnsweredAlready.__name__, "NoneType"]


async def test_two_who_begin_one_story_and_tell_it_at_once_tell_it_once(store: Store) -> None:
    async with store.transaction() as tx:
        pat = await hire(tx, "Pat Part", "participation")
    survey = await figures.published(store, SMALL, 30, invited=30, now=NOON)
    begun = await both(store, lambda tx: findings.begin(tx, pat, survey))
    assert len({one.story.id for one in begun}) == 1, begun
    story = begun[0].story.id
    async with store.transaction() as tx:
        await findings.choose(tx, pat, story, "mood", "Things are good for most.")

    async def tell(tx: Transaction) -> None:
        await findings.ready(tx, pat, story)
        leaving = await telling.confirm(
            tx, WORDS, "news", occasion=findings.occasion(story), opens={}, envelope="envelope/something",
            typed="30", shown=30, now=NOON + timedelta(minutes=5),
        )  # fmt: skip
        await findings.left(tx, pat, story, leaving, now=NOON)

    assert kinds(await both(store, tell)) == ["NoneType", NotADraft.__name__]


# At the wrong moment


async def test_a_story_that_a_colleague_has_emptied_meanwhile_goes_to_nobody(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        survey = await figures.published(here.store, SMALL, 30, invited=30, now=here.clock.now())
        pat, member = await here.staff_phone("Pat Part", "participation")
        async with here.store.transaction() as tx:
            reader = await staff.by_id(tx, member)
            story = (await findings.begin(tx, reader, survey)).story.id
            await findings.choose(tx, reader, story, "mood", "Things are good for most.")
        await here.put(pat, {"at": "staff/tell_confirm", "kind": "story", "id": story, "people": 30})
        async with here.store.transaction() as tx:
            await findings.choose(tx, reader, story, "mood", "")
        await here.type(pat, "30")
        assert not [row for row in await here.rows("outbox") if row["occasion"] == findings.occasion(story)]
        # Chosen again and told; when all have it, an old card with [Stop] on it does not make it no news any more.
        async with here.store.transaction() as tx:
            await findings.choose(tx, reader, story, "mood", "Things are good for most.")
        await here.put(pat, {"at": "staff/tell_confirm", "kind": "story", "id": story, "people": 30})
        await here.type(pat, "30")
        progress = await here.at(pat)
        here.clock.move(seconds=61)
        async with here.store.transaction() as tx:
            while waiting := await outbox.claim(tx, now=here.clock.now(), limit=99):
                for row in waiting:
                    await outbox.sent(tx, row.id, 1, on=here.clock.now().date())
        await here.put(pat, progress)
        await here.do(pat, "stop")
        async with here.store.transaction() as tx:
            assert (await findings.look(tx, reader, story)).story.state == "told"
        assert here.given_up == []


async def test_a_round_that_is_stopped_in_the_night_can_be_told_in_the_morning(sqlite_store: Store) -> None:
    """Nobody has it before nine: neither does its survey open before, so that it is as if it had not been told."""
    async with sqlite_store.transaction() as tx:
        pat = await hire(tx, "Pat Part", "participation")
        await meet(tx, "Ash")
        theme = await plan_rows.add_theme(tx, name="Home")
        wifi = await promises.add(tx, pat, theme.id, {"we_will": "Free wifi at home."}, now=NOON)
        await plan_rows.note_told(tx, wifi.id, "plan:2026-11-01:told")
        of = await rounds.begin(tx, WORDS, pat, now=NOON)
        await told(tx, pat, of.id, now=NIGHT)
        await beat(tx, NIGHT + timedelta(hours=1))
        assert await openings.open_surveys(tx) == ()
        await telling.stop(tx, round_told.occasion(of.id))
        await round_told.stopped(tx, pat, of.id, now=NIGHT + timedelta(hours=1))
        await told(tx, pat, of.id, now=NOON + timedelta(days=1))
        with pytest.raises(RoundOver):
            await round_told.ready(tx, pat, of.id)
        await beat(tx, NOON + timedelta(days=1, minutes=2))
        assert len(await openings.open_surveys(tx)) == 1


async def told(tx: Transaction, member: Staff, of: RoundId, *, now: datetime) -> None:
    leaving = await telling.confirm(
        tx, WORDS, "news", occasion=round_told.occasion(of), opens={"screen": "round", "round": of},
        envelope="envelope/something", typed="1", shown=1, now=now,
    )  # fmt: skip
    await round_told.left(tx, member, of, leaving, now=now)


async def beat(tx: Transaction, now: datetime) -> None:
    """Do what is due."""
    while fired := await due_rows.claim(tx, now=now, limit=50):
        for row in fired:
            await clock.work(tx, WORDS, row, now)
    tx.cache.clear()


async def test_nobody_is_asked_how_it_was_or_told_no_after_it_has_been(sqlite_store: Store) -> None:
    """The organiser ticks who came late in the week, while the question waits for room; and taps the wrong button."""
    async with sqlite_store.transaction() as tx:
        mo = await hire(tx, "Mo Ali", "participation")
        ash, bea = await meet(tx, "Ash"), await meet(tx, "Bea")
        said = kept(Details(title="Pool", what_you_do="Play pool."))
        starts = NOON + timedelta(days=1)
        made = await opportunities.add(
            tx, made_by=mo.id, organiser=mo.id, kind="activity", details=said, starts_at=starts
        )
        await places.publish(tx, made.id, now=NOON)
        for person in (ash, bea):
            await places.say_yes(tx, person, made.id, now=NOON)
        over = starts + timedelta(days=2)
        await beat(tx, over)
        await opportunities.set_interest(tx, made.id, ash, came=False)
        assert (await opportunities.find(tx, made.id)).state == "over"
        with pytest.raises(NotOnOffer):
            await places.decline_person(tx, mo, made.id, bea, next_step="Next time.", now=over)
        leaving = await gate.take(tx, WORDS, now=over, limit=9)
        assert [one.row.person for one in leaving if one.row.occasion.endswith(":after")] == [bea]


async def test_after_a_restore_whoever_was_to_answer_is_still_asked_after_and_a_worker_round_still_ends(
    sqlite_store: Store,
) -> None:
    """Both were due while the database was away; taken as done, nobody would ever hear and no round could begin."""
    later = NOON + timedelta(days=30)
    async with sqlite_store.transaction() as tx:
        pat, priya = await hire(tx, "Pat Part", "participation"), await hire(tx, "Priya Shah", "pa")
        mo = await hire(tx, "Mo Manager", "manager")
        ash = await meet(tx, "Ash", priya.id)
        signed = await signing.sign(tx, WORDS, ash, kind="change", text="The wifi", now=NOON)
        await talks.begin(tx, pat, survey=None, now=NOON)
        await settle(tx.connection, tx.keys, now=later, still_due=STILL_DUE)
    async with sqlite_store.transaction() as tx:
        await beat(tx, later)
        assert (await signing.of_writer(tx, ash, signed.id)).owner == mo.id
        assert await talks.running(tx) is None
