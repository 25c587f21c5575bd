"""The bot is killed while people answer, at named points and at any moment: nothing acknowledged is ever lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from support.killing import Answerer, Deadline, Forking, Process, Ruin, Victim
from support.town import DEFINITIONS, NORTHFIELD

from bot.sandbox.clock import Clock
from bot.sandbox.phones import Phone
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from engagement import authority, surveys
from storage import answers, drafts, openings, people
from storage.ids import ChatId, SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from storage.tables import draft as draft_table
from storage.tables import pool as pool_table
from surveys import boxes, flow
from surveys.load import load

SURVEY = "care_leaver_survey"
ASKED = load((DEFINITIONS / f"{SURVEY}.yaml").read_text("utf-8"), source=SURVEY)
START_SECONDS = 5.0
PATIENCE = 240
"""Seconds after which nothing more is waited for."""
LOOK_AGAIN = 0.002
AT_ONCE = 6

IN_THE_DATABASE = (
    "before noting the update",
    "before keeping the draft",
    "before keeping the card",
    "before commit",
    "after commit",
    "mid-Send",
    "before marking as done",
)
AT_TELEGRAM = tuple(
    (method, before)
    for method in ("editmessagetext", "answercallbackquery", "sendmessage", "deletemessage", "getupdates")
    for before in (True, False)
)
SELDOM = {"sendmessage", "deletemessage"}
SENDING = {"mid-Send", "before marking as done"}


@asynccontextmanager
async def ruin(url: str, folder: Path, count: int, forking: Forking | None = None) -> AsyncIterator[Ruin]:
    """So many people who have joined, the survey open, and a bot that is not running yet."""
    deadline = Deadline()
    telegram = Telegram(clock=Clock(), faults=deadline, record=False)
    telegram.rates.on = False
    keys = folder / "keys"
    store = Store.open(url, keys)
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    await store.add_authority(words.name, authority.kept(words))
    everyone = []
    async with store.transaction() as tx:
        source = (DEFINITIONS / f"{SURVEY}.yaml").read_text("utf-8")
        await surveys.open_survey(tx, words, source, source=SURVEY, closes=None, now=telegram.clock.now())
        for number in range(count):
            phone = Phone(telegram, f"Person{number}")
            added = await people.add(tx, Details(f"P{number}", f"Person{number}", "Lee"))
            await people.join(tx, added.id, ChatId(phone.id))
            everyone.append(Answerer(phone, ASKED, number))
    await store.close()
    async with await serve(telegram) as running:
        environment = {
            "YOUSAID_TOKEN": telegram.bot.token,
            "YOUSAID_API_URL": running.api_url,
            "YOUSAID_DATABASE_URL": url,
            "YOUSAID_KEYS": str(keys),
        }
        victim = Victim(environment, folder, forking)
        try:
            yield Ruin(telegram, deadline, victim, everyone)
        finally:
            victim.close()


def next_kill(here: Ruin, chance: random.Random) -> str:
    """Arm the next kill: at Telegram's side or at any moment; gives what the process is to kill itself at, if so."""
    match chance.randrange(3):
        case 0:
            point = chance.choice(IN_THE_DATABASE)
            return f"{point}:{0 if point in SENDING else chance.randrange(12)}"
        case 1:
            method, before = chance.choice(AT_TELEGRAM)
            calls = 1 if method in SELDOM else chance.randrange(1, 25)
            here.deadline.arm(here.victim.kill, calls=calls, method=method, before=before)
        case _:
            here.deadline.arm(here.victim.kill, calls=chance.randrange(1, 60), before=chance.random() < 0.5)
    return ""


