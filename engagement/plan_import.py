"""A table of the plan brought back: what it would change, and that done, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engagement import audit, plan_cells, plan_themes, promises
from engagement.audit import Action
from engagement.plan_file import Row, Table
from engagement.promise_words import BadField
from engagement.promises import Shown
from engagement.register_file import Problem
from storage import promises as storage
from storage import staff
from storage.ids import PlanThemeId, PromiseId, StaffId
from storage.promises import PlanTheme
from storage.store import Transaction


class PlanUnreadable(Exception):
    """Nothing was imported: so much of the file cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a promise, as it is and as it will be."""

    field: str
    was: Any
    will_be: Any


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import comes to. `dropped` were told and will be "not doing": whoever was told is then to be told."""

    themes: tuple[str, ...] = ()
    themes_changed: Mapping[PlanThemeId, Mapping[str, Any]] = field(default_factory=dict)
    added: tuple[Row, ...] = ()
    changed: Mapping[PromiseId, tuple[Change, ...]] = field(default_factory=dict)
    dropped: tuple[PromiseId, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.themes or self.themes_changed or self.added or self.changed)


@dataclass(frozen=True, slots=True)
class _There:
    """The plan as it is, and the staff by name and by number."""

    promises: Mapping[PromiseId, Shown]
    themes: Mapping[str, PlanTheme]
    owners: Mapping[str, StaffId]
    names: Mapping[StaffId, str]


async def _there(tx: Transaction) -> _There:
    members = await staff.everyone(tx)
    return _There(
        {one.id: one for one in await promises.every(tx)},
        {one.name.casefold(): one for one in await promises.themes(tx)},
        {member.name.casefold(): member.id for member in members if member.state != "left"},
        {member.id: member.name for member in members},
    )


async def planned(tx: Transaction, table: Table) -> Planned:
    """What the table would change. Raises: PlanUnreadable, with every fault of every row."""
    there, found = await _there(tx), Planned()
    problems = list(table.problems)
    for row in table.rows:
        full, faults = _with_owner(row, there)
        faults = faults or [*_unknown(full, there), *_edited(full, there)] or await _unfit(tx, full, there)
        problems += faults
        if not faults:
            found = _with(found, full, there)
    if table.rows or not table.problems:
        problems += _missing(table, there)
    if problems:
        raise PlanUnreadable(sorted(problems))
    return found


async def apply(tx: Transaction, table: Table, *, now: datetime) -> Planned:
    """Done, all of it. What is in the plan is held, so that nobody changes it meanwhile. Raises: PlanUnreadable."""
    await storage.every(tx, hold=True)
    found = await planned(tx, table)
    themes = {one.name.casefold(): one.id for one in await promises.themes(tx)}
    try:
        for theme, values in found.themes_changed.items():
            await plan_themes.change(tx, None, theme, now=now, **values)
        for row in table.rows:
            if row.theme.casefold() not in themes:
                made = await plan_themes.add(tx, None, name=row.theme, icon=row.icon, goes_well=row.goes_well, now=now)
                themes[row.theme.casefold()] = made.id
        for row in found.added:
            given = {name: value for name, value in row.changes.items() if value is not None}
            await promises.add(tx, None, themes[row.theme.casefold()], given, now=now)
        for promise, changes in found.changed.items():
            values = {
                one.field: themes[one.will_be.casefold()] if one.field == "theme" else one.will_be for one in changes
            }
            await promises.save(tx, None, promise, values, now=now)
    except BadField as error:  # what only shows once all of it is there
        raise PlanUnreadable([Problem(1, f"{error.field}: {(said := plan_cells.fault(error))[0]}", said[1])]) from error
    for promise in found.dropped:
        await audit.note(tx, None, Action.PROMISE_DROPPED, now=now, promise=promise)
    await audit.note(tx, None, Action.PLAN_IMPORTED, now=now, added=len(found.added), changed=len(found.changed))
    return found


