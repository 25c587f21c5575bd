"""A worker's own people in the chat: who can be reached, a new link, a line of one's own, and what nobody is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import answering
from storage import cards, chats, people
from storage.ids import ChatId, PersonId, StaffId, SurveyId
from storage.people import Details

WORDS = "The bit about the flat is worth five minutes."
UNSAID = "Who has sent is not shown before ten people have."
SMALL = """
name: {name}
version: 1
purpose: survey
title: {title}
minutes: 2
parts:
  - id: all
    heading: All of it
    questions:
      - id: mood
        kind: single
        text: How are things?
        options: [{{id: good, label: Good}}, {{id: fair, label: Fair}}]
"""


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as opened:
        opened.bot.name = "northfield_bot"
        yield opened


async def opened(here: Indoors, name: str = "small", title: str = "A small one") -> SurveyId:
    return await here.open_survey(text=SMALL.format(name=name, title=title))


async def send(here: Indoors, survey: SurveyId, *persons: PersonId) -> None:
    async with here.store.transaction() as tx:
        for person in persons:
            await answering.begin(tx, person, survey)
            await answering.send(tx, person, survey)


async def nine_others(here: Indoors) -> list[PersonId]:
    return [await here.listed(f"Other{n}") for n in range(9)]


async def twin(here: Indoors, n: int, worker: StaffId) -> PersonId:
    """Somebody who has joined, in everything but their number like the others."""
    async with here.store.transaction() as tx:
        added = await people.add(tx, Details(f"twin-{n}", "Jo", "Lee"), worker=worker)
        await people.join(tx, added.id, ChatId(here.phone(f"twin {n}").id))
    await here.type(here.phones[f"twin {n}"], "/menu")
    return added.id


def screen(phone: Phone) -> tuple[str, list[str]]:
    """The newest card, its words and its labels."""
    return phone.card.text, phone.buttons()


def copied(phone: Phone) -> str:
    """What the copy button of the newest card would copy."""
    keys = [button for row in phone.card.keyboard or [] for button in row]
    return str(next(key["copy_text"]["text"] for key in keys if "copy_text" in key))


async def to_card(here: Indoors, worker: Phone, person: PersonId) -> None:
    await here.type(worker, "/menu")
    await here.do(worker, "people", f"person:{person}")


async def nudge(here: Indoors, worker: Phone, person: PersonId, words: str = WORDS) -> None:
    await to_card(here, worker, person)
    await here.do(worker, "nudge")
    await here.type(worker, words)
    await here.do(worker, "send")


# The list and the card


async def test_a_worker_pages_through_their_own_people_and_sees_whom_messages_reach(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    _, colleague = await here.staff_phone("Sam Okoro", "pa")
    jo, _ = await here.joined("Jo", "Abbot", worker=member)
    stopped, _ = await here.joined("Kit", worker=member)
    for n in range(8):
        await here.listed(f"Zed{n}", worker=member)
    await here.joined("Lou", worker=colleague)
    await here.do(stopped, "settings", "stop_messages")
    jo.block()
    await here.turn()
    await here.type(worker, "/menu")
    await here.do(worker, "people")
    text, labels = screen(worker)
    assert text == "Everyone on your list: 10, of whom 2 have joined.\nPage 1 of 2."
    assert labels[:3] == ["Jo A, not reached", "Kit L, messages off", "Zed0 L, not joined"]
    assert len([label for label in labels if ", " in label]) == 8
    await here.do(worker, "page:2")
    assert [label for label in worker.buttons() if ", " in label] == ["Zed6 L, not joined", "Zed7 L, not joined"]
    await here.do(worker, "only:not_reached")
    assert [label for label in worker.buttons() if ", " in label] == ["Jo A, not reached"]
    await here.do(worker, "person")
    assert "Messages don't reach them here. Try another way." in worker.card.text
    assert not any("Nudge" in label for label in worker.buttons())
    await here.do(worker, "people")
    assert [label for label in worker.buttons() if ", " in label] == ["Jo A, not reached"]
    assert "Lou" not in here.seen_by(worker)
    assert here.given_up == []


async def test_details_come_on_a_tap_of_their_own_are_gone_in_five_minutes_and_that_is_noted(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    async with here.store.transaction() as tx:
        known = Details("7", "Joanna", "Abbot", preferred_name="Jo", phone="07700 900123", email="jo@example.org")
        person = (await people.add(tx, known, worker=member)).id
    await to_card(here, worker, person)
    assert "07700" not in worker.card.text
    await here.do(worker, "details")
    assert all(said in worker.card.text for said in ("07700 900123", "jo@example.org", "English", "Goes by: Jo"))
    here.clock.move(hours=0.1)
    await here.bot.heartbeat.tick()
    await here.bot.mouth.quiet()
    assert "07700" not in worker.card.text
    assert worker.buttons()[:2] == ["New link", "Details"]
    noted = [row["action"] for row in await here.rows("audit") if "person" in row["about"]]
    assert noted == ["person_seen", "details_shown"]


async def test_who_plans_surveys_finds_anybody_by_reference_and_is_not_told_who_has_sent(here):
    finder, _ = await here.staff_phone("Pat Reed", "participation")
    _, member = await here.staff_phone("Priya Shah", "pa")
    survey = await opened(here)
    _, jo = await here.joined("Jo", worker=member)
    await send(here, survey, jo, *await nine_others(here))
    await here.type(finder, "/menu")
    await here.do(finder, "find_person")
    await here.type(finder, "nobody-at-all")
    assert finder.card.text.startswith("Nobody in the register has that reference.")
    await here.type(finder, "jo-LEE")
    text, labels = screen(finder)
    assert "Jo L" in text
    assert "sent" not in text
    assert labels == ["New link", "Details", "Find somebody else", "Menu"]
    assert here.given_up == []


# A new link


async def test_one_tap_makes_a_new_link_that_lets_them_in_and_ends_the_old_one(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    person = await here.listed("Jo", worker=member)
    old = await here.invite(person=person)
    await to_card(here, worker, person)
    await here.do(worker, "link")
    link = copied(worker)
    assert link.startswith("https://t.me/northfield_bot?start=")
    assert "They have joined already" not in worker.card.text
    twice = button_data(worker)[0]
    await here.tap(worker, f"AAAAAAAA:link:{twice[-1]}")  # a double tap on the button before
    assert copied(worker) == link
    jo = here.phone("Jo")
    await jo.start(old)
    await here.turn()
    assert "doesn't work any more" in jo.text
    await jo.start(link.partition("start=")[2])
    await here.turn()
    words = next(part for part in worker.card.text.split("first says ")[1:]).split(",")[0]
    assert words in jo.text
    await here.type(jo, "JL")
    await here.do(jo, "day:14")
    assert "that matches" in jo.text
    await here.tap(worker, f"AAAAAAAA:link:{twice[-1]}")
    assert "They have joined" in worker.card.text
    assert not [row for row in await here.rows("card") if link.partition("start=")[2] in row["showing"]]
    assert here.given_up == []


async def test_a_link_for_somebody_who_has_joined_moves_them_to_their_new_phone(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    lost, person = await here.joined("Jo", worker=member)
    lost.block()
    await here.turn()
    await here.tick()
    (task,) = await here.rows("task")
    assert (task["reason"], task["state"]) == ("unreachable", "open")
    await to_card(here, worker, person)
    await here.do(worker, "link")
    assert "the phone they use now stops" in worker.card.text
    new = here.phone("Jo's new phone")
    await new.start(copied(worker).partition("start=")[2])
    await here.turn()
    await here.type(new, "JL")
    await here.do(new, "day:14")
    assert "that matches" in new.text
    (task,) = await here.rows("task")
    assert task["state"] == "cancelled"


async def test_while_nobody_knows_the_bots_name_the_worker_gets_what_to_type(here):
    here.bot.name = None
    worker, member = await here.staff_phone("Priya Shah", "pa")
    await to_card(here, worker, await here.listed("Jo", worker=member))
    await here.do(worker, "link")
    assert "https" not in worker.card.text
    jo = here.phone("Jo")
    await here.type(jo, copied(worker))
    assert "on your invite" in jo.text


async def test_no_link_is_made_that_nobody_could_use(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    async with here.store.transaction() as tx:
        person = (await people.add(tx, Details("7", "Jo", "Abbot"), worker=member)).id
    await to_card(here, worker, person)
    await here.do(worker, "link")
    assert worker.card.text.startswith("No link was made")
    assert await here.rows("invite") == []


async def test_the_bot_learns_its_own_name_when_it_starts(here):
    here.bot.name = None
    await here.bot.introduce()
    assert here.bot.name == here.telegram.bot.username


# A line of one's own


async def test_a_line_is_seen_as_it_will_look_and_arrives_like_that(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    await opened(here)
    jo, person = await here.joined("Jo", worker=member)
    await to_card(here, worker, person)
    assert UNSAID in worker.card.text
    await here.do(worker, "nudge")
    await here.type(worker, "x" * 201)
    assert worker.card.text.startswith("That was 201 letters")
    await here.type(worker, "A first try")
    await here.do(worker, "change")
    await here.type(worker, WORDS)
    preview = worker.card.text
    assert await here.rows("outbox") == []
    await here.do(worker, "send")
    assert worker.card.text.startswith("I have it. It goes between 9am and 8pm")
    await here.tick()
    assert jo.card.text == "This is still here if you want it."
    assert jo.card.text in preview
    await here.do(jo, "open")
    assert jo.card.text.startswith("Priya wrote you a line.")
    assert f"Priya wrote: {WORDS}" in jo.card.text
    assert jo.card.text in preview
    assert all(label in preview for label in jo.buttons())
    await here.do(jo, "survey", "start")
    assert "How are things?" in jo.card.text
    assert not [text for text in (row["opens"] for row in await here.rows("outbox")) if "flat" in text]
    assert [row["action"] for row in await here.rows("audit")][-1] == "nudge_sent"
    assert here.given_up == []


async def test_with_several_open_the_worker_says_which_and_each_goes_once(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    await opened(here)
    other = await opened(here, "other", "Another one")
    _, person = await here.joined("Jo", worker=member)
    await to_card(here, worker, person)
    await here.do(worker, "nudge")
    assert worker.buttons() == ["A small one", "Another one", "Back"]
    await here.do(worker, f"nudge:{other}")
    assert "Another one" in worker.card.text
    await here.type(worker, WORDS)
    preview = button_data(worker)
    await here.do(worker, "send")
    await here.tap(worker, next(data for data in preview if ":send:" in data))  # pressed twice
    await to_card(here, worker, person)
    await here.do(worker, "nudge", f"nudge:{other}")
    assert "You wrote Jo L a line about this one already. Once is what we promised." in worker.card.text
    await here.type(worker, WORDS)
    assert "Once is what we promised." in worker.card.text
    assert len([row for row in await here.rows("outbox") if row["occasion"].startswith("nudge:")]) == 1


async def test_whoever_opens_it_late_sees_what_has_become_of_it(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    survey = await opened(here)
    phones = [await here.joined(name, worker=member) for name in ("Ash", "Bo", "Cy")]
    for _, person in phones:
        await nudge(here, worker, person)
    await here.tick()
    (ash, sent), (bo, begun), (cy, _) = phones
    await send(here, survey, sent)
    async with here.store.transaction() as tx:
        await answering.begin(tx, begun, survey)
    await here.do(ash, "open")
    assert "You have sent this one already." in ash.card.text
    await here.do(bo, "open")
    assert bo.buttons()[0].startswith("Carry on")
    await here.do(bo, "no_more")
    assert "A small one" not in bo.card.text
    here.clock.move(days=40)
    await here.tick()
    await here.do(cy, "open")
    assert cy.card.text.startswith("This one is over")
    assert here.given_up == []


async def test_every_screen_of_a_worker_is_the_same_whether_or_not_they_have_sent_before_ten_have(here):
    """Letter by letter, before a nudge, at it and after it; from ten on, the worker can spare whoever has sent."""
    worker, member = await here.staff_phone("Priya Shah", "pa")
    survey = await opened(here)
    persons = [await twin(here, n, member) for n in range(2)]
    others = await nine_others(here)
    await send(here, survey, persons[0], *others[:8])

    async def walk(person: PersonId) -> list[tuple[str, list[str]]]:
        seen = []
        await to_card(here, worker, person)
        seen.append(screen(worker))
        await here.do(worker, "nudge")
        seen.append(screen(worker))
        await here.type(worker, WORDS)
        seen.append(screen(worker))
        await here.do(worker, "send")
        seen.append(screen(worker))
        await here.tick()
        await here.do(worker, "person", "nudge")
        return [*seen, screen(worker)]

    has_sent, has_not = [await walk(person) for person in persons]
    assert has_sent == has_not
    assert UNSAID in has_sent[0][0]
    await send(here, survey, persons[1])
    await to_card(here, worker, persons[1])
    assert "A small one: sent." in worker.card.text
    assert here.given_up == []


async def test_forged_buttons_about_another_workers_person_show_and_change_nothing(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    _, colleague = await here.staff_phone("Sam Okoro", "pa")
    await opened(here)
    await here.joined("Ash", worker=member)
    _, theirs = await here.joined("Zorro", "Vega", worker=colleague)
    await to_card(here, worker, 1)
    index = chats.index_of(here.store.keys, ChatId(worker.id))
    sealed = {"words": "bm90aGluZw==", "start": "bm90aGluZw==", "link": "", "asks": "day"}
    before = await here.prints()
    for place, action in (
        ("staff/people", f"person:{theirs}"),
        ("staff/people", "person:999"),
        ("staff/people", "person:x"),
        ("staff/people", "only:joined"),
        ("staff/person", "details:"),
        ("staff/person", "link:"),
        ("staff/person", "nudge:"),
        ("staff/person_details", "person:"),
        ("staff/new_link", "person:"),
        ("staff/nudge_about", "nudge:1"),
        ("staff/nudge", "gone:"),
        ("staff/nudge_preview", "change:"),
        ("staff/nudge_preview", "gone:"),
        ("staff/nudge_sent", "gone:"),
        ("staff/find_person", "gone:"),
    ):
        showing = {"at": place, "person": theirs, "survey": 1, **(sealed if place == "staff/new_link" else {})}
        async with here.store.transaction() as tx:
            await cards.keep(tx, cards.Card(index, "12345678", showing, worker.card.id))
        await here.tap(worker, f"12345678:{action}")
    for showing in ({"at": "staff/nudge", "person": theirs, "survey": 1}, {"at": "staff/find_person"}):
        await here.put(worker, showing)
        await here.type(worker, WORDS)
    assert await here.prints() == before
    assert "Zorro" not in here.seen_by(worker)
    assert here.given_up == []


# Somebody messages no longer reach


async def test_a_worker_is_told_at_once_that_messages_stop_and_when_they_arrive_again(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    jo.block()
    await here.turn()
    await here.tick()
    assert worker.card.text == "1 update to see"
    await here.do(worker, "open", "task")
    assert "Messages don't reach Jo L here. Try another way." in worker.card.text
    assert "block" not in here.seen_by(worker).lower()
    jo.unblock()
    await here.turn()
    await here.tick()
    assert worker.card.text == "1 task was cancelled"
    await here.do(worker, "open")
    assert "Messages reach Jo L here again." in worker.card.text
    await here.type(jo, "/menu")
    assert "has been asked" not in here.seen_by(jo)
    assert here.given_up == []


async def test_what_telegram_refuses_is_told_to_their_worker_too_and_once(here):
    worker, member = await here.staff_phone("Priya Shah", "pa")
    await opened(here)
    jo, person = await here.joined("Jo", worker=member)
    await nudge(here, worker, person)
    jo.chat.blocked = True  # and Telegram never says so
    await here.tick()
    await here.tick()
    (task,) = await here.rows("task")
    assert task["reason"] == "unreachable"
    assert worker.card.text == "1 update to see"
    jo.chat.blocked = False
    await here.type(jo, "/menu")
    (task,) = await here.rows("task")
    assert task["state"] == "cancelled"


async def test_a_reply_that_telegram_refuses_tells_the_same(here):
    _, member = await here.staff_phone("Priya Shah", "pa")
    jo, person = await here.joined("Jo", worker=member)
    jo.press_raw(next(data for data in button_data(jo) if ":settings:" in data), jo.card.id)
    jo.chat.blocked = True
    await here.turn()
    async with here.store.transaction() as tx:
        assert not (await people.by_id(tx, person)).reachable
    (task,) = await here.rows("task")
    assert (task["reason"], task["owner"]) == ("unreachable", member)
