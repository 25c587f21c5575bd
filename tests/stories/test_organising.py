"""Making something to join in the chat, telling people, who said yes, who came, a kind no, and calling it off."""

from __future__ import annotations

import pytest
from support.indoors import Indoors, button_data
from team import Team as TeamHere
from team import has

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from storage import opportunities, people, staff
from storage.ids import OpportunityId, PersonId

FLYER = "Pool night\nTwo hours of pool and pizza in the hall. Bring a friend."


class Counting:
    """A worker's phone of which every tap and every message is counted."""

    def __init__(self, here: Indoors, phone: Phone) -> None:
        self.here, self.phone, self.count = here, phone, 0

    async def tap(self, *steps: str) -> None:
        self.count += len(steps)
        await self.here.do(self.phone, *steps)

    async def say(self, text: str) -> None:
        self.count += 1
        await self.here.type(self.phone, text)


class Team(TeamHere):
    """The same team, whose young people say yes."""

    async def yes(self, *names: str) -> None:
        """These open the menu and say yes to the first thing there is; the organiser hears after ten minutes."""
        for name in names:
            await self.here.type(self.young[name], "/menu")
            await self.here.do(self.young[name], "join", "yes")
        self.here.clock.move(660)
        await self.here.tick()


@pytest.fixture
async def team(here: Indoors) -> Team:
    return await Team(here).come()


async def made(here: Indoors, phone: Phone, *, places: str = "say:4", when: str = "Fri 12 Feb 2027 6-8pm") -> None:
    """Pool night, open."""
    await here.type(phone, "/menu")
    await here.do(phone, "opportunities", "new")
    await here.type(phone, FLYER)
    await here.do(phone, "say:activity")
    await here.type(phone, when)
    await here.type(phone, "The hall")
    await here.do(phone, places, "gift:food")
    await here.do(phone, "open")


async def the_one(here: Indoors) -> opportunities.Opportunity:
    async with here.store.transaction() as tx:
        (found,) = await opportunities.in_states(tx, ("open", "draft", "closed", "cancelled", "over"))
    return found


async def stands(here: Indoors, person: PersonId) -> opportunities.Interest:
    async with here.store.transaction() as tx:
        (found,) = await opportunities.of_person(tx, person)
    return found


async def test_a_worker_makes_one_in_nine_taps_and_messages_and_her_people_are_told_by_four_more(
    here: Indoors, team: Team
) -> None:
    priya = Counting(here, team.priya)
    await priya.tap("opportunities", "new")
    await priya.say(FLYER)
    await priya.tap("say:activity")
    await priya.say("Fri 27 Nov 6-8pm")
    await priya.say("The hall")
    await priya.tap("say:8", "gift:both")
    looked = team.priya.card.text
    for words in ("Pool night", "Two hours of pool", "Friday, 6pm", "The hall", "Food is paid for.", "Priya sees"):
        assert words in looked, looked
    assert [message.text for message in team.priya.messages if message.sender == team.priya.user.id] == []
    await priya.tap("open")
    assert priya.count == 9
    assert "It is open. Nobody was told yet." in team.priya.card.text
    assert not any(has(phone, "open") for phone in team.young.values())

    await priya.tap("tell", "to:own")
    await here.do(team.priya, "see")
    assert "As they will see it." in team.priya.card.text
    await here.do(team.priya, "menu_back")
    await priya.tap("ready")
    await priya.say("3")
    assert priya.count == 13
    assert "It goes to 3 people" in team.priya.card.text
    here.clock.move(seconds=61)
    await here.tick()
    ash = team.young["Ash"]
    assert ash.card.text == "There's something to look at when you have a minute."
    await here.do(ash, "open")
    assert "Something you could join." in ash.card.text
    assert "Pool night" in ash.card.text
    assert not has(team.young["Dee"], "open")


