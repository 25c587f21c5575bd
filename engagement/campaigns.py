"""Campaigns: a survey put to people in steps, only to those it still concerns, and never more than was promised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engagement import (
    answering,
    asking,
    campaign_plan,
    campaign_steps,
    lock_screen,
    own_words,
    rota,
    surveys,
    vouchers,
)
from engagement.authority import Settings
from engagement.campaign_plan import OPENERS, REMINDER_GAP, SEND_UNTIL, Plan, Step
from engagement.campaign_reach import Chosen, Ran, choose
from engagement.campaign_steps import Scheduled
from engagement.london import london, today
from engagement.response import GroupTooSmall
from storage import campaigns, drafts, due, occasions, openings, outbox, people
from storage.campaigns import Campaign
from storage.due import Due
from storage.ids import CampaignId, SurveyId
from storage.openings import Opening
from storage.store import Transaction
from surveys.disclosure import MIN_BASE, rounded
from surveys.load import load

STEP = "campaign_step"
KEPT = timedelta(days=3)
"""How long a step's message may wait for room in somebody's week, unless the next reminder would come too soon."""

WARM_UP_KEPT = timedelta(days=2)


class CampaignError(Exception):
    """The campaign was not started or changed; the survey's name is with it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class RunsAlready(CampaignError):
    """A campaign for that survey is under way."""


class NotRunning(CampaignError):
    """No campaign for that survey is under way, or not in the state that was meant."""


class StartsTooEarly(CampaignError):
    """The first day is over already."""


class LineRefused(CampaignError):
    """An opener of the plan's own has the authority's name in it, or a link."""

    def __init__(self, name: str, line: str) -> None:
        super().__init__(name)
        self.line = line


class NoRoomBeforeClose(CampaignError):
    """The survey closes before the last step."""

    def __init__(self, name: str, last_day: date) -> None:
        super().__init__(name)
        self.last_day = last_day


