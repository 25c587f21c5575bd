"""Making something to join, one step at a time: a draft that can be left, found again, looked at and opened.

The first words make the draft; every step after them only changes it, so whatever is not said has a default, and
somebody who is called away has lost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final, Literal, get_args

from pydantic import ValidationError

from engagement import audit, days, drop_ins, own_words, places, typed_times
from engagement.audit import Action
from engagement.drop_ins import DROP_IN, MOST_WEEKS
from engagement.opportunities import KINDS, Details, Kind, Opportunity, details, kept
from engagement.staff import Permission, may, require
from storage import opportunities, people, staff
from storage.ids import OpportunityId
from storage.opportunities import NoSuchOpportunity
from storage.staff import Staff
from storage.store import Transaction

LONGEST_TITLE, LONGEST_WORDS, LONGEST_LINE = 60, 200, 80
MOST_PLACES: Final = 500
MOST_INTERESTS: Final = 12
ANSWER_UNTIL: Final = time(17)

Step = Literal[
    "what",
    "do",
    "kind",
    "why",
    "when",
    "weeks",
    "time",
    "where",
    "there",
    "places",
    "gets",
    "travel",
    "interests",
    "until",
    "organiser",
    "contact",
    "asks",
    "day",
]
STEPS: Final[tuple[Step, ...]] = get_args(Step)

WITH_MORE: Final[frozenset[Kind]] = frozenset({"shape", "work", "volunteering", "mentor"})
"""The kinds of which people want to know what for, and how much of their time it takes."""

CHANGED_LATER: Final[frozenset[Step]] = frozenset(STEPS) - {"kind", "interests", "weeks"}
"""What may change once people can say yes to it."""

FIELDS: Final[Mapping[Step, tuple[str, int]]] = {
    "what": ("title", LONGEST_TITLE),
    "do": ("what_you_do", LONGEST_WORDS),
    "why": ("what_for", LONGEST_WORDS),
    "where": ("where", LONGEST_LINE),
    "there": ("who_is_there", LONGEST_WORDS),
    "gets": ("reward", LONGEST_LINE),
    "travel": ("travel", LONGEST_LINE),
    "contact": ("contact", LONGEST_LINE),
    "asks": ("asks", LONGEST_LINE),
}
"""What is typed in one's own words: which of the words it is, and how many letters at most."""

_TIME: Final = ("meetings", "over_how_long", "hours_each")


class MakingError(Exception):
    """Nothing was changed."""


class NothingThere(MakingError):
    """It is no draft any more, never was one, or is somebody else's."""


class NotAStep(MakingError):
    """What was typed or tapped is no answer to this step."""


class TooLong(MakingError):
    """More than so many letters were typed, this many."""

    def __init__(self, most: int, got: int) -> None:
        super().__init__(most, got)
        self.most, self.got = most, got


