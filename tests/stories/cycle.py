"""Sixty people who only ever answer, phones that read, and what reached whom: the town a whole cycle is played in."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from crowd import Answering, answer_all
from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from engagement import answering
from engagement.london import london
from storage import drafts, openings, people
from storage.ids import ChatId, PersonId, SurveyId
from storage.people import Details
from surveys.definition import Questionnaire
from surveys.values import Answers

SIZE = 57
JOINED = SIZE + 3
"""Kit, Lou and Mo beside the crowd."""

ENVELOPES = {
    "There's something new to look at, if you want to.",
    "There's something to look at when you have a minute.",
    "An update on something we said we would do.",
}
"""Every line with which something begins in this story; the locked phone shows no other."""

ANSWERED = "An update on something you asked for."
"""What only somebody gets who signed something."""


@dataclass
class Cycle:
    """Northfield through more than a year. `arrived` is what was started to each phone, with its day."""

    here: Indoors
    crowd: dict[PersonId, Phone] = field(default_factory=dict)
    arrived: dict[int, list[tuple[date, str]]] = field(default_factory=dict)

    # Time

    async def until(self, moment: datetime) -> None:
        """The clock moves on to that moment, the heart beats, and what leaves is written down."""
        self.here.clock.move(seconds=(moment - self.here.clock.now()).total_seconds())
        await self.tick()

    async def tick(self) -> None:
        before = len(self.here.telegram.calls)
        await self.here.tick()
        on = self.here.clock.now().date()
        for call in self.here.telegram.calls[before:]:
            if call.done and call.method.lower().startswith("send"):
                self.arrived.setdefault(call.chat or 0, []).append((on, call.text))

    # The crowd

    async def gather(self, size: int) -> None:
        """So many people who have joined; their phones hold what arrives and nobody opens it."""
        async with self.here.store.transaction() as tx:
            for number in range(size):
                phone = self.here.phone(f"Person{number}")
                phone.chat.started = True
                born = date(2004 + number % 5, 3, 14)
                added = await people.add(tx, Details(f"NF-{number}", f"Person{number}", "Lee", birth_date=born))
                await people.join(tx, added.id, ChatId(phone.id))
                self.crowd[added.id] = phone

    async def asked(self, survey: SurveyId) -> Questionnaire:
        async with self.here.store.transaction() as tx:
            return await openings.questionnaire(tx, survey)

    async def crowd_answers(self, survey: SurveyId, facts: Iterable[Mapping[str, str]]) -> None:
        """Each of the crowd answers and sends; `facts` is what each of them says to some questions, in order."""
        asked = await self.asked(survey)
        async with self.here.store.transaction() as tx:
            for (person, phone), said in zip(self.crowd.items(), facts, strict=True):
                await _sent(tx, person, survey, told(asked, phone, said, seed=person))

    async def crowd_sends(self, survey: SurveyId, everybody: Iterable[Mapping[str, Any]]) -> None:
        """Each of the crowd sends exactly these answers."""
        async with self.here.store.transaction() as tx:
            for person, said in zip(self.crowd, everybody, strict=True):
                await _sent(tx, person, survey, said)

    # What reached whom

    def lines(self, phone: Phone) -> list[tuple[date, str]]:
        """What was started to this phone, without answers to what they signed."""
        return [(on, text) for on, text in self.arrived.get(phone.id, []) if text != ANSWERED]

    def most_in_a_week(self, phone: Phone) -> int:
        """The most that was started to this phone within seven days, answers to what they signed and all."""
        days = [on for on, _ in self.arrived.get(phone.id, [])]
        return max(sum(first <= on < first + timedelta(days=7) for on in days) for first in days)


async def _sent(tx: Any, person: PersonId, survey: SurveyId, said: Mapping[str, Any]) -> None:
    await drafts.start(tx, person, survey)
    await drafts.keep(tx, person, survey, Answers(dict(said)))
    await answering.send(tx, person, survey)


def told(asked: Questionnaire, phone: Phone, facts: Mapping[str, str], *, seed: int) -> Mapping[str, Any]:
    """What somebody says who has these facts to tell, and else a mind that is always the same."""
    one = answers(asked, phone, facts, seed=seed)
    for _ in one.moves():
        pass
    return one.told


def answers(asked: Questionnaire, phone: Phone, facts: Mapping[str, str], *, seed: int) -> Answering:
    return Answering(phone, asked, random.Random(seed), dict(facts))


def actions(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


async def tap_number(here: Indoors, pat: Phone, words: str, action: str, *, leaf: str) -> None:
    """Leaf through a list until these words are there, and tap the number beside them."""
    while not (found := [line for line in pat.text.splitlines() if words in line]):
        there = [data for data in button_data(pat) if f":{leaf}:" in data]
        await here.tap(pat, there[-1])
    await here.do(pat, f"{action}:{found[0].split('.')[0].split()[-1]}")


def year(size: int, *, reached: int, hard: int) -> list[dict[str, str]]:
    """What each says of two things: so many can get hold of their worker, for so many money is hard."""
    return [
        {
            "worker_contact": "always" if number < reached else "not_often",
            "money_coping": "hard" if number < hard else "doing_ok",
        }
        for number in range(size)
    ]


def sorted_cards(number: int) -> dict[str, list[str]]:
    """Three are done best; most work is needed, for most of them, on money, then on homes."""
    work = ["money" if number % 4 else "work", "home" if number % 2 else "day_to_day"]
    return {"done_best": ["listened_to", "rights", "learning"][: 1 + number % 3], "most_work": work}


def at_ten(*day: int) -> datetime:
    return london(date(*day), time(10))


class Northfield(Cycle):
    """Pat asks and tells, Priya and Marcus own promises; Kit and Lou answer and read, Mo reads, Nia joins late."""

    async def set_up(self) -> Northfield:
        here = self.here
        self.pat, self.pat_id = await here.staff_phone("Pat Part", "participation")
        self.priya, self.priya_id = await here.staff_phone("Priya Shah", "pa")
        self.marcus, self.marcus_id = await here.staff_phone("Marcus Bell", "manager")
        await self.gather(SIZE)
        self.kit, _ = await here.joined("Kit", worker=self.priya_id)
        self.lou, _ = await here.joined("Lou", worker=self.priya_id)
        self.mo, _ = await here.joined("Mo")
        self.nia_id, *_ = [await here.listed(name) for name in ("Nia", "Oz", "Pia", "Quin")]
        await self.tick()
        return self

    @property
    def joined(self) -> list[Phone]:
        """Everybody who has been there from the beginning."""
        return [*self.crowd.values(), self.kit, self.lou, self.mo]

    async def opens(self, phone: Phone, *steps: str) -> None:
        await self.here.do(phone, "open", *steps)

    async def room(self, phone: Phone, *steps: str) -> None:
        """From the menu of staff to "You said, we will" and on."""
        await self.here.type(phone, "/menu")
        await self.here.do(phone, "loop", *steps)

    async def tells(self, goes_to: int) -> None:
        """Pat types to how many it goes; a minute later it leaves."""
        here = self.here
        assert f"Goes to {goes_to} of " in self.pat.text, self.pat.text
        await here.do(self.pat, "ready")
        await here.type(self.pat, str(goes_to))
        assert "Leaves in 60 seconds." in self.pat.text, self.pat.text
        await self.until(here.clock.now() + timedelta(seconds=61))

    async def newest_open(self) -> SurveyId:
        async with self.here.store.transaction() as tx:
            return (await openings.open_surveys(tx))[-1].id

    async def yearly(self, *, reached: int, hard: int, until: datetime) -> SurveyId:
        """Everybody but Mo answers, Kit and Lou on their phones; it closes by itself."""
        survey = await self.here.open_survey()
        await self.tick()
        assert {self.kit.last.text, self.mo.last.text} == {"There's something new to look at, if you want to."}
        facts = year(SIZE + 2, reached=reached, hard=hard)
        await self.crowd_answers(survey, facts[:SIZE])
        asked = await self.asked(survey)
        two = [answers(asked, phone, facts[-1], seed=phone.id) for phone in (self.kit, self.lou)]
        await answer_all(self.here, survey, two)
        assert {self.kit.text[:5], self.lou.text[:5]} == {"Sent."}
        await self.until(until)
        async with self.here.store.transaction() as tx:
            assert (await openings.find(tx, survey)).state == "closed"
        return survey
