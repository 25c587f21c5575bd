"""The path through a questionnaire: what is asked next, and what an answer changes. Decisions only.

The place someone has reached is worked out from their answers each time. Option numbers are always positions in
the definition, whatever order the options were shown in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from surveys.definition import MAX_CHARS, Kind, Option, Question, Questionnaire
from surveys.errors import NoSuchOption, NothingWritten, NotOnPath, TooLong, TooMany, WrongKind
from surveys.plan import ONE, TICKS, TYPED
from surveys.values import EMPTY, RATHER_NOT_SAY, SEEN, SKIPPED, Answers, Value, code_of, coded, is_typed

__all__ = [
    "EMPTY",
    "Answers",
    "Value",
    "choose",
    "done",
    "next_question",
    "offered",
    "path",
    "previous_question",
    "progress",
    "quote",
    "seen",
    "shown_options",
    "skip",
    "start_again",
    "summary",
    "ticked",
    "write",
]


# The path


def path(survey: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The questions this person is asked, given what they have answered."""
    plan = survey.plan
    off = plan.off_path(answers.values)
    if not off:
        return plan.questions
    return tuple(question for question in plan.questions if question.id not in off)


def next_question(survey: Questionnaire, answers: Answers) -> Question | None:
    """The first question on the path that is unanswered or still open; None when only Send is left."""
    plan = survey.plan
    values, unfinished = answers.values, answers.open
    off = plan.off_path(values)
    for at, question_id in enumerate(plan.ids):
        if (question_id not in values or question_id in unfinished) and question_id not in off:
            return plan.questions[at]
    return None


def previous_question(survey: Questionnaire, answers: Answers, question_id: str | None) -> Question | None:
    """The question before this one on the path; the last one from the ready-to-send screen (None).

    Returns: None when there is nothing before it.
    Raises:  NotOnPath.
    """
    asked = path(survey, answers)
    if question_id is None:
        return asked[-1] if asked else None
    for at, question in enumerate(asked):
        if question.id == question_id:
            return asked[at - 1] if at else None
    raise NotOnPath(question_id)


def progress(survey: Questionnaire, answers: Answers, question_id: str) -> tuple[int, int]:
    """The place of this question among those on the path, and how many there are; pages to read don't count.

    A page to read has the place of the question before it. Raises: NotOnPath.
    """
    plan = survey.plan
    off = plan.off_path(answers.values)
    place = total = 0
    found = False
    for asked, kind in zip(plan.ids, plan.kinds, strict=True):
        if asked in off:
            continue
        total += kind != Kind.INFO
        if not found:
            place = total
            found = asked == question_id
    if not found:
        raise NotOnPath(question_id)
    return place, total


def summary(survey: Questionnaire, answers: Answers) -> tuple[int, int, int]:
    """How many questions on the path are answered, skipped and left.

    Ticks without Done and text without a choice about quoting are answers: they go when Send is pressed.
    """
    answered = skipped = left = 0
    for question in path(survey, answers):
        if question.kind is Kind.INFO:
            continue
        value = answers.values.get(question.id)
        if value is None:
            left += 1
        elif code_of(value) is None:
            answered += 1
        else:
            skipped += 1
    return answered, skipped, left


# Answering


def choose(survey: Questionnaire, answers: Answers, question_id: str, option: int | str) -> Answers:
    """Answer with an option (its number or id); on a 0-10 scale the number itself.

    One-answer kinds are answered and closed. Ticks go on and off and stay open until `done`; an option that
    clears stands alone. Ranks keep the order of tapping; a second tap takes one out. What is ticked in a question this
    one keeps apart from is no option of it.
    Raises: NotOnPath, NoSuchOption, TooMany, WrongKind.
    """
    at = _on_path(survey, answers, question_id)
    plan = survey.plan
    kind = plan.kinds[at]
    if kind in ONE:
        return _kept(survey, answers, question_id, _picked(survey, at, option), is_open=False)
    if kind not in TICKS:
        raise WrongKind(question_id)
    picked = str(_picked(survey, at, option))
    if picked in plan.taken(question_id, answers.values):
        raise NoSuchOption(question_id, option)
    ticks = _toggled(plan.questions[at], ticked(answers, question_id), picked)
    return _kept(survey, answers, question_id, ticks or None, is_open=bool(ticks))


