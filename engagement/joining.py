"""Joining: a link opens the door, two things only the person knows let them in. A forwarded link alone never does."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engagement import answering, reach
from storage import drafts, invites, people, staff
from storage.ids import ChatId, PersonId, StaffId
from storage.invites import Joining
from storage.people import Details, Person
from storage.staff import Staff
from storage.store import Transaction

Asks = Literal["initials", "day", "word"]


@dataclass(frozen=True, slots=True)
class Joined:
    """Who is in. `moved_from` is the chat that was theirs until now, if it is another one."""

    person: Person
    moved_from: ChatId | None = None
    starts_afresh: bool = False
    """Answers they had not sent were destroyed with the move."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not match. `left` tries remain; with none the link is dead and `who` can make a new one."""

    left: int
    who: StaffId | None


class NotJoining(Exception):
    """The chat has opened no link, or one that has died since."""


async def open_link(tx: Transaction, chat: ChatId, code: str, *, now: datetime) -> Joining:
    """Start the second check. Raises: DeadLink."""
    found = await invites.find(tx, code, now=now)
    await invites.begin(tx, chat, found.id)
    return await at(tx, chat)


async def at(tx: Transaction, chat: ChatId) -> Joining:
    """How far the chat is with joining. Raises: NotJoining."""
    joining = await invites.joining(tx, chat)
    if joining is None:
        raise NotJoining(chat)
    return joining


async def asks(tx: Transaction, joining: Joining) -> Asks:
    """What is asked for next. Staff are asked for their initials alone: theirs are no secret from the register."""
    after = await asks_after(tx, joining)
    return "initials" if joining.initials is None or after is None else after


async def asks_after(tx: Transaction, joining: Joining) -> Asks | None:
    """What is asked for beside the initials; None for staff."""
    if joining.person is None:
        return None
    known = await people.details(tx, joining.person)
    # A recorded birthday can be wrong or assigned, and some have none: then a word agreed with the worker is asked.
    return "word" if known.agreed_word or known.birth_date is None else "day"


async def give_initials(tx: Transaction, chat: ChatId, typed: str, *, now: datetime) -> Staff | Failed | None:
    """Keep the initials for the rest of the check (None); for staff they are the whole of it, and let them in.

    Raises: NotJoining, DeadLink, ChatTaken.
    """
    joining = await at(tx, chat)
    if joining.staff is None:
        await invites.keep_initials(tx, chat, initials_in(typed))
        return None
    member = await staff.by_id(tx, joining.staff)
    if now >= joining.expires_at or initials_in(typed) not in initials_of(*member.name.split()):
        return await _count_wrong(tx, chat, joining)
    await invites.use(tx, joining.invite)
    await invites.end(tx, chat)
    return await staff.join(tx, member.id, chat)


async def check(tx: Transaction, chat: ChatId, given: str, *, now: datetime) -> Joined | Failed:
    """Compare the initials and the day (or the agreed word) with the register; the right ones bind the chat.

    Raises: NotJoining, DeadLink, ChatTaken.
    """
    joining = await at(tx, chat)
    if joining.person is None or joining.initials is None:
        raise NotJoining(chat)
    known = await people.details(tx, joining.person)
    right = joining.initials in initials_of(known.first_name, known.last_name) | initials_of(
        known.preferred_name, known.last_name
    )
    if await asks(tx, joining) == "word":
        right &= bool(known.agreed_word) and plain(given) == plain(known.agreed_word)
    else:
        right &= known.birth_date is not None and given == str(known.birth_date.day)
    if not right or now >= joining.expires_at:
        return await _count_wrong(tx, chat, joining)
    await invites.use(tx, joining.invite)
    await invites.end(tx, chat)
    before = await people.chat_of(tx, joining.person)
    person = await people.join(tx, joining.person, chat)
    await reach.joined(tx, person.id, now)
    if before is None or before == chat:
        return Joined(person)
    return Joined(person, before, await _unsent_destroyed(tx, person.id))


async def _unsent_destroyed(tx: Transaction, person: PersonId) -> bool:
    """Whether there were answers that had not been sent, and are now destroyed unopened.

    Staff know initials and birthdays and can make a link: no link may ever lead to what somebody else has answered.
    """
    begun = await drafts.of(tx, person)
    for survey in begun:
        await answering.forget_due(tx, person, survey)
    await drafts.destroy(tx, person)
    return bool(begun)


async def not_me(tx: Transaction, chat: ChatId) -> None:
    """Someone says the link is not theirs: it stays live for its owner."""
    await invites.end(tx, chat)


async def _count_wrong(tx: Transaction, chat: ChatId, joining: Joining) -> Failed:
    who = None if joining.person is None else await worker_of(tx, joining.person)
    left = await invites.wrong(tx, joining.invite)
    if left:
        await invites.keep_initials(tx, chat, None)
    else:
        await invites.end(tx, chat)
    return Failed(left, who)


async def worker_of(tx: Transaction, person: PersonId) -> StaffId | None:
    """Who can make this person a new link."""
    return (await people.by_id(tx, person)).worker


def initials_of(*names: str) -> set[str]:
    """Every way someone might type the initials of these names: first and last, or one for each part.

    "Mary Ann Smith-Jones" may be MS, MJ, MAS, MASJ...; an empty name gives none.
    """
    given = [part for part in names[:1] for part in _parts(part)]
    family = [part for name in names[1:] for part in _parts(name)]
    if not given:
        return set()
    first, every = given[0][0], "".join(part[0] for part in given)
    if not family:
        return {first, every}
    lasts = {family[0][0], family[-1][0], "".join(part[0] for part in family)}
    return {start + end for start in (first, every) for end in lasts}


def initials_in(typed: str) -> str:
    """The initials somebody typed; of those who type "Jo M" or their whole name, the first letters of each word."""
    parts = _parts(typed.replace(".", " "))
    return "".join(part[0] for part in parts)[:8] if len(parts) > 1 else letters(typed)


def letters(typed: str) -> str:
    """What was typed, as plain capital letters: "a. b" and "Áb" are both AB."""
    return "".join(part for part in plain(typed) if part.isalpha()).upper()[:8]


def plain(text: str) -> str:
    """The text without accents, case and outer space, so that two ways of typing one word are equal."""
    unmarked = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(unmarked.casefold().split())


def _parts(name: str) -> list[str]:
    return [letters(part) for part in name.replace("-", " ").replace("'", " ").split() if letters(part)]


def details_name(known: Details) -> str:
    """First name and initial of the last, as staff see it on a card."""
    return f"{known.known_as} {known.last_name[:1]}".strip()
