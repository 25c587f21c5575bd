"""Two young people, a worker and a stranger do anything at all, in any order: nobody is ever stuck, lost or outed."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from support.indoors import Indoors, button_data, indoors

from bot.chat.door import STATIC_ACTIONS
from bot.chat.menu import EVERYWHERE
from bot.chat.visit import PLACES
from storage import answers, drafts, openings, people, pool
from storage.ids import ChatId, PersonId, SurveyId
from storage.store import Transaction
from surveys import flow
from surveys.plan import TYPED

PHASES = (Phase.explicit, Phase.generate)
"""What fails is shown as it was found: making it smaller would take longer than reading it."""

DEFINITION = """
name: a_bit_of_all
version: 1
purpose: survey
title: A bit of everything
minutes: 2
parts:
  - id: first
    heading: Getting going
    questions:
      - {id: pet, kind: single, text: Do you have a pet?, options: [{id: "yes", label: "Yes"}, {id: "no", label: "No"}]}
      - id: which
        kind: several
        text: Which ones?
        max: 2
        ask_when: {question: pet, any_of: ["yes"]}
        options:
          - {id: cat, label: A cat}
          - {id: dog, label: A dog}
          - {id: fish, label: A fish}
          - {id: none, label: None of these, clears: true}
      - {id: page, kind: info, text: A page to read.}
      - id: happy
        kind: scale
        text: How happy are you with it?
        bands: [0-4, 5-6, 7-8, 9-10]
      - {id: words, kind: short_text, text: What would you change?}
      - id: order
        kind: rank
        text: Put these in order.
        max: 3
        options: [{id: home, label: Home}, {id: money, label: Money}, {id: friends, label: Friends}]
      - {id: more, kind: long_text, text: Anything else?, ask_when: {question: pet, any_of: ["no"]}}
