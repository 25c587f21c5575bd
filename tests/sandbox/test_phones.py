"""What a person's phone shows and does, with a bot that is played by hand over HTTP."""

import asyncio

import pytest

from bot.sandbox.groups import Group
from bot.sandbox.handset import NoSuchButton, NotNow
from bot.sandbox.phones import Phone

CARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]}


async def send(call, phone, text, **more):
    return (await call("sendMessage", chat_id=phone.id, text=text, parse_mode="HTML", **more)).result["message_id"]


async def edit(call, phone, message, text, **more):
    return (await call("editMessageText", chat_id=phone.id, message_id=message, text=text, **more)).status


async def next_update(call, kind, **more):
    found = (await call("getUpdates", timeout=30, **more)).result[-1]
    await call("getUpdates", offset=found["update_id"] + 1)
    return found[kind]


# Lock screen


async def test_a_locked_phone_shows_the_whole_text_of_every_unread_message_and_no_buttons(call, ash):
    ash.lock()
    await send(call, ash, "<b>Hello.</b>\nYou have something to look at.", reply_markup=CARD)
    await send(call, ash, "And one more.", disable_notification=True)
    assert [(n.title, n.text, n.silent) for n in ash.lock_screen] == [
        ("You said", "Hello.\nYou have something to look at.", False),
        ("You said", "And one more.", True),
    ]


async def test_an_open_chat_raises_no_notification(call, ash):
    await send(call, ash, "Hello")
    assert ash.lock_screen == []
    ash.lock()
    assert ash.lock_screen == []


async def test_editing_an_unread_message_rewrites_its_notification_and_deleting_takes_it_away(call, ash):
    ash.lock()
    message = await send(call, ash, "You have something to look at.")
    await edit(call, ash, message, "How are you at home?")
    assert [n.text for n in ash.lock_screen] == ["How are you at home?"]
    await call("deleteMessage", chat_id=ash.id, message_id=message)
    assert ash.lock_screen == []


async def test_editing_a_read_message_raises_nothing(call, ash):
    message = await send(call, ash, "Hello")
    ash.lock()
    await edit(call, ash, message, "Something private")
    assert ash.lock_screen == []
    assert ash.chat_list_line == "Something private"


async def test_opening_the_chat_clears_the_lock_screen_on_every_device(call, ash):
    tablet = ash.second_device()
    ash.lock()
    await send(call, ash, "Hello")
    assert len(ash.lock_screen) == len(tablet.lock_screen) == 1
    tablet.open_chat()
    assert ash.lock_screen == tablet.lock_screen == []


async def test_a_lock_screen_covers_spoilers_and_shows_pictures(call, ash):
    ash.lock()
    await send(call, ash, "Call <tg-spoiler>Sam B</tg-spoiler> \U0001f600")
    assert ash.lock_screen[0].text == "Call ▒▒▒ ▒ \U0001f600"
    assert not ash.lock_screen[0].picture


async def test_what_the_person_writes_on_another_device_is_no_notification(ash):
    tablet = ash.second_device()
    await ash.type("Hello")
    assert tablet.lock_screen == []
    assert [m.text for m in tablet.mine] == ["/start", "Hello"]


# Taps


async def test_a_tap_waits_for_its_toast_or_alert(call, ash):
    card = await send(call, ash, "Well?", reply_markup=CARD)
    tap = asyncio.create_task(ash.tap("Yes"))
    query = await next_update(call, "callback_query")
    assert (query["data"], query["message"]["message_id"]) == ("y", card)
    assert query["message"]["reply_markup"] == CARD
    await call("answerCallbackQuery", callback_query_id=query["id"], text="Saved", show_alert=True)
    answer = await tap
    assert (answer.text, answer.alert) == ("Saved", True)
    assert ash.alerts == [answer]


