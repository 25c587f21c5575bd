"""Crisis words wherever somebody may be: the help card comes first, tells the truth, and nothing else happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from support.indoors import UNTOUCHED, Indoors, button_data
from support.places import QUOTE, TYPED, There, closed, everywhere, nobody_to_ask, to_typed, typing

from bot.chat.visit import PLACES
from bot.sandbox.model import Call
from bot.sandbox.phones import Phone
from engagement import crisis
from storage import drafts, openings, people
from storage.ids import ChatId

HELP = "Here are people you can talk to, whatever is going on."
NOBODY_TOLD = "No one has been told."
PASSED_ON = "I've passed it to"

LISTS: dict[str, Any] = YAML(typ="safe").load(Path("engagement/data/crisis.yaml").read_text("utf-8"))

IN_ENGLISH = (
    """
I want to kill myself / i wnt 2 die / wanna kil myslef / suiside / kms / gonna unalive myself / k1ll mys3lf / k m s
I don't feel safe at home / he's hitting me / i took to many pills / KILL MYSELF / sewer slide / i cnt cope anymore
I wish I'd never been born / end it all / i self harm / killmyself / I've been cutting myself / im not safe
nothing left to live for / feeling sucidal / I was raped / he has a knife / nowhere to sleep tonight / relapsed again
""".replace("\n", " / ")
    .strip(" /")
    .split(" / ")
)

INNOCENT = (
    """
My phone died / this game is killing me / I'd kill for a job / suicide squad is my favourite film / dead tired
hairdressing, I want to do a cutting hair course / cutting costs, not corners / shooting stars / Die Hard at Christmas
my nan died last year / that cake was to die for / killing time before college / I missed the deadline
in the end it all worked out / I live about 5 kms away / I cut myself shaving / he beat me at fifa / rapeseed oil
I don't want to live with strangers / I don't want to wake up early for college / I feel safe at home / bath bombs
my PA helps me feel safe / I can't go on holiday without money / hanging out with friends / drop dead gorgeous
help with bills please / overdosed on chocolate at Christmas / they kicked me out of the group chat / I love my life
the therapist was good / knife skills in the kitchen
""".replace("\n", " / ")
    .strip(" /")
    .split(" / ")
)


def said_plainly(pattern: str) -> str:
    """One text that a phrase of the list stands for: the first of its choices, and nothing that may be left out."""
    text = re.sub(r"\[[^\]]*\]", "", pattern).replace("..", "").replace("=", "")
    text = re.sub(r"\(([^|)]*)[^)]*\)", r"\1", text).split("|")[0].replace("*", "")
    return " ".join(text.split())


def phrases() -> list[str]:
    """Plain, misspelt, slang, dressed up, emoji, and two from each other language."""
    languages = {
        **{k: v for k, v in LISTS["words"].items() if k not in ("plain", "slang", "danger")},
        **LISTS["anywhere"],
    }
    others = [said_plainly(phrase) for of in languages.values() for phrase in of[:2]]
    return [*IN_ENGLISH, *(text for text in others if crisis.found(text)), *LISTS["emoji"][::8], *LISTS["emoji_runs"]]


PHRASES = phrases()
SIGNED = frozenset({"contact/note"} | {name for name, place in PLACES.items() if place.signed})
"""Where what is typed has a name on it: see the signed lane's own test."""

OTHERS = UNTOUCHED - {"draft"}
"""What no crisis word changes; the answer that is being typed is kept as ever."""


def test_there_are_enough_phrases_to_mean_something() -> None:
    assert len(PHRASES) >= 60
    assert all(map(crisis.found, PHRASES))
    assert len(INNOCENT) >= 30
    assert not any(map(crisis.found, INNOCENT))


def calls_since(here: Indoors, start: int, phone: Phone) -> list[Call]:
    return [call for call in here.telegram.calls[start:] if call.chat == phone.id]


def first_new(calls: list[Call]) -> str:
    """The first new message in a chat."""
    return next((call.text for call in calls if call.method == "sendMessage"), "nothing at all")


async def answer_of(here: Indoors, phone: Phone, question: str) -> Any:
    async with here.store.transaction() as tx:
        person = await people.by_chat(tx, ChatId(phone.id))
        assert person is not None
        survey = (await openings.open_surveys(tx))[0].id
        return (await drafts.read(tx, person.id, survey)).values.get(question)


async def back_to_their_places(here: Indoors, there: list[There]) -> None:
    for one in there:
        if one.showing:
            await here.put(one.phone, one.showing)


