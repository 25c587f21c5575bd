"""A few words on somebody's day, from whoever of the team presses send. A name stands only below what that one pressed.

Whoever would be asked for a person is asked a week before, and once more on the last working day before. What they
pressed leaves on the day at ten, once and never late. Where nobody pressed, nothing leaves; or a line of the team's,
for those who said that is fine too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import days, own_words
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.days import BIRTHDAY, DayError
from engagement.london import london, today
from storage import days as rows
from storage import outbox, people, staff
from storage.days import Greeting
from storage.due import Due
from storage.ids import PersonId, StaffId
from storage.outbox import Row
from storage.people import Person
from storage.staff import NoSuchStaff, Staff
from storage.store import Transaction

SEND_AT, OVER_AT = time(10), time(20)
WEEK: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)
LONGEST: Final = 300

ABOUT: Final = "day:"


class NotAsked(DayError):
    """This member of staff is not (any more) the one who is asked, or the day is over."""


class NotTheseWords(DayError):
    """Nothing was typed, or more than fits. Carries how long it is."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody's day, as the member of staff sees it who could send a few words. `name` is empty for a birthday."""

    greeting: Greeting
    name: str
    certain: bool
    team_too: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What a young person is shown on their day: `signed` by whom, None for the team; `words` empty for the usual."""

    key: str
    name: str
    greet: str
    words: str
    signed: Staff | None


# What staff do with it


async def asked_of(tx: Transaction, member: Staff, *, now: datetime) -> tuple[Asked, ...]:
    """Every coming day for which this member of staff is asked, or has pressed; the soonest first."""
    day = today(now)
    found = await rows.greetings_between(tx, day, day + 2 * WEEK)
    return tuple([await _asked(tx, one) for one in found if _open_to(one, member, now)])


async def is_asked(tx: Transaction, member: Staff, *, now: datetime) -> bool:
    """Whether there is any."""
    day = today(now)
    return any(_open_to(one, member, now) for one in await rows.greetings_between(tx, day, day + 2 * WEEK))


async def asked(tx: Transaction, member: Staff, person: PersonId, key: str, on: date, *, now: datetime) -> Asked:
    """One of them. Raises: NotAsked."""
    return await _asked(tx, await _held(tx, member, person, key, on, now))


async def _held(tx: Transaction, member: Staff, person: PersonId, key: str, on: date, now: datetime) -> Greeting:
    found = await rows.greeting(tx, person, key, on, hold=True)
    if found is None or not _open_to(found, member, now):
        raise NotAsked
    return found


def _open_to(one: Greeting, member: Staff, now: datetime) -> bool:
    theirs = one.staff == member.id and member.state == "joined" and one.state in ("asked", "pressed", "skipped")
    return theirs and now < london(one.on, OVER_AT)


async def _asked(tx: Transaction, one: Greeting) -> Asked:
    team_too = await days.team_is_fine(tx, one.person)
    if one.key == BIRTHDAY:
        return Asked(one, "", True, team_too)
    falls = await days.next_on(tx, one.key, one.on - A_DAY)
    return Asked(one, (await days.find(tx, one.key)).name, falls.certain, team_too)


async def press(
    tx: Transaction, member: Staff, person: PersonId, key: str, on: date, words: str, *, now: datetime
) -> Greeting:
    """These words leave on the day with this member's name; the usual ones where `words` is empty.

    Raises: NotAsked, NotTheseWords.
    """
    held = await _held(tx, member, person, key, on, now)
    pressed = replace(held, state="pressed", words=fitting(words) if words else "")
    await rows.change_greeting(tx, pressed)
    await note(tx, member, Action.GREETING_SENT, now=now, person=person, on=on.isoformat())
    if now >= london(on, SEND_AT):
        await _leave(tx, pressed, now)
    return pressed


async def skip(tx: Transaction, member: Staff, person: PersonId, key: str, on: date, *, now: datetime) -> None:
    """They send nothing, or after all nothing. Raises: NotAsked."""
    held = await _held(tx, member, person, key, on, now)
    await rows.change_greeting(tx, replace(held, state="skipped", words=""))


async def mine(tx: Transaction, member: Staff) -> str:
    """The few words this member of staff keeps for such days; empty where they send the usual ones."""
    return await rows.mine(tx, member.id)


async def keep_mine(tx: Transaction, member: Staff, words: str) -> None:
    """From now on these are their own few words. Raises: NotTheseWords."""
    await rows.keep_mine(tx, member.id, fitting(words))


def fitting(typed: str) -> str:
    """What was typed, as it is sent. Raises: NotTheseWords."""
    said = own_words.clean(typed)
    if not 0 < len(said) <= LONGEST:
        raise NotTheseWords(len(said))
    return said


# On the day


async def send(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """What was pressed leaves, and the team's line for those who said so. Nothing on a later day, or at night."""
    day = date.fromisoformat(row.key)
    if today(now) != day or now >= london(day, OVER_AT):
        return
    joined = {person.id: person for person in await people.joined(tx)}
    for one in await rows.greetings_on(tx, day):
        held = await rows.greeting(tx, one.person, one.key, one.on, hold=True)
        if held is not None and held.person in joined:
            await _on_the_day(tx, held, now)


