"""The sealed pool: Send moves a box into it unopened, the nightly job and the close take boxes out.

See DESIGN, "The sealed pool". Nothing is opened in anybody's tap, so that no answer comes out beside a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage import answers, arrivals, drafts, openings, rewriting, shuffle, slices, splitting, turning
from storage.closing import Closed, close
from storage.drafts import AlreadySent
from storage.errors import NothingOpen, SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.store import Transaction
from storage.tables import draft, participation
from storage.tables import pool as table

__all__ = ["HOLD", "MIN_BATCH", "AlreadySent", "Closed", "Turned", "close", "send", "turn", "waiting"]

HOLD = 10
MIN_BATCH = 10
"""How many boxes stay behind, and the fewest that come out together."""


@dataclass(frozen=True, slots=True)
class Turned:
    """How many boxes of each survey came out, and how many wait on."""

    opened: Mapping[SurveyId, int]
    waiting: Mapping[SurveyId, int]


_TAKE = (
    delete(draft)
    .where(
        draft.c.authority == bindparam("authority"),
        draft.c.person == bindparam("person"),
        draft.c.survey == bindparam("survey"),
    )
    .returning(draft.c.survey, draft.c.epoch, draft.c.taps, draft.c.words)
)
_COUNTS = (
    select(table.c.survey, func.count()).where(table.c.authority == bindparam("authority")).group_by(table.c.survey)
)


def _flag(dialect: Any) -> Any:
    return (
        dialect.insert(participation)
        .on_conflict_do_update(
            index_elements=["authority", "person", "survey"], set_={"done": True}, where=participation.c.done.is_(False)
        )
        .returning(participation.c.person)
    )


_FLAG_SQLITE, _FLAG_POSTGRES = _flag(sqlite), _flag(postgresql)


async def send(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Move the person's draft into the pool, unopened; note that they are done and nothing else.

    Raises: SurveyClosed, AlreadySent, or NothingOpen when they have not begun.
    """
    if not await openings.is_open(tx, survey):
        raise SurveyClosed(survey)
    await drafts.flush(tx)
    who = {"authority": tx.authority, "person": person, "survey": survey}
    box = (await tx.connection.execute(_TAKE, who)).one_or_none()
    drafts.gone(tx, person, survey)
    if box is None:
        raise AlreadySent(person) if await drafts.done(tx, person, survey) else NothingOpen(person)
    flagged = await tx.connection.execute(_FLAG_POSTGRES if tx.on_postgres else _FLAG_SQLITE, {**who, "done": True})
    if flagged.one_or_none() is None:
        raise AlreadySent(person)
    arrivals.add(tx, person, arrivals.SentBox(survey, box.epoch, box.taps, box.words))


async def waiting(tx: Transaction) -> Mapping[SurveyId, int]:
    """How many boxes of each survey wait, for the job that runs when there are 40. Leaves no lock behind."""
    savepoint = await tx.connection.begin_nested()
    rows = (await tx.connection.execute(_COUNTS, {"authority": tx.authority})).all()
    await savepoint.rollback()
    counts = Counter({SurveyId(survey): count for survey, count in rows})
    counts.update(arrivals.on_their_way(tx))
    return counts


async def turn(tx: Transaction, *, hold: int = HOLD) -> Turned:
    """The nightly job: turn the key, and open all but `hold` boxes of each survey where 10 or more would come out.

    Runs in a transaction of its own. What is opened is split at once; no row says which others it came with.
    """
    under_way = await turning.begin(tx)
    await turning.drafts_again(under_way)
    staying: list[Any] = []
    opened: dict[SurveyId, int] = {}
    left: dict[SurveyId, int] = {}
    loose: dict[SurveyId, list[answers.Loose]] = {}
    made: dict[SurveyId, list[slices.Copy]] = {}
    for survey, rows in (await turning.waiting(under_way)).items():
        held, out = shuffle.held_back(rows, hold) if len(rows) >= hold + MIN_BATCH else (rows, [])
        staying += held
        left[survey] = len(held)
        if out:
            loose[survey], made[survey] = await splitting.taken_apart(under_way, survey, out)
            opened[survey] = len(out)
    await turning.pool_again(under_way, staying)
    await slices.again(under_way, made)
    await answers.replace(tx, {survey: await answers.loose(tx, survey) + new for survey, new in loose.items()})
    await rewriting.rewrite_participation(tx, [opening.id for opening in await openings.open_surveys(tx)])
    await turning.finish(under_way)
    return Turned(opened, left)