def done(survey: Questionnaire, answers: Answers, question_id: str) -> Answers:
    """Close ticks or ranks; with nothing ticked this is the same as skipping.

    Raises: NotOnPath, WrongKind.
    """
    _of_kind(survey, answers, question_id, TICKS)
    value = answers.values.get(question_id)
    if value is None:
        return skip(survey, answers, question_id)
    return Answers(answers.values, answers.open - {question_id})


def start_again(survey: Questionnaire, answers: Answers, question_id: str) -> Answers:
    """Take out every tick or rank. Raises: NotOnPath, WrongKind."""
    _of_kind(survey, answers, question_id, TICKS)
    return _kept(survey, answers, question_id, None, is_open=False)


def skip(survey: Questionnaire, answers: Answers, question_id: str) -> Answers:
    """Take the question's way out: skipped, or rather not say. Raises: NotOnPath, WrongKind."""
    at = _on_path(survey, answers, question_id)
    question = survey.plan.questions[at]
    if question.kind is Kind.INFO:
        raise WrongKind(question_id)
    code = RATHER_NOT_SAY if question.way_out == "rather_not_say" else SKIPPED
    return _kept(survey, answers, question_id, coded(code), is_open=False)


def write(survey: Questionnaire, answers: Answers, question_id: str, text: str) -> Answers:
    """Keep what was typed, still open until `quote` says whether it may be quoted.

    Raises: NotOnPath, WrongKind, NothingWritten, TooLong.
    """
    at = _of_kind(survey, answers, question_id, TYPED)
    written = clean(text)
    if not written:
        raise NothingWritten(question_id)
    max_chars = survey.plan.questions[at].max_chars or MAX_CHARS
    if len(written) > max_chars:
        raise TooLong(max_chars, len(written))
    return _kept(survey, answers, question_id, {"text": written, "quote": None}, is_open=True)


def quote(survey: Questionnaire, answers: Answers, question_id: str, ok: bool) -> Answers:
    """Say whether the text may be quoted without a name. Raises: NotOnPath, WrongKind, NothingWritten."""
    _of_kind(survey, answers, question_id, TYPED)
    value = answers.values.get(question_id)
    if not isinstance(value, dict) or not is_typed(value):
        raise NothingWritten(question_id)
    return _kept(survey, answers, question_id, {"text": value["text"], "quote": ok}, is_open=False)


def seen(survey: Questionnaire, answers: Answers, question_id: str) -> Answers:
    """Pass a page to read. Raises: NotOnPath, WrongKind."""
    _of_kind(survey, answers, question_id, frozenset({Kind.INFO.value}))
    return _kept(survey, answers, question_id, coded(SEEN), is_open=False)


def ticked(answers: Answers, question_id: str) -> list[str]:
    """The options that are ticked or ranked now."""
    value = answers.values.get(question_id)
    return value if isinstance(value, list) else []


# What is shown


def offered(survey: Questionnaire, answers: Answers, question: Question) -> Question:
    """The question with the options this person may tap: none that they ticked in the one it keeps apart from."""
    taken = survey.plan.taken(question.id, answers.values)
    if not taken:
        return question
    return question.model_copy(update={"options": tuple(one for one in question.options if one.id not in taken)})


def shown_options(question: Question, seed: int) -> tuple[Option, ...]:
    """The options in the order to show them, the fixed ones last; the same seed gives the same order."""
    movable = [option for option in question.options if not option.fixed]
    if question.order == "fixed" or not movable:
        return question.options
    if question.order == "reversible":
        movable = movable[::-1] if seed % 2 else movable
    else:
        turn = seed % len(movable)
        movable = movable[turn:] + movable[:turn]
    return (*movable, *(option for option in question.options if option.fixed))


