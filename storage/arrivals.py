"""Boxes on their way from `draft` into `pool`: they enter together when the transaction ends, and the pool is shuffled.

Entering last keeps the table's lock short, and one batch of ten Sends rewrites the pool once.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from storage import rewriting, shuffle
from storage.ids import PersonId, SurveyId
from storage.store import Transaction
from storage.tables import participation, pool


@dataclass(frozen=True, slots=True)
class SentBox:
    """What a draft's row held, nobody's from now on."""

    survey: SurveyId
    epoch: str
    taps: bytes
    words: bytes


Arrivals = dict[tuple[PersonId, SurveyId], SentBox]


def add(tx: Transaction, person: PersonId, box: SentBox) -> None:
    """Let a box enter the pool when the transaction ends."""
    arrivals: Arrivals = tx.cache.setdefault("arrivals", {})
    arrivals[person, box.survey] = box
    tx.before_commit["pool"] = lambda: _after_the_others(tx)


def on_their_way(tx: Transaction) -> list[SurveyId]:
    """The survey of each box that will enter when the transaction ends."""
    arrivals: Arrivals = tx.cache.get("arrivals", {})
    return [survey for _, survey in arrivals]


async def settle(tx: Transaction) -> None:
    """Put what has arrived into the pool, and the pool into a new random order."""
    arrivals: Arrivals = tx.cache.pop("arrivals", {})
    if not arrivals:
        return
    # Whoever was rolled back to a savepoint after Send has a draft again: a box enters only beside its flag.
    flagged = await tx.connection.execute(
        select(participation.c.person, participation.c.survey).where(
            participation.c.authority == tx.authority,
            participation.c.done,
            tuple_(participation.c.person, participation.c.survey).in_(list(arrivals)),
        )
    )
    boxes = [arrivals[PersonId(row.person), SurveyId(row.survey)] for row in flagged]
    if not boxes:
        return
    await rewriting.lock(tx, pool)
    waiting = [tuple(row) for row in await tx.connection.execute(select(pool).where(rewriting.of(tx, pool)))]
    entering = [
        (key, tx.authority, box.survey, box.epoch, box.taps, box.words)
        for key, box in zip(shuffle.fresh_keys(len(boxes)), boxes, strict=True)
    ]
    await rewriting.rewrite(tx, pool, waiting + entering)


async def _after_the_others(tx: Transaction) -> None:
    # The next round: every other write of the transaction is done before the pool's lock is asked for.
    tx.before_commit["pool"] = lambda: settle(tx)
