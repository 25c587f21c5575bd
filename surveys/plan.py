"""A questionnaire made ready for taps: positions, option numbers and routing as plain tuples and dicts.

Every tap unpacks, decides and packs again, so nothing here is worked out twice and nothing touches a model.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveys.definition import Question
    from surveys.values import Value

ONE = frozenset({"single", "agree", "faces", "scale"})
TICKS = frozenset({"several", "rank"})
TYPED = frozenset({"short_text", "long_text"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition: the question it looks at, and the answers that pass or fail it."""

    question_id: str
    any_of: frozenset[str | int] | None
    none_of: frozenset[str | int] | None

    def holds(self, values: Mapping[str, Value], off: Collection[str]) -> bool:
        """Whether it holds; skipped, unanswered and not asked count as no answer at all."""
        value = values.get(self.question_id) if self.question_id not in off else None
        given: Collection[str | int] = ()
        if isinstance(value, str | int):
            given = (value,)
        elif isinstance(value, list):
            given = value
        if self.any_of is not None and self.any_of.isdisjoint(given):
            return False
        return self.none_of is None or self.none_of.isdisjoint(given)


@dataclass(frozen=True, slots=True)
class Plan:
    """Positions, option numbers and routing of one questionnaire."""

    questions: tuple[Question, ...]
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    position: Mapping[str, int]
    options: tuple[tuple[str, ...], ...]
    option_position: tuple[Mapping[str, int], ...]
    rules: Mapping[str, tuple[Rule, ...]]
    watched: frozenset[str]
    apart: Mapping[str, str]
    """Questions whose ticks may not be those of an earlier one, and which one that is."""
    apart_from: Mapping[str, tuple[str, ...]]
    """The same the other way round: the later ones, by the earlier one."""
    fingerprint: int
    """Changes whenever positions change their meaning, so that no box is read with the wrong plan."""

    def off_path(self, values: Mapping[str, Value]) -> frozenset[str] | set[str]:
        """The ids of the questions these answers rule out."""
        off: set[str] = set()
        for question_id, rules in self.rules.items():
            for rule in rules:
                if not rule.holds(values, off):
                    off.add(question_id)
                    break
        return off

    def taken(self, question_id: str, values: Mapping[str, Value]) -> Collection[str]:
        """The options of this question that are ticked in the one it keeps apart from."""
        earlier = self.apart.get(question_id)
        ticks = values.get(earlier) if earlier is not None else None
        return ticks if isinstance(ticks, list) else ()


def compiled(questions: tuple[Question, ...]) -> Plan:
    """The plan of these questions."""
    ids = tuple(question.id for question in questions)
    options = tuple(question.option_ids for question in questions)
    kinds = tuple(question.kind.value for question in questions)
    rules = {
        question.id: tuple(Rule(when.question, _set(when.any_of), _set(when.none_of)) for when in question.ask_when)
        for question in questions
        if question.ask_when
    }
    apart = {question.id: question.not_in for question in questions if question.not_in is not None}
    apart_from: dict[str, tuple[str, ...]] = {}
    for later, earlier in apart.items():
        apart_from[earlier] = (*apart_from.get(earlier, ()), later)
    return Plan(
        questions=questions,
        ids=ids,
        kinds=kinds,
        position={question_id: at for at, question_id in enumerate(ids)},
        options=options,
        option_position=tuple({option: at for at, option in enumerate(row)} for row in options),
        rules=rules,
        watched=frozenset(rule.question_id for row in rules.values() for rule in row),
        apart=apart,
        apart_from=apart_from,
        fingerprint=zlib.crc32(repr((ids, kinds, options)).encode()),
    )


def _set(members: tuple[str | int, ...] | None) -> frozenset[str | int] | None:
    return None if members is None else frozenset(members)
