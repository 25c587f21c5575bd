"""The main job, its middle: one card, every kind of question, leaving and coming back, and all else a hand does."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from respondents import SKIPS, Respondent, changed, respondent, said, shipped
from support.town import Town

from bot.sandbox.groups import Group
from engagement import answering
from storage import drafts, people
from storage.ids import SurveyId
from surveys.definition import text_in
from surveys.values import Answers

OLD = "That one is old. Here is the newest."
PLACE = {"pet": 0, "doing_now": 1, "life_satisfaction": 2, "best_picks": 20, "best_words": 21, "change_first": 26}


async def at_first_question(town: Town, name: str = "Ash") -> tuple[Respondent, SurveyId]:
    survey = await town.open_survey()
    return await respondent(town, name), survey


async def kept(town: Town, survey: SurveyId) -> Answers:
    """What the one person's draft holds."""
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        return await drafts.read(tx, person.id, survey)


async def go_to(one: Respondent, question: str) -> None:
    """Skip to a question of that name."""
    while len(one.told) < PLACE[question]:
        asked = next(question for question in one.path if question.id not in one.told)
        one.told[asked.id] = "skipped"
        await changed(one.phone, next(label for label in one.phone.buttons() if label.startswith(SKIPS)))


# Every kind of question


async def test_one_tap_answers_and_back_shows_it_ticked(either_northfield: Town) -> None:
    one, survey = await at_first_question(either_northfield)
    ash = one.phone
    await ash.choose("B")
    assert ash.text.startswith("2 of 31")
    await ash.choose("Back")
    assert ash.text.startswith("1 of 31")
    assert ash.buttons()[:4] == ["A", "✓ B", "C", "D"]
    await ash.choose("C")
    assert (await kept(either_northfield, survey)).values == {"pet": "not_allowed"}
    assert len(ash.messages) == 1, "one card, edited in place"


