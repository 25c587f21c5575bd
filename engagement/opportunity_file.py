"""Many things to join at once, from a file: YAML, or the rows of a sheet. All of it, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from engagement import audit, places, typed_times, written
from engagement.audit import Action
from engagement.making import ANSWER_UNTIL, MOST_PLACES
from engagement.opportunities import KINDS, Details, Kind, Opportunity, details, kept, plain
from engagement.register_file import cells_of
from engagement.staff import Permission, may
from engagement.typed_times import BadTime, Fault, Span
from storage import opportunities, staff
from storage.staff import Staff
from storage.store import Transaction
from surveys.definition import Model, wrong
from surveys.errors import DefinitionError, Mistake
from surveys.outline import Node, outline

MOST: Final = 100
ROWS: Final = "opportunities"
WORDS: Final = frozenset(Details.model_fields) - {"picture", "link", "cancelled_because", "weeks", "series"}

Typed = Annotated[str, Field(max_length=60)]


def _known(given: object) -> object:
    if given not in KINDS:
        raise wrong("there is no such kind.", f"Write one of {', '.join(KINDS)}.")
    return given


class Row(Details):
    """One thing to join, as it is written in a file. Days and times stand there as people write them."""

    kind: Annotated[Kind, BeforeValidator(_known)] = "activity"
    starts: Typed | None = None
    ends: Typed | None = None
    answer_by: Typed | None = None
    places: int | None = Field(default=None, ge=1, le=MOST_PLACES)
    organiser: Typed | None = None
    picture: None = None
    link: None = None
    cancelled_because: None = None
    weeks: None = None
    series: None = None


class Sheet(Model):
    """A whole file."""

    opportunities: Annotated[tuple[Row, ...], Field(max_length=MOST)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One that could be read, and the line on which it begins. `organiser` is a name or a reference, or empty."""

    line: int
    source: str
    kind: Kind
    details: Details
    organiser: str
    places: int | None
    answer_by: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """One that would be made, and who organises it."""

    entry: Entry
    organiser: Staff


# Reading


def read(data: bytes, *, source: str, now: datetime) -> tuple[Entry, ...]:
    """What the file says. Raises: DefinitionError, with every mistake, its line and its remedy."""
    in_rows = not source.casefold().endswith((".yaml", ".yml"))
    root, mistakes = _sheet(data, source) if in_rows else outline(data.decode("utf-8-sig", "replace"), source=source)
    if root is None:
        raise DefinitionError(mistakes)
    try:
        sheet = written.checked(Sheet, root, source=source, names=[*Row.model_fields, ROWS], mistakes=mistakes)
    except DefinitionError as error:
        raise DefinitionError(tuple(map(_in_row, error.mistakes))) from error
    if not sheet.opportunities:
        raise DefinitionError((Mistake(source, root.line, "There is nothing to join in it.", "Add at least one."),))
    found: list[Mistake] = []
    entries = [_entry(row, _Where(root, at, source), found, now) for at, row in enumerate(sheet.opportunities)]
    if found:
        raise DefinitionError(tuple(sorted(found)))
    return tuple(entries)


@dataclass(frozen=True, slots=True)
class _Where:
    """One row of the file, and where its fields stand."""

    root: Node
    at: int
    source: str

    def line(self, *field: str) -> int:
        return self.root.line_at((ROWS, self.at, *field))

    def mistake(self, field: str, what: str, remedy: str) -> Mistake:
        return Mistake(line=self.line(field), source=self.source, what=f"{field}: {what}", remedy=remedy)


def _in_row(mistake: Mistake) -> Mistake:
    """The same, without saying of which row of the list: the line says it."""
    return replace(mistake, what=re.sub(rf"^{ROWS}\.\d+\.?(?=\w|:)", "", mistake.what).lstrip(": ").strip())


def _entry(row: Row, where: _Where, found: list[Mistake], now: datetime) -> Entry:
    starts = _moment(row.starts, "starts", where, found, now)
    ends = None if starts is None else starts.ends_at
    if row.ends is not None:
        ends = _ending(row.ends, starts, where, found, now)
    until = _until(row.answer_by, where, found, now)
    if starts is not None and until is not None and until > starts.starts_at:
        found.append(where.mistake("answer_by", "this is after it has begun.", "Take an earlier day, or leave it out."))
    said = Details.model_validate(row.model_dump(include=set(WORDS)))
    starts_at = None if starts is None else starts.starts_at
    return Entry(where.line(), where.source, row.kind, said, row.organiser or "", row.places, until, starts_at, ends)


SAID: Final[dict[Fault, tuple[str, str]]] = {
    "no_day": ("there is no day in it.", "Write it as 12/12/2026 18:00."),
    "no_time": ("there is no time in it.", "Write it as 12/12/2026 18:00."),
    "no_such_day": ("there is no such day.", "Write it as 12/12/2026 18:00."),
    "no_such_time": ("there is no such time.", "Write it as 18:00 or 6pm."),
    "weekday": ("that day of the week is another date.", "Mend one of the two, or leave the weekday out."),
    "past": ("this is over already.", "Take a later day, or take the row out."),
    "far": ("this is more than a year away.", "Is the year right?"),
    "backwards": ("it ends before it starts.", "Put the earlier time first."),
}


def _moment(typed: str | None, field: str, where: _Where, found: list[Mistake], now: datetime) -> Span | None:
    if typed is None:
        return None
    try:
        return typed_times.span(typed, now=now)
    except BadTime as error:
        found.append(where.mistake(field, *SAID[error.why]))
        return None


