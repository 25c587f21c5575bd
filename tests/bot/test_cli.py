"""The command line: what each noun and verb does, what it says, and with which code it ends."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.killing import Forking

import bot
from bot.cli import main
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from storage import invites, people
from storage.store import Store

NORTHFIELD = Path(bot.__file__).parent / "sandbox" / "northfield.yaml"
COMMAND = Path(sys.executable).parent / "yousaid"
REGISTER = """reference,first_name,last_name,birth_date,worker
C-1,Jo,Smythe,2006-02-28,Priya Shah
C-2,Bo,Li,28/02/2007,
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


Yousaid = Callable[..., Ran]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own to be in, with no setting given but where things are."""
    for name in [name for name in os.environ if name.startswith("YOUSAID_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    mask = os.umask(0o022)
    yield folder
    os.umask(mask)


@pytest.fixture
def yousaid(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Yousaid:
    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["yousaid", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def set_up(yousaid: Yousaid, here: Path, once_set_up: Path) -> Yousaid:
    """The same, with the made-up authority and a worker there."""
    shutil.copytree(once_set_up, here, dirs_exist_ok=True)
    (here / "register.csv").write_text(REGISTER)
    return yousaid


def in_store(here: Path, work: Callable[[Any], Any]) -> Any:
    """What the work gives, in a transaction of its own on the folder's database."""

    async def do() -> Any:
        store = Store.open(f"sqlite+aiosqlite:///{here / 'yousaid.db'}", here / "keys")
        async with store.transaction() as tx:
            given = await work(tx)
        await store.close()
        return given

    return asyncio.run(do())


def test_given_nothing_is_set_up_then_every_command_says_so_and_makes_nothing(yousaid: Yousaid, here: Path):
    (here / "register.csv").write_text(REGISTER)
    for words in (
        "people invite",
        "people import register.csv",
        "staff add Jo --role pa",
        "staff list",
        "survey open pulse",
        "survey close pulse",
        "survey status pulse",
        "survey results pulse",
        "pool turn",
        "tick",
        "backup copy.db",
    ):
        ran = yousaid(*words.split())
        assert (ran.code, ran.out) == (1, ""), words
        assert "yousaid setup authority.yaml" in ran.err
    assert sorted(path.name for path in here.iterdir()) == ["register.csv"]


@pytest.mark.parametrize(
    "words",
    [
        "",
        "people",
        "dance",
        "people import",
        "staff add Jo",
        "staff add Jo --role boss",
        "survey open pulse --closes soon",
        "survey open pulse --colour blue",
    ],
)
def test_a_misuse_ends_with_two(set_up: Yousaid, words):
    assert set_up(*words.split()).code == 2


def test_set_up_can_be_repeated_and_changes_the_settings(yousaid: Yousaid, here: Path):
    assert yousaid("setup", NORTHFIELD).code == 0
    keys = sorted(path.read_bytes() for path in here.glob("keys/*/*.key"))
    (here / "other.yaml").write_text(NORTHFIELD.read_text("utf-8").replace("name: Northfield\n", "name: Southmere\n"))
    ran = yousaid("setup", "other.yaml")
    assert (ran.code, ran.out.split()[0]) == (0, "Southmere")
    assert sorted(path.read_bytes() for path in here.glob("keys/*/*.key")) == keys


def test_set_up_tells_every_mistake_and_makes_nothing(yousaid: Yousaid, here: Path):
    (here / "bad.yaml").write_text(
        NORTHFIELD.read_text("utf-8").replace("cap: 3", "cap: 99").replace("duty:", "dooty:")
    )
    ran = yousaid("setup", "bad.yaml")
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 4
    assert all(line.startswith("bad.yaml, line ") for line in ran.err.strip().splitlines())
    assert [path.name for path in here.iterdir()] == ["bad.yaml"]


