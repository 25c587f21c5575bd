"""The whole bot and its phones without a network between them: every call goes straight into the strict Telegram.

Nothing runs by itself here. A test presses, types and moves the clock, then says `turn`, and everything that follows
from it has happened when that comes back: thousands of attacks fit into seconds, and none depends on timing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Select, event, select
from structlog.testing import capture_logs
from support.town import DEFINITIONS, LIVE, NEVER_ALONE, NORTHFIELD, TUESDAY
from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import Defaults
from telegram.request import BaseRequest, RequestData

from bot.heartbeat import beat
from bot.run import Bot
from bot.sandbox.clock import Clock
from bot.sandbox.methods import METHODS
from bot.sandbox.model import Answer
from bot.sandbox.params import Params, Upload
from bot.sandbox.phones import Phone
from bot.sandbox.refusals import Refused
from bot.sandbox.telegram import Telegram
from bot.settings import Settings
from bot.wire import WANTED, Wire
from engagement import authority, surveys
from storage import cards, chats, invites, people, staff
from storage.ids import ChatId, PersonId, StaffId, SurveyId
from storage.people import Details
from storage.staff import Role
from storage.store import Store
from storage.tables import metadata

UNTOUCHED = frozenset(metadata.tables) - {"handled", "card", "cleanup", "lease", "audit"}
"""The tables no forged tap may change. (What a chat looks at, and what is to be cleared from it, are no answers; what
a member of staff has looked at is noted, whichever way they came to it.)"""


class Straight(BaseRequest):
    """A request that is carried out on the spot, by the same methods that serve HTTP."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram

    @property
    def read_timeout(self) -> float:
        return 10.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: object, **__: object
    ) -> tuple[int, bytes]:
        token, name = url.rpartition("/bot")[2].split("/")
        values, files = _given(request_data)
        call = self.telegram.begin_call(token, name, values)
        try:
            call.result = METHODS[name.lower()](self.telegram, self.telegram.bots[token], Params(values, files))
        except Refused as refused:
            call.status = refused.code
            said: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
            if refused.retry_after is not None:
                said["parameters"] = {"retry_after": refused.retry_after}
            return refused.code, json.dumps(said).encode()
        call.status, call.done = 200, True
        return 200, json.dumps({"ok": True, "result": call.result}).encode()


def _given(request_data: RequestData | None) -> tuple[dict[str, Any], dict[str, Upload]]:
    if request_data is None:
        return {}, {}
    if not request_data.multipart_data:
        return json.loads(request_data.json_payload), {}
    files = {
        key: Upload(str(name), str(kind), content if isinstance(content, bytes) else content.read())
        for key, (name, content, kind) in request_data.multipart_data.items()
    }
    return dict(request_data.json_parameters), files


