"""What a refusal says on the command line: one place, from the kind of exception to plain lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.cli import list_refusals
from bot.cli.opening import NoSuchFile
from bot.settings import SettingsWrong
from engagement.absence import NotACover, NotADay
from engagement.call_rows import DayOver
from engagement.calls import NotANumber, NotThatDay, TheirOwnWord
from engagement.calls_asked import AlreadyMade
from engagement.campaigns import LineRefused, NoRoomBeforeClose, NotRunning, RunsAlready, StartsTooEarly
from engagement.day_dates import NotANameForIt, TooManyDays
from engagement.days import NoSuchDay, NotItsDate
from engagement.handover import CannotTakeOver, NobodyToHand, NotTheirPeople, OnTheirWay, SameWorker
from engagement.invites import NoLinks
from engagement.plan_import import PlanUnreadable
from engagement.priorities import ListError
from engagement.register import NobodyOfThatName, SecondPersonNeeded, SomebodyElses, UnreadableRows
from engagement.response import GroupTooSmall, NoSuchGroup
from engagement.results import NotPublished
from engagement.round_told import CommentsStillCome, NotTold
from engagement.rounds import NoPlan, NoRoundYet, RoundOver, RoundThere
from engagement.staff import NotAllowed
from engagement.surveys import ClosesAnyway, ClosesTooSoon, NotASurvey, TooSoonAfter
from engagement.talk_lines import TooEarly
from engagement.talks import NobodyToAsk, NoRound, RoundRuns
from engagement.telling import NobodyToTell
from engagement.vouchers import CodesUnreadable, CodeTaken
from storage.backup import AlreadyThere, NotABackup, NotEmpty, ToolFailed, ToolMissing
from storage.errors import KeyMissing, NotSetUp, SurveyClosed, WrongSchema
from storage.openings import AlreadyOpen
from storage.settling import KeysDoNotFit
from storage.staff import NameTaken
from surveys.errors import DefinitionError


class Refused(Exception):
    """A command will not do it; the lines say why and what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def _unreadable(error: UnreadableRows) -> str:
    rows = "\n".join(f"  {problem}" for problem in error.problems)
    count = len(error.problems)
    return f"Nothing was imported: {count} rows cannot be read.\n{rows}\nMend them, or add --skip-unreadable."


def _leaving(error: SecondPersonNeeded) -> str:
    return (
        f"Nothing was imported: a survey is open, and {len(error.leaving)} people would leave the register.\n"
        "Add --second NAME: a manager, participation worker or data protection lead who agrees."
    )


def _plan_unreadable(error: PlanUnreadable) -> str:
    lines = "\n".join(f"  {problem}" for problem in error.problems)
    count = len(error.problems)
    return f"Nothing was changed: {count} {'fault' if count == 1 else 'faults'} in the file.\n{lines}"


def _codes_unreadable(error: CodesUnreadable) -> str:
    lines = "\n".join(f"  {problem}" for problem in error.problems)
    return f"Nothing was added: {len(error.problems)} lines cannot be used.\n{lines}"


def _not_published(error: NotPublished) -> str:
    return {
        "never opened": f"{error.name} was never opened.",
        "open": f"{error.name} is open until {error.last_day}. Its figures come once, when it has closed.",
        "destroyed": f"Fewer than 10 people sent {error.name}, so what they sent was destroyed unread.",
    }[error.state]


