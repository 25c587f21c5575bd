"""The main job: a link, two things only they know, the questions on one card, Send, and nobody can say whose it was."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from typing import Any

from respondents import Respondent, changed, ends_at_first_question, join, shipped
from support.town import Town

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
    town, asked = either_northfield, shipped()
    await town.staff_phone("Priya Shah", "pa")
    invites = await imported(town)
    assert len(invites) == 25

    everyone = [Respondent(town.phone(f"Person{n}"), asked, random.Random(n)) for n in range(1, 24)]
    early, late = everyone[:3], everyone[3:]

    async def come_in(one: Respondent, number: int) -> None:
        await join(one.phone, invites[f"NF-{number:03}"].start, "SL" if number == 2 else "PL", number % 28 + 1)

    await asyncio.gather(*(come_in(one, n) for n, one in enumerate(early, 1)))
    for one in early:
        await changed(one.phone, "See what there is")
        one.phone.lock()

    survey = await town.open_survey()
    await town.deliver()
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
    await town.telegram.settled()
    for one in sent:
        assert one.phone.mine == [], "whatever they typed is out of the chat"

    assert await rows_of(town, survey) == (), "nothing is opened in anybody's tap"
    async with town.store.transaction() as tx:
        turned = await pool.turn(tx)
    assert (turned.opened, turned.waiting) == ({survey: 12}, {survey: 10})
    by_question = _by_question(await rows_of(town, survey))
    said = {question.id: counted([one.rows()[question.id] for one in sent]) for question in asked.questions}
    for question in asked.questions:
        assert by_question[question.id].total() == 12, "one row for each opened box"
        assert by_question[question.id] <= said[question.id], "and only what somebody tapped"

    async with town.store.transaction() as tx:
        closed = await surveys.close_survey(tx, survey, now=town.clock.now())
        assert len(await drafts.done_many(tx, survey)) == 22
        assert not [person for person in await people.joined(tx) if await drafts.of(tx, person.id)]
    assert (closed.published, closed.sent) == (True, 22)
    rows = await rows_of(town, survey)
    assert _by_question(rows) == said
    assert all(not row.segments for row in rows), "no breakdown is kept where fewer than 120 were invited"


def _by_question(rows: tuple[answers.Row, ...]) -> dict[str, Counter[str]]:
    return {
        question: counted([row.value for row in rows if row.question == question])
        for question in {row.question for row in rows}
    }
