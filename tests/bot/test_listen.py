"""Updates by webhook: nobody without the secret is heard, and 200 means committed."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from support.line import Line
from support.town import DEFINITIONS, NORTHFIELD, TUESDAY, Town

from bot.listen import MAX_BYTES, SECRET_HEADER, ask_for_updates
from bot.run import started
from bot.sandbox.clock import Clock
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from bot.settings import Settings
from bot.wire import WANTED
from engagement import authority, surveys
from storage import drafts, handled, people, schema
from storage.people import Details
from storage.store import Store


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def hooked(database_url: str, keys: Path) -> AsyncIterator[Town]:
    """Northfield, its bot listening. The settings insist on https; on this machine the made-up Telegram does not."""
    clock = Clock(TUESDAY, running=False)
    telegram = Telegram(clock=clock)
    async with await serve(telegram) as running:
        port = free_port()
        settings = Settings.model_construct(
            token=SecretStr(telegram.bot.token),
            api_url=running.api_url,
            database_url=database_url,
            keys=keys,
            webhook_url=f"http://127.0.0.1:{port}/hook",
            listen=f"127.0.0.1:{port}",
            bot_name=None,
        )
        store = Store.open(database_url, keys)
        await schema.migrate(store.engine)
        words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
        await store.add_authority(words.name, authority.kept(words))
        here = Town(telegram, running, clock, settings, store)
        try:
            async with started(settings, clock=clock.now) as here.bot:
                await telegram.changes.until(lambda: telegram.bot.webhook)
                yield here
        finally:
            await store.close()


@pytest.fixture
async def northfield(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with hooked(sqlite_database_url, tmp_path / "keys") as here:
        yield here


@dataclass
class Caller:
    """Somebody who knows the address, and perhaps the secret."""

    town: Town
    session: ClientSession

    @property
    def secret(self) -> dict[str, str]:
        return {SECRET_HEADER: self.town.store.keys.webhook_secret}

    async def post(self, body: Any, headers: dict[str, str] | None = None) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = self.secret if headers is None else headers
        async with self.session.post(self.town.settings.webhook_url or "", data=data, headers=said) as reply:
            return reply.status

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(f"http://{self.town.settings.listen}{path}") as reply:
            return reply.status, await reply.text()


@pytest.fixture
async def caller(northfield: Town) -> AsyncIterator[Caller]:
    async with ClientSession() as session:
        yield Caller(northfield, session)


def words(update: int, text: str, user: int = 7_000_000_017) -> dict[str, Any]:
    """What Telegram brings when somebody types."""
    who = {"id": user, "is_bot": False, "first_name": "Ash"}
    chat = {"id": user, "type": "private", "first_name": "Ash"}
    sent_at = int(TUESDAY.timestamp())
    message = {"message_id": update, "date": sent_at, "chat": chat, "from": who, "text": text}
    return {"update_id": update, "message": message}


async def done(town: Town, *updates: int) -> frozenset[int]:
    async with town.store.transaction() as tx:
        return await handled.already(tx, updates)


@pytest.mark.parametrize("headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "0" * 64}, {SECRET_HEADER: "é\udcff"}])
async def test_without_the_secret_nobody_is_there(caller: Caller, headers: dict[str, str]) -> None:
    assert await caller.post(words(1, "/start"), headers) == 404
    assert await done(caller.town, 1) == frozenset()


async def test_another_path_is_nobody_too_with_the_secret(caller: Caller) -> None:
    assert (await caller.get("/"))[0] == 404
    assert (await caller.get("/hook"))[0] == 405


async def test_whoever_watches_hears_that_it_is_there(caller: Caller) -> None:
    assert await caller.get("/health") == (200, "ok")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"7", b'{"update_id":"7"}', b"{}"])
async def test_what_is_no_update_is_refused_and_the_next_one_is_heard(caller: Caller, body: bytes) -> None:
    assert await caller.post(body) == 400
    assert await caller.post(words(1, "/start")) == 200


async def test_what_is_far_too_long_is_refused(caller: Caller) -> None:
    assert await caller.post(b" " * (MAX_BYTES + 1)) == 413


async def test_200_is_said_only_once_the_effect_is_kept(caller: Caller) -> None:
    town = caller.town
    assert town.bot is not None
    async with town.bot.store.transaction():
        asking = asyncio.create_task(caller.post(words(1, "/start")))
        # Another request has come and gone meanwhile: the first was not merely slow.
        for _ in range(3):
            assert (await caller.get("/health"))[0] == 200
        assert not asking.done()
    assert await asking == 200
    assert await done(town, 1) == {1}


async def test_an_update_brought_twice_is_done_once(caller: Caller) -> None:
    assert [await caller.post(words(1, "hello")) for _ in range(2)] == [200, 200]
    assert await done(caller.town, 1) == {1}


async def test_what_overtook_on_the_way_is_put_back_in_order(caller: Caller) -> None:
    town = caller.town
    assert town.bot is not None
    ash = town.phone("Ash")
    ash.chat.started = True
    code = await town.add_person(Details("A-1", "Ash", "Lee", birth_date=date(2006, 5, 14)))
    async with town.bot.store.transaction():
        first = asyncio.create_task(caller.post(words(1, "hello", ash.id + 1)))  # taken at once, alone
        await caller.get("/health")
        late = asyncio.create_task(caller.post(words(11, "AL", ash.id)))
        await caller.get("/health")
        early = asyncio.create_task(caller.post(words(10, f"/start {code}", ash.id)))
        for _ in range(3):
            await caller.get("/health")
    assert await asyncio.gather(first, late, early) == [200, 200, 200]
    await ash.until("Now tap the day")


async def test_while_the_database_is_away_telegram_is_told_to_come_again(caller: Caller) -> None:
    town = caller.town
    async with town.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE handled RENAME TO handled_away")
    assert await caller.post(words(1, "/start")) == 503
    async with town.store.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE handled_away RENAME TO handled")
    assert await caller.post(words(1, "/start")) == 200


async def test_stopping_keeps_no_request_hanging(sqlite_database_url: str, tmp_path: Path) -> None:
    async with ClientSession() as session, hooked(sqlite_database_url, tmp_path / "keys") as town:
        assert town.bot is not None
        caller = Caller(town, session)
        holding = town.bot.store.transaction()
        await holding.__aenter__()
        asking = [asyncio.create_task(caller.post(words(update, "/start"))) for update in range(3)]
        for _ in range(3):
            await caller.get("/health")
        town.bot.intake_task.cancel()  # type: ignore[union-attr]
        assert set(await asyncio.gather(*asking)) == {503}
        await holding.__aexit__(None, None, None)


async def test_telegram_is_asked_again_until_it_knows_where_to_bring_updates(telegram_line: Line) -> None:
    line = telegram_line
    line.telegram.faults.add("429", method="setWebhook", times=1, retry_after=1)
    line.telegram.faults.add("502", method="setWebhook", times=1)
    await ask_for_updates(line.wire, "http://127.0.0.1:9/hook", "secret")
    hook = line.telegram.bot.webhook
    assert hook is not None
    assert (hook.url, hook.secret) == ("http://127.0.0.1:9/hook", "secret")
    assert line.telegram.bot.queue.allowed == frozenset(WANTED)


async def test_the_journey_by_webhook_is_the_journey_by_poll(northfield: Town) -> None:
    town = northfield
    async with town.store.transaction() as tx:
        source = (DEFINITIONS / "pulse.yaml").read_text("utf-8")
        settings = await authority.current(tx)
        opened = await surveys.open_survey(tx, settings, source, source="pulse.yaml", closes=None, now=TUESDAY)
    ash = await town.joined("Ash", "Lee")
    await ash.choose("Have a look")
    await ash.choose("Start")
    assert ash.text.startswith("1 of ")
    await ash.choose(0)
    assert ash.text.startswith("2 of ")
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        assert await drafts.has_draft(tx, person.id, opened.survey)
    assert not [call for call in town.telegram.calls if call.method == "getUpdates"]
