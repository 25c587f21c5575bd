"""The themes of the plan: named, given a sign, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from engagement import audit, promises
from engagement.audit import Action
from engagement.promise_words import BadField
from engagement.promises import WasTold
from storage import promises as storage
from storage.ids import PlanThemeId
from storage.promises import NoSuchPlanTheme, PlanTheme
from storage.staff import Staff
from storage.store import Transaction

LONGEST_NAME: Final = 40
LONGEST_ICON: Final = 8


async def of(tx: Transaction, theme: PlanThemeId) -> PlanTheme:
    """The live theme with that number. Raises: NoSuchPlanTheme."""
    for one in await storage.themes(tx):
        if one.id == theme:
            return one
    raise NoSuchPlanTheme(theme)


async def add(
    tx: Transaction, member: Staff | None, *, name: str, icon: str = "", goes_well: bool = False, now: datetime
) -> PlanTheme:
    """A new theme after the others. Raises: NotAllowed, BadField."""
    promises.require_plan(member)
    fit = fitted({"name": name, "icon": icon})
    await _other(tx, None, fit["name"])
    made = await storage.add_theme(tx, name=fit["name"], icon=fit["icon"], goes_well=goes_well)
    await audit.note(tx, member, Action.PLAN_CHANGED, now=now, theme=made.id)
    return made


async def change(
    tx: Transaction, member: Staff | None, theme: PlanThemeId, *, now: datetime, **values: Any
) -> PlanTheme:
    """The theme with any of name, icon and goes_well changed. Raises: NotAllowed, NoSuchPlanTheme, BadField."""
    promises.require_plan(member)
    fit = fitted(values)
    if "name" in fit:
        await _other(tx, theme, fit["name"])
    await of(tx, theme)
    made = await storage.change_theme(tx, theme, **fit)
    await audit.note(tx, member, Action.PLAN_CHANGED, now=now, theme=theme)
    return made


async def end(tx: Transaction, member: Staff | None, theme: PlanThemeId, *, now: datetime) -> None:
    """It is no part of the plan any more, with all that nobody was told of. Raises: NotAllowed, WasTold."""
    promises.require_plan(member)
    told = await storage.told(tx)
    if any(one.theme == theme and one.id in told for one in await storage.every(tx, hold=True)):
        raise WasTold(theme)
    await storage.change_theme(tx, theme, state="ended")
    await audit.note(tx, member, Action.PLAN_CHANGED, now=now, theme=theme)


def fitted(values: dict[str, Any]) -> dict[str, Any]:
    """A theme's values, its name and sign on one line. Raises: BadField."""
    fit = dict(values)
    for field, most in (("name", LONGEST_NAME), ("icon", LONGEST_ICON)):
        if field in fit:
            fit[field] = " ".join(str(fit[field]).split())
            if len(fit[field]) > most:
                raise BadField(field, "long", max=most)
    if fit.get("name") == "":
        raise BadField("name", "empty")
    return fit


async def _other(tx: Transaction, theme: PlanThemeId | None, name: str) -> None:
    """Raises BadField where another theme has that name: a spreadsheet could not tell them apart."""
    if any(one.name.casefold() == name.casefold() and one.id != theme for one in await storage.themes(tx)):
        raise BadField("name", "taken")
