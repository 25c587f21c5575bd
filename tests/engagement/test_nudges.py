"""One line of a worker's own: to their own people, in the cap, once a survey, and with no word on who has sent."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import answering, asking, budget, later, nudges, outbox, surveys
from engagement.nudges import HasSent, NotALine, NotNow, NudgedBefore, NudgeRefused, WeekIsFull
from engagement.outbox import Drop, Send, Wait
from engagement.staff import NotAllowed
from storage import outbox as rows
from storage import people, staff
from storage.errors import SurveyClosed
from storage.ids import ChatId, PersonId, StaffId, SurveyId
from storage.store import Store, Transaction

SETTINGS = settings()
TEN = 10
WORDS = "Hi Jo, the bit about the flat is worth five minutes."

SMALL = """
name: {name}
version: 1
purpose: survey
title: A small one
minutes: 2
parts:
  - id: all
    heading: All of it
    questions:
      - id: mood
        kind: single
        text: How are things?
        options: [{{id: good, label: Good}}, {{id: fair, label: Fair}}]
"""


@dataclass
class Team:
    """Priya has Jo and Kit, and a survey is open; eleven others have nobody in particular."""

    priya: StaffId
    sam: StaffId
    jo: PersonId
    kit: PersonId
    survey: SurveyId
    others: list[PersonId] = field(default_factory=list)


async def made(store: Store) -> Team:
    async with store.transaction() as tx:
        priya, sam = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Sam Okoro", "pa")
        jo, kit = await meet(tx, "Jo", priya), await meet(tx, "Kit", priya)
        others = [await meet(tx, f"other{n}") for n in range(TEN)]
        opened = await surveys.open_survey(
            tx, SETTINGS, SMALL.format(name="small"), source="small.yaml", closes=None, now=MONDAY
        )
        return Team(priya, sam, jo, kit, opened.survey, others)


@pytest.fixture
async def team(sqlite_store: Store) -> Team:
    return await made(sqlite_store)


async def nudge(tx: Transaction, team: Team, person: PersonId, *, by: StaffId | None = None, words: str = WORDS):
    member = await staff.by_id(tx, by or team.priya)
    return await nudges.send(tx, SETTINGS, member, person, team.survey, words, now=MONDAY)


async def refusal(tx: Transaction, team: Team, person: PersonId) -> type[NudgeRefused] | None:
    """What a worker is told who wants to nudge this person; None where they may."""
    try:
        await nudges.check(tx, SETTINGS, await staff.by_id(tx, team.priya), person, team.survey, now=MONDAY)
    except NudgeRefused as refused:
        return type(refused)
    return None


async def send(tx: Transaction, survey: SurveyId, *persons: PersonId) -> None:
    """These people send it."""
    for person in persons:
        await answering.begin(tx, person, survey)
        await answering.send(tx, person, survey)


async def written(tx: Transaction, person: PersonId) -> list[rows.Row]:
    return [row for row in await rows.of_person(tx, person) if row.occasion.startswith("nudge:")]


async def at_the_gate(tx: Transaction, person: PersonId) -> Send | Wait | Drop:
    """What becomes of this person's nudge as things stand."""
    (row,) = await written(tx, person)
    return await outbox.may_send(tx, row, SETTINGS, MONDAY)


async def full_week(tx: Transaction, person: PersonId) -> None:
    """As many messages as the cap holds have reached them today."""
    for n in range(SETTINGS.cap):
        await rows.queue(
            tx,
            occasion=f"news:{n}",
            person=person,
            lane="young",
            envelope="envelope/something",
            opens={"screen": "menu"},
            not_before=MONDAY - timedelta(days=30),
            expires_at=MONDAY + timedelta(days=1),
        )
        for row in await rows.claim(tx, now=MONDAY - timedelta(days=29), limit=1):
            await rows.sent(tx, row.id, 7, on=MONDAY.date())


# What goes


