"""The plan: what was promised, what young people said that it stands on, and how far it is.

What somebody said is never copied into a promise: it is looked up in what was published each time it is shown, so that
it can never be another number, and a quote that may no longer be quoted is gone from here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final, get_args

from engagement import audit, promise_words, telling
from engagement.audit import Action
from engagement.promise_sources import Source, Sources
from engagement.promise_words import NEEDED_TO_DROP, WORDS, BadField, PromiseError, Words
from engagement.response import percent
from engagement.results import known_benchmarks
from engagement.staff import NotAllowed, Permission, may
from storage import people, staff
from storage import promises as storage
from storage.ids import PlanThemeId, PromiseId, StaffId
from storage.people import Person
from storage.promises import COMMAND_LINE, NoSuchPlanTheme, NoSuchPromise, PlanTheme, Promise, State
from storage.staff import NoSuchStaff, Staff
from storage.store import Transaction
from surveys.benchmarks import Benchmark

__all__ = ["BadField", "NoSuchPlanTheme", "NoSuchPromise", "PromiseError", "Words"]

STATES: Final[tuple[State, ...]] = get_args(State)
NEED_A_REASON: Final = ("stuck", "not_doing")
MOST_STEPS: Final = 50
OWNERS_FIELDS: Final = frozenset({"state", "steps_done", "steps", "reason", "update", "updated_on"})
"""What whoever is asked for updates may change of a promise of theirs, and no more."""

ROW: Final = tuple(
    name for name in (field.name for field in fields(Promise)) if name not in ("id", "words", "edited_by", "edited_at")
)
"""The fields of a promise beside its words."""

ELSEWHERE: Final = "nb3.actions_coproduced"
"""How many actions of eight authorities' plans young people seem to have been part of."""


class WasTold(PromiseError):
    """People were told of it, so it cannot vanish: it can only become "not doing", with a reason."""


class NeverTold(PromiseError):
    """Nobody was told of it, so there is nobody to tell that it is not kept."""


