"""What should come first: a list is typed and opened in the chat, people rank it or sort ten cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support import figures
from support.indoors import Indoors, button_data, indoors

from bot.reports import text
from bot.sandbox.phones import Phone
from engagement import priorities, results
from engagement.priorities import ListError
from storage import openings
from storage.ids import SurveyId
from surveys.cards import Outcome

THINGS = ("Free wifi at home", "Calls at the weekend", "Help with the first rent", "A place to cook together")


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here
        assert here.given_up == []


async def asha(here: Indoors) -> Phone:
    phone, _ = await here.staff_phone("Asha Khan", "participation")
    await here.do(phone, "loop", "priorities")
    return phone


async def waiting(here: Indoors) -> list[str]:
    return [row["occasion"] for row in await here.rows("outbox") if row["lane"] == "young"]


async def opened(here: Indoors) -> SurveyId:
    async with here.store.transaction() as tx:
        return (await priorities.every(tx))[0].id


def options_on(phone: Phone) -> set[str]:
    """The numbers of the options that can be tapped."""
    return {data.rpartition(":")[2] for data in button_data(phone) if data.split(":")[1] == "pick"}


# From a list to an order


async def test_a_list_is_typed_looked_at_and_opened_and_a_young_person_ranks_it(inside: Indoors) -> None:
    here, phone = inside, await asha(inside)
    young, _ = await here.joined("Ash")
    await here.do(phone, "own_list")
    await here.type(phone, THINGS[0])
    assert "look" not in {data.split(":")[1] for data in button_data(phone)}
    await here.type(phone, "\n".join([*THINGS[1:], "Something nobody wants"]))
    await here.do(phone, "take_out")
    assert all(thing in phone.card.text for thing in THINGS)
    assert "nobody wants" not in phone.card.text
    await here.type(phone, "free WIFI at home")
    assert "One was there twice." in phone.card.text
    await here.do(phone, "question")
    await here.type(phone, "What comes first for you?")
    await here.do(phone, "look", "days:7")
    assert "What comes first for you?" in phone.card.text
    assert "1 of them now" in phone.card.text
    await here.do(phone, "open_it:tell", "open_yes")
    assert "is open until Tuesday" in phone.card.text
    survey = await opened(here)
    assert await waiting(here) == [f"survey:{survey}:opened"]
    await here.tick()
    await here.do(young, "open", "start")
    assert "What comes first for you?" in young.card.text
    await here.do(young, "pick:1", "pick:3", "done", "send")
    assert young.text.startswith("Sent.")
    async with here.store.transaction() as tx:
        assert await openings.is_open(tx, survey)


async def test_where_a_story_leads_to_it_nobody_gets_a_message_and_it_is_in_everyones_menu(inside: Indoors) -> None:
    here, phone = inside, await asha(inside)
    young, _ = await here.joined("Ash")
    await here.do(phone, "cards:pick", "open_it:quietly")
    assert "Nobody gets a message." in phone.card.text
    await here.do(phone, "open_yes")
    assert await waiting(here) == []
    await here.type(young, "/menu")
    assert "Ten cards about how things are" in young.card.text
    await here.type(phone, "/menu")
    await here.do(phone, "loop", "priorities", "cards:pick")
    assert "It is open already" in phone.card.text
    assert not any(data.split(":")[1] == "open_it" for data in button_data(phone))


@pytest.mark.parametrize("role", ["pa", "manager", "administrator", "data_protection"])
async def test_only_whoever_runs_surveys_asks(inside: Indoors, role) -> None:
    phone, _ = await inside.staff_phone("Somebody Else", role)
    await inside.put(phone, {"at": "staff/priorities_sure", "what": "pick", "how": "tell"})
    await inside.tap(phone, f"{button_data(phone)[0].split(':')[0]}:open_yes:", phone.card.id)
    assert await inside.rows("survey") == []


async def test_what_cannot_be_asked_is_said_with_the_list_still_there(inside: Indoors) -> None:
    here, phone = inside, await asha(inside)
    await here.do(phone, "own_list")
    await here.type(phone, "\n".join(THINGS))
    await here.do(phone, "question")
    await here.type(phone, "What is your name?")
    await here.do(phone, "look")
    assert "That can't be asked like this." in phone.card.text
    assert all(thing in phone.card.text for thing in THINGS)
    await here.type(phone, "\n".join(f"Number {n}" for n in range(12)))
    assert "Nothing was added." in phone.card.text


# Ten cards


async def test_a_card_is_in_one_of_the_two_and_leaves_the_other_when_somebody_goes_back(inside: Indoors) -> None:
    here = inside
    await here.open_survey("gold_standard_cards")
    young, _ = await here.joined("Ash")
    await here.do(young, "survey", "start", "pick:0", "pick:6", "done")
    assert options_on(young) == {str(at) for at in range(10)} - {"0", "6"}
    assert "You have enough money to live on" not in young.card.text
    await here.do(young, "pick:1", "pick:2", "done", "back", "back")
    await here.do(young, "pick:1", "done")
    assert "2 of 2" in young.card.text
    assert "Done (1)" in str(young.card.keyboard)
    assert "1" not in options_on(young)


async def outcome(here: Indoors, survey: SurveyId) -> Outcome:
    async with here.store.transaction() as tx:
        found = await priorities.outcome(tx, survey)
    assert found is not None
    return found


async def test_a_list_gives_an_order_in_which_level_ones_are_said_to_be_level(inside: Indoors) -> None:
    here = inside
    definition = priorities.from_list("First", "What first?", THINGS)
    survey = await figures.published(here.store, definition, 60, invited=90, now=here.clock.now())
    got = await outcome(here, survey)
    assert got.mode == "list"
    assert {card.label["en"] for card in got.cards} == set(THINGS)
    assert sum(map(len, got.order)) == len(THINGS)
    async with here.store.transaction() as tx:
        said = text.text(await results.of_opening(tx, await openings.find(tx, survey)), here.bot.words())
    assert "came out level" in said
    assert "needs most work" not in said
    phone = await asha(here)
    await here.do(phone, "figures")
    assert "60 of 90 answered" in phone.card.text


# A list's own rules


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (THINGS[:2], "few"),
        ([f"Thing {n}" for n in range(13)], "many"),
        ([*THINGS[:2], "x" * 101], "long"),
        ([*THINGS, THINGS[0].upper()], "twice"),
        ([*THINGS, "In {braces}"], "words"),
    ],
)
def test_a_list_that_cannot_be_asked_says_why(items, why) -> None:
    with pytest.raises(ListError) as refused:
        priorities.from_list("First", "What first?", items)
    assert refused.value.why == why


def test_whatever_is_typed_stays_words_and_never_becomes_part_of_the_definition() -> None:
    odd = ['"quoted": [id, x]', "# not a comment", "- a dash", "line\nbreak", "a: b"]
    definition = priorities.from_list("A: title", "What first? # really", odd)
    assert '"# not a comment"' in definition
    with pytest.raises(ListError):
        priorities.from_list("First", "What is your name?", THINGS)


def test_the_last_day_is_two_weeks_away_unless_one_is_chosen() -> None:
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert priorities.last_day(None, now) == date(2026, 12, 8)
    assert priorities.last_day(date(2027, 1, 1), now) == date(2027, 1, 1)
