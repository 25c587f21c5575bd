"""Five weeks of one campaign, on the phones of people who answer, delay, block, opt out, or change worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement import authority, handover
from storage import outbox, people, staff
from storage.ids import PersonId, StaffId

TITLE = "Questions about how life is"
ON_ITS_WAY = "Something new is on its way."
LOOK = "There's something new to look at, if you want to."
STILL_HERE = "This is still here if you want it."
ANY_TIME = "Any time is fine for this one."
ONCE_MORE = "Here it is once more, if you want it."
AS_ASKED = "A reminder, as you asked."

WARM_UP, INVITATION, FIRST, SECOND, LAST = (
    datetime(2026, 11, 25, 10, tzinfo=UTC) + timedelta(days=day) for day in (0, 3, 10, 17, 25)
)
"""Started on Tuesday 24 November, it begins on the next working day."""

DAY = timedelta(days=1)


async def to(here: Indoors, moment: datetime) -> None:
    """Live until this moment: the heartbeat every day at the hour of the steps, and what may leave leaves."""
    while (day := here.clock.now() + DAY) < moment:
        here.clock.move((day.replace(hour=10, minute=0, second=0) - here.clock.now()).total_seconds())
        await here.tick()
    here.clock.move((moment - here.clock.now()).total_seconds())
    await here.tick()


def waits(phones: dict[str, Phone]) -> dict[str, list[str]]:
    """What each lock screen shows; then everybody puts the phone away."""
    shown = {name: [line.text for line in phone.lock_screen] for name, phone in phones.items()}
    for phone in phones.values():
        phone.open_chat()
        phone.lock()
    return shown


def labels(phone: Phone) -> list[str]:
    return [button["text"] for row in phone.card.keyboard or [] for button in row]


async def sends(here: Indoors, phone: Phone) -> None:
    """Everything skipped, and sent."""
    await here.do(phone, "start")
    while "ready" not in (actions := {data.split(":")[1] for data in button_data(phone)}):
        await here.do(phone, "next" if "next" in actions else "skip")
    await here.do(phone, "ready", "send")
    assert phone.card.text.startswith("Sent.")


async def at_desk(here: Indoors, pat: Phone) -> None:
    """The participation worker comes back after days, past the offer of a PIN, to the campaign's card."""
    await here.type(pat, "/menu")
    await past_the_pin(here, pat)
    await here.do(pat, "campaigns", "campaign:care_leaver_survey")


async def past_the_pin(here: Indoors, phone: Phone) -> None:
    if "Later" in labels(phone):
        await here.do(phone, "later")


async def under_way(here: Indoors) -> Phone:
    """The participation worker starts the campaign, having seen what people will get."""
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "campaigns", "campaign:care_leaver_survey")
    assert "This is the plan. Nothing has started." in pat.card.text
    await here.do(pat, "campaign_step:4")
    assert ONCE_MORE in pat.card.text
    assert "I won't ask again about this one." in pat.card.text
    await here.do(pat, "campaign_back", "campaign_start")
    assert pat.card.text.startswith(f"Start {TITLE} on Wednesday?")
    await here.do(pat, "campaign_yes")
    assert "The plan is under way." in pat.card.text
    return pat


