"""After a task: one line on what came of it, and the same in one tap for the council's own case notes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, stay
from engagement import nudges, tasks
from engagement.nudges import NotALine
from storage import staff
from storage.ids import StaffId, TaskId
from storage.tasks import Task

MOST_CHARS: Final = 150
"""With the day, what was done and by whom before it, it fits what a button may copy."""


def _task(args: Mapping[str, Any]) -> TaskId:
    """The task the card is at. Raises: Garbled, where it is at none."""
    if "task" not in args:
        raise Garbled
    return TaskId(args["task"])


async def draw_done(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _acted(visit, args)
    if found.outcome:  # what somebody wrote is shown where it fades
        await go(visit, "staff/task_noted", task=found.id)
    else:
        await _show(visit, found)


async def draw_noted(visit: Visit, args: Mapping[str, Any]) -> None:
    await _show(visit, await _acted(visit, args))


async def draw_line(visit: Visit, args: Mapping[str, Any]) -> None:
    await _acted(visit, args)
    await visit.show("staff/task_line", max=MOST_CHARS)


async def _acted(visit: Visit, args: Mapping[str, Any]) -> Task:
    """The task. Raises: TaskError, where it is not theirs to see or nothing was done yet."""
    found = await tasks.look(visit.tx, visit.settings, visit.worker_on.id, _task(args), now=visit.now)
    if not came_of_it(found):
        raise tasks.NothingCameOfIt
    return found


async def _show(visit: Visit, found: Task) -> None:
    """What was done, by whom and when; and the same to copy."""
    at = datetime.fromisoformat(found.by_at)
    await visit.show(
        "staff/task_done",
        how=found.how if found.state == "done" else "tried",
        by=(await staff.by_id(visit.tx, cast("StaffId", found.by))).name,
        day=at,
        time=at,
        line=found.outcome or None,
    )


def came_of_it(task: Task) -> bool:
    """Whether there is anything to write a line about."""
    return task.by is not None


async def to_line(visit: Visit, _: str) -> None:
    await go(visit, "staff/task_line", task=_task(visit.showing))


async def to_done(visit: Visit, _: str) -> None:
    await go(visit, "staff/task_done", task=_task(visit.showing))


async def on_line(visit: Visit, typed: str) -> None:
    """One line, kept with the task and nowhere else."""
    await clear_typed(visit)
    task = _task(visit.showing)
    try:
        line = _line(typed)
    except NotALine as refused:
        visit.above("people/not_a_line", max=MOST_CHARS, got=refused.got)
        await stay(visit)
        return
    await tasks.put_line(visit.tx, visit.settings, visit.worker_on.id, task, line, now=visit.now)
    await go(visit, "staff/task_done", task=task)


def _line(typed: str) -> str:
    """Raises: NotALine."""
    words = nudges.line(typed)
    if len(words) > MOST_CHARS:
        raise NotALine(len(words))
    return words


_TAPS: dict[str, Handler] = {"line": to_line, "noted": to_done}

PLACES["staff/task_done"] = Place(draw_done, _TAPS, whose="staff")
PLACES["staff/task_noted"] = Place(draw_noted, _TAPS, whose="staff", fades="staff/menu")
PLACES["staff/task_line"] = Place(draw_line, _TAPS, on_line, whose="staff")
