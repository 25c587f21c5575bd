"""A worker's own people: how each can be reached, what the register says of them, and a new link for one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from engagement import register
from engagement.invites import last_day
from engagement.register import Invited
from engagement.staff import NotAllowed, Permission, may_invite, may_see, require
from storage import people
from storage.ids import PersonId
from storage.people import IN_REGISTER, Details, NoSuchPerson, Person
from storage.staff import Staff
from storage.store import Transaction

State = Literal["joined", "not_joined", "not_reached", "off"]


class CannotJoin(Exception):
    """The register knows too little of them to check a link, so none was made."""


@dataclass(frozen=True, slots=True)
class Own:
    """Somebody of the register, as far as their name and their whereabouts go."""

    person: Person
    known: Details

    @property
    def state(self) -> State:
        """How they can be reached here. Someone who turned messages off is left at that, whatever else is true."""
        if self.person.state == "stopped":
            return "off"
        if self.person.chat_index is None:
            return "not_joined"
        return "joined" if self.person.reachable else "not_reached"


@dataclass(frozen=True, slots=True)
class NewLink:
    """An invite to hand over, with the last whole day on which it works."""

    invited: Invited
    last_day: date
    asks: Literal["day", "word"]
    """What the bot asks for beside their initials."""


async def of(tx: Transaction, member: Staff) -> tuple[Own, ...]:
    """Everybody this worker is the worker of, by name. Raises: NotAllowed."""
    require(member, Permission.SEE_OWN_PEOPLE)
    theirs = [Own(one, await people.details(tx, one.id)) for one in await people.of_worker(tx, member.id)]
    return tuple(sorted(theirs, key=lambda own: (own.known.known_as.casefold(), own.known.last_name.casefold())))


async def one(tx: Transaction, member: Staff, person: PersonId) -> Own:
    """Somebody whose name is this member of staff's business. Raises: NotAllowed, also where there is nobody."""
    try:
        found = await people.by_id(tx, person)
    except NoSuchPerson:
        raise NotAllowed(Permission.SEE_ANY_PERSON) from None
    may_see(member, found)
    if found.state not in IN_REGISTER:
        raise NotAllowed(Permission.SEE_ANY_PERSON)
    return Own(found, await people.details(tx, found.id))


async def by_reference(tx: Transaction, member: Staff, reference: str) -> PersonId | None:
    """Who has that reference; None when nobody in the register has. Raises: NotAllowed."""
    require(member, Permission.SEE_ANY_PERSON)
    found = await people.by_reference(tx, reference)
    return None if found is None or found.state not in IN_REGISTER else found.id


async def new_link(tx: Transaction, member: Staff, person: PersonId, *, bot_name: str | None, now: datetime) -> NewLink:
    """A new invite for one person; their earlier ones stop working. Raises: NotAllowed, CannotJoin."""
    own = await one(tx, member, person)
    may_invite(member, own.person)
    if not register.can_join(own.known):
        raise CannotJoin
    expires_at = await register.expiry(tx, now)
    (made,) = await register.invite(tx, [(own.person, own.known)], expires_at=expires_at, bot_name=bot_name)
    return NewLink(made, last_day(expires_at), "word" if own.known.agreed_word else "day")
