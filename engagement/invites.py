"""Invites that are handed out on paper or by a sending service: who can get one which way, made all together.

The file is written inside the transaction, before it is committed: when it cannot be written, every earlier link works
on, and nobody holds a link that opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from engagement import register
from engagement.joining import details_name
from engagement.london import local
from engagement.register import Invited
from storage import staff
from storage.ids import StaffId
from storage.people import Details, Person
from storage.staff import Staff
from storage.store import Transaction

Why = Literal["no address", "cannot join"]

_EMAIL = re.compile(r"[A-Za-z0-9_][^\s@,;<>\"]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
_FILLING = re.compile(r"[\s().\-–]")


class NoLinks(Exception):
    """Nobody knows the bot's name, so an invite would have no link to hand out."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invite with what is needed to hand it over. `phone` and `email` are empty unless they can be written to."""

    reference: str
    link: str
    words: str
    name: str
    short_name: str
    """First name and last initial."""
    phone: str
    email: str
    language: str
    worker: str
    """The worker's first name; empty without one."""
    last_day: date
    """The last whole day on which the link works."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who gets no invite this way, and keeps the one they have."""

    reference: str
    why: Why


@dataclass(frozen=True, slots=True)
class HandedOut:
    """Who is written to, who gets a sheet of paper, who gets nothing, and the invites as a script reads them."""

    written: tuple[Invitation, ...]
    sheets: tuple[Invitation, ...]
    left_out: tuple[LeftOut, ...]
    made: tuple[Invited, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    written: list[tuple[Person, Details]]
    sheets: list[tuple[Person, Details]]
    left_out: list[LeftOut]


async def hand_out(
    tx: Transaction,
    write: Callable[[HandedOut], None],
    *,
    now: datetime,
    bot_name: str | None,
    by_message: bool,
    on_paper: bool,
    only: Collection[str] | None = None,
    without_live: bool = False,
    worker: Staff | None = None,
) -> HandedOut:
    """New invites for everybody who can get one this way, given to `write` before anything is kept.

    With both ways, paper is for those without a phone number or an e-mail address. Whoever is left out keeps the link
    they have. What `write` raises undoes everything. Raises: NoLinks, NobodyOfThatName, SomebodyElses.
    """
    if not bot_name:
        raise NoLinks
    waiting = await register.to_invite(tx, now=now, only=only, without_live=without_live, worker=worker)
    plan = _plan(waiting, by_message=by_message, on_paper=on_paper)
    expires_at = await register.expiry(tx, now)
    workers = await _first_names(tx)
    chosen = [*plan.written, *plan.sheets]
    made = await register.invite(tx, chosen, expires_at=expires_at, bot_name=bot_name)
    told = [
        _invitation(one, person, known, workers, last_day(expires_at))
        for one, (person, known) in zip(made, chosen, strict=True)
    ]
    count = len(plan.written)
    handed = HandedOut(tuple(told[:count]), tuple(told[count:]), tuple(plan.left_out), tuple(made))
    write(handed)
    return handed


def _plan(waiting: list[tuple[Person, Details]], *, by_message: bool, on_paper: bool) -> _Plan:
    plan = _Plan([], [], [])
    for person, known in waiting:
        if not register.can_join(known):
            # A link whose second check can never match would cost them three tries and their trust.
            plan.left_out.append(LeftOut(known.reference, "cannot join"))
        elif by_message and (phone_number(known.phone) or email_address(known.email)):
            plan.written.append((person, known))
        elif on_paper:
            plan.sheets.append((person, known))
        else:
            plan.left_out.append(LeftOut(known.reference, "no address"))
    return plan


def _invitation(
    made: Invited, person: Person, known: Details, workers: Mapping[StaffId, str], until: date
) -> Invitation:
    return Invitation(
        reference=made.reference,
        link=made.link or "",
        words=made.words,
        name=made.name,
        short_name=details_name(known),
        phone=phone_number(known.phone),
        email=email_address(known.email),
        language=person.language,
        worker=workers.get(person.worker, "") if person.worker is not None else "",
        last_day=until,
    )


async def _first_names(tx: Transaction) -> Mapping[StaffId, str]:
    """Who works here, by their first names."""
    return {one.id: one.name.split()[0] for one in await staff.everyone(tx)}


def last_day(expires_at: datetime) -> date:
    """The last day that is over before the moment: a link is not promised for a day on which it stops."""
    return local(expires_at).date() - timedelta(days=1)


def phone_number(given: str) -> str:
    """A number that can get a text, as digits: 07700900123, or with the country's code; empty for anything else.

    No digit string begins with a plus, so no table program takes it for a formula.
    """
    digits = _FILLING.sub("", given)
    abroad = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+").removeprefix("00")
    if not digits.isascii() or not digits.isdigit():
        return ""
    home = digits.removeprefix("44").removeprefix("0") if digits.startswith("44") else digits.removeprefix("0")
    if home.startswith("7") and len(home) == 10 and (not abroad or digits.startswith(("44", "07"))):
        return f"0{home}"
    return digits if abroad and not digits.startswith(("0", "44")) and 8 <= len(digits) <= 15 else ""


def email_address(given: str) -> str:
    """The address where it is one that can be written to, else nothing."""
    address = given.strip()
    return address if _EMAIL.match(address) else ""