def test_given_an_authority_whose_keys_are_gone_then_no_new_ones_are_made_for_it(set_up: Yousaid, here: Path):
    for key in (here / "keys" / "keep").iterdir():
        key.unlink()
    for words in (("setup", NORTHFIELD), ("people", "invite"), ("keys", "print")):
        ran = set_up(*words)
        assert ran.code == 1
        assert "bring keys/keep back from the safe" in ran.err
    assert list((here / "keys" / "keep").iterdir()) == []


def test_what_is_made_is_for_its_owner_only(set_up: Yousaid, here: Path):
    set_up("backup", "copy.db")
    modes = {path: path.stat().st_mode & 0o077 for path in here.rglob("*") if path.name != "register.csv"}
    assert [path for path, mode in modes.items() if mode] == []


def test_people_are_imported_and_invited(set_up: Yousaid, here: Path):
    ran = set_up("people", "import", "register.csv")
    assert (ran.code, ran.out) == (0, "2 are new, 0 changed, 0 as they were, 0 are gone.\n")
    made = set_up("people", "invite", "--json").json
    assert [sorted(one) for one in made] == [["link", "reference", "start", "words"]] * 2
    assert [(one["reference"], one["link"]) for one in made] == [("C-1", None), ("C-2", None)]
    found = in_store(here, lambda tx: invites.find(tx, made[0]["start"], now=datetime.now(UTC)))
    assert found.words == made[0]["words"]
    assert found.expires_at > datetime.now(UTC) + timedelta(days=59)


def test_links_carry_the_bots_name_where_it_is_given(set_up: Yousaid, monkeypatch):
    monkeypatch.setenv("YOUSAID_BOT_NAME", "example_bot")
    set_up("people", "import", "register.csv")
    [first, _] = set_up("people", "invite").out.splitlines()
    assert first.startswith("C-1  Jo  https://t.me/example_bot?start=")
    made = set_up("people", "invite", "--only", "c-2", "--json").json
    assert [one["link"] for one in made] == [f"https://t.me/example_bot?start={made[0]['start']}"]
    assert set_up("people", "invite", "--new", "--json").json == []
    refused = set_up("people", "invite", "--only", "C-9")
    assert (refused.code, refused.err) == (1, "Not in the register: C-9. Nobody was invited.\n")


def test_a_file_with_rows_that_cannot_be_read_changes_nothing(set_up: Yousaid, here: Path):
    (here / "bad.csv").write_text(REGISTER + "C-3,Cy,Lee,31/02/2007,\n")
    ran = set_up("people", "import", "bad.csv")
    assert ran.code == 1
    assert "line 4: birth_date is not a date." in ran.err
    assert in_store(here, people.everyone) == []
    looked = set_up("people", "import", "bad.csv", "--preview", "--json")
    assert looked.code == 1
    assert json.loads(looked.out)["unreadable"][0]["line"] == 4
    assert set_up("people", "import", "bad.csv", "--skip-unreadable").code == 0
    assert len(in_store(here, people.everyone)) == 2


def test_people_leave_the_register_only_when_it_was_said(set_up: Yousaid, here: Path):
    set_up("people", "import", "register.csv")
    (here / "fewer.csv").write_text("reference\nC-1\n")
    ran = set_up("people", "import", "fewer.csv")
    assert ran.code == 1
    assert "gone: C-2" in ran.err
    assert set_up("people", "import", "fewer.csv", "--preview", "--json").json["leaving"] == ["C-2"]
    assert len(in_store(here, people.everyone)) == 2
    assert set_up("people", "import", "fewer.csv", "--yes").code == 0
    assert len(in_store(here, people.everyone)) == 1


def test_while_a_survey_is_open_a_second_person_who_may_must_agree(set_up: Yousaid, here: Path):
    set_up("people", "import", "register.csv")
    set_up("staff", "add", "Asha Khan", "--role", "participation")
    set_up("survey", "open", "pulse")
    (here / "fewer.csv").write_text("reference\nC-1\n")
    leaving = ("people", "import", "fewer.csv", "--yes")
    assert "--second NAME" in set_up(*leaving).err
    assert "is not staff" in set_up(*leaving, "--second", "Nobody").err
    assert "may not do this" in set_up(*leaving, "--second", "Priya Shah").err
    assert len(in_store(here, people.everyone)) == 2
    assert set_up(*leaving, "--second", "Asha Khan").code == 0


