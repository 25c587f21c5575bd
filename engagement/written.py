"""Files that people write by hand: every mistake in them is told with its line and its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TypeVar

from pydantic import ValidationError

from surveys.definition import Model
from surveys.errors import DefinitionError, Mistake
from surveys.outline import Node, outline

Written = TypeVar("Written", bound=Model)


def read(model: type[Written], text: str, *, source: str, names: Sequence[str] = ()) -> Written:
    """What the text says, as this model; `names` are the words somebody may have meant who misspelt one.

    Raises: DefinitionError, with every mistake.
    """
    root, mistakes = outline(text, source=source)
    if root is None:
        raise DefinitionError(mistakes)
    return checked(model, root, source=source, names=names, mistakes=mistakes)


def checked(
    model: type[Written], root: Node, *, source: str, names: Sequence[str] = (), mistakes: Sequence[Mistake] = ()
) -> Written:
    """The tree as this model; `mistakes` are those found on the way to it. Raises: DefinitionError, with every one."""
    found: list[Mistake] = list(mistakes)
    read: Written | None = None
    try:
        read = model.model_validate(root.plain())
    except ValidationError as error:
        found.extend(_said(error, root, source, names or sorted(model.model_fields)))
    if found or read is None:
        raise DefinitionError(tuple(sorted(set(found))))
    return read


_REMEDIES = {
    "missing": ("this is missing.", "Add it."),
    "string_type": ("this is not text.", "Write it, in quotes if it is a number, or yes, no, true or false."),
    "string_too_short": ("this is empty.", "Write it, or take the line out."),
    "string_pattern_mismatch": ("this is not an e-mail address.", "Write it as name@example.org."),
    "too_short": ("this is empty.", "Add at least one."),
    "tuple_type": ("this is not a list.", "Put it in [square brackets], or start each line with a dash."),
    "model_type": ("this is one value where several belong.", "Write `name: value` lines below it, indented."),
    "dict_type": ("this is one value where several belong.", "Write `name: value` lines below it, indented."),
    "int_type": ("this is not a whole number.", "Write digits only."),
    "int_parsing": ("this is not a whole number.", "Write digits only."),
    "bool_parsing": ("this is neither true nor false.", "Write true or false."),
    "bool_type": ("this is neither true nor false.", "Write true or false."),
}


def _said(error: ValidationError, root: Node, source: str, names: Sequence[str]) -> Iterator[Mistake]:
    for one in error.errors(include_url=False, include_input=False):
        where = tuple(step for step in one["loc"] if isinstance(step, str | int))
        where = tuple(step for step in where if step != "[key]")
        kind, context = str(one["type"]), one.get("ctx", {})
        if kind == "wrong":
            what, remedy = str(context["what"]), str(context["remedy"])
        elif kind in ("extra_forbidden", "literal_error"):
            close = get_close_matches(str(where[-1]), names, n=1)
            what, remedy = "nobody reads this.", f"Did you mean `{close[0]}`?" if close else "Take it out."
        elif kind in ("less_than_equal", "string_too_long", "too_long"):
            what, remedy = "this is too much.", f"At most {context.get('le', context.get('max_length'))}."
        elif kind == "greater_than_equal":
            what, remedy = "this is too little.", f"At least {context['ge']}."
        else:
            what, remedy = _REMEDIES.get(kind, (f"{str(one['msg'])[:160].lower()}.", "Change it."))
        path = ".".join(str(step) for step in where)
        yield Mistake(line=root.line_at(where), source=source, what=f"{path}: {what}" if path else what, remedy=remedy)
