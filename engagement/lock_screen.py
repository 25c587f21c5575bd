"""Whether a line may stand where a lock screen shows it: the words that would give a young person away are data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from engagement.authority import Settings

LIST: Final = Path(__file__).with_name("data") / "lock_screen.yaml"
LONGEST_LINE: Final = 60
"""Characters of a message that Android shows at most."""


def gives_away(line: str, *, language: str, names: Iterable[str] = ()) -> list[str]:
    """The words in it that a lock screen must not show, as they stand in the list; `names` are added to the list."""
    known = lists()
    return stems_in(line, [*known.get(language, known["en"]), *known["names"], *names])


def names(settings: Settings) -> Iterator[str]:
    """What the authority is called by: its council, its team and its lines."""
    yield settings.council
    yield settings.service
    for line in (*settings.local_numbers, *((settings.out_of_hours_line,) if settings.out_of_hours_line else ())):
        yield line.name


def stems_in(text: str, stems: Iterable[str]) -> list[str]:
    """The stems found in `text`: whole words, any ending where there is a `*`."""
    words = plain(text)
    return [stem for stem in stems if _pattern(stem).search(words)]


def plain(text: str) -> str:
    """Lower-case words with one space between; no accents, no punctuation; split letters joined."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    bare = re.sub(r"[^\w]|_", " ", bare.replace("'", "").replace("’", ""))
    words = " ".join(bare.split())
    joined = re.sub(r"(?<!\S)(?:\w ){2,}\w(?!\S)", lambda split: split[0].replace(" ", ""), words)
    return words if joined == words else f"{words} | {joined}"


@cache
def lists() -> Mapping[str, list[str]]:
    """The words by language, and under `names` those of charities and helplines in every language."""
    found: Mapping[str, list[str]] = YAML(typ="safe", pure=True).load(LIST.read_text("utf-8"))
    return found


@cache
def _pattern(stem: str) -> re.Pattern[str]:
    ending = "" if stem.endswith("*") else r"(?!\S)"
    return re.compile(rf"(?<!\S){re.escape(plain(stem.rstrip('*')))}{ending}")