async def test_back_before_the_first_question_is_the_menu_with_the_place_kept(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    await one.phone.choose("Back")
    assert one.phone.buttons()[0] == "Carry on, 1 of 31"
    await one.phone.choose("Carry on, 1 of 31")
    assert one.phone.text.startswith("1 of 31")


async def test_pick_several_ticks_and_unticks_until_done(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "doing_now")
    ash = one.phone
    for button in ("C", "A", "E", "✓ E"):
        await ash.choose(button)
    assert "Done (2)" in ash.buttons()
    await ash.choose("Done (2)")
    assert ash.text.startswith("3 of 31")
    assert (await kept(northfield, survey)).values["doing_now"] == ["learning", "training"]


async def test_a_fourth_of_three_is_refused_with_a_line_that_goes_away(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    await go_to(one, "best_picks")
    ash = one.phone
    for label in ("My own space", "People I love", "Being a parent"):
        await ash.choose(label)
    answer = await ash.tap("Having my own money")
    assert answer.text == "You can pick 3. Tap one again to take it out."
    await ash.settled()
    await ash.choose("Nothing yet")
    assert "✓ Nothing yet" in ash.buttons()
    assert "Done (1)" in ash.buttons(), "nothing yet stands alone"


async def test_a_scale_is_three_rows_and_can_be_typed(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "life_satisfaction")
    ash = one.phone
    assert [len(row) for row in ash.card.labels[:3]] == [4, 4, 3]
    await ash.choose("10")
    await ash.choose("Back")
    assert "✓ 10" in ash.buttons()
    await ash.say("7")
    assert ash.mine == []
    assert (await kept(northfield, survey)).values["life_satisfaction"] == 7


async def test_ranking_keeps_the_order_of_tapping(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "change_first")
    ash = one.phone
    for letter in "FBD":
        await ash.choose(letter)
    assert {"1. F", "2. B", "3. D"} <= set(ash.buttons())
    assert (await ash.tap("G")).text == "You can pick 3. Tap one again to take it out."
    await ash.settled()
    await ash.choose("1. F")
    assert {"1. B", "2. D"} <= set(ash.buttons())
    await ash.choose("Start again")
    assert "Done (0)" in ash.buttons()
    for letter in "DB":
        await ash.choose(letter)
    listed = dict(line.split("  ", 1) for line in ash.text.splitlines() if line[1:3] == "  ")
    await ash.choose("Done (2)")
    options = {said(text_in(option.label, "en")): option.id for option in shipped().question("change_first").options}
    values = (await kept(northfield, survey)).values
    assert values["change_first"] == [options[listed["D"]], options[listed["B"]]]


async def test_words_are_kept_taken_out_of_the_chat_and_quoted_only_with_a_yes(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "best_words")
    ash = one.phone
    assert "A person at Northfield Council reads what you type, without your name." in ash.text
    await ash.say("my <b>dog</b> & my own key 🗝️")
    assert ash.mine == []
    assert ash.text.splitlines()[2] == "Saved. I'm taking it out of this chat."
    await ash.choose("OK to quote, no name")
    assert (await kept(northfield, survey)).values["best_words"] == {
        "text": "my <b>dog</b> & my own key 🗝️",
        "quote": True,
    }
    await ash.choose("Back")
    assert "I have what you wrote." in ash.text
    assert "dog" not in ash.text, "their own words do not come back into the chat"
    assert (await ash.tap("Read it")).text == "my <b>dog</b> & my own key 🗝️"
    await ash.settled()
    await ash.say("something else")
    await ash.choose("Don't quote me")
    assert (await kept(northfield, survey)).values["best_words"] == {"text": "something else", "quote": False}


async def test_words_that_are_too_long_stay_in_the_chat_until_shorter_ones_fit(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "best_words")
    ash = one.phone
    await ash.say("a" * 4096)
    assert ash.holding("That was a bit long for me: 4096 letters, and I can take 300. It isn't saved.")
    assert len(ash.mine) == 1, "theirs to shorten"
    await ash.say("b" * 300)
    assert ash.mine == []
    assert (await kept(northfield, survey)).values["best_words"]["text"] == "b" * 300


async def test_typing_where_a_button_is_asked_changes_nothing_unless_it_is_an_option(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    await ash.say("i had a dog called Rex")
    assert ash.holding("I can't read that one here. Tap a button, or tap Skip.")
    assert ash.mine == []
    assert (await kept(northfield, survey)).values == {}
    await ash.say("no, and that is fine by me")
    assert (await kept(northfield, survey)).values == {"pet": "fine_without"}


# Leaving and coming back


async def test_stop_keeps_the_place_and_days_later_the_card_is_sent_again(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all(until=6)
    await ash.choose("Stop, keep my place")
    assert ash.text.startswith("OK. Your place is kept: 7 of 31.")
    first = ash.card
    northfield.clock.move(hours=41)
    await ash.choose("Carry on")
    assert ash.text == "Question 7 of 31 is ready."
    assert first.id not in {message.id for message in ash.messages}, "the old card is gone while it still can go"
    ash.lock()
    await ash.choose("Show it")
    assert ash.text.startswith("7 of 31")
    await one.answer_all(until=8)
    assert len((await kept(northfield, survey)).values) == 8


async def test_a_card_too_old_to_edit_or_delete_is_replaced_by_a_new_one(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all(until=2)
    northfield.clock.move(days=5)
    await ash.choose("0")
    assert ash.text == "Question 4 of 31 is ready."
    assert (await kept(northfield, survey)).values["life_satisfaction"] == 0
    await ash.choose("Show it")
    assert ash.text.startswith("4 of 31")


async def test_hide_leaves_one_neutral_line_and_open_leads_back(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all(until=4)
    before = ash.text
    await ash.choose("Hide")
    assert [message.text for message in ash.messages] == ["There's something to look at when you have a minute."]
    await ash.choose("Open")
    assert ash.text == before


async def test_the_day_it_closes_is_the_last_day_it_can_be_answered(northfield: Town) -> None:
    survey = await northfield.open_survey(closes=date(2026, 12, 18))
    one = await respondent(northfield, "Ash")
    await one.phone.choose("Stop, keep my place")
    assert "It closes on Friday 18 December." in one.phone.text
    await one.phone.choose("Menu")
    assert "It closes on Friday 18 December." in one.phone.text
    northfield.clock.move(days=24, hours=13)
    assert northfield.clock.now() == datetime(2026, 12, 18, 23, tzinfo=UTC)
    await northfield.bot.heartbeat.tick()
    await one.phone.choose("Carry on, 1 of 31")
    await one.phone.choose("Show it")
    await one.phone.choose("A")
    assert (await kept(northfield, survey)).values == {"pet": "has_one"}


async def test_menu_in_the_middle_is_a_new_card_with_the_way_back(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all(until=4)
    old = ash.card
    await ash.say("/menu@you_said_bot")
    assert ash.buttons()[0] == "Carry on, 5 of 31"
    assert ash.mine == []
    assert [message.id for message in ash.from_bot] == [ash.card.id] != [old.id]
    await ash.choose("Carry on, 5 of 31")
    assert ash.text.startswith("5 of 31")


async def test_from_question_ten_what_is_done_can_be_sent(either_northfield: Town) -> None:
    one, survey = await at_first_question(either_northfield)
    ash = one.phone
    for _ in range(9):
        assert "Send what I have done" not in ash.buttons()
        await one.answer_all(until=len(one.told) + 1)
    assert ash.text.startswith("10 of ")
    await ash.choose("Send what I have done")
    assert ash.text.startswith("You can stop here if you like. Before you press Send:")
    assert "more are there that you haven't seen" in ash.text
    await ash.choose("Send")
    assert ash.text.startswith("Sent. Thank you for your time.")
    assert "by 19 January." in ash.text, "four weeks to answer, and four more to say what was said"
    await ash.choose("Menu")
    assert "Questions about how life is" not in ash.text
    async with either_northfield.store.transaction() as tx:
        (person,) = await people.joined(tx)
        assert await drafts.done(tx, person.id, survey)
        assert not await drafts.has_draft(tx, person.id, survey)
        assert [offer.state for offer in await answering.offered(tx, person.id)] == ["sent"]


async def test_look_back_and_not_yet_change_nothing_and_the_last_screen_waits(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all()
    assert ash.text.startswith("That's everything. Before you press Send:")
    await ash.choose("Look back")
    assert f"{len(one.path)} of {len(one.path)}" in ash.text
    await ash.choose(next(button for button in ash.buttons() if button.startswith(("Done", "Skip"))))
    await ash.choose("Not yet")
    await ash.choose("Menu")
    assert "it only needs Send" in ash.text
    await ash.choose("Send: ")
    await ash.choose("Send")
    assert ash.text.startswith("Sent.")


async def test_a_finished_draft_is_mentioned_once_a_day_later(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    ash = one.phone
    await one.answer_all()
    ash.lock()
    northfield.clock.move(hours=25)
    for _ in range(3):
        await northfield.deliver()
    await ash.until("One tap is left on something you started.")
    await northfield.telegram.settled()
    assert [line.text for line in ash.lock_screen] == ["One tap is left on something you started."]
    await ash.choose("Open")
    assert ash.text.startswith("That's everything.")
    await ash.choose("Send")
    assert ash.text.startswith("Sent.")


# Two hands, two devices, old and forged buttons


async def test_a_double_tap_is_one_answer(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    await asyncio.gather(ash.tap("B"), ash.tap("B"), ash.tap("C"))
    await ash.settled()
    assert ash.text.startswith("2 of 31")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}


async def test_a_double_tap_on_send_sends_once(either_northfield: Town) -> None:
    one, survey = await at_first_question(either_northfield)
    ash = one.phone
    await one.answer_all(until=10)
    await ash.choose("Send what I have done")
    await asyncio.gather(ash.tap("Send"), ash.tap("Send"))
    await ash.settled()
    assert ash.text.startswith("Sent. Thank you")
    async with either_northfield.store.transaction() as tx:
        assert len(await drafts.done_many(tx, survey)) == 1


async def test_two_devices_at_once_agree_on_one_answer_and_one_screen(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    phone, tablet = one.phone, one.phone.second_device()
    await asyncio.gather(phone.tap("A"), tablet.tap("D"))
    await phone.settled()
    assert phone.card == tablet.card
    assert phone.text.startswith("2 of 31")
    assert len((await kept(northfield, survey)).values) == 1


async def test_an_offline_tablet_with_an_old_keyboard_changes_nothing(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    phone, tablet = one.phone, one.phone.second_device()
    tablet.go_offline()
    old = tablet.card
    await phone.choose("A")
    data = old.keyboard[0][3]["callback_data"]
    await phone.tap_raw(data, old)
    await phone.settled()
    assert (await kept(northfield, survey)).values == {"pet": "has_one"}
    assert phone.text.startswith("2 of 31")
    tablet.online()
    assert tablet.text == phone.text


async def test_a_card_from_before_says_it_is_old_and_goes(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    old = ash.card
    northfield.telegram.faults.add("400", method="deleteMessage", times=2, description="message can't be deleted")
    await ash.say("/menu")
    answer = await ash.tap("A", old)
    assert (answer.text, answer.alert) == (OLD, True)
    await ash.settled()
    assert old.id not in {message.id for message in ash.messages}
    assert ash.buttons()[0] == "Carry on, 1 of 31", "and the newest is shown"
    assert (await kept(northfield, survey)).values == {}


async def test_forged_buttons_change_nothing(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    version = ash.card.keyboard[0][0]["callback_data"].partition(":")[0]
    for data in (
        f"{version}:pick:99", f"{version}:pick:-1", f"{version}:pick:²", f"{version}:pick:", f"{version}:pick:x",
        f"{version}:send:", f"{version}:forget_yes:", f"{version}:quote:yes", f"{version}:nothing:1",
        f"{version}:survey:999999", f"{version}:survey:x", f"{version}:got:", f"{version}:task:1", f"{version}:done:",
        f"{version}:staff_menu:",
        "0:open:1", "0:open:99999999999999999999", "0:open:²", "0:forget_yes:", "0:send:", "0:", ":", "x", "0:pick:1",
    ):  # fmt: skip
        answer = await ash.tap_raw(data, ash.card)
        assert not answer.late, data
        await ash.settled()
        ash_card = ash.card
        version = ash_card.keyboard[0][0]["callback_data"].partition(":")[0]
        assert (await kept(northfield, survey)).values == {}, data
    assert not northfield.telegram.offences


async def test_somebody_elses_button_is_nothing_to_me(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    kit = await northfield.joined("Kit", "Moss", day=3)
    data = one.phone.card.keyboard[0][1]["callback_data"]
    await kit.tap_raw(data, kit.card)
    await kit.settled()
    async with northfield.store.transaction() as tx:
        for person in await people.joined(tx):
            if await drafts.has_draft(tx, person.id, survey):
                assert (await drafts.read(tx, person.id, survey)).values == {}


# Whatever else a person can send


async def test_pictures_voices_stickers_and_the_like_get_a_kind_line_and_change_nothing(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    ash = one.phone
    for what, answered in (
        ("photo", "I can't look at pictures"),
        ("voice", "I can't listen to voice messages"),
        ("sticker", "Nice one. I can't read stickers"),
        ("document", "I can't open files"),
        ("location", "I can't read that one."),
        ("contact", "I can't read that one."),
        ("video", "I can't"),
    ):
        ash.send(what)
        await ash.until(answered)
        await ash.settled()
        assert ash.mine == [], what
    assert (await kept(northfield, survey)).values == {}
    await ash.choose("B", ash.holding("1 of 31"))
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}, "the card above still works"


async def test_a_forward_is_nobodys_answer(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "best_words")
    ash = one.phone
    ash.forward("something somebody else wrote")
    await ash.settled()
    assert "best_words" not in (await kept(northfield, survey)).values
    assert ash.text.startswith("Nobody reads this chat. Shall I pass this on")
    await ash.choose("No")
    assert ash.text.startswith("22 of 31")


async def test_editing_an_earlier_message_changes_nothing(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await go_to(one, "best_words")
    ash = one.phone
    typed = await ash.type("first words")
    ash.edit(typed, "other words")
    await ash.settled()
    assert (await kept(northfield, survey)).values["best_words"]["text"] == "first words"


async def test_a_command_nobody_knows_points_to_the_menu(northfield: Town) -> None:
    one, _ = await at_first_question(northfield)
    await one.phone.say("/banana@you_said_bot now")
    assert one.phone.holding("I don't know that one. Send /menu to see what there is.")
    assert one.phone.buttons()[0] == "Carry on, 1 of 31"


async def test_in_a_group_the_bot_says_nothing_and_leaves(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    group = Group(northfield.telegram, "Friends")
    group.add_bot(ash)
    await northfield.telegram.settled()
    assert not group.has_bot
    group.say(ash, "/start@you_said_bot")
    await northfield.telegram.settled()
    assert not [message for message in group.messages if message.sender == northfield.telegram.bot.id]
    assert not [call for call in northfield.telegram.said if call.chat == group.id and call.method != "leaveChat"]


async def test_a_survey_that_closes_meanwhile_says_so_and_keeps_nothing(northfield: Town) -> None:
    one, survey = await at_first_question(northfield)
    await one.answer_all(until=3)
    northfield.clock.move(seconds=timedelta(days=29).total_seconds())
    await northfield.bot.heartbeat.tick()
    await one.phone.choose("5")
    assert one.phone.text.startswith("This one has closed. There's nothing more to do here")
    async with northfield.store.transaction() as tx:
        (person,) = await people.joined(tx)
        assert not await drafts.has_draft(tx, person.id, survey)
