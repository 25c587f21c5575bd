"""A bad day: Telegram and the database misbehave, and nobody loses an answer, is stuck, or is told what is not so."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Iterator

import pytest
import structlog
from respondents import Respondent, changed, respondent
from sqlalchemy import text, update
from sqlalchemy.engine import make_url
from support.town import Town

from bot import logs
from bot.sandbox.phones import Phone
from bot.wire import make_wire
from storage import drafts, outbox, people
from storage.ids import SurveyId
from storage.tables import draft
from surveys.values import Answers

NOT_SAVED = "That didn't save. My fault, not yours. Please tap again."
ENVELOPE = "There's something new to look at, if you want to."


async def answering(town: Town, name: str = "Ash") -> tuple[Respondent, SurveyId]:
    """Somebody looking at question 1."""
    survey = await town.open_survey()
    return await respondent(town, name), survey


async def kept(town: Town, survey: SurveyId) -> Answers:
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        return await drafts.read(tx, person.id, survey)


async def sends_everything(one: Respondent) -> None:
    """Whatever happened, the way to the end is open."""
    await one.answer_all(until=10)
    await changed(one.phone, "Send what I have done")
    await changed(one.phone, "Send")
    assert one.phone.text.startswith("Sent. Thank you for your time.")


def calls(town: Town, method: str) -> int:
    return sum(call.method.lower() == method.lower() for call in town.telegram.said)


# Telegram: what we say


@pytest.mark.parametrize("fault", ["429", "502", "500", "reset_before", "reset_after"])
async def test_an_edit_that_fails_is_tried_again_and_the_answer_was_safe_all_along(
    northfield: Town, fault: str
) -> None:
    one, survey = await answering(northfield)
    northfield.telegram.faults.add(fault, method="editMessageText", times=1, retry_after=1)
    await one.phone.tap("B")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}
    await one.phone.until("2 of 31")
    await northfield.telegram.settled()
    assert len(one.phone.messages) == 1
    one.told["pet"] = "would_like"
    await sends_everything(one)


@pytest.mark.parametrize("fault", ["429", "502", "400", "reset_before", "reset_after"])
async def test_a_tap_whose_answer_is_lost_still_counts_and_shows(northfield: Town, fault: str) -> None:
    one, survey = await answering(northfield)
    northfield.telegram.faults.add(fault, method="answerCallbackQuery", times=1, retry_after=1)
    one.phone.press("B")
    await one.phone.until("2 of 31")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}
    northfield.clock.move(16)
    await one.phone.until(lambda phone: not phone.device.waiting_taps)


async def test_while_the_answer_to_a_tap_hangs_the_card_goes_on(northfield: Town) -> None:
    one, _ = await answering(northfield)
    hanging = northfield.telegram.faults.add("hang", method="answerCallbackQuery", times=1)
    one.phone.press("B")
    await one.phone.until("2 of 31")
    one.phone.press("A")
    await one.phone.until(lambda phone: "✓ A" in phone.buttons())
    northfield.telegram.faults.remove(hanging)
    await northfield.telegram.settled()
    assert one.phone.text.startswith("2 of 31")


async def test_while_an_edit_hangs_newer_screens_wait_and_only_the_newest_is_shown(northfield: Town) -> None:
    one, survey = await answering(northfield)
    hanging = northfield.telegram.faults.add("hang", method="editMessageText", times=1)
    card = one.phone.card
    await one.phone.tap("B")
    await one.phone.tap("C", card)
    before = calls(northfield, "editMessageText")
    northfield.telegram.faults.remove(hanging)
    await northfield.telegram.settled()
    assert calls(northfield, "editMessageText") - before <= 1
    assert one.phone.text.startswith("2 of 31")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}, "the second tap was on an old screen"


async def test_a_new_card_that_may_have_arrived_is_not_sent_twice_and_its_buttons_work(northfield: Town) -> None:
    one, _ = await answering(northfield)
    northfield.telegram.faults.add("reset_after", method="sendMessage", times=1)
    await one.phone.say("/menu")
    assert len([message for message in one.phone.from_bot if "What would you like" in message.text]) == 1
    await one.phone.choose("Carry on, 1 of 31")
    assert one.phone.text.startswith("1 of 31")
    await sends_everything(one)


@pytest.mark.parametrize("fault", ["502", "reset_before"])
async def test_a_new_card_that_was_lost_comes_with_the_next_try(northfield: Town, fault: str) -> None:
    one, _ = await answering(northfield)
    northfield.telegram.faults.add(fault, method="sendMessage", times=1)
    await one.phone.type("/menu")
    await northfield.telegram.settled()
    await one.phone.say("/menu")
    await one.phone.choose("Carry on, 1 of 31")
    await sends_everything(one)


async def test_a_card_the_person_deleted_comes_back_below(northfield: Town) -> None:
    one, survey = await answering(northfield)
    old = one.phone.card
    one.phone.delete(old)
    await one.phone.tap_raw(old.keyboard[0][1]["callback_data"], old)
    await northfield.telegram.settled()
    assert one.phone.text == "Question 2 of 31 is ready.", "Telegram no longer says how old it was"
    await one.phone.choose("Show it")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}
    one.told["pet"] = "would_like"
    await sends_everything(one)
    assert len(one.phone.from_bot) == 1


@pytest.mark.parametrize(
    "words", ["message can't be edited", "message to edit not found", "there is no text in the message to edit"]
)
async def test_a_card_that_cannot_be_edited_is_replaced(northfield: Town, words: str) -> None:
    one, _ = await answering(northfield)
    old = one.phone.card
    northfield.telegram.faults.add("400", method="editMessageText", times=1, description=words)
    await one.phone.choose("B")
    assert one.phone.text.startswith("2 of 31")
    assert one.phone.card.id != old.id
    assert old.id not in {message.id for message in one.phone.messages}
    one.told["pet"] = "would_like"
    await sends_everything(one)


async def test_a_cleared_chat_is_found_again_with_menu(northfield: Town) -> None:
    one, _ = await answering(northfield)
    one.phone.clear_chat()
    await one.phone.say("/menu")
    await one.phone.choose("Carry on, 1 of 31")
    await sends_everything(one)


async def test_what_cannot_be_deleted_now_is_deleted_at_a_later_beat(northfield: Town) -> None:
    one, _ = await answering(northfield)
    northfield.telegram.faults.script(["502", "reset_before"], method="deleteMessage")
    await one.phone.say("a dog called Rex")
    assert [message.text for message in one.phone.mine] == ["a dog called Rex"]
    for _ in range(2):
        await northfield.deliver()
    assert one.phone.mine == []


async def test_blocked_in_the_middle_and_back_a_week_later_the_place_is_kept(either_northfield: Town) -> None:
    one, survey = await answering(either_northfield)
    await changed(one.phone, "B")
    one.told["pet"] = "would_like"
    one.phone.block()
    await either_northfield.telegram.settled()
    async with either_northfield.store.transaction() as tx:
        (person,) = await people.joined(tx)
        assert not person.reachable
    either_northfield.clock.move(days=7)
    await either_northfield.deliver()
    await one.phone.start()
    await either_northfield.telegram.settled()
    async with either_northfield.store.transaction() as tx:
        (person,) = await people.joined(tx)
        assert person.reachable
    assert one.phone.buttons()[0] == "Carry on, 2 of 31"
    await one.phone.choose("Carry on, 2 of 31")
    assert (await kept(either_northfield, survey)).values == {"pet": "would_like"}
    await sends_everything(one)


# Telegram: what we start


async def waiting_for_an_envelope(town: Town) -> Phone:
    ash = await town.joined("Ash", "Lee")
    ash.lock()
    return ash


async def envelopes(town: Town) -> list[outbox.Row]:
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        return list(await outbox.of_person(tx, person.id))


async def test_an_envelope_that_met_429_leaves_later_once(northfield: Town) -> None:
    ash = await waiting_for_an_envelope(northfield)
    northfield.telegram.faults.add("429", method="sendMessage", times=1, retry_after=1)
    await northfield.open_survey()
    await northfield.deliver()
    assert ash.lock_screen == []
    northfield.clock.move(2)
    await northfield.deliver()
    assert [line.text for line in ash.lock_screen] == [ENVELOPE]
    assert [row.state for row in await envelopes(northfield)] == ["sent"]


@pytest.mark.parametrize(("fault", "arrived"), [("reset_after", 1), ("reset_before", 0), ("502", 0), ("500", 0)])
async def test_an_envelope_of_unknown_fate_is_never_sent_again_and_the_menu_has_it(
    northfield: Town, fault: str, arrived: int
) -> None:
    ash = await waiting_for_an_envelope(northfield)
    northfield.telegram.faults.add(fault, method="sendMessage", times=1)
    await northfield.open_survey()
    await northfield.deliver()
    assert [row.state for row in await envelopes(northfield)] == ["unknown"]
    northfield.clock.move(hours=5)
    await northfield.deliver()
    assert len(ash.lock_screen) == arrived
    if arrived:
        await ash.choose("Open")
        assert ash.text.startswith("About 7 minutes.")
    await ash.say("/menu")
    assert ash.buttons()[0] == "Questions about how life is"


async def test_an_envelope_to_somebody_who_blocked_us_fails_and_stops_there(northfield: Town) -> None:
    ash = await waiting_for_an_envelope(northfield)
    ash.chat.blocked = True  # the news of it never came
    await northfield.open_survey()
    await northfield.deliver()
    assert [row.state for row in await envelopes(northfield)] == ["failed"]
    async with northfield.store.transaction() as tx:
        assert not (await people.joined(tx))[0].reachable


# Telegram: what we are told


async def test_updates_delivered_twice_count_once(either_northfield: Town) -> None:
    one, survey = await answering(either_northfield)
    either_northfield.telegram.bot.queue.repeat(3)
    await one.phone.choose("B")
    await one.phone.choose("A")
    await one.phone.choose("B")
    await either_northfield.telegram.settled()
    assert (await kept(either_northfield, survey)).values == {"pet": "would_like", "doing_now": ["learning", "work"]}


async def test_update_ids_that_jump_down_are_still_taken(northfield: Town) -> None:
    one, survey = await answering(northfield)
    northfield.telegram.bot.queue.jump_down()
    await one.phone.choose("B")
    await one.phone.choose("A")
    assert (await kept(northfield, survey)).values == {"pet": "would_like", "doing_now": ["learning"]}


async def test_a_poisoned_update_blocks_nobody(northfield: Town) -> None:
    one, _ = await answering(northfield)
    for _ in range(3):
        northfield.telegram.poison(northfield.telegram.bot, one.phone.user)
    one.phone.press("B")
    northfield.telegram.poison(northfield.telegram.bot, one.phone.user)
    await northfield.telegram.settled()
    assert one.phone.text.startswith("2 of 31")
    assert not northfield.telegram.bot.queue.waiting


async def test_a_second_poller_is_survived(northfield: Town) -> None:
    one, survey = await answering(northfield)
    other = make_wire(northfield.telegram.bot.token, northfield.running.api_url)
    for request in other.requests:
        await request.initialize()
    assert await other.take(offset=None, seconds=0) == []
    for request in other.requests:
        await request.shutdown()
    await one.phone.choose("B")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}


@pytest.mark.parametrize("fault", ["409", "502", "reset_before", "reset_after", "429"])
async def test_polls_that_fail_lose_nothing(northfield: Town, fault: str) -> None:
    one, survey = await answering(northfield)
    northfield.telegram.faults.add(fault, method="getUpdates", times=2, retry_after=1)
    await one.phone.choose("B")
    await one.phone.choose("A")
    assert (await kept(northfield, survey)).values == {"pet": "would_like", "doing_now": ["learning"]}


async def test_telegram_away_for_a_while_leaves_everybody_where_they_were(either_northfield: Town) -> None:
    town = either_northfield
    one, survey = await answering(town)
    away = town.telegram.faults.add("502", method="*")
    one.phone.press("B")
    await town.telegram.changes.until(lambda: away.met >= 2)
    town.telegram.faults.remove(away)
    await one.phone.until("2 of 31")
    assert (await kept(town, survey)).values == {"pet": "would_like"}


# A draft that cannot be read: one person's trouble, nobody else's


async def test_one_persons_broken_row_takes_nobody_with_it_and_is_apologised_for(either_northfield: Town) -> None:
    town = either_northfield
    broken, _ = await answering(town)
    well = await respondent(town, "Kit", day=3)
    async with town.store.transaction() as tx:
        person = await people.by_chat(tx, broken.phone.id)
        await tx.connection.execute(update(draft).where(draft.c.person == person.id).values(taps=b"x" * 2048))
    taps = [broken.phone.press("B"), well.phone.press("C")]
    answers = [await tap.answered() for tap in taps]
    await town.telegram.settled()
    assert (answers[0].text, answers[0].alert) == (NOT_SAVED, True)
    assert answers[1].text == ""
    assert well.phone.text.startswith("2 of 31")
    assert not town.telegram.bot.queue.waiting, "confirmed, so that it blocks nothing"


# The database


async def test_while_the_database_is_locked_nothing_is_confirmed_and_then_all_is_kept(
    northfield: Town, sqlite_database_url: str
) -> None:
    one, survey = await answering(northfield)
    other = sqlite3.connect(str(make_url(sqlite_database_url).database), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    polled = calls_of_polls(northfield)
    tap = one.phone.press("B")
    await northfield.telegram.changes.until(lambda: northfield.telegram.bot.queue.waiting)
    assert not tap.future.done(), "no answer before it is kept"
    assert northfield.telegram.bot.queue.waiting
    other.execute("ROLLBACK")
    other.close()
    await tap.answered()
    await northfield.telegram.settled()
    assert calls_of_polls(northfield) > polled
    assert not northfield.telegram.bot.queue.waiting
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}
    assert one.phone.text.startswith("2 of 31")


def calls_of_polls(town: Town) -> int:
    return sum(call.method.lower() == "getupdates" for call in town.telegram.calls)


async def test_when_the_database_is_away_a_tap_hears_the_truth_and_is_not_done_behind_their_back(
    either_northfield: Town,
) -> None:
    town = either_northfield
    one, survey = await answering(town)
    await rename(town, "handled", "handled_away")
    answer = await one.phone.tap("B")
    assert (answer.text, answer.alert) == (NOT_SAVED, True)
    assert town.telegram.bot.queue.waiting, "nothing is confirmed meanwhile"
    assert one.phone.text.startswith("1 of 31")
    await one.phone.type("no, and that is fine by me")
    await rename(town, "handled_away", "handled")
    await one.phone.until("2 of 31")
    await town.telegram.settled()
    assert not town.telegram.bot.queue.waiting
    assert (await kept(town, survey)).values == {"pet": "fine_without"}, "the text waited; the tap was told no"
    one.told["pet"] = "fine_without"
    await sends_everything(one)


async def test_whoever_taps_while_the_database_is_away_hears_the_truth_not_only_the_first(northfield: Town) -> None:
    town = northfield
    await town.open_survey()
    first, second = await respondent(town, "Ash"), await respondent(town, "Kit", day=3)
    await rename(town, "handled", "handled_away")
    assert (await first.phone.tap("B")).text == NOT_SAVED
    assert (await second.phone.tap("A")).text == NOT_SAVED
    await rename(town, "handled_away", "handled")
    await town.telegram.changes.until(lambda: not town.telegram.bot.queue.waiting)
    for one in (first, second):
        assert one.phone.text.startswith("1 of 31"), "they were told it did not save, and it did not"
        await sends_everything(one)


async def rename(town: Town, table: str, to: str) -> None:
    """Break the database for the bot, or mend it, as a faulty migration or a lost volume would."""
    async with town.store.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


async def test_a_full_disk_is_said_and_survived(northfield: Town) -> None:
    survey = await northfield.open_survey()
    ash = await northfield.joined("Ash", "Lee")
    await ash.choose("Have a look")
    await limit_pages(northfield, "1")
    answer = await ash.tap("Start")
    assert (answer.text, answer.alert) == (NOT_SAVED, True)
    assert ash.text.startswith("About 7 minutes.")
    await limit_pages(northfield, "1073741823")
    await ash.until(lambda _: not northfield.telegram.bot.queue.waiting)
    await ash.choose("Start")
    assert ash.text.startswith("1 of 31")
    await ash.choose("B")
    assert (await kept(northfield, survey)).values == {"pet": "would_like"}


async def limit_pages(town: Town, most: str) -> None:
    """How far the file may grow, for the one connection the bot writes by: a limit below its size is its size."""
    async with town.bot.store.transaction() as tx:
        await tx.connection.execute(text(f"PRAGMA max_page_count = {most}"))


# What is written down about it


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything the process logs, as it would stand in a file."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    logs.configure("DEBUG", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    logging.captureWarnings(False)


async def test_no_token_name_chat_or_answer_is_logged_on_a_bad_day(northfield: Town, lines: io.StringIO) -> None:
    town = northfield
    await town.staff_phone("Priya Shah", "pa")
    await town.open_survey()
    one = await respondent(town, "Marigold")
    town.telegram.faults.add("502", method="getUpdates", times=1)
    for fault in ("429", "502", "reset_before", "reset_after", "403", "400", "401"):
        town.telegram.faults.add(fault, method="editMessageText", times=1, retry_after=1)
        await one.phone.type(f"secret-words-{fault}")
        await town.telegram.settled()
    town.telegram.poison(town.telegram.bot, one.phone.user)
    await town.telegram.settled()
    await rename(town, "handled", "handled_away")
    await one.phone.tap("A")
    await rename(town, "handled_away", "handled")
    await town.telegram.settled()
    async with town.store.transaction() as tx:
        await tx.connection.execute(update(draft).values(taps=b"x" * 2048))
    await one.phone.tap("A")
    await town.deliver()
    said = lines.getvalue()
    assert "update_given_up" in said, "there was something to say"
    for never in (
        town.telegram.bot.token, town.telegram.bot.token.partition(":")[2], str(one.phone.id), "Marigold", "Lee",
        "secret-words", "has_one", "Priya", "Shah", "care_leaver_survey",
    ):  # fmt: skip
        assert never not in said, never
