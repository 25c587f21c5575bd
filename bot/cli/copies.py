"""`yousaid backup`, `yousaid restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from engagement import checkin_morning, place_queue, round_told, signing, surveys, talks, tasks
from storage.keys import Keys
from storage.settling import Restored

STILL_DUE = (
    *(tasks.REMINDER, tasks.DEADLINE, signing.REMINDER, signing.DEADLINE),
    *(checkin_morning.KIND, place_queue.FREED, talks.END, round_told.OPENS, surveys.CLOSE),
)
"""A promise to call or to answer somebody is kept late rather than dropped, and what would never begin or end is done.

A place that was kept for somebody does not lapse by it: they may have taken it after the backup.
"""


def backup(file: Annotated[Path, typer.Argument(help="A new file.", metavar="FILE")]) -> None:
    """Copy the whole database to a new file, at any time. Keys are not in it: see `yousaid keys print`."""
    from storage.backup import backup as copy

    async def do() -> None:
        async with opening.opened(opening.settings()) as store:
            await copy(store, file)

    if not file.absolute().parent.is_dir():
        raise opening.NoSuchFile(file.parent)
    opening.wait(do())
    typer.echo(f"{file} holds the database, and no keys.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Make an empty database what a backup was, less everybody who asked to be forgotten since."""
    from storage.backup import restore as bring_back

    settings = opening.settings()
    opening.require_keys(settings.keys)
    done = opening.wait(
        bring_back(settings.database_url, file.absolute(), Keys(settings.keys), now=opening.now(), still_due=STILL_DUE)
    )
    opening.show(done, *_lines(done), as_json=as_json)


def _lines(done: Restored) -> list[str]:
    return [
        f"{done.people} people, {done.surveys} surveys, {done.answers} answers.",
        f"{done.erased} people who had asked to be forgotten since are forgotten again.",
        f"{done.drafts_lost} of {done.drafts} unsent drafts are lost, and {done.waiting_lost} of {done.waiting} answers"
        " that waited unopened.",
        f"{done.cancelled} queued messages are cancelled, {done.unknown} may have been sent; none is sent again.",
        f"{done.overdue} things were due in between and are not done again.",
    ]
