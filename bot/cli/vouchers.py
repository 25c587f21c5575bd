"""`yousaid vouchers add`, `yousaid vouchers status`. No code is ever shown, and no count of givings under ten."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import voucher_file, vouchers
from engagement.voucher_file import Codes
from engagement.vouchers import Stock
from storage import openings, people
from storage import vouchers as kept
from storage.store import Transaction
from surveys.disclosure import MIN_BASE

LONGEST_WORTH = 30
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

app = typer.Typer(no_args_is_help=True, help="Thank-you codes, one each for whoever sends a survey.")


@dataclass(frozen=True, slots=True)
class Standing:
    """The codes of one survey, and how many would be missing if everybody in the register answered."""

    name: str
    stock: Stock
    people: int
    short: int
    is_known: bool


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="CSV with a column named code, or one code a line.", metavar="FILE")],
    survey: Annotated[str, typer.Option("--survey", help="Whom they thank.", metavar="NAME")],
    worth: Annotated[str, typer.Option(help='What each is worth, such as "£10".')] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: add them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add codes: all of the file, or nothing."""
    if not _NAME.fullmatch(survey):
        raise typer.BadParameter(f"{survey} is not the name of a survey")
    worth = " ".join(worth.split())
    if len(worth) > LONGEST_WORTH:
        raise typer.BadParameter(f"what a code is worth is said in {LONGEST_WORTH} characters")
    codes = voucher_file.read(opening.bytes_of(file))

    async def look(tx: Transaction) -> Standing:
        await vouchers.check(tx, codes)
        return await _standing(tx, survey)

    async def do(tx: Transaction) -> Standing:
        await vouchers.add(tx, codes, name=survey, worth=worth, now=opening.now())
        return await _standing(tx, survey)

    before = opening.in_transaction(look)
    count = len(codes.lines)
    lines = _preview(codes, before, worth)
    if not yes and sys.stdin.isatty():
        typer.echo("\n".join(lines))
        yes = typer.confirm(f"Add {_codes(count)}?")
        lines = []
    after = opening.in_transaction(do) if yes else before
    closing = [f"{_codes(count)} added.", *_told(after)] if yes else ["Nothing was added. To add them: --yes."]
    said = _plain(after) | {"codes": count, "added": count if yes else 0, "worth": worth or None}
    opening.show(said, *lines, *closing, as_json=as_json)


@app.command("status")
def status(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="All of them if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """How many codes there are, how many were given, and how many would be missing if everybody answered."""

    async def look(tx: Transaction) -> list[Standing]:
        there = await kept.names(tx)
        if name is not None and name not in there:
            raise Refused(f"There are no codes for {name}. To add some: yousaid vouchers add FILE --survey {name}")
        return [await _standing(tx, one) for one in there if name in (None, one)]

    found = opening.in_transaction(look)
    said = [_plain(one) for one in found]
    opening.show(
        said if name is None else said[0],
        *(line for one in found for line in _told(one)),
        *(() if found else ("There are no codes.",)),
        as_json=as_json,
    )


async def short_line(tx: Transaction, name: str) -> str | None:
    """What to say before people are asked; None where there are codes enough, or none are meant to be."""
    found = await _standing(tx, name)
    return f"{found.people} people, {_codes(found.stock.left)}: {found.short} short." if found.short else None


async def _standing(tx: Transaction, name: str) -> Standing:
    register = len(await people.everyone(tx))
    found = await vouchers.stock(tx, name)
    shipped = (files("surveys") / "definitions" / f"{name}.yaml").is_file()
    is_known = shipped or await openings.latest(tx, name) is not None
    return Standing(name, found, register, await vouchers.short_by(tx, name, register), is_known)


def _preview(codes: Codes, before: Standing, worth: str) -> list[str]:
    each = f", each worth {worth}" if worth else ""
    lines = [f"{_codes(len(codes.lines))} can be added for {before.name}{each}."]
    if not codes.headed:
        lines.append("No column is named code, so every line is taken as a code, the first one too.")
    if not before.is_known:
        lines.append(f"No survey called {before.name} is shipped or was ever opened. Is it spelled right?")
    missing = before.people - before.stock.total - len(codes.lines)
    if missing > 0:
        lines.append(f"{before.people} people are in the register: if all answer, {missing} codes are missing.")
    return lines


def _told(one: Standing) -> list[str]:
    """Codes given are people who have sent: under ten of them are not counted for anybody, by subtraction neither."""
    left, given, total = one.stock.left, one.stock.given, one.stock.total
    if given and given < MIN_BASE:
        first = f"{one.name}: {_codes(total)}, fewer than {MIN_BASE} of them given."
    else:
        first = f"{one.name}: {_codes(left)} in stock, {given} given."
    short = f"{one.short} short" if one.short else "enough"
    return [first, f"  {one.people} people are in the register: {short} if everybody answers."]


def _plain(one: Standing) -> dict[str, object]:
    hidden = 0 < one.stock.given < MIN_BASE
    return {
        "name": one.name,
        "in_stock": None if hidden else one.stock.left,
        "given": None if hidden else one.stock.given,
        "total": one.stock.total,
        "people": one.people,
        "short": one.short,
    }


def _codes(count: int) -> str:
    return "1 code" if count == 1 else f"{count} codes"
