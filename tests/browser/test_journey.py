"""The whole journey on the page of phones, in a real browser: what anybody trying the sandbox would do and see."""

from __future__ import annotations

import pytest
from handling import Held, keep
from playwright.async_api import Page

from bot.sandbox.demo import Demo

QUESTIONS = 31
MOST_DAYS = 9
"""Over Christmas and a weekend nobody is asked anything for so long."""
HELD_BACK = "Weekend calls. Someone who stays."
PICTURED = {
    "1 of 31": "question",
    "2 of 31": "several_lettered",
    "3 of 31": "scale",
    "27 of 31": "rank",
}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def test_the_journey_from_a_link_to_send_and_a_call_asked_for(here: Demo, tab: Page, wrong: list[str]) -> None:
    ash, sami, priya = (Held(tab, here, name) for name in ("Ash", "Sami", "Priya Shah"))
    await a_worker_joins(priya)
    await priya.do("Lock")
    await a_young_person_joins(ash)
    await ash.tap("See what there is")
    await ash.tap("Have a look")
    await ash.tap("Start")
    await they_wander_about(ash)
    await they_answer_everything(ash)
    await they_send(ash)
    await another_asks_for_a_person_by_keyboard(sami)
    await the_worker_sees_one_plain_line(priya)
    await the_whole_page(tab, here)
    await the_worker_has_spoken(priya)
    await what_is_held(ash)
    assert wrong == []
    assert here.running.telegram.offences == []


async def a_worker_joins(priya: Held) -> None:
    await priya.start()
    await priya.say("PS")
    assert "Your role here: PA." in await priya.card()
    await priya.tap("Menu")
    assert await priya.card() == "No tasks open."


async def a_young_person_joins(ash: Held) -> None:
    await ash.start()
    assert "You have a private invite" in await ash.card()
    await ash.picture("join_check")
    await ash.say("ah")
    await ash.tap("1")
    assert "I'm a bot, not a person." in await ash.card()
    assert await ash.node.locator(".msg.mine").count() == 0, "what was typed is rubbed out"
    await ash.tap("How private is it?")
    await ash.picture("privacy")
    await ash.tap("OK")


async def they_wander_about(ash: Held) -> None:
    """Back, Help, Hide, Stop and coming back, a locked phone: the place is kept through all of it."""
    await ash.picture("question")
    await ash.tap("C")
    await ash.tap("Back")
    assert "✓ C" in await ash.keys()
    await ash.tap("✓ C")
    await ash.tap("Help")
    assert "Samaritans, 116 123" in await ash.card()
    await ash.picture("help")
    await ash.tap("Carry on")
    assert (await ash.card()).startswith("2 of 31"), "the help card is gone, the question is there again"
    await ash.tap("Hide")
    assert await ash.chat() == "There's something to look at when you have a minute."
    await ash.tap("Open")
    await ash.tap("Stop, keep my place")
    await ash.do("Lock")
    assert await ash.lock_screen() == []
    await ash.node.locator(".unlock").click()
    await ash.tap("Carry on")
    await ash.say("asdfgh")
    assert (await ash.card()).startswith("I can't read that one here.")


async def they_answer_everything(ash: Held) -> None:
    """Every question of every kind, to the card before Send."""
    seen = 0
    while "Before you press Send" not in (card := await ash.card()):
        keys = await ash.keys()
        place = next(line for line in card.splitlines() if " of " in line).partition(".")[0]
        if place in PICTURED:
            await ash.picture(PICTURED[place])
        if "Done (0)" in keys:
            for key in keys[:2]:
                await ash.tap(key)
            await ash.picture(PICTURED.get(place, "several"))
            await ash.tap("Done (2)")
        elif "OK to quote, no name" in keys:
            assert HELD_BACK not in await ash.chat(), "typed words are rubbed out"
            await ash.picture("quote")
            await ash.tap("OK to quote, no name")
        elif "Type it below" in card:
            await ash.picture("typed")
            await ash.say(HELD_BACK)
        else:
            await ash.tap(keys[min(3, keys.index("Back") - 1)])
        seen += 1
    assert seen == QUESTIONS - 1 + 4, "one was answered before; four were typed, and each was asked about once more"
    assert "You answered 31 and skipped 0." in card


async def they_send(ash: Held) -> None:
    await ash.picture("before_send")
    await ash.tap("Look back")
    assert (await ash.card()).startswith("31 of 31")
    await ash.tap("Done (2)")
    await ash.tap("Send")
    assert (await ash.card()).startswith("Sent. Thank you for your time.")
    assert await ash.node.locator(".log .msg").count() == 1, "nothing else is left in the chat"
    await ash.picture("after_send")


