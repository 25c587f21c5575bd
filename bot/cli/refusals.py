"""What a refusal says on the command line: one place, from the kind of exception to plain lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.cli.opening import NoSuchFile
from bot.settings import SettingsWrong
from engagement.register import NobodyOfThatName, SecondPersonNeeded, UnreadableRows
from engagement.results import NotPublished
from engagement.staff import NotAllowed
from engagement.surveys import ClosesAnyway, ClosesTooSoon, NotASurvey, TooSoonAfter
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
    NobodyOfThatName: lambda error: f"Not in the register: {', '.join(error.references)}. Nobody was invited.",
    NotAllowed: lambda error: f"That member of staff may not do this ({error.permission.value}).",
    NameTaken: lambda error: f"{error.name} is staff already. For a new link run: yousaid staff invite NAME",
    AlreadyOpen: lambda error: f"{error.name} is open already.",
    SurveyClosed: lambda error: f"{error.args[0] if error.args else 'That survey'} is not open.",
    NotASurvey: lambda error: f"{error.args[0]} is a check-in: it carries a name, so it is not opened as a survey.",
    ClosesTooSoon: lambda error: f"{error.args[0]} is over already; choose a later day.",
    ClosesAnyway: lambda error: f"{error.name} closes by itself when {error.last_day} is over; nothing was changed.",
    NotPublished: _not_published,
    TooSoonAfter: lambda error: f"{error.name} asked a lot of people. A quick one can open from {error.until}.",
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
