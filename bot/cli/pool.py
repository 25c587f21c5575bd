"""`yousaid pool turn`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import opening
from storage import openings
from storage import pool as sealed_pool
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="The sealed pool.")


@app.callback()
def _noun() -> None:
    """The sealed pool."""


@app.command("turn")
def turn(as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False) -> None:
    """Do the nightly job now: a new key, and out come all boxes but ten where twenty or more wait."""

    async def do(tx: Transaction) -> tuple[dict[str, int], dict[str, int]]:
        turned = await sealed_pool.turn(tx)
        names = {one.id: one.name for one in await openings.every(tx)}
        opened = {names[survey]: count for survey, count in turned.opened.items()}
        return opened, {names[survey]: count for survey, count in turned.waiting.items()}

    opened, waiting = opening.in_transaction(do)
    lines = [f"{name}: {opened.get(name, 0)} opened, {waiting.get(name, 0)} wait." for name in {**opened, **waiting}]
    opening.show({"opened": opened, "waiting": waiting}, "The key has turned.", *lines, as_json=as_json)
