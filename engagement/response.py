"""How many have answered so far, in all and by group: so that effort goes to those who are missing.

Nothing here says what, when or who. Numbers of people who began or sent are rounded, and told only where neither they
nor what they leave, beside each other or before and after one Send, come down to one to four people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engagement import groups
from engagement.delivery import Delivery, delivery, never_reached
from engagement.groups import Grouping, Register
from engagement.london import today
from storage import drafts, invites, openings, people
from storage import tasks as kept_tasks
from storage.ids import PersonId
from storage.openings import Opening
from storage.people import Person
from storage.store import Transaction
from surveys.definition import Questionnaire
from surveys.disclosure import MIN_BASE, MIN_SEGMENT, ROUND_TO, rounded

__all__ = [
    "Delivery",
    "Group",
    "GroupTooSmall",
    "NoSuchGroup",
    "Response",
    "Standing",
    "Told",
    "Week",
    "by_group",
    "delivery",
    "never_reached",
    "overall",
    "people_in",
    "percent",
    "standing",
    "thin",
    "told",
    "week",
]

STARTED_FROM = 15
"""Nothing is said of who has begun before so many have sent: the two, each rounded, would leave too little between."""

THIN_POINTS = 10
"""A group is thin when its response is so many points under everybody's."""


class NoSuchGroup(Exception):
    """The register knows no group of that name. `known` are those it has, each `segment=part`."""

    def __init__(self, segment: str, part: str, known: tuple[str, ...]) -> None:
        super().__init__(segment, part)
        self.segment, self.part, self.known = segment, part, known


class GroupTooSmall(Exception):
    """Fewer than ten people are in it: writing to just them would be writing to somebody."""

    def __init__(self, segment: str, part: str) -> None:
        super().__init__(segment, part)
        self.segment, self.part = segment, part


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of how many began and how many sent; None where that is nothing.

    or_more: it is the highest number that is told, and stands for all above it, so that nobody is told few are missing.
    """

    started: int | None
    sent: int | None
    or_more: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """One survey's response, of the people who are in the register now. Whoever has left it counts nowhere.

    invited:       have or had an invite, or have joined.
    reachable:     have joined, have not stopped, and messages arrive.
    started, sent: rounded; None while that would say too much.
    rate:          per cent of the register, from the rounded number who sent.
    """

    register: int
    invited: int
    joined: int
    reachable: int
    started: int | None
    sent: int | None
    or_more: bool
    rate: int | None
    never_reached: int

    @property
    def never_told(self) -> bool:
        """Whether so few are in the register that no number of theirs is ever told."""
        return _most_told(self.register) < MIN_BASE


@dataclass(frozen=True, slots=True)
class Group:
    """People with one thing in common. All numbers are rounded; `sent` is None where it would say too much.

    share: the group's part of the register, in per cent.
    """

    segment: str
    part: str
    people: int
    sent: int | None
    share: int

    @property
    def rate(self) -> int | None:
        """Per cent of the group who have sent."""
        return None if self.sent is None else percent(self.sent, self.people)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one open survey stands."""

    opening: Opening
    asked: Questionnaire
    response: Response
    groups: tuple[Group, ...]

    @property
    def thin(self) -> list[Group]:
        """The groups whose response is clearly under everybody's."""
        return thin(self.groups, self.response.rate)


@dataclass(frozen=True, slots=True)
class Week:
    """What a manager looks at on a Friday: counts only."""

    standings: tuple[Standing, ...]
    delivery: Delivery
    overdue: int

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.standings and self.delivery.nothing


# Response


async def overall(tx: Transaction, opening: Opening, now: datetime) -> Response:
    """How far this survey has come: from the register to those who have sent."""
    register = await people.everyone(tx)
    ids = {person.id for person in register}
    joined = {person.id for person in register if person.chat_index is not None}
    told = await _told(tx, opening, ids)
    return Response(
        register=len(register),
        invited=len(ids & (await invites.ever_invited(tx) | joined)),
        joined=len(joined),
        reachable=sum(person.state == "joined" and person.reachable for person in register),
        started=told.started,
        sent=told.sent,
        or_more=told.or_more,
        rate=None if told.sent is None else percent(told.sent, len(register)),
        never_reached=len(await never_reached(tx, now)),
    )


