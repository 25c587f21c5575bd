"""`survey results`, `status`, `check` and `close` on the command line: what is said, to whom, and what never is."""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import bot
from bot.cli import main
from storage import drafts, openings, people, pool
from storage.ids import ChatId
from storage.people import Details
from storage.store import Store
from surveys.values import Answers

NORTHFIELD = Path(bot.__file__).parent / "sandbox" / "northfield.yaml"
SECRET = "only I would write this"
DEFINITION = """
name: short
version: 1
purpose: survey
title: A short one
minutes: 2
headline: [well]
parts:
  - id: all
    questions:
      - id: well
        kind: single
        text: How are things?
        share: good
        options: [{id: good, label: Good}, {id: fair, label: Fair}, {id: poor, label: Poor}]
      - {id: life, kind: scale, text: How is life?, bands: [0-4, 5-6, 7-8, 9-10], share: 0-4}
      - id: picks
        kind: several
        text: What do you like?
        options: [{id: music, label: Music}, {id: sport, label: Sport}]
      - {id: words, kind: short_text, text: Anything else?}
      - id: age_band
        kind: single
        segment: true
        register: age
        text: How old are you?
        way_out: rather_not_say
        options: [{id: younger, label: Under 21, ages: 16-20}, {id: older, label: 21 or over, ages: 21-30}]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


def run_in(folder: Path, *arguments: str) -> Ran:
    """What the command does in that folder, whose database and keys are there."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.chdir(folder)
        patched.setenv("YOUSAID_DATABASE_URL", "sqlite+aiosqlite:///yousaid.db")
        patched.setenv("YOUSAID_KEYS", "keys")
        patched.setattr("sys.argv", ["yousaid", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@dataclass(frozen=True, slots=True)
class Yousaid:
    """The command, in a folder of its own."""

    here: Path

    def __call__(self, *arguments: str) -> Ran:
        return run_in(self.here, *arguments)

    def change(self, work: Callable[[Any], Any]) -> None:
        async def do() -> None:
            store = Store.open(f"sqlite+aiosqlite:///{self.here / 'yousaid.db'}", self.here / "keys")
            async with store.transaction() as tx:
                await work(tx)
            await store.close()

        asyncio.run(do())

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.here.iterdir() if not path.name.endswith("-journal"))


def given(seed: int = 1) -> Iterator[Answers]:
    chance = random.Random(seed)
    while True:
        yield Answers(
            {
                "well": chance.choice(("good", "good", "good", "fair", "poor")),
                "life": chance.choice((2, 5, 6, 7, 8, 9, 10)),
                "picks": chance.choice((["music"], ["sport"], ["music", "sport"])),
                "words": {"text": SECRET, "quote": True},
                "age_band": chance.choice(("younger", "older")),
            }
        )


async def answer(tx: Any, *, sent: int, begun: int = 0) -> None:
    """Of sixty in the register the first send and the next only begin."""
    [survey] = await openings.open_surveys(tx)
    everyone = [person.id for person in await people.everyone(tx)]
    for number, (person, answers) in enumerate(zip(everyone[: sent + begun], given(), strict=False)):
        await drafts.start(tx, person, survey.id)
        await drafts.keep(tx, person, survey.id, answers)
        if number < sent:
            await pool.send(tx, person, survey.id)


async def list_sixty(tx: Any) -> None:
    for number in range(60):
        born = date(2007, 1, 1) if number % 2 else date(2002, 1, 1)
        person = await people.add(tx, Details(f"C-{number}", "Any", "One", birth_date=born))
        await people.join(tx, person.id, ChatId(5_000 + number))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders to copy: set up with sixty people; and with an open survey that 45 have sent and 3 begun."""
    made = {name: tmp_path_factory.mktemp("worlds") / name for name in ("set up", "open")}
    first = Yousaid(made["set up"])
    first.here.mkdir()
    (first.here / "short.yaml").write_text(DEFINITION)
    assert first("setup", str(NORTHFIELD)).code == 0
    first.change(list_sixty)
    second = Yousaid(Path(shutil.copytree(first.here, made["open"])))
    assert second("survey", "open", "short.yaml").code == 0
    second.change(lambda tx: answer(tx, sent=45, begun=3))
    return made


@pytest.fixture(scope="module")
def closed_world(worlds: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same once it has closed."""
    third = Yousaid(Path(shutil.copytree(worlds["open"], tmp_path_factory.mktemp("worlds") / "published")))
    assert third("survey", "close", "short").code == 0
    return third.here


@pytest.fixture
def yousaid(worlds: dict[str, Path], tmp_path: Path) -> Yousaid:
    return Yousaid(Path(shutil.copytree(worlds["set up"], tmp_path / "here")))


@pytest.fixture
def open_survey(worlds: dict[str, Path], tmp_path: Path) -> Yousaid:
    return Yousaid(Path(shutil.copytree(worlds["open"], tmp_path / "here")))


@pytest.fixture
def published(closed_world: Path, tmp_path: Path) -> Yousaid:
    return Yousaid(Path(shutil.copytree(closed_world, tmp_path / "here")))


# Before the close


def test_before_the_close_no_command_says_what_was_answered(open_survey: Yousaid):
    last = (datetime.now(UTC) + timedelta(days=28)).date()
    open_survey("pool", "turn")
    for more in ((), ("--json",), ("--public",), ("--html", "page.html"), ("--xlsx", "tables.xlsx")):
        ran = open_survey("survey", "results", "short", *more)
        assert (ran.code, ran.out) == (1, "")
        assert re.match(r"short is open until \d{4}-\d\d-\d\d. Its figures come once, when it has closed.", ran.err)
        assert str(last)[:7] in ran.err or str(last - timedelta(days=1))[:7] in ran.err
    said = [
        open_survey(*words.split()).out for words in ("survey status short --json", "survey check short.yaml", "tick")
    ]
    assert not [line for line in said if SECRET in line or '"good"' in line or "music" in line]
    assert open_survey.files == ["keys", "short.yaml", "yousaid.db"]


def test_response_is_shown_by_group_of_the_register_only(open_survey: Yousaid):
    said = open_survey("survey", "status", "short", "--json").json
    assert said["sent"] == 45
    assert [(one["segment"], one["part"], one["people"]) for one in said["groups"]] == [
        ("age_band", "younger", 30),
        ("age_band", "older", 30),
    ]
    assert all(one["sent"] is None or one["sent"] % 5 == 0 for one in said["groups"])
    assert "age_band, younger: about 30 people, sent about 20." in open_survey("survey", "status", "short").out


def test_before_ten_have_sent_no_group_is_shown(yousaid: Yousaid):
    yousaid("survey", "open", "short.yaml")
    yousaid.change(lambda tx: answer(tx, sent=9))
    said = yousaid("survey", "status", "short", "--json").json
    assert (said["sent"], said["groups"]) == (None, [])


def test_a_survey_that_was_never_opened_has_no_results(yousaid: Yousaid):
    ran = yousaid("survey", "results", "pulse")
    assert (ran.code, ran.out, ran.err) == (1, "", "pulse was never opened.\n")


# Closing


def test_closing_says_how_many_drafts_are_destroyed(open_survey: Yousaid):
    ran = open_survey("survey", "close", "short", "--json")
    assert ran.json == {"published": True, "sent": 45, "drafts": 3}
    assert open_survey("survey", "close", "short").err == "short is not open.\n"


def test_a_close_can_be_put_to_tomorrow_and_said_first(open_survey: Yousaid):
    ran = open_survey("survey", "close", "short", "--tomorrow", "--json")
    assert ran.json["told"] is None, "fewer than ten"
    assert open_survey("survey", "status", "short", "--json").json["state"] == "open"
    again = open_survey("survey", "close", "short", "--tomorrow")
    assert again.code == 1
    assert again.err == f"short closes by itself when {ran.json['closes']} is over; nothing was changed.\n"
    assert "closes when" not in again.out


def test_what_was_destroyed_has_no_results_and_the_reason_is_said(yousaid: Yousaid):
    yousaid("survey", "open", "short.yaml")
    yousaid.change(lambda tx: answer(tx, sent=9, begun=1))
    closed = yousaid("survey", "close", "short")
    assert "destroyed unread" in closed.out
    assert "1 unsent draft destroyed unread." in closed.out
    ran = yousaid("survey", "results", "short")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Fewer than 10 people sent short, so what they sent was destroyed unread.\n"


# Results


def test_a_script_gets_every_option_with_its_number_or_null(published: Yousaid):
    said = published("survey", "results", "short", "--json").json
    assert (said["survey"], said["published"], said["invited"], said["outside"]) == ("short", 45, 60, False)
    assert said["first_line"] == "45 of 60 answered (75%). People who did not may feel differently."
    questions = {one["id"]: one for one in said["questions"]}
    assert list(questions) == ["well", "life", "picks", "words", "age_band"]
    for one in said["questions"]:
        assert one["rounded"] is True
        numbers = [one["base"], *one["counts"].values(), *(band["count"] for band in one["bands"] or ())]
        assert all(number is None or number % 5 == 0 for number in numbers)
        if one["bands"] is not None:
            assert one["level"] in ("bands", "share")
    assert list(questions["well"]["counts"]) == ["good", "fair", "poor"]
    assert list(questions["life"]["counts"]) == [str(number) for number in range(11)]
    assert questions["words"]["counts"] == {}
    headline = questions["well"]["headline"]
    assert headline["answers"] == ["good"]
    assert 0 <= headline["low"] <= headline["percent"] <= headline["high"] <= 100
    assert SECRET not in json.dumps(said)


def test_what_may_leave_the_authority_shows_no_more(published: Yousaid):
    inside = published("survey", "results", "short", "--json").json
    outside = published("survey", "results", "short", "--json", "--public").json
    assert outside["outside"] is True
    for mine, theirs in zip(inside["questions"], outside["questions"], strict=True):
        shown = {answer for answer, count in theirs["counts"].items() if count is not None}
        assert shown <= {answer for answer, count in mine["counts"].items() if count is not None}


def test_results_read_the_same_every_time(published: Yousaid):
    first = published("survey", "results", "short", "--json").out
    assert published("survey", "results", "short", "--json").out == first
    assert published("survey", "results", "short").out == published("survey", "results", "short").out


def test_results_are_readable_text_and_begin_with_who_answered(published: Yousaid):
    ran = published("survey", "results", "short")
    assert ran.code == 0, ran.err
    assert "45 of 60 answered (75%). People who did not may feel differently." in ran.out
    assert "How are things?" in ran.out
    assert SECRET not in ran.out


def test_a_page_and_tables_are_written_whole_and_where_is_said(published: Yousaid):
    (published.here / "page.html").write_text("an older one")
    ran = published("survey", "results", "short", "--html", "page.html", "--xlsx", "tables.xlsx")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == ["The page is in page.html.", "The tables are in tables.xlsx."]
    page = (published.here / "page.html").read_text("utf-8")
    assert "How are things?" in page
    assert SECRET not in page
    assert openpyxl.load_workbook(published.here / "tables.xlsx").sheetnames
    noted = [one["about"]["what"] for one in published("audit", "show", "--json").json if one["action"] == "exported"]
    assert noted == ["results.html", "results.xlsx"]
    assert published.files == [
        "keys",
        "page.html",
        "short.yaml",
        "tables.xlsx",
        "yousaid.db",
    ]


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(published: Yousaid):
    (published.here / "folder").mkdir()
    ran = published("survey", "results", "short", "--html", "folder")
    assert (ran.code, ran.err) == (1, "folder is a folder; name a file.\n")
    ran = published("survey", "results", "short", "--xlsx", "nowhere/tables.xlsx")
    assert ran.code == 1
    assert ran.err.startswith("nowhere/tables.xlsx cannot be written")
    assert published.files == ["folder", "keys", "short.yaml", "yousaid.db"]


# Before it is opened


def test_a_check_says_what_could_be_shown_of_so_many(yousaid: Yousaid):
    ran = yousaid("survey", "check", "short.yaml", "--people", "60", "--response", "45")
    assert ran.code == 0, ran.err
    assert yousaid("survey", "check", "short.yaml", "--people", "60", "--response", "45", "--json").json["forecast"]
    assert yousaid("survey", "check", "short.yaml", "--json").json.get("forecast") is None
    assert yousaid("survey", "check", "short.yaml", "--response", "45").code == 2
    assert yousaid("survey", "check", "short.yaml", "--people", "60", "--response", "101").code == 2
