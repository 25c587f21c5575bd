"""`yousaid staff add`, `invite`, `list`, `leave`, `move`, `away`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson, References, show_invites
from bot.cli.refusals import Refused
from engagement import absence, audit, authority, handover, promises, register, staff_cards
from engagement.absence import Handed, Off
from engagement.audit import Action
from engagement.handover import Plan
from engagement.organising import RUNNING
from engagement.register import Invited
from engagement.rounds import ASKED_OF
from storage import opportunities, staff
from storage.staff import Staff
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="The people who work here.")


class Role(StrEnum):
    """The roles as they are typed."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    PARTICIPATION = "participation"
    PA = "pa"
    DATA_PROTECTION = "data_protection"


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    reference: Annotated[str, typer.Option(help="Your own number for them.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add somebody and make their link."""
    if not name.strip():
        raise typer.BadParameter("the name is empty")

    async def added(tx: Transaction) -> Staff:
        member = await staff.add(tx, name, role.value, reference=reference)
        await audit.note(tx, None, Action.STAFF_ADDED, now=opening.now(), of=member.id, role=member.role)
        return member

    _invite(added, as_json=as_json)


@app.command("invite")
def invite(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """Make somebody a new link; their earlier one stops working."""

    async def named(tx: Transaction) -> Staff:
        member = await _named(tx, name)
        await audit.note(tx, None, Action.STAFF_INVITED, now=opening.now(), of=member.id)
        return member

    _invite(named, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Everybody who works here."""
    found = opening.in_transaction(staff.everyone)
    rows = [{"name": one.name, "role": one.role, "reference": one.reference, "state": one.state} for one in found]
    lines = [f"{one.name}  {one.role}  {one.state}" for one in found]
    opening.show(rows, *(lines or ["Nobody yet."]), as_json=as_json)


@app.command("leave")
def leave(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Somebody no longer works here: their chat opens nothing any more."""

    async def do(tx: Transaction) -> tuple[Staff, int, int]:
        found = await _named(tx, name)
        await staff_cards.remove_card(tx, found.id, now=opening.now())
        gone = await staff.leave(tx, found.id)
        await audit.note(tx, None, Action.STAFF_LEFT, now=opening.now(), of=gone.id)
        things = [one for one in await opportunities.in_states(tx, RUNNING) if one.organiser == gone.id]
        owned = [one for one in await promises.every(tx) if one.promise.owner == gone.id]
        return gone, len(things), sum(one.promise.state in ASKED_OF for one in owned)

    gone, things, owned = opening.in_transaction(do)
    typer.echo(f"{gone.name} has left.")
    # Nobody else sees who comes, or is asked how far it is, until somebody has them.
    if things:
        typer.echo(f"Things to join that they organise: {things}. Give each another organiser in the chat.")
    if owned:
        typer.echo(f"Promises of the plan that are theirs: {owned}. Give each another owner in the chat.")


@app.command("move")
def move(
    old: Annotated[str, typer.Option("--from", metavar="NAME", help="Their worker now; may have left.")],
    new: Annotated[str, typer.Option("--to", metavar="NAME", help="Who would have them, once they agree.")],
    only: References = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Call off what was not answered yet.")] = False,
    as_json: AsJson = False,
) -> None:
    """Offer somebody's people to a colleague. Nothing changes until the colleague agrees, in the chat."""
    if cancel:
        _call_off(old, new, as_json=as_json)
        return
    chosen = tuple(only or ())

    async def look(tx: Transaction) -> Plan:
        return await handover.preview(tx, await _ever(tx, old), await _named(tx, new), only=chosen)

    async def do(tx: Transaction) -> Plan:
        plan = await look(tx)
        await handover.start(tx, plan.old, plan.new, only=chosen, now=opening.now())
        return plan

    plan = opening.in_transaction(look)
    count, names = len(plan.people), ", ".join(reference for reference, _ in plan.people)
    said = f"{count} people and {plan.tasks} open tasks would go from {plan.old.name} to {plan.new.name}: {names}"
    if not yes:
        if not opening.is_a_terminal():
            raise Refused(said, "Nothing was changed. If that is right, add --yes.")
        typer.echo(said, err=True)
        typer.confirm(f"Ask {plan.new.name} to take them?", abort=True)
    plan = opening.in_transaction(do)
    people = [reference for reference, _ in plan.people]
    told = f"{len(people)} are offered to {plan.new.name}, who is asked in the chat. Nothing changes before they agree."
    opening.show({"offered": people, "tasks": plan.tasks}, told, as_json=as_json)


def _call_off(old: str, new: str, *, as_json: bool) -> None:
    async def do(tx: Transaction) -> int:
        return await handover.call_off(tx, await _ever(tx, old), await _ever(tx, new), now=opening.now())

    stay = opening.in_transaction(do)
    opening.show({"stay": stay}, f"{stay} were on their way from {old} to {new}, and stay.", as_json=as_json)


@app.command("away")
def away(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Their first day back.")] = None,
    cover: Annotated[str | None, typer.Option(metavar="NAME", help="Who is asked meanwhile.")] = None,
    hand_tasks: Annotated[bool, typer.Option("--hand-tasks", help="Give them what is open, too.")] = False,
    back: Annotated[bool, typer.Option("--back", help="They are at work again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say for somebody who cannot that they are off: nothing is asked of them until their first day back."""
    day = opening.day(until)
    if back == (day is not None):
        raise typer.BadParameter("give --until DATE, or --back")

    async def do(tx: Transaction) -> tuple[Off | None, Handed]:
        member, now, words = await _named(tx, name), opening.now(), await authority.current(tx)
        if day is None:
            await absence.come_back(tx, words, member, now=now, by=None)
            return None, Handed(0, 0, 0)
        chosen = None if cover is None else (await _named(tx, cover)).id
        await absence.go_off(tx, words, member, day, chosen, now=now, by=None)
        handed = await absence.hand_tasks(tx, words, member, now=now) if hand_tasks else Handed(0, 0, 0)
        return await absence.current(tx, words, member, now=now), handed

    off, handed = opening.in_transaction(do)
    if off is None:
        opening.show({"back_on": None}, f"{name} is at work.", as_json=as_json)
        return
    cover_name = None if off.cover is None else off.cover.name
    until_day = f"{off.back_on:%A} {off.back_on.day} {off.back_on:%B %Y}"
    lines = [f"{cover_name or 'The next in line'} is asked instead of {name} until {until_day}."]
    if hand_tasks:
        lines.append(f"{handed.to_cover + handed.to_others} open tasks were handed on, {handed.stay} were not.")
    elif off.tasks:
        lines.append(f"{len(off.tasks)} tasks are open with {name} still. To hand them on as well, add --hand-tasks.")
    said = {"back_on": off.back_on, "cover": cover_name, "open_tasks": len(off.tasks)}
    opening.show(said, *lines, as_json=as_json)


def _invite(member: Callable[[Transaction], Awaitable[Staff]], *, as_json: bool) -> None:
    async def do() -> Invited:
        settings = opening.settings()
        async with opening.opened(settings) as store:
            name = await opening.bot_name(settings)
            async with store.transaction() as tx:
                return await register.invite_staff(tx, await member(tx), now=opening.now(), bot_name=name)

    show_invites([opening.wait(do())], as_json=as_json)


async def _named(tx: Transaction, name: str) -> Staff:
    found = await _ever(tx, name)
    if found.state == "left":
        raise Refused(f"{name} is not staff.")
    return found


async def _ever(tx: Transaction, name: str) -> Staff:
    """The same, also when they have left."""
    found = await staff.by_name_or_reference(tx, name)
    if found is None:
        raise Refused(f"{name} is not staff.")
    return found
