"""python-telegram-bot's `BaseRequest` over aiohttp.

httpx costs about 1.5 ms of processor a call and two calls go with every answer; this costs a quarter. The URL holds
the token, so nothing here logs or raises one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

LIMIT = 256
"""Connections kept to Telegram. Many people answer at once, each with two calls under way."""


class NeverSent(NetworkError):
    """The connection was never made, so Telegram has not seen the request: safe to send again."""


class PlainData:
    """A request's parameters, already JSON. It stands where python-telegram-bot has its `RequestData`."""

    __slots__ = ("json_payload",)
    multipart_data = None

    def __init__(self, json_payload: bytes) -> None:
        self.json_payload = json_payload


class Transport(BaseRequest):
    """One connection pool. `read_timeout` is seconds from the request to the whole reply."""

    def __init__(self, *, read_timeout: float = 10.0, connect_timeout: float = 5.0) -> None:
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=LIMIT, keepalive_timeout=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers={"User-Agent", "Accept", "Accept-Encoding"},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: float | Any | None = BaseRequest.DEFAULT_NONE,
        write_timeout: float | Any | None = BaseRequest.DEFAULT_NONE,
        connect_timeout: float | Any | None = BaseRequest.DEFAULT_NONE,
        pool_timeout: float | Any | None = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is not initialised")
        total = self._read_timeout if not isinstance(read_timeout, int | float) else float(read_timeout)
        timeout = self._timeouts.get(total)
        if timeout is None:
            timeout = self._timeouts[total] = aiohttp.ClientTimeout(total=total, sock_connect=self._connect_timeout)
        body, headers = _body(request_data)
        failure: NetworkError
        try:
            async with self._session.request(
                method, _address(url), data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = NeverSent("could not connect")
        except TimeoutError:
            failure = TimedOut()
        except (aiohttp.ClientError, asyncio.IncompleteReadError, OSError) as error:
            failure = NetworkError(type(error).__name__)
        # Raised only here, so that no cause or context hangs on it: their texts can hold the URL, and that the token.
        raise failure


JSON: Final = {"Content-Type": "application/json"}


@lru_cache(maxsize=64)
def _address(url: str) -> URL:
    """The same few methods are called again and again; an address is taken apart once."""
    return URL(url, encoded=True)


def _body(request_data: RequestData | None) -> tuple[Any, Mapping[str, str] | None]:
    if request_data is None:
        return None, None
    if not request_data.multipart_data:
        return request_data.json_payload, JSON
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None
