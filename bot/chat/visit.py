"""One update being handled: who it is from, what their card shows, and what will be said once it is kept."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Literal

from bot.chat.events import Event, Tap, Thing
from bot.mouth import CardOut, FileOut, PhotoOut, PictureOut, Saying, TapAnswer
from bot.screens import Screen, Screens
from engagement import staff_cards
from engagement.authority import Settings
from engagement.staff import Permission, may
from storage import cards, people, staff, trail
from storage.cards import Card
from storage.ids import PersonId
from storage.invites import Joining
from storage.people import Person
from storage.staff import Staff
from storage.store import Transaction

RESEND_AFTER = timedelta(hours=40)
"""A card older than this is sent anew while Telegram still lets us delete the old one."""

TOAST_CHARS = 200

ROOM_FOR_REMARK = 3000
"""A screen longer than this has no room left for a line above it; only someone's own data is ever near it."""


@dataclass(slots=True)
class Visit:
    """Handlers read it, change what is stored through it, and leave in `saying` what is to be said."""

    tx: Transaction
    now: datetime
    settings: Settings
    screens: Screens
    event: Event
    chat_index: bytes
    saying: Saying
    person: Person | None = None
    staff: Staff | None = None
    joining: Joining | None = None
    card: Card | None = None
    bot_name: str | None = None
    """What links to the bot begin with; None while nobody knows."""
    place: Mapping[str, Any] = field(default_factory=dict)
    anew: bool = False
    """The next screen is sent as a new message, whatever it is."""
    again: bool = False
    """The next screen keeps its buttons' version: the card is only being shown again."""
    remark: str = ""
    """A line that stands above the next screen, and goes with it: nothing is left lying in the chat."""

    @property
    def language(self) -> str:
        """The language chosen by whoever this is; English until they can choose."""
        return self.person.language if self.person else "en"

    @property
    def who(self) -> PersonId:
        """The young person whose chat this is. Only asked where the door has checked that it is one."""
        if self.person is None:
            raise LookupError("nobody has joined from this chat")
        return self.person.id

    @property
    def worker_on(self) -> Staff:
        """The member of staff whose chat this is."""
        if self.staff is None:
            raise LookupError("no member of staff has joined from this chat")
        return self.staff

    def card_is_old(self) -> bool:
        """Whether the card tapped will soon be past deleting."""
        if not isinstance(self.event, Tap) or self.card is None or self.event.message != self.card.message:
            return False
        return self.event.sent_at is None or self.now - self.event.sent_at > RESEND_AFTER

    @property
    def showing(self) -> Mapping[str, Any]:
        """What the card shows before this update; empty when the chat has never had one."""
        return self.card.showing if self.card else {}

    async def show(self, screen_name: str, /, **context: object) -> None:
        """Put this screen on the chat's card; with `anew` as a new message, and the old one is cleared away."""
        screen = self._remarked(self._render(screen_name, context))
        before, fresh = self.card, self.anew
        version = before.version if self.again and before and not fresh else cards.new_version()
        message = before.message if before and not fresh else None
        if fresh and before and before.message is not None:
            await self.clear(before.message)
        self.card = Card(self.chat_index, version, dict(self.place), message)
        await cards.keep(self.tx, self.card)
        if message is None:
            await self.card_was_sent(self.now)
        self.saying.card = CardOut(self.chat_index, screen, version, message, fresh)

    async def card_was_sent(self, at: datetime) -> None:
        """Of a member of staff it is remembered when their card came, so that it goes in time; of nobody else."""
        if self.staff is not None:
            await staff_cards.grows_old(self.tx, self.staff.id, sent_at=at)

    async def show_last(self, screen_name: str, /, **context: object) -> None:
        """Put this screen on the card and remember nothing of it: this chat is nobody's from now on."""
        screen = self._render(screen_name, context)
        message = self.card.message if self.card else None
        self.card = None
        self.saying.card = CardOut(self.chat_index, screen, cards.new_version(), message)

    def more(self, screen_name: str, /, **context: object) -> None:
        """Send this screen as a message of its own, beside the card."""
        self.saying.more.append(self._render(screen_name, context))

    def above(self, screen_name: str, /, **context: object) -> None:
        """Put this line above the next screen, until the one after it."""
        self.remark = self._render(screen_name, context).text

    def _remarked(self, screen: Screen) -> Screen:
        text = f"{self.remark}\n\n{screen.text}"
        return screen._replace(text=text) if self.remark and len(text) <= ROOM_FOR_REMARK else screen

    def file(self, name: str, content: bytes, caption: str) -> None:
        """Send a file."""
        self.saying.more.append(FileOut(name, content, self._render(caption, {}).text))

    def picture(
        self,
        screen_name: str,
        /,
        *,
        draw: Callable[[], Awaitable[bytes]],
        same: Hashable,
        instead: str,
        **context: object,
    ) -> None:
        """Send a picture once all is kept, with this screen's text and buttons; `instead` where it cannot be drawn."""
        screen, no_picture = self._render(screen_name, context), self._render(instead, context)
        self.saying.more.append(PictureOut(screen, draw, same, no_picture))

    def photo(self, screen_name: str, /, *, photo: str, instead: str, **context: object) -> None:
        """Send a picture that Telegram has, with this screen's text and buttons; `instead` where it has gone."""
        screen, no_picture = self._render(screen_name, context), self._render(instead, context)
        self.saying.more.append(PhotoOut(screen, photo, no_picture))

    def words(self, screen_name: str, /, **context: object) -> Screen:
        """A screen as it would be said here; nothing is said."""
        return self._render(screen_name, context)

    def _render(self, name: str, context: dict[str, object]) -> Screen:
        return self.screens.render(name, self.language, now=self.now, s=self.settings, **context)

    def alert(self, text: str) -> None:
        """Show this text over the chat, to be dismissed; nothing of it stays."""
        if isinstance(self.event, Tap):
            self.saying.tap = TapAnswer(self.event.query, text[:TOAST_CHARS], alert=True)

    def toast(self, screen_name: str, /, *, alert: bool = False, **context: object) -> None:
        """Say a short line over the chat that leaves nothing in it. Without a tap there is nothing to say it on."""
        if isinstance(self.event, Tap):
            text = unescape(self._render(screen_name, context).text)
            self.saying.tap = TapAnswer(self.event.query, text[:TOAST_CHARS], alert)

    async def clear(self, message: int, *, sent_at: datetime | None = None) -> None:
        """Delete this message from the chat; tried until it is gone or Telegram no longer lets us."""
        self.saying.clear.append(await trail.add(self.tx, self.saying.chat, message, sent_at=sent_at or self.now))

    async def worker_name(self) -> str | None:
        """The first name of this young person's worker, if they have one."""
        if self.person is None or self.person.worker is None:
            return None
        return first_name(await staff.by_id(self.tx, self.person.worker))

    async def details(self) -> people.Details:
        """What the register says about this young person."""
        return await people.details(self.tx, self.who)

    def put_away(self, text: str) -> str:
        """Words somebody typed that must outlive this update, sealed so that they can lie in `place`."""
        return base64.b64encode(self.tx.keys.register.seal(text.encode(), b"put away")).decode()

    def take_out(self, sealed: str) -> str:
        """What `put_away` was given."""
        return self.tx.keys.register.open(base64.b64decode(sealed), b"put away").decode()


