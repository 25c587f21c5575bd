"""Things to join, on a young person's phone: cards, a yes, the list, a place that comes free, and the day itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from support.indoors import Indoors, button_data
from team import has

from bot.reports import calendar
from bot.sandbox.enclosures import PHOTO
from bot.sandbox.phones import Phone
from engagement import opportunities, places
from engagement.opportunities import Details
from storage import opportunities as rows
from storage import outbox, people, staff
from storage.ids import OpportunityId, PersonId, StaffId
from storage.people import Details as Known

POOL = Details(
    title="Pool night",
    what_you_do="Play pool with a few others.",
    where="The Green Lamp",
    reward="food is paid for",
    contact="text 01632 960123",
    interests=("sport",),
)
CHOIR = Details(title="Choir", what_you_do="Sing with us.", interests=("music",))
FLATS = Details(title="The new flats", what_you_do="Tell us what a flat needs.", what_for="We build ten flats.")
LOOK = "There's something to look at when you have a minute."


class Menu:
    """Mo runs things; Priya has a few young people; pool on Friday at six has one place."""

    def __init__(self, here: Indoors) -> None:
        self.here = here

    async def come(self) -> Menu:
        self.priya, self.priya_id = await self.here.staff_phone("Priya Shah", "pa")
        self.mo, self.mo_id = await self.here.staff_phone("Mo Ali", "participation")
        self.starts_at = (self.here.clock.now() + timedelta(days=3)).replace(hour=18, minute=0)
        self.pool = await self.offer(POOL, places=1, starts_at=self.starts_at)
        return self

    async def offer(self, said: Details, **more: Any) -> OpportunityId:
        async with self.here.store.transaction() as tx:
            words = opportunities.kept(said)
            made = await rows.add(tx, made_by=self.mo_id, organiser=self.mo_id, kind="activity", details=words, **more)
            return (await places.publish(tx, made.id, now=self.here.clock.now())).id

    async def young(self, name: str) -> tuple[Phone, PersonId]:
        return await self.here.joined(name, worker=self.priya_id)

    async def member(self, which: StaffId) -> staff.Staff:
        async with self.here.store.transaction() as tx:
            return await staff.by_id(tx, which)

    async def stands(self, person: PersonId, which: OpportunityId | None = None) -> str | None:
        async with self.here.store.transaction() as tx:
            found = await rows.interest_of(tx, which or self.pool, person)
        return None if found is None else found.state

    async def minutes_pass(self, minutes: int) -> None:
        self.here.clock.move(seconds=60 * minutes)
        await self.here.tick()

    async def it_is(self, moment: datetime) -> None:
        self.here.clock.move(seconds=(moment - self.here.clock.now()).total_seconds())
        await self.here.tick()


@pytest.fixture
async def menu(here: Indoors) -> Menu:
    return await Menu(here).come()


async def test_a_card_says_who_sees_what_a_yes_is_a_place_and_ten_minutes_can_be_undone(
    here: Indoors, menu: Menu
) -> None:
    ash, person = await menu.young("Ash")
    await here.do(ash, "join")
    assert ash.card.text.startswith("Something you could join.\n\nPool night\nPlay pool with a few others.")
    assert "Friday, 6pm." in ash.card.text
    assert "1 place is left." in ash.card.text
    assert "If you say yes, Mo sees your name and that you want to come." in ash.card.text
    assert ash.buttons()[0] == "Yes, tell Mo"
    await here.do(ash, "more")
    assert "You get: food is paid for" in ash.card.text
    await here.do(ash, "less", "yes")
    assert ash.card.text.startswith("You have a place.")
    assert "Mo sees your name in ten minutes. Until then you can undo it." in ash.card.text
    await here.do(ash, "undo")
    assert ash.card.text.startswith("Something you could join.")
    assert await menu.stands(person) == "shown"
    await menu.minutes_pass(11)
    assert "1 update to see" not in here.seen_by(menu.mo)
    await here.do(ash, "yes")
    await menu.minutes_pass(11)
    await here.do(ash, "things", "thing")
    assert "Mo sees your name and that you want to come." in ash.card.text
    assert has(ash, "withdraw")
    assert not has(ash, "undo")
    async with here.store.transaction() as tx:
        await places.cancel(tx, menu.pool, because="The room is shut.", now=here.clock.now())
    await here.tick()
    await here.do(ash, "open")
    assert "The reason: The room is shut." in ash.card.text


async def test_cards_are_what_fits_and_is_new_and_all_can_be_seen_again(here: Indoors, menu: Menu) -> None:
    flats, _choir = await menu.offer(FLATS), await menu.offer(CHOIR)
    ash, person = await menu.young("Ash")
    async with here.store.transaction() as tx:
        await people.change(tx, person, Known("Ash", "Ash", "Lee", interests=("sport",)), worker=menu.priya_id)
    await here.do(ash, "join")
    assert ash.card.text.startswith("Something you could join, 1 of 2.\n\nThe new flats")
    await here.do(ash, "next")
    assert "2 of 2.\n\nPool night" in ash.card.text
    await here.do(ash, "next", "no")
    assert ash.card.text.startswith("Something you could join.\n\nPool night")
    assert await menu.stands(person, flats) == "not_for_me"
    await here.do(ash, "menu", "join")
    assert ash.card.text.startswith("Nothing new for you right now.")
    await here.do(ash, "all")
    assert "1 of 3.\n\nChoir" in ash.card.text


async def test_an_envelope_opens_on_the_cards_it_was_sent_for(here: Indoors, menu: Menu) -> None:
    flats, choir = await menu.offer(FLATS), await menu.offer(CHOIR)
    ash, person = await menu.young("Ash")
    now = here.clock.now()
    async with here.store.transaction() as tx:
        await outbox.queue(
            tx,
            occasion="made up:1:told",
            person=person,
            lane="young",
            envelope="envelope/something",
            opens={"screen": "join", "only": [flats, choir, 999]},
            not_before=now,
            expires_at=now + timedelta(days=1),
        )
    await here.tick()
    assert ash.card.text == LOOK
    await here.do(ash, "open")
    assert "1 of 2.\n\nChoir" in ash.card.text


async def test_it_can_be_shown_to_a_friend_with_its_flyer_and_may_be_passed_on(here: Indoors, menu: Menu) -> None:
    ash, _ = await menu.young("Ash")
    await here.do(ash, "join")
    assert ash.card.protected
    await here.do(ash, "show")
    shown = ash.from_bot[-1]
    assert not shown.protected
    assert "To ask about it: Mo, text 01632 960123" in shown.text
    assert "Northfield" not in shown.text
    await here.do(ash, "carry_on")
    await menu.offer(FLATS.model_copy(update={"picture": PHOTO.id}))
    menu.priya.send_photo("x")  # so that Telegram has the picture
    await here.turn()
    await here.type(ash, "/menu")
    await here.do(ash, "join", "show")
    flyer = ash.from_bot[-1]
    assert (flyer.kind, flyer.file, flyer.protected) == ("photo", PHOTO, False)
    assert "Tell us what a flat needs." in flyer.text


async def test_who_waits_is_asked_when_a_place_comes_free_and_has_a_day(here: Indoors, menu: Menu) -> None:
    phones = {name: await menu.young(name) for name in ("Ash", "Bea", "Cy")}
    for phone, _ in phones.values():
        await here.do(phone, "join", "yes")
    bea, cy = phones["Bea"][0], phones["Cy"][0]
    assert bea.card.text.startswith("You are on the list, number 1.")
    assert cy.card.text.startswith("You are on the list, number 2.")
    await menu.minutes_pass(15)
    await here.do(phones["Ash"][0], "things", "thing", "withdraw")
    assert "You are not down for this one." in phones["Ash"][0].card.text
    await here.tick()
    assert bea.card.text == "An update on something you asked for."
    await here.do(bea, "open")
    assert bea.card.text.startswith("A place is free, if you still want it.")
    await here.do(bea, "pass_up")
    await here.tick()
    await here.do(cy, "open", "accept")
    assert cy.card.text.startswith("You have a place.")
    assert {name: await menu.stands(person) for name, (_, person) in phones.items()} == {
        "Ash": "withdrawn",
        "Bea": "passed",
        "Cy": "confirmed",
    }
    assert here.seen_by(menu.mo).count("1 update to see") == 2  # it grew, and it shrank


async def test_the_calendar_file_says_the_time_and_gives_nobody_away(here: Indoors, menu: Menu) -> None:
    ash, _ = await menu.young("Ash")
    await here.do(ash, "join", "yes", "calendar")
    sent = ash.from_bot[-1]
    assert (sent.kind, sent.file.name, sent.protected) == ("document", "date.ics", False)
    (event,) = Calendar.from_ical(sent.file.body).walk("VEVENT")
    assert (event.start, event.end) == (menu.starts_at, menu.starts_at + timedelta(hours=1))
    assert event["summary"] == "Something I said yes to"
    said = sent.file.body.decode()
    assert not any(word in said for word in ("Northfield", "Pool", "Green Lamp", "yousaid", "Mo "))


def test_the_same_thing_at_another_time_replaces_its_entry() -> None:
    def entry(hour: int) -> Any:
        at = datetime.fromisoformat(f"2027-03-28T{hour:02}:00+00:00")
        file = calendar.event("x", about="opportunity 7", starts_at=at, ends_at=None, now=at)
        return next(iter(Calendar.from_ical(file).walk("VEVENT")))

    assert entry(10)["uid"] == entry(12)["uid"]
    assert entry(10).start != entry(12).start


async def test_help_to_apply_says_who_and_by_when_and_reaches_their_worker(here: Indoors, menu: Menu) -> None:
    ash, _ = await menu.young("Ash")
    await here.do(ash, "join", "help_me")
    assert "Priya is asked to help you by" in ash.card.text
    assert "It also says yes for you. Mo sees your name" in ash.card.text
    await here.do(ash, "ask_help")
    assert "Priya has been asked to help you with it." in ash.card.text
    await here.tick()
    await here.do(menu.priya, "open")
    assert "Ash L would like help with something to join." in menu.priya.card.text
    assert "Note: Pool night" in menu.priya.card.text
    await here.do(ash, "menu", "contact")
    assert ash.card.text.startswith("Who would you like?")  # help with this stands in the way of nothing else


async def test_the_day_has_a_reminder_and_afterwards_one_question(here: Indoors, menu: Menu) -> None:
    ash, person = await menu.young("Ash")
    await here.do(ash, "join", "yes")
    assert "I'll remind you before it starts." in ash.card.text
    await menu.it_is(menu.starts_at.replace(hour=9))
    await here.do(ash, "open")
    assert "Friday, 6pm." in ash.card.text
    await menu.it_is(menu.starts_at.replace(hour=11) + timedelta(days=1))
    assert ash.card.text == LOOK
    await here.do(ash, "open")
    assert "Staff see only counts, and only once ten people have said." in ash.card.text
    await here.do(ash, "felt:good")
    assert "✓ Good" in ash.buttons()
    async with here.store.transaction() as tx:
        assert (await rows.interest_of(tx, menu.pool, person)).felt == "good"


async def test_being_declined_is_told_kindly_with_what_comes_next(here: Indoors, menu: Menu) -> None:
    ash, person = await menu.young("Ash")
    await here.do(ash, "join", "yes")
    member = await menu.member(menu.mo_id)
    async with here.store.transaction() as tx:
        await places.decline_person(
            tx, member, menu.pool, person, next_step="Come on 3 May, you are first.", now=here.clock.now()
        )
    await here.tick()
    await here.do(ash, "open")
    assert ash.card.text.startswith("It's not a yes this time.")
    assert "Mo decided that. What you can do next:\nCome on 3 May, you are first." in ash.card.text
    await here.do(ash, "contact")
    assert ash.card.text.startswith("Who would you like?")


async def test_what_has_closed_while_they_looked_is_said_so_and_old_buttons_change_nothing(
    here: Indoors, menu: Menu
) -> None:
    ash, person = await menu.young("Ash")
    await here.do(ash, "join")
    async with here.store.transaction() as tx:
        await places.close(tx, menu.pool)
    await here.do(ash, "yes")
    assert ash.card.text.startswith("That one is closed now, so I didn't say yes for you.")
    assert await menu.stands(person) == "shown"
    for showing in ({"at": "thing", "opportunity": 999}, {"at": "thing"}, {"at": "join", "deck": [999], "n": 4}):
        await here.put(ash, showing)
        version = button_data(ash)[0].split(":")[0]
        for action in ("yes", "accept", "withdraw", "felt", "calendar", "show", "next", "help_me"):
            await here.tap(ash, f"{version}:{action}:good")
    assert await menu.stands(person) == "shown"
