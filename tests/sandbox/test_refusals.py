"""Each thing Telegram refuses, over real HTTP, in Telegram's own words."""

import asyncio
import io
import json
import struct

import pytest
from aiohttp import ClientError, ClientSession, FormData

from bot.sandbox.groups import Group
from bot.sandbox.phones import Phone

ONE_BUTTON = {"inline_keyboard": [[{"text": "Open", "callback_data": "o"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def png(width, height):
    """The head of a picture; nobody here looks further."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0"


def buttons(*widths):
    return {
        "inline_keyboard": [
            [{"text": f"{row}.{n}", "callback_data": "x"} for n in range(width)] for row, width in enumerate(widths)
        ]
    }


# Calls


async def test_a_method_may_be_written_in_any_case(call, ash):
    assert (await call("SENDmessage", chat_id=ash.id, text="Hello")).result["text"] == "Hello"


async def test_get_and_json_and_multipart_are_read_like_a_form(call, running, ash):
    url = f"{running.api_url}{call.token}/sendMessage"
    async with call.session.get(url, params={"chat_id": ash.id, "text": "one"}) as reply:
        assert reply.status == 200
    async with call.session.post(url, json={"chat_id": ash.id, "text": "two", "reply_markup": ONE_BUTTON}) as reply:
        assert (await reply.json())["result"]["reply_markup"] == ONE_BUTTON
    form = FormData(default_to_multipart=True)
    form.add_field("chat_id", str(ash.id))
    form.add_field("text", "three")
    async with call.session.post(url, data=form) as reply:
        assert reply.status == 200
    assert [message.text for message in ash.from_bot] == ["one", "two", "three"]


async def test_get_me_says_who_the_bot_is(call, telegram):
    found = (await call("getMe")).result
    assert (found["id"], found["username"], found["is_bot"]) == (telegram.bot.id, telegram.bot.username, True)


async def test_a_token_nobody_has_is_unauthorized(call):
    call.token = "1234:nobody"
    assert (await call("getMe")).refusal == (401, "Unauthorized")


@pytest.mark.parametrize("method", ["getChatSomething", "sendDice", "copyMessage"])
async def test_a_method_that_is_not_served_is_not_found(call, method):
    assert (await call(method)).refusal == (404, "Not Found: method not found")


@pytest.mark.parametrize("method", ["sendPoll", "setMessageReaction"])
async def test_polls_and_reactions_are_noted_as_offences(call, telegram, method):
    assert (await call(method)).status == 404
    assert [offence.method for offence in telegram.offences] == [method]


async def test_a_body_that_is_not_json_is_refused(call, running):
    url = f"{running.api_url}{call.token}/getMe"
    async with call.session.post(url, data=b"{", headers={"Content-Type": "application/json"}) as reply:
        assert reply.status == 400


# Whom


@pytest.mark.parametrize("chat", [1, -100, "@somebody", "abc"])
async def test_a_chat_nobody_knows_is_not_found(call, chat):
    assert (await call("sendMessage", chat_id=chat, text="Hello")).refusal == (400, "Bad Request: chat not found")


async def test_no_chat_at_all_is_refused(call):
    assert (await call("sendMessage", text="Hello")).refusal == (400, "Bad Request: chat_id is empty")


async def test_a_bot_cannot_begin_a_chat_the_person_never_started(call, telegram):
    stranger = Phone(telegram, "Bo")
    assert (await call("sendMessage", chat_id=stranger.id, text="Hello")).refusal == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText", "sendChatAction"])
async def test_a_person_who_blocked_the_bot_is_not_written_to(call, ash, method):
    ash.block()
    reply = await call(method, chat_id=ash.id, text="Hello", message_id=1, action="typing")
    assert reply.refusal == (403, "Forbidden: bot was blocked by the user")


async def test_an_account_that_was_deleted_is_not_written_to(call, ash):
    ash.delete_account()
    assert (await call("sendMessage", chat_id=ash.id, text="Hello")).refusal == (403, "Forbidden: user is deactivated")


async def test_a_group_the_bot_was_taken_out_of_is_not_written_to(call, telegram, ash):
    group = Group(telegram)
    group.add_bot(ash)
    assert (await call("sendMessage", chat_id=group.id, text="Hello")).status == 200
    group.remove_bot(ash)
    assert (await call("sendMessage", chat_id=group.id, text="Hello")).refusal == (
        403,
        "Forbidden: bot is not a member of the supergroup chat",
    )


async def test_a_group_can_be_left_and_a_private_chat_cannot(call, telegram, ash):
    group = Group(telegram)
    group.add_bot(ash)
    assert (await call("leaveChat", chat_id=group.id)).result is True
    assert not group.has_bot
    assert (await call("leaveChat", chat_id=ash.id)).status == 403


# Texts


@pytest.mark.parametrize(("text", "words"), [("", "message text is empty"), ("  \n ", "message text is empty")])
async def test_an_empty_text_is_refused(call, ash, text, words):
    assert (await call("sendMessage", chat_id=ash.id, text=text)).refusal == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("text", "status"),
    [("x" * 4096, 200), ("x" * 4097, 400), ("<b>" + "x" * 4096 + "</b>", 200), ("\U0001f600" * 2049, 400)],
)
async def test_a_text_is_measured_after_parsing_and_in_utf_16_units(call, ash, text, status):
    reply = await call("sendMessage", chat_id=ash.id, text=text, parse_mode="HTML")
    assert reply.status == status
    if status == 400:
        assert reply.refusal[1] == "Bad Request: message is too long"


async def test_more_than_32_kilobytes_of_markup_are_refused(call, ash):
    text = "<b></b>" * 5000 + "x"
    reply = await call("sendMessage", chat_id=ash.id, text=text, parse_mode="HTML")
    assert reply.refusal == (400, "Bad Request: text is too long")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é <p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<span class="big">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
async def test_broken_markup_is_refused(call, ash, text, words):
    reply = await call("sendMessage", chat_id=ash.id, text=text, parse_mode="HTML")
    assert reply.refusal == (400, f"Bad Request: can't parse entities: {words}")


async def test_entities_may_be_given_by_hand_and_must_be_entities(call, ash):
    bold = [{"type": "bold", "offset": 0, "length": 2}]
    assert (await call("sendMessage", chat_id=ash.id, text="Hi you", entities=bold)).result["entities"] == bold
    reply = await call("sendMessage", chat_id=ash.id, text="Hi you", entities=[{"type": "bold"}])
    assert reply.refusal == (400, "Bad Request: can't parse entities: expected an Array of MessageEntity")


async def test_a_reply_names_the_message_it_answers_or_is_refused(call, ash):
    first = ash.mine[0].id
    found = (await call("sendMessage", chat_id=ash.id, text="x", reply_parameters={"message_id": first})).result
    assert found["reply_to_message"]["message_id"] == first
    reply = await call("sendMessage", chat_id=ash.id, text="x", reply_parameters={"message_id": 999999})
    assert reply.refusal == (400, "Bad Request: message to be replied not found")


async def test_a_parse_mode_nobody_knows_is_refused(call, ash):
    reply = await call("sendMessage", chat_id=ash.id, text="x", parse_mode="Wiki")
    assert reply.refusal == (400, "Bad Request: unsupported parse_mode")


async def test_markup_becomes_text_and_entities_with_utf_16_offsets(call, ash):
    source = (
        "\U0001f600 <b>bold <i>both</i></b> <u>u</u> <s>s</s> <code>c</code> "
        "<a href='https://x.org/?a=1&amp;b=2'>a</a> "
        '<tg-spoiler>t</tg-spoiler><span class="tg-spoiler">s</span> &lt;&amp;&gt; '
        "<blockquote expandable>q</blockquote><blockquote>w</blockquote><pre>p</pre>  \n"
    )
    found = (await call("sendMessage", chat_id=ash.id, text=source, parse_mode="HTML")).result
    assert found["text"] == "\U0001f600 bold both u s c a ts <&> qwp"
    assert [(e["type"], e["offset"], e["length"]) for e in found["entities"]] == [
        ("bold", 3, 9),
        ("italic", 8, 4),
        ("underline", 13, 1),
        ("strikethrough", 15, 1),
        ("code", 17, 1),
        ("text_link", 19, 1),
        ("spoiler", 21, 1),
        ("spoiler", 22, 1),
        ("expandable_blockquote", 28, 1),
        ("blockquote", 29, 1),
        ("pre", 30, 1),
    ]
    assert found["entities"][5]["url"] == "https://x.org/?a=1&b=2"


# Keyboards


@pytest.mark.parametrize("data", ["", "x" * 65, "é" * 33])
async def test_button_data_is_1_to_64_bytes(call, ash, data):
    markup = {"inline_keyboard": [[{"text": "Open", "callback_data": data}]]}
    reply = await call("sendMessage", chat_id=ash.id, text="x", reply_markup=markup)
    assert reply.refusal == (400, "Bad Request: BUTTON_DATA_INVALID")


@pytest.mark.parametrize(("widths", "status"), [((8,) * 12 + (4,), 200), ((8,) * 12 + (5,), 400), ((9,), 400)])
async def test_a_keyboard_holds_100_buttons_and_8_in_a_row(call, ash, widths, status):
    reply = await call("sendMessage", chat_id=ash.id, text="x", reply_markup=buttons(*widths))
    assert reply.status == status
    if status == 400:
        assert reply.refusal[1] == "Bad Request: reply markup is too long"


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (
            {"text": " ", "callback_data": "x"},
            'can\'t parse inline keyboard button: Field "text" must be of type String',
        ),
        ({"text": "x", "copy_text": {"text": "y" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "url": "nowhere"}, "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
        ({"text": "x", "url": "https://x.org", "callback_data": "x"}, "BUTTON_TYPE_INVALID"),
    ],
)
async def test_a_button_that_is_not_one_is_refused(call, ash, button, words):
    reply = await call("sendMessage", chat_id=ash.id, text="x", reply_markup={"inline_keyboard": [[button]]})
    assert reply.refusal == (400, f"Bad Request: {words}")


async def test_reply_markup_that_is_not_json_is_refused(call, ash):
    reply = await call("sendMessage", chat_id=ash.id, text="x", reply_markup="{")
    assert reply.refusal == (400, "Bad Request: can't parse reply keyboard markup JSON object")


async def test_a_placeholder_of_more_than_64_letters_is_refused(call, ash):
    markup = {"force_reply": True, "input_field_placeholder": "x" * 65}
    assert (await call("sendMessage", chat_id=ash.id, text="x", reply_markup=markup)).status == 400


# Edits


async def sent(call, phone, **more):
    return (await call("sendMessage", chat_id=phone.id, text="First", **more)).result["message_id"]


async def test_an_edit_gives_the_message_back_with_its_edit_date_and_without_the_keyboard(call, ash, clock):
    message = await sent(call, ash, reply_markup=ONE_BUTTON)
    clock.move(60)
    found = (await call("editMessageText", chat_id=ash.id, message_id=message, text="Second")).result
    assert (found["text"], found["edit_date"] - found["date"]) == ("Second", 60)
    assert "reply_markup" not in found
    assert ash.last.text == "Second"
    assert ash.last.keyboard is None


async def test_an_edit_that_changes_nothing_is_refused(call, ash):
    message = await sent(call, ash, reply_markup=ONE_BUTTON)
    same = {"chat_id": ash.id, "message_id": message, "reply_markup": ONE_BUTTON}
    assert (await call("editMessageText", text="First", **same)).refusal == (400, NOT_MODIFIED)
    assert (await call("editMessageReplyMarkup", **same)).refusal == (400, NOT_MODIFIED)


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup", "editMessageCaption"])
async def test_a_message_that_is_not_there_cannot_be_edited(call, ash, method):
    reply = await call(method, chat_id=ash.id, message_id=999999, text="x", caption="x")
    assert reply.refusal == (400, "Bad Request: message to edit not found")


async def test_an_edit_without_a_message_is_refused(call, ash):
    reply = await call("editMessageText", chat_id=ash.id, text="x")
    assert reply.refusal == (400, "Bad Request: message identifier is not specified")


async def test_the_persons_own_message_cannot_be_edited(call, ash):
    reply = await call("editMessageText", chat_id=ash.id, message_id=ash.mine[0].id, text="x")
    assert reply.refusal == (400, "Bad Request: message can't be edited")


@pytest.mark.parametrize("markup", [{"force_reply": True}, {"keyboard": [["Yes"]]}, {"remove_keyboard": True}])
async def test_a_message_with_another_kind_of_keyboard_can_never_be_edited(call, ash, markup):
    message = await sent(call, ash, reply_markup=markup)
    reply = await call("editMessageText", chat_id=ash.id, message_id=message, text="x")
    assert reply.refusal == (400, "Bad Request: message can't be edited")


async def test_an_edit_may_only_bring_an_inline_keyboard(call, ash):
    message = await sent(call, ash)
    markup = {"force_reply": True}
    reply = await call("editMessageText", chat_id=ash.id, message_id=message, text="x", reply_markup=markup)
    assert reply.refusal == (400, "Bad Request: inline keyboard expected")


async def test_there_is_no_time_limit_for_edits(call, ash, clock):
    message = await sent(call, ash)
    clock.move(days=400)
    assert (await call("editMessageText", chat_id=ash.id, message_id=message, text="x")).status == 200


# Deletions


async def test_own_and_the_persons_messages_can_be_deleted_within_48_hours(call, ash, clock):
    message = await sent(call, ash)
    clock.move(hours=47.9)
    for number in (message, ash.mine[0].id):
        assert (await call("deleteMessage", chat_id=ash.id, message_id=number)).result is True
    assert ash.messages == []


async def test_a_message_older_than_48_hours_cannot_be_deleted_even_when_edited_since(call, ash, clock):
    message = await sent(call, ash)
    clock.move(hours=47)
    await call("editMessageText", chat_id=ash.id, message_id=message, text="x")
    clock.move(hours=1.1)
    reply = await call("deleteMessage", chat_id=ash.id, message_id=message)
    assert reply.refusal == (400, "Bad Request: message can't be deleted for everyone")


async def test_a_message_that_is_not_there_cannot_be_deleted(call, ash):
    reply = await call("deleteMessage", chat_id=ash.id, message_id=999999)
    assert reply.refusal == (400, "Bad Request: message to delete not found")


async def test_deleting_many_skips_what_is_gone(call, ash):
    numbers = [await sent(call, ash), 999999, await sent(call, ash)]
    assert (await call("deleteMessages", chat_id=ash.id, message_ids=numbers)).result is True
    assert ash.from_bot == []


async def test_deleting_many_refuses_the_whole_call_when_one_is_too_old(call, ash, clock):
    old = await sent(call, ash)
    clock.move(hours=49)
    young = await sent(call, ash)
    reply = await call("deleteMessages", chat_id=ash.id, message_ids=[young, old])
    assert reply.refusal == (400, "Bad Request: message can't be deleted for everyone")
    assert len(ash.from_bot) == 2


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ("", "message identifiers are not specified"),
        (list(range(1, 102)), "too many message identifiers specified"),
        ({"a": 1}, "expected an Array of message identifiers"),
        (["x"], "message identifier must be a Number"),
    ],
)
async def test_a_list_of_messages_that_is_not_one_is_refused(call, ash, ids, words):
    reply = await call("deleteMessages", chat_id=ash.id, message_ids=ids)
    assert reply.refusal == (400, f"Bad Request: {words}")


# Taps


async def test_a_tap_can_be_answered_once(call, ash):
    await sent(call, ash, reply_markup=ONE_BUTTON)
    tap = ash.press("Open")
    assert (await call("answerCallbackQuery", callback_query_id=tap.id, text="Saved")).result is True
    assert (await tap.answered()).text == "Saved"
    assert (await call("answerCallbackQuery", callback_query_id=tap.id)).refusal == (400, TOO_OLD)


async def test_a_tap_dies_after_15_seconds(call, ash, clock):
    await sent(call, ash, reply_markup=ONE_BUTTON)
    tap = ash.press("Open")
    clock.move(15.1)
    assert (await tap.answered()).late
    assert (await call("answerCallbackQuery", callback_query_id=tap.id)).refusal == (400, TOO_OLD)


async def test_an_alert_holds_200_letters(call, ash):
    await sent(call, ash, reply_markup=ONE_BUTTON)
    tap = ash.press("Open")
    reply = await call("answerCallbackQuery", callback_query_id=tap.id, text="x" * 201)
    assert reply.refusal == (400, "Bad Request: MESSAGE_TOO_LONG")
    reply = await call("answerCallbackQuery", callback_query_id=tap.id, text="x" * 200, show_alert=True)
    assert reply.result is True
    assert (await tap.answered()).alert


# Pictures and files


async def upload(call, method, field, body, **more):
    form = FormData()
    for name, value in more.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    form.add_field(field, io.BytesIO(body), filename="result.png", content_type="image/png")
    url = f"{call.running.api_url}{call.token}/{method}"
    async with call.session.post(url, data=form) as reply:
        return reply.status, await reply.json()


async def test_a_picture_is_sent_once_and_again_by_its_id_and_can_be_fetched(call, running, ash):
    status, body = await upload(
        call, "sendPhoto", "photo", png(1080, 1350), chat_id=ash.id, caption="<b>Hi</b>", parse_mode="HTML"
    )
    assert status == 200
    assert (body["result"]["caption"], body["result"]["photo"][-1]["width"]) == ("Hi", 1080)
    file = body["result"]["photo"][-1]["file_id"]
    again = (await call("sendPhoto", chat_id=ash.id, photo=file)).result
    assert again["photo"][-1]["file_id"] == file
    path = (await call("getFile", file_id=file)).result["file_path"]
    async with call.session.get(f"{running.url}/file/bot{call.token}/{path}") as reply:
        assert await reply.read() == png(1080, 1350)
    async with call.session.get(f"{running.url}/file/bot1:no/{path}") as reply:
        assert reply.status == 401


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        pytest.param(png(10, 10) + b"\0" * (10 * 1024 * 1024), "file is too big", id="10 MB"),
    ],
)
async def test_a_picture_telegram_would_not_take_is_refused(call, ash, body, words):
    status, found = await upload(call, "sendPhoto", "photo", body, chat_id=ash.id)
    assert (status, found["description"]) == (400, f"Bad Request: {words}")


async def test_a_caption_holds_1024_units(call, ash):
    status, body = await upload(call, "sendPhoto", "photo", png(9, 9), chat_id=ash.id, caption="x" * 1025)
    assert (status, body["description"]) == (400, "Bad Request: message caption is too long")


async def test_a_picture_has_no_text_to_edit_and_a_text_has_no_caption(call, ash):
    _, body = await upload(call, "sendPhoto", "photo", png(9, 9), chat_id=ash.id, caption="x")
    photo, text = body["result"]["message_id"], await sent(call, ash)
    reply = await call("editMessageText", chat_id=ash.id, message_id=photo, text="y")
    assert reply.refusal == (400, "Bad Request: there is no text in the message to edit")
    reply = await call("editMessageCaption", chat_id=ash.id, message_id=text, caption="y")
    assert reply.refusal == (400, "Bad Request: there is no caption in the message to edit")
    reply = await call("editMessageCaption", chat_id=ash.id, message_id=photo, caption="y")
    assert reply.result["caption"] == "y"


async def test_a_text_can_become_a_picture(call, ash):
    message = await sent(call, ash)
    media = {"type": "photo", "media": "attach://it", "caption": "Now"}
    status, body = await upload(
        call, "editMessageMedia", "it", png(9, 9), chat_id=ash.id, message_id=message, media=media
    )
    assert (status, body["result"]["caption"]) == (200, "Now")
    assert ash.last.kind == "photo"


async def test_a_file_nobody_sent_is_refused(call, ash):
    reply = await call("sendPhoto", chat_id=ash.id, photo="AgACnothing")
    assert reply.refusal == (400, "Bad Request: wrong file identifier/HTTP URL specified")
    assert (await call("getFile", file_id="AgACnothing")).status == 400
    assert (await call("sendDocument", chat_id=ash.id)).refusal == (
        400,
        "Bad Request: there is no document in the request",
    )


@pytest.mark.parametrize(("count", "status"), [(1, 400), (2, 200), (10, 200), (11, 400)])
async def test_an_album_holds_2_to_10(call, ash, count, status):
    media = [{"type": "document", "media": "attach://it"}] * count
    found, body = await upload(call, "sendMediaGroup", "it", b"%PDF", chat_id=ash.id, media=media)
    assert found == status
    if status == 200:
        assert len({one["media_group_id"] for one in body["result"]}) == 1


# The bot's own page


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        (["start"], "can't parse BotCommand: expected an Object"),
        ([{"command": "Start", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "x" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "start", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_outside_the_limits_are_refused(call, commands, words):
    assert (await call("setMyCommands", commands=commands)).refusal == (400, f"Bad Request: {words}")


async def test_commands_are_kept_by_scope_and_language(call, ash):
    everyone = [{"command": "menu", "description": "Menu"}]
    own = [{"command": "cards", "description": "Cards"}]
    scope = {"type": "chat", "chat_id": ash.id}
    await call("setMyCommands", commands=everyone)
    assert ash.commands == everyone
    await call("setMyCommands", commands=own, scope=scope)
    assert ash.commands == own
    assert (await call("getMyCommands", language_code="fr")).result == []
    await call("deleteMyCommands", scope=scope)
    assert ash.commands == everyone


@pytest.mark.parametrize(("field", "most"), [("Name", 64), ("Description", 512), ("ShortDescription", 120)])
async def test_the_bots_texts_have_limits_and_languages(call, field, most):
    name = "short_description" if field == "ShortDescription" else field.lower()
    assert (await call(f"setMy{field}", **{name: "x" * (most + 1)})).status == 400
    assert (await call(f"setMy{field}", **{name: "x" * most})).result is True
    assert (await call(f"setMy{field}", **{name: "autre", "language_code": "fr"})).result is True
    assert (await call(f"getMy{field}", language_code="fr")).result == {name: "autre"}
    assert (await call(f"getMy{field}", language_code="so")).result == {name: "x" * most}


async def test_the_menu_button_is_kept_for_all_or_for_one_chat(call, ash):
    assert (await call("setChatMenuButton", menu_button={"type": "commands"})).result is True
    assert (await call("getChatMenuButton")).result == {"type": "commands"}
    assert (await call("getChatMenuButton", chat_id=ash.id)).result == {"type": "default"}
    assert (await call("setChatMenuButton", menu_button={"type": "party"})).status == 400


async def test_only_known_actions_are_shown(call, ash):
    assert (await call("sendChatAction", chat_id=ash.id, action="typing")).result is True
    assert ash.device.action is not None
    reply = await call("sendChatAction", chat_id=ash.id, action="dancing")
    assert reply.refusal == (400, "Bad Request: wrong parameter action in request")


# Pace


async def test_a_chat_takes_a_burst_and_then_one_message_a_second(call, ash, clock):
    for _ in range(20):
        assert (await call("sendMessage", chat_id=ash.id, text="x")).status == 200
    reply = await call("sendMessage", chat_id=ash.id, text="x")
    assert reply.refusal == (429, "Too Many Requests: retry after 1")
    assert reply.body["parameters"] == {"retry_after": 1}
    assert reply.headers["Retry-After"] == "1"
    clock.move(1)
    assert (await call("sendMessage", chat_id=ash.id, text="x")).status == 200


async def test_all_chats_together_take_thirty_a_second(call, telegram, clock):
    telegram.rates.overall_burst = 30
    people = [Phone(telegram, f"P{n}") for n in range(31)]
    for phone in people:
        await phone.start()
    replies = [await call("sendMessage", chat_id=phone.id, text="x") for phone in people]
    assert [reply.status for reply in replies] == [200] * 30 + [429]
    assert telegram.busiest_second() == 30


async def test_limits_can_be_switched_off(call, telegram, ash):
    telegram.rates.on = False
    for _ in range(50):
        assert (await call("sendMessage", chat_id=ash.id, text="x")).status == 200


# Faults on a switch


@pytest.mark.parametrize(
    ("kind", "status"),
    [("429", 429), ("403", 403), ("400", 400), ("401", 401), ("409", 409), ("500", 500)],
)
async def test_a_fault_answers_with_its_refusal_and_nothing_happens(call, telegram, ash, kind, status):
    telegram.faults.add(kind, method="sendMessage", times=1)
    assert (await call("sendMessage", chat_id=ash.id, text="x")).status == status
    assert ash.from_bot == []
    assert (await call("sendMessage", chat_id=ash.id, text="x")).status == 200


async def test_a_bad_gateway_answers_with_a_page(call, running, telegram, ash):
    telegram.faults.add("502", chat=ash.id, times=1)
    url = f"{running.api_url}{call.token}/sendMessage"
    async with call.session.post(url, data={"chat_id": ash.id, "text": "x"}) as reply:
        assert (reply.status, reply.content_type) == (502, "text/html")
    assert ash.from_bot == []


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_cut_connection_leaves_the_bot_guessing(running, call, telegram, ash, kind, arrived):
    telegram.faults.add(kind, times=1)
    with pytest.raises(ClientError):
        await call("sendMessage", chat_id=ash.id, text="x")
    assert len(ash.from_bot) == arrived


@pytest.mark.parametrize(("kind", "before"), [("hang", 0), ("hang_after", 1)])
async def test_a_call_hangs_until_it_is_released(call, telegram, ash, kind, before):
    fault = telegram.faults.add(kind, times=1)
    waiting = asyncio.create_task(call("sendMessage", chat_id=ash.id, text="x"))
    await telegram.changes.until(lambda: fault.met) if before == 0 else await ash.until("x")
    assert (len(ash.from_bot), waiting.done()) == (before, False)
    telegram.faults.release()
    assert (await waiting).status == 200
    assert len(ash.from_bot) == 1


async def test_a_script_of_faults_is_played_in_order(call, telegram, ash):
    telegram.faults.script(["none", "500", "none"], method="sendMessage")
    statuses = [(await call("sendMessage", chat_id=ash.id, text="x")).status for _ in range(4)]
    assert statuses == [200, 500, 200, 200]


async def test_faults_strike_by_chance_with_a_fixed_seed(call, telegram, ash):
    telegram.rates.on = False
    telegram.faults.add("500", probability=0.5)
    statuses = [(await call("sendMessage", chat_id=ash.id, text="x")).status for _ in range(40)]
    assert 8 <= statuses.count(500) <= 32


async def test_protection_is_kept_on_the_message(call, ash):
    found = (await call("sendMessage", chat_id=ash.id, text="x", protect_content=True)).result
    assert found["has_protected_content"] is True


async def test_message_ids_rise_with_gaps_over_all_chats(call, telegram, ash):
    bo = Phone(telegram, "Bo")
    await bo.start()
    numbers = [await sent(call, phone) for _ in range(8) for phone in (ash, bo)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] - numbers[0] > 15


async def test_every_call_is_recorded_in_order(call, telegram, ash):
    await call("sendMessage", chat_id=ash.id, text="one")
    await call("deleteMessage", chat_id=ash.id, message_id=1)
    assert [(c.number, c.method, c.status, c.done) for c in telegram.calls] == [
        (1, "sendMessage", 200, True),
        (2, "deleteMessage", 400, False),
    ]
    assert telegram.said[0].chat == ash.id


async def test_a_second_bot_has_chats_of_its_own(running, telegram, ash):
    other = telegram.add_bot("999:other", username="other_bot")
    async with ClientSession() as session:
        url = f"{running.api_url}{other.token}/sendMessage"
        async with session.post(url, data={"chat_id": ash.id, "text": "x"}) as reply:
            assert reply.status == 403
