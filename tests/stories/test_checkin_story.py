"""A check-in, from the choice in Settings to what was passed on, and out again in two taps from anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement import tasks
from engagement.london import local
from storage import checkins as kept
from storage import staff
from storage.ids import PersonId

WEEK = timedelta(days=7)


async def jo_chose_thursdays(here: Indoors) -> tuple[Phone, PersonId]:
    """Jo turns it on: every week, on Thursday at 5pm. Nothing was on before."""
    _, priya = await here.staff_phone("Priya Shah", "pa")
    await here.staff_phone("Sam Okoro", "pa")
    jo, person = await here.joined("Jo", worker=priya)
    await here.do(jo, "settings", "check_ins")
    assert "off until you turn it on" in jo.text
    await here.do(jo, "rhythm_from", "rhythm:weekly", "weekday:3", "time:17")
    assert "Every week at 5pm. The next one comes on Thursday" in jo.text
    return jo, person


async def go_to(here: Indoors, day: int, hour: int, minute: int = 0) -> None:
    """The next time London clocks show this hour on that weekday."""
    now = local(here.clock.now())
    to = now.replace(hour=hour, minute=minute, second=0) + timedelta(days=(day - now.weekday()) % 7)
    here.clock.move(seconds=(to - now).total_seconds())
    await here.tick()


async def waiting(here: Indoors, person: PersonId) -> list[tuple[str, datetime]]:
    async with here.store.transaction() as tx:
        return [(one.reason, one.due_at) for one in await tasks.mine(tx, person)]


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


async def test_three_taps_say_first_what_happens_and_say_it_again_when_it_has(here: Indoors) -> None:
    jo, person = await jo_chose_thursdays(here)
    await go_to(here, 3, 17)
    assert jo.text == "Three taps, if you want to."
    await here.do(jo, "open")
    assert jo.text.startswith("Hi Jo. Three taps, if you want to.")
    assert "Priya gets your answers and should look by Monday." in jo.text
    assert "a task to reach you by Monday" in jo.text
    assert "the first time you say home is not OK" in jo.text
    assert {"ok", "not_today", "no_more", "check_ins", "help"} <= actions(jo)
    await here.do(jo, "ok", "pick:3")
    assert "Is home OK to be in right now?" in jo.text
    await here.do(jo, "back")
    assert "✓ 🙁 Not good" in [button["text"] for row in jo.card.keyboard for button in row]
    await here.do(jo, "pick:3")
    await here.type(jo, "/menu")
    await here.do(jo, "settings", "check_ins", "go_on")  # stopped, and came back to the same place
    assert "Is home OK to be in right now?" in jo.text
    await here.do(jo, "pick:2")
    assert [reason for reason, _ in await waiting(here, person)] == ["home"]
    await here.do(jo, "pick:0")
    assert jo.text.startswith("Done. I've passed it on.")
    assert "Priya gets this and should look by Monday." in jo.text
    assert "Today: Not good" in jo.text
    assert "Priya has been asked to contact you by Monday, 9.30am. If they haven't by then, " in jo.text
    await here.do(jo, "asked", "cancel")
    assert await waiting(here, person) == []
    worker = here.phones["Priya Shah"]
    await here.tick()
    assert "Not good" not in here.seen_by(worker)


async def test_a_second_no_makes_no_task_and_says_so_and_offers_a_person(here: Indoors) -> None:
    jo, person = await jo_chose_thursdays(here)
    for week in range(2):
        await go_to(here, 3, 17, week)
        await here.do(jo, "open")
        said = jo.text
        await here.do(jo, "ok", "skip", "pick:2", "pick:0")
        if week == 0:
            await here.do(jo, "asked", "cancel")
            here.clock.move(seconds=6 * 86_400)
    assert "Saying it again makes no new task." in said
    assert "You said home was not OK before, so this made no new task." in jo.text
    assert await waiting(here, person) == []
    await here.do(jo, "contact", "ask")
    assert [reason for reason, _ in await waiting(here, person)] == ["contact"]


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (("open", "no_more"), "off"),
        (("open", "not_today"), "on"),
        (("open", "ok", "check_ins", "stop_these"), "off"),
        (("open", "ok", "pick:0", "check_ins", "skip_next"), "on"),
    ],
)
async def test_from_wherever_it_shows_it_is_two_taps_to_skip_or_stop(
    here: Indoors, steps: tuple[str, ...], state: str
) -> None:
    jo, person = await jo_chose_thursdays(here)
    await go_to(here, 3, 17)
    await here.do(jo, *steps)
    async with here.store.transaction() as tx:
        plan = await kept.plan_of(tx, person)
        assert plan is not None
        assert plan.state == state
        assert await kept.unseen(tx) == ()
    assert await waiting(here, person) == []


@pytest.mark.parametrize("steps", [(), ("ok", "pick:0"), ("ok", "pick:0", "pick:1", "pick:0")])
async def test_a_cry_for_help_at_any_card_brings_help_first_and_reaches_worker_and_duty_at_once(
    here: Indoors, steps: tuple[str, ...]
) -> None:
    jo, person = await jo_chose_thursdays(here)
    await go_to(here, 3, 17)
    await here.do(jo, "open", *steps)
    said = len(here.telegram.said)
    await here.type(jo, "I want to kill myself")
    theirs = [call.text for call in here.telegram.said[said:] if call.chat == jo.id]
    help_card = next(text for text in theirs if text and "Samaritans" in text)
    assert "I've passed it to Priya and" in help_card
    assert "No one has been told" not in "\n".join(filter(None, theirs))
    async with here.store.transaction() as tx:
        (task,) = await tasks.mine(tx, person)
        assert task.note == "I want to kill myself"


async def test_what_else_is_typed_goes_to_nobody_before_they_say_so_and_the_words_of_a_button_are_a_tap(
    here: Indoors,
) -> None:
    jo, person = await jo_chose_thursdays(here)
    await go_to(here, 3, 17)
    await here.do(jo, "open", "ok")
    await here.type(jo, "not good")
    assert "Is home OK to be in right now?" in jo.text
    await here.type(jo, "my flat is cold")
    assert "Shall I pass this on" in jo.text
    assert await waiting(here, person) == []


async def test_looking_back_a_day_at_a_time_and_deleting_one_or_all(here: Indoors) -> None:
    jo, person = await jo_chose_thursdays(here)
    for week in range(2):
        await go_to(here, 3, 17, week)
        await here.do(jo, "open", "ok", "pick:1", "pick:0", "pick:0")
        here.clock.move(seconds=6 * 86_400)
    await here.do(jo, "check_ins", "mine", "day")
    assert "Today: Good" in jo.text
    await here.do(jo, "delete")
    async with here.store.transaction() as tx:
        assert len(await kept.of_person(tx, person)) == 1
    await here.do(jo, "delete_all", "delete_yes")
    assert "Nothing of what you tapped is kept here." in jo.text
    await here.do(jo, "check_ins", "settings", "data")
    assert "Your check-ins" in jo.text


async def test_when_nobody_is_there_to_look_the_card_says_so_and_none_comes(here: Indoors) -> None:
    jo, _ = await jo_chose_thursdays(here)
    async with here.store.transaction() as tx:
        for member in await staff.everyone(tx):
            await staff.leave(tx, member.id)
    await here.do(jo, "settings", "check_ins")
    assert "There is no one to get your answers right now" in jo.text
    before = len(here.telegram.said)
    await go_to(here, 3, 17)
    assert [call.text for call in here.telegram.said[before:] if call.chat == jo.id] == []


async def test_a_card_of_a_day_that_has_gone_by_is_met_with_a_kind_one(here: Indoors) -> None:
    jo, _ = await jo_chose_thursdays(here)
    await go_to(here, 3, 17)
    await here.do(jo, "open")
    await here.put(jo, {"at": "checkin", "day": "2026-01-01"})
    await here.do(jo, "ok")
    assert jo.text.startswith("That one is over, and that's fine.")
