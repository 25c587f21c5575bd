"""A person with a phone, as a program: what a test or a page makes them do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.sandbox import describe, enclosures
from bot.sandbox.handset import Button, Handset, NotNow
from bot.sandbox.markup import plain
from bot.sandbox.model import Answer, Bot, Message, MessageId, Tap, User
from bot.sandbox.telegram import PATIENCE_SECONDS, Telegram

TYPED_LETTERS = 4096


class Phone(Handset):
    """One device of one person, in the chat with one bot."""

    def __init__(
        self,
        telegram: Telegram,
        first_name: str = "Ash",
        *,
        bot: Bot | None = None,
        user: User | None = None,
        **more: Any,
    ) -> None:
        super().__init__(telegram, bot or telegram.bot, user or telegram.add_user(first_name, **more))
        self.clipboard = ""
        self.opened: list[str] = []
        self._unsent: list[Callable[[], Message]] = []

    def second_device(self) -> "Phone":
        """Another device of the same person."""
        return Phone(self.telegram, bot=self.bot, user=self.user)

    def open_chat(self) -> None:
        """Unlock the phone with this chat on the screen."""
        self.device.open()

    def lock(self) -> None:
        """Lock the phone."""
        self.device.lock()

    async def start(self, payload: str = "") -> Message | None:
        """Press Start, or follow a link with a payload."""
        if self.chat.blocked:
            self.unblock()
        return await self.type(f"/start {payload}".strip())

    async def type(self, text: str) -> Message | None:
        """Send a text; the app splits what is too long. None while offline: it leaves later."""
        parts = [text[i : i + TYPED_LETTERS] for i in range(0, len(text), TYPED_LETTERS)]
        sent = [self._send(part) for part in parts if part.strip()]
        await asyncio.sleep(0)
        return sent[-1] if sent else None

    async def say(self, text: str) -> Message:
        """Send a text, wait until the bot is done with it, and give back its newest message."""
        await self.type(text)
        await self.telegram.settled()
        return self.last

    def press(self, button: Button, message: Message | None = None) -> Tap | None:
        """Press a button without waiting. None where no update comes of it: a link, a copy, no network."""
        target = message or self.card
        found = self.find_button(button, target)
        self.device.open()
        if "copy_text" in found:
            self.clipboard = found["copy_text"]["text"]
            return None
        if "url" in found:
            self.opened.append(found["url"])
            return None
        return self.press_raw(found["callback_data"], target.id)

    def press_raw(self, data: str, message: Message | MessageId | int) -> Tap | None:
        """Send any callback data for any message, as a forged app could; None while offline."""
        number = message.id if isinstance(message, Message) else MessageId(int(message))
        if not self.device.online:
            return None
        if self.chat.blocked:
            raise NotNow("blocked")
        tap = self.telegram.press(self.bot, self.chat, self.user, number, data)
        self.device.waiting_taps.append(tap)
        tap.future.add_done_callback(lambda _: self._heard(tap))
        self.device.changes.notify()
        return tap

    async def tap(self, button: Button, message: Message | None = None) -> Answer:
        """Press a button and wait for the bot's answer: a toast, an alert or neither.

        `button` is a label, the start of one, its place in reading order, or (row, column).
        A label that only a reply keyboard has posts its text.
        """
        if isinstance(button, str) and button in self.reply_buttons and not self.has_button(button, message):
            await self.type(button)
            return Answer()
        return await self._answer(self.press(button, message))

    async def tap_raw(self, data: str, message: Message | MessageId | int) -> Answer:
        """Send forged callback data and wait for the bot's answer."""
        return await self._answer(self.press_raw(data, message))

    async def choose(self, button: Button, message: Message | None = None) -> Message:
        """Press a button, wait until the bot is done, and give back its newest message."""
        await self.tap(button, message)
        await self.telegram.settled()
        return self.last

    async def until(
        self, wanted: str | Callable[["Phone"], object], *, patience: float = PATIENCE_SECONDS
    ) -> Message | None:
        """Come back when this is so: a text in some message of the bot, or a condition on this phone.

        Gives back the newest message with the text. Raises: TimeoutError with what is shown instead.
        """
        check = (lambda _: self.holding(wanted) is not None) if isinstance(wanted, str) else wanted
        try:
            async with asyncio.timeout(patience):
                await self.device.changes.until(lambda: check(self))
        except TimeoutError:
            raise TimeoutError(wanted, self.reader()) from None
        return self.holding(wanted) if isinstance(wanted, str) else None

    async def settled(self) -> None:
        """Come back when the bot is done with everything."""
        await self.telegram.settled()

    def edit(self, message: Message, text: str) -> Message:
        """Change the words of one's own message."""
        parsed = plain(text)
        now = self.telegram.clock.time()
        new = replace(message, text=parsed.text, entities=parsed.entities, edited_at=now)
        self.telegram.rewrite(self.chat, new)
        self.bot.queue.put("edited_message", self.user.id, describe.message_json(self.bot, self.chat, new))
        return new

    def delete(self, message: Message) -> None:
        """Delete a message for both sides; the bot is not told."""
        self.telegram.remove(self.chat, [message.id])

    def clear_chat(self) -> None:
        """Clear the chat on all devices; the bot is not told and may go on editing what nobody sees."""
        for device in self.chat.devices:
            device.clear()

    def save(self, message: Message) -> str:
        """Copy or forward a message out of the chat. Raises: NotNow where the bot protected it."""
        if message.protected:
            raise NotNow("protected")
        return message.text

    def block(self) -> None:
        """Block the bot."""
        if not self.chat.blocked:
            self.chat.blocked = True
            self.telegram.tell_membership(self.bot, self.chat, self.user, "member", "kicked")
            self.device.changes.notify()

    def unblock(self) -> None:
        """Unblock the bot."""
        if self.chat.blocked:
            self.chat.blocked = False
            self.telegram.tell_membership(self.bot, self.chat, self.user, "kicked", "member")
            self.device.changes.notify()

    def delete_account(self) -> None:
        """The account is gone; a new one on the same number would be somebody else."""
        self.user.deactivated = True

    def go_offline(self) -> None:
        """Lose the network: taps fail, typed texts wait."""
        self.device.go_offline()

    def online(self) -> None:
        """Get the network back; what waited leaves."""
        self.device.come_online()
        unsent, self._unsent = self._unsent, []
        for send in unsent:
            send()

    @property
    def unsent(self) -> int:
        """How many texts wait for the network."""
        return len(self._unsent)

    def send(self, what: str, caption: str = "") -> Message | None:
        """Send something other than words: photo, voice, sticker, document, location, contact or video."""
        return self._send(caption, kind=what, extra=enclosures.enclosed(what, self.user))

    def send_photo(self, caption: str = "") -> Message | None:
        """Send a photo."""
        return self.send("photo", caption)

    def send_voice(self) -> Message | None:
        """Send a voice message."""
        return self.send("voice")

    def send_sticker(self) -> Message | None:
        """Send a sticker."""
        return self.send("sticker")

    def forward(self, text: str, *, name: str = "Somebody") -> Message | None:
        """Forward somebody else's message to the bot."""
        origin = {"type": "hidden_user", "date": int(self.telegram.clock.time()), "sender_user_name": name}
        return self._send(text, extra={"forward_origin": origin})

    def _send(self, text: str = "", **more: Any) -> Message | None:
        if self.chat.blocked:
            raise NotNow("blocked")
        self.device.open()

        def send() -> Message:
            return self.telegram.say(self.bot, self.chat, self.user, text, **more)

        if self.device.online:
            return send()
        self._unsent.append(send)
        self.device.changes.notify()
        return None

    def _heard(self, tap: Tap) -> None:
        self.device.waiting_taps.remove(tap)
        if not tap.future.cancelled():
            self.device.hear(tap.future.result())

    async def _answer(self, tap: Tap | None) -> Answer:
        if tap is None:
            return Answer(offline=not self.device.online)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await tap.answered()
