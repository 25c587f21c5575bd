"""`yousaid findings`: what is told of a survey, and a page, a poster and a picture for whoever has no Telegram."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store
from test_cli_results import DEFINITION, answer, list_sixty

from engagement import authority, findings, surveys, telling
from engagement.london import today
from engagement.telling import Leaving
from storage import openings, staff

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)


async def _open(tx: Any) -> None:
    await list_sixty(tx)
    words = await authority.current(tx)
    await surveys.open_survey(tx, words, DEFINITION, source="short", closes=None, now=NOW, quietly=True)


async def _close(tx: Any, sent: int) -> None:
    await answer(tx, sent=sent)
    survey = (await surveys.named(tx, "short")).id
    await surveys.close_survey(tx, await authority.current(tx), survey, now=NOW)


async def _tell(tx: Any) -> None:
    pat = await staff.add(tx, "Pat Part", "participation")
    draft = await findings.begin(tx, pat, (await openings.latest(tx, "short")).id)
    await findings.choose(tx, pat, draft.story.id, "well", "Most said: Good.")
    await findings.left(tx, pat, draft.story.id, Leaving(60, NOW + timedelta(seconds=60)), now=NOW)


def test_findings_are_written_for_a_wall_and_a_group_chat_and_their_telling_can_be_read(
    set_up: Yousaid, here: Path
) -> None:
    assert set_up("findings", "list").out == "Nothing has closed yet.\n"
    in_store(here, _open)
    refused = set_up("findings", "page", "short", "--out", "page.html")
    assert (refused.code, "is open until" in refused.err) == (1, True)
    in_store(here, lambda tx: _close(tx, 45))
    assert "not told yet." in set_up("findings", "list").out
    for what, begins in (("page", b"<!doctype html>"), ("poster", b"%PDF"), ("square", b"\x89PNG")):
        ran = set_up("findings", what, "short", "--out", f"wall.{what}")
        assert ran.code == 0, ran.err
        assert ran.out.startswith(f"It is in wall.{what}.\n")
        assert (here / f"wall.{what}").read_bytes().startswith(begins)
    assert "People who did not answer may feel differently." in ran.out, "the words to put below the picture"
    tomorrow = (telling.leaves_on(NOW + telling.CANCEL_FOR) or today(NOW)) > today(NOW)  # of an evening
    in_store(here, _tell)
    told = set_up("findings", "status", "short").out.splitlines()
    assert told[0].endswith("1 day after it closed." if tomorrow else "0 days after it closed.")
    assert told[-1] == "  - Most said: Good."
    said = set_up("findings", "list", "--json").json
    shown = [(one["name"], one["days"], one["sentences"]) for one in said]
    assert shown == [("short", int(tomorrow), ["Most said: Good."])]
    assert "findings.poster" in set_up("audit", "show").out


def test_where_so_few_answered_nothing_is_written_that_could_hang_on_a_wall(set_up: Yousaid, here: Path) -> None:
    in_store(here, _open)
    in_store(here, lambda tx: _close(tx, 11))
    refused = set_up("findings", "square", "short", "--out", "square.png")
    assert refused.code == 1
    assert "no figure may leave the authority" in refused.err
    assert not (here / "square.png").exists()
