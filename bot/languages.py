"""The languages we speak: how each writes a day, a time, a date and a list of names.

Each folder of templates holds a ``language.yaml``: code, name, locale, who checked it and when, and its patterns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from jinja2 import pass_context
from jinja2.runtime import Context
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from engagement.london import local


class Language(BaseModel):
    """One language, as its ``language.yaml`` describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    code: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    name: str
    locale: str
    reviewer: str
    reviewed: date
    direction: Literal["ltr", "rtl"] = "ltr"
    day: str = "EEEE"
    short_day: str = "EEE"
    far_day: str = "EEEE d MMMM"
    date: str = "d MMMM"
    clock: Literal[12, 24] = 24

    @property
    def babel(self) -> Locale:
        """Babel's rules for this language."""
        return Locale.parse(self.locale)


def languages_in(folders: Iterable[Path]) -> dict[str, Language]:
    """Every language that has a ``language.yaml`` in one of `folders`, by code; a later folder wins."""
    reader = YAML(typ="safe", pure=True)
    found = (
        Language.model_validate(reader.load(path.read_text("utf-8")))
        for folder in folders
        for path in sorted(folder.glob("*/language.yaml"))
    )
    return {language.code: language for language in found}


@dataclass(frozen=True, slots=True)
class _Here:
    """What a filter knows of the screen it is in: the language, and the day it is."""

    language: Language
    today: date | None


def _here(context: Context) -> _Here:
    language: Language = context["spoken"]
    today = context.resolve("today")
    if isinstance(today, datetime):
        today = local(today).date()
    return _Here(language, today if isinstance(today, date) else None)


def _day_of(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


@pass_context
def day(context: Context, value: date | datetime | str) -> str:
    """ "Tuesday"; "Tuesday 24 November" when it is more than a week off, gone, or today is not known."""
    if isinstance(value, str):
        return value
    here, when = _here(context), _day_of(value)
    near = here.today is not None and timedelta(0) <= when - here.today < timedelta(days=7)
    return format_date(when, here.language.day if near else here.language.far_day, here.language.babel)


@pass_context
def short_day(context: Context, value: date | datetime | str) -> str:
    """ "Tue", for a worker's lock screen."""
    if isinstance(value, str):
        return value
    language = _here(context).language
    return format_date(_day_of(value), language.short_day, language.babel)


@pass_context
def on_date(context: Context, value: date | datetime | str) -> str:
    """ "24 November"."""
    if isinstance(value, str):
        return value
    language = _here(context).language
    return format_date(_day_of(value), language.date, language.babel)


@pass_context
def clock_time(context: Context, value: datetime | str) -> str:
    """ "5pm" or "5.30pm" where people read a 12-hour clock, "17:30" elsewhere."""
    if isinstance(value, str):
        return value
    language, when = _here(context).language, local(value)
    if language.clock == 24:
        return format_time(when, "HH:mm", locale=language.babel)
    minutes = f".{when.minute:02}" if when.minute else ""
    return f"{when.hour % 12 or 12}{minutes}{'am' if when.hour < 12 else 'pm'}"


@pass_context
def names(context: Context, people: Iterable[str]) -> str:
    """ "Jo, Sam and Alex"."""
    return format_list([str(person) for person in people], "standard", _here(context).language.babel)


def capital(text: str) -> str:
    """The same words as a sentence begins them."""
    return text[:1].upper() + text[1:]


def clip(text: object, length: int = 28) -> str:
    """`text` cut to a button's width, as Telegram itself would cut it."""
    words = str(text)
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "day": day,
    "short_day": short_day,
    "date": on_date,
    "time": clock_time,
    "names": names,
    "clip": clip,
    "capital": capital,
}
