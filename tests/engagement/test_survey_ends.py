"""A survey nears its end and ends: who is told, when, and only while it is true; and how many of whom have answered."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import answering, asking, response, surveys
from engagement import due as clock
from engagement.response import Group
from engagement.surveys import ClosesAnyway
from storage import drafts, due, openings, outbox, people, pool
from storage.errors import SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.openings import Opening
from storage.outbox import Row
from storage.people import Details
from storage.store import Store, Transaction
from surveys.values import Answers

SETTINGS = settings()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
PULSE = Path(surveys.__file__).parents[1] / "surveys/definitions/pulse.yaml"
LAST_DAY = date(2026, 12, 21)
"""28 days after that Monday: a Monday, which is over at midnight."""

DAY_BEFORE = MONDAY + 27 * DAY
"""Ten o'clock on the Sunday."""


async def opened(store: Store, closes: date | None = None) -> SurveyId:
    async with store.transaction() as tx:
        found = await surveys.open_survey(tx, SETTINGS, PULSE.read_text(), source="pulse", closes=closes, now=MONDAY)
    return found.survey


async def begins(tx: Transaction, name: str, survey: SurveyId, *, finished: bool = False) -> PersonId:
    person = await meet(tx, name)
    await drafts.start(tx, person, survey)
    await drafts.keep(tx, person, survey, Answers())
    if finished:
        await answering.nearly_done(tx, person, survey, now=MONDAY)
    return person


async def beat(store: Store, now: object) -> list[str]:
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)
    return [row.kind for row in rows]


async def told(store: Store, person: PersonId) -> list[Row]:
    async with store.transaction() as tx:
        return list(await outbox.of_person(tx, person))


def occasions(rows: list[Row], state: str = "queued") -> list[str]:
    return [row.occasion for row in rows if row.state == state]


async def found(store: Store, survey: SurveyId) -> Opening:
    async with store.transaction() as tx:
        return await openings.find(tx, survey)


# Announced the day before


async def test_at_ten_on_the_day_before_whoever_has_a_draft_is_told_and_nobody_else(store: Store) -> None:
    async with store.transaction() as tx:
        before = await meet(tx, "Before")
    survey = await opened(store)
    async with store.transaction() as tx:
        unfinished = await begins(tx, "Unfinished", survey)
        finished = await begins(tx, "Finished", survey, finished=True)
        sent = await begins(tx, "Sent", survey)
        await answering.send(tx, sent, survey)
    assert "survey_closing" not in await beat(store, DAY_BEFORE - SECOND)
    assert await beat(store, DAY_BEFORE) == ["survey_closing"]
    closing = asking.occasion(survey, "closing")
    for person in (unfinished, finished):
        [row] = [row for row in await told(store, person) if row.occasion == closing]
        assert (row.kind, row.envelope, row.opens) == (
            "ours",
            "envelope/reminder",
            {"screen": "survey/closing", "survey": survey},
        )
        assert row.expires_at == (await found(store, survey)).closes_at
    for person in (before, sent):
        assert closing not in occasions(await told(store, person))


