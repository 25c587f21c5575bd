"""Workers ask a few of their people what should change, and bring back what they heard without names.

Whom a worker is given is worked out from what is no secret: people who are quiet *here*. That is, those who have not
joined, cannot be reached or want no messages come first; then those with the fewest things that carry their name (a
yes to something to join, a request for contact); ties are settled by chance. Never from who has sent a survey, begun
one or opened a message: to be asked by one's worker must not say that one has not answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from engagement import audit, staff_news
from engagement.audit import Action
from engagement.authority import Settings
from engagement.london import london, today
from engagement.staff import Permission, may, require
from storage import due, openings, people, shuffle, staff, talks
from storage.due import Due
from storage.ids import PersonId, StaffId, SurveyId, WorkerRoundId
from storage.people import Details, Person
from storage.staff import Staff
from storage.store import Transaction
from storage.talks import TalkState, WorkerRound
from surveys import disclosure
from surveys.disclosure import MIN_BASE

HALFWAY, END = "talks_halfway", "talks_end"
"""What is due in the middle of a round, and when its last day is over."""

EACH: Final = 5
DAYS: Final = 21
AT: Final = time(10)
KEPT: Final = timedelta(days=14)


class TalksError(Exception):
    """Nothing was done, and nothing changed."""


class RoundRuns(TalksError):
    """A round is under way until the end of that day; two would ask the same people twice."""

    def __init__(self, ends_on: date) -> None:
        super().__init__(ends_on)
        self.ends_on = ends_on


class NoRound(TalksError):
    """No round is under way."""


class NobodyToAsk(TalksError):
    """No worker who has joined has anybody to ask."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom each worker would be given; `waiting` workers have people here and have not joined themselves."""

    given: Mapping[StaffId, tuple[PersonId, ...]]
    waiting: int

    @property
    def people(self) -> int:
        return sum(map(len, self.given.values()))


@dataclass(frozen=True, slots=True)
class ToAsk:
    """Somebody a worker is to ask."""

    person: Person
    known: Details
    state: TalkState


@dataclass(frozen=True, slots=True)
class Status:
    """How far a round is. `lines` is how many were brought back, as far as it may be told; None for fewer than ten."""

    round: WorkerRound
    to_ask: int
    asked: int
    not_now: int
    lines: int | None


# Beginning, watching, ending


async def plan(tx: Transaction) -> Plan:
    """Whom a round that begins now would give to whom: up to five each, the quiet ones first, drawn by chance."""
    signed = await talks.signed_things(tx)
    given: dict[StaffId, tuple[PersonId, ...]] = {}
    waiting = 0
    for member in await staff.everyone(tx):
        theirs = await people.of_worker(tx, member.id) if may(member, Permission.ASK_OWN_PEOPLE) else []
        if theirs and member.state != "joined":
            waiting += 1
        elif theirs:
            given[member.id] = tuple(person.id for person in quiet_first(theirs, signed)[:EACH])
    return Plan(given, waiting)


def quiet_first(theirs: Sequence[Person], signed: Mapping[PersonId, int]) -> list[Person]:
    """These people, the quiet ones first, as the top of this module says; `signed` counts what carries their name."""
    return sorted(
        shuffle.in_random_order(theirs), key=lambda person: (_can_be_written_to(person), signed.get(person.id, 0))
    )


