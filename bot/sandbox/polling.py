"""getUpdates and the webhook settings: who is listening, and how a poll is held."""

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.model import Bot, Webhook
from bot.sandbox.params import Params
from bot.sandbox.refusals import OTHER_POLLER, WEBHOOK_ACTIVE, WEBHOOK_SET, Refused, bad_request
from bot.sandbox.telegram import Telegram
from bot.sandbox.updates import Update

LONGEST_POLL = 50
REPEATED_WAIT = 3.0
REPEATED_ALONE = 0.5
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Poller:
    """The one poll of one bot that may be held."""

    def __init__(self, telegram: Telegram, bot: Bot) -> None:
        self.telegram = telegram
        self.bot = bot
        self.held: asyncio.Future[None] | None = None
        self._last: tuple[int, float] | None = None

    async def get_updates(self, params: Params) -> list[Update]:
        """The updates for one poll; waits for the first as long as the poll asked, at most 50 s."""
        if self.bot.webhook:
            raise Refused(409, WEBHOOK_ACTIVE)
        offset = params.number("offset", 0, -(2**31), 2**31 - 1)
        limit = params.number("limit", 100, 1, 100)
        timeout: float = params.number("timeout", 0, 0, LONGEST_POLL)
        self.bot.queue.allow(allowed(params))
        now = self.telegram.clock.time()
        if self._last and self._last[0] == offset and self.telegram.slow_repeats:
            since = now - self._last[1]
            timeout = max(timeout, REPEATED_WAIT) if since < REPEATED_WAIT else timeout
            limit = 1 if since < REPEATED_ALONE else limit
        self._last = (offset, now)
        self.interrupt(OTHER_POLLER)
        found = self.bot.queue.take(offset, limit)
        if found or not timeout:
            return found
        await self._hold(now + timeout)
        return self.bot.queue.take(max(offset, 0), limit)

    def interrupt(self, words: str) -> None:
        """End the held poll with a conflict."""
        if self.held and not self.held.done():
            self.held.set_exception(Refused(409, words))
        self.held = None

    async def _hold(self, until: float) -> None:
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.held = held
        timer = self.telegram.clock.at(until, lambda: None if held.done() else held.set_result(None))
        # A held poll is not a request under way: `settled` must be able to come true meanwhile.
        self.telegram.under_way -= 1
        self.telegram.changes.notify()
        waiting = asyncio.ensure_future(self.bot.queue.changes.until(lambda: self.bot.queue.ready))
        try:
            await asyncio.wait({held, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if held.done():
                held.result()
        finally:
            self.telegram.under_way += 1
            waiting.cancel()
            timer.cancel()
            if not held.cancel() and not held.cancelled():
                held.exception()  # seen, even where the poll itself was cut
            if self.held is held:
                self.held = None


def allowed(params: Params) -> list[str] | None:
    """The kinds a call asks for; None where it does not say."""
    kinds = params.json("allowed_updates", "can't parse allowed_updates JSON object")
    return [str(kind) for kind in kinds] if isinstance(kinds, list) else None


def set_webhook(bot: Bot, poller: Poller, params: Params) -> Any:
    """Deliveries instead of polls; an address on this machine may be plain http, all others not."""
    url = params.text("url")
    if not url:
        return delete_webhook(bot, params)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if params.flag("drop_pending_updates"):
        bot.queue.clear()
    bot.queue.allow(allowed(params))
    poller.interrupt(WEBHOOK_SET)
    bot.webhook = Webhook(url, secret, params.number("max_connections", 40, 1, 100))
    bot.queue.changes.notify()
    return True


def delete_webhook(bot: Bot, params: Params) -> Any:
    """Polls again."""
    bot.webhook = None
    if params.flag("drop_pending_updates"):
        bot.queue.clear()
    bot.queue.changes.notify()
    return True


def webhook_info(bot: Bot) -> Any:
    """Where updates go and how many wait."""
    hook = bot.webhook
    found: dict[str, Any] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue.waiting),
    }
    if hook:
        found["max_connections"] = hook.connections
    if hook and hook.last_error_at is not None:
        found.update(last_error_date=int(hook.last_error_at), last_error_message=hook.last_error)
    if bot.queue.allowed is not None:
        found["allowed_updates"] = sorted(bot.queue.allowed)
    return found
