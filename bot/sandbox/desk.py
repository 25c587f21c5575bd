"""What a participation worker would do with commands, and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.run import Bot
from bot.sandbox import leap
from bot.sandbox.clock import Clock
from bot.sandbox.web import Page
from engagement import rounds, surveys
from engagement.london import local
from storage import drafts, openings, people, pool
from storage.store import Store
from surveys.disclosure import MIN_BASE

GO_TO = "Go to "
"""How the label of every action begins that takes the clock somewhere."""


def put_on_desk(page: Page, store: Store, bot: Bot, clock: Clock, *, survey: str) -> None:
    """Put the actions on the desk; `survey` is the one that can be watched and closed."""

    async def status() -> str:
        async with store.transaction() as tx:
            joined = len(await people.joined(tx))
            lines = [
                f"{one.name} is {one.state}: {one.invited} in the register, {joined} joined, "
                f"{_told(len(await drafts.done_many(tx, one.id)))} sent."
                for one in await openings.every(tx)
            ]
        return "\n".join(lines)

    async def close() -> str:
        async with store.transaction() as tx:
            opened = (await surveys.named(tx, survey)).id
            closed = await surveys.close_survey(tx, bot.words(), opened, now=clock.now())
        return f"It is closed, and {_told(closed.sent)} people had sent it. Whatever was not sent is destroyed."

    async def night() -> str:
        async with store.transaction() as tx:
            turned = await pool.turn(tx)
        opened, waiting = sum(turned.opened.values()), sum(turned.waiting.values())
        return f"Opened {opened} boxes, {waiting} stay sealed. The key was turned."

    async def begin_round() -> str:
        async with store.transaction() as tx:
            made = await rounds.begin(tx, bot.words(), None, now=clock.now())
            asked = len(await rounds.outstanding(tx, made))
        return f"{asked} promises are asked about, by {made.updates_by:%A %d %B}. Then Asha tells what moved."

    async def forward(minutes: int) -> str:
        clock.move(minutes * 60)
        await bot.heartbeat.tick()
        return _it_is(clock.now())

    page.add_action("How it is going", status, note=f"yousaid survey status {survey}")
    page.add_action("Ten minutes on", lambda: forward(10), note="Moves the clock. What was confirmed leaves")
    page.add_action("One hour on", lambda: forward(60), note="Deadlines come due")
    page.add_action("One day on", lambda: forward(24 * 60), note="Reminders and deadlines come due")
    for stop in leap.STOPS:
        _put_leap(page, bot, clock, stop.label, stop.note, partial(leap.moment, stop))
    after = "What became of the calls is said on the first working day"
    _put_leap(page, bot, clock, "Go to after Christmas", after, lambda now: leap.after_christmas(bot.words(), now))
    page.add_action("Run the night's job", night, note="yousaid pool turn")
    page.add_action("Begin the quarter's round", begin_round, note="yousaid round begin")
    page.add_action("Close the survey for good", close, note=f"yousaid survey close {survey}")


def _put_leap(
    page: Page, bot: Bot, clock: Clock, label: str, note: str, moment: Callable[[datetime], datetime]
) -> None:
    """An action that takes the clock there, and shows on the way where it is; one of them at a time."""

    async def go() -> str:
        if any(one.busy and one is not desk for one in page.desk if one.label.startswith(GO_TO)):
            return "The clock is on its way somewhere else."
        beaten = await leap.leap(bot, clock, moment(clock.now()), passing=passing)
        return f"{_it_is(clock.now())} {beaten} heartbeats on the way."

    def passing(at: datetime) -> None:
        desk.said = f"Passing {local(at):%A %d %B, %H:%M}"
        page.changes.notify()

    desk = page.add_action(label, go, note=note)


def _it_is(now: datetime) -> str:
    return f"It is {local(now):%A %d %B, %H:%M}."


def _told(count: int) -> str:
    """A number of people who sent, as the command line tells it."""
    return str(count) if count >= MIN_BASE else f"fewer than {MIN_BASE}"
