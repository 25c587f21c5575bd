"""Sending something to one's people, or to everyone, from the staff chat, and what the young see of it."""

from __future__ import annotations

import json

import pytest
from support.indoors import Indoors, button_data
from team import Team, has

from bot.chat.visit import PLACES
from bot.sandbox.enclosures import PHOTO
from bot.sandbox.phones import Phone
from engagement import budget
from storage import people, staff
from storage.ids import ChatId, PersonId, StaffId

TEXT = "Pool night on Friday at six, food is paid for."
OPENER = "An idea for the next few days, if you fancy it."
FIRST_LINE = "Here is something to look at now, or to leave for when you like."


@pytest.fixture
async def team(here: Indoors) -> Team:
    return await Team(here).come()


async def written(here: Indoors, phone: Phone, text: str = TEXT) -> None:
    """A member of staff who has written something and chosen an opener, and looks at it."""
    await here.type(phone, "/menu")
    if has(phone, "later"):  # after eight hours they are asked for a PIN
        await here.do(phone, "later")
    await here.do(phone, "send")
    if has(phone, "whom"):
        await here.do(phone, "whom")
    await here.type(phone, text)
    await here.do(phone, "line:4")


async def confirmed(here: Indoors, phone: Phone, number: int, text: str = TEXT) -> None:
    await written(here, phone, text)
    await here.do(phone, "ready")
    await here.type(phone, str(number))


async def a_minute_later(here: Indoors) -> None:
    here.clock.move(seconds=61)
    await here.tick()


def typed_and_left(phone: Phone) -> list[str]:
    """What they have typed and is still in the chat."""
    return [message.text for message in phone.messages if message.sender == phone.user.id]


async def queued(here: Indoors) -> list[str]:
    return [row["state"] for row in await here.rows("outbox") if row["occasion"].startswith("broadcast:")]


async def test_a_worker_writes_looks_confirms_and_her_people_read_it(here: Indoors, team: Team) -> None:
    priya = team.priya
    await here.do(priya, "send")
    assert "to your people" in priya.card.text
    await here.type(priya, TEXT)
    assert f"4. {OPENER}" in priya.card.text
    await here.do(priya, "line:4")
    assert "Goes to 3 of 3 people: your people only." in priya.card.text
    for exact in (OPENER, FIRST_LINE, TEXT, "From Priya."):
        assert exact in priya.card.text
    await here.do(priya, "ready")
    await here.type(priya, "3")
    assert "Leaves in 60 seconds." in priya.card.text
    assert typed_and_left(priya) == []
    assert team.told(OPENER) == set()
    await a_minute_later(here)
    assert team.told(OPENER) == {"Ash", "Bea", "Cy"}
    assert team.told(TEXT) == set()
    ash = team.young["Ash"]
    await here.do(ash, "open")
    assert ash.card.text == f"{FIRST_LINE}\n\n{TEXT}\n\nFrom Priya."
    assert ash.card.protected
    await here.do(priya, "look")
    assert priya.card.text == "Done. 3 of 3 sent."


async def test_what_goes_to_everyone_is_from_the_team(here: Indoors, team: Team) -> None:
    await confirmed(here, team.mo, 4)
    await a_minute_later(here)
    assert team.told(OPENER) == set(team.young)
    await here.do(team.young["Dee"], "open")
    assert team.shown("Dee").endswith("From the Next Steps team.")


async def test_a_wrong_number_sends_nothing_and_says_so(here: Indoors, team: Team) -> None:
    await written(here, team.priya)
    await here.do(team.priya, "ready")
    for wrong in ("4", "33", "three", "３", "-3", "3e0"):
        await here.type(team.priya, wrong)
        assert "not the number, so nothing was sent" in team.priya.card.text, wrong
        assert "This goes to 3 people." in team.priya.card.text
    assert await queued(here) == []


async def test_the_sender_can_cancel_within_the_minute_and_go_back_to_the_words(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3)
    here.clock.move(seconds=30)
    await here.tick()
    await here.do(team.priya, "look")
    assert "Leaves in 30 seconds." in team.priya.card.text
    await here.do(team.priya, "stop")
    assert "Cancelled. Nobody was sent it." in team.priya.card.text
    await a_minute_later(here)
    assert team.told(OPENER) == set()
    await here.do(team.priya, "again")
    assert TEXT in team.priya.card.text
    assert "before" not in team.priya.card.text


