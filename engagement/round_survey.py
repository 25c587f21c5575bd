"""The one sealed survey of a round, made from what was promised: how each looks to them, or whether it has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from engagement.promises import Shown
from storage.ids import PromiseId
from surveys.names import asks_for_a_name

WORDS: Final = Path(__file__).with_name("data") / "round_survey.yaml"

MOST: Final = 12
"""Of a longer plan only what moved is asked about."""

MOST_MOVED: Final = 24
A_MINUTE: Final = 8
"""How many of these questions somebody answers in one."""


def name(quarter: str) -> str:
    """What the survey of that quarter's round is called: `round_2026_q4`."""
    return f"round_{quarter}"


def question(promise: PromiseId, *, finished: bool) -> str:
    """The id of its question: the same in every round, so that rounds make one series."""
    return f"p{promise}_changed" if finished else f"p{promise}"


def definition(quarter: str, asked: Sequence[tuple[Shown, bool]]) -> str:
    """The questionnaire's text; each promise with whether it is finished now, and was not before."""
    words = _words()
    questions = [
        _question(words, one, finished=finished, number=place) for place, (one, finished) in enumerate(asked, start=1)
    ]
    # JSON is YAML, and needs no care for what somebody may have typed into a promise.
    return json.dumps(
        {
            "name": name(quarter),
            "version": 1,
            "purpose": "progress",
            "title": words["title"],
            "languages": list(words["title"]),
            "minutes": -(-len(questions) // A_MINUTE),
            "parts": [{"id": "all", "questions": questions}],
        },
        ensure_ascii=False,
    )


def _question(words: Mapping[str, Any], one: Shown, *, finished: bool, number: int) -> dict[str, Any]:
    kind = words["changed" if finished else "going"]
    ids = list(kind["options"])
    return {
        "id": question(one.id, finished=finished),
        "kind": "single",
        "text": _text(kind["text"], one.words.we_will, words["instead"], number),
        "options": [{"id": option, "label": label} for option, label in kind["options"].items()],
        "bands": [[option] for option in ids],
        "share": ids[:1],
    }


def _text(texts: Mapping[str, str], we_will: str, instead: Mapping[str, str], number: int) -> dict[str, str]:
    """What is asked, with the promise in it. Braces would stand for something to be filled in."""
    plain = we_will.replace("{", "(").replace("}", ")").strip()
    promise = plain if plain.endswith((".", "?", "…")) else f"{plain}."
    said = {language: text.replace("{promise}", promise) for language, text in texts.items()}
    if not any(asks_for_a_name(text) for text in said.values()):
        return said
    by_number = {language: text.replace("{number}", str(number)) for language, text in instead.items()}
    return {language: text.replace("{promise}", by_number[language]) for language, text in texts.items()}


@cache
def _words() -> Mapping[str, Any]:
    found: Mapping[str, Any] = YAML(typ="safe", pure=True).load(WORDS.read_text("utf-8"))
    return found
