"""`people invite` into files, and what an import of the register says before anything happens."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

import bot
from bot.cli import main
from storage import invites
from storage.store import Store

NORTHFIELD = Path(bot.__file__).parent / "sandbox" / "northfield.yaml"
REGISTER = """reference,first_name,last_name,birth_date,agreed_word,worker,phone,email
C-1,Jo,Smythe,2006-02-28,,Priya Shah,+44 7700 900123,jo@example.org
C-2,=Bo,Li,2006-02-28,,Priya Shah,,bo@example.org
C-3,Łucja,Lee,,kite,Tom Reed,,
C-4,Di,Moe,,,Priya Shah,07700 900124,
"""
NO_ADDRESS = "C-3: no phone number or e-mail address that works. Make them a letter: --only C-3 --letters FILE\n"
CANNOT_JOIN = "C-4: no name, or neither a birth date nor an agreed word, so they could never join. Add it and import.\n"


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Yousaid = Callable[..., Ran]


@pytest.fixture
def here(sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("YOUSAID_DATABASE_URL", sqlite_database_url)
    monkeypatch.setenv("YOUSAID_BOT_NAME", "example_bot")
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

    assert run("setup", NORTHFIELD).code == 0
    for name in ("Priya Shah", "Tom Reed"):
        assert run("staff", "add", name, "--role", "pa").code == 0
    (here / "register.csv").write_text(REGISTER)
    assert run("people", "import", "register.csv", "--yes").code == 0
    return run


@pytest.fixture
def words_of(sqlite_database_url: str, here: Path) -> Callable[[str], str | None]:
    """The two words of the invite that a link opens; None for a link that opens nothing."""

    def look(link: str) -> str | None:
        async def do() -> str | None:
            store = Store.open(sqlite_database_url, here / "keys")
            try:
                async with store.transaction() as tx:
                    return (await invites.find(tx, link.partition("start=")[2], now=datetime.now(UTC))).words
            except invites.DeadLink:
                return None
            finally:
                await store.close()

        return asyncio.run(do())

    return look


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_table_holds_everybody_who_can_be_written_to_by_the_names_notify_uses(yousaid, here, words_of):
    ran = yousaid("people", "invite", "--csv", "invites.csv")
    assert ran.code == 0
    assert ran.out.startswith("2 rows are in invites.csv.\n")
    assert ran.err.startswith(NO_ADDRESS + CANNOT_JOIN + "1 row is in invites.csv with an e-mail address and no phone")
    jo, bo = rows(here / "invites.csv")
    assert list(jo) == ["phone number", "email address", "name", "link", "words"]
    assert (jo["phone number"], jo["email address"], jo["name"]) == ("07700900123", "jo@example.org", "Jo")
    assert (bo["phone number"], bo["email address"], bo["name"]) == ("", "bo@example.org", "Bo")
    for one in (jo, bo):
        assert one["link"].startswith("https://t.me/example_bot?start=")
        assert words_of(one["link"]) == one["words"]
    assert (here / "invites.csv").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in here.iterdir() if path.name.startswith(".")] == []


def test_texts_and_emails_can_go_into_a_file_each_and_paper_is_for_the_others(yousaid, here, words_of):
    ran = yousaid("people", "invite", "--csv", "texts.csv", "--emails", "emails.csv", "--letters", "rest.pdf", "--json")
    assert (ran.code, ran.err) == (0, CANNOT_JOIN)
    assert '"reference": "C-3"' in ran.out
    assert [one["name"] for one in rows(here / "texts.csv")] == ["Jo"]
    assert all(one["phone number"] for one in rows(here / "texts.csv"))
    [bo] = rows(here / "emails.csv")
    assert list(bo) == ["email address", "name", "link", "words"]
    [page] = PdfReader(io.BytesIO((here / "rest.pdf").read_bytes())).pages
    assert "Hi Łucja," in page.extract_text()


def test_letters_are_made_for_paper_or_for_a_browser(yousaid, here):
    ran = yousaid("people", "invite", "--letters", "all.html", "--only", "C-1", "--only", "C-3")
    assert ran.out.startswith("2 invites are to print in all.html.\n")
    html = (here / "all.html").read_text("utf-8")
    assert html.count("<article") == 2
    assert "Ask Tom for a new one" in html
    assert yousaid("people", "invite", "--letters", "all.docx").code == 2
    assert yousaid("people", "invite", "--emails", "emails.csv").code == 2


def test_a_worker_gets_only_their_own_people_listed_or_as_cards(yousaid, here):
    ran = yousaid("people", "invite", "--worker", "priya shah")
    assert [line.split("  ")[0] for line in ran.out.splitlines()] == ["C-1", "C-2", "C-4"]
    assert yousaid("people", "invite", "--worker", "Priya Shah", "--letters", "cards.html").code == 0
    cards = (here / "cards.html").read_text("utf-8")
    assert "Invites for Priya to hand over" in cards
    assert "Jo S" in cards
    assert "Łucja" not in cards
    others = yousaid("people", "invite", "--worker", "Priya Shah", "--only", "C-3")
    assert (others.code, others.err) == (1, "Not people of Priya Shah: C-3. Nobody was invited.\n")
    assert yousaid("people", "invite", "--worker", "Nobody", "--csv", "x.csv").err == "Nobody is not staff.\n"
    assert not (here / "x.csv").exists()


def test_a_file_that_is_there_is_not_overwritten_and_nothing_changes(yousaid, here, words_of):
    yousaid("people", "invite", "--csv", "invites.csv")
    before = rows(here / "invites.csv")
    for place, why in (
        ("invites.csv", "is there already, and is not overwritten"),
        ("gone/x.csv", "cannot be written"),
    ):
        ran = yousaid("people", "invite", "--letters", "letters.pdf", "--csv", place)
        assert ran.code == 1
        assert f"{place} {why}" in ran.err
        assert "Nothing was changed." in ran.err
    assert rows(here / "invites.csv") == before
    assert all(words_of(one["link"]) == one["words"] for one in before)
    assert not (here / "letters.pdf").exists()


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """While this lasts, the disk takes no more than that of any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_when_the_disk_is_full_the_earlier_links_work_on_and_no_file_is_left(yousaid, here, words_of, tmp_path):
    many = "".join(f"D-{number},N{number},M,2006-02-28,,,,\n" for number in range(220))
    (here / "register.csv").write_text(REGISTER + many)
    assert yousaid("people", "import", "register.csv", "--yes").code == 0
    yousaid("people", "invite", "--csv", "invites.csv", "--only", "C-1")
    before = rows(here / "invites.csv")
    room = (tmp_path / "yousaid.db").stat().st_size + 32_768
    with no_file_longer_than(room):
        ran = yousaid("people", "invite", "--letters", "letters.html")
    assert ran.code == 1, ran.out
    assert "cannot be written: File too large. Nothing was changed." in ran.err
    assert all(words_of(one["link"]) == one["words"] for one in before)
    assert sorted(path.name for path in here.iterdir()) == ["invites.csv", "keys", "register.csv"]
    assert yousaid("people", "invite", "--letters", "letters.html", "--only", "C-1").code == 0
    assert words_of(before[0]["link"]) is None