class NotDropped(PromiseError):
    """It is not a promise that is not kept, or what people are to be told about that is not complete."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A promise as it may be read. `source` is None where it is not from young people, or no longer can be shown to be.

    owner, edited_by: names of staff, for staff only; `edited_by` is None for the command line.
    """

    promise: Promise
    theme: PlanTheme
    words: Words
    source: Source | None
    owner: str | None
    edited_by: str | None
    told: bool

    @property
    def id(self) -> PromiseId:
        return self.promise.id

    @property
    def reason(self) -> str:
        """Why it is stuck or not kept; empty for all others, whatever was once written."""
        return self.words.reason if self.promise.state in NEED_A_REASON else ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A promise that was changed, and what the changed fields were before: saved again, they undo it."""

    promise: Promise
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MadeWith:
    """How many promises young people have a part in, beside a published figure; `percent` is None without promises."""

    made_with: int
    of: int
    percent: int | None
    elsewhere: Benchmark


# Looking


async def themes(tx: Transaction) -> tuple[PlanTheme, ...]:
    """The live themes in their order."""
    return await storage.themes(tx)


async def every(tx: Transaction) -> tuple[Shown, ...]:
    """The whole plan, theme by theme; themes without a promise are not in it."""
    return await _shown(tx, await storage.every(tx))


async def open_to_all(tx: Transaction) -> tuple[Shown, ...]:
    """The part of the plan that people were told of or shown: what a young person sees."""
    return tuple(one for one in await every(tx) if one.told)


async def of(tx: Transaction, promise: PromiseId) -> Shown:
    """One promise. Raises: NoSuchPromise, also where its theme has ended."""
    found = await _shown(tx, [await storage.find(tx, promise)])
    if not found:
        raise NoSuchPromise(promise)
    return found[0]


async def is_open(tx: Transaction) -> bool:
    """Whether people were told or shown anything of the plan."""
    return bool(await storage.told(tx))


async def _shown(tx: Transaction, rows: Sequence[Promise]) -> tuple[Shown, ...]:
    live = {theme.id: theme for theme in await storage.themes(tx)}
    names = {member.id: member.name for member in await staff.everyone(tx)}
    told, sources = await storage.told(tx), Sources(tx)
    found = []
    for row in rows:
        if row.theme in live:
            words = promise_words.read(row.words)
            source = await sources.find(words.said)
            owner = None if row.owner is None else names.get(row.owner)
            found.append(Shown(row, live[row.theme], words, source, owner, names.get(row.edited_by), row.id in told))
    return tuple(found)


def made_with(rows: Sequence[Promise]) -> MadeWith:
    """How many of these promises young people have a part in, beside the published figure and its source."""
    part = sum(row.made_with for row in rows)
    return MadeWith(part, len(rows), percent(part, len(rows)) if rows else None, known_benchmarks()[ELSEWHERE])


# Changing


async def save(
    tx: Transaction, member: Staff | None, promise: PromiseId, changes: Mapping[str, Any], *, now: datetime
) -> Saved:
    """The promise with these fields of its row or its words changed; it is noted in the audit who did it.

    `member` is None for the command line. Whoever owns a promise may say how far it is, and no more.
    Raises: NotAllowed, NoSuchPromise, BadField.
    """
    held = await storage.find(tx, promise, hold=True)
    _require(member, held, changes)
    values = await prepared(tx, held, changes)
    by = COMMAND_LINE if member is None else member.id
    kept = await storage.change(tx, promise, by=by, now=now, **values)
    plans = member is None or may(member, Permission.WRITE_PLAN)
    await audit.note(tx, member, Action.PLAN_CHANGED if plans else Action.PROMISE_UPDATED, now=now, promise=promise)
    return Saved(kept, before(held, changes))


async def add(
    tx: Transaction, member: Staff | None, theme: PlanThemeId, changes: Mapping[str, Any], *, now: datetime
) -> Promise:
    """A new promise under this theme, after the others. Raises: NotAllowed, NoSuchPlanTheme, BadField."""
    require_plan(member)
    if theme not in {one.id for one in await storage.themes(tx)}:
        raise NoSuchPlanTheme(theme)
    values = await prepared(tx, None, changes)
    by = COMMAND_LINE if member is None else member.id
    number, updated_on = values.pop("number", None), values.pop("updated_on", None)
    added = await storage.add(tx, theme, by=by, now=now, **values)
    if number is not None or updated_on is not None:
        at = {"number": added.number if number is None else number, "updated_on": updated_on}
        added = await storage.change(tx, added.id, by=by, now=now, **at)
    await audit.note(tx, member, Action.PLAN_CHANGED, now=now, promise=added.id)
    return added


async def remove(tx: Transaction, member: Staff | None, promise: PromiseId, *, now: datetime) -> None:
    """Nothing is left of it. Raises: NotAllowed, NoSuchPromise, WasTold."""
    require_plan(member)
    await storage.find(tx, promise, hold=True)
    if promise in await storage.told(tx):
        raise WasTold(promise)
    await storage.remove(tx, promise)
    await audit.note(tx, member, Action.PLAN_CHANGED, now=now, promise=promise)


async def prepared(tx: Transaction, held: Promise | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What these changes come to as values of the row; `held` is None for a new promise. Raises: BadField."""
    old = Words("") if held is None else promise_words.read(held.words)
    words = promise_words.changed(old, changes)
    values = {name: value for name, value in changes.items() if name in ROW}
    if held is None:
        words = promise_words.changed(words, {"we_will": words.we_will})
    if "said" in changes and changes["said"].kind != "none" and await Sources(tx).find(changes["said"]) is None:
        raise BadField("said", "not_known")
    await _check_row(tx, held, values)
    state = values.get("state", held.state if held else "planned")
    if state in NEED_A_REASON and {"state", "reason"} & set(changes):
        promise_words.reason("reason", words.reason)
    drops = state == "not_doing" and bool(set(changes) & {"state", *NEEDED_TO_DROP})
    if drops and held is not None and held.id in await storage.told(tx):
        check_dropped(words)
    return values | {"words": promise_words.dumped(words)}