async def test_a_flyer_begins_one_and_what_is_left_in_the_middle_is_found_again(here: Indoors, team: Team) -> None:
    team.priya.send_photo(FLYER)
    await here.turn()
    assert "Who are they for?" in team.priya.card.text
    assert has(team.priya, "whom")
    await here.do(team.priya, "thing")
    assert "What kind of thing is it?" in team.priya.card.text
    found = await the_one(here)
    assert found.state == "draft"
    assert '"picture"' in found.details
    await here.do(team.priya, "say:activity", "opportunities", f"one:{found.id}")
    assert "Pool night" in team.priya.card.text  # left in the middle, and found again
    assert has(team.priya, "picture")
    await here.do(team.priya, "picture", "carry_on", "no_picture")
    assert not has(team.priya, "picture")
    team.priya.send_photo()
    await here.turn()
    assert has(team.priya, "picture")
    await here.do(team.priya, "throw")
    assert await here.rows("opportunity") == []


async def test_what_cannot_be_is_said_and_asked_again(here: Indoors, team: Team) -> None:
    priya = team.priya
    await here.do(priya, "opportunities", "new")
    await here.type(priya, "Drums")
    assert "What would one do there?" in priya.card.text
    await here.type(priya, "x" * 201)
    assert "That was 201 letters, and 200 is the most." in priya.card.text
    await here.type(priya, "Play drums.")
    await here.do(priya, "say:shape")
    await here.type(priya, "We want a band.")
    for typed, answer in (
        ("soon", "I found no day in that."),
        ("Friday", "I found no time in that."),
        ("Mon 27 Nov 6pm", "That day of the week is another date."),
        ("1/11/2026 6pm", "That is over already."),
    ):
        await here.type(priya, typed)
        assert answer in priya.card.text, priya.card.text
    await here.do(priya, "skip")
    await here.type(priya, "4 meetings, over 2 months, 2 hours each")
    await here.do(priya, "say:online")
    await here.type(priya, "0")
    assert "That is not a number from 1 to 500." in priya.card.text
    await here.type(priya, "about 25 people")
    await here.do(priya, "skip", "more")
    for words in ("We want a band.", "4 meetings", "over 2 months", "2 hours each", "online", "25"):
        assert words in priya.card.text
    await here.do(priya, "change", "step:what")
    await here.type(priya, "Drums for all")
    await here.do(priya, "open")
    assert (await the_one(here)).places == 25


async def test_the_organiser_alone_sees_names_after_ten_minutes_and_they_fade(here: Indoors, team: Team) -> None:
    await made(here, team.priya)
    await here.type(team.young["Dee"], "/menu")
    await here.do(team.young["Dee"], "join", "yes")
    await here.do(team.priya, "people")
    assert "Nobody has said yes yet." in team.priya.card.text
    await team.yes("Ash")
    await here.type(team.priya, "/menu")
    found = await the_one(here)
    await here.do(team.priya, "opportunities", f"one:{found.id}", "people")
    assert {"Dee L, coming", "Ash L, coming"} <= set(team.priya.buttons())
    for phone in (team.mo, team.sam):
        await here.do(phone, "opportunities", f"one:{found.id}")
        assert "2 of 4 places are taken." in phone.card.text
        assert not has(phone, "people")
        await here.put(phone, {"at": "staff/organiser", "opportunity": found.id})
        await here.tap(phone, f"{button_data(phone)[0].partition(':')[0]}:page:1")
        assert "Ash L" not in here.seen_by(phone)
    here.clock.move(301)
    await here.bot.heartbeat.tick()
    await here.bot.mouth.quiet()
    assert "2 of 4 places are taken." in team.priya.card.text
    assert "Ash" not in " ".join(team.priya.buttons())


