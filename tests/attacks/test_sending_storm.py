"""Everybody is written to on Telegram's worst day while the bot is killed again and again: nobody hears of it twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from support.killing import Deadline, Forking, Ruin, Victim
from support.town import NORTHFIELD

from bot.run import started
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Fault, Kind
from bot.sandbox.model import Call
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from bot.sender import IN_FLIGHT
from bot.settings import Settings
from engagement import authority
from storage import outbox, people, staff
from storage.ids import ChatId
from storage.outbox import LEASE_SECONDS, STAFF_ATTEMPTS, Row
from storage.people import Details
from storage.store import Store

SEND = "sendmessage"
ENVELOPE, CARD = "There's something to look at when you have a minute.", "1 update to see"
MOST_A_SECOND = 30
A_MOMENT = 0.2
"""Seconds from what befalls a call to the kill that comes of it: long enough for the bot to have heard."""

SHARES = {Kind.TOO_MANY: 0.02, Kind.HANG: 0.02, Kind.RESET_AFTER: 0.01, Kind.FORBIDDEN: 0.03, Kind.BAD_GATEWAY: 0.01}
"""Of the calls that send: how many of each befall them."""
LOST = {Kind.HANG, Kind.HANG_AFTER, Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.BAD_GATEWAY}
"""After which nobody can know whether it arrived."""

Killing = Literal["", "before", "after", "soon"]
"""Whether the bot dies at this call: before it takes effect, after it, or a moment later."""
KILLINGS: tuple[tuple[Kind, Killing], ...] = (
    (Kind.HANG, "soon"),
    (Kind.HANG_AFTER, "soon"),
    (Kind.TOO_MANY, "soon"),
    (Kind.NONE, "after"),
    (Kind.NONE, "before"),
)


@dataclass(frozen=True, slots=True)
class Blow:
    """What befalls one call that sends."""

    kind: Kind
    killing: Killing = ""
    retry_after: int = 1


def storm(calls: int, kills: int, chance: random.Random, *, hangs_kill: bool) -> dict[int, Blow]:
    """What befalls which call: every kind in its share, half of what hangs or is cut after it arrived."""
    blows: list[Blow] = []
    for kind, share in SHARES.items():
        for number in range(max(1, round(calls * share))):
            of_kind = (kind, Kind.HANG_AFTER) if kind is Kind.HANG else (kind,)
            of_kind = (kind, Kind.RESET_BEFORE) if kind is Kind.RESET_AFTER else of_kind
            blows.append(Blow(of_kind[number % len(of_kind)], retry_after=chance.randint(1, 3) if calls > 500 else 1))
    for number in range(kills):
        kind, killing = KILLINGS[number % len(KILLINGS)]
        tame = next((blow for blow in blows if blow.kind is kind and not blow.killing), None)
        if tame is not None:
            blows.remove(tame)
        blows.append(Blow(kind, killing, tame.retry_after if tame else 1))
    if hangs_kill:
        assert not [blow for blow in blows if blow.kind in (Kind.HANG, Kind.HANG_AFTER) and not blow.killing]
    chance.shuffle(blows)
    return dict(zip(sorted(chance.sample(range(5, calls), len(blows))), blows, strict=True))


class Weather(Deadline):
    """Telegram's side: what befalls each call is settled beforehand, and at some of them the bot is gone."""

    def __init__(self, blows: dict[int, Blow]) -> None:
        super().__init__()
        self.blows = blows
        self.kill: Callable[[], None] = lambda: None
        self.kills = 0
        self.calls = 0
        self.lost: Counter[int] = Counter()
        """By chat: how many calls ended in a way that leaves it open whether they arrived."""

    def meet(self, method: str, chat: int | None) -> Fault | None:
        super().meet(method, chat)
        if method != SEND:
            return None
        self.calls += 1
        blow = self.blows.get(self.calls, Blow(Kind.NONE))
        if blow.kind in LOST or blow.killing:
            self.lost[chat or 0] += 1
        if blow.killing == "soon":
            asyncio.get_running_loop().call_later(A_MOMENT, self._kill_now)
        elif blow.killing:
            self._kill_now()
        if blow.killing == "before":
            return Fault(Kind.RESET_BEFORE)
        return None if blow.kind is Kind.NONE else Fault(blow.kind, retry_after=blow.retry_after)

    def _kill_now(self) -> None:
        self.kills += 1
        self.kill()