def test_a_name_the_pdf_has_no_letters_for_is_told_with_a_way_out_and_nothing_changes(yousaid, here, words_of):
    (here / "register.csv").write_text(REGISTER + "C-5,محمد,Ali,2006-02-28,,,,\n")
    yousaid("people", "import", "register.csv", "--yes")
    yousaid("people", "invite", "--csv", "invites.csv")
    ran = yousaid("people", "invite", "--letters", "letters.pdf")
    assert (ran.code, ran.err) == (
        1,
        "The PDF has no letters for the name of: C-5. Nothing was changed. "
        "Use --letters letters.html and print it from a browser.\n",
    )
    assert all(words_of(one["link"]) for one in rows(here / "invites.csv"))
    assert not (here / "letters.pdf").exists()


def test_without_the_bots_name_no_file_is_made_and_the_remedy_is_told(yousaid, here, monkeypatch):
    monkeypatch.delenv("YOUSAID_BOT_NAME")
    for way in (("--csv", "invites.csv"), ("--letters", "letters.pdf")):
        ran = yousaid("people", "invite", *way)
        assert ran.code == 1
        assert "Set YOUSAID_BOT_NAME" in ran.err
    assert sorted(path.name for path in here.iterdir()) == ["keys", "register.csv"]


def test_with_nobody_to_invite_no_file_is_left(yousaid, here):
    yousaid("people", "invite")
    ran = yousaid("people", "invite", "--new", "--csv", "invites.csv")
    assert (ran.code, ran.out) == (0, "Nobody to invite.\n")
    assert not (here / "invites.csv").exists()


def test_an_import_that_takes_people_away_says_all_of_it_first_and_waits_for_a_yes(yousaid, here):
    (here / "new.csv").write_text(
        "reference;first_name;birth_date;worker\nC-1;Jo;2006-02-28;Tom Reed\nC-3;Łucja;;Tom Reed\nC-9;Ed;2007-01-01;\n",
        "utf-16",
    )
    ran = yousaid("people", "import", "new.csv")
    assert ran.code == 1
    for said in ("1 would be new, 1 changed, 1 as they were, 2 would be gone.", "another worker: C-1", "gone: C-2"):
        assert said in ran.err
    assert yousaid("people", "import", "new.csv", "--preview").out.count("gone: ") == 2
    assert "Jo" in yousaid("people", "invite", "--worker", "Priya Shah").out
    assert yousaid("people", "import", "new.csv", "--yes").code == 0
    assert yousaid("people", "invite", "--worker", "Priya Shah").out == "Nobody to invite.\n"
