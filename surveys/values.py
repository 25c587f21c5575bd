"""The shapes an answer can have, the same in memory, in a box and in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | int | list[str] | dict[str, str | bool | None]
"""An option id; a number; option ids (ranks in order); `{"text": …, "quote": …}`; or `{"code": …}`."""

SKIPPED = "skipped"
RATHER_NOT_SAY = "rather_not_say"
NOT_ASKED = "not_asked"
SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Answers:
    """What someone has answered so far.

    `open` holds what is begun and not finished: ticks without Done, text without the choice to be quoted.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    open: frozenset[str] = frozenset()


EMPTY = Answers({}, frozenset())


def coded(code: str) -> dict[str, str | bool | None]:
    """A value that says why there is no answer."""
    return {"code": code}


def code_of(value: Value) -> str | None:
    """The code, if the value is one."""
    found = value.get("code") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def is_typed(value: Value | None) -> bool:
    """Whether the value is text someone wrote."""
    return isinstance(value, dict) and "text" in value
