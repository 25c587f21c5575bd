"""Asking a person for a young person: who and by when is said first, and kept, or someone else is asked and they hear.

A task changes hands in rounds. Everything started for a round carries its number, so whatever fires twice, or late,
finds its round over and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from engagement import rota
from engagement.authority import Settings
from engagement.london import london, today
from engagement.rota import NobodyToAsk
from storage import absences, due, outbox, staff, tasks
from storage.due import Due
from storage.ids import PersonId, StaffId, TaskId
from storage.staff import Staff
from storage.store import Transaction
from storage.tasks import State, Task

CONTACT, UNREACHABLE = "contact", "unreachable"
AMONG_STAFF = frozenset({UNREACHABLE})
GATHERED = "among_staff:"
"""Reasons no young person gave: they hear nothing of such a task, and it waits for the morning like any news."""

REMINDER, DEADLINE = "task_reminder", "task_deadline"
REMIND_AT = 0.75
LATER_ROUNDS = 0.5
"""Of the working hours: when the owner is reminded, and how long whoever is asked after them has."""

KEPT_WAITING = timedelta(days=14)
How = Literal["spoke", "messaged", "met"]


class TaskError(Exception):
    """The task stays as it is."""


class NotYours(TaskError):
    """This person or member of staff has nothing to do with the task."""


class NotOffered(TaskError):
    """The one chosen could not be asked for this person."""


class NothingCameOfIt(TaskError):
    """Nobody has spoken, tried or met yet, so there is nothing to write a line about."""


class TaskOver(TaskError):
    """It is done or cancelled already."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True, slots=True)