@dataclass
class Storm:
    """A crowd in whose chats an envelope is to arrive, some staff with cards, and a bot that keeps dying."""

    telegram: Telegram
    weather: Weather
    ruin: Ruin
    settings: Settings
    young: dict[int, Row] = field(default_factory=dict)
    staff: dict[int, Row] = field(default_factory=dict)

    @property
    def calls(self) -> list[Call]:
        return [call for call in self.telegram.calls if call.method.lower() == SEND]

    @property
    def got(self) -> Counter[int | None]:
        """How often one of these messages appeared in each chat: staff have tasks beside, of those who blocked us."""
        return Counter(call.chat for call in self.calls if call.done and call.text.strip() in (ENVELOPE, CARD))

    def store(self) -> Store:
        return Store.open(self.settings.database_url, self.settings.keys)

    async def waiting(self, *states: str) -> int:
        """How many rows are in one of these states. What is news to staff does not count: of an evening it waits."""
        store = self.store()
        async with store.transaction() as tx:
            counted = text("SELECT state FROM outbox WHERE NOT (lane = 'staff' AND kind = 'ours')")
            rows = (await tx.connection.execute(counted)).scalars().all()
        await store.close()
        return sum(state in states for state in rows)


@asynccontextmanager
async def at_sea(
    url: str, folder: Path, blows: dict[int, Blow], *, young: int, members: int, forking: Forking | None
) -> AsyncIterator[Storm]:
    """Everybody has joined, a row waits for each, and the bot is not running yet."""
    weather = Weather(blows)
    telegram = Telegram(clock=Clock(), faults=weather)
    async with await serve(telegram) as running:
        settings = Settings(
            token=SecretStr(telegram.bot.token), api_url=running.api_url, database_url=url, keys=folder / "keys"
        )
        environment = {
            "YOUSAID_TOKEN": telegram.bot.token,
            "YOUSAID_API_URL": running.api_url,
            "YOUSAID_DATABASE_URL": url,
            "YOUSAID_KEYS": str(folder / "keys"),
        }
        victim = Victim(environment, folder, forking)
        weather.kill = victim.kill
        here = Storm(telegram, weather, Ruin(telegram, weather, victim, []), settings)
        await _everybody(here, young, members)
        try:
            yield here
        finally:
            victim.close()


async def _everybody(here: Storm, young: int, members: int) -> None:
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    store = here.store()
    await store.add_authority(words.name, authority.kept(words))
    now = datetime.now(UTC)
    said = {"opens": {"screen": "menu"}, "not_before": now, "expires_at": now + timedelta(days=2)}
    async with store.transaction() as tx:
        everyone = []
        for number in range(young):
            person = await people.add(tx, Details(f"P{number}", f"Person{number}", "Lee"))
            everyone.append((await people.join(tx, person.id, _chat(here.telegram, f"Person{number}"))).id)
        # At a time they chose, so that this test is the same by night.
        await outbox.queue_for(tx, everyone, occasion="storm", kind="chosen", envelope="envelope/something", **said)
        for number in range(members):
            member = await staff.add(tx, f"Worker {number}", "pa")
            await staff.join(tx, member.id, _chat(here.telegram, f"Worker{number}"))
            to = {"staff": member.id, "lane": "staff", "kind": "help", "envelope": "staff/update"}
            await outbox.queue(tx, occasion="storm", **said, **to)
    await store.close()


def _chat(telegram: Telegram, name: str) -> ChatId:
    user = telegram.add_user(name)
    telegram.chat(telegram.bot, user).started = True
    return ChatId(user.id)


async def ride_out(here: Storm, *, kills: int, quiet: float) -> None:
    """Start it again whenever it was killed, until nothing waits; and once more when what was left behind is known."""
    while True:
        await here.ruin.restart()
        calm = asyncio.create_task(_calm(here, quiet))
        await asyncio.wait({here.ruin.dying(), calm}, return_when=asyncio.FIRST_COMPLETED)
        if calm.done():
            break
        calm.cancel()
    calm.result()
    here.ruin.dying().cancel()
    here.ruin.victim.kill()
    assert here.weather.kills == kills, "the storm was over before every kill: more people are needed"
    later = timedelta(seconds=LEASE_SECONDS + 60)
    async with started(here.settings, clock=lambda: datetime.now(UTC) + later) as bot:
        await bot.heartbeat.tick()
        while await bot.sender.once() or await here.waiting("queued", "sending"):
            await bot.outcomes.flush()


async def _calm(here: Storm, quiet: float) -> None:
    while True:
        await here.telegram.settled(quiet=quiet, patience=600)
        if not await here.waiting("queued"):
            return