def _with(found: Planned, row: Row, there: _There) -> Planned:
    """The same, with what this row changes."""
    theme, one = there.themes.get(row.theme.casefold()), _promise(row, there)
    if theme is None:
        found = replace(found, themes=tuple(dict.fromkeys((*found.themes, row.theme))))
    elif values := _theme_changes(theme, row):
        found = replace(found, themes_changed={**found.themes_changed, theme.id: values})
    if one is None:
        return replace(found, added=(*found.added, row))
    changes = _changes(row, one)
    if not changes:
        return found
    dropped = one.told and any(each.field == "state" and each.will_be == "not_doing" for each in changes)
    return replace(
        found,
        changed={**found.changed, one.id: changes},
        dropped=(*found.dropped, one.id) if dropped else found.dropped,
    )


def _promise(row: Row, there: _There) -> Shown | None:
    return None if row.id is None else there.promises.get(PromiseId(row.id))


def _theme_changes(theme: PlanTheme, row: Row) -> dict[str, Any]:
    wanted = {"name": row.theme, "icon": row.icon, "goes_well": row.goes_well}
    return {name: value for name, value in wanted.items() if getattr(theme, name) != value}


def _changes(row: Row, one: Shown) -> tuple[Change, ...]:
    """Field by field what this row makes different."""
    wanted = {name: value for name, value in row.changes.items() if not (name == "number" and value is None)}
    now = promises.before(one.promise, wanted)
    moved = (Change("theme", one.theme.name, row.theme),) if one.theme.name.casefold() != row.theme.casefold() else ()
    return (*moved, *(Change(name, now[name], value) for name, value in wanted.items() if now[name] != value))


def _with_owner(row: Row, there: _There) -> tuple[Row, list[Problem]]:
    """The row with its owner's number. Whoever has left stays owner until another is named."""
    one = _promise(row, there)
    owner = None if one is None else one.promise.owner
    if owner is None or row.owner != there.names.get(owner, ""):
        owner = there.owners.get(row.owner.casefold())
    full = replace(row, changes={**row.changes, "owner": owner})
    if row.owner and owner is None:
        what = f"owner: nobody on the staff is called {row.owner}."
        return full, [Problem(row.line, what, "Write the name as it stands in: yousaid staff list")]
    return full, []


def _unknown(row: Row, there: _There) -> Iterator[Problem]:
    if row.id is not None and _promise(row, there) is None:
        yield Problem(row.line, f"id: there is no promise {row.id}.", "Leave the id of a new one empty.")


def _edited(row: Row, there: _There) -> Iterator[Problem]:
    """A promise that somebody edited after the export is not written over."""
    one = _promise(row, there)
    if one is not None and _changes(row, one) and (row.edited is None or one.promise.edited_at > row.edited):
        what = f"{one.id} was edited by {one.edited_by or 'the command line'} after this file was exported."
        yield Problem(row.line, what, "Export the plan again, and make your changes in that file.")


async def _unfit(tx: Transaction, row: Row, there: _There) -> list[Problem]:
    """What cannot stand in a promise, or in its theme."""
    one = _promise(row, there)
    if one is None:
        held, changes = None, {name: value for name, value in row.changes.items() if value is not None}
    else:
        held = one.promise
        changes = {each.field: each.will_be for each in _changes(row, one) if each.field != "theme"}
    try:
        plan_themes.fitted({"name": row.theme, "icon": row.icon})
        await promises.prepared(tx, held, changes)
    except BadField as error:
        what, remedy = plan_cells.fault(error)
        return [Problem(row.line, f"{error.field.replace('_', ' ')}: {what}", remedy)]
    return []


def _missing(table: Table, there: _There) -> Iterator[Problem]:
    """A promise that is no longer in the file: nothing vanishes like that."""
    named = {row.id for row in table.rows} | table.ids_unread
    for promise, one in there.promises.items():
        if promise not in named:
            remedy = (
                "Put its row back. One that is not kept has the state: not doing."
                if one.told
                else "Put its row back, or remove it in the chat."
            )
            yield Problem(1, f"{promise} is not in the file: {one.words.we_will}", remedy)
