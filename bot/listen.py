"""Updates by webhook: one route that answers 200 only after the commit, and a health line for whoever watches."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from telegram.error import RetryAfter, TelegramError

from bot.intake import Intake
from bot.settings import Settings
from bot.wire import WANTED, Wire, seconds
from storage.store import Store

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name, not a secret)
MAX_BYTES = 1_000_000
MOST_AT_ONCE = 100
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0

log = structlog.get_logger()


class NotKept(Exception):
    """The update's effect is not committed: Telegram is to bring it again."""


class Waiting:
    """Updates that have arrived and wait for the next batch, each with the answer its request waits for."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._queue: asyncio.Queue[tuple[dict[str, Any], asyncio.Future[bool]]] = asyncio.Queue()

    async def put(self, raw: dict[str, Any]) -> None:
        """Returns once the update's effect is committed. Raises: NotKept."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((raw, done))
        if not await done:
            raise NotKept

    async def run(self) -> None:
        """Handle whatever has gathered, together, for ever."""
        batch: list[tuple[dict[str, Any], asyncio.Future[bool]]] = []
        try:
            while True:
                batch = [await self._queue.get()]
                batch += self._gathered(MOST_AT_ONCE - 1)
                try:
                    await self._intake.handle([raw for raw, _ in batch])
                except Exception as error:
                    log.error("batch_not_kept", error=type(error).__name__)
                    _tell(batch, False)
                else:
                    _tell(batch, True)
        finally:
            _tell(batch + self._gathered(self._queue.qsize()), False)

    def _gathered(self, most: int) -> list[tuple[dict[str, Any], asyncio.Future[bool]]]:
        return [self._queue.get_nowait() for _ in range(min(most, self._queue.qsize()))]


def _tell(batch: list[tuple[dict[str, Any], asyncio.Future[bool]]], kept: bool) -> None:
    """Let each request go, with the truth; those that have gone already are left alone."""
    for _, done in batch:
        if not done.done():
            done.set_result(kept)


@asynccontextmanager
async def listening(settings: Settings, intake: Intake, store: Store) -> AsyncIterator[None]:
    """Serve the webhook's path on the settings' address until the block ends."""
    waiting = Waiting(intake)
    secret = store.keys.webhook_secret.encode()

    async def take(request: web.Request) -> web.Response:
        # Compared in constant time; the wrong secret is neither logged nor told apart from a wrong path.
        given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
        if not hmac.compare_digest(given, secret):
            return web.Response(status=404)
        try:
            raw = await request.json()
        except ValueError:
            return web.Response(status=400)
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return web.Response(status=400)
        try:
            await waiting.put(raw)
        except NotKept:
            return web.Response(status=503)
        return web.Response()

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application(client_max_size=MAX_BYTES)
    app.router.add_post(urlsplit(settings.webhook_url or "").path or "/", take)
    app.router.add_get("/health", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    running = asyncio.create_task(waiting.run())
    try:
        await web.TCPSite(runner, settings.listen_host, settings.listen_port).start()
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await runner.cleanup()


async def ask_for_updates(wire: Wire, url: str, secret: str) -> None:
    """Tell Telegram where to bring updates; returns once it knows."""
    pause = FIRST_PAUSE
    while True:
        try:
            await wire.set_webhook(url, allowed_updates=list(WANTED), secret_token=secret)
            return
        except TelegramError as error:
            log.warning("webhook_not_set", error=type(error).__name__)
            await asyncio.sleep(seconds(error) if isinstance(error, RetryAfter) else pause)
            pause = min(pause * 2, LONGEST_PAUSE)
