"""A birthday, from the tap that gives it to the words on the day: Jo's phone, Priya's, and Pat's who confirms dates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import days
from engagement.days import Birthday
from engagement.london import london

GIVEN, ASKED_ON = date(2026, 12, 3), date(2026, 11, 26)


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


async def until(here: Indoors, moment: datetime) -> None:
    """The clock moves on to that moment, and the heart beats twice: what is planned is due at the second."""
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()
    await here.tick()


async def gives_birthday(here: Indoors, phone: Phone, month: int = GIVEN.month, day: int = GIVEN.day) -> None:
    await here.do(phone, "settings", "days", "birthday", f"month:{month}", f"day:{day}")


async def test_the_few_words_of_a_worker_come_on_the_day_and_no_more_of_them_in_two_taps(inside: Indoors) -> None:
    priya, worker = await inside.staff_phone("Priya Shah", "pa")
    jo, person = await inside.joined("Jo", "Sands", worker=worker)
    await inside.do(jo, "settings", "days")
    assert "No one is thought to keep any" in jo.card.text
    assert "Priya can see what you pick" in jo.card.text
    assert "✓" not in str(jo.card.keyboard)
    await inside.do(jo, "birthday", "month:12", "day:3")
    assert "Your birthday here is 3 December." in jo.card.text

    await until(inside, london(ASKED_ON, time(9)))
    assert priya.last.text == "1 birthday on Thursday 3 December"
    assert "Jo" not in priya.last.text
    await inside.do(priya, "open")
    await inside.do(priya, "one")
    assert "Jo S" in priya.card.text
    assert "If nobody writes, nothing is sent." in priya.card.text
    await inside.do(priya, "write")
    await inside.type(priya, "Hope the cake is good. See you Friday.")
    assert not [one for one in priya.messages if one.text.startswith("Hope the cake")], "typed words leave the chat"
    assert "Hope the cake is good." in priya.card.text
    assert "Nothing has been sent yet." in priya.card.text
    await inside.do(priya, "send_keep")
    assert "All looked at." in priya.card.text

    await until(inside, london(GIVEN, time(10)))
    assert jo.last.text == "There's something to look at when you have a minute."
    await inside.do(jo, "open")
    assert "A few words from Priya." in jo.card.text
    assert "Hope the cake is good. See you Friday." in jo.card.text
    await inside.do(jo, "no_more")
    assert "Nothing more comes for that day." in jo.card.text
    async with inside.store.transaction() as tx:
        assert await days.birthday(tx, person) is None
    assert await inside.rows("day_choice") == []
    assert inside.given_up == []


async def test_the_usual_words_are_signed_by_who_pressed_and_a_card_with_a_name_fades(inside: Indoors) -> None:
    priya, worker = await inside.staff_phone("Priya Shah", "pa")
    jo, _ = await inside.joined("Jo", worker=worker)
    await gives_birthday(inside, jo)
    await until(inside, london(ASKED_ON, time(9)))
    await inside.do(priya, "open", "one", "mine")
    assert "Happy birthday from Priya. No need to reply." in priya.card.text
    await inside.do(priya, "send_words", "one")
    assert "The usual words are sent that day at 10am." in priya.card.text
    inside.clock.move(seconds=301)
    await inside.bot.heartbeat.tick()
    await inside.bot.mouth.quiet()
    assert "Jo" not in f"{priya.card.text} {priya.card.keyboard}"
    await inside.do(priya, "greetings", "one", "skip")
    await until(inside, london(GIVEN, time(10)))
    assert [row["occasion"] for row in await inside.rows("outbox") if row["occasion"].startswith("day:")] == []


async def test_29_february_is_kept_as_they_say_and_can_be_changed_and_taken_away(inside: Indoors) -> None:
    jo, person = await inside.joined("Jo")
    await gives_birthday(inside, jo, 2, 29)
    assert "29 February comes every four years." in jo.card.text
    await inside.do(jo, "leap:1")
    assert "In other years it is 1 March." in jo.card.text
    async with inside.store.transaction() as tx:
        assert await days.birthday(tx, person) == Birthday(2, 29, "1")
    await inside.do(jo, "month", "month:4")
    assert not [data for data in button_data(jo) if data.endswith(":day:31")]
    await inside.do(jo, "day:30")
    assert "Your birthday here is 30 April." in jo.card.text
    await inside.do(jo, "take_away")
    assert await inside.rows("day_choice") == []


async def test_a_day_is_picked_with_its_date_around_until_staff_confirm_it(inside: Indoors) -> None:
    pat, _ = await inside.staff_phone("Pat Reed", "participation")
    jo, person = await inside.joined("Jo")
    await inside.do(jo, "settings", "days", "day:eid_al_fitr", "team")
    assert "Eid al-Fitr: around 9 March" in jo.card.text
    assert "✓ Eid al-Fitr" in str(jo.card.keyboard)
    assert "A line from the team: yes" in str(jo.card.keyboard)
    await until(inside, london(date(2027, 1, 12), time(9)))
    assert pat.last.text == "1 update to see"
    await inside.do(pat, "open")
    assert "Not confirmed yet" in pat.card.text
    await inside.do(pat, "on:2027-03-10")
    assert "Confirmed by Pat." in pat.card.text
    await inside.type(jo, "/menu")
    await inside.do(jo, "settings", "days")
    assert "Eid al-Fitr: 10 March" in jo.card.text
    await until(inside, london(date(2027, 3, 10), time(10)))
    await inside.do(jo, "open")
    assert "Eid Mubarak from the team." in jo.card.text
    assert "Pat" not in jo.card.text
    async with inside.store.transaction() as tx:
        assert await days.chosen(tx, person) == {"eid_al_fitr"}
