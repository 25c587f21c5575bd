"""One mouth per chat: the newest screen wins, no two calls on one message at once, and refusals are lived with."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from support.line import BLANK, Line, screen

from bot.mouth import FileOut, PictureOut, Saying, TapAnswer
from storage import people, trail
from storage.ids import ChatId
from storage.people import Details

BLOCKED = "bot was blocked by the user"


# Order


async def test_the_newest_screen_replaces_those_that_wait_and_no_two_edits_are_under_way(telegram_line: Line) -> None:
    line = telegram_line
    ash, jo = await line.phone("Ash"), await line.phone("Jo")
    await line.show(ash, "First")
    await line.said()
    hang = line.telegram.faults.add("hang", method="editMessageText", times=1)
    await line.show(ash, "Second")
    await line.until("editMessageText")
    for text in ("Third", "Fourth", "Fifth"):
        await line.show(ash, text)
    await line.show(jo, "Hello Jo")
    await jo.until("Hello Jo")
    assert len(line.calls("editMessageText")) == 1
    line.telegram.faults.remove(hang)
    await line.said()
    assert [call.params["text"] for call in line.calls("editMessageText")] == ["Second", "Fifth"]
    assert [message.text for message in ash.from_bot] == ["Fifth"]


async def test_one_chat_that_hangs_keeps_nobody_else_waiting(telegram_line: Line) -> None:
    line = telegram_line
    ash, jo = await line.phone("Ash"), await line.phone("Jo")
    line.telegram.faults.add("hang", chat=ash.id)
    await line.show(ash, "Hello Ash")
    await line.show(jo, "Hello Jo")
    await jo.until("Hello Jo")
    assert ash.from_bot == []


async def test_a_hanging_edit_does_not_keep_the_tap_from_being_answered(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    tap = ash.press("Menu")
    assert tap is not None
    line.telegram.faults.add("hang", method="editMessageText")
    line.mouth.say(Saying(ChatId(ash.id), tap=TapAnswer(tap.id, "Saved"), card=await line.card(ash, "Second")))
    assert (await tap.answered()).text == "Saved"
    assert ash.text == "First"


async def test_a_hanging_answer_does_not_keep_the_card_from_being_edited(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    tap = ash.press("Menu")
    assert tap is not None
    line.telegram.faults.add("hang", method="answerCallbackQuery")
    line.mouth.say(Saying(ChatId(ash.id), tap=TapAnswer(tap.id), card=await line.card(ash, "Second")))
    await ash.until("Second")
    assert not tap.future.done()


async def test_the_help_card_comes_before_the_screen(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    card = await line.card(ash, "The screen")
    line.mouth.say(Saying(ChatId(ash.id), card=card, more=[screen("The help card", protect=False)]))
    await line.said()
    assert [(one.text, one.protected) for one in ash.from_bot] == [("The help card", False), ("The screen", True)]


async def test_the_help_card_does_not_wait_for_a_screen_to_be_tried_again(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    line.telegram.faults.add("502", method="editMessageText", times=3)
    await line.show(ash, "Second")
    await line.until("editMessageText")
    line.mouth.say(Saying(ChatId(ash.id), more=[screen("The help card", protect=False)]))
    await ash.until("The help card")
    assert ash.from_bot[0].text == "First"
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Second", "The help card"]


async def test_a_file_is_sent_with_its_caption_and_may_be_saved(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.mouth.say(Saying(ChatId(ash.id), more=[FileOut("data.json", b"{}", "What we hold")]))
    await line.said()
    assert ash.last.file is not None
    assert (ash.last.file.name, ash.text, ash.last.protected) == ("data.json", "What we hold", False)


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1080, 1350)


@dataclass
class Drawn:
    """A picture, and how often it was drawn."""

    times: int = 0
    gate: asyncio.Event | None = None

    async def __call__(self) -> bytes:
        self.times += 1
        if self.gate is not None:
            await self.gate.wait()
        return PNG


def picture(draw: Callable[[], Awaitable[bytes]], same: object = "one") -> PictureOut:
    return PictureOut(screen("40 of 90 answered.", protect=False), draw, same, screen("Not drawn.", protect=False))


async def say(line: Line, chat: int, *more: PictureOut) -> None:
    line.mouth.say(Saying(ChatId(chat), more=list(more)))
    await line.said()


async def test_a_picture_comes_silently_with_its_words_and_buttons_and_may_be_passed_on(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await say(line, ash.id, picture(Drawn()))
    assert (ash.last.kind, ash.text) == ("photo", "40 of 90 answered.")
    assert (ash.last.silent, ash.last.protected) == (True, False)
    assert ash.last.keyboard == [[{"text": "Menu", "callback_data": "0:menu:"}]]
    assert ash.last.file is not None
    assert (ash.last.file.body, ash.last.file.name) == (PNG, "picture.png")
    assert ash.chat.actions == ["upload_photo"]


async def test_while_a_picture_is_drawn_everybody_else_is_answered(telegram_line: Line) -> None:
    line = telegram_line
    ash, jo = await line.phone("Ash"), await line.phone("Jo")
    draw = Drawn(gate=asyncio.Event())
    line.mouth.say(Saying(ChatId(ash.id), more=[picture(draw)]))
    await line.show(jo, "Hello Jo")
    await jo.until("Hello Jo")
    assert ash.from_bot == []
    draw.gate.set()
    await line.said()
    assert ash.text == "40 of 90 answered."


async def test_a_picture_telegram_has_is_not_drawn_again_and_one_it_has_lost_is(telegram_line: Line) -> None:
    line = telegram_line
    ash, jo = await line.phone("Ash"), await line.phone("Jo")
    draw = Drawn()
    for phone in (ash, jo, ash):
        await say(line, phone.id, picture(draw))
    assert draw.times == 1
    assert [one.kind for one in ash.from_bot] == ["photo", "photo"]
    line.telegram.files.by_id.clear()
    await say(line, jo.id, picture(draw))
    await say(line, jo.id, picture(draw, same="another"))
    assert draw.times == 3
    assert [one.kind for one in jo.from_bot] == ["photo"] * 3


async def test_a_double_tap_brings_one_picture_and_later_another_one_comes(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    draw = Drawn(gate=asyncio.Event())
    for same in ("one", "one", "two", "one", "two"):
        line.mouth.say(Saying(ChatId(ash.id), more=[picture(draw, same)]))
    draw.gate.set()
    await line.said()
    assert len(ash.from_bot) == 2
    await say(line, ash.id, picture(draw))
    assert len(ash.from_bot) == 3


async def test_a_picture_that_cannot_be_drawn_is_owned_up_to_and_what_comes_after_it_still_comes(
    telegram_line: Line,
) -> None:
    line = telegram_line
    ash = await line.phone()

    async def broken() -> bytes:
        raise ValueError

    line.mouth.say(Saying(ChatId(ash.id), more=[picture(broken)], card=await line.card(ash, "The card")))
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Not drawn.", "The card"]


async def test_a_picture_is_tried_again_only_where_it_cannot_have_arrived(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.telegram.faults.add("429", method="sendPhoto", times=1, retry_after=1)
    await say(line, ash.id, picture(Drawn()))
    assert len(ash.from_bot) == 1
    assert line.pauses == [1.0]
    line.telegram.faults.add("reset_after", method="sendPhoto", times=1)
    await say(line, ash.id, picture(Drawn()))
    assert len(ash.from_bot) == 2


async def test_that_a_picture_is_coming_need_not_be_heard(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.telegram.faults.add("500", method="sendChatAction")
    await say(line, ash.id, picture(Drawn()))
    assert ash.last.kind == "photo"


async def test_a_group_is_left_and_nothing_is_said_there(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    group = line.telegram.add_group(line.telegram.bot, "Our group")
    group.present = True
    line.mouth.say(Saying(ChatId(group.id), leave=True))
    await line.said()
    assert not group.present
    assert not group.messages
    assert ash.from_bot == []


# Telegram's bad days


async def test_too_many_requests_pause_this_chat_and_the_outbox_and_nothing_is_lost(telegram_line: Line) -> None:
    line = telegram_line
    ash, jo = await line.phone("Ash"), await line.phone("Jo")
    await line.show(ash, "First")
    await line.said()
    line.telegram.faults.add("429", method="editMessageText", times=1, retry_after=1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await line.show(ash, "Second")
    await line.show(jo, "Hello Jo")
    await jo.until("Hello Jo")
    assert line.pauses == [1.0]
    assert len(line.calls("editMessageText")) == 1, "not asked again meanwhile"
    await ash.until("Second")
    assert loop.time() - began >= 1.0


async def test_a_refused_answer_to_a_tap_pauses_the_outbox_too(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.telegram.faults.add("429", method="answerCallbackQuery", retry_after=3)
    line.mouth.say(Saying(ChatId(ash.id), tap=TapAnswer("1")))
    await line.said()
    assert line.pauses == [3.0]


async def test_a_tap_too_old_to_be_answered_is_no_harm(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.mouth.say(Saying(ChatId(ash.id), tap=TapAnswer("12345"), card=await line.card(ash, "First")))
    await line.said()
    assert ash.text == "First"


async def test_a_card_the_person_deleted_is_sent_anew_once_and_edited_from_then_on(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    ash.delete(ash.last)
    await line.show(ash, "Second")
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Second"]
    assert (await line.kept(ash)).message == ash.last.id
    await line.show(ash, "Third")
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Third"]
    assert len(line.calls("sendMessage")) == 2


async def test_a_second_screen_finds_the_new_card_before_the_store_has_heard_of_it(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    ash.delete(ash.last)
    second = await line.card(ash, "Second")
    third = await line.card(ash, "Third")
    assert second.message == third.message is not None, "both were worked out with the card that is gone"
    line.mouth.say(Saying(ChatId(ash.id), card=second))
    await ash.until("Second")
    line.mouth.say(Saying(ChatId(ash.id), card=third))
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Third"]
    assert (await line.kept(ash)).message == ash.last.id


async def test_a_screen_that_follows_an_unlearnt_first_card_is_put_on_it(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    first, second = await line.card(ash, "First"), await line.card(ash, "Second")
    assert first.message is second.message is None
    line.mouth.say(Saying(ChatId(ash.id), card=first))
    await ash.until("First")
    line.mouth.say(Saying(ChatId(ash.id), card=second))
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Second"]


async def test_a_screen_after_a_card_that_is_being_cleared_is_not_put_on_that_one(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    old = ash.last
    line.telegram.faults.add("429", method="sendMessage", times=1, retry_after=1)
    async with line.store.transaction() as tx:
        mess = await trail.add(tx, ChatId(ash.id), old.id, sent_at=line.telegram.clock.now())
    line.mouth.say(Saying(ChatId(ash.id), card=await line.card(ash, "Anew", anew=True), clear=[mess]))
    await line.until("sendMessage")
    await line.show(ash, "Newer still")
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Newer still"]
    assert ash.last.id != old.id
    assert (await line.kept(ash)).message == ash.last.id


async def test_a_new_card_that_may_have_arrived_is_not_sent_twice(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    line.telegram.faults.add("reset_after", method="sendMessage", times=1)
    await line.show(ash, "First")
    await line.said()
    assert [one.text for one in ash.from_bot] == ["First"]
    assert len(line.calls("sendMessage")) == 1


async def test_an_edit_that_may_have_arrived_is_simply_repeated(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "First")
    await line.said()
    line.telegram.faults.add("reset_after", method="editMessageText", times=1)
    await line.show(ash, "Second")
    await line.said()
    assert [one.text for one in ash.from_bot] == ["Second"]
    assert [call.status for call in line.calls("editMessageText")] == [200, 400], "unchanged the second time"


async def test_somebody_who_blocked_us_is_noted_as_unreachable_and_left_in_peace(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    async with line.store.transaction() as tx:
        person = await people.add(tx, Details("A-1", "Ash", "Lee"))
        await people.join(tx, person.id, ChatId(ash.id))
    line.telegram.faults.add("403", description=BLOCKED)
    more = [screen("One"), screen("Two")]
    line.mouth.say(Saying(ChatId(ash.id), card=await line.card(ash, "Three"), more=more))
    await line.said()
    assert len(line.calls("sendMessage")) == 1
    async with line.store.transaction() as tx:
        assert not (await people.by_id(tx, person.id)).reachable


async def test_a_proxys_403_says_nothing_about_the_person(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    async with line.store.transaction() as tx:
        person = await people.add(tx, Details("A-1", "Ash", "Lee"))
        await people.join(tx, person.id, ChatId(ash.id))
    line.telegram.faults.add("403", description="Access denied")
    await line.show(ash, "First")
    await line.said()
    async with line.store.transaction() as tx:
        assert (await people.by_id(tx, person.id)).reachable


# Clearing


async def clear(line: Line, chat: int, message: int) -> trail.Mess:
    async with line.store.transaction() as tx:
        mess = await trail.add(tx, ChatId(chat), message, sent_at=line.telegram.clock.now())
    line.mouth.say(Saying(ChatId(chat), clear=[mess]))
    await line.said()
    return mess


async def remembered(line: Line) -> int:
    async with line.store.transaction() as tx:
        return len(await trail.waiting(tx, now=line.telegram.clock.now()))


async def test_what_is_cleared_is_gone_and_forgotten(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await ash.type("my own words")
    await clear(line, ash.id, ash.mine[-1].id)
    assert "my own words" not in [one.text for one in ash.mine]
    assert await remembered(line) == 0


async def test_a_card_of_ours_too_old_to_delete_is_left_saying_nothing(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await line.show(ash, "A question")
    await line.said()
    line.telegram.clock.move(hours=49)
    await clear(line, ash.id, ash.last.id)
    assert [(one.text, one.keyboard) for one in ash.from_bot] == [(BLANK, None)]
    assert await remembered(line) == 0


async def test_their_own_words_too_old_to_delete_stay_remembered_to_be_said(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await ash.type("my own words")
    line.telegram.clock.move(hours=49)
    await clear(line, ash.id, ash.mine[-1].id)
    assert await remembered(line) == 1


async def test_what_could_not_be_cleared_now_is_kept_for_the_heartbeat(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()
    await ash.type("my own words")
    line.telegram.faults.add("429", method="deleteMessage", retry_after=4)
    await clear(line, ash.id, ash.mine[-1].id)
    assert await remembered(line) == 1
    assert line.pauses == [4.0]


# What was learnt


async def test_one_outcome_that_can_never_be_written_does_not_hold_up_the_others(telegram_line: Line) -> None:
    line = telegram_line
    ash = await line.phone()

    async def never(_: object) -> None:
        raise LookupError

    line.outcomes.add(never)
    await line.show(ash, "First")
    await line.said()
    assert (await line.kept(ash)).message == ash.last.id
    await line.outcomes.flush()


async def test_while_nothing_can_be_written_everything_learnt_is_kept(telegram_line: Line) -> None:
    line = telegram_line
    tries = []

    async def away(_: object) -> None:
        tries.append(1)
        if len(tries) < 4:
            raise ConnectionError

    line.outcomes.add(away)
    for _ in range(2):
        try:
            await line.outcomes.flush()
        except ConnectionError:
            continue
    assert len(tries) == 4