async def play(here: Ruin, kills: int, chance: random.Random) -> None:
    """Six at a time answer without pause, the next as soon as one is done, until the bot has died often enough."""
    begun: list[Answerer] = []

    async def one_phone_after_another() -> None:
        while here.kills < kills and len(begun) < len(here.people):
            begun.append(here.people[len(begun)])
            await begun[-1].answer_all()

    answering = asyncio.gather(*(one_phone_after_another() for _ in range(AT_ONCE)))
    try:
        while here.kills < kills and not answering.done():
            await here.restart(dies=next_kill(here, chance))
            dying = here.dying()
            await asyncio.wait({dying, answering}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                answering.result()
            assert dying.done(), "everybody had finished before the last kill: more people are needed"
            dying.result()
            here.kills += 1
        await here.restart()
        async with asyncio.timeout(PATIENCE):
            await answering
    finally:
        answering.cancel()
        here.victim.kill()
    del here.people[len(begun) :]


async def check(here: Ruin, url: str, folder: Path) -> None:
    """Everybody has sent, each once, and what lies in the pool is what they said."""
    assert [one.phone.user.first_name for one in here.people if not one.sent] == []
    assert {one.phone.user.first_name: one.lost for one in here.people if one.lost} == {}
    assert "update_given_up" not in here.victim.said()
    if url.startswith("sqlite"):
        with sqlite3.connect(make_url(url).database or "") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
    store = Store.open(url, folder / "keys")
    try:
        async with store.transaction() as tx:
            survey = (await openings.open_surveys(tx))[0].id
            assert await tx.connection.scalar(select(draft_table.c.person).limit(1)) is None
            found = await in_the_pool(tx, survey)
            done = (await tx.connection.execute(text("SELECT person, done FROM participation"))).all()
            assert await answers.of(tx, survey) == ()
    finally:
        await store.close()
    wanted = Counter(told(one.expected().values) for one in here.people)
    assert (sorted((found - wanted).elements()), sorted((wanted - found).elements())) == ([], [])
    assert sorted(row.person for row in done if row.done) == list(range(1, len(here.people) + 1))


async def in_the_pool(tx: Transaction, survey: SurveyId) -> Counter[str]:
    """What whoever has the live key can read: whole sets of answers, nobody's."""
    name, sealer = await tx.epoch()
    found: Counter[str] = Counter()
    for row in await tx.connection.execute(select(pool_table).where(pool_table.c.survey == survey)):
        assert row.epoch == name
        taps = sealer.open_fixed(row.taps, drafts.about(tx, survey, name, "taps"))
        words = sealer.open_fixed(row.words, drafts.about(tx, survey, name, "words"))
        found[told(boxes.unpack(ASKED, taps, words).values)] += 1
    return found


def told(values: Any) -> str:
    return json.dumps(dict(values), sort_keys=True)


async def killed(
    url: str,
    folder: Path,
    say: Callable[[str, object], None],
    *,
    kills: int,
    seed: int,
    forking: Forking | None = None,
) -> float:
    """Kill it so often and look at what is left; gives the seconds of the slowest start."""
    async with ruin(url, folder, 10 * kills, forking) as here:
        await play(here, kills, random.Random(seed))
        await check(here, url, folder)
        say("kills", here.kills)
        say("slowest start", round(max(here.starts), 2))
        return max(here.starts)


@pytest.mark.parametrize(("database", "kills", "seed"), [("sqlite", 5, 3), ("postgresql", 3, 4)], indirect=["database"])
async def test_killed_while_people_answer_the_bot_loses_and_doubles_nothing(
    database_url: str,
    kills: int,
    seed: int,
    tmp_path: Path,
    forking: Forking,
    record_property: Callable[[str, object], None],
) -> None:
    await killed(database_url, tmp_path, record_property, kills=kills, seed=seed, forking=forking)


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
async def test_ten_times_ten_kills_on_each_database(
    database_url: str, seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    slowest = await killed(database_url, tmp_path, record_property, kills=10, seed=100 + seed)
    assert slowest <= START_SECONDS


# Commands that die


Then = Callable[[Ruin], Awaitable[None]]


async def while_they_answer(url: str, folder: Path, forking: Forking, then: Then) -> None:
    """Do this to the bot while four people answer; nobody sends before it is done: all along there are drafts."""
    async with ruin(url, folder, 4, forking) as here:
        for one in here.people:
            one.may_send.clear()
        await here.restart()
        answering = asyncio.gather(*(one.answer_all() for one in here.people))
        try:
            async with asyncio.timeout(PATIENCE):
                for one in here.people:
                    await one.has_begun.wait()
                await then(here)
                for one in here.people:
                    one.may_send.set()
                await answering
        finally:
            answering.cancel()
            here.victim.kill()
        await check(here, url, folder)


@pytest.mark.parametrize("point", ["resealed", "before commit"])
async def test_a_nightly_job_killed_half_way_loses_nothing_and_the_next_one_turns_the_key(
    database_url: str, tmp_path: Path, point: str, forking: Forking
) -> None:
    async def turn(here: Ruin) -> None:
        dead = await asyncio.to_thread(here.victim.command, "pool", "turn", dies=point)
        assert dead == -9
        assert await asyncio.to_thread(here.victim.command, "pool", "turn") == 0

    await while_they_answer(database_url, tmp_path, forking, turn)
    assert len(list((tmp_path / "keys" / "burn").glob("*.key"))) == 1


async def test_a_backup_killed_half_way_leaves_nothing_under_its_name_and_the_next_one_is_whole(
    sqlite_database_url: str, tmp_path: Path, forking: Forking
) -> None:
    place = tmp_path / "backups"
    place.mkdir()

    async def back_up(here: Ruin) -> None:
        popen = here.victim.popen("backup", str(place / "copy.db"))
        await asyncio.to_thread(wait_for_part_of, place, popen)
        popen.kill()
        popen.wait()
        assert not (place / "copy.db").exists() or is_whole(place / "copy.db")
        (place / "copy.db").unlink(missing_ok=True)
        assert await asyncio.to_thread(here.victim.command, "backup", str(place / "copy.db")) == 0
        assert is_whole(place / "copy.db")

    await while_they_answer(sqlite_database_url, tmp_path, forking, back_up)


def wait_for_part_of(place: Path, process: Process) -> None:
    """Until the backup has begun to be written (or is there already)."""
    while not any(place.rglob("copy.db")):
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert process.wait(LOOK_AGAIN) == 0


def is_whole(file: Path) -> bool:
    with sqlite3.connect(file) as connection:
        found: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return found == [("ok",)]


def test_the_people_of_these_tests_answer_every_question_in_one_way_or_another() -> None:
    everyone = [Answerer(None, ASKED, mind) for mind in range(6)]  # type: ignore[arg-type]
    said = {question for one in everyone for question in one.expected().values}
    assert said == {question.id for question in ASKED.questions} - never_asked(everyone)
    assert all(flow.next_question(ASKED, one.expected()) is None for one in everyone)


def never_asked(everyone: list[Answerer]) -> set[str]:
    """What none of them is led to."""
    led_to = {question.id for one in everyone for question in flow.path(ASKED, one.expected())}
    return {question.id for question in ASKED.questions} - led_to