async def _told(tx: Transaction, opening: Opening, register: Iterable[PersonId]) -> Told:
    ids = frozenset(register)
    sent = ids & await drafts.done_many(tx, opening.id)
    if opening.state != "open":
        return told(len(ids), None, len(sent))
    return told(len(ids), len(sent | (ids & await drafts.begun_by(tx, opening.id))), len(sent))


def told(register: int, started: int | None, sent: int) -> Told:
    """What may be told where so many of so many have begun (None: it is over, and drafts are gone) and sent.

    The highest number that is told leaves five people or more; what lies above it is told as that.
    """
    most = _most_told(register)
    if sent < MIN_BASE or most < MIN_BASE:
        return Told(None, None)
    shown = min(rounded(sent), most)
    begun = None if started is None or shown < STARTED_FROM else min(rounded(started), most)
    return Told(begun, shown, or_more=shown == most)


def _most_told(register: int) -> int:
    return (register - ROUND_TO) // ROUND_TO * ROUND_TO


def percent(count: int, base: int) -> int:
    """Whole per cents; of nobody, none."""
    return (200 * count + base) // (2 * base) if base else 0


# By group


async def by_group(tx: Transaction, opening: Opening) -> list[Group]:
    """The groups of ten people or more; none before it is told how many have sent in all.

    What anybody has answered is not looked at: a group is what the register says, as of the day the survey opened.
    """
    register = await people.register(tx)
    done = await drafts.done_many(tx, opening.id)
    sent = [person.id in done for person, _ in register]
    if told(len(register), None, sum(sent)).sent is None:
        return []
    declared, more = await _groupings(tx, opening, register)
    return [
        Group(
            one.segment,
            part,
            rounded(size),
            _sent_of(one, part, sent) if part in shown else None,
            percent(size, len(register)),
        )
        for one, shown in groups.choose(declared, more, sent)
        for part, size in ((part, one.sizes().get(part, 0)) for part in one.parts)
        if size >= MIN_SEGMENT
    ]


def _sent_of(one: Grouping, part: str, sent: Iterable[bool]) -> int:
    return rounded(sum(has for of, has in zip(one.of, sent, strict=True) if of == part))


async def _groupings(tx: Transaction, opening: Opening, register: Register) -> tuple[list[Grouping], list[Grouping]]:
    """The groupings the survey declares, and those that the register has besides."""
    asked = await openings.questionnaire(tx, opening.id)
    declared = groups.declared(asked, register, today(opening.opened_at))
    return declared, groups.columns(register, without={question.id for question in asked.questions})


def thin(found: Iterable[Group], overall_rate: int | None) -> list[Group]:
    """The groups whose response is clearly under everybody's, as far as either is told."""
    if overall_rate is None:
        return []
    return [one for one in found if one.rate is not None and one.rate <= overall_rate - THIN_POINTS]


async def people_in(tx: Transaction, opening: Opening, segment: str, part: str) -> list[Person]:
    """Everybody in the register who is in that group, whether they have sent or not.

    Raises: NoSuchGroup; GroupTooSmall under ten.
    """
    register = await people.register(tx)
    declared, more = await _groupings(tx, opening, register)
    known = {(one.segment, of): one for one in (*declared, *more) for of in one.parts}
    if (segment, part) not in known:
        raise NoSuchGroup(segment, part, tuple("=".join(name) for name in known))
    found = [person for (person, _), of in zip(register, known[segment, part].of, strict=True) if of == part]
    if len(found) < MIN_SEGMENT:
        raise GroupTooSmall(segment, part)
    return found


# Together


async def standing(tx: Transaction, opening: Opening, now: datetime) -> Standing:
    """How this survey stands: response, and response by group."""
    asked = await openings.questionnaire(tx, opening.id)
    return Standing(opening, asked, await overall(tx, opening, now), tuple(await by_group(tx, opening)))


async def week(tx: Transaction, now: datetime) -> Week:
    """Every open survey, the week's messages and how many tasks are past their time."""
    standings = [
        await standing(tx, opening, now) for opening in await openings.open_surveys(tx) if opening.practice is None
    ]
    return Week(tuple(standings), await delivery(tx, now), await kept_tasks.overdue(tx, now=now))
