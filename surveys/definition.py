"""What a questionnaire is: frozen models, checked as they are built.

A definition file nests questions inside parts; here they lie in one row, each knowing its part. `surveys.load`
reads the files and applies the rules that need more than one question at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from surveys.plan import Plan, compiled

ENGLISH = "en"
MAX_CHARS = 1000
MAX_TEXT = 1500
MAX_LABEL = 100
SHORT_TEXT_CHARS = 300
SCALE_TOP = 10

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")


class Kind(StrEnum):
    """The ways a question can be answered."""

    SINGLE = "single"
    SEVERAL = "several"
    AGREE = "agree"
    FACES = "faces"
    SCALE = "scale"
    RANK = "rank"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    INFO = "info"


def wrong(what: str, remedy: str) -> PydanticCustomError:
    """A validation error that carries its own remedy."""
    return PydanticCustomError("wrong", "{what}", {"what": what, "remedy": remedy})


def _texts(given: object) -> object:
    """A bare string is English: most definitions have one language."""
    return {ENGLISH: given} if isinstance(given, str) else given


def _with_english(texts: dict[str, str]) -> dict[str, str]:
    for language, text in texts.items():
        if not LANGUAGE.match(language):
            raise wrong(f"“{language[:20]}” is not a language code.", "Use codes such as en, cy or pt-BR.")
        if not text.strip():
            raise wrong("The text is empty.", "Write it, or take the line out.")
        if len(text) > MAX_TEXT:
            raise wrong(f"The text has {len(text)} characters.", f"Keep it under {MAX_TEXT}.")
        if not text.replace("\n", "").isprintable() and any(_is_control(character) for character in text):
            raise wrong("The text holds control characters.", "Type it again without them.")
    if ENGLISH not in texts:
        raise wrong("The English text is missing.", "Add it under `en`: other languages fall back to it.")
    return texts


def _is_control(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cs"}


def _on_one_line(texts: dict[str, str]) -> dict[str, str]:
    for text in texts.values():
        if "\n" in text or len(text) > MAX_LABEL:
            raise wrong(f"The label is over {MAX_LABEL} characters or one line.", "Shorten it.")
    return texts


def _members(given: object) -> object:
    """`0-4` written out as 0, 1, 2, 3, 4; a single answer as a list of one."""
    if isinstance(given, str) and (found := re.fullmatch(r"(\d{1,2})\s*-\s*(\d{1,2})", given)):
        return tuple(range(int(found[1]), int(found[2]) + 1))
    return (given,) if isinstance(given, str | int) and not isinstance(given, bool) else given


def _ages(given: object) -> object:
    """`16-17` as (16, 17); `21+` has no end."""
    if isinstance(given, str) and (found := re.fullmatch(r"(\d{1,2})\s*(?:-\s*(\d{1,2})|\+)", given)):
        return int(found[1]), int(found[2] or 99)
    return given


def _listed(given: object) -> object:
    """One mapping where a list may stand is a list of one."""
    return (given,) if isinstance(given, Mapping) else given


Texts = Annotated[dict[str, str], BeforeValidator(_texts), AfterValidator(_with_english)]
Label = Annotated[Texts, AfterValidator(_on_one_line)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Member = Annotated[int, Field(strict=True, ge=0, le=SCALE_TOP)] | Id
Members = Annotated[tuple[Member, ...], BeforeValidator(_members), Field(min_length=1)]


def text_in(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in English (`pt-BR` tries `pt` on the way)."""
    found = texts.get(language)
    if found is None:
        found = texts.get(language.partition("-")[0])
    return texts[ENGLISH] if found is None else found


class Model(BaseModel):
    """Frozen, and deaf to fields nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that works out afresh whatever the original had worked out."""
        copied = super().model_copy(update=update, deep=deep)
        for name in set(copied.__dict__) - set(type(self).model_fields):
            del copied.__dict__[name]
        return copied


class Option(Model):
    """One answer to tap. `fixed` keeps its place at the end; `clears` stands alone."""

    id: Id
    label: Label
    fixed: bool = False
    clears: bool = False
    ages: Annotated[tuple[int, int], BeforeValidator(_ages)] | None = None
    """The ages it covers, first and last, where the register says how many people have each."""
    emoji: str | None = Field(default=None, min_length=1, max_length=8)


class Condition(Model):
    """Holds when the earlier answer is one of `any_of`, and none of `none_of`.

    A question that was skipped or not asked is never one of `any_of`, and never one of `none_of`.
    """

    question: Id
    any_of: Members | None = None
    none_of: Members | None = None


class Benchmark(Model):
    """A published figure to stand beside a result. A: same words, B: similar question, C: context only."""

    key: str = Field(min_length=1, max_length=80)
    grade: Literal["A", "B", "C"]
    note: str | None = None