@dataclass(frozen=True, slots=True)
class Preview:
    """What a campaign would do: its steps with whom each would reach today, in a register of so many."""

    name: str
    title: Mapping[str, str]
    minutes: int
    register: int
    last_day: date
    practice: bool
    codes_short: int
    """How many thank-you codes are missing if everybody answers; 0 where none are meant to be given."""
    steps: tuple[Scheduled, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """A campaign as it stands. `delivery` is by step, and may be shown: how many messages are in each state."""

    campaign: Campaign
    steps: tuple[Scheduled, ...]
    delivery: Mapping[int, Mapping[str, int]]
    sent_shown: bool
    """Whether ten have sent, so that head counts give nobody away."""


# Planning


async def preview(
    tx: Transaction, settings: Settings, definition: str, *, source: str, plan: Plan, starts: date | None, now: datetime
) -> Preview:
    """What starting it would do; nothing is changed. Raises: DefinitionError, CampaignError."""
    asked = load(definition, source=source)
    _check_lines(settings, asked.name, plan)
    opening = await _open(tx, asked.name)
    steps = _scheduled(asked.name, plan, opening, starts or first_day(settings, now), now)
    told = [
        replace(one, ran=(await choose(tx, settings, one.step, None if opening is None else opening.id, now=now)).told)
        for one in steps
    ]
    last_day = answering.last_day(opening) if opening else campaign_plan.last_day(plan, steps[0].on)
    register = await people.everyone(tx)
    return Preview(
        name=asked.name,
        title=asked.title,
        minutes=asked.minutes,
        register=len(register),
        last_day=last_day,
        practice=settings.practice,
        codes_short=await vouchers.short_by(tx, asked.name, len(register)),
        steps=tuple(told),
    )


async def start(
    tx: Transaction, settings: Settings, definition: str, *, source: str, plan: Plan, starts: date | None, now: datetime
) -> Campaign:
    """The campaign from now on. For a survey that is open, only its reminders.

    Raises: DefinitionError, OpeningError, CampaignError.
    """
    asked = load(definition, source=source)
    _check_lines(settings, asked.name, plan)
    if any(one.name == asked.name for one in await campaigns.live(tx)):
        raise RunsAlready(asked.name)
    opening = await _open(tx, asked.name)
    if opening is None:
        await surveys.check_may_open(tx, asked, now)
    steps = _scheduled(asked.name, plan, opening, starts or first_day(settings, now), now)
    made = await campaigns.add(
        tx,
        name=asked.name,
        definition=definition,
        plan=campaign_steps.dumped(plan, steps),
        survey=None if opening is None else opening.id,
    )
    await _make_due(tx, made.id, plan, steps, now)
    return made


def first_day(settings: Settings, now: datetime) -> date:
    """The day a campaign starts on unless another is named: the next working day after today."""
    return today(rota.next_open(settings, london(today(now) + timedelta(days=1), SEND_UNTIL.replace(hour=0))))


def _check_lines(settings: Settings, name: str, plan: Plan) -> None:
    """Raises LineRefused: the plan's file knew nothing of what this authority is called."""
    for language, line in ((language, line) for step in plan.steps for language, line in (step.line or {}).items()):
        names = lock_screen.names(settings)
        if own_words.leads_away(line) or lock_screen.gives_away(line, language=language, names=names):
            raise LineRefused(name, line)


async def _open(tx: Transaction, name: str) -> Opening | None:
    return next((one for one in await openings.open_surveys(tx) if one.name == name), None)


def _scheduled(name: str, plan: Plan, opening: Opening | None, starts: date, now: datetime) -> tuple[Scheduled, ...]:
    """The steps on their days. Raises: StartsTooEarly, NoRoomBeforeClose."""
    if starts < today(now):
        raise StartsTooEarly(name)
    steps = [Scheduled(n, one, starts + timedelta(days=one.day)) for n, one in enumerate(plan.steps)]
    if opening is not None:
        steps = [one for one in steps if one.step.is_reminder]
    if opening is not None and steps:
        # The invitation went when it opened; the first reminder keeps its distance from that.
        first = max(starts, today(opening.opened_at) + REMINDER_GAP)
        steps = [replace(one, on=first + timedelta(days=one.step.day - steps[0].step.day)) for one in steps]
    steps = _off_holidays(steps)
    closes = campaign_plan.last_day(plan, starts) if opening is None else answering.last_day(opening)
    if not steps or steps[-1].on >= closes:
        raise NoRoomBeforeClose(name, closes)
    return tuple(steps)


def _off_holidays(steps: Iterable[Scheduled]) -> list[Scheduled]:
    """The steps, none on a bank holiday: later by as little as may be, and still in order and as far apart."""
    moved: list[Scheduled] = []
    for one in steps:
        apart = REMINDER_GAP if one.step.is_reminder else timedelta(days=1)
        on = max(one.on, moved[-1].on + apart) if moved else one.on
        while rota.is_bank_holiday(on):
            on += timedelta(days=1)
        moved.append(replace(one, on=on))
    return moved


async def _make_due(
    tx: Transaction, campaign: CampaignId, plan: Plan, steps: Iterable[Scheduled], now: datetime
) -> None:
    for one in steps:
        if one.ran is None:
            await due.add(tx, STEP, _key(campaign, one), max(london(one.on, plan.at), now))


def _key(campaign: CampaignId, step: Scheduled) -> str:
    return f"{campaign}:{step.number}:{step.on}"


# Running


async def run_step(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> None:
    """Write to whom this step concerns. Harmless when the campaign is paused or over, or the step has run or moved."""
    number, _, _ = fired.key.partition(":")
    campaign = await campaigns.find(tx, CampaignId(int(number)), hold=True)
    plan, steps = campaign_steps.read(campaign)
    step = next((one for one in steps if _key(campaign.id, one) == fired.key and one.ran is None), None)
    if campaign.state != "running" or step is None:
        return
    survey = campaign.survey
    if step.step.step == "invitation":
        survey, ran = await _invite(tx, settings, campaign, plan, step, now)
    else:
        if step.step.is_reminder and survey is None:
            return
        try:
            chosen = await choose(tx, settings, step.step, survey, now=now)
        except GroupTooSmall:  # it has shrunk since: it is nobody's reminder now
            chosen = Chosen((), {}, could_have_sent=True)
        await _write(tx, campaign, steps, step, chosen, now)
        ran = chosen.told.kept()
    done = tuple(replace(one, ran=ran) if one.number == step.number else one for one in steps)
    await campaign_steps.keep(tx, replace(campaign, survey=survey), plan, done)


async def _invite(
    tx: Transaction, settings: Settings, campaign: Campaign, plan: Plan, step: Scheduled, now: datetime
) -> tuple[SurveyId, Ran]:
    """Open the survey, which writes to everybody who has joined; one that was opened by hand is taken as it is."""
    if (opening := await _open(tx, campaign.name)) is not None:
        return opening.id, Ran(0, 0, {})
    told = (await choose(tx, settings, step.step, None, now=now)).told
    opened = await surveys.open_survey(
        tx,
        settings,
        campaign.definition,
        source=campaign.name,
        closes=max(step.on, today(now)) + timedelta(days=plan.open_days),
        now=now,
        envelope=OPENERS[step.step.opener or "have_a_look"],
        line=step.step.line,
    )
    return opened.survey, told


async def _write(
    tx: Transaction, campaign: Campaign, steps: tuple[Scheduled, ...], step: Scheduled, chosen: Chosen, now: datetime
) -> None:
    own_line = {"line": dict(step.step.line)} if step.step.line else {}
    is_last = {"last": True} if step.step.step == "last_reminder" else {}
    await outbox.queue_for(
        tx,
        chosen.people,
        occasion=_occasion(campaign, step),
        envelope="envelope/own" if own_line else OPENERS[step.step.opener or "still_here"],
        opens={"screen": _screen(step), "campaign": campaign.id, "step": step.number} | own_line | is_last,
        not_before=now,
        expires_at=_expires(steps, step),
    )


def _screen(step: Scheduled) -> str:
    return "survey/reminder" if step.step.is_reminder else "survey/warm_up"


def _occasion(campaign: Campaign, step: Scheduled) -> str:
    if campaign.survey is not None and step.step.is_reminder:
        return asking.occasion(campaign.survey, f"reminder:{campaign.id}.{step.number}")
    return f"{_about(campaign)}{step.step.step}"


def _about(campaign: Campaign) -> str:
    return f"campaign:{campaign.id}:"


def _expires(steps: tuple[Scheduled, ...], step: Scheduled) -> datetime:
    """When this step's message is too late: so early that the next reminder keeps its distance from it."""
    last = step.on + (KEPT if step.step.is_reminder else WARM_UP_KEPT)
    following = next((one for one in steps if one.on > step.on and one.step.is_reminder), None)
    if following is not None and step.step.is_reminder:
        last = min(last, following.on - REMINDER_GAP)
    return london(max(last, step.on), SEND_UNTIL.replace(hour=20))


# Watching and changing


async def watch(tx: Transaction, name: str) -> Watched:
    """The last campaign for that survey as it stands. Raises: NotRunning when there never was one."""
    campaign = await campaigns.latest(tx, name)
    if campaign is None:
        raise NotRunning(name)
    _, steps = campaign_steps.read(campaign)
    found = dict(await occasions.states(tx, _about(campaign)))
    shown = False
    if campaign.survey is not None:
        found |= await occasions.states(tx, asking.about(campaign.survey))
        shown = len(await drafts.done_many(tx, campaign.survey)) >= MIN_BASE
    delivery = {
        one.number: _may_be_shown(one, found.get(_told_by(campaign, one), {}), sent_shown=shown)
        for one in steps
        if one.ran is not None
    }
    return Watched(campaign, steps, delivery, shown)


def _may_be_shown(step: Scheduled, states: Mapping[str, int], *, sent_shown: bool) -> Mapping[str, int]:
    """The counts that do not fall by one whenever somebody sends, whose messages about the survey are forgotten."""
    if step.step.step == "warm_up":
        return states
    practised = {state: n for state, n in states.items() if state == "practised"}
    if step.step.group or not sent_shown:
        return practised
    return {state: rounded(n) for state, n in states.items() if rounded(n)} | practised


def _told_by(campaign: Campaign, step: Scheduled) -> str:
    if step.step.step == "invitation" and campaign.survey is not None:
        return asking.occasion(campaign.survey, "opened")
    return _occasion(campaign, step)


async def pause(tx: Transaction, name: str, *, now: datetime) -> None:
    """Whatever had not left is held, and no step runs until it is resumed. Raises: NotRunning.

    How many are held is not said: whoever sends takes theirs along, so two looks would tell that somebody did.
    """
    campaign = await _live(tx, name, "running")
    plan, steps = campaign_steps.read(campaign)
    await _not_due(tx, campaign, steps)
    await campaign_steps.keep(tx, replace(campaign, state="paused", paused_on=today(now)), plan, steps)
    for beginning in _beginnings(campaign):
        await occasions.hold(tx, beginning)
        await occasions.expire_in_flight(tx, beginning)


async def resume(tx: Transaction, name: str, *, now: datetime) -> tuple[Scheduled, ...]:
    """The steps still to come, each as many days later as the pause was long; those after the close are dropped.

    Raises: NotRunning.
    """
    campaign = await _live(tx, name, "paused")
    plan, steps = campaign_steps.read(campaign)
    later = max(timedelta(), today(now) - (campaign.paused_on or today(now)))
    steps = tuple(one if one.ran else replace(one, on=one.on + later) for one in steps)
    if campaign.survey is not None:
        last_day = answering.last_day(await openings.find(tx, campaign.survey))
        steps = tuple(one for one in steps if one.ran or one.on < last_day)
    for beginning in _beginnings(campaign):
        await occasions.release(tx, beginning)
    await _make_due(tx, campaign.id, plan, steps, now)
    await campaign_steps.keep(tx, replace(campaign, state="running", paused_on=None), plan, steps)
    return tuple(one for one in steps if one.ran is None)


async def stop(tx: Transaction, name: str) -> None:
    """Whatever had not left will not; the survey stays open. Raises: NotRunning."""
    campaign = await _live(tx, name, "running", "paused")
    plan, steps = campaign_steps.read(campaign)
    await _not_due(tx, campaign, steps)
    await campaign_steps.keep(tx, replace(campaign, state="stopped", paused_on=None), plan, steps)
    for beginning in _beginnings(campaign):
        await occasions.cancel_beginning(tx, beginning)
        await occasions.expire_in_flight(tx, beginning)


async def remind(
    tx: Transaction, settings: Settings, name: str, *, group: str, on: date | None, now: datetime
) -> tuple[Scheduled, Ran]:
    """One more reminder, for one group of the register only, and whom it would reach today.

    Raises: SurveyClosed, StartsTooEarly, NoRoomBeforeClose, NotRunning while paused, NoSuchGroup, and GroupTooSmall
    for under ten.
    """
    opening = await surveys.named(tx, name)
    campaign = await campaigns.latest(tx, name, hold=True)
    if campaign is not None and campaign.state == "paused":
        raise NotRunning(name)
    day = on or first_day(settings, now)
    if day < today(now):
        raise StartsTooEarly(name)
    if day >= answering.last_day(opening):
        raise NoRoomBeforeClose(name, answering.last_day(opening))
    plan, steps = (campaign_plan.default(), ()) if campaign is None else campaign_steps.read(campaign)
    if campaign is None or campaign.state != "running":
        definition = await openings.definition(tx, opening.id)
        campaign = await campaigns.add(tx, name=name, definition=definition, plan="", survey=opening.id)
        steps = ()
    number = max((one.number for one in steps), default=-1) + 1
    step = Step(step="reminder", day=0, opener="any_time", card="your_pace", group=group)
    told = (await choose(tx, settings, step, opening.id, now=max(london(day, plan.at), now))).told
    added = Scheduled(number, step, day)
    await _make_due(tx, campaign.id, plan, (added,), now)
    await campaign_steps.keep(tx, campaign, plan, (*steps, added))
    return added, told


def opens_on(campaign: Campaign) -> date | None:
    """The day the survey opens, as planned; None when it has, or while the campaign is paused."""
    _, steps = campaign_steps.read(campaign)
    if campaign.state != "running":
        return None
    return next((one.on for one in steps if one.step.step == "invitation" and one.ran is None), None)


async def step_of(tx: Transaction, campaign: CampaignId, number: int) -> tuple[Campaign, Step]:
    """The campaign and its step of that number, for whoever opens its envelope. Raises: NoSuchCampaign."""
    found = await campaigns.find(tx, campaign)
    _, steps = campaign_steps.read(found)
    for one in steps:
        if one.number == number:
            return found, one.step
    raise campaigns.NoSuchCampaign(campaign)


async def _live(tx: Transaction, name: str, *states: str) -> Campaign:
    campaign = await campaigns.latest(tx, name, hold=True)
    if campaign is None or campaign.state not in states:
        raise NotRunning(name)
    return campaign


def _beginnings(campaign: Campaign) -> tuple[str, ...]:
    """What a campaign's messages begin with; those somebody asked for themselves are none of them."""
    if campaign.survey is None:
        return (_about(campaign),)
    return (
        _about(campaign),
        asking.occasion(campaign.survey, "opened"),
        asking.occasion(campaign.survey, f"reminder:{campaign.id}."),
    )


async def _not_due(tx: Transaction, campaign: Campaign, steps: Iterable[Scheduled]) -> None:
    for one in steps:
        if one.ran is None:
            await due.cancel(tx, STEP, _key(campaign.id, one))