async def test_stopped_in_the_middle_some_have_it_and_nobody_has_it_twice(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3)
    here.clock.move(seconds=61)
    assert await here.bot.sender.once() == 2
    await here.bot.outcomes.flush()
    await here.do(team.priya, "look")
    assert team.priya.card.text.startswith("2 of 3 sent.")
    await here.do(team.priya, "stop")
    assert team.priya.card.text == "Stopped. 2 of 3 had left, the others were not sent."
    await a_minute_later(here)
    assert len(team.told(OPENER)) == 2
    assert sum(OPENER in call.text for call in here.telegram.said if call.chat != team.priya.id) == 2
    assert sorted(await queued(here)) == ["cancelled", "sent", "sent"]


async def test_who_moved_to_another_worker_since_the_look_is_not_written_to(here: Indoors, team: Team) -> None:
    await written(here, team.priya)
    await here.do(team.priya, "ready")
    await move(here, team.ids["Cy"], team.sam_id)
    await here.type(team.priya, "3")
    assert "It was 3 when you looked, and now it is 2." in team.priya.card.text
    assert await queued(here) == []
    await here.do(team.priya, "ready")
    await here.type(team.priya, "2")
    await a_minute_later(here)
    assert team.told(OPENER) == {"Ash", "Bea"}


async def move(here: Indoors, person: PersonId, worker: StaffId) -> None:
    async with here.store.transaction() as tx:
        await people.change(tx, person, await people.details(tx, person), worker=worker)


async def test_who_stopped_blocked_or_said_no_is_counted_and_never_written_to(here: Indoors, team: Team) -> None:
    await here.do(team.young["Ash"], "settings", "stop_messages")
    team.young["Bea"].block()
    await here.turn()
    async with here.store.transaction() as tx:
        await budget.opt_out(tx, team.ids["Cy"], "sharing")
    await here.listed("Nobody", worker=team.priya_id)
    eve, _ = await here.joined("Eve", worker=team.priya_id)
    await written(here, team.priya)
    look = team.priya.card.text
    assert "Goes to 1 of 5 people" in look
    for line in ("not joined yet: 1", "messages are off: 1", "messages don't reach them: 1", "said no to these: 1"):
        assert line in look
    await here.do(team.priya, "ready")
    await here.type(team.priya, "1")
    await a_minute_later(here)
    assert team.told(OPENER) == set()
    assert OPENER in here.seen_by(eve)


async def test_no_more_like_this_is_one_tap_and_can_be_taken_back(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3)
    await a_minute_later(here)
    ash = team.young["Ash"]
    await here.do(ash, "open", "no_more")
    assert "no more like this" in ash.card.text
    await written(here, team.priya, "Something else")
    assert "Goes to 2 of 3 people" in team.priya.card.text
    await here.do(ash, "more_again")
    await here.do(team.priya, "write", "preview")
    assert "Goes to 3 of 3 people" in team.priya.card.text


async def test_who_chose_full_messages_gets_the_card_itself(here: Indoors, team: Team) -> None:
    ash = team.young["Ash"]
    await here.do(ash, "settings", "messages", "full")
    await confirmed(here, team.priya, 3)
    await a_minute_later(here)
    assert TEXT in ash.card.text
    assert ash.card.text[:60] == FIRST_LINE[:60]
    assert has(ash, "no_more")


async def test_a_line_that_gives_away_is_refused_with_the_words_that_do(here: Indoors, team: Team) -> None:
    await here.do(team.priya, "send")
    await here.type(team.priya, TEXT)
    await here.do(team.priya, "own")
    for line, why in (
        ("News for care leavers", "care and leaver"),
        ("From Northfield Council", "council"),
        ("c.a.r.e. news", "care"),
        ("See www.example.org", "No link"),
        ("Two\nlines", "plain letters"),
        ("Party 🎉", "plain letters"),
        ("Новости", "plain letters"),
        ("x" * 61, "too long"),
    ):
        await here.type(team.priya, line)
        assert "Not this line." in team.priya.card.text, line
        assert why in team.priya.card.text, line
    assert typed_and_left(team.priya) == []
    await here.type(team.priya, "Pool on Friday, if you fancy it.")
    assert "Pool on Friday, if you fancy it." in team.priya.card.text
    assert has(team.priya, "ready")


