"""`yousaid days list|confirm|add|remove`: when the days that matter fall here, and which the authority has added."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from engagement import day_dates, days
from engagement.days import Listed
from engagement.london import today
from storage import days as rows
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="Days that matter: when they fall, and days of your own.")
Key = Annotated[str, typer.Argument(metavar="DAY", help="As `yousaid days list` shows it, such as eid_al_fitr.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every day people can choose, with its next date, and whether staff have confirmed it."""

    async def look(tx: Transaction) -> list[tuple[Listed, bool]]:
        near = {one.day.key for one in await day_dates.to_confirm(tx, opening.now())}
        return [(one, one.day.key in near) for one in await days.listed(tx, opening.now())]

    found = opening.in_transaction(look)
    ends = [f"The table ends soon for {one.name}: it needs later dates." for one in days.runs_out(today(opening.now()))]
    opening.show([_said(*one) for one in found], *(_line(*one) for one in found), *ends, as_json=as_json)


@app.command("confirm")
def confirm(
    key: Key, on: Annotated[str, typer.Argument(metavar="DATE", help="Such as 2027-03-09.")], as_json: AsJson = False
) -> None:
    """From now on that date is certain for everybody; it can be changed until the day itself."""
    said = opening.in_transaction(lambda tx: day_dates.confirm(tx, None, key, _date(on), now=opening.now()))
    opening.show({"day": said.key, "on": said.on}, f"{said.name} is on {said.on}.", as_json=as_json)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As people read it, up to 14 letters.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="Such as 2027-02-06.")],
    once: Annotated[bool, typer.Option("--once", help="That date only, not every year.")] = False,
    as_json: AsJson = False,
) -> None:
    """A day of your own that people can choose: every year on that day and month, or once."""
    made = opening.in_transaction(lambda tx: day_dates.add(tx, None, name, _date(on), once=once, now=opening.now()))
    every = "" if made.year != rows.EVERY_YEAR else ", and every year"
    opening.show({"day": made.key, "on": made.on}, f"{made.key}: {made.name}, {made.on}{every}.", as_json=as_json)


@app.command("remove")
def remove(key: Key) -> None:
    """A day of your own that is offered no more. Whoever had chosen it hears nothing for it from now on."""
    opening.in_transaction(lambda tx: day_dates.take_off(tx, None, key, now=opening.now()))
    typer.echo(f"{key} is offered no more.")


def _date(given: str) -> date:
    found = opening.day(given)
    if found is None:
        raise typer.BadParameter("a date is missing")
    return found


def _line(one: Listed, near: bool) -> str:
    state = "" if one.falls.certain else ", to confirm now" if near else ", not confirmed yet"
    return f"{one.day.key:<14} {'' if one.falls.certain else 'around '}{one.falls.on}  {one.day.name}{state}"


def _said(one: Listed, near: bool) -> dict[str, Any]:
    return {
        "day": one.day.key,
        "name": one.day.name,
        "on": one.falls.on,
        "certain": one.falls.certain,
        "confirm_now": near,
        "source": one.day.source or None,
        "looked_up": one.day.looked_up,
    }