async def test_a_button_is_meant_by_label_its_start_its_place_or_row_and_column(call, ash):
    await send(call, ash, "Well?", reply_markup=CARD)
    presses = [ash.press(button) for button in ("No", "N", 1, -1, (0, 1))]
    assert {press.data for press in presses} == {"n"}
    with pytest.raises(NoSuchButton) as missed:
        ash.press("Maybe")
    assert missed.value.labels == [["Yes", "No"]]


async def test_a_tap_nobody_answers_ends_late(call, ash, clock):
    await send(call, ash, "Well?", reply_markup=CARD)
    tap = ash.press("Yes")
    assert ash.device.waiting_taps == [tap]
    clock.move(16)
    assert (await tap.answered()).late
    assert ash.device.waiting_taps == []


async def test_forged_data_and_old_messages_can_be_pressed(call, ash):
    old = await send(call, ash, "Well?", reply_markup=CARD)
    screen = ash.card
    await edit(call, ash, old, "Thanks")
    ash.press("Yes", screen)
    assert (await next_update(call, "callback_query"))["data"] == "y"
    ash.press_raw("drop table", 424242)
    query = await next_update(call, "callback_query")
    assert (query["data"], query["message"]["date"]) == ("drop table", 0)


async def test_links_and_copy_buttons_never_reach_the_bot(call, telegram, ash):
    keyboard = [
        [{"text": "Copy", "copy_text": {"text": "116 123"}}],
        [{"text": "Site", "url": "https://example.org"}],
    ]
    await send(call, ash, "Help", reply_markup={"inline_keyboard": keyboard})
    await ash.tap("Copy")
    await ash.tap("Site")
    assert (ash.clipboard, ash.opened, telegram.is_quiet) == ("116 123", ["https://example.org"], True)


async def test_a_reply_keyboard_posts_its_text(call, ash):
    await send(call, ash, "Choose", reply_markup={"keyboard": [["Next call"]]})
    assert ash.reply_buttons == ["Next call"]
    await ash.tap("Next call")
    assert ash.mine[-1].text == "Next call"
    await send(call, ash, "Gone", reply_markup={"remove_keyboard": True})
    assert ash.reply_buttons == []


# Waiting


async def test_a_phone_waits_for_words_and_for_anything_else(call, ash):
    waiting = asyncio.create_task(ash.until("5 of 30"))
    changed = asyncio.create_task(ash.until(lambda phone: len(phone.from_bot) == 2))
    await send(call, ash, "Hello")
    await send(call, ash, "5 of 30")
    assert (await waiting).text == "5 of 30"
    assert await changed is None


async def test_waiting_in_vain_says_what_is_shown_instead(call, ash):
    await send(call, ash, "Hello", reply_markup=CARD)
    with pytest.raises(TimeoutError) as missed:
        await ash.until("Goodbye", patience=0.01)
    assert missed.value.args == ("Goodbye", ["you: /start", "You said: Hello", "Yes, button", "No, button"])


async def test_saying_something_waits_until_the_bot_is_done(call, ash):
    async def bot():
        found = (await call("getUpdates", timeout=30)).result
        await call("sendMessage", chat_id=ash.id, text="You said " + found[0]["message"]["text"])
        await call("getUpdates", offset=found[0]["update_id"] + 1)

    playing = asyncio.create_task(bot())
    assert (await ash.say("Hi")).text == "You said Hi"
    await playing


# Offline, blocked, cleared


async def test_offline_typed_texts_leave_later_taps_fail_and_messages_wait(call, telegram, ash):
    await send(call, ash, "Well?", reply_markup=CARD)
    ash.go_offline()
    assert (await ash.tap("Yes")).offline
    assert await ash.type("Are you there?") is None
    message = await send(call, ash, "First")
    await edit(call, ash, message, "Second")
    assert (ash.text, ash.unsent, telegram.is_quiet) == ("Well?", 1, True)
    ash.online()
    assert ash.text == "Second"
    assert (await next_update(call, "message"))["text"] == "Are you there?"