Handler = Callable[[Visit, str], Awaitable[None]]
"""Answers one action; the text is the button's argument, or what was typed."""

Draw = Callable[[Visit, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a card can be: how it is drawn from what is stored, what its buttons do, and what typing does there.

    Nobody but those it is for is ever at it, whatever their card once showed.
    """

    draw: Draw
    taps: Mapping[str, Handler]
    words: Handler | None = None
    whose: Literal["young", "staff", "anyone"] = "young"
    needs: Permission | None = None
    """Of staff, only those whose role allows this are ever here."""
    fades: str = ""
    """Of a card of staff that shows details: the place without them, to which it goes after five minutes."""
    signed: bool = False
    """It is about something with their name on it: a cry for help typed here goes to worker and duty at once."""
    photo: Callable[[Visit, Thing], Awaitable[None]] | None = None
    """What a photo does here; elsewhere a member of staff begins something to send with one."""

    def is_for(self, visit: Visit) -> bool:
        """Whether whoever this is may be here."""
        if self.needs is not None and (visit.staff is None or not may(visit.staff, self.needs)):
            return False
        return {"young": visit.person is not None, "staff": visit.staff is not None, "anyone": True}[self.whose]


PLACES: dict[str, Place] = {}
"""Every place by name; filled by the modules of this package, once, at import."""


def first_name(member: Staff) -> str:
    """What a young person knows them by."""
    return member.name.split()[0]


async def go(visit: Visit, place: str, **args: Any) -> None:
    """Take the card to a place; to the front door, where it is not for them (any more)."""
    if place not in PLACES or not PLACES[place].is_for(visit):
        place, args = home(visit), {}
    visit.place = {"at": place, **args}
    await PLACES[place].draw(visit, args)
    if PLACES[place].fades and visit.staff and visit.card and visit.card.showing.get("at") == place:
        await staff_cards.fades(visit.tx, visit.staff.id, visit.card, now=visit.now)


def home(visit: Visit) -> str:
    """Where someone is who is nowhere in particular."""
    return "menu" if visit.person else "staff/menu" if visit.staff else "stranger"


class Garbled(Exception):
    """A button's argument is not what we ever put there."""


MAX_DIGITS = 9


def number(arg: str) -> int:
    """The number a button carries. Raises: Garbled."""
    if not (arg.isascii() and arg.isdigit() and len(arg) <= MAX_DIGITS):
        raise Garbled
    return int(arg)


async def redraw(visit: Visit, **more: Any) -> None:
    """Show the place the card is at once more, worked out anew from what is stored."""
    showing = {"at": home(visit), **visit.showing, **more}
    await go(visit, showing.pop("at"), **showing)


async def stay(visit: Visit, _: str = "") -> None:
    """Show the card once more where it is; its buttons keep working, whichever showing of them is pressed."""
    visit.again = visit.card is not None
    await redraw(visit)