class Offer:
    """Who could be asked and by when, to be said before the tap. `names` can see the young person's name and note.

    `avoid` is who was offered first and passed over: they are not asked later, and do not see the task.
    """

    owner: Staff
    backup: Staff | None
    others: tuple[Staff, ...]
    avoid: tuple[StaffId, ...]
    due_at: datetime

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in (self.owner, self.backup) if one is not None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was promised. Not `new` when the young person had asked already and waits for the same."""

    task: TaskId
    owner: Staff
    backup: Staff | None
    due_at: datetime
    new: bool = True


# The young person


async def choices(
    tx: Transaction, settings: Settings, person: PersonId, now: datetime, *, owner: StaffId | None = None
) -> Offer:
    """What would be promised if they asked now: of their worker, or of the one they chose. Raises: NobodyToAsk."""
    line = await rota.line(tx, settings, person, now=now)
    chosen = line[0] if owner is None else next((one for one in line if one.id == owner), None)
    if chosen is None:
        raise NotOffered
    # Whoever would rather not have the first in line does not get them as the next to be asked either.
    backup = rota.next_in(line, without={line[0].id, chosen.id})
    others = tuple(one for one in line if one.id != chosen.id)
    avoid = () if chosen.id == line[0].id else (line[0].id,)
    return Offer(chosen, backup, others, avoid, rota.deadline(settings, now, settings.contact_within_hours))


async def ask(
    tx: Transaction,
    settings: Settings,
    person: PersonId,
    owner: StaffId,
    note: str,
    now: datetime,
    *,
    wanted: str = "",
    reason: str = CONTACT,
) -> Asked:
    """Ask that member of staff. A second tap, or a second device, gets what was promised first.

    Raises: NobodyToAsk, NotOffered.
    """
    await outbox.hold_person(tx, person)
    for known in await tasks.of_person(tx, person):
        if known.live and known.reason == reason:
            return await _as_promised(tx, known)
    offer = await choices(tx, settings, person, now, owner=owner)
    added = await tasks.add(
        tx,
        person=person,
        reason=reason,
        note=note,
        wanted=wanted,
        owner=offer.owner.id,
        backup=offer.backup.id if offer.backup else None,
        avoid=offer.avoid,
        due_at=offer.due_at,
        now=now,
    )
    remind_at = _remind_at(settings, now, settings.contact_within_hours)
    await _start_round(tx, await tasks.find(tx, added), now, remind_at)
    return Asked(added, offer.owner, offer.backup, offer.due_at)


async def mine(tx: Transaction, person: PersonId) -> tuple[Task, ...]:
    """What the young person has asked for and still waits for."""
    return tuple(task for task in await tasks.of_person(tx, person) if task.live and task.reason not in AMONG_STAFF)


async def promised(tx: Transaction, person: PersonId, task: TaskId) -> Asked:
    """Who has been asked, who is next, and by when, as it stands now. Raises: NotYours."""
    return await _as_promised(tx, await _of(tx, person, task))


async def cancel(tx: Transaction, person: PersonId, task: TaskId, *, now: datetime) -> Task:
    """The task cancelled by the young person; an owner who may know of it is told. Raises: NotYours, TaskOver."""
    return await _call_off(tx, _live(await _of(tx, person, task)), now)


async def call_off(tx: Transaction, person: PersonId, reason: str, *, now: datetime) -> None:
    """What staff had to do for this reason is no longer needed; an owner who may know of it is told."""
    for known in await tasks.of_person(tx, person):
        if known.live and known.reason == reason and (held := await tasks.find(tx, known.id, hold=True)).live:
            await _call_off(tx, held, now)


async def _call_off(tx: Transaction, task: Task, now: datetime) -> Task:
    await _end_round(tx, task)
    never_told = await outbox.cancel(tx, _occasion(task, "new"), staff=task.owner) > 0
    await _unqueue(tx, task)
    if not (never_told or await _waits_in_a_gathered_line(tx, task)):
        await _tell_staff(tx, task, task.owner, "cancelled", now)
    return await tasks.set_state(tx, task, "cancelled", now=now)


async def change_note(
    tx: Transaction, person: PersonId, task: TaskId, note: str, *, wanted: str | None = None, now: datetime
) -> Task:
    """The task with other words; whoever has it now is told to look again. Raises: NotYours, TaskOver."""
    found = _live(await _of(tx, person, task))
    changed = await tasks.set_note(tx, found, note, found.wanted if wanted is None else wanted)
    await _tell_staff(tx, changed, changed.owner, f"changed:{changed.edits}", now)
    return changed


# Staff


async def open_for(tx: Transaction, member: StaffId) -> tuple[Task, ...]:
    """What this member of staff still has to do, the first due first."""
    return await tasks.open_for(tx, member)


async def look(tx: Transaction, settings: Settings, member: StaffId, task: TaskId, *, now: datetime) -> Task:
    """The task, for someone who may see it. Raises: NotYours, also for a task that does not exist."""
    try:
        found = await tasks.find(tx, task, hold=True)
    except tasks.NoSuchTask as error:
        raise NotYours from error
    here = await rota.on_staff(tx)
    theirs = {found.owner, found.backup, *found.asked}
    duty = {one.id for one in rota.on_duty(settings, here, await rota.off(tx, now))}
    allowed = {one.id for one in here if one.id in theirs or one.id in duty or one.role == "manager"}
    if member not in allowed - set(found.avoid):
        raise NotYours
    return found


async def acknowledge(tx: Transaction, settings: Settings, member: StaffId, task: TaskId, *, now: datetime) -> Task:
    """Seen by its owner, who need not be told again; the clock runs on. Raises: NotYours, TaskOver."""
    found = _live(await look(tx, settings, member, task, now=now))
    if found.state == "acknowledged" or member != found.owner:
        return found
    await outbox.cancel(tx, _occasion(found, "new"))
    return await tasks.set_state(tx, found, "acknowledged", now=now)


async def done(
    tx: Transaction, settings: Settings, member: StaffId, task: TaskId, how: How, note: str, *, now: datetime
) -> Task:
    """Someone spoke with, messaged or met the young person. Raises: NotYours, TaskOver."""
    found = _live(await look(tx, settings, member, task, now=now))
    await _end_round(tx, found)
    await _unqueue(tx, found)
    return await tasks.set_state(tx, found, "done", now=now, how=how, note=note, by=member)


async def unreached(
    tx: Transaction, settings: Settings, member: StaffId, task: TaskId, *, now: datetime, note: str | None = None
) -> Task:
    """They tried and got no answer. It is not done, so the deadline stands. Raises: NotYours, TaskOver."""
    found = _live(await look(tx, settings, member, task, now=now))
    return await tasks.set_state(tx, found, "unreached", now=now, note=note, by=member)


async def put_line(
    tx: Transaction, settings: Settings, member: StaffId, task: TaskId, line: str, *, now: datetime
) -> Task:
    """The task with one line on what came of it, for whoever looks next. Raises: NotYours, NothingCameOfIt."""
    found = await look(tx, settings, member, task, now=now)
    if found.by is None:
        raise NothingCameOfIt
    return await tasks.set_outcome(tx, found, line)


async def pass_on(
    tx: Transaction, settings: Settings, member: StaffId, task: TaskId, to: StaffId, *, now: datetime
) -> Task:
    """The task in a colleague's hands, by the hour already promised; the young person hears who it is now.

    Raises: NotYours, TaskOver, and NotOffered for someone who could not be asked or whom the young person passed over.
    """
    found = _live(await look(tx, settings, member, task, now=now))
    line = await rota.line(tx, settings, found.person, now=now)
    if to not in _could_take(found, line):
        raise NotOffered
    return await _hand(tx, settings, found, to, line, now)


async def hand_on(tx: Transaction, settings: Settings, task: TaskId, to: StaffId, *, now: datetime) -> Task:
    """The task with whoever takes over from its owner, by the hour already promised; the young person hears it.

    Where `to` is off, or was passed over for it, it stays with an owner who is at work, else goes to the next in line.
    """
    found = await tasks.find(tx, task, hold=True)
    try:
        line = await rota.line(tx, settings, found.person, now=now)
    except NobodyToAsk:
        return found
    could = _could_take(found, line)
    if not found.live or not could:
        return found
    if to not in could:
        off = await rota.off(tx, now)
        if found.owner in {one.id for one in await rota.on_staff(tx) if one.id not in off}:
            return found
        to = could[0]
    return await _hand(tx, settings, found, to, line, now)


async def _hand(
    tx: Transaction, settings: Settings, task: Task, to: StaffId, line: Sequence[Staff], now: datetime
) -> Task:
    await due.cancel(tx, DEADLINE, _round(task))
    # A task passed on at its deadline, before the clock got to it, needs an hour that can be kept.
    later = rota.deadline(settings, now, settings.contact_within_hours * LATER_ROUNDS)
    due_at = task.due_at if task.due_at > now else later
    return await _move(tx, settings, task, to, due_at, line, now, why="passed")


async def could_take(
    tx: Transaction, settings: Settings, member: StaffId, task: TaskId, *, now: datetime
) -> tuple[Staff, ...]:
    """The colleagues this task could be passed on to, the likeliest first. Raises: NotYours, TaskOver."""
    found = _live(await look(tx, settings, member, task, now=now))
    line = await rota.line(tx, settings, found.person, now=now)
    could = _could_take(found, line)
    return tuple(one for one in line if one.id in could)


def _could_take(task: Task, line: Sequence[Staff]) -> list[StaffId]:
    return [one.id for one in line if one.id != task.owner and one.id not in task.avoid]


async def before(tx: Transaction, person: PersonId, task: TaskId) -> StaffId | None:
    """Who had the task before whoever has it now; None when it has not moved. Raises: NotYours."""
    found = await _of(tx, person, task)
    return found.asked[-2] if found.round else None


async def ping_duty(tx: Transaction, settings: Settings, task: TaskId, *, now: datetime) -> None:
    """Tell everyone on duty of the task at once, beside its owner: what the young person chose to send says so.

    When all of duty are off and nobody stands in, managers are told in their place.
    """
    found = await tasks.find(tx, task, hold=True)
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    managers = [one for one in here if one.role == "manager" and one.id not in off]
    for one in rota.on_duty(settings, here, off) or managers:
        if one.id != found.owner and one.id not in found.avoid:
            await _tell_staff(tx, found, one.id, "new", now)


# The clock


async def remind(tx: Transaction, fired: Due, now: datetime) -> bool:
    """Whether the owner is reminded: three quarters of the time are gone and the task is not done."""
    found = await _in_round(tx, fired)
    if found is None:
        return False
    await _tell_staff(tx, found, found.owner, "reminder", now)
    return True


async def escalate(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether the task moved: past its deadline and not done, it goes to the next in line and the young person hears.

    When everyone in line has had it, the last of them is asked again, and again, until it is done.
    """
    found = await _in_round(tx, fired)
    if found is None:
        return False
    hours = settings.contact_within_hours * LATER_ROUNDS
    try:
        line = await rota.line(tx, settings, found.person, now=now)
    except NobodyToAsk:
        # Everyone has left: the clock runs on, so that whoever comes first is asked.
        line = ()
    to = _next_to_ask(found, line)
    since = await _at_work(tx, to, now)
    due_at = rota.deadline(settings, since, hours)
    await _move(tx, settings, found, to, due_at, line, now, why="late", remind_at=_remind_at(settings, since, hours))
    return True