def clean(text: str) -> str:
    """The text without control characters (line breaks stay), invisible direction marks and outer space."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        text = "".join(character for character in text if character == "\n" or not _unwelcome(character))
    return text.strip()


def _unwelcome(character: str) -> bool:
    """Control codes, halves of characters, and marks that turn the direction of what follows them."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _DIRECTION


_DIRECTION = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


# Shared


def _on_path(survey: Questionnaire, answers: Answers, question_id: str) -> int:
    """The position of the question. Raises: NotOnPath."""
    plan = survey.plan
    at = plan.position.get(question_id)
    if at is None or (question_id in plan.rules and question_id in plan.off_path(answers.values)):
        raise NotOnPath(question_id)
    return at


def _of_kind(survey: Questionnaire, answers: Answers, question_id: str, kinds: frozenset[str]) -> int:
    """The position of the question. Raises: NotOnPath, WrongKind."""
    at = _on_path(survey, answers, question_id)
    if survey.plan.kinds[at] not in kinds:
        raise WrongKind(question_id)
    return at


def _picked(survey: Questionnaire, at: int, option: int | str) -> str | int:
    """The value an option number or id stands for. Raises: NoSuchOption."""
    plan = survey.plan
    if plan.kinds[at] == Kind.SCALE:
        if isinstance(option, int) and 0 <= option <= 10:
            return option
    elif isinstance(option, str):
        if option in plan.option_position[at]:
            return option
    elif 0 <= option < len(plan.options[at]):
        return plan.options[at][option]
    raise NoSuchOption(plan.ids[at], option)


def _toggled(question: Question, ticks: list[str], picked: str) -> list[str]:
    """The ticks after one more tap. Raises: TooMany."""
    if picked in ticks:
        return [tick for tick in ticks if tick != picked]
    if question.option(picked).clears:
        return [picked]
    ticks = [tick for tick in ticks if not question.option(tick).clears]
    if question.max is not None and len(ticks) >= question.max:
        raise TooMany(question.max)
    ticks.append(picked)
    if question.kind is Kind.RANK:
        return ticks
    return [option for option in question.option_ids if option in ticks]


def _kept(survey: Questionnaire, answers: Answers, question_id: str, value: Value | None, *, is_open: bool) -> Answers:
    """The answers with this one in place, and without any that are no longer asked for."""
    values: dict[str, Value] = {**answers.values}
    if value is None:
        values.pop(question_id, None)
    else:
        values[question_id] = value
    unfinished = answers.open
    if is_open != (question_id in unfinished):
        unfinished = unfinished | {question_id} if is_open else unfinished - {question_id}
    changed = {question_id}
    for later in survey.plan.apart_from.get(question_id, ()):
        if (left := _left_apart(survey, values, later)) is not None:
            changed.add(later)
            # With some ticks gone it is asked again; without any it was never answered.
            values, unfinished = _retold(values, unfinished, later, left)
    if survey.plan.watched.isdisjoint(changed):
        return Answers(values, unfinished)
    return _on_path_only(survey, values, unfinished)


def _left_apart(survey: Questionnaire, values: Mapping[str, Value], later: str) -> list[str] | None:
    """The ticks of a later question that are still possible; None where all of them are."""
    ticks, taken = values.get(later), survey.plan.taken(later, values)
    if not isinstance(ticks, list) or not any(tick in taken for tick in ticks):
        return None
    return [tick for tick in ticks if tick not in taken]


def _retold(
    values: dict[str, Value], unfinished: frozenset[str], question_id: str, ticks: list[str]
) -> tuple[dict[str, Value], frozenset[str]]:
    """The answers with these ticks in place and open, or without the question where there are none."""
    if ticks:
        return values | {question_id: ticks}, unfinished | {question_id}
    return {key: value for key, value in values.items() if key != question_id}, unfinished - {question_id}


def _on_path_only(survey: Questionnaire, values: Mapping[str, Value], unfinished: frozenset[str]) -> Answers:
    off = survey.plan.off_path(values)
    if off.isdisjoint(values):
        return Answers(values, unfinished)
    return Answers({key: value for key, value in values.items() if key not in off}, unfinished - off)
