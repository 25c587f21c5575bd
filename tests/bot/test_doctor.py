"""`yousaid doctor` against a real Bot API on the loopback: each thing that can be wrong is said in one plain line."""

import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import doctor
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from bot.settings import SettingsWrong, load
from engagement import authority
from storage.store import Store

NORTHFIELD = Path(doctor.__file__).parent / "sandbox" / "northfield.yaml"
TOKEN = "7012345678:AAFf-Zs1KQ9hXyW_0pLmNoPqRsTuVwXyZ12"


@pytest.fixture
def authority_settings() -> str:
    return authority.kept(authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml"))


@pytest.fixture
async def given(store: Store, database_url: str, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """Settings with which everything is right."""
    telegram = Telegram()
    running = await serve(telegram)
    yield {
        "token": telegram.bot.token,
        "api_url": running.api_url,
        "database_url": database_url,
        "keys": tmp_path / "keys",
    }
    await running.close()


async def said(given: dict[str, Any], about: str, **options: Any) -> list[str]:
    """The lines about one thing; a line that fails starts with FAIL."""
    return [str(finding) for finding in await doctor.examine(given=given, **options) if finding.about == about]


async def test_given_everything_is_there_then_every_line_is_good(given):
    findings = await doctor.examine(given=given)
    assert [finding.about for finding in findings] == [
        "settings",
        "token",
        "clock",
        "keys",
        "database",
        "authority",
        "time zone",
    ]
    assert [str(finding) for finding in findings if not finding.good] == []
    assert [str(finding) for finding in findings if finding.about == "token"] == [
        "ok    token: belongs to @you_said_bot"
    ]


async def test_given_a_token_telegram_does_not_know_then_it_is_said_and_never_shown(given):
    lines = await said(given | {"token": TOKEN}, "token")
    assert lines == ["FAIL  token: Telegram does not know it; ask @BotFather for the present one"]


async def test_given_nobody_answers_then_the_line_names_the_setting_and_not_the_token(given):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/bot"
        findings = await doctor.examine(given=given | {"api_url": nowhere})
    lines = [str(finding) for finding in findings if not finding.good]
    assert [line.split(":")[0] for line in lines] == ["FAIL  token", "FAIL  clock"]
    assert given["token"] not in "".join(lines)


async def test_given_something_that_is_no_bot_api_answers_then_its_status_is_said(given):
    async def broken(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>Bad Gateway</html>")

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", broken)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        assert await said(given | {"api_url": address}, "token") == [
            "FAIL  token: the Bot API answered 502; try again in a few minutes"
        ]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("off", "good"), [(20, True), (-20, True), (90, False), (-90, False)])
async def test_the_clock_is_compared_with_telegrams(given, off, good):
    lines = await said(given, "clock", now=lambda: datetime.now(UTC) + timedelta(seconds=off))
    assert lines[0].startswith("ok" if good else "FAIL")


async def test_keys_that_others_can_read_or_that_are_damaged_or_gone_are_named(given, tmp_path: Path):
    keep = tmp_path / "keys" / "keep"
    os.chmod(keep, 0o755)
    os.chmod(keep / "register.key", 0o644)
    (keep / "webhook.key").unlink()
    (keep / "look-ups.key").write_bytes(b"short")
    lines = await said(given, "keys")
    assert len(lines) == 4
    for part in ("keep is open to others (755)", "register.key is open to others (644)", "webhook.key is not there"):
        assert [line for line in lines if part in line], part
    assert [line for line in lines if "look-ups.key is damaged" in line]
    assert await said(given, "database") == ["FAIL  database: not opened, because of the keys"]


async def test_given_no_key_folder_then_it_is_said_and_none_is_made(given, tmp_path: Path):
    nowhere = tmp_path / "elsewhere"
    assert len(await said(given | {"keys": nowhere}, "keys")) == 3
    assert not nowhere.exists()


async def test_given_the_present_epoch_key_is_gone_then_what_that_costs_is_said(given, tmp_path: Path):
    for key in (tmp_path / "keys" / "burn").iterdir():
        key.unlink()
    [line] = await said(given, "database")
    assert line.startswith("FAIL  database: its present key is not in keys/burn")


async def test_given_an_empty_database_then_set_up_is_advised(given, empty_database_url: str):
    [line] = await said(given | {"database_url": empty_database_url}, "database")
    assert line.startswith("FAIL  database: ")
    assert "yousaid setup" in line


async def test_given_a_database_that_cannot_be_reached_then_no_password_is_shown(given):
    url = "postgresql+asyncpg://yousaid:sesame@127.0.0.1:1/yousaid"
    [line] = await said(given | {"database_url": url}, "database")
    assert line.startswith("FAIL  database: cannot be opened")
    assert "sesame" not in line


async def test_settings_of_another_version_are_reported(store: Store, given):
    from storage import authorities

    async with store.transaction() as tx:
        await authorities.keep_settings(tx, "Northfield", '{"name": "Northfield", "colour": "blue"}')
    assert (await said(given, "authority"))[0].startswith("FAIL  authority: its settings are of another version")


async def test_a_rota_that_names_people_who_are_not_staff_is_said_but_stops_nothing(given):
    [line] = await said(given, "authority")
    assert line.startswith("ok    authority: Northfield; on its rota but not staff yet: Marcus Bell")


# Settings


def test_everything_that_is_wrong_with_the_settings_is_said_at_once():
    wrong = {
        "api_url": "api.telegram.org",
        "listen": "8080",
        "webhook_url": "http://example.org/hook",
        "database_url": "mysql://x",
        "bot_name": "a bot",
    }
    with pytest.raises(SettingsWrong) as refused:
        load(needs_token=True, given=wrong)
    assert sorted(problem.split()[0] for problem in refused.value.problems) == [
        "YOUSAID_API_URL",
        "YOUSAID_BOT_NAME",
        "YOUSAID_DATABASE_URL",
        "YOUSAID_LISTEN",
        "YOUSAID_TOKEN",
        "YOUSAID_WEBHOOK_URL",
    ]


async def test_given_settings_nobody_can_use_then_the_doctor_still_says_all_it_can():
    findings = await doctor.examine(given={"listen": "here"})
    assert [finding.about for finding in findings if not finding.good] == ["settings", "settings"]


def test_a_token_of_the_wrong_shape_is_refused_without_being_shown():
    with pytest.raises(SettingsWrong) as refused:
        load(needs_token=True, given={"token": "sesame"})
    assert len(refused.value.problems) == 1
    assert "sesame" not in str(refused.value)


def test_the_token_shows_in_no_picture_of_the_settings():
    settings = load(needs_token=True, given={"token": TOKEN})
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings.model_dump())
    assert settings.base_url.endswith(TOKEN)


def test_settings_come_from_the_environment_and_empty_ones_count_as_not_given(monkeypatch):
    monkeypatch.setenv("YOUSAID_TOKEN", TOKEN)
    monkeypatch.setenv("YOUSAID_LISTEN", "[::1]:9000")
    monkeypatch.setenv("YOUSAID_WEBHOOK_URL", "")
    settings = load(needs_token=True)
    assert (settings.listen_host, settings.listen_port, settings.webhook_url) == ("::1", 9000, None)
    assert settings.database_url == "sqlite+aiosqlite:///yousaid.db"