async def test_who_sends_after_it_was_announced_hears_nothing_more_and_leaves_no_reason(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        jo = await begins(tx, "Jo", survey)
    await beat(store, DAY_BEFORE)
    async with store.transaction() as tx:
        await answering.send(tx, jo, survey)
    assert await told(store, jo) == []


async def test_given_it_was_closed_by_hand_then_nothing_is_announced(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        jo = await begins(tx, "Jo", survey)
    await beat(store, DAY_BEFORE)
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=DAY_BEFORE)
    assert occasions(await told(store, jo)) == [asking.occasion(survey, "destroyed")]
    assert occasions(await told(store, jo), "cancelled") == [asking.occasion(survey, "closing")]
    async with store.transaction() as tx:
        assert not [row for row in await due.claim(tx, now=MONDAY + 40 * DAY, limit=99) if "survey" in row.kind]


@pytest.mark.parametrize("days", [0, 1])
async def test_given_it_opens_too_late_for_that_then_nothing_is_planned(sqlite_store: Store, days: int) -> None:
    survey = await opened(sqlite_store, MONDAY.date() + days * DAY)
    async with sqlite_store.transaction() as tx:
        jo = await begins(tx, "Jo", survey)
    assert "survey_closing" not in await beat(sqlite_store, MONDAY + 12 * timedelta(hours=1))
    assert occasions(await told(sqlite_store, jo)) == []


# Closing tomorrow


async def test_closing_tomorrow_tells_those_with_a_draft_now_and_moves_the_end(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        jo, bo = await begins(tx, "Jo", survey), await begins(tx, "Bo", survey, finished=True)
    evening = MONDAY + timedelta(hours=11)
    async with store.transaction() as tx:
        assert await surveys.close_tomorrow(tx, survey, now=evening) == 2
    end = (await found(store, survey)).closes_at
    assert end == MONDAY + timedelta(hours=38), "the midnight that ends the Tuesday"
    for person in (jo, bo):
        [row] = await told(store, person)
        assert (row.occasion, row.not_before, row.expires_at) == (asking.occasion(survey, "closing"), evening, end)
    assert await beat(store, MONDAY + DAY - SECOND) == []
    assert sorted(await beat(store, MONDAY + DAY)) == ["finished_draft", "finished_draft_last"]
    assert asking.occasion(survey, "last") in occasions(await told(store, bo))
    assert await beat(store, end) == ["survey_close"]
    assert await beat(store, DAY_BEFORE) == []


async def test_an_end_that_was_said_is_never_put_off(store: Store) -> None:
    survey = await opened(store, MONDAY.date() + DAY)
    before = await found(store, survey)
    async with store.transaction() as tx:
        with pytest.raises(ClosesAnyway) as refused:
            await surveys.close_tomorrow(tx, survey, now=MONDAY)
    assert refused.value.last_day == MONDAY.date() + DAY
    assert await found(store, survey) == before
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
    async with store.transaction() as tx:
        with pytest.raises((SurveyClosed, ClosesAnyway)):
            await surveys.close_tomorrow(tx, survey, now=MONDAY)


# What becomes of it


async def test_under_ten_everybody_who_has_joined_is_told_the_same_once(store: Store) -> None:
    survey = await opened(store)
    async with store.transaction() as tx:
        sent = await begins(tx, "Sent", survey)
        await answering.send(tx, sent, survey)
        never = await meet(tx, "Never")
        listed = await meet(tx, "Listed", joined=False)
        stopped = await meet(tx, "Stopped")
        await people.set_state(tx, stopped, "stopped")
        pat, mo = await hire(tx, "Pat Part", "participation"), await hire(tx, "Mo Manager", "manager")
        others = [await hire(tx, "Al Admin", "administrator"), await hire(tx, "Pa Adviser", "pa")]
    async with store.transaction() as tx:
        closed = await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
        with pytest.raises(SurveyClosed):
            await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
    assert not closed.published
    seen = []
    for person in (sent, never):
        [row] = await told(store, person)
        seen.append((row.occasion, row.kind, row.envelope, row.opens))
    opens = {"screen": "survey/destroyed", "survey": survey}
    assert seen == [(asking.occasion(survey, "destroyed"), "ours", "envelope/something", opens)] * 2
    assert await told(store, listed) == await told(store, stopped) == []
    async with store.transaction() as tx:
        for member in (pat, mo):
            [row] = await outbox.of_staff(tx, member)
            assert (row.lane, row.envelope) == ("staff", "staff/update")
            assert row.opens == {"screen": "staff/no_figures", "survey": survey}
        assert [await outbox.of_staff(tx, member) for member in others] == [(), ()]


# Response by group


KINDS = """
name: grouped
version: 1
purpose: survey
title: By group
minutes: 1
parts:
  - id: all
    questions:
      - {id: well, kind: single, text: Well?, options: [{id: "y", label: Yes}, {id: "n", label: No}]}
      - id: age_band
        kind: single
        segment: true
        register: age
        text: How old are you?
        way_out: rather_not_say
        options: [{id: younger, label: Under 21, ages: 16-20}, {id: older, label: 21 or over, ages: 21+}]
      - id: home_kind
        kind: single
        segment: true
        register: home
        text: Where do you live?
        way_out: rather_not_say
        options: [{id: own, label: My own flat}, {id: shared, label: A shared house}, {id: tent, label: A tent}]
"""


async def groups(
    store: Store, *, younger: tuple[int, int], older: tuple[int, int], homes: dict[str, tuple[int, int]] | None = None
) -> list[Group]:
    """Response by group where so many of so many have sent."""
    async with store.transaction() as tx:
        opened = await surveys.open_survey(tx, SETTINGS, KINDS, source="grouped", closes=None, now=MONDAY)
        listed = [(date(2007, 5, 1), "", at < younger[0]) for at in range(younger[1])]
        listed += [(date(2002, 5, 1), "", at < older[0]) for at in range(older[1])]
        for home, (sent, of) in (homes or {}).items():
            listed += [(None, home, at < sent) for at in range(of)]
        for number, (born, home, sent) in enumerate(listed):
            details = Details(f"G-{number}", "Any", "One", birth_date=born, home=home)
            person = (await people.add(tx, details)).id
            if sent:
                await drafts.start(tx, person, opened.survey)
                await pool.send(tx, person, opened.survey)
    async with store.transaction() as tx:
        return await response.by_group(tx, await openings.find(tx, opened.survey))


async def test_groups_of_the_register_show_how_many_of_them_have_sent(store: Store) -> None:
    assert await groups(store, younger=(12, 31), older=(24, 42)) == [
        Group("age_band", "younger", 30, 10, share=42),
        Group("age_band", "older", 40, 25, share=58),
    ]


async def test_nothing_is_said_before_ten_have_sent_in_all(sqlite_store: Store) -> None:
    assert await groups(sqlite_store, younger=(4, 31), older=(5, 42)) == []


@pytest.mark.parametrize(
    ("younger", "older", "shown"),
    [
        ((3, 30), (20, 30), [None, None]),
        ((28, 30), (20, 30), [None, None]),
        ((15, 30), (30, 30), [None, None]),
        ((7, 9), (20, 40), [None]),
    ],
    ids=["few sent", "few did not", "that all of a group have is not said", "a group under ten is not there"],
)
async def test_a_number_that_points_at_few_is_not_shown_nor_is_what_would_give_it_away(
    sqlite_store: Store, younger: tuple[int, int], older: tuple[int, int], shown: list[int | None]
) -> None:
    assert [group.sent for group in await groups(sqlite_store, younger=younger, older=older)] == shown


async def test_a_home_is_known_by_the_words_of_the_register_and_the_rest_is_nobodys_group(sqlite_store: Store) -> None:
    homes = {"my own FLAT": (12, 20), "shared": (11, 22), "a boat": (12, 30)}
    found = await groups(sqlite_store, younger=(0, 0), older=(0, 0), homes=homes)
    assert [(group.part, group.people, group.sent) for group in found] == [("own", 20, 10), ("shared", 20, 10)]
