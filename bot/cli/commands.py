"""Every command by noun and verb."""

from __future__ import annotations

import typer

from bot.cli import (
    audit,
    calls,
    campaign,
    comments,
    copies,
    days,
    findings,
    keys,
    opportunities,
    people,
    plan,
    pool,
    priorities,
    process,
    rounds,
    signed_export,
    staff,
    survey,
    talks,
    vouchers,
)

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
app.command("loop")(rounds.loop)
people.app.command("export")(signed_export.export)
for noun, group in (
    ("keys", keys.app),
    ("people", people.app),
    ("staff", staff.app),
    ("survey", survey.app),
    ("campaign", campaign.app),
    ("findings", findings.app),
    ("comments", comments.app),
    ("round", rounds.app),
    ("priorities", priorities.app),
    ("talks", talks.app),
    ("plan", plan.app),
    ("opportunity", opportunities.app),
    ("call", calls.app),
    ("days", days.app),
    ("pool", pool.app),
    ("vouchers", vouchers.app),
    ("audit", audit.app),
):
    app.add_typer(group, name=noun)
