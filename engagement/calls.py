"""A call on a day: whether somebody would like one, from whom, when and on which number. Their own word stands.

Every change, whoever makes it, is told to `WHEN_CHANGED`: what a rota holds of a call is never older than their word.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal

import phonenumbers

from engagement import rota
from engagement.authority import Settings
from engagement.london import london, today
from storage import calls, due, outbox, people
from storage.calls import Call, CallDay, NoSuchCallDay, Wanted, Words
from storage.due import Due
from storage.ids import CallDayId, CallId, PersonId
from storage.outbox import Row
from storage.staff import Staff
from storage.store import Transaction

OPENS, CLOSES = time(10), time(16)
LONGEST_NOTE: Final = 300
FARTHEST: Final = timedelta(days=60)
AGAIN_BEFORE: Final = timedelta(days=20)
"""How long before the day whoever said "ask me later" is asked once more: for 25 December on the 5th."""

AGAIN: Final = "call_again"
ASKED_AT: Final = time(11)
LAST_DIGITS: Final = 3
LONGEST_NUMBER: Final = 30

Part = Literal["morning", "midday", "afternoon"]


class CallsError(Exception):
    """Nothing was changed."""


class NotThatDay(CallsError):
    """Nobody is phoned that day (any more), or they are not among those who are."""


class TheirOwnWord(CallsError):
    """They have said themselves what they would like; whoever asks them is too late."""


class NotANumber(CallsError):
    """No phone number can be made of what was typed."""


class NoteTooLong(CallsError):
    """The note has more letters than a note may have."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.max, self.got = LONGEST_NOTE, got


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with one day. `call` None: nobody has asked them, and they may say all the same."""

    day: CallDay
    call: Call | None
    words: Words

    @property
    def wanted(self) -> Wanted:
        return "not_known" if self.call is None else self.call.wanted


Changed = Callable[[Transaction, Settings, CallDay, Call, Call, datetime], Awaitable[None]]
WHEN_CHANGED: list[Changed] = []
"""Who hears of a call that is other than it was (the call before, and now): the rota, and the day itself."""


# The day


def is_for_everyone(day: CallDay) -> bool:
    """Whether everybody in the register is asked about it, and not only those who chose it or one person."""
    return day.key.partition(":")[0] in ("christmas", "day")


def is_ones_own(day: CallDay) -> bool:
    """Whether it is one person's own day."""
    return day.key.startswith("one:")


def ends_at(day: CallDay) -> datetime:
    """The moment after which nobody is phoned that day."""
    return london(day.on_day, day.to_time)


def is_on(day: CallDay, now: datetime) -> bool:
    """Whether somebody may still say what they would like."""
    return day.state in ("asking", "proposed", "confirmed") and now < ends_at(day)


def again_on(day: CallDay, now: datetime) -> date | None:
    """The day on which whoever says "ask me later" is asked once more; None when it is too late for that."""
    on = day.on_day - AGAIN_BEFORE
    return on if on > today(now) else None


def parts(day: CallDay) -> Mapping[Part, tuple[time, time]]:
    """From when until when the morning, midday and afternoon of that day are; none that is empty."""
    noon, two = time(12), time(14)
    spans: Mapping[Part, tuple[time, time]] = {
        "morning": (day.from_time, min(noon, day.to_time)),
        "midday": (max(noon, day.from_time), min(two, day.to_time)),
        "afternoon": (max(two, day.from_time), day.to_time),
    }
    return {part: span for part, span in spans.items() if span[0] < span[1]}


# Where somebody stands


async def standing(tx: Transaction, person: PersonId, which: CallDayId, *, now: datetime) -> Standing:
    """Where they stand with that day. Raises: NotThatDay."""
    try:
        day = await calls.day(tx, which)
    except NoSuchCallDay:
        raise NotThatDay from None
    call = await calls.of(tx, which, person)
    if not is_on(day, now) or (call is None and not is_for_everyone(day)):
        raise NotThatDay
    return Standing(day, call, Words() if call is None else calls.words(tx, call))


