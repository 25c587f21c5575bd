"""The one place where refusals become something to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.chat import joining
from bot.chat.visit import Garbled, Visit, go, home, redraw
from engagement.absence import AbsenceError
from engagement.answer_groups import CommentsError
from engagement.broadcasts import BroadcastError
from engagement.call_rows import CallRotaError
from engagement.calls import CallsError, NotThatDay
from engagement.campaigns import CampaignError
from engagement.checkin_plans import CheckinError
from engagement.days import DayError
from engagement.findings import FindingsError, NoSuchStory, NotYetTold
from engagement.handover import HandoverError
from engagement.joining import NotJoining
from engagement.later import NotOffered
from engagement.making import MakingError
from engagement.organising import OrganisingError
from engagement.places import PlacesError
from engagement.promises import NoSuchPlanTheme, NoSuchPromise, PromiseError, WasTold
from engagement.reading import ReadingError
from engagement.results import NotPublished
from engagement.rota import NobodyToAsk
from engagement.rounds import RoundError
from engagement.sharing import NeverSent
from engagement.staff import NotAllowed
from engagement.talks import TalksError
from engagement.tasks import TaskError
from engagement.voice import VoiceError
from storage.campaigns import NoSuchCampaign
from storage.chats import ChatTaken
from storage.drafts import AlreadySent
from storage.errors import NothingOpen, SurveyClosed
from storage.invites import DeadLink
from storage.openings import NoSuchSurvey
from storage.opportunities import NoSuchOpportunity
from storage.rounds import NoSuchRound
from surveys.errors import SurveyError, TooMany


async def _closed(visit: Visit, error: Exception) -> None:
    if "survey" in visit.showing:
        await go(visit, "survey/closed", survey=visit.showing["survey"])
    else:
        await go(visit, "menu")


async def _already_sent(visit: Visit, error: Exception) -> None:
    await go(visit, "survey/already_sent", survey=visit.showing["survey"])


async def _nothing_open(visit: Visit, error: Exception) -> None:
    if "survey" in visit.showing:
        await go(visit, "survey", survey=visit.showing["survey"])
    else:
        await go(visit, "menu")


async def _too_many(visit: Visit, error: Exception) -> None:
    visit.toast("errors/too_many", max=error.max if isinstance(error, TooMany) else 0)


async def _again(visit: Visit, error: Exception) -> None:
    """Something that is not, or no longer, on this screen: show the screen as it is."""
    visit.again = visit.card is not None
    await redraw(visit)


async def _dead(visit: Visit, error: Exception) -> None:
    if isinstance(error, DeadLink):
        await joining.dead_link(visit, error)


async def _taken(visit: Visit, error: Exception) -> None:
    visit.more("join/taken")


async def _not_joining(visit: Visit, error: Exception) -> None:
    visit.more("unknown")


async def _nobody(visit: Visit, error: Exception) -> None:
    await go(visit, "contact/nobody", back=visit.showing.get("back"))


async def _task(visit: Visit, error: Exception) -> None:
    await go(visit, "staff/task_gone" if visit.staff else "menu")


async def _was_told(visit: Visit, error: Exception) -> None:
    visit.above("staff/plan/told")
    await redraw(visit)


async def _no_promise(visit: Visit, error: Exception) -> None:
    """It has gone from the plan, or was never told: to what there is of it."""
    await go(visit, "staff/plan" if visit.staff else "plan" if visit.person else home(visit))


async def _not_here(visit: Visit, error: Exception) -> None:
    """Not theirs, not there, or not yet: back to where their day begins."""
    await go(visit, home(visit))


REFUSED: dict[type[Exception], Callable[[Visit, Exception], Awaitable[None]]] = {
    SurveyClosed: _closed,
    AlreadySent: _already_sent,
    NothingOpen: _nothing_open,
    TooMany: _too_many,
    SurveyError: _again,
    Garbled: _again,
    DeadLink: _dead,
    ChatTaken: _taken,
    NotJoining: _not_joining,
    NobodyToAsk: _nobody,
    TaskError: _task,
    ReadingError: _again,
    AbsenceError: _again,
    HandoverError: _again,
    NotPublished: _not_here,
    NoSuchSurvey: _not_here,
    NoSuchCampaign: _not_here,
    CampaignError: _again,
    CheckinError: _again,
    NotOffered: _again,
    NotAllowed: _not_here,
    BroadcastError: _not_here,
    TalksError: _not_here,
    NeverSent: _not_here,
    WasTold: _was_told,
    PromiseError: _again,
    NoSuchPromise: _no_promise,
    NoSuchPlanTheme: _no_promise,
    RoundError: _not_here,
    NoSuchRound: _not_here,
    VoiceError: _not_here,
    CommentsError: _not_here,
    NotYetTold: _not_here,
    NoSuchStory: _not_here,
    FindingsError: _again,
    NoSuchOpportunity: _not_here,
    MakingError: _again,
    OrganisingError: _again,
    PlacesError: _again,
    NotThatDay: _not_here,
    CallsError: _again,
    DayError: _not_here,
    CallRotaError: _again,
}
"""What a refusal becomes, the closest class first."""


async def refuse(visit: Visit, error: Exception) -> None:
    """Say what has been refused, or show what there is instead."""
    say = next(say for kind, say in REFUSED.items() if isinstance(error, kind))
    try:
        await say(visit, error)
    except tuple(REFUSED):
        # Where they were is refused to them as well: nothing is left but the way in.
        visit.again = False
        await go(visit, home(visit))
