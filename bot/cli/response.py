"""`yousaid survey status`: how far a survey has come, whom it has not reached, and what to type about that."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from bot.cli.results import whole
from engagement import answering, audit, authority, response
from engagement.authority import Settings
from engagement.response import Group, Response, Standing
from storage import openings
from storage.store import Transaction
from surveys.disclosure import MIN_BASE

KINDS = (".png", ".svg")


def status(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Draw it as well, as .png or .svg.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """How many are in the register, are reached and have sent, and which groups are thin. Never what, never when."""
    if picture is not None and picture.suffix.lower() not in KINDS:
        raise typer.BadParameter("a picture ends in .png or .svg")

    async def look(tx: Transaction) -> tuple[Standing, Settings]:
        found = await openings.latest(tx, name)
        if found is None:
            raise Refused(f"{name} was never opened.")
        if picture is not None:
            what = f"status{picture.suffix.lower()}"
            await audit.note(tx, None, audit.Action.EXPORTED, now=opening.now(), survey=found.id, what=what)
        return await response.standing(tx, found, opening.now()), await authority.current(tx)

    standing, settings = opening.in_transaction(look)
    lines = _lines(standing)
    if picture is not None:
        lines.append(_draw(standing, settings, picture))
    opening.show(_said(standing), *lines, as_json=as_json)


def _said(standing: Standing) -> dict[str, Any]:
    """Everything for a script. `invited` is how many were in the register when it opened, as it always was."""
    found, seen = standing.opening, standing.response
    return {
        "name": found.name,
        "state": found.state,
        "practice": found.practice is not None,
        "closes": found.closes_at,
        "invited": found.invited,
        "register": seen.register,
        "joined": seen.joined,
        "sent": seen.sent,
        "response": seen,
        "groups": [
            dataclasses.asdict(group)
            | {"rate": group.rate, "thin": group in standing.thin, "remind": _remind(standing, group)}
            for group in standing.groups
        ],
    }


def _remind(standing: Standing, group: Group) -> str | None:
    """The command that plans a reminder for just this group, where it is thin and a reminder still has a use."""
    from bot.reports.response import command  # brings what draws and prints: only who looks at response needs it

    may = standing.opening.state == "open" and group in standing.thin
    return command(standing.opening.name, group) if may else None


def _lines(standing: Standing) -> list[str]:
    from bot.reports.response import say

    found, seen = standing.opening, standing.response
    state = f"{found.state}, as practice" if found.practice is not None else found.state
    return [
        f"{found.name} is {state}; its last day is {answering.last_day(found)}.",
        say("first_line", seen, found.state == "open"),
        f"In the register {seen.register}, invited {seen.invited}, joined {seen.joined}, reachable {seen.reachable},"
        f"{_started(standing)} sent {_sent(seen)}.",
        f"Not reached in 12 months: {seen.never_reached}.",
        *(_group(group) for group in standing.groups),
        *_thin(standing),
    ]


def _started(standing: Standing) -> str:
    """How many began; once it has closed, what was not sent is gone, and nothing is said of it."""
    if standing.opening.state != "open":
        return ""
    count = standing.response.started
    return f" started {'not told yet' if count is None else f'about {count}'},"


def _sent(seen: Response) -> str:
    if seen.sent is None:
        return "not told" if seen.register >= MIN_BASE and seen.never_told else f"fewer than {MIN_BASE}"
    return f"about {seen.sent}{' or more' if seen.or_more else ''}"


def _group(group: Group) -> str:
    sent = "not shown" if group.sent is None else f"about {group.sent}"
    beside = f"{group.share}% of the register" + ("" if group.rate is None else f", {group.rate}% of them sent")
    return f"  {group.segment}, {group.part}: about {group.people} people, sent {sent}. {beside}."


def _thin(standing: Standing) -> list[str]:
    """Each thin group with what to type, on a line of its own to copy."""
    lines = []
    for group in standing.thin:
        lines.append(f"{group.segment}, {group.part}: clearly fewer than in all.")
        if (remind := _remind(standing, group)) is not None:
            lines += ["To plan a reminder for just them:", f"  {remind}"]
    return lines


def _draw(standing: Standing, settings: Settings, path: Path) -> str:
    """The picture, whole or not there. Raises: Refused."""
    from bot.reports import drawing
    from bot.reports import response as reports

    drawn = reports.svg(standing, settings)
    with whole(path) as unfinished:
        if path.suffix.lower() == ".svg":
            unfinished.write_text(drawn, "utf-8")
        else:
            unfinished.write_bytes(drawing.png(drawn))
    return f"The picture is in {path}."