class NotYet(MakingError):
    """It cannot be opened like this; the step says what to mend."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


# The steps


def steps(kind: Kind) -> tuple[Step, ...]:
    """What is asked about one of this kind, after what it is, in order."""
    if kind == "grant":
        return ("until", "where", "places", "gets", "interests")
    if kind == DROP_IN:
        return ("when", "weeks", "where", "there", "places", "gets", "interests")
    more: tuple[Step, ...] = ("time",) if kind in WITH_MORE else ()
    why: tuple[Step, ...] = ("why",) if kind in WITH_MORE else ()
    return (*why, "when", *more, "where", "places", "gets", "interests")


def following(kind: Kind, step: Step) -> Step | None:
    """The step after this one; None when only a look at it is left."""
    order: tuple[Step, ...] = ("what", "do", "kind", *steps(kind))
    at = order.index(step) if step in order else len(order)
    return order[at + 1] if at + 1 < len(order) else None


def asked(kind: Kind) -> frozenset[Step]:
    """Every step that one of this kind has, those among them that are only taken where somebody looks for them."""
    return frozenset({"what", "do", "kind", *steps(kind), "until", "organiser", "contact", "asks", "day"})


# The draft


async def begin(tx: Transaction, member: Staff, text: str, *, picture: str | None = None) -> Opportunity:
    """A new draft: the first line is its title, the rest what one would do. Raises: NotAllowed, NotAStep."""
    require(member, Permission.MAKE_OPPORTUNITY)
    title, rest = _title_and_rest(text)
    said = Details(title=title, what_you_do=rest or title, picture=picture)
    return await opportunities.add(tx, made_by=member.id, organiser=member.id, kind="activity", details=kept(said))


async def draft(tx: Transaction, member: Staff, opportunity: OpportunityId, *, hold: bool = False) -> Opportunity:
    """A draft of theirs. Raises: NotAllowed, NothingThere."""
    require(member, Permission.MAKE_OPPORTUNITY)
    try:
        found = await opportunities.find(tx, opportunity, hold=hold)
    except NoSuchOpportunity as error:
        raise NothingThere from error
    if found.state != "draft" or found.made_by != member.id:
        raise NothingThere
    return found


async def drafts(tx: Transaction, member: Staff) -> tuple[Opportunity, ...]:
    """What they have begun and not opened, the newest first. Raises: NotAllowed."""
    require(member, Permission.MAKE_OPPORTUNITY)
    return tuple(one for one in await opportunities.in_states(tx, {"draft"}) if one.made_by == member.id)


async def throw_away(tx: Transaction, member: Staff, opportunity: OpportunityId) -> None:
    """Nothing is left of the draft. Raises: NotAllowed, NothingThere."""
    await opportunities.remove(tx, (await draft(tx, member, opportunity)).id)


async def put_picture(tx: Transaction, member: Staff, opportunity: OpportunityId, picture: str | None) -> None:
    """This flyer goes with the draft, or none. Raises: NotAllowed, NothingThere."""
    await _set(tx, await draft(tx, member, opportunity), {"picture": picture})


async def say(
    tx: Transaction, member: Staff, opportunity: OpportunityId, step: Step, typed: str, *, now: datetime
) -> Opportunity:
    """The draft with what was typed, or tapped, at this step.

    Raises: NotAllowed, NothingThere, NotAStep, TooLong, BadTime.
    """
    found = await draft(tx, member, opportunity, hold=True)
    columns, said = answered(found, step, typed, now=now)
    await check(tx, columns, said)
    return await _set(tx, found, said, **columns)


async def skip(tx: Transaction, member: Staff, opportunity: OpportunityId, step: Step) -> Opportunity:
    """The draft without what this step would say. Raises: NotAllowed, NothingThere, NotAStep."""
    found = await draft(tx, member, opportunity, hold=True)
    columns, said = emptied(step)
    return await _set(tx, found, said, **columns)


async def tick(tx: Transaction, member: Staff, opportunity: OpportunityId, interest: int) -> Opportunity:
    """The draft with one of the register's interests more, or less. Raises: NotAllowed, NothingThere, NotAStep."""
    found = await draft(tx, member, opportunity, hold=True)
    known = await interests(tx)
    if not 0 <= interest < len(known):
        raise NotAStep
    ticked, one = details(found).interests, known[interest]
    chosen = tuple(other for other in ticked if other != one) if one in ticked else (*ticked, one)
    return await _set(tx, found, {"interests": chosen[:MOST_INTERESTS]})


async def open_it(
    tx: Transaction, member: Staff, opportunity: OpportunityId, *, now: datetime
) -> tuple[Opportunity, ...]:
    """It is open, on each of its dates: people can be shown it and answer. Raises: NotAllowed, NothingThere, NotYet."""
    found = await draft(tx, member, opportunity, hold=True)
    if (step := unready(found, now=now)) is not None:
        raise NotYet(step)
    if (await staff.by_id(tx, found.organiser)).state == "left":
        raise NotYet("organiser")
    opened = await drop_ins.repeat(tx, await places.publish(tx, found.id, now=now), now=now)
    for one in opened:
        await audit.note(tx, member, Action.OPPORTUNITY_MADE, now=now, opportunity=one.id)
    return opened


def unready(opportunity: Opportunity, *, now: datetime) -> Step | None:
    """The step to be mended before it could be opened: what it speaks of would be over already."""
    if opportunity.starts_at is not None and opportunity.starts_at <= now:
        return "when"
    if opportunity.answer_by is not None and opportunity.answer_by <= now:
        return "until"
    return None


async def interests(tx: Transaction) -> tuple[str, ...]:
    """The interests that the register speaks of, the commonest first, each as most rows write it."""
    ways: dict[str, dict[str, int]] = {}
    for _, known in await people.register(tx):
        for one in {" ".join(word.split()) for word in known.interests}:
            said = ways.setdefault(one.casefold(), {})
            said[one] = said.get(one, 0) + 1
    common = sorted(ways.values(), key=lambda said: (-sum(said.values()), min(said).casefold()))
    return tuple(max(sorted(said), key=said.__getitem__) for said in common)


async def colleagues(tx: Transaction) -> tuple[Staff, ...]:
    """Who could organise something: whoever may make one, and has joined."""
    return tuple(
        one for one in await staff.everyone(tx) if one.state == "joined" and may(one, Permission.MAKE_OPPORTUNITY)
    )


# What was typed


