"""How much may be asked of one person: a weekly cap over everything we start, and the topics they do not want.

Whoever wants to write to people asks here whom it would reach; whether a message really leaves is decided again by the
gate, at the moment of sending, by the same rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from engagement import practice
from engagement.authority import Settings
from engagement.london import today
from storage import choices, outbox
from storage.ids import PersonId
from storage.people import Person
from storage.store import Transaction

Topic = Literal["surveys", "sharing", "news", "check_ins"]
TOPICS: Final[tuple[Topic, ...]] = get_args(Topic)

_OF_OCCASION: Final[Mapping[str, Topic]] = {
    "survey": "surveys",
    "nudge": "surveys",
    "campaign": "surveys",
    "broadcast": "sharing",
    "menu": "sharing",
    "place": "sharing",
    "story": "news",
    "plan": "news",
    "round": "news",
    "dropped": "news",
    "answered": "news",
    "checkin": "check_ins",
    "day": "check_ins",
    "call": "check_ins",
}

WEEK_DAYS: Final = 7

Left = Literal["not_joined", "stopped", "unreachable", "opted_out", "week_full", "practice"]
"""Why somebody would not be written to, in the order in which it is looked at."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a message would reach, and whom it would not, and why."""

    people: tuple[PersonId, ...]
    left: Mapping[PersonId, Left]

    @property
    def left_out(self) -> Mapping[Left, int]:
        """How many are left out, by reason."""
        return Counter(self.left.values())


def topic_of(occasion: str) -> Topic | None:
    """What an occasion is about; None for what nobody can opt out of, such as a task somebody asked for."""
    return _OF_OCCASION.get(occasion.partition(":")[0])


async def reach(tx: Transaction, settings: Settings, people: Iterable[Person], topic: Topic, *, now: datetime) -> Reach:
    """Whom of these people something about this topic would reach if it were started now."""
    unwanted = await choices.without(tx, topic)
    counted = await outbox.counted_by_person(tx, since=_since(today(now)))
    will: list[PersonId] = []
    left: dict[PersonId, Left] = {}
    for person in people:
        why: Left | None = None
        if person.chat_index is None or person.state in ("listed", "gone"):
            why = "not_joined"
        elif person.state == "stopped":
            why = "stopped"
        elif not person.reachable:
            why = "unreachable"
        elif person.id in unwanted:
            why = "opted_out"
        elif await practice.holds_back(tx, settings, person.id):
            why = "practice"
        elif room_after(counted.get(person.id, ()), settings.cap) is not None:
            why = "week_full"
        if why is None:
            will.append(person.id)
        else:
            left[person.id] = why
    return Reach(tuple(will), left)


async def room_on(tx: Transaction, person: PersonId, settings: Settings, now: datetime) -> date | None:
    """The first day on which one more message fits this person's week; None when it fits today."""
    return room_after(await outbox.counted_on(tx, person, since=_since(today(now))), settings.cap)


def room_after(counted: Sequence[date], cap: int) -> date | None:
    """The same, from the days on which messages were started to them lately, oldest first.

    Only dates are kept, so the eighth day is counted too: no seven days, from whatever hour, then hold more than that.
    """
    return None if len(counted) < cap else counted[-cap] + timedelta(days=WEEK_DAYS + 1)


def _since(day: date) -> date:
    return day - timedelta(days=WEEK_DAYS)


async def opt_out(tx: Transaction, person: PersonId, topic: Topic) -> None:
    """Nothing about this topic is started to them from now on."""
    await choices.opt_out(tx, person, topic)


async def opt_in(tx: Transaction, person: PersonId, topic: Topic) -> None:
    """They want to hear of it again."""
    await choices.opt_in(tx, person, topic)


async def has_opted_out(tx: Transaction, person: PersonId, topic: Topic) -> bool:
    """Whether they do not want to hear of this topic."""
    return topic in await choices.not_wanted(tx, person)
