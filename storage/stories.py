"""What was found, as it is told: the slides of each story, opaque JSON here, and how far the telling is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from storage import rewriting
from storage.errors import StorageError
from storage.ids import StoryId, SurveyId
from storage.store import Transaction
from storage.tables import story as table

State = Literal["draft", "told", "stopped"]


class NoSuchStory(StorageError):
    """No story of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story. `slides` is JSON; `asks` the survey its last slide leads to; `chosen` how many it was for."""

    id: StoryId
    survey: SurveyId
    slides: str
    asks: SurveyId | None
    state: State
    told_on: date | None
    leaves_at: datetime | None
    chosen: int


async def add(tx: Transaction, survey: SurveyId, *, slides: str) -> Story:
    """A new draft about this survey."""
    values = {"authority": tx.authority, "survey": survey, "slides": slides, "state": "draft", "chosen": 0}
    return _story((await tx.connection.execute(insert(table).values(values).returning(table))).one())


async def find(tx: Transaction, story: StoryId, *, hold: bool = False) -> Story:
    """The story of that number; with `hold` nobody else changes it before the transaction ends.

    Raises: NoSuchStory.
    """
    query = select(table).where(table.c.authority == tx.authority, table.c.id == story)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchStory(story)
    return _story(row)


async def every(tx: Transaction, *, survey: SurveyId | None = None, hold: bool = False) -> tuple[Story, ...]:
    """All stories, or those about this survey; the oldest first. With `hold` nobody adds one meanwhile."""
    if hold:
        await rewriting.one_writer(tx, table)
    query = select(table).where(table.c.authority == tx.authority).order_by(table.c.id)
    found = query if survey is None else query.where(table.c.survey == survey)
    return tuple(_story(row) for row in await tx.connection.execute(found))


async def newest_told(tx: Transaction, *, now: datetime) -> Story | None:
    """The one told last, once it has begun to leave; one that was stopped is no news any more."""
    told = (table.c.authority == tx.authority, table.c.state == "told", table.c.leaves_at <= now)
    query = select(table).where(*told).order_by(table.c.id.desc()).limit(1)
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else _story(row)


async def change(tx: Transaction, story: StoryId, **values: Any) -> Story:
    """The story as it is from now on: any of slides, asks, state, told_on (a `date`), leaves_at, chosen.

    Raises: NoSuchStory.
    """
    if values.get("told_on") is not None:
        values["told_on"] = values["told_on"].isoformat()
    ours = (table.c.authority == tx.authority, table.c.id == story)
    row = (await tx.connection.execute(update(table).where(*ours).values(values).returning(table))).one_or_none()
    if row is None:
        raise NoSuchStory(story)
    return _story(row)


def _story(row: Any) -> Story:
    told_on = None if row.told_on is None else date.fromisoformat(row.told_on)
    return Story(row.id, row.survey, row.slides, row.asks, row.state, told_on, row.leaves_at, row.chosen)
