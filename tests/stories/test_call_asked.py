"""Would you like a call? From the question on the phone, or a worker's in person, to what both of them see of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors
from team import has

from bot.chat.visit import PLACES
from engagement import opportunities, places
from engagement.opportunities import Details
from storage import calls, people
from storage import opportunities as rows
from storage.ids import PersonId
from storage.people import Details as Known

MIDDLE_OF_NOVEMBER = datetime(2026, 11, 16, 12, tzinfo=UTC)
ASKED = datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=MIDDLE_OF_NOVEMBER) as inside:
        await inside.tick()
        yield inside
        assert inside.given_up == []


async def it_is(here: Indoors, moment: datetime) -> None:
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()


async def until_asked(here: Indoors) -> None:
    for moment in (datetime(2026, 11, 20, 11, tzinfo=UTC), ASKED):
        await it_is(here, moment)


async def wants(here: Indoors, person: PersonId) -> calls.Call | None:
    async with here.store.transaction() as tx:
        found = await calls.of_person(tx, person)
    return found[0] if found else None


async def test_the_question_comes_once_and_a_yes_is_who_when_and_which_number_changed_in_a_tap(here: Indoors) -> None:
    _, priya = await here.staff_phone("Priya Shah", "pa")
    jo, person = await here.joined("Jo", worker=priya)
    async with here.store.transaction() as tx:
        await people.change(tx, person, Known("Jo-Lee", "Jo", "Lee", phone="07700 900555"), worker=priya)
    await until_asked(here)
    assert jo.card.text == "Any time is fine for this one."
    await here.do(jo, "open")
    assert jo.card.text.startswith("A question about late December. Answer or skip, both fine.")
    assert "On 25 December a few of us phone anyone who would like a call. Would you?" in jo.card.text
    assert "You don't have to say why. Priya and the person who calls will see your answer." in jo.card.text
    assert [has(jo, one) for one in ("yes", "no", "other", "later_on")] == [True] * 4
    await here.do(jo, "yes")
    assert jo.card.text.startswith("Who should phone you on 25 December?")
    await here.do(jo, "by:anyone", "part:midday")
    assert "We have one that ends in 555." in jo.card.text
    assert "07700" not in here.seen_by(jo)
    await here.type(jo, "seven")
    assert jo.card.text.startswith("I can't read that as a phone number.")
    await here.type(jo, "07700 900123")
    assert jo.card.text.startswith("You would like a call on 25 December.")
    assert "Who: anyone kind\nWhen: 12pm to 2pm\nNumber: ends in 123" in jo.card.text
    await here.do(jo, "menu")
    assert "A call on 25 December: yes." in jo.card.text
    await here.do(jo, "calls", "when", "part:any")
    assert "When: any time, 10am to 4pm" in jo.card.text
    await here.do(jo, "no")
    assert jo.card.text.startswith("OK. No call on 25 December.")
    found = await wants(here, person)
    assert found is not None
    assert (found.wanted, found.from_time, found.recorded_by) == ("no", None, None)
    await it_is(here, datetime(2026, 12, 8, 11, tzinfo=UTC))
    assert here.seen_by(jo).count("Any time is fine for this one.") == 1


async def test_another_day_matters_more_asks_nothing_more_and_what_is_on_is_one_tap_away(here: Indoors) -> None:
    _, mo = await here.staff_phone("Mo Ali", "participation")
    jo, person = await here.joined("Jo")
    dinner = Details(title="A dinner", what_you_do="Eat with thirty of us.", where="The hall")
    async with here.store.transaction() as tx:
        starts = datetime(2026, 12, 24, 17, tzinfo=UTC)
        said = opportunities.kept(dinner)
        made = await rows.add(tx, made_by=mo, organiser=mo, kind="activity", details=said, places=30, starts_at=starts)
        await places.publish(tx, made.id, now=here.clock.now())
    await until_asked(here)
    await here.do(jo, "open", "other")
    assert "You can tell me which days matter to you. A call on 25 December is still possible" in jo.card.text
    await here.do(jo, "days_matter")
    assert (await here.at(jo))["at"] == "days"
    await here.do(jo, "menu", "calls", "around")
    assert "A dinner" in jo.card.text
    found = await wants(here, person)
    assert found is not None
    assert found.wanted == "no"


async def test_ask_me_in_december_is_kept_on_the_fifth(here: Indoors) -> None:
    jo, _ = await here.joined("Jo")
    await until_asked(here)
    await here.do(jo, "open", "later_on")
    assert "You asked me to ask later. I will, on 5 December." in jo.card.text
    await it_is(here, datetime(2026, 12, 5, 11, 30, tzinfo=UTC))
    assert jo.card.text == "A reminder, as you asked."
    await here.do(jo, "open")
    assert not has(jo, "later_on")
    await here.do(jo, "no", "menu", "settings", "stop_messages")
    assert "A call on" not in jo.card.text


async def test_who_did_not_say_is_asked_in_person_and_who_never_joined_too(here: Indoors) -> None:
    priya_phone, priya = await here.staff_phone("Priya Shah", "pa")
    jo, person = await here.joined("Jo", worker=priya)
    sam = await here.listed("Sam", worker=priya)
    await until_asked(here)
    await it_is(here, datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    assert priya_phone.card.text == "1 update to see"
    await here.do(priya_phone, "open")
    assert priya_phone.card.text.startswith("2 people to ask about 25 December.")
    await here.do(priya_phone, f"person:{sam}")
    assert "Would they like a call on 25 December? They don't have to say why." in priya_phone.card.text
    await here.do(priya_phone, "yes", "when:morning", "who:worker")
    assert "Who: their own worker\nWhen: 10am to 12pm\nNumber: none" in priya_phone.card.text
    await here.type(priya_phone, "07700 900777")
    assert "Number: ends in 777" in priya_phone.card.text
    await here.do(priya_phone, "list", f"person:{person}")
    await here.do(jo, "open", "no")
    await here.do(priya_phone, "yes")  # too late: they have said so themselves
    assert "They said no in the chat." in priya_phone.card.text
    await here.do(priya_phone, "list")
    assert priya_phone.card.text.startswith("Nobody is left to ask about 25 December.")
    await here.do(priya_phone, "staff_menu")
    assert not has(priya_phone, "call_ask")
    found = await wants(here, sam)
    assert found is not None
    assert (found.wanted, found.who, found.recorded_by) == ("yes", "worker", priya)


async def test_what_a_worker_recorded_is_told_to_them_and_they_have_the_last_word(here: Indoors) -> None:
    priya_phone, priya = await here.staff_phone("Priya Shah", "pa")
    jo, person = await here.joined("Jo", worker=priya)
    await until_asked(here)
    await here.do(jo, "open", "menu")
    await it_is(here, datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    await here.do(priya_phone, "open", f"person:{person}", "unreached", f"person:{person}", "yes")
    await it_is(here, here.clock.now() + timedelta(minutes=11))
    await here.do(jo, "open")
    assert "Priya wrote this down for you. If it isn't right, change it here." in jo.card.text
    await here.do(jo, "no")
    assert "wrote this down" not in jo.card.text
    assert PLACES["staff/call_person"].fades == PLACES["staff/call_ask"].fades == "staff/call_ask_quiet"


async def test_crisis_words_in_a_note_bring_the_card_first_and_a_ping_that_says_so_truthfully(here: Indoors) -> None:
    priya_phone, priya = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=priya)
    await until_asked(here)
    await here.do(jo, "open", "yes", "by:anyone", "part:any")
    await here.type(jo, "I want to die")  # typed where a number was asked for
    assert "I've passed it to Priya and the duty team." in here.seen_by(jo)
    assert "No one has been told" not in here.seen_by(jo)
    await here.tick()
    await here.do(priya_phone, "open")
    assert "Note: I want to die" in priya_phone.card.text
    other, _ = await here.staff_phone("Olu Obi", "pa")
    await here.put(other, {"at": "staff/call_note", "call": 1})
    await here.do(other, "staff_help")
    assert "I want to die" not in here.seen_by(other)


async def test_a_call_on_a_day_of_their_own_is_asked_for_from_where_they_ask_for_somebody(here: Indoors) -> None:
    _, priya = await here.staff_phone("Priya Shah", "pa")
    jo, person = await here.joined("Jo", worker=priya)
    await here.do(jo, "contact", "calls")
    assert jo.card.text.startswith("On which day would you like a call?")
    await here.type(jo, "yesterday")
    assert jo.card.text.startswith("I can't use that day.")
    await here.do(jo, "ahead:3", "by:worker", "part:morning", "skip")
    assert "You would like a call on 19 November." in jo.card.text
    assert "Who: Priya, if they can" in jo.card.text
    await here.do(jo, "note")
    await here.type(jo, "Ring twice")
    assert "Your note goes with it." in jo.card.text
    await here.do(jo, "menu", "settings", "stop_messages", "cancel_day")
    found = await wants(here, person)
    assert found is not None
    assert found.wanted == "no"


async def test_a_manager_makes_a_day_sets_its_hours_and_calls_it_off_before_anybody_is_asked(here: Indoors) -> None:
    morgan, _ = await here.staff_phone("Morgan Ray", "manager")
    jo, _ = await here.joined("Jo")
    await it_is(here, datetime(2026, 11, 20, 11, tzinfo=UTC))
    await here.do(morgan, "open")
    assert "25 December (Christmas), 10am to 4pm. Nobody is asked yet." in morgan.card.text
    await here.type(morgan, "1 Jan 11am-3pm")
    assert "On Tuesday the chat asks those it reaches: 1 today." in morgan.card.text
    await here.do(morgan, "sure", "day:2")
    await here.type(morgan, "12pm-4pm")
    assert "1 January, 12pm to 4pm. Nobody is asked yet." in morgan.card.text
    await here.do(morgan, "day:2", "off")
    assert "1 January, 12pm to 4pm. Off." in morgan.card.text
    await it_is(here, ASKED)
    await here.do(jo, "open")
    assert "25 December" in jo.card.text
    assert here.seen_by(jo).count("Any time is fine") == 1
