"""Whole tables written again in a new order, so that neither page nor transaction number keeps the old one.

Page layout on SQLite, and xmin and place on PostgreSQL, remember in what order rows came; 300 of 300 answers could be
joined to their people by them. So rows are taken out and put back. On PostgreSQL only TRUNCATE gives a new file, and
it takes the whole table: other authorities' rows, which are in a random order already, are put back as they were.

Order of locks, everywhere: epoch row, rows of `draft` and `participation`, then the tables `answer`, `pool` and `slice`
in the order of their names, as a backup takes them. Send takes its table last, else two Sends wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, column, delete, insert, not_, select, text
from sqlalchemy import table as lightweight

from storage import shuffle
from storage.ids import SurveyId
from storage.store import Transaction
from storage.tables import participation

ROWS_AT_ONCE = 1_000


async def rewrite(
    tx: Transaction, table: Table, rows: Sequence[tuple[Any, ...]], *, surveys: Collection[SurveyId] | None = None
) -> None:
    """Put these rows, in random order, in place of what the table holds of the surveys (None: of the authority).

    Rows are tuples in the order of the table's columns.
    """
    ours = of(tx, table, surveys)
    if tx.on_postgres:
        await _truncate_but(tx, table, not_(ours))
    else:
        await tx.connection.execute(delete(table).where(ours))
    await _add(tx, table, shuffle.in_random_order(rows))


async def rewrite_participation(tx: Transaction, surveys: Collection[SurveyId]) -> None:
    """Put the rows of these surveys back in the order of the register.

    No table lock: people's menus read these rows at any time, before they hold the epoch.
    """
    ours = of(tx, participation, surveys)
    rows = [tuple(row) for row in await tx.connection.execute(select(participation).where(ours))]
    await tx.connection.execute(delete(participation).where(ours))
    await _add(tx, participation, sorted(rows))


async def lock(tx: Transaction, *tables: Table) -> None:
    """Keep everybody else out of the tables until this transaction ends."""
    if tx.on_postgres:
        names = ", ".join(sorted(f'"{table.name}"' for table in tables))
        await tx.connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


async def one_writer(tx: Transaction, table: Table) -> None:
    """Of two who would both add a first row, the second sees what the first has added. Whoever reads does not wait."""
    if tx.on_postgres:
        await tx.connection.execute(text(f'LOCK TABLE "{table.name}" IN SHARE ROW EXCLUSIVE MODE'))


def of(tx: Transaction, table: Table, surveys: Collection[SurveyId] | None = None) -> ColumnElement[bool]:
    """The rows of this authority; of these surveys only, if they are named."""
    ours = table.c.authority == tx.authority
    return ours if surveys is None else and_(ours, table.c.survey.in_(surveys))


async def _truncate_but(tx: Transaction, table: Table, kept: ColumnElement[bool]) -> None:
    await lock(tx, table)
    aside = lightweight(f"kept_{table.name}", *(column(each.name) for each in table.c))
    any_kept = await tx.connection.scalar(select(select(table).where(kept).exists()))
    if any_kept:
        made = text(f'CREATE TEMPORARY TABLE {aside.name} (LIKE "{table.name}") ON COMMIT DROP')
        await tx.connection.execute(made)
        await tx.connection.execute(insert(aside).from_select(table.c.keys(), select(table).where(kept)))
    await tx.connection.execute(text(f'TRUNCATE TABLE "{table.name}"'))
    if any_kept:
        await tx.connection.execute(insert(table).from_select(table.c.keys(), select(aside)))
        await tx.connection.execute(text(f"DROP TABLE {aside.name}"))


async def _add(tx: Transaction, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = table.c.keys()
    adding = insert(table)
    for at in range(0, len(rows), ROWS_AT_ONCE):
        chunk: list[Mapping[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows[at : at + ROWS_AT_ONCE]]
        await tx.connection.execute(adding, chunk)
