"""Unsent answers: two sealed boxes of fixed size for each person and survey, and the flag that says they were sent.

Boxes are sealed inside the transaction, under the epoch it holds: sealed any earlier, 18 of 40 drafts could no longer
be read once the key had turned. They are written once for a whole batch, at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from storage import openings
from storage.errors import NothingOpen, StorageError, SurveyClosed
from storage.ids import PersonId, SurveyId
from storage.sealing import TAPS_BOX, WORDS_BOX, Sealer
from storage.store import Transaction
from storage.tables import draft as table
from storage.tables import participation
from surveys import boxes
from surveys.values import EMPTY, Answers


class AlreadySent(StorageError):
    """The person has sent this survey; nothing can be changed or taken back."""


@dataclass(slots=True)
class Box:
    """A draft as this transaction sees it: as it lies in the table, until somebody asks what is in it."""

    taps: bytes
    words: bytes
    epoch: str | None
    """The epoch the boxes are sealed under; None when they are open, as `boxes.pack` made them."""
    answers: Answers | None = None
    new: bool = False
    taps_changed: bool = False
    words_changed: bool = False


Drafts = dict[tuple[PersonId, SurveyId], Box | None]

_OURS = table.c.authority == bindparam("b_authority")
_ONE = (_OURS, table.c.person == bindparam("b_person"), table.c.survey == bindparam("b_survey"))
# Held for writing, so that two processes with the same person take turns; in one order, so that neither waits for ever.
_READ = (
    select(table.c.person, table.c.epoch, table.c.taps, table.c.words)
    .where(_OURS, table.c.survey == bindparam("b_survey"), table.c.person.in_(bindparam("persons", expanding=True)))
    .order_by(table.c.person)
    .with_for_update()
)
_DONE = select(participation.c.person, participation.c.done).where(
    participation.c.authority == bindparam("b_authority"),
    participation.c.survey == bindparam("b_survey"),
    participation.c.person.in_(bindparam("persons", expanding=True)),
)
_ALL_DONE = select(participation.c.person).where(
    participation.c.authority == bindparam("b_authority"),
    participation.c.survey == bindparam("b_survey"),
    participation.c.done,
)
_OF = select(table.c.survey).where(_OURS, table.c.person == bindparam("b_person"))
_DESTROY = delete(table).where(_OURS, table.c.person == bindparam("b_person"))
_ADD = insert(table)
_SET_TAPS = update(table).where(*_ONE).values(epoch=bindparam("b_epoch"), taps=bindparam("b_taps"))
_SET_BOTH = _SET_TAPS.values(words=bindparam("b_words"))


def about(tx: Transaction, survey: SurveyId, epoch: str, box: str) -> bytes:
    """What a sealed box is tied to. Never the person: Send moves it unopened to where nobody is named."""
    return f"{tx.authority}/{survey}/{epoch}/{box}".encode()


async def preload(tx: Transaction, persons: Iterable[PersonId], survey: SurveyId) -> None:
    """Read the drafts of all these people, and whether they have sent it, in one question each."""
    drafts = _drafts(tx)
    wanted = sorted({person for person in persons if (person, survey) not in drafts})
    if not wanted:
        return
    await tx.epoch()  # before the rows, so that what is read is sealed under it
    asked = {"b_authority": tx.authority, "b_survey": survey, "persons": wanted}
    for person in wanted:
        drafts[person, survey] = None
        tx.cache["done", person, survey] = False
    for row in await tx.connection.execute(_READ, asked):
        drafts[PersonId(row.person), survey] = Box(row.taps, row.words, row.epoch)
    for sent in await tx.connection.execute(_DONE, asked):
        tx.cache["done", sent.person, survey] = sent.done


async def start(tx: Transaction, person: PersonId, survey: SurveyId) -> Answers:
    """The person's answers so far; none yet, in two full-sized boxes, when they had not begun.

    Raises: SurveyClosed, or AlreadySent.
    """
    if not await openings.is_open(tx, survey):
        raise SurveyClosed(survey)
    begun = await has_draft(tx, person, survey)
    if await done(tx, person, survey):
        raise AlreadySent(person)
    if not begun:
        taps, words = boxes.pack(await openings.questionnaire(tx, survey), EMPTY)
        box = Box(taps, words, None, EMPTY, new=True, taps_changed=True, words_changed=True)
        _drafts(tx)[person, survey] = box
        tx.before_commit["drafts"] = lambda: flush(tx)
    return await read(tx, person, survey)


async def read(tx: Transaction, person: PersonId, survey: SurveyId) -> Answers:
    """What the person has answered. Raises: NothingOpen."""
    box = await _box(tx, person, survey)
    if box.answers is None:
        if box.epoch is not None:
            sealer = await _sealer(tx, box.epoch)
            box.taps = sealer.open_fixed(box.taps, about(tx, survey, box.epoch, "taps"))
            box.words = sealer.open_fixed(box.words, about(tx, survey, box.epoch, "words"))
            box.epoch = None
        box.answers = boxes.unpack(await openings.questionnaire(tx, survey), box.taps, box.words)
    return box.answers


async def keep(tx: Transaction, person: PersonId, survey: SurveyId, answers: Answers) -> None:
    """Put these answers in place of the person's draft; written when the transaction ends. Raises: NothingOpen."""
    await read(tx, person, survey)
    box = await _box(tx, person, survey)
    taps, words = boxes.pack(await openings.questionnaire(tx, survey), answers)
    box.taps_changed |= taps != box.taps
    box.words_changed |= words != box.words
    box.taps, box.words, box.answers = taps, words, answers
    tx.before_commit["drafts"] = lambda: flush(tx)


