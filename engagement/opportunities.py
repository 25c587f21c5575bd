"""Things to join: what is said of one, who may be shown it, and until when they may say yes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final, get_args

from pydantic import Field

from engagement import days
from engagement.london import today
from storage import opportunities, people
from storage.ids import OpportunityId, PersonId
from storage.opportunities import HEARS, Interest, Kind, NoSuchOpportunity, Opportunity, Stand
from storage.outbox import Row
from storage.store import Transaction
from surveys.definition import Model

__all__ = ["KINDS", "Details", "Kind", "NoSuchOpportunity", "Opportunity"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

AROUND: Final = timedelta(days=7)
"""How long before a special day something to join still is one of the things around then."""

Title = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(min_length=1, max_length=80)]
Tag = Annotated[str, Field(min_length=1, max_length=40)]


class Details(Model):
    """Everything a person reads of one, as it was written. Only the title and what one would do must be said."""

    number: int | None = Field(default=None, ge=1, le=9_999)
    """Its number on the council's own list; left out, our own is said."""
    title: Title
    what_for: Words | None = None
    """What the council plans, and why."""
    what_you_do: Words
    meetings: Line | None = None
    over_how_long: Line | None = None
    hours_each: Line | None = None
    where: Line | None = None
    """"online", or a place."""
    reward: Line | None = None
    travel: Line | None = None
    who_sees: Words | None = None
    """Who else sees the name of whoever says yes, beside the organiser."""
    contact: Line | None = None
    """How the organiser can be reached, for whoever is shown it by a friend."""
    interests: Annotated[tuple[Tag, ...], Field(max_length=12)] = ()
    """Whom it fits, in the words of the register's `interests`; none: everybody."""
    picture: str | None = None
    """A flyer, by the name Telegram gave it."""
    link: str | None = None
    cancelled_because: Words | None = None
    who_is_there: Words | None = None
    """Who one meets there, and what they can help with."""
    asks: Line | None = None
    """What the organiser would like to know from whoever says yes: "Anything you can't eat?"."""
    day: Tag | None = None
    """The special day it belongs to, by its key: "christmas"."""
    weeks: int | None = Field(default=None, ge=2, le=26)
    """Of a draft: on how many dates, a week apart, it opens."""
    series: int | None = None
    """The number of the first of the dates it was opened with."""


def details(opportunity: Opportunity) -> Details:
    """What is said of it."""
    return Details.model_validate_json(opportunity.details)


def kept(said: Details) -> str:
    """The same as JSON text, for its row."""
    return said.model_dump_json(exclude_none=True)


def number(opportunity: Opportunity) -> int:
    """The number people call it by."""
    return details(opportunity).number or opportunity.id


def takes_answers(opportunity: Opportunity, now: datetime) -> bool:
    """Whether people may (still) say yes to it."""
    ends = [moment for moment in (opportunity.answer_by, opportunity.starts_at) if moment is not None]
    return opportunity.state == "open" and all(now < moment for moment in ends)


async def to_join(tx: Transaction, *, now: datetime) -> tuple[Opportunity, ...]:
    """All that people may say yes to, the newest first."""
    return tuple(one for one in await opportunities.open_ones(tx) if takes_answers(one, now))


async def of_day(tx: Transaction, on: date, *, now: datetime) -> tuple[OpportunityId, ...]:
    """What can be joined and belongs to the special day that falls on that date; else what begins in the week up to it.

    These are what the cards take by `only`.
    """
    every = next_dates(await to_join(tx, now=now))
    keys = {one.day.key for one in await days.listed_on(tx, on) if one.falls.on == on}
    tied = tuple(one.id for one in every if details(one).day in keys)
    return tied or tuple(one.id for one in every if one.starts_at and on - AROUND <= today(one.starts_at) <= on)


def next_dates(found: Iterable[Opportunity]) -> tuple[Opportunity, ...]:
    """The same, with only the next date of whatever repeats."""
    every, first = tuple(found), dict[int, Opportunity]()
    for one in every:
        series = details(one).series
        if series is not None and one.starts_at is not None:
            first[series] = min(first.get(series, one), one, key=_begins)
    return tuple(one for one in every if first.get(details(one).series or 0, one).id == one.id)


def _begins(one: Opportunity) -> datetime:
    if one.starts_at is None:
        raise ValueError("it has no day")
    return one.starts_at


async def interests_of(tx: Transaction, person: PersonId) -> frozenset[str]:
    """What the register says this person likes."""
    return plain((await people.details(tx, person)).interests)


def fits(said: Details, likes: Collection[str]) -> bool:
    """Whether it is among what somebody likes; so is everything for whom nobody knows, and what is for everybody."""
    return not said.interests or not likes or not plain(said.interests).isdisjoint(likes)


def plain(words: Iterable[str]) -> frozenset[str]:
    """Interests, however they were spaced and capitalised."""
    return frozenset(" ".join(word.split()).casefold() for word in words)


async def new_to(
    tx: Transaction, person: PersonId, *, now: datetime, only: Collection[OpportunityId] | None = None
) -> tuple[Opportunity, ...]:
    """What they like and have not been shown yet; of `only` these also what they were shown and left open.

    Of what repeats it is the next date, unless others are asked for.
    """
    likes = await interests_of(tx, person)
    known = {one.opportunity: one for one in await opportunities.of_person(tx, person)}
    every = await to_join(tx, now=now)
    return tuple(
        one
        for one in (next_dates(every) if only is None else every)
        if fits(details(one), likes)
        and (one.id in only and _left_open(known.get(one.id)) if only is not None else one.id not in known)
    )


def _left_open(known: Interest | None) -> bool:
    return known is None or known.state == "shown"


# What is written to people about their place


PLACE: Final = "place"
ONLY_WHILE: Final[Mapping[str, Collection[Stand]]] = {
    "offer": {"offered"},
    "lapsed": {"lapsed"},
    "declined": {"declined"},
    "missed": {"missed"},
    "today": {"confirmed"},
    "fancy": {"maybe"},
    "after": {"confirmed"},
    "changed": HEARS,
    "off": HEARS,
}
"""What can be told about a place, and while it is true for the one it is told."""


def occasion(opportunity: OpportunityId, turn: int, what: str) -> str:
    """The name of one reason to write to whoever has that turn: `what` is one of `ONLY_WHILE`, and more if need be.

    Whoever has only said maybe has no turn, or an old one: 0 where there is none.
    """
    return f"{PLACE}:{opportunity}:{turn}:{what}"


async def is_over(tx: Transaction, row: Row, person: PersonId) -> bool:
    """Whether this tells the person something about a place that is no longer so."""
    said, *rest = row.occasion.split(":")
    if said != PLACE:
        return False
    number, turn, what = rest[:3]
    try:
        found = await opportunities.find(tx, OpportunityId(int(number)))
    except NoSuchOpportunity:
        return True
    theirs = await opportunities.interest_of(tx, found.id, person)
    if theirs is None or (theirs.turn or 0) != int(turn) or (found.state == "cancelled") is not (what == "off"):
        return True
    if what == "after" and theirs.came is False:
        return True
    return theirs.state not in ONLY_WHILE[what]