async def another_asks_for_a_person_by_keyboard(sami: Held) -> None:
    """From START to the promise, without a mouse."""
    await sami.enter_on("START (with the invite)")
    await sami.type_in("sw")
    await sami.type_in("kestrel")
    await sami.enter_on("See what there is")
    await sami.enter_on("Have a look")
    await sami.enter_on("Start")
    await sami.enter_on("A")
    await sami.enter_on("Help")
    await sami.enter_on("Ask someone to contact me")
    assert "Priya can see your name and your note, not your survey." in await sami.card()
    await sami.enter_on("Ask Priya")
    assert "Priya has been asked to contact you by" in await sami.card()
    await sami.picture("contact_done")
    await sami.enter_on("Carry on")
    assert (await sami.card()).startswith("2 of 31")
    await sami.type_in("/menu")
    await sami.picture("menu")


async def the_worker_sees_one_plain_line(priya: Held) -> None:
    await priya.phone.until(lambda phone: phone.lock_screen)
    await priya.drawn()
    (line,) = await priya.lock_screen()
    assert line.startswith("1 new task, due ")
    assert "Sami" not in await priya.node.inner_text()
    await priya.picture("worker_lock_screen")


async def the_whole_page(tab: Page, here: Demo) -> None:
    """The picture at the top of the README: one row of phones, each at something else."""
    jo = Held(tab, here, "Jo")
    await jo.start()
    await jo.say("Jo M")
    for key in ("8", "See what there is", "Have a look", "Start", "A", "Skip"):
        await jo.tap(key)
    assert (await jo.card()).startswith("3 of 31")
    for name in ("Asha Green", "Marcus Bell"):
        await Held(tab, here, name).node.get_by_role("button", name="Take this phone off the page").click()
    await tab.mouse.move(0, 0)
    await tab.evaluate("scrollTo(0, 0)")
    await keep(tab, "phones")


async def the_worker_has_spoken(priya: Held) -> None:
    await priya.do("Unlock")
    await priya.tap("Open")
    await priya.node.locator(".spoiler").first.click()
    assert "Sami W asked for contact." in await priya.card()
    await priya.picture("worker_task")
    await priya.tap("We spoke")
    assert (await priya.card()).startswith("Marked as done.")
    await priya.tap("Menu")
    assert await priya.card() == "No tasks open."


async def what_is_held(ash: Held) -> None:
    await ash.tap("Menu")
    await ash.tap("Settings")
    await ash.picture("settings")
    await ash.tap("What you hold about me")
    assert "Questions you have sent. Not what you said." in await ash.card()
    await ash.picture("data")
    await ash.do("Lock")
    assert await ash.lock_screen() == []


async def test_nothing_about_anybody_ever_stands_on_a_lock_screen(here: Demo, tab: Page, wrong: list[str]) -> None:
    """Reminders and deadlines go by with every phone locked: two days, or more where the team is away meanwhile."""
    ash, priya, marcus = (Held(tab, here, name) for name in ("Ash", "Priya Shah", "Marcus Bell"))
    for worker, initials in ((priya, "PS"), (marcus, "MB")):
        await worker.start()
        await worker.say(initials)
    await a_young_person_joins(ash)
    await ash.say("/menu")
    await ash.tap("Ask someone to contact me")
    await ash.tap("Ask Priya")
    for phone in (ash, priya, marcus):
        await phone.do("Lock")
    await tab.get_by_role("navigation").get_by_role("button", name="Desk").click()
    for day in range(MOST_DAYS):
        if day >= 2 and all(held.phone.lock_screen for held in (ash, priya, marcus)):
            break
        before = here.clock.time()
        await tab.get_by_role("button", name="One day on").click()
        await here.page.changes.until(lambda since=before: here.clock.time() > since + 3600 and not _busy(here))
    for phone in (ash, priya, marcus):
        await phone.phone.until(lambda held: held.lock_screen)
        await phone.drawn()
        for line in await phone.lock_screen():
            assert len(line) < 65, line
            for word in ("Ash", "Hill", "Priya", "Marcus", "care", "survey", "Northfield", "contact"):
                assert word not in line, line
    assert wrong == []


def _busy(here: Demo) -> bool:
    return any(desk.busy for desk in here.page.desk)
