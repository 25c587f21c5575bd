"""`yousaid people export`: what one person said with their name on it, as a table for whoever answers for data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.calls import member_named
from bot.cli.new_file import new_file, write
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import signed_export
from storage import people
from storage.store import Transaction


def export(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="As in the register.")],
    csv: Annotated[Path, typer.Option("--csv", metavar="FILE", help="The new file; none is overwritten.")],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="The data protection lead who asks.")] = None,
    as_json: AsJson = False,
) -> None:
    """One person's check-ins and tasks as a table, before they are deleted. That it was made is noted."""

    async def do(tx: Transaction) -> list[signed_export.Row]:
        member = None if by is None else await member_named(tx, by)
        person = await people.by_reference(tx, reference)
        if person is None:
            raise Refused(f"{reference} is not in the register.")
        rows = await signed_export.export(tx, member, person.id, now=opening.now())
        write(unfinished, signed_export.as_csv(rows))
        return rows

    with new_file(csv) as unfinished:
        rows = opening.in_transaction(do)
    rows_in = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    line = f"{rows_in} in {csv}. Keep it as you keep a case file."
    opening.show({"file": str(csv), "rows": len(rows)}, line, as_json=as_json)
