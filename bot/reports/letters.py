"""Invites on paper: a page for each person, or a page of cards that a worker cuts up and hands over in person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import segno
from babel.dates import format_date
from markupsafe import Markup
from segno import QRCode

from bot.reports.phrases import TEMPLATES, environment, rendered
from engagement.invites import Invitation

WORDS: Final = "letter"
LONGEST_NAME: Final = 48
QUIET: Final = 4
"""Modules of white that a code needs around it."""

CARDS_ON_A_PAGE: Final = 8


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's invite with all its sentences, in their language."""

    reference: str
    language: str
    hello: str
    intro: str
    words_label: str
    words: str
    words_why: str
    how_heading: str
    steps: Sequence[str]
    bot: str
    trouble_heading: str
    trouble: str
    until: str
    by_link: str
    link: str
    code: QRCode

    @property
    def picture(self) -> Markup:
        """The code as SVG."""
        return picture(self.code)


@dataclass(frozen=True, slots=True)
class Card:
    """One person's invite where several share a page."""

    reference: str
    language: str
    name: str
    words_label: str
    words: str
    how: str
    until: str
    link: str
    code: QRCode

    @property
    def picture(self) -> Markup:
        """The code as SVG."""
        return picture(self.code)


@dataclass(frozen=True, slots=True)
class Cards:
    """A worker's cards, and what stands above them."""

    title: str
    how: str
    cards: Sequence[Card]

    @property
    def pages(self) -> Sequence[Sequence[Card]]:
        """The cards, as many as a page holds."""
        return [self.cards[at : at + CARDS_ON_A_PAGE] for at in range(0, len(self.cards), CARDS_ON_A_PAGE)]


def sheets(invitations: Iterable[Invitation], *, escaped: bool = False) -> list[Sheet]:
    """A sheet for each; with `escaped` the sentences are safe in HTML."""
    return [_sheet(one, escaped=escaped) for one in invitations]


def cards(invitations: Iterable[Invitation], worker: str, *, escaped: bool = False) -> Cards:
    """The cards for one worker, who reads what stands above them."""
    say = _words("en", escaped=escaped)
    found = [_card(one, escaped=escaped) for one in invitations]
    return Cards(say.cards_title(worker), say.cards_how(), found)


def html(invitations: Iterable[Invitation], *, worker: str | None = None) -> str:
    """The page to print from a browser: everything is in it. With a worker's first name, their page of cards."""
    return rendered(
        "letter/page.html.j2",
        escaped=True,
        title=title(),
        sheets=() if worker is not None else sheets(invitations, escaped=True),
        cards=cards(invitations, worker, escaped=True) if worker is not None else None,
    )


def title() -> str:
    """What the file is called in a window: it may be open where others see it."""
    return str(_words("en", escaped=True).title())


def language_of(wanted: str, known: Collection[str]) -> str:
    """The language to write in: the one that is wanted, the one it is a kind of, or English."""
    return next((one for one in (wanted, wanted.partition("-")[0]) if one in known), "en")


def picture(code: QRCode) -> Markup:
    """The code as SVG that takes the size it is given, described by nothing: the link stands beside it."""
    drawn = code.svg_inline(border=QUIET, omitsize=True, svgclass="code", lineclass=None, light="#fff")
    return Markup(drawn)  # noqa: S704 - made by the library from modules, without a letter of ours


def _sheet(one: Invitation, *, escaped: bool) -> Sheet:
    language = language_of(one.language, languages())
    say = _words(language, escaped=escaped)
    return Sheet(
        reference=one.reference,
        language=language,
        hello=say.hello(_short(one.name)),
        intro=say.intro(),
        words_label=say.words_label(),
        words=one.words,
        words_why=say.words_why(),
        how_heading=say.how_heading(),
        steps=say.steps().strip().splitlines(),
        bot=say.bot(),
        trouble_heading=say.trouble_heading(),
        trouble=say.trouble(one.worker),
        until=say.until(_day(one.last_day, language)),
        by_link=say.by_link(),
        link=one.link,
        code=code(one.link),
    )


def _card(one: Invitation, *, escaped: bool) -> Card:
    language = language_of(one.language, languages())
    say = _words(language, escaped=escaped)
    return Card(
        reference=one.reference,
        language=language,
        name=_short(one.short_name),
        words_label=say.words_label(),
        words=one.words,
        how=say.card_how(),
        until=say.card_until(_day(one.last_day, language)),
        link=one.link,
        code=code(one.link),
    )


def code(link: str) -> QRCode:
    """The link as a code that a camera reads even with a crease through it."""
    return segno.make(link, error="m", micro=False, boost_error=True)


def _words(language: str, *, escaped: bool) -> Any:
    """The sentences in that language."""
    return environment(escaped=escaped).get_template(f"{WORDS}/{language}.j2").module


@cache
def languages() -> frozenset[str]:
    """The languages that printed invites are written in: a file of words for each."""
    return frozenset(path.stem for path in (TEMPLATES / WORDS).glob("*.j2") if "." not in path.stem)


def _day(day: date, language: str) -> str:
    return format_date(day, "d MMMM y", locale="en_GB" if language == "en" else language.replace("-", "_"))


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
