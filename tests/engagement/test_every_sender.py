"""Every sender: the code is read to see that none bypasses the gate, and all of them together keep the week's cap."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from staffed import meet, settings
from support.databases import migrate, sqlite_url
from telegram.ext import ExtBot

from engagement import outbox as gate
from engagement import surveys
from engagement.london import today
from storage import outbox
from storage.ids import PersonId
from storage.outbox import Row
from storage.store import Store, Transaction
from storage.tables import outbox as outbox_table

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "engagement", "storage", "surveys")
GATE, SENDER, MOUTH, WIRE, TRANSPORT = (
    "engagement/outbox.py",
    "bot/sender.py",
    "bot/mouth.py",
    "bot/wire.py",
    "bot/transport.py",
)


# What leaves uncounted, or at night. A new one fails here until somebody writes down which exemption of DESIGN it has
# ("Reaching people", Contact budget): nothing else may be anything but "ours", which is also what a row is by itself.

Why = Literal[
    "help, or what became of it",
    "a call or check-in the person asked for",
    "remind me tonight",
    "a time the person chose",
    "a place they accepted",
    "the code they were promised when they sent",
]
GIVES: Mapping[Why, str] = {
    "help, or what became of it": "help",
    "a call or check-in the person asked for": "asked",
    "remind me tonight": "asked",
    "a time the person chose": "chosen",
    "a place they accepted": "asked",
    "the code they were promised when they sent": "asked",
}
"""The kind of row that each exemption gives."""

EXEMPT: Mapping[tuple[str, str], Why] = {
    ("engagement/tasks.py", "_move"): "help, or what became of it",  # the young person hears who has it now
    ("engagement/tasks.py", "_tell_staff"): "help, or what became of it",  # somebody wants a person, at whatever hour
    ("engagement/later.py", "remind"): "remind me tonight",  # at seven, while it is still day
    ("engagement/vouchers.py", "_give"): "the code they were promised when they sent",
    ("engagement/greetings.py", "_leave"): "a call or check-in the person asked for",  # words on a day they chose
    (
        "engagement/signing.py",
        "tell_writer",
    ): "a call or check-in the person asked for",  # what they signed is answered
    ("engagement/signing.py", "_tell_staff"): "help, or what became of it",  # crisis words, in what was signed
    ("engagement/checkin_clock.py", "_ask"): "a time the person chose",  # the day and hour of a check-in
    ("engagement/checkin_replies.py", "send"): "a call or check-in the person asked for",  # a line back to one
    ("engagement/checkin_clock.py", "_tell_paused"): "a call or check-in the person asked for",  # none comes any more
    ("engagement/place_queue.py", "tell"): "a place they accepted",  # what became of their yes, and that it is today
    ("engagement/calls.py", "again"): "a call or check-in the person asked for",  # once more in December, as they asked
    ("engagement/calls.py", "tell_at_once"): "help, or what became of it",  # crisis words, in a note to go with a call
    (
        "engagement/calls_recorded.py",
        "_tell_person",
    ): "a call or check-in the person asked for",  # a worker noted it
    (
        "engagement/call_say.py",
        "tell_person",
    ): "a call or check-in the person asked for",  # who plans to phone
    ("engagement/call_say.py", "tell_staff"): "help, or what became of it",  # on the day itself, from 08:00 to 20:00
}
"""File and function of every row that is queued with a kind of its own."""


# Who touches the rows at all. Whatever is added here reads them, or ends them: it makes none and marks none as leaving.

ROWS = {
    "storage/outbox.py",
    "storage/occasions.py",  # by occasion: held and released, cancelled, removed, counted
    "storage/delivered.py",  # counts what became of them
    "storage/broadcasts.py",  # stopped in the middle: what is under way is not tried again
    "storage/settling.py",  # a restored backup: what waited in it is not sent
}


# Reading the code


@dataclass(frozen=True, slots=True)
class Use:
    """A name used at some place: in which file and function; and if it is called there, how, and with what first."""

    path: str
    function: str
    name: str
    call: ast.Call | None = None
    first: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.path, self.function

    @property
    def holder(self) -> str:
        """What it is asked of, by its last name and without the underscore of a private one."""
        return self.name.rpartition(".")[0].rpartition(".")[2].lstrip("_")

    @property
    def asked(self) -> str:
        return self.name.rpartition(".")[2]


class Reader(ast.NodeVisitor):
    """Gathers every use of every name in a file: a module's by its full name, whatever the file calls it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.uses: list[Use] = []
        self._known: dict[str, str] = {}
        self._inside: list[str] = []
        self._called: dict[int, ast.Call] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for one in node.names:
            self._known[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.split(".")[0]
            self._note(one.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for one in node.names:
            self._known[one.asname or one.name] = f"{node.module}.{one.name}"
            self._note(f"{node.module}.{one.name}")

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        self._called[id(node.func)] = node
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note(self._full(node), self._called.get(id(node)))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._note(self._full(node), self._called.get(id(node)))

    def _full(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{self._full(node.value)}.{node.attr}"
        return self._known.get(node.id, node.id) if isinstance(node, ast.Name) else "?"

    def _note(self, name: str, call: ast.Call | None = None) -> None:
        first = self._full(call.args[0]) if call is not None and call.args else ""
        self.uses.append(Use(self.path, self._inside[-1] if self._inside else "", name, call, first))


def read(path: str, source: str) -> tuple[Use, ...]:
    reader = Reader(path)
    reader.visit(ast.parse(source))
    return tuple(reader.uses)


@cache
def uses() -> tuple[Use, ...]:
    """Everything used in the code that runs for real; the sandbox is Telegram's side."""
    found: list[Use] = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "sandbox" not in path.parts:
                found += read(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    return tuple(found)


def places(name: str) -> set[tuple[str, str]]:
    """The files and functions in which that name is used; outside any function when it is only imported."""
    return {use.place for use in uses() if use.name == name}


def words_of(call: ast.Call) -> dict[str | None, ast.expr]:
    return {word.arg: word.value for word in call.keywords}


# Nothing leaves but through the gate


def test_only_the_gate_claims_what_waits_in_the_outbox_and_only_the_sender_asks_the_gate() -> None:
    assert places("storage.outbox.claim") == {(GATE, "take")}
    assert places("engagement.outbox.take") == {(SENDER, "_take")}
    assert places("engagement.outbox.may_send") == set()
    assert places("storage.outbox.leaving") == {(GATE, "may_send")}
    assert not [use.path for use in uses() if use.name in ("storage.outbox.*", "engagement.outbox.*")]


def test_rows_are_made_and_marked_as_leaving_in_one_module_and_touched_by_few() -> None:
    touching = {use.path for use in uses() if use.name.startswith("storage.tables.outbox")}
    assert touching <= ROWS
    makes = {use.path for use in uses() if use.asked == "insert" and use.first == "storage.tables.outbox"}
    marks = {
        use.place
        for use in uses()
        if use.path in ROWS and use.call is not None and _says(words_of(use.call).get("state"), "sending")
    }
    assert makes == {"storage/outbox.py"}
    assert marks == {("storage/outbox.py", "_claim")}


def _says(word: ast.expr | None, state: str) -> bool:
    return isinstance(word, ast.Constant) and word.value == state


# Nothing is said but by the sender and the mouth


PUTS = {name for name in dir(ExtBot) if name.lower().startswith(("send", "copy", "forward", "edit"))}
PUTS |= {"put", "put_picture", "change"}
"""What makes words appear in somebody's chat: the library's methods, and the wire's own."""

HARMLESS = {
    "bot/run.py": {"token", "requests", "get_me"},
    "bot/polling.py": {"take", "delete_webhook"},
    "bot/listen.py": {"set_webhook"},
    "bot/profile.py": {
        f"{doing}_my_{what}" for doing in ("get", "set") for what in ("commands", "description", "short_description")
    },
}
"""What of a wire is used by whoever holds one besides those two: nothing a person would see in their chat."""


def asked_of_wires() -> Iterator[Use]:
    for use in uses():
        a_module = use.name.startswith("bot.")
        if use.path.startswith("bot/") and use.path != WIRE and use.holder in ("wire", "bot") and not a_module:
            yield use


def test_only_the_sender_and_the_mouth_put_words_into_a_chat() -> None:
    assert {use.path for use in asked_of_wires() if use.asked in PUTS} == {SENDER, MOUTH}


def test_whoever_else_holds_a_wire_uses_only_what_nobody_sees() -> None:
    others = [use for use in asked_of_wires() if use.path not in (SENDER, MOUTH) and use.holder == "wire"]
    found: dict[str, set[str]] = {}
    for use in others:
        found.setdefault(use.path, set()).add(use.asked)
    assert {
        path: said - HARMLESS.get(path, set()) for path, said in found.items() if said - HARMLESS.get(path, set())
    } == {}
    holding = {use.path for use in uses() if use.name in ("bot.wire.Wire", "bot.wire.make_wire")}
    assert holding <= {SENDER, MOUTH, *HARMLESS}


def test_there_is_one_way_to_telegram() -> None:
    assert {use.path for use in uses() if use.asked in ("ExtBot", "HTTPXRequest", "ApplicationBuilder")} == {WIRE}
    assert {use.path for use in uses() if use.name == "telegram.Bot"} == set()
    assert {use.path for use in uses() if use.name == "bot.transport.Transport"} == {WIRE}
    asks = {use.path for use in uses() if use.name.startswith(("aiohttp.", "httpx", "urllib.request", "http.client"))}
    # Whoever is asked how it is only asks who it is (getMe); a web server answers and does not call.
    assert asks == {TRANSPORT, "bot/doctor.py", "bot/listen.py"}
    assert not {use.name for use in uses() if use.path == "bot/doctor.py" and use.asked in PUTS}


def test_the_mouth_speaks_only_where_somebody_has_just_spoken() -> None:
    speaks = {use.place for use in uses() if use.asked == "say" and use.holder == "mouth"}
    assert speaks == {("bot/intake.py", "handle"), ("bot/intake.py", "_tell"), ("bot/heartbeat.py", "tick")}
    (clears,) = (use.call for use in uses() if use.path == "bot/heartbeat.py" and use.call and use.asked == "Saying")
    assert set(words_of(clears)) == {"clear"}, "the heartbeat only takes messages away"
    assert {use.path for use in uses() if use.name == "bot.mouth.Mouth"} == {
        "bot/run.py",
        "bot/intake.py",
        "bot/heartbeat.py",
    }


# Whoever is exempt is written down


def queued() -> Iterator[Use]:
    return (use for use in uses() if use.name in ("storage.outbox.queue", "storage.outbox.queue_for"))


def kinds_of(call: ast.Call) -> set[str]:
    """The kinds that are written where the row is queued; "?" for one that is not written there."""
    said = words_of(call)
    kind = said.get("kind", ast.Constant("ours"))
    either = [kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind]
    if None in said:
        either.append(ast.Name("?"))
    return {str(one.value) if isinstance(one, ast.Constant) else "?" for one in either}


def test_every_row_is_ours_or_has_an_exemption_that_is_written_down() -> None:
    """When this fails: a row is ours, unless DESIGN exempts it; then add its place and which exemption it has."""
    found = {use.place: kinds_of(use.call) - {"ours"} for use in queued() if use.call is not None}
    assert len(found) >= 9, "the senders were not found"
    assert {place: kinds for place, kinds in found.items() if kinds} == {
        place: {GIVES[why]} for place, why in EXEMPT.items()
    }


def test_nobody_queues_in_a_way_that_cannot_be_read() -> None:
    assert [use.place for use in queued() if use.call is None and use.function] == []
    assert [use.place for use in queued() if use.path.startswith("bot/")] == [], "a row is written with its reason"
    several = Counter(use.place for use in queued() if use.call is not None)
    assert {place: count for place, count in several.items() if count > 1} == {}, (
        "one row a function, so that each is seen"
    )


@pytest.mark.parametrize(
    ("sneaky", "seen"),
    [
        ("from storage import outbox as o\nasync def f(tx): await o.claim(tx)", "storage.outbox.claim"),
        ("from storage.outbox import claim as c\nasync def f(tx): await c(tx)", "storage.outbox.claim"),
        ("import storage.outbox\nasync def f(tx): await storage.outbox.claim(tx)", "storage.outbox.claim"),
        ("from storage import outbox\nlater = [outbox.claim]", "storage.outbox.claim"),
        ("from storage.tables import outbox as t\ndef f(): return t.insert()", "storage.tables.outbox.insert"),
        ("class A:\n async def f(self): await self._wire.put(1)", "self._wire.put"),
    ],
)
def test_the_reader_sees_through_other_names(sneaky: str, seen: str) -> None:
    assert seen in {use.name for use in read("bot/new.py", sneaky)}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("", {"ours"}),
        ('kind="help"', {"help"}),
        ('kind="help" if late else "ours"', {"help", "ours"}),
        ("kind=kind", {"?"}),
        ("**more", {"ours", "?"}),
    ],
)
def test_the_reader_sees_a_kind_that_is_hidden(words: str, kinds: set[str]) -> None:
    source = f"from storage import outbox\nasync def f(tx): await outbox.queue(tx, {words})"
    (call,) = (use.call for use in read("engagement/new.py", source) if use.call)
    assert kinds_of(call) == kinds


# All senders at once


PULSE = (ROOT / "surveys/definitions/pulse.yaml").read_text("utf-8")
START = datetime(2027, 10, 11, 10, tzinfo=UTC)
"""A Monday; the clocks go back three weeks later."""
WEEKS = 5
HOURS = WEEKS * 7 * 24
NEWS = (
    ("survey:1:reminder:{}", "ours"),
    ("survey:1:again:{}", "chosen"),
    ("nudge:1", "ours"),
    ("broadcast:{}", "ours"),
    ("broadcast:{}", "ours"),
    ("numbers:{}", "ours"),
    ("voucher:{}", "ours"),
    ("handover:{}", "ours"),
    ("campaign:{}", "ours"),
    ("check_in:{}", "asked"),
    ("opportunity:{}", "asked"),
    ("task:{}:escalated", "help"),
    ("made up later:{}", "ours"),
)
FATES = st.sampled_from(["sent", "sent", "sent", "unknown", "failed", "retry", "crash"])
QUEUED = st.lists(
    st.tuples(st.integers(0, HOURS), st.sampled_from(NEWS), st.sampled_from([1, 1, 2]), st.integers(2, 400), FATES),
    min_size=10,
    max_size=45,
)
Reached = list[tuple[PersonId, Row, datetime]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("senders") / "empty.db"
    migrate(sqlite_url(path))
    return path.read_bytes()


async def play(tx: Transaction, words: Any, plans: list[Any]) -> Reached:
    """What may have reached whom, and when, if each of these is queued at its hour; a survey opens at the start."""
    everyone = [await meet(tx, name) for name in ("Jo", "Sam")]
    await surveys.open_survey(tx, words, PULSE, source="pulse", closes=date(2027, 11, 30), now=START)
    fates: dict[int, str] = {}
    waiting = sorted(enumerate(plans), key=lambda one: one[1][0])
    reached: Reached = []
    now, end = START, START + timedelta(days=2 * WEEKS * 7)
    while now < end:
        while waiting and START + timedelta(hours=waiting[0][1][0]) <= now:
            number, (_, (occasion, kind), whom, lasts, fate) = waiting.pop(0)
            await _queue(tx, everyone[whom - 1], occasion.format(number), kind, now, lasts)
            fates[number] = fate
        await outbox.after_crash(tx, on=today(now), now=now)
        for send in await gate.take(tx, words, now=now):
            if await _fate(tx, send.row, fates.get(_number(send.row), "sent"), fates, now):
                reached.append((PersonId(send.row.person or 0), send.row, now))
        now = max(now + timedelta(seconds=8), await _next(tx, waiting, end))
    return reached


async def _queue(tx: Transaction, person: PersonId, occasion: str, kind: Any, now: datetime, lasts: int) -> None:
    said = {"lane": "young", "envelope": "envelope/something", "opens": {"screen": "menu"}}
    times = {"not_before": now, "expires_at": now + timedelta(hours=lasts)}
    await outbox.queue(tx, occasion=occasion, person=person, kind=kind, **said, **times)


def _number(row: Row) -> int:
    said = [int(part) for part in row.occasion.split(":")[1:] if part.isdigit()]
    return said[-1] if said else -1


async def _fate(tx: Transaction, row: Row, fate: str, fates: dict[int, str], now: datetime) -> bool:
    """Whether it may have arrived."""
    match fate:
        case "sent":
            await outbox.sent(tx, row.id, 100 + row.id, on=today(now))
        case "unknown":
            await outbox.unknown(tx, row.id, on=today(now), now=now)
        case "failed":
            await outbox.failed(tx, row.id, on=today(now))
        case "retry":
            fates[_number(row)] = "sent"
            await outbox.retry(tx, row.id, now + timedelta(seconds=7))
    return fate not in ("failed", "retry")


async def _next(tx: Transaction, waiting: list[Any], end: datetime) -> datetime:
    """When the next thing can happen: something is queued, may leave, or is known to be left behind."""
    of_rows = select(func.min(outbox_table.c.not_before)).where(outbox_table.c.state == "queued")
    of_crash = select(func.min(outbox_table.c.lease_until)).where(outbox_table.c.state == "sending")
    found = [await tx.connection.scalar(query) for query in (of_rows, of_crash)]
    if waiting:
        found.append(START + timedelta(hours=waiting[0][1][0]))
    return min((moment for moment in found if moment is not None), default=end)


@given(st.integers(1, 4), QUEUED)
@hypothesis_settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_senders_at_once_never_pass_anybodys_cap_in_any_seven_days(
    empty: bytes, tmp_path_factory: pytest.TempPathFactory, cap: int, plans: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("play")
    (folder / "copy.db").write_bytes(empty)

    async def run() -> Reached:
        words = settings(cap=cap)
        store = Store.open(sqlite_url(folder / "copy.db"), folder / "keys")
        authority = await store.add_authority("Northfield", "{}")
        async with store.transaction(authority) as tx:
            reached = await play(tx, words, plans)
        await store.close()
        return reached

    with asyncio.Runner() as runner:
        reached = runner.run(run())
    for person in {person for person, _, _ in reached}:
        ours = [now for whom, row, now in reached if whom == person and row.kind == "ours"]
        for first in ours:
            assert sum(first <= now < first + timedelta(days=7) for now in ours) <= cap
    assert not [row.occasion for _, row, now in reached if row.kind in ("ours", "asked") and gate.is_quiet(now)]
    assert not [row.occasion for _, row, now in reached if row.expires_at <= now]
    twice = Counter((person, row.occasion) for person, row, _ in reached)
    assert not twice or max(twice.values()) == 1
