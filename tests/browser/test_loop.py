"""The loop closes on the page of phones: what was said is told, put in order, promised, answered, and joined in."""

from __future__ import annotations

import pytest
from handling import KEEP_PICTURES, Held, keep
from playwright.async_api import Page

from bot.sandbox.demo import Demo

ENVELOPE = "There's something to look at when you have a minute."
SAID = "A bus home after nine."
TEN_MINUTES = 600

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def test_what_was_said_is_told_put_in_order_promised_answered_and_joined_in(
    here: Demo, tab: Page, wrong: list[str]
) -> None:
    asha, ash, jo = (Held(tab, here, name) for name in ("Asha Green", "Ash", "Jo"))
    await they_join(ash, "AH", "1")
    await they_join(jo, "JM", "8")
    await the_worker_opens_ten_cards_quietly(asha)
    await the_worker_tells_what_was_said(asha)
    for phone in (asha, ash, jo):
        await phone.do("Lock")
    await ten_minutes_go_by(here, tab)
    for phone in (ash, jo):
        await a_locked_phone_shows(phone, ENVELOPE)
    await they_read_the_story(ash)
    await they_sort_the_cards(ash)
    await they_see_who_is_there(ash)
    await they_say_something_without_a_name(ash)
    await they_read_the_plan(ash)
    await they_join_the_cooking(jo)
    for phone in (ash, jo):
        await phone.do("Lock")
    await ten_minutes_go_by(here, tab)
    await the_worker_sees_who_said_yes(asha)
    for phone in (ash, jo):
        assert await phone.lock_screen() == []
        await phone.do("Unlock")
    if KEEP_PICTURES:
        await side_by_side(tab, here)
        await the_pages(asha, ash)
    assert wrong == []
    assert here.running.telegram.offences == []


async def they_join(phone: Held, initials: str, day: str) -> None:
    await phone.start()
    await phone.say(initials)
    await phone.tap(day)
    await phone.tap("See what there is")


async def the_worker_opens_ten_cards_quietly(asha: Held) -> None:
    """Nobody gets a message of it: what is told next leads there."""
    await asha.start()
    await asha.say("AG")
    await asha.tap("Menu")
    await asha.tap("You said, we will")
    await asha.picture("loop_room")
    await asha.tap("Ask what should change first")
    await asha.tap("Sort ten cards")
    await asha.tap("Open it without one")
    await asha.tap("Yes, open it")
    await asha.tap("Menu")


async def the_worker_tells_what_was_said(asha: Held) -> None:
    """Chosen, looked at, the number typed; then there is a minute to cancel it."""
    await asha.tap("You said, we will")
    await asha.tap("Tell what was said")
    await asha.tap("1. Questions about", exact=False)
    await asha.tap("Choose what to tell")
    for place in ("✓ 3", "✓ 6"):
        await asha.tap(place)
    await asha.tap("Done")
    await asha.picture("findings_story")
    await asha.tap("See it as they will")
    assert "About 45 people told us how life is." in await asha.card()
    await asha.tap("Back to the list")
    await asha.tap("Tell everyone")
    await asha.picture("telling")
    assert ENVELOPE in await asha.card()
    people = (await asha.card()).removeprefix("Goes to ").split()[0]
    await asha.tap("Send")
    await asha.say(people)
    assert "Leaves in" in await asha.card()
    assert f"It goes to {people} people." in await asha.card()


async def ten_minutes_go_by(here: Demo, tab: Page) -> None:
    """The desk moves the clock, and whatever was due happens."""
    desk, before = tab.get_by_role("navigation").get_by_role("button", name="Desk"), here.clock.time()
    await desk.click()
    await tab.get_by_role("button", name="Ten minutes on").click()
    await here.page.changes.until(
        lambda: here.clock.time() >= before + TEN_MINUTES and not any(one.busy for one in here.page.desk)
    )
    await desk.click()


async def a_locked_phone_shows(held: Held, line: str) -> None:
    """That and nothing else; then it is unlocked."""
    await held.phone.until(lambda phone: phone.lock_screen)
    await held.drawn()
    assert await held.lock_screen() == [line]
    await held.do("Unlock")