async def of_person(tx: Transaction, person: PersonId, *, now: datetime) -> tuple[Standing, ...]:
    """Every day to come on which they could be phoned, the next one first."""
    coming = [day for day in await calls.days(tx, since=today(now)) if is_on(day, now)]
    theirs = {one.day: one for one in await calls.of_person(tx, person)} if coming else {}
    found = [(day, theirs.get(day.id)) for day in coming if day.id in theirs or is_for_everyone(day)]
    return tuple(Standing(day, one, Words() if one is None else calls.words(tx, one)) for day, one in found)


async def number_of(tx: Transaction, call: Call) -> str:
    """The number to phone: the one they gave for this call, or the register's; empty when there is none."""
    return calls.words(tx, call).number or (await people.details(tx, call.person)).phone


def last_digits(number: str) -> str:
    """What of a number is shown on a phone others may look at."""
    return "".join(letter for letter in number if letter.isdigit())[-LAST_DIGITS:]


def as_number(typed: str) -> str:
    """A phone number as it is kept. Raises: NotANumber."""
    try:
        parsed = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException:
        raise NotANumber from None
    # Possible, not valid: the numbers set aside for drama, which made-up authorities use, are possible only.
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE or len(typed) > LONGEST_NUMBER:
        raise NotANumber
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, form.NATIONAL if parsed.country_code == 44 else form.INTERNATIONAL)


# What they say


async def answer(
    tx: Transaction, settings: Settings, person: PersonId, which: CallDayId, wanted: Wanted, *, now: datetime
) -> Call:
    """Yes, no, or ask me later: their own word, which stands. After a no nothing is kept of number and note.

    Raises: NotThatDay.
    """
    return await say(tx, settings, person, which, now=now, by=None, wanted=wanted)


async def say(
    tx: Transaction,
    settings: Settings,
    person: PersonId,
    which: CallDayId,
    *,
    now: datetime,
    by: Staff | None,
    **said: Any,
) -> Call:
    """What they would like from now on: any of wanted, who, from_time, to_time, number, note; by whoever records it.

    A worker's record of another answer than their own is refused where `recording` does not allow it first.
    Raises: NotThatDay, NotANumber, NoteTooLong.
    """
    day = (await standing(tx, person, which, now=now)).day
    await calls.add(tx, which, (person,))
    before = await calls.of(tx, which, person, hold=True)
    if before is None or before.state == "spoke":
        raise NotThatDay
    call = await _keep_words(tx, before, said)
    values = {name: value for name, value in said.items() if name not in ("number", "note")}
    if "wanted" in values:
        values |= {
            "state": "open" if values["wanted"] == "yes" else "stopped" if values["wanted"] == "no" else before.state
        }
    if values.get("wanted") == "no":
        values |= {"who": "anyone", "from_time": None, "to_time": None}
    after = await calls.change(tx, call.id, recorded_by=None if by is None else by.id, **values)
    if values.get("wanted") == "later" and (on := again_on(day, now)) is not None:
        await due.add(tx, AGAIN, f"{after.id}:{on}", london(on, ASKED_AT))
    for tell in WHEN_CHANGED:
        await tell(tx, settings, day, before, after, now)
    return after


async def _keep_words(tx: Transaction, call: Call, said: Mapping[str, Any]) -> Call:
    """Number and note, checked; both are gone after a no."""
    if said.get("wanted") == "no":
        return await calls.keep_words(tx, call, number="", note="")
    words: dict[str, str] = {}
    if "number" in said:
        words["number"] = as_number(said["number"]) if said["number"] else ""
    if "note" in said:
        words["note"] = said["note"].strip()
        if len(words["note"]) > LONGEST_NOTE:
            raise NoteTooLong(len(words["note"]))
    return await calls.keep_words(tx, call, **words) if words else call


async def on_a_day(tx: Transaction, settings: Settings, person: PersonId, on: date, *, now: datetime) -> Call:
    """A call on a day of their own: they would like one. Asked twice, it is one. Raises: NotThatDay."""
    if not timedelta() < on - today(now) <= FARTHEST:
        raise NotThatDay
    key = f"one:{person}:{on}"
    day = await calls.add_day(tx, key=key, name="", on_day=on, from_time=OPENS, to_time=CLOSES)
    day = day or await calls.day_by_key(tx, key)
    if day is None:
        raise NotThatDay
    await calls.add(tx, day.id, (person,))
    return await answer(tx, settings, person, day.id, "yes", now=now)


