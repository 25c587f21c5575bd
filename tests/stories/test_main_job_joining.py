"""The main job, its beginning: a link that is theirs, used by another, forwarded, dead, foreign, or not wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from support.town import Town

from bot.sandbox.phones import Phone
from engagement import register
from storage import invites, people, staff
from storage.people import Details

WELCOME = "Thanks, that matches. Here is what this chat is for."
WRONG = "That didn't match, and that happens a lot with records."
STRANGER = "Hi. I can only open with a private link. If you have one, tap it again."
CSV = b"reference,first_name,last_name,birth_date\n7,Ash,Lee,14/05/2006\n"
BIRTHDAY = date(2006, 5, 14)
ASH = Details("NF-1", "Ashley", "Lee", preferred_name="Robin", birth_date=BIRTHDAY)


async def opened(town: Town, details: Details = ASH, *, name: str = "Ash", worker: str | None = None) -> Phone:
    """A phone that has followed its own link."""
    phone = town.phone(name)
    await follow(phone, await town.add_person(details, worker=worker))
    return phone


async def follow(phone: Phone, link: str) -> None:
    await phone.start(link)
    await phone.settled()


async def try_once(phone: Phone, initials: str, day: str) -> str:
    await phone.say(initials)
    return (await phone.choose(day)).text


async def test_the_two_words_of_the_invite_come_first_and_what_is_typed_is_taken_out(either_northfield: Town) -> None:
    town = either_northfield
    async with town.store.transaction() as tx:
        await register.apply(tx, register.read(CSV, source="register.csv"))
        (invite,) = await register.invite_everyone(tx, now=town.clock.now(), bot_name="you_said_bot")
    assert invite.link == f"https://t.me/you_said_bot?start={invite.start}"
    ash = town.phone("Ash")
    await follow(ash, invite.start)
    assert f"{invite.words} were on your invite" in ash.text
    assert ash.mine == [], "the link they followed is taken out too"
    await ash.say("a. l.")
    assert ash.mine == []
    assert ash.text.startswith("Thanks. Now tap the day of the month on your records.")
    await ash.choose("14")
    assert ash.text.startswith(WELCOME)
    assert len(ash.messages) == 1, "all of it on one card"


async def test_the_name_they_go_by_is_as_good_as_the_one_on_paper(northfield: Town) -> None:
    robin = await opened(northfield)
    assert (await try_once(robin, "RL", "14")).startswith(WELCOME)


async def test_whoever_types_more_than_initials_is_understood(northfield: Town) -> None:
    for name, typed in (("Robin", "robin l"), ("Ashley", "Ashley Lee"), ("Dots", "A.L.")):
        phone = await opened(northfield, replace(ASH, reference=name), name=name)
        assert (await try_once(phone, typed, "14")).startswith(WELCOME), typed


async def test_a_wrong_day_leaves_two_tries_and_says_so(northfield: Town) -> None:
    ash = await opened(northfield)
    said = await try_once(ash, "AL", "15")
    assert said.startswith(WRONG)
    assert "You have two tries left." in said
    assert "You have one try left." in await try_once(ash, "AX", "14"), "whichever of the two was wrong is not said"
    assert (await try_once(ash, "AL", "14")).startswith(WELCOME)


async def test_after_three_wrong_tries_the_link_is_dead_and_the_worker_is_named(northfield: Town) -> None:
    await northfield.staff_phone("Priya Shah", "pa")
    ash = northfield.phone("Ash")
    link = await northfield.add_person(ASH, worker="Priya Shah")
    await follow(ash, link)
    for _ in range(3):
        said = await try_once(ash, "AL", "1")
    assert said == f"{WRONG}\n\nPriya can make a new one. You've done nothing wrong."
    await follow(ash, link)
    assert ash.text.startswith("That link doesn't work any more. There may be a newer one.")
    assert "Priya can make a new one." in ash.text
    async with northfield.store.transaction() as tx:
        (person,) = [one for one, _ in await people.register(tx)]
        again = await invites.make(tx, person=person.id, expires_at=northfield.clock.now().replace(year=2027))
    await follow(ash, again.code)
    assert (await try_once(ash, "AL", "14")).startswith(WELCOME), "the one the worker makes again lets them in"


async def test_whose_recorded_birthday_is_not_theirs_joins_with_a_word_agreed_with_the_worker(northfield: Town) -> None:
    ash = await opened(northfield, Details("NF-2", "Ash", "Lee", agreed_word="Blåbær"))
    assert "Then type the word you agreed." in ash.text
    await ash.say("AL")
    assert ash.text.startswith("Thanks. Now type the word you agreed")
    assert ash.buttons() == ["This is not for me"], "no day is asked"
    await ash.say("strawberry")
    assert "You have two tries left." in ash.text
    await ash.say("AL")
    await ash.say("  blabær ")
    assert ash.text.startswith(WELCOME)
    assert ash.mine == [], "the word is not left in the chat"


async def test_the_day_may_be_typed_and_initials_may_be_corrected_before_it(northfield: Town) -> None:
    ash = await opened(northfield)
    await ash.say("XY")
    await ash.say("AL")
    await ash.say("14")
    assert ash.text.startswith(WELCOME)
    assert ash.mine == []


async def test_a_forwarded_link_alone_lets_nobody_in_and_its_owner_still_can(northfield: Town) -> None:
    link = await northfield.add_person(ASH)
    friend, ash = northfield.phone("Friend"), northfield.phone("Ash")
    await follow(friend, link)
    assert (await try_once(friend, "FR", "3")).startswith(WRONG)
    await friend.choose("This is not for me")
    assert friend.text == STRANGER
    await follow(ash, link)
    assert "Lee" not in ash.text, "a link gives away no name"
    assert (await try_once(ash, "AL", "14")).startswith(WELCOME)


async def test_a_link_that_was_used_is_dead_for_everybody_else_and_harmless_for_its_owner(northfield: Town) -> None:
    link = await northfield.add_person(ASH)
    ash, other = northfield.phone("Ash"), northfield.phone("Other")
    await follow(ash, link)
    await try_once(ash, "AL", "14")
    await ash.choose("See what there is")
    await follow(other, link)
    assert other.text.startswith("That link has been used, and each one only works once.")
    await follow(ash, link)
    assert ash.text.startswith("What would you like to do?")


async def test_two_phones_with_one_link_only_the_first_gets_in(northfield: Town) -> None:
    link = await northfield.add_person(ASH)
    first, second = northfield.phone("First"), northfield.phone("Second")
    for phone in (first, second):
        await follow(phone, link)
        await phone.say("AL")
    await first.choose("14")
    await second.choose("14")
    assert first.text.startswith(WELCOME)
    assert not second.text.startswith(WELCOME)
    async with northfield.store.transaction() as tx:
        assert len(await people.joined(tx)) == 1


async def test_a_newer_invite_a_foreign_code_and_an_old_link_each_say_what_is_wrong(northfield: Town) -> None:
    first = await northfield.add_person(ASH)
    async with northfield.store.transaction() as tx:
        await register.invite_everyone(tx, now=northfield.clock.now())
    dead, foreign, late = (northfield.phone(name) for name in ("Dead", "Foreign", "Late"))
    await follow(dead, first)
    assert dead.text.startswith("That link doesn't work any more.")
    await follow(foreign, "ref_some-other-bot")
    assert foreign.text.startswith("I can't open anything with that link.")
    second = await northfield.add_person(Details("NF-9", "Kit", "Moss", birth_date=BIRTHDAY))
    northfield.clock.move(days=400)
    await follow(late, second)
    assert late.text.startswith("That link is too old to work now.")


async def test_somebody_elses_link_changes_nothing_for_either(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    link = await northfield.add_person(Details("NF-9", "Kit", "Moss", birth_date=BIRTHDAY))
    await follow(ash, link)
    assert "This chat is set up already, so I left everything as it was." in ash.text
    kit = northfield.phone("Kit")
    await follow(kit, link)
    assert (await try_once(kit, "KM", "14")).startswith(WELCOME)


async def test_not_for_me_lets_go_of_the_chat_and_a_new_link_brings_them_back(northfield: Town) -> None:
    ash = await opened(northfield)
    await try_once(ash, "AL", "14")
    await ash.choose("Not for me")
    assert ash.text.startswith("That's fine. I won't message you")
    async with northfield.store.transaction() as tx:
        assert not await people.joined(tx)
    await northfield.open_survey()
    assert await northfield.bot.sender.once() == 0
    await ash.say("hello?")
    assert ash.text == STRANGER
    async with northfield.store.transaction() as tx:
        (invite,) = await register.invite_everyone(tx, now=northfield.clock.now())
    await follow(ash, invite.start)
    assert (await try_once(ash, "AL", "14")).startswith(WELCOME)


async def test_what_the_last_screen_says_about_their_link_is_true(northfield: Town) -> None:
    link = await northfield.add_person(ASH)
    ash = northfield.phone("Ash")
    await follow(ash, link)
    await try_once(ash, "AL", "14")
    await ash.choose("Not for me")
    said = ash.text
    await follow(ash, link)
    assert ("tap your link again" in said) == ("private invite" in ash.text)


async def test_who_leaves_the_register_while_joining_is_a_stranger(northfield: Town) -> None:
    ash = await opened(northfield)
    await ash.say("AL")
    async with northfield.store.transaction() as tx:
        (person,) = [one for one, _ in await people.register(tx)]
        await people.leave(tx, person.id)
    await ash.choose("14")
    assert not ash.text.startswith(WELCOME)
    await ash.say("AL")
    assert ash.text == STRANGER


async def test_staff_join_with_their_initials_alone_and_see_no_survey(northfield: Town) -> None:
    await northfield.open_survey()
    priya = northfield.phone("Priya")
    await follow(priya, await northfield.add_staff("Priya Shah", "participation"))
    assert "Then" not in priya.text, "nothing else is asked of them, and nothing else announced"
    await priya.say("PS")
    assert "Your role here: participation worker." in priya.text
    assert "You never see who wrote it." in priya.text
    await priya.choose("Menu")
    assert priya.buttons() == [
        "This week",
        "Results",
        "I'm away",
        "My profile",
        "Find a person",
        "Send something",
        "Questions and reminders",
        "You said, we will",
        "Things to join",
        "Help",
        "Log out",
    ]
    async with northfield.store.transaction() as tx:
        (member,) = await staff.everyone(tx)
    assert member.state == "joined"
    await priya.choose("Log out")
    assert priya.buttons() == ["No", "Yes, log out"], "one tap is not enough"
    await priya.choose("Yes, log out")
    await priya.say("/menu")
    assert priya.text == STRANGER


async def test_a_chat_without_a_link_hears_only_that_it_needs_one(northfield: Town) -> None:
    stranger = northfield.phone("Stranger")
    for said in ("/start", "/menu", "hello", "/stop", "/settings@you_said_bot"):
        await stranger.say(said)
        assert stranger.text == STRANGER
    stranger.send_photo("look")
    await stranger.settled()
    assert stranger.text == STRANGER
    await stranger.say("i want to kill myself")
    help_card = stranger.last
    assert help_card.text.startswith("Here are people you can talk to")
    assert "No one has been told." in help_card.text
    assert "Ask someone to contact me" not in stranger.buttons(help_card)
