"""One cell of the plan's table: what it says, or why it cannot say that and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from engagement import promise_words
from engagement.promise_words import BadField
from engagement.promises import STATES
from storage.promises import State

MAX_CELL: Final = 1000

TYPED: Final[Mapping[str, str]] = {
    "we will": "we_will",
    "who": "who",
    "update": "update",
    "reason": "reason",
    "what you will see": "see",
    "what difference it makes": "difference",
    "who can help": "helpers",
    "how to join in": "join_in",
    "decided by": "decided_by",
    "instead": "instead",
}
"""The columns that hold what a person reads, and the fields they are."""


class Bad(Exception):
    """The file, or this row of it, cannot be used."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def value(column: str, cell: str) -> Any:
    """What the cell says. Raises: Bad."""
    if len(cell) > MAX_CELL:
        raise Bad("this is too long.", f"At most {MAX_CELL} characters fit in a cell.")
    if column in TYPED:
        return _typed(TYPED[column], cell)
    return _READERS.get(column, _line)(cell)


def _typed(field: str, cell: str) -> str:
    try:
        return promise_words.line(field, cell)
    except BadField as error:
        raise Bad(*fault(error)) from None


def fault(error: BadField) -> tuple[str, str]:
    """What is wrong with a field, and the remedy, as the command line says it."""
    if error.why == "hard":
        plain = "; ".join(f"for “{stem.rstrip('*')}” say {plain}" for stem, plain in error.words.items())
        return "a young person would not use these words.", f"Use plain ones: {plain}."
    return {
        "empty": ("this says too little.", "Write it in a few plain words."),
        "long": ("this is too long.", f"At most {error.max} characters."),
        "not_known": ("nobody knows this.", "Copy it from a fresh export, or leave it empty."),
        "not_a_day": ("this is not a day.", "Write it as 2027-03-01 or 01/03/2027."),
        "not_a_number": ("this is not a number from 0 on.", f"Write digits, at most {error.max}."),
        "too_many": ("more steps are done than there are.", f"There are {error.max}."),
        "taken": ("another theme has that name.", "Choose another."),
    }[error.why]


def _line(cell: str) -> str:
    return " ".join(cell.split())


def _number(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
        raise Bad("this is not a whole number.", "Write digits only.")
    return int(cell)


def _yes_or_no(cell: str) -> bool:
    said = cell.casefold()
    if said not in ("yes", "y", "true", "no", "n", "false", ""):
        raise Bad("this is neither yes nor no.", "Write yes or no.")
    return said in ("yes", "y", "true")


def _state(cell: str) -> State:
    said = _line(cell).casefold().replace(" ", "_") or "planned"
    for state in STATES:
        if state == said:
            return state
    raise Bad("this is no state.", f"Write one of: {', '.join(state.replace('_', ' ') for state in STATES)}.")


def _said(cell: str) -> promise_words.Said:
    try:
        return promise_words.said(cell)
    except BadField as error:
        raise Bad(*fault(error)) from None


def _any_day(cell: str) -> date | None:
    try:
        return promise_words.day("by_when", cell)
    except BadField as error:
        raise Bad(*fault(error)) from None


def _moment(cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Bad("this was changed.", "Copy it from the export: it says whether the plan was edited meanwhile.")
    return found


def _name(cell: str) -> str:
    if not _line(cell):
        raise Bad("this is empty.", "Every promise is under a theme.")
    return _line(cell)


_READERS: Final[Mapping[str, Any]] = {
    "id": _number,
    "theme": _name,
    "goes well": _yes_or_no,
    "number": _number,
    "comes from": _said,
    "by when": _any_day,
    "state": _state,
    "steps done": _number,
    "steps": _number,
    "made with": _yes_or_no,
    "decided on": _any_day,
    "edited": _moment,
}
