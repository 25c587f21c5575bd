"""Opening a survey to everyone, and closing it for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engagement import answering, asking, practice, reading, results, staff_news
from engagement.authority import Settings
from engagement.london import london, today
from engagement.staff import Permission, may
from storage import campaigns, choices, closing, due, occasions, openings, outbox, people, staff
from storage.closing import Closed
from storage.errors import SurveyClosed
from storage.ids import SurveyId
from storage.openings import Opening
from storage.store import Transaction
from surveys.definition import Question, Questionnaire
from surveys.load import load

CLOSE, CLOSING = "survey_close", "survey_closing"
"""What is due when the last day of a survey ends, and on the morning of the day before it."""

CLOSING_AT = time(10)
YOUNG_KEPT, STAFF_KEPT = timedelta(days=14), timedelta(days=30)
"""How long what became of a survey is still worth a message."""

DEFAULT_DAYS = 28
PULSE_WEEKS = 8


class OpeningError(Exception):
    """The survey was not opened."""


class NotASurvey(OpeningError):
    """Check-ins carry a name and never touch the pool: they are not opened like this."""


class ClosesTooSoon(OpeningError):
    """The closing day is over already."""


class TooSoonAfter(OpeningError):
    """A pulse within eight weeks of the big survey would ask too much of people."""

    def __init__(self, name: str, until: date) -> None:
        super().__init__(name)
        self.name, self.until = name, until


class ClosesAnyway(Exception):
    """The survey closes by itself as early as that; its last day is not moved."""

    def __init__(self, name: str, last_day: date) -> None:
        super().__init__(name)
        self.name, self.last_day = name, last_day


@dataclass(frozen=True, slots=True)
class Opened:
    """`invited` are in the register, `told` of them have joined and get one envelope each."""

    survey: SurveyId
    closes_at: datetime
    invited: int
    told: int


async def open_survey(
    tx: Transaction,
    settings: Settings,
    definition: str,
    *,
    source: str,
    closes: date | None,
    now: datetime,
    envelope: str = "envelope/survey",
    line: Mapping[str, str] | None = None,
    quietly: bool = False,
) -> Opened:
    """The survey can be answered from now on, by everyone who has joined or joins later.

    `closes` is its last day, whole, in London; `line` is an opener of the authority's own, by language. Where something
    else leads people to it, it opens `quietly`: nobody gets an envelope. In practice it is a copy for the testers.
    Raises: DefinitionError, AlreadyOpen, OpeningError.
    """
    asked = load(definition, source=source)
    last_day = closes or today(now) + timedelta(days=DEFAULT_DAYS)
    closes_at = london(last_day + timedelta(days=1), time(0))
    if closes_at <= now:
        raise ClosesTooSoon(last_day)
    await check_may_open(tx, asked, now)
    register = await people.register(tx)
    segments = await invited_segments(tx, asked, today(now))
    survey = await openings.open_survey(
        tx,
        name=asked.name,
        definition=definition,
        closes_at=closes_at,
        invited=len(register),
        segments=segments,
        now=now,
        practice=await practice.testers(tx, settings) if settings.practice else None,
    )
    joined = [] if quietly else [person.id for person in await people.joined(tx)]
    await outbox.queue_for(
        tx,
        joined,
        occasion=asking.occasion(survey, "opened"),
        envelope=envelope if line is None else "envelope/own",
        opens={"screen": "survey", "survey": survey} | ({} if line is None else {"line": dict(line)}),
        not_before=now,
        expires_at=closes_at,
    )
    await due.add(tx, CLOSE, str(survey), closes_at)
    if now < (said := london(last_day - timedelta(days=1), CLOSING_AT)):
        await due.add(tx, CLOSING, str(survey), said)
    return Opened(survey, closes_at, len(register), len(joined))


async def check_may_open(tx: Transaction, asked: Questionnaire, now: datetime) -> None:
    """Raises: NotASurvey; TooSoonAfter."""
    if asked.purpose == "checkin":
        raise NotASurvey(asked.name)
    if asked.purpose == "pulse":
        await _not_too_soon(tx, now)


async def close_survey(tx: Transaction, settings: Settings, survey: SurveyId, *, now: datetime) -> Closed:
    """Close it, finally, and publish its figures: both in this transaction, or neither.

    What waits to be sent about it is not sent. Staff are told what became of it; everybody who has joined is told
    only where nobody's answers were read. Of a copy for practice nothing is left at all. Raises: SurveyClosed.
    """
    opening = await openings.find(tx, survey)
    closed = await closing.close(tx, survey, now=now)
    await occasions.cancel_beginning(tx, asking.about(survey))
    await choices.unmute_all(tx, survey)
    await campaigns.end_of(tx, survey)
    for kind in (answering.FINISHED, answering.FINISHED_LAST):
        await due.cancel_ending(tx, kind, f":{survey}")
    for kind in (CLOSE, CLOSING):
        await due.cancel(tx, kind, str(survey))
    if opening.practice is not None:
        await occasions.remove(tx, asking.about(survey))
        await occasions.remove(tx, asking.nudge(survey), exactly=True)
        await openings.remove(tx, survey)
    elif closed.published:
        await results.publish(tx, await openings.find(tx, survey), cells=closed.cells)
        await _tell_staff(tx, survey, "published", screen="results", now=now)
        await reading.start(tx, settings, survey, now=now)
    else:
        await _tell_staff(tx, survey, "destroyed", screen="staff/no_figures", now=now)
        await _tell_everyone_destroyed(tx, survey, now=now)
    return closed


async def close_tomorrow(tx: Transaction, survey: SurveyId, *, now: datetime) -> int:
    """Tomorrow becomes its last day; says how many have a draft, and are told now.

    Raises: SurveyClosed; ClosesAnyway when it would have closed as early as that.
    """
    opening = await openings.find(tx, survey)
    if not could_close_tomorrow(opening, now=now):
        raise ClosesAnyway(opening.name, answering.last_day(opening))
    last_day = today(now) + timedelta(days=1)
    closes_at = london(last_day + timedelta(days=1), time(0))
    await openings.move_end(tx, survey, closes_at)
    await due.move(tx, CLOSE, str(survey), closes_at)
    await due.cancel(tx, CLOSING, str(survey))
    await due.move_ending(tx, answering.FINISHED_LAST, f":{survey}", london(last_day, answering.LAST_DAY_AT))
    return await answering.tell_closing(tx, survey, now=now)


def could_close_tomorrow(opening: Opening, *, now: datetime) -> bool:
    """Whether that would be earlier than it closes by itself."""
    return answering.last_day(opening) > today(now) + timedelta(days=1)


async def _tell_staff(tx: Transaction, survey: SurveyId, what: str, *, screen: str, now: datetime) -> None:
    """One line to everybody who may see figures and runs surveys or answers for them."""
    for member in await staff.everyone(tx):
        if may(member, Permission.SEE_RESPONSE):
            await staff_news.tell(
                tx,
                member.id,
                occasion=asking.occasion(survey, what),
                opens={"screen": screen, "survey": survey},
                now=now,
                until=now + STAFF_KEPT,
            )


async def _tell_everyone_destroyed(tx: Transaction, survey: SurveyId, *, now: datetime) -> None:
    """To everybody alike, so that getting it says nothing about anyone."""
    await outbox.queue_for(
        tx,
        [person.id for person in await people.joined(tx)],
        occasion=asking.occasion(survey, "destroyed"),
        envelope="envelope/something",
        opens={"screen": "survey/destroyed", "survey": survey},
        not_before=now,
        expires_at=now + YOUNG_KEPT,
    )


async def close_on_time(tx: Transaction, settings: Settings, survey: SurveyId, *, now: datetime) -> None:
    """Its last day is over. Harmless when someone has closed it by hand before."""
    try:
        await close_survey(tx, settings, survey, now=now)
    except SurveyClosed:
        return


async def end_practice(tx: Transaction, settings: Settings, *, now: datetime) -> int:
    """The authority goes live: how many copies for practice were thrown away, with all that was only practised."""
    copies = [one.id for one in await openings.open_surveys(tx) if one.practice is not None]
    for tried in await campaigns.live(tx):
        # One that had not opened its survey yet would else open it to everybody, without anybody having meant it.
        if tried.survey is None or tried.survey in copies:
            await campaigns.change(tx, tried.id, plan=tried.plan, state="stopped", survey=tried.survey)
            await occasions.remove(tx, f"campaign:{tried.id}:")
    for survey in copies:
        await close_survey(tx, settings, survey, now=now)
    await occasions.remove_practised(tx)
    return len(copies)


async def named(tx: Transaction, name: str) -> Opening:
    """The open survey of that name. Raises: SurveyClosed when there is none."""
    found = await openings.latest(tx, name)
    if found is None or found.state != "open":
        raise SurveyClosed(name)
    return found


async def invited_segments(tx: Transaction, asked: Questionnaire, day: date) -> Mapping[str, Mapping[str, int]]:
    """How many people in the register each answer to each segment question would fit, as far as the register knows."""
    facts = await people.invited_segments(tx, day)
    return {
        question.id: {
            option_id: count
            for option_id in question.option_ids
            if (count := _known(question, option_id, facts[question.register]))
        }
        for question in asked.segment_questions
        if question.register is not None
    }


def fits(question: Question, option_id: str, fact: str) -> bool:
    """Whether what the register says (an age, or a kind of home as it is written there) is this answer."""
    option = question.option(option_id)
    if option.ages is not None:
        first, last = option.ages
        return first <= int(fact) <= last
    return fact.casefold() in {option_id, *(label.casefold() for label in option.label.values())}


def _known(question: Question, option_id: str, facts: Mapping[str, int]) -> int:
    return sum(count for fact, count in facts.items() if fits(question, option_id, fact))


async def _not_too_soon(tx: Transaction, now: datetime) -> None:
    for opening in await openings.every(tx):
        asked = await openings.questionnaire(tx, opening.id)
        until = opening.opened_at + timedelta(weeks=PULSE_WEEKS)
        if asked.purpose == "survey" and now < until:
            raise TooSoonAfter(opening.name, today(until))