class Question(Model):
    """One screen: a question, or a page to read (`info`)."""

    id: Id
    kind: Kind
    text: Texts
    lead_in: Texts | None = None
    meaning: Texts | None = None
    options: tuple[Option, ...] = ()
    scale: str | None = None
    """The name of the shared answers it uses; read in full only once, and never reworded in one place."""
    way_out: Literal["skip", "rather_not_say"] = "skip"
    max: int | None = Field(default=None, ge=1)
    max_chars: int | None = Field(default=None, ge=1)
    sensitive: bool = False
    heavy: bool = False
    block: Id | None = None
    segment: bool = False
    register_fact: Literal["age", "home"] | None = Field(default=None, alias="register")
    bands: tuple[Members, ...] = ()
    share: Members | None = None
    """The answers whose total is the one figure that is left when nothing finer may be shown."""
    told: Texts | None = None
    """That figure as it is told, after a word for how many: `always feel safe where they live`."""
    benchmarks: Annotated[tuple[Benchmark, ...], BeforeValidator(_listed)] = ()
    order: Literal["fixed", "rotated", "reversible"] = "fixed"
    layout: Literal["4+4+3"] | None = None
    ask_when: Annotated[tuple[Condition, ...], BeforeValidator(_listed)] = ()
    not_in: Id | None = None
    """An earlier question with the same answers: what somebody ticked there cannot be ticked here."""
    plan_tag: str | None = None
    recall: str = "now"
    caution: Texts | None = None
    """What whoever reads its figures has to be told beside them."""
    part: str = ""

    @property
    def register(self) -> Literal["age", "home"] | None:
        """Which fact of the register says how many invited people each segment value has."""
        return self.register_fact

    @property
    def benchmark(self) -> Benchmark | None:
        """The closest published figure, if there is one."""
        return self.benchmarks[0] if self.benchmarks else None

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        """The ids of the options in the order of the definition, which is the order of storage."""
        return tuple(option.id for option in self.options)

    def option(self, option_id: str) -> Option:
        """The option with that id. Raises: KeyError."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)

    def wording(self, language: str = ENGLISH) -> str:
        """Everything asked, as one run of text: lead-in, question, what a word means."""
        said = (self.lead_in, self.text, self.meaning)
        return " ".join(text_in(texts, language) for texts in said if texts is not None)


class Part(Model):
    """A heading over some questions, with at most one line under it."""

    id: Id
    heading: Texts | None = None
    line: Texts | None = None


class Change(Model):
    """What one version changed, and the ids (`question`, or `question.option`) that may never come back."""

    version: int = Field(ge=1)
    note: str = Field(min_length=1)
    retired: tuple[str, ...] = ()


class Header(Model):
    """What a definition says about itself."""

    name: Id
    version: int = Field(ge=1)
    purpose: Literal["survey", "pulse", "checkin", "priorities", "progress"]
    title: Texts
    languages: tuple[str, ...] = (ENGLISH,)
    minutes: int = Field(ge=1, le=60)
    """How long young people are told it takes."""
    headline: tuple[Id, ...] = ()
    """The measures a verdict may be given on, corrected together (Holm)."""
    parts: tuple[Part, ...] = ()
    comparability: Literal["identical", "similar"] | None = None
    reviewed: str | None = None
    """`wording_hash` of the text that was compared with what its producer published."""
    wording: Literal["ours", "published"] | None = None
    licence: str | None = None
    attribution: str | None = None
    source: str | None = None
    retrieved: str | None = None
    series_break: bool = False
    history: tuple[Change, ...] = ()


class Questionnaire(Header):
    """A whole questionnaire, its questions in the order they are asked."""

    questions: tuple[Question, ...]

    @cached_property
    def plan(self) -> Plan:
        """What every tap needs, worked out once."""
        return compiled(self.questions)

    @property
    def has_segments(self) -> bool:
        """Whether any answer travels with the others."""
        return bool(self.segment_questions)

    @cached_property
    def segment_questions(self) -> tuple[Question, ...]:
        """The questions whose answers are segments."""
        return tuple(question for question in self.questions if question.segment)

    def question(self, question_id: str) -> Question:
        """The question with that id. Raises: KeyError."""
        return self.questions[self.plan.position[question_id]]

    def part(self, part_id: str) -> Part:
        """The part with that id. Raises: KeyError."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise KeyError(part_id)

    def opens_part(self, question_id: str) -> Part | None:
        """The part whose heading stands above this question: only its first question has one."""
        at = self.plan.position[question_id]
        here = self.questions[at].part
        first = at == 0 or self.questions[at - 1].part != here
        return self.part(here) if first and here else None


def dumped(model: Model) -> dict[str, Any]:
    """The model as plain data, under the names a definition file uses."""
    return model.model_dump(mode="json", by_alias=True)