async def test_who_came_is_ticked_by_tapping_names_once_it_has_begun(here: Indoors, team: Team) -> None:
    await made(here, team.priya, when="tomorrow 6-8pm")
    await team.yes("Ash", "Bea", "Dee")
    found = await the_one(here)
    here.clock.move(hours=33)
    await here.type(team.priya, "/menu")
    if has(team.priya, "later"):
        await here.do(team.priya, "later")
    await here.do(team.priya, "opportunities", f"one:{found.id}", "people")
    for name, taps in (("Ash", 1), ("Bea", 2), ("Dee", 3)):
        for _ in range(taps):
            await here.do(team.priya, f"came:{team.ids[name]}")
    assert "1 came so far." in team.priya.card.text
    await here.do(team.priya, "marked")
    assert "Noted: 1 came." in team.priya.card.text
    assert [(await stands(here, team.ids[name])).came for name in ("Ash", "Bea", "Dee")] == [True, False, None]
    noted = [row for row in await here.rows("audit") if row["action"] == "attendance_noted"]
    assert [str(team.ids["Ash"]) in row["about"] for row in noted] in ([False], [True])
    assert len(noted) == 1


async def test_a_no_is_told_kindly_with_a_next_step_and_the_next_moves_up(here: Indoors, team: Team) -> None:
    await made(here, team.priya, places="say:4")
    found = await the_one(here)
    async with here.store.transaction() as tx:
        await opportunities.change(tx, found.id, places=1)
    await team.yes("Ash", "Bea")
    await here.type(team.priya, "/menu")
    found = await the_one(here)
    await here.do(team.priya, "opportunities", f"one:{found.id}", "people", f"guest:{team.ids['Ash']}", "no")
    await here.type(team.priya, "Come to drums on Monday instead.")
    assert "They are told, and the next person moves up." in team.priya.card.text
    assert "Bea L, asked" in team.priya.buttons()
    await here.tick()
    await here.do(team.young["Ash"], "open")
    assert "It's not a yes this time." in team.young["Ash"].card.text
    assert "Come to drums on Monday instead." in team.young["Ash"].card.text
    await here.do(team.young["Bea"], "open")
    assert "A place is free" in team.young["Bea"].card.text


async def test_another_time_is_told_to_who_said_yes_and_other_words_are_not(here: Indoors, team: Team) -> None:
    await made(here, team.priya)
    await team.yes("Ash")
    await here.type(team.priya, "/menu")
    found = await the_one(here)
    here.clock.move(60)
    await here.do(team.priya, "opportunities", f"one:{found.id}", "change", "step:do")
    await here.type(team.priya, "Pool, pizza and darts.")
    await here.tick()
    assert not has(team.young["Ash"], "open")
    await here.do(team.priya, "change", "step:when")
    await here.type(team.priya, "Sat 13 Feb 2027 at 7pm")
    assert "Whoever has said yes is told." in team.priya.card.text
    await here.tick()
    await here.do(team.young["Ash"], "open")
    assert "Saturday 13 February, 7pm" in team.young["Ash"].card.text
    await here.do(team.priya, "close")
    assert "closed for new people" in team.priya.card.text
    await here.type(team.young["Bea"], "/menu")
    assert not has(team.young["Bea"], "join")
    await here.do(team.priya, "reopen")
    assert (await the_one(here)).state == "open"


async def test_somebody_else_who_will_see_their_name_is_told_to_who_said_yes(here: Indoors, team: Team) -> None:
    await made(here, team.priya)
    await team.yes("Ash")
    await here.type(team.priya, "/menu")
    found = await the_one(here)
    here.clock.move(60)
    async with here.store.transaction() as tx:
        mo = next(one for one in await staff.everyone(tx) if one.role == "participation")
    await here.do(team.priya, "opportunities", f"one:{found.id}", "change", "step:organiser", f"say:{mo.id}")
    await here.tick()
    await here.do(team.young["Ash"], "open")
    assert f"{mo.name.split()[0]} sees your name and that you want to come." in team.young["Ash"].card.text


