"""Delivery by webhook: taps and texts of one person travel in queues of their own."""

import asyncio
from functools import partial

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.clock import Changes
from bot.sandbox.model import Bot, Webhook
from bot.sandbox.telegram import Telegram
from bot.sandbox.updates import Update

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name, not a secret
FIRST_RETRY = 0.05
LONGEST_RETRY = 5.0


class Courier:
    """Carries one bot's updates to its webhook for as long as one is set."""

    def __init__(self, telegram: Telegram, bot: Bot) -> None:
        self.telegram = telegram
        self.bot = bot
        self._task: asyncio.Task[None] | None = None
        self._under_way: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._freed = Changes()

    def start(self) -> None:
        """Begin to deliver, unless it is already delivering."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once; what was not acknowledged still waits."""
        tasks = [task for task in (self._task, *self._under_way.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            while hook := self.bot.webhook:
                self.bot.queue.age_out()
                changed = [self.bot.queue.changes.future(), self._freed.future()]
                for update in list(self.bot.queue.waiting):
                    key = (update.kind, update.owner)
                    if key not in self._under_way and len(self._under_way) < hook.connections:
                        task = asyncio.create_task(self._deliver(session, hook, update))
                        self._under_way[key] = task
                        task.add_done_callback(partial(self._free, key))
                await asyncio.wait(changed, return_when=asyncio.FIRST_COMPLETED)
                for future in changed:
                    future.cancel()

    def _free(self, key: tuple[str, int], _: asyncio.Task[None]) -> None:
        self._under_way.pop(key, None)
        self._freed.notify()

    async def _deliver(self, session: ClientSession, hook: Webhook, update: Update) -> None:
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: hook.secret} if hook.secret else {})
        wait = FIRST_RETRY
        while self.bot.webhook is hook:
            try:
                async with session.post(hook.url, data=update.body, headers=headers) as reply:
                    if 200 <= reply.status < 300:
                        self.bot.queue.let_go(update)
                        self.telegram.changes.notify()
                        return
                    hook.last_error = f"Wrong response from the webhook: {reply.status} {reply.reason}"
            except (ClientError, TimeoutError) as error:
                hook.last_error = f"Connection failed: {type(error).__name__}"
            hook.last_error_at = self.telegram.clock.time()
            await asyncio.sleep(wait)
            wait = min(LONGEST_RETRY, wait * 2)
