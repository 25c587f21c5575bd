"""How long do results take, and how much memory? `make bench`, or `python tests/bench/results.py --help`.

Each figure is taken in a process of its own on a database made for it. Beside yousaid stands what an analyst would
reach for instead: pandas, which reads the same rows and only counts them: nothing is hidden, rounded or tested.
Nothing here passes or fails.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
CLOSES = NOW + timedelta(days=28)
SURVEY = "care_leaver_survey"


def main() -> None:
    asked = _arguments()
    if asked.child:
        CHILDREN[asked.child](Path(asked.folder))
        return
    print("# Results\n")
    print("| what | people | seconds | peak MiB | of which imports |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="yousaid-bench-") as scratch:
        for people in asked.people:
            folder = Path(scratch) / str(people)
            folder.mkdir()
            _run("prepare", folder, people)
            for child, title in (("yousaid", "yousaid: tally and publish"), ("pandas", "pandas: count the rows")):
                _print(title, people, [_run(child, folder, people) for _ in range(asked.runs)])
        folder = Path(scratch) / "night"
        folder.mkdir()
        _print("nightly job, boxes waiting", 900, [_run("night", folder, 900)])
        _print(
            "a picture, after the first", 900, [_run("picture", Path(scratch) / str(asked.people[0]), asked.people[0])]
        )


def _run(child: str, folder: Path, people: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", child, "--folder", str(folder), "--people", str(people)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PEOPLE": str(people)})
    return json.loads(done.stdout or "{}")


def _print(title: str, people: int, runs: list[dict[str, float]]) -> None:
    seconds = statistics.median(run["seconds"] for run in runs)
    peak = max(run["peak"] for run in runs)
    print(f"| {title} | {people:,} | {seconds:.2f} | {peak:.0f} | {runs[0]['before']:.0f} |", flush=True)


def _measured(work: Callable[[], object]) -> None:
    before = _peak()
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak": _peak(), "before": before}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# In a process of their own


def prepare(folder: Path) -> None:
    """A closed survey with so many boxes in the answer table, as the nightly jobs would have left it."""
    asyncio.run(_prepare(folder, int(os.environ["PEOPLE"])))


async def _prepare(folder: Path, people: int) -> None:
    from storage import answers, openings
    from surveys import boxes
    from surveys.load import load

    store, text = await _authority(folder)
    asked = load(text, source=SURVEY)
    rows: list[tuple[object, ...]] = []
    chance = random.Random(people)
    async with store.transaction() as tx:
        survey = await openings.open_survey(
            tx,
            name=SURVEY,
            definition=text,
            closes_at=CLOSES,
            invited=people * 2,
            segments={},
            now=NOW,
        )
        authority = tx.authority
    for _ in range(people):
        for question, value in boxes.rows(asked, _answered(asked, chance)):
            rows.append((chance.randbytes(16), authority, survey, question, answers.encoded(value), answers.NO_SEGMENT))
    rows.sort()
    async with store.transaction() as tx:
        for at in range(0, len(rows), 50_000):
            await tx.connection.exec_driver_sql(
                "INSERT INTO answer (key, authority, survey, question, value, segments) VALUES (?, ?, ?, ?, ?, ?)",
                rows[at : at + 50_000],
            )
        await openings.end(tx, survey, "closed", closes_at=CLOSES)
    await store.close()


async def _authority(folder: Path):
    from engagement import authority
    from storage import schema
    from storage.store import Store

    store = Store.open(f"sqlite+aiosqlite:///{folder / 'bench.db'}", folder / "keys")
    await schema.migrate(store.engine)
    words = authority.load((ROOT / "bot/sandbox/northfield.yaml").read_text("utf-8"), source="northfield.yaml")
    await store.add_authority(words.name, authority.kept(words))
    return store, (ROOT / f"surveys/definitions/{SURVEY}.yaml").read_text("utf-8")


def _answered(asked, chance: random.Random):
    """Somebody's answers to everything."""
    from surveys.definition import Kind
    from surveys.values import Answers

    values: dict[str, object] = {}
    for question in asked.questions:
        if chance.random() < 0.08:
            values[question.id] = {"code": "skipped" if question.way_out == "skip" else question.way_out}
        elif question.kind is Kind.SCALE:
            values[question.id] = chance.randint(0, 10)
        elif question.kind in (Kind.SEVERAL, Kind.RANK):
            values[question.id] = chance.sample(question.option_ids, min(3, len(question.option_ids)))
        elif question.options:
            values[question.id] = chance.choice(question.option_ids)
        else:
            values[question.id] = {"text": "A few words, about as long as people write on a phone.", "quote": True}
    return Answers(values)


