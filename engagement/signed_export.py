"""One person's check-ins and tasks as a table: what was asked, what they tapped, what came of it. No survey in it."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Final

from engagement import audit, checkin_records
from engagement.audit import Action
from engagement.london import local
from engagement.staff import Permission, require
from storage import staff, tasks
from storage.ids import PersonId
from storage.staff import Staff
from storage.store import Transaction

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a table program may take for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing with their name on it: `what` is a check-in's question, or why somebody was asked to be in touch."""

    day: str
    kind: str
    what: str
    said: str = ""
    asked: str = ""
    by_when: str = ""
    state: str = ""
    done_by: str = ""
    outcome: str = ""


async def export(tx: Transaction, member: Staff | None, person: PersonId, *, now: datetime) -> list[Row]:
    """Everything, the oldest first; for whoever answers for data, or the command line. Raises: NotAllowed."""
    if member is not None:
        require(member, Permission.FORGET_PERSON)
    rows = [
        Row(line.on.isoformat(), "check-in", asked, words)
        for line in await checkin_records.export(tx, person)
        for asked, words in line.said.items()
    ]
    rows += [await _task(tx, one) for one in await tasks.of_person(tx, person)]
    await audit.note(tx, member, Action.DATA_EXPORTED, now=now, person=person)
    return sorted(rows, key=lambda row: row.day)


async def _task(tx: Transaction, task: tasks.Task) -> Row:
    return Row(
        day=f"{local(task.made_at):%Y-%m-%d}",
        kind="task",
        what=task.reason,
        said=" ".join(part for part in (task.note, f"({task.wanted})" if task.wanted else "") if part),
        asked="" if task.owner is None else (await staff.by_id(tx, task.owner)).name,
        by_when=f"{local(task.due_at):%Y-%m-%d %H:%M}",
        state=task.how or task.state,
        done_by="" if task.by is None else (await staff.by_id(tx, task.by)).name,
        outcome=task.outcome,
    )


def as_csv(rows: list[Row]) -> bytes:
    """The table as a file that spreadsheet programs open as it is."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(field.name for field in fields(Row))
    writer.writerows([_plain(cell) for cell in astuple(row)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
