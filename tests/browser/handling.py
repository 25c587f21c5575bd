"""Hands on the page of phones: everything is done through the browser, and waits until the page has drawn it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path

from playwright.async_api import Locator, Page, TimeoutError

from bot.sandbox.demo import Demo
from bot.sandbox.phones import Phone

PICTURES = Path(__file__).parent / "pictures"
KEEP_PICTURES = bool(os.environ.get("YOUSAID_PICTURES"))
MOST_BYTES = 300_000
MOST_TABS = 120
LOOKS, A_LOOK = 20, 2_000
"""How often, and for how many milliseconds each time, the page is watched for what the bot has said."""

DRAWN = """([label, wanted]) => {
  const unit = document.querySelector(`article[aria-label="${label}"]`);
  const shown = [...unit.querySelectorAll(".log .msg")].map((node) => [
    Number(node.dataset.message),
    node.querySelector(".words")?.textContent ?? "",
    [...node.querySelectorAll(".key")].map((key) => key.dataset.data),
  ]);
  return JSON.stringify(shown) === JSON.stringify(wanted) && !unit.querySelector(".key.waiting");
}"""


class Held:
    """One phone on the page, in somebody's hand."""

    def __init__(self, tab: Page, here: Demo, name: str) -> None:
        self.tab, self.here = tab, here
        self.label = f"Phone of {name}"
        self.node: Locator = tab.get_by_role("article", name=self.label, exact=True)
        self.phone: Phone = next(one.phone for one in here.page.shown.values() if one.name == name)

    async def done(self, doing: Awaitable[object]) -> None:
        """Do this, and come back once the bot has answered and the page shows it."""
        before = self.phone.device.changes.count
        await doing
        await self.phone.device.changes.until(lambda: self.phone.device.changes.count > before)
        await self.drawn()

    async def drawn(self) -> None:
        """Come back once the page shows what the bot last said. On a busy machine it may say more meanwhile."""
        for left in reversed(range(LOOKS)):
            await self.here.running.telegram.settled(quiet=0.02)
            wanted = [
                [
                    message.id,
                    message.text,
                    [button.get("callback_data", "") for row in message.keyboard or [] for button in row],
                ]
                for message in self.phone.messages
            ]
            try:
                await self.tab.wait_for_function(DRAWN, arg=[self.label, wanted], timeout=A_LOOK)
                return
            except TimeoutError:
                if not left:
                    raise

    async def start(self) -> None:
        await self.done(self.node.get_by_role("button", name="START").click())

    async def say(self, text: str) -> None:
        await self.node.get_by_label("Message", exact=True).fill(text)
        await self.done(self.node.get_by_role("button", name="Send", exact=True).last.click())

    async def tap(self, label: str, *, exact: bool = True) -> None:
        """Press the newest button that says this."""
        await self.done(self.key(label, exact=exact).click())

    def key(self, label: str, *, exact: bool = True) -> Locator:
        return self.node.locator(".keys").get_by_role("button", name=label, exact=exact).last

    async def do(self, label: str) -> None:
        """Press a switch above the phone, such as Lock."""
        await self.done(self.node.locator(".switches").get_by_role("button", name=label, exact=True).click())

    async def card(self) -> str:
        """What the newest card says, as it stands in the page."""
        return await self.node.locator(".msg.carded .words").last.inner_text()

    async def chat(self) -> str:
        """Everything that can be read in the chat."""
        return "\n".join(await self.node.locator(".log .words").all_inner_texts())

    async def keys(self) -> list[str]:
        """The labels under the newest card."""
        return await self.node.locator(".msg.carded").last.locator(".key").all_inner_texts()

    async def lock_screen(self) -> list[str]:
        """Each notification as a passer-by reads it."""
        return await self.node.locator(".notes .said").all_inner_texts()

    async def picture(self, name: str) -> None:
        """Keep how this phone looks now, when pictures are wanted."""
        if KEEP_PICTURES:
            await self.drawn()
            body = self.node.locator(".phone")
            await self.tab.mouse.move(0, 0)
            await body.evaluate("node => node.scrollIntoView({ block: 'end' })")
            await keep(body, name)

    async def tab_to(self, label: str) -> None:
        """Press Tab until this is under the keyboard, as somebody without a mouse would."""
        for _ in range(MOST_TABS):
            held = await self.tab.evaluate(
                "(label) => { const at = document.activeElement;"
                " return at.closest(`article[aria-label='${label}']`) &&"
                " !at.closest('.switches') && (at.getAttribute('aria-label') || at.textContent); }",
                self.label,
            )
            if held == label:
                return
            await self.tab.keyboard.press("Tab")
        raise AssertionError(f"{label!r} cannot be reached with Tab on the {self.label.lower()}")

    async def enter_on(self, label: str) -> None:
        """Reach it with Tab, and press Enter."""
        await self.tab_to(label)
        await self.done(self.tab.keyboard.press("Enter"))

    async def type_in(self, text: str) -> None:
        """Reach the typing box with Tab, type, and press Enter."""
        await self.tab_to("Message")
        await self.tab.keyboard.type(text)
        await self.done(self.tab.keyboard.press("Enter"))


async def keep(what: Locator | Page, name: str) -> None:
    """Write a picture to be kept. Nothing is written in a normal run."""
    if not KEEP_PICTURES:
        return
    PICTURES.mkdir(exist_ok=True)
    picture = await what.screenshot()
    assert len(picture) < MOST_BYTES, f"{name} is too large to keep: {len(picture)} bytes"
    await asyncio.to_thread((PICTURES / f"{name}.png").write_bytes, picture)