@dataclass(slots=True)
class Indoors:
    """One authority, its bot, its phones, and everything that was logged."""

    telegram: Telegram
    clock: Clock
    store: Store
    bot: Bot
    logged: list[Any] = field(default_factory=list)
    phones: dict[str, Phone] = field(default_factory=dict)

    # What happens

    async def at(self, phone: Phone) -> dict[str, Any]:
        """What the chat's card shows, as it is stored."""
        async with self.store.transaction() as tx:
            card = await cards.of(tx, chats.index_of(tx.keys, ChatId(phone.id)))
        return dict(card.showing) if card else {}

    async def put(self, phone: Phone, showing: dict[str, Any]) -> None:
        """Take the chat's card to a place, whatever led away from it."""
        async with self.store.transaction() as tx:
            card = await cards.of(tx, chats.index_of(tx.keys, ChatId(phone.id)))
            assert card is not None
            await cards.keep(tx, replace(card, showing=showing))

    async def turn(self) -> None:
        """Take whatever waits, and say whatever follows, until nothing moves any more."""
        queue = self.telegram.bot.queue
        while updates := queue.take(0, 100):
            await self.bot.intake.handle([update.json() for update in updates])
            queue.take(updates[-1].id + 1, 100)
            await self.bot.mouth.quiet()
        await self.bot.outcomes.flush()

    async def raw(self, *updates: dict[str, Any]) -> None:
        """Updates no phone sent: made up, or sent twice."""
        await self.bot.intake.handle(updates)
        await self.bot.mouth.quiet()

    async def tap(self, phone: Phone, data: str, message: int | None = None) -> Answer:
        """Press with any callback data; gives the toast or alert it brought."""
        tap = phone.press_raw(data, phone.card.id if message is None else message)
        assert tap is not None
        await self.turn()
        assert tap.future.done(), "a tap was left without an answer"
        return tap.future.result()

    async def do(self, phone: Phone, *steps: str) -> None:
        """Press buttons of the newest card one after another, each found by its action (or `action:argument`)."""
        for step in steps:
            action, _, arg = step.partition(":")
            found = (data for data in button_data(phone) if data.split(":")[1] == action)
            data = next((one for one in found if not arg or one.endswith(f":{arg}")), None)
            assert data is not None, (step, phone.card.text, button_data(phone))
            await self.tap(phone, data)

    async def type(self, phone: Phone, text: str) -> None:
        await phone.type(text)
        await self.turn()

    async def tick(self) -> None:
        """One heartbeat, then whatever the outbox lets through."""
        await beat(self.store, self.bot.words(), self.clock.now)
        while await self.bot.sender.once():
            pass
        await self.turn()

    # Who there is

    def phone(self, name: str) -> Phone:
        """A phone that has never met the bot."""
        self.phones[name] = Phone(self.telegram, name)
        return self.phones[name]

    async def invite(self, *, person: PersonId | None = None, member: StaffId | None = None) -> str:
        async with self.store.transaction() as tx:
            return (await invites.make(tx, person=person, staff=member, expires_at=LIVE)).code

    async def staff_phone(self, name: str, role: Role, *, locks: bool = False) -> tuple[Phone, StaffId]:
        """A member of staff who has joined; whatever the clock does, no PIN is asked for unless it `locks`."""
        phone = self.phone(name)
        async with self.store.transaction() as tx:
            member = await staff.add(tx, name, role)
            await staff.join(tx, member.id, ChatId(phone.id))
            if not locks:
                await staff.seen(tx, member.id, now=NEVER_ALONE)
        await self.type(phone, "/menu")
        return phone, member.id

    async def listed(self, first: str, last: str = "Lee", *, worker: StaffId | None = None) -> PersonId:
        """Somebody in the register who has not joined."""
        async with self.store.transaction() as tx:
            details = Details(f"{first}-{last}", first, last, birth_date=date(2006, 5, 14))
            return (await people.add(tx, details, worker=worker)).id

    async def joined(self, first: str, last: str = "Lee", *, worker: StaffId | None = None) -> tuple[Phone, PersonId]:
        """A young person who has joined and has the menu before them."""
        phone, person = self.phone(first), await self.listed(first, last, worker=worker)
        async with self.store.transaction() as tx:
            await people.join(tx, person, ChatId(phone.id))
        await self.type(phone, "/menu")
        return phone, person

    async def open_survey(self, name: str = "care_leaver_survey", *, text: str | None = None) -> SurveyId:
        definition = text or (DEFINITIONS / f"{name}.yaml").read_text("utf-8")
        async with self.store.transaction() as tx:
            words = await authority.current(tx)
            return (
                await surveys.open_survey(tx, words, definition, source=name, closes=None, now=self.clock.now())
            ).survey

    # What can be seen

    @property
    def given_up(self) -> list[Any]:
        """Updates no handler could handle: there must never be one."""
        wrong = ("update_given_up", "batch_failed", "database_away", "due_failed", "not_said", "update_unreadable")
        return [line for line in self.logged if line["event"] in wrong]

    def seen_by(self, phone: Phone) -> str:
        """Every word the bot has ever sent to this phone, and every alert."""
        sent = [f"{call.text} {call.params.get('reply_markup', '')}" for call in self.telegram.said]
        mine = [said for said, call in zip(sent, self.telegram.said, strict=True) if call.chat == phone.id]
        return "\n".join([*mine, *(alert.text for alert in phone.alerts)])

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with self.store.transaction() as tx:
            found = await tx.connection.execute(select(metadata.tables[table]))
            return [dict(row) for row in found.mappings()]

    async def prints(self, tables: Collection[str] = UNTOUCHED) -> dict[str, str]:
        """A fingerprint of each table's rows, in no order."""
        found = {}
        async with self.store.transaction() as tx:
            for name in tables:
                rows = await tx.connection.execute(_rows_of(name))
                found[name] = hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()
        return found

    @contextmanager
    def listening(self) -> Iterator[list[Any]]:
        """The log lines of a stretch of a test."""
        start = len(self.logged)
        heard: list[Any] = []
        yield heard
        heard += self.logged[start:]


def _rows_of(name: str) -> Select[Any]:
    """All rows of a table; of what is due, without what only says when a card of staff is to go."""
    table = metadata.tables[name]
    return select(table).where(table.c.kind.not_like("staff_%")) if name == "due" else select(table)


def button_data(phone: Phone) -> list[str]:
    """The callback data of every button on the phone's newest card."""
    return [button["callback_data"] for row in phone.card.keyboard or [] for button in row if "callback_data" in button]


@asynccontextmanager
async def indoors(database_url: str, keys: Path, *, now: datetime = TUESDAY, seed: int = 1) -> AsyncIterator[Indoors]:
    """Northfield on a database that has its tables."""
    clock = Clock(now, running=False)
    telegram = Telegram(clock=clock, seed=seed)
    telegram.rates.on = False
    telegram.bot.queue.allow(WANTED)
    store = Store.open(database_url, keys)
    if store.engine.dialect.name == "sqlite":
        # What is thrown away need not survive a power cut.
        event.listen(store.engine.sync_engine, "connect", lambda to, _: to.execute("PRAGMA synchronous = OFF"))
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    await store.add_authority(words.name, authority.kept(words))
    settings = Settings(token=telegram.bot.token, database_url=database_url, keys=keys)
    wire = Wire(
        token=telegram.bot.token,
        base_url="straight/bot",
        request=Straight(telegram),
        get_updates_request=Straight(telegram),
        defaults=Defaults(
            parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True), protect_content=True
        ),
    )
    structlog.reset_defaults()
    with capture_logs() as logged:
        bot = Bot(settings, store, wire, clock.now)
        bot.sender.pace = 0.0  # no time passes here but what the clock is moved by
        await bot.prepare()
        try:
            yield Indoors(telegram, clock, store, bot, logged)
        finally:
            await bot.mouth.quiet()
            await store.close()