def test_staff_are_added_invited_listed_and_leave(set_up: Yousaid):
    made = set_up("staff", "add", "Asha Khan", "--role", "participation", "--reference", "W-7", "--json").json
    assert [(one["reference"], sorted(one)) for one in made] == [("W-7", ["link", "reference", "start", "words"])]
    again = set_up("staff", "add", "asha  khan", "--role", "manager")
    assert again.code == 1
    assert "is staff already" in again.err
    assert set_up("staff", "invite", "w-7", "--json").json[0]["start"] != made[0]["start"]
    assert [one["name"] for one in set_up("staff", "list", "--json").json] == ["Priya Shah", "Asha Khan"]
    assert set_up("staff", "leave", "Asha Khan").code == 0
    assert set_up("staff", "invite", "Asha Khan").err == "Asha Khan is not staff.\n"
    assert set_up("staff", "list").out == "Priya Shah  pa  listed\n"


def test_a_shipped_survey_and_a_file_are_checked_with_how_long_they_take(yousaid: Yousaid, here: Path):
    said = yousaid("survey", "check", "care_leaver_survey", "--json").json
    assert (said["questions"], said["seconds"]["nothing_typed"]) == (31, 356)
    assert "About 5 min 56 s when nothing is typed" in yousaid("survey", "check", "care_leaver_survey").out
    (here / "mine.yaml").write_text("name: mine\nversion: one\n")
    ran = yousaid("survey", "check", "mine.yaml")
    assert ran.code == 1
    assert all(line.startswith("mine.yaml, line ") for line in ran.err.strip().splitlines())
    assert "Shipped are care_leaver_survey, checkin, gold_standard_cards" in yousaid("survey", "check", "nothing").err
    assert "There is no file gone.yaml" in yousaid("survey", "check", "gone.yaml").err


def test_a_survey_is_opened_watched_and_closed(set_up: Yousaid):
    set_up("people", "import", "register.csv")
    assert "was never opened" in set_up("survey", "status", "pulse").err
    last = datetime.now(UTC).date() + timedelta(days=9)
    opened = set_up("survey", "open", "pulse", "--closes", last.isoformat(), "--json").json
    assert (opened["invited"], opened["told"]) == (2, 0)
    assert set_up("survey", "open", "pulse").err == "pulse is open already.\n"
    said = set_up("survey", "status", "pulse", "--json").json
    assert (said["state"], said["register"], said["joined"], said["sent"]) == ("open", 2, 0, None)
    assert f"its last day is {last}" in set_up("survey", "status", "pulse").out
    assert "sent fewer than 10" in set_up("survey", "status", "pulse").out
    closed = set_up("survey", "close", "pulse", "--json").json
    assert closed == {"published": False, "sent": None, "drafts": 0}
    assert set_up("survey", "close", "pulse").err == "pulse is not open.\n"
    assert "is over already" in set_up("survey", "open", "pulse", "--closes", "01/02/2020").err
    assert "is a check-in" in set_up("survey", "open", "checkin").err


def test_the_key_turns_and_what_is_due_is_done_at_a_word(set_up: Yousaid, here: Path):
    before = {path.name for path in (here / "keys" / "burn").iterdir()}
    assert set_up("pool", "turn", "--json").json == {"opened": {}, "waiting": {}}
    assert not before & {path.name for path in (here / "keys" / "burn").iterdir()}
    assert set_up("tick").code == 0


