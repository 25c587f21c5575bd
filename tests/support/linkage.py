"""A survey answered by made-up people whose every answer we know, kept as the service keeps it or naively."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Protocol

from sqlalchemy import text

import surveys
from storage import drafts, openings, pool
from storage.ids import PersonId, SurveyId
from storage.store import Store, Transaction
from surveys import flow
from surveys.definition import Kind, Question
from surveys.load import load
from surveys.values import Answers

NAME = "care_leaver_survey"
DEFINITION = (Path(surveys.__file__).parent / "definitions" / f"{NAME}.yaml").read_text(encoding="utf-8")
CARE = load(DEFINITION, source=NAME)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOLD = "change_words"
"""A question everybody answers with words nobody else writes, so that every right guess can be told from luck."""
ALSO_TOLD = "advice"
SKIPPED_SHARE = 0.08
UNSENT_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the register. The register knows their segments; only we know the rest."""

    id: PersonId
    segments: dict[str, str]
    answers: Answers
    word: str
    sends: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does: how much of their answers is in the draft by now, or Send."""

    person: Person
    answers: Answers | None


@dataclass
class World:
    """Everybody, what they do in which order, and what really happened."""

    people: dict[PersonId, Person]
    batches: list[list[Step]]
    mark: str
    """How every word that somebody writes in this world begins."""
    sent: list[PersonId] = field(default_factory=list)
    """In the order in which it happened."""

    @cached_property
    def owners(self) -> dict[str, PersonId]:
        """Whose each word really is."""
        return {person.word: person.id for person in self.people.values()}

    @property
    def segments_invited(self) -> dict[str, dict[str, int]]:
        counted: dict[str, dict[str, int]] = {}
        for person in self.people.values():
            for segment, part in person.segments.items():
                parts = counted.setdefault(segment, {})
                parts[part] = parts.get(part, 0) + 1
        return counted


def make_world(count: int, seed: int) -> World:
    """`count` people who begin, go on and send at times that overlap at random, in batches as the bot takes them."""
    random = Random(seed)
    mark = f"zq{secrets.token_hex(4)}"
    people = {PersonId(number): _person(PersonId(number), mark, random) for number in range(1, count + 1)}
    timed = []
    for person in people.values():
        at, pause = random.random(), random.uniform(0.02, 0.1)
        # What is typed comes into the draft only with the second half; a share of it is never sent.
        parts: list[Answers | None] = [_first(person.answers, 8), _first(person.answers, 22), person.answers]
        parts += [None] if person.sends else []
        timed += [(at + step * pause, Step(person, part)) for step, part in enumerate(parts)]
    steps = [step for _, step in sorted(timed, key=lambda each: each[0])]
    return World(people, list(_batches(steps, random)), mark)


def _batches(steps: list[Step], random: Random) -> Iterable[list[Step]]:
    at = 0
    while at < len(steps):
        size = random.choice((1, 1, 2, 4, 6))
        yield steps[at : at + size]
        at += size


def _person(number: PersonId, mark: str, random: Random) -> Person:
    word = f"{mark}{secrets.token_hex(8)}"
    answers = flow.EMPTY
    segments: dict[str, str] = {}
    while (question := flow.next_question(CARE, answers)) is not None:
        if question.segment:
            segments[question.id] = random.choices(question.option_ids, _weights(question, steep=1))[0]
            answers = flow.choose(CARE, answers, question.id, segments[question.id])
        elif question.id in (TOLD, ALSO_TOLD):
            said = word if question.id == TOLD else f"{word}-too"
            answers = flow.quote(CARE, flow.write(CARE, answers, question.id, said), question.id, random.random() < 0.5)
        else:
            answers = _answered(question, answers, random)
    return Person(number, segments, answers, word, random.random() > UNSENT_SHARE)


def _answered(question: Question, answers: Answers, random: Random) -> Answers:
    if question.kind is Kind.INFO:
        return flow.seen(CARE, answers, question.id)
    if random.random() < SKIPPED_SHARE or question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT):
        return flow.skip(CARE, answers, question.id)
    if question.kind is Kind.SCALE:
        return flow.choose(CARE, answers, question.id, random.choices(range(11), _weights(question))[0])
    answers = flow.choose(CARE, answers, question.id, random.choices(question.option_ids, _weights(question))[0])
    return flow.done(CARE, answers, question.id) if question.kind in (Kind.SEVERAL, Kind.RANK) else answers


def _weights(question: Question, *, steep: float = 2.5) -> list[float]:
    """Some answers rare and some common, the same for everybody: rare ones are what joins tables."""
    options = 11 if question.kind is Kind.SCALE else len(question.option_ids)
    return [(1 + place) ** -steep for place in range(options)]


def _first(answers: Answers, count: int) -> Answers:
    return Answers(dict(list(answers.values.items())[:count]))


class Keeping(Protocol):
    """A way to keep drafts, flags and answers."""

    async def open(self, world: World) -> None: ...
    async def batch(self, steps: list[Step]) -> None: ...
    async def turn(self) -> None: ...
    async def close(self) -> None: ...


class Sealed:
    """As the service does it."""

    done, answers, pool, key = "participation", "answer", "pool", "key"

    def __init__(self, store: Store) -> None:
        self.store = store
        self.survey = SurveyId(0)

    async def open(self, world: World) -> None:
        async with self.store.transaction() as tx:
            self.survey = await openings.open_survey(
                tx,
                name=NAME,
                definition=DEFINITION,
                closes_at=NOW + timedelta(days=28),
                invited=len(world.people),
                segments=world.segments_invited,
                now=NOW,
            )

    async def batch(self, steps: list[Step]) -> None:
        async with self.store.transaction() as tx:
            await drafts.preload(tx, [step.person.id for step in steps], self.survey)
            for step in steps:
                if step.answers is None:
                    await pool.send(tx, step.person.id, self.survey)
                else:
                    await drafts.start(tx, step.person.id, self.survey)
                    await drafts.keep(tx, step.person.id, self.survey, step.answers)

    async def turn(self) -> None:
        async with self.store.transaction() as tx:
            await pool.turn(tx)

    async def close(self) -> None:
        async with self.store.transaction() as tx:
            await pool.close(tx, self.survey, now=NOW + timedelta(days=28))


class Naive:
    """As one would without thinking: counted rows, and at Send the flag and the answers in one transaction."""

    done, answers, pool, key = "naive_done", "naive_answer", None, "id"

    def __init__(self, store: Store) -> None:
        self.store = store

    async def open(self, world: World) -> None:
        async with self.store.transaction() as tx:
            serial = "SERIAL" if tx.on_postgres else "INTEGER"
            for table in (
                f"naive_done (id {serial} PRIMARY KEY, person INTEGER, done BOOLEAN)",
                "naive_draft (person INTEGER PRIMARY KEY, answers TEXT)",
                f"naive_answer (id {serial} PRIMARY KEY, question TEXT, value TEXT, segments TEXT)",
            ):
                await tx.connection.execute(text(f"CREATE TABLE {table}"))

    async def batch(self, steps: list[Step]) -> None:
        async with self.store.transaction() as tx:
            for step in steps:
                if step.answers is not None:
                    await self._keep(tx, step.person, step.answers)
        for step in steps:
            if step.answers is None:
                async with self.store.transaction() as tx:
                    await self._send(tx, step.person)

    async def _keep(self, tx: Transaction, person: Person, answers: Answers) -> None:
        whose = {"person": person.id, "answers": json.dumps(dict(answers.values))}
        await tx.connection.execute(text("DELETE FROM naive_draft WHERE person = :person"), whose)
        await tx.connection.execute(text("INSERT INTO naive_draft VALUES (:person, :answers)"), whose)

    async def _send(self, tx: Transaction, person: Person) -> None:
        whose = {"person": person.id, "done": True}
        await tx.connection.execute(text("DELETE FROM naive_draft WHERE person = :person"), whose)
        await tx.connection.execute(text("INSERT INTO naive_done (person, done) VALUES (:person, :done)"), whose)
        said = {"question": TOLD, "value": json.dumps(person.answers.values[TOLD]), "segments": "{}"}
        adding = "INSERT INTO naive_answer (question, value, segments) VALUES (:question, :value, :segments)"
        await tx.connection.execute(text(adding), said)

    async def turn(self) -> None:
        return

    async def close(self) -> None:
        return


Look = Callable[[str], Awaitable[Any]]


async def play(world: World, keeping: Keeping, look: Look, *, seed: int, turns: int, looks: int) -> None:
    """Let everybody answer, with turns of the key and looks of the thief at random moments, and close at the end.

    The thief also looks just before and just after every turn: a backup may fall there.
    """
    random = Random(seed * 7_919)
    count = len(world.batches)
    turning = set(random.sample(range(count // 5, count), turns))
    looking = set(random.sample(range(count // 10, count), looks))
    await keeping.open(world)
    for number, steps in enumerate(world.batches):
        await keeping.batch(steps)
        world.sent += [step.person.id for step in steps if step.answers is None]
        if number in looking:
            await look("on the way")
        if number in turning:
            await look("before a turn")
            await keeping.turn()
            await look("after a turn")
    await look("before the close")
    await keeping.close()
    await look("at the end")
