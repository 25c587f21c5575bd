"""The command line. Exit code 0: done; 1: refused, with the reason on standard error; 2: misused."""

from __future__ import annotations

import os
import sys

import typer

from bot.cli import copies, keys, people, pool, process, staff, survey
from bot.cli.refusals import said

app = typer.Typer(
    name="yousaid",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A chat bot with which councils ask their care leavers how life is, and tell them what will change.",
)
for command in (process.run, process.demo, process.doctor, process.setup, process.tick, copies.backup, copies.restore):
    app.command()(command)
for noun, group in (
    ("keys", keys.app),
    ("people", people.app),
    ("staff", staff.app),
    ("survey", survey.app),
    ("pool", pool.app),
):
    app.add_typer(group, name=noun)


def main() -> None:
    """What the `yousaid` command runs."""
    # Whatever it makes (a database, a backup, a key) is for the one who runs it.
    os.umask(0o077)
    try:
        app()
    except Exception as error:
        lines = said(error)
        if lines is None:
            from bot import logs

            logs.configure()
            logs.failed(error)
            lines = "Something is wrong with yousaid itself; nothing was changed. The line above says where."
        typer.echo(lines, err=True)
        sys.exit(1)
