"""One request's parameters, however they were sent: query, form, multipart or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.refusals import Refused, bad_request

Json = dict[str, Any]
MOST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    mime: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters by name, with Telegram's loose reading of numbers and flags."""

    values: Mapping[str, Any]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A parameter as text; empty where it is missing."""
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        return "" if value is None else json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)

    def flag(self, name: str) -> bool:
        """True for true, yes and 1, as Telegram reads them."""
        return self.text(name).strip().lower() in ("true", "yes", "1")

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number, brought inside its limits; what cannot be read counts as 0."""
        text = self.text(name)
        if not text:
            return default
        try:
            value = int(text)
        except ValueError:
            value = 0
        return max(lowest, min(highest, value))

    def json(self, name: str, words: str) -> Any:
        """A parameter that holds JSON; None where it is missing, the refusal `words` where it is broken."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(words) from None

    def markup(self) -> Json | None:
        """The reply markup; None where there is none."""
        found = self.json("reply_markup", "can't parse reply keyboard markup JSON object")
        if found is not None and not isinstance(found, dict):
            raise bad_request("object expected as reply markup")
        return found


async def read_params(request: web.Request) -> Params:
    """Everything a request carries; the body wins over the query."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.can_read_body:
        return Params(values)
    kind = request.content_type
    if kind.startswith("multipart/"):
        return await _multipart(request, values)
    body = await request.read()
    if kind == "application/json":
        try:
            found = json.loads(body or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON-encoded request") from None
        if not isinstance(found, dict):
            raise bad_request("object expected as JSON-encoded request")
        values.update(found)
    elif body:
        try:
            values.update(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return Params(values)


async def _multipart(request: web.Request, values: dict[str, Any]) -> Params:
    try:
        posted = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    files: dict[str, Upload] = {}
    for name, value in posted.items():
        if isinstance(value, FileField):
            body = value.file.read()
            value.file.close()
            if len(body) > MOST_BYTES:
                raise Refused(413, "Request Entity Too Large")
            files[name] = Upload(value.filename, value.content_type, body)
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    return Params(values, files)
