"""The `survey` table: which questionnaires are open, for how many, and until when.

A definition never changes once it is opened, so a parsed one is kept for the life of the process.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, delete, insert, select, update

from storage.errors import StorageError, SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.store import Transaction
from storage.tables import authority as authority_table
from storage.tables import participation
from storage.tables import survey as table
from surveys.definition import Questionnaire
from surveys.load import load

State = Literal["open", "closed", "destroyed"]


class AlreadyOpen(StorageError):
    """A survey of that name is open; it must close before another opens."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoSuchSurvey(StorageError):
    """No survey of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One survey put to people. `segments` counts the invited in each part of each declared segment."""

    id: SurveyId
    name: str
    state: State
    opened_at: datetime
    closes_at: datetime
    invited: int
    segments: Mapping[str, Mapping[str, int]]
    practice: frozenset[PersonId] | None = None
    """None for a survey that counts; else a copy to try out, and who may: what they send is thrown away."""

    def is_for(self, person: PersonId) -> bool:
        """Whether it is put to this person."""
        return self.practice is None or person in self.practice


_OURS = table.c.authority == bindparam("authority")
_COLUMNS = (
    table.c.id,
    table.c.name,
    table.c.state,
    table.c.opened_at,
    table.c.closes_at,
    table.c.invited,
    table.c.segments,
    table.c.practice,
)
_OPEN = select(*_COLUMNS).where(_OURS, table.c.state == "open").order_by(table.c.id)
_BY_ID = select(*_COLUMNS).where(_OURS, table.c.id == bindparam("survey"))
_LATEST = select(*_COLUMNS).where(_OURS, table.c.name == bindparam("name")).order_by(table.c.id.desc()).limit(1)
_DEFINITION = select(table.c.definition).where(_OURS, table.c.id == bindparam("survey"))
_OPEN_NAME = select(table.c.id).where(_OURS, table.c.name == bindparam("name"), table.c.state == "open")
_END = (
    update(table)
    .where(table.c.authority == bindparam("b_authority"), table.c.id == bindparam("b_survey"))
    .values(state=bindparam("b_state"), closes_at=bindparam("b_closes_at"))
)
_ONE_OPENS = select(authority_table.c.id).where(authority_table.c.id == bindparam("authority")).with_for_update()

_Known = dict[tuple[int, int, str, datetime], Questionnaire]
_parsed: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


async def open_survey(
    tx: Transaction,
    *,
    name: str,
    definition: str,
    closes_at: datetime,
    invited: int,
    segments: Mapping[str, Mapping[str, int]],
    now: datetime,
    practice: Iterable[PersonId] | None = None,
) -> SurveyId:
    """A new open survey; with `practice` a copy that only these people may try out.

    Raises: AlreadyOpen when one of that name is open; DefinitionError when the definition cannot be used.
    """
    questionnaire = _read(definition, name)
    await tx.connection.execute(_ONE_OPENS, {"authority": tx.authority})
    if await tx.connection.scalar(_OPEN_NAME, {"authority": tx.authority, "name": name}) is not None:
        raise AlreadyOpen(name)
    row = {
        "authority": tx.authority,
        "name": name,
        "definition": definition,
        "state": "open",
        "opened_at": now,
        "closes_at": closes_at,
        "invited": invited,
        "segments": json.dumps(segments, sort_keys=True),
        "practice": None if practice is None else json.dumps(sorted(practice)),
    }
    survey = SurveyId((await tx.connection.execute(insert(table).values(row).returning(table.c.id))).scalar_one())
    forget_cached(tx)
    tx.cache["questionnaire", survey] = questionnaire
    return survey


async def open_surveys(tx: Transaction) -> tuple[Opening, ...]:
    """The surveys that can be answered now, in the order of their opening.

    The epoch is held first, so that none of them closes before this transaction ends.
    """
    cached: tuple[Opening, ...] | None = tx.cache.get("open surveys")
    if cached is None:
        await tx.epoch()
        rows = await tx.connection.execute(_OPEN, {"authority": tx.authority})
        cached = tx.cache["open surveys"] = tuple(_opening(row) for row in rows)
    return cached


