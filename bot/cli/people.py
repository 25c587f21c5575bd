"""`yousaid people import`, `yousaid people invite`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.refusals import Refused
from engagement import register
from engagement.register import Invited, Preview, UnreadableRows
from storage import staff
from storage.staff import Staff
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="The register and its invites.")
AsJson = Annotated[bool, typer.Option("--json", help="For a script.")]
References = Annotated[list[str] | None, typer.Option(metavar="REFERENCE")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a column named reference.", metavar="FILE")],
    yes: Annotated[bool, typer.Option("--yes", help="Go on although people leave the register.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would change.")] = False,
    skip_unreadable: Annotated[bool, typer.Option(help="Import the rows that can be read.")] = False,
    second: Annotated[str | None, typer.Option(help="Who else agrees, while a survey is open.", metavar="NAME")] = None,
    bring_back: References = None,
    as_json: AsJson = False,
) -> None:
    """Bring the register up to date: all of the file, or nothing.

    People who are not in the file leave the register, once you say --yes.
    """
    read = register.read(opening.bytes_of(file), source=str(file))
    again = tuple(bring_back or ())

    async def look(tx: Transaction) -> Preview:
        return await register.preview(tx, read, bring_back=again)

    async def do(tx: Transaction) -> Preview:
        plan = await register.preview(tx, read, bring_back=again)
        if plan.unreadable and not skip_unreadable:
            raise UnreadableRows(plan.unreadable)
        if plan.leaving and not yes:
            raise Refused(*_lines(plan, "would be"), "Nothing was imported. Is the file whole? Then add --yes.")
        agreed = None if second is None else await _member(tx, second)
        return await register.apply(tx, read, second=agreed, skip_unreadable=skip_unreadable, bring_back=again)

    done = opening.in_transaction(look if preview else do)
    opening.show(_counted(done), *_lines(done, "would be" if preview else "are"), as_json=as_json)
    if preview and done.unreadable and not skip_unreadable:
        raise typer.Exit(1)


@app.command("invite")
def invite(
    only: References = None,
    new: Annotated[bool, typer.Option("--new", help="Leave out whoever has a link that still works.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a link and two words for everybody who has not joined. Earlier links of the same people stop working."""

    async def do() -> list[Invited]:
        settings = opening.settings()
        async with opening.opened(settings) as store:
            name = await opening.bot_name(settings)
            async with store.transaction() as tx:
                return await register.invite_everyone(
                    tx, now=opening.now(), bot_name=name, only=only or None, without_live=new
                )

    show_invites(opening.wait(do()), as_json=as_json)


def show_invites(made: list[Invited], *, as_json: bool) -> None:
    """The invites, each with its link and its two words."""
    rows = [{"reference": one.reference, "start": one.start, "link": one.link, "words": one.words} for one in made]
    lines = [f"{one.reference}  {one.name}  {one.link or '/start ' + one.start}  {one.words}" for one in made]
    if made and made[0].link is None and not as_json:
        typer.echo("The bot's name is unknown, so no links. Set YOUSAID_TOKEN or YOUSAID_BOT_NAME.", err=True)
    opening.show(rows, *(lines or ["Nobody to invite."]), as_json=as_json)


async def _member(tx: Transaction, name: str) -> Staff:
    found = await staff.by_name_or_reference(tx, name)
    if found is None:
        raise Refused(f"{name} is not staff.")
    return found


def _counted(plan: Preview) -> dict[str, object]:
    return {
        "new": [row.details.reference for row in plan.new],
        "changed": {change.details.reference: change.fields for change in plan.changed},
        "returning": [change.details.reference for change in plan.changed if change.returns],
        "leaving": [reference for reference, _ in plan.leaving],
        "unreadable": [
            {"line": one.line, "reference": one.reference, "what": one.what, "remedy": one.remedy}
            for one in plan.unreadable
        ],
        "unknown_workers": plan.unknown_workers,
        "forgotten": plan.forgotten,
        "cannot_join": plan.cannot_join,
        "unchanged": plan.unchanged,
    }


def _lines(plan: Preview, verb: str) -> list[str]:
    counts = f"{len(plan.new)} {verb} new, {len(plan.changed)} changed, {plan.unchanged} as they were"
    lines = [f"{counts}, {len(plan.leaving)} {verb} gone."]
    lines += [f"  gone: {reference}" for reference, _ in plan.leaving]
    lines += [f"  cannot be read: {problem}" for problem in plan.unreadable]
    lines += [f"  nobody on the staff is called {name}; no worker was set" for name in plan.unknown_workers]
    lines += [f"  asked to be forgotten, left out: {reference}" for reference in plan.forgotten]
    lines += [
        f"  cannot join yet (needs a name, and a birth date or an agreed word): {reference}"
        for reference in plan.cannot_join
    ]
    return lines
