"""HTTP/1.1 for the load: as little work for each request as Python allows, so that the load is never the bound."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import parse_qsl

REASONS = {200: "OK", 400: "Bad Request", 409: "Conflict"}


class Connection(asyncio.Protocol):
    """One kept-alive connection of the bot: requests go to `handle`, which answers by `reply`, now or later.

    `rtt` seconds are added to each exchange, half on the way in and half on the way out, without holding up
    other connections. Chunked requests are not read: neither httpx nor aiohttp sends forms that way.
    """

    def __init__(self, handle: Callable[["Connection", str, bytes], None], rtt: float) -> None:
        self.handle = handle
        self.half = rtt / 2
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (request := self._next_request()) is not None:
            if self.half:
                self.loop.call_later(self.half, self.handle, self, *request)
            else:
                self.handle(self, *request)

    def reply(self, body: str, status: int = 200) -> None:
        """Send one JSON answer, after half a round trip."""
        content = body.encode()
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        if self.half:
            self.loop.call_later(self.half, self._write, head.encode() + content)
        else:
            self._write(head.encode() + content)

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def _next_request(self) -> tuple[str, bytes] | None:
        """The Bot API method (lower case) and the body (or query) of the next whole request, if there is one."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.buffer[:end])
        lowered = head.lower()
        at = lowered.find(b"\r\ncontent-length:")
        length = int(lowered[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        start = end + 4
        if len(self.buffer) < start + length:
            return None
        body = bytes(self.buffer[start : start + length])
        del self.buffer[: start + length]
        path, _, query = head.split(b" ", 2)[1].partition(b"?")
        return path.rpartition(b"/")[2].decode().lower(), body or query


def fields(body: bytes) -> dict[str, str]:
    """The named values of a body: a form, JSON or multipart (text parts). Whatever is not text stays JSON."""
    if body.startswith(b"{"):
        values = json.loads(body)
        return {name: v if isinstance(v, str) else json.dumps(v) for name, v in values.items()}
    if body.startswith(b"--"):
        return _multipart(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _multipart(body: bytes) -> dict[str, str]:
    boundary = body.split(b"\r\n", 1)[0]
    parts = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if b"filename=" not in head:
            name = head.split(b'name="', 1)[1].split(b'"', 1)[0]
            parts[name.decode()] = value.removesuffix(b"\r\n").decode()
    return parts
