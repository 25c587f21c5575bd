"""Places at something to join: who has one, who waits, in the order of their yes. Each change once, and told once.

Every change holds the opportunity, so that of any two the second sees what the first has made of it.

The young person: say_yes, ask_for_help, undo, withdraw, not_for_me, accept, decline_offer, say_how_it_was, standing
The staff:        publish, close, rearrange, move_up, cancel, decline_person, declined, known_to_organiser
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from engagement import audit, place_queue, tasks
from engagement.audit import Action
from engagement.authority import Settings
from engagement.opportunities import details, kept, occasion, takes_answers
from engagement.place_queue import FREED, OF_THE_DAY, OFFER, TELL, help_reason, turn_key
from engagement.place_times import UNDO_FOR, known_to_organiser
from engagement.staff import NotAllowed, Permission, may
from engagement.tasks import Asked
from storage import due, occasions, opportunities
from storage.ids import OpportunityId, PersonId, StaffId
from storage.opportunities import HEARS, Interest, Opportunity
from storage.shuffle import fresh_keys
from storage.staff import Staff
from storage.store import Transaction

__all__ = ["UNDO_FOR", "Answer", "Felt", "known_to_organiser"]

LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
ABOUT: Final = b"next step"
Felt = Literal["good", "ok", "not_for_me"]


class PlacesError(Exception):
    """Nothing changed."""


class NotOnOffer(PlacesError):
    """No place is kept for this person (any more)."""


class TooLate(PlacesError):
    """It cannot be taken back, or said, any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an answer; `position` on the waiting list, from 1."""

    state: Literal["confirmed", "waiting", "offered", "maybe", "closed"]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Declined:
    """What somebody can do next whom it was not for, and who decided that."""

    next_step: str
    by: StaffId


# The young person


async def say_yes(
    tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime, wants_help: bool = False
) -> Answer:
    """A place while there is one, else the end of the list; who has said it before stays where they are."""
    row = await opportunities.find(tx, opportunity, hold=True)
    known = await opportunities.interest_of(tx, opportunity, person)
    if known is not None and known.live:
        if wants_help and not known.wants_help:
            await opportunities.set_interest(tx, opportunity, person, wants_help=True)
        return await _answer(tx, known)
    if not takes_answers(row, now) or (known is not None and known.state == "declined"):
        return Answer("closed")
    turn = await opportunities.next_turn(tx, opportunity)
    said = await opportunities.set_interest(
        tx,
        opportunity,
        person,
        state="confirmed" if await place_queue.has_room(tx, row) else "waiting",
        turn=turn,
        said_at=now,
        accept_by=None,
        wants_help=wants_help,
        came=None,
        felt=None,
    )
    await place_queue.set_clock(tx, TELL, said, now + UNDO_FOR)
    return await _answer(tx, said)


async def ask_for_help(
    tx: Transaction, settings: Settings, person: PersonId, opportunity: OpportunityId, *, now: datetime
) -> tuple[Answer, Asked | None]:
    """The same, and their worker is asked to help them with it; who and by when is `tasks.choices`, said before.

    Raises: NobodyToAsk, before anything is said.
    """
    offer = await tasks.choices(tx, settings, person, now)
    answer = await say_yes(tx, person, opportunity, now=now, wants_help=True)
    if answer.state == "closed":
        return answer, None
    title = details(await opportunities.find(tx, opportunity)).title
    reason = help_reason(opportunity)
    return answer, await tasks.ask(tx, settings, person, offer.owner.id, title, now, reason=reason)


async def undo(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> None:
    """As if they had never said yes: nobody hears of it, and the next moves up. Raises: TooLate, NotOnOffer."""
    row, theirs = await _theirs(tx, person, opportunity)
    if not can_undo(theirs, now):
        raise TooLate
    await place_queue.stop_clocks(tx, theirs)
    await place_queue.leave(tx, theirs, "shown", now=now)
    await place_queue.move_up(tx, row, now)


def can_undo(theirs: Interest, now: datetime) -> bool:
    """Whether their yes can still be taken back without anybody hearing of it."""
    return theirs.state in ("confirmed", "waiting") and not known_to_organiser(theirs, now)


async def withdraw(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> None:
    """They do not come, or wait no longer; the next moves up. Raises: NotOnOffer, where they had said no yes."""
    row, theirs = await _theirs(tx, person, opportunity)
    if row.state not in ("open", "closed"):
        raise NotOnOffer
    await place_queue.stop_clocks(tx, theirs)
    await place_queue.leave(tx, theirs, "withdrawn", now=now)
    if known_to_organiser(theirs, now):
        await place_queue.tell_organiser(tx, row, "left", now)
    await place_queue.move_up(tx, row, now)


async def not_for_me(tx: Transaction, person: PersonId, opportunity: OpportunityId) -> None:
    """It is not shown to them again by itself; a yes of theirs stands."""
    await opportunities.find(tx, opportunity, hold=True)
    known = await opportunities.interest_of(tx, opportunity, person)
    if known is None or known.state == "shown":
        await opportunities.set_interest(tx, opportunity, person, state="not_for_me")


async def accept(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> Answer:
    """The place that was kept for them is theirs; a second tap changes nothing. Raises: NotOnOffer."""
    row, theirs = await _theirs(tx, person, opportunity)
    if theirs.state == "waiting" or row.state not in ("open", "closed"):
        raise NotOnOffer
    if theirs.state == "offered":
        await due.cancel(tx, OFFER, turn_key(theirs))
        await opportunities.set_interest(tx, opportunity, person, state="confirmed", accept_by=None)
        await place_queue.tell_organiser(tx, row, "came", now)
    return Answer("confirmed")


async def decline_offer(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> None:
    """They pass it up, and the next is asked. Raises: NotOnOffer."""
    row, theirs = await _theirs(tx, person, opportunity)
    if theirs.state != "offered":
        raise NotOnOffer
    await place_queue.stop_clocks(tx, theirs)
    await place_queue.leave(tx, theirs, "passed", now=now)
    await place_queue.move_up(tx, row, now)


async def say_how_it_was(
    tx: Transaction, person: PersonId, opportunity: OpportunityId, felt: Felt, *, now: datetime
) -> None:
    """How it was for them; it can be changed. Only counts are ever shown, from ten. Raises: NotOnOffer."""
    row, theirs = await _theirs(tx, person, opportunity)
    if not was_there(row, theirs, now):
        raise NotOnOffer
    await opportunities.set_interest(tx, opportunity, person, felt=felt)


def was_there(row: Opportunity, theirs: Interest, now: datetime) -> bool:
    """Whether it has taken place, and as far as anybody knows with them."""
    ends_at = row.ends_at or row.starts_at
    has_been = row.state == "over" or (ends_at is not None and ends_at <= now)
    return has_been and row.state != "cancelled" and theirs.state == "confirmed" and theirs.came is not False


async def standing(tx: Transaction, person: PersonId, opportunity: OpportunityId) -> Answer | None:
    """Where their yes stands; None without one."""
    known = await opportunities.interest_of(tx, opportunity, person)
    return await _answer(tx, known) if known is not None and known.live else None


async def leave_everything(tx: Transaction, person: PersonId) -> None:
    """Somebody is about to be forgotten: their places are free from then on, with the next beat of the clock."""
    for one in await opportunities.of_person(tx, person):
        if one.live:
            await place_queue.stop_clocks(tx, one)
            await due.add(tx, FREED, f"{one.opportunity}:{fresh_keys(1)[0].hex()}", LONG_AGO)


# The staff


async def publish(tx: Transaction, opportunity: OpportunityId, *, now: datetime) -> Opportunity:
    """Open from now on: people may be shown it and say yes. Tells nobody by itself."""
    row = await opportunities.find(tx, opportunity, hold=True)
    if row.state in ("draft", "closed"):
        row = await opportunities.change(tx, opportunity, state="open")
        await place_queue.plan(tx, row, now)
        await place_queue.move_up(tx, row, now)
    return row


async def close(tx: Transaction, opportunity: OpportunityId) -> Opportunity:
    """Nobody new may say yes; it takes place, and who waits may still move up."""
    row = await opportunities.find(tx, opportunity, hold=True)
    return await opportunities.change(tx, opportunity, state="closed") if row.state == "open" else row


async def rearrange(
    tx: Transaction, opportunity: OpportunityId, *, now: datetime, tell: bool = False, **values: Any
) -> Opportunity:
    """As it is from now on: any of kind, details, places, answer_by, starts_at, ends_at, organiser.

    With `tell` (another time or place) whoever has said yes or maybe hears it. Fewer places take nobody's away.
    """
    await opportunities.find(tx, opportunity, hold=True)
    row = await opportunities.change(tx, opportunity, **values)
    if row.state in ("open", "closed"):
        await place_queue.plan(tx, row, now)
        await place_queue.shorten(tx, row)
        if tell:
            for one in await opportunities.interests(tx, opportunity, states=HEARS):
                await place_queue.tell(tx, one, "changed", now=now, more=f":{int(now.timestamp())}")
        await place_queue.move_up(tx, row, now)
    return row


async def cancel(tx: Transaction, opportunity: OpportunityId, *, because: str, now: datetime) -> int:
    """It does not take place: whoever said yes or maybe hears it, and why; says how many. The caller notes it."""
    row = await opportunities.find(tx, opportunity, hold=True)
    if row.state in ("cancelled", "over"):
        return 0
    said = details(row).model_copy(update={"cancelled_because": because})
    await opportunities.change(tx, opportunity, state="cancelled", details=kept(said))
    await due.cancel_kinds(tx, OF_THE_DAY, str(opportunity))
    hear = await opportunities.interests(tx, opportunity, states=HEARS)
    for one in hear:
        await place_queue.stop_clocks(tx, one)
        if one.wants_help:
            await tasks.call_off(tx, one.person, help_reason(opportunity), now=now)
        await place_queue.tell(tx, one, "off", now=now)
    return len(hear)


async def decline_person(
    tx: Transaction, member: Staff, opportunity: OpportunityId, person: PersonId, *, next_step: str, now: datetime
) -> None:
    """It is not for them this time: they are told so, with what they can do next; the next in line moves up.

    Raises: NotAllowed, for anybody but the organiser and who may see everybody; NotOnOffer without a yes of theirs.
    """
    row, theirs = await _theirs(tx, person, opportunity)
    if member.id not in (row.organiser, row.made_by) and not may(member, Permission.SEE_ANY_PERSON):
        raise NotAllowed(Permission.MAKE_OPPORTUNITY)
    if row.state not in ("open", "closed"):
        raise NotOnOffer  # it has been, or is off: whoever was there is not told that it was not for them
    await place_queue.stop_clocks(tx, theirs)
    await place_queue.leave(tx, theirs, "declined", now=now)
    sealed = base64.b64encode(tx.keys.register.seal(next_step.encode(), ABOUT)).decode()
    await place_queue.tell(tx, theirs, "declined", now=now, next_step=sealed, by=member.id)
    await audit.note(tx, member, Action.OPPORTUNITY_CHANGED, now=now, opportunity=opportunity)
    await place_queue.move_up(tx, row, now)


async def declined(tx: Transaction, theirs: Interest) -> Declined | None:
    """What somebody was told whom it was not for; None for anybody else."""
    if theirs.state != "declined" or theirs.turn is None:
        return None
    about = occasion(theirs.opportunity, theirs.turn, "declined")
    rows = (await occasions.history(tx, about, person=theirs.person)).get(theirs.person, ())
    opens = next((row.opens for row in rows if row.occasion == about), None)
    if opens is None:
        return None
    said = tx.keys.register.open(base64.b64decode(opens["next_step"]), ABOUT).decode()
    return Declined(said, StaffId(opens["by"]))


async def move_up(tx: Transaction, opportunity: OpportunityId, *, now: datetime) -> int:
    """How many were asked whether they want a place that is free: those who wait longest, as many as there are."""
    return await place_queue.move_up(tx, await opportunities.find(tx, opportunity, hold=True), now)


async def _theirs(tx: Transaction, person: PersonId, opportunity: OpportunityId) -> tuple[Opportunity, Interest]:
    """The opportunity, held, and a yes of theirs that stands. Raises: NotOnOffer."""
    row = await opportunities.find(tx, opportunity, hold=True)
    known = await opportunities.interest_of(tx, opportunity, person)
    if known is None or not known.live:
        raise NotOnOffer
    return row, known


async def _answer(tx: Transaction, theirs: Interest) -> Answer:
    if theirs.state == "waiting":
        waiting = await opportunities.interests(tx, theirs.opportunity, states={"waiting"})
        return Answer("waiting", 1 + [one.person for one in waiting].index(theirs.person))
    return Answer("offered" if theirs.state == "offered" else "confirmed")
