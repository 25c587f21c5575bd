"""Turning the key: every sealed box of an authority opened with the old epoch's key and sealed with a new one.

Safe to kill anywhere. The new key is on disk before anything is sealed under it, the old one goes only after the
commit, and whatever is left over from a kill is removed by the next turn, which alone holds the epoch row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, tuple_, update

from storage import arrivals, drafts, rewriting, shuffle
from storage.errors import NotSetUp
from storage.ids import SurveyId
from storage.sealing import Sealer
from storage.store import Transaction
from storage.tables import answer, draft, epoch, pool, slice_

DRAFTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Turning:
    """A turn under way: the transaction that holds the epoch row, and both keys."""

    tx: Transaction
    old: str
    new: str
    old_key: Sealer
    new_key: Sealer

    def open(self, box: bytes, survey: SurveyId, what: str) -> bytes:
        """What is in a box sealed under the old key."""
        return self.old_key.open_fixed(box, drafts.about(self.tx, survey, self.old, what))

    def seal(self, plain: bytes, survey: SurveyId, what: str, *, size: int) -> bytes:
        """A new box under the new key."""
        return self.new_key.seal_fixed(plain, drafts.about(self.tx, survey, self.new, what), size=size)

    def again(self, box: bytes, survey: SurveyId, what: str) -> bytes:
        """The same box, padding and all, under the new key."""
        plain = self.old_key.open(box, drafts.about(self.tx, survey, self.old, what))
        return self.new_key.seal(plain, drafts.about(self.tx, survey, self.new, what))


_HELD = select(epoch.c.name).where(epoch.c.authority == bindparam("authority")).with_for_update()
_SET_EPOCH = update(epoch).where(epoch.c.authority == bindparam("b_authority")).values(name=bindparam("b_name"))
_NEXT_DRAFTS = (
    select(draft)
    .where(
        draft.c.authority == bindparam("authority"),
        tuple_(draft.c.person, draft.c.survey) > tuple_(bindparam("person"), bindparam("survey")),
    )
    .order_by(draft.c.person, draft.c.survey)
    .limit(DRAFTS_AT_ONCE)
)
_SET_DRAFT = (
    update(draft)
    .where(
        draft.c.authority == bindparam("b_authority"),
        draft.c.person == bindparam("b_person"),
        draft.c.survey == bindparam("b_survey"),
    )
    .values({name: bindparam(f"b_{name}") for name in ("epoch", "taps", "words")})
)


async def begin(tx: Transaction) -> Turning:
    """Hold the epoch row against everybody, remove left-over keys and make the new one.

    Nobody else can be between reading the epoch and committing what they sealed under it.
    """
    old = await tx.connection.scalar(_HELD, {"authority": tx.authority})
    if old is None:
        raise NotSetUp
    await rewriting.lock(tx, answer, pool, slice_)
    await drafts.flush(tx)
    await arrivals.settle(tx)
    tx.keys.burn_all_but(old)
    old_key = tx.keys.epoch(old)
    new = tx.keys.new_epoch(tx.authority)
    return Turning(tx, old, new, old_key, tx.keys.epoch(new))


async def drafts_again(turning: Turning) -> None:
    """Seal every draft of the authority again, a few at a time."""
    tx = turning.tx
    drafts.forget_cached(tx)
    after = {"authority": tx.authority, "person": 0, "survey": 0}
    while rows := (await tx.connection.execute(_NEXT_DRAFTS, after)).all():
        await tx.connection.execute(
            _SET_DRAFT,
            [
                {
                    "b_authority": tx.authority,
                    "b_person": row.person,
                    "b_survey": row.survey,
                    "b_epoch": turning.new,
                    "b_taps": turning.again(row.taps, row.survey, "taps"),
                    "b_words": turning.again(row.words, row.survey, "words"),
                }
                for row in rows
            ],
        )
        after |= {"person": rows[-1].person, "survey": rows[-1].survey}


async def waiting(turning: Turning) -> dict[SurveyId, list[Row[Any]]]:
    """The boxes that wait in the pool, by survey."""
    found: dict[SurveyId, list[Row[Any]]] = {}
    for row in await turning.tx.connection.execute(select(pool).where(rewriting.of(turning.tx, pool))):
        found.setdefault(SurveyId(row.survey), []).append(row)
    return found


async def pool_again(turning: Turning, staying: Sequence[Row[Any]]) -> None:
    """Leave only these boxes in the pool, each sealed again and under a row key that nobody has seen yet."""
    rows = [
        (
            key,
            row.authority,
            row.survey,
            turning.new,
            turning.again(row.taps, row.survey, "taps"),
            turning.again(row.words, row.survey, "words"),
        )
        for key, row in zip(shuffle.fresh_keys(len(staying)), staying, strict=True)
    ]
    await rewriting.rewrite(turning.tx, pool, rows)


async def finish(turning: Turning) -> None:
    """Make the new key the current one; the old one is burnt as soon as that is committed."""
    tx = turning.tx
    await tx.connection.execute(_SET_EPOCH, {"b_authority": tx.authority, "b_name": turning.new})
    tx.forget_epoch()
    keys, old = tx.keys, turning.old
    tx.after_commit["burn", old] = lambda: keys.burn_one(old)
