"""The one place where rows get their order and their keys, so that a test can see that each shuffle is made.

Everything here draws from the operating system: an order that can be worked out again is no shuffle.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")

KEY_BYTES = 16

source: Random = secrets.SystemRandom()
"""Replaced only by tests."""


def in_random_order(items: Iterable[Item]) -> list[Item]:
    """The same items, each order as likely as any other."""
    shuffled = list(items)
    source.shuffle(shuffled)
    return shuffled


def held_back(items: Sequence[Item], count: int) -> tuple[list[Item], list[Item]]:
    """(`count` items at random, all the others); everything is held when there are no more than that."""
    shuffled = in_random_order(items)
    return shuffled[:count], shuffled[count:]


def fresh_keys(count: int) -> list[bytes]:
    """Keys that say nothing: 16 random bytes each, with no time in them and nothing counted."""
    drawn = secrets.token_bytes(KEY_BYTES * count)
    return [drawn[at : at + KEY_BYTES] for at in range(0, len(drawn), KEY_BYTES)]
