"""`yousaid comments status`: how much waits to be read and to be answered. Numbers only, never a word or a name."""

from __future__ import annotations

from dataclasses import asdict

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from engagement import answering_comments
from engagement.answering_comments import Standing
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="What people say at any time: how much waits.")


@app.callback()
def comments() -> None:
    """What people say at any time: how much waits."""


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """How much waits to be read, to be answered and to be told."""
    now = opening.now()

    async def look(tx: Transaction) -> Standing:
        return await answering_comments.standing(tx, now=now)

    found = opening.in_transaction(look)
    opening.show(
        asdict(found),
        f"Without a name: {found.to_read} to read. What came since Monday is not counted yet.",
        f"Groups: {found.groups}, {found.groups_unanswered} not answered, {found.answers_untold} not told to everyone.",
        f"With a name: {found.signed_open} to answer, {found.signed_overdue} of them overdue.",
        as_json=as_json,
    )
