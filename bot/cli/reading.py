"""`yousaid survey themes`: what typed answers are about, as a reader has sorted them. Never a word of them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from engagement import reading, results
from engagement.reading import Themed
from storage.store import Transaction


def themes(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """The themes of a closed survey's typed answers, counted from 5 and rounded to 5."""

    async def look(tx: Transaction) -> tuple[Themed, ...]:
        return await reading.themes(tx, (await results.of(tx, name)).opening.id)

    found = opening.in_transaction(look)
    opening.show(
        {"survey": name, "themes": [{"name": one.name, "count": one.count} for one in found]},
        *(f"{one.name}: {'fewer than 5' if one.count is None else one.count}" for one in found),
        *([] if found else ["There are no themes yet: whoever reads makes them."]),
        as_json=as_json,
    )
