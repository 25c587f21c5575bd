"""Why a list cannot be asked, in plain lines; `refusals` says it."""

from __future__ import annotations

from engagement.priorities import LEAST, MOST, ListError
from surveys.definition import MAX_LABEL

WHY = {
    "few": f"A list needs {LEAST} things at least, one on each line.",
    "many": f"A list may hold {MOST} things at most.",
    "long": f"Something on the list is over {MAX_LABEL} letters.",
    "twice": "Something is on the list twice.",
}


def said(error: ListError) -> str:
    """The reason, with what the checks of every questionnaire found in its words."""
    return "\n".join(f"{one.what} {one.remedy}" for one in error.mistakes) or WHY.get(error.why, "It cannot be asked.")
