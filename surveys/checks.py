"""What a definition may not do as a whole, each rule on its own; `surveys.load` runs them and sorts what they find."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from surveys import apart, routing
from surveys.boxes import TAPS_BYTES, WORDS_BYTES, worst_case
from surveys.definition import ENGLISH, Header, Kind, Question
from surveys.findings import Draft, Finding, nearest
from surveys.outline import Node
from surveys.plan import ONE, TYPED

MAX_HEAVY_RUN = 4
MAX_HEADLINES = 12
PLACEHOLDERS = ("{worker_word}", "{council_word}")


def faults(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the questions taken together."""
    for rule in (_ids, _placeholders, _languages, _headlines, _blocks, _heavy_runs, _parts):
        yield from rule(draft)
    yield from routing.faults(draft)
    yield from apart.faults(draft)
    yield from _reviewed(draft)
    if draft.complete:
        yield from _sizes(draft)


def _ids(draft: Draft) -> Iterator[Finding]:
    first: dict[str, int] = {}
    retired = {
        name: change.version for change in (draft.header.history if draft.header else ()) for name in change.retired
    }
    for name, line in draft.named:
        if name in first:
            yield Finding(
                line,
                f"The id `{name}` is used twice (first on line {first[name]}).",
                "Give this one its own.",
            )
        first.setdefault(name, line)
        if name in retired:
            yield Finding(
                line,
                f"The id `{name}` was retired in version {retired[name]}.",
                "Give the question a new id: a changed question starts a new series.",
            )
    for question, node in draft.questions:
        for at, option_id in enumerate(question.option_ids):
            version = retired.get(f"{question.id}.{option_id}")
            if version is not None:
                yield Finding(
                    node.line_at(("options", at)),
                    f"The option id `{question.id}.{option_id}` was retired in version {version}.",
                    "Give the option a new id.",
                )


def _placeholders(draft: Draft) -> Iterator[Finding]:
    """Braces stand only around the two words each authority chooses."""
    for texts in _texts(draft.root):
        rest = str(texts.holds)
        for word in PLACEHOLDERS:
            rest = rest.replace(word, "")
        if "{" in rest or "}" in rest:
            yield Finding(
                texts.line,
                "Braces stand around something that is not filled in.",
                "Use {worker_word} or {council_word}, or take the braces out.",
            )


def _texts(node: Node) -> Iterator[Node]:
    if isinstance(node.holds, str):
        yield node
    for child in node.holds.values() if isinstance(node.holds, dict) else node.items():
        yield from _texts(child)


def _languages(draft: Draft) -> Iterator[Finding]:
    if draft.header is None:
        return
    spoken = draft.header.languages
    if ENGLISH not in spoken:
        yield Finding(draft.root.line_at(("languages",)), "English is not among the languages.", "Add en.")
    for question, node in draft.questions:
        fields: list[tuple[tuple[str | int, ...], dict[str, str] | None]] = [
            (("text",), question.text),
            (("lead_in",), question.lead_in),
            (("meaning",), question.meaning),
        ]
        fields += [(("options", at, "label"), option.label) for at, option in enumerate(question.options)]
        for where, texts in fields:
            for language in texts or ():
                if language not in spoken:
                    yield Finding(
                        node.line_at((*where, language)),
                        f"`{language}` is not one of the languages of this questionnaire.",
                        "Add it to `languages`, or take the text out.",
                    )


def _headlines(draft: Draft) -> Iterator[Finding]:
    if draft.header is None:
        return
    line = draft.root.line_at(("headline",))
    headline = draft.header.headline
    known = {name for name, _ in draft.named}
    one = {question.id: question.kind in ONE for question, _ in draft.questions}
    if len(headline) > MAX_HEADLINES:
        yield Finding(line, f"{len(headline)} headline measures.", f"Keep {MAX_HEADLINES} at most.")
        return
    for at, name in enumerate(headline):
        if name not in known:
            yield Finding(line, f"The headline measure `{name}` is no question.", nearest(name, known))
        elif not one.get(name, True):
            yield Finding(line, f"`{name}` is no single answer.", "Take it out of `headline`.")
        if name in headline[:at]:
            yield Finding(line, f"`{name}` is in `headline` twice.", "Keep one of them.")


def _blocks(draft: Draft) -> Iterator[Finding]:
    names = {name for name, _ in draft.named}
    for question, node in draft.questions:
        if question.block in names:
            yield Finding(
                node.line_at(("block",)),
                f"The block `{question.block}` has the id of a question.",
                "Give the block an id of its own.",
            )
        if question.block is not None and question.kind in TYPED:
            yield Finding(
                node.line_at(("block",)),
                f"`{question.id}` is typed, and in a block: it could be read only beside other answers.",
                "Take it out of the block.",
            )


def _heavy_runs(draft: Draft) -> Iterator[Finding]:
    """Only a question everyone is asked breaks a run: one that may be left out does not."""
    run = 0
    for question, node in draft.questions:
        if question.heavy:
            run += 1
            if run == MAX_HEAVY_RUN + 1:
                yield Finding(
                    node.line,
                    f"`{question.id}` is the fifth heavy question in a row.",
                    "Put an ordinary question that everyone is asked before it.",
                )
        elif question.kind is not Kind.INFO and not question.ask_when:
            run = 0


def _parts(draft: Draft) -> Iterator[Finding]:
    seen: set[str] = set()
    for part in draft.header.parts if draft.header else ():
        if part.id in seen:
            yield Finding(draft.root.line_at(("parts",)), f"Two parts are called `{part.id}`.", "Rename one of them.")
        seen.add(part.id)


def wording_hash(header: Header, questions: Iterable[Question]) -> str:
    """The SHA-256 of every word people are shown and the order it is in, as `reviewed` must hold it."""
    said = [
        [
            question.id,
            question.kind.value,
            question.text,
            question.lead_in,
            question.meaning,
            [option.label for option in question.options],
            question.layout,
            question.order,
        ]
        for question in questions
    ]
    lines = [[part.id, part.heading, part.line] for part in header.parts]
    kept = json.dumps([said, lines], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()


def _reviewed(draft: Draft) -> Iterator[Finding]:
    header = draft.header
    if header is None or header.comparability != "identical":
        return
    line = draft.root.line_at(("comparability",))
    for field in ("licence", "attribution", "source", "retrieved"):
        if not getattr(header, field):
            yield Finding(line, f"`comparability: identical` without `{field}`.", f"Add `{field}`.")
    if header.wording != "published":
        yield Finding(line, "`comparability: identical` with our own words.", "Add `wording: published`.")
    if not draft.complete:
        return
    found = wording_hash(header, (question for question, _ in draft.questions))
    if header.reviewed != found:
        yield Finding(
            draft.root.line_at(("reviewed",)) if header.reviewed else line,
            "`comparability: identical`, but this text is not the text that was reviewed.",
            f"Compare it with what was published, then write `reviewed: {found}`; or say `similar`.",
        )


def _sizes(draft: Draft) -> Iterator[Finding]:
    taps, words = worst_case(tuple(question for question, _ in draft.questions))
    line = draft.root.line_at(("parts",))
    if taps > TAPS_BYTES:
        yield Finding(line, f"Its taps could need {taps} of {TAPS_BYTES} bytes.", "Take out questions, or lower `max`.")
    if words > WORDS_BYTES:
        yield Finding(
            line,
            f"Its typed answers could need {words} of {WORDS_BYTES} bytes.",
            "Take out typed questions, or lower `max_chars`.",
        )