async def begin(
    tx: Transaction, member: Staff | None, *, survey: SurveyId | None, days: int = DAYS, now: datetime
) -> tuple[WorkerRound, Plan]:
    """A round of so many days; every worker hears whom they are to ask. None at the command line.

    survey: whose list is talked about, where it is one about priorities; otherwise the ten cards.
    Raises: NotAllowed, NoSuchSurvey, RoundRuns, NobodyToAsk.
    """
    if member is not None:
        require(member, Permission.RUN_SURVEYS)
    if survey is not None:
        await openings.find(tx, survey)
    before = await talks.latest(tx, hold=True)
    if before is not None and before.state == "running":
        raise RoundRuns(before.ends_on)
    planned = await plan(tx)
    if not planned.people:
        raise NobodyToAsk
    day = today(now)
    begun = await talks.begin(tx, survey or SurveyId(0), begun_on=day, ends_on=day + timedelta(days=days))
    for worker, theirs in planned.given.items():
        await talks.give(tx, begun.id, worker, theirs)
    await _tell(tx, begun.id, "given", planned.given, screen="staff/talks", now=now)
    await due.add(tx, HALFWAY, str(begun.id), london(day + timedelta(days=(days + 1) // 2), AT))
    await due.add(tx, END, str(begun.id), london(begun.ends_on + timedelta(days=1), time(0)))
    await audit.note(
        tx,
        member,
        Action.WORKER_ROUND_BEGUN,
        now=now,
        round=begun.id,
        workers=len(planned.given),
        people=planned.people,
    )
    return begun, planned


async def running(tx: Transaction) -> WorkerRound | None:
    """The round under way."""
    found = await talks.latest(tx)
    return found if found is not None and found.state == "running" else None


async def status(tx: Transaction) -> Status:
    """How far the newest round is. Raises: NoRound, where there was never one."""
    found = await talks.latest(tx)
    if found is None:
        raise NoRound
    counts = await talks.counts(tx, found.id)
    lines = about(await talks.heard_count(tx, found.id))
    return Status(found, counts.get("to_ask", 0), counts.get("asked", 0), counts.get("not_now", 0), lines)


async def remind(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """Half of the round is over: one word to every worker who has somebody left to ask."""
    found = await running(tx)
    if found is not None and str(found.id) == row.key:
        await _tell(tx, found.id, "halfway", await talks.still_to_ask(tx, found.id), screen="staff/talks", now=now)


async def end(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """Its last day is over: whom anybody was given is forgotten, and what was heard can be read."""
    found = await running(tx)
    if found is None or str(found.id) != row.key:
        return
    await talks.end(tx, found.id)
    readers = [one.id for one in await staff.everyone(tx) if may(one, Permission.READ_COMMENTS)]
    await _tell(tx, found.id, "ended", readers, screen="staff/talks_heard", now=now)


async def shuffle_again(tx: Transaction) -> None:
    """Nothing tells any more who wrote the last line down."""
    await talks.shuffled(tx)


# A worker's part


async def mine(tx: Transaction, member: Staff) -> tuple[WorkerRound, tuple[ToAsk, ...]]:
    """Whom this worker is to ask, those left to ask first. Raises: NotAllowed, NoRound."""
    require(member, Permission.ASK_OWN_PEOPLE)
    found = await running(tx)
    if found is None:
        raise NoRound
    to_ask = []
    for talk in await talks.of_staff(tx, found.id, member.id):
        person = await people.by_id(tx, talk.person)
        if person.worker == member.id and person.state in people.IN_REGISTER:
            to_ask.append(ToAsk(person, await people.details(tx, person.id), talk.state))
    return found, tuple(sorted(to_ask, key=lambda one: (one.state != "to_ask", one.known.known_as.casefold())))


async def became(tx: Transaction, member: Staff, person: PersonId, state: Literal["asked", "not_now"]) -> None:
    """They were asked, or will not be this time. Nothing of what they said. Raises: NotAllowed, NoRound, NoSuchTalk."""
    found, to_ask = await mine(tx, member)
    if all(one.person.id != person for one in to_ask):
        raise talks.NoSuchTalk
    await talks.set_state(tx, found.id, member.id, person, state)


def about(lines: int) -> int | None:
    """How many lines there are, as far as it may be told; None for fewer than ten."""
    return disclosure.rounded(lines) if lines >= MIN_BASE else None


def _can_be_written_to(person: Person) -> bool:
    return person.chat_index is not None and person.reachable and person.state == "joined"


async def _tell(
    tx: Transaction,
    found: WorkerRoundId,
    what: str,
    members: Sequence[StaffId] | Mapping[StaffId, object],
    *,
    screen: str,
    now: datetime,
) -> None:
    for member in members:
        await staff_news.tell(
            tx, member, occasion=f"talks:{found}:{what}", opens={"screen": screen}, now=now, until=now + KEPT
        )
