"""Typed answers are read by one role: no other chat comes to see one, whatever its card shows or its buttons carry."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.indoors import UNTOUCHED, Indoors, indoors
from support.typed import closed, open_words, sent
from test_forged import ARGUMENTS

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from storage import cards, chats, staff
from storage.ids import ChatId, SurveyId
from storage.staff import ROLES

WORDS = "the kettle is green"
READING = sorted(name for name in PLACES if name.startswith("reading"))
VERSION = "12345678"
OTHERS = (*sorted(set(ROLES) - {"participation"}), "left", "young", "stranger")


@dataclass
class World:
    """A closed survey whose every text has the same words in it, and one chat of every kind."""

    here: Indoors
    survey: SurveyId
    phones: dict[str, Phone]

    async def at(self, kind: str, place: str) -> None:
        """Take a chat's card to a place, in the middle of a list."""
        showing = {"at": place, "survey": self.survey, "n": 1, "marks": [[0, 3, "name"]], "people": 3}
        index = chats.index_of(self.here.store.keys, ChatId(self.phones[kind].id))
        async with self.here.store.transaction() as tx:
            await cards.keep(tx, cards.Card(index, VERSION, showing, 999))

    async def tap(self, kind: str, action: str, argument: str = "") -> None:
        await self.here.tap(self.phones[kind], f"{VERSION}:{action}:{argument}", 999)

    def seen(self, kind: str) -> str:
        return self.here.seen_by(self.phones[kind])


@pytest.fixture
async def world(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        phones = {role: (await here.staff_phone(f"{role} Worker", role))[0] for role in ROLES}
        phones["left"], left = await here.staff_phone("Left Worker", "participation")
        phones["young"], _ = await here.joined("Kit")
        phones["stranger"] = here.phone("Nobody")
        async with here.store.transaction() as tx:
            survey = await open_words(tx, now=here.clock.now())
            await sent(tx, survey, [{"helps": (f"{WORDS}, {number}", True)} for number in range(10)])
        await closed(here.store, survey, now=here.clock.now())
        async with here.store.transaction() as tx:
            await staff.leave(tx, left)
        yield World(here, survey, phones)
        assert here.given_up == []


async def test_at_no_place_of_the_list_does_anybody_else_see_or_change_anything(world: World) -> None:
    before = await world.here.prints()
    for kind, place in itertools.product(OTHERS, READING):
        for action in sorted({*PLACES[place].taps, "reading"}):
            await world.at(kind, place)
            await world.tap(kind, action, str(world.survey) if action == "reading" else "1")
        await world.at(kind, place)
        await world.here.type(world.phones[kind], "teapot")
        assert WORDS not in world.seen(kind), (kind, place)
        assert "kettle" not in world.seen(kind), (kind, place)
    assert await world.here.prints() == before


async def test_the_same_taps_show_a_reader_the_words_so_that_the_test_above_is_not_blind(world: World) -> None:
    for place in ("reading/card", "reading/confirm"):
        await world.at("participation", place)
        await world.tap("participation", "card", "1")
    assert WORDS in world.seen("participation")


async def test_nobody_else_opens_the_line_that_was_sent_to_a_reader(world: World) -> None:
    await world.here.tick()
    rows = [row["id"] for row in await world.here.rows("outbox") if row["envelope"].startswith("reading/")]
    assert rows
    for kind, row in itertools.product(OTHERS, rows):
        await world.here.tap(world.phones[kind], f"0:open:{row}", 999)
        assert WORDS not in world.seen(kind)
        assert "must not try" not in world.seen(kind)


async def test_a_reader_s_forged_numbers_change_nothing_and_lead_back(world: World) -> None:
    before = await world.here.prints()
    numbered = (("reading", "card"), ("reading/marks", "unmark"), ("reading/theme", "theme"), ("reading", "reading"))
    for (place, action), argument in itertools.product(numbered, ARGUMENTS[::2]):
        await world.at("participation", place)
        await world.tap("participation", action, argument)
    assert await world.here.prints() == before


async def test_before_the_close_there_is_nothing_to_reach_for_a_reader_either(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        asha, _ = await here.staff_phone("Asha Rao", "participation")
        async with here.store.transaction() as tx:
            survey = await open_words(tx, now=here.clock.now())
            await sent(tx, survey, [{"helps": (WORDS, True)}] * 30)
        world = World(here, survey, {"participation": asha})
        before = await here.prints()
        for place in READING:
            for action in sorted({*PLACES[place].taps, "reading"} - {"everyone_yes", "list"}):
                await world.at("participation", place)
                await world.tap("participation", action, "1")
            await world.at("participation", place)
            await here.type(asha, "kettle")
        assert WORDS not in world.seen("participation")
        assert await here.prints() == before
        assert here.given_up == []


async def test_words_a_reader_types_bring_the_help_card_and_no_task_and_leave_the_chat(world: World) -> None:
    phone = world.phones["participation"]
    before = await world.here.prints(UNTOUCHED - {"theme", "theming"})
    for place in ("reading/word", "reading/theme"):
        await world.at("participation", place)
        await world.here.type(phone, "i want to die")
    assert "No one has been told." in world.seen("participation")
    assert phone.mine == []
    assert await world.here.prints(UNTOUCHED - {"theme", "theming"}) == before
