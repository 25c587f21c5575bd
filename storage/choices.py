"""What a person has chosen not to hear: whole topics, or one survey. Nothing here says why."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import PersonId, SurveyId
from storage.store import Transaction
from storage.tables import muted, opted_out

Why = Literal["asked", "promised"]
"""They said "no more about this one"; or the last reminder told them that it was the last."""


async def opt_out(tx: Transaction, person: PersonId, topic: str) -> None:
    """Nothing about this topic is started to them from now on. Safe to repeat."""
    insert = (postgresql if tx.on_postgres else sqlite).insert(opted_out)
    row = {"authority": tx.authority, "person": person, "topic": topic}
    await tx.connection.execute(insert.values(row).on_conflict_do_nothing())


async def opt_in(tx: Transaction, person: PersonId, topic: str) -> None:
    """They want to hear of it again."""
    theirs = (opted_out.c.authority == tx.authority, opted_out.c.person == person, opted_out.c.topic == topic)
    await tx.connection.execute(delete(opted_out).where(*theirs))


async def not_wanted(tx: Transaction, person: PersonId) -> frozenset[str]:
    """The topics this person has opted out of."""
    query = select(opted_out.c.topic).where(opted_out.c.authority == tx.authority, opted_out.c.person == person)
    return frozenset(await tx.connection.scalars(query))


async def without(tx: Transaction, topic: str) -> frozenset[PersonId]:
    """Everybody who has opted out of this topic."""
    query = select(opted_out.c.person).where(opted_out.c.authority == tx.authority, opted_out.c.topic == topic)
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query))


async def mute(tx: Transaction, survey: SurveyId, *persons: PersonId, why: Why) -> None:
    """Nobody of these is written to about this survey again. What they said themselves outweighs what we promised."""
    insert = (postgresql if tx.on_postgres else sqlite).insert(muted)
    adding = (
        insert.on_conflict_do_update(
            index_elements=["authority", "person", "survey"], set_={"why": insert.excluded.why}
        )
        if why == "asked"
        else insert.on_conflict_do_nothing()
    )
    rows = [{"authority": tx.authority, "person": person, "survey": survey, "why": why} for person in persons]
    if rows:
        await tx.connection.execute(adding, rows)


async def unmute(tx: Transaction, person: PersonId, survey: SurveyId, *, why: Why | None = None) -> None:
    """They came back to it, or sent it: nothing of the choice is kept. With `why` only when that was the reason."""
    theirs = [muted.c.authority == tx.authority, muted.c.person == person, muted.c.survey == survey]
    if why is not None:
        theirs.append(muted.c.why == why)
    await tx.connection.execute(delete(muted).where(*theirs))


async def unmute_all(tx: Transaction, survey: SurveyId) -> None:
    """The survey is over, and so are the choices about it."""
    await tx.connection.execute(delete(muted).where(muted.c.authority == tx.authority, muted.c.survey == survey))


async def muted_by(tx: Transaction, survey: SurveyId) -> frozenset[PersonId]:
    """Everybody who is not to be written to about this survey."""
    query = select(muted.c.person).where(muted.c.authority == tx.authority, muted.c.survey == survey)
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query))


async def why_muted(tx: Transaction, person: PersonId, survey: SurveyId) -> Why | None:
    """Why this person is not to be written to about this survey; None when they may be."""
    theirs = (muted.c.authority == tx.authority, muted.c.person == person, muted.c.survey == survey)
    found: Why | None = await tx.connection.scalar(select(muted.c.why).where(*theirs))
    return found