async def tell_at_once(tx: Transaction, settings: Settings, call: Call, *, now: datetime) -> tuple[Staff, datetime]:
    """Worker, duty, and whoever calls see the note at once: who it is with first, and when the team is next at work.

    Raises: NobodyToAsk.
    """
    line = await rota.line(tx, settings, call.person, now=now)
    duty = rota.on_duty(settings, await rota.on_staff(tx), await rota.off(tx, now))
    for member in dict.fromkeys((line[0].id, *(one.id for one in duty))):
        await outbox.queue(
            tx,
            occasion=f"call:{call.day}:at_once:{call.id}:{call.version}",
            staff=member,
            lane="staff",
            envelope="staff/update",
            opens={"screen": "staff/call_note", "call": call.id},
            not_before=now,
            expires_at=now + timedelta(days=14),
            kind="help",
        )
    return line[0], rota.next_open(settings, now)


async def may_see_note(tx: Transaction, settings: Settings, member: Staff, call: Call, *, now: datetime) -> bool:
    """Whether this member of staff is one whom the person was told of: worker, who stands in, duty, or who calls."""
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    worker = (await people.by_id(tx, call.person)).worker
    theirs = {worker, call.caller, call.backup}
    theirs |= {one.id for one in (*rota.in_order(settings, here, off, worker)[:1], *rota.on_duty(settings, here, off))}
    return member.state == "joined" and member.id in theirs


# The gate, and asking once more


async def again(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether somebody who said "ask me later" is asked once more, as they were promised."""
    try:
        call = await calls.find(tx, CallId(int(fired.key.partition(":")[0])))
    except calls.NoSuchCall:
        return False
    day = await calls.day(tx, call.day)
    if call.wanted != "later" or not is_on(day, now):
        return False
    return await outbox.queue(
        tx,
        occasion=f"call:{day.id}:again",
        person=call.person,
        lane="young",
        envelope="envelope/as_asked",
        opens={"screen": "call", "day": day.id},
        not_before=now,
        expires_at=ends_at(day) - timedelta(days=1),
        kind="asked",
    )


async def is_over(tx: Transaction, row: Row, person: PersonId) -> bool:
    """Whether this asks about a call they have said yes or no to, or about a day on which nobody is phoned."""
    parts = row.occasion.split(":")
    if parts[0] != "call" or len(parts) < 3 or parts[2] not in ("asked", "again", "recorded"):
        return False
    try:
        day = await calls.day(tx, CallDayId(int(parts[1])))
    except NoSuchCallDay:
        return True
    call = await calls.of(tx, day.id, person)
    if day.state in ("over", "off") or call is None:
        return True
    return {"asked": call.wanted != "not_known", "again": call.wanted != "later", "recorded": False}[parts[2]]


async def forget(tx: Transaction, person: PersonId) -> None:
    """Days of their own are gone: the key of one names them. Where they stand with others goes with the rest."""
    await calls.remove_own_days(tx, person)


async def held(tx: Transaction, person: PersonId) -> list[dict[str, Any]]:
    """What is kept of their calls, as plain data."""
    found = []
    for one in await calls.of_person(tx, person):
        day, words = await calls.day(tx, one.day), calls.words(tx, one)
        said = {"who": one.who, "from": one.from_time, "to": one.to_time} if one.wanted == "yes" else {}
        more = {"number": words.number or None, "note": words.note or None, "outcome": list(words.outcome) or None}
        known = {name: value for name, value in (said | more).items() if value is not None}
        plain = {name: value.strftime("%H:%M") if isinstance(value, time) else value for name, value in known.items()}
        recorded = {} if one.recorded_by is None else {"recorded_by_staff": True}
        found.append({"day": day.on_day.isoformat(), "wanted": one.wanted, **plain, **recorded})
    return found
