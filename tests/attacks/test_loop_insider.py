"""Somebody with copies of the database who wants to know who said what when the loop was closed, and to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy import text as sql
from support.town import NORTHFIELD

from engagement import authority, due
from engagement.london import today
from storage import comments, talks
from storage import due as due_rows
from storage.ids import SurveyId
from storage.store import Store, Transaction
from storage.tables import heard

WORDS = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
MONDAY = datetime(2026, 11, 9, 11, tzinfo=UTC)


async def copy_of(tx: Transaction) -> list[dict[str, Any]]:
    return [dict(row) for row in (await tx.connection.execute(select(heard))).mappings()]


async def test_of_two_copies_of_what_was_heard_nobody_can_say_which_line_is_new_or_what_it_is_about(
    store: Store,
) -> None:
    async with store.transaction() as tx:
        day = today(MONDAY)
        made = await talks.begin(tx, SurveyId(0), begun_on=day, ends_on=day + timedelta(days=21))
        for line in ("Buses", "b" * 200, "Wifi"):
            await talks.add_heard(tx, made.id, "money", line)
        await tx.finish()
        before = await copy_of(tx)
        await talks.add_heard(tx, made.id, "home", "The new one")
        await tx.finish()
        after = await copy_of(tx)
    assert {row["choice"] for row in (*before, *after)} == {""}
    assert {len(row["sealed"]) for row in (*before, *after)} == {talks.BOX}
    for column in ("key", "sealed"):
        assert not {row[column] for row in before} & {row[column] for row in after}


async def test_after_the_night_not_even_the_number_of_a_transaction_says_who_wrote_last(store: Store) -> None:
    """PostgreSQL keeps in each row which transaction wrote it: the last comment shares it with its writer's card."""
    async with store.transaction() as tx:
        day = today(MONDAY)
        made = await talks.begin(tx, SurveyId(0), begun_on=day, ends_on=day + timedelta(days=21))
    async with store.transaction() as tx:
        comments.add(tx, kind="change", about=0, text="The wifi", monday=day + timedelta(days=7))
        await talks.add_heard(tx, made.id, "home", "The wifi")
    before = await written_by(store)
    async with store.transaction() as tx:
        await due_rows.add(tx, "prune", day.isoformat(), MONDAY)
        (row,) = await due_rows.claim(tx, now=MONDAY, limit=1)
        await due.work(tx, WORDS, row, MONDAY)
    after = await written_by(store)
    assert not after.keys() ^ {"comment", "heard"}
    assert all(len(numbers) == 1 for numbers in (*before.values(), *after.values()))
    assert all(not before[name] & after[name] for name in before)


async def written_by(store: Store) -> dict[str, set[str]]:
    """What of each row says when it was written: the number of its transaction; on SQLite its key."""
    async with store.transaction() as tx:
        column = "xmin::text" if tx.on_postgres else "hex(key)"
        return {
            name: set(await tx.connection.scalars(sql(f"SELECT {column} FROM {name}"))) for name in ("comment", "heard")
        }