async def test_a_phone_that_was_off_shows_what_arrived_once_it_is_back(call, ash):
    ash.lock()
    ash.go_offline()
    gone = await send(call, ash, "Gone by then")
    await send(call, ash, "Still there")
    await call("deleteMessage", chat_id=ash.id, message_id=gone)
    assert ash.lock_screen == []
    ash.online()
    assert [n.text for n in ash.lock_screen] == ["Still there"]


async def test_blocking_tells_the_bot_and_start_unblocks(call, ash):
    ash.block()
    assert (await next_update(call, "my_chat_member"))["new_chat_member"]["status"] == "kicked"
    with pytest.raises(NotNow):
        await ash.type("Hello")
    await ash.start("again")
    kinds = [[*update][1] for update in (await call("getUpdates")).result]
    assert kinds == ["my_chat_member", "message"]


async def test_a_cleared_chat_hides_what_the_bot_goes_on_editing(call, ash):
    message = await send(call, ash, "Hello", reply_markup=CARD)
    ash.clear_chat()
    assert await edit(call, ash, message, "Nobody sees this") == 200
    assert ash.messages == []
    with pytest.raises(NotNow):
        _ = ash.card
    await send(call, ash, "New")
    assert ash.reader() == ["You said: New"]


async def test_a_message_the_person_deleted_is_gone_for_the_bot_too(call, ash):
    message = await send(call, ash, "Hello")
    ash.delete(ash.last)
    assert await edit(call, ash, message, "x") == 400


async def test_protected_messages_cannot_be_saved_and_others_can(call, ash):
    await send(call, ash, "Question", protect_content=True)
    with pytest.raises(NotNow):
        ash.save(ash.last)
    await send(call, ash, "Help")
    assert ash.save(ash.last) == "Help"


async def test_both_devices_see_everything_and_either_may_tap(call, ash):
    tablet = ash.second_device()
    message = await send(call, ash, "Well?", reply_markup=CARD)
    assert tablet.card.id == message
    tablet.press("No")
    assert (await next_update(call, "callback_query"))["from"]["id"] == ash.id
    await edit(call, ash, message, "Thanks")
    assert ash.text == tablet.text == "Thanks"


async def test_what_is_too_long_is_split_by_the_app(ash):
    await ash.type("x" * 5000)
    assert [len(m.text) for m in ash.mine[1:]] == [4096, 904]


# Read aloud


async def test_a_screen_reader_says_words_then_buttons_and_hears_of_new_messages_but_not_of_edits(call, ash):
    message = await send(call, ash, "Well?", reply_markup=CARD)
    menu = {"inline_keyboard": [[{"text": "Menu", "callback_data": "m"}]]}
    await edit(call, ash, message, "Thanks", reply_markup=menu)
    assert ash.reader() == ["you: /start", "You said: Thanks, edited", "Menu, button"]
    assert ash.device.announced == ["Well?"]


# Groups


async def test_in_a_group_the_bot_hears_commands_only_and_may_leave(call, telegram, ash):
    group = Group(telegram, "Friends")
    group.add_bot(ash)
    group.say(ash, "Have you seen this bot?")
    group.say(ash, "/start@you_said_bot")
    found = (await call("getUpdates")).result
    assert [[*update][1] for update in found] == ["my_chat_member", "message", "message"]
    assert found[-1]["message"]["chat"]["type"] == "supergroup"
    await call("leaveChat", chat_id=group.id)
    assert not group.has_bot
    group.say(ash, "/start")
    assert len((await call("getUpdates")).result) == 3


async def test_somebody_new_has_seen_nothing_and_may_not_be_written_to(telegram):
    bo = Phone(telegram, "Bo", language="fr")
    assert (bo.messages, bo.text, bo.chat_list_line) == ([], "", "")
    with pytest.raises(NotNow):
        _ = bo.last
