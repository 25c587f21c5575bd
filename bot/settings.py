"""What the process is told by its environment: read once at start-up, all that is wrong said together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "YOUSAID_"
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,128}\Z")


class SettingsWrong(Exception):
    """Some settings are missing or cannot be used; each line names one and says what it must look like."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _token(given: SecretStr) -> SecretStr:
    if not _TOKEN.match(given.get_secret_value()):
        raise ValueError("must look like 123456:ABC-def, as @BotFather gives it")
    return given


def _http(given: str) -> str:
    if not re.match(r"https?://[^/\s]+", given):
        raise ValueError("must start with https:// (or http:// for a local one)")
    return given


def _https(given: str) -> str:
    if not re.match(r"https://[^/\s]+", given):
        raise ValueError("must start with https://, because Telegram calls nothing else")
    return given


def _listen(given: str) -> str:
    found = re.fullmatch(r"(?:[^:\s]+|\[[0-9a-fA-F:]+\]):(\d{1,5})", given)
    if not found or int(found[1]) > 65_535:
        raise ValueError("must be an address and a port, such as 127.0.0.1:8080")
    return given


def _database(given: str) -> str:
    if not given.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ValueError("must start with sqlite+aiosqlite:// or postgresql+asyncpg://")
    return given


class Settings(BaseSettings):
    """The settings of DESIGN, "Fixed names". Empty ones count as not given."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="ignore")

    token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    api_url: Annotated[str, AfterValidator(_http)] = "https://api.telegram.org/bot"
    database_url: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///yousaid.db"
    keys: Path = Path("keys/")
    webhook_url: Annotated[str, AfterValidator(_https)] | None = None
    """Unset: long polling."""
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    bot_name: Annotated[str, Field(pattern=r"^@?[A-Za-z][A-Za-z0-9_]{3,31}$")] | None = None

    @property
    def listen_host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def base_url(self) -> str:
        """The address under which this bot's methods lie. It holds the token: never log it."""
        if self.token is None:
            raise SettingsWrong((f"{PREFIX}TOKEN is not set.",))
        return self.api_url + self.token.get_secret_value()


def load(*, needs_token: bool = False, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of this process. Raises: SettingsWrong, with everything that is missing or wrong."""
    problems: list[str] = []
    settings: Settings | None = None
    try:
        settings = Settings(**(given or {}))
    except ValidationError as error:
        problems += [_problem(one) for one in error.errors(include_url=False, include_input=False)]
    token_is_wrong = any(problem.startswith(f"{PREFIX}TOKEN ") for problem in problems)
    if needs_token and not token_is_wrong and (settings.token if settings else _given_token(given)) is None:
        problems.insert(0, f"{PREFIX}TOKEN is not set: it is what @BotFather gives for your bot.")
    if problems or settings is None:
        raise SettingsWrong(tuple(problems))
    return settings


def _given_token(given: Mapping[str, Any] | None) -> object:
    """The token alone, when something else is wrong with the settings."""

    class Token(BaseSettings):
        model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")
        token: SecretStr | None = None

    return Token(**{name: value for name, value in (given or {}).items() if name == "token"}).token


def _problem(error: Mapping[str, Any]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "string_pattern_mismatch":
        said = "must be the bot's username, such as example_bot"
    return f"{PREFIX}{str(error['loc'][0]).upper()} {said}."
