"""The main job: a link, two things only they know, the questions on one card, Send, and nobody can say whose it was."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from respondents import Respondent, changed, ends_at_first_question, join, shipped
from support.killing import Forking
from support.town import Town, town

from engagement import register, surveys
from storage import answers, drafts, people, pool
from storage.ids import SurveyId

ENVELOPE = "There's something new to look at, if you want to."

CSV = "reference,first_name,last_name,preferred_name,birth_date,worker\n" + "".join(
    f"NF-{n:03},Person{n},Lee,{'Sky' if n == 2 else ''},{n % 28 + 1:02}/05/2006,Priya Shah\n" for n in range(1, 26)
)


async def imported(town: Town, csv: str = CSV) -> dict[str, register.Invited]:
    """A register brought in and an invite for everybody in it, by reference."""
    async with town.store.transaction() as tx:
        await register.apply(tx, register.read(csv.encode(), source="register.csv"))
    async with town.store.transaction() as tx:
        made = await register.invite_everyone(tx, now=town.clock.now(), bot_name="you_said_bot")
    return {one.reference: one for one in made}


async def rows_of(town: Town, survey: SurveyId) -> tuple[answers.Row, ...]:
    async with town.store.transaction() as tx:
        return await answers.of(tx, survey)


def counted(values: list[Any]) -> Counter[str]:
    return Counter(json.dumps(value, sort_keys=True) for value in values)


# All of it


async def test_twenty_two_people_send_and_everything_they_said_is_counted_once_and_nobodys(
    either_northfield: Town,
) -> None:
    here, asked = either_northfield, shipped()
    await here.staff_phone("Priya Shah", "pa")
    invites = await imported(here)
    assert len(invites) == 25

    everyone = [Respondent(here.phone(f"Person{n}"), asked, random.Random(n)) for n in range(1, 24)]
    early, late = everyone[:3], everyone[3:]

    async def come_in(one: Respondent, number: int) -> None:
        await join(one.phone, invites[f"NF-{number:03}"].start, "SL" if number == 2 else "PL", number % 28 + 1)

    await asyncio.gather(*(come_in(one, n) for n, one in enumerate(early, 1)))
    for one in early:
        await changed(one.phone, "See what there is")
        one.phone.lock()

    survey = await here.open_survey()
    await here.deliver()
    for one in early:
        assert [notification.text for notification in one.phone.lock_screen] == [ENVELOPE]
        await changed(one.phone, "Open")
        await changed(one.phone, "Start")
        assert len(one.phone.from_bot) == 1, "the envelope became the card, and the old card went"

    async def answer(one: Respondent, number: int) -> None:
        if one in late:
            await come_in(one, number)
            await ends_at_first_question(one.phone)
        whole = number % 5 == 0
        await one.answer_all(until=None if whole else 10)
        if number == 23:
            return  # leaves it there, and never sends
        if not whole:
            await changed(one.phone, "Send what I have done")
        await changed(one.phone, "Send")
        assert one.phone.text.startswith("Sent. Thank you for your time.")

    await asyncio.gather(*(answer(one, n) for n, one in enumerate(everyone, 1)))
    sent = everyone[:22]
    await here.telegram.settled()
    for one in sent:
        assert one.phone.mine == [], "whatever they typed is out of the chat"

    assert await rows_of(here, survey) == (), "nothing is opened in anybody's tap"
    async with here.store.transaction() as tx:
        turned = await pool.turn(tx)
    assert (turned.opened, turned.waiting) == ({survey: 12}, {survey: 10})
    by_question = _by_question(await rows_of(here, survey))
    said = {question.id: counted([one.rows()[question.id] for one in sent]) for question in asked.questions}
    for question in asked.questions:
        assert by_question[question.id].total() == 12, "one row for each opened box"
        assert by_question[question.id] <= said[question.id], "and only what somebody tapped"

    async with here.store.transaction() as tx:
        closed = await surveys.close_survey(tx, here.bot.words(), survey, now=here.clock.now())
        assert len(await drafts.done_many(tx, survey)) == 22
        assert not [person for person in await people.joined(tx) if await drafts.of(tx, person.id)]
    assert (closed.published, closed.sent) == (True, 22)
    rows = await rows_of(here, survey)
    assert _by_question(rows) == said
    assert all(not row.segments for row in rows), "no breakdown is kept where fewer than 120 were invited"


def _by_question(rows: tuple[answers.Row, ...]) -> dict[str, Counter[str]]:
    return {
        question: counted([row.value for row in rows if row.question == question])
        for question in {row.question for row in rows}
    }


# The same by the commands a participation worker types


async def test_a_worker_does_all_of_it_with_the_commands_while_the_bot_runs(
    sqlite_database_url: str, tmp_path: Path, forking: Forking
) -> None:
    async with town(sqlite_database_url, tmp_path / "keys", now=datetime.now(UTC)) as here:
        register_file = tmp_path / "register.csv"
        register_file.write_text(CSV, "utf-8")
        await yousaid(here, forking, "people", "import", str(register_file))
        (pat,) = json.loads(
            await yousaid(here, forking, "staff", "add", "Pat Three", "--role", "participation", "--json")
        )
        worker = here.phone("Pat")
        await worker.start(pat["start"])
        await here.telegram.settled()
        await worker.say("PT")
        assert "Your role here: participation worker." in worker.text
        made = json.loads(await yousaid(here, forking, "people", "invite", "--json"))
        assert len(made) == 25
        assert made[0]["link"] == f"https://t.me/you_said_bot?start={made[0]['start']}"
        await yousaid(here, forking, "survey", "open", "care_leaver_survey")
        one = Respondent(here.phone("Person1"), shipped(), random.Random(1))
        await join(one.phone, made[0]["start"], "PL", 2)
        await ends_at_first_question(one.phone)
        await one.answer_all(until=10)
        await changed(one.phone, "Send what I have done")
        await changed(one.phone, "Send")
        assert one.phone.text.startswith("Sent.")
        status = json.loads(await yousaid(here, forking, "survey", "status", "care_leaver_survey", "--json"))
        assert (status["register"], status["joined"], status["sent"]) == (25, 1, None), "one is too few to be counted"
        turned = json.loads(await yousaid(here, forking, "pool", "turn", "--json"))
        assert turned == {"opened": {}, "waiting": {"care_leaver_survey": 1}}


async def yousaid(town: Town, forking: Forking, *words: str) -> str:
    """What the command prints. It is a process of its own, beside the bot's."""
    environment = {
        **os.environ,
        "YOUSAID_TOKEN": town.telegram.bot.token,
        "YOUSAID_API_URL": town.running.api_url,
        "YOUSAID_DATABASE_URL": town.settings.database_url,
        "YOUSAID_KEYS": str(town.settings.keys),
    }
    ran = await asyncio.to_thread(forking.run, *words, environment=environment, folder=Path.cwd())
    assert ran.code == 0, ran.err
    return ran.out
