"""`survey status`: how far a survey has come, in words, as JSON and as a picture; thin groups with what to type."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_cli_results import DEFINITION, NORTHFIELD, Yousaid

from storage import drafts, openings, people, pool
from storage.ids import ChatId
from storage.people import Details

YOUNG, OLD = date(2007, 1, 1), date(2002, 1, 1)


async def list_sixty(tx: Any) -> None:
    """Thirty of each age; forty of the sixty have joined."""
    for number in range(60):
        known = Details(f"C-{number}", "Any", "One", birth_date=YOUNG if number < 30 else OLD)
        person = await people.add(tx, known)
        if number < 40:
            await people.join(tx, person.id, ChatId(5_000 + number))


async def answer(tx: Any) -> None:
    """Twenty of the younger and eight of the older have sent it, and five of these have begun."""
    [survey] = await openings.open_surveys(tx)
    everyone = [person.id for person in await people.everyone(tx)]
    for person in (*everyone[:20], *everyone[30:43]):
        await drafts.start(tx, person, survey.id)
        if person not in everyone[38:43]:
            await pool.send(tx, person, survey.id)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    first = Yousaid(tmp_path_factory.mktemp("status") / "here")
    first.here.mkdir()
    (first.here / "short.yaml").write_text(DEFINITION)
    assert first("setup", str(NORTHFIELD)).code == 0
    first.change(list_sixty)
    assert first("survey", "open", "short.yaml").code == 0
    first.change(answer)
    return first.here


@pytest.fixture
def yousaid(opened: Path, tmp_path: Path) -> Yousaid:
    return Yousaid(Path(shutil.copytree(opened, tmp_path / "here")))


def test_all_of_it_is_said_in_words_and_a_thin_group_with_one_command(yousaid: Yousaid) -> None:
    lines = yousaid("survey", "status", "short").out.splitlines()
    assert lines[1] == "30 of 60 answered (50%). People who did not may feel differently."
    assert lines[2:5] == [
        "In the register 60, invited 40, joined 40, reachable 40, started about 35, sent about 30.",
        "Not reached in 12 months: 60.",
        "  age_band, younger: about 30 people, sent about 20. 50% of the register, 67% of them sent.",
    ]
    assert lines[5:] == [
        "  age_band, older: about 30 people, sent about 10. 50% of the register, 33% of them sent.",
        "age_band, older: clearly fewer than in all.",
        "To plan a reminder for just them:",
        "  yousaid campaign remind short --group age_band=older",
    ]


def test_a_script_gets_every_number_and_what_it_knew_before(yousaid: Yousaid) -> None:
    said = yousaid("survey", "status", "short", "--json").json
    assert {"name", "state", "closes", "invited", "register", "joined", "sent", "groups"} <= set(said)
    assert (said["invited"], said["register"], said["joined"], said["sent"]) == (60, 60, 40, 30)
    assert said["response"] == {
        "register": 60,
        "invited": 40,
        "joined": 40,
        "reachable": 40,
        "started": 35,
        "sent": 30,
        "or_more": False,
        "rate": 50,
        "never_reached": 60,
    }
    assert said["groups"][1] == {
        "segment": "age_band",
        "part": "older",
        "people": 30,
        "sent": 10,
        "share": 50,
        "rate": 33,
        "thin": True,
        "remind": "yousaid campaign remind short --group age_band=older",
    }
    assert said["groups"][0]["remind"] is None


def test_a_picture_is_drawn_beside_it(yousaid: Yousaid) -> None:
    ran = yousaid("survey", "status", "short", "--picture", "status.svg")
    assert ran.out.endswith("The picture is in status.svg.\n")
    drawn = (yousaid.here / "status.svg").read_text("utf-8")
    assert "30 of 60 answered (50%)" in drawn
    assert "21 or over" in drawn
    assert yousaid("survey", "status", "short", "--picture", "status.png", "--json").json["sent"] == 30
    png = (yousaid.here / "status.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert len(png) < 80_000
    assert yousaid("survey", "status", "short", "--picture", "status.pdf").code == 2
    assert yousaid("survey", "status", "short", "--picture", "no/where.png").code == 1


def test_once_it_has_closed_nobody_is_to_be_reminded(yousaid: Yousaid) -> None:
    assert yousaid("survey", "close", "short").code == 0
    said = yousaid("survey", "status", "short")
    assert "started not told yet" not in said.out
    assert "campaign remind" not in said.out
    assert yousaid("survey", "status", "short", "--json").json["response"]["started"] is None
