"""A sandbox over real HTTP, and a caller that speaks the Bot API by hand."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.sandbox.clock import Clock
from bot.sandbox.phones import Phone
from bot.sandbox.server import Running, serve
from bot.sandbox.telegram import Telegram


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def result(self) -> Any:
        assert self.status == 200, self.body
        return self.body["result"]

    @property
    def refusal(self) -> tuple[int, str]:
        assert self.body["ok"] is False
        assert self.body["error_code"] == self.status
        return self.status, self.body["description"]


class Caller:
    """Calls methods as a bot would: a form, JSON where the value is no text."""

    def __init__(self, session: ClientSession, running: Running) -> None:
        self.session = session
        self.running = running
        self.token = running.telegram.bot.token

    async def __call__(self, method: str, **params: Any) -> Reply:
        form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        async with self.session.post(f"{self.running.api_url}{self.token}/{method}", data=form) as reply:
            return Reply(reply.status, await reply.json(), dict(reply.headers))


@pytest.fixture
def clock() -> Clock:
    """A clock that only moves when told."""
    return Clock(1_800_000_000.0, running=False)


@pytest.fixture
def telegram(clock: Clock) -> Telegram:
    return Telegram(clock=clock)


@pytest.fixture
async def running(telegram: Telegram) -> AsyncIterator[Running]:
    async with await serve(telegram) as running:
        yield running


@pytest.fixture
async def call(running: Running) -> AsyncIterator[Caller]:
    async with ClientSession() as session:
        yield Caller(session, running)


@pytest.fixture
async def ash(telegram: Telegram) -> Phone:
    """Somebody who has pressed Start."""
    phone = Phone(telegram, "Ash")
    await phone.start()
    telegram.bot.queue.clear()
    return phone
