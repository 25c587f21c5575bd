"""Made-up surveys of any shape, answered by made-up crowds with rare answers among them, and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import numpy as np

from surveys import disclosure, levels, publishing
from surveys.definition import Kind, Member, Question, Questionnaire
from surveys.plan import ONE, TICKS
from surveys.publication import Breakdown, Publication
from surveys.tally import WRITTEN, Tally, positions, tallied
from surveys.values import coded

BLANK, NOT_ASKED = -1, -2
KINDS = ("single",) * 5 + ("agree", "faces", "scale", "scale", "several", "several", "rank", "short_text")
SCALE_BANDS = ((0, 1, 2, 3, 4), (5, 6), (7, 8), (9, 10))


@dataclass
class Crowd:
    """Who sent, as counts of everything that could be counted, and what is published of it."""

    asked: Questionnaire
    tallies: dict[str, Tally]
    copies: Counter[tuple[str, str, str, Member]]
    sent: int
    invited: int

    @cached_property
    def cells(self) -> Breakdown:
        return levels.breakdown(self.asked, self.tallies, self.copies, sent=self.sent, invited=self.invited)

    @cached_property
    def inside(self) -> Publication:
        return self._published(outside=False)

    @cached_property
    def outside(self) -> Publication:
        return self._published(outside=True)

    def _published(self, *, outside: bool) -> Publication:
        return publishing.publish(
            self.asked,
            self.tallies,
            sent=self.sent,
            invited=self.invited,
            chance=Random(self.sent),
            cells=self.cells,
            outside=outside,
        )


def made_up(seed: int, *, people: int | None = None, questions: int | None = None) -> Crowd:
    """A survey of 3-40 questions and two segments, to which 20-900 people have answered."""
    chance = Random(seed)
    sent = people or round(20 * 45 ** chance.random())
    asked = questionnaire(chance, questions or min(40, 3 + round(chance.expovariate(0.16))))
    return answered(asked, sent, round(sent * chance.uniform(1.0, 2.4)), seed)


def questionnaire(chance: Random, count: int) -> Questionnaire:
    """Questions of every kind, some of them asked only after some answers, and two segments."""
    questions: list[Question] = []
    for number in range(count):
        questions.append(_question(chance, f"q{number}", questions))
    places = [chance.randint(1, len(questions)) for _ in range(2)]
    for name, at in zip(("age", "home"), places, strict=True):
        options = _options(chance.randint(2, 4))
        questions.insert(at, Question(id=name, kind=Kind.SINGLE, text=name, options=options, segment=True))
    headline = tuple(one.id for one in questions if one.kind in ONE and one.share)[:12]
    return Questionnaire(
        name="made_up", version=1, purpose="survey", title="Made up", minutes=5, headline=headline, questions=questions
    )


def _options(count: int) -> tuple[dict[str, Any], ...]:
    return tuple({"id": f"o{at}", "label": f"Option {at}"} for at in range(count))


def _question(chance: Random, name: str, before: list[Question]) -> Question:
    kind = chance.choice(KINDS)
    given: dict[str, Any] = {"id": name, "kind": kind, "text": name, "sensitive": chance.random() < 0.4}
    count = {"agree": chance.choice((4, 5)), "faces": 5}.get(kind, chance.randint(2, 9))
    if kind in ("single", "agree", "faces"):
        given["options"] = _options(count)
        ids = [option["id"] for option in given["options"]]
        if chance.random() < 0.6:
            given["share"] = tuple(ids[: chance.randint(1, max(1, count - 1))])
        if count > 3 and chance.random() < 0.6:
            cut = chance.randint(1, count - 2)
            given["bands"] = (tuple(ids[:cut]), tuple(ids[cut : count - chance.randint(0, 1)]))
    elif kind == "scale":
        given |= {"bands": SCALE_BANDS, "share": chance.choice((SCALE_BANDS[0], SCALE_BANDS[3]))}
    elif kind in ("several", "rank"):
        count = max(count, 3)
        given["options"] = _options(count)
        given["max"] = 3 if kind == "rank" else chance.choice((None, 1, 2, 3))
        if kind == "several":
            given["options"][-1]["clears"] = chance.random() < 0.5
            given["share"] = ("o0", "o1") if chance.random() < 0.4 else None
    sources = [one for one in before if one.kind in ONE or one.kind is Kind.SEVERAL]
    if sources and chance.random() < 0.2:
        source = chance.choice(sources[-4:])
        members = chance.sample(positions(source), chance.randint(1, 2))
        given["ask_when"] = {"question": source.id, chance.choice(("none_of", "none_of", "any_of")): tuple(members)}
    return Question.model_validate(given)


def answered(asked: Questionnaire, sent: int, invited: int, seed: int) -> Crowd:
    """So many people who answer, each question with its own taste and its own share of blanks."""
    numbers = np.random.default_rng(seed)
    answers: dict[str, np.ndarray] = {}
    counted: list[tuple[str, Any, int]] = []
    for question in asked.questions:
        left_out = _left_out(question, asked, answers, sent)
        blank = numbers.random(sent) < numbers.choice((0.0, 0.02, 0.06, 0.2))
        given = _given(question, sent, numbers)
        given[blank] = BLANK
        given[left_out] = NOT_ASKED
        answers[question.id] = given
        codes, people = np.unique(given, return_counts=True)
        counted += [
            (question.id, _value(question, int(code)), int(many)) for code, many in zip(codes, people, strict=True)
        ]
    copies = Counter[tuple[str, str, str, Member]]()
    for segment in asked.segment_questions:
        theirs = answers[segment.id]
        parts = {part: int((theirs == at).sum() * invited / sent) for at, part in enumerate(segment.option_ids)}
        allowed = disclosure.segment_values(parts, invited=invited)
        for question in asked.questions:
            if question.kind in ONE and not question.segment:
                for at, part in enumerate(segment.option_ids):
                    if part in allowed:
                        mine = answers[question.id][theirs == at]
                        for place, many in enumerate(np.bincount(mine[mine >= 0], minlength=1)):
                            copies[question.id, segment.id, part, positions(question)[place]] = int(many)
    return Crowd(asked, tallied(asked, counted), copies, sent, invited)


def _given(question: Question, sent: int, numbers: np.random.Generator) -> np.ndarray:
    """A number for each person that says what they answered, as `_value` reads it."""
    count = len(positions(question))
    if question.kind in ONE:
        taste = numbers.dirichlet(np.full(count, numbers.choice((0.3, 1.0, 4.0))))
        return numbers.choice(count, size=sent, p=taste)
    if question.kind in TICKS:
        most = question.max or count
        liking = np.log(numbers.dirichlet(np.full(count, numbers.choice((0.4, 2.0)))) + 1e-9)
        order = np.argsort(-(liking + numbers.gumbel(size=(sent, count))), axis=1)
        many = numbers.integers(most if numbers.random() < 0.5 else 1, most + 1, size=sent)
        if question.kind is Kind.RANK:
            digits = [(order[:, place] + 1) * (many > place) * 100**place for place in range(most)]
            return np.sum(digits, axis=0)
        ticked = [(1 << order[:, place]) * (many > place) for place in range(most)]
        mask = np.sum(ticked, axis=0)
        if question.options[-1].clears:
            alone = 1 << (count - 1)
            mask = np.where(mask & alone, alone, mask)
        return mask
    return np.zeros(sent, dtype=int)


def _left_out(question: Question, asked: Questionnaire, answers: dict[str, np.ndarray], sent: int) -> np.ndarray:
    out = np.zeros(sent, dtype=bool)
    for when in question.ask_when:
        source = asked.question(when.question)
        theirs = answers[source.id]

        def gave(members: tuple[Member, ...], source: Question = source, theirs: np.ndarray = theirs) -> np.ndarray:
            places = [positions(source).index(member) for member in members]
            if source.kind is Kind.SEVERAL:
                return (theirs > 0) & ((theirs & sum(1 << place for place in places)) > 0)
            return np.isin(theirs, places)

        if when.any_of is not None:
            out |= ~gave(when.any_of)
        if when.none_of is not None:
            out |= gave(when.none_of)
    return out


def _value(question: Question, code: int) -> Any:
    if code == NOT_ASKED:
        return coded("not_asked")
    if code == BLANK:
        return coded("skipped")
    if question.kind in ONE:
        return positions(question)[code]
    if question.kind is Kind.RANK:
        places = (code % 100, code // 100 % 100, code // 10_000)
        return [question.option_ids[place - 1] for place in places if place]
    if question.kind is Kind.SEVERAL:
        return [option for at, option in enumerate(question.option_ids) if code >> at & 1]
    return WRITTEN
