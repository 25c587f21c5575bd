"""Organising something to join: who said yes, who came, no to somebody, another time, and calling it off.

Names are for whoever organises it and for nobody else: that is what was said before the tap. Others see numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from engagement import audit, making, place_answers, places
from engagement.audit import Action
from engagement.joining import details_name
from engagement.making import NotAStep, Step
from engagement.opportunities import Details, Opportunity, details, kept
from engagement.place_times import known_to_organiser
from engagement.places import Felt
from engagement.staff import NotAllowed, Permission, may, require
from storage import opportunities, people, staff
from storage.ids import OpportunityId, PersonId
from storage.opportunities import LIVE, Interest, NoSuchOpportunity, Stand, State
from storage.staff import Staff
from storage.store import Transaction
from surveys import disclosure
from surveys.disclosure import rounded

LONGEST_REASON: Final = 200
MOVED: Final[frozenset[Step]] = frozenset({"when", "where", "organiser"})
"""What whoever has said yes is told when it changes: with the organiser, who sees their name changes too."""

RUNNING: Final[tuple[State, ...]] = ("open", "closed")
EVER_OPEN: Final[tuple[State, ...]] = (*RUNNING, "over", "cancelled")

FEELINGS: Final[tuple[Felt, ...]] = get_args(Felt)


class OrganisingError(Exception):
    """Nothing was changed."""


class NotThere(OrganisingError):
    """It is none of which they may see anything, or there is no such thing."""


class OverAlready(OrganisingError):
    """It was called off, or is over: nothing of that kind is changed any more."""


class NotBegun(OrganisingError):
    """Nobody can have come yet."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who said yes, as the organiser sees them; `position` on the waiting list, from 1."""

    person: PersonId
    name: str
    state: Stand
    position: int | None
    wants_help: bool
    came: bool | None
    answer: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many stand where, as far as staff may know it yet; `came` is None until somebody was ticked or crossed.

    maybe: those who said so; their names are for nobody.
    felt: how it was, rounded, where enough people have said so; what is hidden is left out.
    """

    confirmed: int
    asked: int
    waiting: int
    came: int | None
    felt: Mapping[Felt, int] | None
    maybe: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one stands, and what may be done with it by whoever looks."""

    opportunity: Opportunity
    details: Details
    organiser: str
    counted: Counted
    sees_names: bool
    changes: bool
    begun: bool


# Looking


async def find(tx: Transaction, member: Staff, opportunity: OpportunityId, *, hold: bool = False) -> Opportunity:
    """One that is or was open. Raises: NotAllowed, NotThere."""
    require(member, Permission.MAKE_OPPORTUNITY)
    try:
        found = await opportunities.find(tx, opportunity, hold=hold)
    except NoSuchOpportunity as error:
        raise NotThere from error
    if found.state == "draft":
        raise NotThere
    return found


async def listed(tx: Transaction, member: Staff) -> tuple[Opportunity, ...]:
    """All that is to take place, or has, their own first, the newest before the older. Raises: NotAllowed."""
    require(member, Permission.MAKE_OPPORTUNITY)
    found = await opportunities.in_states(tx, EVER_OPEN)
    return tuple(sorted(found, key=lambda one: (not is_theirs(member, one), EVER_OPEN.index(one.state), -one.id)))


def is_theirs(member: Staff, opportunity: Opportunity) -> bool:
    """Whether they made it, or organise it."""
    return member.id in (opportunity.organiser, opportunity.made_by)


def may_change(member: Staff, opportunity: Opportunity) -> bool:
    """Whether they may change it or call it off: their own, and for whoever runs the menu as a whole every one."""
    if not may(member, Permission.MAKE_OPPORTUNITY):
        return False
    return is_theirs(member, opportunity) or may(member, Permission.WRITE_PLAN)


