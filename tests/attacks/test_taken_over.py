"""A link opened by somebody who knows initials and birthday leads to no answer, and the old chat hears of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors

from bot.sandbox.phones import Phone


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as world:
        yield world
        assert not world.given_up


async def taken_over(here: Indoors) -> tuple[Phone, Phone]:
    """Jo has answered three questions; their worker makes a link in one tap and opens it on a phone of their own."""
    await here.open_survey()
    worker, member = await here.staff_phone("Priya Shah", "pa")
    jo, _ = await here.joined("Jo", worker=member)
    await here.do(jo, "survey", "start", "pick:0", "pick:1", "skip")
    await here.do(worker, "people", "person", "link")
    code = re.findall(r"start[= ]([\w-]{22})", here.seen_by(worker))[-1]
    other = here.phone("Not Jo")
    await other.start(code)
    await here.turn()
    await here.type(other, "JL")
    await here.do(other, "day:14")
    return jo, other


async def test_whoever_takes_a_chat_over_finds_no_answer_in_it(here: Indoors) -> None:
    _, other = await taken_over(here)
    assert await here.rows("draft") == []
    assert "What you had not sent on your other phone is gone" in other.card.text
    await here.do(other, "yes", "survey")
    assert (await here.at(other))["at"] == "survey/start", "from the beginning"
    assert not [row for row in await here.rows("due") if row["kind"].startswith("finished_draft")]


async def test_the_chat_it_was_taken_from_hears_of_it_and_whom_to_tell(here: Indoors) -> None:
    jo, _ = await taken_over(here)
    said = here.seen_by(jo)
    assert "This has moved to another phone, so it stops here." in said
    assert "Northfield customer care" in said, "not the worker: it may have been them"
    assert jo.from_bot[-1].text == "Something changed here. Please look above."
    await here.type(jo, "/menu")
    assert "private link" in jo.from_bot[-1].text, "nothing opens there any more"


async def test_a_link_opened_on_ones_own_phone_changes_nothing(here: Indoors) -> None:
    await here.open_survey()
    jo, person = await here.joined("Jo")
    await here.do(jo, "survey", "start", "pick:0")
    code = await here.invite(person=person)
    await jo.start(code)
    await here.turn()
    assert len(await here.rows("draft")) == 1
    assert "moved" not in here.seen_by(jo)
