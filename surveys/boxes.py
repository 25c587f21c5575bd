"""Answers as two small boxes of bytes, and as the rows that leave the pool.

Storage pads and seals the boxes; here they are as short as they can be: JSON by question and option position.
The taps box holds everything that is tapped, the answers to the segment questions too; the words box holds what
is typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from surveys.definition import MAX_CHARS, Kind, Question, Questionnaire
from surveys.errors import WrongBox
from surveys.flow import path
from surveys.plan import ONE, TICKS, TYPED, Plan, compiled
from surveys.values import (
    EMPTY,
    NOT_ASKED,
    RATHER_NOT_SAY,
    SEEN,
    SKIPPED,
    Answers,
    Value,
    coded,
    is_typed,
)

TAPS_BYTES = 2000
WORDS_BYTES = 24000
"""What fits into the sealed boxes of 2 KB and 24 KB, with room for their lengths, nonces and tags."""

CODES = (SKIPPED, RATHER_NOT_SAY, SEEN)
_NUMBER = {code: -1 - at for at, code in enumerate(CODES)}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def pack(survey: Questionnaire, answers: Answers) -> tuple[bytes, bytes]:
    """The taps box and the words box.

    Taps:  [fingerprint, [a number, list of numbers or null for each question], [positions still open]].
    Words: [[position, text, quote], …].
    """
    return _packed(survey.plan, answers)


def unpack(survey: Questionnaire, taps: bytes, words: bytes) -> Answers:
    """The answers that were packed; two empty boxes hold none. Raises: WrongBox."""
    if not taps and not words:
        return EMPTY
    try:
        return _unpacked(survey.plan, taps, words)
    except (ValueError, TypeError, IndexError, KeyError, RecursionError):
        raise WrongBox(survey.name) from None


def rows(survey: Questionnaire, answers: Answers) -> tuple[tuple[str, Value | dict[str, Value]], ...]:
    """Exactly one (question id, value) for every question, whatever was asked; a block gives one row instead.

    A blank counts as skipped, or as `not_asked` off the path. Ticks count without Done; text that was never
    cleared for quoting is not.
    """
    asked = {question.id for question in path(survey, answers)}
    single: dict[str, Value | dict[str, Value]] = {}
    blocks: dict[str, dict[str, Value]] = {}
    for question in survey.questions:
        if question.kind is Kind.INFO:
            continue
        value = _row_value(answers.values.get(question.id), question.id in asked)
        if question.block is None:
            single[question.id] = value
        else:
            members = blocks.setdefault(question.block, {})
            members[question.id] = value
            single[question.block] = members
    return tuple(single.items())


def segments(survey: Questionnaire, answers: Answers) -> Mapping[str, str]:
    """The answers to the segment questions; a way out gives none."""
    given = {question.id: answers.values.get(question.id) for question in survey.segment_questions}
    return {key: value for key, value in given.items() if isinstance(value, str)}


def slices(survey: Questionnaire, answers: Answers) -> tuple[tuple[str, Value, str, str], ...]:
    """Each one-answer value beside each single segment: (question, value, segment question, its answer).

    Never text, a block, ticks, ranks or a way out, and never a segment beside another segment. Which of them may
    be kept is for storage (ten invited) and `disclosure` to say.
    """
    travelling = segments(survey, answers)
    asked = {question.id for question in path(survey, answers)}
    return tuple(
        (question.id, value, segment, part)
        for question in survey.questions
        if question.kind in ONE and not question.segment and not question.block and question.id in asked
        for value in (answers.values.get(question.id),)
        if isinstance(value, str | int)
        for segment, part in travelling.items()
    )


def worst_case(questions: tuple[Question, ...]) -> tuple[int, int]:
    """The most bytes that answers to these questions can take: (taps, words)."""
    values = {question.id: _longest(question) for question in questions if question.kind is not Kind.INFO}
    fullest = Answers(values, frozenset(values))
    taps, words = _packed(compiled(questions), fullest)
    return len(taps), len(words)


def _longest(question: Question) -> Value:
    if question.kind in TYPED:
        return {"text": "\N{MUSICAL SYMBOL G CLEF}" * (question.max_chars or MAX_CHARS), "quote": False}
    if question.kind in TICKS:
        most = question.max or len(question.options)
        return list(question.option_ids[-most:])
    if question.kind is Kind.SCALE:
        return 10
    return question.option_ids[-1] if len(question.options) > 10 else coded(SKIPPED)


def _row_value(value: Value | None, asked: bool) -> Value:
    if not asked:
        return coded(NOT_ASKED)
    if not value and not isinstance(value, int):
        return coded(SKIPPED)
    if isinstance(value, dict) and is_typed(value):
        return {"text": value["text"], "quote": value.get("quote") is True}
    return value


def _packed(plan: Plan, answers: Answers) -> tuple[bytes, bytes]:
    taps: list[object] = []
    words: list[object] = []
    values, option_position = answers.values, plan.option_position
    blanks = 0
    for at, question_id in enumerate(plan.ids):
        value = values.get(question_id)
        if value is None:
            taps.append(None)
            blanks += 1
            continue
        if isinstance(value, str):
            taps.append(option_position[at][value])
        elif isinstance(value, int):
            taps.append(value)
        elif isinstance(value, list):
            positions = option_position[at]
            taps.append([positions[tick] for tick in value])
        elif "text" in value:
            words.append([at, value["text"], value["quote"]])
            taps.append(None)
            blanks += 1
            continue
        else:
            taps.append(_NUMBER[str(value["code"])])
        blanks = 0
    if blanks:
        del taps[-blanks:]
    unfinished = sorted(plan.position[question_id] for question_id in answers.open) if answers.open else []
    return _encode([plan.fingerprint, taps, unfinished]).encode(), _encode(words).encode()


def _unpacked(plan: Plan, taps: bytes, words: bytes) -> Answers:
    fingerprint, tapped, unfinished = json.loads(taps)
    if fingerprint != plan.fingerprint:
        raise ValueError
    ids, kinds, options = plan.ids, plan.kinds, plan.options
    values: dict[str, Value] = {}
    for at, value in enumerate(tapped):
        if value is None:
            continue
        if isinstance(value, list):
            row = options[at]
            values[ids[at]] = [row[tick] for tick in value]
        elif value < 0:
            values[ids[at]] = coded(CODES[-1 - value])
        else:
            values[ids[at]] = value if kinds[at] == "scale" else options[at][value]
    for at, text, may_quote in json.loads(words) if words else ():
        values[ids[at]] = {"text": text, "quote": may_quote}
    return Answers(values, frozenset(ids[at] for at in unfinished) if unfinished else frozenset())
