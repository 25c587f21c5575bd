"""The answers of one question as buttons: their order, their labels, and letters where a label is too long."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from bot.chat.visit import Visit
from engagement import answering
from engagement.answering import Step
from surveys import flow
from surveys.definition import SCALE_TOP, Kind, Question, text_in

SCALE_ROWS: Final = (range(4), range(4, 8), range(8, 11))
"""0-10 as 4 + 4 + 3: part of the definition, since row breaks nudge answers."""

BUTTON_CHARS: Final = 28
"""What a 360 px phone shows of one button a row; longer labels are listed in the text and the buttons carry letters."""

LETTERS_IN_ROW: Final = 4


def rows(visit: Visit, step: Step, question: Question) -> tuple[list[dict[str, str]], list[list[dict[str, object]]]]:
    """The lettered list to print above the buttons (mostly empty), and the buttons."""
    value = step.answers.values.get(question.id)
    if question.kind is Kind.SCALE:
        return [], [[{"label": str(n), "arg": n, "chosen": value == n} for n in row] for row in SCALE_ROWS]
    open_to_them = flow.offered(step.asked, step.answers, question)
    order = (
        open_to_them.options
        if question.order == "fixed"
        else flow.shown_options(open_to_them, answering.order_seed(visit.tx, visit.who, step.survey, question.id))
    )
    picked: list[Any] = value if isinstance(value, list) else [value]
    labels = {
        option.id: _label(text_in(option.label, visit.language), option.emoji, *_words(visit)) for option in order
    }
    position = {option_id: at for at, option_id in enumerate(question.option_ids)}
    if max(map(len, labels.values())) <= BUTTON_CHARS:
        return [], [[_button(question, labels[one.id], position[one.id], picked)] for one in order]
    letters = {option.id: chr(ord("A") + at) for at, option in enumerate(order)}
    buttons = [_button(question, letters[one.id], position[one.id], picked) for one in order]
    rows = [buttons[at : at + LETTERS_IN_ROW] for at in range(0, len(buttons), LETTERS_IN_ROW)]
    return [{"letter": letters[one.id], "label": labels[one.id]} for one in order], rows


def _button(question: Question, label: str, at: int, picked: list[Any]) -> dict[str, object]:
    option = question.option_ids[at]
    chosen = option in picked
    if chosen and question.kind is Kind.RANK:
        return {"label": label, "arg": at, "chosen": picked.index(option) + 1}
    return {"label": label, "arg": at, "chosen": chosen}


@lru_cache(maxsize=4096)
def _label(label: str, emoji: str | None, worker_word: str, council_word: str) -> str:
    said = label.replace("{worker_word}", worker_word).replace("{council_word}", council_word)
    return f"{emoji} {said}" if emoji else said


def _words(visit: Visit) -> tuple[str, str]:
    return visit.settings.worker_word, visit.settings.council


def said(visit: Visit, text: str) -> str:
    return _label(text, None, *_words(visit))


def option_typed(visit: Visit, question: Question, text: str) -> int | None:
    """The option somebody typed out instead of tapping: its number on a scale, or its words."""
    typed = text.strip().casefold()
    if question.kind is Kind.SCALE:
        return int(typed) if typed.isascii() and typed.isdigit() and int(typed) <= SCALE_TOP else None
    for at, option in enumerate(question.options):
        if said(visit, text_in(option.label, visit.language)).casefold() == typed:
            return at
    return None
