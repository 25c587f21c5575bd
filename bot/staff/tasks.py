"""A task on its owner's card: who asked, by when, and what became of it. Nothing here can reach a survey answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number
from bot.staff.menu import draw_plain
from bot.staff.task_notes import came_of_it, to_done
from engagement import audit, checkin_looks, tasks
from engagement.audit import Action
from engagement.joining import details_name
from engagement.tasks import How
from storage import people, staff
from storage.ids import StaffId, TaskId
from storage.tasks import Task


async def draw_task(visit: Visit, args: Mapping[str, Any]) -> None:
    await _draw(visit, args, quiet=False)


async def draw_quiet(visit: Visit, args: Mapping[str, Any]) -> None:
    """The task without the young person's words, until they are asked for again."""
    await _draw(visit, args, quiet=True)


async def _draw(visit: Visit, args: Mapping[str, Any], *, quiet: bool) -> None:
    found = await tasks.look(visit.tx, visit.settings, visit.worker_on.id, TaskId(args["task"]), now=visit.now)
    again = visit.showing.get("task") == found.id and visit.showing.get("at") != "staff/task_quiet"
    if not quiet and not again:  # the same card drawn once more shows nothing new
        await _note(visit, Action.TASK_SEEN, found.id, person=found.person)
    await visit.show(
        "staff/task",
        who=details_name(await people.details(visit.tx, found.person)),
        reason=found.reason,
        how=found.wanted or None,
        note=None if quiet else found.note or None,
        quiet=quiet and bool(found.note),
        due_day=found.due_at,
        due_time=found.due_at,
        state=found.state_for(visit.worker_on.id),
        backup=None if found.backup is None else first_name(await staff.by_id(visit.tx, found.backup)),
        acted=came_of_it(found),
        checkin=await _checkin_behind(visit, found),
    )


async def _checkin_behind(visit: Visit, task: Task) -> int | None:
    """The check-in that asked for it, where one did and was passed on; its words are a tap away."""
    behind = await checkin_looks.behind_task(visit.tx, task.person, task.id)
    return behind[-1].checkin if behind and visit.worker_on.id in task.asked else None


async def to_checkin(visit: Visit, checkin: str) -> None:
    await go(visit, "staff/check_in", checkin=number(checkin))


async def _note(visit: Visit, action: Action, task: TaskId, **about: int | str) -> None:
    await audit.note(visit.tx, visit.worker_on, action, now=visit.now, task=task, **about)


def _task(visit: Visit) -> TaskId:
    """The task the card is at. Raises: Garbled, where it is at none."""
    if "task" not in visit.showing:
        raise Garbled
    return TaskId(visit.showing["task"])


async def to_task(visit: Visit, task: str) -> None:
    await go(visit, "staff/task", task=number(task) if task else _task(visit))


async def on_got(visit: Visit, _: str) -> None:
    await tasks.acknowledge(visit.tx, visit.settings, visit.worker_on.id, _task(visit), now=visit.now)
    await _note(visit, Action.TASK_TAKEN, _task(visit))
    await go(visit, "staff/task", task=_task(visit))


def _done(how: str) -> Handler:
    async def on_done(visit: Visit, _: str) -> None:
        await tasks.done(
            visit.tx, visit.settings, visit.worker_on.id, _task(visit), cast("How", how), "", now=visit.now
        )
        await _note(visit, Action.TASK_DONE, _task(visit), how=how)
        await go(visit, "staff/task_done", task=_task(visit))

    return on_done


async def on_unreached(visit: Visit, _: str) -> None:
    await tasks.unreached(visit.tx, visit.settings, visit.worker_on.id, _task(visit), now=visit.now)
    await _note(visit, Action.TASK_TRIED, _task(visit))
    await go(visit, "staff/task", task=_task(visit))


async def to_pass(visit: Visit, _: str) -> None:
    await go(visit, "staff/pass_on", task=_task(visit))


async def draw_pass(visit: Visit, args: Mapping[str, Any]) -> None:
    task, member = TaskId(args["task"]), visit.worker_on.id
    could = await tasks.could_take(visit.tx, visit.settings, member, task, now=visit.now)
    await visit.show("staff/pass_on", people=[{"id": one.id, "name": one.name} for one in could])


async def on_to(visit: Visit, to: str) -> None:
    await tasks.pass_on(visit.tx, visit.settings, visit.worker_on.id, _task(visit), StaffId(number(to)), now=visit.now)
    await _note(visit, Action.TASK_PASSED, _task(visit), to=number(to))
    await go(visit, "staff/menu")


EVERYWHERE: dict[str, Handler] = {"task": to_task}

PLACES["staff/task_gone"] = Place(draw_plain, {}, whose="staff")
_TASK: dict[str, Handler] = {
    "got": on_got,
    "spoke": _done("spoke"),
    "messaged": _done("messaged"),
    "met": _done("met"),
    "unreached": on_unreached,
    "pass": to_pass,
    "noted": to_done,
    "look": to_checkin,
}
PLACES["staff/task"] = Place(draw_task, _TASK, whose="staff", fades="staff/task_quiet")
PLACES["staff/task_quiet"] = Place(draw_quiet, _TASK, whose="staff")
PLACES["staff/pass_on"] = Place(draw_pass, {"to": on_to}, whose="staff")