def _ending(typed: str, starts: Span | None, where: _Where, found: list[Mistake], now: datetime) -> datetime | None:
    """When it ends: a time of the same day, or a day and a time."""
    if starts is None:
        if where.root.line_at((ROWS, where.at, "starts")) == where.line():
            found.append(where.mistake("ends", "it says when it ends and not when it starts.", "Add starts."))
        return None
    try:
        ends = typed_times.ending(typed, starts.starts_at)
    except BadTime as error:
        found.append(where.mistake("ends", *SAID[error.why]))
        return None
    return ends


def _until(typed: str | None, where: _Where, found: list[Mistake], now: datetime) -> datetime | None:
    """The time that is said, else the afternoon of that day."""
    if typed is None:
        return None
    try:
        return typed_times.by(typed, ANSWER_UNTIL, now=now)
    except BadTime as error:
        found.append(where.mistake("answer_by", *SAID[error.why]))
        return None


def _sheet(data: bytes, source: str) -> tuple[Node | None, tuple[Mistake, ...]]:
    """The rows of a sheet as a tree like that of a YAML file: an empty cell says nothing."""
    rows, unreadable = cells_of(data)
    if unreadable is not None:
        return None, (Mistake(source, unreadable.line, unreadable.what, unreadable.remedy),)
    filled = [(line, [cell.strip() for cell in cells]) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        return None, (
            Mistake(source, 1, "The file is empty.", "Name the columns in the first row, one of them title."),
        )
    names = [re.sub(r"[\s_-]+", "_", name.casefold()) for name in filled[0][1]]
    if twice := next((name for name in names if name and names.count(name) > 1), None):
        return None, (Mistake(source, filled[0][0], f"Two columns are named {twice}.", "Give each a name of its own."),)
    nodes: list[Node] = []
    wrong: list[Mistake] = []
    for line, cells in filled[1:]:
        if len(cells) > len(names) and any(cells[len(names) :]):
            what = f"This row has {len(cells)} cells, the first row {len(names)}."
            remedy = "Put quotation marks around a cell that holds a comma or a semicolon."
            wrong.append(Mistake(source, line, what, remedy))
        else:
            nodes.append(Node(line, dict(_cells(line, names, cells))))
    return Node(1, {ROWS: Node(filled[0][0], nodes)}), tuple(wrong)


def _cells(line: int, names: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, Node]]:
    for name, cell in zip(names, cells, strict=False):
        if cell and name == "interests":
            yield name, Node(line, [Node(line, part.strip()) for part in cell.split(";") if part.strip()])
        elif cell:
            yield name or "a column without a name", Node(line, cell)


# Making them


async def plan(tx: Transaction, entries: Sequence[Entry], *, organiser: str | None = None) -> tuple[Planned, ...]:
    """Who would organise each; `organiser` is whoever does where a row names nobody. Raises: DefinitionError."""
    there = {
        _same(details(one), one.starts_at) for one in await opportunities.in_states(tx, ("open", "draft", "closed"))
    }
    found: list[Mistake] = []
    planned: list[Planned] = []
    seen: dict[tuple[str, datetime | None], int] = {}
    for entry in entries:
        same = _same(entry.details, entry.starts_at)
        if same in there:
            found.append(_wrong(entry, "There is one of that title and time here already.", "Take it out of the file."))
        elif same in seen:
            found.append(_wrong(entry, f"It stands on line {seen[same]} already.", "Keep it once."))
        seen.setdefault(same, entry.line)
        member = await _organiser(tx, entry, organiser, found)
        if member is not None:
            planned.append(Planned(entry, member))
    if found:
        raise DefinitionError(tuple(sorted(found)))
    return tuple(planned)


async def make(tx: Transaction, planned: Sequence[Planned], *, now: datetime) -> tuple[Opportunity, ...]:
    """All of them, open to whoever they fit; nobody is told of them by that."""
    made = [
        await opportunities.add(
            tx,
            made_by=one.organiser.id,
            organiser=one.organiser.id,
            kind=one.entry.kind,
            details=kept(one.entry.details),
            places=one.entry.places,
            answer_by=one.entry.answer_by,
            starts_at=one.entry.starts_at,
            ends_at=one.entry.ends_at,
        )
        for one in planned
    ]
    for opportunity in made:
        await audit.note(tx, None, Action.OPPORTUNITY_MADE, now=now, opportunity=opportunity.id)
    return tuple([await places.publish(tx, opportunity.id, now=now) for opportunity in made])


async def _organiser(tx: Transaction, entry: Entry, otherwise: str | None, found: list[Mistake]) -> Staff | None:
    named = entry.organiser or otherwise or ""
    if not named:
        found.append(_wrong(entry, "It names nobody who organises it.", "Add organiser, or run with --organiser NAME."))
        return None
    member = await staff.by_name_or_reference(tx, named)
    if member is None:
        found.append(_wrong(entry, f"{named} is not staff here.", "Write the name as it is in staff list."))
    elif not may(member, Permission.MAKE_OPPORTUNITY):
        found.append(_wrong(entry, f"{named} may not organise things, or has left.", "Name somebody else."))
    else:
        return member
    return None


def _same(said: Details, starts_at: datetime | None) -> tuple[str, datetime | None]:
    return next(iter(plain([said.title]))), starts_at


def _wrong(entry: Entry, what: str, remedy: str) -> Mistake:
    return Mistake(source=entry.source, line=entry.line, what=what, remedy=remedy)