def check_dropped(words: Words) -> None:
    """Raises BadField where people could not be told honestly that it is not kept: why, who, when, what instead."""
    for name in ("reason", "instead"):
        promise_words.reason(name, getattr(words, name))
    for name in ("decided_by", "decided_on"):
        if not getattr(words, name):
            raise BadField(name, "empty")


async def _check_row(tx: Transaction, held: Promise | None, values: Mapping[str, Any]) -> None:
    steps, done = (values.get(name, getattr(held, name) if held else 0) for name in ("steps", "steps_done"))
    for name, count in (("steps", steps), ("steps_done", done)):
        if not 0 <= count <= MOST_STEPS:
            raise BadField(name, "not_a_number", max=MOST_STEPS)
    if done > steps:
        raise BadField("steps_done", "too_many", max=steps)
    if values.get("state", "planned") not in STATES:
        raise BadField("state", "not_known")
    if values.get("number", 1) not in range(1, 1000):
        raise BadField("number", "not_a_number", max=999)
    if values.get("owner") is not None:
        try:
            owner = await staff.by_id(tx, StaffId(values["owner"]))
        except NoSuchStaff:
            raise BadField("owner", "not_known") from None
        if not may(owner, Permission.UPDATE_PROMISE):
            raise BadField("owner", "not_known")


def require_plan(member: Staff | None) -> None:
    """Raises NotAllowed, unless they may write the plan."""
    if member is not None and not may(member, Permission.WRITE_PLAN):
        raise NotAllowed(Permission.WRITE_PLAN)


def _require(member: Staff | None, promise: Promise, changes: Mapping[str, Any]) -> None:
    if member is None or may(member, Permission.WRITE_PLAN):
        return
    theirs = may(member, Permission.UPDATE_PROMISE) and promise.owner == member.id
    if not theirs or not set(changes) <= OWNERS_FIELDS:
        raise NotAllowed(Permission.UPDATE_PROMISE if theirs else Permission.WRITE_PLAN)


def before(held: Promise, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields that are to change are now."""
    words = promise_words.read(held.words)
    return {name: getattr(words if name in WORDS else held, name) for name in changes}


# Telling


def plan_occasion(day: date) -> str:
    """Under what the plan is told on this day."""
    return f"plan:{day.isoformat()}:told"


def dropped_occasion(promise: PromiseId) -> str:
    """Under what it is told that a promise is not kept."""
    return f"dropped:{promise}:told"


async def note_told(tx: Transaction, occasion: str) -> None:
    """Everything that stands in the plan at this moment is told under this occasion."""
    for promise in await storage.every(tx):
        await storage.note_told(tx, promise.id, occasion)


async def take_back_told(tx: Transaction, occasion: str) -> None:
    """It was stopped: where nobody has it yet, nothing was told under this occasion."""
    if not await telling.told(tx, occasion):
        await storage.forget_told(tx, occasion)


async def show_to_all(tx: Transaction, member: Staff, *, now: datetime) -> None:
    """The plan stands in everybody's chat from now on, and nobody gets a message about it. Raises: NotAllowed."""
    require_plan(member)
    await note_told(tx, SHOWN)
    await audit.note(tx, member, Action.PLAN_TOLD, now=now, people=0)


SHOWN: Final = "plan:shown"
"""The occasion of what could be read in the chat by anybody, without a message."""


async def told_of(tx: Transaction, promise: PromiseId) -> tuple[Person, ...]:
    """Everybody who may have been told of a promise; everybody who has joined, where anybody could read it."""
    told_in = await storage.told_in(tx, promise)
    everyone = tuple(await people.everyone(tx))
    if SHOWN in told_in:
        return everyone
    told = {person for occasion in told_in for person in await telling.told(tx, occasion)}
    return tuple(person for person in everyone if person.id in told)


async def dropped(tx: Transaction, promise: PromiseId) -> Shown:
    """A promise that is not kept, ready for people to be told of it. Raises: NoSuchPromise, NotDropped, NeverTold."""
    found = await of(tx, promise)
    if not found.told:
        raise NeverTold(promise)
    if found.promise.state != "not_doing":
        raise NotDropped(promise)
    try:
        check_dropped(found.words)
    except BadField as error:
        raise NotDropped(promise) from error
    return found
