"""How long the page of a plan takes: five themes, thirty promises, each from something that was said.

Nothing here passes or fails; the plan page is meant to be there within a second.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import figures
from support.databases import migrate, sqlite_url
from support.town import NORTHFIELD

from bot.reports import plan_page
from engagement import authority, plan_themes, promises
from engagement.promise_sources import Sources
from storage.ids import SurveyId
from storage.store import Store

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
THEMES, EACH, RUNS = 5, 6, 9
LINE = "We will pay for wifi in each new home for the first year, and fit it on the day you get the key."


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="yousaid-bench-") as scratch:
        migrate(sqlite_url(Path(scratch) / "yousaid.db"))
        first, again = asyncio.run(_figures(Path(scratch)))
    print(f"Plan page, {THEMES * EACH} promises: {again * 1000:.0f} ms (median of {RUNS}), from database to page.")
    print(f"  {first * 1000:.0f} ms the first time: then the figures published elsewhere are read from their file.")


async def _figures(scratch: Path) -> tuple[float, float]:
    """Seconds for the first page and for one after it."""
    store = Store.open(sqlite_url(scratch / "yousaid.db"), scratch / "keys")
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    await store.add_authority(words.name, authority.kept(words))
    survey = await figures.published(store, figures.shipped(), 60, invited=90, now=NOW)
    await _plan(store, survey)
    timed = await _timed(store)
    await store.close()
    return timed


async def _plan(store: Store, survey: SurveyId) -> None:
    async with store.transaction() as tx:
        said = await Sources(tx).figures(survey)
        for theme in range(THEMES):
            added = await plan_themes.add(tx, None, name=f"Theme {theme}", icon="🏠", now=NOW)
            for number in range(EACH):
                source = said[(theme * EACH + number) % len(said)]
                changes = {"we_will": LINE, "said": source, "who": "The housing team", "by_when": date(2027, 3, 1)}
                more = {"steps": 5, "steps_done": 2, "state": "doing", "see": LINE, "difference": LINE, "join_in": LINE}
                await promises.add(tx, None, added.id, changes | more, now=NOW)


async def _timed(store: Store) -> tuple[float, float]:
    """The same, once the plan is there."""
    took = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        async with store.transaction() as tx:
            rows, settings = await promises.every(tx), await authority.current(tx)
            made_with = promises.made_with([one.promise for one in rows])
        plan_page.page(rows, made_with, settings, on=NOW.date())
        took.append(time.perf_counter() - start)
    return took[0], statistics.median(took[1:])


if __name__ == "__main__":
    main()
