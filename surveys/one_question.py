"""What a question may not be, taken by itself."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.definition import MAX_CHARS, Kind, Question
from surveys.findings import Finding, answers_of, nearest
from surveys.names import asks_for_a_name
from surveys.outline import Node
from surveys.plan import TICKS, TYPED

MAX_OPTIONS = 26


def faults(question: Question, node: Node, *, checkin: bool) -> Iterator[Finding]:
    """What is wrong with a question taken by itself."""
    for rule in (_options, _limits, _numbers, _names):
        yield from rule(question, node)
    if question.kind is Kind.SCALE and not question.bands and not checkin:
        yield Finding(
            node.line,
            f"`{question.id}` is a 0-10 scale without bands.",
            "Add `bands`, such as [0-4, 5-6, 7-8, 9-10]: eleven bars are never shown.",
        )


def _options(question: Question, node: Node) -> Iterator[Finding]:
    name, count = question.id, len(question.options)
    line = node.line_at(("options",))
    if question.kind in TYPED or question.kind in (Kind.SCALE, Kind.INFO):
        if count:
            yield Finding(line, f"`{name}` is {question.kind} and has options.", "Take the options out.")
        return
    if count > MAX_OPTIONS:
        yield Finding(line, f"`{name}` has {count} options.", f"Keep {MAX_OPTIONS} at most: one letter each.")
    if count < 2:
        yield Finding(line, f"`{name}` has fewer than two options.", "Give it at least two.")
    for at, option_id in enumerate(question.option_ids):
        if option_id in question.option_ids[:at]:
            yield Finding(
                node.line_at(("options", at, "id")),
                f"`{name}` has two options called `{option_id}`.",
                "Give each option an id of its own.",
            )
    if question.kind is Kind.AGREE and count not in (4, 5):
        yield Finding(line, f"`{name}` is an agree scale with {count} options.", "Give it four or five.")
    if question.kind is Kind.FACES and (count != 5 or not all(option.emoji for option in question.options)):
        yield Finding(line, f"`{name}` needs five faces.", "Give five options, each with `emoji` and a word.")
    if question.kind not in TICKS and any(option.clears for option in question.options):
        yield Finding(line, f"`{name}` has an option that clears the rest.", "Only ticks can be cleared.")


def _limits(question: Question, node: Node) -> Iterator[Finding]:
    name, count = question.id, len(question.options)
    if question.max is not None:
        line = node.line_at(("max",))
        if question.kind not in TICKS:
            yield Finding(line, f"`{name}` has a `max` but no ticks.", "Take `max` out.")
        elif question.max > count >= 2:
            yield Finding(line, f"`{name}` allows {question.max} of {count} options.", "Lower `max` or add options.")
    elif question.kind is Kind.RANK:
        yield Finding(node.line, f"`{name}` does not say how many to rank.", "Add `max`, such as 3.")
    if question.max_chars is not None:
        line = node.line_at(("max_chars",))
        if question.kind not in TYPED:
            yield Finding(line, f"`{name}` has `max_chars` but is not typed.", "Take `max_chars` out.")
        elif question.max_chars > MAX_CHARS:
            yield Finding(line, f"`{name}` takes {question.max_chars} characters.", f"Allow {MAX_CHARS} at most.")
    if question.layout is not None and question.kind is not Kind.SCALE:
        yield Finding(node.line_at(("layout",)), f"`{name}` has a layout.", "Only 0-10 scales have one.")
    if question.segment and (question.kind is not Kind.SINGLE or question.sensitive):
        yield Finding(
            node.line_at(("segment",)),
            f"`{name}` travels with other answers but is not a plain single choice.",
            "Make it `kind: single` and not sensitive, or take `segment` out.",
        )
    if question.register and not question.segment:
        yield Finding(node.line_at(("register",)), f"`{name}` is no segment.", "Take `register` out, or add `segment`.")
    if question.block and question.segment:
        yield Finding(node.line_at(("block",)), f"`{name}` is a segment in a block.", "Take `block` out.")
    if question.kind is Kind.INFO and (question.heavy or question.sensitive or question.block):
        yield Finding(node.line, f"`{name}` is a page to read.", "Take out `heavy`, `sensitive` and `block`.")


def _numbers(question: Question, node: Node) -> Iterator[Finding]:
    """Bands and the share: known answers, each in one band only."""
    known = answers_of(question)
    used: set[str | int] = set()
    groups = [("bands", members) for members in question.bands]
    groups += [("share", question.share)] if question.share is not None else []
    for field, members in groups:
        line = node.line_at((field,))
        for member in members:
            if member not in known:
                yield Finding(line, f"`{question.id}` has no answer {member}.", nearest(member, known))
            elif field == "bands" and member in used:
                yield Finding(line, f"{member} is in two bands.", "Put each answer into one band.")
            if field == "bands":
                used.add(member)
    if question.kind is Kind.SCALE and question.bands and used != known and used <= known:
        missing = ", ".join(str(member) for member in sorted(known - used, key=str))
        yield Finding(node.line_at(("bands",)), f"No band holds {missing}.", "Cover all of 0 to 10.")


def _names(question: Question, node: Node) -> Iterator[Finding]:
    """Anonymous answers stay so: no question may ask who is answering."""
    if question.kind is Kind.INFO:
        return
    for field in ("text", "lead_in", "meaning"):
        texts = getattr(question, field) or {}
        for language, text in texts.items():
            if asks_for_a_name(text):
                yield Finding(
                    node.line_at((field, language)),
                    f"`{question.id}` asks for a name.",
                    "Ask about the thing itself: answers must not say whose they are.",
                )
