"""What every call to Telegram carries, and what its refusals mean."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.line import Line
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.wire import WANTED, seconds, stale, unreachable

OPEN = [[{"text": "Open", "callback_data": "0:open:1"}]]


async def test_a_poll_asks_for_our_three_kinds_every_time(telegram_line: Line) -> None:
    await telegram_line.wire.take(offset=None, seconds=0)
    await telegram_line.wire.take(offset=5, seconds=0)
    first, second = (call.params for call in telegram_line.calls("getUpdates"))
    assert first["allowed_updates"] == second["allowed_updates"] == list(WANTED)
    assert "offset" not in first
    assert int(second["offset"]) == 5


@pytest.mark.parametrize("protect", [True, False])
async def test_a_message_is_protected_or_not_as_its_screen_says(telegram_line: Line, protect: bool) -> None:
    ash = await telegram_line.phone()
    message = await telegram_line.wire.put(ash.id, "<b>Hello</b> https://example.org", OPEN, protect=protect)
    assert (ash.last.id, ash.last.protected, ash.text) == (message, protect, "Hello https://example.org")
    sent = telegram_line.calls("sendMessage")[-1].params
    assert sent["parse_mode"] == "HTML"
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert ash.buttons() == ["Open"]


async def test_a_message_may_come_without_a_sound_or_without_buttons(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    await telegram_line.wire.put(ash.id, "Hello", [], protect=True, silent=True)
    assert ash.last.silent
    assert ash.last.keyboard is None


async def test_an_edit_keeps_the_message_and_changes_text_and_buttons(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    message = await telegram_line.wire.put(ash.id, "Hello", OPEN, protect=True)
    await telegram_line.wire.change(ash.id, message, "<i>Bye</i>", [])
    assert [(one.id, one.text, one.keyboard) for one in ash.from_bot] == [(message, "Bye", None)]
    sent = telegram_line.calls("editMessageText")[-1].params
    assert sent["parse_mode"] == "HTML"
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_the_same_words_again_count_as_done(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    message = await telegram_line.wire.put(ash.id, "Hello", OPEN, protect=True)
    await telegram_line.wire.change(ash.id, message, "Hello", OPEN)
    assert telegram_line.calls("editMessageText")[-1].status == 400


async def test_removing_what_is_gone_already_counts_as_done(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    message = await telegram_line.wire.put(ash.id, "Hello", OPEN, protect=True)
    await telegram_line.wire.remove(ash.id, message)
    await telegram_line.wire.remove(ash.id, message)
    assert ash.from_bot == []


async def test_what_is_too_old_to_remove_says_so(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    message = await telegram_line.wire.put(ash.id, "Hello", OPEN, protect=True)
    telegram_line.telegram.clock.move(hours=49)
    with pytest.raises(BadRequest):
        await telegram_line.wire.remove(ash.id, message)


@pytest.mark.parametrize("told", [(None, False), ("Saved", False), ("That one is old.", True)])
async def test_a_tap_is_answered_with_nothing_a_toast_or_an_alert(
    telegram_line: Line, told: tuple[str | None, bool]
) -> None:
    ash = await telegram_line.phone()
    await telegram_line.wire.put(ash.id, "Hello", OPEN, protect=True)
    tap = ash.press("Open")
    assert tap is not None
    await telegram_line.wire.answer_tap(tap.id, told[0], alert=told[1])
    answer = await tap.answered()
    assert (answer.text, answer.alert) == (told[0] or "", told[1])


@pytest.mark.parametrize(
    ("error", "it_is"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), True),
        (Forbidden("Forbidden: user is deactivated"), True),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), True),
        (Forbidden("Forbidden"), False),
        (Forbidden("Forbidden: <html>proxy</html>"), False),
        (Forbidden("Forbidden: bot is not a member of the supergroup chat"), False),
        (BadRequest("Chat not found"), False),
        (InvalidToken("bot was blocked by the user"), False),
        (NetworkError("bot was blocked by the user"), False),
    ],
)
def test_only_three_sentences_mean_that_a_person_cannot_be_reached(error: TelegramError, it_is: bool) -> None:
    assert unreachable(error) is it_is


@pytest.mark.parametrize(
    ("error", "it_is"),
    [
        (BadRequest("Message to edit not found"), True),
        (BadRequest("Message can't be edited"), True),
        (BadRequest("There is no text in the message to edit"), True),
        (BadRequest("Message is too long"), False),
        (BadRequest("Can't parse entities: unclosed tag"), False),
        (Forbidden("Forbidden: message to edit not found"), False),
        (NetworkError("not found"), False),
    ],
)
def test_only_three_sentences_mean_that_a_message_can_no_longer_be_edited(error: TelegramError, it_is: bool) -> None:
    assert stale(error) is it_is


@pytest.mark.parametrize("wait", [7, timedelta(seconds=7)])
def test_how_long_to_wait_is_seconds_however_it_is_given(wait: int | timedelta) -> None:
    assert seconds(RetryAfter(wait)) == 7.0
