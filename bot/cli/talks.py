"""`yousaid talks begin`, `status`, `results`: workers ask a few of their people, and bring back what they heard."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from engagement import priorities, talk_lines, talks
from engagement.talk_lines import OTHER, WhatWasHeard
from engagement.talks import Plan, Status
from storage.store import Transaction
from storage.talks import WorkerRound
from surveys.definition import text_in

app = typer.Typer(no_args_is_help=True, help="Workers ask a few of their people what should change.")


@app.command("begin")
def begin(
    days: Annotated[int, typer.Option(min=3, max=90, help="How many days they have.")] = talks.DAYS,
    as_json: AsJson = False,
) -> None:
    """Give every worker who has joined up to five of their people to ask, the quiet ones first."""

    async def do(tx: Transaction) -> tuple[WorkerRound, Plan]:
        lately = await priorities.every(tx)
        survey = lately[0].id if lately and lately[0].practice is None else None
        return await talks.begin(tx, None, survey=survey, days=days, now=opening.now())

    begun, planned = opening.in_transaction(do)
    said = {"round": begun.id, "ends": begun.ends_on, "workers": len(planned.given), "people": planned.people}
    opening.show(
        said | {"workers_not_joined": planned.waiting},
        f"{len(planned.given)} workers are to ask {planned.people} people until {begun.ends_on}."
        + (f" {planned.waiting} more have not joined." if planned.waiting else ""),
        "Who: people who are not here yet, then those with the fewest things that carry their name, then by chance.",
        as_json=as_json,
    )


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """How far the newest round is."""
    found: Status = opening.in_transaction(talks.status)
    lines = "fewer than 10" if found.lines is None else f"about {found.lines}"
    state = "runs until" if found.round.state == "running" else "ended on"
    opening.show(
        {
            "state": found.round.state,
            "ends": found.round.ends_on,
            "to_ask": found.to_ask,
            "asked": found.asked,
            "not_this_time": found.not_now,
            "lines": found.lines,
        },
        f"The round {state} {found.round.ends_on}. Lines brought back: {lines}.",
        *(
            [f"Asked: {found.asked}. Not this time: {found.not_now}. Left to ask: {found.to_ask}."]
            if found.round.state == "running"
            else []
        ),
        as_json=as_json,
    )


@app.command("results")
def results(as_json: AsJson = False) -> None:
    """How often each of the list came up, once the round has ended. Lines are read in the chat."""

    async def look(tx: Transaction) -> WhatWasHeard:
        return await talk_lines.heard(tx, None)

    found = opening.in_transaction(look)
    labels = {one.id: text_in(one.label, "en") for one in found.options} | {OTHER: "Something else"}
    said: dict[str, Any] = {"lines": found.total, "counts": dict(found.counts)}
    opening.show(
        said,
        f"{'Fewer than 10' if found.total is None else f'About {found.total}'} lines were brought back.",
        *(f"  {labels[name]}: {'c' if count is None else count}" for name, count in found.counts.items() if count != 0),
        "c: too few to show." if found.counts else "Too few to say how often each came up.",
        as_json=as_json,
    )
