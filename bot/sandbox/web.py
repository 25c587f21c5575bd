"""The page of phones: served beside the Bot API, kept live by a websocket."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from bot.sandbox import orders, snapshot
from bot.sandbox.clock import Changes
from bot.sandbox.model import Bot, Json
from bot.sandbox.phones import Phone
from bot.sandbox.telegram import Telegram

FILES = Path(__file__).parent / "page"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
SAFETY = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
Action = Callable[[], Awaitable[str]]


@dataclass(slots=True, eq=False)
class Shown:
    """A phone on the page: whose it is, and the payload its Start button carries."""

    phone: Phone
    name: str
    role: str = ""
    payload: str = ""
    second_of: int | None = None

    def json(self, number: int) -> Json:
        """Who this is, and everything the phone shows."""
        now = self.phone.telegram.clock.time()
        about: Json = {"name": self.name, "role": self.role, "payload": self.payload, "secondOf": self.second_of}
        return {"type": "phone", "number": number, **about, **snapshot.phone_json(self.phone, now=now)}


@dataclass(slots=True)
class Desk:
    """Something done at a desk, away from any phone: its label, what it does, what it said last."""

    label: str
    action: Action
    note: str = ""
    busy: bool = False
    said: str = ""
    failed: bool = False

    def json(self) -> Json:
        """The action as the page shows it."""
        return {"label": self.label, "note": self.note, "busy": self.busy, "said": self.said, "failed": self.failed}


@dataclass(slots=True)
class Page:
    """The phones, faults and desk actions shown side by side."""

    telegram: Telegram
    bot: Bot
    title: str = ""
    shown: dict[int, Shown] = field(default_factory=dict)
    desk: list[Desk] = field(default_factory=list)
    guide: list[tuple[str, str]] = field(default_factory=list)
    """What somebody here for the first time may do: whose phone, and what with it."""
    changes: Changes = field(default_factory=Changes)
    working: set[asyncio.Task[None]] = field(default_factory=set)
    last: int = 0

    def add_phone(self, name: str, role: str = "", payload: str = "", *, language: str = "en") -> Phone:
        """Put somebody's phone on the page; its Start button carries the payload."""
        phone = Phone(self.telegram, name, bot=self.bot, language=language)
        self._add(Shown(phone, name, role, payload))
        return phone

    def add_second(self, number: int) -> Phone:
        """Put another device of somebody already there beside the first."""
        first = self.shown[number]
        phone = first.phone.second_device()
        self._add(Shown(phone, first.name, first.role, first.payload, second_of=number))
        return phone

    def add_action(self, label: str, action: Action, *, note: str = "") -> Desk:
        """Put an action on the desk; what it gives back is shown."""
        self.desk.append(Desk(label, action, note))
        self.changes.notify()
        return self.desk[-1]

    def _add(self, shown: Shown) -> None:
        self.last += 1
        self.shown[self.last] = shown
        self.changes.notify()

    def world(self) -> Json:
        """What belongs to no phone."""
        telegram = self.telegram
        return {
            "type": "world",
            "title": self.title,
            # How far the sandbox's clock is from the wall's, so that the page ticks by itself after a jump.
            "skew": round(telegram.clock.time() - time.time()),
            "bot": {"name": self.bot.name, "username": self.bot.username},
            "faults": [snapshot.fault_json(fault) for fault in telegram.faults.active],
            "rates": telegram.rates.on,
            "quiet": telegram.is_quiet,
            "desk": [desk.json() for desk in self.desk],
            "guide": self.guide,
            "wire": snapshot.wire_json(telegram),
            "offences": len(telegram.offences),
        }

    def routes(self, app: web.Application) -> None:
        """Put the page onto an application."""
        app.router.add_get("/", self._index)
        app.router.add_get("/page/{name}", self._file)
        app.router.add_get("/live", self._live)
        app.router.add_get("/upload/{unique}", self._upload)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(FILES / "index.html", headers=SAFETY)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = FILES / Path(request.match_info["name"]).name
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SAFETY)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["unique"]
        found = next((f for f in self.telegram.files.by_id.values() if f.unique == wanted), None)
        if found is None:
            raise web.HTTPNotFound
        # Anything that is no picture is only ever downloaded: an uploaded page must not run in this one.
        kind = found.mime if found.width else "application/octet-stream"
        return web.Response(body=found.body, content_type=kind, headers=SAFETY)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if origin and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden  # another site in the same browser must not play with these phones
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        sending = asyncio.create_task(self._send(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._obey(socket, message.data)
        finally:
            sending.cancel()
            # A page that was closed in the middle of a sentence is no error.
            await asyncio.gather(sending, return_exceptions=True)
        return socket

    async def _obey(self, socket: web.WebSocketResponse, text: str) -> None:
        try:
            await orders.obey(self, json.loads(text))
        except (orders.Impossible, ValueError) as error:
            await socket.send_json({"type": "refused", "why": type(error).__name__, "detail": str(error)})

    async def _send(self, socket: web.WebSocketResponse) -> None:
        """Send what changed, as soon as it changes: whole phones, since each is small."""
        seen: dict[int, int] = {}
        said = ""
        while not socket.closed:
            changed = self._changes()  # before looking: what changes while this sends is not missed
            for number, shown in list(self.shown.items()):
                if seen.get(number) != shown.phone.device.changes.count:
                    seen[number] = shown.phone.device.changes.count
                    await socket.send_json(shown.json(number))
            for number in seen.keys() - self.shown.keys():
                del seen[number]
                await socket.send_json({"type": "gone", "number": number})
            world = json.dumps(self.world())
            if world != said:
                said = world
                await socket.send_str(world)
            await asyncio.wait(changed, return_when=asyncio.FIRST_COMPLETED)
            for future in changed:
                future.cancel()

    def _changes(self) -> list[asyncio.Future[None]]:
        phones = [shown.phone.device.changes for shown in self.shown.values()]
        return [source.future() for source in (self.changes, self.telegram.changes, *phones)]