async def _on_the_day(tx: Transaction, held: Greeting, now: datetime) -> None:
    if held.state == "pressed" and await _is_here(tx, held.staff):
        await _leave(tx, held, now)
    elif held.state != "sent" and await days.team_is_fine(tx, held.person) and (await _asked(tx, held)).certain:
        await _leave(tx, replace(held, staff=None, words=""), now)


async def _is_here(tx: Transaction, member: StaffId | None) -> bool:
    try:
        return member is not None and (await staff.by_id(tx, member)).state == "joined"
    except NoSuchStaff:
        return False


async def _leave(tx: Transaction, one: Greeting, now: datetime) -> None:
    """It leaves now, whatever comes later: what was pressed cannot be taken back from here on."""
    await rows.change_greeting(tx, replace(one, state="sent"))
    await outbox.queue(
        tx,
        occasion=f"{ABOUT}{one.key}:{one.on.isoformat()}",
        person=one.person,
        lane="young",
        kind="asked",  # they chose the day, and were told what it brings
        envelope="envelope/something",
        opens={"screen": "day", "key": one.key, "on": one.on.isoformat()},
        not_before=now,
        expires_at=london(one.on, OVER_AT),
    )


async def is_over(tx: Transaction, row: Row, person: Person) -> bool:
    """Whether this is a few words on a day that no longer matters to them, or from somebody who is no longer here."""
    if not row.occasion.startswith(ABOUT):
        return False
    _, key, on = row.occasion.split(":")
    found = await rows.greeting(tx, person.id, key, date.fromisoformat(on))
    if found is None or person.state == "stopped":
        return True
    return found.staff is not None and not await _is_here(tx, found.staff)


async def given(tx: Transaction, person: PersonId, key: str, on: date) -> Given | None:
    """What this person was sent on that day; None when there is nothing (any more)."""
    found = await rows.greeting(tx, person, key, on)
    if found is None or found.state != "sent":
        return None
    signed = None if found.staff is None else await staff.by_id(tx, found.staff)
    if key == BIRTHDAY:
        return Given(key, "", "", found.words, signed)
    day = await days.find(tx, key)
    return Given(key, day.name, day.greet, found.words, signed)


async def held(tx: Transaction, person: PersonId) -> list[dict[str, str]]:
    """What is kept of words on this person's days, as plain data; words that wait for their day are not told yet."""
    return [
        {"day": one.key, "on": one.on.isoformat(), "state": one.state}
        | ({"words": one.words} if one.words and one.state == "sent" else {})
        for one in await rows.greetings_of(tx, person)
    ]
