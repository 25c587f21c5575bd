"""A thank-you code: said on the card, which stays protected, and sent as a message of its own that can be copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.events import Tap
from bot.chat.visit import PLACES, Place, Visit, go, number, stay
from engagement import vouchers
from engagement.vouchers import Voucher
from storage import openings
from storage.ids import SurveyId
from surveys.definition import text_in


async def any_for(visit: Visit) -> bool:
    """Whether there is a code they may look at: then it can be had from the menu, whatever became of the message."""
    return bool(await _theirs(visit))


async def draw_voucher(visit: Visit, args: Mapping[str, Any]) -> None:
    theirs = await _theirs(visit)
    await visit.show("voucher/card", vouchers=[await _offered(visit, one) for one in theirs])
    # With the tap that opens the envelope, and with no other: the card may be drawn again any number of times.
    if isinstance(visit.event, Tap) and visit.event.action == "open":
        _hand_over(visit, theirs, args.get("survey"))


async def to_voucher(visit: Visit, _: str) -> None:
    await go(visit, "voucher")


async def on_code(visit: Visit, survey: str) -> None:
    """The code once more; nothing, and the card as it is now, where it is not theirs."""
    if not _hand_over(visit, await _theirs(visit), number(survey)):
        await stay(visit)


def _hand_over(visit: Visit, theirs: tuple[Voucher, ...], survey: int | None) -> bool:
    found = next((one for one in theirs if one.opening == survey), None)
    if found is not None:
        visit.more("voucher/code", code=found.code, worth=found.worth or None)
    return found is not None


async def _theirs(visit: Visit) -> tuple[Voucher, ...]:
    return await vouchers.mine(visit.tx, visit.who, now=visit.now)


async def _offered(visit: Visit, one: Voucher) -> dict[str, object]:
    asked = await openings.questionnaire(visit.tx, SurveyId(one.opening))
    return {"id": one.opening, "title": text_in(asked.title, visit.language), "worth": one.worth or None}


PLACES["voucher"] = Place(draw_voucher, {"code": on_code})
