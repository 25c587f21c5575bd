"""Published figures that may stand beside ours, read from the text of `data/figures.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML

SHARES_OF_PEOPLE = frozenset({"%", "%, about"})
"""The units whose number is a share of people. "% of adviser time", "%, more than half" and the like are not."""

PICKED = {
    # 77% felt heard at least sometimes, 23% did not: `heard` is asked, and shown, from its good side.
    "nb2.survey.heard": "heard_at_least_sometimes",
}
"""Which of several numbers is the one to stand beside a headline share."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published figure, or table, and what has to be said with it.

    percent: the share of people in per cent; None where the figure is something else. As printed, so rounded.
    n:       the people it rests on; None where that is not given, or not in people.
    """

    key: str
    percent: float | None
    value: object
    unit: str
    year: str
    population: str
    n: int | None
    source: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Benchmarks(Mapping[str, Benchmark]):
    """All of them by key, and the sentences that belong under every one."""

    by_key: Mapping[str, Benchmark]
    use_with_care: tuple[str, ...]

    def __getitem__(self, key: str) -> Benchmark:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)


def load(text: str) -> Benchmarks:
    """The benchmarks in that text. It takes a while: keep what comes back."""
    read = YAML(typ="safe", pure=True).load(text)
    entries = [*read["figures"], *({**table, "value": _content(table)} for table in read["tables"].values())]
    titles = {file: f"{one['title']}, {one['by']}" for file, one in read.get("sources", {}).items()}
    found = [replace(one, source=_titled(one.source, titles)) for one in map(_benchmark, entries)]
    return Benchmarks({one.key: one for one in found}, tuple(_titled(one, titles) for one in read["use_with_care"]))


def _titled(text: str, titles: Mapping[str, str]) -> str:
    """The text with documents called by their titles, and not by the names of the files they were read from."""
    for file, title in titles.items():
        text = text.replace(file, title)
    return text


def _content(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a table holds besides the words about it."""
    about = {"key", "unit", "population", "n", "year", "source", "note"}
    return {name: value for name, value in table.items() if name not in about}


def _benchmark(entry: Mapping[str, Any]) -> Benchmark:
    n = entry.get("n")
    return Benchmark(
        key=entry["key"],
        percent=_percent(entry),
        value=entry["value"],
        unit=entry["unit"],
        year=str(entry["year"]),
        population=entry["population"],
        n=n if isinstance(n, int) else None,
        source=entry["source"],
        note=entry.get("note"),
    )


def _percent(entry: Mapping[str, Any]) -> float | None:
    value = entry["value"]
    if entry["key"] in PICKED:
        value = value[PICKED[entry["key"]]]
    return float(value) if entry["unit"] in SHARES_OF_PEOPLE and isinstance(value, int | float) else None