async def test_words_that_are_too_long_stay_in_the_chat_until_shorter_ones_are_kept(here: Indoors, team: Team) -> None:
    await here.do(team.priya, "send")
    await here.type(team.priya, "a" * 601)
    assert "601 letters, and 600 fit" in team.priya.card.text
    assert typed_and_left(team.priya) == ["a" * 601]
    await here.type(team.priya, "a" * 600)
    assert typed_and_left(team.priya) == []
    await here.do(team.priya, "line:2")
    assert "a" * 600 in team.priya.card.text


async def test_hostile_words_are_shown_as_they_are_and_turn_nothing_round(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3, "<b>1 < 2 & 3 {{ 7*7 }} \u202eevil\u202c مرحبا")
    await a_minute_later(here)
    await here.do(team.young["Ash"], "open")
    assert "<b>1 < 2 & 3 {{ 7*7 }} evil مرحبا" in team.shown("Ash")
    assert team.young["Ash"].card.entities == ()


async def test_a_forwarded_flyer_begins_one_with_its_words_and_its_picture(here: Indoors, team: Team) -> None:
    team.priya.send_photo(TEXT)
    await here.turn()
    await here.do(team.priya, "whom:own")
    assert f"4. {OPENER}" in team.priya.card.text
    assert not any(message.kind == "photo" for message in team.priya.messages)
    await here.do(team.priya, "line:4")
    assert "with a button for the picture" in team.priya.card.text
    await here.do(team.priya, "picture")
    assert team.priya.from_bot[-1].file == PHOTO
    await here.type(team.priya, "/menu")
    await here.do(team.priya, "send", "preview", "ready")
    await here.type(team.priya, "3")
    await a_minute_later(here)
    ash = team.young["Ash"]
    await here.do(ash, "open", "picture")
    picture = ash.from_bot[-1]
    assert (picture.kind, picture.file, picture.protected) == ("photo", PHOTO, False)
    assert sum(message.kind == "photo" for message in ash.from_bot) == 1
    here.telegram.files.by_id.clear()
    await here.do(team.young["Bea"], "open", "picture")
    assert "I can't find the picture any more." in team.young["Bea"].from_bot[-1].text


async def test_a_picture_alone_waits_for_its_words_and_the_rest_of_an_album_stays_out(
    here: Indoors, team: Team
) -> None:
    team.priya.send_photo()
    await here.turn()
    assert "I have the picture." in team.priya.card.text
    team.priya.send_photo()
    await here.turn()
    assert "One picture goes with it" in team.priya.card.text
    await here.type(team.priya, TEXT)
    await here.do(team.priya, "whom:own", "line:4", "no_picture")
    assert not has(team.priya, "picture")


async def test_forwarded_words_ask_whom_they_are_for_where_there_is_a_choice(here: Indoors, team: Team) -> None:
    await move(here, team.ids["Dee"], await staff_id(here, team.mo))
    team.mo.forward(TEXT)
    await here.turn()
    assert "Who are they for?" in team.mo.card.text
    await here.do(team.mo, "whom:own", "line:4")
    assert "Goes to 1 of 1 person: your people only." in team.mo.card.text
    assert "From Mo." in team.mo.card.text


async def staff_id(here: Indoors, phone: Phone) -> StaffId:
    async with here.store.transaction() as tx:
        member = await staff.by_chat(tx, ChatId(phone.id))
        assert member is not None
        return member.id


async def test_a_young_person_who_forwards_or_sends_a_picture_begins_nothing(here: Indoors, team: Team) -> None:
    ash = team.young["Ash"]
    ash.forward(TEXT)
    ash.send_photo(TEXT)
    await here.turn()
    assert await here.rows("broadcast") == []


async def test_in_the_evening_it_says_that_it_leaves_in_the_morning(here: Indoors, team: Team) -> None:
    here.clock.move(hours=10)
    await written(here, team.priya)
    assert "It leaves on Wednesday from 9." in team.priya.card.text
    await here.do(team.priya, "ready")
    await here.type(team.priya, "3")
    await a_minute_later(here)
    await here.do(team.priya, "look")
    assert "Waiting for Wednesday at 9." in team.priya.card.text
    assert team.told(OPENER) == set()
    here.clock.move(hours=15)
    await here.tick()
    assert team.told(OPENER) == {"Ash", "Bea", "Cy"}