SAID: Mapping[type[Exception], Callable[[Any], str]] = {
    Refused: lambda error: "\n".join(error.lines),
    SettingsWrong: str,
    DefinitionError: str,
    NoSuchFile: lambda error: f"There is no file {error.path} to read.",
    NotSetUp: lambda _: "Nothing is set up here yet. Run: yousaid setup authority.yaml",
    WrongSchema: lambda error: (
        f"The database has tables of version {error.found or 'none'}, this program wants {error.wanted}.\n"
        "Make a backup, then run: yousaid setup authority.yaml"
    ),
    KeyMissing: lambda error: (
        f"The key {error.name} is not there. Is YOUSAID_KEYS right? If it is, bring keys/keep back from the safe."
    ),
    UnreadableRows: _unreadable,
    SecondPersonNeeded: _leaving,
    CodesUnreadable: _codes_unreadable,
    PlanUnreadable: _plan_unreadable,
    CodeTaken: lambda _: "Nothing was added: somebody else was adding the same codes. Look at: yousaid vouchers status",
    NobodyOfThatName: lambda error: f"Not in the register: {', '.join(error.references)}. Nobody was invited.",
    SomebodyElses: lambda error: f"Not people of {error.worker}: {', '.join(error.references)}. Nobody was invited.",
    NoLinks: lambda _: (
        "The bot's name is unknown, so there are no links to hand out. Nothing was changed.\n"
        "Set YOUSAID_BOT_NAME to the name that ends in bot (or YOUSAID_TOKEN, to ask Telegram)."
    ),
    NotAllowed: lambda error: f"That member of staff may not do this ({error.permission.value}).",
    SameWorker: lambda _: "That is the same person twice.",
    CannotTakeOver: lambda error: (
        f"{error.name} cannot be anybody's worker: they have left, or their role takes no tasks."
    ),
    NobodyToHand: lambda error: f"{error.name} has nobody in the register.",
    NotTheirPeople: lambda error: (
        f"Not in the register with {error.name}: {', '.join(error.references)}. Nobody was offered."
    ),
    OnTheirWay: lambda error: (
        f"{len(error.references)} of them are offered to {error.new} already, who has not answered:"
        f" {', '.join(error.references)}\nTo call that off, run:"
        f' yousaid staff move --from "{error.old}" --to "{error.new}" --cancel'
    ),
    NoSuchDay: lambda error: f"There is no day {error.key} here. Look at: yousaid days list",
    NotItsDate: lambda error: (
        f"{error.on} cannot be the date: it is over, or too far from where the day is expected"
        + (f" ({error.expected})." if error.expected else ".")
    ),
    NotANameForIt: lambda error: f"“{error.name}” will not do: a name has 1 to 14 letters, and is not there already.",
    TooManyDays: lambda _: "There are twelve days of your own already. Remove one: yousaid days remove DAY",
    NotADay: lambda error: f"{error.day} is not a day to come back on: it is to come, and within a year.",
    NotACover: lambda _: "They cannot stand in: it is the same person, they take no tasks here, or they are off too.",
    NameTaken: lambda error: f"{error.name} is staff already. For a new link run: yousaid staff invite NAME",
    AlreadyOpen: lambda error: f"{error.name} is open already.",
    SurveyClosed: lambda error: f"{error.args[0] if error.args else 'That survey'} is not open.",
    RunsAlready: lambda error: f"A campaign for {error.name} is under way: yousaid campaign status {error.name}",
    NotRunning: lambda error: (
        f"There is no campaign for {error.name} that this could be done with: yousaid campaign status {error.name}"
    ),
    StartsTooEarly: lambda _: "That day is over already; choose a later one.",
    LineRefused: lambda error: (
        f"“{error.line}” has a name of yours in it, or a link: a lock screen would show that. Write another line."
    ),
    NoRoomBeforeClose: lambda error: (
        f"{error.name} closes when {error.last_day} is over, before the last step. Start earlier, or shorten the plan."
    ),
    NotASurvey: lambda error: f"{error.args[0]} is a check-in: it carries a name, so it is not opened as a survey.",
    ClosesTooSoon: lambda error: f"{error.args[0]} is over already; choose a later day.",
    ClosesAnyway: lambda error: f"{error.name} closes by itself when {error.last_day} is over; nothing was changed.",
    NotPublished: _not_published,
    NoPlan: lambda _: "Nothing is promised yet that anybody could be asked about.",
    RoundThere: lambda error: f"The round {error.name} has begun already: yousaid round status",
    NoRoundYet: lambda _: "No round has begun yet. To begin one: yousaid round begin",
    RoundOver: lambda _: "That is over: people were told, or the next quarter has begun. See: yousaid round status",
    NotTold: lambda _: "Nobody was told yet, so there is nothing to report. First: yousaid round tell",
    CommentsStillCome: lambda error: (
        f"Comments come until {error.until}. The report for senior people can be made after that; nothing was made."
    ),
    NobodyToTell: lambda _: "It would reach nobody at this moment. Nobody was told.",
    NoSuchGroup: lambda error: (
        f"The register has no group {error.segment}={error.part}."
        + (f" It has: {', '.join(error.known)}." if error.known else "")
    ),
    GroupTooSmall: lambda error: f"Fewer than 10 people are in {error.segment}={error.part}; nothing was planned.",
    TooSoonAfter: lambda error: f"{error.name} asked a lot of people. A quick one can open from {error.until}.",
    ListError: list_refusals.said,
    RoundRuns: lambda error: f"Workers are asking already, until {error.ends_on}: yousaid talks status",
    NoRound: lambda _: "Workers have not been asked to ask anybody yet: yousaid talks begin",
    NobodyToAsk: lambda _: "No worker who has joined has people in the register to ask.",
    TooEarly: lambda _: "The round still runs. What was heard can be told when it is over.",
    NotThatDay: lambda _: "Nobody is asked about a call on that day, or it is too near, over, or not for them.",
    NotANumber: lambda _: "That is not a phone number. Nothing was recorded.",
    TheirOwnWord: lambda _: (
        "They have said so themselves in the chat. Nothing was changed. If they told you something newer, add --newer."
    ),
    DayOver: lambda _: "That day is over, or off: yousaid call rota report",
    AlreadyMade: lambda _: "There is such a day already: yousaid call list",
    AlreadyThere: lambda error: f"{error.path} is there already; a backup never overwrites.",
    NotEmpty: lambda _: "The database holds something already. Restore into an empty one.",
    NotABackup: lambda error: f"{error.path} is no backup that fits this kind of database.",
    KeysDoNotFit: lambda _: "The keys in keys/keep are not those this backup was made with. Bring the right ones back.",
    ToolMissing: lambda error: f"PostgreSQL's program {error.name} is not installed.",
    ToolFailed: lambda error: f"PostgreSQL's program {error.name} refused: {error.said}",
}


def said(error: Exception) -> str | None:
    """The lines for this refusal; None when it is none we know."""
    return next((SAID[kind](error) for kind in type(error).__mro__ if kind in SAID), None)
