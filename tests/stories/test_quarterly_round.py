"""A quarter on the plan: owners asked, one late, what moved told, comments answered, the report no day too early."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import answering_comments, audit
from engagement.london import london
from storage import comments, promises, rounds, staff
from storage.ids import PromiseId, StaffId

BEGUN = datetime(2027, 1, 4, 10, tzinfo=UTC)
"""The first working day of the quarter, at ten."""


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=BEGUN - timedelta(days=4)) as here:
        yield here


async def until(here: Indoors, moment: datetime) -> None:
    """The clock moves on to that moment, and the heart beats."""
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()


async def promised(here: Indoors, we_will: str, owner: StaffId, *, steps: int = 0) -> PromiseId:
    """A promise that people were told of in December."""
    async with here.store.transaction() as tx:
        theme = next(iter(await promises.themes(tx)), None) or await promises.add_theme(tx, name="Home")
        words = json.dumps({"we_will": we_will})
        now = here.clock.now()
        made = await promises.add(tx, theme.id, words=words, owner=owner, steps=steps, by=StaffId(0), now=now)
        await promises.note_told(tx, made.id, "plan:2026-12-01:told")
    return made.id


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


def files(phone: Phone) -> list[str]:
    return [message.file.body.decode() for message in phone.from_bot if message.kind == "document"]


async def test_a_quarter_on_the_plan_from_the_first_question_to_the_report(inside: Indoors) -> None:
    here = inside
    pat, pat_id = await here.staff_phone("Pat Part", "participation")
    mo, _ = await here.staff_phone("Mo Manager", "manager")
    priya, priya_id = await here.staff_phone("Priya Shah", "pa")
    omar, omar_id = await here.staff_phone("Omar Ali", "pa")
    kit, _ = await here.joined("Kit", worker=priya_id)
    lou, _ = await here.joined("Lou", worker=omar_id)
    wifi = await promised(here, "Free wifi at home.", priya_id, steps=3)
    fares = await promised(here, "Bus fares paid for everyone.", omar_id)
    await promised(here, "A laptop for every student.", priya_id)

    # It begins by itself; Priya answers.
    await here.tick()
    await until(here, BEGUN)
    assert priya.last.text == omar.last.text == "1 update to see"
    await here.do(priya, "open")
    assert "2 promises are yours to answer." in priya.text
    await here.do(priya, f"update:{wifi}", "state:doing", "steps:1")
    await here.type(priya, "The first ten flats have it now.")
    assert "Steps done: 1 of 3." in priya.text
    await here.do(priya, "give", "update", "state:stuck")
    await here.type(priya, "We must procure a provider first.")
    assert priya.text.startswith("Not kept. A young person would not use: procur")
    await here.type(priya, "The shop has none left. More come in May.")
    assert "Why: The shop has none left." in priya.text
    await here.do(priya, "give")
    assert "yours to answer" not in priya.text
    await here.do(omar, "open")
    assert "1 promise is yours to answer" in omar.text, "only his own"
    await here.put(omar, {"at": "staff/round_update", "round": 1, "promise": wifi})
    await here.tap(omar, f"{button_data(omar)[0].split(':')[0]}:look:")
    assert "wifi" not in omar.text

    # Omar is late: reminded twice, then his manager sees it and asks.
    for day in (11, 15):
        await until(here, london(date(2027, 1, day), time(10)))
    assert sum("reminder" in row["occasion"] for row in await here.rows("outbox")) == 2
    await until(here, london(date(2027, 1, 19), time(10)))
    await here.do(mo, "open", "missing")
    assert mo.text.startswith("Asked for by")
    assert "Bus fares paid for everyone.\nOmar Ali" in mo.text
    await here.do(mo, f"ask:{fares}")
    assert mo.text.startswith("Omar gets one line now")
    assert "ask" not in actions(mo), "once a day"
    await here.tick()
    await here.do(omar, "open")
    assert "Mo asks how far it is." in omar.text
    await here.do(omar, f"update:{fares}", "nothing")

    # What moved, and nothing else, is looked at and told.
    await here.tick()
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "progress", "moved")
    assert pat.text.startswith("What moved since people last heard: 2.")
    assert "Bus fares" not in pat.text
    await here.do(pat, "tell", "see")
    assert pat.text.startswith("An update on something we said we would do. This is 1 of 2 today.")
    await here.do(pat, "turn:next", "turn:next", "turn:back", "back", "ready")
    await here.type(pat, "2")
    assert pat.text.startswith("Leaves in 60 seconds. It goes to 2 people.")
    told_on = here.clock.now().date()
    await until(here, here.clock.now() + timedelta(seconds=61))

    # Kit reads it, keeps one, says something without a name and something with one, and answers the survey.
    assert kit.last.text == "There's something to look at when you have a minute."
    await here.do(kit, "open")
    assert "<b>We said</b>" not in kit.text
    assert "We said\nFree wifi at home." in kit.text
    assert "Before: Not begun yet.\nNow: Under way, 1 of 3 steps. It was 0." in kit.text
    assert "The first ten flats have it now." in kit.text
    await here.do(kit, "keep")
    kept = next(one for one in kit.from_bot if one.text.startswith("Here it is in a message of its own."))
    assert not kept.protected
    await here.do(kit, "carry_on", "say_about")
    assert "With your name: Pat reads it, and answers you here by" in kit.text
    await here.do(kit, "without")
    assert "Your name doesn't go with this. If few people write this week" in kit.text
    await here.type(kit, "x" * 801)
    assert "800" in kit.text
    before = await here.prints({"outbox", "due", "audit", "task", "signed_comment"})
    await here.type(kit, "It drops out at night")
    assert kit.text.startswith("Thank you. It is kept without your name, and no one reads it before Monday.")
    assert await here.prints({"outbox", "due", "audit", "task", "signed_comment"}) == before, "nothing says who wrote"
    assert (await here.at(kit)) == {"at": "round", "round": 1, "n": 0}, "not even their card"
    await here.do(kit, "turn:next")
    assert "Now: Stuck.\n\nThe shop has none left. More come in May." in kit.text
    await here.do(kit, "say_about", "with")
    await here.type(kit, "I need one for college")
    assert kit.text.startswith("Thank you. Pat has it now, and answers you here by")
    await here.do(kit, "turn:next")
    assert kit.text.startswith("That is all that is new for now.")
    await here.do(kit, "survey", "start")
    assert "We said: Free wifi at home. How does this look to you?" in kit.text
    await here.do(kit, "pick:1", "pick:0", "pick:2", "send")
    assert kit.text.startswith("Sent.")
    assert "Free wifi" not in here.seen_by(mo)

    # Comments end; the report waits for that, and has what was answered.
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "progress")
    assert "report" not in actions(pat)
    await here.tap(pat, f"{button_data(pat)[0].split(':')[0]}:report:")
    assert files(pat) == []
    over = london(told_on + timedelta(days=15), time(10))
    await until(here, over)
    async with here.store.transaction() as tx:
        reader = await staff.by_id(tx, pat_id)
        (one,) = await comments.readable(tx, on=over.date())
        assert one.text == "[Free wifi at home.] It drops out at night"
        group = await answering_comments.put_under(tx, reader, one.key, "Wifi at night", now=over)
        await answering_comments.answer_group(tx, reader, group.id, "It is mended in March.", now=over)
    assert pat.last.text == "1 update to see"
    await here.do(pat, "open", "report")
    (page,) = files(pat)
    for words in ("Free wifi at home.", "A laptop for every student.", "Wifi at night", "It is mended in March."):
        assert words in page, words
    assert "Kit" not in page
    assert "drops out" not in page, "what is reported are groups and answers"
    await here.do(pat, "figures")
    assert "Updates from owners in time: 2 of 3." in pat.card.text
    assert "Promises: 0 of 3 done, 1 under way, 1 not begun, 1 stuck." in pat.card.text

    # Next quarter nothing moved: it is said so, with the answers to what was written.
    await until(here, london(date(2027, 4, 1), time(10)))
    await here.type(pat, "/menu")
    await here.do(pat, "loop", "progress", "moved")
    assert pat.text.startswith("Nothing moved since people last heard.")
    await here.do(pat, "tell", "ready")
    await here.type(pat, "2")
    await until(here, here.clock.now() + timedelta(seconds=61))
    await here.do(lou, "open")
    assert "Nothing has moved since 19 January 2027. 3 things still wait." in lou.text
    await here.do(lou, "turn:next")
    assert "You wrote\nWifi at night\n\nWe say\nIt is mended in March." in lou.text
    async with here.store.transaction() as tx:
        names = [entry.action for entry in await audit.lately(tx, days=None, now=here.clock.now())]
        assert {"round_begun", "round_told", "round_reported", "update_asked", "promise_updated"} <= set(names)
        assert [one.state for one in await rounds.every(tx)] == ["reported", "told"]
        assert (await comments.group(tx, group.id)).told_on == date(2027, 4, 1)
    assert here.given_up == []


async def test_nobody_else_gets_into_a_round(inside: Indoors) -> None:
    here = inside
    _, pat_id = await here.staff_phone("Pat Part", "participation")
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    dee, _ = await here.staff_phone("Dee Data", "data_protection")
    kit, _ = await here.joined("Kit")
    await promised(here, "Free wifi at home.", pat_id)
    await here.tick()
    await until(here, BEGUN)
    for phone in (dee, priya):
        await here.type(phone, "/menu")
    for at in ("staff/rounds", "staff/round_missing", "staff/round_moved", "staff/round_look", "staff/loop_figures"):
        for phone in (dee, kit):
            await here.put(phone, {"at": at, "round": 1, "promise": 1})
            await here.tap(phone, f"{button_data(phone)[0].split(':')[0]}:look:")
            assert "wifi" not in here.seen_by(phone)
    for at in ("round", "round/say", "round/write"):
        await here.put(kit, {"at": at, "round": 1, "promise": 1})
        await here.tap(kit, f"{button_data(kit)[0].split(':')[0]}:look:")
        assert "wifi" not in here.seen_by(kit), "nobody was told yet"
    await here.put(priya, {"at": "staff/round_update", "round": 1, "promise": 1})
    for data in ("state:done", "give:", "report:", "tell:", "ask:1"):
        await here.tap(priya, f"{button_data(priya)[0].split(':')[0]}:{data}")
    assert "wifi" not in here.seen_by(priya)
    async with here.store.transaction() as tx:
        assert [one.state for one in await promises.every(tx)] == ["planned"]
    assert here.given_up == []
