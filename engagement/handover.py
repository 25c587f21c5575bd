"""One worker's people handed to another: offered first, and nothing changes until the new worker agrees.

Then it is one step for all: their worker, what the old worker still had to do for them, and a word to each who joined.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from engagement import staff_news, tasks
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.staff import Permission, may
from storage import handovers, outbox, people, staff
from storage import tasks as task_rows
from storage.handovers import Handover, HandoverId, NoSuchHandover
from storage.ids import PersonId, StaffId
from storage.people import IN_REGISTER, Details
from storage.staff import Staff
from storage.store import Transaction

KEPT_WAITING = timedelta(days=14)


class HandoverError(Exception):
    """Nobody was handed over."""


class SameWorker(HandoverError):
    """People cannot be handed from somebody to themselves."""


class CannotTakeOver(HandoverError):
    """The new worker has left, or their role takes no tasks."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NobodyToHand(HandoverError):
    """The old worker has nobody in the register."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotTheirPeople(HandoverError):
    """Some who were named are not in the register with the old worker."""

    def __init__(self, name: str, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.name = name
        self.references = references


class OnTheirWay(HandoverError):
    """Some of them are offered to somebody already, who has not answered."""

    def __init__(self, old: str, new: str, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.old, self.new, self.references = old, new, references


class NotYours(HandoverError):
    """This member of staff has nothing to do with it."""


class HandoverOver(HandoverError):
    """It was answered or called off already."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who would be handed over, by reference, and how many open tasks would go with them."""

    old: Staff
    new: Staff
    people: tuple[tuple[str, PersonId], ...]
    tasks: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A handover as it stands: `people` are those it names who are still with the old worker, while it is open."""

    id: HandoverId
    old: Staff
    new: Staff
    state: handovers.State
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What agreeing did: how many people and tasks came over, and how many had left the old worker meanwhile."""

    people: int
    skipped: int
    tasks: int


# Whoever plans it


async def preview(tx: Transaction, old: Staff, new: Staff, *, only: Collection[str] = ()) -> Plan:
    """What a handover would offer; nothing is changed.

    Raises: SameWorker, CannotTakeOver, NobodyToHand, NotTheirPeople, OnTheirWay.
    """
    if old.id == new.id:
        raise SameWorker
    if not may(new, Permission.TAKE_TASKS):
        raise CannotTakeOver(new.name)
    theirs = [(known.reference, row.id) for row, known in await people.register(tx) if row.worker == old.id]
    if only:
        theirs = _named(theirs, old, only)
    if not theirs:
        raise NobodyToHand(old.name)
    numbers = {person for _, person in theirs}
    for which, waiting in (await handovers.on_their_way(tx, numbers)).items():
        at = await handovers.find(tx, which)
        names = (await staff.by_id(tx, at.old)).name, (await staff.by_id(tx, at.new)).name
        raise OnTheirWay(*names, tuple(reference for reference, person in theirs if person in waiting))
    count = sum(task.person in numbers for task in await task_rows.open_for(tx, old.id))
    return Plan(old, new, tuple(theirs), count)


async def start(
    tx: Transaction, old: Staff, new: Staff, *, only: Collection[str] = (), now: datetime, by: Staff | None = None
) -> HandoverId:
    """The number of the offer that now waits for the new worker. Raises as preview does."""
    plan = await preview(tx, old, new, only=only)
    made = await handovers.add(tx, old.id, new.id, [person for _, person in plan.people])
    await _tell_staff(tx, new.id, f"handover:{made}", {"screen": "staff/handover", "handover": made}, now)
    await _note(tx, by, "offered", await handovers.find(tx, made), now, people=len(plan.people))
    return made


async def call_off(tx: Transaction, old: Staff, new: Staff, *, now: datetime, by: Staff | None = None) -> int:
    """How many people were on their way from one to the other, and now stay."""
    stay = 0
    for one in await handovers.offered(tx):
        if (one.old, one.new) == (old.id, new.id):
            named = await handovers.settle(tx, one.id, "cancelled") or ()
            stay += len(named)
            await outbox.cancel(tx, f"handover:{one.id}", staff=new.id)
            await _note(tx, by, "called_off", one, now, people=len(named))
    return stay


# The new worker


async def waiting_for(tx: Transaction, member: StaffId) -> tuple[HandoverId, ...]:
    """The offers this member of staff has not answered."""
    return tuple(one.id for one in await handovers.offered(tx) if one.new == member)


async def look(tx: Transaction, member: StaffId, which: HandoverId) -> Offer:
    """The offer, for whom it was made to. Raises: NotYours, also for one that does not exist."""
    found = await _find(tx, which)
    if found.new != member:
        raise NotYours
    return await _as_it_stands(tx, found)