def yousaid(folder: Path) -> None:
    """Tally and publish, inside and outside, as at close."""
    from engagement import authority, results
    from storage import openings
    from storage.store import Store

    async def work() -> None:
        store = Store.open(f"sqlite+aiosqlite:///{folder / 'bench.db'}", folder / "keys")
        async with store.transaction() as tx:
            found = await openings.latest(tx, SURVEY)
            assert found is not None
            await authority.current(tx)
            await results.figures(tx, found)
        await store.close()

    _measured(lambda: asyncio.run(work()))


def with_pandas(folder: Path) -> None:
    """What an analyst does with an export: read every row, count each answer to each question."""
    import sqlite3

    import pandas

    def work() -> None:
        connection = sqlite3.connect(folder / "bench.db")
        rows = pandas.read_sql_query("SELECT question, value FROM answer WHERE segments = '{}'", connection)
        assert len(rows.groupby("question")["value"].value_counts()) > 0

    _measured(work)


def night(folder: Path) -> None:
    """The nightly job with 900 boxes waiting: all but ten are opened and split."""
    from storage import drafts, openings, people, pool
    from storage.people import Details
    from surveys.load import load

    async def made():
        store, text = await _authority(folder)
        asked = load(text, source=SURVEY)
        chance = random.Random(1)
        async with store.transaction() as tx:
            survey = await openings.open_survey(
                tx, name=SURVEY, definition=text, closes_at=CLOSES, invited=900, segments={}, now=NOW
            )
            for number in range(900):
                person = await people.add(tx, Details(f"B{number}", "Person", str(number)))
                await drafts.start(tx, person.id, survey)
                await drafts.keep(tx, person.id, survey, _answered(asked, chance))
                await pool.send(tx, person.id, survey)
        return store

    async def work(store) -> None:
        async with store.transaction() as tx:
            turned = await pool.turn(tx)
        assert sum(turned.opened.values()) == 890
        await store.close()

    loop = asyncio.new_event_loop()
    store = loop.run_until_complete(made())
    _measured(lambda: loop.run_until_complete(work(store)))


def picture(folder: Path) -> None:
    """Every question's picture once over; the first is not counted."""
    from bot.reports import charts, drawing
    from engagement import authority, results
    from storage.store import Store
    from surveys.publication import Level

    async def found():
        store = Store.open(f"sqlite+aiosqlite:///{folder / 'bench.db'}", folder / "keys")
        async with store.transaction() as tx:
            return await results.of(tx, SURVEY), await authority.current(tx)

    published, settings = asyncio.run(found())
    drawn = [one.id for one in published.inside.figures if one.level not in (Level.NOTHING, Level.WRITTEN)]
    before, times = _peak(), []
    for question in drawn:
        started = time.perf_counter()
        drawing.png(charts.svg(published, question, settings))
        times.append(time.perf_counter() - started)
    print(json.dumps({"seconds": statistics.median(times[1:]), "peak": _peak(), "before": before}))


CHILDREN: dict[str, Callable[[Path], Awaitable[None] | None]] = {
    "prepare": prepare,
    "yousaid": yousaid,
    "pandas": with_pandas,
    "night": night,
    "picture": picture,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", nargs="+", type=int, default=[1_000, 100_000], help="who completed the survey")
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (3)")
    parser.add_argument("--child", choices=[*CHILDREN], help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
