"""A worker's own line to one of their people about an open survey: once, in the cap, and with no word on who has sent.

Until ten people have sent a survey a worker gets the same answers about somebody who has sent it and somebody who has
not. What they write to one who has is taken like any other, and the gate does not let it leave.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engagement import asking, budget, own_people
from engagement.authority import Settings
from engagement.staff import NotAllowed, Permission
from storage import drafts, openings, outbox
from storage.errors import SurveyClosed
from storage.ids import PersonId, StaffId, SurveyId
from storage.openings import Opening
from storage.staff import Staff
from storage.store import Transaction
from surveys.definition import Questionnaire
from surveys.disclosure import MIN_BASE

MOST_CHARS = 200
KEPT = timedelta(days=7)
ABOUT = b"nudge"


class NudgeRefused(Exception):
    """Nothing was sent, and nothing will be."""


class NotNow(NudgeRefused):
    """They have not joined, messages do not reach them, or they have turned messages off."""


class NudgedBefore(NudgeRefused):
    """Somebody has written to them about this survey. Once is what was promised."""

    def __init__(self, by: StaffId | None) -> None:
        super().__init__()
        self.by = by


class HasSent(NudgeRefused):
    """They have sent it. Only said of surveys that ten people have sent."""


class WeekIsFull(NudgeRefused):
    """As much as a week may hold has been started to them; there is room from that day on."""

    def __init__(self, room_on: date) -> None:
        super().__init__()
        self.room_on = room_on


class NotALine(NudgeRefused):
    """Nothing was typed, or more than a line: so many characters."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.got = got


@dataclass(frozen=True, slots=True)
class Seen:
    """An open survey as a worker sees it of one person; `sent` is None while that is not said of anybody."""

    opening: Opening
    asked: Questionnaire
    sent: bool | None


async def surveys(tx: Transaction, member: Staff, person: PersonId) -> tuple[Seen, ...]:
    """The open surveys, for the worker of this person; nobody else is told who has sent. Raises: NotAllowed."""
    own = await own_people.one(tx, member, person)
    if own.person.worker != member.id:
        return ()
    return tuple([await _seen(tx, one, person) for one in await openings.open_surveys(tx)])


async def check(
    tx: Transaction, settings: Settings, member: Staff, person: PersonId, survey: SurveyId, *, now: datetime
) -> Seen:
    """The survey, when this worker may still write a line about it. Raises: NotAllowed, NudgeRefused, SurveyClosed."""
    own = await own_people.one(tx, member, person)
    if own.person.worker != member.id:
        raise NotAllowed(Permission.SEE_OWN_PEOPLE)
    if own.state != "joined":
        raise NotNow
    about = await surveys(tx, member, person)
    seen = next((one for one in about if one.opening.id == survey), None)
    if seen is None:
        raise SurveyClosed(survey)
    if (before := await _before(tx, person, survey)) is not None:
        raise NudgedBefore(before.opens.get("from"))
    if seen.sent:
        raise HasSent
    # Whoever has sent a survey is not reminded of it, so room in a week would tell of one that few have sent.
    told = all(one.sent is not None for one in about)
    if told and (room_on := await budget.room_on(tx, person, settings, now)) is not None:
        raise WeekIsFull(room_on)
    return seen


async def untold(tx: Transaction) -> bool:
    """Whether a survey is open that so few have sent that nobody is told who: nor then how full a week is, for
    whoever has sent is not reminded, and has room left."""
    counted = [one for one in await openings.open_surveys(tx) if one.practice is None]
    return any([len(await drafts.done_many(tx, one.id)) < MIN_BASE for one in counted])


def line(typed: str) -> str:
    """What was typed, as one line. Raises: NotALine."""
    words = " ".join(typed.split())
    if not 1 <= len(words) <= MOST_CHARS:
        raise NotALine(len(words))
    return words


async def send(
    tx: Transaction,
    settings: Settings,
    member: Staff,
    person: PersonId,
    survey: SurveyId,
    words: str,
    *,
    now: datetime,
) -> datetime:
    """Let this line go to them; gives the moment after which it will not leave any more.

    Raises: NotAllowed, NudgeRefused, SurveyClosed.
    """
    seen = await check(tx, settings, member, person, survey, now=now)
    expires_at = min(seen.opening.closes_at, now + KEPT)
    new = await outbox.queue(
        tx,
        occasion=asking.nudge(survey),
        person=person,
        lane="young",
        envelope="envelope/reminder",
        opens={"screen": "nudge", "survey": survey, "words": _sealed(tx, line(words)), "from": member.id},
        not_before=now,
        expires_at=expires_at,
    )
    if not new:
        raise NudgedBefore(None)
    return expires_at


def words_of(tx: Transaction, sealed: str) -> str:
    """The line a worker wrote, as its envelope carries it."""
    return tx.keys.register.open(base64.b64decode(sealed), ABOUT).decode()


def _sealed(tx: Transaction, words: str) -> str:
    return base64.b64encode(tx.keys.register.seal(words.encode(), ABOUT)).decode()


async def _seen(tx: Transaction, opening: Opening, person: PersonId) -> Seen:
    sent = await drafts.done_many(tx, opening.id)
    asked = await openings.questionnaire(tx, opening.id)
    return Seen(opening, asked, person in sent if len(sent) >= MIN_BASE else None)


async def _before(tx: Transaction, person: PersonId, survey: SurveyId) -> outbox.Row | None:
    rows = await outbox.of_person(tx, person)
    return next((row for row in rows if row.occasion == asking.nudge(survey)), None)