async def every(tx: Transaction) -> tuple[Opening, ...]:
    """Every survey that was ever opened, the oldest first."""
    query = select(*_COLUMNS).where(table.c.authority == tx.authority).order_by(table.c.id)
    return tuple(_opening(row) for row in await tx.connection.execute(query))


async def find(tx: Transaction, survey: SurveyId) -> Opening:
    """The survey with that number, whatever its state. Raises: NoSuchSurvey."""
    cached: tuple[Opening, ...] = tx.cache.get("open surveys", ())
    for opening in cached:
        if opening.id == survey:
            return opening
    row = (await tx.connection.execute(_BY_ID, {"authority": tx.authority, "survey": survey})).one_or_none()
    if row is None:
        raise NoSuchSurvey(survey)
    return _opening(row)


async def latest(tx: Transaction, name: str) -> Opening | None:
    """The survey of that name that opened last; None when none ever did."""
    row = (await tx.connection.execute(_LATEST, {"authority": tx.authority, "name": name})).one_or_none()
    return None if row is None else _opening(row)


async def is_open(tx: Transaction, survey: SurveyId) -> bool:
    """Whether answers to it can be kept and sent in this transaction."""
    return any(opening.id == survey for opening in await open_surveys(tx))


async def questionnaire(tx: Transaction, survey: SurveyId) -> Questionnaire:
    """What the survey asks. Raises: NoSuchSurvey."""
    found: Questionnaire | None = tx.cache.get(("questionnaire", survey))
    if found is None:
        found = await _known_or_read(tx, await find(tx, survey))
        tx.cache["questionnaire", survey] = found
    return found


async def definition(tx: Transaction, survey: SurveyId) -> str:
    """The questionnaire's text, as it was opened."""
    return str(await tx.connection.scalar(_DEFINITION, {"authority": tx.authority, "survey": survey}))


async def move_end(tx: Transaction, survey: SurveyId, closes_at: datetime) -> None:
    """Let an open survey close at another moment. Raises: SurveyClosed."""
    if not await is_open(tx, survey):
        raise SurveyClosed(survey)
    await end(tx, survey, "open", closes_at=closes_at)


async def end(tx: Transaction, survey: SurveyId, state: State, *, closes_at: datetime) -> None:
    """Note that a survey is closed or was destroyed, and when; for `storage.closing`."""
    row = {"b_authority": tx.authority, "b_survey": survey, "b_state": state, "b_closes_at": closes_at}
    await tx.connection.execute(_END, row)
    forget_cached(tx)


async def remove(tx: Transaction, survey: SurveyId) -> None:
    """Nothing says any more that this survey was ever open; for a copy that was only practised."""
    for one in (participation, table):
        number = one.c.survey if one is participation else one.c.id
        await tx.connection.execute(delete(one).where(one.c.authority == tx.authority, number == survey))
    forget_cached(tx)


def forget_cached(tx: Transaction) -> None:
    """Ask again which surveys are open: this transaction changed it."""
    tx.cache.pop("open surveys", None)


async def _known_or_read(tx: Transaction, opening: Opening) -> Questionnaire:
    # A number alone would not do: a rolled-back opening gives its number to the next one.
    known = _parsed.setdefault(tx.connection.engine.sync_engine, {})
    key = (tx.authority, opening.id, opening.name, opening.opened_at)
    if key not in known:
        text = await tx.connection.scalar(_DEFINITION, {"authority": tx.authority, "survey": opening.id})
        known[key] = _read(str(text), opening.name)
    return known[key]


@lru_cache(maxsize=32)
def _read(definition: str, name: str) -> Questionnaire:
    return load(definition, source=name)


def _opening(row: Any) -> Opening:
    return Opening(
        SurveyId(row.id),
        row.name,
        row.state,
        row.opened_at,
        row.closes_at,
        row.invited,
        json.loads(row.segments),
        None if row.practice is None else frozenset(json.loads(row.practice)),
    )
