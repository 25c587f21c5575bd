"""Definition text in, a questionnaire out; or every mistake at once, each with its line and its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import ValidationError

from surveys import checks, one_question
from surveys.definition import (
    MAX_CHARS,
    SHORT_TEXT_CHARS,
    Change,
    Condition,
    Header,
    Kind,
    Model,
    Option,
    Part,
    Question,
    Questionnaire,
)
from surveys.errors import DefinitionError, Mistake
from surveys.findings import Draft, Finding, nearest
from surveys.outline import Node, outline
from surveys.plan import ONE

AnyModel = TypeVar("AnyModel", bound=Model)
FIVE = 5
MAX_QUESTIONS = 200
MAX_ERRORS_EACH = 50


def load(text: str, *, source: str) -> Questionnaire:
    """The questionnaire the text defines. Raises: DefinitionError, with all its mistakes."""
    return _loaded(text, source)


# A questionnaire cannot be changed, so a text that was read need not be read again.
@lru_cache(maxsize=32)
def _loaded(text: str, source: str) -> Questionnaire:
    root, mistakes = outline(text, source=source)
    findings: list[Finding] = []
    survey = _read(root, findings) if root is not None else None
    found = {*mistakes, *(Mistake(source, one.line, one.what, one.remedy) for one in findings)}
    if found or survey is None:
        raise DefinitionError(tuple(sorted(map(_printable, found))))
    return survey


def _printable(mistake: Mistake) -> Mistake:
    """The mistake in characters that any terminal or file takes: it may quote a stranger's text."""
    return replace(mistake, what=_safe(mistake.what), remedy=_safe(mistake.remedy))


def _safe(text: str) -> str:
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _read(root: Node, findings: list[Finding]) -> Questionnaire | None:
    if not isinstance(root.holds, dict):
        findings.append(Finding(root.line, "The file is not a mapping.", "Start with `name: …`."))
        return None
    scales = root.get("scales")
    if scales is not None and not isinstance(scales.holds, dict):
        findings.append(Finding(scales.line, "`scales` is not a mapping.", "Write `name: [options]` under it."))
    parts = _list_of(root, "parts", findings)
    if sum(len(questions.items()) for part in parts if (questions := part.get("questions"))) > MAX_QUESTIONS:
        findings.append(
            Finding(root.line_at(("parts",)), f"Over {MAX_QUESTIONS} questions.", "Nobody answers so many.")
        )
        return None
    header = _header(root, parts, findings)
    checkin = (node := root.get("purpose")) is not None and node.text() == "checkin"
    read: list[tuple[Question, Node]] = []
    named: list[tuple[str, int]] = []
    complete = True
    for part in parts:
        for node in _list_of(part, "questions", findings):
            question = _question(node, part, scales, checkin, findings)
            if (name := node.get("id")) is not None and (word := name.text()) is not None:
                named.append((word, name.line))
            if question is None:
                complete = False
            else:
                read.append((question, node))
                findings.extend(one_question.faults(question, node, checkin=checkin))
    draft = Draft(header, root, tuple(read), tuple(named), complete)
    findings.extend(checks.faults(draft))
    if not read and complete:
        findings.append(Finding(root.line_at(("parts",)), "There are no questions.", "Add one to a part."))
    if findings or header is None or not complete:
        return None
    return Questionnaire.model_construct(
        **{name: getattr(header, name) for name in Header.model_fields},
        questions=tuple(question for question, _ in read),
    )


def _header(root: Node, parts: list[Node], findings: list[Finding]) -> Header | None:
    """What the file says about itself: everything but scales and questions."""
    assert isinstance(root.holds, dict)  # noqa: S101 -- looked at by the caller
    holds = {key: node for key, node in root.holds.items() if key not in ("scales", "parts")}
    for part in parts:
        if not isinstance(part.holds, dict):
            findings.append(Finding(part.line, "A part is not a mapping.", "Give it an `id` and `questions`."))
    bare = [
        Node(part.line, {key: node for key, node in part.holds.items() if key != "questions"})
        for part in parts
        if isinstance(part.holds, dict)
    ]
    holds["parts"] = Node(root.line_at(("parts",)), list(bare))
    return _model(Header, Node(root.line, dict(holds)), findings, "")


def _question(node: Node, part: Node, scales: Node | None, checkin: bool, findings: list[Finding]) -> Question | None:
    if not isinstance(node.holds, dict):
        findings.append(Finding(node.line, "A question is not a mapping.", "Give it an `id` and a `kind`."))
        return None
    holds = dict(node.holds)
    if "part" in holds or "scale" in holds:
        findings.append(
            Finding(
                node.line_at(("part",) if "part" in holds else ("scale",)),
                "`part` and `scale` are worked out, not written.",
                "Put the question under its part, and the name of the scale under `options`.",
            )
        )
        return None
    scale_size = 0
    if (options := holds.get("options")) is not None:
        spread, scale, scale_size = _spread(options, scales, findings)
        holds["options"] = spread
        if scale is not None:
            holds["scale"] = Node(options.line, scale)
    if (part_id := part.get("id")) is not None and part_id.text() is not None:
        holds["part"] = part_id
    name = node.get("id")
    node.holds = {key: value for key, value in holds.items() if key not in ("scale", "part")}
    question = _model(Question, Node(node.line, holds), findings, f"`{name.text()}`: " if name and name.text() else "")
    if question is None:
        return None
    return _with_defaults(question, scale_size=scale_size, checkin=checkin)


