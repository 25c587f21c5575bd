"""Messages by occasion, what people do not want to hear, and campaigns, as both databases keep them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from storage import campaigns, choices, occasions, outbox
from storage.campaigns import NoSuchCampaign
from storage.ids import CampaignId, PersonId, SurveyId
from storage.store import Store, Transaction

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
TODAY = NOW.date()
JO, SAM = PersonId(1), PersonId(2)
ONE = SurveyId(1)


async def queue(tx: Transaction, occasion: str, *persons: PersonId) -> None:
    await outbox.queue_for(
        tx,
        persons or (JO,),
        occasion=occasion,
        envelope="envelope/survey",
        opens={"screen": "menu"},
        not_before=NOW,
        expires_at=NOW + timedelta(days=9),
    )


async def test_a_beginning_names_everything_about_one_survey_and_nothing_of_another(store: Store) -> None:
    async with store.transaction() as tx:
        for occasion in ("survey:1:opened", "survey:1:reminder:1.2", "survey:10:opened", "survey:1_:x", "news:1"):
            await queue(tx, occasion, JO, SAM)
        found = await occasions.history(tx, "survey:1:")
        assert {who: [row.occasion for row in rows] for who, rows in found.items()} == {
            JO: ["survey:1:opened", "survey:1:reminder:1.2"],
            SAM: ["survey:1:opened", "survey:1:reminder:1.2"],
        }
        assert list(await occasions.history(tx, "survey:1_:", person=SAM)) == [SAM]
        assert await occasions.states(tx, "survey:1:") == {
            "survey:1:opened": {"queued": 2},
            "survey:1:reminder:1.2": {"queued": 2},
        }


async def test_what_is_held_does_not_leave_until_it_is_released(store: Store) -> None:
    async with store.transaction() as tx:
        await queue(tx, "survey:1:reminder:1.2")
        assert await occasions.hold(tx, "survey:1:reminder:") == 1
        assert await outbox.claim(tx, now=NOW) == ()
        assert await occasions.release(tx, "survey:1:") == 1
        assert len(await outbox.claim(tx, now=NOW)) == 1


async def test_held_messages_are_cancelled_with_the_others_and_when_someone_stops(store: Store) -> None:
    async with store.transaction() as tx:
        await queue(tx, "survey:1:opened", JO, SAM)
        await occasions.hold(tx, "survey:1:")
        assert await outbox.cancel_for(tx, JO, kinds=("ours",)) == 1
        assert await occasions.cancel_beginning(tx, "survey:1:") == 1
        assert await occasions.release(tx, "survey:1:") == 0


async def test_what_is_taken_back_may_be_written_again(store: Store) -> None:
    async with store.transaction() as tx:
        await queue(tx, "survey:1:again:2026-11-25T11")
        assert await occasions.take_back(tx, JO, "survey:1:") == 1
        await queue(tx, "survey:1:again:2026-11-25T11")
        assert len(await outbox.of_person(tx, JO)) == 1


async def test_what_was_only_practised_is_counted_and_can_be_removed(store: Store) -> None:
    async with store.transaction() as tx:
        await queue(tx, "survey:1:opened", JO, SAM)
        first, second = await outbox.claim(tx, now=NOW)
        await outbox.only_practised(tx, first.id, on=TODAY)
        await outbox.sent(tx, second.id, 7, on=TODAY)
        assert await occasions.states(tx, "survey:1:") == {"survey:1:opened": {"practised": 1, "sent": 1}}
        assert await occasions.remove_practised(tx) == 1
        await occasions.remove(tx, "survey:1:")
        assert await occasions.states(tx, "survey:1:") == {}


async def test_the_days_that_count_are_kept_apart_by_person(store: Store) -> None:
    async with store.transaction() as tx:
        for occasion in ("a", "b"):
            await queue(tx, occasion, JO, SAM)
        for row in await outbox.claim(tx, now=NOW, limit=9):
            await outbox.leaving(tx, row.id, on=TODAY - timedelta(days=0 if row.occasion == "a" else 3))
        counted = await outbox.counted_by_person(tx, since=TODAY - timedelta(days=7))
        assert counted == {who: [TODAY - timedelta(days=3), TODAY] for who in (JO, SAM)}
        assert await outbox.counted_by_person(tx, since=TODAY) == {JO: [TODAY], SAM: [TODAY]}


async def test_what_someone_said_outweighs_what_was_promised_and_both_go_without_a_trace(store: Store) -> None:
    async with store.transaction() as tx:
        await choices.mute(tx, ONE, JO, SAM, why="promised")
        await choices.mute(tx, ONE, JO, why="asked")
        await choices.mute(tx, ONE, JO, why="promised")
        assert [await choices.why_muted(tx, who, ONE) for who in (JO, SAM)] == ["asked", "promised"]
        await choices.unmute(tx, JO, ONE, why="promised")
        await choices.unmute(tx, SAM, ONE, why="promised")
        assert await choices.muted_by(tx, ONE) == {JO}
        await choices.unmute_all(tx, ONE)
        assert await choices.why_muted(tx, JO, ONE) is None
        await choices.mute(tx, ONE, why="asked")


async def test_topics_are_chosen_and_unchosen(store: Store) -> None:
    async with store.transaction() as tx:
        for _ in range(2):
            await choices.opt_out(tx, JO, "sharing")
        await choices.opt_out(tx, SAM, "surveys")
        assert await choices.not_wanted(tx, JO) == {"sharing"}
        assert await choices.without(tx, "sharing") == {JO}
        await choices.opt_in(tx, JO, "sharing")
        assert await choices.without(tx, "sharing") == frozenset()


async def test_a_campaign_is_found_changed_and_ended_with_its_survey(store: Store) -> None:
    async with store.transaction() as tx:
        made = await campaigns.add(tx, name="pulse", definition="…", plan="{}", survey=None)
        changed = await campaigns.change(
            tx, made.id, plan='{"a":1}', state="paused", survey=ONE, paused_on=date(2026, 11, 24)
        )
        assert await campaigns.find(tx, made.id) == changed == await campaigns.latest(tx, "pulse")
        assert (changed.paused_on, changed.survey) == (date(2026, 11, 24), ONE)
        assert await campaigns.live(tx) == (changed,)
        await campaigns.end_of(tx, ONE)
        assert await campaigns.live(tx) == ()
        assert await campaigns.latest(tx, "other") is None
        with pytest.raises(NoSuchCampaign):
            await campaigns.find(tx, CampaignId(99))
