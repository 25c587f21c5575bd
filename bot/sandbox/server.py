"""The Bot API over HTTP on the loopback address."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Fault, Kind
from bot.sandbox.methods import METHODS, OFFENCES
from bot.sandbox.model import Bot, Call
from bot.sandbox.params import MOST_BYTES, Params, read_params
from bot.sandbox.polling import Poller, delete_webhook, set_webhook, webhook_info
from bot.sandbox.refusals import Refused, no_such_method, unauthorized
from bot.sandbox.telegram import Telegram
from bot.sandbox.webhooks import Courier

BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"  # noqa: E501
JSON = "application/json"
Routes = Callable[[web.Application], None]
TELEGRAM = web.AppKey("telegram", Telegram)


class Server:
    """One Telegram behind HTTP: reads the request, lets faults strike, answers as Telegram words it."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.pollers: dict[str, Poller] = {}
        self.couriers: dict[str, Courier] = {}

    def routes(self, app: web.Application) -> None:
        """Put the API onto an application."""
        app[TELEGRAM] = self.telegram
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self.file)

    async def close(self) -> None:
        """Stop every delivery."""
        for courier in self.couriers.values():
            await courier.stop()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call of one method."""
        token, name = request.match_info["token"], request.match_info["method"]
        method = name.lower()
        telegram = self.telegram
        try:
            params = await read_params(request)
        except Refused as refused:
            return refusal(refused)
        call = telegram.begin_call(token, name, params.values)
        telegram.under_way += 1
        try:
            fault = telegram.faults.meet(method, call.chat) if telegram.faults.active else None
            if fault:
                telegram.changes.notify()
                early = await self._before(request, fault)
                if early is not None:
                    call.status = early.status
                    return early
            reply = await self._carry_out(call, method, params)
            call.status = reply.status
            if fault:
                await self._after(request, fault)
            return reply
        finally:
            telegram.under_way -= 1
            telegram.changes.notify()

    async def file(self, request: web.Request) -> web.StreamResponse:
        """One file's bytes."""
        if request.match_info["token"] not in self.telegram.bots:
            return refusal(unauthorized())
        found = self.telegram.files.at(request.match_info["path"])
        if found is None:
            return refusal(Refused(404, "Not Found"))
        return web.Response(body=found.body, content_type=found.mime)

    async def _carry_out(self, call: Call, method: str, params: Params) -> web.Response:
        bot = self.telegram.bots.get(call.token)
        if bot is None:
            return refusal(unauthorized())
        if method in OFFENCES:
            self.telegram.offences.append(call)
        try:
            if method == "getupdates":
                updates = await self._poller(bot).get_updates(params)
                call.done = True
                body = b'{"ok":true,"result":[' + b",".join(update.body for update in updates) + b"]}"
                return web.Response(body=body, content_type=JSON)
            result = self._call(bot, method, params)
        except Refused as refused:
            return refusal(refused)
        call.done = True
        if self.telegram.record:
            call.result = result
        return web.Response(body=json.dumps({"ok": True, "result": result}).encode(), content_type=JSON)

    def _call(self, bot: Bot, method: str, params: Params) -> Any:
        if method == "setwebhook":
            done = set_webhook(bot, self._poller(bot), params)
            if bot.webhook:
                self.couriers.setdefault(bot.token, Courier(self.telegram, bot)).start()
            return done
        if method == "deletewebhook":
            return delete_webhook(bot, params)
        if method == "getwebhookinfo":
            return webhook_info(bot)
        if method not in METHODS:
            raise no_such_method()
        return METHODS[method](self.telegram, bot, params)

    def _poller(self, bot: Bot) -> Poller:
        poller = self.pollers.get(bot.token)
        if poller is None:
            poller = self.pollers[bot.token] = Poller(self.telegram, bot)
        return poller

    async def _before(self, request: web.Request, fault: Fault) -> web.Response | None:
        """What a fault does before the call takes effect; an answer ends the call there."""
        refused = fault.refusal()
        if refused:
            return refusal(refused)
        match fault.kind:
            case Kind.BAD_GATEWAY:
                return web.Response(status=502, body=BAD_GATEWAY, content_type="text/html")
            case Kind.RESET_BEFORE:
                return cut(request)
            case Kind.HANG:
                await self._hang(fault)
            case Kind.DELAY:
                await asyncio.sleep(fault.seconds)
        return None

    async def _after(self, request: web.Request, fault: Fault) -> None:
        """What a fault does once the call took effect."""
        if fault.kind is Kind.RESET_AFTER:
            cut(request)
        elif fault.kind is Kind.HANG_AFTER:
            await self._hang(fault)

    async def _hang(self, fault: Fault) -> None:
        # What hangs is not under way: nothing comes of it until somebody lets it go.
        self.telegram.under_way -= 1
        self.telegram.changes.notify()
        try:
            await fault.released.wait()
        finally:
            self.telegram.under_way += 1


def refusal(refused: Refused) -> web.Response:
    """A refusal as JSON, with the headers Telegram adds."""
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    headers = {}
    if refused.retry_after is not None:
        body["parameters"] = {"retry_after": refused.retry_after}
        headers["Retry-After"] = str(refused.retry_after)
    return web.Response(status=refused.code, body=json.dumps(body).encode(), content_type=JSON, headers=headers or None)


def cut(request: web.Request) -> web.Response:
    """Cut the connection without a word."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


@dataclass(slots=True)
class Running:
    """A server that answers; `close` ends it and cuts whatever is held."""

    url: str
    telegram: Telegram
    server: Server
    runner: web.AppRunner

    @property
    def api_url(self) -> str:
        """What a bot is given as the base of the API, without its token."""
        return f"{self.url}/bot"

    async def close(self) -> None:
        """Stop serving."""
        self.telegram.faults.clear()
        await self.server.close()
        await self.runner.cleanup()

    async def __aenter__(self) -> "Running":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def serve(telegram: Telegram, host: str = "127.0.0.1", port: int = 0, *, also: Iterable[Routes] = ()) -> Running:
    """Start serving; port 0 takes any free one. `also` adds routes of others, for instance a page's."""
    app = web.Application(client_max_size=MOST_BYTES + 1024 * 1024)
    server = Server(telegram)
    server.routes(app)
    for routes in also:
        routes(app)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, host, port, reuse_address=True)
    await site.start()
    where = runner.addresses[0]
    return Running(f"http://{where[0]}:{where[1]}", telegram, server, runner)
