"""Who is there for me: the worker and what they say of themselves, who stands in, the numbers, and how to complain."""

from __future__ import annotations

from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement import handover
from storage import staff

WHY = "I had one good worker, and it made all the difference."


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


async def menu(here: Indoors, phone: Phone, *steps: str) -> None:
    await here.type(phone, "/menu")
    await here.do(phone, *steps)


async def written(here: Indoors, worker: Phone) -> None:
    """Two days, two lines and a photo."""
    await menu(here, worker, "profile", "days", "day:0", "day:3", "profile", "part:where")
    await here.type(worker, "The Hub on Mill Road")
    await here.do(worker, "part:why")
    await here.type(worker, WHY)
    worker.send_photo()
    await here.turn()


async def test_a_worker_says_who_they_are_looks_at_it_as_it_will_be_seen_and_takes_it_back(here):
    priya, member = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    await menu(here, priya, "profile")
    assert "Nothing yet." in priya.card.text
    assert "look" not in actions(priya)
    await written(here, priya)
    assert priya.card.text.startswith(
        "What your people see of you, when they look.\n\nDays: Mon and Thu\nWhere: The Hub"
    )
    assert not any(message.sender == priya.id for message in priya.messages), "what was typed is rubbed out"
    assert not any(message.kind == "photo" for message in priya.messages)
    await here.do(priya, "look")
    as_seen = priya.card.text
    await here.do(priya, "photo")
    assert priya.from_bot[-1].kind == "photo"
    await menu(here, jo, "who", "about_worker")
    assert jo.card.text == as_seen
    assert WHY in as_seen
    await menu(here, priya, "profile", "remove", "remove_yes")
    assert "Nothing yet." in priya.card.text
    await here.do(jo, "photo")
    assert jo.card.text.startswith("Here is who you can turn to")
    assert "about_worker" not in actions(jo)
    assert {row["action"] for row in await here.rows("audit")} == {"profile_changed"}
    assert here.given_up == []


async def test_words_that_are_too_long_are_lost_to_nobody_and_shown_to_nobody(here):
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    await menu(here, priya, "profile", "part:where")
    await here.type(priya, "very " * 30)
    assert "That was a bit long for me" in priya.card.text
    assert any("very" in message.text for message in priya.messages), "theirs to make shorter"
    await here.type(priya, "The Hub")
    assert "Where: The Hub" in priya.card.text
    assert not any("very" in message.text for message in priya.messages)
    assert here.given_up == []


async def test_words_that_bring_the_help_card_are_no_part_of_a_profile(here):
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    await menu(here, priya, "profile", "part:why")
    await here.type(priya, "I want to kill myself")
    assert "Samaritans, 116 123" in here.seen_by(priya)
    assert await here.rows("profile") == []
    assert (await here.at(priya))["at"] == "staff/profile_part"


async def test_the_photo_comes_when_it_is_asked_for_and_is_asked_not_to_be_passed_on(here):
    priya, member = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    await written(here, priya)
    await menu(here, jo, "who", "about_worker")
    assert not any(message.kind == "photo" for message in jo.from_bot)
    await here.do(jo, "photo")
    photo = jo.from_bot[-1]
    assert (photo.kind, photo.protected) == ("photo", True)
    (close,) = [button for row in photo.keyboard for button in row]
    await here.tap(jo, close["callback_data"], photo.id)
    assert not any(message.kind == "photo" for message in jo.messages)
    here.telegram.files.by_id.clear()
    await here.do(jo, "photo")
    assert "I can't find the photo any more." in jo.from_bot[-1].text
    assert here.given_up == []


async def test_who_is_there_says_who_stands_in_and_until_when_and_nothing_of_why(here):
    priya, member = await here.staff_phone("Priya Shah", "pa")
    sam, _ = await here.staff_phone("Sam Okoro", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    await written(here, sam)
    await menu(here, jo, "who")
    assert "Priya is your PA.\n" in jo.card.text
    assert "Next Steps team: 01632 960101" in jo.card.text
    assert "Northfield out-of-hours team: 01632 960199" in jo.card.text
    assert "about_worker" not in actions(jo), "Sam is nobody's business here"
    await menu(here, priya, "away", "back_on:2026-11-30", "cover")
    await menu(here, jo, "who")
    assert "Priya is away, and back on Monday. Until then Sam is asked first." in jo.card.text
    await here.do(jo, "about_worker")
    assert "a bit about Sam" in jo.card.text
    await here.do(jo, "who", "contact")
    assert "Sam can see your name" in jo.card.text, "what the card says is what would be kept"
    here.clock.move(hours=12)
    await menu(here, jo, "who")
    assert "No one is at work right now. The team is back on Wednesday at 9am." in jo.card.text
    assert here.given_up == []


async def test_without_a_worker_it_is_duty(here):
    await here.staff_phone("Marcus Bell", "manager")
    jo, _ = await here.joined("Jo")
    await menu(here, jo, "who")
    assert "Until you do, the duty team is there for you. Marcus is asked first." in jo.card.text


async def test_a_complaint_and_somebody_on_their_side_are_two_taps_away_and_leave_no_trace(here):
    priya, member = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    before = await here.prints()
    await menu(here, jo, "who", "complain")
    assert "01632 960120\ncomplaints@northfield.example" in jo.card.text
    assert "It doesn't go through Priya." in jo.card.text
    assert "It changes nothing about the help you get." in jo.card.text
    assert "contact" not in actions(jo), "asking for contact leads to the worker"
    await here.do(jo, "on_my_side")
    assert "0808 157 0121" in jo.card.text
    assert "advocate" not in jo.card.text[:60]
    assert await here.prints() == before
    await here.tick()
    assert "complain" not in here.seen_by(priya)
    assert here.given_up == []


async def test_after_a_handover_the_new_worker_can_be_met_on_the_card_that_names_them(here):
    _, old = await here.staff_phone("Priya Shah", "pa")
    sam, new = await here.staff_phone("Sam Okoro", "pa")
    jo, _ = await here.joined("Jo", worker=old)
    await written(here, sam)
    async with here.store.transaction() as tx:
        now = here.clock.now()
        await handover.start(tx, await staff.by_id(tx, old), await staff.by_id(tx, new), now=now)
    await here.tick()
    await here.do(sam, "open", "take")
    await here.tick()
    await here.do(jo, "open")
    assert "About Sam" in jo.buttons()
    await here.do(jo, "about_worker")
    assert "a bit about Sam, in their own words." in jo.card.text
    await here.do(jo, "menu")
    assert here.given_up == []
