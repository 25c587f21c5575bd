"""Every sentence about a result, from `templates/say.j2`: as plain text, or escaped for HTML and for the chat."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES: Final = Path(__file__).with_name("templates")


@cache
def environment(*, escaped: bool) -> ImmutableSandboxedEnvironment:
    """The templates of the reports; with `escaped` for HTML and SVG."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(str(TEMPLATES)),
        undefined=StrictUndefined,
        autoescape=escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.filters["date"] = _date
    return made


def rendered(template: str, *, escaped: bool, **context: object) -> str:
    """The template with these."""
    return environment(escaped=escaped).get_template(template).render(**context)


def say(macro: str, *about: object, of: str = "say.j2") -> str:
    """One sentence or phrase as plain text on one line; empty where there is nothing to say."""
    return " ".join(str(getattr(environment(escaped=False).get_template(of).module, macro)(*about)).split())


def _date(day: date) -> str:
    """ "24 November 2026"."""
    return format_date(day, "d MMMM y", locale="en_GB")