async def test_five_weeks_of_a_campaign_on_everybodys_phone(here: Indoors) -> None:
    _, worker = await here.staff_phone("Priya Shah", "pa")
    sam, other = await here.staff_phone("Sam Okoro", "pa")
    folk = {name: await here.joined(name, worker=worker) for name in ("Ash", "Bea", "Cas", "Dee", "Eve", "Fin", "Hal")}
    phones = {name: phone for name, (phone, _) in folk.items()}
    ids: dict[str, PersonId] = {name: person for name, (_, person) in folk.items()}
    await here.listed("Gil", worker=worker)
    ash, bea, cas, dee, eve, fin, hal = phones.values()
    pat = await under_way(here)
    await here.do(dee, "settings", "topics", "topic:surveys")
    waits(phones)

    # The word beforehand
    await to(here, WARM_UP)
    assert waits(phones) == {name: [] if name == "Dee" else [ON_ITS_WAY] for name in phones}
    await here.do(ash, "open")
    assert "Something new is on its way, on Saturday. Nothing to do today." in ash.card.text
    cas.block()
    await here.turn()

    # The invitation
    await to(here, INVITATION)
    assert waits(phones) == {name: [] if name in ("Cas", "Dee") else [LOOK] for name in phones}
    await here.do(ash, "open")
    await sends(here, ash)
    await here.do(bea, "open", "start", "pick:0", "stop", "later", "remind:tomorrow")
    assert "I'll remind you on Sunday, about 11am." in bea.card.text
    await here.do(hal, "open", "later", "no_more")
    assert hal.card.text.startswith("OK. I won't ask again about this one.")
    waits(phones)

    # What was asked for comes when it was asked for
    await to(here, INVITATION + DAY + timedelta(hours=1))
    assert waits(phones) == {name: [AS_ASKED] if name == "Bea" else [] for name in phones}
    await here.do(bea, "open")
    assert "Your place is kept, 2 of 31." in bea.card.text

    # Eve's week is full of other things; Fin gets another worker; Cas lets the bot back in
    async with here.store.transaction() as tx:
        for n in range(3):
            await outbox.queue(
                tx,
                occasion=f"news:{n}",
                person=ids["Eve"],
                lane="young",
                envelope="envelope/update",
                opens={"screen": "menu"},
                not_before=FIRST - 2 * DAY,
                expires_at=FIRST,
            )
    await hands_over(here, worker, other, ids["Fin"], sam)
    cas.unblock()
    await here.turn()
    await to(here, FIRST - timedelta(hours=1))
    waits(phones)

    # The first reminder
    await to(here, FIRST)
    assert waits(phones) == {name: [STILL_HERE] if name in ("Bea", "Cas", "Fin") else [] for name in phones}, (
        "nobody who has sent it, said no, opted out or has a full week"
    )
    await here.do(cas, "open")
    assert labels(cas) == ["Have a look", "Remind me later", "No more of this", "Menu"]
    await to(here, FIRST + DAY + timedelta(hours=2))
    assert waits({"Eve": eve})["Eve"] == [STILL_HERE], "there was room in her week the next morning"

    # The second, on one phone, and the last
    await to(here, SECOND)
    assert {name for name, line in waits(phones).items() if line == [ANY_TIME]} == {
        "Bea",
        "Cas",
        "Eve",
        "Fin",
    }
    await to(here, LAST)
    assert {name for name, line in waits(phones).items() if line == [ONCE_MORE]} == {
        "Bea",
        "Cas",
        "Eve",
        "Fin",
    }
    await here.do(fin, "open")
    assert fin.card.text.startswith("This is still here if you want it. It closes on Saturday")
    assert "You don't need a reason not to. I won't ask again about this one." in fin.card.text
    await here.do(bea, "open")
    assert "What has not been sent by then is destroyed. Nobody ever opens it." in bea.card.text

    # Nothing more, but the warning to whoever has begun
    waits(phones)
    await to(here, INVITATION + timedelta(days=27))
    assert waits(phones) == {name: [STILL_HERE] if name == "Bea" else [] for name in phones}

    # What the participation worker sees of it names nobody
    await at_desk(here, pat)
    assert "word beforehand. Written to 6" in pat.card.text
    assert "reminder. Written to at most" in pat.card.text, "one has sent it: how many is not to be counted"
    assert not any(name in pat.card.text for name in phones)


async def hands_over(here: Indoors, worker: StaffId, other: StaffId, person: PersonId, sam: Phone) -> None:
    """Priya's person is offered to Sam, who takes them."""
    async with here.store.transaction() as tx:
        reference = (await people.details(tx, person)).reference
        old, new = await staff.by_id(tx, worker), await staff.by_id(tx, other)
        await handover.start(tx, old, new, only=[reference], now=here.clock.now())
    await here.tick()
    sam.open_chat()
    await here.do(sam, "open")
    await past_the_pin(here, sam)
    await here.do(sam, "take")
    async with here.store.transaction() as tx:
        assert (await people.by_id(tx, person)).worker == other


async def test_a_pause_is_one_tap_and_so_is_going_on(here: Indoors) -> None:
    ivy, _ = await here.joined("Ivy")
    pat = await under_way(here)
    await to(here, INVITATION)
    await at_desk(here, pat)
    await here.do(pat, "campaign_pause")
    assert "The plan is paused. Nothing leaves until you go on." in pat.card.text
    waits({"Ivy": ivy})
    await to(here, FIRST + DAY)
    assert waits({"Ivy": ivy})["Ivy"] == []
    await at_desk(here, pat)
    await here.do(pat, "campaign_resume")
    assert "The plan is under way." in pat.card.text
    await to(here, FIRST + (FIRST + DAY - INVITATION) + DAY)
    assert waits({"Ivy": ivy})["Ivy"] == [STILL_HERE]
    await at_desk(here, pat)
    await here.do(pat, "campaign_pause", "campaign_stop")
    assert "open until" in pat.card.text, "the survey stays open"


