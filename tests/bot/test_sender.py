"""The outbox: whatever is ever queued can be drawn, and leaves once, evenly, and never when told to wait."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from support.line import Line
from support.town import DEFINITIONS, NORTHFIELD, TUESDAY, Town

from bot.run import TEMPLATES
from bot.sandbox.phones import Phone
from bot.screens import Screens
from bot.sender import IDLE, NOT_SENT_PAUSE, PACE, Sender
from bot.transport import Transport
from bot.wire import Wire, make_wire
from engagement import answering, authority, due, surveys, tasks
from storage import outbox, people, staff
from storage import tasks as task_rows
from storage.due import Due, DueId
from storage.ids import ChatId, PersonId, StaffId, SurveyId, TaskId
from storage.outbox import LEASE_SECONDS, Row
from storage.people import Details
from storage.store import Transaction
from storage.tables import task as task_table

WORDS = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
TODAY = TUESDAY.date()
SOMETHING = "There's something to look at when you have a minute."
UPDATE = "An update on something you asked for."


class Post:
    """A sender of one's own on the line, with people and staff to write to."""

    def __init__(self, line: Line, words: authority.Settings = WORDS) -> None:
        self.line = line
        self.words = words
        self.screens = Screens([TEMPLATES], None, self.now)
        self.sender = self.another()
        self.phones: dict[int, Phone] = {}

    def another(self) -> Sender:
        """The sender as it is in a process that has just started."""
        line = self.line
        return Sender(line.store, lambda: self.words, self.screens, line.wire, line.outcomes, self.now)

    def now(self) -> datetime:
        return self.line.telegram.clock.now()

    async def young(self, name: str = "Ash", *, full: bool = False, worker: StaffId | None = None) -> PersonId:
        phone = await self.line.phone(name)
        async with self.line.store.transaction() as tx:
            person = (await people.add(tx, Details(f"ref-{name}", name, "Lee"), worker=worker)).id
            await people.join(tx, person, ChatId(phone.id))
            await people.set_full_messages(tx, person, full)
        self.phones[person] = phone
        phone.lock()
        return person

    async def hire(self, name: str, role: staff.Role = "pa") -> tuple[StaffId, Phone]:
        phone = await self.line.phone(name)
        async with self.line.store.transaction() as tx:
            member = await staff.add(tx, name, role)
            await staff.join(tx, member.id, ChatId(phone.id))
        phone.lock()
        return member.id, phone

    async def queue(self, person: PersonId, occasion: str = "o", **more: Any) -> None:
        said = {"lane": "young", "envelope": "envelope/something", "opens": {"screen": "menu"}}
        times = {"not_before": self.now(), "expires_at": self.now() + timedelta(days=7)}
        async with self.line.store.transaction() as tx:
            await outbox.queue(tx, occasion=occasion, person=person, **(said | times | more))

    async def deliver(self) -> int:
        """Send whatever may leave now; says how many were tried."""
        tried = 0
        while count := await self.sender.once():
            tried += count
            await self.line.outcomes.flush()
        return tried

    async def rows(self, person: PersonId) -> tuple[Row, ...]:
        async with self.line.store.transaction() as tx:
            return await outbox.of_person(tx, person)

    async def state(self, person: PersonId) -> str:
        (row,) = await self.rows(person)
        return row.state

    def sends(self) -> int:
        return len(self.line.calls("sendMessage"))


@pytest.fixture
def post(telegram_line: Line) -> Post:
    return Post(telegram_line)


