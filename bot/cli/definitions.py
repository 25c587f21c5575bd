"""Questionnaires as they are named on the command line: one that is shipped, or a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from bot.cli import opening
from bot.cli.refusals import Refused


def read(name: str) -> tuple[str, str]:
    """The text of a shipped definition, or of a file, and what to call it."""
    shipped = files("surveys") / "definitions" / f"{name}.yaml"
    if name.replace("_", "").isalnum() and shipped.is_file():
        return shipped.read_text("utf-8"), f"{name}.yaml"
    path = Path(name)
    if not path.is_file() and not path.suffix:
        known = sorted(one.name.removesuffix(".yaml") for one in (files("surveys") / "definitions").iterdir())
        raise Refused(f"There is no survey {name}. Shipped are {', '.join(known)}; or give a file.")
    return opening.text_of(path), name
