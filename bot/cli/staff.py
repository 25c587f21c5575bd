"""`yousaid staff add`, `invite`, `list`, `leave`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson, show_invites
from bot.cli.refusals import Refused
from engagement import register
from engagement.register import Invited
from storage import staff
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
    _invite(lambda tx: staff.add(tx, name, role.value, reference=reference), as_json=as_json)


@app.command("invite")
def invite(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """Make somebody a new link; their earlier one stops working."""
    _invite(lambda tx: _named(tx, name), as_json=as_json)


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

    async def do(tx: Transaction) -> Staff:
        return await staff.leave(tx, (await _named(tx, name)).id)

    typer.echo(f"{opening.in_transaction(do).name} has left.")


def _invite(member: Callable[[Transaction], Awaitable[Staff]], *, as_json: bool) -> None:
    async def do() -> Invited:
        settings = opening.settings()
        async with opening.opened(settings) as store:
            name = await opening.bot_name(settings)
            async with store.transaction() as tx:
                return await register.invite_staff(tx, await member(tx), now=opening.now(), bot_name=name)

    show_invites([opening.wait(do())], as_json=as_json)


async def _named(tx: Transaction, name: str) -> Staff:
    found = await staff.by_name_or_reference(tx, name)
    if found is None or found.state == "left":
        raise Refused(f"{name} is not staff.")
    return found