async def test_two_a_day_is_the_most_and_the_same_words_are_asked_about(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3)
    await a_minute_later(here)
    await written(here, team.priya, f"  {TEXT.upper()} ")
    assert "You sent these words before, on Tuesday at 10.01am. Send them again?" in team.priya.card.text
    await here.do(team.priya, "ready")
    await here.type(team.priya, "3")
    await a_minute_later(here)
    await written(here, team.priya, "A third thing")
    assert "two a day is the most" in team.priya.card.text
    assert not has(team.priya, "ready")


async def test_when_every_week_is_full_it_says_when_there_is_room(here: Indoors, team: Team) -> None:
    for day in range(3):
        await confirmed(here, team.priya, 3, f"Thing {day}")
        await a_minute_later(here)
        here.clock.move(days=1)
    await written(here, team.priya, "One more")
    assert "3 messages a week is the most a person gets" in team.priya.card.text
    assert "There is room on Wednesday." in team.priya.card.text
    assert "their week is full: 3" in team.priya.card.text
    assert not has(team.priya, "ready")


async def test_other_roles_have_no_such_door_and_forging_it_does_nothing(here: Indoors, team: Team) -> None:
    ola, _ = await here.staff_phone("Ola Novak", "administrator")
    dan, _ = await here.staff_phone("Dan Reid", "data_protection")
    before = await here.prints()
    for phone in (ola, dan):
        assert not has(phone, "send")
        phone.forward(TEXT)
        phone.send_photo(TEXT)
        await here.turn()
        for place in (name for name in PLACES if name.startswith("staff/send")):
            at = {"at": place, "broadcast": 1, "people": 4, "audience": "everyone"}
            for action in (*PLACES[place].taps, "send"):
                await here.put(phone, at)
                await here.tap(phone, f"{version(phone)}:{action}:everyone")
            await here.put(phone, at)
            await here.type(phone, "4")
    assert await here.prints() == before


def version(phone: Phone) -> str:
    return button_data(phone)[0].split(":")[0]


async def test_a_worker_can_neither_reach_nor_stop_nor_see_what_is_somebody_elses(here: Indoors, team: Team) -> None:
    await written(here, team.priya)
    await here.do(team.priya, "ready")
    (row,) = await here.rows("broadcast")
    before = await here.prints()
    await here.put(team.sam, {"at": "staff/send_confirm", "broadcast": row["id"], "people": 3})
    await here.type(team.sam, "3")
    await here.put(team.sam, {"at": "staff/send"})
    await here.tap(team.sam, f"{version(team.sam)}:whom:everyone")
    assert await here.prints() == before
    await here.type(team.priya, "3")
    before = await here.prints()
    for action in ("look", "stop", "again"):
        await here.put(team.sam, {"at": "staff/send_progress", "broadcast": row["id"]})
        await here.tap(team.sam, f"{version(team.sam)}:{action}:{row['id']}")
        assert TEXT not in here.seen_by(team.sam)
    dee = team.young["Dee"]
    for action in ("picture", "no_more"):
        await here.put(dee, {"at": "broadcast", "broadcast": row["id"]})
        await here.tap(dee, f"{version(dee)}:{action}:")
    assert TEXT not in here.seen_by(dee)
    assert await here.prints() == before


async def test_a_number_typed_twice_sends_once_and_both_are_noted_by_number_only(here: Indoors, team: Team) -> None:
    await confirmed(here, team.priya, 3)
    (row,) = await here.rows("broadcast")
    await here.put(team.priya, {"at": "staff/send_confirm", "broadcast": row["id"], "people": 3})
    await here.type(team.priya, "3")
    assert len(await queued(here)) == 3
    await here.type(team.priya, "/menu")
    await here.do(team.priya, "send", "look", "stop")
    noted = [one for one in await here.rows("audit") if one["action"].startswith("broadcast")]
    assert [(one["action"], json.loads(one["about"])) for one in noted] == [
        ("broadcast_sent", {"broadcast": row["id"], "people": 3}),
        ("broadcast_stopped", {"broadcast": row["id"], "people": 0}),
    ]
    assert TEXT.encode() not in row["sealed"]