async def has_draft(tx: Transaction, person: PersonId, survey: SurveyId) -> bool:
    """Whether the person has begun this survey and not sent it."""
    await preload(tx, (person,), survey)
    return _drafts(tx)[person, survey] is not None


async def has_begun(tx: Transaction, person: PersonId, survey: SurveyId) -> bool:
    """The same, for whoever may not hold the epoch or the draft: as the table has it at this moment."""
    theirs = (table.c.authority == tx.authority, table.c.person == person, table.c.survey == survey)
    return await tx.connection.scalar(select(table.c.person).where(*theirs)) is not None


async def of(tx: Transaction, person: PersonId) -> tuple[SurveyId, ...]:
    """The surveys the person has begun and not sent."""
    asked = {"b_authority": tx.authority, "b_person": person}
    found = {SurveyId(survey) for survey in await tx.connection.scalars(_OF, asked)}
    begun = {survey for (whose, survey), box in _drafts(tx).items() if whose == person and box is not None}
    return tuple(sorted(found | begun))


async def begun_by(tx: Transaction, survey: SurveyId) -> frozenset[PersonId]:
    """Everybody who has begun this survey and not sent it."""
    await tx.epoch()
    query = select(table.c.person).where(table.c.authority == tx.authority, table.c.survey == survey)
    found = {PersonId(person) for person in await tx.connection.scalars(query)}
    here = {whose: box is not None for (whose, about), box in _drafts(tx).items() if about == survey}
    return frozenset(person for person in found | set(here) if here.get(person, True))


async def destroy(tx: Transaction, person: PersonId) -> None:
    """Remove every draft of a person who asked to be forgotten, unopened."""
    await tx.epoch()
    drafts = _drafts(tx)
    for whose, survey in list(drafts):
        if whose == person:
            drafts[whose, survey] = None
    await tx.connection.execute(_DESTROY, {"b_authority": tx.authority, "b_person": person})


async def done(tx: Transaction, person: PersonId, survey: SurveyId) -> bool:
    """Whether the person has sent this survey."""
    if ("done", person, survey) not in tx.cache:
        rows = await tx.connection.execute(
            _DONE, {"b_authority": tx.authority, "b_survey": survey, "persons": [person]}
        )
        tx.cache["done", person, survey] = any(row.done for row in rows)
    return bool(tx.cache["done", person, survey])


async def done_many(tx: Transaction, survey: SurveyId) -> frozenset[PersonId]:
    """Everybody who has sent this survey."""
    asked = {"b_authority": tx.authority, "b_survey": survey}
    return frozenset(PersonId(person) for person in await tx.connection.scalars(_ALL_DONE, asked))


async def done_in(tx: Transaction, surveys: Iterable[SurveyId]) -> frozenset[PersonId]:
    """Everybody who has sent any of these."""
    query = select(participation.c.person).where(
        participation.c.authority == tx.authority, participation.c.survey.in_(tuple(surveys)), participation.c.done
    )
    return frozenset(PersonId(person) for person in await tx.connection.scalars(query))


async def flush(tx: Transaction) -> None:
    """Seal and write every draft this transaction changed: at its end, or before something moves them."""
    changed = {
        whose: box
        for whose, box in _drafts(tx).items()
        if box is not None and (box.new or box.taps_changed or box.words_changed)
    }
    if not changed:
        return
    epoch, sealer = await tx.epoch()
    added: list[dict[str, Any]] = []
    both: list[dict[str, Any]] = []
    taps_only: list[dict[str, Any]] = []
    for (person, survey), box in sorted(changed.items()):
        row: dict[str, Any] = {
            "authority": tx.authority,
            "person": person,
            "survey": survey,
            "epoch": epoch,
            "taps": sealer.seal_fixed(box.taps, about(tx, survey, epoch, "taps"), size=TAPS_BOX),
        }
        if box.words_changed:
            row["words"] = sealer.seal_fixed(box.words, about(tx, survey, epoch, "words"), size=WORDS_BOX)
        (added if box.new else both if box.words_changed else taps_only).append(row)
        box.new = box.taps_changed = box.words_changed = False
    if added:
        await tx.connection.execute(_ADD, added)
    for statement, rows in ((_SET_BOTH, both), (_SET_TAPS, taps_only)):
        if rows:
            await tx.connection.execute(statement, [{f"b_{key}": value for key, value in row.items()} for row in rows])


def gone(tx: Transaction, person: PersonId, survey: SurveyId) -> None:
    """Note that the person's draft is no longer in the table, and ask again whether they have sent; for Send."""
    _drafts(tx)[person, survey] = None
    tx.cache.pop(("done", person, survey), None)


def forget_cached(tx: Transaction) -> None:
    """Read drafts again when next asked: the rows were changed underneath. Call `flush` first."""
    _drafts(tx).clear()


def _drafts(tx: Transaction) -> Drafts:
    drafts: Drafts = tx.cache.setdefault("drafts", {})
    return drafts


async def _box(tx: Transaction, person: PersonId, survey: SurveyId) -> Box:
    await preload(tx, (person,), survey)
    box = _drafts(tx)[person, survey]
    if box is None:
        raise NothingOpen(person)
    return box


async def _sealer(tx: Transaction, epoch: str) -> Sealer:
    current, sealer = await tx.epoch()
    return sealer if epoch == current else tx.keys.epoch(epoch)