async def they_read_the_story(ash: Held) -> None:
    """A card a finding, one picture on request, and on to what should change."""
    await ash.tap("Open")
    assert "If you didn't take part, that's fine." in await ash.card()
    while not any(key.startswith("Picture, ") for key in await ash.keys()):
        await ash.tap("Next")
    await ash.picture("story_slide")
    await ash.tap("Picture, ", exact=False)
    await ash.picture("story_picture")
    await ash.tap("Close")
    while "Next" in await ash.keys():
        await ash.tap("Next")
    assert "What should change first?" in await ash.card()
    await ash.picture("story_last")


async def they_sort_the_cards(ash: Held) -> None:
    """Three that are done best, three that need most work."""
    await ash.tap("What should change first?")
    await ash.tap("Start")
    while "Done (0)" in (keys := await ash.keys()):
        for key in keys[:3]:
            await ash.tap(key)
        await ash.picture("cards")
        await ash.tap("Done (3)")
    await ash.tap("Send")
    assert (await ash.card()).startswith("Sent. Thank you for your time.")


async def they_read_the_plan(ash: Held) -> None:
    await ash.tap("What we said we'd do")
    assert "1 of 4 done so far." in await ash.card()
    await ash.tap("People you can reach", exact=False)
    assert "About half find it easy to get hold of their PA" in await ash.card()
    await ash.picture("plan_card")


async def they_say_something_without_a_name(ash: Held) -> None:
    await ash.tap("Say something")
    await ash.tap("Something to change")
    await ash.picture("say_how")
    await ash.tap("No name")
    await ash.say(SAID)
    assert "It's in, without your name." in await ash.card()
    assert SAID not in await ash.chat(), "what was typed is rubbed out"
    await ash.tap("Menu")


async def they_see_who_is_there(ash: Held) -> None:
    await ash.tap("Menu")
    await ash.picture("menu_doors")
    await ash.tap("Who to turn to")
    assert "Priya is your PA." in await ash.card()
    await ash.picture("contact_card")
    await ash.tap("About Priya")
    assert "Somebody did it for me once." in await ash.card()
    await ash.picture("profile")
    await ash.tap("Menu")


async def they_join_the_cooking(jo: Held) -> None:
    """The one on the phone that never opened its story: the menu has everything all the same."""
    await jo.tap("Open")
    await jo.tap("Menu")
    await jo.tap("Things to join")
    while "Friday cooking" not in await jo.card():
        await jo.tap("Next")
    assert "If you say yes, Asha sees your name" in await jo.card()
    await jo.picture("join_card")
    await jo.tap("Yes, tell Asha")
    assert "You have a place." in await jo.card()


async def the_worker_sees_who_said_yes(asha: Held) -> None:
    """Once it can be undone no more: one plain line, and the list behind it."""
    await a_locked_phone_shows(asha, "1 update to see")
    await asha.tap("Open")
    assert "Jo M, coming" in await asha.keys()
    await asha.picture("organiser")


async def side_by_side(tab: Page, here: Demo) -> None:
    """The picture for the README: three phones, each where it has come to."""
    for name in ("Priya Shah", "Marcus Bell", "Sami"):
        await Held(tab, here, name).node.get_by_role("button", name="Take this phone off the page").click()
    await tab.mouse.move(0, 0)
    await tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    await keep(tab, "loop")


async def the_pages(asha: Held, ash: Held) -> None:
    """What goes out as a file, opened in the browser: the plan, and what people said."""
    for key in ("All parts", "All of it as a page"):
        await ash.tap(key)
    await keep_page(ash, "plan_page")
    for key in ("Menu", "You said, we will", "Tell what was said"):
        await asha.tap(key)
    await asha.tap("1. Questions about", exact=False)
    await asha.tap("For the wall")
    await keep_page(asha, "findings_page")


async def keep_page(held: Held, name: str) -> None:
    """Keep how the page looks that this phone got last."""
    page = next(one for one in reversed(held.phone.messages) if one.file and one.file.name.endswith(".html"))
    browser = held.tab.context.browser
    assert browser is not None
    tab = await browser.new_page(viewport={"width": 1000, "height": 1000})
    await tab.set_content(page.file.body.decode())
    await keep(tab, name)
    await tab.close()
