"""The plan: written from what was said, a field at a time, told to everybody, and a promise that could not be kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support import typed
from support.indoors import Indoors, button_data, indoors

from bot.chat import menu
from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from engagement import reading
from storage import promises as storage
from storage import staff
from storage.ids import StaffId, SurveyId

SAID = "Somebody to ring when the heating breaks"


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


async def published(here: Indoors, reader: StaffId) -> SurveyId:
    """A small survey that ten people answered; one of them wrote something that may be quoted."""
    async with here.store.transaction() as tx:
        survey = await typed.open_words(tx, now=here.clock.now())
        await typed.sent(tx, survey, [{"helps": (f"{SAID}, {number}", True)} for number in range(10)])
    await typed.closed(here.store, survey, now=here.clock.now())
    async with here.store.transaction() as tx:
        member = await staff.by_id(tx, reader)
        await reading.approve(tx, member, survey, 1, ())
    return survey


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message.keyboard or [] for button in row]


def offers(phone: Phone, action: str) -> bool:
    return any(data.split(":")[1] == action for data in button_data(phone))


async def number_of(here: Indoors, phone: Phone) -> None:
    """Type to how many it goes."""
    people = phone.text.split("Goes to ")[1].split()[0]
    await here.do(phone, "ready")
    await here.type(phone, people)


async def write(here: Indoors, phone: Phone, field: str, words: str) -> None:
    await here.do(phone, f"write:{field}")
    await here.type(phone, words)


async def test_a_promise_from_a_quote_is_written_told_shown_and_when_it_is_dropped_told_so(inside: Indoors) -> None:
    here = inside
    pat, reader = await here.staff_phone("Pat Three", "participation")
    await published(here, reader)
    jo, _ = await here.joined("Jo")
    assert not offers(jo, "plan"), "there is no plan yet"

    # A theme, and under it a promise that begins with what was said.
    await here.do(pat, "loop", "plan_staff", "new_theme")
    await here.type(pat, "Where you live")
    await here.do(pat, "new", "survey", "quotes", "take:1")
    assert not SAID.startswith(pat.text)
    await here.type(pat, "Give you one number that answers day and night.")
    assert f"“{SAID}" in pat.text
    assert "Nobody was told of it yet" in pat.text

    # Each change is kept at once, and the last one undone.
    await write(here, pat, "who", "The repairs team")
    await write(here, pat, "see", "A card with one number on your door.")
    await here.do(pat, "day", "on:2")
    await here.do(pat, "steps", "steps:3")
    await here.do(pat, "owner", f"owner:{reader}")
    await here.do(pat, "made_with")
    assert "Made with young people: yes" in pat.text
    await here.do(pat, "undo")
    assert "Made with young people: no" in pat.text
    await here.do(pat, "state", "set:3")
    await here.type(pat, "We await the outcome of the procurement.")
    assert pat.text.startswith("Not kept. A young person would not say it like that.")
    assert "outcome: what happened" in pat.text
    await here.do(pat, "promise", "state", "set:1")
    assert "doing, 0 of 3 steps" in pat.text
    assert "Edited 24 November by Pat" in pat.text

    # What is weak is said, and stops nobody.
    await here.do(pat, "plan_staff", "weak")
    assert "No theme builds on what goes well." in pat.text
    assert "not from young people" not in pat.text

    # She looks at it as they will, tells everybody, and they can read it.
    await here.do(pat, "plan_staff", "tell", "see", "theme")
    assert "Give you one number" in pat.text
    await here.do(pat, "back", "back")
    await number_of(here, pat)
    here.clock.move(120)
    await here.tick()
    assert jo.card.text == "There's something to look at when you have a minute."
    await here.do(jo, "open", "theme")
    assert f"“{SAID}" in jo.text
    assert "The repairs team, by 28 February 2027." in jo.text
    assert "Under way: 0 of 3 steps done." in jo.text
    await here.do(jo, "more")
    assert "A card with one number on your door." in jo.text
    await here.do(jo, "keep")
    kept = next(one for one in jo.from_bot if one.text.startswith("Here it is in a message of its own."))
    assert not kept.protected
    assert all(one.protected for one in jo.from_bot if one is not kept)

    # It cannot vanish any more.
    await here.do(pat, "menu") if offers(pat, "menu") else await here.type(pat, "/menu")
    await here.do(pat, "loop", "plan_staff", "theme")
    assert not offers(pat, "end")
    await here.do(pat, "promise")
    assert not offers(pat, "remove")

    # Not kept: why, who, when and what instead, then everybody who was told is told.
    await here.do(pat, "state", "set:4")
    for words in ("The money was not agreed.", "The head of service"):
        await here.type(pat, words)
    await here.do(pat, "today")
    await here.type(pat, "A text line that answers from 9 to 5.")
    await here.do(pat, "drop", "see")
    assert "We're sorry. You were told yes, and now it's no." in pat.text
    await here.do(pat, "back")
    await number_of(here, pat)
    here.clock.move(120)
    await here.tick()
    assert jo.card.text == "An update on something we said we would do."
    await here.do(jo, "open")
    assert jo.text.splitlines() == [
        "An update on something we said we would do.",
        "",
        "We said: Give you one number that answers day and night.",
        "",
        "We can't do this. The money was not agreed. The head of service decided on 24 November 2026.",
        "",
        "Instead: A text line that answers from 9 to 5.",
        "",
        "We're sorry. You were told yes, and now it's no.",
    ]
    assert offers(jo, "say") is ("say" in menu.EVERYWHERE)
    await here.do(jo, "challenge")
    assert here.bot.words().complaints.name in jo.text
    assert here.bot.words().advocate.name in jo.text
    await here.do(jo, "dropped", "plan", "theme")
    assert "We can't do this. The money was not agreed." in jo.text
    assert here.given_up == []


async def test_what_was_shown_without_a_message_is_in_every_menu_and_files_come_as_they_are(inside: Indoors) -> None:
    here = inside
    pat, _ = await here.staff_phone("Pat Three", "participation")
    jo, _ = await here.joined("Jo")
    async with here.store.transaction() as tx:
        theme = await storage.add_theme(tx, name="Money", goes_well=True)
        words = '{"we_will": "Pay for wifi."}'
        await storage.add(tx, theme.id, words=words, by=storage.COMMAND_LINE, now=here.clock.now())
    await here.do(pat, "loop", "plan_staff", "show")
    assert pat.text.startswith("It is in everybody's chat now")
    await here.do(pat, "sheet")
    await here.do(pat, "page")
    names = [one.file.name for one in pat.from_bot if one.file is not None]
    assert names == ["plan.xlsx", "plan.html"]
    await here.type(jo, "/menu")
    await here.do(jo, "plan", "theme")
    assert "This one did not come from young people." in jo.text
    assert "Not begun yet." in jo.text
    await here.do(jo, "plan", "page")
    page = next(one for one in jo.from_bot if one.file is not None)
    assert page.file is not None
    assert b"Pay for wifi." in page.file.body
    assert not page.protected


@pytest.mark.parametrize("role", ["pa", "administrator", "data_protection"])
async def test_nobody_else_on_the_staff_comes_to_the_plan(inside: Indoors, role: str) -> None:
    here = inside
    phone, _ = await here.staff_phone("Ada One", role)  # type: ignore[arg-type]
    for place in ("staff/plan", "staff/plan_promise", "staff/plan_drop", "staff/plan_said"):
        await here.put(phone, {"at": place, "promise": 1, "theme": 1})
        await here.type(phone, "Anything")
        assert (await here.at(phone))["at"] == "staff/menu"
    assert await here.rows("plan_theme") == []