async def standing(tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime) -> Standing:
    """How it stands: numbers only. Raises: NotAllowed, NotThere."""
    found = await find(tx, member, opportunity)
    return Standing(
        found,
        details(found),
        (await staff.by_id(tx, found.organiser)).name.split()[0],
        await counted(tx, found.id, now=now),
        found.organiser == member.id,
        may_change(member, found) and found.state in RUNNING,
        found.starts_at is not None and found.starts_at <= now,
    )


async def counted(tx: Transaction, opportunity: OpportunityId, *, now: datetime) -> Counted:
    """The numbers of it, without those who can still take their yes back."""
    known = [one for one in await opportunities.interests(tx, opportunity) if _is_told(one, now)]
    counts = Counter(one.state for one in known)
    marked = [one.came for one in known if one.came is not None]
    return Counted(
        counts["confirmed"],
        counts["offered"],
        counts["waiting"],
        sum(marked) if marked else None,
        felt(known),
        counts["maybe"],
    )


def felt(known: list[Interest]) -> Mapping[Felt, int] | None:
    """How it was for those who said so: from ten, rounded, and not what would point at a few of them."""
    said = Counter(one.felt for one in known if one.felt is not None)
    counts = [said[one] for one in FEELINGS]
    away = disclosure.hidden(counts, sensitive=True)
    if away is None:
        return None
    return {one: rounded(counts[at]) for at, one in enumerate(FEELINGS) if at not in away}


async def guests(tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime) -> tuple[Guest, ...]:
    """Who said yes: those with a place, those asked whether they want one, those who wait. For the organiser only.

    Raises: NotAllowed, NotThere.
    """
    found = await _theirs_to_organise(tx, member, opportunity)
    known = [one for one in await opportunities.interests(tx, found.id, states=LIVE) if _is_told(one, now)]
    waiting = [one.person for one in known if one.state == "waiting"]
    order = sorted(known, key=lambda one: (LIVE.index(one.state), one.turn or 0))
    return tuple(
        [
            Guest(
                one.person,
                details_name(await people.details(tx, one.person)),
                one.state,
                waiting.index(one.person) + 1 if one.state == "waiting" else None,
                one.wants_help,
                one.came,
                place_answers.read(tx, one),
            )
            for one in order
        ]
    )


async def guest(
    tx: Transaction, member: Staff, opportunity: OpportunityId, person: PersonId, *, now: datetime
) -> Guest:
    """One of them. Raises: NotAllowed, NotThere."""
    for one in await guests(tx, member, opportunity, now=now):
        if one.person == person:
            return one
    raise NotThere


# Who came


async def mark(
    tx: Transaction, member: Staff, opportunity: OpportunityId, person: PersonId, *, now: datetime
) -> bool | None:
    """Whether they came, after this tap: came, did not, not said. Raises: NotAllowed, NotThere, NotBegun."""
    found = await _theirs_to_organise(tx, member, opportunity, hold=True)
    if found.starts_at is not None and found.starts_at > now:
        raise NotBegun
    one = await guest(tx, member, opportunity, person, now=now)
    if one.state != "confirmed":
        raise NotThere
    came = {None: True, True: False, False: None}[one.came]
    await opportunities.set_interest(tx, opportunity, person, came=came)
    return came


async def marked(tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime) -> int:
    """How many came, now that the list is done. Raises: NotAllowed, NotThere."""
    came = sum(one.came is True for one in await guests(tx, member, opportunity, now=now))
    await audit.note(tx, member, Action.ATTENDANCE_NOTED, now=now, opportunity=opportunity, people=came)
    return came


# No to somebody


async def decline(
    tx: Transaction, member: Staff, opportunity: OpportunityId, person: PersonId, next_step: str, *, now: datetime
) -> None:
    """They are told kindly that it is not for them this time, and what they can do next.

    Raises: NotAllowed, NotThere, NotAStep, TooLong.
    """
    await guest(tx, member, opportunity, person, now=now)
    said = making.words(next_step, LONGEST_REASON)
    await places.decline_person(tx, member, opportunity, person, next_step=said, now=now)


