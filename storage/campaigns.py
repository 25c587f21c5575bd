"""Campaigns: which survey is put to people in which steps. The plan is JSON, which `engagement/campaigns.py` reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import insert, select, update

from storage.errors import StorageError
from storage.ids import CampaignId, SurveyId
from storage.store import Transaction
from storage.tables import campaign as table

State = Literal["running", "paused", "stopped", "over"]
LIVE: tuple[State, ...] = ("running", "paused")


class NoSuchCampaign(StorageError):
    """No campaign of this authority has that number."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign. `survey` is None until the survey it is about opens; `plan` is JSON."""

    id: CampaignId
    name: str
    definition: str
    plan: str
    state: State
    paused_on: date | None
    survey: SurveyId | None


async def add(tx: Transaction, *, name: str, definition: str, plan: str, survey: SurveyId | None) -> Campaign:
    """A new running campaign."""
    values = {"authority": tx.authority, "name": name, "definition": definition, "plan": plan, "survey": survey}
    row = await tx.connection.execute(insert(table).values(values | {"state": "running"}).returning(table))
    return _campaign(row.one())


async def find(tx: Transaction, campaign: CampaignId, *, hold: bool = False) -> Campaign:
    """The campaign with that number; with `hold` nobody else changes it before the transaction ends.

    Raises: NoSuchCampaign.
    """
    query = select(table).where(table.c.authority == tx.authority, table.c.id == campaign)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    if row is None:
        raise NoSuchCampaign(campaign)
    return _campaign(row)


async def latest(tx: Transaction, name: str, *, hold: bool = False) -> Campaign | None:
    """The last campaign for the survey of that name; None when there never was one. `hold` as in `find`."""
    ours = (table.c.authority == tx.authority, table.c.name == name)
    query = select(table).where(*ours).order_by(table.c.id.desc()).limit(1)
    row = (await tx.connection.execute(query.with_for_update() if hold else query)).one_or_none()
    return None if row is None else _campaign(row)


async def live(tx: Transaction) -> tuple[Campaign, ...]:
    """Those that run or are paused, the oldest first."""
    query = select(table).where(table.c.authority == tx.authority, table.c.state.in_(LIVE)).order_by(table.c.id)
    return tuple(_campaign(row) for row in await tx.connection.execute(query))


async def change(
    tx: Transaction,
    campaign: CampaignId,
    *,
    plan: str,
    state: State,
    survey: SurveyId | None,
    paused_on: date | None = None,
) -> Campaign:
    """The campaign as it is from now on."""
    values = {"plan": plan, "state": state, "survey": survey, "paused_on": paused_on and paused_on.isoformat()}
    ours = (table.c.authority == tx.authority, table.c.id == campaign)
    return _campaign((await tx.connection.execute(update(table).where(*ours).values(values).returning(table))).one())


async def end_of(tx: Transaction, survey: SurveyId) -> None:
    """The survey is over, and so is whatever campaign it had."""
    ours = (table.c.authority == tx.authority, table.c.survey == survey, table.c.state.in_(LIVE))
    await tx.connection.execute(update(table).where(*ours).values(state="over"))


def _campaign(row: Any) -> Campaign:
    paused_on = None if row.paused_on is None else date.fromisoformat(row.paused_on)
    return Campaign(row.id, row.name, row.definition, row.plan, row.state, paused_on, row.survey)
