"""What moved of what was promised: one promise a card, old and new, what is said back to what people wrote, the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, Garbled, Place, Visit, go, number
from engagement import answering, promises, round_told
from engagement.london import today
from engagement.promise_standing import Moved, of_json
from engagement.round_told import NotTold
from storage import openings, rounds
from storage.comments import Group
from storage.ids import RoundId
from storage.openings import NoSuchSurvey
from storage.rounds import Round

CLOSED = ("done", "not_doing")
"""States of promises that do not wait for anything."""


@dataclass(frozen=True, slots=True)
class Cards:
    """Everything to tap through: what moved (or one card that nothing did), answers, and the end."""

    of: Round
    moved: tuple[Moved, ...]
    answers: tuple[Group, ...]

    @property
    def first_answer(self) -> int:
        return max(1, len(self.moved))

    @property
    def last(self) -> int:
        """The place of the end, from 0."""
        return self.first_answer + len(self.answers)


async def cards(visit: Visit, of: RoundId) -> Cards:
    """The cards of a round, told or about to be told."""
    found = await rounds.find(visit.tx, of)
    return Cards(found, await round_told.moved(visit.tx, found), await round_told.to_answer(visit.tx, of))


async def show(visit: Visit, found: Cards, at: int, *, looking: bool = False) -> None:
    """The card at this place, for whoever it is told to or for whoever looks at it beforehand."""
    if at >= found.last:
        await _show_end(visit, found, looking=looking)
    elif at >= found.first_answer:
        group = found.answers[at - found.first_answer]
        await visit.show("round/answer", name=group.name, answer=group.answer, looking=looking)
    elif not found.moved:
        count = sum(one.state not in CLOSED for one in of_json(found.of.told).before.values())
        say = not looking and _takes_comments(visit, found.of)
        since = await _since(visit, found.of)
        await visit.show("round/nothing", since=since, count=count, say=say, looking=looking)
    else:
        say = not looking and _takes_comments(visit, found.of)
        await visit.show(
            "round/moved",
            place=at + 1,
            total=len(found.moved),
            **as_read(found.moved[at]),
            back=at > 0,
            say=say,
            looking=looking,
        )


def as_read(one: Moved) -> dict[str, Any]:
    """What moved, as templates want it."""
    return {
        "promise": one.promise,
        "we_will": one.we_will,
        "is_known": one.is_known,
        "before": one.before.state,
        "after": one.after.state,
        "steps_before": one.before.steps_done,
        "steps_done": one.after.steps_done,
        "steps": one.after.steps,
        "later": one.later,
        "was_by": one.before.by_when,
        "by_when": one.after.by_when,
        "line": one.line,
        "reason": one.reason,
    }


async def _since(visit: Visit, of: Round) -> date:
    """The day on which people heard of it before; where no round told them, the day on which this one began."""
    days = [one.told_on for one in await rounds.every(visit.tx) if one.id < of.id and one.told_on is not None]
    return max(days, default=of.asked_on)


def _takes_comments(visit: Visit, of: Round) -> bool:
    return of.comments_until is not None and today(visit.now) <= of.comments_until


async def _show_end(visit: Visit, found: Cards, *, looking: bool) -> None:
    survey = None if looking else await _survey(visit, found.of)
    await visit.show(
        "round/end",
        survey=survey["id"] if survey and not survey["sent"] else None,
        minutes=survey["minutes"] if survey else 1,
        sent=bool(survey and survey["sent"]),
        until=found.of.comments_until,
        plan=not looking and "plan" in menu.EVERYWHERE and await promises.is_open(visit.tx),
        say=not looking and _takes_comments(visit, found.of),
        looking=looking,
    )


async def _survey(visit: Visit, of: Round) -> Mapping[str, Any] | None:
    """The round's survey, where this person can answer it now or has."""
    if of.survey is None:
        return None
    try:
        opening = await openings.find(visit.tx, of.survey)
    except NoSuchSurvey:
        return None
    if opening.state != "open" or not opening.is_for(visit.who):
        return None
    standing = await answering.standing(visit.tx, visit.who, opening.id)
    return {"id": opening.id, "minutes": standing.asked.minutes, "sent": standing.state == "sent"}


# The chat of a young person


def round_in(args: Mapping[str, Any]) -> RoundId:
    """The round the card is about. Raises: Garbled, where it is about none."""
    if not isinstance(args.get("round"), int):
        raise Garbled
    return RoundId(args["round"])


async def told(visit: Visit, args: Mapping[str, Any]) -> Cards:
    """The round the card is about, once it leaves. Raises: Garbled, NoSuchRound, NotTold."""
    found = await cards(visit, round_in(args))
    of = found.of
    if of.told_on is None or (of.leaves_at is not None and visit.now < of.leaves_at):
        raise NotTold
    return found


async def to_round(visit: Visit, _: str) -> None:
    """What was told last, from its first card."""
    newest = await round_told.newest_told(visit.tx)
    if newest is None:
        await go(visit, "menu")
    else:
        await go(visit, "round", round=newest.id, n=0)


async def draw_round(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await told(visit, args)
    await show(visit, found, place_in(args))


def place_in(args: Mapping[str, Any]) -> int:
    """The place of the card, from 0."""
    return int(args.get("n", 0))


async def on_turn(visit: Visit, way: str) -> None:
    found = await told(visit, visit.showing)
    await go(visit, "round", round=found.of.id, n=turned(found, place_in(visit.showing), way))


def turned(found: Cards, at: int, way: str) -> int:
    """The place one further or one back. Raises: Garbled."""
    if way not in ("back", "next"):
        raise Garbled
    return min(found.last, at + 1) if way == "next" else max(0, min(at, found.last) - 1)


async def on_keep(visit: Visit, promise: str) -> None:
    """One promise as a message of its own, which may be passed on and shown to a friend."""
    found = await told(visit, visit.showing)
    one = next((one for one in found.moved if one.promise == number(promise)), None)
    if one is None:
        raise Garbled
    read = as_read(one)
    visit.more("round/keep", **{name: read[name] for name in ("we_will", "line", "reason", "after", "by_when")})
    await go(visit, "round", round=found.of.id, n=place_in(visit.showing))


async def to_say(visit: Visit, promise: str) -> None:
    found = await told(visit, visit.showing)
    await go(visit, "round/say", round=found.of.id, promise=number(promise), n=place_in(visit.showing))


menu.EVERYWHERE["round"] = to_round
PLACES["round"] = Place(draw_round, {"turn": on_turn, "keep": on_keep, "say_about": to_say})