async def test_calling_it_off_is_looked_at_once_more_and_told_with_the_reason(here: Indoors, team: Team) -> None:
    await made(here, team.priya)
    await team.yes("Ash", "Bea")
    await here.type(team.priya, "/menu")
    found = await the_one(here)
    await here.do(team.priya, "opportunities", f"one:{found.id}", "cancel")
    await here.type(team.priya, "The hall has no heating.")
    assert "2 people hear this:" in team.priya.card.text
    assert (await the_one(here)).state == "open"
    await here.do(team.priya, "off")
    assert "It is off. 2 people are told, with the reason." in team.priya.card.text
    await here.tick()
    await here.do(team.young["Ash"], "open")
    assert "The reason: The hall has no heating." in team.young["Ash"].card.text
    assert not has(team.priya, "cancel")
    noted = [row["action"] for row in await here.rows("audit")]
    assert noted.count("opportunity_made") == noted.count("opportunity_cancelled") == 1


async def test_a_worker_does_not_change_what_is_anothers_and_participation_may(here: Indoors, team: Team) -> None:
    await made(here, team.priya)
    found = await the_one(here)
    await here.do(team.sam, "opportunities", f"one:{found.id}")
    assert not has(team.sam, "cancel")
    for place, action in (("staff/thing_cancel", "The hall"), ("staff/thing_step", "Elsewhere")):
        await here.put(team.sam, {"at": place, "opportunity": found.id, "step": "where", "then": "open"})
        await here.type(team.sam, action)
    await here.put(team.sam, {"at": "staff/thing_sure", "opportunity": found.id, "because": "x"})
    await here.type(team.sam, "/menu")
    assert await the_one(here) == found
    await here.do(team.mo, "opportunities", f"one:{found.id}", "close")
    assert (await the_one(here)).state == "closed"


async def test_a_menu_goes_out_once_counts_among_two_a_day_and_does_not_leave_when_nothing_is_left(
    here: Indoors, team: Team
) -> None:
    await made(here, team.mo)
    await here.do(team.mo, "opportunities", "tell")
    assert any(label.startswith("✓ Pool night, new") for label in team.mo.buttons())
    await here.do(team.mo, f"tick:{(await the_one(here)).id}", "to:everyone")
    assert "Tick at least one first." in team.mo.card.text
    await here.do(team.mo, f"tick:{(await the_one(here)).id}", "to:everyone", "ready")
    await here.type(team.mo, "4")
    here.clock.move(seconds=61)
    async with here.store.transaction() as tx:
        await people.set_state(tx, team.ids["Dee"], "stopped")
    found = await the_one(here)
    await here.do(team.mo, "look")
    await here.tick()
    await here.type(team.mo, "/menu")
    await here.do(team.mo, "opportunities", "tell")
    assert not any("new" in label for label in team.mo.buttons())
    await here.do(team.mo, f"tick:{found.id}", "to:everyone", "ready")
    await here.type(team.mo, "3")
    await here.type(team.mo, "/menu")
    await here.do(team.mo, "opportunities", f"one:{found.id}", "cancel")
    await here.type(team.mo, "It is shut.")
    await here.do(team.mo, "off")
    here.clock.move(seconds=61)
    await here.tick()
    rows = [row for row in await here.rows("outbox") if row["occasion"].startswith("menu:")]
    assert len({row["occasion"] for row in rows}) == 2
    assert [row["state"] for row in rows] == ["sent"] * 3 + ["cancelled"] * 4
    await made(here, team.mo)
    await here.do(team.mo, "opportunities", "tell")
    assert "You have sent two, and two a day is the most." in team.mo.card.text
    assert not has(team.mo, "to")


@pytest.mark.usefixtures("team")
async def test_every_place_of_this_room_is_for_whoever_may_make_something(here: Indoors) -> None:
    admin, _ = await here.staff_phone("Al Admin", "administrator")
    assert not has(admin, "opportunities")
    for place in PLACES:
        if place.startswith(("staff/thing", "staff/menu_", "staff/organiser")):
            await here.put(admin, {"at": place, "opportunity": OpportunityId(1), "step": "what"})
            await here.type(admin, "/menu")
            assert PLACES[place].needs is not None
