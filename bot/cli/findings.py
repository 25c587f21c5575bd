"""`yousaid findings list | page | poster | square | status`: what is told, and for whoever has no Telegram."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from bot.cli.results import whole
from engagement import answering, audit, authority, findings
from engagement import results as published
from engagement.authority import Settings
from engagement.findings import Slide
from engagement.results import Results
from storage import stories
from storage.openings import Opening
from storage.store import Transaction
from storage.stories import Story

app = typer.Typer(no_args_is_help=True, help="What a survey found, in plain sentences.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The survey.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]


@dataclass(frozen=True, slots=True)
class Found:
    """What is told of one survey, or would be: the story if there is one, else the headline measures."""

    results: Results
    settings: Settings
    story: Story | None
    slides: tuple[Slide, ...]


@app.command("list")
def listed(as_json: AsJson = False) -> None:
    """Surveys that have closed, and what is told of each."""

    async def look(tx: Transaction) -> list[dict[str, Any]]:
        return [await _told(tx, one) for one in await published.published(tx) if one.practice is None]

    found = opening.in_transaction(look)
    lines = [line for one in found for line in _lines(one)] or ["Nothing has closed yet."]
    opening.show(found, *lines, as_json=as_json)


@app.command("page")
def page(name: Name, out: Out) -> None:
    """One page with every sentence and its picture; nothing is loaded from anywhere."""

    def made(found: Found) -> bytes:
        from bot.reports import findings_page

        return findings_page.page(found.results, found.settings, found.slides).encode()

    _write(name, out, "page", made)


@app.command("poster")
def poster(name: Name, out: Out) -> None:
    """One sheet of A4 as PDF, with a code to scan where the bot's name is known."""
    bot = opening.wait(opening.bot_name(opening.settings()))

    def made(found: Found) -> bytes:
        from bot.reports import findings_poster

        return findings_poster.pdf(found.results, found.settings, found.slides, bot_name=bot)

    _write(name, out, "poster", made)


@app.command("square")
def square(name: Name, out: Out) -> None:
    """A square picture as PNG, and the words to put below it."""

    def made(found: Found) -> bytes:
        from bot.reports import drawing, findings_square

        return drawing.png(findings_square.svg(found.results, found.settings, found.slides))

    from bot.reports import findings_square

    found = _write(name, out, "square", made)
    typer.echo(findings_square.caption(found.results, found.settings, found.slides))


@app.command("status")
def status(name: Name, as_json: AsJson = False) -> None:
    """How long it took until people were told, and how many of those who have joined were."""

    async def look(tx: Transaction) -> dict[str, Any]:
        return await _told(tx, (await published.of(tx, name)).opening)

    found = opening.in_transaction(look)
    opening.show(found, *_lines(found), as_json=as_json)


async def _told(tx: Transaction, survey: Opening) -> dict[str, Any]:
    about = await stories.every(tx, survey=survey.id)
    told = [one for one in about if one.state == "told"]
    reached, joined = await findings.share_told(tx, told[-1].id) if told else (None, None)
    told_on = await findings.told_on(tx, survey.id)
    closed_on = answering.last_day(survey)
    return {
        "name": survey.name,
        "closed_on": closed_on,
        "told_on": told_on,
        "days": None if told_on is None else max(0, (told_on - closed_on).days),
        "reached": reached,
        "joined": joined,
        "sentences": [one.sentence for one in findings.slides(about[-1])] if about else [],
    }


def _lines(found: dict[str, Any]) -> list[str]:
    told_on: date | None = found["told_on"]
    if told_on is None:
        told = "not told yet"
    else:
        days = found["days"]
        told = f"told on {told_on}, {days} {'day' if days == 1 else 'days'} after it closed"
    lines = [f"{found['name']}, until {found['closed_on']}: {told}."]
    if found["joined"]:
        lines.append(f"  About {found['reached']} of {found['joined']} people who have joined were told.")
    return lines + [f"  - {sentence}" for sentence in found["sentences"]]


def _write(name: str, path: Path, what: str, made: Callable[[Found], bytes]) -> Found:
    """Write it, and say so. Raises: Refused, where nothing may leave the authority, or the file cannot be written."""

    async def look(tx: Transaction) -> Found:
        found = await _found(tx, name)
        await audit.note(
            tx,
            None,
            audit.Action.EXPORTED,
            now=opening.now(),
            survey=found.results.opening.id,
            what=f"findings.{what}",
        )
        return found

    found = opening.in_transaction(look)
    from bot.reports import finding

    if not finding.for_a_wall(found.results, found.settings, found.slides):
        raise Refused(f"So few answered {name} that no figure may leave the authority. Nothing was written.")
    with whole(path) as unfinished:
        unfinished.write_bytes(made(found))
    typer.echo(f"It is in {path}.")
    return found


async def _found(tx: Transaction, name: str) -> Found:
    from bot.reports import finding

    results, settings = await published.of(tx, name), await authority.current(tx)
    about = [one for one in await stories.every(tx, survey=results.opening.id) if findings.slides(one)]
    told = [one for one in about if one.state == "told"]
    story = next(iter([*reversed(told), *reversed(about)]), None)
    if story is not None:
        return Found(results, settings, story, findings.slides(story))
    sentences = finding.proposed(results, settings)
    main = finding.headlines(results, sentences)
    return Found(
        results, settings, None, tuple(Slide(one.question, one.said) for one in sentences if one.question in main)
    )
