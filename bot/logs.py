"""Logs: an event name, our own numbers, and nothing else. What is not on the list below is not written.

Lines go to standard error as JSON, one each. Other libraries' records keep their logger, level and the bare message
they were called with; what they would have filled in (URLs with the token, updates with what was typed) is dropped.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor, WrappedLogger

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "exception",
        "update", "updates", "survey", "task", "staff", "authority", "row", "kind", "lane", "method", "lease", "holder",
        "count", "opened", "waiting", "sent", "failed", "unknown", "left", "people", "pages", "attempts", "tries",
        "error", "code", "why", "state", "seconds", "pause", "bytes", "version", "address", "database", "mode",
        "last", "link",
    }
)  # fmt: skip
"""The keys that are written. `person` and `chat` are not: beside a time they would say who did something when."""

QUIET = ("telegram", "httpx", "httpcore", "aiohttp", "apscheduler", "aiosqlite", "alembic", "sqlalchemy", "asyncio")
MAX_CHARS = 120
REDACTED = "[redacted]"
# A token, with or without the method path around it; a run of digits as long as a chat id or a phone number.
_TOKEN = re.compile(r"(?:bot)?\d{5,20}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<![\w.])[-+]?\d{7,}(?![\w.])")
_UPDATE_BODY = "received data"


def redact(_logger: WrappedLogger, _name: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Only the keys that are allowed, and in them only numbers and short texts without token or chat."""
    kept = {key: _plain(value, key) for key, value in said.items() if key in ALLOWED or key.startswith("_")}
    if left_out := sorted(key for key in said if key not in kept and key not in ("exc_info", "stack_info", "extra")):
        kept["left_out"] = len(left_out)
    return kept


def scrub(text: str) -> str:
    """The text without anything that looks like a token, a chat or a phone number."""
    return _LONG_NUMBER.sub(REDACTED, _TOKEN.sub(REDACTED, text))


def safe_exception(_logger: WrappedLogger, _name: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as the types in its chain and the places it passed: never its message, which may quote anything."""
    given = said.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        said["exception"] = list(_chain(error))
    return said


def _chain(error: BaseException | None) -> Iterable[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__} at {_places(error.__traceback__)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-8:]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)) or "?"


def _plain(value: object, key: str) -> object:
    if key.startswith("_") or isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int):
        # An update's number is Telegram's count of updates, of no use to anybody; other long numbers may be chats.
        return value if key == "update" or abs(value) < 10_000_000 else REDACTED
    if isinstance(value, list):
        return [scrub(str(part)) for part in value]
    return scrub(str(value))[: None if key == "exception" else MAX_CHARS]


class Foreign(logging.Filter):
    """Other libraries' records, without the parts they would fill in."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            return True
        text = str(record.msg)
        if _UPDATE_BODY in text.casefold():
            return False
        record.msg, record.args = scrub(text.partition("\n")[0])[:MAX_CHARS], None
        record.stack_info = None
        return True


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every log line of the process through the list above. Safe to repeat."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Foreign())
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                safe_exception,
                redact,
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def failed(error: BaseException) -> None:
    """One line about an error nobody expected: its kind and where it came from, never what it says."""
    structlog.get_logger("yousaid").error("failed", exc_info=error)