@asynccontextmanager
async def nowhere(post: Post) -> AsyncIterator[Wire]:
    """A wire to a place where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    wire = make_wire(post.line.telegram.bot.token, f"http://127.0.0.1:{port}/bot")
    for request in wire.requests:
        await request.initialize()
    yield wire
    for request in wire.requests:
        await request.shutdown()


def locked(phone: Phone) -> list[str]:
    return [notification.text for notification in phone.lock_screen]


# Everything that is ever queued


async def open_survey(tx: Transaction, now: datetime) -> SurveyId:
    source = (DEFINITIONS / "pulse.yaml").read_text("utf-8")
    return (await surveys.open_survey(tx, WORDS, source, source="pulse.yaml", closes=None, now=now)).survey


async def survey_opened(tx: Transaction, _: PersonId, __: TaskId) -> None:
    await open_survey(tx, TUESDAY)


def finished(kind: str) -> Callable[[Transaction, PersonId, TaskId], Awaitable[None]]:
    async def happen(tx: Transaction, person: PersonId, _: TaskId) -> None:
        survey = await open_survey(tx, TUESDAY)
        await outbox.cancel_for(tx, person)
        await answering.begin(tx, person, survey)
        await due.KINDS[kind](tx, WORDS, Due(DueId(1), kind, f"{person}:{survey}", TUESDAY, 1), TUESDAY)

    return happen


async def asked(_: Transaction, __: PersonId, ___: TaskId) -> None:
    """Every one of these begins with somebody asked."""


async def reminded(tx: Transaction, _: PersonId, task: TaskId) -> None:
    await tasks.remind(tx, Due(DueId(1), tasks.REMINDER, f"{task}:0", TUESDAY, 1), TUESDAY)


async def late(tx: Transaction, _: PersonId, task: TaskId) -> None:
    await tasks.escalate(tx, WORDS, Due(DueId(1), tasks.DEADLINE, f"{task}:0", TUESDAY, 1), TUESDAY)


async def passed_on(tx: Transaction, _: PersonId, task: TaskId) -> None:
    found = await task_rows.find(tx, task)
    assert found.owner is not None
    (to, *_rest) = await tasks.could_take(tx, WORDS, found.owner, task, now=TUESDAY)
    await tasks.pass_on(tx, WORDS, found.owner, task, to.id, now=TUESDAY)


async def cancelled(tx: Transaction, person: PersonId, task: TaskId) -> None:
    await tasks.cancel(tx, person, task, now=TUESDAY)


async def changed(tx: Transaction, person: PersonId, task: TaskId) -> None:
    await tasks.change_note(tx, person, task, "other words", now=TUESDAY)


async def pinged(tx: Transaction, _: PersonId, task: TaskId) -> None:
    await tasks.ping_duty(tx, WORDS, task, now=TUESDAY)


NEW = "1 new task, due Wed 10am"


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("happen", "young", "priya", "others"),
    [
        (asked, [], [NEW], []),
        (survey_opened, ["There's something new to look at, if you want to."], [NEW], []),
        (finished(answering.FINISHED), ["One tap is left on something you started."], [NEW], []),
        (finished(answering.FINISHED_LAST), ["One tap is left on something you started."], [NEW], []),
        (reminded, [], [NEW, "1 task is due Wed 10am"], []),
        (late, [UPDATE], ["1 task has gone to a colleague"], ["1 new task, due Tue 2pm"]),
        (passed_on, [UPDATE], ["1 task has gone to a colleague"], [NEW]),
        (cancelled, [], ["1 task was cancelled"], []),
        (changed, [], [NEW, "1 task has something new, due Wed 10am"], []),
    ],
    ids=lambda given: getattr(given, "__name__", None),
)
async def test_whatever_is_queued_is_drawn_and_sent_with_what_it_really_opens(
    post: Post,
    happen: Callable[[Transaction, PersonId, TaskId], Awaitable[None]],
    young: list[str],
    priya: list[str],
    others: list[str],
    full: bool,
) -> None:
    owner, owners = await post.hire("Priya Shah")
    _, backups = await post.hire("Sam Okoro")
    ash = await post.young(full=full, worker=owner)
    async with post.line.store.transaction() as tx:
        task = (await tasks.ask(tx, WORDS, ash, owner, "", TUESDAY)).task
    if happen is cancelled:
        await post.deliver()
    async with post.line.store.transaction() as tx:
        await happen(tx, ash, task)
    await post.deliver()
    rows = await post.rows(ash)
    async with post.line.store.transaction() as tx:
        rows += await outbox.of_staff(tx, owner)
    assert {row.state for row in rows} <= {"sent", "cancelled"}
    if full and young:
        assert len(locked(post.phones[ash])) == len(young)
        assert locked(post.phones[ash]) != young, "the card itself, for those who chose that"
    else:
        assert locked(post.phones[ash]) == young
    assert sorted(locked(owners)) == sorted([NEW, *priya] if happen is cancelled else priya)
    assert locked(backups) == others


async def test_duty_is_told_in_the_same_words(post: Post) -> None:
    owner, _ = await post.hire("Priya Shah")
    ash = await post.young(worker=owner)
    duty = [(await post.hire(name))[1] for name in WORDS.duty]
    assert duty
    async with post.line.store.transaction() as tx:
        await pinged(tx, ash, (await tasks.ask(tx, WORDS, ash, owner, "", TUESDAY)).task)
    await post.deliver()
    assert [locked(phone) for phone in duty] == [[NEW]] * len(duty)


@pytest.mark.parametrize("full", [False, True])
async def test_a_task_that_is_gone_before_its_message_left_holds_nobody_up(post: Post, full: bool) -> None:
    owner, owners = await post.hire("Priya Shah")
    await post.hire("Sam Okoro")
    ash, jo = await post.young("Ash", full=full, worker=owner), await post.young("Jo")
    async with post.line.store.transaction() as tx:
        task = (await tasks.ask(tx, WORDS, ash, owner, "", TUESDAY)).task
        await late(tx, ash, task)
        await tx.connection.execute(delete(task_table))
    await post.queue(jo, kind="asked")
    await post.deliver()
    assert locked(owners) == locked(post.phones[ash]) == []
    assert await post.state(ash) == "cancelled"
    assert locked(post.phones[jo]) == [SOMETHING]


async def test_a_message_that_cannot_be_drawn_is_ended_and_holds_nobody_up(post: Post) -> None:
    ash, jo = await post.young("Ash"), await post.young("Jo")
    await post.queue(ash, envelope="envelope/nobody_wrote_this")
    await post.queue(jo)
    await post.deliver()
    assert await post.state(ash) == "failed"
    assert locked(post.phones[jo]) == [SOMETHING]


async def test_an_envelope_speaks_the_persons_language_and_the_authoritys_words(
    telegram_line: Line, tmp_path: Path
) -> None:
    english = (TEMPLATES / "en" / "language.yaml").read_text("utf-8")
    (tmp_path / "cy" / "envelope").mkdir(parents=True)
    (tmp_path / "cy" / "language.yaml").write_text(english.replace("code: en", "code: cy"), "utf-8")
    (tmp_path / "cy" / "envelope" / "something.j2").write_text('{{ s.council }}{% do row(button("Agor", "open")) %}')
    welsh = authority.Translation(council="Cyngor Northfield")
    spoken = WORDS.model_copy(update={"languages": ("en", "cy"), "translations": {"cy": welsh}})
    post = Post(telegram_line, spoken)
    post.screens = Screens([TEMPLATES, tmp_path], None, post.now)
    post.sender = post.another()
    ash = await post.young()
    async with post.line.store.transaction() as tx:
        await people.set_language(tx, ash, "cy")
    await post.queue(ash)
    await post.deliver()
    assert locked(post.phones[ash]) == ["Cyngor Northfield"]


# To young people at most once


async def test_a_process_that_dies_between_the_commit_and_the_call_leaves_it_unknown_and_unsent(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    hang = post.line.telegram.faults.add("hang", method="sendMessage")
    dying = asyncio.create_task(post.sender.once())
    await post.line.until("sendMessage")
    assert await post.state(ash) == "sending"
    # Another process starts: the first never says what became of its call.
    post.line.telegram.clock.move(LEASE_SECONDS + 1)
    async with post.line.store.transaction() as tx:
        assert await outbox.after_crash(tx, on=TODAY, now=post.now()) == 1
    post.sender = post.another()
    assert await post.deliver() == 0
    assert await post.state(ash) == "unknown"
    post.line.telegram.faults.remove(hang)
    await dying
    await post.line.outcomes.flush()
    assert await post.state(ash) == "unknown"


async def test_what_is_on_its_way_when_the_bot_is_told_to_stop_is_heard_to_its_end(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    hang = post.line.telegram.faults.add("hang", method="sendMessage")
    running = asyncio.create_task(post.sender.run())
    await post.line.until("sendMessage")
    running.cancel()
    post.line.telegram.faults.remove(hang)
    with pytest.raises(asyncio.CancelledError):
        await running
    await post.line.outcomes.flush()
    assert await post.state(ash) == "sent"


async def test_while_one_call_hangs_the_others_go_on_and_never_more_than_two_are_under_way(post: Post) -> None:
    everybody = [await post.young(f"Person{n}") for n in range(5)]
    for person in everybody:
        await post.queue(person)
    hang = post.line.telegram.faults.add("hang", method="sendMessage", times=1)
    running = asyncio.create_task(post.sender.run())
    await post.line.telegram.changes.until(lambda: post.sends() == 5)
    post.line.telegram.faults.add("hang", method="sendMessage")
    for number in range(3):
        await post.queue(await post.young(f"Later{number}"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * IDLE):
            await post.line.telegram.changes.until(lambda: post.sends() > 6)
    assert post.sends() == 6
    post.line.telegram.faults.clear()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await post.line.outcomes.flush()
    assert hang.met == 1
    assert [await post.state(person) for person in everybody] == ["sent"] * 5


@pytest.mark.parametrize("fault", ["reset_after", "reset_before", "502", "500"])
async def test_what_may_have_arrived_is_not_sent_again(post: Post, fault: str) -> None:
    ash = await post.young()
    await post.queue(ash)
    post.line.telegram.faults.add(fault, method="sendMessage", times=1)
    assert await post.deliver() == 1
    assert await post.state(ash) == "unknown"
    post.line.telegram.clock.move(hours=1)
    assert await post.deliver() == 0


async def test_a_young_person_in_doubt_is_left_alone_and_staff_are_told_again(post: Post) -> None:
    owner, owners = await post.hire("Priya Shah")
    ash = await post.young(worker=owner)
    async with post.line.store.transaction() as tx:
        await tasks.ask(tx, WORDS, ash, owner, "", TUESDAY)
    post.line.telegram.faults.add("502", method="sendMessage", times=1)
    assert await post.deliver() == 2
    assert locked(owners) == [NEW]


async def test_what_never_left_is_sent_a_little_later(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    served = post.line.wire
    async with nowhere(post) as away:
        post.line.wire = away
        post.sender = post.another()
        assert await post.deliver() == 1
        assert await post.state(ash) == "queued"
    post.line.wire = served
    post.sender = post.another()
    assert await post.deliver() == 0
    post.line.telegram.clock.move(NOT_SENT_PAUSE.total_seconds())
    assert await post.deliver() == 1
    assert locked(post.phones[ash]) == [SOMETHING]


async def test_a_refused_token_waits_and_loses_nothing(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    refused = post.line.telegram.faults.add("401", method="sendMessage")
    assert await post.sender.once() == 1
    await post.line.outcomes.flush()
    assert await post.state(ash) == "queued"
    post.line.telegram.faults.remove(refused)
    post.sender = post.another()
    post.line.telegram.clock.move(NOT_SENT_PAUSE.total_seconds())
    await post.deliver()
    assert await post.state(ash) == "sent"


async def test_somebody_who_blocked_us_is_unreachable_and_not_written_to_again(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash, "first")
    post.phones[ash].block()
    await post.deliver()
    assert await post.state(ash) == "failed"
    async with post.line.store.transaction() as tx:
        assert not (await people.by_id(tx, ash)).reachable
    await post.queue(ash, "second")
    sent = post.sends()
    await post.deliver()
    assert post.sends() == sent


async def test_a_refusal_that_is_about_the_message_says_nothing_about_the_person(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    post.line.telegram.faults.add("400", method="sendMessage", description="message text is empty")
    await post.deliver()
    assert await post.state(ash) == "failed"
    async with post.line.store.transaction() as tx:
        assert (await people.by_id(tx, ash)).reachable


# Pace


async def test_told_to_wait_the_whole_outbox_waits_and_nothing_leaves_inside_the_window(post: Post) -> None:
    everybody = [await post.young(f"Person{n}") for n in range(4)]
    for person in everybody:
        await post.queue(person)
    post.line.telegram.faults.add("429", method="sendMessage", times=1, retry_after=1)
    loop = asyncio.get_running_loop()
    assert await post.sender.once() == 2
    began = loop.time()
    assert post.sends() == 1, "the second of the two heard of it in time"
    await post.line.outcomes.flush()
    assert [await post.state(person) for person in everybody] == ["queued"] * 4
    post.line.telegram.clock.move(1)
    await post.deliver()
    assert loop.time() - began >= 0.9
    assert [await post.state(person) for person in everybody] == ["sent"] * 4
    assert post.sends() == 5


async def test_a_pause_somebody_else_was_told_of_holds_here_too(post: Post) -> None:
    await post.queue(await post.young())
    post.sender.pause(0.3)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await post.sender.once()
    assert loop.time() - began >= 0.25
    assert post.sends() == 1


async def test_twenty_messages_leave_evenly_and_never_thirty_in_a_second(post: Post) -> None:
    for number in range(20):
        await post.queue(await post.young(f"Person{number}"))
    clock = post.line.telegram.clock
    clock.running = True
    await post.deliver()
    at = [call.at for call in post.line.calls("sendMessage")]
    assert len(at) == 20
    assert max(sum(first <= moment < first + 1 for moment in at) for first in at) <= 30
    # Not how fast it was, but that nothing left in a lump: the machine may only make gaps longer.
    assert at[-1] - at[0] >= 19 * PACE * 0.8
    assert sum(after - before < PACE / 4 for before, after in itertools.pairwise(at)) <= 2


# What arrives


async def test_a_newer_envelope_takes_the_place_of_an_unopened_one(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash, "first")
    await post.deliver()
    await post.queue(ash, "second", envelope="envelope/update")
    await post.deliver()
    assert [one.text for one in post.phones[ash].from_bot] == [UPDATE]
    assert locked(post.phones[ash]) == [UPDATE]
    assert [row.message for row in await post.rows(ash)] == [None, post.phones[ash].last.id]


async def test_an_old_envelope_that_cannot_be_removed_loses_its_button_to_the_newer_one(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash, "first")
    await post.deliver()
    post.line.telegram.faults.add("400", method="deleteMessage", description="message can't be deleted")
    await post.queue(ash, "second", envelope="envelope/update")
    await post.deliver()
    assert [row.state for row in await post.rows(ash)] == ["sent", "sent"]
    assert [post.phones[ash].buttons(one) for one in post.phones[ash].from_bot] == [[], ["Open"]]


async def test_at_night_nothing_leaves_and_in_the_morning_it_does(post: Post) -> None:
    ash = await post.young()
    clock = post.line.telegram.clock
    clock.move(hours=11)  # 21:00
    await post.queue(ash)
    assert await post.deliver() == 0
    clock.move(hours=14)  # 11:00
    assert await post.deliver() == 1
    assert locked(post.phones[ash]) == [SOMETHING]


async def test_the_week_holds_so_many_and_no_more(post: Post) -> None:
    ash = await post.young()
    for number in range(post.words.cap + 1):
        await post.queue(ash, f"occasion {number}")
    for _ in range(post.words.cap + 1):
        await post.deliver()
        post.line.telegram.clock.move(10)
    states = [row.state for row in await post.rows(ash)]
    assert states.count("sent") == post.words.cap
    assert "unknown" not in states


async def test_no_answer_in_time_is_of_unknown_fate(post: Post) -> None:
    ash = await post.young()
    await post.queue(ash)
    line = post.line
    line.telegram.faults.add("hang_after", method="sendMessage", times=1)
    async with Wire(
        token=line.telegram.bot.token,
        base_url=line.running.api_url,
        request=Transport(read_timeout=0.2),
        get_updates_request=Transport(),
    ) as impatient:
        line.wire = impatient
        post.sender = post.another()
        await post.deliver()
        line.telegram.clock.move(hours=1)
        await post.deliver()
    assert await post.state(ash) == "unknown"
    assert post.sends() == 1
    assert locked(post.phones[ash]) == [SOMETHING], "and it had arrived"


async def test_whoever_chose_full_messages_gets_the_card_itself_and_its_buttons_work(either_northfield: Town) -> None:
    town = either_northfield
    ash = await town.joined("Ash", "Lee")
    async with town.store.transaction() as tx:
        (person,) = await people.joined(tx)
        await people.set_full_messages(tx, person.id, True)
    await town.open_survey("pulse")
    await town.deliver()
    await town.deliver()  # the heartbeat has cleared the card before
    assert len(ash.from_bot) == 1
    await ash.choose("Start")
    assert ash.text.startswith("1 of ")
    assert len(ash.from_bot) == 1
    async with town.store.transaction() as tx:
        assert await outbox.unopened(tx, person.id) == (), "it is no envelope, and nothing will take its place"