def _spread(options: Node, scales: Node | None, findings: list[Finding]) -> tuple[Node, str | None, int]:
    """The options with named scales written out, and the name and size of the scale they begin with."""
    entries = [options] if options.text() is not None else options.items()
    if not entries:
        return options, None, 0
    spread: list[Node] = []
    first: str | None = None
    size = 0
    for entry in entries:
        name = entry.text()
        if name is None:
            spread.append(entry)
            continue
        scale = scales.get(name) if scales is not None else None
        if scale is None or not scale.items():
            known = list(scales.holds) if scales is not None and isinstance(scales.holds, dict) else []
            findings.append(
                Finding(
                    entry.line,
                    f"There is no scale `{name[:40]}`.",
                    nearest(name, known, "Add it under `scales`, or write it out."),
                )
            )
            continue
        if not spread:
            first, size = name, len(scale.items())
        spread.extend(scale.items())
    return Node(options.line, spread), first, size


def _with_defaults(question: Question, *, scale_size: int, checkin: bool) -> Question:
    """The question with what the definition may leave out: way out, length, layout, bands, share."""
    given = question.model_fields_set
    update: dict[str, Any] = {}
    if "way_out" not in given and question.sensitive:
        update["way_out"] = "rather_not_say"
    if question.kind in (Kind.SHORT_TEXT, Kind.LONG_TEXT) and question.max_chars is None:
        update["max_chars"] = SHORT_TEXT_CHARS if question.kind is Kind.SHORT_TEXT else MAX_CHARS
    if question.kind is Kind.SCALE:
        update["layout"] = "4+4+3"
    bands = question.bands
    if not bands and not checkin:
        update["bands"] = bands = _default_bands(question, scale_size)
    if question.share is None and bands and not checkin:
        update["share"] = bands[0]
    return question.model_copy(update=update) if update else question


def _default_bands(question: Question, scale_size: int) -> tuple[tuple[str | int, ...], ...]:
    """First two, third, last two of five; both halves of four; nothing for answers that are no scale."""
    ids = question.option_ids
    if question.kind is Kind.AGREE and len(ids) == FIVE - 1:
        return (ids[:2], ids[2:])
    size = len(ids) if question.kind in (Kind.AGREE, Kind.FACES) else scale_size
    if size != FIVE or question.kind not in ONE:
        return ()
    return (ids[:2], ids[2:3], ids[3:FIVE])


def _list_of(node: Node, key: str, findings: list[Finding]) -> list[Node]:
    """The list under a key; a finding when it is something else, nothing when a part is no mapping."""
    if not isinstance(node.holds, dict):
        return []
    found = node.holds.get(key)
    if found is None:
        findings.append(Finding(node.line, f"`{key}` is missing.", f"Add `{key}:` and a list."))
        return []
    if not isinstance(found.holds, list):
        findings.append(Finding(found.line, f"`{key}` is not a list.", "Start each of them with a dash."))
        return []
    return found.holds


# What pydantic finds, in our words


def _model(model: type[AnyModel], node: Node, findings: list[Finding], whose: str) -> AnyModel | None:
    try:
        return model.model_validate(node.plain())
    except ValidationError as error:
        findings.extend(_said(error, node, whose))
        return None


def _said(error: ValidationError, node: Node, whose: str) -> Iterator[Finding]:
    for one in error.errors(include_url=False, include_input=False)[:MAX_ERRORS_EACH]:
        where = tuple(step for step in one["loc"] if isinstance(step, str | int))
        what, remedy = _in_words(str(one["type"]), where, str(one["msg"]), one.get("ctx", {}))
        path = ".".join(str(step) for step in where if not _inner(step))[:80]
        yield Finding(node.line_at(where), f"{whose}{path}: {what}" if path else f"{whose}{what}", remedy)


def _inner(step: str | int) -> bool:
    """Steps pydantic adds for its own branches, which nobody wrote."""
    return isinstance(step, str) and any(mark in step for mark in "[(-")


FIELDS = sorted(
    {
        field.alias or name
        for model in (Header, Question, Option, Condition, Part, Change)
        for name, field in model.model_fields.items()
    }
    - {"part", "scale"}
)


def _in_words(kind: str, where: tuple[str | int, ...], message: str, ctx: dict[str, Any]) -> tuple[str, str]:
    """What is wrong and how to mend it, for each way in which pydantic says no."""
    if kind == "wrong":
        return str(ctx["what"]), str(ctx["remedy"])
    if kind == "extra_forbidden":
        return "nobody reads this.", nearest(str(where[-1]), FIELDS, "Take it out, or check the spelling.")
    if kind == "missing":
        return "this is missing.", f"Add `{where[-1]}`." if where else "Add it."
    if kind in ("enum", "literal_error"):
        return "this is not one of the choices.", f"Use {ctx.get('expected', 'one that exists')}."
    if kind == "string_pattern_mismatch":
        return "this is not an id.", "Use small letters, digits and _, a letter first, 40 at most."
    if kind in ("string_type", "dict_type"):
        return "this is not text.", "Write it, in quotes if it is a number, or yes, no, true or false."
    if kind in ("tuple_type", "list_type"):
        return "this is not a list.", "Put it in [square brackets], or start each line with a dash."
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return "this is not a whole number.", "Write digits only."
    if kind.startswith("bool"):
        return "this is neither true nor false.", "Write true or false."
    return f"{message[:1].lower()}{message[1:160]}.", "Change it, or take it out."