async def _at_work(tx: Transaction, member: StaffId, now: datetime) -> datetime:
    """From when their hours count: for one who is off, and whom only the want of anybody else is asking, once back."""
    absence = await absences.of(tx, member, on=today(now))
    return now if absence is None else london(absence.back_on, time())


def _next_to_ask(task: Task, line: Sequence[Staff]) -> StaffId:
    """The backup that was named, else the next in line who has not had it, else the last who has and is still here."""
    here = {one.id for one in line}
    tried = {*task.asked, *task.avoid}
    if task.backup in here - tried:
        return task.backup
    following = rota.next_in(line, without=tried)
    if following is not None:
        return following.id
    return next((one for one in reversed(task.asked) if one in here), task.asked[-1])


async def _move(
    tx: Transaction,
    settings: Settings,
    task: Task,
    to: StaffId,
    due_at: datetime,
    line: Sequence[Staff],
    now: datetime,
    *,
    why: Literal["late", "passed"],
    remind_at: datetime | None = None,
) -> Task:
    """The task in its next round: its new owner, the one before and who asked for it each get a message."""
    await due.cancel(tx, REMINDER, _round(task))
    await _unqueue(tx, task)
    if task.owner != to:
        await _tell_staff(tx, task, task.owner, "moved", now)
    backup = rota.next_in(line, without={*task.asked, *task.avoid, to})
    moved = await tasks.pass_on(tx, task, to, due_at, backup=backup.id if backup else None)
    await _start_round(tx, moved, now, remind_at)
    if moved.reason in AMONG_STAFF:
        return moved
    await outbox.queue(
        tx,
        occasion=f"task:{moved.id}:{'escalated' if why == 'late' else why}:{moved.round}",
        person=moved.person,
        lane="young",
        kind="help",
        envelope="envelope/update",
        opens={"screen": "contact/moved", "task": moved.id, "why": why},
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )
    return moved


