"""The `publication` table: the figures of each closed survey, written once and never again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import SurveyId
from storage.store import Transaction
from storage.tables import publication as table
from surveys import publication
from surveys.publication import Publication

Figures = tuple[Publication, Publication]
"""What is published of a survey for the authority, and for everybody else."""

_KEEP = {
    True: postgresql.insert(table).on_conflict_do_nothing().returning(table.c.survey),
    False: sqlite.insert(table).on_conflict_do_nothing().returning(table.c.survey),
}


async def keep(tx: Transaction, survey: SurveyId, figures: Figures) -> Figures:
    """The survey's figures from now on: these, unless some are kept already, which stay as they are."""
    inside, outside = figures
    values: dict[str, Any] = {
        "authority": tx.authority,
        "survey": survey,
        "inside": publication.dumped(inside),
        "outside": publication.dumped(outside),
    }
    if (await tx.connection.execute(_KEEP[tx.on_postgres], values)).first() is not None:
        return figures
    return await of(tx, survey) or figures


async def of(tx: Transaction, survey: SurveyId) -> Figures | None:
    """A survey's figures; None where it has none."""
    query = select(table.c.inside, table.c.outside).where(table.c.authority == tx.authority, table.c.survey == survey)
    row = (await tx.connection.execute(query)).one_or_none()
    return None if row is None else (publication.read(row.inside), publication.read(row.outside))
