"""The page of phones, opened in a real browser by somebody who has never seen it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.sandbox.demo import Demo, playing

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, HIGH = 1680, 1120
PATIENCE = 120_000


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium; without it this is skipped, and loudly."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("NO CHROMIUM ON PATH: this was NOT played in a browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Demo]:
    async with playing(tmp_path) as here:
        yield here


@pytest.fixture
async def wrong() -> list[str]:
    """What the browser complained about."""
    return []


@pytest.fixture
async def tab(browser: Browser, here: Demo, wrong: list[str]) -> Page:
    """The page, opened by somebody who has never seen it."""
    tab = await browser.new_page(viewport={"width": WIDE, "height": HIGH}, reduced_motion="reduce")
    tab.set_default_timeout(PATIENCE)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
    await tab.goto(here.running.url)
    return tab
