"""The help door: who and by when is said before the tap, and kept; and everything about one's own data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from respondents import respondent
from sqlalchemy.engine import make_url
from support.town import Town

from bot.sandbox.phones import Phone
from engagement import tasks
from storage import people
from storage.people import Details
from storage.tasks import Task

OFFER = (
    "Who would you like?\n\nPriya and Sam can see your name and your note, not your survey. "
    "They're asked to reach you by Wednesday, 10am."
)
CRISIS = "I want to kill myself"
HELP = "Here are people you can talk to, whatever is going on."


async def staffed(town: Town) -> dict[str, Phone]:
    """The staff of Northfield, all joined, their phones locked."""
    here = {
        name.split()[0]: await town.staff_phone(name, role)
        for name, role in (
            ("Priya Shah", "pa"), ("Sam Okoro", "pa"), ("Marcus Bell", "manager"), ("Ruth Adeyemi", "participation"),
        )
    }  # fmt: skip
    for phone in here.values():
        phone.lock()
    return here


async def asked(town: Town, note: str = "") -> Phone:
    """A young person who has asked Priya to be in touch."""
    ash = await town.joined("Ash", "Lee", worker="Priya Shah")
    await ash.choose("Ask someone to contact me")
    await ash.choose("Ask Priya")
    if note:
        await ash.choose("Change")
        await ash.say(note)
    return ash


async def the_task(town: Town) -> Task:
    async with town.store.transaction() as tx:
        ((person, _),) = await people.register(tx)
        (task,) = await tasks.tasks.of_person(tx, person.id)
    return task


def locked(phone: Phone) -> list[str]:
    return [notification.text for notification in phone.lock_screen]


# Asking


async def test_the_offer_says_who_and_by_when_and_no_asks_nobody(either_northfield: Town) -> None:
    town = either_northfield
    here = await staffed(town)
    ash = await town.joined("Ash", "Lee", worker="Priya Shah")
    await ash.choose("Ask someone to contact me")
    assert ash.text == OFFER
    await ash.choose("No")
    assert ash.text.startswith("What would you like to do?")
    await town.deliver()
    assert locked(here["Priya"]) == []


async def test_what_was_offered_is_kept_and_the_worker_sees_one_neutral_line(either_northfield: Town) -> None:
    town = either_northfield
    here = await staffed(town)
    ash = await asked(town)
    assert ash.text.startswith("Done. I've passed it on.\n\nPriya has been asked to contact you by Wednesday, 10am.")
    assert "If they haven't by then, Sam is asked instead, and I'll tell you." in ash.text
    assert (await the_task(town)).due_at == town.clock.now().replace(day=25)
    await town.deliver()
    priya = here["Priya"]
    assert locked(priya) == ["1 new task, due Wed 10am"]
    await priya.choose("Open")
    assert priya.text.startswith("Due Wed 10am.")
    assert "Ash L asked for contact." in priya.text
    await priya.choose("I've got this")
    assert priya.text.startswith("Due Wed 10am, you have it.")
    await priya.choose("We spoke")
    assert priya.text.startswith("Marked as done.")
    assert (await the_task(town)).state == "done"
    await ash.say("/menu")
    assert "Priya has been asked" not in ash.text


async def test_somebody_else_can_be_chosen_and_the_one_passed_over_sees_nothing(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await northfield.joined("Ash", "Lee", worker="Priya Shah")
    await ash.choose("Ask someone to contact me")
    await ash.choose("Someone else")
    assert "Marcus, team manager" in ash.text
    await ash.choose("Sam")
    assert "Priya" not in ash.text
    await ash.choose("Ask Sam")
    assert ash.text.startswith("Done. I've passed it on.\n\nSam has been asked")
    await northfield.deliver()
    assert locked(here["Priya"]) == []
    assert locked(here["Sam"]) == ["1 new task, due Wed 10am"]


async def test_a_note_is_taken_out_of_the_chat_and_only_the_one_asked_reads_it(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield, note="about my <flat>")
    assert ash.mine == []
    assert "flat" not in "".join(ash.reader())
    await northfield.deliver()
    await here["Priya"].choose("Open")
    assert "Note: about my <flat>" in here["Priya"].text
    assert here["Priya"].last.protected
    assert any(entity["type"] == "spoiler" for entity in here["Priya"].last.entities)
    await ash.choose("Change")
    await ash.choose("By text")
    assert (await the_task(northfield)).wanted == "text"
    assert (await the_task(northfield)).note == "about my <flat>"


async def test_asking_twice_is_one_task_and_says_what_still_stands(northfield: Town) -> None:
    await staffed(northfield)
    ash = await asked(northfield)
    await ash.say("/menu")
    await ash.choose("Ask someone to contact me")
    assert ash.text.startswith("You have asked already, and it still stands.\n\nPriya has been asked")
    assert (await the_task(northfield)).owner


async def test_cancelling_ends_it_for_everybody(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield)
    await northfield.deliver()
    await ash.choose("Cancel it")
    assert ash.text.startswith("OK, that's cancelled.")
    northfield.clock.move(days=3)
    await northfield.deliver()
    await here["Priya"].say("/menu")
    assert here["Priya"].holding("No tasks open.")
    assert locked(here["Sam"]) == []
    assert (await the_task(northfield)).state == "cancelled"


async def test_nobody_on_the_staff_means_no_promise_but_numbers_to_call(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    await ash.choose("Ask someone to contact me")
    assert ash.text.startswith("I can't find anyone to ask right now. That's our fault, not yours.")
    assert "Next Steps team: 01632 960101" in ash.text


# The clock


async def test_past_the_deadline_the_backup_is_asked_and_the_young_person_hears(either_northfield: Town) -> None:
    town = either_northfield
    here = await staffed(town)
    ash = await asked(town)
    ash.lock()
    await town.deliver()
    town.clock.move(days=1, seconds=1)
    await town.deliver()
    assert locked(here["Sam"]) == ["1 new task, due Wed 2pm"]
    assert locked(here["Priya"])[-1] == "1 task has gone to a colleague"
    assert locked(ash) == ["An update on something you asked for."]
    await ash.choose("Open")
    assert "It was not marked done in time. That's on us, and we're sorry." in ash.text
    assert "Sam has been asked instead of Priya. The new time is Wednesday, 2pm." in ash.text
    await here["Sam"].choose("Open")
    await here["Sam"].choose("Met")
    town.clock.move(days=2)
    await town.deliver()
    assert (await the_task(town)).state == "done"


async def test_the_owner_is_reminded_before_it_is_late(northfield: Town) -> None:
    here = await staffed(northfield)
    await asked(northfield)
    await northfield.deliver()
    await here["Priya"].choose("Open")
    await here["Priya"].choose("I've got this")
    here["Priya"].lock()
    northfield.clock.move(hours=6, seconds=1)
    await northfield.deliver()
    assert locked(here["Priya"]) == ["1 task is due Wed 10am"]


async def test_passed_on_it_keeps_its_hour_and_the_young_person_knows_who(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield)
    ash.lock()
    await northfield.deliver()
    await here["Priya"].choose("Open")
    await here["Priya"].choose("Pass on")
    await here["Priya"].choose("Marcus Bell")
    await northfield.deliver()
    assert locked(here["Marcus"]) == ["1 new task, due Wed 10am"]
    assert locked(ash) == ["An update on something you asked for."]
    await ash.choose("Open")
    assert "Marcus has been asked" in ash.text
    assert "10am." in ash.text
    assert "sorry" not in ash.text, "it is not late"
    task = await the_task(northfield)
    assert task.due_at == northfield.clock.now().replace(day=25)


async def test_a_friday_evening_ask_is_due_on_monday(northfield: Town) -> None:
    await staffed(northfield)
    northfield.clock.move(days=3, hours=8)
    ash = await asked(northfield)
    assert "by Monday, 5pm." in ash.text
    assert "The team is here Monday to Friday, from 9am. If it can't wait, tap Help." in ash.text


# Crisis words, and words nobody reads


async def test_crisis_words_in_a_note_go_to_worker_and_duty_at_once_and_the_card_says_so(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield, note=CRISIS)
    card = ash.holding(HELP)
    assert "I've passed it to Priya and the duty team." in card.text
    assert not card.protected, "a help card may be copied and passed on"
    await northfield.deliver()
    for name in ("Priya", "Marcus", "Ruth"):
        assert any("task" in line and "Wed 10am" in line for line in locked(here[name])), name
    assert not any("kill" in line for phone in here.values() for line in locked(phone))
    await here["Marcus"].choose("Open")
    assert f"Note: {CRISIS}" in here["Marcus"].text


async def test_at_night_the_card_says_when_it_may_be_seen(northfield: Town) -> None:
    await staffed(northfield)
    northfield.clock.move(hours=12)
    ash = await asked(northfield, note=CRISIS)
    assert "They may not see it until Wednesday." in ash.holding(HELP).text


async def test_crisis_words_in_the_survey_bring_the_card_and_tell_nobody(either_northfield: Town) -> None:
    town = either_northfield
    here = await staffed(town)
    await town.open_survey()
    one = await respondent(town, "Ash")
    await one.phone.say(CRISIS)
    card = one.phone.holding(HELP)
    assert "No one has been told." in card.text
    await town.deliver()
    assert [locked(phone) for phone in here.values()] == [[], [], [], []]
    async with town.store.transaction() as tx:
        assert not await tasks.tasks.of_person(tx, (await people.joined(tx))[0].id)
    await one.phone.choose("Carry on", card)
    assert one.phone.holding("1 of 31")


async def test_words_outside_any_question_are_passed_on_only_with_a_yes(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await northfield.joined("Ash", "Lee", worker="Priya Shah")
    await ash.say("can someone look at my heating")
    assert ash.text.startswith("Nobody reads this chat. Shall I pass this on to Priya?")
    assert ash.mine == []
    await ash.choose("No")
    await ash.say("my heating is broken")
    await ash.choose("Yes, pass it on")
    assert ash.text == OFFER, "who and by when first"
    await ash.choose("Ask Priya")
    await northfield.deliver()
    await here["Priya"].choose("Open")
    assert "Note: my heating is broken" in here["Priya"].text


async def test_the_help_card_is_always_there_and_says_it_is_a_bot(northfield: Town) -> None:
    await northfield.open_survey()
    one = await respondent(northfield, "Ash")
    await one.phone.choose("Help")
    card = one.phone.holding(HELP)
    assert "I'm a bot, so I can't help in an emergency." in card.text
    for number in ("999", "111", "116 123", "85258", "0800 1111", "01632 960199"):
        assert number in card.text
    await one.phone.say("/help")
    assert one.phone.holding(HELP).id != card.id


# Settings, stopping, coming back


async def test_full_messages_are_a_choice_and_come_whole(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    await ash.choose("Settings")
    assert "Language" not in ash.buttons(), "there is only one"
    await ash.choose("Messages")
    await ash.choose("Full messages")
    assert "✓ Full messages" in ash.buttons()
    ash.lock()
    await northfield.open_survey()
    await northfield.deliver()
    (whole,) = locked(ash)
    assert whole.startswith("About 7 minutes.")
    await ash.choose("Start")
    assert ash.text.startswith("1 of 31")


async def test_stop_stops_what_we_start_keeps_what_they_asked_for_and_start_brings_it_back(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield)
    await ash.say("STOP")
    assert ash.text.startswith("OK. I won't message you first any more.")
    assert "Priya has been asked to contact you by Wednesday, 10am. That still stands." in ash.text
    assert {"Cancel Priya", "Forget me as well", "Help"} <= set(ash.buttons())
    ash.lock()
    await northfield.open_survey()
    await northfield.deliver()
    assert locked(ash) == []
    northfield.clock.move(days=1, seconds=1)
    await northfield.deliver()
    assert locked(ash) == ["An update on something you asked for."], "this they asked for"
    assert locked(here["Sam"])
    await ash.say("/menu")
    assert "I don't message you first. That's how you set it." in ash.text
    await ash.say("START")
    assert ash.text.startswith("OK. Messages are on again.")


async def test_cancelling_from_the_stop_card_leaves_nothing_standing(northfield: Town) -> None:
    await staffed(northfield)
    ash = await asked(northfield)
    await ash.say("/stop")
    await ash.choose("Cancel Priya")
    assert "That still stands" not in ash.text
    assert (await the_task(northfield)).state == "cancelled"


# Their own data

ASH = Details(
    "NF-0815", "Ashley", "Leighton-Quill", preferred_name="Robin", birth_date=date(2006, 5, 14), gender="they",
    home="Flat on Quarry Hill", phone="07700900987", email="ash@example.org", interests=("football",),
    groups={"school": "Hilltop"},
)  # fmt: skip


async def robin(town: Town) -> Phone:
    phone = town.phone("Robin")
    await phone.start(await town.add_person(ASH, worker="Priya Shah"))
    await town.telegram.settled()
    await phone.say("RL")
    await phone.choose("14")
    await phone.choose("See what there is")
    return phone


async def test_what_is_held_about_me_is_readable_and_comes_as_a_file(northfield: Town) -> None:
    await staffed(northfield)
    await northfield.open_survey()
    phone = await robin(northfield)
    for button in ("Have a look", "Start", "A", "Stop, keep my place", "Menu", "Settings", "What you hold about me"):
        await phone.choose(button)
    for said in (
        "Name: Robin (Ashley Leighton-Quill)", "NF-0815", "14/05/2006", "Your PA: Priya Shah", "Flat on Quarry Hill",
        "07700900987", "ash@example.org", "football", "school: Hilltop", "Questions you have begun and not sent.",
    ):  # fmt: skip
        assert said in phone.text, said
    await phone.choose("Send me this as a file")
    sent = next(message for message in phone.from_bot if message.file)
    assert (sent.file.name, sent.protected) == ("my-data.json", False)
    held = json.loads(sent.file.body)
    assert held["name"] == "Ashley Leighton-Quill"
    assert held["groups"] == {"school": "Hilltop"}
    assert held["surveys"] == [{"survey": "care_leaver_survey", "state": "begun, not sent"}]
    assert "has_one" not in sent.file.body.decode(), "never what was answered"


async def test_forget_me_leaves_no_byte_of_who_they_were(
    northfield: Town, sqlite_database_url: str, tmp_path: Path
) -> None:
    await staffed(northfield)
    await northfield.open_survey()
    phone = await robin(northfield)
    for button in (
        "Have a look",
        "Start",
        "A",
        "Stop, keep my place",
        "Menu",
        "Ask someone to contact me",
        "Ask Priya",
    ):
        await phone.choose(button)
    await phone.choose("Change")
    await phone.say("zebra crossing at noon")
    await northfield.deliver()
    await phone.say("/menu")
    for button in ("Settings", "Forget me"):
        await phone.choose(button)
    assert "It is gone from our backups by 29 December." in phone.text
    assert phone.buttons() == ["No", "Yes, forget me"]
    await phone.choose("Yes, forget me")
    assert phone.text.startswith("Done. You're forgotten here.")
    await northfield.telegram.settled()
    await northfield.bot.outcomes.flush()
    file = Path(str(make_url(sqlite_database_url).database))
    kept = file.read_bytes() + b"".join(one.read_bytes() for one in (tmp_path / "keys").rglob("*") if one.is_file())
    for trace in (
        "Ashley", "Leighton", "Robin", "NF-0815", str(phone.id), "07700900987", "ash@example.org", "Quarry", "Hilltop",
        "football", "zebra",
    ):  # fmt: skip
        assert trace.encode() not in kept, trace
    await phone.say("hello")
    assert phone.text.startswith("Hi. I can only open with a private link.")
    async with northfield.store.transaction() as tx:
        assert await people.by_chat(tx, phone.id) is None


async def test_who_is_forgotten_while_somebody_is_asked_leaves_the_worker_a_kind_answer(northfield: Town) -> None:
    here = await staffed(northfield)
    ash = await asked(northfield)
    await northfield.deliver()
    await ash.say("/stop")
    await ash.choose("Forget me as well")
    await ash.choose("Yes, forget me")
    await here["Priya"].choose("Open")
    assert "Ash" not in here["Priya"].text
    assert here["Priya"].card
