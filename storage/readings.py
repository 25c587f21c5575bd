"""What was decided about each typed answer of a closed survey, and the themes it was put under.

Rows hang on the random key of an answer and say nothing else of it: not who decided, and not when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NewType

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import SurveyId
from storage.store import Transaction
from storage.tables import reading as table
from storage.tables import theme as theme_table
from storage.tables import theming as theming_table

ThemeId = NewType("ThemeId", int)
State = Literal["read", "quotable", "not_used"]
Mark = tuple[int, int, str]
"""(start, end, kind) of a part that is blacked out."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One typed answer that somebody has read. `words` is what may be quoted of it, and only then not None.

    `marks` is None while nobody has changed what was proposed.
    """

    key: bytes
    question: str
    state: State
    marks: tuple[Mark, ...] | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """Something several people wrote about, as a reader called it. `keys` are the answers under it."""

    id: ThemeId
    name: str
    keys: frozenset[bytes]


def _keep(dialect: Any) -> Any:
    adding = dialect.insert(table)
    changed = {"state": adding.excluded.state, "words": adding.excluded.words}
    return adding.on_conflict_do_update(index_elements=["authority", "key"], set_=changed)


_KEEP = {True: _keep(postgresql), False: _keep(sqlite)}
_TICK = {
    True: postgresql.insert(theming_table).on_conflict_do_nothing(),
    False: sqlite.insert(theming_table).on_conflict_do_nothing(),
}


async def of(tx: Transaction, survey: SurveyId) -> Mapping[bytes, Reading]:
    """What is decided about a survey's typed answers, by their keys; those nobody has read are not in it."""
    query = select(table.c.key, table.c.question, table.c.state, table.c.words)
    rows = await tx.connection.execute(query.where(table.c.authority == tx.authority, table.c.survey == survey))
    return {row.key: _reading(row) for row in rows}


async def keep(tx: Transaction, survey: SurveyId, reading: Reading) -> None:
    """From now on this is what is decided about the answer."""
    said = json.dumps({"marks": reading.marks, "words": reading.words}, ensure_ascii=False)
    where = {"authority": tx.authority, "key": reading.key, "survey": survey, "question": reading.question}
    await tx.connection.execute(_KEEP[tx.on_postgres], where | {"state": reading.state, "words": said})


async def themes(tx: Transaction, survey: SurveyId) -> tuple[Theme, ...]:
    """A survey's themes, in the order they were made."""
    theirs = (theme_table.c.authority == tx.authority, theme_table.c.survey == survey)
    named = (await tx.connection.execute(select(theme_table).where(*theirs).order_by(theme_table.c.id))).all()
    query = select(theming_table.c.theme, theming_table.c.key).join(theme_table, _same_theme()).where(*theirs)
    keys: dict[int, set[bytes]] = {}
    for theme, key in await tx.connection.execute(query):
        keys.setdefault(theme, set()).add(key)
    return tuple(Theme(ThemeId(row.id), row.name, frozenset(keys.get(row.id, ()))) for row in named)


async def add_theme(tx: Transaction, survey: SurveyId, name: str) -> ThemeId:
    """A new theme, with nothing under it."""
    row = {"authority": tx.authority, "survey": survey, "name": name}
    added = await tx.connection.execute(insert(theme_table).values(row).returning(theme_table.c.id))
    return ThemeId(added.scalar_one())


async def remove_theme(tx: Transaction, theme: ThemeId) -> None:
    """The theme is gone, and what was put under it is not."""
    ours = (theming_table.c.authority == tx.authority, theming_table.c.theme == theme)
    await tx.connection.execute(delete(theming_table).where(*ours))
    await tx.connection.execute(
        delete(theme_table).where(theme_table.c.authority == tx.authority, theme_table.c.id == theme)
    )


async def tick(tx: Transaction, theme: ThemeId, key: bytes) -> None:
    """The answer is under this theme; it may be under others too."""
    await tx.connection.execute(_TICK[tx.on_postgres], {"authority": tx.authority, "theme": theme, "key": key})


async def untick(tx: Transaction, theme: ThemeId, key: bytes) -> None:
    """The answer is not under this theme."""
    ours = (theming_table.c.authority == tx.authority, theming_table.c.theme == theme, theming_table.c.key == key)
    await tx.connection.execute(delete(theming_table).where(*ours))


def _same_theme() -> Any:
    return (theming_table.c.authority == theme_table.c.authority) & (theming_table.c.theme == theme_table.c.id)


def _reading(row: Any) -> Reading:
    said = json.loads(row.words)
    marks = None if said["marks"] is None else tuple((start, end, kind) for start, end, kind in said["marks"])
    return Reading(row.key, row.question, row.state, marks, said["words"])
