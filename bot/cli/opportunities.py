"""`yousaid opportunity import|list|show|close|cancel|takeup`: things to join, many at once, and how they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import audit, opportunities, opportunity_file, organising, places, takeup
from engagement.audit import Action
from engagement.london import local
from engagement.making import NotAStep, TooLong
from engagement.opportunity_file import Entry, Planned
from engagement.organising import Counted
from storage import opportunities as rows
from storage.ids import OpportunityId
from storage.opportunities import NoSuchOpportunity, Opportunity
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="Things to join.")
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `yousaid opportunity list` shows it.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="YAML, or CSV with a column named title.", metavar="FILE")],
    organiser: Annotated[str | None, typer.Option(metavar="NAME", help="Who organises each that names nobody.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Open what the preview shows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open many things to join: all of the file, or nothing. They are shown first; --yes opens them. Tells nobody."""
    now = opening.now()
    entries = opportunity_file.read(opening.bytes_of(file), source=str(file), now=now)

    async def look(tx: Transaction) -> tuple[Planned, ...]:
        return await opportunity_file.plan(tx, entries, organiser=organiser)

    async def do(tx: Transaction) -> tuple[Opportunity, ...]:
        planned = await opportunity_file.plan(tx, entries, organiser=organiser)
        return await opportunity_file.make(tx, planned, now=now)

    planned = opening.in_transaction(look)
    lines = [_planned(one) for one in planned]
    if not yes and not as_json and opening.is_a_terminal():
        typer.echo("\n".join(lines))
        yes, lines = typer.confirm(f"Open {_things(len(planned))}?"), []
    made = opening.in_transaction(do) if yes else ()
    closing = f"{_things(len(made))} open." if yes else "Nothing was opened yet. If that is right, add --yes."
    said = {"read": len(planned), "opened": [one.id for one in made]}
    opening.show(said, *lines, closing, as_json=as_json)


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="What is over or off, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is open, with how many places are taken."""
    states = organising.EVER_OPEN if everything else organising.RUNNING

    async def look(tx: Transaction) -> list[tuple[Opportunity, Counted]]:
        return [
            (one, await organising.counted(tx, one.id, now=opening.now())) for one in await rows.in_states(tx, states)
        ]

    found = opening.in_transaction(look)
    lines = [_line(*one) for one in found] or ["Nothing is open. To open many at once: yousaid opportunity import FILE"]
    opening.show([_said(*one) for one in found], *lines, as_json=as_json)


@app.command("show")
def show(number: Number, as_json: AsJson = False) -> None:
    """How one stands. Who said yes is for its organiser, in the chat."""

    async def look(tx: Transaction) -> tuple[Opportunity, Counted]:
        return await _found(tx, number), await organising.counted(tx, OpportunityId(number), now=opening.now())

    one, counted = opening.in_transaction(look)
    lines = [
        _line(one, counted),
        f"  Asked whether they want a place that came free: {counted.asked}. Waiting: {counted.waiting}.",
        *([f"  Came: {counted.came}."] if counted.came is not None else []),
        *(f"  {words}" for words in _felt(counted)),
    ]
    opening.show(_said(one, counted), *lines, as_json=as_json)


@app.command("close")
def close(number: Number) -> None:
    """Nobody new may say yes to it; it takes place."""

    async def do(tx: Transaction) -> Opportunity:
        await _found(tx, number)
        await audit.note(tx, None, Action.OPPORTUNITY_CHANGED, now=opening.now(), opportunity=number)
        return await places.close(tx, OpportunityId(number))

    closed = opening.in_transaction(do)
    state = "is closed for new people" if closed.state == "closed" else f"is {closed.state} already"
    typer.echo(f"{number} {state}.")


@app.command("cancel")
def cancel(
    number: Number,
    because: Annotated[str, typer.Option("--because", metavar="REASON", help="What everybody who said yes reads.")],
    yes: Annotated[bool, typer.Option("--yes", help="Call it off, for good.")] = False,
) -> None:
    """Call it off: whoever said yes is told, with the reason."""
    try:
        reason = organising.reason(because)
    except (TooLong, NotAStep):
        raise typer.BadParameter(f"a reason is 1 to {organising.LONGEST_REASON} letters") from None

    async def do(tx: Transaction) -> int:
        found = await _found(tx, number)
        if found.state not in ("open", "closed"):
            raise Refused(f"{number} is {'off' if found.state == 'cancelled' else found.state} already.")
        if not yes:
            counted = await organising.counted(tx, found.id, now=opening.now())
            told = counted.confirmed + counted.asked + counted.waiting
            raise Refused(
                f"{_people(told)} would be told: {reason}", "Nothing was changed. If that is right, add --yes."
            )
        told = await places.cancel(tx, found.id, because=reason, now=opening.now())
        await audit.note(tx, None, Action.OPPORTUNITY_CANCELLED, now=opening.now(), opportunity=number, people=told)
        return told

    typer.echo(f"{number} is off. {_people(opening.in_transaction(do))} will be told.")


@app.command("takeup")
def takeup_(as_json: AsJson = False) -> None:
    """The share of each group of the register that said yes to something in a year. Rounded, and never of a few."""

    async def look(tx: Transaction) -> takeup.TakeUp:
        return await takeup.take_up(tx, None, now=opening.now())

    found = opening.in_transaction(look)
    if found.share is None:
        lines = ["Too few have said yes to show, or to show safely."]
    else:
        more = " or more" if found.or_more else ""
        lines = [f"Of about {found.people} people, {found.share}%{more} said yes to something."]
        lines += [f"  {one.segment}, {one.part}: {_share(one)}" for one in found.groups]
    opening.show(found, *lines, as_json=as_json)


def _share(one: takeup.Share) -> str:
    if one.share is None:
        return "not shown."
    return f"{one.share}%{', clearly fewer than in all' if one.thin else ''}."


async def _found(tx: Transaction, number: int) -> Opportunity:
    try:
        found = await rows.find(tx, OpportunityId(number))
    except NoSuchOpportunity:
        found = None
    if found is None or found.state == "draft":
        raise Refused(f"There is nothing to join with the number {number}: yousaid opportunity list --all")
    return found


def _planned(one: Planned) -> str:
    entry: Entry = one.entry
    when = "no fixed day" if entry.starts_at is None else f"{local(entry.starts_at):%a %d %b %Y %H:%M}"
    count = "as many as like" if entry.places is None else f"{entry.places} places"
    return f"line {entry.line}: {entry.details.title} ({entry.kind}), {when}, {count}, {one.organiser.name}"


def _line(one: Opportunity, counted: Counted) -> str:
    when = "no fixed day" if one.starts_at is None else f"{local(one.starts_at):%a %d %b %Y %H:%M}"
    taken = f"{counted.confirmed} of {one.places}" if one.places is not None else f"{counted.confirmed} said yes"
    return f"{one.id}: {opportunities.details(one).title} ({one.kind}, {one.state}), {when}, {taken}"


def _felt(counted: Counted) -> list[str]:
    if counted.felt is None:
        return []
    return ["How it was: " + ", ".join(f"{how.replace('_', ' ')} {count}" for how, count in counted.felt.items())]


def _said(one: Opportunity, counted: Counted) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": opportunities.number(one),
        "title": opportunities.details(one).title,
        "kind": one.kind,
        "state": one.state,
        "starts": one.starts_at,
        "places": one.places,
        "confirmed": counted.confirmed,
        "asked": counted.asked,
        "waiting": counted.waiting,
        "came": counted.came,
        "felt": counted.felt,
    }


def _things(count: int) -> str:
    return f"{count} {'thing' if count == 1 else 'things'} to join"


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"
