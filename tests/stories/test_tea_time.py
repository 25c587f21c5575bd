"""A tea-time chat every week: Mo makes it, Ash says maybe, Bea is coming, and on the day both hear that it is on."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar
from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement.london import local
from storage import opportunities
from storage.opportunities import Opportunity


async def made(here: Indoors, mo: Phone, *, places: str = "skip") -> list[Opportunity]:
    """A chat on six Thursdays, with only the day typed; the dates it opened on."""
    await here.do(mo, "opportunities", "new")
    await here.type(mo, "Tea and talk\nCome as you are. We talk, and we eat.")
    await here.do(mo, "say:drop_in")
    await here.type(mo, f"{local(here.clock.now() + timedelta(days=7)):%a %d %b %Y}")
    await here.do(mo, "say:6")
    await here.type(mo, "The Hub")
    await here.type(mo, "Jo from housing, about flats and bills.")
    await here.do(mo, places)
    await here.do(mo, "gift:food")
    assert "Every week, 6 times." in mo.card.text
    await here.do(mo, "open")
    assert mo.card.text.startswith("It is open on 6 dates, each with a list of its own.")
    async with here.store.transaction() as tx:
        return sorted(await opportunities.open_ones(tx), key=lambda one: one.id)


async def until(here: Indoors, moment: datetime) -> None:
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()


async def test_maybe_and_coming_are_told_on_the_day_and_only_who_is_coming_has_a_name(here: Indoors) -> None:
    mo, _ = await here.staff_phone("Mo Ali", "participation")
    first, second, *_rest = await made(here, mo)
    ash, _ = await here.joined("Ash")
    bea, _ = await here.joined("Bea")

    await here.do(ash, "join")
    assert ash.card.text.startswith("Come along, if you fancy it.\n\nTea and talk\n")
    assert "6pm to 8pm." in ash.card.text
    assert "Who is there: Jo from housing, about flats and bills." in ash.card.text
    assert "Everyone is welcome. You don't need to answer here." in ash.card.text
    assert "Coming: Mo sees your name. Maybe: Mo doesn't, and I'll say when it's on." in ash.card.text
    assert ash.buttons()[:3] == ["Coming", "Maybe", "No"]
    await here.do(ash, "maybe")
    assert ash.card.text.startswith("You said maybe. That's fine.")
    await here.do(ash, "things")
    assert "You said maybe, " in ash.card.text
    await here.do(bea, "join", "yes")
    assert bea.card.text.startswith("You are down as coming.")
    await here.do(bea, "calendar")
    (entry,) = Calendar.from_ical(bea.from_bot[-1].file.body).walk("VEVENT")
    assert (entry.start, entry.end) == (first.starts_at, first.ends_at)

    here.clock.move(seconds=660)
    await here.tick()
    await here.do(mo, "open")
    assert "Bea L, coming" in mo.buttons()
    await here.do(mo, "thing_back")
    assert "1 person has said yes." in mo.card.text
    assert "1 said maybe. Their names are not shown." in mo.card.text
    assert "Ash" not in here.seen_by(mo)

    await until(here, first.starts_at.replace(hour=10))
    for phone, head in ((ash, "It's on today if you fancy it."), (bea, "You are down as coming.")):
        assert "Tea" not in phone.last.text
        await here.do(phone, "open")
        assert phone.card.text.startswith(head)
    await here.do(ash, "yes")
    assert ash.card.text.startswith("You are down as coming.")
    await here.do(ash, "things", "join", "all")
    assert f"{local(second.starts_at):%A}" in ash.card.text


async def test_where_places_are_few_a_maybe_keeps_none_and_a_second_thought_frees_one(here: Indoors) -> None:
    mo, _ = await here.staff_phone("Mo Ali", "participation")
    first, *_rest = await made(here, mo, places="say:4")
    ash, _ = await here.joined("Ash")
    bea, _ = await here.joined("Bea")
    async with here.store.transaction() as tx:
        await opportunities.change(tx, first.id, places=1)
    await here.do(ash, "join", "maybe")
    assert "This keeps no place for you. There is one free now." in ash.card.text
    await here.do(bea, "join", "yes")
    await here.do(ash, "menu", "join", "things", "thing")
    assert "All places are taken now. You can go on the list." in ash.card.text
    await here.do(ash, "yes")
    assert ash.card.text.startswith("You are on the list, number 1.")
    assert any(data.split(":")[1] == "undo" for data in button_data(bea))
    await here.do(bea, "maybe")
    assert bea.card.text.startswith("You said maybe.")
    await here.tick()
    await here.do(ash, "open")
    assert ash.card.text.startswith("A place is free, if you still want it.")
    await here.do(bea, "withdraw")
    assert bea.card.text.startswith("OK. You are not down for this one.")


async def test_what_they_cannot_eat_goes_to_the_organiser_alone(here: Indoors) -> None:
    mo, _ = await here.staff_phone("Mo Ali", "participation")
    await here.do(mo, "opportunities", "new")
    await here.type(mo, "Christmas dinner\nEat with us.")
    await here.do(mo, "say:activity", "skip", "skip", "say:4", "skip", "change", "step:asks")
    await here.type(mo, "Anything you can't eat?")
    await here.do(mo, "open")
    ash, _ = await here.joined("Ash")
    await here.do(ash, "join", "yes")
    assert ash.card.text.startswith("Mo has one question for people who come.\n\nAnything you can't eat?")
    await here.type(ash, "x" * 121)
    assert "121" in ash.card.text
    await here.type(ash, "No nuts, please.")
    assert ash.card.text.startswith("You have a place.")
    assert not [one for one in ash.messages if "nuts" in one.text], "typed words leave the chat"
    here.clock.move(seconds=660)
    await here.tick()
    assert "nuts" not in here.seen_by(mo)
    await here.do(mo, "open")
    assert "Ash L: No nuts, please." in mo.card.text
