"""The last days of a survey, as they are seen on phones: said the day before, over at midnight, and told truthfully."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement import asking, surveys
from storage import outbox, people
from storage.ids import SurveyId

THERE = "This is still here if you want it."
SOMETHING = "There's something to look at when you have a minute."
UPDATE = "1 update to see"


# It opens on 24 November for 28 days: its last is Tuesday 22 December.


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


async def until(here: Indoors, moment: datetime) -> None:
    """Let the clock come to this moment, and everything that is due with it."""
    here.clock.move((moment - here.clock.now()).total_seconds())
    await here.tick()


def lying_there(phone: Phone) -> list[str]:
    """What the lock screen shows."""
    return [line.text for line in phone.lock_screen]


async def begun(here: Indoors, name: str) -> Phone:
    """Somebody who has answered two questions and locked the phone."""
    phone, _ = await here.joined(name)
    await here.do(phone, "survey", "start", "pick:0", "skip")
    phone.lock()
    return phone


async def ready(here: Indoors, name: str) -> Phone:
    """Somebody who has gone through all of it and not pressed Send."""
    phone, _ = await here.joined(name)
    await here.do(phone, "survey", "start")
    while "send" not in (actions := {data.split(":")[1] for data in button_data(phone)}):
        await here.do(phone, "next" if "next" in actions else "skip")
    phone.lock()
    return phone


async def a_survey_near_its_end(here: Indoors) -> tuple[SurveyId, dict[str, Phone]]:
    """Four people on the day before the day before its last."""
    survey = await here.open_survey()
    phones = {"Ash": await begun(here, "Ash"), "Bea": await ready(here, "Bea"), "Cas": await ready(here, "Cas")}
    phones["Dee"], _ = await here.joined("Dee")
    await here.do(phones["Cas"], "send")
    await until(here, on(20, 12))
    for phone in phones.values():
        phone.open_chat()
        phone.lock()
    return survey, phones


async def test_the_day_before_those_with_a_draft_are_told_what_becomes_of_it(here: Indoors) -> None:
    survey, phones = await a_survey_near_its_end(here)
    await until(here, on(21, 9, 59))
    assert [lying_there(phone) for phone in phones.values()] == [[]] * 4
    await until(here, on(21, 10))
    assert {name: lying_there(phone) for name, phone in phones.items()} == {
        "Ash": [THERE],
        "Bea": [THERE],
        "Cas": [],
        "Dee": [],
    }
    ash, bea = phones["Ash"], phones["Bea"]
    await here.do(ash, "open")
    assert ash.card.text.startswith("This is still here if you want it. It closes at the end of Tuesday.")
    assert "What has not been sent by then is destroyed. Nobody ever opens it." in ash.card.text
    await here.do(ash, "survey")
    assert (await here.at(ash))["at"] == "question"
    await here.do(bea, "open")
    assert "it only needs Send" in bea.card.text
    await here.do(bea, "survey", "send")
    assert bea.card.text.startswith("Sent.")
    rows = await here.rows("outbox")
    mine = [row["occasion"] for row in rows if row["occasion"].startswith("survey:")]
    assert mine == [asking.occasion(survey, "closing")], "of who has sent, no reason is kept"


async def test_an_envelope_opened_late_shows_how_things_stand_now(here: Indoors) -> None:
    _, phones = await a_survey_near_its_end(here)
    await until(here, on(21, 10))
    await until(here, on(23, 0))
    await here.do(phones["Ash"], "open")
    assert phones["Ash"].card.text.startswith("This one is over, and nobody has read what people sent for it.")


async def test_under_ten_everybody_hears_the_same_in_the_morning_and_staff_as_well(here: Indoors) -> None:
    pat, _ = await here.staff_phone("Pat Three", "participation")
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    pat.lock()
    priya.lock()
    _, phones = await a_survey_near_its_end(here)
    everyone = list(phones.values())
    await until(here, on(22, 12))
    for phone in everyone:
        phone.open_chat()
        phone.lock()
    await until(here, on(23, 0))
    assert [row["state"] for row in await here.rows("survey")] == ["destroyed"]
    await until(here, on(23, 8, 59))
    assert [lying_there(phone) for phone in [*everyone, pat]] == [[]] * 5, "nothing is sent at night"
    await until(here, on(23, 11, 1))
    assert [lying_there(phone) for phone in everyone] == [[SOMETHING]] * 4
    assert (lying_there(pat), lying_there(priya)) == ([UPDATE], [])
    seen = set()
    for phone in everyone:
        await here.do(phone, "open")
        seen.add(phone.card.text)
    [card] = seen
    assert "Fewer than ten people sent their answers." in card
    await here.do(pat, "open")
    assert pat.card.text.startswith("Closed without figures, because fewer than 10 people sent it.")
    await here.do(pat, "staff_menu")
    assert pat.card.text.startswith("No tasks open.")


async def test_closed_by_a_command_late_at_night_nobody_is_woken(here: Indoors) -> None:
    await here.open_survey()
    phone = await begun(here, "Ash")
    await until(here, datetime(2026, 11, 24, 23, tzinfo=UTC))
    async with here.store.transaction() as tx:
        survey = (await surveys.named(tx, "care_leaver_survey")).id
        assert await surveys.close_tomorrow(tx, survey, now=here.clock.now()) == 1
    await here.tick()
    assert lying_there(phone) == []
    await until(here, datetime(2026, 11, 25, 8, 59, tzinfo=UTC))
    assert lying_there(phone) == []
    await until(here, datetime(2026, 11, 25, 11, 1, tzinfo=UTC))
    assert lying_there(phone) == [THERE]
    await here.do(phone, "open")
    assert "It closes at the end of Wednesday." in phone.card.text


async def test_who_has_had_enough_messages_this_week_gets_no_more_for_it(here: Indoors) -> None:
    survey = await here.open_survey()
    phone = await begun(here, "Ash")
    await until(here, on(20, 12))
    async with here.store.transaction() as tx:
        words, [ash] = here.bot.words(), await people.joined(tx)
        for number in range(words.cap):
            await outbox.queue(
                tx,
                occasion=f"some:{number}",
                person=ash.id,
                lane="young",
                envelope="envelope/something",
                opens={"screen": "menu"},
                not_before=here.clock.now(),
                expires_at=on(30, 0),
            )
    for _ in range(words.cap):
        await until(here, here.clock.now() + timedelta(minutes=1))
        phone.open_chat()
        phone.lock()
    await until(here, on(21, 10))
    assert THERE not in lying_there(phone)
    closing = asking.occasion(survey, "closing")
    assert [row["state"] for row in await here.rows("outbox") if row["occasion"] == closing] == ["cancelled"]
