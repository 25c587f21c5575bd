"""A bot in a process of its own that is killed and started again, and people who go on answering all the while."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.sandbox.faults import Fault, Faults, Kind
from bot.sandbox.model import Message, Tap
from bot.sandbox.phones import Phone
from bot.sandbox.telegram import Telegram
from surveys import flow
from surveys.definition import Kind as QuestionKind
from surveys.definition import Question, Questionnaire
from surveys.plan import TICKS, TYPED
from surveys.values import EMPTY, Answers

ROOT = Path(__file__).parents[2]
DEADLY = Path(__file__).with_name("deadly.py")

LONG = 240.0
"""Seconds after which nothing more is waited for."""
PATIENCE = 0.8
"""Seconds after which somebody whose tap got no answer taps again."""

POLL = "getupdates"
ONWARDS = ("send", "show", "start", "survey", "carry_on", "menu")
"""What leads on from whatever is no question."""


class Process(Protocol):
    """What is asked of a process here."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def kill(self) -> None: ...

    def send_signal(self, number: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


class Forked:
    """A process that was forked for us by another."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.has_ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self.has_ended.wait(timeout):
            raise subprocess.TimeoutExpired("yousaid", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Forking:
    """A process with all of `yousaid` read, that forks one like a fresh start for every command it is given."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(DEADLY), "--fork"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        self._born: queue.SimpleQueue[Forked] = queue.SimpleQueue()
        self._alive: dict[int, Forked] = {}
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def start(
        self,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        complaints: Path | None = None,
    ) -> Forked:
        """A process of this command, writing into the log, and what it says on standard error too if told no other."""
        order = {
            "words": words,
            "environment": dict(environment),
            "folder": str(folder),
            "log": str(log),
            "complaints": str(complaints or log),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return self._born.get(timeout=LONG)

    def run(self, *words: str, environment: Mapping[str, str], folder: Path) -> Ran:
        """One command in a process of its own, from its start to its end."""
        with tempfile.TemporaryDirectory() as said:
            out, err = Path(said, "out"), Path(said, "err")
            out.touch()
            err.touch()
            process = self.start(words, environment=environment, folder=folder, log=out, complaints=err)
            return Ran(process.wait(LONG), out.read_text(), err.read_text())

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            pid, *ended = map(int, line.split())
            if ended:
                child = self._alive.pop(pid)
                child.returncode = ended[0]
                child.has_ended.set()
            else:
                self._alive[pid] = Forked(pid)
                self._born.put(self._alive[pid])


class Victim:
    """`yousaid` as a process: started, killed, and started again; forked from another if there is one."""

    def __init__(self, environment: dict[str, str], folder: Path, forking: Forking | None = None) -> None:
        self._forking = forking
        self._environment = os.environ | environment | {"PYTHONPATH": str(ROOT)}
        self._folder = folder
        self._log = (folder / "bot.log").open("ab")
        self.process: Process | None = None
        self.started_at = 0.0

    def start(self, *, dies: str = "") -> None:
        """`yousaid run`; with `dies` in the wrapper that kills itself at that point."""
        self.process = self.popen("run", dies=dies)
        self.started_at = time.perf_counter()

    def command(self, *words: str, dies: str = "") -> int:
        """Run one command to its end; gives how it ended (minus the signal's number when it was killed)."""
        return self.popen(*words, dies=dies).wait(timeout=LONG)

    def popen(self, *words: str, dies: str = "") -> Process:
        """One command, left running."""
        if self._forking is not None:
            environment = self._environment | ({"YOUSAID_DIES": dies} if dies else {})
            log = self._folder / "bot.log"
            return self._forking.start(words, environment=environment, folder=self._folder, log=log)
        program = [sys.executable, str(DEADLY)] if dies else [str(Path(sys.executable).with_name("yousaid"))]
        environment = self._environment | ({"YOUSAID_DIES": dies} if dies else {})
        return subprocess.Popen(
            [*program, *words], cwd=self._folder, env=environment, stdout=self._log, stderr=subprocess.STDOUT
        )

    @property
    def is_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.process is not None:
            if self.process.poll() is None:
                os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        self.kill()
        self._log.close()

    def said(self) -> str:
        """What the bot wrote to its log."""
        return (self._folder / "bot.log").read_text(errors="replace")


class Deadline(Faults):
    """Telegram's side of the kills: it sees every call, and at the told one the bot is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.active = [Fault(Kind.NONE, times=0)]  # asked about every call
        self.polled = asyncio.Event()
        self._calls = 0
        self._at: int | None = None
        self._method: str | None = None
        self._before = False
        self._kill: Callable[[], None] = lambda: None

    def arm(self, kill: Callable[[], None], *, calls: int, method: str | None = None, before: bool = False) -> None:
        """Kill at the so-manieth call from now (of this method), before or after it takes effect."""
        self._calls, self._at, self._method, self._before, self._kill = 0, calls, method, before, kill

    def meet(self, method: str, chat: int | None) -> Fault | None:
        if method == POLL:
            self.polled.set()
        if self._at is None or (method != self._method if self._method else method == POLL):
            return None
        self._calls += 1
        if self._calls < self._at:
            return None
        self._at = None
        self._kill()
        # The process is gone. A call that had reached Telegram is carried out all the same.
        return Fault(Kind.RESET_BEFORE) if self._before else None


@dataclass
class Answerer:
    """A person with an opinion on every question, who taps until the card says Sent.

    What somebody was shown the next screen for is acknowledged: asked again for it without having gone back, they
    note it as lost.
    """

    phone: Phone
    asked: Questionnaire
    mind: int
    acknowledged: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    wavered: set[str] = field(default_factory=set)
    going_back_to: str | None = None
    has_left: bool = False
    taps: int = 0
    sent: bool = False
    may_send: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, they stop before Send until it is set."""
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once an answer of theirs is acknowledged."""

    def __post_init__(self) -> None:
        self.may_send.set()

    async def answer_all(self) -> None:
        """Join in, answer, send."""
        last: Question | None = None
        while not self.sent:
            card = self._card()
            shown = None if card is None else self._question(card)
            if shown is not None:
                self._hear(shown, last)
            if card is not None and card.text.startswith(("Sent.", "You have sent this one")):
                self.sent = True
                return
            await self._act(card, shown)
            last = shown
            self.taps += 1
            await self._wait_for_change(card)

    def expected(self) -> Answers:
        """What all of this person's last answers come to, on the path they lead along."""
        answers = EMPTY
        while (question := flow.next_question(self.asked, answers)) is not None:
            if question.kind is QuestionKind.INFO:
                answers = flow.seen(self.asked, answers, question.id)
            elif question.kind in TYPED:
                answers = flow.write(self.asked, answers, question.id, self._words(question))
                answers = flow.quote(self.asked, answers, question.id, self._may_quote(question))
            elif question.kind in TICKS:
                for option in self._wanted(question):
                    answers = flow.choose(self.asked, answers, question.id, option)
                answers = flow.done(self.asked, answers, question.id)
            elif self._skips(question):
                answers = flow.skip(self.asked, answers, question.id)
            else:
                answers = flow.choose(self.asked, answers, question.id, self._choice(question))
        return answers

    # What they see

    def _card(self) -> Message | None:
        return next((message for message in reversed(self.phone.from_bot) if message.keyboard), None)

    async def _wait_for_change(self, before: Message | None) -> None:
        """Until their tap is answered and the card is another; nobody waits for ever."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self.phone.device.changes.until(
                    lambda: self._card() != before and (self._tap is None or self._tap.future.done())
                )
        except TimeoutError:
            return

    def _question(self, card: Message) -> Question | None:
        """The question on the card: by its wording, and by its place where two are worded alike."""
        place = re.match(r"(\d+) of \d+\b", card.text)
        if place is None:
            return None
        squashed = card.text.replace("\n", " ")
        said = [one for one in self.asked.questions if _said(one.wording("en")) in squashed]
        if len(said) > 1:
            meant = self.expected()
            said = [one for one in said if flow.progress(self.asked, meant, one.id)[0] == int(place[1])]
        return said[0] if said else None

    def _hear(self, shown: Question, last: Question | None) -> None:
        """The next screen is what acknowledges the answer before it."""
        if self.going_back_to is None:
            if last is not None and shown.id != last.id:
                self.acknowledged.add(last.id)
                self.has_begun.set()
            if shown.id in self.acknowledged:
                self.lost.append(shown.id)
        elif shown.id != self.going_back_to:
            self.has_left = True
        elif self.has_left:
            self.going_back_to = None

    # What they do

    async def _act(self, card: Message | None, shown: Question | None) -> None:
        self._tap = None
        if card is None:
            await self.phone.type("/menu")
            return
        actions: dict[str, list[str]] = {}
        for row in card.keyboard or []:
            for button in row:
                if "callback_data" in button:
                    _, action, arg = button["callback_data"].split(":", 2)
                    actions.setdefault(action, []).append(arg)
        if "quote" in actions:
            question = self.asked.question(self._last_typed)
            self._press(card, "quote", "yes" if self._may_quote(question) else "no")
        elif shown is None:
            onwards = next((one for one in ONWARDS if one in actions), None)
            assert onwards is not None, f"no way on from {card.text!r}"
            if onwards == "send":
                await self.may_send.wait()
            self._press(card, onwards, None)
        elif self.going_back_to not in (None, shown.id):
            self._press(card, "back", None)
        elif shown.kind in TYPED:
            self._last_typed = shown.id
            await self.phone.type(self._words(shown))
        elif shown.kind in TICKS:
            missing = [option for option in self._wanted(shown) if not self._is_ticked(card, shown, option)]
            if missing:
                self._press(card, "pick", str(shown.option_ids.index(missing[0])))
            else:
                self._press(card, "done", None)
        elif shown.kind is QuestionKind.INFO:
            self._press(card, "next", None)
        elif self._wavers(shown) or self.going_back_to == shown.id:
            # The wrong one first: then Back, and what they really mean.
            self.wavered.add(shown.id)
            self.going_back_to, self.has_left = shown.id, False
            self._press(card, "pick", str(self._number(shown, self._other_choice(shown))))
        elif self._skips(shown):
            self._press(card, "skip", None)
        else:
            self._press(card, "pick", str(self._number(shown, self._choice(shown))))

    def _press(self, card: Message, action: str, arg: str | None) -> None:
        for row in card.keyboard or []:
            for button in row:
                data = button.get("callback_data", "")
                given = data.split(":", 2)
                if given[1:2] == [action] and (arg is None or given[2] == arg):
                    self._tap = self.phone.press_raw(data, card)
                    return
        raise AssertionError(f"no button {action}:{arg} on {card.text!r}")

    def _is_ticked(self, card: Message, question: Question, option: str) -> bool:
        at = str(question.option_ids.index(option))
        for row in card.keyboard or []:
            for button in row:
                if button.get("callback_data", "").split(":", 1)[-1] == f"pick:{at}":
                    return bool(re.match(r"✓ |\d\. ", button["text"]))
        return False

    # Their mind

    _last_typed: str = ""
    _tap: Tap | None = None

    def _thought(self, question: Question, about: str = "") -> int:
        digest = hashlib.sha256(f"{self.mind}:{question.id}:{about}".encode()).digest()
        return int.from_bytes(digest[:4], "big")

    def _skips(self, question: Question) -> bool:
        return self._thought(question, "skip") % 9 == 0

    def _wavers(self, question: Question) -> bool:
        """Never where the wrong answer would lead along another path."""
        watched = {when.question for one in self.asked.questions for when in one.ask_when}
        return (
            self._thought(question, "waver") % 6 == 0 and question.id not in self.wavered and question.id not in watched
        )

    def _choice(self, question: Question) -> Any:
        if question.kind is QuestionKind.SCALE:
            return self._thought(question) % 11
        return question.option_ids[self._thought(question) % len(question.option_ids)]

    def _other_choice(self, question: Question) -> Any:
        if question.kind is QuestionKind.SCALE:
            return (self._thought(question) + 5) % 11
        return question.option_ids[(self._thought(question) + 1) % len(question.option_ids)]

    def _number(self, question: Question, choice: Any) -> int:
        return choice if question.kind is QuestionKind.SCALE else question.option_ids.index(choice)

    def _wanted(self, question: Question) -> list[str]:
        free = [option.id for option in question.options if not option.clears]
        first = self._thought(question) % len(free)
        return [free[first], free[(first + 1) % len(free)]][: question.max or 2]

    def _words(self, question: Question) -> str:
        return f"What person {self.mind} says of {question.id}"

    def _may_quote(self, question: Question) -> bool:
        return self._thought(question, "quote") % 2 == 0


def _said(text: str) -> str:
    said = text.replace("{worker_word}", "PA").replace("{council_word}", "Northfield Council")
    return said.replace("\n", " ")


@dataclass
class Ruin:
    """A Telegram, a bot that keeps dying, and people who keep answering."""

    telegram: Telegram
    deadline: Deadline
    victim: Victim
    people: list[Answerer]
    kills: int = 0
    starts: list[float] = field(default_factory=list)
    """Seconds from each start to the first poll."""

    async def restart(self, *, dies: str = "") -> None:
        """Start the bot, and wait until it asks for updates (or is dead before it does)."""
        self.deadline.polled.clear()
        self.victim.start(dies=dies)
        polled = asyncio.create_task(self.deadline.polled.wait())
        async with asyncio.timeout(LONG):
            await asyncio.wait({polled, self.dying()}, return_when=asyncio.FIRST_COMPLETED)
        if polled.done():
            self.starts.append(time.perf_counter() - self.victim.started_at)
        polled.cancel()

    def dying(self) -> asyncio.Task[None]:
        """Done when the bot has been killed; it fails when the bot ends in any other way."""
        if self._dying is None:
            self._dying = asyncio.create_task(self._died())
        return self._dying

    async def _died(self) -> None:
        process = self.victim.process
        assert process is not None
        await asyncio.to_thread(process.wait)
        self._dying = None
        assert process.returncode == -signal.SIGKILL, f"ended with {process.returncode}:\n{self.victim.said()[-3000:]}"

    _dying: asyncio.Task[None] | None = None
