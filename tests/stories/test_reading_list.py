"""Typed answers from the closing of a survey to a quote: read by one role, decided by a person, nobody's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors
from support.town import Town
from support.typed import Said, closed, open_words, sent

from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from engagement import reading
from storage import people
from storage.ids import SurveyId
from storage.staff import Role

WROTE: tuple[Said, ...] = (
    {"helps": ("Priya and my mate Kit. Ring Priya on 07700 900123", True)},
    {"helps": ("Do not quote this one", False), "change": ("fix the boiler in Elm House", True)},
    {"helps": ("He hits me and i want to die", False)},
    *({"helps": (f"helps, says {letter}", True), "change": (f"change, says {letter}", True)} for letter in "abcdefghi"),
    {"rare": ("only a few of us have a baby", True)},
)
SECRET = ("Persona", "Personb", "Ferreira", "only a few", "2026", "10am", "November")
STAFF: dict[Role, str] = {
    "participation": "Asha Rao",
    "pa": "Priya Shah",
    "manager": "Marcus Bell",
    "administrator": "Ruth Adeyemi",
    "data_protection": "Dee Pea",
}


@dataclass
class Library:
    """A council whose survey has closed, and the phones of its staff."""

    here: Indoors
    survey: SurveyId
    asha: Phone
    staff: dict[str, Phone]

    async def choose(self, button: str, message: Message | None = None, *, phone: Phone | None = None) -> None:
        """Press a button, and let everything follow."""
        (phone or self.asha).press(button, message)
        await self.here.turn()

    async def say(self, text: str) -> None:
        await self.here.type(self.asha, text)

    async def open_list(self) -> Phone:
        await self.here.tick()
        await self.choose("Open", said(self.asha, "1 list to read")[0])
        return self.asha

    async def to(self, text: str) -> None:
        """Read on until this text is on the card."""
        await self.choose("Start reading")
        while text not in self.asha.card.text:
            await self.choose("Next")

    async def quoted(self) -> list[str]:
        async with self.here.store.transaction() as tx:
            return [one.words for one in await reading.quotes(tx, self.survey, "helps")]


def said(phone: Phone, *begins: str) -> list[Message]:
    """The messages on a phone that begin like this."""
    return [message for message in phone.from_bot if message.text.startswith(begins)]


@pytest.fixture
async def library(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Library]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        phones = {role: (await here.staff_phone(name, role))[0] for role, name in STAFF.items()}
        async with here.store.transaction() as tx:
            survey = await open_words(tx, now=here.clock.now())
            await sent(tx, survey, WROTE)
        await closed(here.store, survey, now=here.clock.now())
        yield Library(here, survey, phones.pop("participation"), phones)
        assert here.given_up == []


async def test_over_the_wire_a_text_comes_from_the_closing_to_a_quote(northfield: Town) -> None:
    asha = await northfield.staff_phone("Asha Rao", "participation")
    async with northfield.store.transaction() as tx:
        survey = await open_words(tx, now=northfield.clock.now())
        await sent(tx, survey, [{"helps": ("Asha rang 07700 900123 for me", True)}] * 10)
    await closed(northfield.store, survey, now=northfield.clock.now())
    await northfield.deliver()
    await asha.choose("Open", said(asha, "1 list to read")[0])
    await asha.choose("Start reading")
    assert "Asha [name] rang 07700 900123 [phone] for me" in asha.card.text
    await asha.choose("Black out a word")
    await asha.say("FOR ME")
    await asha.choose("May be quoted")
    await asha.choose("Yes, it may be quoted")
    await asha.choose("Next")
    assert asha.card.text.startswith("1 of 10 read. This is number 2.")
    assert asha.mine == []
    async with northfield.store.transaction() as tx:
        assert await reading.quotes(tx, survey, "helps") == (reading.Quote("[name] rang [phone] [left out]"),)


async def test_the_list_comes_as_one_line_with_a_day_to_whoever_may_read_and_to_nobody_else(library: Library) -> None:
    await library.here.tick()
    lines = [message.text for message in library.asha.from_bot]
    assert "1 list to read, due Tuesday 8 December 5pm" in lines
    for phone in library.staff.values():
        assert not any("list" in message.text for message in phone.from_bot)


async def test_every_text_is_read_once_after_the_instruction_and_says_nothing_of_whose_or_when(
    library: Library,
) -> None:
    asha = await library.open_list()
    seen = [asha.card.text]
    assert "You can't find out who wrote any of it, and must not try." in asha.card.text
    assert "Gwen Price, safeguarding lead (01632 960130)" in asha.card.text
    assert "help numbers to everyone" in asha.card.text
    await library.choose("Start reading")
    for place in range(1, 23):
        assert asha.card.text.startswith(f"{place - 1} of 22 read. This is number {place}.")
        assert asha.card.protected
        seen.append(asha.card.text)
        await library.choose("Next")
    assert asha.card.text.startswith("22 of 22 read.")
    texts = ["\n".join(card.split("\n\n")[2:3]) for card in seen[1:]]
    assert len(set(texts)) == 22
    assert "He hits me and i want to die" in texts
    everything = "\n".join(seen)
    assert not [word for word in SECRET if word in everything]
    assert not re.search(r"\d{1,2}[:.]\d\d", everything.replace("07700 900123", ""))
    # A text that speaks of danger started nothing: no help card, no task, nobody told.
    assert "Here are people you can talk to" not in "\n".join(message.text for message in asha.from_bot)
    async with library.here.store.transaction() as tx:
        assert await reading.quotes(tx, library.survey, "helps") == ()


async def test_what_points_at_somebody_goes_black_by_hand_and_only_then_may_it_be_quoted(library: Library) -> None:
    asha = await library.open_list()
    await library.to("my mate Kit")
    assert "Priya [name] and my mate Kit. Ring Priya [name] on 07700 900123 [phone]" in asha.card.text
    assert "Its writer said: OK to quote, no name." in asha.card.text
    await library.choose("Black out a word")
    await library.say("kitten")
    assert asha.card.text.startswith("I can't find those words there")
    await library.say("kit")
    assert "my mate Kit [left out]" in asha.card.text
    assert asha.mine == []
    await library.choose("Undo a mark")
    await library.choose("4. 07700 900123")
    assert "on 07700 900123" in asha.card.text
    assert "[phone]" not in asha.card.text
    await library.choose("Black out a word")
    await library.say("07700 900123")
    await library.choose("May be quoted")
    assert "[name] and my mate [left out]. Ring [name] on [left out]" in asha.card.text
    assert 'Said by "a young person".' in asha.card.text
    await library.choose("Yes, it may be quoted")
    assert "It may be quoted as shown below." in asha.card.text
    assert await library.quoted() == ["[name] and my mate [left out]. Ring [name] on [left out]"]
    await library.choose("Undo this")
    assert await library.quoted() == []


async def test_what_its_writer_would_not_have_quoted_has_no_button_for_it(library: Library) -> None:
    asha = await library.open_list()
    await library.to("Do not quote this one")
    assert "Its writer said: don't quote me." in asha.card.text
    assert "May be quoted" not in asha.buttons()
    await library.choose("Do not use")
    assert "It will not be used for a quote." in asha.card.text


async def test_themes_are_made_by_hand_and_counted_from_five(library: Library) -> None:
    asha = await library.open_list()
    await library.choose("Start reading")
    for place in range(6):
        await library.choose("Theme")
        if place == 0:
            await library.say("  Warm   homes ")
            await library.say("x" * 30)
            assert asha.card.text.startswith("Nothing has changed: a theme has at most 26 letters")
        else:
            await library.choose("Warm homes")
        if place < 2:
            await library.say("Money")
        assert "✓ Warm homes" in asha.buttons()
        await library.choose("Done")
        await library.choose("Next")
    assert asha.mine == []
    await library.choose("If you read danger")
    await library.choose("Themes")
    assert "Warm homes: 5\nMoney: fewer than 5" in asha.card.text


async def test_the_help_numbers_go_to_everyone_alike_after_a_second_look(library: Library) -> None:
    here = library.here
    kit, _ = await here.joined("Kit")
    bo, person = await here.joined("Bo")
    async with here.store.transaction() as tx:
        await people.set_full_messages(tx, person, True)
    asha = await library.open_list()
    await library.choose("Help numbers to everyone")
    assert asha.card.text.startswith("1 short message goes to everybody who has joined: 15 people.")
    await library.choose("Send it to everyone")
    assert "It is on its way to 15 people." in asha.card.text
    assert "Tell Gwen Price, safeguarding lead." in asha.card.text
    await library.choose("Back")
    await library.choose("Help numbers to everyone")
    await library.choose("Send it to everyone")
    assert "It was sent today already" in asha.card.text
    await here.tick()
    (envelope,) = said(kit, "There's something to look at")
    await library.choose("Open", envelope, phone=kit)
    card, helps = said(kit, "There are some numbers", "Here are people")
    assert (card.protected, helps.protected) == (True, False)
    assert "Samaritans, 116 123" in helps.text
    assert "some words come up" not in helps.text
    # Shown once more, the card does not send it again.
    await here.tap(kit, "12345678:gone:", card.id)
    assert len(said(kit, "Here are people")) == 1
    # Who chose to get messages whole has the card at once, and the numbers a tap away.
    assert not said(bo, "There's something to look at")
    await library.choose("Help", said(bo, "There are some numbers")[0], phone=bo)
    assert len(said(bo, "Here are people")) == 1


async def test_given_it_is_not_read_in_time_then_managers_hear_it_and_see_no_word_of_it(library: Library) -> None:
    here, marcus = library.here, library.staff["manager"]
    await library.open_list()
    here.clock.move(days=13, hours=23)
    await here.tick()
    assert any(one.text == "1 list to read is due Tuesday 5pm" for one in library.asha.from_bot)
    here.clock.move(hours=8)
    await here.tick()
    line = next(one for one in marcus.from_bot if one.text.startswith("1 list was due"))
    await library.choose("Open", line, phone=marcus)
    assert "People were told that a person reads what they type." in marcus.card.text
    assert "It can be read by Asha Rao." in marcus.card.text
    assert "says a" not in marcus.card.text


async def test_given_it_is_read_in_time_then_nobody_hears_more(library: Library) -> None:
    here, marcus = library.here, library.staff["manager"]
    asha = await library.open_list()
    await library.choose("Start reading")
    for _ in range(22):
        await library.choose("Next")
    here.clock.move(days=20)
    await here.tick()
    assert not any("list" in one.text for one in marcus.from_bot)
    assert not any("is due" in one.text for one in asha.from_bot)


async def test_words_that_bring_the_help_card_change_nothing_at_all_in_what_follows_a_close(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    """The same survey closes twice, once with danger in a text: tasks, messages and what is due are the same."""
    after: list[list[object]] = []
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        for role, name in STAFF.items():
            await here.staff_phone(name, role)
        for names, words in (("One", "i want to kill myself"), ("Two", "i want to paint my room")):
            async with here.store.transaction() as tx:
                survey = await open_words(tx, now=here.clock.now())
                await sent(tx, survey, [{"helps": (words, False)}] * 12, names=names)
            await closed(here.store, survey, now=here.clock.now())
            messages = [row for row in await here.rows("outbox") if f":{survey}:" in row["occasion"] and row["staff"]]
            waiting = [row for row in await here.rows("due") if row["key"] == str(survey)]
            after.append(
                [
                    await here.rows("task"),
                    sorted((row["envelope"], row["staff"], row["kind"]) for row in messages),
                    sorted((row["kind"], row["due_at"]) for row in waiting),
                ]
            )
    assert after[0][0] == []
    assert after[0] == after[1]