"""

TEXTS = (
    "", "7", "11", "Yes", "a cat", "I want to kill myself", "START", "stop", "x" * 400, "y" * 1500, "z" * 4096,
    "<b>&amp;</i>", "\u200b\u200e", "\u202eabc", "😀" * 40, "مرحبا", "14", "AL", "' OR 1=1 --", "/nosuch thing",
)  # fmt: skip
THINGS = ("photo", "voice", "sticker", "document", "location", "video")
COMMANDS = ("/start", "/menu", "/help", "/stop", "/menu@you_said_bot", "/nonsense")
ONWARDS = ("send", "done", "next", "quote", "start", "show", "survey", "carry_on", "keep", "skip", "pick", "menu")
WHO = ("Ash", "Bo", "Priya Shah", "Stranger")
YOUNG = ("Ash", "Bo")


class Town(RuleBasedStateMachine):
    """The bot, indoors, and everything four phones may do to it."""

    template: Path
    reached: ClassVar[set[str]] = set()
    """Every place a tap has led to, in any of the plays."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="yousaid-town-")
        self.stack = AsyncExitStack()
        self.secrets: dict[str, int] = {}
        """Words typed as answers, and whose chat they were typed in."""
        self.buttons: list[tuple[str, int, str]] = []
        """Every button there ever was: whose, on which message, carrying what."""
        self.been_away: set[str] = set()
        self.typed = 0
        self.do(self._set_up())

    def do(self, what: Any) -> Any:
        return self.loop.run(what)

    async def _set_up(self) -> None:
        file = shutil.copyfile(self.template, Path(self.folder.name) / "yousaid.db")
        url = f"sqlite+aiosqlite:///{file}"
        self.here: Indoors = await self.stack.enter_async_context(indoors(url, Path(self.folder.name) / "keys"))
        here = self.here
        _, member = await here.staff_phone("Priya Shah", "pa")
        self.survey: SurveyId = await here.open_survey("a_bit_of_all", text=DEFINITION)
        self.ids: dict[str, PersonId] = {}
        for name in YOUNG:
            _, self.ids[name] = await here.joined(name, worker=member)
        here.phone("Stranger")
        self.codes = [await here.invite(person=self.ids["Ash"]), await here.invite(person=await here.listed("Ally"))]
        self._learn()

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    def _learn(self) -> None:
        for name, phone in self.here.phones.items():
            for message in phone.from_bot:
                for row in message.keyboard or []:
                    self.buttons += [
                        (name, message.id, button["callback_data"])
                        for button in row
                        if "callback_data" in button and (name, message.id, button["callback_data"]) not in self.buttons
                    ]

    async def _press(self, name: str, message: int, data: str, *, times: int = 1, now: bool = True) -> None:
        phone = self.here.phones[name]
        if phone.chat.blocked:
            return
        taps = [phone.press_raw(data, message) for _ in range(times)]
        if now:
            await self.here.turn()
            assert all(tap is not None and tap.future.done() for tap in taps), "a tap was left without an answer"
            self.reached.add(str((await self.here.at(phone)).get("at")))
        self._learn()

    # What people do

    @rule(name=st.sampled_from(WHO), at=st.integers(0, 400), times=st.sampled_from((1, 1, 1, 2)), now=st.booleans())
    def tap_something_that_is_shown(self, name: str, at: int, times: int, now: bool) -> None:
        shown = [
            (message.id, button["callback_data"])
            for message in self.here.phones[name].from_bot
            for row in message.keyboard or []
            for button in row
            if "callback_data" in button
        ]
        if shown:
            self.do(self._press(name, *shown[at % len(shown)], times=times, now=now))

    @rule(name=st.sampled_from(YOUNG), steps=st.integers(1, 16), at=st.integers(0, 1))
    def answer_on(self, name: str, steps: int, at: int) -> None:
        """Tap forwards for a while, so that the end is often reached."""
        for step in range(steps):
            phone = self.here.phones[name]
            if any(message.keyboard for message in phone.from_bot):
                onwards = [data for action in ONWARDS for data in button_data(phone) if data.split(":")[1] == action]
                if not onwards or phone.card.text.startswith("Sent."):
                    return
                self.do(self._press(name, phone.card.id, onwards[(at + step) % min(2, len(onwards))]))

    @rule(name=st.sampled_from(YOUNG))
    def ask_for_somebody(self, name: str) -> None:
        for action in ("menu", "contact", "ask"):
            phone = self.here.phones[name]
            if any(message.keyboard for message in phone.from_bot):
                found = [data for data in button_data(phone) if data.split(":")[1] == action]
                if found:
                    self.do(self._press(name, phone.card.id, found[0]))

    @rule(at=st.integers(0, 10_000), other=st.booleans())
    def tap_something_old(self, at: int, other: bool) -> None:
        """On a second device, in a card that has long moved on; or with what only another's phone ever carried."""
        if self.buttons:
            name, message, data = self.buttons[at % len(self.buttons)]
            self.do(self._press(WHO[at % 4] if other else name, message, data))

    @rule(name=st.sampled_from(WHO), text=st.sampled_from(TEXTS), long=st.booleans(), now=st.booleans())
    def type(self, name: str, text: str, long: bool, now: bool) -> None:
        self.do(self._type(name, text, long, now))

    async def _type(self, name: str, text: str, long: bool, now: bool) -> None:
        phone = self.here.phones[name]
        if phone.chat.blocked:
            return
        if not text or long:
            self.typed += 1
            text = f"secret number {self.typed} {text}"[:4000].strip()
            if await self._is_at_typed(name):
                self.secrets[f"secret number {self.typed} "] = phone.id
        await phone.type(text)
        if now:
            await self.here.turn()
        self._learn()

    async def _is_at_typed(self, name: str) -> bool:
        at = await self.here.at(self.here.phones[name])
        if at.get("at") != "question":
            return False
        async with self.here.store.transaction() as tx:
            asked = await openings.questionnaire(tx, self.survey)
        return asked.question(at["q"]).kind in TYPED

    @rule(name=st.sampled_from(WHO), what=st.sampled_from(THINGS), caption=st.sampled_from(("", "my caption", "kms")))
    def send_a_thing(self, name: str, what: str, caption: str) -> None:
        async def send() -> None:
            if not self.here.phones[name].chat.blocked:
                self.here.phones[name].send(what, caption)
                await self.here.turn()

        self.do(send())

    @rule(name=st.sampled_from(WHO))
    def forward_something(self, name: str) -> None:
        async def forward() -> None:
            if not self.here.phones[name].chat.blocked:
                self.here.phones[name].forward("what somebody else wrote")
                await self.here.turn()

        self.do(forward())

    @rule(name=st.sampled_from(WHO), command=st.sampled_from(COMMANDS))
    def give_a_command(self, name: str, command: str) -> None:
        async def give() -> None:
            if not self.here.phones[name].chat.blocked:
                await self.here.type(self.here.phones[name], command)
                self.been_away.discard(name)
                self._learn()

        self.do(give())

    @rule(name=st.sampled_from(WHO), code=st.integers(0, 2))
    def follow_a_link(self, name: str, code: int) -> None:
        async def follow() -> None:
            if not self.here.phones[name].chat.blocked:
                await self.here.phones[name].start([*self.codes, "AAAAAAAAAAAAAAAAAAAAAA"][code])
                await self.here.turn()
                self._learn()

        self.do(follow())

    @rule(name=st.sampled_from(WHO))
    def block_or_let_in_again(self, name: str) -> None:
        async def change() -> None:
            phone = self.here.phones[name]
            self.been_away.add(name)
            (phone.unblock if phone.chat.blocked else phone.block)()
            await self.here.turn()

        if name != "Stranger":
            self.do(change())

    # What time does

    @rule(hours=st.sampled_from((0.2, 1, 20, 50, 24 * 8, 24 * 30)))
    def time_passes(self, hours: float) -> None:
        self.here.clock.move(hours=hours)
        self.do(self.here.tick())
        self._learn()

    @rule()
    def the_night_comes(self) -> None:
        async def turn() -> None:
            async with self.here.store.transaction() as tx:
                await pool.turn(tx)

        self.do(turn())

    # What must always be so

    @invariant()
    def every_update_is_handled(self) -> None:
        assert self.here.given_up == []
        assert self.here.telegram.offences == []

    @invariant()
    def nobody_is_stuck(self) -> None:
        self.do(self._nobody_is_stuck())

    async def _nobody_is_stuck(self) -> None:
        if self.here.telegram.bot.queue.ready:
            return
        for name in YOUNG:
            phone = self.here.phones[name]
            async with self.here.store.transaction() as tx:
                person = await people.by_chat(tx, ChatId(phone.id))
            if person is None or name in self.been_away:
                continue
            at = await self.here.at(phone)
            works = {*STATIC_ACTIONS, *EVERYWHERE, *PLACES[at["at"]].taps, "contact", "help", "open"}
            assert any(
                button.get("callback_data", "::").split(":")[1] in works
                for message in phone.from_bot
                for row in message.keyboard or []
                for button in row
            ), (at, [message.text for message in phone.from_bot])

    @invariant()
    def answers_are_where_they_belong(self) -> None:
        self.do(self._answers_are_where_they_belong())

    async def _answers_are_where_they_belong(self) -> None:
        async with self.here.store.transaction() as tx:
            is_open = await openings.is_open(tx, self.survey)
            asked = await openings.questionnaire(tx, self.survey)
            done = await drafts.done_many(tx, self.survey)
            for person in self.ids.values():
                begun = self.survey in await drafts.of(tx, person)
                assert not (begun and (person in done or not is_open))
                if begun:
                    kept = await drafts.read(tx, person, self.survey)
                    assert set(kept.values) <= {question.id for question in flow.path(asked, kept)}
            if is_open:
                assert await self._boxes(tx) == len(done)

    async def _boxes(self, tx: Transaction) -> int:
        waiting = (await pool.waiting(tx)).get(self.survey, 0)
        rows = await answers.of(tx, self.survey)
        return waiting + len([row for row in rows if row.question == "pet" and not row.segments])

    @invariant()
    def what_was_answered_is_said_to_nobody(self) -> None:
        logged = repr(self.here.logged)
        for call in self.here.telegram.calls:
            if call.method == "answerCallbackQuery":
                continue  # their own words, in an alert over their own chat, when they ask to read them
            for secret in self.secrets:
                assert secret not in call.text
        assert not any(secret in logged for secret in self.secrets)
        self._every_button_fits()
        self.here.telegram.calls.clear()

    def _every_button_fits(self) -> None:
        for call in self.here.telegram.calls:
            markup = call.params.get("reply_markup") or "{}"
            for row in (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", []):
                assert all(len(button.get("callback_data", "").encode()) <= 64 for button in row)


WORTH_REACHING = {"menu", "question", "survey/ready", "survey/sent", "contact/done"}


def played(template: Path, *, examples: int, steps: int) -> frozenset[str]:
    """The places somebody's card was at in all of these plays."""
    machine = type("TownHere", (Town,), {"template": template, "reached": set()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
    return frozenset(machine.reached)


def test_whatever_anybody_does_in_whatever_order_everything_still_holds(migrated_sqlite: Path) -> None:
    reached = played(migrated_sqlite, examples=10, steps=40)
    assert {"question", "survey/ready", "contact"} <= reached, "they have not got about enough to mean anything"


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_whatever_anybody_does_for_a_long_time_everything_still_holds(migrated_sqlite: Path) -> None:
    reached = played(migrated_sqlite, examples=80, steps=80)
    assert reached >= WORTH_REACHING, "they have not got about enough for this to mean anything"