async def test_a_quick_one_waits_after_the_big_one_and_its_card_says_from_when(here: Indoors) -> None:
    pat, _ = await here.staff_phone("Pat Part", "participation")
    await here.do(pat, "campaigns", "campaign:pulse", "campaign_start")
    await here.open_survey()
    await here.do(pat, "campaign_yes")
    assert "It can't start yet." in pat.card.text
    assert "a quick one can open from 19 January." in pat.card.text
    assert "Start it" not in labels(pat)
    assert await here.rows("campaign") == []


async def test_closing_from_the_chat_says_what_it_destroys_and_asks_again(here: Indoors) -> None:
    ivy, _ = await here.joined("Ivy")
    pat = await under_way(here)
    await to(here, INVITATION)
    await here.do(ivy, "open", "start", "pick:0")
    await at_desk(here, pat)
    await here.do(pat, "campaign_close")
    assert "Unsent drafts are destroyed unread." in pat.card.text
    await here.do(pat, "close_tomorrow")
    assert "open until Sunday." in pat.card.text
    await here.tick()
    await here.do(pat, "campaign_close", "close_now")
    assert "is closed." in pat.card.text
    assert "Too few people sent it" in pat.card.text
    assert [row["state"] for row in await here.rows("campaign")] == ["over"]


async def test_someone_who_gets_messages_whole_gets_the_reminder_itself(here: Indoors) -> None:
    ivy, _ = await here.joined("Ivy")
    await here.do(ivy, "settings", "messages", "full")
    await under_way(here)
    await to(here, FIRST)
    assert ivy.card.text.startswith(STILL_HERE)
    assert TITLE in ivy.card.text


async def test_in_practice_only_the_tester_hears_and_it_says_so(here: Indoors) -> None:
    async with here.store.transaction() as tx:
        words = await authority.current(tx)
        await authority.change(tx, words.model_copy(update={"practice": True, "testers": ("Tess-Lee",)}))
    await here.tick()
    here.bot._learn_words(words.model_copy(update={"practice": True, "testers": ("Tess-Lee",)}))
    tess, _ = await here.joined("Tess")
    ivy, _ = await here.joined("Ivy")
    pat = await under_way(here)
    assert "This is practice: only testers get anything." in pat.card.text
    waits({"Tess": tess, "Ivy": ivy})
    await to(here, WARM_UP)
    assert waits({"Tess": tess, "Ivy": ivy}) == {"Tess": [ON_ITS_WAY], "Ivy": []}
    await to(here, INVITATION)
    assert waits({"Tess": tess, "Ivy": ivy}) == {"Tess": [LOOK], "Ivy": []}
    await here.do(tess, "open")
    assert "This is practice. What you send is thrown away." in tess.card.text
    await here.type(ivy, "/menu")
    assert TITLE not in ivy.card.text
    await at_desk(here, pat)
    assert "1 would have been sent" in pat.card.text


# What stands on a phone from before


@pytest.mark.parametrize("steps", [(), ("later",)])
async def test_not_now_on_a_card_from_before_the_survey_closed_says_so(here: Indoors, steps: tuple[str, ...]) -> None:
    ivy, _ = await here.joined("Ivy")
    pat = await under_way(here)
    await to(here, INVITATION)
    await here.do(ivy, "open", *steps)
    await at_desk(here, pat)
    await here.do(pat, "campaign_close", "close_now")
    await here.do(ivy, "no_more" if steps else "later")
    assert ivy.card.text.startswith("This one has closed.")


async def test_a_reminder_opened_after_sending_says_it_is_sent(here: Indoors) -> None:
    ivy, person = await here.joined("Ivy")
    await under_way(here)
    await to(here, FIRST)
    ivy.lock()
    await here.type(ivy, "/menu")
    survey = next(data for data in button_data(ivy) if ":survey:" in data).split(":")[2]
    await here.do(ivy, f"survey:{survey}")
    await sends(here, ivy)
    async with here.store.transaction() as tx:
        assert not [row for row in await outbox.of_person(tx, person) if row.state == "queued"]
