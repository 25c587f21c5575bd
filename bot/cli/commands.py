"""Every command by noun and verb."""

from __future__ import annotations

import typer

from bot.cli import audit, campaign, copies, keys, people, pool, process, staff, survey, vouchers

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
    ("campaign", campaign.app),
    ("pool", pool.app),
    ("vouchers", vouchers.app),
    ("audit", audit.app),
):
    app.add_typer(group, name=noun)
