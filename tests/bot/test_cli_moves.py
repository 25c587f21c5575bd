"""`yousaid staff move` and `staff away`: what is offered, refused and called off, and who is asked meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import test_cli
from test_cli import Yousaid, in_store

from storage import handovers, people, staff
from storage.ids import ChatId

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
MOVE = ("staff", "move", "--from", "priya  shah", "--to", "Sam Okoro")


@pytest.fixture
def staffed(set_up: Yousaid, here: Path) -> Yousaid:
    """Priya with one person, and Sam, who has joined."""
    set_up("people", "import", "register.csv")
    set_up("staff", "add", "Sam Okoro", "--role", "pa", "--reference", "W-2")

    async def join(tx):
        for number, name in enumerate(("Priya Shah", "Sam Okoro"), 1):
            await staff.join(tx, (await staff.by_name_or_reference(tx, name)).id, ChatId(number))

    in_store(here, join)
    return set_up


def test_people_are_offered_once_it_is_agreed_to_and_stay_where_they_are(staffed: Yousaid, here: Path) -> None:
    refused = staffed(*MOVE)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("1 people and 0 open tasks would go from Priya Shah to Sam Okoro: C-1\n")
    assert "add --yes" in refused.err
    assert staffed("staff", "leave", "Priya Shah").code == 0
    assert staffed(*MOVE, "--only", "C-1", "--yes", "--json").json == {"offered": ["C-1"], "tasks": 0}

    async def look(tx):
        assert len(await handovers.offered(tx)) == 1
        return [person.worker for person in await people.everyone(tx)], (await staff.everyone(tx))[0].id

    (worker, _), sam = in_store(here, look)
    assert worker != sam
    refused = staffed(*MOVE, "--yes")
    assert "offered to Sam Okoro already, who has not answered: C-1" in refused.err
    assert 'run: yousaid staff move --from "Priya Shah" --to "Sam Okoro" --cancel' in refused.err
    assert staffed(*MOVE, "--cancel").out == "1 were on their way from priya  shah to Sam Okoro, and stay.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "Sam Okoro", "--to", "w-2"), "same person twice"),
        (("--from", "Sam Okoro", "--to", "Priya Shah"), "Sam Okoro has nobody in the register."),
        (("--from", "Priya Shah", "--to", "Nobody"), "Nobody is not staff."),
        (("--from", "Priya Shah", "--to", "W-2", "--only", "C-2"), "Not in the register with Priya Shah: C-2."),
    ],
)
def test_a_move_that_cannot_be_says_why(staffed: Yousaid, words, said) -> None:
    refused = staffed("staff", "move", *words, "--yes")
    assert (refused.code, said in refused.err) == (1, True)


def test_somebody_who_cannot_say_it_themselves_is_off_until_their_first_day_back(staffed: Yousaid) -> None:
    day = datetime.now(UTC).date() + timedelta(days=9)
    off = staffed("staff", "away", "Priya Shah", "--until", day.isoformat(), "--cover", "W-2", "--hand-tasks")
    assert off.out.startswith(f"Sam Okoro is asked instead of Priya Shah until {day:%A} {day.day} ")
    assert "0 open tasks were handed on, 0 were not." in off.out
    again = staffed("staff", "away", "Priya Shah", "--until", day.isoformat(), "--json")
    assert again.json == {"back_on": day.isoformat(), "cover": "Sam Okoro", "open_tasks": 0}
    assert "cannot stand in" in staffed("staff", "away", "W-2", "--until", day.isoformat(), "--cover", "Priya Shah").err
    assert staffed("staff", "away", "Priya Shah", "--back").out == "Priya Shah is at work.\n"
    assert "within a year" in staffed("staff", "away", "W-2", "--until", "2020-01-01").err
    assert staffed("staff", "away", "W-2").code == 2
