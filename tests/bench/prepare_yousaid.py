"""Makes the database on which yousaid is measured: `prepare_yousaid.py PEOPLE`, settings in the environment."""

import asyncio
import csv
import os
import subprocess
import sys
from pathlib import Path

import bots
import phones

from storage import people
from storage.ids import ChatId
from storage.store import Store

AUTHORITY = bots.ROOT / "bot" / "sandbox" / "northfield.yaml"
SURVEY = "care_leaver_survey"


async def prepare(count: int) -> None:
    """An authority with `count` joined people, in chats FIRST_CHAT and up, and the shipped survey open.

    The survey is opened before anyone is bound to a chat, so that no envelope is waiting in the outbox: the bench
    is about answering. Everything but the binding is done by the commands a participation worker would use.
    """
    folder = Path(os.environ["YOUSAID_KEYS"]).parent
    _yousaid("setup", str(AUTHORITY))
    _yousaid("people", "import", str(_register(folder / "register.csv", count)))
    _yousaid("survey", "open", SURVEY)
    store = Store.open(os.environ["YOUSAID_DATABASE_URL"], Path(os.environ["YOUSAID_KEYS"]))
    async with store.transaction() as tx:
        for number, person in enumerate(await people.everyone(tx)):
            await people.join(tx, person.id, ChatId(phones.FIRST_CHAT + number))
    await store.close()


def _register(path: Path, count: int) -> Path:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("reference", "first_name", "last_name", "birth_date"))
        rows.writerows((f"B{n:05}", f"Person{n}", "Bench", "2006-05-04") for n in range(count))
    return path


def _yousaid(*arguments: str) -> None:
    subprocess.run([str(bots.PYTHON.parent / "yousaid"), *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    asyncio.run(prepare(int(sys.argv[1])))
