"""A crowd that answers a survey through the real chat, all at once, each with a mind of their own and a note of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from respondents import NOT_ASKED
from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from storage import people
from storage.ids import ChatId, SurveyId
from storage.people import Details
from surveys.definition import Kind, Question, Questionnaire

SKIPPING = 0.06
AT_ONCE = 100
HOMES = (
    "On my own, or with a partner or child",
    "With family, friends or carers",
    "Supported, shared or student housing",
)


@dataclass
class Answering:
    """One of the crowd. `told` is what each question heard from them."""

    phone: Phone
    asked: Questionnaire
    chance: random.Random
    facts: dict[str, str]
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> list[Question]:
        return [question for question in self.asked.questions if self._is_asked(question)]

    def _is_asked(self, question: Question) -> bool:
        return all(self.told.get(when.question) not in (when.none_of or ()) for when in question.ask_when)

    def moves(self) -> Iterator[str]:
        """What they press or type, one after another, until they have sent."""
        yield from ("menu", "survey", "start")
        while waiting := [question for question in self.path if question.id not in self.told]:
            yield from self._answer(waiting[0])
        yield "send"

    def _answer(self, question: Question) -> Iterator[str]:
        if question.id in self.facts:
            self.told[question.id] = self.facts[question.id]
            yield f"pick:{question.option_ids.index(self.facts[question.id])}"
        elif self.chance.random() < SKIPPING:
            self.told[question.id] = {"code": "skipped" if question.way_out == "skip" else question.way_out}
            yield "skip"
        elif question.kind is Kind.SCALE:
            self.told[question.id] = number = min(10, int(self.chance.triangular(0, 11, 8)))
            yield f"pick:{number}"
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            yield from self._several(question)
        elif question.options:
            at = min(len(question.options) - 1, int(self.chance.expovariate(1.1)))
            self.told[question.id] = question.option_ids[at]
            yield f"pick:{at}"
        else:
            quote = self.chance.random() < 0.5
            self.told[question.id] = {"text": f"Words of {self.phone.user.first_name}", "quote": quote}
            yield f"type:Words of {self.phone.user.first_name}"
            yield f"quote:{'yes' if quote else 'no'}"

    def _several(self, question: Question) -> Iterator[str]:
        free = [at for at, option in enumerate(question.options) if not option.clears]
        picked = self.chance.sample(free, self.chance.randint(1, min(question.max or 3, 3)))
        for at in picked:
            yield f"pick:{at}"
        order = picked if question.kind is Kind.RANK else sorted(picked)
        self.told[question.id] = [question.option_ids[at] for at in order]
        yield "done"

    def value(self, question: Question) -> Any:
        """What a row of this question must say of them."""
        return self.told[question.id] if self._is_asked(question) else NOT_ASKED


async def gathered(here: Indoors, asked: Questionnaire, size: int, *, seed: int = 1) -> list[Answering]:
    """So many people who have joined, with an age and a home in the register where the survey asks for them."""
    segments = {question.id: question for question in asked.segment_questions}
    crowd = []
    async with here.store.transaction() as tx:
        for number in range(size):
            chance = random.Random(seed * 100_003 + number)
            age, home = chance.choice((17, 19, 20, 22, 24)), chance.randrange(3)
            details = Details(
                f"NF-{number}", f"Person{number}", "Lee", birth_date=date(2026 - age, 3, 14), home=HOMES[home]
            )
            person = await people.add(tx, details)
            phone = here.phone(f"Person{number}")
            await people.join(tx, person.id, ChatId(phone.id))
            facts = {}
            if "age_band" in segments:
                facts["age_band"] = segments["age_band"].option_ids[(age > 17) + (age > 20)]
            if "home_kind" in segments:
                facts["home_kind"] = segments["home_kind"].option_ids[home]
            crowd.append(Answering(phone, asked, chance, facts))
    return crowd


async def answer_all(here: Indoors, survey: SurveyId, crowd: Iterable[Answering]) -> None:
    """Everybody answers and sends, many in the same moment."""
    waiting = list(crowd)
    while waiting:
        under_way = [(one, one.moves()) for one in waiting[:AT_ONCE]]
        waiting = waiting[AT_ONCE:]
        for one, _ in under_way:
            await one.phone.type("/menu")
        await here.turn()
        for _, moves in under_way:
            assert next(moves) == "menu"
        while under_way:
            going = []
            for one, moves in under_way:
                if (move := next(moves, None)) is not None:
                    await _do(one.phone, move if move != "survey" else f"survey:{survey}")
                    going.append((one, moves))
            await here.turn()
            under_way = going


async def _do(phone: Phone, move: str) -> None:
    action, _, arg = move.partition(":")
    if action == "type":
        await phone.type(arg)
        return
    data = next(
        (one for one in button_data(phone) if one.split(":")[1] == action and (not arg or one.endswith(f":{arg}"))),
        None,
    )
    assert data is not None, (move, phone.card.text, button_data(phone))
    assert phone.press_raw(data, phone.card.id) is not None
