"""`yousaid priorities preview`, `open`: the ten cards, or any list, as a survey of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from engagement import authority, priorities
from engagement.priorities import Preview
from engagement.surveys import Opened
from storage.store import Transaction
from surveys.definition import text_in
from surveys.load import load

app = typer.Typer(no_args_is_help=True, help="Ask everyone what should come first.")

ListFile = Annotated[
    Path | None, typer.Option("--list", metavar="FILE", help="Things to choose from, one on each line.")
]
CardMode = Annotated[
    Literal["pick", "rank"] | None,
    typer.Option("--cards", help="The ten cards: pick (best, most work) or rank (importance, then how well)."),
]
Question = Annotated[str, typer.Option(help="With --list: what is asked.")]
Title = Annotated[str, typer.Option(help="With --list: what it is called in the menu.")]
Closes = Annotated[str | None, typer.Option(help="The last day, two weeks from now if left out.")]

ASKED = "What should change here first?"
CALLED = "What should change first"


@app.command("preview")
def preview(
    list_: ListFile = None,
    cards: CardMode = None,
    question: Question = ASKED,
    title: Title = CALLED,
    closes: Closes = None,
    as_json: AsJson = False,
) -> None:
    """Show what people would be asked, and whom a message would reach now. Nothing is changed."""
    text, source = _definition(list_, cards, question, title)
    last_day = opening.day(closes)

    async def look(tx: Transaction) -> Preview:
        settings = await authority.current(tx)
        return await priorities.preview(tx, settings, text, source=source, closes=last_day, now=opening.now())

    found = opening.in_transaction(look)
    asked = found.asked
    said = {
        "name": asked.name,
        "questions": [text_in(one.text, "en") for one in asked.questions],
        "options": [text_in(one.label, "en") for one in asked.questions[0].options],
        "register": found.register,
        "joined": found.joined,
        "reached_now": len(found.reach.people),
        "left_out": dict(found.reach.left_out),
        "closes": found.last_day,
        "open_until": found.open_until,
    }
    opening.show(
        said,
        text_in(asked.title, "en"),
        *(f"  {text_in(one.text, 'en')}" for one in asked.questions),
        *(f"    - {text_in(one.label, 'en')}" for one in asked.questions[0].options),
        f"About {max(1, round(found.seconds / 60))} min. It would close when {found.last_day} is over.",
        f"{found.register} people are in the register, {found.joined} have joined; a message would reach"
        f" {len(found.reach.people)} of them now.",
        *([] if found.open_until is None else [f"The same is open already, until {found.open_until}."]),
        as_json=as_json,
    )


@app.command("open")
def open_(
    list_: ListFile = None,
    cards: CardMode = None,
    question: Question = ASKED,
    title: Title = CALLED,
    closes: Closes = None,
    quietly: Annotated[bool, typer.Option("--quietly", help="Without a message: a story leads people to it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open it to everybody. Its figures come once, when it has closed: yousaid survey results NAME."""
    text, source = _definition(list_, cards, question, title)
    last_day = opening.day(closes)

    async def do(tx: Transaction) -> Opened:
        settings = await authority.current(tx)
        return await priorities.open_them(
            tx, settings, None, text, source=source, closes=last_day, quietly=quietly, now=opening.now()
        )

    opened = opening.in_transaction(do)
    name = load(text, source=source).name
    told = "nobody gets a message." if quietly else f"{opened.told} have joined and get one message."
    opening.show(
        {"survey": opened.survey, "name": name, "closes": opened.closes_at, "told": opened.told},
        f"{name} is open. {opened.invited} people are in the register; {told}",
        as_json=as_json,
    )


def _definition(
    list_: Path | None, cards: Literal["pick", "rank"] | None, question: str, title: str
) -> tuple[str, str]:
    """The text to open, and what to call it: exactly one of the two ways."""
    if (list_ is None) == (cards is None):
        raise typer.BadParameter("say either --list FILE or --cards pick|rank")
    if cards is not None:
        return priorities.ten_cards(cards)
    lines = opening.text_of(list_).splitlines() if list_ is not None else []
    return priorities.from_list(title, question, lines), priorities.NAME