def test_a_backup_never_overwrites_and_can_be_restored_into_an_empty_database(set_up: Yousaid, here: Path, monkeypatch):
    set_up("people", "import", "register.csv")
    assert set_up("backup", "copy.db").code == 0
    assert "is there already" in set_up("backup", "copy.db").err
    assert "There is no file nowhere" in set_up("backup", "nowhere/copy.db").err
    assert "holds something already" in set_up("restore", "copy.db").err
    monkeypatch.setenv("YOUSAID_DATABASE_URL", "sqlite+aiosqlite:///second.db")
    restored = set_up("restore", "copy.db", "--json").json
    assert (restored["people"], restored["erased"]) == (2, 0)
    assert set_up("staff", "list").out.startswith("Priya Shah")
    monkeypatch.setenv("YOUSAID_DATABASE_URL", "sqlite+aiosqlite:///third.db")
    assert "is no backup" in set_up("restore", "register.csv").err


def test_only_the_keys_that_may_be_kept_are_printed(set_up: Yousaid, here: Path):
    printed = set_up("keys", "print", "--json").json
    assert sorted(printed) == ["look-ups", "register", "webhook"]
    [burnt] = (here / "keys" / "burn").iterdir()
    assert burnt.read_bytes().hex() not in set_up("keys", "print").out
    assert printed["register"] in set_up("keys", "print").out


def test_run_wants_a_token_and_something_to_run(yousaid: Yousaid, monkeypatch):
    assert yousaid("run").err.startswith("YOUSAID_TOKEN is not set")
    monkeypatch.setenv("YOUSAID_TOKEN", "123456:abc")
    assert "yousaid setup" in yousaid("run").err


def test_the_doctor_ends_with_one_while_anything_fails(set_up: Yousaid):
    ran = set_up("doctor")
    assert ran.code == 1
    assert "FAIL  settings: YOUSAID_TOKEN is not set" in ran.out
    assert "ok    keys: there, and private" in ran.out
    assert {one["about"] for one in json.loads(set_up("doctor", "--json").out)} >= {"settings", "keys", "database"}


def test_an_error_nobody_expected_shows_where_it_was_and_not_what_it_held(set_up: Yousaid, here: Path):
    (here / "yousaid.db").write_bytes(b"Joanna Smythe, 7000000001, in a file that is no database" * 100)
    ran = subprocess.run([COMMAND, "staff", "list"], cwd=here, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Something is wrong with yousaid itself" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Joanna" not in ran.stderr


async def test_the_command_asks_telegram_for_the_bots_name(here: Path, forking: Forking):
    running = await serve(telegram := Telegram())
    given = {
        "YOUSAID_TOKEN": telegram.bot.token,
        "YOUSAID_API_URL": running.api_url,
        "PATH": os.environ["PATH"],
    }

    async def run(*arguments: str) -> str:
        ran = await asyncio.to_thread(forking.run, *arguments, environment=given, folder=here)
        assert ran.code == 0, ran.err
        return ran.out

    try:
        process = await asyncio.create_subprocess_exec(COMMAND, "setup", NORTHFIELD, cwd=here, env=given)
        assert await process.wait() == 0, "as it is typed: in a process that has read nothing before"
        made = json.loads(await run("staff", "add", "Priya Shah", "--role", "pa", "--json"))
        assert made[0]["link"] == f"https://t.me/you_said_bot?start={made[0]['start']}"
        assert "FAIL" not in await run("doctor")
    finally:
        await running.close()


def test_everything_works_on_either_database(empty_database_url: str, here: Path, forking: Forking):
    given = {"YOUSAID_DATABASE_URL": empty_database_url, "PATH": os.environ["PATH"]}
    (here / "register.csv").write_text(REGISTER)
    for words in (
        ("setup", str(NORTHFIELD)),
        ("setup", str(NORTHFIELD)),
        ("people", "import", "register.csv"),
        ("people", "invite"),
        ("survey", "open", "care_leaver_survey"),
        ("survey", "status", "care_leaver_survey"),
        ("pool", "turn"),
        ("tick",),
        ("survey", "close", "care_leaver_survey"),
    ):
        ran = forking.run(*words, environment=given, folder=here)
        assert (ran.code, words) == (0, words), ran.err
