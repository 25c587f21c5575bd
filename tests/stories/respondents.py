"""Young people who join and answer by themselves, each with a mind of their own and a note of what they meant."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from support.town import DEFINITIONS, Town

from bot.sandbox.phones import Phone
from surveys.definition import Kind, Question, Questionnaire, text_in
from surveys.load import load

YES, NO = "OK to quote, no name", "Don't quote me"
SKIPS = ("Rather not say", "Skip")
NOT_ASKED = {"code": "not_asked"}
COUNCIL = "Northfield Council"


def shipped(name: str = "care_leaver_survey") -> Questionnaire:
    """A shipped survey, to know what each question offers."""
    return load((DEFINITIONS / f"{name}.yaml").read_text("utf-8"), source=name)


async def changed(phone: Phone, button: str) -> None:
    """Tap, and wait for this one card to change; other phones may go on meanwhile."""
    before = phone.card
    await phone.tap(button)
    await phone.until(lambda _: phone.card != before)


async def join(phone: Phone, start: str, initials: str, day: int) -> None:
    """Come in through a link and its second check."""
    await phone.start(start)
    await phone.until("private invite")
    await phone.type(initials)
    await phone.until("Now tap the day")
    await changed(phone, str(day))


async def ends_at_first_question(phone: Phone) -> None:
    """From the welcome to question 1, by the way the end of joining offers."""
    for button in ("See what there is", "Have a look", "Start"):
        await changed(phone, button)


@dataclass
class Respondent:
    """One person at the card. `told` is what each question heard from them, as it must stand in a row one day."""

    phone: Phone
    asked: Questionnaire
    chance: random.Random
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> list[Question]:
        """Which questions this person is asked; worked out here anew, not asked of the code under test."""
        return [question for question in self.asked.questions if self._is_asked(question)]

    def _is_asked(self, question: Question) -> bool:
        return all(self.told.get(when.question) not in (when.none_of or ()) for when in question.ask_when)

    async def answer_all(self, *, until: int | None = None) -> None:
        """Answer what is asked, up to so many questions."""
        while True:
            waiting = [question for question in self.path if question.id not in self.told]
            if not waiting or len(self.told) == until:
                return
            place = self.path.index(waiting[0]) + 1
            first_line = self.phone.card.text.splitlines()[0]
            assert first_line.removesuffix(". A new part starts here.") == f"{place} of {len(self.path)}"
            assert said(text_in(waiting[0].text, "en")) in self.phone.card.text
            await self.answer(waiting[0])

    async def answer(self, question: Question) -> None:
        """One question: mostly an answer, sometimes Skip."""
        if self.chance.random() < 0.15:
            self.told[question.id] = {"code": "rather_not_say" if self._has("Rather not say") else "skipped"}
            await changed(self.phone, next(one for one in SKIPS if self._has(one)))
        elif question.kind is Kind.SCALE:
            self.told[question.id] = number = self.chance.randint(0, 10)
            await changed(self.phone, str(number))
        elif question.kind is Kind.SINGLE:
            option = self.chance.choice(question.options)
            self.told[question.id] = option.id
            await changed(self.phone, self._button_of(question, option.id))
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            await self._pick_several(question)
        else:
            await self._write(question)

    async def _pick_several(self, question: Question) -> None:
        free = [option.id for option in question.options if not option.clears]
        picked = self.chance.sample(free, self.chance.randint(1, min(question.max or 3, 3)))
        for option in picked:
            await changed(self.phone, self._button_of(question, option))
        if question.kind is not Kind.RANK:
            picked = [option for option in question.option_ids if option in picked]
        self.told[question.id] = picked
        await changed(self.phone, f"Done ({len(picked)})")

    async def _write(self, question: Question) -> None:
        text = f"Words of {self.phone.user.first_name} on {question.id}"
        await self.phone.type(text)
        await self.phone.until("Saved. I'm taking it out of this chat.")
        await self.phone.until(lambda _: not self.phone.mine)
        quote = self.chance.random() < 0.5
        self.told[question.id] = {"text": text, "quote": quote}
        await changed(self.phone, YES if quote else NO)

    def rows(self) -> dict[str, Any]:
        """One value for every question of the survey, asked or not."""
        asked = {question.id for question in self.path}
        return {
            question.id: self.told.get(question.id, {"code": "skipped"}) if question.id in asked else NOT_ASKED
            for question in self.asked.questions
        }

    def _has(self, label: str) -> bool:
        return any(one.startswith(label) for one in self.phone.buttons())

    def _button_of(self, question: Question, option: str) -> str:
        """The button for an option, found as a reader would: by its label, or by its letter in the list above."""
        label = said(text_in(question.option(option).label, "en"))
        lettered = re.search(rf"^([A-Z])  {re.escape(label)}$", self.phone.card.text, re.MULTILINE)
        return lettered[1] if lettered else next(one for one in self.phone.buttons() if one.endswith(label))


def said(text: str) -> str:
    """A definition's words as Northfield says them."""
    return text.replace("{worker_word}", "PA").replace("{council_word}", COUNCIL)


async def respondent(town: Town, name: str, *, seed: int = 1, day: int = 14) -> Respondent:
    """Somebody who has joined and looks at question 1 of the open survey."""
    phone = await town.joined(name, "Lee", day=day)
    for button in ("Have a look", "Start"):
        await phone.choose(button)
    return Respondent(phone, shipped(), random.Random(seed))
