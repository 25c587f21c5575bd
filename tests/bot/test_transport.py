"""The connection to Telegram: what goes over it, what its failures are called, and what they never say."""

from __future__ import annotations

import io
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import structlog
from aiohttp import web
from support.line import Line
from telegram import InputFile
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot import logs
from bot.transport import NeverSent, Transport
from bot.wire import Wire, make_wire

TOKEN = "8123456789:AAF0123456789abcdef0123456789abcdef0"


@asynccontextmanager
async def opened(**more: float) -> AsyncIterator[Transport]:
    transport = Transport(**more)
    await transport.initialize()
    try:
        yield transport
    finally:
        await transport.shutdown()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    wire = make_wire(TOKEN, f"{url}/bot")
    for request in wire.requests:
        await request.initialize()
    try:
        yield wire
    finally:
        for request in wire.requests:
            await request.shutdown()


@asynccontextmanager
async def answering(handler) -> AsyncIterator[str]:
    """A server that does to every request what the handler does."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def everything_said(error: BaseException | None) -> str:
    """The error with whatever led to it, hidden or not."""
    said = []
    while error is not None:
        said += [repr(error), str(error), *map(repr, error.args), *traceback.format_exception(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(said)


# What goes over it


async def test_what_is_asked_goes_as_json() -> None:
    seen: dict[str, object] = {}

    async def look(request: web.Request) -> web.Response:
        seen.update(type=request.content_type, body=await request.json(), agent=request.headers.get("User-Agent"))
        return web.Response(body=b'{"ok":true}')

    asked = RequestData([RequestParameter.from_input("chat_id", 7), RequestParameter.from_input("text", "é")])
    async with answering(look) as url, opened() as transport:
        assert await transport.do_request(f"{url}/x", "POST", asked) == (200, b'{"ok":true}')
    assert seen == {"type": "application/json", "body": {"chat_id": "7", "text": "é"}, "agent": None}


async def test_a_call_without_anything_to_ask_has_no_body() -> None:
    async def look(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async with answering(look) as url, opened() as transport:
        assert await transport.do_request(f"{url}/x", "POST") == (200, b"")


async def test_a_file_arrives_whole_with_its_name_and_caption(telegram_line: Line) -> None:
    ash = await telegram_line.phone()
    content = bytes(range(256)) * 400
    await telegram_line.wire.send_document(ash.id, InputFile(content, filename="my data.json"), caption="Yours")
    file = ash.last.file
    assert file is not None
    assert (file.name, file.body, ash.text) == ("my data.json", content, "Yours")


async def test_an_answer_that_is_no_success_comes_back_as_it_is() -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=502, body=b"<html>")

    async with answering(refuse) as url, opened() as transport:
        assert await transport.do_request(f"{url}/x", "POST") == (502, b"<html>")


async def test_nothing_is_followed_to_another_address() -> None:
    async def send_away(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})

    async with answering(send_away) as url, opened() as transport:
        assert (await transport.do_request(f"{url}/x", "POST"))[0] == 302


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_named_by_the_environment_never_sees_the_token(
    telegram_line: Line, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    async with opened() as transport:
        url = f"{telegram_line.running.api_url}{telegram_line.telegram.bot.token}/getMe"
        assert (await transport.do_request(url, "POST"))[0] == 200


async def test_opening_twice_and_closing_twice_are_harmless() -> None:
    transport = Transport()
    await transport.initialize()
    await transport.initialize()
    await transport.shutdown()
    await transport.shutdown()


async def test_a_transport_that_was_never_opened_says_so() -> None:
    with pytest.raises(NetworkError, match="not initialised"):
        await Transport().post("http://127.0.0.1:9/x")


# What its failures are called


async def test_no_answer_in_time_may_have_arrived(telegram_line: Line) -> None:
    telegram_line.telegram.faults.add("hang", method="getMe")
    async with opened(read_timeout=0.1) as transport:
        with pytest.raises(TimedOut):
            await transport.post(f"{telegram_line.running.api_url}{telegram_line.telegram.bot.token}/getMe")


async def test_the_caller_may_wait_longer_or_shorter_than_the_transport(telegram_line: Line) -> None:
    telegram_line.telegram.faults.add("hang", method="getMe")
    url = f"{telegram_line.running.api_url}{telegram_line.telegram.bot.token}/getMe"
    async with opened() as transport:
        with pytest.raises(TimedOut):
            await transport.post(url, read_timeout=0.1)


async def test_a_connection_nobody_takes_never_left() -> None:
    async with opened() as transport:
        with pytest.raises(NeverSent):
            await transport.post(f"http://127.0.0.1:{closed_port()}/bot{TOKEN}/sendMessage")


async def test_a_connection_that_is_not_taken_in_time_never_left_either() -> None:
    with socket.socket() as deaf, socket.socket() as first:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        first.connect(deaf.getsockname())  # its one place in the queue is taken: whoever comes next waits in vain
        async with opened(connect_timeout=0.1) as transport:
            with pytest.raises(NeverSent):
                await transport.post(f"http://127.0.0.1:{deaf.getsockname()[1]}/bot{TOKEN}/sendMessage")


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
async def test_a_connection_cut_after_the_request_may_have_arrived(telegram_line: Line, fault: str) -> None:
    telegram_line.telegram.faults.add(fault, method="getMe")
    async with opened() as transport:
        with pytest.raises(NetworkError) as caught:
            await transport.post(f"{telegram_line.running.api_url}{telegram_line.telegram.bot.token}/getMe")
    assert type(caught.value) is NetworkError


# What they never say


async def garbled(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: twelve\r\n\r\n")  # type: ignore[attr-defined]
    return web.Response()


async def cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()  # type: ignore[attr-defined]
    return web.Response()


async def half(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")  # type: ignore[attr-defined]
    request.transport.close()
    return web.Response()


async def not_json(_: web.Request) -> web.Response:
    return web.Response(body=b"<html>")


async def lost(_: web.Request) -> web.Response:
    return web.Response(status=404, body=b"{}")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level."""
    root = logging.getLogger()
    before, level, written = root.handlers[:], root.level, io.StringIO()
    logs.configure("DEBUG", written)
    yield written
    logging.captureWarnings(False)
    root.handlers[:] = before
    root.setLevel(level)
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.parametrize("handler", [garbled, cut, half, not_json, lost])
async def test_no_failure_says_the_token(handler, log: io.StringIO) -> None:
    async with answering(handler) as url, wire_to(url) as wire:
        with pytest.raises(TelegramError) as caught:
            await wire.take(offset=None, seconds=0)
        logs.failed(caught.value)
    assert TOKEN.partition(":")[2] not in everything_said(caught.value) + log.getvalue()
    assert "failed" in log.getvalue()


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://no.such.host.invalid", "http://[broken"])
async def test_no_address_that_cannot_be_reached_says_the_token(address: str, log: io.StringIO) -> None:
    async with wire_to(address.format(port=closed_port())) as wire:
        with pytest.raises(Exception) as caught:
            await wire.take(offset=None, seconds=0)
        logs.failed(caught.value)
    assert TOKEN.partition(":")[2] not in everything_said(caught.value) + log.getvalue()