async def _start_round(tx: Transaction, task: Task, now: datetime, remind_at: datetime | None) -> None:
    await _tell_staff(tx, task, task.owner, "new", now)
    await due.add(tx, DEADLINE, _round(task), task.due_at)
    remind_at = remind_at or now + (task.due_at - now) * REMIND_AT
    if now < remind_at < task.due_at:
        await due.add(tx, REMINDER, _round(task), remind_at)


def _remind_at(settings: Settings, since: datetime, hours: float) -> datetime:
    return rota.deadline(settings, since, hours * REMIND_AT)


async def _end_round(tx: Transaction, task: Task) -> None:
    for kind in (REMINDER, DEADLINE):
        await due.cancel(tx, kind, _round(task))


async def _unqueue(tx: Transaction, task: Task) -> int:
    """How many messages about this round had not left yet, and now will not."""
    return await outbox.cancel(tx, _occasion(task, "reminder")) + await outbox.cancel(tx, _occasion(task, "new"))


async def _in_round(tx: Transaction, fired: Due) -> Task | None:
    """The task, if what fired still concerns it."""
    number, _, turn = fired.key.partition(":")
    try:
        found = await tasks.find(tx, TaskId(int(number)), hold=True)
    except tasks.NoSuchTask:
        return None
    return found if found.live and found.round == int(turn) else None


def _round(task: Task) -> str:
    return f"{task.id}:{task.round}"


def _occasion(task: Task, what: str) -> str:
    return f"task:{_round(task)}:{what}"


ENVELOPES = {
    "new": "staff/new_task",
    "reminder": "staff/task_due",
    "moved": "staff/task_moved",
    "cancelled": "staff/task_cancelled",
    "changed": "staff/task_changed",
}


async def _tell_staff(tx: Transaction, task: Task, member: StaffId | None, what: str, now: datetime) -> None:
    if member is None:
        return
    occasion, envelope = _occasion(task, what), ENVELOPES[what.partition(":")[0]]
    opens: dict[str, object] = {"screen": "staff/task", "task": task.id}
    if task.reason in AMONG_STAFF and what == "new":
        # A campaign may find out about twenty at once: one line a day leads to the list of all of them.
        occasion, envelope, opens = f"{GATHERED}{today(now)}", "staff/update", {"screen": "staff/menu"}
    await outbox.queue(
        tx,
        occasion=occasion,
        staff=member,
        lane="staff",
        kind="ours" if task.reason in AMONG_STAFF else "help",
        envelope=envelope,
        opens=opens,
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )


async def _waits_in_a_gathered_line(tx: Transaction, task: Task) -> bool:
    """Whether its owner has not been told of it yet; the line that waits leads to a list it is no longer on."""
    if task.reason not in AMONG_STAFF or task.owner is None:
        return False
    return any(
        row.state == "queued" and row.occasion.startswith(GATHERED) for row in await outbox.of_staff(tx, task.owner)
    )


async def _of(tx: Transaction, person: PersonId, task: TaskId) -> Task:
    try:
        found = await tasks.find(tx, task, hold=True)
    except tasks.NoSuchTask as error:
        raise NotYours from error
    if found.person != person or found.reason in AMONG_STAFF:
        raise NotYours
    return found


def _live(task: Task) -> Task:
    if not task.live:
        raise TaskOver(task.state)
    return task


async def _as_promised(tx: Transaction, task: Task) -> Asked:
    owner = await staff.by_id(tx, task.owner or task.asked[-1])
    backup = None if task.backup is None else await staff.by_id(tx, task.backup)
    return Asked(task.id, owner, backup, task.due_at, new=False)
