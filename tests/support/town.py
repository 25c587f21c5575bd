"""A made-up authority to play with: the real bot over real HTTP, the strict fake Telegram, phones, and one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.run import Bot, started
from bot.sandbox.clock import Clock
from bot.sandbox.phones import Phone
from bot.sandbox.server import Running, serve
from bot.sandbox.telegram import Telegram
from bot.settings import Settings
from engagement import authority, surveys
from storage import invites, people, schema, staff
from storage.ids import SurveyId
from storage.people import Details
from storage.staff import Role
from storage.store import Store
from storage.tables import outbox

NORTHFIELD = Path("bot/sandbox/northfield.yaml")
DEFINITIONS = Path("surveys/definitions")

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A working morning: Tuesday 24 November 2026, 10:00 in London."""

SENDING = select(func.count()).select_from(outbox).where(outbox.c.state == "sending")

LIVE = datetime(2027, 6, 1, tzinfo=UTC)

NEVER_ALONE = datetime(2100, 1, 1, tzinfo=UTC)
"""When a member of staff was last there, where a story is not about the PIN their chat asks for after eight hours."""


@dataclass(slots=True)
class Town:
    """One authority, its bot and its phones."""

    telegram: Telegram
    running: Running
    clock: Clock
    settings: Settings
    store: Store
    bot: Bot | None = None
    phones: dict[str, Phone] = field(default_factory=dict)

    # Who there is

    async def add_staff(self, name: str, role: Role) -> str:
        """Somebody on the staff; gives the start code of their invite."""
        async with self.store.transaction() as tx:
            member = await staff.add(tx, name, role)
            return (await invites.make(tx, staff=member.id, expires_at=LIVE)).code

    async def add_person(self, details: Details, *, worker: str | None = None) -> str:
        """Somebody in the register; gives the start code of their invite."""
        async with self.store.transaction() as tx:
            member = await staff.by_name_or_reference(tx, worker) if worker else None
            person = await people.add(tx, details, worker=member.id if member else None)
            return (await invites.make(tx, person=person.id, expires_at=LIVE)).code

    async def staff_phone(self, name: str, role: Role) -> Phone:
        """A member of staff who has joined, and is asked for no PIN whatever the clock does."""
        code = await self.add_staff(name, role)
        phone = self.phone(name)
        await phone.start(code)
        await self.telegram.settled()
        await phone.say("".join(part[0] for part in name.split()))
        async with self.store.transaction() as tx:
            if (member := await staff.by_name_or_reference(tx, name)) is not None:
                await staff.seen(tx, member.id, now=NEVER_ALONE)
        return phone

    async def joined(self, first: str, last: str, *, day: int = 14, worker: str | None = None, **more: object) -> Phone:
        """A young person who has come through the second check and looked at what there is."""
        details = Details(f"{first}-{last}", first, last, birth_date=date(2006, 5, day), **more)  # type: ignore[arg-type]
        phone = self.phone(first)
        await phone.start(await self.add_person(details, worker=worker))
        await self.telegram.settled()
        await phone.say(f"{first[0]}{last[0]}")
        await phone.choose(str(day))
        await phone.choose("See what there is")
        return phone

    def phone(self, name: str) -> Phone:
        """A phone that has never met the bot."""
        self.phones[name] = Phone(self.telegram, name)
        return self.phones[name]

    async def open_survey(self, name: str = "care_leaver_survey", *, closes: date | None = None) -> SurveyId:
        """Open a shipped survey."""
        text = (DEFINITIONS / f"{name}.yaml").read_text("utf-8")
        async with self.store.transaction() as tx:
            words = await authority.current(tx)
            opened = await surveys.open_survey(tx, words, text, source=name, closes=closes, now=self.clock.now())
        return opened.survey

    # Time

    async def deliver(self) -> None:
        """One beat, and then everything that may leave now leaves and is known to have left."""
        assert self.bot is not None
        await self.bot.heartbeat.tick()
        while await self.bot.sender.once() or await self._under_way():
            await self.telegram.settled()
            await self.bot.outcomes.flush()
        await self.telegram.settled()
        await self.bot.outcomes.flush()

    async def _under_way(self) -> int:
        """How many messages are leaving by the running sender's hand at this moment."""
        async with self.store.transaction() as tx:
            return await tx.connection.scalar(SENDING) or 0


@asynccontextmanager
async def town(database_url: str, keys: Path, *, now: datetime = TUESDAY) -> AsyncIterator[Town]:
    """Northfield, set up on this database, with its bot running."""
    clock = Clock(now, running=False)
    telegram = Telegram(clock=clock)
    async with await serve(telegram) as running:
        settings = Settings(token=telegram.bot.token, api_url=running.api_url, database_url=database_url, keys=keys)
        store = Store.open(database_url, keys)
        if await schema.found(store.engine) != schema.head():
            await schema.migrate(store.engine)
        words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
        await store.add_authority(words.name, authority.kept(words))
        here = Town(telegram, running, clock, settings, store)
        try:
            async with started(settings, clock=clock.now) as here.bot:
                here.bot.sender.pace = 0.0  # no time passes here but what the clock is moved by
                telegram.at_work.append(lambda: bool(here.bot and here.bot.mouth.is_speaking))
                yield here
        finally:
            await store.close()