async def who(tx: Transaction, member: StaffId, which: HandoverId) -> tuple[Details, ...]:
    """What the register says of those who are offered, for whom they are offered to. Raises: NotYours, HandoverOver."""
    offer = await look(tx, member, which)
    if offer.state != "offered":
        raise HandoverOver
    return tuple([await people.details(tx, person) for person in offer.people])


async def agree(tx: Transaction, settings: Settings, member: Staff, which: HandoverId, *, now: datetime) -> Taken:
    """They are the new worker's now, with what is open for them; each who has joined hears it. Of two taps one counts.

    Raises: NotYours, HandoverOver.
    """
    found = await _find(tx, which)
    if found.new != member.id:
        raise NotYours
    named = await handovers.settle(tx, which, "agreed")
    if named is None:
        raise HandoverOver
    moved = await people.hand_over(tx, named, found.old, found.new)
    numbers = {person.id for person in moved}
    theirs = [task.id for task in await task_rows.open_for(tx, found.old) if task.person in numbers]
    owners = [(await tasks.hand_on(tx, settings, task, found.new, now=now)).owner for task in theirs]
    await outbox.queue_for(
        tx,
        [person.id for person in moved if person.state == "joined"],
        occasion=f"handover:{which}",
        # Not "an update on something you asked for": nobody asked for this.
        envelope="envelope/something",
        opens={"screen": "handover", "handover": which},
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )
    await _tell_old(tx, found, len(moved), now)
    await _note(tx, member, "agreed", found, now, people=len(moved), skipped=len(named) - len(moved))
    return Taken(len(moved), len(named) - len(moved), owners.count(found.new))


async def not_now(tx: Transaction, member: Staff, which: HandoverId, *, now: datetime) -> None:
    """Everybody stays where they are, and the old worker is told; managers, where there is no old worker any more.

    Raises: NotYours, HandoverOver.
    """
    found = await _find(tx, which)
    if found.new != member.id:
        raise NotYours
    named = await handovers.settle(tx, which, "declined")
    if named is None:
        raise HandoverOver
    await _tell_old(tx, found, len(named), now)
    await _note(tx, member, "declined", found, now, people=len(named))


# Whom it was news to


async def news(tx: Transaction, member: Staff, which: HandoverId) -> Offer:
    """The handover, for the old worker and for those who may plan one. Raises: NotYours."""
    found = await _find(tx, which)
    if found.old != member.id and not may(member, Permission.MOVE_PEOPLE):
        raise NotYours
    return await _as_it_stands(tx, found)


async def before(tx: Transaction, person: PersonId, which: HandoverId | None) -> Staff | None:
    """Whom a person had before the handover that gave them the worker they have now; None for any other."""
    try:
        found = None if which is None else await handovers.find(tx, which)
    except NoSuchHandover:
        return None
    worker = (await people.by_id(tx, person)).worker
    if found is None or found.state != "agreed" or worker is None or found.new != worker:
        return None
    return await staff.by_id(tx, found.old)


async def _find(tx: Transaction, which: HandoverId) -> Handover:
    try:
        return await handovers.find(tx, which)
    except NoSuchHandover as error:
        raise NotYours from error


async def _as_it_stands(tx: Transaction, found: Handover) -> Offer:
    named = [await people.by_id(tx, person) for person in await handovers.whom(tx, found.id)]
    still = tuple(one.id for one in named if one.worker == found.old and one.state in IN_REGISTER)
    return Offer(found.id, await staff.by_id(tx, found.old), await staff.by_id(tx, found.new), found.state, still)


def _named(theirs: list[tuple[str, PersonId]], old: Staff, only: Collection[str]) -> list[tuple[str, PersonId]]:
    wanted = {_same(reference): reference for reference in only}
    found = [(reference, person) for reference, person in theirs if _same(reference) in wanted]
    missing = wanted.keys() - {_same(reference) for reference, _ in found}
    if missing:
        raise NotTheirPeople(old.name, tuple(sorted(wanted[same] for same in missing)))
    return found


def _same(reference: str) -> str:
    return " ".join(reference.split()).casefold()


async def _tell_old(tx: Transaction, found: Handover, count: int, now: datetime) -> None:
    old = await staff.by_id(tx, found.old)
    told = [old] if old.state != "left" else await staff.everyone(tx, "manager")
    opens = {"screen": "staff/handed", "handover": found.id, "count": count}
    for one in told:
        if one.id != found.new:
            await _tell_staff(tx, one.id, f"handover:{found.id}:answered", opens, now)


async def _tell_staff(tx: Transaction, member: StaffId, occasion: str, opens: dict[str, object], now: datetime) -> None:
    await staff_news.tell(tx, member, occasion=occasion, opens=opens, now=now, until=now + KEPT_WAITING)


async def _note(tx: Transaction, by: Staff | None, what: str, about: Handover, now: datetime, **counts: int) -> None:
    said: dict[str, int | str] = {"what": what, "handover": about.id, "old": about.old, "new": about.new}
    await note(tx, by, Action.PEOPLE_MOVED, now=now, **said, **counts)
