"""`yousaid opportunity`: what is opened from a file or not at all, how it stands, and calling one off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import test_cli
from test_cli import Yousaid, in_store

from engagement.audit import lately

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up

SHEET = """title,kind,what_you_do,starts,ends,places,interests
Pool night,activity,Play pool.,12/12/{year} 18:00,20:00,8,pool;music
New drop-in,shape,Help choose where it is.,,,6,
"""


def test_a_file_is_shown_then_opened_whole_and_stands_in_the_list(set_up: Yousaid, here: Path) -> None:
    file = here / "things.csv"
    file.write_text(SHEET.format(year=_soon()))
    command = ("opportunity", "import", "things.csv", "--organiser", "Priya Shah")
    looked = set_up(*command)
    assert "line 2: Pool night (activity), " in looked.out
    assert "8 places, Priya Shah" in looked.out
    assert looked.out.endswith("Nothing was opened yet. If that is right, add --yes.\n")
    assert set_up("opportunity", "list").out.startswith("Nothing is open.")
    assert set_up(*command, "--yes").out.endswith("2 things to join open.\n")
    assert set_up(*command, "--yes").err.count("There is one of that title and time here already.") == 2
    listed = set_up("opportunity", "list", "--json").json
    assert [(one["title"], one["places"], one["confirmed"]) for one in listed] == [
        ("New drop-in", 6, 0),
        ("Pool night", 8, 0),
    ]
    assert "0 of 8" in set_up("opportunity", "show", "1").out
    assert set_up("opportunity", "show", "9").code == 1


def test_a_file_with_a_mistake_opens_nothing_and_says_each_line_and_remedy(set_up: Yousaid, here: Path) -> None:
    file = here / "things.csv"
    file.write_text("title,kind,what_you_do,places\nPool,actvity,Play.,many\n,work,Work.,2\n")
    refused = set_up("opportunity", "import", "things.csv", "--organiser", "Priya Shah", "--yes")
    assert (refused.code, refused.out) == (1, "")
    assert "things.csv, line 2: kind: there is no such kind. Write one of shape, work, activity," in refused.err
    assert "things.csv, line 2: places: this is not a whole number. Write digits only." in refused.err
    assert "things.csv, line 3: title: this is missing. Add it." in refused.err
    assert set_up("opportunity", "list", "--all").out.startswith("Nothing is open.")


def test_one_is_closed_and_called_off_with_a_reason_and_never_twice(set_up: Yousaid, here: Path) -> None:
    (here / "one.yaml").write_text("opportunities:\n  - title: Drums\n    what_you_do: Play drums.\n")
    assert set_up("opportunity", "import", "one.yaml", "--organiser", "Priya Shah", "--yes").code == 0
    assert set_up("opportunity", "close", "1").out == "1 is closed for new people.\n"
    cancel = ("opportunity", "cancel", "1", "--because", "The hall is shut.")
    assert "0 people would be told: The hall is shut." in set_up(*cancel).err
    assert set_up(*cancel, "--yes").out == "1 is off. 0 people will be told.\n"
    assert set_up(*cancel, "--yes").err == "1 is off already.\n"
    assert set_up("opportunity", "cancel", "1", "--because", "", "--yes").code == 2
    assert set_up("opportunity", "takeup").out == "Too few have said yes to show, or to show safely.\n"
    assert set_up("opportunity", "takeup", "--json").json["groups"] == []
    noted = in_store(here, lambda tx: lately(tx, days=1, now=datetime.now(UTC)))
    assert [one.action for one in noted if one.action.startswith("opportunity")] == [
        "opportunity_made",
        "opportunity_changed",
        "opportunity_cancelled",
    ]


def _soon() -> int:
    """The year of the next 12 December that is to come."""
    now = datetime.now(UTC)
    return now.year + ((now.month, now.day) >= (12, 12))
