"""What happens at a heartbeat: each kind of due thing does what it says, once, and the night plans itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from staffed import MONDAY, meet, settings

from engagement import answering, asking, surveys
from engagement import due as clock
from engagement.due import UnknownKind
from engagement.london import local
from storage import drafts, due, handled, openings, outbox
from storage.ids import PersonId, SurveyId
from storage.store import Store, Transaction
from storage.tables import epoch
from surveys.values import Answers

SETTINGS = settings()
DAY = timedelta(days=1)
LOOKS = frozenset({"days", "greetings", "calls_look"})
"""What is looked at every day, whatever else there is."""

PULSE = Path(surveys.__file__).parents[1] / "surveys/definitions/pulse.yaml"


async def beat(store: Store, now: datetime) -> list[str]:
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)
    return [row.kind for row in rows if row.kind not in LOOKS]


async def begun(tx: Transaction) -> tuple[PersonId, SurveyId]:
    """Jo, with a draft of an open pulse that only needs Send."""
    jo = await meet(tx, "Jo")
    opened = await surveys.open_survey(tx, SETTINGS, PULSE.read_text(), source="pulse", closes=None, now=MONDAY)
    await drafts.start(tx, jo, opened.survey)
    await drafts.keep(tx, jo, opened.survey, Answers())
    await answering.nearly_done(tx, jo, opened.survey, now=MONDAY)
    return jo, opened.survey


async def occasions(store: Store, person: PersonId) -> list[str]:
    async with store.transaction() as tx:
        return [row.occasion for row in await outbox.of_person(tx, person) if row.state == "queued"]


async def test_an_unknown_kind_is_refused_and_stays_due(store):
    async with store.transaction() as tx:
        await due.add(tx, "from the future", "1", MONDAY)
    with pytest.raises(UnknownKind):
        await beat(store, MONDAY)
    async with store.transaction() as tx:
        assert len(await due.claim(tx, now=MONDAY + DAY, limit=1)) == 1


async def test_a_finished_draft_is_told_after_a_day_that_it_only_needs_send(store):
    async with store.transaction() as tx:
        jo, survey = await begun(tx)
        closes_at = (await openings.find(tx, survey)).closes_at
    assert "finished_draft" not in await beat(store, MONDAY + DAY - timedelta(seconds=1))
    assert await beat(store, MONDAY + DAY) == ["finished_draft"]
    assert asking.occasion(survey, "finished") in await occasions(store, jo)
    async with store.transaction() as tx:
        *_, row = await outbox.of_person(tx, jo)
    assert (row.kind, row.envelope, row.expires_at) == ("ours", "envelope/finished", closes_at)


async def test_a_draft_that_was_sent_in_time_hears_nothing_and_leaves_no_trace(store):
    async with store.transaction() as tx:
        jo, survey = await begun(tx)
    async with store.transaction() as tx:
        await answering.send(tx, jo, survey)
    assert await beat(store, MONDAY + DAY) == []
    assert asking.occasion(survey, "finished") not in await occasions(store, jo)


async def test_a_draft_whose_survey_has_closed_hears_nothing_but_what_everybody_hears(store):
    async with store.transaction() as tx:
        jo, survey = await begun(tx)
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
    await beat(store, MONDAY + DAY)
    assert await occasions(store, jo) == [asking.occasion(survey, "destroyed")]


async def test_a_survey_closes_when_its_last_day_is_over(store):
    async with store.transaction() as tx:
        _, survey = await begun(tx)
        closes_at = (await openings.find(tx, survey)).closes_at
    await beat(store, closes_at - timedelta(seconds=1))
    async with store.transaction() as tx:
        assert await openings.is_open(tx, survey)
    assert await beat(store, closes_at) == ["survey_close"]
    async with store.transaction() as tx:
        assert not await openings.is_open(tx, survey)
    assert await beat(store, closes_at + DAY) == []


async def test_the_nightly_job_turns_the_key(store):
    async with store.transaction() as tx:
        before = await tx.connection.scalar(select(epoch.c.name))
        await clock.plan(tx, MONDAY, chance=lambda most: most - 1)
    assert await beat(store, datetime(2026, 11, 24, 4, 58, tzinfo=UTC)) == []
    assert await beat(store, datetime(2026, 11, 24, 4, 59, tzinfo=UTC)) == ["nightly"]
    async with store.transaction() as tx:
        assert await tx.connection.scalar(select(epoch.c.name)) != before


async def test_what_is_old_is_cleared_each_night(store):
    async with store.transaction() as tx:
        await handled.note(tx, [5], now=MONDAY)
        await clock.plan(tx, MONDAY + 3 * DAY, chance=lambda _: 0)
    assert await beat(store, MONDAY + 4 * DAY) == ["nightly", "prune"]
    async with store.transaction() as tx:
        assert await handled.already(tx, [5]) == frozenset()


async def test_planning_again_changes_nothing_even_with_other_luck(store):
    async with store.transaction() as tx:
        for luck in (100, 0, 179):
            await clock.plan(tx, MONDAY, chance=lambda _most, luck=luck: luck)
        rows = [row for row in await due.claim(tx, now=MONDAY + DAY, limit=20) if row.kind not in LOOKS]
    assert [(row.kind, row.key) for row in rows] == [("nightly", "2026-11-24"), ("prune", "2026-11-24")]
    assert local(rows[0].due_at).time() == time(3, 40)


@pytest.mark.parametrize("evening", ["2026-10-24", "2026-12-01", "2027-03-27", "2027-06-01"])
async def test_the_night_is_between_two_and_five_on_london_clocks_also_when_they_change(sqlite_store, evening):
    for luck in (0, 1, 59, 60, 119, 120, 179):
        now = datetime.fromisoformat(f"{evening}T20:00+00:00")
        async with sqlite_store.transaction() as tx:
            await clock.plan(tx, now, chance=lambda _most, luck=luck: luck)
            claimed = await due.claim(tx, now=now + DAY, limit=20)
            nightly, _ = (row for row in claimed if row.kind not in LOOKS)
            await due.cancel_ending(tx, "nightly", "")
            await due.cancel_ending(tx, "prune", "")
        assert time(2) <= local(nightly.due_at).time() < time(5)
        assert local(nightly.due_at).date() == now.date() + DAY