async def look(here: Storm) -> None:
    """Everybody has an end that is true, nobody young was written to twice, and Telegram was never pressed."""
    store = here.store()
    async with store.transaction() as tx:
        for person in await people.everyone(tx):
            (row,) = await outbox.of_person(tx, person.id)
            here.young[await people.chat_of(tx, person.id) or 0] = row
        for member in await staff.everyone(tx):
            (row,) = (one for one in await outbox.of_staff(tx, member.id) if one.occasion == "storm")
            here.staff[await staff.chat_of(tx, member.id) or 0] = row
    await store.close()
    got = here.got
    rows = here.young | here.staff
    assert {row.state for row in rows.values()} <= {"sent", "failed", "unknown"}
    assert [chat for chat in here.young if got[chat] > 1] == []
    assert [chat for chat, row in rows.items() if row.state == "sent" and not got[chat]] == []
    assert [chat for chat, row in here.young.items() if row.state == "failed" and got[chat]] == []
    refused = Counter(call.chat for call in here.calls if call.status == 403)
    assert {chat for chat, row in rows.items() if row.state == "failed"} <= set(refused)
    untold = [row.state for chat, row in here.young.items() if refused[chat] and row.state != "failed"]
    assert set(untold) <= {"unknown"}, "it died before it could write that it was refused"
    assert len(untold) <= IN_FLIGHT * here.weather.kills
    unsure = sum(row.state == "unknown" for row in here.young.values())
    assert unsure <= sum(here.weather.lost.values()) + IN_FLIGHT * here.weather.kills
    assert max((got[chat] for chat in here.staff), default=0) <= STAFF_ATTEMPTS
    again = sum(got[chat] - 1 for chat in here.staff if got[chat])
    assert again <= IN_FLIGHT * here.weather.kills + sum(here.weather.lost[chat] for chat in here.staff)


def never_pressed(calls: Sequence[Call], blows: dict[int, Blow]) -> int:
    """The busiest second; every wait that Telegram asked for was kept, by whichever process."""
    times = [call.at for call in calls]
    for number, call in enumerate(calls, 1):
        if call.status == 429:
            # Telegram's own limits ask for a second: one worker has a task for each who blocked us.
            wait = blows.get(number, Blow(Kind.TOO_MANY)).retry_after
            inside = [at - call.at for at in times if call.at < at < call.at + wait]
            assert inside == [], "a call inside the time that Telegram asked to wait"
    return max(sum(first <= at < first + 1 for at in times) for first in times)


@dataclass(frozen=True, slots=True)
class Size:
    young: int
    members: int
    kills: int
    quiet: float


async def weathered(
    url: str, folder: Path, size: Size, seed: int, say: Callable[[str, object], None], forking: Forking | None = None
) -> None:
    chance = random.Random(seed)
    blows = storm(size.young, size.kills, chance, hangs_kill=size.quiet < 10)
    async with at_sea(url, folder, blows, young=size.young, members=size.members, forking=forking) as here:
        await ride_out(here, kills=size.kills, quiet=size.quiet)
        await look(here)
        busiest = never_pressed(here.calls, blows)
        assert busiest <= MOST_A_SECOND
        log = here.ruin.victim.said()
        assert here.settings.token is not None
        assert here.settings.token.get_secret_value() not in log
        assert here.telegram.bot.token.partition(":")[2] not in log
    ends = Counter(row.state for row in here.young.values())
    say("people", f"{size.young}, kills: {here.weather.kills}, calls: {len(here.calls)}")
    say("ended", ", ".join(f"{count} {state}" for state, count in ends.most_common()))
    say(
        "unknown of which in fact arrived",
        sum(here.got[chat] for chat, row in here.young.items() if row.state == "unknown"),
    )
    say("young people written to twice", sum(here.got[chat] > 1 for chat in here.young))
    say("staff cards sent again", sum(max(0, here.got[chat] - 1) for chat in here.staff))
    say("busiest second", busiest)


@pytest.fixture(scope="module")
def forking() -> Iterator[Forking]:
    """Where the processes of the short storm come from; the long one starts each from the beginning."""
    made = Forking()
    yield made
    made.close()


async def test_in_a_storm_with_four_kills_everybody_has_an_end_and_nobody_hears_of_it_twice(
    sqlite_database_url: str, tmp_path: Path, forking: Forking, record_property: Callable[[str, object], None]
) -> None:
    size = Size(young=100, members=8, kills=4, quiet=2.2)
    await weathered(sqlite_database_url, tmp_path, size, 5, record_property, forking)


@pytest.mark.prove
@pytest.mark.timeout(3600)
async def test_nine_hundred_people_in_a_storm_with_twenty_kills(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    await weathered(database_url, tmp_path, Size(young=900, members=40, kills=20, quiet=11.5), 6, record_property)
