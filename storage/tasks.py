"""What someone has been asked to do for one young person, by when, and who is asked next. The words are sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, insert, or_, select, update

from storage.errors import StorageError
from storage.ids import PersonId, StaffId, TaskId
from storage.store import Transaction
from storage.tables import task as table

State = Literal["open", "acknowledged", "done", "unreached", "passed_on", "cancelled"]
LIVE: tuple[State, ...] = ("open", "acknowledged", "unreached")
"""Still to be done: seen is not done, and neither is a call that nobody answered."""

ABOUT = b"task"
_WORDS = ("note", "wanted", "how", "outcome", "asked", "avoid", "edits", "by", "by_at")


class NoSuchTask(StorageError):
    """No task of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task, its words unsealed. `asked` is everyone who had it so far, `avoid` whom the person passed over."""

    id: TaskId
    person: PersonId
    reason: str
    owner: StaffId | None
    backup: StaffId | None
    state: State
    made_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    ended_at: datetime | None
    note: str
    wanted: str
    how: str
    outcome: str
    asked: tuple[StaffId, ...]
    avoid: tuple[StaffId, ...]
    edits: int
    by: StaffId | None = None
    by_at: str = ""
    """Who last spoke, tried or met, and when: a moment, as text."""

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def round(self) -> int:
        """How often it was asked again, of the next in line or once more of the last."""
        return len(self.asked) - 1

    def state_for(self, staff: StaffId) -> State:
        """What it is to this member of staff: passed on, for one who had it and has it no more."""
        return "passed_on" if self.live and staff != self.owner and staff in self.asked else self.state


_COLUMNS: tuple[Any, ...] = (
    table.c.id,
    table.c.person,
    table.c.reason,
    table.c.owner,
    table.c.backup,
    table.c.state,
    table.c.made_at,
    table.c.due_at,
    table.c.acknowledged_at,
    table.c.ended_at,
    table.c.sealed,
)
_FIND = select(*_COLUMNS).where(table.c.authority == bindparam("of"), table.c.id == bindparam("task"))
_HOLD = _FIND.with_for_update()


async def add(
    tx: Transaction,
    *,
    person: PersonId,
    reason: str,
    note: str,
    wanted: str = "",
    owner: StaffId,
    backup: StaffId | None,
    avoid: Iterable[StaffId] = (),
    due_at: datetime,
    now: datetime,
) -> TaskId:
    """The number of a new, open task."""
    words = {"note": note, "wanted": wanted, "how": "", "outcome": "", "asked": [owner], "avoid": [*avoid], "edits": 0}
    row = insert(table).values(
        authority=tx.authority,
        person=person,
        reason=reason,
        sealed=_seal(tx, words),
        owner=owner,
        backup=backup,
        state="open",
        made_at=now,
        due_at=due_at,
    )
    return TaskId((await tx.connection.execute(row.returning(table.c.id))).scalar_one())


async def find(tx: Transaction, task: TaskId, *, hold: bool = False) -> Task:
    """The task of that number; with `hold`, nobody else changes it before the transaction ends. Raises NoSuchTask."""
    query = _HOLD if hold and tx.on_postgres else _FIND
    found = (await tx.connection.execute(query, {"of": tx.authority, "task": task})).one_or_none()
    if found is None:
        raise NoSuchTask(task)
    return _task(tx, found)


async def open_for(tx: Transaction, staff: StaffId) -> tuple[Task, ...]:
    """What this member of staff still has to do, the first due first."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority, table.c.owner == staff)
    query = query.where(table.c.state.in_(LIVE)).order_by(table.c.due_at, table.c.id)
    return tuple(_task(tx, found) for found in await tx.connection.execute(query))


async def of_person(tx: Transaction, person: PersonId) -> tuple[Task, ...]:
    """Every task about this person, the oldest first."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority, table.c.person == person).order_by(table.c.id)
    return tuple(_task(tx, found) for found in await tx.connection.execute(query))


async def overdue(tx: Transaction, *, now: datetime) -> int:
    """How many tasks are past their time and still to be done."""
    late = (table.c.state.in_(LIVE), table.c.due_at <= now)
    query = select(func.count()).where(table.c.authority == tx.authority, *late)
    return int(await tx.connection.scalar(query) or 0)


async def met_since(tx: Transaction, since: datetime, *, reason: str) -> frozenset[PersonId]:
    """Everybody with a task made since then that they asked for themselves (for that reason), or that was done."""
    query = select(table.c.person).where(
        table.c.authority == tx.authority,
        table.c.made_at >= since,
        or_(table.c.reason == reason, table.c.state == "done"),
    )
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query.distinct()))


async def set_state(
    tx: Transaction,
    task: Task,
    state: State,
    *,
    now: datetime,
    how: str = "",
    note: str | None = None,
    by: StaffId | None = None,
) -> Task:
    """The task in its new state; a note is what came of it, in staff's words, and `by` whose doing that was."""
    values: dict[str, Any] = {"state": state}
    if state == "acknowledged":
        values["acknowledged_at"] = now
    if state not in LIVE:
        values["ended_at"] = now
    changed: dict[str, Any] = {"how": how} if how else {}
    if note is not None:
        changed["outcome"] = note
    if by is not None:
        changed |= {"by": by, "by_at": now.isoformat()}
    return await _change(tx, task, values, changed)


async def set_note(tx: Transaction, task: Task, note: str, wanted: str) -> Task:
    """The task with other words from the young person."""
    return await _change(tx, task, {}, {"note": note, "wanted": wanted, "edits": task.edits + 1})


async def set_outcome(tx: Transaction, task: Task, note: str) -> Task:
    """The task with other words on what came of it."""
    return await _change(tx, task, {}, {"outcome": note})


async def pass_on(tx: Transaction, task: Task, to: StaffId, due_at: datetime, *, backup: StaffId | None = None) -> Task:
    """The task in other hands, open again until they have seen it."""
    values = {"owner": to, "backup": backup, "due_at": due_at, "state": "open", "acknowledged_at": None}
    return await _change(tx, task, values, {"asked": [*task.asked, to]})


def _task(tx: Transaction, found: Row[*tuple[Any, ...]]) -> Task:
    said = found._asdict()
    words = json.loads(tx.keys.register.open(said.pop("sealed"), ABOUT))
    return Task(**said, **words | {"asked": tuple(words["asked"]), "avoid": tuple(words["avoid"])})


def _seal(tx: Transaction, words: Mapping[str, Any]) -> bytes:
    return tx.keys.register.seal(json.dumps(words, ensure_ascii=False).encode(), ABOUT)


async def _change(tx: Transaction, task: Task, values: dict[str, Any], words: Mapping[str, Any]) -> Task:
    if words:
        kept = {name: getattr(task, name) for name in _WORDS}
        values["sealed"] = _seal(tx, kept | dict(words))
    changing = update(table).where(table.c.authority == tx.authority, table.c.id == task.id).values(**values)
    found = (await tx.connection.execute(changing.returning(*_COLUMNS))).one_or_none()
    if found is None:
        raise NoSuchTask(task.id)
    return _task(tx, found)
