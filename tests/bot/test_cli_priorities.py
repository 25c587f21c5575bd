"""`yousaid priorities` and `yousaid talks`: a list or the ten cards, looked at, opened; what workers brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store

from engagement import talk_lines
from storage import people, staff, talks
from storage.ids import ChatId
from storage.people import Details

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
THINGS = "Free wifi at home\nCalls at the weekend\n\nHelp with the first rent\n"


def test_a_list_is_looked_at_and_opened_once(set_up: Yousaid, here: Path) -> None:
    (here / "things.txt").write_text(THINGS)
    looked = set_up("priorities", "preview", "--list", "things.txt", "--json").json
    assert looked["options"] == [line for line in THINGS.splitlines() if line]
    assert looked["questions"] == ["What should change here first?"]
    assert "Help with the first rent" in set_up("priorities", "preview", "--list", "things.txt").out
    opened = set_up("priorities", "open", "--list", "things.txt", "--quietly", "--question", "What first?", "--json")
    assert (opened.json["name"], opened.json["told"]) == ("priorities", 0)
    again = set_up("priorities", "open", "--list", "things.txt")
    assert (again.code, again.err.strip()) == (1, "priorities is open already.")
    assert "The same is open already" in set_up("priorities", "preview", "--list", "things.txt").out


def test_the_ten_cards_open_under_their_own_name(set_up: Yousaid) -> None:
    assert "You have enough money to live on" in set_up("priorities", "preview", "--cards", "rank").out
    opened = set_up("priorities", "open", "--cards", "pick", "--closes", "2099-01-15")
    assert opened.out.startswith("gold_standard_cards is open.")


def test_what_cannot_be_asked_is_refused_with_the_reason(set_up: Yousaid, here: Path) -> None:
    (here / "two.txt").write_text("One\nTwo\n")
    refused = set_up("priorities", "open", "--list", "two.txt")
    assert (refused.code, "needs 3 things" in refused.err) == (1, True)
    (here / "braces.txt").write_text("One\nTwo\nThree {x}\n")
    refused = set_up("priorities", "preview", "--list", "braces.txt")
    assert (refused.code, "take the braces out" in refused.err) == (1, True)
    assert set_up("priorities", "preview").code == 2
    assert set_up("priorities", "preview", "--list", "two.txt", "--cards", "pick").code == 2


async def _priya_has_people(tx: Any) -> None:
    priya = await staff.by_name_or_reference(tx, "Priya Shah")
    assert priya is not None
    await staff.join(tx, priya.id, ChatId(77))
    for name in ("Ash", "Bo"):
        await people.add(tx, Details(name, name, "Lee"), worker=priya.id)


async def _ten_lines(tx: Any) -> None:
    priya = await staff.by_name_or_reference(tx, "Priya Shah")
    for at in range(11):
        await talk_lines.bring(tx, priya, "money" if at < 6 else "home", f"Line {'abcdefghijk'[at]}")


async def _over(tx: Any) -> None:
    found = await talks.latest(tx)
    assert found is not None
    await talks.end(tx, found.id)


def test_a_round_is_begun_watched_and_counted_without_a_line_of_it(set_up: Yousaid, here: Path) -> None:
    refused = set_up("talks", "status")
    assert (refused.code, "talks begin" in refused.err) == (1, True)
    assert set_up("talks", "begin").code == 1
    in_store(here, _priya_has_people)
    begun = set_up("talks", "begin", "--days", "14", "--json").json
    assert (begun["workers"], begun["people"]) == (1, 2)
    assert "already" in set_up("talks", "begin").err
    assert set_up("talks", "status", "--json").json["lines"] is None
    early = set_up("talks", "results")
    assert (early.code, "when it is over" in early.err) == (1, True)
    in_store(here, _ten_lines)
    assert "about 10" in set_up("talks", "status").out
    assert set_up("talks", "results").code == 1, "read before and after one of few was asked, a line would be theirs"
    in_store(here, _over)
    told = set_up("talks", "results")
    assert "About 10 lines" in told.out
    assert "You have enough money to live on: 5" in told.out
    assert "Line" not in told.out
    assert datetime.now(UTC).date().isoformat() < begun["ends"]