@pytest.mark.parametrize(
    ("database", "share"),
    [
        ("sqlite", 12),
        ("postgresql", 40),
        pytest.param("sqlite", 1, marks=pytest.mark.prove),
        pytest.param("postgresql", 1, marks=pytest.mark.prove),
    ],
    indirect=["database"],
)
async def test_in_every_place_a_crisis_word_brings_the_help_card_first_and_nothing_else(
    either_inside: Indoors, share: int
) -> None:
    """Each place meets one in `share` of the phrases, and each phrase one in so many of the places."""
    here = either_inside
    everybody = [one for one in await everywhere(here) if one.place not in SIGNED]
    everybody.append(There("unknown chat", here.phone("Stranger"), {}))
    typing = next(one for one in everybody if one.place == TYPED)
    before, logged = await here.prints(OTHERS), len(here.logged)
    for number, phrase in enumerate(PHRASES):
        there = [one for at, one in enumerate(everybody) if one is typing or (at + number) % share == 0]
        said = len(here.telegram.calls)
        for one in there:
            await one.phone.type(phrase)
        await here.turn()
        for one in there:
            calls = calls_since(here, said, one.phone)
            assert HELP in first_new(calls), (one.place, phrase, first_new(calls))
            assert NOBODY_TOLD in first_new(calls), (one.place, phrase)
            assert sum(HELP in call.text for call in calls) == 1, (one.place, phrase)
        assert (await answer_of(here, typing.phone, typing.showing["q"]))["text"] == phrase
        echoed = [call.method for call in here.telegram.calls[said:] if len(phrase) > 3 and phrase in call.text]
        assert echoed == [], phrase
        assert {call.chat for call in here.telegram.calls[said:] if call.chat} == {one.phone.id for one in there}
        await back_to_their_places(here, there)
    # The outbox is where anything for somebody else would lie; tasks and times due are looked at with it.
    assert await here.prints(OTHERS) == before
    assert here.logged[logged:] == []


async def test_under_a_picture_too_the_help_card_comes_first(inside: Indoors) -> None:
    there = await everywhere(inside)
    said = len(inside.telegram.calls)
    for one in there:
        one.phone.send_photo("I want to kill myself")
    await inside.turn()
    for one in there:
        calls = calls_since(inside, said, one.phone)
        assert HELP in first_new(calls), one.place
        assert NOBODY_TOLD in first_new(calls), one.place
    assert inside.given_up == []


async def test_a_note_that_is_sent_on_purpose_goes_to_worker_and_duty_and_the_card_says_so(inside: Indoors) -> None:
    duty, _ = await inside.staff_phone("Marcus Bell", "manager")
    worker, member = await inside.staff_phone("Priya Shah", "pa")
    other, _ = await inside.staff_phone("Sam Okoro", "pa")
    ash, _ = await inside.joined("Ash", worker=member)
    await inside.do(ash, "contact", "ask", "change")
    said = len(inside.telegram.calls)
    await inside.type(ash, "I want to kill myself")
    card = first_new(calls_since(inside, said, ash))
    assert HELP in card
    assert f"{PASSED_ON} Priya" in card
    assert NOBODY_TOLD not in card
    await inside.tick()
    for phone, told in ((worker, True), (duty, True), (other, False)):
        lines = [call.text for call in calls_since(inside, said, phone) if call.method == "sendMessage"]
        assert bool(lines) is told, phone.user.first_name
        assert not any("kill" in line or "Ash" in line for line in lines), "an envelope names nobody"
    assert inside.given_up == []


async def test_where_nobody_is_left_to_ask_and_where_the_survey_has_closed_the_card_still_comes(
    inside: Indoors,
) -> None:
    survey = await inside.open_survey()
    worker, _ = await inside.staff_phone("Priya Shah", "pa")
    assert worker
    for one in (await nobody_to_ask(inside), await closed(inside, survey)):
        for phrase in PHRASES[::7]:
            said = len(inside.telegram.calls)
            await inside.type(one.phone, phrase)
            assert HELP in first_new(calls_since(inside, said, one.phone)), (one.place, phrase)
            await inside.put(one.phone, one.showing)
    assert inside.given_up == []


async def test_a_cry_for_help_while_joining_is_no_try(inside: Indoors) -> None:
    ash = inside.phone("Ash")
    await ash.start(await inside.invite(person=await inside.listed("Ash")))
    await inside.turn()
    await inside.type(ash, "AL")
    for phrase in ("i wnt 2 die", "k1ll mys3lf", "I can't cope", *PHRASES[::10]):
        await inside.type(ash, phrase)
    while "carry_on" in button_data(ash)[0]:
        await inside.do(ash, "carry_on")
    await inside.do(ash, "day:14")
    assert "that matches" in ash.text


async def test_an_innocent_saying_is_saved_like_any_other_answer(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    ash, _ = await here.joined("Ash")
    await here.do(ash, "survey", "start")
    await to_typed(here, ash)
    at = await here.at(ash)
    for saying in INNOCENT:
        said = len(here.telegram.calls)
        await here.type(ash, saying)
        assert (await answer_of(here, ash, at["q"]))["text"] == saying
        assert "Saved." in ash.card.text
        assert not any(HELP in call.text for call in calls_since(here, said, ash)), saying
        await here.put(ash, at)


@pytest.mark.parametrize("place", [TYPED, QUOTE])
async def test_whatever_is_typed_there_stands_in_the_answer_crisis_word_or_not(inside: Indoors, place: str) -> None:
    one = await typing(inside, place)
    for text in (*PHRASES[::9], *INNOCENT[::9], "x" * 300):
        await inside.type(one.phone, text)
        kept = await answer_of(inside, one.phone, one.showing["q"])
        assert kept == {"text": text, "quote": None}
        await inside.put(one.phone, one.showing)
