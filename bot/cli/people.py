"""`yousaid people import`, `yousaid people invite`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.inviting import Files, Whom, into, named, note_made, told, warned
from bot.cli.refusals import Refused
from engagement import audit, register
from engagement.register import Invited, Preview, UnreadableRows
from storage import people, staff
from storage.staff import Staff
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="The register and its invites.")
AsJson = Annotated[bool, typer.Option("--json", help="For a script.")]
References = Annotated[list[str] | None, typer.Option(metavar="REFERENCE")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a column named reference.", metavar="FILE")],
    yes: Annotated[bool, typer.Option("--yes", help="Apply what the preview shows.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would change.")] = False,
    skip_unreadable: Annotated[bool, typer.Option(help="Import the rows that can be read.")] = False,
    second: Annotated[str | None, typer.Option(help="Who else agrees, while a survey is open.", metavar="NAME")] = None,
    bring_back: References = None,
    as_json: AsJson = False,
) -> None:
    """Bring the register up to date: all of the file, or nothing. What would change is shown first; --yes applies it.

    A first file, into an empty register, is taken at once. People who are not in a later file leave the register.
    """
    read = register.read(opening.bytes_of(file), source=str(file))
    again = tuple(bring_back or ())

    async def look(tx: Transaction) -> Preview:
        return await register.preview(tx, read, bring_back=again)

    async def do(tx: Transaction) -> Preview:
        plan = await register.preview(tx, read, bring_back=again)
        if plan.unreadable and not skip_unreadable:
            raise UnreadableRows(plan.unreadable)
        if not (yes or agreed_here or await _is_first(tx, plan)):
            raise Refused(*_lines(plan, "would be"), "Nothing was imported yet. If that is right, add --yes.")
        agreed = None if second is None else await _member(tx, second)
        done = await register.apply(tx, read, second=agreed, skip_unreadable=skip_unreadable, bring_back=again)
        counts = {"new": len(done.new), "changed": len(done.changed), "leaving": len(done.leaving)}
        agreeing = {} if agreed is None else {"second": agreed.id}
        await audit.note(tx, None, audit.Action.REGISTER_IMPORTED, now=opening.now(), **counts, **agreeing)
        return done

    agreed_here = False
    if not (yes or preview or as_json) and opening.is_a_terminal():
        agreed_here = _asked_here(opening.in_transaction(look))
    done = opening.in_transaction(look if preview else do)
    opening.show(_counted(done), *_lines(done, "would be" if preview else "are"), as_json=as_json)
    if preview and done.unreadable and not skip_unreadable:
        raise typer.Exit(1)


def _asked_here(plan: Preview) -> bool:
    """Whether whoever sits there, having seen it, says yes. Raises: Abort when they say no."""
    if plan.unreadable or not _changes(plan):
        return False
    typer.echo("\n".join(_lines(plan, "would be")))
    return typer.confirm("Import it?", abort=True)


async def _is_first(tx: Transaction, plan: Preview) -> bool:
    """Whether there is nothing that it could spoil: the register is empty, or stays as it is."""
    return not _changes(plan) or not await people.everyone(tx)


def _changes(plan: Preview) -> bool:
    return bool(plan.new or plan.changed or plan.leaving)


@app.command("invite")
def invite(
    only: References = None,
    new: Annotated[bool, typer.Option("--new", help="Leave out whoever has a link that still works.")] = False,
    worker: Annotated[str | None, typer.Option(help="Only the people of this worker.", metavar="NAME")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a table for GOV.UK Notify.", metavar="FILE")] = None,
    emails: Annotated[
        Path | None, typer.Option(help="With --csv: who has no phone number goes here.", metavar="FILE")
    ] = None,
    letters: Annotated[
        Path | None, typer.Option(help="Write letters, FILE.pdf or FILE.html, one page each.", metavar="FILE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a link and two words for everybody who has not joined. Earlier links of the same people stop working.

    --csv FILE is for GOV.UK Notify. Make a text message template there: "Hi ((name)). Here is your private link:
    ((link)) The chat will first say: ((words))". Then choose Upload a list of phone numbers, and this file. The text
    message sender of the service must be neutral: phones show it, so no council, team or charity. Notify takes texts
    and e-mails from two files: add --emails FILE, and use that with an e-mail template of the same words.

    --letters FILE makes a page for each person, with the link as a square for a camera. With --csv too, only for
    people with neither phone number nor e-mail address.

    --worker NAME leaves out everybody else's people. With --letters it makes cards to cut out, eight to a page.

    No file is overwritten, and if one cannot be written, nothing changes and earlier links still work.
    """
    if emails is not None and csv is None:
        raise typer.BadParameter("--emails goes with --csv")
    if letters is not None and letters.suffix.lower() not in (".pdf", ".html"):
        raise typer.BadParameter("--letters makes FILE.pdf or FILE.html")
    if csv is not None or letters is not None:
        _invite_into(Files(csv, emails, letters), Whom(only or None, new, worker), as_json=as_json)
        return

    async def do() -> list[Invited]:
        settings = opening.settings()
        async with opening.opened(settings) as store:
            name = await opening.bot_name(settings)
            async with store.transaction() as tx:
                member = None if worker is None else await named(tx, worker)
                made = await register.invite_everyone(
                    tx, now=opening.now(), bot_name=name, only=only or None, without_live=new, worker=member
                )
                await note_made(tx, len(made))
                return made

    show_invites(opening.wait(do()), as_json=as_json)


def _invite_into(files: Files, whom: Whom, *, as_json: bool) -> None:
    handed = into(files, whom)
    for line in warned(handed, files):
        typer.echo(line, err=True)
    if as_json:
        show_invites(list(handed.made), as_json=True)
    else:
        opening.show(None, *(told(handed, files) or ["Nobody to invite."]), as_json=False)


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
    lines += [f"  another worker: {change.details.reference}" for change in plan.changed if "worker" in change.fields]
    lines += [f"  cannot be read: {problem}" for problem in plan.unreadable]
    lines += [f"  nobody on the staff is called {name}; no worker was set" for name in plan.unknown_workers]
    lines += [f"  asked to be forgotten, left out: {reference}" for reference in plan.forgotten]
    lines += [
        f"  cannot join yet (needs a name, and a birth date or an agreed word): {reference}"
        for reference in plan.cannot_join
    ]
    return lines
