"""What the checks read and what they find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from surveys.definition import SCALE_TOP, Header, Kind, Question
from surveys.outline import Node


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, with the line it is on."""

    line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a definition: the head and the questions that are well formed, with their nodes."""

    header: Header | None
    root: Node
    questions: tuple[tuple[Question, Node], ...]
    named: tuple[tuple[str, int], ...]
    """Every question id in the file with its line, well formed or not, in order."""
    complete: bool
    """Whether every question is well formed."""


def answers_of(question: Question) -> frozenset[str | int]:
    """Every answer that can be tapped."""
    if question.kind is Kind.SCALE:
        return frozenset(range(SCALE_TOP + 1))
    return frozenset(question.option_ids)


def nearest(word: str | int, known: Iterable[str | int], otherwise: str = "Use one that exists.") -> str:
    """The remedy for a word nobody knows."""
    words = sorted(str(one) for one in known)
    close = get_close_matches(str(word), words, n=1)
    return f"Did you mean `{close[0]}`?" if close else otherwise