# Changes


async def change(
    tx: Transaction, member: Staff, opportunity: OpportunityId, step: Step, typed: str, *, now: datetime
) -> bool:
    """Whether whoever said yes is told: another time, place or organiser is, the rest is there to read.

    Raises: NotAllowed, NotThere, OverAlready, NotAStep, TooLong, BadTime.
    """
    found = await _to_change(tx, member, opportunity)
    columns, said = making.answered(found, step, typed, now=now)
    await making.check(tx, columns, said)
    return await _rearranged(tx, member, found, step, columns, said, now=now)


async def leave_out(tx: Transaction, member: Staff, opportunity: OpportunityId, step: Step, *, now: datetime) -> bool:
    """The same, with nothing said at that step any more. Raises: as `change`."""
    found = await _to_change(tx, member, opportunity)
    columns, said = making.emptied(step)
    return await _rearranged(tx, member, found, step, columns, said, now=now)


async def close(tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime) -> None:
    """Nobody new may say yes. Raises: NotAllowed, NotThere, OverAlready."""
    found = await _to_change(tx, member, opportunity)
    await places.close(tx, found.id)
    await _note(tx, member, Action.OPPORTUNITY_CHANGED, found, now)


async def reopen(tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime) -> None:
    """People may say yes again. Raises: NotAllowed, NotThere, OverAlready."""
    found = await _to_change(tx, member, opportunity)
    await places.publish(tx, found.id, now=now)
    await _note(tx, member, Action.OPPORTUNITY_CHANGED, found, now)


async def cancel(tx: Transaction, member: Staff, opportunity: OpportunityId, because: str, *, now: datetime) -> int:
    """It is off; says how many are told so, and why. Raises: NotAllowed, NotThere, OverAlready, NotAStep, TooLong."""
    found = await _to_change(tx, member, opportunity)
    told = await places.cancel(tx, found.id, because=reason(because), now=now)
    await audit.note(tx, member, Action.OPPORTUNITY_CANCELLED, now=now, opportunity=found.id, people=told)
    return told


def reason(typed: str) -> str:
    """Why it is off, as people read it. Raises: NotAStep, TooLong."""
    return making.words(typed, LONGEST_REASON)


async def _to_change(tx: Transaction, member: Staff, opportunity: OpportunityId) -> Opportunity:
    found = await find(tx, member, opportunity, hold=True)
    if not may_change(member, found):
        raise NotAllowed(Permission.MAKE_OPPORTUNITY)
    if found.state not in RUNNING:
        raise OverAlready
    return found


async def _rearranged(
    tx: Transaction,
    member: Staff,
    found: Opportunity,
    step: Step,
    columns: Mapping[str, object],
    said: Mapping[str, object],
    *,
    now: datetime,
) -> bool:
    if step not in making.CHANGED_LATER:
        raise NotAStep
    changed = dict(columns)
    if said:
        changed["details"] = kept(making.with_words(details(found), said))
    if all(getattr(found, name) == value for name, value in changed.items()):
        return False
    await places.rearrange(tx, found.id, now=now, tell=step in MOVED, **changed)
    await _note(tx, member, Action.OPPORTUNITY_CHANGED, found, now)
    return step in MOVED


async def _theirs_to_organise(
    tx: Transaction, member: Staff, opportunity: OpportunityId, *, hold: bool = False
) -> Opportunity:
    found = await find(tx, member, opportunity, hold=hold)
    if found.organiser != member.id:
        raise NotAllowed(Permission.SEE_ANY_PERSON)
    return found


def _is_told(one: Interest, now: datetime) -> bool:
    """Whether it may be known to staff: while a yes can still be taken back, nobody hears of it."""
    return one.state not in LIVE or known_to_organiser(one, now)


async def _note(tx: Transaction, member: Staff, action: Action, found: Opportunity, now: datetime) -> None:
    await audit.note(tx, member, action, now=now, opportunity=found.id)
