"""Updates by webhook: one route that answers 200 only after the commit, and a health line for whoever watches."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.intake import Intake
from bot.settings import Settings
from storage.store import Store

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name, not a secret)
MAX_BYTES = 1_000_000
MOST_AT_ONCE = 100


class Waiting:
    """Updates that have arrived and wait for the next batch, each with the answer its request waits for."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._queue: asyncio.Queue[tuple[dict[str, Any], asyncio.Future[None]]] = asyncio.Queue()

    async def put(self, raw: dict[str, Any]) -> None:
        """Returns once the update's effect is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._queue.put((raw, done))
        await done

    async def run(self) -> None:
        """Handle whatever has gathered, together, for ever."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._intake.handle([raw for raw, _ in batch])
            except BaseException as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error if isinstance(error, Exception) else ConnectionError())
                raise
            for _, done in batch:
                if not done.done():
                    done.set_result(None)


@asynccontextmanager
async def listening(settings: Settings, intake: Intake, store: Store) -> AsyncIterator[None]:
    """Serve the webhook's path on the settings' address until the block ends."""
    waiting = Waiting(intake)
    secret = store.keys.webhook_secret

    async def take(request: web.Request) -> web.Response:
        # Compared in constant time; the wrong secret is neither logged nor told apart from a wrong path.
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return web.Response(status=404)
        raw = await request.json()
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return web.Response(status=400)
        await waiting.put(raw)
        return web.Response()

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application(client_max_size=MAX_BYTES)
    app.router.add_post(urlsplit(settings.webhook_url or "").path or "/", take)
    app.router.add_get("/health", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, _, port = settings.listen.rpartition(":")
    running = asyncio.create_task(waiting.run())
    try:
        await web.TCPSite(runner, host, int(port)).start()
        yield
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await running
        await runner.cleanup()
