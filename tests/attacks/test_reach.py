"""Every role with every command and at every place: nobody reaches what is not theirs, no role reaches an answer."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import pytest
from support.indoors import Indoors, button_data
from support.places import TRANSITIONAL

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from engagement import authority, tasks
from engagement.staff import ALLOWED
from storage import cards, chats, people, staff
from storage.ids import ChatId, StaffId, TaskId
from storage.people import Details
from storage.staff import ROLES, Role
from storage.store import Store

COMMANDS = ("start", "menu", "help", "stop", "settings", "survey", "results", "task", "admin")
KINDS = ("owner", "colleague", *sorted(set(ROLES) - {"pa"}), "left", "logged out", "young", "other young", "stranger")
STAFF_PLACES = sorted(name for name in PLACES if name.startswith(("staff/", "reading", "results")))
YOUNG_PLACES = sorted(set(PLACES) - set(STAFF_PLACES) - TRANSITIONAL - {"join/check"})
NOTE = "Please ring me about the kitten"


class World:
    """One young person who has begun the survey and asked their worker to call, and one of every other kind."""

    def __init__(self, here: Indoors) -> None:
        self.here = here
        self.phones: dict[str, Phone] = {}
        self.ids: dict[str, StaffId] = {}

    async def set_up(self) -> None:
        here = self.here
        await here.open_survey()
        for kind in KINDS:
            if kind in ("young", "other young", "stranger"):
                continue
            role: Role = "pa" if kind in ("owner", "colleague", "left", "logged out") else kind  # type: ignore[assignment]
            self.phones[kind], self.ids[kind] = await here.staff_phone(f"{kind} Worker", role)
        self.phones["young"], _ = await here.joined("Kit", worker=self.ids["owner"])
        self.phones["other young"], _ = await here.joined("Lou", worker=self.ids["colleague"])
        self.phones["stranger"] = here.phone("Nobody")
        young = self.phones["young"]
        await here.do(young, "survey", "start", "pick:0", "stop", "menu", "contact", "ask", "change")
        await here.type(young, NOTE)
        (task,) = await here.rows("task")
        self.task = TaskId(task["id"])
        async with here.store.transaction() as tx:
            await staff.leave(tx, self.ids["left"])
            await staff.log_out(tx, self.ids["logged out"])


@pytest.fixture
async def world(inside: Indoors) -> World:
    made = World(inside)
    await made.set_up()
    return made


def newest(here: Indoors, start: int, phone: Phone) -> str:
    return "\n".join(
        f"{call.text} {call.params.get('reply_markup', '')}"
        for call in here.telegram.calls[start:]
        if call.chat == phone.id
    )


def names_kit(words: str) -> bool:
    """Whether the name stands there as a word; three letters come up by chance in what buttons carry."""
    return re.search(r"\bKit\b", words) is not None


async def test_every_kind_of_chat_gets_its_own_answer_to_every_command(world: World) -> None:
    here = world.here
    before = await here.prints()
    for kind, command in itertools.product(KINDS, COMMANDS):
        if (kind, command) in {("young", "stop"), ("other young", "stop")}:
            continue  # that one is theirs, and changes what they get
        said = len(here.telegram.calls)
        phone = world.phones[kind]
        await here.type(phone, f"/{command}")
        words = newest(here, said, phone)
        assert words, (kind, command)
        assert {call.chat for call in here.telegram.calls[said:] if call.chat} == {phone.id}
        is_staff = kind in world.ids and kind not in ("left", "logged out")
        if command != "help":
            assert ("task open" in words or "tasks open" in words) is is_staff, (kind, command)
            assert ("Ask someone to contact me" in words) is (kind in ("young", "other young")), (kind, command)
            assert names_kit(words) is (kind == "owner"), (kind, command)
        assert NOTE not in words
    assert await here.prints() == before
    assert here.given_up == []


def _actions(place: str, kind: str) -> list[str]:
    """What to tap there: everything, where the place is for them; where it is not, one tap stands for all, for the door
    asks whose place it is before it asks what was tapped. The next place has another."""
    taps = sorted(PLACES[place].taps)
    role = {"owner": "pa", "colleague": "pa"}.get(kind, kind)
    at_home = PLACES[place].whose == "staff" and role in ROLES
    needs = PLACES[place].needs
    if at_home and (needs is None or needs in ALLOWED[role]):  # type: ignore[index]
        return sorted({*taps, "menu", "task", "staff_menu"})
    return [*taps[len(place) % len(taps) :][:1], ("menu", "task", "staff_menu")[len(place) % 3]] if taps else ["task"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.prove)])
async def test_at_no_place_does_anybody_see_or_change_what_is_not_theirs(world: World, kind: str, share: int) -> None:
    """Whatever the card of a chat may show, the place is drawn for whoever it is now; another's task never.

    One in `share` of what can be tapped at each place; in the long proofs all of it.
    """
    here, phone = world.here, world.phones[kind]
    index = chats.index_of(here.store.keys, ChatId(phone.id))
    mine = {"owner", "manager"}  # who is asked, and managers, who see to what is overdue
    before = await here.prints()
    for place in (*STAFF_PLACES, *YOUNG_PLACES):
        for action in _actions(place, kind)[len(place) % share :: share] or _actions(place, kind)[:1]:
            if kind in mine or (kind in ("young", "other young") and place in YOUNG_PLACES):
                continue
            if action == "logout_yes" or (action == "everyone_yes" and kind == "participation"):
                continue  # their own phone is theirs to let go of; the help numbers are theirs to send
            showing = {"at": place, "task": world.task, "survey": 1, "q": "pet", "back": {"at": "menu"}}
            async with here.store.transaction() as tx:
                await cards.keep(tx, cards.Card(index, "12345678", showing, 999))
            said = len(here.telegram.calls)
            await here.tap(phone, f"12345678:{action}:{world.task if action == 'task' else ''}", 999)
            words = newest(here, said, phone)
            assert not names_kit(words), (place, action)
            assert NOTE not in words, (place, action)
            if kind in ("stranger", "left", "logged out"):
                assert "tasks open" not in words, (place, action)
                assert "contact me" not in words, (place, action)
    assert await here.prints() == before
    assert here.given_up == []


async def test_a_task_opens_for_its_owner_and_for_managers_and_for_nobody_else(world: World) -> None:
    here = world.here
    words = here.bot.words()
    for kind, member in world.ids.items():
        for doing in (
            lambda tx, who: tasks.look(tx, words, who, world.task, now=here.clock.now()),
            lambda tx, who: tasks.acknowledge(tx, words, who, world.task, now=here.clock.now()),
            lambda tx, who: tasks.unreached(tx, words, who, world.task, now=here.clock.now()),
            lambda tx, who: tasks.could_take(tx, words, who, world.task, now=here.clock.now()),
            lambda tx, who: tasks.pass_on(tx, words, who, world.task, world.ids["owner"], now=here.clock.now()),
            lambda tx, who: tasks.done(tx, words, who, world.task, "spoke", "", now=here.clock.now()),
        ):
            if kind in ("owner", "manager"):
                async with here.store.transaction() as tx:
                    assert (await tasks.look(tx, words, member, world.task, now=here.clock.now())).id == world.task
                break
            before = await here.prints()
            with pytest.raises(tasks.NotYours):
                async with here.store.transaction() as tx:
                    await doing(tx, member)
            assert await here.prints() == before, kind


async def test_what_one_young_person_asked_for_another_can_neither_see_nor_cancel_nor_change(world: World) -> None:
    here, other = world.here, world.phones["other young"]
    index = chats.index_of(here.store.keys, ChatId(other.id))
    before = await here.prints()
    for place, action in (
        ("contact/done", "cancel"),
        ("contact/done", "change"),
        ("contact/moved", "cancel"),
        ("contact/note", "how"),
        ("contact/note", "ask_plain"),
        ("stop", "cancel"),
    ):
        async with here.store.transaction() as tx:
            await cards.keep(tx, cards.Card(index, "12345678", {"at": place, "task": world.task}, 999))
        said = len(here.telegram.calls)
        await here.tap(other, f"12345678:{action}:{world.task if place == 'stop' else 'text'}", 999)
        assert "owner" not in newest(here, said, other)
        assert await here.prints() == before, (place, action)
    async with here.store.transaction() as tx:
        await cards.keep(tx, cards.Card(index, "12345678", {"at": "contact/note", "task": world.task}, 999))
    await here.type(other, "a note of somebody else")
    assert await here.prints() == before
    assert here.given_up == []


async def test_a_note_for_a_task_that_was_done_meanwhile_is_met_with_the_menu_and_not_with_an_error(
    world: World,
) -> None:
    here, young = world.here, world.phones["young"]
    await here.type(young, "/menu")
    await here.do(young, "contact", "change")
    async with here.store.transaction() as tx:
        words = here.bot.words()
        await tasks.done(tx, words, world.ids["owner"], world.task, "spoke", "", now=here.clock.now())
    await here.do(young, "how:text")
    assert (await here.at(young))["at"] == "menu"
    assert here.given_up == []


async def test_no_member_of_staff_can_tell_from_the_chat_who_has_answered(world: World) -> None:
    """Before somebody begins, while they answer and after they have sent, every staff phone shows the same."""
    here = world.here
    members = [kind for kind in world.ids if kind not in ("left", "logged out")]

    async def all_they_see() -> dict[str, str]:
        seen = {}
        for kind in members:
            said = len(here.telegram.calls)
            for _ in range(1):
                await here.type(world.phones[kind], "/menu")
                await here.type(world.phones[kind], "/help")
            seen[kind] = "\n".join(
                call.text for call in here.telegram.calls[said:] if call.chat == world.phones[kind].id and call.text
            )
        return seen

    before = await all_they_see()
    other = world.phones["other young"]
    await here.type(other, "/menu")
    await here.do(other, "survey", "start")
    assert await all_they_see() == before
    while not any(":ready:" in data for data in button_data(other)):
        await here.do(other, "skip")
    await here.do(other, "ready", "send")
    assert other.text.startswith("Sent.")
    assert await all_they_see() == before


async def test_two_authorities_in_one_database_never_see_each_other(either_inside: Indoors) -> None:
    """The same names, references and chats on both sides of the wall."""
    here = either_inside
    worker, member = await here.staff_phone("Priya Shah", "pa")
    ash, person = await here.joined("Ash", worker=member)
    words = here.bot.words()
    other = await here.store.add_authority("Southfield", authority.kept(words))
    neighbour = Store(here.store.engine, here.store.keys)
    async with neighbour.transaction(other) as tx:
        assert await people.by_chat(tx, ChatId(ash.id)) is None
        assert await staff.by_chat(tx, ChatId(worker.id)) is None
        assert await people.everyone(tx) == []
        assert await staff.everyone(tx) == []
        with pytest.raises(people.NoSuchPerson):
            await people.details(tx, person)
        with pytest.raises(staff.NoSuchStaff):
            await staff.by_id(tx, member)
        added = await people.add(tx, Details("Ash-Lee", "Ash", "Lee"))
        manager = await staff.add(tx, "Priya Shah", "manager")
        await people.join(tx, added.id, ChatId(ash.id))
        await staff.join(tx, manager.id, ChatId(worker.id))
    await here.do(ash, "contact", "ask")
    (row,) = await here.rows("task")
    async with neighbour.transaction(other) as tx:
        with pytest.raises(tasks.NotYours):
            await tasks.look(tx, words, manager.id, TaskId(row["id"]), now=here.clock.now())
        assert await tasks.mine(tx, added.id) == ()


# What the code itself may reach


ANSWERS = {"drafts", "pool", "answers", "slices", "splitting", "turning", "rewriting", "arrivals", "comments"}
"""The modules of storage/ through which a draft, a box or an answer can be had."""

MAY = {
    "bot/chat/refusals.py": {"drafts"},  # the refusal that says it was sent already
    "bot/intake.py": {"drafts"},  # reads the drafts of a batch at once, for the young people who tapped
    "bot/heartbeat.py": {"pool"},  # counts what waits
    "bot/cli/pool.py": {"pool"},  # the nightly job
    "bot/cli/survey.py": {"drafts"},  # counts who has sent; see the test below
    "bot/staff/campaigns.py": {"drafts"},  # counts unsent drafts before a survey closes
    "bot/chat/progress.py": {"comments"},  # the type of a group, which says nothing of what is in it
    "engagement/answering.py": {"drafts", "pool"},
    "engagement/answer_groups.py": {"comments"},  # groups by their names, and how many are in each
    "engagement/answering_comments.py": {"comments"},  # for one role, from their Monday on: see test_no_name
    "engagement/loop_figures.py": {"comments"},  # counts those that may be read, and those answered
    "engagement/round_told.py": {"comments"},  # a round's groups, and how many wait
    "engagement/voice.py": {"comments"},  # keeps them, and shuffles them on their Monday
    "engagement/asking.py": {"drafts"},  # whether there is anything left to ask for
    "engagement/campaign_reach.py": {"drafts"},  # leaves out whoever has sent
    "engagement/campaigns.py": {"drafts"},  # counts who has sent, so that a head count gives nobody away
    "engagement/delivery.py": {"drafts"},  # who had sent a survey that is closed, as a sign of being reached
    "engagement/due.py": {"drafts", "pool"},
    "engagement/joining.py": {"drafts"},  # destroys what was not sent when somebody comes by another chat
    "engagement/my_data.py": {"drafts"},
    "engagement/nudges.py": {"drafts"},  # who has sent, from ten on, for their worker; see the test below
    "engagement/reading.py": {"answers"},  # typed ones of closed surveys, for one role: see test_reading_reach
    "engagement/response.py": {"drafts"},  # counts who has sent, by group; see the test below
    "engagement/results.py": {"answers"},  # counts of closed surveys, for `publishing` to decide on
    "engagement/surveys.py": {"pool"},
}


def imported_of_storage(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "storage":
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("storage."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("storage.")}
    return found & ANSWERS


def test_only_these_modules_can_reach_an_answer_and_none_of_them_is_for_staff() -> None:
    found = {
        str(path): reached
        for package in ("bot", "engagement")
        for path in sorted(Path(package).rglob("*.py"))
        if (reached := imported_of_storage(path)) and "sandbox" not in path.parts
    }
    too_much = {
        path: reached - MAY.get(path, set()) for path, reached in found.items() if reached - MAY.get(path, set())
    }
    assert too_much == {}


def asked_of(path: str, module: str) -> set[str]:
    """What of a module of storage the code at that path uses."""
    return {
        node.attr
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }


def test_whoever_counts_asks_for_nothing_but_who_has_sent_or_begun() -> None:
    assert asked_of("bot/cli/survey.py", "drafts") == {"begun_by"}
    assert asked_of("engagement/response.py", "drafts") == {"done_many", "begun_by"}
    assert asked_of("engagement/delivery.py", "drafts") == {"done_in"}
    assert asked_of("engagement/nudges.py", "drafts") == {"done_many"}
    assert asked_of("bot/staff/campaigns.py", "drafts") == {"begun_by"}
    assert asked_of("engagement/campaign_reach.py", "drafts") == {"done_many"}
    assert asked_of("engagement/campaigns.py", "drafts") == {"done_many"}
    assert asked_of("engagement/asking.py", "drafts") == {"done", "has_begun"}


def test_what_has_no_name_is_read_by_one_module_and_otherwise_kept_or_counted() -> None:
    asked = asked_of("engagement/answer_groups.py", "comments")
    assert asked == {"groups", "group", "add_group", "remove_group", "in_groups", "note_told"}
    assert asked_of("engagement/voice.py", "comments") == {"add", "readable", "shuffled", "prune"}


def test_results_are_made_of_counts_and_never_of_rows() -> None:
    assert asked_of("engagement/results.py", "answers") == {"counted"}


def test_what_staff_chats_are_made_of_imports_nothing_that_knows_a_survey() -> None:
    own = ("absence.py", "handover.py", "rota.py", "staff.py", "tasks.py")
    rooms = ("bot/staff/away.py", "bot/staff/handover.py", "bot/staff/tasks.py")
    for path in (*rooms, *(f"engagement/{name}" for name in own)):
        source = Path(path).read_text("utf-8")
        names = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
        assert not any((name or "").split(".")[0] == "surveys" for name in names), path
        assert "engagement.answering" not in names
        assert imported_of_storage(Path(path)) == set()


def test_every_place_says_for_whom_it_is() -> None:
    assert {name: PLACES[name].whose for name in STAFF_PLACES} == dict.fromkeys(STAFF_PLACES, "staff")
    assert {name: PLACES[name].whose for name in YOUNG_PLACES} == dict.fromkeys(YOUNG_PLACES, "young")
