"""`yousaid campaign`: what people will get is shown before anything goes to anybody, and every refusal has a remedy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from test_cli_results import NORTHFIELD, Yousaid

from storage import people
from storage.ids import ChatId
from storage.people import Details


async def folk(tx: Any) -> None:
    """Twelve people who have joined, three who have not, one who wants no messages."""
    for number in range(16):
        person = await people.add(tx, Details(f"N-{number}", "Any", "One"))
        if number >= 3:
            await people.join(tx, person.id, ChatId(5_000 + number))
        if number == 15:
            await people.set_state(tx, person.id, "stopped")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    first = Yousaid(tmp_path_factory.mktemp("campaign") / "here")
    first.here.mkdir()
    assert first("setup", str(NORTHFIELD)).code == 0
    first.change(folk)
    return first.here


@pytest.fixture
def yousaid(ready: Path, tmp_path: Path) -> Yousaid:
    return Yousaid(Path(shutil.copytree(ready, tmp_path / "here")))


def test_a_preview_shows_each_envelope_and_card_who_gets_it_and_who_does_not(yousaid: Yousaid) -> None:
    out = yousaid("campaign", "preview", "pulse").out
    assert out.count("As things are today it goes to 12.") == 5
    assert "left out: 3 have not joined" in out
    assert "left out: 1 want no messages" in out
    assert "| Something new is on its way.\n  | [Open]" in out
    assert "| You don't need a reason not to. I won't ask again about this one." in out
    assert yousaid("campaign", "status", "pulse").code == 1, "a preview starts nothing"


def test_a_preview_says_how_many_thank_you_codes_are_missing(yousaid: Yousaid) -> None:
    (yousaid.here / "codes.csv").write_text("code\n" + "\n".join(f"AB-{n:04}" for n in range(10)))
    assert yousaid("vouchers", "add", "codes.csv", "--survey", "pulse", "--yes").code == 0
    assert "If everybody answers, 6 thank-you codes are missing" in yousaid("campaign", "preview", "pulse").out


def test_a_plan_can_be_written_out_changed_and_previewed(yousaid: Yousaid) -> None:
    assert yousaid("campaign", "plan", "--write", "plan.yaml").code == 0
    plan = yousaid.here / "plan.yaml"
    assert yousaid("campaign", "plan", "--write", "plan.yaml").code == 1, "a plan that was changed is not lost"
    plan.write_text(plan.read_text().replace("card: short", 'words: "Last time 85 people answered."'))
    ran = yousaid("campaign", "preview", "pulse", "--plan", "plan.yaml", "--json")
    assert [one["step"] for one in ran.json["steps"]][-1] == "last_reminder"
    assert "Last time 85 people answered." in yousaid("campaign", "preview", "pulse", "--plan", "plan.yaml").out
    plan.write_text(plan.read_text().replace("day: 17", "day: 12"))
    ran = yousaid("campaign", "preview", "pulse", "--plan", "plan.yaml")
    assert ran.code == 1
    assert "The reminder on day 12 comes too soon. Leave 4 days before each." in ran.err


def test_a_campaign_is_started_watched_paused_resumed_and_stopped(yousaid: Yousaid) -> None:
    started = yousaid("campaign", "start", "pulse", "--yes", "--json").json
    assert [one["done"] for one in started["steps"]] == [False] * 5
    assert "is under way" in yousaid("campaign", "start", "pulse", "--yes").err
    assert "Paused: what has not left is held." in yousaid("campaign", "pause", "pulse").out
    assert yousaid("campaign", "status", "pulse", "--json").json["state"] == "paused"
    assert "It goes on." in yousaid("campaign", "resume", "pulse").out
    assert yousaid("campaign", "stop", "pulse").code == 0
    assert yousaid("campaign", "resume", "pulse").code == 1
    shown = yousaid("audit", "show").out
    assert all(
        what in shown for what in ("campaign started", "campaign paused", "campaign resumed", "campaign stopped")
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("campaign", "start", "pulse", "--from", "2020-01-01", "--yes"), "That day is over already"),
        (("campaign", "start", "checkin", "--yes"), "it carries a name"),
        (("campaign", "pause", "pulse"), "yousaid campaign status pulse"),
        (("campaign", "remind", "pulse", "--group", "age_band=from_21"), "is not open"),
        (("campaign", "preview", "nothing"), "There is no survey nothing"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(yousaid: Yousaid, words: tuple[str, ...], says: str) -> None:
    ran = yousaid(*words)
    assert ran.code == 1
    assert says in ran.err


def test_a_reminder_for_a_group_that_is_not_there_names_those_that_are(yousaid: Yousaid) -> None:
    assert yousaid("survey", "open", "care_leaver_survey").code == 0
    ran = yousaid("campaign", "remind", "care_leaver_survey", "--group", "home=castle")
    assert ran.code == 1
    assert "castle" in ran.err


def test_going_live_in_the_settings_throws_practice_away_and_says_so(yousaid: Yousaid) -> None:
    text = NORTHFIELD.read_text("utf-8")
    practice = yousaid.here / "practice.yaml"
    practice.write_text(text.replace("practice: false", "practice: true").replace("testers: []", "testers: [N-3]"))
    assert yousaid("setup", "practice.yaml").code == 0
    assert yousaid("survey", "open", "pulse").code == 0
    ran = yousaid("setup", str(NORTHFIELD))
    assert "Practice is over: 1 practice surveys were thrown away. Now it counts." in ran.out
    assert yousaid("survey", "status", "pulse").code == 1, "nothing says that it was ever open"
    assert "practice switched" in yousaid("audit", "show").out
