"""Whether every question can be reached, looking only at earlier answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from surveys.definition import Condition, Kind, Question
from surveys.findings import Draft, Finding, answers_of, nearest
from surveys.plan import TICKS, TYPED

MOST_COMBINATIONS = 10_000


def faults(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the conditions of a definition."""
    place = {name: at for at, (name, _) in reversed(list(enumerate(draft.named)))}
    by_id = {question.id: question for question, _ in draft.questions}
    looped = _loops(by_id)
    for question, node in draft.questions:
        sound = True
        for at, when in enumerate(question.ask_when):
            line = node.line_at(("ask_when", at)) if len(question.ask_when) > 1 else node.line_at(("ask_when",))
            problem = _condition(question, when, place, by_id, looped)
            if problem is not None:
                sound = False
                yield Finding(line, *problem)
        if sound and question.ask_when and not _possible(question, by_id):
            yield Finding(
                node.line_at(("ask_when",)),
                f"`{question.id}` can never be asked: no answers fit its `ask_when`.",
                "Loosen the conditions, here or on the questions they look at.",
            )


def _condition(
    question: Question,
    when: Condition,
    place: dict[str, int],
    by_id: dict[str, Question],
    looped: frozenset[str],
) -> tuple[str, str] | None:
    """What is wrong with one condition and how to mend it."""
    asked = when.question
    if asked not in place:
        return f"There is no question `{asked}`.", nearest(asked, place)
    if question.id in looped and asked in looped:
        return (
            f"`{question.id}` and `{asked}` wait for each other.",
            "Break the circle: look only at earlier questions.",
        )
    if place[asked] >= place[question.id]:
        return f"`{asked}` comes after `{question.id}`.", "Look only at earlier questions, or move this one."
    if when.any_of is None and when.none_of is None:
        return "The condition names no answers.", "Add `any_of` or `none_of`."
    other = by_id.get(asked)
    if other is None:
        return None
    if other.kind in TYPED or other.kind is Kind.INFO:
        return f"`{asked}` has no answers to look at.", "Look at a question that is tapped."
    known = answers_of(other)
    for member in (*(when.any_of or ()), *(when.none_of or ())):
        if member not in known:
            return f"`{asked}` has no answer {member}.", nearest(member, known)
    return None


def _loops(by_id: dict[str, Question]) -> frozenset[str]:
    """The questions that wait, directly or not, for themselves."""
    after = {name: {when.question for when in question.ask_when} & set(by_id) for name, question in by_id.items()}
    looped = set()
    for name in after:
        reached: set[str] = set()
        waiting = list(after[name])
        while waiting:
            step = waiting.pop()
            if step not in reached:
                reached.add(step)
                waiting.extend(after[step])
        if name in reached:
            looped.add(name)
    return frozenset(looped)


def _possible(question: Question, by_id: dict[str, Question]) -> bool:
    """Whether some answers let the question be asked; conditions on the questions it looks at count too."""
    wanted: dict[str, list[frozenset[str | int]]] = {}
    barred: dict[str, set[str | int]] = {}
    waiting, met = [question], {question.id}
    while waiting:
        for when in waiting.pop().ask_when:
            barred.setdefault(when.question, set()).update(when.none_of or ())
            if when.any_of is None:
                continue
            wanted.setdefault(when.question, []).append(frozenset(when.any_of))
            if when.question in by_id and when.question not in met:
                met.add(when.question)
                waiting.append(by_id[when.question])
    return all(
        _answerable(by_id[name], sets, barred.get(name, set())) for name, sets in wanted.items() if name in by_id
    )


def _answerable(question: Question, sets: list[frozenset[str | int]], barred: set[str | int]) -> bool:
    """Whether one answer meets every set and keeps clear of what is barred."""
    left = [members - barred for members in sets]
    if question.kind not in TICKS:
        return bool(frozenset.intersection(*left))
    alone = {option.id for option in question.options if option.clears}
    most = question.max or len(question.options)
    for ticks in itertools.islice(itertools.product(*left), MOST_COMBINATIONS):
        chosen = set(ticks)
        if len(chosen) <= most and (len(chosen) == 1 or not chosen & alone):
            return True
    return False
