"""An authority's settings: what it calls itself, its hours, who is on duty and which numbers young people are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from engagement import written
from storage import authorities
from storage.store import Transaction
from surveys.definition import LANGUAGE, Model, wrong

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\Z")
_SHORT = re.compile(r"\d{3,6}\Z")
_FOREIGN = {"911", "988", "112"}


def _number(given: str) -> str:
    """A number somebody in England can ring or text, as it is written for them."""
    digits = re.sub(r"[\s()-]", "", given)
    if digits in _FOREIGN:
        raise wrong(f"{digits} is not the number people here are told.", "Give the line that answers in England.")
    if _SHORT.match(digits):
        return given
    try:
        parsed = phonenumbers.parse(given, "GB")
    except phonenumbers.NumberParseException:
        parsed = None
    # Possible, not valid: the numbers set aside for drama, which made-up authorities use, are possible only.
    if parsed is None or parsed.country_code != 44 or not phonenumbers.is_possible_number(parsed):
        raise wrong("This is not a phone number in the United Kingdom.", "Write it with its area code: 01632 960123.")
    return given


def _language(given: str) -> str:
    if not LANGUAGE.match(given):
        raise wrong(f"“{given[:20]}” is not a language code.", "Use codes such as en, cy or pt-BR.")
    return given


def _hours(given: object) -> object:
    """`09:00-17:00` as two times."""
    if not isinstance(given, str):
        return given
    found = _HOURS.match(given.strip())
    if found is None:
        raise wrong("These are not hours.", "Write them as 09:00-17:00, or leave the day out when closed.")
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
    try:
        return time(opens_hour, opens_minute), time(closes_hour, closes_minute)
    except ValueError:
        raise wrong("There is no such time of day.", "Write 24-hour times, such as 09:00-17:00.") from None


def _in_order(given: tuple[time, time]) -> tuple[time, time]:
    if given[0] >= given[1]:
        raise wrong("This day closes before it opens.", "Put the earlier time first.")
    return given


def _one_or_more(given: object) -> object:
    return (given,) if isinstance(given, str) else given


Line = Annotated[str, Field(min_length=1, max_length=80)]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]
PhoneNumber = Annotated[str, Field(min_length=3, max_length=30), AfterValidator(_number)]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Hours = Annotated[tuple[time, time], BeforeValidator(_hours), AfterValidator(_in_order)]
Language = Annotated[str, AfterValidator(_language)]


class Contact(Model):
    """Somewhere to turn: a name, and how to reach it. As text it is the line shown to a person."""

    name: Line
    number: PhoneNumber | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=80)] | None = None
    note: Sentence | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.number is None and self.email is None:
            raise wrong("There is no way to reach it.", "Add `number:` or `email:`.")
        return self

    def __str__(self) -> str:
        reach = ", ".join(part for part in (self.name, self.number, self.email) if part)
        return f"{reach}. {self.note}" if self.note else reach


class PhoneLine(Contact):
    """A line that answers by phone or text."""

    number: PhoneNumber


class Reader(Model):
    """Who reads typed answers, and how many days after the survey closes at the latest."""

    who: Line
    days: int = Field(ge=1, le=90)

    def __str__(self) -> str:
        return self.who


class BotWords(Model):
    """What things are called here; young people are asked first."""

    worker: Line = "PA"
    people: Line = "people who have been in care"
    duty: Line = "the duty team"
    plan: Line = "what we said we'd do"
    promise: Line = "something we said we'd do"
    opportunities: Line = "things to join"


class Translation(Model):
    """The same words in another language; whatever is left out stays as it is in English."""

    council: Line | None = None
    service: Line | None = None
    bot_words: BotWords | None = None
    hours_line: Sentence | None = None
    out_of_hours_line: PhoneLine | None = None
    local_numbers: tuple[PhoneLine, ...] | None = None


class Settings(Model):
    """Everything about one authority that is not a person. Templates read it as `s`."""

    name: Line
    council: Line
    """As it is said to young people."""
    service: Line
    """The team that runs this, as it is said to young people."""
    bot_words: BotWords = BotWords()
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    cap: int = Field(default=3, ge=1, le=7)
    """The most messages a week that are started to one person."""
    working_hours: Annotated[Mapping[Day, Hours], Field(min_length=1)]
    """On London clocks. A day that is left out is closed; bank holidays are closed without being named here."""
    contact_within_hours: int = Field(default=8, ge=1, le=40)
    """Working hours in which somebody who asked for contact hears from a person."""
    duty: Annotated[tuple[Line, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
    """The staff asked when there is no worker, in this order: names or references."""
    cover: Mapping[Line, Line] = {}
    """Who stands in for whom when they do not answer in time: names or references."""
    hours_line: Sentence
    out_of_hours_line: PhoneLine | None = None
    local_numbers: Annotated[tuple[PhoneLine, ...], Field(min_length=1, max_length=6)]
    complaints: Contact
    advocate: Contact
    reader: Reader | None = None
    """Left out, nobody is said to read typed answers."""
    safeguarding: Contact | None = None
    """Whom a reader tells the same day, when typed answers speak of danger. Said to readers only."""
    backup_days: int = Field(default=35, ge=1, le=366)
    """After how many days the last backup with a forgotten person in it is gone."""
    results_days: int = Field(default=28, ge=1, le=120)
    """How many days after a survey closes people are told what was said, at the latest."""
    keep_signed_months: int = Field(default=12, ge=1, le=24)
    """How many months check-ins and tasks are kept before they are deleted."""
    practice: bool = False
    """Until it is switched off, only staff and `testers` receive anything, and what testers send is thrown away."""
    testers: tuple[Line, ...] = ()
    """References, as in the register, of those who try things out in practice."""
    translations: Mapping[Language, Translation] = {}

    @property
    def worker_word(self) -> str:
        return self.bot_words.worker

    @property
    def people_word(self) -> str:
        return self.bot_words.people

    @property
    def duty_word(self) -> str:
        return self.bot_words.duty

    @property
    def plan_word(self) -> str:
        return self.bot_words.plan

    @property
    def promise_word(self) -> str:
        return self.bot_words.promise

    @property
    def opportunities_word(self) -> str:
        return self.bot_words.opportunities

    def spoken(self, language: str) -> Settings:
        """The same settings with their words in that language, as far as they were translated."""
        found = self.translations.get(language) or self.translations.get(language.partition("-")[0])
        return self if found is None else self.model_copy(update=dict(_given(found)))

    @field_validator("languages")
    @classmethod
    def _with_english(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if "en" not in languages:
            raise wrong("English is not among the languages.", "Add en: every other language falls back to it.")
        return languages

    @field_validator("cover")
    @classmethod
    def _somebody_else(cls, cover: Mapping[str, str]) -> Mapping[str, str]:
        for absent, other in cover.items():
            if absent.casefold() == other.casefold():
                raise wrong(f"{absent} covers for themselves.", "Name somebody else, or take the line out.")
        return cover


def load(text: str, *, source: str) -> Settings:
    """The settings the text gives. Raises: DefinitionError, with every mistake, its line and its remedy."""
    return _loaded(text, source)


# Settings cannot be changed, so a text that was read need not be read again.
@lru_cache(maxsize=8)
def _loaded(text: str, source: str) -> Settings:
    return written.read(Settings, text, source=source, names=_KNOWN)


def kept(settings: Settings) -> str:
    """The settings as JSON text, for the authority's row."""
    return settings.model_dump_json()


async def current(tx: Transaction) -> Settings:
    """The settings of the authority this transaction is for. Raises: NotSetUp."""
    return Settings.model_validate_json(await authorities.settings_text(tx))


async def change(tx: Transaction, settings: Settings) -> None:
    """From now on these are the settings."""
    await authorities.keep_settings(tx, settings.name, kept(settings))


def _given(translation: Translation) -> Iterator[tuple[str, Any]]:
    return ((name, said) for name in Translation.model_fields if (said := getattr(translation, name)) is not None)


_MODELS = (Settings, BotWords, PhoneLine, Reader, Translation)
_KNOWN = sorted({*get_args(Day), *(name for model in _MODELS for name in model.model_fields)})