def answered(
    opportunity: Opportunity, step: Step, typed: str, *, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changes by this answer: of the row, and of its words. Raises: NotAStep, TooLong, BadTime."""
    text = _clean(typed)
    if not text:
        raise NotAStep
    if step == "when":
        meant = (drop_ins.evening if opportunity.kind == DROP_IN else typed_times.span)(text, now=now)
        return {
            "starts_at": meant.starts_at,
            "ends_at": meant.ends_at,
            **_kept_before(opportunity, meant.starts_at),
        }, {}
    if step == "until":
        return {"answer_by": typed_times.by(text, ANSWER_UNTIL, now=now)}, {}
    if step == "places":
        return {"places": _count(text, 1, MOST_PLACES)}, {}
    if step == "organiser":
        return {"organiser": _number(text)}, {}
    if step == "kind":
        if text not in KINDS:
            raise NotAStep
        return {"kind": text}, {}
    if step == "time":
        return {}, _time(text)
    if step == "weeks":
        return {}, {"weeks": _count(text, 2, MOST_WEEKS)}
    if step == "day":
        return {}, {"day": text}
    if step not in FIELDS:
        raise NotAStep
    name, most = FIELDS[step]
    return {}, {name: words(text, most)}


def emptied(step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changes where this step is to say nothing. Raises: NotAStep, where it must say something."""
    if step == "when":
        return {"starts_at": None, "ends_at": None}, {}
    if step == "until":
        return {"answer_by": None}, {}
    if step == "places":
        return {"places": None}, {}
    if step == "time":
        return {}, dict.fromkeys(_TIME)
    if step == "interests":
        return {}, {"interests": ()}
    if step in ("weeks", "day"):
        return {}, {step: None}
    if step in ("why", "where", "there", "gets", "travel", "contact", "asks"):
        return {}, {FIELDS[step][0]: None}
    raise NotAStep


def _title_and_rest(text: str) -> tuple[str, str]:
    """The first line, and the rest up to where the last sentence that fits ends."""
    title, _, rest = _clean(text).partition("\n")
    if not title.strip():
        raise NotAStep
    return cut(title, LONGEST_TITLE), cut(rest, LONGEST_WORDS)


def is_cut(text: str) -> bool:
    """Whether more was written than a card holds."""
    title, _, rest = _clean(text).partition("\n")
    return len(title.strip()) > LONGEST_TITLE or len(rest.strip()) > LONGEST_WORDS


def cut(text: str, most: int) -> str:
    """As much of it as fits: whole sentences, else whole words."""
    said = text.strip()
    if len(said) <= most:
        return said
    head = said[: most + 1]
    ends = [found.end() for found in re.finditer(r"[.?](?=\s)|(?=\n)", head)]
    if ends and ends[-1] >= most // 3:
        return head[: ends[-1]].strip()
    words = head.rpartition(" ")[0].strip()
    return words or said[:most]


def _clean(typed: str) -> str:
    """What was typed, without what cannot be seen or turns letters round; line breaks stay."""
    bare = own_words.clean(typed)
    return "\n".join(line for part in bare.split("\n") if (line := " ".join(part.split())))


def _time(text: str) -> dict[str, Any]:
    """How many meetings, over how long, how long each: as far as commas tell them apart."""
    parts: Sequence[str] = [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    if len(parts) > len(_TIME):
        parts = [", ".join(parts)]
    if any(len(part) > LONGEST_LINE for part in parts):
        raise TooLong(LONGEST_LINE, max(map(len, parts)))
    return dict.fromkeys(_TIME) | dict(zip(_TIME, parts, strict=False))


def _kept_before(opportunity: Opportunity, starts_at: datetime) -> dict[str, Any]:
    """An end of answering that would lie after the beginning goes."""
    late = opportunity.answer_by is not None and opportunity.answer_by > starts_at
    return {"answer_by": None} if late else {}


def _count(text: str, least: int, most: int) -> int:
    count = _number(text)
    if not least <= count <= most:
        raise NotAStep
    return count


def _number(text: str) -> int:
    found = re.fullmatch(r"\D{0,20}(\d{1,9})\D{0,20}", text)
    if found is None or not found[1].isascii():
        raise NotAStep
    return int(found[1])


async def check(tx: Transaction, columns: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Raises: NotAStep, for an organiser who could not organise anything, and for a day nobody could choose."""
    if "organiser" in columns and all(one.id != columns["organiser"] for one in await colleagues(tx)):
        raise NotAStep
    if said.get("day") is not None:
        try:
            await days.find(tx, said["day"])
        except days.NoSuchDay as error:
            raise NotAStep from error


def words(typed: str, most: int) -> str:
    """What was typed, as it goes out. Raises: NotAStep, TooLong."""
    said = _clean(typed)
    if not said:
        raise NotAStep
    if len(said) > most:
        raise TooLong(most, len(said))
    return said


def with_words(said: Details, changed: Mapping[str, Any]) -> Details:
    """The same with other words. Raises: NotAStep."""
    try:
        return Details.model_validate(said.model_dump() | dict(changed))
    except ValidationError as error:
        raise NotAStep from error


async def _set(tx: Transaction, found: Opportunity, changed: Mapping[str, Any], **columns: Any) -> Opportunity:
    if changed:
        columns["details"] = kept(with_words(details(found), changed))
    return await opportunities.change(tx, found.id, **columns) if columns else found
