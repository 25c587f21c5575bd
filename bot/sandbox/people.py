"""The made-up people of Northfield. Nobody here is anybody."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from storage.people import Details
from storage.staff import Role


class MadeUp(NamedTuple):
    """One young person of Northfield."""

    first: str
    last: str
    worker: str
    agreed_word: str = ""
    not_joined: bool = False


STAFF: Final[tuple[tuple[str, Role, str], ...]] = (
    ("Asha Green", "participation", "Participation worker"),
    ("Priya Shah", "pa", "PA"),
    ("Marcus Bell", "manager", "Manager, on duty"),
)

YOUNG_PHONES: Final = ("Ash", "Jo", "Sami")

# fmt: off
_FIRST: Final = (
    "Ash", "Jo", "Sami", "Alex", "Bea", "Cal", "Dani", "Eden", "Finn", "Gia", "Hana", "Idris", "Jude", "Kai", "Lena",
    "Mo", "Nia", "Omar", "Pia", "Quinn", "Rae", "Sol", "Tam", "Uma", "Vic", "Wren", "Xan", "Yas", "Zed", "Ama", "Ben",
    "Cleo", "Dev", "Ella", "Fay", "Gus", "Ivy", "Jay", "Kit", "Liv", "Max", "Nel", "Oz", "Pat", "Rio", "Sky", "Tia",
    "Una", "Val", "Wil", "Abe", "Bo", "Cy", "Dot", "Ed", "Flo", "Gil", "Hal", "Ike", "Jem",
)
# fmt: on
_LAST: Final = ["Hill", "Marsh", "Wood", "Lake", "Ford", "Stone", "Rivers", "Field", "Brook", "Heath"]
_WORKERS: Final = ("Priya Shah", "Marcus Bell")
_HOMES: Final = ("own_place", "with_people", "shared", "elsewhere")
_NOT_JOINED_FROM: Final = 52

PEOPLE: Final = tuple(
    MadeUp(
        first,
        _LAST[at % len(_LAST)],
        _WORKERS[at % len(_WORKERS)],
        agreed_word="kestrel" if first == "Sami" else "",
        not_joined=at >= _NOT_JOINED_FROM,
    )
    for at, first in enumerate(_FIRST)
)


TYPED: Final = (
    "Someone to talk to at weekends",
    "Wifi from the first day. I had none for two months and missed my college forms",
    "Priya always rings back, that helps more than anything",
    "My own key",
    "Tell us what happens to our answers",
    "Help with the deposit. Nobody told me about it until Marcus did",
    "Cooking for one. I lived on toast",
    "Text me on 07700 900123 if you want to know more",
    "Less changing of workers, I have told my story five times",
    "Being asked",
    "A bus pass, jobs are out at the retail park by NR4 6QP and the last bus is at 7",
    "Don't know really",
    "Time. Everyone was in such a hurry",
    "The football on Thursdays, keep that going",
)
"""What people type in the boxes of the survey; names and numbers in it are for whoever reads it to black out."""


def details(made_up: MadeUp, at: int) -> Details:
    """What the register says about them."""
    return Details(
        reference=f"NF{1001 + at}",
        first_name=made_up.first,
        last_name=made_up.last,
        birth_date=date(2000 + at % 10, 1 + at % 12, 1 + at * 7 % 28),
        agreed_word=made_up.agreed_word,
        home=_HOMES[at % len(_HOMES)],
        phone=f"07700 900{100 + at}",
        interests=("music", "football")[: at % 3],
    )
