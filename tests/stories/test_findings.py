"""Findings: what a survey found is chosen, said in plain words, looked at, told to everybody, and leads on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support import figures
from support.indoors import Indoors, button_data, indoors

from bot.reports import weighing
from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from engagement import authority, findings, surveys
from storage import outbox, people
from storage.ids import StoryId, SurveyId

SMALL = """
name: small
version: 1
purpose: survey
title: A small one
minutes: 2
headline: [safe, mood]
parts:
  - id: all
    questions:
      - id: safe
        kind: single
        text: How often do you feel safe where you live?
        share: [always]
        told: always feel safe where they live
        options: [{id: always, label: Always}, {id: less, label: Less often}]
      - id: mood
        kind: single
        text: How are things?
        share: [good]
        options: [{id: good, label: Good}, {id: fair, label: Fair}]
      - id: likes
        kind: several
        text: What do you like?
        options: [{id: music, label: Music}, {id: sport, label: Sport}]
      - {id: words, kind: short_text, text: Anything else?}
"""
FIRST = """
name: first
version: 1
purpose: priorities
title: What comes first
minutes: 1
parts:
  - id: all
    questions:
      - id: first
        kind: single
        text: What should change first?
        options: [{id: homes, label: Homes}, {id: money, label: Money}]
"""


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


async def closed(here: Indoors, size: int = 60) -> SurveyId:
    """A survey that so many answered has closed; none of them is in this story, so nothing is sent to them."""
    survey = await figures.published(here.store, SMALL, size, invited=70, now=here.clock.now())
    async with here.store.transaction() as tx:
        while waiting := await outbox.claim(tx, now=here.clock.now(), limit=99):
            for row in waiting:
                await outbox.sent(tx, row.id, 1, on=here.clock.now().date())
        for person in await people.everyone(tx):
            await people.forget(tx, person.id)
    return survey


async def at_the_story(here: Indoors) -> Phone:
    """A participation worker before a new story of the survey that has closed."""
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "loop", "findings", "about")
    return pat


def labels(phone: Phone) -> list[str]:
    return [button["text"] for row in phone.card.keyboard or [] for button in row]


async def picture_after(here: Indoors, phone: Phone, button: str) -> Message:
    """The picture this button brings, which is closed again."""
    await here.do(phone, button)
    picture = phone.last
    assert picture.kind == "photo", picture.text
    assert not picture.protected, "it may be passed on"
    await here.tap(phone, "0:carry_on:", picture.id)
    return picture


def files(phone: Phone) -> list[Message]:
    return [message for message in phone.from_bot if message.kind == "document"]


async def told_to_everybody(here: Indoors, pat: Phone, people_told: int) -> None:
    await here.do(pat, "tell")
    assert f"Goes to {people_told} of {people_told}" in pat.text, pat.text
    await here.do(pat, "ready")
    await here.type(pat, str(people_told))
    here.clock.move(seconds=61)
    await here.tick()


async def test_findings_are_chosen_looked_at_told_to_everybody_and_lead_on_to_what_comes_first(inside: Indoors) -> None:
    here = inside
    survey = await closed(here)
    kit, _ = await here.joined("Kit")
    lou, _ = await here.joined("Lou")
    assert not any(data.split(":")[1] == "story" for data in button_data(kit)), "nothing is told yet"
    pat = await at_the_story(here)
    assert "1. Most always feel safe where they live." in pat.text, "the declared measures are proposed"
    assert "2. How are things?" in pat.text
    await here.do(pat, "pick")
    assert "2 of at most 8 chosen." in pat.text
    assert "Anything else" not in pat.text, "what was typed is no figure"
    await here.do(pat, "tick:3", "tick:2", "one")
    assert "Music" in pat.text or "Sport" in pat.text
    assert "How are things?" not in pat.text

    # Her own words, with the published number beside them and no other in them.
    await here.do(pat, "words:1")
    assert "Beside it stands: That is" in pat.text
    await here.type(pat, "Seven people like where they live.")
    assert "Not kept, because this is not published: seven people." in pat.text
    await here.type(pat, "Most of us feel safe at home, all the time.")
    assert "Told: Most of us feel safe at home, all the time." in pat.text
    await here.do(pat, "one")

    # A look at it, and the pictures are weighed meanwhile.
    async with here.store.transaction() as tx:
        words = await authority.current(tx)
    assert await weighing.weigh(here.store, words) == 2
    await here.do(pat, "look")
    assert pat.text.startswith("About 60 people told us how life is.")
    await here.do(pat, "slide:2")
    assert pat.text.startswith("2 of 4\n\nMost of us feel safe at home, all the time.\n\nThat is ")
    size = next(label for label in labels(pat) if label.startswith("Picture"))
    drawn = await picture_after(here, pat, "picture")
    assert size == f"Picture, {-(-len(drawn.file.body) // 1000)} KB"
    await here.do(pat, "list", "wall")
    poster, page = files(pat)
    assert poster.file.body.startswith(b"%PDF")
    assert b"Most of us feel safe at home" in page.file.body
    assert "Most of us feel safe at home" in (await picture_after(here, pat, "group")).text

    # Told: the number is typed, a minute to cancel, one neutral line each.
    async with here.store.transaction() as tx:
        asks = (
            await surveys.open_survey(tx, words, FIRST, source="x", closes=None, now=here.clock.now(), quietly=True)
        ).survey
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "findings", "about", "tell", "ready")
    await here.type(pat, "3")
    assert "That is not the number" in pat.text
    await here.type(pat, "2")
    assert "Leaves in 60 seconds." in pat.text
    here.clock.move(seconds=61)
    await here.tick()
    for phone in (kit, lou):
        assert phone.last.text == "There's something to look at when you have a minute."
    await here.do(kit, "open")
    assert "About 60 people told us how life is. Here are the main points." in kit.text
    assert "If you didn't take part, that's fine." in kit.text
    assert kit.card.protected
    await here.do(kit, "slide:2")
    assert "How often do you feel safe" in (await picture_after(here, kit, "picture")).text
    await here.do(kit, "slide:3", "slide:4")
    assert "What should change first?" in labels(kit)
    assert "Most of us feel safe at home" in (await picture_after(here, kit, "keep")).text
    await here.do(kit, "survey")
    assert (await here.at(kit))["survey"] == asks
    await here.type(kit, "/menu")
    await here.do(kit, "story")
    assert "Here are the main points." in kit.text, "it stays behind a button"

    # How far it is known: by the survey, and rounded.
    async with here.store.transaction() as tx:
        assert await findings.told_on(tx, survey) == here.clock.now().date()
        assert await findings.share_told(tx, StoryId(1)) == (0, 0), "two of two are too few to say"
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "findings", "about", "progress")
    assert "On its way to 2 people." in pat.text, "while so few have sent the open one, nobody is counted"
    assert (await here.rows("audit"))[-1]["action"] in ("findings_told", "exported")
    assert here.given_up == []


async def test_whoever_cancels_within_the_minute_has_their_draft_again_and_can_tell_it_after_all(
    inside: Indoors,
) -> None:
    here = inside
    await closed(here)
    kit, _ = await here.joined("Kit")
    pat = await at_the_story(here)
    await here.do(pat, "tell", "see", "list", "tell", "ready")
    await here.type(pat, "1")
    await here.do(pat, "stop")
    assert pat.text == "Cancelled. Nobody was sent it."
    here.clock.move(seconds=61)
    await here.tick()
    assert [row for row in await here.rows("outbox") if row["occasion"].startswith("story")] == []
    await here.do(pat, "back")
    assert "Not told yet." in pat.text
    await told_to_everybody(here, pat, 1)
    await here.do(pat, "look")
    assert "Done. 1 of 1 sent." in pat.text
    assert kit.last.text == "There's something to look at when you have a minute."
    assert here.given_up == []


async def test_one_that_is_stopped_halfway_stays_with_those_who_have_it_and_begins_again_as_a_draft(
    inside: Indoors,
) -> None:
    here = inside
    await closed(here)
    phones = [(await here.joined(name))[0] for name in ("Kit", "Lou", "Mia")]
    pat = await at_the_story(here)
    await here.do(pat, "tell", "ready")
    phones.append((await here.joined("Noor"))[0])
    await here.type(pat, "3")
    assert "It was 3 when you looked, and now it is 4. Nothing was sent." in pat.text
    await here.do(pat, "ready")
    await here.type(pat, "4")
    here.clock.move(seconds=61)
    await here.bot.sender.once()
    await here.turn()
    await here.do(pat, "stop")
    assert pat.text.startswith("Stopped. 2 of 4 had left, the others were not sent."), pat.text
    await here.do(pat, "back")
    assert pat.text.startswith("Stopped.")
    await here.do(pat, "again")
    assert "Not told yet." in pat.text
    assert "1. Most always feel safe where they live." in pat.text
    have_it = [phone for phone in phones if phone.last.text.startswith("There's something")]
    assert len(have_it) == 2
    await here.do(have_it[0], "open")
    assert "Here are the main points." in have_it[0].text
    await here.type(have_it[0], "/menu")
    assert not any(data.split(":")[1] == "story" for data in button_data(have_it[0])), "it is no news any more"
    assert here.given_up == []


async def test_a_story_reaches_nobody_before_it_is_told_nor_anybody_else_on_the_staff(inside: Indoors) -> None:
    here = inside
    await closed(here)
    kit, _ = await here.joined("Kit")
    pat = await at_the_story(here)
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    for phone, place in ((kit, "story"), (priya, "staff/findings_story"), (priya, "staff/tell")):
        await here.put(phone, {"at": place, "story": 1, "kind": "story", "id": 1, "people": 1})
        version = button_data(phone)[0].split(":")[0]
        for action in ("slide:2", "tell:", "see:", "ready:", "pick:"):
            await here.tap(phone, f"{version}:{action}")
        assert "feel safe" not in here.seen_by(phone)
    await here.put(priya, {"at": "staff/tell_confirm", "kind": "story", "id": 1, "people": 1})
    await here.type(priya, "1")
    assert [row for row in await here.rows("outbox") if row["occasion"].startswith("story")] == []
    assert (await here.at(pat))["at"] == "staff/findings_story"
    assert here.given_up == []


async def test_under_ten_answers_there_is_nothing_to_tell_and_under_twenty_nothing_for_a_wall(inside: Indoors) -> None:
    here = inside
    few = await closed(here, 9)
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "loop", "findings")
    assert "Nothing to tell yet." in pat.text
    await here.tap(pat, f"{button_data(pat)[0].split(':')[0]}:about:{few}")
    assert await here.rows("story") == []
    await figures.published(
        here.store, SMALL.replace("name: small", "name: tiny"), 14, invited=30, now=here.clock.now()
    )
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "findings", "about")
    assert not any(label in ("For the wall", "For a chat") for label in labels(pat))
    assert here.given_up == []
