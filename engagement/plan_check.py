"""What is still weak in a plan. Nothing here stops anybody: it is said, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engagement import promise_words
from engagement.promises import NEED_A_REASON, Shown
from storage.ids import PromiseId
from storage.promises import PlanTheme

Kind = Literal[
    "too_many_themes",
    "nothing_goes_well",
    "not_from_young_people",
    "no_owner",
    "nobody_named",
    "no_date",
    "no_steps",
    "no_reason",
    "nothing_to_see",
    "hard_words",
]

MOST_THEMES: Final = 5
"""Four or five were the ceiling in the plans this comes from: `nb3.plan_themes_max`."""

READ: Final = ("we_will", "update", "reason", "see", "difference", "helpers", "join_in", "instead")
"""The fields in which a word can be hard to read."""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something weak: in how many promises, and in which; `words` are those that are hard to read."""

    kind: Kind
    count: int
    promises: tuple[PromiseId, ...] = ()
    words: tuple[str, ...] = ()


def check(themes: Sequence[PlanTheme], promises: Sequence[Shown]) -> tuple[Warning, ...]:
    """Everything that is weak, the whole plan first and then what is wrong with promises."""
    return (*_plan(themes, promises), *_promises(promises))


def _plan(themes: Sequence[PlanTheme], promises: Sequence[Shown]) -> Iterator[Warning]:
    if len(themes) > MOST_THEMES:
        yield Warning("too_many_themes", len(themes))
    if themes and not any(theme.goes_well for theme in themes):
        yield Warning("nothing_goes_well", len(themes))


def _promises(promises: Sequence[Shown]) -> Iterator[Warning]:
    live = [one for one in promises if one.promise.state != "not_doing"]
    weak: tuple[tuple[Kind, Iterable[Shown]], ...] = (
        ("not_from_young_people", (one for one in promises if one.source is None)),
        ("no_owner", (one for one in live if one.owner is None)),
        ("nobody_named", (one for one in live if not one.words.who)),
        ("no_date", (one for one in live if one.promise.by_when is None)),
        ("no_steps", (one for one in live if not one.promise.steps and one.promise.state != "done")),
        ("no_reason", (one for one in promises if one.promise.state in NEED_A_REASON and not one.reason)),
        ("nothing_to_see", (one for one in live if not one.words.see)),
    )
    for kind, found in weak:
        if ids := tuple(one.id for one in found):
            yield Warning(kind, len(ids), ids)
    hard = {one.id: words for one in promises if (words := _hard(one))}
    if hard:
        said = dict.fromkeys(stem.rstrip("*") for words in hard.values() for stem in words)
        yield Warning("hard_words", len(hard), tuple(hard), tuple(said))


def _hard(one: Shown) -> tuple[str, ...]:
    return tuple(promise_words.hard_words(" | ".join(getattr(one.words, name) for name in READ)))
