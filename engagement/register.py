"""The register: what a file would change, changing it, and the invites that go out.

An import is all or nothing. It never undoes what a young person chose, and never brings back who asked to be forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from engagement.register_file import NAMED, Problem, Register, Row, read
from engagement.staff import Permission, require
from storage import erasures, invites, openings, people, staff
from storage.ids import PersonId, StaffId
from storage.people import STATES, Details, Person
from storage.staff import Staff
from storage.store import Transaction

__all__ = ["Preview", "Problem", "Register", "Row", "apply", "invite_everyone", "invite_staff", "preview", "read"]

INVITE_DAYS = 60


class RegisterError(Exception):
    """The import was refused, and nothing of it was kept."""


class UnreadableRows(RegisterError):
    """Some rows cannot be read, so nothing was imported."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(len(problems))
        self.problems = problems


class SecondPersonNeeded(RegisterError):
    """A survey is open and people would leave the register: a second member of staff must agree."""

    def __init__(self, leaving: tuple[str, ...]) -> None:
        super().__init__(len(leaving))
        self.leaving = leaving


class NobodyOfThatName(RegisterError):
    """Somebody was to be invited whom the register does not have, or no longer."""

    def __init__(self, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.references = references


class SomebodyElses(RegisterError):
    """Somebody was to be invited by a worker who is not theirs."""

    def __init__(self, worker: str, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.worker, self.references = worker, references


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody the register has already; `fields` names what the file says differently."""

    person: Person
    row: Row
    details: Details
    worker: StaffId | None
    fields: tuple[str, ...]

    @property
    def returns(self) -> bool:
        """Whether they had left the register."""
        return self.person.state == "gone"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, or did. `leaving` are references with the number of each person."""

    new: tuple[Row, ...]
    changed: tuple[Change, ...]
    leaving: tuple[tuple[str, PersonId], ...]
    unreadable: tuple[Problem, ...]
    unknown_workers: tuple[str, ...]
    forgotten: tuple[str, ...]
    """References of people who asked to be forgotten: left out until they ask to come back."""
    cannot_join: tuple[str, ...]
    """References without a name, or without both a birth date and an agreed word: no invite can be checked."""
    unchanged: int


@dataclass(frozen=True, slots=True)
class Invited:
    """An invite to hand over. `link` is None while nobody knows the bot's name."""

    reference: str
    start: str
    link: str | None
    words: str
    name: str


async def preview(tx: Transaction, register: Register, *, bring_back: Collection[str] = ()) -> Preview:
    """What importing the file would do; nothing is changed."""
    known = {_same(details.reference): (person, details) for person, details in await people.register(tx, STATES)}
    forgotten = erasures.noted(tx.keys)
    wanted = {_same(reference) for reference in bring_back}
    workers = await _workers(tx, register)
    new: list[Row] = []
    changed: list[Change] = []
    refused: list[str] = []
    for row in register.rows:
        same = _same(row.details.reference)
        if people.reference_index(tx, row.details.reference) in forgotten and same not in wanted:
            refused.append(row.details.reference)
        elif same not in known:
            new.append(row)
        elif (change := _change(*known[same], row, workers)).fields or change.returns:
            changed.append(change)
    named = {_same(row.details.reference) for row in register.rows}
    named |= {_same(problem.reference) for problem in register.problems}
    # While even one row's reference cannot be read, nobody can be said to be missing from the file.
    certain = all(problem.reference for problem in register.problems)
    leaving = (
        (details.reference, person.id)
        for same, (person, details) in known.items()
        if certain and person.state != "gone" and same not in named
    )
    return Preview(
        new=tuple(new),
        changed=tuple(changed),
        leaving=tuple(leaving),
        unreadable=register.problems,
        unknown_workers=tuple(sorted({row.worker for row in register.rows if row.worker and not workers[row.worker]})),
        forgotten=tuple(refused),
        cannot_join=tuple(
            details.reference
            for details in (*(row.details for row in new), *(change.details for change in changed))
            if not can_join(details)
        ),
        unchanged=len(register.rows) - len(new) - len(changed) - len(refused),
    )


async def apply(
    tx: Transaction,
    register: Register,
    *,
    second: Staff | None = None,
    skip_unreadable: bool = False,
    bring_back: Collection[str] = (),
) -> Preview:
    """Import the file, all of it or nothing; says what was done.

    Raises: UnreadableRows, unless they are to be skipped; SecondPersonNeeded when people would leave while a survey is
    open and nobody agreed; NotAllowed when who agreed may not.
    """
    plan = await preview(tx, register, bring_back=bring_back)
    if plan.unreadable and not (skip_unreadable and register.rows):
        raise UnreadableRows(plan.unreadable)
    if second is not None:
        require(second, Permission.CONFIRM_IMPORT)
    elif plan.leaving and await openings.open_surveys(tx):
        raise SecondPersonNeeded(tuple(reference for reference, _ in plan.leaving))
    workers = await _workers(tx, register)
    forgotten = erasures.noted(tx.keys)
    for row in plan.new:
        if (index := people.reference_index(tx, row.details.reference)) in forgotten:
            # Once it is certain that they are back: until then a restored backup must still forget them.
            tx.after_commit["taken back", index] = partial(erasures.take_back, tx.keys, index)
        await people.add(tx, row.details, worker=workers.get(row.worker), language=row.language or "en")
    for change in plan.changed:
        await _make(tx, change)
    for _, person in plan.leaving:
        await people.leave(tx, person)
    return plan


async def invite_everyone(
    tx: Transaction,
    *,
    now: datetime,
    bot_name: str | None = None,
    only: Collection[str] | None = None,
    without_live: bool = False,
    worker: Staff | None = None,
) -> list[Invited]:
    """New invites for everybody who has not joined, or for exactly the references in `only`.

    Earlier links of the same people stop working; `without_live` leaves out whoever has one that still works, and
    `worker` everybody who has another worker. Raises: NobodyOfThatName, SomebodyElses.
    """
    waiting = await to_invite(tx, now=now, only=only, without_live=without_live, worker=worker)
    return await invite(tx, waiting, expires_at=await expiry(tx, now), bot_name=bot_name)


async def to_invite(
    tx: Transaction,
    *,
    now: datetime,
    only: Collection[str] | None = None,
    without_live: bool = False,
    worker: Staff | None = None,
) -> list[tuple[Person, Details]]:
    """Whom `invite_everyone` would invite; nothing is changed. Raises: NobodyOfThatName, SomebodyElses."""
    register = await people.register(tx)
    if only is not None:
        wanted = {_same(reference): reference for reference in only}
        register = [(person, known) for person, known in register if _same(known.reference) in wanted]
        missing = wanted.keys() - {_same(known.reference) for _, known in register}
        if missing:
            raise NobodyOfThatName(tuple(sorted(wanted[same] for same in missing)))
        others = [known.reference for person, known in register if worker and person.worker != worker.id]
        if worker is not None and others:
            raise SomebodyElses(worker.name, tuple(others))
        return register
    holders = await invites.holders(tx, now=now) if without_live else frozenset()
    return [
        (person, known)
        for person, known in register
        if person.chat_index is None and person.id not in holders and (worker is None or person.worker == worker.id)
    ]


async def invite(
    tx: Transaction, waiting: Iterable[tuple[Person, Details]], *, expires_at: datetime, bot_name: str | None = None
) -> list[Invited]:
    """A new invite for each of these; earlier links of the same people stop working."""
    return [
        _invited(await invites.make(tx, person=person.id, expires_at=expires_at), known.reference, known, bot_name)
        for person, known in waiting
    ]


async def invite_staff(tx: Transaction, member: Staff, *, now: datetime, bot_name: str | None = None) -> Invited:
    """A new invite for a member of staff; an earlier one stops working."""
    made = await invites.make(tx, staff=member.id, expires_at=now + timedelta(days=INVITE_DAYS))
    return _invited(made, member.reference or member.name, None, bot_name, name=member.name)


def link_to(bot_name: str | None, start: str) -> str | None:
    """The link that opens the bot with an invite; None while the bot's name is unknown."""
    return f"https://t.me/{bot_name.removeprefix('@')}?start={start}" if bot_name else None


def _invited(
    made: invites.Invite, reference: str, known: Details | None, bot_name: str | None, *, name: str = ""
) -> Invited:
    return Invited(reference, made.code, link_to(bot_name, made.code), made.words, known.known_as if known else name)


async def expiry(tx: Transaction, now: datetime) -> datetime:
    """When an invite made now stops: in sixty days, or at the close of the last open survey when that is later."""
    closing = [opening.closes_at for opening in await openings.open_surveys(tx)]
    return max([now + timedelta(days=INVITE_DAYS), *closing])


async def _workers(tx: Transaction, register: Register) -> Mapping[str, StaffId | None]:
    """Every way the file names a worker, and who that is."""
    names = {row.worker for row in register.rows if row.worker}
    found = {name: await staff.by_name_or_reference(tx, name) for name in names}
    return {name: None if one is None or one.state == "left" else one.id for name, one in found.items()}


def _change(person: Person, old: Details, row: Row, workers: Mapping[str, StaffId | None]) -> Change:
    """The person as the file has them: columns it does not have, and workers nobody knows, leave things alone."""
    given = {name: getattr(row.details, name) for name in row.given & set(NAMED) - {"worker", "language", "reference"}}
    groups = {**{name: said for name, said in old.groups.items() if name not in row.given}, **row.details.groups}
    details = replace(old, **given, groups=groups)
    worker = person.worker
    if "worker" in row.given:
        worker = workers[row.worker] or person.worker if row.worker else None
    fields = [name for name in Details.__slots__ if getattr(details, name) != getattr(old, name)]
    fields += ["worker"] if worker != person.worker else []
    fields += ["language"] if _new_language(person, row) else []
    return Change(person, row, details, worker, tuple(fields))


def _new_language(person: Person, row: Row) -> str | None:
    """The file's language, for somebody who has not joined: from then on the choice is theirs."""
    return row.language if row.language and person.chat_index is None and row.language != person.language else None


async def _make(tx: Transaction, change: Change) -> None:
    if change.returns:
        await people.come_back(tx, change.person.id)
    await people.change(tx, change.person.id, change.details, worker=change.worker)
    if language := _new_language(change.person, change.row):
        await people.set_language(tx, change.person.id, language)


def can_join(details: Details) -> bool:
    """Whether the second check could ever let them in."""
    named = details.first_name or details.preferred_name
    return bool(named and (details.birth_date or details.agreed_word))


def _same(reference: str) -> str:
    return " ".join(reference.split()).casefold()
