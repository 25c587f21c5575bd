"""How long until what was found can be told? `make bench`, or `python tests/bench/findings.py --help`.

A survey that 900 people sent has closed and is published. From there: eight sentences for the story, the page, the
poster and the square picture, and a message queued for each of the 900. Nothing here passes or fails.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from results import SURVEY, _prepare

MOST_SECONDS = 5.0


def main() -> None:
    asked = _arguments()
    print("# Findings\n")
    print("| what | people | seconds |\n|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="yousaid-bench-") as scratch:
        took = asyncio.run(_measured(Path(scratch), asked.people))
    for what, seconds in took.items():
        print(f"| {what} | {asked.people:,} | {seconds:.2f} |")
    total, longest = sum(took.values()), max(took, key=lambda what: took[what])
    print(f"| all of it (to be under {MOST_SECONDS:.0f} s) | {asked.people:,} | {total:.2f} |")
    print(f"\nBound by: {longest}, {100 * took[longest] / total:.0f}% of it.")


async def _measured(folder: Path, people: int) -> dict[str, float]:
    from bot.reports import drawing, finding, findings_page, findings_poster, findings_square
    from engagement import authority, findings, results, telling
    from storage import openings, staff
    from storage import people as register
    from storage.ids import ChatId
    from storage.people import Details
    from storage.store import Store

    await _prepare(folder, people)
    store = Store.open(f"sqlite+aiosqlite:///{folder / 'bench.db'}", folder / "keys")
    async with store.transaction() as tx:
        settings = await authority.current(tx)
        survey = (await openings.latest(tx, SURVEY)).id
        pat = await staff.add(tx, "Pat Part", "participation")
        for number in range(people):
            person = await register.add(tx, Details(f"F{number}", "Any", str(number)))
            await register.join(tx, person.id, ChatId(9_000_000 + number))
        await results.of_opening(tx, await openings.find(tx, survey))  # published at close, before anybody tells it
    took: dict[str, float] = {}
    clock = _Lap(took)
    async with store.transaction() as tx:
        draft = await findings.begin(tx, pat, survey)
        said = {one.question: one for one in finding.proposed(draft.results, settings)}
        for question in finding.headlines(draft.results, list(said.values())):
            draft = await findings.choose(tx, pat, draft.story.id, question, said[question].said)
    clock.lap("the sentences of the story")
    findings_page.page(draft.results, settings, draft.slides)
    clock.lap("the page, with a picture to each")
    findings_poster.pdf(draft.results, settings, draft.slides, bot_name="example_bot")
    clock.lap("the poster")
    drawing.png(findings_square.svg(draft.results, settings, draft.slides))
    clock.lap("the square picture")
    async with store.transaction() as tx:
        now = draft.results.opening.closes_at
        looked = await telling.preview(tx, settings, "news", now=now)
        leaving = await telling.confirm(
            tx,
            settings,
            "news",
            occasion=findings.occasion(draft.story.id),
            opens={"screen": "story", "story": draft.story.id},
            envelope="envelope/something",
            typed=str(len(looked.people)),
            shown=len(looked.people),
            now=now,
        )
        await findings.left(tx, pat, draft.story.id, leaving, now=now)
    clock.lap("whom it reaches, and a message queued for each")
    assert leaving.chosen == people
    await store.close()
    return took


class _Lap:
    """How long each stage took since the one before."""

    def __init__(self, took: dict[str, float]) -> None:
        self._took, self._at = took, time.perf_counter()

    def lap(self, what: str) -> None:
        now = time.perf_counter()
        self._took[what], self._at = now - self._at, now


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=900, help="who sent the survey, and who is told (900)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