async def test_a_line_goes_in_the_cap_under_their_workers_name_and_is_sealed_on_the_way(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        until = await nudge(tx, team, team.jo, words="  Hi Jo,\n the bit about the flat.  ")
        (row,) = await written(tx, team.jo)
        assert (row.kind, row.lane, row.envelope) == ("ours", "young", "envelope/reminder")
        assert (row.opens["screen"], row.opens["survey"], row.opens["from"]) == ("nudge", team.survey, team.priya)
        assert "flat" not in json.dumps(dict(row.opens))
        assert nudges.words_of(tx, row.opens["words"]) == "Hi Jo, the bit about the flat."
        assert row.expires_at == until == MONDAY + timedelta(days=7)
        assert isinstance(await at_the_gate(tx, team.jo), Send)


async def test_it_is_not_worth_sending_once_the_survey_has_closed(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await surveys.close_tomorrow(tx, team.survey, now=MONDAY)
        assert await nudge(tx, team, team.jo) == MONDAY.replace(day=25, hour=0)
        await surveys.close_survey(tx, SETTINGS, team.survey, now=MONDAY)
        assert await at_the_gate(tx, team.jo) == Drop("over")
        with pytest.raises(SurveyClosed):
            await nudge(tx, team, team.kit)


@pytest.mark.parametrize("typed", ["", " \n ", "x" * 201])
def test_more_than_a_line_or_nothing_is_no_line(typed):
    with pytest.raises(NotALine):
        nudges.line(typed)


def test_two_hundred_letters_are_a_line_and_so_is_a_link():
    assert len(nudges.line("x" * 200)) == 200
    assert nudges.line("https://example.org/x") == "https://example.org/x"


# Whose people


async def test_nobody_but_their_own_worker_writes_to_them_or_is_told_who_has_sent(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await send(tx, team.survey, *team.others)
        finder = await staff.by_id(tx, await hire(tx, "Pat", "participation"))
        manager = await staff.by_id(tx, await hire(tx, "Morgan", "manager"))
        assert await nudges.surveys(tx, finder, team.jo) == ()
        for member in (finder, manager, await staff.by_id(tx, team.sam)):
            with pytest.raises(NotAllowed):
                await nudges.send(tx, SETTINGS, member, team.jo, team.survey, WORDS, now=MONDAY)
        for member in (manager, await staff.by_id(tx, team.sam)):
            with pytest.raises(NotAllowed):
                await nudges.surveys(tx, member, team.jo)
        priya = await staff.by_id(tx, team.priya)
        for nobody in (PersonId(999), team.others[0]):
            with pytest.raises(NotAllowed):
                await nudges.send(tx, SETTINGS, priya, nobody, team.survey, WORDS, now=MONDAY)
        assert await written(tx, team.jo) == []


async def test_only_somebody_whom_messages_reach_and_who_wants_them(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        listed = await meet(tx, "Lou", team.priya, joined=False)
        await people.set_reachable(tx, ChatId(1_000 + team.jo), False)
        await people.set_state(tx, team.kit, "stopped")
        for person in (listed, team.jo, team.kit):
            assert await refusal(tx, team, person) is NotNow


# Once


async def test_once_and_never_again_whoever_their_worker_is_by_then(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await nudge(tx, team, team.jo)
        await people.change(tx, team.jo, await people.details(tx, team.jo), worker=team.sam)
        with pytest.raises(NudgedBefore) as refused:
            await nudge(tx, team, team.jo, by=team.sam)
        assert refused.value.by == team.priya


async def test_two_taps_at_once_are_one_nudge(store):
    team = await made(store)

    async def once() -> bool:
        try:
            async with store.transaction() as tx:
                await nudge(tx, team, team.jo)
        except NudgedBefore:
            return False
        return True

    assert sum(await asyncio.gather(*(once() for _ in range(6)))) == 1
    async with store.transaction() as tx:
        assert len(await written(tx, team.jo)) == 1


# What a worker cannot tell


async def test_before_ten_have_sent_a_worker_is_told_the_same_of_those_who_have_and_those_who_have_not(
    sqlite_store, team
):
    """Jo has sent it and Kit has not: nothing before a nudge, at it or after it tells them apart."""
    async with sqlite_store.transaction() as tx:
        priya = await staff.by_id(tx, team.priya)
        await send(tx, team.survey, team.jo, *team.others[:8])
        seen = [await nudges.surveys(tx, priya, person) for person in (team.jo, team.kit)]
        assert seen[0] == seen[1]
        assert seen[0][0].sent is None
        assert await nudge(tx, team, team.jo) == await nudge(tx, team, team.kit)
        assert await at_the_gate(tx, team.jo) == Drop("over")
        assert isinstance(await at_the_gate(tx, team.kit), Send)
        assert [await refusal(tx, team, person) for person in (team.jo, team.kit)] == [NudgedBefore] * 2


@pytest.mark.parametrize("leaves_first", [True, False])
async def test_that_somebody_sends_it_after_a_nudge_does_not_show_either(sqlite_store, team, leaves_first):
    async with sqlite_store.transaction() as tx:
        await nudge(tx, team, team.jo)
        if leaves_first:
            await outbox.take(tx, SETTINGS, now=MONDAY, limit=100)
        await send(tx, team.survey, team.jo)
        assert await refusal(tx, team, team.jo) is NudgedBefore


async def test_room_in_the_week_is_not_said_while_it_could_tell_who_was_not_reminded(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await full_week(tx, team.kit)
        assert await refusal(tx, team, team.kit) is None
        await nudge(tx, team, team.kit)
        assert await at_the_gate(tx, team.kit) == Drop("over_cap")
        await send(tx, team.survey, *team.others)
        await full_week(tx, team.jo)
        with pytest.raises(WeekIsFull) as refused:
            await nudge(tx, team, team.jo)
        assert refused.value.room_on == date(2026, 12, 1)
        # A second survey, which few have sent, keeps its secret too.
        await surveys.open_survey(
            tx, SETTINGS, SMALL.format(name="other"), source="other.yaml", closes=None, now=MONDAY
        )
        assert await refusal(tx, team, team.jo) is None


async def test_once_ten_have_sent_it_a_worker_can_spare_those_who_have(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await send(tx, team.survey, team.jo, *team.others[:9])
        priya = await staff.by_id(tx, team.priya)
        assert [(await nudges.surveys(tx, priya, one))[0].sent for one in (team.jo, team.kit)] == [True, False]
        assert await refusal(tx, team, team.jo) is HasSent
        assert await refusal(tx, team, team.kit) is None


@pytest.mark.parametrize("enough", [True, False])
async def test_who_wants_no_more_of_it_is_not_written_to_and_the_worker_is_not_told(sqlite_store, team, enough):
    async with sqlite_store.transaction() as tx:
        if enough:
            await send(tx, team.survey, *team.others)
        await later.no_more(tx, team.jo, team.survey)
        await budget.opt_out(tx, team.kit, "surveys")
        assert [await refusal(tx, team, person) for person in (team.jo, team.kit)] == [None, None]
        assert await nudge(tx, team, team.jo) == await nudge(tx, team, team.kit)
        assert await at_the_gate(tx, team.jo) == Drop("over")
        assert await at_the_gate(tx, team.kit) == Drop("opted_out")


async def test_saying_no_more_after_a_nudge_does_not_show_either(sqlite_store, team):
    async with sqlite_store.transaction() as tx:
        await nudge(tx, team, team.jo)
        await later.no_more(tx, team.jo, team.survey)
        assert await refusal(tx, team, team.jo) is NudgedBefore
        assert await at_the_gate(tx, team.jo) == Drop("over")


def test_an_occasion_of_its_own_outlives_what_is_unsaid_about_a_survey():
    assert not asking.nudge(SurveyId(7)).startswith(asking.about(SurveyId(7)))
    assert budget.topic_of(asking.nudge(SurveyId(7))) == "surveys"
