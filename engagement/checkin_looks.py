"""What a member of staff sees of check-ins: the words that were tapped, where the answers come to them, on a tap."""

from __future__ import annotations

from datetime import datetime

from engagement import audit, rota
from engagement.audit import Action
from engagement.authority import Settings
from engagement.checkin_records import Line, line_of
from engagement.staff import NotAllowed, Permission
from storage import checkins as kept
from storage import people
from storage import tasks as task_rows
from storage.checkins import Checkin, NoSuchCheckin
from storage.ids import CheckinId, PersonId, TaskId
from storage.staff import Staff
from storage.store import Transaction
from storage.tasks import NoSuchTask


async def look(tx: Transaction, settings: Settings, member: Staff, checkin: CheckinId, *, now: datetime) -> Line:
    """One check-in, for whoever gets its answers or was asked because of it. It is noted that they looked.

    Raises: NotAllowed, also for one that does not exist, was not passed on, or was deleted.
    """
    one = await _allowed(tx, settings, member, checkin, now)
    await audit.note(tx, member, Action.CHECKIN_SEEN, now=now, checkin=one.id)
    return line_of(await kept.seen(tx, one, now=now))


async def about(tx: Transaction, settings: Settings, member: Staff, checkin: CheckinId, *, now: datetime) -> Line:
    """Whose check-in it is and of which day, for the same people, where nobody reads the words. Raises: NotAllowed."""
    return line_of(await _allowed(tx, settings, member, checkin, now))


async def _allowed(tx: Transaction, settings: Settings, member: Staff, checkin: CheckinId, now: datetime) -> Checkin:
    try:
        one = await kept.by_id(tx, checkin)
    except NoSuchCheckin as error:
        raise NotAllowed(Permission.SEE_CHECKINS) from error
    if one.sent_at is None or not await _for(tx, settings, member, one, now):
        raise NotAllowed(Permission.SEE_CHECKINS)
    return one


async def behind_task(tx: Transaction, person: PersonId, task: TaskId) -> tuple[Line, ...]:
    """The check-ins that were passed on and ask for what this task is about, the oldest first."""
    return tuple(line_of(one) for one in await kept.of_task(tx, person, task) if one.sent_at is not None)


async def _for(tx: Transaction, settings: Settings, member: Staff, one: Checkin, now: datetime) -> bool:
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    line = rota.in_order(settings, here, off, (await people.by_id(tx, one.person)).worker)
    if line and line[0].id == member.id:
        return True
    if one.task is None:
        return False
    try:
        task = await task_rows.find(tx, one.task)
    except NoSuchTask:
        return False
    return member.id in {task.owner, *task.asked} - set(task.avoid)
