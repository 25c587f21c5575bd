"""`yousaid call rota propose|show|confirm|report`: who phones whom on a day, for whoever plans calls."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import authority, call_clock, call_managing, call_planning, call_rows, call_times, calls_asked
from engagement.audit import Action, note
from engagement.call_managing import Line, Standing
from engagement.joining import details_name
from engagement.staff import Permission, require
from storage import calls, people, staff
from storage.calls import CallDay
from storage.ids import StaffId
from storage.staff import NoSuchStaff, Staff
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="Who phones whom on a day with calls.")
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who it is: a name or reference of the staff.")]
Day = Annotated[str, typer.Option("--day", metavar="DAY", help="christmas, or a date such as 2027-01-01.")]

WHY = {
    "nobody": "nobody else can make calls",
    "hours": "nobody can at those hours",
    "cannot": "whoever could has said they can't",
    "full": "all are full",
    "soon": "a colleague has room and is put down within the hour",
}


async def _planner(tx: Transaction, named: str) -> Staff:
    """Raises: Refused, NotAllowed."""
    try:
        member = await staff.by_name_or_reference(tx, named)
    except NoSuchStaff:
        member = None
    if member is None or member.state == "left":
        raise Refused(f"Nobody on the staff is called {named}: yousaid staff list")
    require(member, Permission.PLAN_CALLS)
    return member


@app.command("propose")
def propose(by: By, day: Day = "christmas", as_json: AsJson = False) -> None:
    """Propose a rota now: whoever was asked for a call keeps it. Nobody is asked before it is confirmed."""

    async def do(tx: Transaction) -> list[dict[str, Any]]:
        member, found = await _planner(tx, by), await calls_asked.find_day(tx, day, now=opening.now())
        settings = await authority.current(tx)
        await call_planning.propose(tx, settings, found.id, opening.now(), by=member)
        return await _said(tx, await call_managing.standing(tx, settings, found.id, now=opening.now()))

    _show(opening.in_transaction(do), as_json=as_json)


@app.command("show")
def show(by: By, day: Day = "christmas", as_json: AsJson = False) -> None:
    """The rota as it stands, what is not covered first."""

    async def look(tx: Transaction) -> list[dict[str, Any]]:
        await _planner(tx, by)
        found = await calls_asked.find_day(tx, day, now=opening.now())
        settings = await authority.current(tx)
        return await _said(tx, await call_managing.standing(tx, settings, found.id, now=opening.now()))

    _show(opening.in_transaction(look), as_json=as_json)


@app.command("confirm")
def confirm(
    by: By, day: Day = "christmas", yes: Annotated[bool, typer.Option("--yes", help="Ask everybody on it.")] = False
) -> None:
    """Confirm the rota: every caller and backup on it is asked, and can say no."""

    async def do(tx: Transaction) -> tuple[int, int]:
        member, found = await _planner(tx, by), await calls_asked.find_day(tx, day, now=opening.now())
        settings = await authority.current(tx)
        standing = await call_managing.standing(tx, settings, found.id, now=opening.now())
        if not standing.unconfirmed:
            raise Refused("There is nothing to confirm: yousaid call rota show")
        if not yes:
            raise Refused(
                f"Calls: {len(standing.lines)}. Without a caller or a backup: {len(standing.uncovered)}.",
                "Nobody was asked. If that is right, add --yes.",
            )
        return await call_managing.confirm(tx, settings, member, found.id, now=opening.now()), len(standing.uncovered)

    asked, uncovered = opening.in_transaction(do)
    typer.echo(f"Confirmed. Asked now: {asked} of the staff. Without a caller or a backup: {uncovered}.")


@app.command("report")
def report(by: By, as_json: AsJson = False) -> None:
    """What became of each day that is over, in numbers; it is what the next one is planned with."""

    async def look(tx: Transaction) -> list[CallDay]:
        member = await _planner(tx, by)
        found = [one for one in await calls.days(tx, states={"over"}) if not call_times.own(one)]
        await note(tx, member, Action.DATA_EXPORTED, now=opening.now(), days=len(found))
        return found

    found = opening.in_transaction(look)
    said = [{"day": one.on_day, **{name: one.summary.get(name, 0) for name in call_clock.FIGURES}} for one in found]
    lines = [
        f"{one['day']}: " + ", ".join(f"{name.replace('_', ' ')} {one[name]}" for name in call_clock.FIGURES)
        for one in said
    ]
    opening.show(said, *(lines or ["No day with calls is over yet."]), as_json=as_json)


async def _said(tx: Transaction, standing: Standing) -> list[dict[str, Any]]:
    return [await _line(tx, line) for line in standing.lines]


async def _line(tx: Transaction, line: Line) -> dict[str, Any]:
    known = await people.details(tx, line.call.person)
    return {
        "reference": known.reference,
        "name": details_name(known),
        "caller": await _named(tx, line.caller),
        "backup": await _named(tx, line.backup),
        "caller_said": line.call.caller_state,
        "backup_said": line.call.backup_state,
        "sure": call_rows.sure(line.call),
        "why": line.gap,
    }


async def _named(tx: Transaction, member: StaffId | None) -> str | None:
    return None if member is None else (await staff.by_id(tx, member)).name


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    lines = [
        f"{one['reference']}: {one['name']}, caller {one['caller'] or 'nobody'} ({one['caller_said']}),"
        f" backup {one['backup'] or 'nobody'} ({one['backup_said']})" + (f": {WHY[one['why']]}" if one["why"] else "")
        for one in found
    ]
    opening.show(found, *(lines or ["Nobody would like a call so far."]), as_json=as_json)
