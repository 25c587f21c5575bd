"""Every sentence that promises something, and what makes it true: a test for each row of the table of sentences."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from respondents import Respondent, changed, respondent, shipped
from ruamel.yaml import YAML
from sqlalchemy import select
from support.town import NORTHFIELD, Town

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from engagement import authority, my_data, surveys, tasks
from engagement.london import today
from engagement.staff import Permission, may
from storage import answers, backup, drafts, openings, outbox, people, pool, settling, staff
from storage.errors import KeyMissing, Unreadable
from storage.ids import SurveyId
from storage.people import Details
from storage.staff import Role, Staff
from storage.tables import answer, draft, metadata, participation
from storage.tables import pool as pool_table

ROLES: tuple[Role, ...] = ("administrator", "manager", "participation", "pa", "data_protection")
SECRET = "only this person would say it like that"
LEXICON = YAML(typ="safe", pure=True).load(Path("engagement/data/lock_screen.yaml").read_text("utf-8"))


async def staff_of_every_role(town: Town) -> dict[Role, Phone]:
    names = ("Ada One", "Mo Two", "Pat Three", "Priya Shah", "Dee Five")
    return {role: await town.staff_phone(name, role) for role, name in zip(ROLES, names, strict=True)}


async def many_send(town: Town, count: int, survey: SurveyId) -> None:
    """So many people have sent; straight into the pool, as Send does."""
    async with town.store.transaction() as tx:
        asked = await openings.questionnaire(tx, survey)
        for number in range(count):
            person = await people.add(tx, Details(f"S-{number}", "Some", f"Body{number}"))
            begun = await drafts.start(tx, person.id, survey)
            first = asked.questions[0]
            values: dict[str, Any] = {first.id: first.option_ids[number % len(first.option_ids)]}
            await drafts.keep(tx, person.id, survey, type(begun)(values))
            await pool.send(tx, person.id, survey)


async def every_byte(town: Town) -> bytes:
    """Everything any table holds, as it lies there."""
    found: list[bytes] = []
    async with town.store.transaction() as tx:
        for table in metadata.sorted_tables:
            for row in await tx.connection.execute(select(table)):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


async def at_words(town: Town, name: str = "Ash") -> Respondent:
    """Somebody at the first question that is answered in their own words."""
    one = await respondent(town, name, seed=4)
    await one.answer_all(until=2)
    while "Want to say it in your own words?" not in one.phone.card.text:
        skip = next(label for label in one.phone.buttons() if label.startswith(("Skip", "Rather not")))
        await changed(one.phone, skip)
    return one


# "Until you press Send, your survey answers are locked up with your name"


async def test_locked_up_with_your_name(either_northfield: Town) -> None:
    town = either_northfield
    here = await staff_of_every_role(town)
    survey = await town.open_survey()
    one = await at_words(town)
    await one.phone.say(SECRET)
    async with town.store.transaction() as tx:
        (row,) = (await tx.connection.execute(select(draft))).all()
        assert (len(row.taps), len(row.words)) == (2048, 24576), "boxes of one size, whatever is in them"
        for box in (row.taps, row.words):
            with pytest.raises(Unreadable):
                tx.keys.register.open(box, b"person")
        assert (await drafts.read(tx, row.person, survey)).values["best_words"] == {"text": SECRET, "quote": None}
    assert SECRET.encode() not in await every_byte(town)
    await no_screen_of_staff_shows(town, here, SECRET)


async def no_screen_of_staff_shows(town: Town, here: dict[Role, Phone], *never: str) -> None:
    """Every button of every member of staff, pressed in turn, and every command."""
    for phone in here.values():
        for command in ("/menu", "answers"):
            await phone.say(command)
            for button in list(dict.fromkeys(phone.buttons())):
                if button != "Log out" and phone.has_button(button, None):
                    await phone.choose(button)
        said = "\n".join(phone.reader())
        assert not [word for word in never if word in said]
        assert not [label for label in said.splitlines() if "survey" in label.lower() and "button" in label]
        for name, place in PLACES.items():
            if place.whose == "staff":
                assert "survey" not in name
                assert "draft" not in name


# "Send takes your name off. No worker or manager can put it back, and I can't find your answers again."


async def test_no_worker_or_manager_can_put_it_back(either_northfield: Town) -> None:
    town = either_northfield
    here = await staff_of_every_role(town)
    survey = await town.open_survey()
    one = await at_words(town)
    await one.phone.say(SECRET)
    await one.phone.choose("Don't quote me")
    await one.phone.choose("Send what I have done")
    await one.phone.choose("Send")
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        (box,) = (await tx.connection.execute(select(pool_table))).all()
        assert set(box._fields) == {"key", "authority", "survey", "epoch", "taps", "words"}
        assert len(box.key) == 16
        assert (await tx.connection.execute(select(draft))).all() == []
        (flag,) = (await tx.connection.execute(select(participation))).all()
        assert flag._asdict() == {"authority": tx.authority, "person": person.id, "survey": survey, "done": True}
        # Nothing that is kept about the person, and no look-up of it, opens or names the box.
        for about in (str(person.id), str(one.phone.id), "Ash-Lee"):
            for kind in ("chat", "reference", "order", "answer"):
                assert tx.keys.look_ups.of(kind, about)[:16] != box.key
        held = await my_data.held(tx, town.bot.words(), person.id)
        assert held["surveys"] == [{"survey": "care_leaver_survey", "state": "sent"}]
        assert not await outbox.of_person(tx, person.id), "no reason to write to them names what they sent"
    await one.phone.say("/menu")
    assert "Questions about how life is" not in one.phone.text, "nor can the bot find it again"
    await no_screen_of_staff_shows(town, here, SECRET)


async def test_no_worker_or_manager_can_put_it_back_once_it_is_opened(northfield: Town) -> None:
    survey = await northfield.open_survey()
    await many_send(northfield, 24, survey)
    async with northfield.store.transaction() as tx:
        before = await tx.epoch()
        await pool.turn(tx)
    async with northfield.store.transaction() as tx:
        for row in await tx.connection.execute(select(answer)):
            assert set(row._fields) == {"key", "authority", "survey", "question", "value", "segments"}
            assert row.segments == "{}"
        keys = [row.key for row in await tx.connection.execute(select(answer))]
        assert len(set(keys)) == len(keys) == 14 * len(shipped().questions)
        with pytest.raises(KeyMissing):
            tx.keys.epoch(before[0])


# "No one sees any answers until ten people have sent theirs. If fewer do, they are never opened."


async def test_until_ten_people_have_sent_theirs(northfield: Town) -> None:
    survey = await northfield.open_survey()
    await many_send(northfield, 19, survey)
    async with northfield.store.transaction() as tx:
        assert not (await pool.turn(tx)).opened, "under twenty nothing is opened before the end"
    async with northfield.store.transaction() as tx:
        assert await answers.of(tx, survey) == ()
        closed = await surveys.close_survey(tx, northfield.bot.words(), survey, now=northfield.clock.now())
    assert (closed.published, closed.sent) == (True, 19)


async def test_never_opened(either_northfield: Town) -> None:
    town = either_northfield
    survey = await town.open_survey()
    await many_send(town, 9, survey)
    async with town.store.transaction() as tx:
        closed = await surveys.close_survey(tx, town.bot.words(), survey, now=town.clock.now())
    assert not closed.published
    async with town.store.transaction() as tx:
        assert await answers.of(tx, survey) == ()
        assert (await tx.connection.execute(select(pool_table))).all() == []
        assert (await openings.find(tx, survey)).state == "destroyed"


# "Staff can see that you sent a survey. Not what you said."


async def test_staff_can_see_that_you_sent_a_survey(northfield: Town) -> None:
    columns = {column.name for column in participation.columns}
    assert columns == {"authority", "person", "survey", "done"}, "done, and no time"
    for role in ROLES:
        member = Staff(1, "Any One", role, "joined", "", None)  # type: ignore[arg-type]
        granted = {permission.name.casefold() for permission in Permission if may(member, permission)}
        assert not [name for name in granted if "answer" in name or "draft" in name or "pool" in name], role


# "No one has been told."


async def test_no_one_has_been_told(either_northfield: Town) -> None:
    town = either_northfield
    here = await staff_of_every_role(town)
    for phone in here.values():
        phone.lock()
    await town.open_survey()
    one = await at_words(town)
    await town.deliver()
    before = await counts(town)
    await one.phone.say("i want to die and i cut myself last night")
    assert "No one has been told." in one.phone.holding("Here are people you can talk to").text
    await one.phone.choose("Don't quote me", one.phone.holding("Saved. I'm taking it out of this chat."))
    town.clock.move(hours=30)
    await town.deliver()
    assert [notification.text for phone in here.values() for notification in phone.lock_screen] == []
    after = await counts(town)
    assert {name: after[name] - before[name] for name in ("task", "outbox")} == {"task": 0, "outbox": 0}
    assert b"cut myself" not in await every_byte(town)


async def counts(town: Town) -> dict[str, int]:
    async with town.store.transaction() as tx:
        return {table.name: len((await tx.connection.execute(select(table))).all()) for table in metadata.sorted_tables}


# "{name} has been asked to contact you by {day}, {time}. If they haven't by then, {backup} is asked instead."


@pytest.mark.parametrize("hours", [0, 6.9, 7.5, 24, 79, 24 * 31])
async def test_by_day_time_backup_is_asked(northfield: Town, hours: float) -> None:
    town = northfield
    for name in ("Priya Shah", "Sam Okoro"):
        await town.staff_phone(name, "pa")
    ash = await town.joined("Ash", "Lee", worker="Priya Shah")
    town.clock.move(hours=hours)
    await ash.say("/menu")
    await ash.choose("Ask someone to contact me")
    offered = re.search(r"by (.+)\.$", ash.text, re.MULTILINE)[1]
    await ash.choose("Ask Priya")
    promised = re.search(r"asked to contact you by (.+)\.$", ash.text, re.MULTILINE)[1]
    assert offered == promised
    ash.lock()
    async with town.store.transaction() as tx:
        ((person, _),) = await people.register(tx)
        (task,) = await tasks.mine(tx, person.id)
    town.clock.move((task.due_at - town.clock.now()).total_seconds() - 1)
    await town.deliver()
    assert ash.lock_screen == [], "not a second early"
    town.clock.move(2)
    await town.deliver()
    assert [line.text for line in ash.lock_screen] == ["An update on something you asked for."]
    await ash.choose("Open")
    assert "Sam" in ash.text
    async with town.store.transaction() as tx:
        (task,) = await tasks.mine(tx, person.id)
        assert (await staff.by_id(tx, task.owner)).name == "Sam Okoro"


# "Your name is off, and I'm clearing this chat."


async def test_im_clearing_this_chat(northfield: Town) -> None:
    town = northfield
    await town.open_survey()
    one = await at_words(town)
    town.telegram.faults.add("502", method="deleteMessage", times=2)
    await one.phone.say(SECRET)
    await one.phone.choose("Don't quote me")
    await one.phone.say("something typed where nothing was asked")
    await one.phone.choose("Send what I have done")
    await one.phone.choose("Send")
    assert "Telegram only lets me clear the last two days" in one.phone.text
    await town.deliver()
    assert one.phone.mine == [], "each is tried until it is gone"
    tried = [call.params["message_id"] for call in town.telegram.said if call.method == "deleteMessage"]
    assert tried


async def test_im_clearing_this_chat_and_what_is_too_old_is_counted_and_said(northfield: Town) -> None:
    town = northfield
    await town.open_survey()
    one = await at_words(town)
    away = town.telegram.faults.add("502", method="deleteMessage")
    await one.phone.say(SECRET)
    town.telegram.faults.remove(away)
    town.clock.move(days=3)
    await town.deliver()
    await one.phone.say("/menu")
    await one.phone.choose("Carry on")
    await one.phone.choose("Don't quote me")
    await one.phone.choose("Send what I have done")
    await one.phone.choose("Send")
    assert "There is one I can't clear." in one.phone.text
    assert [message.text for message in one.phone.mine] == [SECRET]


# "I won't message you first any more."


async def test_i_wont_message_you_first_any_more(northfield: Town) -> None:
    town = northfield
    ash, kit = await town.joined("Ash", "Lee"), await town.joined("Kit", "Moss", day=3)
    await ash.say("/stop")
    assert ash.text.startswith("OK. I won't message you first any more.")
    ash.lock()
    kit.lock()
    async with town.store.transaction() as tx:
        stopped = await people.by_chat(tx, ash.id)
    for week in range(52):
        if week % 13 == 0:
            survey = await town.open_survey()
        async with town.store.transaction() as tx:
            await everything_we_might_start(tx, week, town.clock.now())
        await town.deliver()
        kit.open_chat()
        kit.lock()
        town.clock.move(days=7)
        async with town.store.transaction() as tx:
            if (await openings.find(tx, survey)).state == "open" and week % 13 == 12:
                await surveys.close_survey(tx, town.bot.words(), survey, now=town.clock.now())
    assert ash.lock_screen == []
    async with town.store.transaction() as tx:
        assert not [row for row in await outbox.of_person(tx, stopped.id) if row.state in ("sent", "unknown", "queued")]
        assert len([row for row in await outbox.of_person(tx, (await people.joined(tx))[0].id) if row.sent_on]) >= 52
    await ash.say("START")
    async with town.store.transaction() as tx:
        await everything_we_might_start(tx, 99, town.clock.now())
    ash.lock()
    await town.deliver()
    assert ash.lock_screen, "START is enough to come back"


async def everything_we_might_start(tx: Any, week: int, now: datetime) -> None:
    """A campaign to everyone whom the register lists, the stopped too: the gate alone must keep the promise."""
    everyone = [person.id for person, _ in await people.register(tx)]
    for what in ("results", "something"):
        await outbox.queue_for(
            tx,
            everyone,
            occasion=f"{what}:{week}",
            envelope="envelope/something",
            opens={"screen": "menu"},
            not_before=now,
            expires_at=now + timedelta(days=6),
        )


# "I start at most {cap} messages a week."


@pytest.mark.parametrize("seed", range(2))
async def test_at_most_cap_a_week(northfield: Town, seed: int) -> None:
    town, chance = northfield, random.Random(seed)
    ash = await town.joined("Ash", "Lee")
    cap = town.bot.words().cap
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
    for campaign in range(24):
        async with town.store.transaction() as tx:
            now = town.clock.now()
            await outbox.queue(
                tx,
                occasion=f"campaign:{campaign}",
                person=person.id,
                lane="young",
                envelope="envelope/something",
                opens={"screen": "menu"},
                not_before=now,
                expires_at=now + timedelta(days=chance.randint(1, 10)),
            )
        await town.deliver()
        ash.open_chat()
        ash.lock()
        town.clock.move(hours=chance.choice((1, 5, 13, 60)))
    arrived = sorted(
        call.at for call in town.telegram.said if call.method == "sendMessage" and "something to look" in call.text
    )
    assert len(arrived) > cap
    for first, one_more in zip(arrived, arrived[cap:], strict=False):
        assert one_more - first > 7 * 86400, "no seven days hold more than the cap"


# "It is gone from our backups by {date}."


async def test_gone_from_our_backups_by(sqlite_database_url: str, northfield: Town, tmp_path: Path) -> None:
    town = northfield
    ash = await town.joined("Ash", "Lee")
    file = tmp_path / "monday.backup"
    await backup.backup(town.store, file)
    await ash.say("/stop")
    await ash.choose("Forget me as well")
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    by = today(town.clock.now()) + timedelta(days=words.backup_days)
    assert f"It is gone from our backups by {by.day} {by:%B}." in ash.text
    await ash.choose("Yes, forget me")
    restored = f"sqlite+aiosqlite:///{tmp_path / 'restored.db'}"
    done = await backup.restore(restored, file, town.store.keys, now=town.clock.now())
    assert isinstance(done, settling.Restored)
    assert (done.erased, done.people) == (1, 0), "a backup from before forgets them again"


# "A person reads what you type", only where somebody has it as their job


async def test_a_person_reads_what_you_type_is_said_only_where_somebody_does(northfield: Town) -> None:
    town = northfield
    await town.open_survey()
    one = await at_words(town)
    said = "A person at Northfield Council reads what you type, without your name."
    assert said in one.phone.text
    async with town.store.transaction() as tx:
        await authority.change(tx, (await authority.current(tx)).model_copy(update={"reader": None}))
    await town.bot.heartbeat.tick()
    await one.phone.choose("Hide")
    await one.phone.choose("Open")
    assert said not in one.phone.text
    assert "Please leave out names, and details that only fit you." in one.phone.text


# Lock screens: what we start is neutral to its end, and every reply opens neutral


async def test_whatever_is_sent_opens_neutral_in_a_whole_journey(northfield: Town) -> None:
    town = northfield
    for name in ("Priya Shah", "Sam Okoro"):
        await town.staff_phone(name, "pa")
    early = await town.joined("Kit", "Moss", day=3)
    early.lock()
    await town.open_survey()
    await town.deliver()
    await early.choose("Open")
    one = await at_words(town)
    await one.phone.say(SECRET)
    for button in ("Don't quote me", "Send what I have done", "Send", "Ask someone to contact me", "Ask Priya"):
        await one.phone.choose(button)
    town.clock.move(days=2)
    await town.deliver()
    for command in ("/help", "/menu", "/stop", "/start", "hello", "/nothing"):
        await one.phone.say(command)
    one.phone.send_voice()
    await town.telegram.settled()
    sent = [call.text for call in town.telegram.said if call.method == "sendMessage"]
    edited = [call.text.split("\n")[0] for call in town.telegram.said if call.method == "editMessageText"]
    assert len(sent) > 10
    for said in (*(re.sub("<[^>]+>", "", words)[:60] for words in sent), *edited):
        found = [stem for stem in (*LEXICON["en"], *LEXICON["names"], "northfield") if _stands(stem, said)]
        assert not found, said


def _stands(stem: str, said: str) -> bool:
    ending = r"\w*" if stem.endswith("*") else ""
    return re.search(rf"\b{re.escape(stem.rstrip('*'))}{ending}\b", said.casefold()) is not None
