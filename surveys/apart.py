"""Questions that are kept apart: what was ticked in one cannot be ticked in the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveys.definition import Question, Questionnaire
from surveys.findings import Draft, Finding, nearest
from surveys.plan import TICKS


def faults(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the `not_in` of a definition."""
    place = {name: at for at, (name, _) in reversed(list(enumerate(draft.named)))}
    by_id = {question.id: question for question, _ in draft.questions}
    for question, node in draft.questions:
        if question.not_in is not None:
            problem = _problem(question, question.not_in, place, by_id)
            if problem is not None:
                yield Finding(node.line_at(("not_in",)), *problem)


def partners(asked: Questionnaire) -> Mapping[str, tuple[str, ...]]:
    """Of every question that is kept apart from others: which, earlier or later."""
    found: dict[str, tuple[str, ...]] = {}
    for later, earlier in asked.plan.apart.items():
        found[earlier] = (*found.get(earlier, ()), later)
        found[later] = (*found.get(later, ()), earlier)
    return found


def _problem(
    question: Question, name: str, place: Mapping[str, int], by_id: Mapping[str, Question]
) -> tuple[str, str] | None:
    """What is wrong with one of them and how to mend it."""
    if question.kind not in TICKS:
        return f"`{question.id}` has `not_in` but no ticks.", "Take `not_in` out."
    if name not in place:
        return f"There is no question `{name}`.", nearest(name, place)
    if place[name] >= place[question.id]:
        return f"`{name}` does not come before `{question.id}`.", "Keep apart from an earlier question."
    other = by_id.get(name)
    if other is None:
        return None
    if other.kind not in TICKS or set(other.option_ids) != set(question.option_ids):
        return f"`{name}` and `{question.id}` have other answers.", "Give both the same ticks."
    if any(option.clears for one in (other, question) for option in one.options):
        return f"`{name}` or `{question.id}` has an option that clears the rest.", "Take it out of both."
    if other.max is None or question.max is None or other.max + question.max > len(question.options):
        # Whoever ticks all they may in one must still be able to in the other: else one tells of the other.
        return (
            f"After `{name}` too few answers are left for `{question.id}`.",
            "Give both a `max`, together no more than there are answers.",
        )
    return None
