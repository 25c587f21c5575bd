"""What can go wrong with a questionnaire or an answer: one small tree, data only."""

from __future__ import annotations

from dataclasses import dataclass


class SurveyError(Exception):
    """Something the surveys package refuses."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a definition: where it is, what it is and how to put it right."""

    source: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: {self.what} {self.remedy}"


class DefinitionError(SurveyError):
    """A definition cannot be used; every mistake in it is listed, in order of line."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class NotOnPath(SurveyError):
    """The question is not one this person is asked, given their answers so far."""

    def __init__(self, question_id: str) -> None:
        self.question_id = question_id
        super().__init__(question_id)


class NoSuchOption(SurveyError):
    """The question has no such answer."""

    def __init__(self, question_id: str, option: int | str) -> None:
        self.question_id = question_id
        self.option = option
        super().__init__(question_id, option)


class WrongKind(SurveyError):
    """The question cannot be answered in this way: ticks for a typed one, text for a tapped one."""

    def __init__(self, question_id: str) -> None:
        self.question_id = question_id
        super().__init__(question_id)


class TooMany(SurveyError):
    """More ticks than the question takes."""

    def __init__(self, max: int) -> None:
        self.max = max
        super().__init__(max)


class TooLong(SurveyError):
    """More characters than the question takes."""

    def __init__(self, max: int, got: int) -> None:
        self.max = max
        self.got = got
        super().__init__(max, got)


class NothingWritten(SurveyError):
    """There is no text: nothing was typed, or nothing was left of it."""

    def __init__(self, question_id: str) -> None:
        self.question_id = question_id
        super().__init__(question_id)


class WrongBox(SurveyError):
    """The box was not packed for this questionnaire, or is damaged."""

    def __init__(self, survey: str) -> None:
        self.survey = survey
        super().__init__(survey)


class TooFew(SurveyError):
    """Too few people answered for anything to be worked out."""

    def __init__(self, base: int) -> None:
        self.base = base
        super().__init__(base)


class NotAShare(SurveyError):
    """No such share of people exists: more said yes than answered, or fewer than nobody, or over a hundred per cent."""

    def __init__(self, part: float, whole: float) -> None:
        self.part = part
        self.whole = whole
        super().__init__(part, whole)
