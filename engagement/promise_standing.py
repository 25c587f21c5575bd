"""How far a promise is, at one moment, in words and as it is kept: so that old and new can be told side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from storage.ids import PromiseId
from storage.promises import Promise, State


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one promise is."""

    state: State
    steps_done: int
    steps: int
    by_when: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One promise as people are told of it: how it stood, how it stands, its owner's line, why it is stuck or dropped.

    is_known: they had been told of it before.
    """

    promise: PromiseId
    we_will: str
    before: Standing
    after: Standing
    line: str = ""
    reason: str = ""
    is_known: bool = True

    @property
    def finished(self) -> bool:
        """Whether it is done now, and was not."""
        return self.after.state == "done" and self.before.state != "done"

    @property
    def later(self) -> bool:
        """Whether it will be later than was said, or by a day that was not said before."""
        return self.after.state != "done" and self.before.by_when != self.after.by_when


@dataclass(frozen=True, slots=True)
class Told:
    """What a round keeps of the plan: before it, and once people are told, all of it as it stood then and what moved.

    asks: the promises its survey asks about.
    """

    before: Mapping[PromiseId, Standing]
    after: Mapping[PromiseId, Standing] | None = None
    moved: tuple[Moved, ...] = ()
    asks: tuple[PromiseId, ...] = ()


def standing_of(one: Promise) -> Standing:
    """How far it is now."""
    return Standing(one.state, one.steps_done, one.steps, one.by_when)


def has_moved(before: Standing, after: Standing) -> bool:
    """Whether there is anything to tell; that a day was named at last is no movement by itself."""
    same = replace(after, by_when=before.by_when)
    return same != before or (before.by_when is not None and after.by_when != before.by_when)


# As it is kept


def as_json(
    before: Mapping[PromiseId, Standing],
    after: Mapping[PromiseId, Standing] | None = None,
    moved: tuple[Moved, ...] = (),
    asks: tuple[PromiseId, ...] = (),
) -> str:
    """What a round keeps, as text."""
    kept = {
        "before": {str(promise): _kept(one) for promise, one in before.items()},
        "after": None if after is None else {str(promise): _kept(one) for promise, one in after.items()},
        "moved": [
            {
                "promise": one.promise,
                "we_will": one.we_will,
                "before": _kept(one.before),
                "after": _kept(one.after),
                "line": one.line,
                "reason": one.reason,
                "is_known": one.is_known,
            }
            for one in moved
        ],
        "asks": list(asks),
    }
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def of_json(text: str) -> Told:
    """What `as_json` made."""
    kept = json.loads(text)
    return Told(
        _standings(kept["before"]),
        None if kept["after"] is None else _standings(kept["after"]),
        tuple(
            Moved(**{**one, "before": _standing(one["before"]), "after": _standing(one["after"])})
            for one in kept["moved"]
        ),
        tuple(PromiseId(promise) for promise in kept["asks"]),
    )


def _kept(one: Standing) -> dict[str, Any]:
    return asdict(one) | {"by_when": one.by_when and one.by_when.isoformat()}


def _standing(kept: Mapping[str, Any]) -> Standing:
    day = kept["by_when"]
    return Standing(kept["state"], kept["steps_done"], kept["steps"], date.fromisoformat(day) if day else None)


def _standings(kept: Mapping[str, Any]) -> dict[PromiseId, Standing]:
    return {PromiseId(int(promise)): _standing(one) for promise, one in kept.items()}
