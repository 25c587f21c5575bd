"""Whom a step of a campaign would write to, and why not the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from engagement import asking, budget
from engagement.authority import Settings
from engagement.budget import Left
from engagement.campaign_plan import MOST_REMINDERS, REMINDER_GAP, Step
from engagement.london import today
from engagement.response import people_in
from storage import choices, drafts, occasions, openings, people
from storage.ids import PersonId, SurveyId
from storage.outbox import Row
from storage.store import Transaction
from surveys.disclosure import rounded

LeftOut = Left | Literal["sent", "no_more", "another_day", "waiting", "enough", "too_soon", "other_group"]
LEFT_OUT: tuple[str, ...] = (
    *get_args(Left),
    "sent",
    "no_more",
    "another_day",
    "waiting",
    "enough",
    "too_soon",
    "other_group",
)
"""Why a step would not reach somebody: what the budget says, and then what they did or asked for."""

NOT_HELD: frozenset[Left] = frozenset({"week_full", "practice"})
"""These get their row all the same: it waits for room, or is listed as what would have been sent."""

ABOUT_THE_SURVEY = ("no_more", "another_day", "waiting", "enough", "too_soon")
"""Only looked at in who has not sent: each, beside those it goes to, would count whoever has by what is missing."""

MAY_HAVE_COME = frozenset({"sending", "sent", "unknown"})
WAITING = frozenset({"queued", "held"})


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step did. `asked` are all it was for, those included who had sent; `chosen` those it wrote to."""

    asked: int
    chosen: int
    left_out: Mapping[str, int]

    def kept(self) -> Ran:
        """The same as it may lie in a database: how many had sent on that day is no longer in it."""
        if "sent" not in self.left_out:
            return self
        return Ran(self.asked, rounded(self.chosen), {**self.left_out, "sent": rounded(self.left_out["sent"])})

    def shown(self, *, sent_shown: bool, group: bool = False) -> tuple[str, Mapping[str, int]]:
        """How many it goes to, and how many are left out and why.

        Whoever has sent must not be counted by subtraction: until ten have (`sent_shown`), and always in one group,
        they are among those it goes up to, and so is whoever this survey concerns no more for another reason; after
        that both numbers are rounded, as in every figure.
        """
        left = {why: n for why, n in self.left_out.items() if n}
        if "sent" not in self.left_out:
            return str(self.chosen), left
        sent = left.pop("sent", 0)
        if group or not sent_shown:
            hidden = sum(left.pop(why, 0) for why in ABOUT_THE_SURVEY)
            return f"at most {self.asked + hidden}", left
        return f"about {rounded(self.chosen)}", left | ({"sent": rounded(sent)} if rounded(sent) else {})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a step would write to now, and who is left out and why."""

    people: tuple[PersonId, ...]
    left: Mapping[PersonId, str]
    could_have_sent: bool
    """Whether there was anything to send: that nobody has is then as little to be told as that one has."""

    @property
    def told(self) -> Ran:
        left: dict[str, int] = dict(Counter(self.left.values()))
        if self.could_have_sent:
            left.setdefault("sent", 0)
        return Ran(len(self.people) + left.get("sent", 0), len(self.people), left)


async def choose(tx: Transaction, settings: Settings, step: Step, survey: SurveyId | None, *, now: datetime) -> Chosen:
    """Whom a step of this kind would write to at this moment."""
    everyone = await people.everyone(tx)
    reach = await budget.reach(tx, settings, everyone, "surveys", now=now)
    left: dict[PersonId, str] = {who: why for who, why in reach.left.items() if why not in NOT_HELD}
    could = [person.id for person in everyone if person.id not in left]
    has_begun = step.is_reminder and survey is not None
    if step.is_reminder and survey is not None:
        group = None if step.group is None else await _group(tx, survey, step.group)
        left |= await _concerns_no_more(tx, survey, could, group, now)
    return Chosen(tuple(who for who in could if who not in left), left, has_begun)


async def _group(tx: Transaction, survey: SurveyId, named: str) -> frozenset[PersonId]:
    segment, _, part = named.partition("=")
    members = await people_in(tx, await openings.find(tx, survey), segment, part)
    return frozenset(person.id for person in members)


async def _concerns_no_more(
    tx: Transaction, survey: SurveyId, could: Iterable[PersonId], group: Collection[PersonId] | None, now: datetime
) -> dict[PersonId, LeftOut]:
    sent = await drafts.done_many(tx, survey)
    muted = await choices.muted_by(tx, survey)
    written = await occasions.history(tx, asking.about(survey))
    found: dict[PersonId, LeftOut] = {}
    for who in could:
        if group is not None and who not in group:
            found[who] = "other_group"
        elif who in sent:
            found[who] = "sent"
        elif who in muted:
            found[who] = "no_more"
        elif any(row.state in WAITING and asking.what(row) == "again" for row in written.get(who, ())):
            found[who] = "another_day"
        elif (why := _reminded_enough(written.get(who, ()), now)) is not None:
            found[who] = why
    return found


def _reminded_enough(rows: Iterable[Row], now: datetime) -> LeftOut | None:
    """Why somebody who was asked like this is not to be reminded again now; None when they may be.

    An invitation that found no room for days, and what they had asked for themselves, keep their distance as well.
    """
    counted = [row for row in rows if row.state in MAY_HAVE_COME | WAITING and asking.what(row) in asking.ASKS]
    days = [row.sent_on for row in counted if row.sent_on is not None]
    if any(row.state in WAITING for row in counted):
        return "waiting"
    if sum(asking.what(row) == "reminder" for row in counted) >= MOST_REMINDERS:
        return "enough"
    return "too_soon" if days and max(days) + REMINDER_GAP > today(now) else None
