"""What staff do in the chat is noted, once, by number; what young people do never is, whatever it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors
from support.places import to_ready, to_typed
from support.typed import closed, open_words, sent

from bot import logs
from engagement.audit import Action
from storage import audit, staff
from storage.audit import Entry


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here
        assert here.given_up == []


async def noted(here: Indoors) -> tuple[Entry, ...]:
    async with here.store.transaction() as tx:
        assert await audit.check(tx) is None
        return await audit.entries(tx)


def brief(found: tuple[Entry, ...]) -> list[tuple[str, dict[str, int | str]]]:
    return [(one.action, dict(one.about)) for one in found]


async def test_nothing_a_young_person_does_writes_a_row(inside: Indoors) -> None:
    """Joining, every kind of answer, Send, asking for somebody, stopping and being forgotten."""
    here = inside
    await here.open_survey()
    _, member = await here.staff_phone("Priya Shah", "pa")
    kit = here.phone("Kit")
    await kit.start(await here.invite(person=await here.listed("Kit", worker=member)))
    await here.turn()
    await here.type(kit, "KL")
    await here.do(kit, "day:14", "yes", "survey", "start", "pick:0", "back", "skip")
    await to_typed(here, kit)
    await here.type(kit, "Nothing much")
    await here.do(kit, "quote:no")
    await to_ready(here, kit)
    await here.do(kit, "send", "menu", "contact", "ask", "change")
    await here.type(kit, "Please ring me")
    await here.type(kit, "/menu")
    await here.do(kit, "settings", "messages")
    await here.type(kit, "/help")
    await here.type(kit, "/stop")
    await here.type(kit, "/start")
    await here.do(kit, "menu", "settings", "forget")
    await here.do(kit, "forget_yes")
    assert "forgotten" in kit.text
    await here.tick()
    assert await noted(here) == ()


async def test_a_task_is_noted_when_it_is_seen_and_whatever_becomes_of_it_once_each(inside: Indoors) -> None:
    here = inside
    priya, member = await here.staff_phone("Priya Shah", "pa")
    _, sam = await here.staff_phone("Sam Okoro", "pa")
    kit, person = await here.joined("Kit", worker=member)
    await here.do(kit, "contact", "ask")
    await here.type(priya, "/menu")
    await here.do(priya, "task", "got", "unreached", "pass", f"to:{sam}")
    found = await noted(here)
    task = {"task": 1}
    assert brief(found) == [
        ("task_seen", {"person": person, **task}),
        ("task_taken", task),
        ("task_tried", task),
        ("task_passed", {"to": sam, **task}),
    ]
    assert {one.staff for one in found} == {member}
    assert {one.at for one in found} == {here.clock.now().replace(microsecond=0)}


async def test_joining_and_logging_out_are_noted(inside: Indoors) -> None:
    here = inside
    async with here.store.transaction() as tx:
        member = (await staff.add(tx, "Priya Shah", "pa")).id
    priya = here.phone("Priya")
    await priya.start(await here.invite(member=member))
    await here.turn()
    await here.type(priya, "PS")
    await here.type(priya, "/menu")
    await here.do(priya, "logout", "logout_yes")
    found = await noted(here)
    assert [(one.staff, one.action) for one in found] == [(member, "logged_in"), (member, "logged_out")]


async def test_reading_is_noted_by_survey_and_never_by_text(inside: Indoors) -> None:
    here = inside
    asha, _ = await here.staff_phone("Asha Rao", "participation")
    async with here.store.transaction() as tx:
        survey = await open_words(tx, now=here.clock.now())
        await sent(tx, survey, [{"helps": (f"kettle {number}", True)} for number in range(12)])
    await closed(here.store, survey, now=here.clock.now())
    await here.tick()
    asha.press("Open", next(one for one in asha.from_bot if "to read" in one.text))
    await here.turn()
    await here.do(asha, "card", "quote", "stand", "next", "do_not_use", "undecide")
    await here.do(asha, "list", "everyone", "everyone_yes")
    about = {"survey": int(survey)}
    found = brief(await noted(here))
    assert found == [
        ("typed_read", about),
        ("quote_decided", {"decided": "yes", **about}),
        ("typed_read", about),
        ("quote_decided", {"decided": "no", **about}),
        ("quote_decided", {"decided": "open", **about}),
        ("help_sent_to_everyone", {"people": 12, **about}),
    ]


async def test_each_night_the_log_says_where_the_audit_ends(inside: Indoors) -> None:
    here = inside
    async with here.store.transaction() as tx:
        await audit.note(tx, None, "staff_added", now=here.clock.now(), of=1)
    await here.tick()
    here.clock.move(days=1)
    await here.tick()
    async with here.store.transaction() as tx:
        end = await audit.digest(tx)
    (line,) = [line for line in here.logged if line["event"] == "audit_digest"]
    assert (line["count"], line["last"], line["link"]) == (1, end.last_id, end.link)
    said = {name: value for name, value in line.items() if name != "log_level"}
    assert logs.redact(None, "", dict(said)) == said, "all of it is written, and nothing is cut"


# The list itself

YOUNG = ("answer", "draft", "sent_survey", "joined", "done_survey", "submitted", "began", "finished", "check_in")


def used() -> set[str]:
    """Every action some code outside the list names."""
    sources = (path for package in ("bot", "engagement") for path in Path(package).rglob("*.py"))
    others = (path.read_text("utf-8") for path in sources if path != Path("engagement/audit.py"))
    return {name for source in others for name in re.findall(r"\bAction\.([A-Z_]+)\b", source)}


def test_every_action_on_the_list_is_noted_somewhere() -> None:
    assert used() == set(Action.__members__)


def test_no_action_is_a_young_persons_doing() -> None:
    assert not [one for one in Action for word in YOUNG if word in one.value]


def test_the_chats_of_young_people_are_made_of_code_that_cannot_note_anything() -> None:
    """Only the way in of staff is beside them."""
    for path in (*Path("bot/chat").glob("*.py"), Path("engagement/answering.py"), Path("storage/drafts.py")):
        noting = "audit" in path.read_text("utf-8")
        assert not noting or path.name in ("joining.py", "door.py"), path
