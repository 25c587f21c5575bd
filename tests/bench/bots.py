"""The bots that are compared: how each is prepared and started, and which button a person presses on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import phones

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PYTHON = Path(sys.executable)
AIOGRAM = HERE / "aiogram"
TOKEN = "4242:" + "a" * 35
SURVEY_TAPS = 31


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot under test."""

    key: str
    title: str
    durable: bool  # is an answer on disk before the next question shows?
    greeting: str
    choose: phones.Strategy
    most_taps: int | None  # None: the bot itself says when a person is done
    program: tuple[Path, ...]  # interpreter, script
    arguments: tuple[str, ...]
    prepare: Callable[[Path, int], None]  # fills a fresh folder for so many people
    environment: Callable[[Path, str], dict[str, str]]  # from that folder and the Bot API's base URL


# Echo and aiogram


def first_button(text: str, buttons: phones.Buttons, after: str) -> phones.Tap | phones.Verdict:
    return phones.Tap("answer", buttons[0][1]) if buttons else phones.Verdict.FINISHED


def nothing(folder: Path, people: int) -> None:
    """Nothing has to be there beforehand."""


def make_aiogram_environment(folder: Path, people: int) -> None:
    """The locked environment beside the bot; a second call finds it made."""
    uv = shutil.which("uv") or str(PYTHON.parent / "uv")
    settings = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [uv, "sync", "--locked", "--quiet", "--python", str(PYTHON)]
    subprocess.run(command, cwd=AIOGRAM, env=settings, check=True)


def yardstick_environment(folder: Path, api: str) -> dict[str, str]:
    return {"BENCH_TOKEN": TOKEN, "BENCH_API": api, "BENCH_DATABASE": str(folder / "bench.db")}


# yousaid

ONWARDS = ("next", "start", "survey")


def survey_button(text: str, buttons: phones.Buttons, after: str) -> phones.Tap | phones.Verdict:
    """From the menu to Send: the first option of each question; Skip where only typing would answer.

    Callback data is `version:action:argument`; by the action a button is known in every language.
    """
    if after == "send":
        return phones.Verdict.FINISHED
    actions: dict[str, str] = {}
    for _, data in buttons:
        actions.setdefault(data.split(":")[1], data)
    chosen = any(label.startswith(("✓", "1.")) for label, data in buttons if ":pick:" in data)
    if "send" in actions:
        return phones.Tap("send", actions["send"])
    if "done" in actions and chosen:
        return phones.Tap("done", actions["done"])
    if "pick" in actions:
        return phones.Tap("pick" if "done" in actions else "answer", actions["pick"])
    if "skip" in actions:
        return phones.Tap("skip", actions["skip"])
    onwards = next((actions[action] for action in ONWARDS if action in actions), None)
    return phones.Verdict.IGNORE if onwards is None else phones.Tap("open", onwards)


def prepare_yousaid(folder: Path, people: int) -> None:
    """A database and keys for so many joined people: made once for each number, then copied."""
    made = folder.parent / f"yousaid-for-{people}"
    if not made.exists():
        part = made.with_suffix(".part")
        part.mkdir()
        settings = os.environ | yousaid_environment(part, "http://127.0.0.1:9/bot")
        command = [str(PYTHON), str(HERE / "prepare_yousaid.py"), str(people)]
        subprocess.run(command, cwd=ROOT, env=settings, check=True)
        part.rename(made)
    shutil.copytree(made, folder, dirs_exist_ok=True)


def yousaid_environment(folder: Path, api: str) -> dict[str, str]:
    return {
        "YOUSAID_TOKEN": TOKEN,
        "YOUSAID_API_URL": api,
        "YOUSAID_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'yousaid.db'}",
        "YOUSAID_KEYS": str(folder / "keys"),
    }


BOTS = (
    Bot(
        key="echo",
        title="bare python-telegram-bot echo",
        durable=False,
        greeting="/start",
        choose=first_button,
        most_taps=SURVEY_TAPS,
        program=(PYTHON, HERE / "echo.py"),
        arguments=(),
        prepare=nothing,
        environment=yardstick_environment,
    ),
    Bot(
        key="aiogram",
        title="aiogram + aiosqlite survey bot",
        durable=True,
        greeting="/start",
        choose=first_button,
        most_taps=None,
        program=(AIOGRAM / ".venv" / "bin" / "python", AIOGRAM / "bot.py"),
        arguments=(),
        prepare=make_aiogram_environment,
        environment=yardstick_environment,
    ),
    Bot(
        key="yousaid",
        title="yousaid",
        durable=True,
        greeting="/menu",
        choose=survey_button,
        most_taps=None,
        program=(PYTHON, PYTHON.parent / "yousaid"),
        arguments=("run",),
        prepare=prepare_yousaid,
        environment=yousaid_environment,
    ),
)
