"""What a survey about priorities found: for every card how many picked it, beside how well it is done.

Only what is published goes in, and one number is never taken from the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from surveys.definition import Kind, Question, Questionnaire, Texts
from surveys.publication import Cell, Figure, Level, Publication

DONE = "done_"
"""The question `done_money` is about the card `money`."""

Mode = Literal["pick", "rank", "list"]


@dataclass(frozen=True, slots=True)
class Card:
    """One card. A count is None where it may not be shown.

    picked: how many put it among their top picks: what matters most, or what needs most work.
    best:   of cards that were sorted, how many said it is done best.
    done:   of cards that were ranked, how well it is done: bands or one share, as far as they are shown.
    """

    id: str
    label: Texts
    picked: int | None
    best: int | None = None
    done: tuple[Cell, ...] = ()
    done_base: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All cards, the most picked first and those without a number last.

    base:  how many picked at all, rounded; None where nothing may be shown.
    order: of a ranking, ids in groups from first to last; those in one group came out level.
    """

    mode: Mode
    asked: Question
    base: int | None
    cards: tuple[Card, ...]
    order: tuple[tuple[str, ...], ...] = ()


def outcome(asked: Questionnaire, published: Publication) -> Outcome | None:
    """What was found; None of a survey that is not about priorities."""
    if asked.purpose != "priorities":
        return None
    picked = next((question for question in asked.questions if question.not_in or question.kind is Kind.RANK), None)
    if picked is None:
        return None
    figure = published.figure(picked.id)
    cards = sorted(
        _cards(asked, published, picked, figure), key=lambda card: -1 if card.picked is None else card.picked
    )
    mode: Mode = "pick" if picked.not_in else "rank" if _is_done(asked, picked) else "list"
    return Outcome(mode, picked, figure.base, tuple(reversed(cards)), figure.order)


def _cards(asked: Questionnaire, published: Publication, picked: Question, figure: Figure) -> Iterator[Card]:
    counts = _counts(figure)
    best = _counts(published.figure(picked.not_in)) if picked.not_in else {}
    # Backwards, so that reversing brings cards with the same number into the order of the definition.
    for option in reversed(picked.options):
        done = published.figure(DONE + option.id) if DONE + option.id in asked.plan.position else None
        shown = done is not None and done.level is not Level.NOTHING
        yield Card(
            option.id,
            option.label,
            counts.get(option.id),
            best.get(option.id),
            done.cells if done is not None and shown else (),
            done.base if done is not None else None,
        )


def _counts(figure: Figure) -> dict[str, int | None]:
    return {str(cell.members[0]): cell.count for cell in figure.cells}


def _is_done(asked: Questionnaire, picked: Question) -> bool:
    return any(DONE + option_id in asked.plan.position for option_id in picked.option_ids)
