"""`yousaid keys print`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import opening
from storage.keys import Keys

app = typer.Typer(no_args_is_help=True, help="The keys of the register, for the safe.")


@app.callback()
def _noun() -> None:
    """The keys of the register, for the safe."""


@app.command("print")
def print_(as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False) -> None:
    """Print the keys of keys/keep, to be locked away apart from the backups. Epoch keys are never among them."""
    folder = opening.settings().keys
    opening.require_keys(folder)
    printed = Keys(folder).printed()
    opening.show(
        printed,
        "Write these down, lock them away apart from the backups, and clear this screen.",
        *(f"{name:>9}  {key}" for name, key in printed.items()),
        as_json=as_json,
    )
