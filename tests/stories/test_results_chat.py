"""Results in the chat of staff: paged through in words, a picture on request, and nothing for anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import figures
from support.indoors import Indoors, button_data, indoors
from support.town import Town

from bot.sandbox.markup import units
from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from storage.ids import SurveyId
from storage.staff import Role

FIRST_LINE = "60 of 90 answered (67%). People who did not may feel differently."
MOST_BYTES, MOST_CAPTION = 80_000, 1024

SMALL = """
name: small
version: 1
purpose: survey
title: A small one
minutes: 2
parts:
  - id: all
    heading: All of it
    questions:
      - id: mood
        kind: single
        text: How are things?
        share: good
        options: [{id: good, label: Good}, {id: fair, label: Fair}, {id: poor, label: Poor}]
      - {id: words, kind: short_text, text: Anything else?}
      - id: likes
        kind: several
        text: What do you like?
        options: [{id: music, label: Music}, {id: sport, label: Sport}]
"""


async def closed(here: Town | Indoors, definition: str | None = None) -> SurveyId:
    """A survey of ninety people, sixty of whom have answered."""
    return await figures.published(here.store, definition or figures.shipped(), 60, invited=90, now=here.clock.now())


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message.keyboard or [] for button in row]


def pictures(phone: Phone) -> list[Message]:
    return [message for message in phone.from_bot if message.kind == "photo"]


async def picture_after(phone: Phone, button: str) -> Message:
    """The picture this button brings."""
    before = len(pictures(phone))
    await phone.tap(button)
    await phone.until(lambda held: len(pictures(held)) > before)
    await phone.settled()
    return pictures(phone)[-1]


def card(phone: Phone) -> Message:
    return next(message for message in reversed(phone.from_bot) if message.kind == "text")


def checked(picture: Message) -> None:
    """A picture as it must be: small, silent, free to be passed on, and every number in its words."""
    assert picture.file is not None
    assert len(picture.file.body) <= MOST_BYTES
    assert (picture.silent, picture.protected) == (True, False)
    assert units(picture.text) <= MOST_CAPTION
    assert picture.text.startswith(FIRST_LINE)
    assert labels(picture)[0] == "Read as text"


async def test_a_participation_worker_reads_results_question_by_question(northfield: Town) -> None:
    await closed(northfield)
    pat = await northfield.staff_phone("Pat Part", "participation")
    await pat.choose("Menu")
    await pat.choose("Results")
    assert pat.text.splitlines()[2].startswith("1. ")
    await pat.choose("1. ")
    assert pat.text.startswith(FIRST_LINE)
    assert "Getting going" in pat.text
    assert [label for label in labels(pat.card) if label.isdigit()] == list("123456")
    await pat.choose("More")
    await pat.choose("More")
    assert [label for label in labels(pat.card) if label.isdigit()] == ["13", "14", "15", "16", "17", "18"]
    await pat.choose("18")
    assert pat.text.startswith(FIRST_LINE)
    assert "Question 18 of 31." in pat.text
    await pat.choose("Next")
    await pat.choose("Next")
    await pat.choose("Previous")
    assert "Question 19 of 31." in pat.text
    await pat.choose("All questions")
    assert "19" in labels(pat.card), "back on the page where it stands"
    await pat.choose("All results")
    await pat.choose("Menu")
    assert pat.text == "No tasks open."
    assert pictures(pat) == []


async def test_pictures_come_below_with_all_their_words_and_lead_on(northfield: Town) -> None:
    await closed(northfield)
    pat = await northfield.staff_phone("Pat Part", "participation")
    for button in ("Menu", "Results", "1. ", "1"):
        await pat.choose(button)
    picture = await picture_after(pat, "Picture")
    assert pat.last == picture
    checked(picture)
    assert pat.lock_screen == []
    second = await picture_after(pat, "Next picture")
    assert pictures(pat) == [picture, second]
    checked(second)
    assert "Question 2 of 31." in card(pat).text, "the card above goes along"
    await pat.choose("Close", second)
    assert pictures(pat) == [picture]
    await pat.choose("Read as text", picture)
    assert pat.last.kind == "text"
    assert pat.last.text.startswith(FIRST_LINE)
    assert "Question 1 of 31." in pat.last.text
    assert [one.kind for one in pat.from_bot] == ["photo", "text"]


async def test_a_manager_has_one_picture_on_the_menu_and_reads_it_as_text(northfield: Town) -> None:
    mo = await northfield.staff_phone("Mo Manager", "manager")
    await mo.choose("Menu")
    assert "Results" in labels(mo.card)
    assert "Results in one picture" not in labels(mo.card), "nothing has closed"
    await closed(northfield)
    await northfield.deliver()  # the news of it, which would come at any moment
    await mo.say("/menu")
    assert "Results in one picture" in labels(mo.card)
    checked(await picture_after(mo, "Results in one picture"))
    assert labels(mo.card) == ["Read as text", "Next picture", "Close"]
    await mo.choose("Read as text")
    assert mo.last.kind == "text"
    assert mo.last.text.startswith(FIRST_LINE)
    await mo.choose("All questions")
    assert mo.text.startswith(FIRST_LINE)
    assert "Read what people typed" not in labels(mo.card)


async def test_when_a_survey_closes_the_envelope_leads_to_its_figures(northfield: Town) -> None:
    pat = await northfield.staff_phone("Pat Part", "participation")
    pat.lock()
    await closed(northfield)
    await northfield.deliver()
    assert "1 update to see" in [notice.text for notice in pat.lock_screen]
    await pat.choose("Open", next(one for one in pat.from_bot if one.text == "1 update to see"))
    assert FIRST_LINE in [one.text.splitlines()[0] for one in pat.from_bot]


# Who may, and when


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


async def forged(here: Indoors, phone: Phone, survey: SurveyId) -> str:
    """Everything that comes of every button that leads to results, wherever the card of this chat is said to be."""
    said = len(here.telegram.said)
    places = ({"at": "menu"}, {"at": "results/all"}, {"at": "results"}, {"at": "results/question", "n": 1})
    taps = ("results:", f"figures:{survey}", f"summary:{survey}", "figure:1", "picture:", f"as_text:{survey}.1")
    for place in places:
        for tap in (*taps, f"next_picture:{survey}.2", "back:", "page:2"):
            await here.put(phone, {**place, "survey": survey})
            card = phone.card
            version = (card.keyboard or [[]])[0][0]["callback_data"].partition(":")[0]
            await here.tap(phone, f"{version}:{tap}", card.id)
            await here.tap(phone, f"0:{tap}", card.id)
    return "\n".join(str(call.text) for call in here.telegram.said[said:] if call.chat == phone.id)


async def test_nobody_but_those_who_may_see_figures_gets_any(inside: Indoors) -> None:
    here = inside
    survey = await closed(here, SMALL)
    ash, _ = await here.joined("Ash")
    admin, _ = await here.staff_phone("Al Admin", "administrator")
    assert not any(":results:" in data for data in (*button_data(ash), *button_data(admin)))
    for phone in (ash, admin):
        words = await forged(here, phone, survey)
        assert "answered" not in words
        assert "A small one" not in words
        assert pictures(phone) == []
    assert (await here.at(admin))["at"] == "staff/menu"
    stranger = here.phone("Nobody")
    await stranger.type("hello")
    await here.turn()
    for tap in (f"as_text:{survey}.1", f"next_picture:{survey}.1", f"summary:{survey}"):
        await here.tap(stranger, f"0:{tap}", stranger.last.id)
    assert pictures(stranger) == []
    assert "answered" not in str([one.text for one in stranger.from_bot])
    assert here.given_up == []


@pytest.mark.parametrize(("role", "reads"), [("pa", False), ("manager", False), ("participation", True)])
async def test_all_who_see_figures_see_how_many_wrote_and_one_role_what(
    inside: Indoors, role: Role, reads: bool
) -> None:
    here = inside
    survey = await closed(here, SMALL)
    phone, _ = await here.staff_phone("Some Body", role)
    await here.do(phone, "results", "figures", "figure:2")
    assert phone.text.startswith(FIRST_LINE)
    assert not any(":picture:" in data for data in button_data(phone)), "there is nothing to draw"
    assert any(":reading:" in data for data in button_data(phone)) is reads
    await here.tap(phone, f"{button_data(phone)[0].split(':')[0]}:reading:{survey}")
    assert ((await here.at(phone))["at"] == "reading") is reads
    assert "Words about" not in str([one.text for one in phone.from_bot])


async def test_until_a_survey_closes_its_day_is_all_there_is(inside: Indoors) -> None:
    here = inside
    survey = await figures.opened(here.store, SMALL, invited=90, now=here.clock.now())
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await figures.answered(here.store, survey, SMALL, 60)
    await here.do(pat, "results")
    assert pat.text == (
        "Nothing to see yet. Figures come when something has closed.\n\n"
        "Open now: A small one. Figures come when it closes, at the end of Tuesday 22 December."
    )
    words = await forged(here, pat, survey)
    assert "60" not in words
    assert "answered" not in words
    assert pictures(pat) == []
    await figures.closed(here.store, survey, now=here.clock.now() + timedelta(days=1))
    await here.type(pat, "/menu")
    await here.do(pat, "results", "figures")
    assert pat.text.startswith(FIRST_LINE)


async def test_a_survey_that_was_destroyed_has_no_figures_to_lead_to(inside: Indoors) -> None:
    here = inside
    survey = await figures.published(here.store, SMALL, 9, invited=90, now=here.clock.now())
    mo, _ = await here.staff_phone("Mo Manager", "manager")
    assert not any(":summary:" in data for data in button_data(mo))
    await here.do(mo, "results")
    assert mo.text == "Nothing to see yet. Figures come when something has closed."
    await forged(here, mo, survey)
    assert pictures(mo) == []
    assert (await here.at(mo))["at"] == "staff/menu"


# Old buttons, double taps, a second device


async def test_a_double_tap_on_picture_brings_one_and_an_old_button_the_newest_card(inside: Indoors) -> None:
    here = inside
    await closed(here, SMALL)
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "results", "figures", "figure:1")
    at, old = card(pat).id, next(data for data in button_data(pat) if ":picture:" in data)
    for _ in range(2):
        pat.press_raw(old, at)
    await here.turn()
    (picture,) = pictures(pat)
    assert "Question 1 of 3." in card(pat).text
    for _ in range(2):
        pat.press_raw(f"0:next_picture:{await newest(here)}.3", picture.id)
    await here.turn()
    assert len(pictures(pat)) == 2
    assert "Question 3 of 3." in card(pat).text
    assert "Next picture" not in labels(pictures(pat)[-1]), "it is the last one"


async def test_after_the_clock_has_moved_on_for_days_a_picture_still_leads_to_its_words(inside: Indoors) -> None:
    here = inside
    survey = await closed(here, SMALL)
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "results", "figures", "figure:1", "picture")
    (picture,) = pictures(pat)
    here.clock.move(days=5)
    await here.type(pat, "/menu")
    await here.tap(pat, f"0:as_text:{survey}.1", picture.id)
    assert "Question 1 of 3." in pat.last.text
    await here.tap(pat, "0:carry_on:", picture.id)
    assert here.given_up == []


async def test_where_a_pictures_button_leads_is_typed_by_strangers(inside: Indoors) -> None:
    here = inside
    await closed(here, SMALL)
    pat, _ = await here.staff_phone("Pat Part", "participation")
    for wrong in ("", "1", "1.", "1.0", "1.4", "1.2", "9.1", "x.y", "1.1.1", "-1.1", "99999999999.1"):
        await here.tap(pat, f"0:next_picture:{wrong}", pat.card.id)
        assert pictures(pat) == [], wrong
        await here.tap(pat, f"0:as_text:{wrong}", pat.card.id)
        assert pat.text.startswith((FIRST_LINE, "No tasks open.")), wrong
    assert here.given_up == []


async def newest(here: Indoors) -> SurveyId:
    (row,) = await here.rows("survey")
    return SurveyId(row["id"])
